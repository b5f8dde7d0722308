"""Whether efforts show in seizures, in sentences, tables, JSON and files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import to_frame
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression import curve, dose, event, panel, series, synth
from ioscore.report.regression.answers import answers_table, answers_text
from ioscore.report.regression.common import (
    Sizes,
    estimates_table,
    inference_table,
    plan_word,
    records,
    regression_table,
)
from ioscore.report.sensitivity.common import Table
from ioscore.report.tables import as_csv, as_latex, plain
from ioscore.report.tables import records as rows_of

Result = Any
"""What an analysis returns: it has `estimates`, and its report module knows the rest."""

TITLES = {
    "series": "Interrupted time series",
    "panel": "Country panel",
    "event": "Event study",
    "synth": "Synthetic control",
    "dose": "Dose and response",
    "curve": "Specification curve",
}
_REPORTS: dict[str, ModuleType] = {
    "series": series,
    "panel": panel,
    "event": event,
    "synth": synth,
    "dose": dose,
    "curve": curve,
}


def summary(name: str, result: Result | NotApplicable) -> list[str]:
    """Return the reading of one analysis; its last sentence says what a seizure measures."""
    if isinstance(result, NotApplicable):
        return [f"Not applicable: {result.reason}."]
    said: list[str] = _REPORTS[name].summary(result)
    return said if AMBIGUOUS in said else [*said, AMBIGUOUS]


def tables(
    name: str,
    results: Mapping[str, Result | NotApplicable],
    sizes: Sizes | None = None,
    *,
    extras: int | None = None,
) -> tuple[list[Table], list[str]]:
    """Return the tables of one analysis over its outcomes, and the notes below them.

    Parameters
    ----------
    name : str
        Of the analysis.
    results : mapping
        By outcome, the planned one first.
    sizes : mapping, optional
        Methods that reject too often, as in `inference_table`.
    extras : int, optional
        Of so many outcomes the tables beside the estimates; of all if not given.
    """
    found = {o: r for o, r in results.items() if not isinstance(r, NotApplicable)}
    estimates = [e for result in found.values() for e in result.estimates]
    made, notes = [], []
    if estimates:
        noted = inference_table(estimates, sizes)
        made.append(Table("estimates", "Estimates", estimates_table(estimates)))
        made.append(Table("inference", "How sure, by every method that applies", noted.frame))
        planned = [e for e in estimates if e.planned or e.changed]
        if planned:
            word = plan_word(planned[0])
            kind = "Planned estimates" if planned[0].planned else f"Estimates {word}"
            title = f"{kind}: errors in parentheses, p in brackets"
            made.append(Table("regression", title, regression_table(planned)))
        notes = noted.notes
    for number, (outcome, result) in enumerate(list(found.items())[:extras]):
        for table in _REPORTS[name].tables(result):
            own = (
                table if not number else Table(f"{table.name}_{outcome}", table.title, table.frame)
            )
            title = f"{own.title} ({outcome})" if len(found) > 1 else own.title
            made.append(Table(own.name, title, own.frame))
    return made, notes


def document(
    results: Mapping[str, Mapping[str, Result | NotApplicable]],
    plan: AnalysisPlan,
    parameters: Mapping[str, Any],
    found: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return results as the document ``ioscore.regression/1``, with what is needed to repeat it.

    Parameters
    ----------
    results : mapping
        By analysis and outcome.
    plan : AnalysisPlan
    parameters : mapping
        As asked for.
    found : pandas.DataFrame, optional
        From `ioscore.regression.answers.answers`.
    """
    analyses: dict[str, Any] = {}
    for name, by_outcome in results.items():
        analyses[name] = {}
        for outcome, result in by_outcome.items():
            if isinstance(result, NotApplicable):
                analyses[name][outcome] = {"not_applicable": result.reason}
                continue
            analyses[name][outcome] = {
                "summary": summary(name, result),
                "estimates": records(result.estimates),
                **plain(_REPORTS[name].document(result)),
            }
    return {
        "schema": "ioscore.regression/1",
        "parameters": dict(parameters),
        "ambiguity": AMBIGUOUS,
        "plan": plan.model_dump(mode="json", by_alias=True),
        "answers": None if found is None else rows_of(found.replace([math.inf, -math.inf], "none")),
        "analyses": analyses,
    }


def files(
    results: Mapping[str, Mapping[str, Result | NotApplicable]],
    plan: AnalysisPlan,
    parameters: Mapping[str, Any],
    source: str,
    sizes: Sizes | None = None,
    found: pd.DataFrame | None = None,
) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of every file: JSON, sentences, tables (CSV, LaTeX), figures.

    Parameters
    ----------
    results : mapping
        By analysis and outcome.
    plan, parameters, sizes
        As in `document` and `tables`.
    source : str
        What the figures rest on.
    found : pandas.DataFrame, optional
        From `ioscore.regression.answers.answers`.
    """
    from ioscore.report.figures.style import image

    changed = tuple(parameters.get("changed") or ())
    text = json.dumps(
        document(results, plan, parameters, found), indent=2, ensure_ascii=False, allow_nan=False
    )
    yield "regression.json", text + "\n"
    said = []
    if found is not None:
        said += ["## Answers\n", "\n".join(answers_text(found, plan, changed)) + "\n"]
        yield "answers.csv", as_csv(answers_table(found).frame)
        yield "answers.tex", as_latex(answers_table(found).frame)
    for name, by_outcome in results.items():
        said.append(f"## {TITLES[name]}\n")
        for outcome, result in by_outcome.items():
            said.append(f"### {outcome}\n\n" + "\n".join(summary(name, result)) + "\n")
        made, notes = tables(name, by_outcome, sizes)
        said += [f"- {note}" for note in notes] + [""] * bool(notes)
        yield from _table_files(name, by_outcome, made)
    yield "summary.md", "\n".join(said)
    for name, by_outcome in results.items():
        for number, (outcome, result) in enumerate(by_outcome.items()):
            if isinstance(result, NotApplicable):
                continue
            for figure_name, figure in _REPORTS[name].figures(result, source).items():
                stem = f"{name}_{figure_name}" + (f"_{outcome}" if number else "")
                for form in ("svg", "png"):
                    yield f"{stem}.{form}", image(figure, form)


def _table_files(
    name: str, by_outcome: Mapping[str, Result | NotApplicable], made: Sequence[Table]
) -> Iterator[tuple[str, str]]:
    """Yield the tables of one analysis, and what is too long for a screen."""
    for table in made:
        yield f"{name}_{table.name}.csv", as_csv(table.frame)
        if table.name in ("regression", "inference", "estimates"):
            yield f"{name}_{table.name}.tex", as_latex(table.frame)
    known = [r for r in by_outcome.values() if not isinstance(r, NotApplicable)]
    if name == "curve":
        for result in known:
            yield "curve_specifications.csv", as_csv(curve.specifications(result).frame)
    if estimates := [e for result in known for e in result.estimates]:
        yield f"{name}_long.csv", as_csv(to_frame(estimates))
