"""Figures on what scores rest on: who is written about, and how far coders agree."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ioscore.report.figures.style import (
    DARK,
    GREY,
    MIDDLE,
    PALETTE,
    SEQUENTIAL,
    colours,
    ink,
    sheet,
)

MOST_ROWS, MOST_SOURCES = 40, 10
"""So many organisations can stand below each other, and so many sources side by side."""
_MEASURES = {"words": "words on it", "events": "events coded"}
_ALPHAS = {"alpha_criterion": ("criterion", "o", DARK), "alpha_effect": ("effect", "s", MIDDLE),
           "alpha_strength": ("strength", "D", PALETTE[5])}  # fmt: skip


def coverage(
    table: pd.DataFrame,
    order: Sequence[str],
    sources: Sequence[str],
    title: str,
    source: str,
) -> Figure:
    """Draw how much is written on each organisation, and coded of it, in each source.

    Parameters
    ----------
    table : pandas.DataFrame
        `organisation`, `source`, `words` (NaN where they are not known), `events`.
    order : sequence of str
        Organisations in the order of the rubric, which gives them their colours; all others
        (`setting`, `all`) stand below them in grey.
    sources : sequence of str
        Sources in the order wanted; those that are not named come after them.
    title, source : str
    """
    others = [name for name in dict.fromkeys(table["organisation"]) if name not in order]
    names = [*order, *others][:MOST_ROWS]
    colour = {**dict.fromkeys(others, "#aaaaaa"), **colours(order)}
    there = list(dict.fromkeys(table["source"]))
    columns = [*(s for s in sources if s in there), *(s for s in there if s not in sources)]
    measures = [name for name in _MEASURES if table[name].notna().any()]
    more = len(names) < len(order) + len(others) or len(columns) > MOST_SOURCES
    columns = columns[:MOST_SOURCES]
    shown = f" (the first {len(names)} and {len(columns)})" if more else ""
    wide = 1.6 + 1.45 * len(columns)
    # So many letters of a title stand in an inch.
    heading = textwrap.wrap(f"{title}{shown}", int(10 * wide))
    high = 0.82 + 0.18 * len(heading) + len(measures) * (0.75 + 0.24 * len(names))
    with sheet(wide, high, source) as figure:
        grid = figure.subplots(len(measures), len(columns), sharey=True, squeeze=False)
        for measure, line in zip(measures, grid, strict=True):
            cells = table.pivot_table(index="organisation", columns="source", values=measure)
            cells = cells.reindex(index=names, columns=columns)
            reach = 1.5 * float(np.nanmax(cells.to_numpy(dtype=float)))
            for axes, name in zip(line, columns, strict=True):
                _bars(axes, cells[name], colour, reach)
                axes.set_xlabel(_MEASURES[measure], fontsize=7.5)
                if measure == measures[0]:
                    axes.set_title(_words(name), fontsize=8.5, fontweight="normal")
            line[0].set(
                yticks=range(len(names)),
                yticklabels=list(names),
                ylim=(len(names) - 0.4, -0.6),
            )
        figure.suptitle("\n".join(heading), fontsize=10, fontweight="bold", x=0.01, ha="left")
    return figure


def _bars(axes: Axes, values: pd.Series, colour: dict[str, str], reach: float) -> None:
    for y, (name, value) in enumerate(values.items()):
        if np.isnan(value):
            axes.text(0, y, " none", va="center", fontsize=7, color=GREY)
            continue
        axes.barh(y, value, color=colour[str(name)], height=0.7)
        axes.annotate(
            f"{value:,.0f}", (value, y), xytext=(3, 0), textcoords="offset points",
            va="center", fontsize=7.5,
        )  # fmt: skip
    axes.set_xlim(0, reach)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=2, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(axis="x", labelsize=7)
    axes.tick_params(axis="y", length=0)


def agreement(
    table: pd.DataFrame, bounds: dict[str, float], coders: str, title: str, source: str
) -> Figure:
    """Draw Krippendorff's alpha of each variable with its interval, beside what would be enough.

    Parameters
    ----------
    table : pandas.DataFrame
        `variable`, `level`, `alpha`, `low`, `high`, `items`, `alpha_all` (NaN where not defined).
    bounds : dict of str to float
        By level, what would be enough.
    coders, title, source : str
        `coders` says who was compared.
    """
    rows = table.reset_index(drop=True)
    with sheet(7.6, 1.9 + 0.36 * len(rows), source) as figure:
        axes = figure.subplots()
        for y, row in enumerate(rows.itertuples(index=False)):
            bound = bounds.get(row.level, max(bounds.values()))
            axes.plot((bound, bound), (y - 0.36, y + 0.36), color=PALETTE[5], lw=2.2)
            if np.isnan(row.alpha):
                axes.text(
                    0.02, y, "not defined: nothing could be confused", va="center", fontsize=8
                )
                continue
            axes.plot((row.low, row.high), (y, y), color=DARK, lw=2)
            axes.plot(row.alpha, y, "o", color=DARK, ms=7)
            if not np.isnan(row.alpha_all):
                axes.plot(row.alpha_all, y, "o", mfc="white", mec=DARK, ms=7)
            axes.text(
                1.02, y, f"{row.alpha:.2f}   {row.items:,} items", va="center", fontsize=8,
                transform=axes.get_yaxis_transform(),
            )  # fmt: skip
        axes.set(
            xlim=(_least(rows[["low", "alpha", "alpha_all"]]), 1.0),
            ylim=(len(rows) - 0.4, -0.6),
            yticks=range(len(rows)),
            yticklabels=[_words(str(name)) for name in rows["variable"]],
            xlabel="Krippendorff's alpha (0: as chance would, 1: always alike), 95% interval\n"
            "full: acts that both found; hollow: with what only one found; upright line: enough",
            title=title,
        )
        axes.text(
            1.02, 1.0, coders, transform=axes.transAxes, fontsize=7.5, color=GREY, va="bottom"
        )
    return figure


def agreement_by(
    table: pd.DataFrame, column: str, bounds: dict[str, float], title: str, source: str
) -> Figure:
    """Draw alpha of criterion, effect and strength for each criterion or each source.

    Parameters
    ----------
    table : pandas.DataFrame
        `column`, `items`, `alpha_criterion`, `alpha_effect`, `alpha_strength` (NaN where not
        defined).
    column : str
    bounds : dict of str to float
        As in `agreement`.
    title, source : str
    """
    rows = table.reset_index(drop=True)
    with sheet(7.6, 1.8 + 0.36 * len(rows), source) as figure:
        axes = figure.subplots()
        for name, (label, marker, shade) in _ALPHAS.items():
            axes.plot(rows[name], range(len(rows)), marker, color=shade, ms=7, label=label)
        for y, items in enumerate(rows["items"]):
            axes.text(
                1.02, y, f"{items:,} items", va="center", fontsize=8,
                transform=axes.get_yaxis_transform(),
            )  # fmt: skip
        for bound in bounds.values():
            axes.axvline(bound, color=GREY, lw=0.9, ls=":", zorder=0)
        axes.grid(axis="y", color="#dddddd", lw=0.6)
        axes.set_axisbelow(True)
        axes.set(
            xlim=(_least(rows[list(_ALPHAS)]), 1.02),
            ylim=(len(rows) - 0.4, -0.6),
            yticks=range(len(rows)),
            yticklabels=[_words(str(name)) for name in rows[column]],
            xlabel="Krippendorff's alpha (0: as chance would, 1: always alike)\n"
            f"dotted: enough for names ({bounds['nominal']:.2f}), for strength ({bounds['ordinal']:.2f})",
        )
        axes.set_title(title, pad=18)
        axes.legend(
            frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 0.99),
            borderaxespad=0.0, handletextpad=0.2,
        )  # fmt: skip
    return figure


def confusion(table: pd.DataFrame, what: str, title: str, source: str) -> Figure:
    """Draw how often the code of one coder met each code of the other.

    Parameters
    ----------
    table : pandas.DataFrame
        Codes of one coder x codes of the other: counts.
    what, title, source : str
        `what` names the variable.
    """
    codes = sorted({*map(str, table.index), *map(str, table.columns)})
    counts = table.rename(index=str, columns=str).reindex(index=codes, columns=codes, fill_value=0)
    shares = counts.div(counts.sum(axis=1).replace(0, 1), axis=0).to_numpy(dtype=float)
    n = len(codes)
    with sheet(2.6 + 0.62 * n, 2.0 + 0.36 * n, source) as figure:
        axes = figure.subplots()
        axes.pcolormesh(
            shares, cmap=colormaps[SEQUENTIAL], vmin=0, vmax=1, edgecolors="white", linewidth=1
        )
        for (row, column), count in np.ndenumerate(counts.to_numpy(dtype=int)):
            axes.text(
                column + 0.5, row + 0.5, f"{count:,}" if count else "", ha="center",
                va="center_baseline", fontsize=7.5,
                color=ink(shares[row, column]),
            )  # fmt: skip
        labels = [_words(code) for code in codes]
        axes.set_xticks(np.arange(n) + 0.5, labels, rotation=35, ha="left")
        axes.set_yticks(np.arange(n) + 0.5, labels)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.invert_yaxis()
        axes.tick_params(length=0, labelsize=8)
        axes.spines[:].set_visible(False)
        axes.set_ylabel(f"{what} by {_words(table.index.name or 'one coder')}")
        axes.set_xlabel(f"{what} by {_words(table.columns.name or 'the other')}")
        axes.set_title(title, pad=14)
        axes.text(
            0.0, -0.02, "numbers: items; darker: a greater share of the row",
            transform=axes.transAxes, fontsize=7.5, color=GREY, va="top",
        )  # fmt: skip
    return figure


def _least(values: pd.DataFrame) -> float:
    """Return where an axis of alphas begins: at zero, or below where one is below."""
    known = values.to_numpy(dtype=float)
    return float(min([0.0, *known[~np.isnan(known)]]))


def _words(name: str) -> str:
    return name.replace("_", " ")
