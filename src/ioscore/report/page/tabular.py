"""Tables of results as blocks of a report."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from ioscore.report.page.document import Cell, Foreign, Run, TableBlock, Text
from ioscore.report.sentences import percent
from ioscore.report.tables import cell, plain

NOTHING = "–"
"""What stands where there is no figure; never a zero."""
SHOWN = 15
"""Rows of a long table that the page shows; its file has all."""
_FIGURE = re.compile(r"[<+-]?\d[\d.,]*%?")
_SHORT = re.compile(r"[ -~–]{0,24}")
Shape = Callable[[Any, Mapping[str, Any]], Text]
"""How a column is written: from its value and the whole row."""


def table_block(
    name: str,
    title: str,
    frame: pd.DataFrame,
    *,
    heads: Mapping[str, str] | None = None,
    shapes: Mapping[str, Shape] | None = None,
    percents: Collection[str] = (),
    shades: Collection[str] = (),
    bars: Mapping[str, tuple[str, str]] | None = None,
    columns: Sequence[str] | None = None,
    notes: Sequence[Text] = (),
    most: int = SHOWN,
    whole_frame: pd.DataFrame | None = None,
) -> TableBlock:
    """Return a frame as a table of the report, with a file of its own that has all of it.

    Parameters
    ----------
    name, title : str
    frame : pandas.DataFrame
    heads : mapping of str to str, optional
        What columns are called; by their own names, in words, if not given.
    shapes : mapping of str to callable, optional
        How single columns are written.
    percents : collection of str
        Columns of shares, written as percentages.
    shades : collection of str
        Columns in [0, 1] that get a shade of their size.
    columns : sequence of str, optional
        Those that the page shows; all if not given.
    notes : sequence of Text
        What stands below.
    most : int
        Rows that the page shows.
    whole_frame : pandas.DataFrame, optional
        What the file holds; the frame itself if not given.
    """
    shown = list(frame.columns if columns is None else columns)
    rows = []
    for line in frame.head(most).to_dict("records"):
        row = {str(key): value for key, value in line.items()}
        rows.append(
            tuple(
                _field(
                    row[str(column)],
                    row,
                    (shapes or {}).get(str(column)),
                    share=str(column) in percents,
                    shade=str(column) in shades,
                    ends=(bars or {}).get(str(column)),
                )
                for column in shown
            )
        )
    rest = len(frame) - most
    more: tuple[Text, ...] = ()
    if rest > 0:
        more = ((f"The first {most} rows of {len(frame):,}; the file has all.",),)
    return TableBlock(
        name=name,
        title=title,
        head=tuple((heads or {}).get(str(c), in_words(str(c))) for c in shown),
        rows=tuple(rows),
        notes=(*more, *notes),
        frame=frame if whole_frame is None else whole_frame,
    )


def _field(
    value: Any,
    row: Mapping[str, Any],
    shape: Shape | None,
    *,
    share: bool,
    shade: bool,
    ends: tuple[str, str] | None,
) -> Cell:
    number = not isinstance(value, str | bool) and value is not None
    if ends is not None:
        span_ = (float(value), float(row[ends[0]]), float(row[ends[1]]))
        return Cell(text=(), bar=span_ if all(0 <= end <= 1 for end in span_) else None)
    part = float(value) if shade and number and 0 <= value <= 1 else None
    if shape is not None:
        return Cell(text=shape(value, row), number=number, share=part)
    if isinstance(value, bool):
        return Cell(text=("yes" if value else "no",))
    if share and number:
        text = NOTHING if math.isnan(value) else percent(float(value))
        return Cell(text=(text,), number=True, share=part)
    text = cell(value) or NOTHING
    # A short word in plain letters runs in one direction and need not be broken.
    strange = isinstance(value, str) and not _SHORT.fullmatch(text)
    # Some tables come with their figures written out.
    number = number or _FIGURE.fullmatch(text) is not None
    return Cell(text=(Foreign(text) if strange else text,), number=number, share=part)


def in_words(column: str) -> str:
    """Return the name of a column as words."""
    return column.replace("_", " ")


def figure(value: float, digits: int = 3) -> str:
    """Return a number with so many decimals, as it stands in tables."""
    return NOTHING if math.isnan(value) else f"{float(plain(value)):.{digits}f}"


def linked(to: Callable[[Any, Mapping[str, Any]], Run | None]) -> Shape:
    """Return the way to write a column whose values lead somewhere."""

    def shape(value: Any, row: Mapping[str, Any]) -> Text:
        run = to(value, row)
        return (Foreign(str(value)) if run is None else run,)

    return shape


def times(points: float) -> str:
    """Return log points as the factor that they multiply by."""
    if math.isnan(points):
        return NOTHING
    if math.isinf(points):
        return "no bound"
    return f"{math.exp(points):.3g}"


def whole(value: float) -> str:
    """Return a rank: whole, but for the average of tied places."""
    return NOTHING if math.isnan(value) else f"{float(value):g}"


def span(low: float, high: float) -> str:
    """Return two ranks as a range."""
    if math.isnan(low):
        return NOTHING
    return whole(low) if low == high else f"{whole(low)} to {whole(high)}"
