"""The permutation test of one coefficient of a country panel, its interval and what it could see."""

from __future__ import annotations

from math import inf

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.panel.model import Model, null_mean
from ioscore.regression.permutation.paths import (
    Array,
    Labels,
    TreatmentPaths,
    inverted_interval,
    permuted_assignments,
    spread,
    treatment_paths,
)
from ioscore.regression.permutation.placed import (
    Permuted,
    effects_design,
    orthonormal_basis,
    permute,
    place_paths,
)
from ioscore.regression.permutation.poisson_worlds import poisson_worlds
from ioscore.regression.permutation.power import (
    POISSON_WORLDS,
    WORLDS,
    Statistics,
    chosen_worlds,
    planted,
    smallest_found,
    world_treatments,
)
from ioscore.regression.results import Inference, permutation_p


def permutation_inference(
    model: Model,
    table: pd.DataFrame,
    coefficient: float,
    *,
    level: float,
    power: float,
    draws: int,
    rng: np.random.Generator,
) -> Inference | NotApplicable:
    """Permute the treatment's paths among the countries and look how far out the real one is.

    Parameters
    ----------
    model : Model
    table : pandas.DataFrame
        `country`, `year` and the treatment: the countries of the model, every year of the sample.
    coefficient : float
        Estimated; the interval is looked for around it.
    level, power : float
    draws : int
        Where there are fewer other assignments, all of them are taken instead.
    rng : numpy.random.Generator

    Returns
    -------
    Inference or NotApplicable
        p = (k + 1)/(B + 1). The statistic is |t| with CR1 errors, or |coefficient| with fewer than
        two countries treated or not. A Poisson model is not fitted again for each permutation: the
        statistic is that of one least-squares step from the fit without the treatment, weighted by
        its means (a score statistic, studentised by country), the real assignment's too. The
        interval holds the effects that the test does not reject: an effect is taken out of a
        linear outcome, and given to the Poisson fit as an offset. The minimum detectable effect is
        that of `power.smallest_found`: effects are planted on the paths of up to `power.WORLDS`
        of the assignments (`POISSON_WORLDS`), in kilograms as a factor of the treated years, and this very test is
        run in each, the Poisson null model fitted anew. Where few countries carry the kilograms a
        score test may reject no effect, however large: then it is infinite.
    """
    paths = treatment_paths(table, model.column)
    if isinstance(paths, NotApplicable):
        return paths
    if paths.assignments == 1:
        return NotApplicable("every country had the same path: there is nothing to permute")
    labels = np.vstack([paths.labels, permuted_assignments(paths, draws, rng)])
    if model.poisson:
        permuted = _poisson_step(model, paths, labels, 0.0)
        if isinstance(permuted, NotApplicable):
            return permuted
    else:
        given = _linear(model, paths, labels)
        permuted = given.combined([1.0, 0.0])
    statistics = _statistics(permuted, paths)
    other = permuted.coefficients()[1:, 0]
    other = other[~np.isnan(other)]
    valid = int((~np.isnan(statistics[1:])).sum())
    if valid == 0 or np.isnan(statistics[0]):
        return NotApplicable("no assignment but the real one leaves the treatment variation")

    def p_value(effect: float) -> float | None:
        if not model.poisson:
            return _p(_statistics(given.combined([1.0, -effect]), paths))
        moved = _poisson_step(model, paths, labels, effect)
        return None if isinstance(moved, NotApplicable) else _p(_statistics(moved, paths))

    low, high, seen = -inf, inf, inf
    if 1 / (valid + 1) <= level:
        step = spread(other)
        low, high = inverted_interval(p_value, centre=coefficient, step=step, level=level)
        most = POISSON_WORLDS if model.poisson else WORLDS
        worlds = chosen_worlds(~np.isnan(statistics), most)
        seen = smallest_found(
            _planted(model, paths, labels, worlds, coefficient),
            worlds,
            start=2 * step,
            level=level,
            power=power,
        )
    return Inference(
        p=_p(statistics),
        low=low,
        high=high,
        mde=seen,
        draws=valid,
        note=_note(model, paths, len(labels) - 1, valid, level, -inf < low and high < inf),
    )


def _linear(
    model: Model, paths: TreatmentPaths, labels: Labels, true: Array | None = None
) -> Permuted:
    """Return the permutations with two outcomes, the model's own and the real treatment, and more."""
    basis = orthonormal_basis(effects_design(model.frame, model.effects, model.controls))
    outcomes = model.frame[["y", model.column]].to_numpy(float)
    if true is not None:
        outcomes = np.column_stack([outcomes, true])
    placed = place_paths(model.frame, paths, outcomes, basis, parameters=_parameters(model, basis))
    return permute(placed, labels)


def _planted(
    model: Model, paths: TreatmentPaths, labels: Labels, worlds: Labels, coefficient: float
) -> Statistics:
    """Return the statistics of this test with effects planted on the paths of some assignments."""
    country = pd.Index(paths.countries).get_indexer(model.frame["country"])
    year = pd.Index(paths.years).get_indexer(model.frame["year"])
    true = world_treatments(paths, labels[worlds], country, year)
    if not model.poisson:
        given = _linear(model, paths, labels, true)
        return planted(given, coefficient, studentised=paths.studentised).statistics
    design = effects_design(model.frame, model.effects, model.controls)
    freed = model.frame["y"] * np.exp(-coefficient * model.frame[model.column])
    return poisson_worlds(
        freed.to_numpy(float),
        true,
        design,
        paths,
        labels,
        country=country,
        year=year,
        parameters=_parameters(model, orthonormal_basis(design)),
    ).statistics


def _poisson_step(
    model: Model, paths: TreatmentPaths, labels: Labels, effect: float
) -> Permuted | NotApplicable:
    """Return the permutations of one step from the Poisson fit in which the effect is given."""
    mean = null_mean(model, effect)
    if isinstance(mean, NotApplicable):
        return mean
    design = effects_design(model.frame, model.effects, model.controls)
    basis = orthonormal_basis(design, mean)
    working = (model.frame["y"].to_numpy(float) - mean) / mean
    placed = place_paths(
        model.frame,
        paths,
        working[:, None],
        basis,
        parameters=_parameters(model, basis),
        weights=mean,
    )
    return permute(placed, labels)


def _parameters(model: Model, basis: Array) -> int:
    """Return the k of CR1's factor: all parameters but the effects within clusters, and one."""
    nested = model.clusters - 1 if "country" in model.effects else 0
    return int(basis.shape[1]) + 1 - nested


def _statistics(permuted: Permuted, paths: TreatmentPaths) -> Array:
    """Return the statistic of each assignment, the real one first; NaN where there is none."""
    found = permuted.t_statistics() if paths.studentised else permuted.coefficients()
    return np.abs(found[:, 0])


def _p(statistics: Array) -> float:
    others = statistics[1:]
    return float(permutation_p(float(statistics[0]), others[~np.isnan(others)]))


def _note(
    model: Model, paths: TreatmentPaths, tried: int, valid: int, level: float, bounded: bool
) -> str:
    parts = [f"{'|t|' if paths.studentised else '|coefficient|'}"]
    if model.poisson:
        parts[0] += " of one step from the Poisson fit without the treatment (score)"
    every = paths.assignments - 1 == tried
    parts.append(
        f"{'all' if every else f'{tried:,} drawn'} of {paths.assignments:,} distinct assignments"
    )
    if tried > valid:
        parts.append(f"{tried - valid} of them leave the treatment no variation and are left out")
    if (least := 1 / (valid + 1)) > level:
        parts.append(f"the smallest p possible is {least:.3f}, so no effect could be found")
    elif not bounded:
        parts.append("on one side at least no effect is rejected, however large")
    return "; ".join(parts)
