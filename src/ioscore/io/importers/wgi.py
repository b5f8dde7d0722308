"""The Worldwide Governance Indicators in the shapes in which they are given out -> long form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.io.importers.indices import finished
from ioscore.io.importers.layouts import SEARCHED, Grid, plain_name, read_grids
from ioscore.io.importers.result import Imported, Ledger

INDICATORS = {
    "cc": "wgi_control_of_corruption",
    "ge": "wgi_government_effectiveness",
    "pv": "wgi_political_stability",
    "rl": "wgi_rule_of_law",
    "rq": "wgi_regulatory_quality",
    "va": "wgi_voice_and_accountability",
}
DIMENSIONS = {
    "control": "cc",
    "government": "ge",
    "political": "pv",
    "rule": "rl",
    "regulatory": "rq",
    "voice": "va",
}
"""How the names of sheets by dimension begin (`RuleofLaw`, `Political StabilityNoViolence`)."""

NAMES = ("countryname", "country name", "economy name", "country territory")
ESTIMATE = re.compile(r"estimate|governance estimate( approx.*)?")
SERIES = re.compile(r"(?:gov wgi )?(cc|ge|pv|rl|rq|va) est")
YEAR = re.compile(r"(\d{4})( yr\d{4}| 0)?")

Rows = Iterator[tuple[str, object, object, str | None, object]]
Shape = Callable[[str, Grid], tuple[int, Rows] | None]


def import_wgi(path: Path, countries: pd.DataFrame) -> Imported:
    """Read a file of the Worldwide Governance Indicators, whichever of four shapes it has.

    Every update estimates all years anew: take one file, never parts of two.

    Parameters
    ----------
    path : Path
        XLSX or CSV: the long table (`countryname`, `year`, `indicator` in two letters,
        `estimate`); a sheet for each indicator with `Economy (name)`, `Year` and `Governance
        estimate (...)`; an export of the data bank (`Country Name`, `Series Code` or `Indicator
        Code`, a column a year); or a sheet for each dimension with several columns a year.
    countries : pandas.DataFrame
        `name`, `iso3`.

    Returns
    -------
    Imported
        Its table: `country`, `year`, `variable`, `value` (estimate, about -2.5 to 2.5); ranks,
        errors and numbers of sources are left out and told.

    Raises
    ------
    InputError, PanelError
    """
    grids = read_grids(path)
    for layout, shape in SHAPES.items():
        parts = {}
        for sheet, rows in grids.items():
            if (part := shape(sheet, rows)) is not None:
                parts[sheet] = part
        if parts:
            return _joined(parts, countries, layout, path)
    found = f"no header of a known layout in the first {SEARCHED} rows"
    mend = (
        "A header must have countryname, year, indicator, estimate; or economy name, year, "
        "governance estimate in a sheet named cc, ge, pv, rl, rq or va; or country name, series "
        "code and years; or country/territory and estimate below years."
    )
    raise PanelError(Problem(where=str(path), found=found, mend=mend))


def _joined(
    parts: dict[str, tuple[int, Rows]], countries: pd.DataFrame, layout: str, path: Path
) -> Imported:
    ledger = Ledger()
    cells = [
        (f"sheet {sheet!r}, {where}" if sheet else where, *rest)
        for sheet, (_, rows) in parts.items()
        for where, *rest in rows
    ]
    rows = pd.DataFrame(cells, columns=["where", "country", "year", "code", "value"], dtype=object)
    known = rows["code"].isin(list(INDICATORS))
    stray = rows["country"].isna() | rows["year"].isna()
    rows = ledger.drop(rows, ~known & ~stray, "no estimate of a known indicator", "code")
    place = "; ".join(
        f"sheet {sheet!r}, row {at + 1}" if sheet else f"row {at + 1}"
        for sheet, (at, _) in parts.items()
    )
    rows = rows.assign(variable=rows["code"].map(INDICATORS))
    return finished(rows, countries, ledger, layout=layout, place=place, path=path)


def _long(_: str, rows: Grid) -> tuple[int, Rows] | None:
    for at, heads in _heads(rows):
        if {"year", "indicator", "estimate"} <= set(heads) and (name := _name(heads)) is not None:
            places = [heads.index(head) for head in ("year", "indicator", "estimate")]
            return at, (
                (where, row(name), row(places[0]), plain_name(row(places[1])), row(places[2]))
                for where, row in _body(rows, at)
            )
    return None


def _by_indicator(sheet: str, rows: Grid) -> tuple[int, Rows] | None:
    code = plain_name(sheet)
    for at, heads in _heads(rows):
        values = [n for n, head in enumerate(heads) if ESTIMATE.fullmatch(head)]
        name = _name(heads)
        if code in INDICATORS and "year" in heads and len(values) == 1 and name is not None:
            year = heads.index("year")
            return at, (
                (where, row(name), row(year), code, row(values[0]))
                for where, row in _body(rows, at)
            )
    return None


def _data_bank(_: str, rows: Grid) -> tuple[int, Rows] | None:
    for at, heads in _heads(rows):
        name = _name(heads)
        series = next((heads.index(h) for h in ("series code", "indicator code") if h in heads), -1)
        years = {n: match[1] for n, head in enumerate(heads) if (match := YEAR.fullmatch(head))}
        if name is not None and series >= 0 and years:
            return at, (
                (where, row(name), year if _text(row(series)) else None, _code(row(series)), row(n))
                for where, row in _body(rows, at)
                for n, year in years.items()
            )
    return None


def _by_dimension(sheet: str, rows: Grid) -> tuple[int, Rows] | None:
    code = next((c for start, c in DIMENSIONS.items() if plain_name(sheet).startswith(start)), None)
    for at, heads in _heads(rows):
        values = [n for n, head in enumerate(heads) if head == "estimate"]
        name = _name(heads)
        if code is None or name is None or at == 0 or not values:
            continue
        above = [YEAR.fullmatch(plain_name(value)) for value in rows[at - 1]]
        years = {n: above[n] for n in values if n < len(above)}
        if len(years) == len(values) and all(years.values()):
            named = {n: match[1] for n, match in years.items() if match}
            return at, (
                (where, row(name), year if row(name) else None, code, row(n))
                for where, row in _body(rows, at)
                for n, year in named.items()
            )
    return None


SHAPES: dict[str, Shape] = {
    "WGI, long form": _long,
    "WGI, a sheet for each indicator": _by_indicator,
    "WGI, export of the data bank": _data_bank,
    "WGI, a sheet for each dimension": _by_dimension,
}


def _heads(rows: Grid) -> Iterator[tuple[int, list[str]]]:
    for at, row in enumerate(rows[:SEARCHED]):
        yield at, [plain_name(value) if value is not None else "" for value in row]


def _body(rows: Grid, at: int) -> Iterator[tuple[str, Callable[[int], Any]]]:
    """Yield the name of each row below a header, and a way to its fields (none past its end)."""
    for number, row in enumerate(rows[at + 1 :], start=at + 2):

        def field(place: int, row: Any = row) -> Any:
            return row[place] if place < len(row) and _text(row[place]) else None

        yield f"row {number}", field


def _name(heads: list[str]) -> int | None:
    return next((heads.index(name) for name in NAMES if name in heads), None)


def _code(series: object) -> str | None:
    match = SERIES.fullmatch(plain_name(series))
    return match[1] if match else str(series) if series is not None else None


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
