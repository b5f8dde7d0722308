"""How sure the order is, in sentences, tables, JSON and files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from ioscore.errors import NotApplicable
from ioscore.report.sensitivity import choices, evidence, weights
from ioscore.report.sensitivity.common import Table
from ioscore.report.tables import as_csv, plain
from ioscore.sensitivity.choices.analysis import ChoiceSensitivity
from ioscore.sensitivity.choices.world_table import table_text
from ioscore.sensitivity.choices.worlds import Worlds
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
from ioscore.sensitivity.weights.analysis import WeightSensitivity

Result = WeightSensitivity | EvidenceSensitivity | ChoiceSensitivity | NotApplicable
_TITLES = {"weights": "Weights", "evidence": "Evidence", "choices": "Choices"}


def parts(
    results: Mapping[str, Result], *, most: int | None = None
) -> Iterator[tuple[str, list[str], list[Table]]]:
    """Yield title, sentences and tables of each analysis.

    Parameters
    ----------
    results : mapping
        By `weights`, `evidence`, `choices`.
    most : int, optional
        Rows of the table of influence; all if not given.
    """
    for name, result in results.items():
        title = _TITLES[name]
        if isinstance(result, NotApplicable):
            yield title, [f"Not applicable: {result.reason}."], []
        elif isinstance(result, WeightSensitivity):
            yield title, weights.summary(result), weights.tables(result)
        elif isinstance(result, EvidenceSensitivity):
            yield title, evidence.summary(result), evidence.tables(result, most=most)
        else:
            yield title, choices.summary(result), choices.tables(result)


def document(results: Mapping[str, Result], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return results as the document ``ioscore.sensitivity/1``, with what is needed to repeat it."""
    found: dict[str, Any] = {"schema": "ioscore.sensitivity/1", "parameters": dict(parameters)}
    for name, result in results.items():
        if isinstance(result, NotApplicable):
            found[name] = {"not_applicable": result.reason}
        elif isinstance(result, WeightSensitivity):
            found[name] = weights.document(result)
        elif isinstance(result, EvidenceSensitivity):
            found[name] = evidence.document(result)
        else:
            found[name] = choices.document(result)
    rounded: dict[str, Any] = plain(found)
    return rounded


def files(
    results: Mapping[str, Result], parameters: Mapping[str, Any], source: str
) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of every file: JSON, sentences, tables, figures, all worlds.

    Parameters
    ----------
    results, parameters
        As in `document`.
    source : str
        What the figures rest on.
    """
    from ioscore.report.figures.sensitivity import (
        of_choice_sensitivity,
        of_evidence_sensitivity,
        of_weight_sensitivity,
    )
    from ioscore.report.figures.style import image

    text = json.dumps(document(results, parameters), indent=2, ensure_ascii=False, allow_nan=False)
    yield "sensitivity.json", text + "\n"
    said = []
    for title, lines, tables in parts(results):
        said.append(f"## {title}\n\n" + "".join(f"- {line}\n" for line in lines))
        for table in tables:
            yield f"{title.lower()}_{table.name}.csv", as_csv(table.frame)
    yield "summary.md", "\n".join(said)
    for name, result in results.items():
        if isinstance(result, WeightSensitivity):
            figures = of_weight_sensitivity(result, source)
        elif isinstance(result, EvidenceSensitivity):
            figures = of_evidence_sensitivity(result, source)
        elif isinstance(result, ChoiceSensitivity):
            figures = of_choice_sensitivity(result, source)
            yield "choices_worlds.csv.gz", _compressed(result.worlds)
        else:
            continue
        for figure_name, figure in figures.items():
            for form in ("svg", "png"):
                yield f"{name}_{figure_name}.{form}", image(figure, form)


def _compressed(worlds: Worlds) -> bytes:
    """Return the table of all worlds, compressed without the time, so that bytes repeat."""
    out = BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=4, mtime=0) as file:
        for chunk in table_text(worlds):
            file.write(chunk.encode())
    return out.getvalue()
