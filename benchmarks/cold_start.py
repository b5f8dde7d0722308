"""Cold start as ratios, measured side by side in one run: `python benchmarks/cold_start.py [N]`.

Machines differ and are shared, so seconds say little; what is compared alternates in one run,
and each figure is the median of N processes (default 15), after one that warms the disk cache.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

IOSCORE = "from ioscore.cli import app; app()"

BARE_HELP = """
from typing import Annotated
import typer
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
                  help="Score and rank organisations by a rubric on coded evidence.")
def command(rubric: Annotated[str, typer.Option(help="A rubric.")] = "thesis",
            window: Annotated[str, typer.Option(help="Years.")] = ""):
    "Do one of the things that the program does, said in a sentence of this length."
for name in ("rank", "explain", "check", "verify", "rubric", "data"):
    app.command(name)(command)
app()
"""

BARE_IMPORTS = "import pandas, pydantic, yaml, typer, rich.console, rich.table"

CASES = {
    "help": ([IOSCORE, "--help"], [BARE_HELP, "--help"], 1.5),
    "rank": ([IOSCORE, "rank"], [BARE_IMPORTS], 1.4),
}


def seconds(arguments: list[str]) -> float:
    """Return how long one fresh process takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", *arguments], capture_output=True, check=True)
    return time.perf_counter() - start


def main(repeats: int) -> None:
    """Time each case against its floor and print the ratio of the medians."""
    for name, (ours, floor, limit) in CASES.items():
        seconds(ours), seconds(floor)
        pairs = [(seconds(ours), seconds(floor)) for _ in range(repeats)]
        own, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{name}: {own * 1000:.0f} ms, floor {bare * 1000:.0f} ms, "
            f"ratio {own / bare:.2f} (at most {limit})"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
