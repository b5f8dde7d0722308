"""A progress bar on stderr for what takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 1.0
"""Seconds before a bar is shown."""


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to be called with how much is done and how much there is.

    The bar appears after a second, on a terminal only, and is gone at the end.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _everything: None
        return
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(stderr=True), transient=True)
    task = progress.add_task(what)
    start, shown = time.monotonic(), False

    def update(done: int, everything: int) -> None:
        nonlocal shown
        if not shown and time.monotonic() - start > PATIENCE:
            progress.start()
            shown = True
        progress.update(task, completed=done, total=everything)

    try:
        yield update
    finally:
        if shown:
            progress.stop()
