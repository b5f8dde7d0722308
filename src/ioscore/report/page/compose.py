"""A report put together from its parts: one document, whatever it is then written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ioscore.audit import Audit
from ioscore.errors import NotApplicable
from ioscore.report.page.document import Document, Foreign, PictureBlock, TableBlock, blocks_of
from ioscore.report.page.pictures import Picture
from ioscore.report.page.places import Setting, places_of
from ioscore.report.page.sections.answer import answer
from ioscore.report.page.sections.claims import claims, claims_file
from ioscore.report.page.sections.evidence import evidence
from ioscore.report.page.sections.methods import methods
from ioscore.report.page.sections.organisations import organisations
from ioscore.report.page.sections.robustness import explore, further_tables, robustness
from ioscore.report.page.sections.rubric import rubric
from ioscore.report.page.sections.scores import scores
from ioscore.report.page.sections.seizures import seizures
from ioscore.report.page.sections.threats import threats
from ioscore.report.regression import tables as regression_tables
from ioscore.report.sensitivity.common import Table


def compose(audit: Audit, setting: Setting, drawn: Sequence[Picture]) -> Document:
    """Return a report as a document.

    Parameters
    ----------
    audit : Audit
    setting : Setting
    drawn : sequence of Picture
        Its figures; none for a report without.

    Returns
    -------
    Document
    """
    places = places_of(audit)
    pictures: dict[str, list[Picture]] = {}
    for picture in drawn:
        pictures.setdefault(picture.part, []).append(picture)
    used = audit.study.rubric
    document = Document(
        question=setting.question,
        under=(
            "Rubric: ",
            Foreign(f"{used.title} ({used.name})" if used.title else used.name),
            ". Scores measure documented effort, not effect.",
        ),
        sections=(
            answer(audit, places, pictures),
            rubric(audit, places),
            evidence(audit, places, setting, pictures),
            scores(audit, places),
            robustness(audit, places, pictures),
            explore(audit),
            claims(audit, places),
            organisations(audit, places, pictures),
            seizures(audit, places, setting, pictures),
            threats(audit, setting),
        ),
    )
    files = {table.name: table.title for table in all_tables(audit, setting, document)}
    last = methods(audit, setting, files, pictures=bool(drawn))
    return replace(document, sections=(*document.sections, last))


def tables_of(document: Document) -> list[TableBlock]:
    """Return the tables that a document shows, in its order."""
    return [b for s in document.sections for b in blocks_of(s) if isinstance(b, TableBlock)]


def pictures_of(document: Document) -> list[PictureBlock]:
    """Return the figures that a document shows, in its order."""
    return [b for s in document.sections for b in blocks_of(s) if isinstance(b, PictureBlock)]


def all_tables(audit: Audit, setting: Setting, document: Document) -> list[Table]:
    """Return every table that belongs to a report, shown or not; names are unique.

    Parameters
    ----------
    audit : Audit
    setting : Setting
    document : Document
        Of the audit.
    """
    shown = [Table(b.name, b.title, b.frame) for b in tables_of(document) if b.frame is not None]
    there = {table.name for table in shown}
    further = [*_evidence(audit), *further_tables(audit)]
    if not isinstance(audit.verdicts, NotApplicable):
        further.append(Table("claims", "Claims and answers", claims_file(audit.verdicts)))
    if not isinstance(audit.outcomes, NotApplicable):
        for name, results in audit.outcomes.items():
            for table in regression_tables(name, results, setting.sizes)[0]:
                further.append(Table(f"{name}_{table.name}", table.title, table.frame))
    every = [*shown, *(table for table in further if table.name not in there)]
    return [table._replace(frame=_in_logs(table.frame)) for table in every]


def _in_logs(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose interval is one of coefficients beside factors, with names that say so."""
    if not {"coefficient", "factor"} <= set(frame.columns):
        return frame
    return frame.rename(columns={"low": "low_log", "high": "high_log"})


def _evidence(audit: Audit) -> list[Table]:
    """Return the rows that count, and those that do not with the reason."""
    chosen = audit.study.selection
    columns = ["id", "organisation", "leaf", "effect", "strength", "points", "event_id",
               "evidence_type", "reach", "year_start", "year_end", "source", "locator", "anchor",
               "summary"]  # fmt: skip
    counted = chosen.rows[columns].reset_index(drop=True)
    out = chosen.out[["id", "organisation", "criterion", "source", "locator", "reason"]]
    return [
        Table("evidence_counted", "Rows that count", counted),
        Table("evidence_left_out", "Rows that do not count, with the reason", pd.DataFrame(out)),
    ]
