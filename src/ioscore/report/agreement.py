"""What an agreement between readings says, in tables and plain words."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ioscore.evidence.agreement import ENOUGH, Agreement
from ioscore.report.ranking import listed
from ioscore.report.tables import plain, records

STABILITY = (
    "Both passes are automated readings by one codebook: their agreement shows how stable the "
    "codebook is, not that two people would code alike."
)


def agreement_table(found: Agreement) -> pd.DataFrame:
    """Return one row for each variable: alphas with their interval and the values compared."""
    table = found.table.drop(columns="enough")
    table["reading"] = [_word(row.alpha, row.level) for row in found.table.itertuples()]
    return table


def agreement_text(found: Agreement) -> str:
    """Return in plain words what the figures mean and which criteria to recode."""
    rows = found.table.set_index("variable")
    weak = [
        name for name in rows.index if rows.loc[name, "alpha"] < _bound(rows.loc[name, "level"])
    ]
    again = list(found.by_criterion.loc[found.by_criterion["recode"], "criterion"])
    lines = [
        f"{listed(list(found.coders))} read {found.units} paragraphs in common. Alpha is 1 where they "
        "always agree and 0 where they agree no more than chance would.",
        "`alpha` compares acts that both found (same place in the same paragraph); `alpha_all` also "
        "counts acts that only one found, and paragraphs without any, as 'nothing to code'.",
        f"Enough: {ENOUGH['nominal']:.2f} for names, {ENOUGH['ordinal']:.2f} for strength.",
        f"Not enough: {listed(weak)}." if weak else "Every variable is above its bound.",
        f"Criteria to recode, once the codebook is mended: {listed(again)}."
        if again
        else "No criterion needs recoding.",
    ]
    return "\n".join(lines) + "\n"


def agreement_json(found: Agreement, note: str) -> dict[str, Any]:
    """Return an agreement as the document ``ioscore.agreement/1``."""
    return {
        "schema": "ioscore.agreement/1",
        "note": note,
        "coders": list(found.coders),
        "units": found.units,
        "variables": records(found.table),
        "criteria": records(found.by_criterion),
        "confusion": {
            name: {str(row): plain(table.loc[row].to_dict()) for row in table.index}
            for name, table in found.confusion.items()
        },
    }


def _bound(level: str) -> float:
    return ENOUGH["ordinal" if level == "ordinal" else "nominal"]


def _word(alpha: float, level: str) -> str:
    if math.isnan(alpha):
        return "not defined: nothing could be confused"
    if alpha >= ENOUGH["nominal"]:
        return "reliable"
    if alpha >= 0.667:
        return "tentative" if level == "nominal" else "enough"
    return "not enough"
