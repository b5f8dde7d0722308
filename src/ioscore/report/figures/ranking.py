"""Figures on scores: what each criterion adds, and what stands in every cell."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ioscore.report.figures.style import GREY, SEQUENTIAL, colours, ink, sheet

MOST_CRITERIA = 12
"""So many criteria can stand side by side."""
MOST_ROWS = 40
"""So many alternatives, or leaves, can stand below each other."""
_MISSING = "#ffffff"
_WRITTEN = {"missing": "?", "absent": "absent", "limited": "0 (limits)"}


def contributions(
    table: pd.DataFrame,
    parts: pd.DataFrame,
    labels: Mapping[str, tuple[str, float]],
    order: Sequence[str],
    title: str,
    source: str,
) -> Figure:
    """Draw the score of each alternative and beside it what each criterion adds to it.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a ranking, best first: `organisation`, `rank`, `score`, `score_low`, `score_high`,
        `missing` (number of missing cells).
    parts : pandas.DataFrame
        Alternatives x criteria, NaN where nothing is known; a row sums to the score. Without
        columns under methods whose score is no sum.
    labels : mapping of str to (str, float)
        Of each criterion what it is called, and its share of the weight.
    order : sequence of str
        All alternatives in the order of the rubric, which gives them their colours.
    title, source : str
    """
    colour, rows = colours(order), table.head(MOST_ROWS).reset_index(drop=True)
    names = list(parts.columns) if parts.shape[1] <= MOST_CRITERIA else []
    shown = parts.loc[rows["organisation"], names]
    more = len(table) - len(rows)
    with sheet(4.6 + 0.95 * len(names), 1.75 + 0.42 * len(rows), source) as figure:
        grid = figure.subplots(
            1, 1 + len(names), sharey=True, squeeze=False, width_ratios=[2.8, *[1.0] * len(names)]
        )[0]
        _scores(grid[0], rows, colour)
        grid[0].set(
            yticks=range(len(rows)),
            yticklabels=[f"{_place(row.rank)}  {row.organisation}" for row in rows.itertuples()],
        )
        reach = _reach(shown)
        for axes, name in zip(grid[1:], names, strict=True):
            _column(axes, shown[name], colour, reach)
            label, share = labels[name]
            head = textwrap.fill(label, 14, break_long_words=False)
            axes.set_title(f"{head}\n{100 * share:.3g}%", fontsize=7.5, fontweight="normal")
            axes.set_xlabel("points", fontsize=7.5)
        for axes in grid:
            axes.set_ylim(len(rows) - 0.4, -0.6)
            axes.tick_params(axis="y", length=0)
        left_out = f" (the first {len(rows)} of {len(table)})" if more else ""
        figure.suptitle(f"{title}{left_out}", fontsize=10, fontweight="bold", x=0.01, ha="left")
    return figure


def _scores(axes: Axes, rows: pd.DataFrame, colour: Mapping[str, str]) -> None:
    """Draw the scores as bars, and over them what the missing cells leave open."""
    open_ends = bool((rows["score_low"] < rows["score_high"]).any())
    for y, row in enumerate(rows.itertuples(index=False)):
        if pd.isna(row.score):
            axes.text(0, y, " no score", va="center", fontsize=8, color=GREY)
            continue
        axes.barh(y, row.score, color=colour[row.organisation], height=0.62)
        ends = np.array([0.0, row.score])
        if row.score_low < row.score_high:
            ends = np.array([0.0, row.score, row.score_low, row.score_high])
            axes.plot((row.score_low, row.score_high), (y, y), color="black", lw=1.0, marker="|")
        axes.annotate(
            f"{row.score:.3f}", (ends.max(), y), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=8, fontweight="bold",
        )  # fmt: skip
    what = "" if rows["missing"].any() else "\nno cell is missing"
    what = "\nline: all that missing cells could make of it" if open_ends else what
    axes.set_title("score", fontsize=7.5, fontweight="normal")
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlabel(f"score, points{what}", fontsize=7.5)
    axes.margins(x=0.22)
    if rows["score_low"].min() >= 0 or (not open_ends and rows["score"].min() >= 0):
        axes.set_xlim(left=0)
    axes.axvline(0, color="black", lw=0.8)


def _column(
    axes: Axes, values: pd.Series, colour: Mapping[str, str], reach: tuple[float, float]
) -> None:
    for y, (name, value) in enumerate(values.items()):
        if np.isnan(value):
            axes.text(0, y, " ?", va="center", fontsize=9, color=GREY)
            continue
        axes.barh(y, value, color=colour[str(name)], height=0.62)
        axes.annotate(
            f"{value:.3f}", (max(value, 0.0), y), xytext=(3, 0), textcoords="offset points",
            va="center", fontsize=7.5,
        )  # fmt: skip
    axes.axvline(0, color="black", lw=0.8)
    axes.set_xlim(reach)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelsize=7)
    axes.locator_params(axis="x", nbins=2)


def _reach(parts: pd.DataFrame) -> tuple[float, float]:
    """Return one scale for all criteria, so that bars can be compared across them."""
    values = parts.to_numpy(dtype=float)
    known = values[~np.isnan(values)]
    high, low = max([0.0, *known]), min([0.0, *known])
    width = (high - low) or 1.0
    return low - 0.1 * width * (low < 0), high + 0.55 * width


def cells(
    matrix: pd.DataFrame,
    states: pd.DataFrame,
    title: str,
    source: str,
    *,
    scale: tuple[float, float] = (0.0, 1.0),
) -> Figure:
    """Draw the value of every cell as a heat map; a cell of which nothing is known is hatched.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Alternatives x leaves (paths), in the order wanted; NaN where missing.
    states : pandas.DataFrame
        Same shape: `scored`, `limited`, `absent`, `missing`.
    title, source : str
    scale : (float, float)
        Values that are palest and darkest.
    """
    across = len(matrix) <= MOST_CRITERIA
    values, known = (matrix.T, states.T) if across else (matrix, states)
    more = "" if len(values) <= MOST_ROWS else f" (the first {MOST_ROWS} rows of {len(values)})"
    values, known = values.head(MOST_ROWS), known.head(MOST_ROWS)
    width, height = 2.9 + 0.86 * values.shape[1], 1.5 + 0.27 * len(values)
    with sheet(min(width, 16.0), height, source) as figure:
        axes = figure.subplots()
        shades = colormaps[SEQUENTIAL].with_extremes(bad=_MISSING)
        grid = np.ma.masked_invalid(values.to_numpy(dtype=float))
        image = axes.pcolormesh(
            grid, cmap=shades, vmin=scale[0], vmax=scale[1], edgecolors="white", linewidth=1
        )
        _write_cells(axes, values, known, scale)
        _label_cells(axes, values)
        figure.colorbar(image, ax=axes, label="score of the cell", shrink=0.6)
        axes.set_title(f"{title}{more}", pad=12)
        axes.set_xlabel(
            "?: nothing is known, which is not zero; absent: it does not do this, says the source;\n"
            "0 (limits): shortcomings pull it to zero",
            fontsize=7.5,
            color=GREY,
        )
    return figure


def _write_cells(
    axes: Axes, values: pd.DataFrame, states: pd.DataFrame, scale: tuple[float, float]
) -> None:
    from matplotlib.patches import Rectangle

    for (row, column), value in np.ndenumerate(values.to_numpy(dtype=float)):
        state = str(states.iloc[row, column])
        if np.isnan(value):
            axes.add_patch(
                Rectangle(
                    (column, row), 1, 1, facecolor="none", edgecolor="#bbbbbb", hatch="////", lw=0
                )
            )
        axes.text(
            column + 0.5,
            row + 0.5,
            _WRITTEN.get("missing" if np.isnan(value) else state, f"{value:.2f}"),
            ha="center",
            va="center_baseline",
            fontsize=7.5,
            color=ink((value - scale[0]) / (scale[1] - scale[0])),
            bbox={"facecolor": "white", "lw": 0, "pad": 1.5} if np.isnan(value) else None,
        )


def _label_cells(axes: Axes, values: pd.DataFrame) -> None:
    axes.set(
        xticks=[n + 0.5 for n in range(values.shape[1])],
        xticklabels=[_words(str(name)) for name in values.columns],
        yticks=[n + 0.5 for n in range(len(values))],
        yticklabels=[_words(str(name)) for name in values.index],
    )
    if values.shape[1] > MOST_CRITERIA:
        axes.tick_params(axis="x", rotation=90)
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.spines[:].set_visible(False)
    firsts = [str(name).partition("/")[0] for name in values.index]
    for row in range(1, len(firsts)):
        if firsts[row] != firsts[row - 1] and "/" in "".join(map(str, values.index)):
            axes.axhline(row, color=GREY, lw=0.8)


def _words(path: str) -> str:
    return path.replace("/", ": ").replace("_", " ")


def _place(rank: float) -> str:
    return "-" if pd.isna(rank) else f"{rank:g}"
