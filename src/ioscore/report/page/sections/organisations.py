"""A page for each organisation: its score, what it rests on, what is missing, what would move it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ioscore.audit import Audit, Profile
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
from ioscore.report.page.sections.recommended import recommendations, to_nobody, what_ifs
from ioscore.report.page.sections.said import counted, spaced
from ioscore.report.page.tabular import NOTHING, figure, span, table_block, whole

EFFECTS = {"supports": "good", "limits": "bad", "absent": "open"}


def organisations(audit: Audit, places: Places, pictures: dict[str, list[Picture]]) -> Section:
    """Return the section with a page for each organisation."""
    return Section(
        anchor="organisations",
        title=("Each organisation",),
        blocks=(
            said(
                "What each score rests on, down to every event and what is known of its place in its "
                "source. Strongest and weakest: the criteria in which an organisation stands highest "
                "and lowest among those that have a score there; where two are level, how near its "
                "score comes to the greatest decides. Scores of unlike criteria are not compared."
            ),
            *what_ifs(audit),
            *(picture.block for picture in pictures.get("criteria", [])),
        ),
        sections=(
            *(_one(audit, one, number, places) for number, one in enumerate(audit.profiles, 1)),
            *to_nobody(audit, places),
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
                anchor=f"recommended-{anchor}",
                title=("What is recommended to ", Foreign(one.organisation)),
                blocks=recommendations(audit, one, number, places),
            ),
            Section(
                anchor=f"evidence-{anchor}",
                title=("The evidence on ", Foreign(one.organisation)),
                blocks=tuple(_fold(found, cell, places) for cell in _lines(found.cells)),
            ),
        ),
    )


def _facts(audit: Audit, one: Profile, places: Places) -> Facts:
    row, total = one.row, len(audit.profiles)
    scored = "no score" if math.isnan(row["score"]) else figure(row["score"])
    # Not every method gives a range over what the missing cells could hold.
    open_ = row["missing"] and not math.isnan(row["rank_best"])
    span_ = f" ({figure(row['score_low'])} to {figure(row['score_high'])}, whatever the missing cells hold)"
    ranks = f"; could be {span(row['rank_best'], row['rank_worst'])}"
    items: list[tuple[Text, Text]] = [
        (("Score",), (Strong(scored), span_ * bool(open_))),
        (("Rank",), (Strong(whole(row["rank"])), f" of {total}{ranks * bool(open_)}")),
        (("Strongest",), (Foreign(listed(list(one.strongest)) or _level(one)),)),
        (("Weakest",), (Foreign(listed(list(one.weakest)) or _level(one)),)),
    ]
    gaps: list[Run] = []
    for path in one.missing:
        gaps += [", "] * bool(gaps)
        gaps.append(Link(places.labels[path], f"#{places.cells[one.organisation, path]}"))
    items.append((("Missing cells",), tuple(gaps) or ("none",)))
    return Facts(tuple(items))


def _level(one: Profile) -> str:
    """Say why no criterion stands out for an organisation."""
    known = one.criteria[one.criteria["ranked"] > 1].dropna(subset="rank")
    if len(known) and (known["rank"] == 1).all():
        return f"{NOTHING} (first in each criterion in which others have a score too)"
    if len(known) and (known["rank"] == known["ranked"]).all():
        return f"{NOTHING} (last in each criterion in which others have a score too)"
    return f"{NOTHING} (no criterion sets itself apart)"


def _criteria(one: Profile, number: int) -> Block:
    frame = one.criteria.drop(columns="criterion").rename(
        columns={"label": "criterion", "contribution": "adds to the score"}
    )
    summed = frame["adds to the score"].notna().any()
    notes = []
    if frame["score"].isna().any():
        gap = f"{NOTHING}: nothing counts for it under this rubric"
        notes.append(f"{gap}; its weight goes to the others." if summed else f"{gap}.")
    if summed:
        notes.append("Figures are rounded; the score is the sum of the unrounded ones.")
    return table_block(
        f"criteria_{number}",
        f"{one.organisation}: criteria, those that add most first",
        frame,
        percents=("weight",),
        shapes={"rank": lambda value, row: (_of(value, row["ranked"]),)},
        columns=["criterion", "weight", "score", "adds to the score", "rank"],
        shades=("score",) if one.criteria["score"].dropna().between(0, 1).all() else (),
        heads={"rank": "rank in it"},
        notes=tuple((note,) for note in notes),
        most=40,
    )


def _of(rank: float, ranked: int) -> str:
    return NOTHING if math.isnan(rank) else f"{whole(rank)} of {ranked}"


def _lines(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _fold(found: Explanation, cell: dict[str, Any], places: Places) -> Fold:
    """Return one cell with its events."""
    leaf = cell["leaf"]
    rows = found.rows[found.rows["leaf"] == leaf]
    denied = cell["state"] == "absent"
    entries = tuple(_event(row, places, denied=denied) for row in _lines(rows))
    blocks: list[Block] = []
    if cell["left_out"]:
        blocks.append(said(f"Left out: {spaced(cell['left_out'])}.", look="note"))
    blocks.append(Entries(entries) if entries else said("No row counts here under this rubric."))
    return Fold(
        anchor=places.cells[found.organisation, leaf],
        title=(Foreign(places.labels[leaf]), f": {_state(cell)}"),
        blocks=tuple(blocks),
    )


def _state(cell: dict[str, Any]) -> str:
    """Return the score of a cell and how it came about, in words."""
    parts = [
        f"{counted(cell[f'{effect}_events'], f'{word} event')} "
        f"({counted(cell[f'{effect}_points'], 'point')})"
        for effect, word in (("supports", "supporting"), ("limits", "limiting"))
        if cell[f"{effect}_events"]
    ]
    counts = listed(parts) or "no events"
    if cell["state"] == "missing":
        return "missing, no row counts under this rubric"
    if cell["state"] == "absent":
        return "0, the source says that it does not do this"
    return f"{figure(cell['score'])} from {counts}"


def _event(row: dict[str, Any], places: Places, *, denied: bool) -> Entry:
    """Return one row of a cell; `denied` says whether the cell stands at a stated absence."""
    strength = (
        f"strength {row['strength']}, {counted(row['points'], 'point')}; "
        if row["strength"]
        else ""
    )
    again = "" if row["counts"] else "; the same event is counted once, by its strongest row"
    if row["effect"] == "absent" and not denied:
        again += "; moves no score here, as what supports or limits the cell is counted instead"
    where: list[Run] = []
    if row["source"]:
        where.append(places.source(row["source"]))
    if row["locator"]:
        where += [", "] * bool(where)
        where.append(Foreign(row["locator"]))
    if row["anchor"]:
        where += [": "] * bool(where)
        where += ["“", Foreign(row["anchor"]), "”"]
    return Entry(
        badge=row["effect"],
        tone=EFFECTS[row["effect"]],
        text=(Foreign(row["summary"] or row["event_id"]),),
        lines=(
            *((tuple(where),) if where else ()),
            (strength, "event ", Foreign(row["event_id"]), ", row ", Foreign(row["id"]), again),
        ),
    )
