"""Tables as text: CSV, Markdown, LaTeX and plain records; every figure to six significant digits."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from numbers import Integral
from typing import Any

import pandas as pd

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def plain(value: Any) -> Any:
    """Return a value as JSON has it: whole numbers, six significant digits, None for missing.

    Parameters
    ----------
    value : Any
        A scalar of Python or NumPy, or a dict, list or tuple of them.

    Returns
    -------
    str, int, float, bool, None, dict or list
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or value is pd.NA or isinstance(value, str | bool):
        return None if value is pd.NA else value
    if getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    number = float(value)
    return None if math.isnan(number) else float(f"{number:.6g}")


def cell(value: Any) -> str:
    """Return a value as a table shows it: three decimals, an empty field for what is missing."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 1000 else f"{value:.6g}"
    return str(value)


def figure(value: Any) -> str:
    """Return a number as it was counted: whole ones without decimals, thousands apart, else up to three."""
    if pd.isna(value):
        return ""
    return f"{float(value):,.3f}".rstrip("0").rstrip(".")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as a list of plain dicts, column names as keys."""
    return [plain(row) for row in frame.to_dict("records")]


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV; a text that a spreadsheet would run as a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow([_harmless("" if (v := plain(x)) is None else v) for x in row])
    return out.getvalue()


def as_markdown(frame: pd.DataFrame) -> str:
    """Return a table in Markdown, numbers to the right."""
    right = [pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes]
    lines = [
        _pipes(map(str, frame.columns)),
        _pipes("---:" if is_right else "---" for is_right in right),
        *(_pipes(cell(x) for x in row) for row in frame.itertuples(index=False)),
    ]
    return "\n".join(lines) + "\n"


def as_latex(frame: pd.DataFrame) -> str:
    """Return a table as a LaTeX tabular with booktabs rules, every special character escaped."""
    right = ["r" if pd.api.types.is_numeric_dtype(dtype) else "l" for dtype in frame.dtypes]
    rows = [" & ".join(_tex(cell(x)) for x in row) for row in frame.itertuples(index=False)]
    head = " & ".join(_tex(str(name)) for name in frame.columns)
    body = " \\\\\n".join(rows)
    return (
        f"\\begin{{tabular}}{{{''.join(right)}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
        f"{body} \\\\\n\\bottomrule\n\\end{{tabular}}\n"
    )


def _harmless(value: Any) -> Any:
    return (
        f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
    )


def _pipes(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(text.split()).replace("|", "\\|") for text in cells) + " |"


def _tex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in " ".join(text.split()))
