"""Governance files: Worldwide Governance Indicators, Fragile States Index -> long form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.io.importers.layouts import plain_name, read_layout
from ioscore.io.importers.places import known_names
from ioscore.io.importers.result import Imported, Ledger

WGI: Mapping[str, Mapping[str, Sequence[str]]] = {
    "WGI, long form": {
        "country": ("countryname", "country name"),
        "year": ("year",),
        "indicator": ("indicator",),
        "value": ("estimate",),
    }
}
FSI: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Fragile States Index": {
        "country": ("country",),
        "year": ("year",),
        "fsi_total": ("total",),
        "fsi_c1_security_apparatus": ("c1: security apparatus",),
        "fsi_x1_external_intervention": ("x1: external intervention",),
    }
}
INDICATORS = {
    "cc": "wgi_control_of_corruption",
    "ge": "wgi_government_effectiveness",
    "pv": "wgi_political_stability",
    "rl": "wgi_rule_of_law",
    "rq": "wgi_regulatory_quality",
    "va": "wgi_voice_and_accountability",
}
BLANK = ("..", "#N/A", "NA", "n/a")
"""What these files write where there is no figure."""


def import_wgi(path: Path, countries: pd.DataFrame) -> Imported:
    """Read the long workbook of the Worldwide Governance Indicators.

    Every update estimates all years anew: take one file, never parts of two.

    Parameters
    ----------
    path : Path
        XLSX or CSV with `countryname`, `year`, `indicator` (two letters), `estimate`.
    countries : pandas.DataFrame
        `name`, `iso3`.

    Returns
    -------
    Imported
        Its table: `country`, `year`, `variable`, `value` (estimate, about -2.5 to 2.5).

    Raises
    ------
    InputError, PanelError
    """
    found = read_layout(path, WGI)
    rows, ledger = found.rows, Ledger()
    rows, held = _started(rows, "value", ledger, path)
    code = rows["indicator"].map(plain_name)
    rows = ledger.drop(
        rows.assign(variable=code.map(INDICATORS)),
        ~code.isin(list(INDICATORS)),
        "the indicator is not known",
        "indicator",
    )
    return _finished(rows, countries, ledger, found.layout, found.place, held)


def import_fsi(path: Path, countries: pd.DataFrame) -> Imported:
    """Read a workbook of the Fragile States Index: total, security apparatus, intervention.

    Parameters
    ----------
    path : Path
        XLSX or CSV with `Country`, `Year` (a year or a date), `Total`, `C1: ...`, `X1: ...`.
    countries : pandas.DataFrame
        `name`, `iso3`.

    Returns
    -------
    Imported
        Its table: `country`, `year`, `variable`, `value`.

    Raises
    ------
    InputError, PanelError
    """
    found = read_layout(path, FSI)
    ledger = Ledger()
    values = [name for name in FSI["Fragile States Index"] if name.startswith("fsi_")]
    wide = found.rows.assign(row=found.rows.index)
    rows = wide.melt(["row", "country", "year"], values, "variable", "value").set_index("row")
    rows, held = _started(rows, "value", ledger, path)
    return _finished(rows, countries, ledger, found.layout, found.place, held)


def _started(
    rows: pd.DataFrame, value: str, ledger: Ledger, path: Path
) -> tuple[pd.DataFrame, int]:
    """Return the rows with years and numbers, less those that have none; and how many there were."""
    rows = rows.dropna(how="all", subset=["country", "year", value])
    held = len(rows)
    stray = rows["country"].isna() | rows["year"].isna()
    rows = ledger.drop(rows, stray, "stray rows without country or year")
    blank = rows[value].isna() | rows[value].astype(str).str.strip().isin(BLANK)
    rows = ledger.drop(rows, blank, "no figure given", "country")
    numbers = pd.to_numeric(rows[value], errors="coerce")
    years = rows["year"].map(_year)
    problems = [
        Problem(
            where=f"{path}, row {row}",
            found=f"{rows.loc[row, value]!r} in {rows.loc[row, 'year']!r}",
            mend="A row must have a number and a year.",
        )
        for row in dict.fromkeys(rows.index[numbers.isna() | years.isna()])
    ]
    if problems:
        raise PanelError(*problems)
    return rows.assign(value=numbers.astype(float), year=years.astype(int)), held


def _year(value: object) -> int | None:
    """Return the year of a number, a date or a text; some editions write the first of January."""
    year = getattr(value, "year", None)
    if year is not None:
        return int(year)
    text = str(value).strip()[:4]
    return int(text) if text.isdecimal() and len(text) == 4 else None


def _finished(
    rows: pd.DataFrame,
    countries: pd.DataFrame,
    ledger: Ledger,
    layout: str,
    place: str,
    held: int,
) -> Imported:
    key = ["country", "year", "variable"]
    rows, codes = known_names(rows, countries, ledger)
    rows = rows.assign(country=rows["country"].map(codes))
    table = rows[[*key, "value"]].sort_values(key).reset_index(drop=True)
    if (twice := table[table.duplicated(key)]).size:
        raise PanelError(
            *(
                Problem(
                    where=f"{row.country} {row.year} {row.variable}",
                    found="two figures for one key",
                    mend="Index values cannot be added up; keep one row.",
                )
                for row in twice.itertuples()
            )
        )
    return Imported(table=table, layout=layout, place=place, dropped=ledger.table(), rows=held)
