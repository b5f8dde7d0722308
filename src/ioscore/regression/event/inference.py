"""How sure an event study is: permuted treatment paths, clustered errors, a test before the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import f as f_law
from scipy.stats import t as t_law

from ioscore.errors import NotApplicable
from ioscore.regression.event.cohort_fits import CellFit
from ioscore.regression.event.cohorts import (
    NEVER,
    Array,
    Placed,
    Rows,
    imputed_effect,
    place,
    saturated_effects,
    spans_of,
)
from ioscore.regression.permutation.paths import (
    Labels,
    TreatmentPaths,
    inverted_interval,
    permuted_assignments,
)
from ioscore.regression.permutation.power import (
    Planted,
    chosen_worlds,
    smallest_found,
    world_treatments,
)
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import Inference, normal_inference, permutation_p


@dataclass(frozen=True, kw_only=True)
class Before:
    """Joint test that nothing happened before the start.

    Attributes
    ----------
    periods : tuple of int
        The periods tested.
    size : float
        Root mean square of their coefficients, log points: the statistic of the permutation.
    p : float or NotApplicable
        By permutation of treatment paths.
    p_cluster : float or NotApplicable
        By the F statistic with clustered (CR1) covariance and G - 1 degrees of freedom.
    """

    periods: tuple[int, ...]
    size: float
    p: float | NotApplicable
    p_cluster: float | NotApplicable


@dataclass(frozen=True, kw_only=True)
class Shuffled:
    """What the estimators give when treatment paths are permuted among countries.

    Attributes
    ----------
    periods : numpy.ndarray
        Saturated coefficients, B x P; NaN where a permuted assignment has none.
    overall, two_stage : numpy.ndarray
        Average effect by either estimator, (1 + B) x (2 + W), the real assignment first: of the
        outcome; of the real treatment itself, by which a constant effect moves the permuted
        coefficient; and of the treatments of the worlds in which effects are planted.
    worlds : numpy.ndarray
        Which of the 1 + B assignments is the true one of each world, W.
    drawn : int
        Assignments tried; those that cannot be estimated are not among the B.
    every : int
        Distinct assignments that there are.
    """

    periods: Array
    overall: Array
    two_stage: Array
    worlds: Labels
    drawn: int
    every: int


def other_periods(plan: AnalysisPlan) -> tuple[int, ...]:
    """Return the periods of the window but the one of reference."""
    first, last = plan.event.window
    return tuple(p for p in range(first, last + 1) if p != plan.event.reference)


def shuffle(
    rows: Rows,
    paths: TreatmentPaths,
    plan: AnalysisPlan,
    rng: np.random.Generator,
    step: Callable[[int], None],
) -> Shuffled:
    """Permute treatment paths (start and end) among countries, and estimate anew each time.

    Parameters
    ----------
    rows : Rows
        All rows, uncut; outcome and treatment.
    paths : TreatmentPaths
    plan : AnalysisPlan
    rng : numpy.random.Generator
    step : callable
        Called with the number done.
    """
    periods = other_periods(plan)
    assignments = np.vstack([paths.labels, permuted_assignments(paths, plan.draws, rng)])
    tried = chosen_worlds(np.ones(len(assignments), dtype=bool))
    year = pd.Index(paths.years).get_indexer(rows.year)
    true = world_treatments(paths, assignments[tried], rows.country, year)
    more = replace(rows, outcomes=np.column_stack([rows.outcomes, true]))
    width = more.outcomes.shape[1]
    saturated = np.full((len(assignments), len(periods) + 1, width), np.nan)
    imputed = np.full((len(assignments), width), np.nan)
    there = np.zeros(len(assignments), dtype=bool)
    for number, labels in enumerate(assignments):
        placed = place(
            more, spans_of(paths, labels), window=plan.event.window, reference=plan.event.reference
        )
        one = saturated_effects(placed, periods, plan.event.reference)
        two = imputed_effect(placed)
        if one is not None and two is not None:
            saturated[number], imputed[number], there[number] = one, two, True
        step(number)
    # The real one stays in front, estimated or not. A world without an estimate has no test.
    kept = there | (np.arange(len(there)) == 0)
    columns = [0, 1, *(2 + np.flatnonzero(there[tried]))]
    return Shuffled(
        periods=saturated[1:][there[1:], :-1, 0],
        overall=saturated[kept, -1][:, columns],
        two_stage=imputed[kept][:, columns],
        worlds=(np.cumsum(kept) - 1)[tried[there[tried]]],
        drawn=len(assignments) - 1,
        every=paths.assignments,
    )


def by_permutation(
    value: float, permuted: Array, shuffled: Shuffled, plan: AnalysisPlan
) -> Inference | NotApplicable:
    """Return p, interval and minimum detectable effect by permutation of treatment paths.

    Parameters
    ----------
    value : float
        The coefficient.
    permuted : numpy.ndarray
        `overall` or `two_stage` of `shuffled`.
    shuffled : Shuffled
    plan : AnalysisPlan

    Notes
    -----
    Both estimators are linear in the outcome: without a constant effect e at work, the coefficient
    would be less by e, and a permuted one less by e times what it makes of the real treatment. The
    interval holds the e that are not rejected. The minimum detectable effect is planted in the
    outcome without the estimated effect, as `power.smallest_found` has it.
    """
    outcome, treatment = permuted[1:, 0], permuted[1:, 1]
    if not len(outcome):
        return NotApplicable("no permuted assignment of the treatment paths can be estimated")
    freed = permuted[:, :1] - value * permuted[:, 1:2]
    made = Planted(coefficient=freed, moved=permuted[:, 2:])

    def p_value(effect: float) -> float:
        return permutation_p(value - effect, outcome - effect * treatment)

    spread = float(outcome.std()) or 1.0
    low, high = inverted_interval(p_value, centre=value, step=spread, level=plan.level)
    note = f"of {shuffled.every:,} assignments of the paths to countries"
    if lost := shuffled.drawn - len(outcome):
        note += f"; {lost} of {shuffled.drawn} drawn could not be estimated"
    return Inference(
        p=p_value(0.0),
        low=low,
        high=high,
        mde=smallest_found(
            made.statistics,
            shuffled.worlds,
            start=2 * spread,
            level=plan.level,
            power=plan.power,
        ),
        draws=len(outcome),
        note=note,
    )


def by_normal(
    value: float, variance: float, clusters: int, plan: AnalysisPlan, note: str = ""
) -> Inference | NotApplicable:
    """Return inference from a clustered error and Student's t with G - 1 degrees of freedom."""
    if not variance > 0:
        return NotApplicable("the clustered error is zero: the countries are fitted exactly")
    return normal_inference(
        value,
        float(np.sqrt(variance)),
        df=clusters - 1,
        level=plan.level,
        power=plan.power,
        note=note,
    )


def by_period(
    fit: CellFit, weights: Array, shuffled: Shuffled, placed: Placed, plan: AnalysisPlan
) -> pd.DataFrame:
    """Return coefficient, errors and what is behind them for each period (see `Course.periods`)."""
    reach = float(t_law.ppf(1 - plan.level / 2, len(np.unique(placed.rows.country)) - 1))
    records = []
    for row, period in enumerate(other_periods(plan)):
        own = (placed.cohort != NEVER) & (placed.period == period)
        if not own.any():
            continue
        value = float(weights[row] @ fit.coefficients)
        se = float(np.sqrt(max(weights[row] @ fit.covariance @ weights[row], 0.0)))
        permuted = shuffled.periods[:, row]
        permuted = permuted[np.isfinite(permuted)]
        tails = (plan.level / 2, 1 - plan.level / 2)
        between = np.quantile(permuted, tails) if len(permuted) else (np.nan, np.nan)
        law = t_law(len(np.unique(placed.rows.country)) - 1)
        records.append(
            {
                "period": period,
                "coefficient": value,
                "se": se,
                "low": value - reach * se,
                "high": value + reach * se,
                "p_cluster": float(2 * law.sf(abs(value) / se)) if se > 0 else np.nan,
                "p_permutation": permutation_p(value, permuted) if len(permuted) else np.nan,
                "null_low": float(between[0]),
                "null_high": float(between[1]),
                "countries": len(np.unique(placed.rows.country[own])),
                "cohorts": len(np.unique(placed.cohort[own])),
            }
        )
    at = (placed.cohort != NEVER) & (placed.period == plan.event.reference)
    zero = {"period": plan.event.reference, "coefficient": 0.0}
    behind = {
        "countries": len(np.unique(placed.rows.country[at])),
        "cohorts": len(np.unique(placed.cohort[at])),
    }
    frame = pd.DataFrame([*records, zero | behind])
    return frame.sort_values("period", ignore_index=True)


def before_start(
    fit: CellFit, weights: Array, shuffled: Shuffled, clusters: int, plan: AnalysisPlan
) -> Before | NotApplicable:
    """Test the coefficients of the periods before the start jointly."""
    periods = other_periods(plan)
    rows = [k for k, p in enumerate(periods) if p < 0 and np.isfinite(weights[k]).all()]
    if not rows:
        return NotApplicable("no period before the start but the one of reference is observed")
    values = weights[rows] @ fit.coefficients
    permuted = shuffled.periods[:, rows]
    permuted = permuted[np.isfinite(permuted).all(axis=1)]
    size = float(np.sqrt((values**2).mean()))
    return Before(
        periods=tuple(periods[k] for k in rows),
        size=size,
        p=permutation_p(size, np.sqrt((permuted**2).mean(axis=1)))
        if len(permuted)
        else NotApplicable("no permuted assignment has all these periods"),
        p_cluster=_wald(values, weights[rows] @ fit.covariance @ weights[rows].T, clusters),
    )


def _wald(values: Array, covariance: Array, clusters: int) -> float | NotApplicable:
    if len(values) >= clusters or np.linalg.matrix_rank(covariance) < len(values):
        return NotApplicable(
            f"{clusters} clusters are too few for a joint test of {len(values)} coefficients"
        )
    statistic = float(values @ np.linalg.solve(covariance, values)) / len(values)
    return float(f_law.sf(statistic, len(values), clusters - 1))
