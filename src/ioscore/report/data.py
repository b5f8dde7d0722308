"""Counts of coded rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ioscore.errors import EvidenceError, Problem


def counts(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the number of coded rows by organisation and another column.

    Parameters
    ----------
    rows : pandas.DataFrame
        Evidence rows.
    by : str
        A column of them.

    Returns
    -------
    pandas.DataFrame
        `organisation`, one column for each value, `total`.

    Raises
    ------
    EvidenceError
        For a column that is not there.
    """
    if by not in rows:
        there = ", ".join(rows.columns)
        raise EvidenceError(
            Problem(where="--by", found=f"no column {by!r}", mend=f"Take one of {there}.")
        )
    table = pd.crosstab(rows["organisation"], rows[by].replace("", "(empty)"))
    table["total"] = table.sum(axis=1)
    table.columns.name = None
    return table.reset_index()


def problems_table(problems: Sequence[Problem]) -> pd.DataFrame:
    """Return problems as a table: `where`, `found`, `mend`."""
    rows = [[problem.where, problem.found, problem.mend] for problem in problems]
    return pd.DataFrame(rows, columns=["where", "found", "mend"])
