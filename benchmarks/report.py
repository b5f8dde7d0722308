"""How long `ioscore report` takes from a cold start, on two processes: `python benchmarks/report.py [N]`.

Prints the median of N runs (default 3), each in a fresh process that writes into an empty folder,
after one that warms the disk cache, and what it is held against. Fails above the limit.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IOSCORE = "from ioscore.cli import app; app()"
LIMIT = 90.0
"""Seconds on two cores."""
JOBS = 2


def seconds(folder: Path) -> float:
    """Return how long one fresh process takes to write the report."""
    command = [
        sys.executable,
        "-c",
        IOSCORE,
        "report",
        "--jobs",
        str(JOBS),
        "--output",
        str(folder),
    ]
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def main(repeats: int) -> None:
    """Time fresh processes and print the median and the sizes of what they write."""
    with tempfile.TemporaryDirectory() as place:
        taken = [seconds(Path(place) / f"report{n}") for n in range(repeats + 1)][1:]
        files = [path for path in (Path(place) / "report0").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        page = (Path(place) / "report0" / "index.html").stat().st_size
    median = statistics.median(taken)
    print(
        f"report: {median:.1f} s, median of {repeats} ({min(taken):.1f} to {max(taken):.1f}), "
        f"{JOBS} processes on {os.cpu_count()} cores (at most {LIMIT:.0f}); {len(files)} files, "
        f"{size / 1e6:.1f} MB, of them the page {page / 1e6:.1f} MB"
    )
    if median > LIMIT:
        sys.exit("above the limit")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
