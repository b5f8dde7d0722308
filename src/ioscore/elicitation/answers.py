"""A reviewer's answers as written, and each as a number."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Method = Literal["points", "swing", "roc", "ahp", "bwm"]

METHODS: dict[Method, str] = {
    "points": "points",
    "swing": "swing weights",
    "roc": "their order of importance (rank-order centroid)",
    "ahp": "the analytic hierarchy process",
    "bwm": "the best-worst method",
}
COLUMNS: dict[Method, tuple[str, ...]] = {
    "points": ("points",),
    "swing": ("swing",),
    "roc": ("rank",),
    "ahp": ("than", "times"),
    "bwm": ("best_to_others", "others_to_worst"),
}
"""What is answered for each criterion, by method."""

_ENDS: dict[str, tuple[float, float]] = {
    "swing": (0, 100),
    "best_to_others": (1, 9),
    "others_to_worst": (1, 9),
}
_NUMBER = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
_DATE = re.compile(
    r"\d{4}-\d\d?-\d\d?( 00:00:00)?"  # 2026-02-01
    r"|\d\d?[./-]\d\d?[./-](\d{4}|\d\d)?"  # 01.02.2026, 1/2/2026
    r"|\d\d?[. -]+[^\W\d]{3,}\.?([. -]+\d+)?"  # 01.Feb, 1-Feb, 1. Februar 2026
    r"|[^\W\d]{3,}\.?[. -]+\d+"  # Feb-01
)
_MOST = 9.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a reviewer says of one criterion, or of one pair, as written.

    Attributes
    ----------
    where : str
        File and row, or line.
    criterion : str
        Id or path.
    values : dict of str to str
        Text by column of `COLUMNS`; `role` beside them for the best-worst method, if given.
    """

    where: str
    criterion: str
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The answers of one reviewer by one method.

    Attributes
    ----------
    method : str
    reviewer : str
    source : str
        Name of the file, or what stands for it in messages.
    rows : tuple of Answer
    """

    method: Method
    reviewer: str
    source: str
    rows: tuple[Answer, ...]


def number(text: str, column: str) -> float | str:
    """Return an answer as a number, or what is wrong with it.

    Parameters
    ----------
    text : str
    column : str
        One of those of `COLUMNS`; `times` may be a fraction such as ``1/3``, and lies between
        1/9 (within 2 per cent, so that .11 may stand for it) and 9.

    Returns
    -------
    float or str
    """
    parts = text.split("/") if column == "times" else [text]
    if not text:
        return "nothing is answered"
    if len(parts) > 2 or not all(_NUMBER.fullmatch(part.strip()) for part in parts):
        return f"{text!r} {_no_number(text, column)}"
    values = [float(part) for part in parts]
    if values[-1] == 0 and len(values) == 2:
        return f"{text!r} divides by zero"
    value = values[0] / (values[1] if len(values) == 2 else 1)
    if not math.isfinite(value) or value > 1e9:
        return f"{text!r} is beyond any scale"
    if column == "times" and not 0.98 / _MOST <= value <= _MOST:
        return f"{text!r} lies outside 1/9 to 9"
    return value


def _no_number(text: str, column: str) -> str:
    """Return what a text is that is no number, and what to write, as far as that can be guessed."""
    if column == "times" and _DATE.fullmatch(text):
        return "looks like a date, which a spreadsheet makes of a fraction; write 1/2 as 0.5, 1/3 as 0.333"
    comma = "; a decimal comma? Write a point" if "," in text else ""
    low, high = _ENDS.get(column, (0, math.inf))
    scale = "of zero or more" if high == math.inf else f"from {low:g} to {high:g}"
    return f"is no number {scale}{comma}"


def out_of_range(value: float, column: str, criteria: int) -> str:
    """Return what keeps a number from being an answer of its column; empty where nothing does.

    Parameters
    ----------
    value : float
    column : str
    criteria : int
        How many are asked about together: the last rank that there is.
    """
    if column == "rank" and (value != int(value) or not 1 <= value <= criteria):
        return f"{value:g} is no whole number from 1 to {criteria}"
    low, high = _ENDS.get(column, (0, math.inf))
    return "" if low <= value <= high else f"{value:g} lies outside {low:g} to {high:g}"
