"""Scores of many cells at once: `ioscore.scoring.cell_score` for arrays."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rule = Literal["diminishing", "count", "mean", "strongest", "presence"]


def cell_values(
    supports: Array,
    limits: Array,
    present: Flags,
    absent: Flags,
    *,
    rule: Rule,
    half: float,
    balance: Flags,
) -> Array:
    """Return the scores of cells by the rubric's rule.

    Parameters
    ----------
    supports, limits : array, (..., cells)
        What supports and what limits each cell, 0 where nothing does: under `diminishing` and
        `count` the sum of points; under `mean` and `strongest` the mean and the greatest points
        as shares of the highest level; under `presence` 1 or 0. Shares above 1 count as 1.
    present : array of bool, (..., cells)
        Cells with any row at all; the others are missing.
    absent : array of bool, (..., cells)
        Cells with a stated absence and without a support; whether an absence holds for a balanced
        barrier (`barrier_absence`) is decided here by nobody: leave it out where it does not.
    rule : {"diminishing", "count", "mean", "strongest", "presence"}
    half : float
        Points at which `diminishing` and `count` reach half the scale, > 0.
    balance : array of bool, (cells,)
        Barriers scored as answers against hindrance around one half.

    Returns
    -------
    array, (..., cells)
        In [0, 1]; NaN where missing. Formula and reference as in `ioscore.scoring.cell_score`.
    """
    if rule in ("diminishing", "count"):
        net = supports - limits
        gain = np.sign(net) * (1.0 - np.exp2(-np.abs(net) / half))
    else:
        gain = np.minimum(supports, 1.0) - np.minimum(limits, 1.0)
    values = np.where(balance, (1.0 + gain) / 2.0, np.maximum(0.0, gain))
    return np.where(present, np.where(absent, 0.0, values), np.nan)
