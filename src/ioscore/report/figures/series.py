"""Figures of an interrupted time series: fit against what would have gone on, breaks elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from ioscore.report.figures.style import DARK, GREY, PALETTE, head, sheet

FIT, WITHOUT = DARK, PALETTE[5]
MARGIN = 1.0
"""Log points left above and below what was seized and fitted; a trend of a few years that is
prolonged for twenty would push both into a corner."""


def interrupted(
    line: pd.DataFrame,
    breaks: Sequence[tuple[int, str]],
    missing: Sequence[int],
    end: str,
    title: str,
    unit: str,
    source: str,
) -> Figure:
    """Draw a series, its fit by stretches, and the fit without the terms of breaks.

    Parameters
    ----------
    line : pandas.DataFrame
        `year`, `y`, `fit`, `without`; logarithms.
    breaks : sequence of (int, str)
        First year after each break, and what it is; ascending.
    missing : sequence of int
        Years that the fit leaves out.
    end : str
        Where the fit without breaks ends, for the case that it leaves the axes.
    title, unit, source : str
    """
    first, last = int(line["year"].min()), int(line["year"].max())
    # A year without a row has none in the lines either: they break off there.
    line = line.set_index("year").reindex(range(first, last + 1)).reset_index()
    years = line["year"].to_numpy(int)
    edges = [-np.inf, *(year for year, _ in breaks), np.inf]
    with sheet(8.6, 4.8, source) as figure:
        axes = figure.subplots()
        for year in missing:
            axes.axvspan(year - 0.5, year + 0.5, color="#e8e8e8", lw=0, zorder=0)
            axes.text(
                year, 0.01, "left out", rotation=90, ha="center", va="bottom", fontsize=6.5,
                color=GREY, transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        for start, until in pairwise(edges):
            part = line[(years >= start) & (years < until)]
            axes.plot(part["year"], np.exp(part["fit"]), color=FIT, lw=2.2, zorder=2)
        after = line[years >= breaks[0][0]] if breaks else line.iloc[:0]
        axes.plot(after["year"], np.exp(after["without"]), color=WITHOUT, lw=1.6, ls="--", zorder=1)
        seen = line[["y", "fit"]]
        low, high = float(seen.min(axis=None)) - MARGIN, float(seen.max(axis=None)) + MARGIN
        axes.plot(years, np.exp(line["y"]), "o", color="black", ms=4.5, zorder=3)
        axes.set_yscale("log")
        for number, (year, what) in enumerate(breaks):
            axes.axvline(year - 0.5, color=GREY, lw=0.9, ls=":", zorder=0)
            axes.annotate(
                f"{year}: {what}",
                (year - 0.5, 1.0 + 0.055 * (len(breaks) - number)),
                xycoords=axes.get_xaxis_transform(),
                fontsize=7.5,
                color=GREY,
                va="center",
                xytext=(3, 0),
                textcoords="offset points",
            )
            axes.plot(
                [year - 0.5] * 2,
                [1.0, 1.0 + 0.055 * (len(breaks) - number)],
                color=GREY,
                lw=0.9,
                ls=":",
                transform=axes.get_xaxis_transform(),
                clip_on=False,
            )
        _end(axes, last, line["fit"].iloc[-1], "fit", FIT)
        if len(after):
            _without(axes, after, low, high, end)
        axes.set(
            xlabel="year (dots: seized)",
            ylabel=f"{unit}, logarithmic scale",
            xlim=(min([*missing, first]) - 0.7, max([*missing, last]) + 3.2),
            ylim=(np.exp(low), np.exp(high)),
        )
        axes.set_title(title, pad=12 + 15 * len(breaks))
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(
            lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"
        )
        axes.yaxis.set_minor_formatter(NullFormatter())
    return figure


def search(
    profiles: pd.DataFrame,
    path: pd.DataFrame | None,
    critical: float,
    below: str,
    breaks: Sequence[tuple[int, str]],
    title: str,
    source: str,
) -> Figure:
    """Draw how well a break fits at each year, with the known years marked.

    Parameters
    ----------
    profiles : pandas.DataFrame
        `known`, `year`, `squares`: each known break moved, the others held.
    path : pandas.DataFrame or None
        `year`, `f`: one break in level against none; None where it is not applicable.
    critical : float
        What the largest F of series without a break stays below.
    below : str
        In what share of them it does.
    breaks : sequence of (int, str)
        Known breaks, ascending.
    title, source : str
    """
    with sheet(8.6, 5.6 if path is not None else 3.0, source) as figure:
        rows = 2 if path is not None else 1
        grid = figure.add_gridspec(rows, len(breaks))
        first: Axes | None = None
        for k, (known, what) in enumerate(breaks):
            axes = figure.add_subplot(grid[rows - 1, k], sharey=first)
            first = first or axes
            rows_of = profiles[profiles["known"] == known]
            axes.plot(rows_of["year"], rows_of["squares"], "-o", color=FIT, ms=4, lw=1.2)
            here = rows_of[rows_of["year"] == known]
            axes.plot(here["year"], here["squares"], "D", color="black", ms=7)
            axes.set_title(f"{known} moved: {_wrapped(what)}", fontsize=8)
            axes.set_xlabel("year of the break")
            axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
            if k:
                axes.tick_params(labelleft=False)
            else:
                axes.set_ylabel("sum of squared\nresiduals (lower fits better)")
        if path is not None:
            axes = figure.add_subplot(grid[0, :])
            axes.plot(path["year"], path["f"], "-o", color=FIT, ms=4, lw=1.2)
            span = path["year"].min(), path["year"].max()
            axes.plot(span, [critical] * 2, color=WITHOUT, lw=1.2, ls="--")
            axes.text(
                path["year"].max() + 0.4, critical, f"{below} of series\nwithout a break\nstay below",
                color=WITHOUT, fontsize=7.5, va="center",
            )  # fmt: skip
            for known, _ in breaks:
                at = path[path["year"] == known]
                axes.axvline(known, color=GREY, lw=0.9, ls=":", zorder=0)
                axes.plot(at["year"], at["f"], "D", color="black", ms=7, clip_on=False)
            axes.set(
                ylabel="F (higher fits better)",
                xlabel="year of the break",
                ylim=(0, None),
                xlim=(path["year"].min() - 0.7, path["year"].max() + 4.2),
            )
            axes.set_title("One break in level at an unknown year against none", fontsize=8)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        head(figure, title, "black diamonds: the known years")
    return figure


def _without(axes: Axes, after: pd.DataFrame, low: float, high: float, end: str) -> None:
    """Name the fit without breaks at its end, or where it leaves the axes."""
    last, log = int(after["year"].iloc[-1]), float(after["without"].iloc[-1])
    if low <= log <= high:
        _end(axes, last, log, "fit without\nbreaks", WITHOUT)
        return
    inside = after.loc[after["without"].between(low, high), "year"]
    up = log > high
    axes.text(
        float(inside.iloc[-1] if len(inside) else after["year"].iloc[0]) + 1.3,
        float(np.exp(high - 0.1 if up else low + 0.1)),
        f"fit without breaks, prolonged:\n{end}",
        color=WITHOUT,
        fontsize=8,
        va="top" if up else "bottom",
    )


def _end(axes: Axes, year: int, log: float, text: str, colour: str) -> None:
    axes.text(year + 0.4, float(np.exp(log)), text, color=colour, fontsize=8, va="center")


def _wrapped(text: str, width: int = 26) -> str:
    from textwrap import fill

    return fill(text, width)
