"""Coded evidence: the table, which rows count, how much is written, and where anchors stand."""

from ioscore.evidence.coverage import (
    coverage,
    rank_correlation,
    words_by_organisation,
    words_table,
)
from ioscore.evidence.selection import Selection, Window, select
from ioscore.evidence.table import Evidence, find_problems, validate_evidence

__all__ = [
    "Evidence",
    "Selection",
    "Window",
    "coverage",
    "find_problems",
    "rank_correlation",
    "select",
    "validate_evidence",
    "words_by_organisation",
    "words_table",
]
