"""The scores, what each criterion adds, and every cell with the way down to its events."""

from __future__ import annotations

import itertools
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
    said,
    sentences,
)
from ioscore.report.page.places import Places
from ioscore.report.page.tabular import figure, linked, table_block

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
                "Each figure leads to the events behind it, and each event to the line of its source."
            ),
            _parts(audit, places),
            sentences(_margins(audit)),
            *_cells(audit, places),
        ),
    )


def _parts(audit: Audit, places: Places) -> TableBlock:
    """Return what each criterion adds to each score, or its own score where it adds nothing."""
    ranking = audit.study.ranking
    summed = ranking.contributions.shape[1] > 0
    parts = ranking.contributions if summed else ranking.criterion_scores
    labels = {node.id: node.label for node in ranking.rubric.top()}
    frame = parts.rename(columns=labels).reset_index(names="organisation")
    scores_ = ranking.table.set_index("organisation")["score"]
    frame["score"] = [scores_[name] for name in frame["organisation"]]
    title = (
        "What each criterion adds to the score, in points"
        if summed
        else f"Scores of the criteria, which {ranking.rubric.method.replace('_', ' ')} makes into one"
    )
    note = "–: nothing is known of this criterion, so its weight goes to the others."
    return table_block(
        "contributions",
        title,
        frame,
        shapes={"organisation": linked(lambda value, _: places.organisation(str(value)))},
        notes=((note,),) if frame.isna().any(axis=None) else (),
        most=60,
    )


def _margins(audit: Audit) -> list[str]:
    """Return a sentence for each pair of neighbours in the order: by how much, and most by what."""
    ranking, close = audit.study.ranking, audit.study.rubric.close
    labels = {node.id: node.label for node in audit.study.rubric.top()}
    lines = []
    rows = ranking.table.dropna(subset="rank").to_dict("records")
    for above, below in itertools.pairwise(rows):
        a, b, gap = above["organisation"], below["organisation"], above["score"] - below["score"]
        near = f", too close to call (up to {close:g})" if gap <= close else ""
        line = f"{a} is ahead of {b} by {figure(gap)}{near}"
        parts = ranking.contributions.loc[[a, b]].fillna(0)
        if parts.shape[1]:
            leads = parts.iloc[0] - parts.iloc[1]
            line += f"; most of all by {labels[leads.idxmax()]} ({leads.max():+.3f})"
            line += (
                f", less by {labels[leads.idxmin()]} ({leads.min():+.3f})"
                if leads.min() < 0
                else ""
            )
        lines.append(f"{line}.")
    return lines


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
                    "?: no row counts, so nothing is known. absent: the source says that it does not do "
                    "this. 0 (limits): its shortcomings outweigh what supports it.",
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
