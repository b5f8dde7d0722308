"""What a result says in sentences, whatever its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from ioscore.errors import NotApplicable

Result = Any
"""What a step of a study returns: a study, evidence, an agreement, an analysis, a panel."""

ANALYSES = {
    "InterruptedSeries": "series",
    "CountryPanel": "panel",
    "EventStudy": "event",
    "SyntheticStudy": "synth",
    "DoseResponse": "dose",
    "SpecificationCurve": "curve",
}
"""Analysis of seizures by the name of its result."""


class Sentences(list[str]):
    """Sentences, which a notebook shows as text and `print` one below the other."""

    def __str__(self) -> str:
        return "\n".join(self)

    def _repr_html_(self) -> str:
        return "\n".join(_paragraph(line) for line in self)


def _paragraph(line: str) -> str:
    """Return a sentence as HTML: as far in as it is in text, and names between backticks as code."""
    text = line.lstrip(" ")
    indent = 0.6 * (len(line) - len(text))
    words = re.sub(r"`(\w+)`", r"<code>\1</code>", escape(text))
    look = f"margin: 0.25em 0 0.25em {indent:g}em; max-width: 60em; white-space: pre-wrap"
    return f'<p style="{look}">{words}</p>'


def summary(result: Result) -> Sentences:
    """Say what a result says.

    Parameters
    ----------
    result : as in `figures`; also an Explanation, or the AnalysisPlan

    Returns
    -------
    Sentences
        A list of str, which a notebook shows.

    Raises
    ------
    TypeError
        For anything else.
    """
    return Sentences(_said(result))


def _said(result: Result) -> list[str]:
    if isinstance(result, NotApplicable):
        return [f"Not applicable: {result.reason}."]
    name = type(result).__name__
    if name in ANALYSES:
        from ioscore.report.regression import summary as of_analysis

        return of_analysis(ANALYSES[name], result)
    if name == "Audit":
        return [line for part in parts_of(result).values() for line in _said(part)]
    found: list[str] = one_of(_SAID, name)(result)
    return found


def one_of(table: Mapping[str, Callable[..., Any]], name: str) -> Callable[..., Any]:
    """Return what is done with results of a type.

    Raises
    ------
    TypeError
        For a type that is none of a result.
    """
    if name not in table:
        known = ", ".join([*table, *ANALYSES, "Audit", "NotApplicable"])
        raise TypeError(f"{name} is no result that can be shown; these are: {known}")
    return table[name]


def parts_of(audit: Result) -> dict[str, Result]:
    """Return what an audit is made of; its outcomes one by one."""
    parts = {
        "study": audit.study,
        "agreement": audit.agreement,
        "weights": audit.weights,
        "evidence": audit.evidence,
        "choices": audit.choices,
    }
    if isinstance(audit.outcomes, NotApplicable):
        return {**parts, "outcomes": audit.outcomes}
    return parts | {
        f"{name}_{outcome}": result
        for name, by_outcome in audit.outcomes.items()
        for outcome, result in by_outcome.items()
    }


def _of_study(study: Result) -> list[str]:
    from ioscore.report import caveat

    return [*_of_ranking(study.ranking), caveat(study.selection)]


def _of_ranking(ranking: Result) -> list[str]:
    from ioscore.report import headline, margins

    return [headline(ranking), *margins(ranking)]


def _of_evidence(evidence: Result) -> list[str]:
    from ioscore.evidence.selection import is_talk
    from ioscore.report.sentences import counted

    rows = evidence.rows
    effects = rows["effect"].value_counts()
    by_effect = [f"{effects.get(name, 0):,} {name}" for name in ("supports", "limits", "absent")]
    return [
        f"{counted(len(rows), 'coded row')}: {counted(rows['id'].nunique(), 'act')} in "
        f"{counted(rows['event_id'].nunique(), 'event')}, "
        f"from {counted(rows['source'].nunique(), 'source')}.",
        f"Of them {', '.join(by_effect)}.",
        f"Opinions and recommendations, coded and never scored: {int(is_talk(rows).sum()):,}.",
    ]


def _of_explanation(found: Result) -> list[str]:
    from ioscore.report.explanation import explanation_text

    return list(filter(None, explanation_text(found, width=None).splitlines()))


def _of_plan(plan: Result) -> list[str]:
    sample = plan.sample
    return [
        plan.question,
        plan.ambiguity,
        f"Fixed on {plan.fixed}: {plan.outcome} in {len(sample.countries)} countries, "
        f"{sample.years[0]} to {sample.years[1]}; level {plan.level:g}, power {plan.power:g}, "
        f"{plan.draws:,} draws.",
        *(f"Changed on {change.date}: {change.what} ({change.why})" for change in plan.changes),
    ]


def _of_agreement(found: Result) -> list[str]:
    from ioscore.report.agreement import agreement_text

    return agreement_text(found).splitlines()


def _of_panel(panel: Result) -> list[str]:
    from ioscore.report.panel import panel_text

    return panel_text(panel).splitlines()


def _of_sensitivity(result: Result) -> list[str]:
    from ioscore.report.sensitivity import parts

    key = {"WeightSensitivity": "weights", "EvidenceSensitivity": "evidence"}
    return next(lines for _, lines, _ in parts({key.get(type(result).__name__, "choices"): result}))


_SAID: dict[str, Callable[[Result], list[str]]] = {
    "Study": _of_study,
    "Ranking": _of_ranking,
    "Evidence": _of_evidence,
    "Agreement": _of_agreement,
    "WeightSensitivity": _of_sensitivity,
    "EvidenceSensitivity": _of_sensitivity,
    "ChoiceSensitivity": _of_sensitivity,
    "Panel": _of_panel,
    "Explanation": _of_explanation,
    "AnalysisPlan": _of_plan,
}
