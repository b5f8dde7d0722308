"""Copeland's rule: majorities won less majorities lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ioscore.ranking.checks import NOISE, check_values, check_weights, noise

Array = NDArray[np.float64]


def copeland(values: Array, weights: Array) -> Array:
    """Return pairwise majorities won less those lost.

    Of two alternatives the one wins that is ahead in criteria of the greater total weight; how far
    ahead does not count. A Condorcet winner, who beats everyone, has the score n - 1.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better. Values within a billionth of the greatest magnitude of their column are
        equal.
    weights : array, (..., m)
        >= 0; only their proportions matter. Majorities within a billionth of the total weight are
        ties, which count nothing.

    Returns
    -------
    array, (..., n)
        Whole numbers in [-(n - 1), n - 1].

    Raises
    ------
    EvidenceError
        For values that are missing or not finite.
    RubricError
        For weights that are negative or all zero.

    References
    ----------
    Saari, D. G. and Merlin, V. R. (1996). The Copeland method I. Economic Theory 8, 51-76.
    """
    check_values(values)
    least = NOISE * check_weights(weights)[..., None]
    scores = np.empty((*weights.shape[:-1], len(values)))
    for one in range(len(values)):
        majority = weights @ leads(values, one).T
        won = (majority > least).sum(axis=-1)
        scores[..., one] = won - (majority < -least).sum(axis=-1)
    return scores


def leads(values: Array, one: int) -> Array:
    """Return 1 where an alternative is ahead of another in a criterion, -1 behind, 0 equal.

    Parameters
    ----------
    values : array, (n, m)
    one : int
        Row of the alternative.

    Returns
    -------
    array, (n, m)
    """
    ahead = values[one] - values
    least = np.array([noise(column) for column in values.T])
    return np.where(np.abs(ahead) <= least, 0.0, np.sign(ahead))
