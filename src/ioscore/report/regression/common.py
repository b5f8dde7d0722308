"""Estimates as economists' tables: coefficients, errors, every inference side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.results import METHODS, Estimate, Inference, Rejected
from ioscore.report.sentences import p_value, percent
from ioscore.report.tables import plain

Sizes = Mapping[tuple[str, str, str], Rejected]
"""Share of true null hypotheses that were rejected, by analysis, estimator and method."""

MARK = "†"
ERRORS = ("fixed_b", "hac", "cr3", "cluster", "ols")
"""Methods that have a standard error, the one to print in parentheses first."""


class Noted(NamedTuple):
    """A table, and the notes that stand below it."""

    frame: pd.DataFrame
    notes: list[str]


def estimates_table(estimates: Sequence[Estimate]) -> pd.DataFrame:
    """Return one row for each coefficient: what, how large, how sure by the main inference.

    Returns
    -------
    pandas.DataFrame
        `effect`, `outcome`, `estimator`, `plan` (from `plan_word`), `coefficient` (log
        points), `factor` (its exponential), `low`, `high` (95%, log points), `p`, `by` (the main
        inference), `detectable` (the smallest effect that would be found, as a factor), `N`,
        `clusters`, `treated`.
    """
    rows = []
    for estimate in estimates:
        main = estimate.inference.get(estimate.main, NotApplicable("not computed"))
        found = main if isinstance(main, Inference) else None
        known = not isinstance(estimate.coefficient, NotApplicable)
        value = float(estimate.coefficient) if known else math.nan  # type: ignore[arg-type]
        rows.append(
            {
                "effect": estimate.label,
                "outcome": estimate.outcome,
                "estimator": estimate.estimator,
                "plan": plan_word(estimate),
                "coefficient": value,
                "factor": math.exp(value) if known else math.nan,
                "low": _number(found, "low"),
                "high": _number(found, "high"),
                "p": _number(found, "p"),
                "by": METHODS[estimate.main].name if estimate.main in METHODS else estimate.main,
                "detectable": factor(found.mde if found else None),
                "N": estimate.n,
                "clusters": "" if estimate.clusters is None else str(estimate.clusters),
                "treated": "" if estimate.treated is None else str(estimate.treated),
            }
        )
    return pd.DataFrame(rows)


def inference_table(estimates: Sequence[Estimate], sizes: Sizes | None = None) -> Noted:
    """Return the p of every method that exists for each coefficient, side by side.

    Parameters
    ----------
    estimates : sequence of Estimate
        Of one analysis.
    sizes : mapping, optional
        What was rejected of true null hypotheses; a method above the level by more than chance
        gets a mark.

    Returns
    -------
    Noted
        Where a method is not applicable, its field has the number of the note with the reason.
    """
    methods = [m for m in METHODS if any(m in e.inference for e in estimates)]
    reasons: dict[str, int] = {}
    rows = []
    for estimate in estimates:
        row = {
            "effect": estimate.label,
            "outcome": estimate.outcome,
            "estimator": estimate.estimator,
            "plan": plan_word(estimate),
        }
        for method in methods:
            found = estimate.inference.get(method)
            if found is None:
                text = ""
            elif isinstance(found, NotApplicable):
                text = f"n/a ({reasons.setdefault(found.reason, len(reasons) + 1)})"
            else:
                text = _p(found)
                if (estimate.analysis, estimate.estimator, method) in (sizes or {}):
                    text += MARK
                if found.note:
                    text += f" ({reasons.setdefault(found.note, len(reasons) + 1)})"
            row[f"p, {METHODS[method].name}"] = text
        rows.append(row)
    notes = [f"({number}) {reason}." for reason, number in reasons.items()]
    notes += _open_notes(estimates) + _size_notes(estimates, methods, sizes or {})
    return Noted(pd.DataFrame(rows), notes)


def regression_table(estimates: Sequence[Estimate]) -> pd.DataFrame:
    """Return the table that economists expect: models as columns, errors below coefficients.

    Returns
    -------
    pandas.DataFrame
        First column without a name; texts. In parentheses a standard error where a method has
        one, in brackets p by the main inference.
    """
    models: dict[str, list[Estimate]] = {}
    for number, estimate in enumerate(estimates):
        models.setdefault(estimate.model or f"by itself {number}", []).append(estimate)
    labels = list(dict.fromkeys(estimate.label for estimate in estimates))
    columns = {
        f"({number})": _column(group, labels) for number, group in enumerate(models.values(), 1)
    }
    heads = [text for label in labels for text in (label, "", "")]
    foot = ["outcome", "estimator", "plan", "country effects", "year effects", "controls"]
    foot += ["errors", "p in brackets", "N", "clusters", "treated"]
    return pd.DataFrame({"": [*heads, *foot], **columns})


def plan_word(estimate: Estimate) -> str:
    """Return whether the plan names an estimate, and what of the plan was changed for it."""
    if estimate.changed:
        return changed_word(estimate.changed)
    return "planned" if estimate.planned else "exploratory"


def changed_word(changed: Sequence[str]) -> str:
    """Return what to call that which the plan names, when it was changed for a run."""
    return f"as planned, but changed: {', '.join(changed)}"


def factor(points: float | None) -> str:
    """Return log points as the factor that they multiply by: ``1.5``, ``none`` for infinite."""
    if points is None or math.isnan(points):
        return ""
    return "none" if math.isinf(points) else f"{math.exp(points):.3g}"


def records(estimates: Iterable[Estimate]) -> list[dict[str, Any]]:
    """Return estimates as JSON has them, every reason in full; infinite is ``"none"``."""
    found = []
    for e in estimates:
        absent = isinstance(e.coefficient, NotApplicable)
        found.append(
            {
                "label": e.label,
                "organisation": e.organisation,
                "planned": e.planned,
                "changed": list(e.changed),
                "outcome": e.outcome,
                "estimator": e.estimator,
                "sample": e.sample,
                "coefficient": {"not_applicable": e.coefficient.reason}
                if isinstance(e.coefficient, NotApplicable)
                else plain(e.coefficient),
                "factor": None if absent else plain(math.exp(float(e.coefficient))),  # type: ignore[arg-type]
                "n": e.n,
                "clusters": e.clusters,
                "treated": e.treated,
                "effects": list(e.effects),
                "controls": list(e.controls),
                "left_out": list(e.left_out),
                "main": e.main,
                "inference": {m: _inference(i) for m, i in e.inference.items()},
            }
        )
    return found


def _inference(found: Inference | NotApplicable) -> dict[str, Any]:
    if isinstance(found, NotApplicable):
        return {"not_applicable": found.reason}
    names = ("p", "se", "low", "high", "mde", "draws", "note")
    return {
        name: "none" if isinstance(v := getattr(found, name), float) and math.isinf(v) else plain(v)
        for name in names
    }


def _column(group: list[Estimate], labels: list[str]) -> list[str]:
    by_label = {estimate.label: estimate for estimate in group}
    cells: list[str] = []
    for label in labels:
        estimate = by_label.get(label)
        if estimate is None:
            cells += ["", "", ""]
        elif isinstance(estimate.coefficient, NotApplicable):
            cells += ["n/a", "", ""]
        else:
            main = estimate.inference.get(estimate.main)
            error = _error(estimate)
            cells += [
                f"{estimate.coefficient:.3f}",
                "" if error is None else f"({error[1]:.3f})",
                f"[{_p(main)}]" if isinstance(main, Inference) else "[n/a]",
            ]
    one = next((e for e in group if not isinstance(e.coefficient, NotApplicable)), group[0])
    error = _error(one)
    return [
        *cells,
        one.outcome,
        one.estimator,
        plan_word(one),
        "yes" if "country" in one.effects else "no",
        "yes" if "year" in one.effects else "no",
        ", ".join(one.controls) or "none",
        METHODS[error[0]].name if error else "none",
        METHODS[one.main].name if one.main in METHODS else one.main,
        str(one.n),
        "" if one.clusters is None else str(one.clusters),
        "" if one.treated is None else str(one.treated),
    ]


def _error(estimate: Estimate) -> tuple[str, float] | None:
    for method in (estimate.main, *ERRORS):
        found = estimate.inference.get(method)
        if isinstance(found, Inference) and found.se is not None:
            return method, found.se
    return None


def _p(found: Inference) -> str:
    return p_value(found.p).removeprefix("= ")


def _number(found: Inference | None, name: str) -> float:
    value = None if found is None else getattr(found, name)
    return math.nan if value is None else float(value)


def _open_notes(estimates: Sequence[Estimate]) -> list[str]:
    """Return what an infinite number of a main inference means, where there is one."""
    found = [i for e in estimates if isinstance(i := e.inference.get(e.main), Inference)]
    notes = []
    if any(i.mde is not None and math.isinf(i.mde) for i in found):
        notes.append("Could be seen from none: no effect of any size would be found.")
    if any(end is not None and math.isinf(end) for i in found for end in (i.low, i.high)):
        notes.append(
            "An end of an interval that is infinite, or open: no effect on that side is rejected, "
            "however large."
        )
    return notes


def _size_notes(estimates: Sequence[Estimate], methods: Sequence[str], sizes: Sizes) -> list[str]:
    notes = []
    for (analysis, estimator, method), found in sizes.items():
        if method in methods and any(
            e.analysis == analysis and e.estimator == estimator for e in estimates
        ):
            notes.append(
                f"{MARK} {METHODS[method].name} rejects too often: {100 * found.share:.1f}% of true "
                f"null hypotheses at {percent(found.level)} in simulated panels of this shape ({estimator})."
            )
    return notes


def value_or_reason(found: float | NotApplicable) -> float | dict[str, str]:
    """Return a figure as JSON has it, or why there is none."""
    return {"not_applicable": found.reason} if isinstance(found, NotApplicable) else found


def unit_of(outcome: str) -> str:
    """Return the unit of an outcome: opiates are weighed by what they would make of heroin."""
    return "kg of heroin equivalents" if outcome == "opiates" else "kg"
