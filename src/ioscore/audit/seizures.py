"""The right wing in an audit: every analysis of the plan, and what counts as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.audit.results import Outcomes
from ioscore.audit.tasks import Task
from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence
from ioscore.rubric import Rubric

if TYPE_CHECKING:
    from ioscore.regression.plan import AnalysisPlan

LONGEST_FIRST = ("curve", "panel", "dose", "event", "synth", "series")
ALL = "all"
"""The outcome of the specification curve, which has several of its own."""


@dataclass(frozen=True, kw_only=True)
class SeizureStudy:
    """What the analyses of seizures need.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        From `ioscore.study.outcomes.panel_tables`.
    plan : AnalysisPlan
    """

    tables: Mapping[str, pd.DataFrame]
    plan: AnalysisPlan


def seizure_tasks(study: SeizureStudy, evidence: Evidence, rubric: Rubric) -> list[Task]:
    """Return one task for each analysis of the plan, on its main outcome, the longest first.

    Parameters
    ----------
    study : SeizureStudy
    evidence, rubric
        Make the yearly scores of the analysis of doses.

    Returns
    -------
    list of Task
        The key of each is the analysis and the outcome.
    """
    return [
        Task(
            key=(name, ALL if name == "curve" else study.plan.outcome),
            work=_analysis,
            arguments={"study": study, "evidence": evidence, "rubric": rubric},
        )
        for name in LONGEST_FIRST
    ]


def _analysis(
    key: tuple[str, str], *, study: SeizureStudy, evidence: Evidence, rubric: Rubric
) -> Any:
    from ioscore.study.outcomes import Judged, run_analysis

    name, outcome = key
    judged = Judged(evidence=evidence, rubric=rubric)
    return run_analysis(name, study.tables, study.plan, outcome=outcome, judged=judged)


def by_analysis(found: Mapping[Any, Any]) -> Outcomes:
    """Return results of tasks by analysis and outcome, in the order of the analyses."""
    from ioscore.study.outcomes import ANALYSES

    results: dict[str, dict[str, Any]] = {name: {} for name in ANALYSES}
    for key, result in found.items():
        if key[0] in results:
            results[key[0]][key[1]] = result
    return results


def plan_answers(outcomes: Outcomes, plan: AnalysisPlan) -> pd.DataFrame | NotApplicable:
    """Hold what came out against what the plan said, beforehand, would count as an answer.

    Parameters
    ----------
    outcomes : mapping
        Results by analysis and outcome; `panel`, `curve` and `event` are read.
    plan : AnalysisPlan

    Returns
    -------
    pandas.DataFrame or NotApplicable
        As `ioscore.regression.answers.answers`; not applicable where one of the three is not.
    """
    from ioscore.regression.answers import answers

    panel = outcomes["panel"][plan.outcome]
    curve, event = outcomes["curve"][ALL], outcomes["event"][plan.outcome]
    for name, result in (("panel", panel), ("curve", curve), ("event", event)):
        if isinstance(result, NotApplicable):
            return NotApplicable(f"{name}: {result.reason}")
    return answers(panel, curve, event, plan)
