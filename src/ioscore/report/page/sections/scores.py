"""The scores, what each criterion adds, and every cell with the way down to its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ioscore.audit import Audit
from ioscore.report.page.document import (
    Block,
    Cell,
    Foreign,
    Link,
    Section,
    TableBlock,
    Text,
    said,
    sentences,
)
from ioscore.report.page.places import Places
from ioscore.report.page.sections.said import has_neutral
from ioscore.report.page.tabular import NOTHING, Shape, figure, linked, table_block
from ioscore.report.ranking import margins

ACROSS = 8
"""So many organisations stand side by side in the table of cells."""
STATES = {"missing": "?", "absent": "absent", "limited": "0 (limits)"}


def scores(audit: Audit, places: Places) -> Section:
    """Return the section on scores."""
    return Section(
        anchor="scores",
        title=("Scores, and what makes them",),
        blocks=(
            said(
                "Each figure of a criterion or a cell leads to the events behind it, and each event "
                "says what is known of its place in its source."
            ),
            _parts(audit, places),
            sentences(margins(audit.study.ranking, _labels(audit))),
            *_cells(audit, places),
        ),
    )


def _parts(audit: Audit, places: Places) -> TableBlock:
    """Return what each criterion adds to each score, or its own score where it adds nothing."""
    ranking = audit.study.ranking
    summed = ranking.contributions.shape[1] > 0
    parts = ranking.contributions if summed else ranking.criterion_scores
    frame = parts.reset_index(names="organisation")
    scores_ = ranking.table.set_index("organisation")["score"]
    frame["score"] = [scores_[name] for name in frame["organisation"]]
    title = (
        "What each criterion adds to the score, in points"
        if summed
        else f"Scores of the criteria, which {ranking.rubric.method.replace('_', ' ')} makes into one"
    )
    notes = []
    if frame.isna().any(axis=None):
        gap = f"{NOTHING}: nothing counts for this criterion under this rubric"
        notes.append(f"{gap}, so its weight goes to the others." if summed else f"{gap}.")
    if summed:
        notes.append("Figures are rounded; the score is the sum of the unrounded ones.")
    if summed and has_neutral(audit.study.rubric):
        notes.append(
            "Of a barrier one half is neutral: what hinders as much as it helps still adds half its "
            "weight."
        )
    return table_block(
        "contributions",
        title,
        frame,
        heads=_labels(audit),
        shapes={
            "organisation": linked(lambda value, _: places.organisation(str(value))),
            **{str(path): _to_events(audit, places, str(path)) for path in parts.columns},
        },
        notes=tuple((note,) for note in notes),
        most=60,
    )


def _labels(audit: Audit) -> dict[str, str]:
    return {node.id: node.label for node in audit.study.rubric.top()}


def _to_events(audit: Audit, places: Places, criterion: str) -> Shape:
    """Return how a figure of a criterion is written: it leads to the first of its cells."""
    leaves = [
        leaf
        for leaf in audit.study.scores.matrix.columns
        if leaf == criterion or leaf.startswith(f"{criterion}/")
    ]

    def shape(value: Any, row: Mapping[str, Any]) -> Text:
        if not leaves:
            return (figure(value),)
        return (Link(figure(value), f"#{places.cells[row['organisation'], leaves[0]]}"),)

    return shape


def _cells(audit: Audit, places: Places) -> tuple[Block, ...]:
    """Return the table of all cells; each leads to its events."""
    found = audit.study.scores
    order = list(audit.study.ranking.table["organisation"])
    across = len(order) <= ACROSS
    lines, columns = (list(found.matrix.columns), order) if across else (order, list(found.matrix))
    rows = []
    for line in lines:
        name = places.labels.get(line, line) if across else line
        head: Any = Foreign(name) if across else places.organisation(line)
        fields = [Cell(text=(head,))]
        for column in columns:
            organisation, leaf = (column, line) if across else (line, column)
            fields.append(_cell(audit, places, organisation, leaf))
        rows.append(tuple(fields))
    return (
        TableBlock(
            name="cells",
            title="Score of every cell",
            head=(
                "criterion" if across else "organisation",
                *(columns if across else (places.labels[leaf] for leaf in columns)),
            ),
            rows=tuple(rows),
            notes=(
                (
                    "?: no row counts under this rubric. absent: the source says that it does not do "
                    "this. 0 (limits): its shortcomings weigh as much as what supports it, or more.",
                ),
            ),
            frame=_long(audit),
        ),
    )


def _cell(audit: Audit, places: Places, organisation: str, leaf: str) -> Cell:
    value = float(audit.study.scores.matrix.loc[organisation, leaf])
    state = str(audit.study.scores.states.loc[organisation, leaf])
    text = STATES.get(state, figure(value, 2))
    link = Link(text, f"#{places.cells[organisation, leaf]}")
    return Cell(
        text=(link,), number=True, share=None if pd.isna(value) else min(1.0, max(0.0, value))
    )


def _long(audit: Audit) -> pd.DataFrame:
    return audit.study.scores.to_frame()
