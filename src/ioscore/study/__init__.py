"""Rooms joined: from coded evidence to a ranking, and its scores year by year beside seizures."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ioscore.study.judgement import Study, rank_by_year, run_study

if TYPE_CHECKING:
    from ioscore.study.yearly import YearlyScores, join_scores, yearly_scores

__all__ = [
    "Study",
    "YearlyScores",
    "join_scores",
    "rank_by_year",
    "run_study",
    "yearly_scores",
]

_HOME = {"YearlyScores": "yearly", "join_scores": "yearly", "yearly_scores": "yearly"}


def __getattr__(name: str) -> Any:
    """Load what joins both wings when it is asked for, so that `ioscore rank` need not wait."""
    if name not in _HOME:
        raise AttributeError(f"module 'ioscore.study' has no attribute {name!r}")
    return getattr(import_module(f"ioscore.study.{_HOME[name]}"), name)
