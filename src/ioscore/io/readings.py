"""Coders' readings from folders and coding sheets, and blank sheets to fill in."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.matching import COLUMNS, Reading, Unit
from ioscore.evidence.table import ROW_COLUMNS, Evidence, find_problems
from ioscore.io.shipped import shipped
from ioscore.io.tables import read_evidence, read_table
from ioscore.rubric import Rubric

SHEET = ("source", "line", "line_end", "words", "coder", *COLUMNS, "nothing_to_code", "note")
"""Columns of a coding sheet: one row for each paragraph, more rows for more acts."""


def passes() -> tuple[Path, ...]:
    """Return the folders of the shipped coding passes."""
    return tuple(
        sorted(
            path
            for path in shipped("data", "evidence", "passes").iterdir()
            if (path / "acts.csv").is_file()
        )
    )


def round_two() -> tuple[Path, ...]:
    """Return the shipped readings of the second round: acts of some criteria, coded anew."""
    return tuple(sorted(shipped("data", "evidence", "passes", "round_2").glob("*.csv")))


def read_reading(path: Path, *, rubric: Rubric) -> Reading:
    """Read what one coder made of the sources.

    Parameters
    ----------
    path : Path
        A folder of a coding pass (``acts.csv``, ``codes/<family>.csv``, ``nothing_to_code.csv``,
        and ``places.csv`` if there is one), or a coding sheet as CSV.
    rubric : Rubric
        Gives the table of codes of a folder, and the codes that a sheet may hold.

    Returns
    -------
    Reading

    Raises
    ------
    InputError, EvidenceError
        When a file cannot be read, lacks columns, names more than one coder, or holds a code that
        the rubric does not know.
    """
    return _from_folder(path, rubric.codes) if path.is_dir() else _from_sheet(path, rubric)


def blank_sheet(paragraphs: pd.DataFrame, n: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return a coding sheet for a random sample of paragraphs.

    Parameters
    ----------
    paragraphs : pandas.DataFrame
        `source`, `line`, `line_end`, `words`.
    n : int
        Paragraphs to draw, without replacement; all where there are fewer.
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        Columns `SHEET`, in the order of the sources, nothing filled in.
    """
    drawn = np.sort(rng.choice(len(paragraphs), size=min(n, len(paragraphs)), replace=False))
    sheet = paragraphs.iloc[drawn].reindex(columns=list(SHEET), fill_value="")
    return sheet.reset_index(drop=True)


def _from_folder(path: Path, family: str) -> Reading:
    rows = read_evidence(path, family=family).rows
    above = next((f for f in (path, *path.parents) if (f / "paragraphs.csv").is_file()), None)
    starts = _starts(read_table(above / "paragraphs.csv")) if above else {}

    def unit(source: str, line: int) -> Unit:
        return source, starts.get((source, line), line)

    lines = rows["locator"].str.extract(r"^line (\d+)", expand=False).fillna("0").astype(int)
    units = [unit(*pair) for pair in zip(rows["source"], lines, strict=True)]
    again = rows.groupby("id").cumcount()
    place = _places(path / "places.csv", rows["id"])
    table = rows[list(COLUMNS)].assign(
        id=[f"{i}#{n}" if n else i for i, n in zip(rows["id"], again, strict=True)],
        unit=units,
        **place,
    )
    empty = path / "nothing_to_code.csv"
    passed = [
        unit(row.source, line)
        for row in (read_table(empty).itertuples(index=False) if empty.is_file() else ())
        for line in range(int(row.line), int(row.line_end or row.line) + 1)
        if not starts or (row.source, line) in starts
    ]
    name = rows["coder"].iloc[0] or path.name
    return Reading(coder=name, units=tuple(dict.fromkeys([*units, *passed])), rows=table)


def _from_sheet(path: Path, rubric: Rubric) -> Reading:
    table = read_table(path)
    if lacking := [name for name in ("source", "line", *COLUMNS) if name not in table]:
        mend = "Make a sheet with `ioscore agreement --sheet N`, and fill it in."
        found = f"no column {', '.join(lacking)}"
        raise EvidenceError(Problem(where=f"{path}, row 1", found=found, mend=mend))
    for row in table.itertuples(index=False):
        if not re.fullmatch(r"\d+", row.line):
            found = f"{row.line!r} is no line number"
            raise EvidenceError(
                Problem(where=f"{row.where}, line", found=found, mend="Write digits.")
            )
    coders = set(table.get("coder", pd.Series(dtype=object))) - {""}
    if len(coders) > 1:
        found = f"more than one coder: {', '.join(sorted(coders))}"
        raise EvidenceError(Problem(where=str(path), found=found, mend="Give each a sheet."))
    units = list(zip(table["source"], table["line"].astype(int), strict=True))
    coded = (table["organisation"] != "").to_numpy()
    marked = (table.get("nothing_to_code", pd.Series("", index=table.index)) != "").to_numpy()
    partly = (
        (table[[c for c in COLUMNS if c != "organisation"]] != "").any(axis=1)
    ).to_numpy() & ~coded
    for row in table.loc[partly, "where"]:
        mend = "Fill it in, or 'setting' or 'all'."
        raise EvidenceError(Problem(where=row, found="codes without an organisation", mend=mend))
    for row, both in zip(table["where"], coded & marked, strict=True):
        if both:
            mend = "Take out the mark, or the codes."
            raise EvidenceError(
                Problem(where=row, found="coded and marked as nothing to code", mend=mend)
            )
    filled = table[coded].reindex(columns=[*ROW_COLUMNS, "where"], fill_value="")
    filled["id"] = filled["where"]
    if problems := list(find_problems(Evidence(rows=filled, name=str(path)), rubric)):
        raise EvidenceError(*problems)
    rows = table[list(COLUMNS)].assign(id=table["where"], unit=units, at=-1, first=-1, last=-1)
    read = tuple(dict.fromkeys(u for u, done in zip(units, coded | marked, strict=True) if done))
    return Reading(coder=next(iter(coders), path.stem), units=read, rows=rows[coded])


def _starts(paragraphs: pd.DataFrame) -> dict[Unit, int]:
    """Return the first line of the paragraph that each line belongs to."""
    return {
        (row.source, line): int(row.line)
        for row in paragraphs.itertuples(index=False)
        for line in range(int(row.line), int(row.line_end) + 1)
    }


def _places(path: Path, ids: pd.Series) -> dict[str, list[int]]:
    if not path.is_file():
        return {name: [-1] * len(ids) for name in ("at", "first", "last")}
    table = read_table(path).set_index("id")
    return {
        name: list(ids.map(table[name]).fillna("-1").astype(int))
        for name in ("at", "first", "last")
    }
