"""Where one edition of the statistics says something else than another."""

from __future__ import annotations

import pandas as pd

KEY = ["country", "year", "drug"]
ROUNDING = 0.5
"""Kilograms: some editions round to whole kilograms."""


def compare_editions(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Return the figures in which two tables differ by more than rounding.

    Parameters
    ----------
    ours, theirs : pandas.DataFrame
        `country`, `year`, `drug`, `kilograms`, one row for each key; `ours` may have `edition`.

    Returns
    -------
    pandas.DataFrame
        `country`, `year`, `drug`, `ours` and `theirs` (kg), `change` (theirs / ours - 1; NaN from
        zero), and `edition` of ours if known; the largest difference in kilograms first. Keys
        that only one of them has are no revision.
    """
    extra = [name for name in ("edition",) if name in ours]
    left = ours[[*KEY, "kilograms", *extra]].rename(columns={"kilograms": "ours"})
    right = theirs[[*KEY, "kilograms"]].rename(columns={"kilograms": "theirs"})
    both = left.merge(right, on=KEY, how="inner").dropna(subset=["ours", "theirs"])
    apart = (both["theirs"] - both["ours"]).abs()
    both["change"] = (both["theirs"] / both["ours"].where(both["ours"] > 0)) - 1
    changed = both.assign(apart=apart)[apart > ROUNDING + 1e-9]
    changed = changed.sort_values(["apart", *KEY], ascending=[False, True, True, True])
    return changed[[*KEY, *extra, "ours", "theirs", "change"]].reset_index(drop=True)
