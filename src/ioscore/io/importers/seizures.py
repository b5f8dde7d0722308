"""Three layouts of UNODC's seizure statistics -> kilograms by country, year and drug."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.io.importers.layouts import plain_name, read_layout
from ioscore.io.importers.places import known_names
from ioscore.io.importers.result import Imported, Ledger

LAYOUTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "World Drug Report, annex 7.1": {
        "country": ("country", "country territory"),
        "drug": ("drugname", "drug name"),
        "year": ("reference year", "referenceyear"),
        "kilograms": ("kilograms",),
        "?group": ("drugsubgroup", "drug sub group"),
    },
    "workbook with units (2015-2019)": {
        "country": ("country territory",),
        "drug": ("drug",),
        "year": ("year",),
        "kilograms": ("kilogramm equivalent", "kilogram equivalent"),
        "?amount": ("amount as reported",),
    },
    "annual export": {
        "country": ("country",),
        "drug": ("drug",),
        "year": ("year",),
        "kilograms": ("kg equivalent", "kilogram equivalent"),
    },
}
"""Headings as `plain_name` makes them."""

DRUGS = {
    "heroin": "heroin",
    "opium": "opium",
    "illicit morphine": "morphine",
    "morphine": "morphine",
    "hashish resin": "cannabis_resin",
    "cannabis resin": "cannabis_resin",
    "cannabis resin hashish": "cannabis_resin",
    "marijuana herb": "cannabis_herb",
    "cannabis herb": "cannabis_herb",
    "cannabis herb marijuana": "cannabis_herb",
    "cannabis seed": "cannabis_seed",
    "cannabis oil": "cannabis_oil",
}
"""Our names; any other drug keeps its own, with underscores."""

DENSE = 20_000_000
"""Keys that may be counted in one array; more are sorted instead."""

_PLANTS = re.compile(r"\b(plants?(?! based)|bush(es)?)\b")
_TOTAL = re.compile(r"(reported )?totals?\b")


def import_seizures(path: Path, countries: pd.DataFrame) -> Imported:
    """Read a file of yearly seizures, whichever of the three layouts it has.

    Parameters
    ----------
    path : Path
        CSV or XLSX.
    countries : pandas.DataFrame
        `name`, `iso3`.

    Returns
    -------
    Imported
        Its table: `country`, `year`, `drug`, `kilograms`; several rows of one key are added up.
        Totals beside their parts, plants (a measure of eradication), rows without kilograms
        (blank is not zero), stray rows and names that are not known are left out and told.

    Raises
    ------
    InputError, PanelError
        When the file cannot be read, has none of the layouts, or a number is none or negative.
    """
    names = ("country", "drug", "group")
    found = read_layout(path, LAYOUTS, categories=names, numbers=("year", "kilograms"))
    rows, ledger = found.rows, Ledger()
    empty = rows[["country", "drug", "year", "kilograms"]].isna().all(axis=1)
    rows = rows[~empty]
    held = len(rows)
    stray = rows["country"].isna() | rows["drug"].isna() | rows["year"].isna()
    rows = ledger.drop(rows, stray, "stray rows without country, drug or year")
    _check(rows, path)
    rows = _without_totals(rows, ledger)
    rows = ledger.drop(rows, _like(rows["drug"], _PLANTS), "plants are never counted", "drug")
    rows = ledger.drop(rows, rows["kilograms"].isna(), "no kilograms given", "drug")
    rows, codes = known_names(rows, countries, ledger)
    return Imported(
        table=_summed(rows, codes),
        layout=found.layout,
        place=found.place,
        dropped=ledger.table(),
        rows=held,
    )


def _without_totals(rows: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    totals = _like(rows["drug"], _TOTAL)
    if "group" in rows:
        totals |= _like(rows["group"], _TOTAL)
    return ledger.drop(rows, totals, "totals beside their parts", "drug")


def _like(column: pd.Series, pattern: re.Pattern[str]) -> pd.Series:
    """Return which values match; each different value is looked at once."""
    find = pattern.match if pattern is _TOTAL else pattern.search
    hits = [value for value in column.dropna().unique() if find(plain_name(value))]
    return column.isin(hits)


def _drug(name: object) -> str:
    plain = plain_name(name).replace(":", " ")
    return DRUGS.get(plain, "_".join(plain.split()))


def _summed(rows: pd.DataFrame, codes: Mapping[object, str]) -> pd.DataFrame:
    """Return one row for each key; by numbers instead of names, which is several times faster."""
    if rows.empty:
        return pd.DataFrame(columns=["country", "year", "drug", "kilograms"])
    drugs = {name: _drug(name) for name in rows["drug"].unique()}
    places = [
        _numbered(rows["country"], codes),
        _numbered(rows["year"], {year: int(year) for year in rows["year"].unique()}),
        _numbered(rows["drug"], drugs),
    ]
    shape = tuple(len(names) for _, names in places)
    keys = np.ravel_multi_index([numbers for numbers, _ in places], shape)
    kilograms = rows["kilograms"].to_numpy(float)
    if math.prod(shape) > DENSE:
        held, at = np.unique(keys, return_inverse=True)
        total = np.bincount(at, weights=kilograms)
    else:
        held = np.flatnonzero(np.bincount(keys))
        total = np.bincount(keys, weights=kilograms)[held]
    columns = np.unravel_index(held, shape)
    named = zip(("country", "year", "drug"), columns, places, strict=True)
    table = pd.DataFrame({name: [names[n] for n in column] for name, column, (_, names) in named})
    # Sums of figures with three decimals, without the dust of adding.
    return table.assign(kilograms=total.round(6))


def _numbered(
    column: pd.Series, names: Mapping[object, str | int]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], list[str | int]]:
    """Return the number of each value among the sorted names, and these names."""
    own = column.astype("category").cat
    codes = own.codes.to_numpy().astype(np.int64)
    used = np.bincount(codes, minlength=len(own.categories)) > 0
    held = [names[value] for value in own.categories[used]]
    order = sorted(set(held), key=lambda name: (isinstance(name, str), name))
    number = {name: n for n, name in enumerate(order)}
    table = np.zeros(len(used), dtype=np.int64)
    table[used] = [number[name] for name in held]
    return table[codes], order


def _check(rows: pd.DataFrame, path: Path) -> None:
    problems = []
    for row, kilograms in rows.loc[rows["kilograms"] < 0, "kilograms"].items():
        found = f"{kilograms:g} kilograms"
        mend = "A seizure cannot be negative; ask the producer."
        problems.append(Problem(where=f"{path}, row {row}", found=found, mend=mend))
    strange = (rows["year"] % 1 != 0) | ~rows["year"].between(1900, 2100)
    for row, year in rows.loc[strange, "year"].items():
        mend = "Write a calendar year in four digits."
        problems.append(Problem(where=f"{path}, row {row}", found=f"year {year:g}", mend=mend))
    if problems:
        raise PanelError(*problems)
