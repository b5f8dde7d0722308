"""Figures on choices: who is first where, and which switch decides it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ioscore.report.figures.style import DARK, PALE, colours, head, markers, sheet


def specification(table: pd.DataFrame, title: str, source: str) -> Figure:
    """Draw for each level of each switch in what share of its worlds each alternative is first.

    Parameters
    ----------
    table : pandas.DataFrame
        `switch`, `level`, `taken` (whether the rubric takes the level), then one column of shares
        for each alternative.
    title, source : str
    """
    names = [str(c) for c in table.columns if c not in ("switch", "level", "taken")]
    colour, marker = colours(names), markers(names)
    places, at = [], 0.0
    for previous, current in zip([None, *table["switch"][:-1]], table["switch"], strict=True):
        at += 0.6 if previous not in (None, current) else 0.0
        places.append(at)
        at += 1.0
    with sheet(8.2, 1.3 + 0.2 * at, source) as figure:
        axes = figure.subplots()
        for y, row in zip(places, table.to_dict("records"), strict=True):
            axes.plot((0, 100), (y, y), color="#eeeeee", lw=0.8, zorder=0)
            for name in names:
                axes.plot(100 * row[name], y, marker[name], color=colour[name], ms=5)
        for y, row in zip(places, table.itertuples(index=False), strict=True):
            weight = "bold" if row.taken else "normal"
            label = f"{row.switch}: {row.level}".replace("_", " ")
            axes.text(-2, y, label, ha="right", va="center", fontsize=7.5, fontweight=weight)
        handles = [
            axes.plot([], [], marker[name], color=colour[name], ms=5, label=name)[0]
            for name in names
        ]
        figure.legend(
            handles=handles,
            loc="outside upper right",
            ncols=len(names),
            frameon=False,
            handletextpad=0.1,
        )
        axes.set(
            title=title,
            xlabel="first in this share of the worlds with the level, % (bold: the rubric's level)",
            yticks=[],
            xlim=(-1, 101),
            ylim=(at - 0.4, -0.6),
        )
        axes.spines["left"].set_visible(False)
    return figure


def sobol_bars(tables: Mapping[str, pd.DataFrame], title: str, source: str) -> Figure:
    """Draw what each switch explains of the variance of some statements.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        For each statement: `switch`, `first`, `total` (NaN where not applicable).
    title, source : str
    """
    order = list(next(iter(tables.values()))["switch"])
    # One scale for all, so that bars can be compared across statements.
    most = max(table[["first", "total"]].max(axis=None) for table in tables.values())
    reach = 1.05 * most if most > 0 else 1.0
    with sheet(2.2 + 2.3 * len(tables), 1.6 + 0.24 * len(order), source) as figure:
        grid = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
        for axes, (name, table) in zip(grid, tables.items(), strict=True):
            rows = table.set_index("switch").loc[order]
            axes.barh(range(len(order)), rows["total"], color=PALE, height=0.75)
            axes.barh(range(len(order)), rows["first"], color=DARK, height=0.35)
            axes.set(title=name, xlabel="share of variance", xlim=(0, reach))
            axes.tick_params(axis="y", length=0)
        grid[0].set(
            yticks=range(len(order)), yticklabels=[name.replace("_", " ") for name in order]
        )
        grid[0].set_ylim(len(order) - 0.4, -0.6)
        said = "dark: by itself (first order); pale: with its interactions (total)"
        head(figure, title, said)
    return figure
