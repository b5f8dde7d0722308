"""What the order rests on in the evidence, in sentences, tables and JSON."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.report.sensitivity.common import Table, of_each, shares_table
from ioscore.report.tables import records
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
from ioscore.sensitivity.evidence.removal import Removal
from ioscore.sensitivity.evidence.resampling import EvidenceDraws

STABILITY = (
    "Shares of draws measure stability: coded events are no random sample of anything, so they say "
    "how much the order rests on single events, levels or coders, not how probable it is."
)
_WHAT = {
    "resampled": "events drawn anew",
    "readings": "each act as one coder or the other has it",
    "levels": "strengths moved as coders differ on them",
    "joint": "events drawn anew and weights with them",
}


def summary(result: EvidenceSensitivity) -> list[str]:
    """Return the main results in sentences."""
    lines = [*_influence(result.influence), _removal(result.top)]
    for name, removal in result.to_first.items():
        if isinstance(removal, Removal):
            lines.append(f"To make {name} first: {_removed(removal)}.")
        elif "already" not in removal.reason:
            why = removal.reason.removeprefix(f"{name} first: ")
            lines.append(f"To make {name} first: {why}.")
    lines.append(_removal(result.bottom))
    for name, draws in result.draws.items():
        if isinstance(draws, NotApplicable):
            lines.append(f"First with {_WHAT[name]}: {draws.reason}.")
            continue
        order = draws.rank_shares[1].sort_values(ascending=False, kind="stable")
        lines.append(
            f"First with {_WHAT[name]} ({draws.draws:,} draws): "
            f"{of_each(order, draws.rank_errors[1])}."
        )
    return [*lines, STABILITY]


def tables(result: EvidenceSensitivity, *, most: int | None = None) -> list[Table]:
    """Return the tables, each with its title.

    Parameters
    ----------
    result : EvidenceSensitivity
    most : int, optional
        Rows of the table of influence; all if not given.
    """
    found = []
    if isinstance(result.influence, pd.DataFrame):
        shown = result.influence if most is None else result.influence.head(most)
        title = "What leaving one thing out does, biggest first"
        if most is not None and most < len(result.influence):
            title += f" ({most} of {len(result.influence):,}; all with --output or --format json)"
        found.append(Table("influence", title, shown))
    for name, removal in (("top", result.top), ("bottom", result.bottom)):
        if isinstance(removal, Removal):
            title = f"Events without which: {removal.target}"
            found.append(Table(f"smallest_set_{name}", title, removal.events))
    for name, draws in result.draws.items():
        if isinstance(draws, EvidenceDraws):
            title = f"Share of {draws.draws:,} draws at each rank, {_WHAT[name]}"
            found.append(Table(f"{name}_ranks", title, shares_table(draws.rank_shares)))
            title = "Monte Carlo standard errors of these shares"
            found.append(Table(f"{name}_ranks_errors", title, shares_table(draws.rank_errors)))
            title = (
                f"Share of {draws.draws:,} draws with the row ahead of the column, {_WHAT[name]}"
            )
            ahead = draws.ahead.rename_axis("organisation").reset_index()
            found.append(Table(f"{name}_ahead", title, ahead))
            errors = draws.ahead_errors.rename_axis("organisation").reset_index()
            title = "Monte Carlo standard errors of these pairs"
            found.append(Table(f"{name}_ahead_errors", title, errors))
    if isinstance(result.confusion, pd.DataFrame):
        table = result.confusion.rename(columns=str).rename_axis(columns=None).reset_index()
        title = "How probably another coder gives each level, given the level of one"
        found.append(Table("levels_confusion", title, table))
    return found


def document(result: EvidenceSensitivity) -> dict[str, Any]:
    """Return the results as the part ``evidence`` of ``ioscore.sensitivity/1``."""
    return {
        "note": STABILITY,
        "influence": _na(result.influence)
        if isinstance(result.influence, NotApplicable)
        else records(result.influence),
        "smallest_sets": {
            "top": _removal_json(result.top),
            "bottom": _removal_json(result.bottom),
            "to_first": {name: _removal_json(found) for name, found in result.to_first.items()},
        },
        "draws": {name: _draws_json(draws) for name, draws in result.draws.items()},
        "levels_confusion": _na(result.confusion)
        if isinstance(result.confusion, NotApplicable)
        else {
            str(i): {str(k): v for k, v in row.items()} for i, row in result.confusion.iterrows()
        },
    }


def _influence(table: pd.DataFrame | NotApplicable) -> list[str]:
    if isinstance(table, NotApplicable):
        return [f"Leaving out one thing after the other: {table.reason}."]
    lines = []
    for kind, rows in table.groupby("kind", sort=False):
        which, what = "changes_first", "the first place"
        if kind == "organisation":
            which, what = "changes_order", "the order of the others"
        turning = rows[rows[which].fillna(False).astype(bool)]
        # Where nothing is left to compare there is no distance to the order before.
        silent = int(rows["swaps"].isna().sum())
        if silent == len(rows):
            lines.append(f"Leaving out one {kind}: {_nothing_without(silent)}.")
            continue
        if turning.empty and len(rows) == 1:
            lines.append(
                f"Leaving out one {kind}: there is only one, and it does not change {what}."
            )
            continue
        if silent:
            what += f" ({silent:,} of them leave nothing that can be scored)"
        if turning.empty:
            lines.append(f"Leaving out one {kind}: none of {len(rows):,} changes {what}.")
            continue
        firsts = turning["first"].value_counts()
        names = ", ".join(f"{name} in {count}" for name, count in firsts.items())
        lines.append(
            f"Leaving out one {kind}: {len(turning):,} of {len(rows):,} "
            f"{'changes' if len(turning) == 1 else 'change'} {what} "
            f"(first then: {names}); most of all {turning['left_out'].iloc[0]}."
        )
    return lines


def _removal(found: Removal | NotApplicable) -> str:
    if isinstance(found, NotApplicable):
        return f"Smallest set of events: {found.reason}."
    return f"{found.target}: {_removed(found)}."


def _removed(found: Removal) -> str:
    ids = list(dict.fromkeys(found.events["event_id"]))
    named = ", ".join(ids[:4]) + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")
    events = "one event" if found.size == 1 else f"{found.size} events"
    bound = "no smaller set does it" if found.exact else f"an upper bound: {found.reason}"
    return f"leaving out {events} is enough ({named}); {bound}"


def _removal_json(found: Removal | NotApplicable) -> dict[str, Any]:
    if isinstance(found, NotApplicable):
        return _na(found)
    return {
        "target": found.target,
        "size": found.size,
        "exact": found.exact,
        "no_smaller_than": found.lower,
        "reason": found.reason,
        "events": records(found.events),
        "scores": records(found.scores.reset_index()),
    }


def _draws_json(draws: EvidenceDraws | NotApplicable) -> dict[str, Any]:
    if isinstance(draws, NotApplicable):
        return _na(draws)
    return {
        "varied": draws.varied,
        "draws": draws.draws,
        "rank_shares": _lists(draws.rank_shares),
        "rank_errors": _lists(draws.rank_errors),
        "ahead": {name: row.to_dict() for name, row in draws.ahead.iterrows()},
        "ahead_errors": {name: row.to_dict() for name, row in draws.ahead_errors.iterrows()},
        "unranked": draws.unranked.to_dict(),
        "scores": {name: row.to_dict() for name, row in draws.scores.iterrows()},
    }


def _lists(frame: pd.DataFrame) -> dict[str, list[float]]:
    return {str(name): list(row) for name, row in frame.iterrows()}


def _na(found: NotApplicable) -> dict[str, Any]:
    return {"not_applicable": found.reason}


def _nothing_without(number: int) -> str:
    """Say that nothing can be scored without the one thing, or without any of several."""
    if number == 1:
        return "there is only one, and without it nothing can be scored"
    return f"without any one of {number:,} nothing can be scored"
