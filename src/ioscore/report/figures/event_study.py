"""The figure of an event study: effect by years from the start."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from ioscore.report.figures.style import DARK, GREY, sheet

EFFECT = DARK


def by_period(
    periods: pd.DataFrame, reference: int, share: str, title: str, said: str, source: str
) -> Figure:
    """Draw coefficients with errors, what permuted paths give, and how many countries are behind.

    Parameters
    ----------
    periods : pandas.DataFrame
        `period`, `coefficient`, `low`, `high`, `null_low`, `null_high` (log points), `countries`.
    reference : int
        The period that others are compared with.
    share : str
        Of intervals and of permuted paths, ``95%``.
    title, said, source : str
        `said` stands below the title.
    """
    with sheet(7.6, 4.9, source) as figure:
        axes = figure.subplots()
        others = periods[periods["period"] != reference]
        for row in others.itertuples(index=False):
            axes.fill_between(
                (row.period - 0.32, row.period + 0.32),
                np.exp(row.null_low),
                np.exp(row.null_high),
                color="#e3e3e3",
                lw=0,
                zorder=0,
            )
            axes.plot((row.period,) * 2, np.exp((row.low, row.high)), color=EFFECT, lw=1.4)
        axes.plot(others["period"], np.exp(others["coefficient"]), "o", color=EFFECT, ms=6)
        axes.plot([reference], [1.0], "o", mfc="white", mec=EFFECT, ms=6)
        axes.axhline(1.0, color=GREY, lw=0.8, zorder=0)
        axes.axvline(-0.5, color=GREY, lw=0.9, ls=":", zorder=0)
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.6g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_xticks(
            periods["period"],
            [f"{p}\n{n}" for p, n in zip(periods["period"], periods["countries"], strict=True)],
        )
        axes.set(
            xlabel="years from the start; below, how many countries are behind it",
            ylabel=f"times what was seized in year {reference}, logarithmic scale",
        )
        lines = f"lines: {share} by clustered errors; grey: where {share} of permuted starts lie"
        below = "\n".join([*textwrap.wrap(said, 105), lines])
        title = "\n".join(part for line in title.splitlines() for part in textwrap.wrap(line, 75))
        axes.set_title(title, pad=8 + 11 * len(below.splitlines()))
        axes.text(
            0.0, 1.01, below,
            transform=axes.transAxes, va="bottom", fontsize=7.5, color=GREY,
        )  # fmt: skip
        axes.annotate(
            "start", (-0.5, 0.0), xycoords=axes.get_xaxis_transform(), xytext=(3, 3),
            textcoords="offset points", fontsize=7.5, color=GREY,
        )  # fmt: skip
    return figure
