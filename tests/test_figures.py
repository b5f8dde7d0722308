"""Figures: the same bytes every time, no date, a line that says what they rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ioscore.report.figures.choices import sobol_bars, specification
from ioscore.report.figures.evidence import influence
from ioscore.report.figures.style import PALETTE, colours, image, markers
from ioscore.report.figures.weights import central_weights, pairwise, rank_shares, stability

NAMES = ["made_up_a", "made_up_b", "made_up_c"]
SHARES = pd.DataFrame(np.full((3, 3), 1 / 3), index=NAMES, columns=[1, 2, 3])
STABILITY = pd.DataFrame(
    {
        "criterion": ["x", "y"],
        "weight": [0.4, 0.6],
        "first_low": [0.1, 0.2],
        "first_high": [0.8, 1.0],
        "order_low": [0.3, 0.5],
        "order_high": [0.5, 0.7],
        "taken_over_low": ["made_up_b", "made_up_c"],
        "taken_over_high": ["made_up_c", ""],
    }
)
INFLUENCE = pd.DataFrame(
    {
        "kind": ["event", "year"],
        "left_out": ["made-up-event", "2001"],
        "score_shift": [0.2, 0.1],
        "organisation": NAMES[:2],
        "change": [-0.2, 0.1],
        "changes_first": [True, False],
        "first": NAMES[1:],
    }
)
LEVELS = pd.DataFrame(
    {
        "switch": ["plans", "plans", "counting"],
        "level": ["exclude", "include", "event"],
        "taken": [True, False, True],
        **dict.fromkeys(NAMES, 1 / 3),
    }
)
BARS = {"made_up_a first": pd.DataFrame({"switch": ["x"], "first": [0.1], "total": [np.nan]})}
FIGURES = {
    "rank_shares": lambda: rank_shares(SHARES, "title", "draws", "made-up source"),
    "stability": lambda: stability(STABILITY, "title", "made-up source"),
    "pairwise": lambda: pairwise(SHARES.set_axis(NAMES, axis=1), "t", "draws", "made-up source"),
    "central_weights": lambda: central_weights(SHARES, "title", "made-up source"),
    "influence": lambda: influence(INFLUENCE, "title", "made-up source"),
    "specification": lambda: specification(LEVELS, "title", "made-up source"),
    "sobol_bars": lambda: sobol_bars(BARS, "title", "made-up source"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same_twice_and_carries_its_source(name):
    """Two drawings have the same bytes in both formats, no date, and the source line below."""
    drawn = [FIGURES[name]() for _ in range(2)]
    for form in ("svg", "png"):
        first, second = (image(figure, form) for figure in drawn)
        assert first == second
    assert b"<dc:date>" not in image(drawn[0], "svg")
    assert drawn[0].get_supxlabel() == "made-up source"


def test_every_alternative_has_its_own_colour_and_marker():
    """Eight alternatives have eight colours and eight markers, the same in every figure."""
    names = list("abcdefgh")
    assert len(set(colours(names).values())) == len(set(markers(names).values())) == 8
    assert colours(names)["a"] == colours(["a", "z"])["a"] == PALETTE[0]
