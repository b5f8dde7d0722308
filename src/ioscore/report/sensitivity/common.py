"""What the reports on sensitivity have in common."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ioscore.report.sentences import percent


class Table(NamedTuple):
    """A table with the name of its file and its title."""

    name: str
    title: str
    frame: pd.DataFrame


def of_each(shares: pd.Series, errors: pd.Series | None = None) -> str:
    """Return shares of names as a list: ``A 51.2%, B 48.8%``."""
    parts = []
    for name, share in shares.items():
        error = 0.0 if errors is None else float(errors[name])
        parts.append(f"{name} {percent(float(share), error)}")
    return ", ".join(parts)


def shares_table(shares: pd.DataFrame) -> pd.DataFrame:
    """Return alternatives x ranks with the heads ``rank 1``, ``rank 2``, ..."""
    table = shares.rename(columns={rank: f"rank {rank}" for rank in shares.columns})
    return table.rename_axis("organisation").reset_index()
