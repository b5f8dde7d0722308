"""Finding the table in a CSV or XLSX file: the header by the names of its columns."""

from __future__ import annotations

import csv
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ioscore.errors import InputError, PanelError, Problem

SEARCHED = 40
"""Rows in which a header is looked for, in each sheet."""

Layouts = Mapping[str, Mapping[str, Sequence[str]]]
Grid = Sequence[Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A table whose columns have our names.

    Attributes
    ----------
    rows : pandas.DataFrame
        One column for each field of the layout; the index is the row in the file (from 1).
    layout, place : str
        Name of the layout; sheet and row of the header.
    """

    rows: pd.DataFrame
    layout: str
    place: str


def plain_name(text: object) -> str:
    """Return a heading or a name in lower case, without accents, with single blanks."""
    letters = unicodedata.normalize("NFKD", str(text))
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9:]+", " ", bare.casefold()).strip()


def read_layout(
    path: Path, layouts: Layouts, *, categories: Sequence[str] = (), numbers: Sequence[str] = ()
) -> Found:
    """Read the first table of a file that has the columns of one of some layouts.

    Parameters
    ----------
    path : Path
        CSV (UTF-8) or XLSX; what it is shows in its first bytes.
    layouts : mapping
        For each layout, fields and the headings that each may have (as `plain_name` makes them);
        a field whose name begins with ``?`` may be lacking. The first layout that fits is taken.
    categories : sequence of str
        Fields with few different values, read faster as categories.
    numbers : sequence of str
        Fields that are numbers; blanks are missing.

    Returns
    -------
    Found

    Raises
    ------
    InputError
        When the file cannot be read.
    PanelError
        When no header is found, one of its headings stands twice, or a field that must be a
        number is none.
    """
    found = _read_xlsx(path, layouts) if _is_xlsx(path) else _read_csv(path, layouts, categories)
    rows = found.rows
    for field in numbers:
        rows[field] = _numbers(rows[field], field, path)
    return found


def read_grids(path: Path) -> dict[str, Grid]:
    """Return the rows of each sheet of a workbook, or of a CSV file (its sheet has no name).

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    if _is_xlsx(path):
        return _sheets(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {"": list(csv.reader(file))}
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from None
    except csv.Error as error:
        raise _broken(path, error) from None


def _is_xlsx(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        found, mend = f"cannot be read ({error.strerror})", "Check the name and the folder."
        raise InputError(Problem(where=str(path), found=found, mend=mend)) from None
    if not start:
        raise InputError(
            Problem(where=str(path), found="it is empty", mend="Get the file once more.")
        )
    if start == b"\xd0\xcf\x11\xe0":
        found, mend = "it is a workbook of the old kind (XLS)", "Save it as XLSX or CSV."
        raise InputError(Problem(where=str(path), found=found, mend=mend))
    return start == b"PK\x03\x04"


def _not_utf8(path: Path, error: UnicodeDecodeError) -> InputError:
    byte = error.object[error.start]
    found = "it is UTF-16" if byte in (0xFE, 0xFF) else f"byte {byte:#04x} is not UTF-8"
    mend = "Save it as text in UTF-8 (in Excel: 'CSV UTF-8')."
    return InputError(Problem(where=str(path), found=found, mend=mend))


def _broken(path: Path, error: Exception) -> InputError:
    found = f"broken CSV: {str(error).strip()}"
    mend = "Put fields that hold commas into quotation marks, or save it again as CSV."
    return InputError(Problem(where=str(path), found=found, mend=mend))


def _read_csv(path: Path, layouts: Layouts, categories: Sequence[str]) -> Found:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            head = []
            for _ in range(SEARCHED):
                row = next(reader, None)
                if row is None:
                    break
                head.append((reader.line_num, row))
        lines = [row for _, row in head]
        try:
            layout, places, at = _header(lines, layouts, path)
        except _NoHeaderError:
            _check_commas(lines, layouts, path)
            raise
        fields = {place: field for field, place in places.items()}
        width = len(head[at][1])
        read_fast = [n for n in range(width) if fields.get(n, "") in ("", *categories)]
        with warnings.catch_warnings():
            # A row longer than the header would lose its end: a comma in a number cuts it short.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # Every column is read, since pandas counts the fields of a row only then.
            frame = pd.read_csv(
                path,
                encoding="utf-8-sig",
                skiprows=head[at][0],
                header=None,
                names=range(width),
                dtype=dict.fromkeys(read_fast, "category"),
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,
                index_col=False,
            )
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from None
    except pd.errors.ParserWarning:
        found = f"rows have more than the {width} fields of the header"
        mend = "Put fields that hold commas into quotation marks."
        raise InputError(Problem(where=str(path), found=found, mend=mend)) from None
    except (pd.errors.ParserError, csv.Error, pd.errors.EmptyDataError) as error:
        raise _broken(path, error) from None
    frame.index = pd.RangeIndex(head[at][0] + 1, head[at][0] + 1 + len(frame))
    frame = frame[list(fields)]
    frame.columns = pd.Index(list(fields.values()))
    return Found(rows=frame, layout=layout, place=f"row {head[at][0]}")


def _check_commas(head: Grid, layouts: Layouts, path: Path) -> None:
    """Tell a table whose fields are parted by something else than commas from no table at all."""
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        lines = [",".join(row) for row in head]
        try:
            _header(list(csv.reader(lines, delimiter=mark)), layouts, path)
        except (PanelError, csv.Error):
            continue
        found = f"its fields are parted by {word}"
        mend = "Save it with commas between fields, and points in numbers."
        raise InputError(Problem(where=str(path), found=found, mend=mend))


def _sheets(path: Path) -> dict[str, Grid]:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # openpyxl tells of styles and extensions that it does not know; we read values only.
            warnings.simplefilter("ignore", UserWarning)
            with path.open("rb") as file:
                book = load_workbook(file, read_only=True, data_only=True)
                return {str(sheet.title): list(_values(sheet)) for sheet in book.worksheets}
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        found, mend = f"it is no workbook that can be read ({error})", "Save it again as XLSX."
        raise InputError(Problem(where=str(path), found=found, mend=mend)) from None


def _read_xlsx(path: Path, layouts: Layouts) -> Found:
    for name, rows in _sheets(path).items():
        try:
            layout, places, at = _header(rows[:SEARCHED], layouts, path)
        except _NoHeaderError:
            continue
        wide = max(places.values()) + 1
        body = [(*row, *[None] * wide)[:wide] for row in rows[at + 1 :]]
        frame = pd.DataFrame(
            {field: [row[place] for row in body] for field, place in places.items()}, dtype=object
        )
        frame.index = pd.RangeIndex(at + 2, at + 2 + len(frame))
        frame = frame.replace(r"^\s*$", None, regex=True)
        return Found(rows=frame, layout=layout, place=f"sheet {name!r}, row {at + 1}")
    raise _no_header(path, layouts)


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # Some programs write a wrong size into the file, which then hides rows.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(values_only=True)


class _NoHeaderError(PanelError):
    """No row has the headings of a layout."""


def _header(rows: Grid, layouts: Layouts, path: Path) -> tuple[str, dict[str, int], int]:
    """Return the layout, the place of each of its fields, and which row is the header."""
    for at, row in enumerate(rows):
        names = [plain_name(value) if value is not None else "" for value in row]
        for layout, fields in layouts.items():
            places = {}
            for field, headings in fields.items():
                name = next((h for h in headings if h in names), None)
                if name is not None:
                    places[field.lstrip("?")] = names.index(name)
                elif not field.startswith("?"):
                    break
            else:
                _check_once(names, places, f"{path}, row {at + 1}")
                return layout, places, at
    raise _no_header(path, layouts)


def _check_once(names: Sequence[str], places: Mapping[str, int], where: str) -> None:
    for place in places.values():
        if names.count(names[place]) > 1:
            found = f"the heading {names[place]!r} stands twice"
            mend = "Keep the column that is meant."
            raise PanelError(Problem(where=where, found=found, mend=mend))


def _no_header(path: Path, layouts: Layouts) -> _NoHeaderError:
    wanted = "; or ".join(
        ", ".join(headings[0] for field, headings in fields.items() if not field.startswith("?"))
        for fields in layouts.values()
    )
    found = f"no header of a known layout in the first {SEARCHED} rows"
    mend = f"A header must have {wanted}."
    return _NoHeaderError(Problem(where=str(path), found=found, mend=mend))


def _numbers(column: pd.Series, field: str, path: Path) -> pd.Series:
    if column.dtype.kind in "if":
        values = column
        wrong = column[np.isinf(column.to_numpy(float))]
    else:
        texts = column.astype(object)
        values = pd.to_numeric(texts, errors="coerce")
        strange = values.isna() | np.isinf(values.astype(float)) | texts.map(_is_truth)
        wrong = texts[strange & texts.notna()]
        wrong = wrong[wrong.astype(str).str.strip() != ""]
    if not wrong.empty:
        raise PanelError(
            *(
                Problem(
                    where=f"{path}, row {row}, {field}",
                    found=f"{value!r} is no number",
                    mend="Write plain digits with a decimal point, or leave it empty.",
                )
                for row, value in wrong.items()
            )
        )
    return values if values.dtype.kind in "if" else values.astype(float)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool | np.bool_)
