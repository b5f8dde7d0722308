"""Interrupted time series of one country: levels and slopes at known breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.plan import AnalysisPlan, Break, SeriesPlan
from ioscore.regression.results import Estimate, not_estimated, to_frame
from ioscore.regression.sample import Drawn, draw_sample
from ioscore.regression.series.break_search import BreakSearch, search_breaks
from ioscore.regression.series.model import Fitted, count, fit_series, label

Progress = Callable[[int, int], None]

INFERENCE = ("ols", "hac", "fixed_b")
STEPS = 2
"""Of the progress: the fit with its simulated errors, the searched breaks."""


@dataclass(frozen=True, kw_only=True)
class InterruptedSeries:
    """One country's series, what its breaks did to it, and whether other years would do as well.

    Attributes
    ----------
    country, outcome : str
    estimates : tuple of Estimate
        A level and a slope for each break; log points, a slope per year.
    terms : tuple of Estimate
        Trend and supply of the same fit.
    line : pandas.DataFrame or NotApplicable
        `year`, `y` (log of kilograms), `fit`, `without` (the fit without the terms of breaks).
    breaks : tuple of Break
        First to last.
    missing : tuple of int
        Years of the plan that are not in the sample.
    left_out : tuple of str
        Why, with their number.
    tests : pandas.DataFrame or NotApplicable
        From `ioscore.regression.series.residual_tests.residual_tests`.
    search : BreakSearch or NotApplicable
    level, power : float
        Of the plan.
    notes : tuple of str
        What a reader must know of the errors.
    """

    country: str
    outcome: str
    estimates: tuple[Estimate, ...]
    terms: tuple[Estimate, ...]
    line: pd.DataFrame | NotApplicable
    breaks: tuple[Break, ...]
    missing: tuple[int, ...]
    left_out: tuple[str, ...]
    tests: pd.DataFrame | NotApplicable
    search: BreakSearch | NotApplicable
    level: float
    power: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return estimates and terms in long form, as `ioscore.regression.results.to_frame`."""
        return to_frame((*self.estimates, *self.terms))


def interrupted_series(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    *,
    outcome: str,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> InterruptedSeries:
    """Estimate the interrupted time series of the plan for one outcome.

    The logarithm of the outcome on a constant, a trend, the logarithm of Afghan supply some years
    earlier, a level for each break, and a slope where the years carry it
    (`ioscore.regression.series.model.model_form`).

    Parameters
    ----------
    table : pandas.DataFrame
        Of a panel that begins early enough for the lag of supply.
    plan : AnalysisPlan
    outcome : str
        A column in kilograms. The estimates are planned if it is the outcome of the plan.
    rng : numpy.random.Generator
        For fixed-b errors, residual tests and the made-up series of the break search.
    progress : callable, optional
        Called with what is done and what there is to do.

    Returns
    -------
    InterruptedSeries
        Where the model cannot be fitted its estimates are there, with the reason in their place.

    Raises
    ------
    PanelError
        When the panel lacks a column.

    References
    ----------
    Wagner, A. K., Soumerai, S. B., Zhang, F. and Ross-Degnan, D. (2002). Segmented regression
    analysis of interrupted time series studies in medication use research. Journal of Clinical
    Pharmacy and Therapeutics 27(4), 299-309.
    """
    own = plan.series
    known = tuple(sorted(own.breaks, key=lambda b: b.year))
    drawn = draw_sample(
        table,
        plan,
        outcome=outcome,
        how=own.transformation,
        countries=[own.country],
        supply=plan.controls.supply,
        exposed_only=False,
    )
    if own.transformation != "log":
        reason = f"the series is built for logarithms, not for {own.transformation}"
        return _result(plan, outcome, drawn, known, NotApplicable(reason), NotApplicable(reason))
    y, years = drawn.frame["y"].to_numpy(float), drawn.frame["year"].to_numpy(np.int64)
    since = years - years.min(initial=9999)
    base = np.column_stack([np.ones(len(years)), since, drawn.frame["supply"].to_numpy(float)])
    fitted = fit_series(y, base, years, known, plan, rng)
    if progress:
        progress(1, STEPS)
    if isinstance(fitted, NotApplicable):
        return _result(plan, outcome, drawn, known, fitted, fitted)
    search = search_breaks(
        y,
        base,
        years,
        known=[b.year for b in known],
        slopes=fitted.form.slopes,
        span=_reported(table, plan, outcome),
        trim=own.search_trim,
        level=plan.level,
        draws=plan.bootstraps,
        rng=rng,
    )
    if progress:
        progress(STEPS, STEPS)
    return _result(plan, outcome, drawn, known, fitted, search)


def _reported(table: pd.DataFrame, plan: AnalysisPlan, outcome: str) -> tuple[int, int]:
    """Return the first and last year of the plan for which the country reports the outcome.

    A year that only lacks the supply of the year before still belongs to the series.
    """
    rows = table[(table["country"] == plan.series.country) & table[outcome].notna()]
    years = rows.loc[rows["year"].between(*plan.sample.years), "year"]
    return int(years.min()), int(years.max())


def _result(
    plan: AnalysisPlan,
    outcome: str,
    drawn: Drawn,
    known: tuple[Break, ...],
    fitted: Fitted | NotApplicable,
    search: BreakSearch | NotApplicable,
) -> InterruptedSeries:
    """Put estimates, or the reason why there are none, into the result."""
    own, lag = plan.series, plan.controls.supply_lag
    years = drawn.frame["year"].to_list()
    span = f"{years[0]}-{years[-1]}, " if years else ""

    def estimate(name: str, key: str, refused: str = "") -> Estimate:
        reason = fitted.reason if isinstance(fitted, NotApplicable) else refused
        term = None if isinstance(fitted, NotApplicable) or refused else fitted.terms[key]
        return Estimate(
            analysis="series",
            planned=outcome == plan.outcome,
            label=name,
            outcome=outcome,
            estimator="OLS on logarithms",
            coefficient=term.value if term else NotApplicable(reason),
            inference=term.inference if term else not_estimated(reason, INFERENCE),
            main=own.inference,
            n=len(years),
            sample=f"{own.country} {span}{count(len(years))}",
            controls=("trend", f"log of {plan.controls.supply}, lag {lag}"),
            left_out=drawn.left_out,
            model=f"series {outcome}",
        )

    estimates = []
    for i, one in enumerate(known):
        refused = "" if isinstance(fitted, NotApplicable) else fitted.form.refused.get(i, "")
        level, slope = label(one, "level"), label(one, "slope")
        estimates += [estimate(level, level), estimate(slope, slope, refused)]
    first, last = plan.sample.years
    missing = tuple(year for year in range(first, last + 1) if year not in years)
    line: pd.DataFrame | NotApplicable
    if isinstance(fitted, NotApplicable):
        line = tests = fitted
    else:
        line = drawn.frame[["year", "y"]].assign(fit=fitted.fit, without=fitted.without)
        tests = fitted.tests
    return InterruptedSeries(
        country=own.country,
        outcome=outcome,
        estimates=tuple(estimates),
        terms=(
            estimate("trend, a year", "trend"),
            estimate(f"Afghan supply {lag} year{'' if lag == 1 else 's'} earlier, log", "supply"),
        ),
        line=line,
        breaks=known,
        missing=missing,
        left_out=drawn.left_out,
        tests=tests,
        search=search,
        level=plan.level,
        power=plan.power,
        notes=_notes(own, years, missing),
    )


def _notes(plan: SeriesPlan, years: Sequence[int], missing: Sequence[int]) -> tuple[str, ...]:
    """Return what a reader must know of the errors."""
    notes = [
        f"HAC errors: Bartlett weights, bandwidth {plan.bandwidth} years, so that years less than "
        f"{plan.bandwidth} apart count; times n / (n - k), the small-sample correction of "
        "statsmodels",
        "fixed-b: the law of the t statistic is simulated for these regressors under independent "
        "normal errors; where years depend strongly on each other it is still too sure",
    ]
    if inner := [year for year in missing if years and years[0] < year < years[-1]]:
        notes.append(
            f"{', '.join(map(str, inner))} missing: for errors and residual tests the years are "
            "taken in order, as if adjacent (Datta and Du 2012, Federal Reserve, International "
            "Finance Discussion Papers 1060); trend and slopes count calendar years"
        )
    return tuple(notes)
