"""Coders' readings of the same paragraphs, and which of their acts are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Unit = tuple[str, int]
"""A paragraph: its source and the line on which it begins."""
Level = Literal["nominal", "ordinal", "interval"]

COLUMNS: dict[str, Level] = {
    "organisation": "nominal",
    "criterion": "nominal",
    "subcriterion": "nominal",
    "effect": "nominal",
    "evidence_type": "nominal",
    "strength": "ordinal",
}
"""Coded columns that are compared, with their level of measurement."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one coder made of the paragraphs that he or she read.

    Attributes
    ----------
    coder : str
    units : tuple of (source, line)
        Every paragraph read, by the line on which it begins, coded or not.
    rows : pandas.DataFrame
        Coded rows: `id`, `unit`, the columns of `COLUMNS`, and three numbers of words counted
        through the source, -1 where unknown: `at` (where the anchor begins), `first` and `last`
        (of the sentences in which it stands).
    """

    coder: str
    units: tuple[Unit, ...]
    rows: pd.DataFrame


def only(reading: Reading, source: str) -> Reading:
    """Return the part of a reading that is of one source."""
    units = tuple(unit for unit in reading.units if unit[0] == source)
    rows = reading.rows[[unit[0] == source for unit in reading.rows["unit"]]]
    return Reading(coder=reading.coder, units=units, rows=rows)


def match_acts(readings: Sequence[Reading], units: Sequence[Unit]) -> pd.DataFrame:
    """Match acts one to one within each paragraph, by where they stand and nothing else.

    Two acts can match if the passages in which their anchors stand overlap. Of all pairs those
    with anchors nearest to each other are taken first. Acts without a known place match in the
    order in which they were coded. What is coded plays no part: it is what is compared.

    Parameters
    ----------
    readings : sequence of Reading
    units : sequence of (source, line)

    Returns
    -------
    pandas.DataFrame
        `unit` and one column of act ids for each coder, "" where the coder has no such act.
    """
    acts = {
        reading.coder: {
            unit: part.to_dict("records") for unit, part in reading.rows.groupby("unit", sort=False)
        }
        for reading in readings
    }
    names = [reading.coder for reading in readings]
    rows: list[dict[str, object]] = []
    for unit in units:
        groups: list[dict[str, dict[str, int | str]]] = []
        for name in names:
            own = acts[name].get(unit, [])
            pairs = sorted(
                (_distance(groups[g], act, (g, n)), g, n)
                for g in range(len(groups))
                for n, act in enumerate(own)
                if _overlap(groups[g], act)
            )
            taken: set[int] = set()
            filled: set[int] = set()
            for _, g, n in pairs:
                if g not in filled and n not in taken:
                    groups[g][name] = own[n]
                    filled.add(g)
                    taken.add(n)
            groups += [{name: act} for n, act in enumerate(own) if n not in taken]
        for group in groups:
            ids = {name: str(group[name]["id"]) if name in group else "" for name in names}
            rows.append({"unit": unit, **ids})
    return pd.DataFrame(rows, columns=["unit", *names])


def _overlap(group: Mapping[str, Mapping[str, int | str]], act: Mapping[str, int | str]) -> bool:
    """Say whether a passage overlaps the first one of a group, or one of them has no place."""
    other = next(iter(group.values()))
    if min(int(other["first"]), int(act["first"])) < 0:
        return True
    return int(other["first"]) <= int(act["last"]) and int(act["first"]) <= int(other["last"])


def _distance(
    group: Mapping[str, Mapping[str, int | str]],
    act: Mapping[str, int | str],
    order: tuple[int, int],
) -> float:
    other = next(iter(group.values()))
    if min(int(other["at"]), int(act["at"])) < 0:
        return abs(order[0] - order[1])
    return abs(int(other["at"]) - int(act["at"]))
