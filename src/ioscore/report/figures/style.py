"""One look for every figure: colours that the colour-blind tell apart, fonts, source line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#E69F00", "#CC79A7", "#009E73", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Eight colours for alternatives in the order of the rubric.

Okabe, M. and Ito, K. (2008). Color Universal Design.
"""
MARKERS = "osD^vPX*"
"""One marker for each colour, so that a grey print can be read."""
SEQUENTIAL = "Blues"
GREY = "#555555"
MOST_LINES = 4
"""Of a source line; what is longer than that is no source line."""
DARK, MIDDLE, PALE = "#08306b", "#4292c6", "#9ecae1"
"""Blues for what is no organisation: none has one of them, and a grey print keeps their order."""

_LOOK: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    # The default lets hinted letters of a PNG run over the left edge.
    "figure.constrained_layout.w_pad": 0.1,
    # A dollar sign in a name begins no formula.
    "text.parse_math": False,
    "svg.hashsalt": "ioscore",
    "svg.fonttype": "path",
}


def colours(names: Sequence[str]) -> dict[str, str]:
    """Return the colour of each alternative; they repeat after eight."""
    return {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(names)}


def markers(names: Sequence[str]) -> dict[str, str]:
    """Return the marker of each alternative; they repeat after eight."""
    return {name: MARKERS[i % len(MARKERS)] for i, name in enumerate(names)}


def ink(share: float) -> str:
    """Return the colour of letters that can be read on a shade of `SEQUENTIAL`, 0 to 1."""
    return "white" if share > 0.7 else "black"


def head(figure: Figure, title: str, more: str) -> None:
    """Write a title over a whole figure, and below it in grey what must be known to read it.

    Parameters
    ----------
    figure : Figure
    title, more : str
        `more` may have several lines.
    """
    blank = "\n" * len(more.splitlines())
    # The layout leaves room for a title only, so its empty lines keep that of what follows.
    figure.suptitle(f"{title}{blank}", fontsize=10, fontweight="bold", x=0.01, ha="left")
    below = 1 - 0.24 / figure.get_figheight()
    figure.text(0.01, below, more, fontsize=8, color=GREY, ha="left", va="top")


@contextmanager
def sheet(width: float, height: float, source: str) -> Iterator[Figure]:
    """Yield an empty figure in the common look, with a line that says what it rests on.

    Parameters
    ----------
    width, height : float
        Inches.
    source : str
        What the figure rests on, for the line below it.
    """
    with rc_context(_LOOK):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        # So many letters of this size stand in an inch.
        lines = [
            textwrap.wrap(line, int(17 * width), max_lines=MOST_LINES, placeholder=" ...")
            for line in source.splitlines()
        ]
        below = "\n".join(part for line in lines for part in line)
        figure.supxlabel(below, fontsize=7, color=GREY, x=0.01, ha="left")


def image(figure: Figure, form: str) -> bytes:
    """Return a figure as the bytes of a file: SVG or PNG, without the date.

    Parameters
    ----------
    figure : Figure
    form : {"svg", "png"}

    Returns
    -------
    bytes
    """
    from io import BytesIO

    out = BytesIO()
    with rc_context(_LOOK):
        metadata = (
            {"Date": None, "Creator": "ioscore"} if form == "svg" else {"Software": "ioscore"}
        )
        figure.savefig(out, format=form, dpi=150, metadata=metadata)
    return out.getvalue()
