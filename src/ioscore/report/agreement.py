"""What an agreement between readings says, in tables and plain words."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ioscore.evidence.agreement import ENOUGH, Agreement
from ioscore.report.sentences import listed
from ioscore.report.tables import plain, records

FEW = 20
"""Fewer items than this carry no judgement on a coding."""
STABILITY = (
    "Both passes are automated readings by one codebook: their agreement shows how stable the "
    "codebook is, not that two people would code alike."
)


def agreement_table(found: Agreement) -> pd.DataFrame:
    """Return one row for each variable: alphas with their interval and the values compared."""
    table = found.table.drop(columns="enough")
    table["reading"] = [_word(row.alpha, row.level, row.items) for row in found.table.itertuples()]
    return table


def agreement_text(found: Agreement) -> str:
    """Return in plain words what the figures mean and which criteria to recode."""
    rows = found.table.set_index("variable")
    weak = [
        name for name in rows.index if rows.loc[name, "alpha"] < _bound(rows.loc[name, "level"])
    ]
    apart = [
        name
        for name in rows.index
        if rows.loc[name, "alpha_all"] < _bound(rows.loc[name, "level"]) and name not in weak
    ]
    undefined = [name for name in rows.index if math.isnan(rows.loc[name, "alpha"])]
    low = [
        f"{row.source} {row.alpha_strength:.2f}"
        for row in found.by_source.itertuples()
        if row.alpha_strength < ENOUGH["ordinal"]
    ]
    again = [
        f"{row.criterion} ({_below(row)})"
        for row in found.by_criterion[found.by_criterion["recode"]].itertuples()
    ]
    lines = [
        f"{listed(list(found.coders))} read {found.units} paragraphs in common. Alpha is 1 where they "
        "always agree and 0 where they agree no more than chance would.",
        "`alpha` compares acts that both found (same place in the same paragraph); `alpha_all` also "
        "counts acts that only one found, and paragraphs without any, as 'nothing to code'.",
        f"Enough: {ENOUGH['nominal']:.2f} for names, {ENOUGH['ordinal']:.2f} for strength.",
        f"Not enough: {listed(weak)}."
        if weak
        else "Over all criteria together no variable is below its bound, in acts that both found.",
        f"Counting what only one found, not enough: {listed(apart)}." if apart else "",
        f"Not defined, so not shown to agree: {listed(undefined)}." if undefined else "",
        f"Strength is not enough in single sources: {listed(low)}." if low else "",
        f"Criteria that by themselves are below a bound, to recode once the codebook is mended: {listed(again)}."
        if again
        else "No criterion needs recoding.",
    ]
    return "\n".join(filter(None, lines)) + "\n"


def agreement_json(found: Agreement, note: str) -> dict[str, Any]:
    """Return an agreement as the document ``ioscore.agreement/1``."""
    return {
        "schema": "ioscore.agreement/1",
        "note": note,
        "coders": list(found.coders),
        "units": found.units,
        "variables": records(found.table),
        "criteria": records(found.by_criterion),
        "sources": records(found.by_source),
        "confusion": {
            name: {str(row): plain(table.loc[row].to_dict()) for row in table.index}
            for name, table in found.confusion.items()
        },
    }


def _below(row: Any) -> str:
    """Return which alphas of a criterion are not enough."""
    alphas = {
        "its name": (row.alpha_criterion, ENOUGH["nominal"]),
        "effect": (row.alpha_effect, ENOUGH["nominal"]),
        "strength": (row.alpha_strength, ENOUGH["ordinal"]),
    }
    return ", ".join(
        f"{name} {found:.2f}" for name, (found, least) in alphas.items() if found < least
    )


def _bound(level: str) -> float:
    return ENOUGH["ordinal" if level == "ordinal" else "nominal"]


def _word(alpha: float, level: str, items: int) -> str:
    if math.isnan(alpha):
        return "not defined: nothing could be confused"
    if items < FEW:
        return f"too few: {items} items"
    if alpha >= ENOUGH["nominal"]:
        return "reliable"
    if alpha >= 0.667:
        return "tentative" if level == "nominal" else "enough"
    return "not enough"
