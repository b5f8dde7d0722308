"""Results -> tables and text; computes nothing and prints nothing."""

from ioscore.report.ranking import (
    FEW,
    caveat,
    cells_table,
    contributions_table,
    fits_across,
    headline,
    margins,
    parts_title,
    ranking_json,
    ranking_table,
)
from ioscore.report.sentences import listed
from ioscore.report.tables import as_csv, as_latex, as_markdown, plain, records

__all__ = [
    "FEW",
    "as_csv",
    "as_latex",
    "as_markdown",
    "caveat",
    "cells_table",
    "contributions_table",
    "fits_across",
    "headline",
    "listed",
    "margins",
    "parts_title",
    "plain",
    "ranking_json",
    "ranking_table",
    "records",
]
