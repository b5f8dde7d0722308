"""A headless Chromium for the tests: found, installed where that is possible, or missed loudly."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of the system's Chromium; install it from Debian's packages where we may."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found or os.name == "nt" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    with (Path(tempfile.gettempdir()) / "ioscore-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers of pytest would install it at once
        if not shutil.which("chromium"):
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (
                ["apt-get", "update", "-qq"],
                ["apt-get", "install", "-y", "-qq", "chromium"],
            ):
                subprocess.run(command, env=env, capture_output=True, check=False)
    return shutil.which("chromium")


# One for each module and no longer: while it runs, Playwright keeps an event loop in the thread,
# in which other tests could not run one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start headless Chromium for the tests of a module."""
    path = find_chromium()
    if path is None:
        pytest.skip(
            "CHROMIUM IS NOT HERE: nothing was tried in a browser. Install it (on Debian: "
            "apt-get install chromium) to run these checks."
        )
    flags = [*FLAGS, *(["--no-sandbox"] if os.name != "nt" and os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()


@contextmanager
def offline_page(browser: Browser, **options: object) -> Iterator[Page]:
    """Open an empty page without a network; at the end nothing may have failed in it."""
    context = browser.new_context(offline=True, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(15_000)
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith(("file:", "blob:", "data:", "about:"))
            else wrong.append(f"asked: {r.url}")
        ),
    )
    try:
        yield page
        assert wrong == []
    finally:
        context.close()
