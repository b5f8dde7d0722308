"""What the reports on sensitivity have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from ioscore.report.sentences import percent


class Table(NamedTuple):
    """A table with the name of its file and its title."""

    name: str
    title: str
    frame: pd.DataFrame


MOST = 8
"""So many names stand in a sentence; the others are in the tables."""


def of_each(shares: pd.Series, errors: pd.Series | None = None) -> str:
    """Return shares of names as a list: ``A 51.2%, B 48.8%``."""
    parts = []
    for name, share in shares.items():
        error = 0.0 if errors is None else float(errors[name])
        parts.append(f"{name} {percent(float(share), error)}")
    return shortened(parts)


def shortened(parts: Sequence[str]) -> str:
    """Return parts of a sentence, the first ones if there are many."""
    more = f" and {len(parts) - MOST} more" if len(parts) > MOST else ""
    return ", ".join(parts[:MOST]) + more


def shares_table(shares: pd.DataFrame) -> pd.DataFrame:
    """Return alternatives x ranks with the heads ``rank 1``, ``rank 2``, ..."""
    table = shares.rename(columns={rank: f"rank {rank}" for rank in shares.columns})
    return table.rename_axis("organisation").reset_index()
