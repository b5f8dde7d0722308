"""Fixtures and the loud report of skipped checks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are shared and slow at times; in CI the same examples are tried in every run.
settings.register_profile("here", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("here")

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def sources() -> Path:
    """Folder of the source documents, named by IOSCORE_SOURCES."""
    folder = os.environ.get("IOSCORE_SOURCES", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip(
            "THE SOURCES ARE NOT HERE: no anchor was looked up. Set IOSCORE_SOURCES to the folder "
            "that holds the five documents to run this check."
        )
    return Path(folder)
