"""Figures on evidence: what the order rests on."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ioscore.report.figures.style import DARK, GREY, PALE, sheet


def influence(table: pd.DataFrame, title: str, source: str, *, shown: int = 20) -> Figure:
    """Draw how far scores move when one thing is left out, the greatest first.

    Parameters
    ----------
    table : pandas.DataFrame
        `kind`, `label`, `score_shift`, `organisation`, `change`, `changes_first`.
    title, source : str
    shown : int
        Number of bars.
    """
    rows = table[table["score_shift"].notna()].nlargest(shown, "score_shift", keep="first")
    with sheet(7.6, 1.4 + 0.27 * len(rows), source) as figure:
        axes = figure.subplots()
        for y, row in enumerate(rows.itertuples(index=False)):
            axes.barh(y, row.change, color=DARK if row.changes_first else PALE, height=0.7)
            # Beside the bar, or across the axis from one that points to the labels.
            turned = f"; first then: {row.first}" if row.changes_first else ""
            axes.annotate(
                f"{row.organisation} {row.change:+.3f}{turned}",
                (max(row.change, 0.0), y),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
                color=GREY,
            )
        axes.axvline(0, color="black", lw=0.8)
        axes.set(
            title=title,
            xlabel="greatest change of a score when it is left out (points on the scale 0 to 1)\n"
            "dark: the first place changes too",
            yticks=range(len(rows)),
            yticklabels=[_short(f"{row.kind}: {row.left_out}") for row in rows.itertuples()],
        )
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.margins(x=0.25)
        axes.tick_params(axis="y", length=0, labelsize=8)
    return figure


def _short(text: str, most: int = 46) -> str:
    text = text.replace("_", " ")
    return text if len(text) <= most else f"{text[: most - 3].rstrip()}..."
