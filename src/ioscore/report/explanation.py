"""From the score of an organisation down to each event, its anchor and the line of its source."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ioscore.errors import EvidenceError, Problem, nearest
from ioscore.report.tables import plain, records
from ioscore.rubric import Node
from ioscore.study import Study


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why an organisation has the score it has.

    Attributes
    ----------
    organisation, name : str
    rank : float
    score : float
    criteria : pandas.DataFrame
        One row for each criterion of the first level asked for: `criterion`, `weight`, `score`,
        `contribution`.
    cells : pandas.DataFrame
        One row for each leaf: `leaf`, `score`, `state`, and number and points of supports and
        limits, and `left_out`: why rows of the cell do not count, in words.
    rows : pandas.DataFrame
        One row for each coded row that counts: leaf, event, effect, strength, points, whether it
        is the one that its event counts by, source, locator, anchor, summary.
    """

    organisation: str
    name: str
    rank: float
    score: float
    criteria: pd.DataFrame
    cells: pd.DataFrame
    rows: pd.DataFrame


def explanation(study: Study, organisation: str, criterion: str | None = None) -> Explanation:
    """Gather what stands behind the score of one organisation.

    Parameters
    ----------
    study : Study
    organisation : str
        Id, in any case.
    criterion : str, optional
        Id or path of a criterion, to see that part only.

    Returns
    -------
    Explanation

    Raises
    ------
    EvidenceError
        For an organisation or a criterion that is not there.
    """
    names = {name.lower(): name for name in study.selection.organisations}
    name = names.get(organisation.lower())
    if name is None:
        there = ", ".join(names.values())
        raise EvidenceError(_unknown("organisation", organisation, there))
    nodes = list(study.rubric.nodes())
    wanted = [n for n in nodes if criterion in (None, n.id, n.path)]
    if not wanted:
        there = ", ".join(n.path for n in nodes)
        raise EvidenceError(_unknown("criterion", str(criterion), there))
    chosen = wanted[0] if criterion else None
    cells = study.scores.to_frame()
    cells = cells[
        (cells["organisation"] == name) & cells["leaf"].map(lambda leaf: _within(leaf, chosen))
    ]
    rows = study.selection.rows
    rows = rows[
        (rows["organisation"] == name) & rows["leaf"].map(lambda leaf: _within(leaf, chosen))
    ]
    cells = cells.drop(columns="organisation").reset_index(drop=True)
    out = study.selection.out[study.selection.out["organisation"] == name]
    reasons = out.groupby("leaf")["reason"].agg(lambda why: why.value_counts(sort=False).to_dict())
    cells["left_out"] = [
        "; ".join(f"{n} {reason}" for reason, n in reasons.get(leaf, {}).items())
        for leaf in cells["leaf"]
    ]
    ranked = study.ranking.table.set_index("organisation").loc[name]
    tops = [n for n in nodes if not n.parent and (chosen is None or _within(chosen.path, n))]
    return Explanation(
        organisation=name,
        name=study.selection.organisations[name],
        rank=float(ranked["rank"]),
        score=float(ranked["score"]),
        criteria=pd.DataFrame(
            [
                {
                    "criterion": n.id,
                    "weight": n.share,
                    "score": study.ranking.criterion_scores.loc[name, n.id],
                    "contribution": study.ranking.contributions.loc[name].get(n.id, float("nan")),
                }
                for n in tops
            ]
        ),
        cells=cells,
        rows=_counted(rows, by_event=study.rubric.level("counting") == "event"),
    )


def explanation_json(found: Explanation) -> dict[str, Any]:
    """Return an explanation as the document ``ioscore.explanation/1``."""
    return {
        "schema": "ioscore.explanation/1",
        "organisation": found.organisation,
        "name": found.name,
        "rank": plain(found.rank),
        "score": plain(found.score),
        "criteria": records(found.criteria),
        "cells": records(found.cells),
        "rows": records(found.rows),
    }


def explanation_text(found: Explanation, *, markdown: bool = False, width: int | None = 110) -> str:
    """Return an explanation as indented text, in lines of a width or unbroken, or as Markdown."""
    width = None if markdown else width
    head, bullet = ("## ", "- ") if markdown else ("", "  ")
    place = (
        "without a rank"
        if pd.isna(found.rank)
        else f"rank {int(found.rank)}, score {found.score:.3f}"
    )
    lines = [f"{head}{found.organisation} ({found.name}): {place}", ""]
    for row in found.criteria.itertuples(index=False):
        product = f"x weight {_share(row)} = {_number(row.contribution)}"
        if not pd.isna(row.score) and pd.isna(row.contribution):
            product = f"with weight {row.weight:.3f}"
        lines.append(f"{bullet}{row.criterion}: score {_number(row.score)} {product}")
    for cell in found.cells.itertuples(index=False):
        counts = f"{cell.supports_events} supporting ({cell.supports_points:g} points), {cell.limits_events} limiting ({cell.limits_points:g} points)"
        state = {
            "missing": "missing: no row counts",
            "absent": "0: the source says it does not do this, and limits cannot lower it",
            "limited": f"0, pulled down by its limits: {counts}",
        }.get(cell.state, f"{_number(cell.score)} from {counts}")
        lines += ["", f"{'### ' if markdown else ''}{cell.leaf}: {state}"]
        if cell.left_out:
            lines.append(_wrapped(f"left out: {cell.left_out}", bullet, width))
        for row in found.rows[found.rows["leaf"] == cell.leaf].itertuples(index=False):
            strength = f" {row.strength}" if row.strength else ""
            again = "" if row.counts else " (same event, counts once)"
            text = f"{row.effect}{strength}, {row.event_id}{again}: {row.summary}"
            lines.append(_wrapped(text, bullet, width))
            where = ", ".join(filter(None, (row.source, row.locator)))
            anchor = f': "{row.anchor}"' if row.anchor else ""
            lines.append(f"    {where}{anchor} [{row.id}]")
    return "\n".join(lines) + "\n"


def _counted(rows: pd.DataFrame, *, by_event: bool) -> pd.DataFrame:
    """Return the rows with whether each is the one its event counts by."""
    columns = [
        "leaf",
        "event_id",
        "effect",
        "strength",
        "points",
        "id",
        "source",
        "locator",
        "anchor",
        "summary",
    ]
    table = rows[columns].sort_values(
        ["leaf", "effect", "points", "event_id"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    again = table.duplicated(["leaf", "event_id", "effect"]) if by_event else False
    table.insert(5, "counts", ~again if by_event else True)
    return table.reset_index(drop=True)


def _within(leaf: str, node: Node | None) -> bool:
    return node is None or leaf == node.path or leaf.startswith(f"{node.path}/")


def _number(value: float) -> str:
    return "missing" if pd.isna(value) else f"{value:.3f}"


def _share(row: Any) -> str:
    """Return the weight that multiplies: the nominal one, or what it grew to by renormalising."""
    if pd.isna(row.score) or not row.score:
        return f"{row.weight:.3f}"
    used = row.contribution / row.score
    grown = f" ({row.weight:.3f} before what is missing was passed over)"
    return f"{used:.3f}" + (grown if abs(used - row.weight) > 5e-4 else "")


def _wrapped(text: str, bullet: str, width: int | None) -> str:
    return (
        f"{bullet}{text}"
        if width is None
        else textwrap.fill(text, width, initial_indent=bullet, subsequent_indent="    ")
    )


def _unknown(kind: str, name: str, there: str) -> Problem:
    found = f"there is no {kind} {name!r}{nearest(name, there.split(', '))}"
    return Problem(where=kind, found=found, mend=f"Take one of {there}.")
