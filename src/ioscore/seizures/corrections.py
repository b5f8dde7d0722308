"""Raw figures of several editions + lines of corrections -> one figure for each key, with why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from ioscore.errors import PanelError, Problem

FILE = "outcomes/seizures.csv"
"""The file that the lines of corrections for seizures name."""

KEY = ["country", "year", "drug"]
COLUMNS = (*KEY, "edition", "as_published", "kilograms", "why", "flags", "corrections")


def without(corrections: pd.DataFrame, ids: Collection[str]) -> pd.DataFrame:
    """Return the corrections less some lines, to run an analysis with and without them.

    Parameters
    ----------
    corrections : pandas.DataFrame
        As `harmonise` takes them.
    ids : collection of str
        Lines to leave out.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    PanelError
        When there is no line of such an id.
    """
    if unknown := sorted(set(ids) - set(corrections["id"])):
        found = f"there is no correction {', '.join(unknown)}"
        raise PanelError(Problem(where="corrections", found=found, mend="Name an id of the table."))
    return corrections[~corrections["id"].isin(ids)]


def harmonise(
    raw: pd.DataFrame, corrections: pd.DataFrame, *, order: Sequence[str]
) -> pd.DataFrame:
    """Choose one figure for each country, year and drug, and apply the corrections.

    Parameters
    ----------
    raw : pandas.DataFrame
        `country` (ISO 3166 alpha-3), `year`, `drug`, `edition`, `kilograms` (>= 0), unique but
        for the kilograms; it is not changed.
    corrections : pandas.DataFrame
        `id`, `file`, `country`, `year`, `series` (a drug; empty: every drug), `edition` (empty:
        every edition), `action`, `value`; only lines whose file is `FILE` count. Actions, in the
        order in which they are applied: `move` to the drug in `value`; `prefer` the edition;
        `replace` by the kilograms in `value`; `drop` with `value` `duplicate` (nothing is lost:
        totals go on without it) or `unusable` (totals that need it are missing too); `flag` with
        the word in `value`.
    order : sequence of str
        Editions, the one to take first in front.

    Returns
    -------
    pandas.DataFrame
        One row for each key: `country`, `year`, `drug`, `edition`, `as_published` (kilograms of
        the edition taken), `kilograms` (NaN where dropped), `why` (it was dropped, else empty),
        `flags`, `corrections` (ids, parted by blanks).

    Raises
    ------
    PanelError
        When a key stands twice in an edition, an edition has no place in the order, an action or
        its value is unknown, or a line fits no figure (it would be silently without effect).
    """
    lines = corrections[corrections["file"] == FILE]
    by_action = {name: part.to_dict("records") for name, part in lines.groupby("action")}
    if unknown := sorted(set(by_action) - {"move", "prefer", "replace", "drop", "flag"}):
        found = f"unknown action {', '.join(map(str, unknown))}"
        mend = "Use move, prefer, replace, drop or flag."
        raise PanelError(Problem(where="corrections", found=found, mend=mend))
    _check_values(lines)
    rows = raw[[*KEY, "edition", "kilograms"]].copy()
    rows["notes"] = ""
    for line in by_action.get("move", []):
        at = _matches(rows, line)
        rows.loc[at, "drug"] = line["value"]
        rows.loc[at, "notes"] += f" {line['id']}"
    _check_raw(rows, order)
    tidy = _chosen(rows, by_action.get("prefer", []), order)
    for line in by_action.get("replace", []):
        at = _matches(tidy, line)
        tidy.loc[at, "kilograms"] = float(line["value"])
        _note(tidy, at, line)
    for line in by_action.get("drop", []):
        at = _matches(tidy, line)
        tidy.loc[at, "kilograms"] = float("nan")
        tidy.loc[at, "why"] = line["value"]
        _note(tidy, at, line)
    for line in by_action.get("flag", []):
        at = _matches(tidy, line)
        tidy.loc[at, "flags"] = (tidy.loc[at, "flags"] + f" {line['value']}").str.strip()
        _note(tidy, at, line)
    tidy["corrections"] = tidy["corrections"].str.strip()
    return tidy[list(COLUMNS)]


def _check_values(lines: pd.DataFrame) -> None:
    """Check that each line has what its action needs: else a figure would go without a reason."""
    problems = []
    for line in lines.to_dict("records"):
        action, value = line["action"], str(line["value"])
        if action == "drop" and value not in ("duplicate", "unusable"):
            found, mend = f"{value!r} is no reason to drop", "Write duplicate or unusable."
        elif action == "replace" and not _is_weight(value):
            found, mend = f"{value!r} is no weight", "Write kilograms, zero or more."
        elif action in ("move", "flag") and not value:
            found, mend = "the value is empty", "Name the drug, or the flag."
        elif action == "prefer" and not line["edition"]:
            found, mend = "no edition is named", "Name the edition to take."
        else:
            continue
        problems.append(Problem(where=f"corrections, {line['id']}", found=found, mend=mend))
    if problems:
        raise PanelError(*problems)


def _is_weight(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False


def _check_raw(rows: pd.DataFrame, order: Sequence[str]) -> None:
    problems = []
    twice = rows[rows.duplicated([*KEY, "edition"])]
    for row in twice.itertuples():
        where = f"{row.country} {row.year} {row.drug}, edition {row.edition}"
        found = "two figures for one key"
        problems.append(Problem(where=where, found=found, mend="Add the parts up first."))
    for edition in sorted(set(rows["edition"]) - set(order)):
        mend = "Give it a preference in the table of editions."
        found = f"the edition {edition!r} has no place in the order"
        problems.append(Problem(where="editions", found=found, mend=mend))
    if problems:
        raise PanelError(*problems)


def _chosen(
    rows: pd.DataFrame, preferences: list[dict[Any, Any]], order: Sequence[str]
) -> pd.DataFrame:
    """Return one row for each key: of the preferred edition, else of the first in the order."""
    rank = rows["edition"].map({name: n for n, name in enumerate(order, start=1)})
    for line in preferences:
        at = _matches(rows, line)
        rank[at] = 0
        rows.loc[at, "notes"] += f" {line['id']}"
    best = rows.assign(rank=rank).sort_values([*KEY, "rank"]).drop_duplicates(KEY)
    return best.assign(
        as_published=best["kilograms"], why="", flags="", corrections=best["notes"]
    ).reset_index(drop=True)


def _matches(rows: pd.DataFrame, line: dict[Any, Any]) -> pd.Series:
    """Return which rows a line means; a line that means none is an error."""
    at = (rows["country"] == line["country"]) & (rows["year"] == line["year"])
    if line["series"]:
        at &= rows["drug"] == line["series"]
    if line["edition"]:
        at &= rows["edition"] == line["edition"]
    if not at.any():
        mend = "Correct country, year, series or edition, or take the line out."
        raise PanelError(
            Problem(where=f"corrections, {line['id']}", found="it fits no figure", mend=mend)
        )
    return at


def _note(tidy: pd.DataFrame, at: pd.Series, line: dict[Any, Any]) -> None:
    tidy.loc[at, "corrections"] += f" {line['id']}"
