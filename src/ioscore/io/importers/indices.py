"""Governance files -> long form: what the Fragile States Index and WGI have in common, and FSI."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.io.importers.layouts import read_layout
from ioscore.io.importers.places import known_names
from ioscore.io.importers.result import Imported, Ledger

FSI: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Fragile States Index": {
        "country": ("country",),
        "year": ("year",),
        "fsi_total": ("total",),
        "fsi_c1_security_apparatus": ("c1: security apparatus",),
        "fsi_x1_external_intervention": ("x1: external intervention",),
    }
}
BLANK = ("", "..", "#N/A", "NA", "N/A", "n/a")
"""What these files write where there is no figure."""

BOUNDS = {"wgi_": (-5.0, 5.0), "fsi_total": (0.0, 120.0), "fsi_": (0.0, 10.0)}
"""Least and largest value by the beginning of a name; estimates of WGI stay well inside theirs,
so that a rank in per cent or a score from 0 to 100 is not taken for one."""

KEY = ["country", "year", "variable"]
_YEAR = re.compile(r"(\d{4})(\.0+)?|(\d{4})-01-01([ T]00:00:00)?")


def import_fsi(path: Path, countries: pd.DataFrame) -> Imported:
    """Read a yearly workbook of the Fragile States Index: total, security, intervention.

    Parameters
    ----------
    path : Path
        XLSX or CSV with `Country`, `Year` (a year, or the first of January), `Total`, `C1: ...`
        and `X1: ...`, as the files since the edition of 2015 have them.
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
    values = [name for name in FSI["Fragile States Index"] if name.startswith("fsi_")]
    wide = found.rows.assign(where=[f"row {row}" for row in found.rows.index])
    rows = wide.melt(["where", "country", "year"], values, "variable", "value")
    return finished(rows, countries, Ledger(), layout=found.layout, place=found.place, path=path)


def finished(
    rows: pd.DataFrame,
    countries: pd.DataFrame,
    ledger: Ledger,
    *,
    layout: str,
    place: str,
    path: Path,
) -> Imported:
    """Check rows in long form and give them ISO codes.

    Parameters
    ----------
    rows : pandas.DataFrame
        `where` (in the file), `country` (a name), `year`, `variable`, `value`, as read.
    countries : pandas.DataFrame
        `name`, `iso3`.
    ledger : Ledger
        Goes on counting what is left out.
    layout, place : str
    path : Path

    Returns
    -------
    Imported

    Raises
    ------
    PanelError
        When a value or a year is none, a value is outside its scale, or a key stands twice.
    """
    rows = rows.dropna(how="all", subset=["country", "year", "value"])
    held = len(rows) + ledger.count
    stray = _blank(rows["country"]) | _blank(rows["year"])
    rows = ledger.drop(rows, stray, "stray rows without country or year")
    rows = ledger.drop(rows, _blank(rows["value"]), "no figure given", "country")
    rows = _numbered(rows, path)
    rows, codes = known_names(rows, countries, ledger)
    rows = rows.assign(country=rows["country"].map(codes))
    table = rows[[*KEY, "value"]].sort_values(KEY).reset_index(drop=True)
    if (twice := table[table.duplicated(KEY)]).size:
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


def year_of(value: object) -> int | None:
    """Return the year of a number, a date or a text; some editions write the first of January."""
    year = getattr(value, "year", None)
    if year is not None:
        return int(year)
    match = _YEAR.fullmatch(str(value).strip())
    return int(match[1] or match[3]) if match else None


def _blank(column: pd.Series) -> pd.Series:
    return column.isna() | column.astype(str).str.strip().isin(BLANK)


def _numbered(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return the rows with whole years and values inside their scales."""
    values = pd.to_numeric(rows["value"], errors="coerce").astype(float)
    years = rows["year"].map(year_of)
    problems = []
    for where, name, text, value, year, raw in zip(
        rows["where"], rows["variable"], rows["value"], values, years, rows["year"], strict=True
    ):
        place = f"{path}, {where}"
        if year is None or pd.isna(year):
            mend = "Write a calendar year in four digits."
            problems.append(Problem(where=place, found=f"{raw!r} is no year", mend=mend))
        if pd.isna(value) or isinstance(text, bool):
            mend = "Write plain digits with a decimal point, or leave it empty."
            problems.append(Problem(where=place, found=f"{text!r} is no number", mend=mend))
            continue
        least, most = next(limits for start, limits in BOUNDS.items() if name.startswith(start))
        if not least <= value <= most:
            found = f"{name} of {value:g} is outside {least:g} to {most:g}"
            mend = "Take the column of estimates, not of ranks or scores."
            problems.append(Problem(where=place, found=found, mend=mend))
    if problems:
        raise PanelError(*problems)
    return rows.assign(value=values, year=years.astype(int))
