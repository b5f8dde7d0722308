"""Figures on evidence: what the order rests on."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ioscore.report.figures.style import GREY, sheet

_KINDS = {
    "event": "#0072B2",
    "source": "#D55E00",
    "kind of source": "#E69F00",
    "coder": "#009E73",
    "year": "#56B4E9",
    "criterion": "#CC79A7",
    "organisation": "#000000",
}


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
            colour = _KINDS.get(row.kind, GREY)
            axes.barh(y, row.change, color=colour, height=0.7)
            side = "left" if row.change > 0 else "right"
            turned = ", turns the first place" if row.changes_first else ""
            axes.annotate(
                f"{row.organisation}{turned}",
                (row.change, y),
                xytext=(3 if row.change > 0 else -3, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=7,
                color=GREY,
            )
        axes.axvline(0, color="black", lw=0.8)
        axes.set(
            title=title,
            xlabel="greatest change of a score when it is left out (score points, 0 to 1)",
            yticks=range(len(rows)),
            yticklabels=[_short(f"{row.kind}: {row.label}") for row in rows.itertuples()],
        )
        axes.invert_yaxis()
        axes.margins(x=0.3)
        axes.tick_params(axis="y", length=0, labelsize=8)
    return figure


def _short(text: str, most: int = 46) -> str:
    text = text.replace("_", " ")
    return text if len(text) <= most else f"{text[: most - 3].rstrip()}..."
