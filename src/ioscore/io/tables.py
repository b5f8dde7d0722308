"""CSV tables read as text, row by row, and the evidence, matrices and sources made from them."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ioscore.errors import EvidenceError, IoscoreWarning, Problem
from ioscore.evidence.table import (
    ACT_COLUMNS,
    CODE_COLUMNS,
    LARGEST,
    REQUIRED,
    ROW_COLUMNS,
    Evidence,
)
from ioscore.io.files import read_text
from ioscore.io.shipped import shipped


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file as text.

    Parameters
    ----------
    path : Path

    Returns
    -------
    pandas.DataFrame
        All columns text, nothing read as missing, and `where`: file and row (the header is 1).

    Raises
    ------
    InputError
        When the file cannot be read.
    EvidenceError
        For semicolons instead of commas, a header that names a column twice or not at all, rows
        of another length than the header, a quotation mark left open, or no row.
    """
    text = read_text(path)
    header, *_rest = text.split("\n", 1)
    if header.count(";") > header.count(","):
        mend = (
            "Save it with commas (in Excel: 'CSV UTF-8'; the list separator is set in the region)."
        )
        raise _broken(f"{path}, row 1", "the columns are separated by semicolons", mend)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        records = [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as error:
        mend = "Close the quotation marks; write a quotation mark inside a field twice."
        raise _broken(f"{path}, line {reader.line_num}", f"broken CSV: {error}", mend) from None
    names = [name.strip() for name in records[0][1]]
    if "" in names or len(set(names)) < len(names):
        mend = "Give each column one name of its own."
        raise _broken(f"{path}, row 1", "a column has no name, or one that stands twice", mend)
    if len(records) == 1:
        raise _broken(str(path), "there is a header and no row", "Add rows.")
    for n, (_, row) in enumerate(records[1:], 2):
        if len(row) != len(names):
            found = f"{len(row)} fields, but the header has {len(names)}"
            raise _broken(
                f"{path}, row {n}", found, "Put fields that hold commas into quotation marks."
            )
    table = pd.DataFrame([row for _, row in records[1:]], columns=names, dtype=object)
    table = table.apply(lambda column: column.str.strip())
    return table.assign(where=[f"{path}, row {n}" for n in range(2, len(records) + 1)])


def read_evidence(path: Path | None = None, *, family: str = "thesis") -> Evidence:
    """Read coded evidence.

    Parameters
    ----------
    path : Path, optional
        A folder with ``acts.csv`` and ``codes/<family>.csv``, or a single CSV file that has acts
        and codes in one row each; `organisation`, `criterion` and `strength` must be there, the
        other columns may be left out. Without a path: the shipped evidence.
    family : str
        Which table of codes to take from a folder (`codes` in a rubric).

    Returns
    -------
    Evidence

    Raises
    ------
    InputError, EvidenceError
        When a file cannot be read, lacks a column, or a code names an act that is not there.
    """
    folder = path if path is not None else shipped("data", "evidence")
    if folder.is_dir():
        rows = _joined(folder / "acts.csv", folder / "codes" / f"{family}.csv")
        beside = folder
    else:
        rows = _flat(read_table(folder), folder)
        beside = folder.parent
    sources = next(
        (f for f in (beside / "sources.csv", beside.parent / "sources.csv") if f.is_file()), None
    )
    kinds = (
        read_table(sources).set_index("id")["kind"].to_dict() if sources and folder.is_dir() else {}
    )
    paragraphs = beside / "paragraphs.csv"
    return Evidence(
        rows=rows,
        kinds=kinds,
        paragraphs=read_table(paragraphs)
        if folder.is_dir() and paragraphs.is_file()
        else pd.DataFrame(),
        name=str(folder),
    )


def read_matrix(path: Path) -> pd.DataFrame:
    """Read a ready matrix of scores: first column the alternatives, one column a criterion.

    Parameters
    ----------
    path : Path

    Returns
    -------
    pandas.DataFrame
        Float, NaN where a field is empty; index the alternatives, as text.

    Raises
    ------
    InputError, EvidenceError
        When the file cannot be read, an alternative stands twice or has no name, or a field is
        no finite number below `LARGEST`. `nan` written out is an error: an empty field says that
        a score is missing.
    """
    table = read_table(path)
    where = table.pop("where")
    label = table.columns[0]
    names = table.pop(label)
    problems = []
    if table.shape[1] == 0:
        raise _broken(
            f"{path}, row 1", "there is no column of scores", "Add one for each criterion."
        )
    for row, name in zip(where, names, strict=True):
        if not name or (names == name).sum() > 1:
            found = f"the alternative {name!r} has no name of its own"
            problems.append(Problem(where=f"{row}, {label}", found=found, mend="Name each once."))
    values = pd.DataFrame(index=table.index, columns=table.columns, dtype=float)
    for column in table.columns:
        for i, text in table[column].items():
            if text == "":
                continue
            value = _finite(text)
            if value is None:
                found = f"{text!r} is no number that can be ranked"
                mend = "Write a plain number with a decimal point, or leave the field empty."
                problems.append(Problem(where=f"{where[i]}, {column}", found=found, mend=mend))
            else:
                values.loc[i, column] = value
    if problems:
        raise EvidenceError(*problems)
    values.index = pd.Index(names, name=label)
    return values


def read_sources(path: Path | None = None) -> pd.DataFrame:
    """Read the table of sources; without a path, the shipped one. All columns are text."""
    return read_table(path or shipped("data", "sources.csv"))


def _joined(acts_path: Path, codes_path: Path) -> pd.DataFrame:
    acts, codes = read_table(acts_path), read_table(codes_path)
    _need(acts, ("id", "organisation"), acts_path)
    _need(codes, ("act_id", "criterion", "strength"), codes_path)
    _known(acts, ACT_COLUMNS, acts_path)
    _known(codes, CODE_COLUMNS, codes_path)
    problems = [
        Problem(
            where=f"{where}, id",
            found=f"the act {name!r} stands twice",
            mend="Give each its own id.",
        )
        for name, where in acts.loc[acts["id"].duplicated(), ["id", "where"]].itertuples(
            index=False
        )
    ]
    problems += [
        Problem(
            where=f"{where}, act_id", found=f"there is no act {name!r}", mend=f"See {acts_path}."
        )
        for name, where in codes.loc[
            ~codes["act_id"].isin(acts["id"]), ["act_id", "where"]
        ].itertuples(index=False)
    ]
    problems += [
        Problem(
            where=f"{where}, id",
            found=f"the act {name!r} has no code",
            mend=f"Code it in {codes_path}, if as 'none'.",
        )
        for name, where in acts.loc[~acts["id"].isin(codes["act_id"]), ["id", "where"]].itertuples(
            index=False
        )
    ]
    if problems:
        raise EvidenceError(*problems)
    codes = codes.rename(columns={"act_id": "id", "note": "code_note", "where": "code_where"})
    rows = codes.merge(acts, on="id", how="left", validate="many_to_one")
    rows["where"] = rows["where"] + " (code: " + rows["code_where"].str.rpartition(", ")[2] + ")"
    return _complete(rows.drop(columns="code_where"))


def _flat(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    _need(table, REQUIRED, path)
    _known(table, ROW_COLUMNS, path)
    return _complete(table)


def _complete(rows: pd.DataFrame) -> pd.DataFrame:
    """Fill in the columns that a file may leave out, and put all in their order."""
    for column in ROW_COLUMNS:
        if column not in rows:
            rows[column] = ""
    count = [f"row-{n}" for n in range(2, len(rows) + 2)]
    rows["id"] = rows["id"].where(
        rows["id"] != "", pd.Series(count, index=rows.index, dtype=object)
    )
    for column, default in (("event_id", rows["id"]), ("actor", rows["organisation"])):
        rows[column] = rows[column].where(rows[column] != "", default)
    for column, word in (("evidence_type", "output"), ("effect", "supports")):
        rows[column] = rows[column].where(rows[column] != "", word)
    outside = rows["criterion"] == "none"
    rows.loc[outside & (rows["strength"] == ""), "effect"] = ""
    return rows[[*ROW_COLUMNS, "where"]]


def _need(table: pd.DataFrame, columns: Iterable[str], path: Path) -> None:
    lacking = [name for name in columns if name not in table]
    if lacking:
        found = (
            f"no column {', '.join(lacking)}; there are {', '.join(table.columns.drop('where'))}"
        )
        raise _broken(f"{path}, row 1", found, "Add it, or check its spelling.")


def _known(table: pd.DataFrame, columns: tuple[str, ...], path: Path) -> None:
    unknown = [name for name in table.columns if name not in (*columns, "where")]
    if unknown:
        text = f"{path}: columns not used: {', '.join(unknown)} (known are {', '.join(columns)})"
        warnings.warn(text, IoscoreWarning, 3)


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= LARGEST else None


def _broken(where: str, found: str, mend: str) -> EvidenceError:
    return EvidenceError(Problem(where=where, found=found, mend=mend))
