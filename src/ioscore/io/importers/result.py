"""What an import gives."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A tidy table made from an official file, and what was left out.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each key, sorted by it.
    layout : str
        Which layout the file has.
    place : str
        Sheet, and row of the header.
    dropped : pandas.DataFrame
        `reason`, `rows`, `example` (first three values concerned); empty if nothing was.
    rows : int
        Rows of the file below the header that hold anything.
    """

    table: pd.DataFrame
    layout: str
    place: str
    dropped: pd.DataFrame
    rows: int


class Ledger:
    """Keeps count of the rows that are left out, and why."""

    def __init__(self) -> None:
        self._lines: list[dict[str, object]] = []

    def drop(
        self, rows: pd.DataFrame, bad: pd.Series, reason: str, column: str | None = None
    ) -> pd.DataFrame:
        """Return the rows less the bad ones, with a line that says how many and what they were."""
        if not bad.any():
            return rows
        example = ""
        if column is not None:
            names = rows.loc[bad, column].dropna().unique()[:3]
            example = "; ".join(map(str, names))
        self._lines.append({"reason": reason, "rows": int(bad.sum()), "example": example})
        return rows[~bad]

    @property
    def count(self) -> int:
        """Return how many rows have been left out so far."""
        return sum(int(str(line["rows"])) for line in self._lines)

    def table(self) -> pd.DataFrame:
        """Return the lines: `reason`, `rows`, `example`."""
        return pd.DataFrame(self._lines, columns=["reason", "rows", "example"])
