"""Coded quantities of two sources side by side."""

from __future__ import annotations

import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.table import Evidence

NOT_DONE = ("plan", "opinion", "recommendation")
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
        Events that both sources give a number for, in the same unit: `event`, `unit`, the greatest
        number in each source, and the year, reach and summary with which it is told: they tell
        whether the two numbers can be compared. Plans, opinions and recommendations do not count.
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
    done = rows[~rows["evidence_type"].isin(NOT_DONE)]
    table = done.assign(number=done["quantity"].astype(float)).sort_values("number", kind="stable")
    greatest = table.drop_duplicates(["event_id", "unit", "source"], keep="last")
    told = [
        f"{row.year_start or 'undated'}, {row.reach or 'anywhere'}: {row.summary}"
        for row in greatest.itertuples()
    ]
    pairs = greatest.assign(told=told).pivot(
        index=["event_id", "unit"], columns="source", values=["number", "told"]
    )
    wide = pairs.reindex(
        columns=pd.MultiIndex.from_product([["number", "told"], [left, right]])
    ).dropna()
    wide.columns = [left, right, f"{left} told as", f"{right} told as"]
    events = wide.astype({left: float, right: float}).reset_index(names=["event", "unit"])
    added = greatest[~greatest["unit"].isin(NOT_ADDED)]
    sums = added.groupby(["unit", "reach", "source"])["number"].agg(events="count", sum="sum")
    units = sums.unstack("source").reindex(
        columns=pd.MultiIndex.from_product([["events", "sum"], [left, right]])
    )
    units.columns = [f"{kind} {source}" for kind, source in units.columns]
    for source in (left, right):
        units[f"events {source}"] = units[f"events {source}"].fillna(0).astype(int)
    empty = (units[[f"events {left}", f"events {right}"]] == 0).all(axis=1)
    return events, units[~empty].reset_index()
