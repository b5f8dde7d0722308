"""A page for each organisation: its score, what it rests on, what is missing, what would move it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ioscore.audit import Audit, Profile
from ioscore.claims import WhatIf
from ioscore.report import listed
from ioscore.report.explanation import Explanation, explanation
from ioscore.report.page.document import (
    Block,
    Entries,
    Entry,
    Facts,
    Fold,
    Foreign,
    Link,
    Run,
    Section,
    Strong,
    Text,
    said,
)
from ioscore.report.page.pictures import Picture
from ioscore.report.page.places import Places
from ioscore.report.page.tabular import NOTHING, figure, linked, span, table_block, whole

EFFECTS = {"supports": "good", "limits": "bad", "absent": "open"}


def organisations(audit: Audit, places: Places, pictures: dict[str, list[Picture]]) -> Section:
    """Return the section with a page for each organisation."""
    return Section(
        anchor="organisations",
        title=("Each organisation",),
        blocks=(
            said(
                "What each score rests on, down to every event with the line of its source; and how "
                "far each recommendation would move it, computed as a change of the evidence with "
                "all else as it is. “Closes” takes away the coded shortcomings of a cell; “gains … "
                "2” adds one event of strength 2."
            ),
            *(picture.block for picture in pictures.get("criteria", [])),
        ),
        sections=tuple(
            _one(audit, one, number, places) for number, one in enumerate(audit.profiles, start=1)
        ),
    )


def _one(audit: Audit, one: Profile, number: int, places: Places) -> Section:
    anchor = places.organisations[one.organisation]
    found = explanation(audit.study, one.organisation)
    return Section(
        anchor=anchor,
        title=(Foreign(one.organisation), ": ", Foreign(one.name)),
        blocks=(_facts(audit, one, places), _criteria(one, number)),
        sections=(
            Section(
                anchor=f"{anchor}-recommended",
                title=("What is recommended to ", Foreign(one.organisation)),
                blocks=_recommendations(audit, one, number, places),
            ),
            Section(
                anchor=f"{anchor}-evidence",
                title=("The evidence on ", Foreign(one.organisation)),
                blocks=tuple(_fold(found, cell, places) for cell in _lines(found.cells)),
            ),
        ),
    )


def _facts(audit: Audit, one: Profile, places: Places) -> Facts:
    row, total = one.row, len(audit.profiles)
    scored = "no score" if math.isnan(row["score"]) else figure(row["score"])
    items: list[tuple[Text, Text]] = [
        (("Score",), (Strong(scored), f" ({figure(row['score_low'])} to {figure(row['score_high'])}, "
                      "whatever the missing cells hold)" if row["missing"] else "")),
        (("Rank",), (Strong(whole(row["rank"])), f" of {total}; could be "
                     f"{span(row['rank_best'], row['rank_worst'])}")),
        (("Strongest",), (Foreign(listed(list(one.strongest)) or NOTHING),)),
        (("Weakest",), (Foreign(listed(list(one.weakest)) or NOTHING),)),
    ]  # fmt: skip
    gaps: list[Run] = []
    for path in one.missing:
        gaps += [", "] * bool(gaps)
        gaps.append(Link(places.labels[path], f"#{places.cells[one.organisation, path]}"))
    items.append((("Nothing is known of",), tuple(gaps) or ("no cell is missing",)))
    return Facts(tuple(items))


def _criteria(one: Profile, number: int) -> Block:
    frame = one.criteria.drop(columns="criterion").rename(
        columns={"label": "criterion", "contribution": "adds to the score"}
    )
    return table_block(
        f"criteria_{number}",
        f"{one.organisation}: criteria, those that add most first",
        frame,
        percents=("weight",),
        shapes={"rank": lambda value, _: (whole(value),)},
        shades=("score",) if one.criteria["score"].dropna().between(0, 1).all() else (),
        heads={"rank": "rank in it"},
        notes=((f"{NOTHING}: nothing is known; its weight goes to the others.",),)
        if frame["score"].isna().any()
        else (),
        most=40,
    )


def _recommendations(audit: Audit, one: Profile, number: int, places: Places) -> tuple[Block, ...]:
    table = one.recommendations
    if table.empty:
        return (said("No recommendation to it is among the claims."),)
    frame = table[["statement", "moves", "score_then", "rank_then", "claim", "why", "id"]]
    frame = frame.assign(
        change=[_change(row, places) for row in _lines(table)],
        rank_then=[whole(rank) for rank in frame["rank_then"]],
        moves=[NOTHING if math.isnan(v) else f"{v:+.3f}" for v in frame["moves"]],
    )

    def place(value: Any, row: Any) -> Run | None:
        anchor = places.claims.get(str(row["id"]))
        return Link(str(value), f"#{anchor}") if anchor else None

    blocks: list[Block] = [
        table_block(
            f"recommendations_{number}",
            f"Recommendations to {one.organisation}, and how far each would move its score",
            frame,
            heads={
                "statement": "recommendation", "change": "what was changed in the evidence",
                "moves": "moves the score by", "score_then": "score then",
                "rank_then": "rank then",
            },
            shapes={"statement": linked(place)},
            columns=["statement", "change", "moves", "score_then", "rank_then"],
            notes=((
                f"{NOTHING}: cannot be computed. A difference up to {audit.study.rubric.close:g} is "
                "too close to call.",
            ),),
            most=40,
            whole_frame=table,
        )
    ]  # fmt: skip
    if isinstance(one.together, WhatIf):
        then = one.together
        blocks.append(
            said(
                "All that can be computed, made together while the others stay as they are: score "
                f"{figure(then.score)} to {figure(then.score_then)}, rank {whole(then.rank)} to "
                f"{whole(then.rank_then)}. This says what would be documented, not what would come "
                "of it."
            )
        )
    return tuple(blocks)


def _change(row: dict[str, Any], places: Places) -> str:
    """Return what was changed to compute a recommendation, or why none could be."""
    if not row["path"]:
        return f"not computed: {row['why']}"
    what = (
        str(row["why"])
        .partition(" in ")[0]
        .replace("without its 0 limiting rows", "nothing: no shortcoming is coded there")
    )
    return f"{places.labels.get(places.paths.get(row['path'], ''), row['path'])}: {what}"


def _lines(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _fold(found: Explanation, cell: dict[str, Any], places: Places) -> Fold:
    """Return one cell with its events."""
    leaf = cell["leaf"]
    rows = found.rows[found.rows["leaf"] == leaf]
    entries = tuple(_event(row, places) for row in _lines(rows))
    blocks: list[Block] = []
    if cell["left_out"]:
        blocks.append(said(f"Left out: {cell['left_out']}.", look="note"))
    blocks.append(Entries(entries) if entries else said("No row counts here: nothing is known."))
    return Fold(
        anchor=places.cells[found.organisation, leaf],
        title=(Foreign(places.labels[leaf]), f": {_state(cell)}"),
        blocks=tuple(blocks),
    )


def _state(cell: dict[str, Any]) -> str:
    """Return the score of a cell and how it came about, in words."""
    parts = [
        f"{_some(cell[f'{effect}_events'], f'{word} event')} "
        f"({_some(cell[f'{effect}_points'], 'point')})"
        for effect, word in (("supports", "supporting"), ("limits", "limiting"))
        if cell[f"{effect}_events"]
    ]
    counts = listed(parts) or "no events"
    if cell["state"] == "missing":
        return "missing, no row counts"
    if cell["state"] == "absent":
        return "0, the source says that it does not do this"
    return f"{figure(cell['score'])} from {counts}"


def _some(number: float, word: str) -> str:
    return f"{number:g} {word}{'' if number == 1 else 's'}"


def _event(row: dict[str, Any], places: Places) -> Entry:
    strength = (
        f"strength {row['strength']}, {_some(row['points'], 'point')}; " if row["strength"] else ""
    )
    again = "" if row["counts"] else "; the same event is counted once, by its strongest row"
    where: list[Run] = []
    if row["source"]:
        where += [places.source(row["source"]), ", "]
    where.append(Foreign(row["locator"]))
    if row["anchor"]:
        where += [": “", Foreign(row["anchor"]), "”"]
    return Entry(
        badge=row["effect"],
        tone=EFFECTS[row["effect"]],
        text=(Foreign(row["summary"] or row["event_id"]),),
        lines=(
            tuple(where),
            (strength, "event ", Foreign(row["event_id"]), ", row ", Foreign(row["id"]), again),
        ),
    )
