"""Figures of a synthetic control: against the country, against placebos, and ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from ioscore.report.figures.style import DARK, GREY, PALETTE, sheet

TREATED, SYNTHETIC = DARK, PALETTE[5]


def paths(
    line: pd.DataFrame,
    gaps: pd.DataFrame,
    poor: Sequence[str],
    event: tuple[int, str],
    title: str,
    unit: str,
    source: str,
) -> Figure:
    """Draw a country and its synthetic control, and its gaps among those of placebos.

    Parameters
    ----------
    line : pandas.DataFrame
        `year`, `actual`, `synthetic` in the unit.
    gaps : pandas.DataFrame
        Years x units, log points; the treated country first.
    poor : sequence of str
        Units whose fit before the event is poor; dotted.
    event : (int, str)
        First year after, and what happened.
    title, unit, source : str
    """
    treated, (year, what) = str(gaps.columns[0]), event
    with sheet(9.6, 4.8, source) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
        left.plot(line["year"], line["synthetic"], "--", color=SYNTHETIC, lw=1.8)
        left.plot(line["year"], line["actual"], "-o", color=TREATED, lw=1.8, ms=4)
        ends = {treated: line["actual"].iloc[-1], "synthetic": line["synthetic"].iloc[-1]}
        _labels(left, ends, {treated: TREATED, "synthetic": SYNTHETIC}, line["year"].iloc[-1])
        left.set(ylabel=f"{unit}, logarithmic scale")
        left.set_title(f"{title}\n")
        for other in gaps.columns[1:]:
            style = (0, (1, 1.5)) if other in poor else "-"
            right.plot(gaps.index, np.exp(gaps[other]), ls=style, color="#8c8c8c", lw=1.0)
        right.plot(gaps.index, np.exp(gaps[treated]), color=TREATED, lw=2.4)
        right.axhline(1.0, color=GREY, lw=0.8, zorder=0)
        shade = {str(unit): TREATED if unit == treated else GREY for unit in gaps}
        _labels(right, np.exp(gaps.iloc[-1]).to_dict(), shade, gaps.index[-1])
        right.set(ylabel="times its synthetic control, logarithmic scale")
        right.set_title("Each country as if it were the treated one\n")
        said = f"dotted: more than twice the error of {treated} before" if poor else ""
        for axes, below in ((left, f"{year}: {what}"), (right, said)):
            axes.text(
                0.0, 1.01, below, transform=axes.transAxes, fontsize=7.5, color=GREY, va="bottom"
            )
            axes.set_yscale("log")
            axes.axvline(year - 0.5, color=GREY, lw=0.9, ls=":", zorder=0)
            axes.set_xlabel("year")
            axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
            low, high = axes.dataLim.intervaly
            wide = high / low
            steps = [1.0, 1.5, 2.0, 3.0, 5.0, 7.0] if wide < 10 else [1.0, 2.0, 5.0]
            steps = [1.0] if wide > 1000 else steps
            axes.yaxis.set_major_locator(LogLocator(subs=steps, numticks=12))
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
            axes.yaxis.set_minor_formatter(NullFormatter())
    return figure


def ranks(table: pd.DataFrame, treated: str, title: str, source: str) -> Figure:
    """Draw the ratio of errors after to before the event of each unit, in order.

    Parameters
    ----------
    table : pandas.DataFrame
        `unit`, `rmspe_before`, `rmspe_after`, `ratio`.
    treated : str
    title, source : str
    """
    rows = table.sort_values("ratio", kind="stable", ignore_index=True)
    with sheet(6.6, 1.7 + 0.26 * len(rows), source) as figure:
        axes = figure.subplots()
        for y, row in enumerate(rows.itertuples(index=False)):
            own = row.unit == treated
            colour = TREATED if own else "#9a9a9a"
            axes.plot((0, row.ratio), (y, y), color=colour, lw=2.4 if own else 1.2)
            axes.plot(row.ratio, y, "D" if own else "o", color=colour, ms=6)
            axes.annotate(
                f"{row.rmspe_after:.2f} / {row.rmspe_before:.2f}", (row.ratio, y), xytext=(7, 0),
                textcoords="offset points", va="center", fontsize=7.5, color=GREY,
            )  # fmt: skip
        axes.set_yticks(range(len(rows)), rows["unit"])
        for label in axes.get_yticklabels():
            label.set_fontweight("bold" if label.get_text() == treated else "normal")
        axes.set(
            xlabel="error after / error before the event (root mean square of gaps, log points)",
            xlim=(0, 1.18 * float(rows["ratio"].max())),
            title=title,
        )
    return figure


def _labels(axes: Axes, ends: dict[str, float], colours: dict[str, str], year: int) -> None:
    """Name lines at their ends, spread where they are close."""
    ordered = sorted(ends, key=lambda name: -ends[name])
    wanted = np.log([ends[name] for name in ordered])
    low, high = np.log(axes.dataLim.intervaly)
    step = 0.05 * max(high - low, 1e-9)
    # Sorted and less their own step, heights must not rise: pool the neighbours that do.
    blocks: list[list[float]] = []
    for k, height in enumerate(wanted + step * np.arange(len(wanted))):
        blocks.append([float(height)])
        while k and len(blocks) > 1 and np.mean(blocks[-1]) > np.mean(blocks[-2]):
            last = blocks.pop()
            blocks[-1] += last
    level = np.concatenate([[np.mean(block)] * len(block) for block in blocks])
    heights = level - step * np.arange(len(wanted))
    for name, height in zip(ordered, heights, strict=True):
        axes.annotate(
            name, (year, float(np.exp(height))), xytext=(7, 0), textcoords="offset points",
            va="center", fontsize=7.5, color=colours[name], annotation_clip=False,
        )  # fmt: skip
