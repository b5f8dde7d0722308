"""The right wing as a whole: seizures -> panels -> one analysis of the plan; no files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence
from ioscore.panel import build_panel, longest_vintage, settle
from ioscore.regression.plan import AnalysisPlan
from ioscore.rubric import Rubric
from ioscore.seizures import annual_totals, harmonise, without

ANALYSES = ("series", "panel", "event", "synth", "dose", "curve")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Evidence and the rubric that makes yearly scores of it."""

    evidence: Evidence
    rubric: Rubric


def panel_tables(
    seizures: pd.DataFrame,
    covariates: pd.DataFrame,
    activity: pd.DataFrame,
    corrections: pd.DataFrame,
    order: Sequence[str],
    plan: AnalysisPlan,
    further: Sequence[str] = (),
) -> dict[str, pd.DataFrame]:
    """Return the panel of a plan, as corrected and without the corrections that it names.

    Parameters
    ----------
    seizures, covariates, activity, corrections : pandas.DataFrame
        As an `ioscore.io.outcomes.OutcomeData` holds them.
    order : sequence of str
        Editions, the one to take first in front.
    plan : AnalysisPlan
    further : sequence of str
        Outcomes beside those of the plan.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``as_corrected``, and one for each key of ``curve.without``; each begins early enough for
        the longest lag.

    Raises
    ------
    PanelError
        For an outcome that there is not.
    """
    named = (plan.outcome, *plan.further_outcomes, *plan.curve.outcomes, *further)
    outcomes = tuple(dict.fromkeys(named))
    reach = max(plan.controls.supply_lag, plan.dose.lag, *plan.dose.further_lags, *plan.curve.lags)
    first, last = plan.sample.years
    tables: dict[str, pd.DataFrame] = {}
    for name, left_out in {"as_corrected": (), **plan.curve.without}.items():
        lines = without(corrections, list(left_out))
        settled = settle(covariates, lines)
        tables[name] = build_panel(
            annual_totals(harmonise(seizures, lines, order=order)),
            settled,
            activity,
            outcomes=outcomes,
            years=(first - reach, last),
            lags=(),
            tonnes_vintage=longest_vintage(settled),
        ).table
    return tables


def marked(result: Any, changed: Sequence[str]) -> Any:
    """Return a result in which nothing is planned, since the plan was changed for it.

    Parameters
    ----------
    result
        From `run_analysis`.
    changed : sequence of str
        What was changed; nothing is marked if it is empty.
    """
    if not changed or isinstance(result, NotApplicable):
        return result
    estimates = tuple(
        replace(e, planned=False, changed=tuple(changed)) if e.planned else e
        for e in result.estimates
    )
    return replace(result, estimates=estimates)


def run_analysis(
    name: str,
    tables: Mapping[str, pd.DataFrame],
    plan: AnalysisPlan,
    *,
    outcome: str,
    judged: Judged | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Any:
    """Run one analysis of the plan on one outcome.

    Parameters
    ----------
    name : str
        One of `ANALYSES`.
    tables : mapping
        From `panel_tables`.
    plan : AnalysisPlan
    outcome : str
        The curve has outcomes of its own and ignores it.
    judged : Judged, optional
        Needed for ``dose``, whose doses are yearly scores.
    jobs : int
        Processes; changes no result.
    progress : callable, optional

    Returns
    -------
    The result of the analysis, or `NotApplicable`.
    """
    table = tables["as_corrected"]
    # Each analysis and outcome has draws of its own: running one alone changes nothing in it.
    key = [plan.seed, ANALYSES.index(name), *outcome.encode()]
    common: dict[str, Any] = {"rng": np.random.default_rng(key), "progress": progress}
    if name == "series":
        from ioscore.regression.series.analysis import interrupted_series

        return interrupted_series(table, plan, outcome=outcome, **common)
    if name == "panel":
        from ioscore.regression.panel.analysis import country_panel

        return country_panel(table, plan, outcome=outcome, jobs=jobs, **common)
    if name == "event":
        from ioscore.regression.event.analysis import event_study

        return event_study(table, plan, outcome=outcome, **common)
    if name == "synth":
        from ioscore.regression.synth.analysis import synthetic_control

        return synthetic_control(table, plan, outcome=outcome, progress=progress)
    if name == "curve":
        from ioscore.regression.curve import specification_curve

        return specification_curve(tables, plan, jobs=jobs, **common)
    from ioscore.regression.dose.analysis import dose_response
    from ioscore.study.yearly import join_scores, yearly_scores

    if judged is None:
        raise ValueError("dose needs evidence and a rubric")
    first, last = int(table["year"].min()), int(table["year"].max())
    yearly = yearly_scores(judged.evidence, judged.rubric, range(first, last + 1))
    joined = join_scores(table, yearly, plan.dose.country)
    return dose_response(
        joined,
        plan,
        yearly.organisations,
        outcome=outcome,
        left_out=yearly.left_out,
        **common,
    )
