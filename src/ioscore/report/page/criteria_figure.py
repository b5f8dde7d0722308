"""The figure of all organisations, criterion by criterion."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ioscore.report.figures.style import GREY, colours, markers, sheet

HIGH = 0.34
"""How far apart those stand that would lie on each other."""


def criteria_figure(
    scores: pd.DataFrame,
    labels: Mapping[str, tuple[str, float]],
    names: Sequence[str],
    title: str,
    source: str,
) -> Figure:
    """Draw the scores of all organisations by criterion.

    Parameters
    ----------
    scores : pandas.DataFrame
        Organisations x criteria of the first level, NaN where nothing is known.
    labels : mapping of str to (str, float)
        Of each criterion what it is called, and its share of the weight.
    names : sequence of str
        All organisations in the order of the rubric, which gives them colours and markers.
    title, source : str
    """
    colour, marker = colours(names), markers(names)
    rows = list(scores.columns)
    with sheet(7.6, 1.5 + 0.5 * len(rows), source) as figure:
        axes = figure.subplots()
        for y, path in enumerate(rows):
            axes.axhline(y, color="#e4e4e4", lw=0.8, zorder=0)
            known = scores[path].dropna().sort_values(kind="stable")
            for name, value, shift in zip(
                known.index, known, _shifts(known.to_numpy(dtype=float)), strict=True
            ):
                axes.plot(
                    value, y + shift, marker[name], color=colour[name], ms=8, mec="white", mew=0.7
                )
            gone = [name for name in names if np.isnan(scores.loc[name, path])]
            if gone:
                axes.text(
                    1.01, y, f"not known: {', '.join(gone)}", va="center", fontsize=7.5, color=GREY,
                    transform=axes.get_yaxis_transform(),
                )  # fmt: skip
        axes.set(
            yticks=range(len(rows)),
            yticklabels=[
                f"{textwrap.shorten(labels[p][0], 32, placeholder='...')} ({100 * labels[p][1]:.3g}%)"
                for p in rows
            ],
            ylim=(len(rows) - 0.5, -0.5),
            xlabel="score of the criterion, points (its weight in brackets)",
        )
        axes.set_title(title, pad=20)
        axes.legend(
            handles=[axes.plot([], [], marker[n], color=colour[n], ms=7, label=n)[0] for n in names],
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=min(8, len(names)), frameon=False,
            fontsize=8, handletextpad=0.1, columnspacing=1.2, borderpad=0.2,
        )  # fmt: skip
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        if scores.min(axis=None) >= 0:
            axes.set_xlim(left=-0.02 * float(np.nanmax(scores.to_numpy(dtype=float), initial=1e-9)))
    return figure


def _shifts(values: np.ndarray) -> list[float]:
    """Return how far sorted values stand off their line, so that none hides another."""
    width = float(np.ptp(values)) if len(values) else 0.0
    shifts: list[float] = []
    for n, value in enumerate(values):
        close = n > 0 and value - values[n - 1] < 0.03 * width + 1e-12
        shifts.append(-shifts[-1] or HIGH / 2 if close else 0.0)
        if close and shifts[-2] == 0.0:
            shifts[-2], shifts[-1] = -HIGH / 2, HIGH / 2
    return shifts
