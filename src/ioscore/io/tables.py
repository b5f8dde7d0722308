"""CSV tables read as text, row by row, and the evidence, matrices and sources made from them."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ioscore.errors import EvidenceError, IoscoreWarning, Problem
from ioscore.evidence.table import (
    ACT_COLUMNS,
    CODE_COLUMNS,
    LARGEST,
    OUTSIDE,
    REQUIRED,
    ROW_COLUMNS,
    Evidence,
)
from ioscore.io.files import read_text
from ioscore.io.shipped import shipped

_Columns = dict[str, list[str]]
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def read_table(path: Path, *, remarks: bool = False) -> pd.DataFrame:
    """Read a CSV file as text.

    Parameters
    ----------
    path : Path
    remarks : bool
        Pass over rows whose first field begins with ``#``.

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
    return pd.DataFrame(_columns(path, remarks=remarks), dtype=object)


def _columns(path: Path, *, remarks: bool = False) -> _Columns:
    """Return the columns of a CSV file and `where`, fields without blanks around them."""
    text = read_text(path)
    said = ("#", '"#') if remarks else ()
    header = next((line for line in text.splitlines() if not line.startswith(said)), "")
    if header.count("\t") > header.count(","):
        mend = "Save it with commas (in Excel: 'CSV UTF-8')."
        raise _broken(f"{path}, row 1", "the columns are separated by tabs", mend)
    if header.count(";") > header.count(","):
        mend = (
            "Save it with commas (in Excel: 'CSV UTF-8'; the list separator is set in the region)."
        )
        raise _broken(f"{path}, row 1", "the columns are separated by semicolons", mend)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        numbered = [(n, list(map(str.strip, row))) for n, row in enumerate(reader, 1) if any(row)]
        if remarks:
            numbered = [(n, row) for n, row in numbered if not row[0].startswith("#")]
    except csv.Error as error:
        mend = "Close the quotation marks; write a quotation mark inside a field twice."
        raise _broken(f"{path}, line {reader.line_num}", f"broken CSV: {error}", mend) from None
    if not numbered:
        raise _broken(str(path), "there is no header", "Name the columns, and add rows.")
    (_, names), *records = numbered
    if "where" in names:
        raise _broken(f"{path}, row 1", "a column is called 'where'", "Give it another name.")
    if "" in names or len(set(names)) < len(names):
        mend = "Give each column one name of its own."
        raise _broken(f"{path}, row 1", "a column has no name, or one that stands twice", mend)
    if not records:
        raise _broken(str(path), "there is a header and no row", "Add rows.")
    for n, row in records:
        if len(row) != len(names):
            found = f"{len(row)} fields, but the header has {len(names)}"
            mend = "Put fields that hold commas into quotation marks."
            raise _broken(f"{path}, row {n}", found, mend)
    columns = map(list, zip(*(row for _, row in records), strict=True))
    table = dict(zip(names, columns, strict=True))
    return {**table, "where": [f"{path}, row {n}" for n, _ in records]}


def read_evidence(
    path: Path | str | None = None, *, family: str = "thesis", with_paragraphs: bool = True
) -> Evidence:
    """Read coded evidence.

    Parameters
    ----------
    path : Path or str, optional
        A folder with ``acts.csv`` and ``codes/<family>.csv``, or a single CSV file that has acts
        and codes in one row each; `organisation`, `criterion` and `strength` must be there, the
        other columns may be left out. Without a path: the shipped evidence.
    family : str
        Which table of codes to take from a folder (`codes` in a rubric).
    with_paragraphs : bool
        Read the word counts too (``paragraphs.csv``); only `documentation: per_1000_words` and
        `coverage` need them.

    Returns
    -------
    Evidence

    Raises
    ------
    InputError, EvidenceError
        When a file cannot be read, lacks a column, or a code names an act that is not there.
    """
    folder = Path(path) if path is not None else shipped("data", "evidence")
    if folder.is_dir():
        rows = _joined(folder / "acts.csv", folder / "codes" / f"{family}.csv")
        sources = beside(folder, "sources.csv")
    else:
        rows = _complete(_checked(folder, REQUIRED, ROW_COLUMNS))
        here = folder.parent / "sources.csv"
        sources = here if here.is_file() else None
    paragraphs = beside(folder, "paragraphs.csv") if with_paragraphs and folder.is_dir() else None
    return Evidence(
        rows=rows,
        kinds=read_sources(sources).set_index("id")["kind"].to_dict() if sources else {},
        paragraphs=read_paragraphs(paragraphs) if paragraphs else pd.DataFrame(),
        name=str(folder),
    )


def beside(folder: Path, name: str) -> Path | None:
    """Return a file in a folder of evidence, or in the nearest of three folders above it."""
    above = [folder.resolve(), *folder.resolve().parents][:4]
    return next((place / name for place in above if (place / name).is_file()), None)


def read_paragraphs(path: Path) -> pd.DataFrame:
    """Read the table of paragraphs: `source`, and `line`, `line_end`, `words` as whole numbers.

    Raises
    ------
    InputError, EvidenceError
        When the file cannot be read, lacks a column or has anything but digits in them.
    """
    table = read_table(path)
    _need(table, ("source", "line", "line_end", "words"), path)
    for column in ("line", "line_end", "words"):
        for where, text in zip(table["where"], table[column], strict=True):
            if not (text.isascii() and text.isdecimal()):
                raise _broken(f"{where}, {column}", f"{text!r} is no whole number", "Write digits.")
        table[column] = table[column].astype(int)
    return table


def read_matrix(path: Path | str) -> pd.DataFrame:
    """Read a ready matrix of scores: first column the alternatives, one column a criterion.

    Parameters
    ----------
    path : Path or str

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
    path = Path(path)
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
    _warn_of_scales(values, path)
    return values


def _warn_of_scales(values: pd.DataFrame, path: Path) -> None:
    """Warn where one column is of another order of magnitude, so that it drowns the others."""
    size = values.abs().max()
    size = size[size > 0]
    if len(size) > 1 and size.max() > 10 * size.min():
        text = (
            f"{path}: {size.idxmax()} reaches {size.max():g}, {size.idxmin()} only {size.min():g}; values "
            "are taken as they are, so weights do not mean what they say. Bring them to one scale first"
        )
        warnings.warn(text, IoscoreWarning, stacklevel=3)


def read_sources(path: Path | None = None) -> pd.DataFrame:
    """Read the table of sources; without a path, the shipped one. All columns are text.

    Raises
    ------
    InputError, EvidenceError
        When the file cannot be read, or has no `id`, `kind`, `file` and `sha256`.
    """
    path = path or shipped("data", "sources.csv")
    table = read_table(path)
    _need(table, ("id", "kind", "file", "sha256"), path)
    return table


def _need(table: pd.DataFrame, columns: Iterable[str], path: Path) -> None:
    if lacking := [name for name in columns if name not in table]:
        found = f"no column {', '.join(lacking)}"
        raise _broken(f"{path}, row 1", found, "Add it, or check its spelling.")


def _joined(acts_path: Path, codes_path: Path) -> pd.DataFrame:
    """Return one row for each code of each act; in lists, since frames take longer to join."""
    acts = _checked(acts_path, ("id", "organisation"), ACT_COLUMNS)
    codes = _checked(codes_path, ("act_id", "criterion", "strength"), CODE_COLUMNS)
    at = {name: n for n, name in enumerate(acts["id"])}
    coded = set(codes["act_id"])
    problems = []
    for n, (name, where) in enumerate(zip(acts["id"], acts["where"], strict=True)):
        if at[name] != n:
            found, mend = f"the act {name!r} stands twice", "Give each its own id."
        elif name not in coded:
            found, mend = f"the act {name!r} has no code", f"Code it in {codes_path}, if as 'none'."
        else:
            continue
        problems.append(Problem(where=f"{where}, id", found=found, mend=mend))
    for name, where in zip(codes["act_id"], codes["where"], strict=True):
        if name not in at:
            found, mend = f"there is no act {name!r}", f"See {acts_path}."
            problems.append(Problem(where=f"{where}, act_id", found=found, mend=mend))
    if problems:
        raise EvidenceError(*problems)
    places = [at[name] for name in codes.pop("act_id")]
    joined = {name: [column[n] for n in places] for name, column in acts.items()}
    rows = [where.rpartition(", ")[2] for where in codes.pop("where")]
    joined["where"] = [
        f"{act} (code: {row})" for act, row in zip(joined["where"], rows, strict=True)
    ]
    joined["code_note"] = codes.pop("note", [""] * len(rows))
    return _complete({**joined, **codes})


def _checked(path: Path, needed: Iterable[str], known: tuple[str, ...]) -> _Columns:
    """Return the columns of a CSV file that has those needed; note those not known."""
    table = _columns(path)
    names = [name for name in table if name != "where"]
    if lacking := [name for name in needed if name not in table]:
        found = f"no column {', '.join(lacking)}; there are {', '.join(names)}"
        raise _broken(f"{path}, row 1", found, "Add it, or check its spelling.")
    if unknown := [name for name in names if name not in known]:
        text = f"{path}: columns not used: {', '.join(unknown)} (known are {', '.join(known)})"
        warnings.warn(text, IoscoreWarning, stacklevel=3)
    return table


def _complete(table: _Columns) -> pd.DataFrame:
    """Return a frame with every column, those that a file may leave out filled in."""
    rows = len(table["where"])
    empty = [""] * rows
    full = {name: table.get(name, empty) for name in (*ROW_COLUMNS, "where")}

    def fill(name: str, default: Iterable[str]) -> None:
        full[name] = [own or other for own, other in zip(full[name], default, strict=True)]

    fill("id", [f"row-{n}" for n in range(2, rows + 2)])
    fill("event_id", full["id"])
    fill("actor", full["organisation"])
    fill("evidence_type", ["output"] * rows)
    codes = zip(full["criterion"], full["strength"], strict=True)
    fill("effect", ["" if code == (OUTSIDE, "") else "supports" for code in codes])
    return pd.DataFrame(full, dtype=object)


def _finite(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) <= LARGEST else None


def _broken(where: str, found: str, mend: str) -> EvidenceError:
    return EvidenceError(Problem(where=where, found=found, mend=mend))
