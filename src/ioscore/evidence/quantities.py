"""Coded quantities of two sources side by side."""

from __future__ import annotations

import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.table import Evidence

NOT_ADDED = ("percent", "years", "months", "states")
"""Units of numbers that do not add up over events."""


def compare_quantities(
    evidence: Evidence, left: str, right: str, *, organisation: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set the quantities of two sources side by side.

    Parameters
    ----------
    evidence : Evidence
    left, right : str
        Ids of sources.
    organisation : str
        Whose acts.

    Returns
    -------
    events : pandas.DataFrame
        Events that both sources give a number for, in the same unit: `event`, `unit`, and the
        greatest number in each source.
    units : pandas.DataFrame
        For each unit and reach: number of events with such a number, and the sum over events, each
        counted once by its greatest number; shares and spans of time are not added. Sums over different events can still overlap, where
        a source gives a total beside its parts under another name.

    Raises
    ------
    EvidenceError
        For a source or an organisation without quantities.
    """
    rows = evidence.rows
    rows = rows[(rows["quantity"] != "") & (rows["organisation"] == organisation)]
    for source in (left, right):
        if source not in set(rows["source"]):
            there = ", ".join(sorted(set(rows["source"]))) or "none"
            found = f"{organisation} has no quantity in source {source!r}"
            raise EvidenceError(Problem(where="compare", found=found, mend=f"There are: {there}."))
    table = rows.assign(number=rows["quantity"].astype(float))
    keys = ["event_id", "unit", "reach", "source"]
    greatest = table.groupby(keys)["number"].max().reset_index()
    events = (
        greatest.groupby(["event_id", "unit", "source"])["number"].max().unstack("source")
        .reindex(columns=[left, right]).dropna().reset_index()
        .rename(columns={"event_id": "event"})
    )  # fmt: skip
    added = greatest[~greatest["unit"].isin(NOT_ADDED)]
    sums = added.groupby(["unit", "reach", "source"])["number"].agg(events="count", sum="sum")
    wide = sums.unstack("source").reindex(
        columns=pd.MultiIndex.from_product([["events", "sum"], [left, right]])
    )
    wide.columns = [f"{kind} {source}" for kind, source in wide.columns]
    for source in (left, right):
        wide[f"events {source}"] = wide[f"events {source}"].fillna(0).astype(int)
    empty = (wide[[f"events {left}", f"events {right}"]] == 0).all(axis=1)
    events.columns.name = None
    return events, wide[~empty].reset_index()
