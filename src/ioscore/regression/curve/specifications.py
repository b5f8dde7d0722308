"""What is crossed: the plan -> specifications, and which of them is the main one."""

from __future__ import annotations

from dataclasses import dataclass

from ioscore.regression.plan import AnalysisPlan, Rows, Span, Transformation

DIMENSIONS = (
    "outcome",
    "countries",
    "years",
    "lag",
    "supply",
    "governance",
    "trends",
    "rows",
    "estimator",
)
"""The choices, in the order of the table."""


@dataclass(frozen=True, kw_only=True)
class Specification:
    """One combination of choices for one treatment.

    Attributes
    ----------
    treatment : str
        Column of the panel.
    outcome : str
    countries : str
        Name of the set of countries.
    years : (int, int)
        First and last.
    lag : int
        Years from treatment to outcome.
    supply, governance, trends : str
        ``none``, or the covariate; trends ``own`` is a linear trend of each country's own.
    rows : str
    estimator : str
    """

    treatment: str
    outcome: str
    countries: str
    years: Span
    lag: int
    supply: str
    governance: str
    trends: str
    rows: Rows
    estimator: Transformation


def specifications(plan: AnalysisPlan) -> list[Specification]:
    """Return everything that the plan crosses, treatment by treatment.

    Parameters
    ----------
    plan : AnalysisPlan

    Returns
    -------
    list of Specification
    """
    crossed = plan.curve
    return [
        Specification(
            treatment=treatment.column,
            outcome=outcome,
            countries=countries,
            years=years,
            lag=lag,
            supply=supply,
            governance=governance,
            trends=trends,
            rows=rows,
            estimator=estimator,
        )
        for treatment in plan.treatments
        for outcome in crossed.outcomes
        for countries in crossed.countries
        for years in crossed.years
        for lag in crossed.lags
        for supply in crossed.supply
        for governance in crossed.governance
        for trends in crossed.trends
        for rows in crossed.rows
        for estimator in crossed.estimators
    ]


def is_main(specification: Specification, plan: AnalysisPlan) -> bool:
    """Say whether a specification is the panel estimate that the plan relies on.

    The planned estimator, outcome, countries, years and controls; no lag, no own trends, all
    corrections.
    """
    controls = plan.panel.controls
    return (
        specification.outcome == plan.outcome
        and set(plan.curve.countries[specification.countries]) == set(plan.sample.countries)
        and specification.years == plan.sample.years
        and specification.lag == 0
        and specification.supply == (plan.controls.supply if "supply" in controls else "none")
        and specification.governance
        == (plan.controls.governance if "governance" in controls else "none")
        and specification.trends == "none"
        and specification.rows == "as_corrected"
        and specification.estimator == plan.panel.estimator
    )
