"""VIKOR: a compromise between the regret of all criteria together and the greatest single one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import Problem, RubricError
from ioscore.ranking.checks import NOISE, check_values, check_weights

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Regret:
    """What VIKOR knows of each alternative; less is better.

    Attributes
    ----------
    group : array, (..., n)
        S: weighted sum of the regrets over the criteria, for weights that sum to one in [0, 1].
    single : array, (..., n)
        R: the greatest weighted regret in one criterion.
    compromise : array, (..., n)
        Q in [0, 1]: both, as shares of their ranges among the alternatives.
    """

    group: Array
    single: Array
    compromise: Array


def vikor(values: Array, weights: Array, v: float = 0.5) -> Array:
    """Return one less the compromise measure Q, so that larger is better.

    Parameters, errors and reference as in `regrets`.

    Returns
    -------
    array, (..., n)
        In [0, 1].
    """
    compromise = regrets(values, weights, v).compromise
    return np.subtract(1.0, compromise, out=compromise)


def regrets(values: Array, weights: Array, v: float = 0.5) -> Regret:
    """Return the group regret S, the single regret R and the compromise Q of VIKOR.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better. The regret of an alternative in a criterion is its distance from the best
        as a share of the range, so a linear normalisation beforehand changes nothing.
    weights : array, (..., m)
        >= 0; taken as shares of their sum.
    v : float
        Weight of the group regret in the compromise, in [0, 1].

    Returns
    -------
    Regret
        A criterion in which all are equal has no regret. Where all have the same S (or R) that
        term of Q is zero by definition, so Q is always defined.

    Raises
    ------
    EvidenceError
        For values that are missing or not finite.
    RubricError
        For weights that are negative or all zero, or v outside [0, 1].

    References
    ----------
    Opricovic, S. and Tzeng, G.-H. (2004). European Journal of Operational Research 156(2),
    445-455. doi:10.1016/S0377-2217(03)00020-1
    """
    if not 0 <= v <= 1:
        raise RubricError(
            Problem(where="VIKOR", found=f"v = {v}", mend="Give a number between 0 and 1.")
        )
    check_values(values)
    totals = check_weights(weights)
    best, worst = values.max(axis=0), values.min(axis=0)
    width = best - worst
    differs = width > NOISE * np.abs(values).max(axis=0)
    share = np.divide(best - values, width, out=np.zeros(values.shape), where=differs)
    # Draws run along the last axis: loops over the few alternatives would be ten times slower.
    flat = np.divide(weights.reshape(-1, weights.shape[-1]).T, totals.reshape(-1), order="C")
    group = share @ flat
    single, part = np.zeros(group.shape), np.empty(group.shape)
    for column, weight in zip(share.T, flat, strict=True):
        np.multiply(column[:, None], weight, out=part)
        np.maximum(single, part, out=single)
    compromise = _of_range(group, v, np.empty(group.shape))
    compromise += _of_range(single, 1 - v, part)
    shape = (*weights.shape[:-1], len(values))
    return Regret(
        group=group.T.reshape(shape),
        single=single.T.reshape(shape),
        compromise=compromise.T.reshape(shape),
    )


def _of_range(regret: Array, weight: float, out: Array) -> Array:
    """Return the weighted regret as a share of the range over alternatives, 0 for a tie of all."""
    least = regret.min(axis=0)
    width = regret.max(axis=0) - least
    # Regrets are at most one, so the noise of their sums is absolute.
    width[width <= NOISE] = np.inf
    np.subtract(regret, least, out=out)
    out *= weight / width
    return out
