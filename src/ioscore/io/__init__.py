"""The only room that opens files; names load when they are asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "read_text": "files",
    "write_atomically": "files",
    "read_evidence": "tables",
    "read_matrix": "tables",
    "read_sources": "tables",
    "read_table": "tables",
    "read_rubric": "rubrics",
    "rubric_schema": "rubrics",
    "shipped_rubrics": "rubrics",
    "verify": "verification",
}

__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Load a public name from the file that makes it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(_HOME)
