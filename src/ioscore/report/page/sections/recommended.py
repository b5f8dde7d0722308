"""What is recommended to each organisation, and how far each recommendation would move its score."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ioscore.audit import Audit, Profile
from ioscore.claims import WhatIf
from ioscore.errors import NotApplicable
from ioscore.report.page.document import (
    Block,
    Entries,
    Entry,
    Foreign,
    Link,
    Run,
    Section,
    Text,
    said,
)
from ioscore.report.page.places import Places
from ioscore.report.page.sections.said import counted, verb
from ioscore.report.page.tabular import NOTHING, figure, linked, table_block, whole


def what_ifs(audit: Audit) -> list[Block]:
    """Say how recommendations are computed, where any can be."""
    if not any(one.recommendations["moves"].notna().any() for one in audit.profiles):
        return []
    return [
        said(
            "How far each recommendation would move a score is computed as a change of the evidence "
            "with all else as it is. “Closes” takes away the coded shortcomings and denials of a "
            "cell; a cell that has lost its last row so stays known, at its neutral value (0 for a "
            "tactic, one half for a barrier that is weighed by its answers). “Gains … 2” adds one "
            "event of strength 2. Which of the two is tried, and the strength, are assumptions of the "
            "test, not of the source."
        )
    ]


def recommendations(audit: Audit, one: Profile, number: int, places: Places) -> tuple[Block, ...]:
    """Return what is recommended to one organisation: a table, and all of it made together."""
    if one.recommendations.empty:
        return (said("No recommendation to it is among the claims."),)
    # What a rubric has no criterion for would say the same in every line of the table.
    none = one.recommendations["why"].str.startswith(
        f"rubric {audit.study.rubric.name} has no criterion "
    )
    blocks: list[Block] = []
    if (~none).any():
        blocks.append(_table(audit, one.recommendations[~none], number, one, places))
    if none.any():
        blocks.append(said(*_outside(one.recommendations[none], places)))
    if isinstance(one.together, WhatIf):
        then = one.together
        blocks.append(
            said(
                "All that can be computed, made together while the others stay as they are: score "
                f"{figure(then.score)} to {figure(then.score_then)}, rank {whole(then.rank)} to "
                f"{whole(then.rank_then)}. Each statement counts once; unlike statements count each, "
                "also where they are tested alike. This says what would be documented, not what "
                "would come of it."
            )
        )
    return tuple(blocks)


def to_nobody(audit: Audit, places: Places) -> list[Section]:
    """Return the recommendations that stand on no organisation's page, if there are any."""
    if isinstance(audit.verdicts, NotApplicable) or "kind" not in audit.verdicts.table:
        return []
    table = audit.verdicts.table
    shown = {id_ for one in audit.profiles for id_ in one.recommendations["id"]}
    rest = table[(table["kind"] == "recommendation") & ~table["id"].isin(shown)]
    if rest.empty:
        return []
    entries = tuple(Entry(text=(_link(row, places),)) for row in rest.to_dict("records"))
    return [
        Section(
            anchor="recommended-to-nobody",
            title=("What is recommended to none of them in particular",),
            blocks=(
                said(
                    "These single out no organisation that is compared, so that they stand on no "
                    "page above and move no score."
                ),
                Entries(entries),
            ),
        )
    ]


def _table(audit: Audit, table: pd.DataFrame, number: int, one: Profile, places: Places) -> Block:
    frame = table[["statement", "moves", "score_then", "rank_then", "claim", "why", "id"]]
    frame = frame.assign(
        change=[_change(row, places) for row in table.to_dict("records")],
        rank_then=[whole(rank) for rank in frame["rank_then"]],
        moves=[NOTHING if math.isnan(v) else f"{v:+.3f}" for v in frame["moves"]],
    )
    return table_block(
        f"recommendations_{number}",
        f"Recommendations to {one.organisation}, and how far each would move its score",
        frame,
        heads={
            "statement": "recommendation", "change": "what was changed in the evidence",
            "moves": "moves the score by", "score_then": "score then",
            "rank_then": "rank then",
        },
        shapes={"statement": linked(lambda _, row: _link(row, places))},
        columns=["statement", "change", "moves", "score_then", "rank_then"],
        notes=((
            f"{NOTHING}: cannot be computed. A difference up to {audit.study.rubric.close:g} is "
            "too close to call.",
        ),),
        most=40,
        whole_frame=one.recommendations,
    )  # fmt: skip


def _outside(table: pd.DataFrame, places: Places) -> Text:
    """Return the recommendations that the rubric has no criterion for, in one sentence."""
    number = len(table)
    runs: list[Run] = [
        f"{counted(number, 'recommendation')} {verb(number, 'names', 'name')} a criterion that this "
        "rubric does not have, so that nothing can be computed: "
    ]
    for n, row in enumerate(table.to_dict("records")):
        runs += ["; "] * bool(n)
        runs.append(_link(row, places))
    return tuple(runs)


def _link(row: Any, places: Places) -> Run:
    """Return a recommendation, leading to its place among the claims."""
    anchor = places.claims.get(str(row["id"]))
    statement = str(row["statement"])
    return Link(statement, f"#{anchor}") if anchor else Foreign(statement)


def _change(row: Any, places: Places) -> str:
    """Return what was changed to compute a recommendation, or why none could be."""
    if not row["path"]:
        return f"not computed: {row['why']}"
    what = str(row["why"]).partition(" in ")[0]
    return f"{places.labels.get(places.paths.get(row['path'], ''), row['path'])}: {what}"
