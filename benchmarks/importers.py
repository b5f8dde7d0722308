"""Import of a CSV of a million rows against a bare `pandas.read_csv` of it, side by side.

`python benchmarks/importers.py [ROWS] [REPEATS]` makes a file in the layout of the annual export
with made-up figures, reads it both ways in turn, and prints the ratio of the medians (at most 2).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from ioscore.io.importers import import_seizures
from ioscore.io.outcomes import read_countries

DRUGS = ("Heroin", "Opium", "Illicit morphine", "Hashish (resin)", "Marijuana (herb)",
         "Cannabis plants", "Cocaine salts", "Methamphetamine", "Amphetamine")  # fmt: skip


def made_up(path: Path, rows: int, names: list[str]) -> None:
    """Write a file of made-up figures in the layout of the annual export."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "Region": "Made-up region",
            "Country": rng.choice(names, rows),
            "ISO Code": "XXX",
            "Drug Group": "Made-up group",
            "Drug": rng.choice(DRUGS, rows),
            "Year": rng.integers(1980, 2024, rows),
            "KG Equivalent": rng.lognormal(3, 2, rows).round(3),
        }
    )
    frame.to_csv(path, index=False)


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(rows: int, repeats: int) -> None:
    """Time both and print the ratio of the medians."""
    countries = read_countries()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made_up.csv"
        made_up(path, rows, list(countries["name"]))
        seconds(lambda: pd.read_csv(path))
        pairs = [
            (
                seconds(lambda: import_seizures(path, countries)),
                seconds(lambda: pd.read_csv(path)),
            )
            for _ in range(repeats)
        ]
    own, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"{rows} rows: import {own:.2f} s, bare pandas.read_csv {bare:.2f} s, "
        f"ratio {own / bare:.2f} (at most 2)"
    )


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [1_000_000, 5][len(given) :]))
