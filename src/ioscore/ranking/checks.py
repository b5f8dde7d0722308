"""What every ranking method asks of its input, and when two values count as equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, Problem, RubricError

Array = NDArray[np.float64]

NOISE = 1e-9
"""Differences below this share of the greatest magnitude are those of sums on machines."""


def check_values(values: Array) -> None:
    """Refuse a matrix with gaps, infinite values, or nothing in it.

    Parameters
    ----------
    values : array, (n, m)

    Raises
    ------
    EvidenceError
        Naming row and column, counted from 1, of each cell that is no finite number: a method
        that compares alternatives has no answer for it, and a plausible one would be worse.
    """
    if values.ndim != 2 or 0 in values.shape:
        raise EvidenceError(
            Problem(
                where="values",
                found=f"a table of shape {values.shape}",
                mend="Give one row or more of alternatives and one column or more of criteria.",
            )
        )
    if np.isfinite(values).all():
        return
    raise EvidenceError(
        *(
            Problem(
                where=cell(row, column),
                found=f"{values[row, column]} where a finite number is needed",
                mend="Fill missing cells (`missing: worst` or `best`), or use a weighted mean.",
            )
            for row, column in np.argwhere(~np.isfinite(values))
        )
    )


def check_weights(weights: Array) -> Array:
    """Refuse weights that are negative, missing or all zero, and return their totals.

    Parameters
    ----------
    weights : array, (..., m)

    Returns
    -------
    array, (...)
        Sums over the criteria, > 0.

    Raises
    ------
    RubricError
    """
    totals: Array = np.asarray(weights @ np.ones(weights.shape[-1]))
    # A comparison with NaN is false, so this catches missing weights as well.
    if weights.size and not (weights.min() >= 0 and totals.min() > 0 and totals.max() < np.inf):
        worst = "all zero" if weights.min() >= 0 and totals.min() <= 0 else "negative or not finite"
        raise RubricError(
            Problem(
                where="weights",
                found=f"weights that are {worst}",
                mend="Give finite weights of at least zero, one of them above zero. A criterion of "
                "which less is better is a cost, not a negative weight.",
            )
        )
    return totals


def cell(row: int, column: int) -> str:
    """Return the place of a cell in words, counted from 1."""
    return f"row {row + 1}, column {column + 1}"


def differences(column: Array) -> Array:
    """Return how far each alternative is ahead of each other, 0 where it is noise.

    Parameters
    ----------
    column : array, (n,)

    Returns
    -------
    array, (n, n)
        Row less column.
    """
    gaps: Array = column[:, None] - column[None, :]
    return np.where(np.abs(gaps) <= noise(column), 0.0, gaps)


def noise(column: Array) -> float:
    """Return the greatest difference within a column that counts as none."""
    return NOISE * float(np.max(np.abs(column), initial=0.0))
