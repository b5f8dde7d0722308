"""The regression behind an interrupted time series: its terms, its fit, how sure each term is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.regression.plan import AnalysisPlan, Break, SeriesPlan
from ioscore.regression.results import Inference, normal_inference
from ioscore.regression.series.fixed_b import fixed_b_inference, simulate_law
from ioscore.regression.series.residual_tests import residual_tests
from ioscore.regression.series.sup_f import break_columns

Floats = NDArray[np.float64]
Years = NDArray[np.int64]

BASE = ("constant", "trend", "supply")
"""Terms without a break: 1, years since the first, log of Afghan supply some years earlier."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """Which slopes the years carry.

    Attributes
    ----------
    slopes : tuple of bool
        For each break, first to last.
    refused : dict of int to str
        Position of each break without a slope, and why.
    """

    slopes: tuple[bool, ...]
    refused: dict[int, str]


@dataclass(frozen=True, kw_only=True)
class Term:
    """A coefficient and how sure it is, by each method."""

    value: float
    inference: Mapping[str, Inference | NotApplicable]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A regression that could be fitted.

    Attributes
    ----------
    form : Form
    terms : dict of str to Term
        `BASE`, then levels, then slopes, by `label`.
    fit, without : numpy.ndarray
        Fitted outcome, with the terms of breaks and without them.
    tests : pandas.DataFrame
        From `ioscore.regression.series.residual_tests`.
    """

    form: Form
    terms: dict[str, Term]
    fit: Floats
    without: Floats
    tests: pd.DataFrame


def label(one: Break, kind: str) -> str:
    """Return what a level or slope of a break is called."""
    return f"{one.what} {one.year}, {kind}"


def count(n: int) -> str:
    """Return a number of observed years in words."""
    return f"{n} observed year{'' if n == 1 else 's'}"


def model_form(years: Years, plan: SeriesPlan) -> Form | NotApplicable:
    """Return which slopes the observed years carry, or why they do not even carry the levels.

    Parameters
    ----------
    years : numpy.ndarray
        Observed years.
    plan : SeriesPlan
        A slope needs `slope_years` observed years in the stretches on both sides of its break, and
        the model `years_per_parameter` for each parameter; slopes go from the last break on.
    """
    starts = sorted(b.year for b in plan.breaks)
    edges = [-np.inf, *starts, np.inf]
    counts = [int(((years >= a) & (years < b)).sum()) for a, b in pairwise(edges)]
    slopes, refused = [], {}
    for i, year in enumerate(starts):
        slopes.append(min(counts[i], counts[i + 1]) >= plan.slope_years)
        if not slopes[-1]:
            refused[i] = (
                f"{count(counts[i])} in the stretch before {year} and {counts[i + 1]} in the one "
                f"after; a slope needs {plan.slope_years} in both"
            )
    n, least = len(years), len(BASE) + len(starts)
    carried = n // plan.years_per_parameter
    for i in reversed(range(len(starts))):
        if slopes[i] and least + sum(slopes) > carried:
            slopes[i] = False
            refused[i] = (
                f"{count(n)} carry {carried} parameters at {plan.years_per_parameter} years each; "
                "slopes are dropped from the last break backwards"
            )
    if least > carried or n <= least:
        needed = max(least * plan.years_per_parameter, least + 1)
        return NotApplicable(
            f"{count(n)}; a constant, a trend, supply and {len(starts)} levels need {needed}"
        )
    return Form(slopes=tuple(slopes), refused=refused)


def fit_series(
    y: Floats,
    base: Floats,
    years: Years,
    known: Sequence[Break],
    plan: AnalysisPlan,
    rng: np.random.Generator,
) -> Fitted | NotApplicable:
    """Fit the outcome on the terms without breaks, and the levels and slopes that years carry.

    Parameters
    ----------
    y : numpy.ndarray
        n outcomes, in logarithms.
    base : numpy.ndarray
        n x `BASE`.
    years : numpy.ndarray
        n observed years, ascending; for the errors they are taken as adjacent.
    known : sequence of Break
        Ascending.
    plan : AnalysisPlan
    rng : numpy.random.Generator
        For the laws of t statistics and of residual tests.

    Returns
    -------
    Fitted or NotApplicable
        Not applicable with too few years, collinear terms or no errors to judge by.
    """
    from statsmodels.regression.linear_model import OLS

    form = model_form(years, plan.series)
    if isinstance(form, NotApplicable):
        return form
    starts = np.array([[b.year for b in known]], dtype=np.int64)
    design = np.column_stack([base, break_columns(years, starts, form.slopes)[0]])
    names = [*BASE, *(label(b, "level") for b in known)]
    names += [label(b, "slope") for b, has in zip(known, form.slopes, strict=True) if has]
    if reason := _unfit(y, design, names, plan.series.bandwidth):
        return NotApplicable(reason)
    fit = OLS(y, design).fit()
    found = _inference(fit, plan, rng)
    values = np.asarray(fit.params, dtype=float)
    return Fitted(
        form=form,
        terms={
            name: Term(value=float(value), inference=inference)
            for name, value, inference in zip(names, values, found, strict=True)
        },
        fit=design @ values,
        without=base @ values[: len(BASE)],
        tests=residual_tests(
            fit, max(1, plan.series.bandwidth - 1), draws=plan.bootstraps, rng=rng
        ),
    )


def _unfit(y: Floats, design: Floats, names: Sequence[str], bandwidth: int) -> str:
    """Return why a design gives no estimate, or nothing."""
    n, k = design.shape
    if k >= n or bandwidth >= n:
        return f"{count(n)} for {k} parameters and a bandwidth of {bandwidth}"
    if term := _adds_nothing(design, names):
        return f"the regressors are collinear: {term} adds nothing to the ones before it"
    left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    if np.linalg.norm(left) <= 1e-9 * max(1.0, float(np.linalg.norm(y))):
        return "the fit is perfect and leaves no errors to judge by"
    return ""


def _adds_nothing(design: Floats, names: Sequence[str]) -> str:
    """Return the first term that the ones before it already make up, or nothing."""
    sizes = np.linalg.norm(design, axis=0)
    unit = design / np.where(sizes > 0, sizes, 1.0)
    for k in range(1, design.shape[1] + 1):
        if np.linalg.matrix_rank(unit[:, :k], tol=1e-9) < k:
            return names[k - 1]
    return ""


def _inference(
    fit: Any, plan: AnalysisPlan, rng: np.random.Generator
) -> list[dict[str, Inference | NotApplicable]]:
    """Return every inference of each term of a fit."""
    bandwidth = plan.series.bandwidth
    # Its number of lags is the bandwidth less one: the next neighbour would have no weight.
    robust = fit.get_robustcov_results("HAC", maxlags=bandwidth - 1, use_correction=True)
    law = simulate_law(np.asarray(fit.model.exog), bandwidth=bandwidth, rng=rng)
    spread = float(fit.scale) ** 0.5
    share = f"bandwidth {bandwidth} of {int(fit.nobs)} years"
    by_hac = f"{share}, times n / (n - k) as in statsmodels"
    by_draws = f"{share}, law simulated for these regressors"
    level, power = plan.level, plan.power
    found: list[dict[str, Inference | NotApplicable]] = []
    for k, value in enumerate(map(float, fit.params)):
        plain, error = float(fit.bse[k]), float(robust.bse[k])
        found.append(
            {
                "ols": normal_inference(value, plain, df=fit.df_resid, level=level, power=power),
                "hac": normal_inference(
                    value, error, df=None, level=level, power=power, note=by_hac
                ),
                "fixed_b": fixed_b_inference(
                    value, error, law, k, spread=spread, level=level, power=power, note=by_draws
                ),
            }
        )
    return found
