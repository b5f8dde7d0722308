"""Figures on weights: who takes which rank, and how far a weight can move."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ioscore.report.figures.style import (
    GREY,
    MIDDLE,
    PALE,
    SEQUENTIAL,
    colours,
    ink,
    markers,
    sheet,
)


def rank_shares(shares: pd.DataFrame, title: str, what: str, source: str) -> Figure:
    """Draw the share of each rank for each alternative as a heat map, numbers in the cells.

    Parameters
    ----------
    shares : pandas.DataFrame
        Alternatives x ranks, in [0, 1].
    title, what, source : str
        `what` names what the shares are of.
    """
    n, ranks = shares.shape
    with sheet(min(2.2 + 0.75 * ranks, 12.0), min(1.5 + 0.42 * n, 16.0), source) as figure:
        axes = figure.subplots()
        few = n * ranks <= 400
        sns.heatmap(
            100 * shares,
            ax=axes,
            cmap=SEQUENTIAL,
            vmin=0,
            vmax=100,
            annot=_percents(shares) if few else False,
            fmt="",
            linewidths=0.5 if few else 0,
            cbar_kws={"label": f"% of {what}"},
        )
        _letter(axes, shares)
        axes.set(title=title, xlabel="rank", ylabel="")
        axes.tick_params(axis="y", rotation=0)
    return figure


def stability(table: pd.DataFrame, title: str, source: str) -> Figure:
    """Draw for each weight the interval over which the first alternative stays first.

    Parameters
    ----------
    table : pandas.DataFrame
        `criterion`, `weight`, `first_low`, `first_high`, `order_low`, `order_high`,
        `taken_over_low`, `taken_over_high`; weights as shares.
    title, source : str
    """
    rows = table.reset_index(drop=True)
    with sheet(7.2, 1.6 + 0.42 * len(rows), source) as figure:
        axes = figure.subplots()
        for y, row in enumerate(rows.itertuples(index=False)):
            first = 100 * row.first_low, 100 * row.first_high
            axes.plot(first, (y, y), color=PALE, lw=9, solid_capstyle="butt", zorder=1)
            order = 100 * row.order_low, 100 * row.order_high
            axes.plot(order, (y, y), color=MIDDLE, lw=4, solid_capstyle="butt", zorder=2)
            axes.plot(100 * row.weight, y, "o", color="black", ms=5, zorder=3)
            for x, name, side in (
                (first[0], row.taken_over_low, "right"),
                (first[1], row.taken_over_high, "left"),
            ):
                if name:
                    shift = -1 if side == "right" else 1
                    axes.text(x + shift, y, name, ha=side, va="center", fontsize=7, color=GREY)
        axes.set(
            title=title,
            xlabel="weight of the criterion, %, the others in proportion\n"
            "dot: the rubric's; pale: the first stays first; dark: the whole order stays; names: who "
            "takes over",
            yticks=range(len(rows)),
            yticklabels=[name.replace("_", " ") for name in rows["criterion"]],
            xlim=(-12, 112),
            ylim=(len(rows) - 0.4, -0.6),
        )
        axes.set_xticks(range(0, 101, 20))
    return figure


def pairwise(ahead: pd.DataFrame, title: str, what: str, source: str) -> Figure:
    """Draw how often each alternative is ahead of each other.

    Parameters
    ----------
    ahead : pandas.DataFrame
        Alternatives x alternatives: share of rows ahead of columns, in [0, 1].
    title, what, source : str
    """
    n = len(ahead)
    shown = ahead.where(~np.eye(n, dtype=bool))
    with sheet(2.4 + 0.75 * n, 1.6 + 0.45 * n, source) as figure:
        axes = figure.subplots()
        sns.heatmap(
            100 * shown,
            ax=axes,
            cmap=SEQUENTIAL,
            vmin=0,
            vmax=100,
            annot=_percents(shown),
            fmt="",
            linewidths=0.5,
            cbar_kws={"label": f"row ahead of column, % of {what}"},
        )
        _letter(axes, shown)
        axes.set(title=title, xlabel="", ylabel="")
        axes.tick_params(axis="y", rotation=0)
    return figure


def central_weights(table: pd.DataFrame, title: str, source: str) -> Figure:
    """Draw the mean weights that put each alternative first.

    Parameters
    ----------
    table : pandas.DataFrame
        Alternatives x criteria, shares.
    title, source : str
    """
    names = list(table.index)
    colour, marker = colours(names), markers(names)
    there = table.notna().all(axis=1)
    none = f"\nfirst under none: {', '.join(table.index[~there])}" if not there.all() else ""
    with sheet(7.2, 1.6 + 0.4 * table.shape[1], source) as figure:
        axes = figure.subplots()
        for name in table.index[there]:
            axes.plot(
                100 * table.loc[name],
                range(table.shape[1]),
                marker[name],
                color=colour[name],
                ms=6,
                label=name,
                ls="none",
            )
        axes.set(
            title=title,
            xlabel=f"mean weight among those that put it first, %{none}",
            yticks=range(table.shape[1]),
            yticklabels=[str(c).replace("_", " ") for c in table.columns],
        )
        axes.invert_yaxis()
        axes.grid(axis="y", color="#dddddd", lw=0.6)
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _letter(axes: Axes, shares: pd.DataFrame) -> None:
    """Set the letters of a heat map so that they can be read on every shade of it."""
    values = shares.to_numpy(dtype=float)
    # Cells without a value have no letters, and without any annotation there are none at all.
    for text, value in zip(axes.texts, values[~np.isnan(values)], strict=False):
        text.set_color(ink(value))


def _percents(shares: pd.DataFrame) -> pd.DataFrame:
    """Return shares as text, in percent: no more digits than can be read."""

    def text(share: float) -> str:
        if np.isnan(share):
            return ""
        if 0 < share < 0.001:
            return "<0.1"
        return f"{100 * share:.1f}" if share < 0.9995 or share == 1 else ">99.9"

    return shares.map(text)
