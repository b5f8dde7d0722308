"""Figures on doses: scores and seizures by year, and their differences against each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from ioscore.report.figures.style import GREY, colours, head, markers, sheet

PALE = "#d9d9d9"


def dose_paths(
    paths: pd.DataFrame, organisations: Sequence[str], title: str, unit: str, source: str
) -> Figure:
    """Draw what was seized, and below it for each organisation its score and its dated rows.

    Parameters
    ----------
    paths : pandas.DataFrame
        `year`, `kilograms` (NaN where missing), for each organisation `<o>` and `<o> rows`.
    organisations : sequence of str
    title, unit, source : str
        The unit of `kilograms`.
    """
    count = len(organisations)
    colour, marker = colours(organisations), markers(organisations)
    years = paths["year"].to_numpy(dtype=int)
    most = max(float(paths[list(organisations)].max(axis=None)), 0.1)
    rows = max(float(paths[[f"{o} rows" for o in organisations]].max(axis=None)), 1.0)
    with sheet(7.6, 2.6 + 1.25 * count, source) as figure:
        grid = figure.subplots(
            count + 1, 1, sharex=True, gridspec_kw={"height_ratios": [1.6, *([1] * count)]}
        )
        top = grid[0]
        top.plot(years, paths["kilograms"], "-o", color="black", ms=3.5, lw=1.2)
        _gaps(top, years, paths["kilograms"])
        top.set(yscale="log", ylabel=unit, title=title)
        top.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        top.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        top.yaxis.set_minor_formatter("")
        for axes, name in zip(grid[1:], organisations, strict=True):
            beside = axes.twinx()
            beside.bar(years, paths[f"{name} rows"], color=PALE, width=0.8)
            beside.set(ylim=(0, rows * 1.15), ylabel="dated rows")
            beside.yaxis.set_major_locator(MaxNLocator(4, integer=True))
            beside.yaxis.label.set_color(GREY)
            beside.tick_params(axis="y", colors=GREY)
            beside.spines["right"].set(visible=True, color=GREY)
            # The line stands before the bars, which belong to the other axis.
            axes.set_zorder(beside.get_zorder() + 1)
            axes.patch.set_visible(False)
            axes.plot(years, paths[name], color=colour[name], lw=1.2)
            bare = paths[f"{name} rows"].to_numpy() == 0
            for part, face in ((bare, "white"), (~bare, colour[name])):
                axes.plot(
                    years[part], paths[name][part], marker[name], color=colour[name], mfc=face, ms=4
                )
            axes.set(ylim=(-0.02 * most, most * 1.15), ylabel="score, points")
            axes.text(0.01, 0.9, name, transform=axes.transAxes, va="top", fontweight="bold")
        grid[-1].set(xlim=(years[0] - 0.8, years[-1] + 0.8))
        grid[-1].set_xlabel(
            "year\nline: score of the acts dated in the year (hollow: none is, taken as zero); "
            "bars: dated rows of evidence"
        )
        figure.align_ylabels(list(grid))
    return figure


def difference_scatter(
    differences: pd.DataFrame,
    organisations: Sequence[str],
    said: Mapping[str, str],
    title: str,
    source: str,
) -> Figure:
    """Draw year-to-year changes of seizures against those of the score of each organisation.

    Parameters
    ----------
    differences : pandas.DataFrame
        `year`, `y` (log points), for each organisation its difference in tenths of the scale.
    organisations : sequence of str
    said : mapping of str to str
        What was estimated, by organisation, for the head of its part.
    title, source : str
    """
    across = min(3, len(organisations))
    down = math.ceil(len(organisations) / across)
    colour, marker = colours(organisations), markers(organisations)
    factor = np.exp(differences["y"].to_numpy(dtype=float))
    with sheet(1.2 + 2.7 * across, 1.1 + 2.6 * down, source) as figure:
        grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, name in zip(grid, organisations, strict=False):
            step = differences[name].to_numpy(dtype=float)
            still = np.abs(step) < 1e-9
            axes.axhline(1, color=PALE, lw=0.8, zorder=0)
            axes.axvline(0, color=PALE, lw=0.8, zorder=0)
            axes.plot(step[still], factor[still], "x", color=GREY, ms=4)
            axes.plot(step[~still], factor[~still], marker[name], color=colour[name], ms=5)
            _label_far(axes, differences["year"].to_numpy(dtype=int), step, factor)
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            axes.yaxis.set_minor_formatter("")
            axes.set_title(f"{name}\n{said.get(name, '')}", fontsize=8)
            axes.margins(x=0.15)
        for n, axes in enumerate(grid):
            axes.set_visible(n < len(organisations))
            if n % across == 0:
                axes.set_ylabel("seized, times the year before")
            # The last of its column, below which nothing is drawn.
            if n + across >= len(organisations):
                axes.tick_params(labelbottom=True)
                axes.set_xlabel("change of the score, tenths of the scale")
        ticks = [t for t in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if _near(t, factor)]
        grid[0].set_yticks(ticks or [1])
        head(figure, title, "crosses: years in which the score did not move")
    return figure


def _gaps(axes: Axes, years: np.ndarray, values: pd.Series) -> None:
    """Write down years without a figure at the foot."""
    for year in years[values.isna().to_numpy()]:
        axes.text(
            year, 0.03, f"{year} not known", rotation=90, fontsize=6.5, color=GREY, ha="center",
            va="bottom", transform=axes.get_xaxis_transform(),
        )  # fmt: skip


def _label_far(axes: Axes, years: np.ndarray, step: np.ndarray, factor: np.ndarray) -> None:
    """Name the years of the three greatest changes of the score."""
    order = [int(i) for i in np.argsort(-np.abs(step), kind="stable")[:3]]
    for i in (i for i in order if abs(step[i]) > 1e-9):
        axes.annotate(
            str(years[i]), (step[i], factor[i]), xytext=(0, 4), textcoords="offset points",
            ha="center", va="bottom", fontsize=7, color=GREY,
        )  # fmt: skip


def _near(tick: float, factor: np.ndarray) -> bool:
    return bool(factor.min() / 1.5 <= tick <= factor.max() * 1.5)
