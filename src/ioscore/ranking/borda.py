"""Borda's count: points for everyone whom an alternative beats, summed over the criteria."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ioscore.ranking.checks import check_values, check_weights, differences

Array = NDArray[np.float64]


def borda(values: Array, weights: Array) -> Array:
    """Return the weighted mean of the Borda points.

    Each criterion is a voter with its weight; only the order within a criterion counts. The rule
    is linear in the weights. Leaving an alternative out can reverse the order of the others.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better.
    weights : array, (..., m)
        >= 0; taken as shares of their sum.

    Returns
    -------
    array, (..., n)
        In [0, n - 1].

    Raises
    ------
    EvidenceError
        For values that are missing or not finite.
    RubricError
        For weights that are negative or all zero.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, ch. 6.
    doi:10.1787/9789264043466-en
    """
    totals = check_weights(weights)
    scores = np.asarray(weights @ borda_points(values).T)
    scores /= totals[..., None]
    return scores


def borda_points(values: Array) -> Array:
    """Return how many others each alternative beats in each criterion; a tie counts one half.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better. Values within a billionth of the greatest magnitude of their column are
        equal.

    Returns
    -------
    array, (n, m)
        In [0, n - 1]; a column sums to n (n - 1) / 2.

    Raises
    ------
    EvidenceError
        For values that are missing or not finite.
    """
    check_values(values)
    beaten = [np.sign(differences(column)).sum(axis=1) for column in values.T]
    return (len(values) - 1 + np.stack(beaten, axis=1)) / 2
