"""TOPSIS: near to the best of each criterion, far from the worst."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ioscore.ranking.checks import check_values, check_weights

Array = NDArray[np.float64]


def topsis(values: Array, weights: Array) -> Array:
    """Return the relative closeness to the ideal point.

    The ideal and the anti-ideal point hold the greatest and the least value of each criterion
    among the alternatives given, so they do not depend on the weights; leaving an alternative out
    can move them and reverse ranks.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better, on the scale that normalisation gave them (Hwang and Yoon: `vector`;
        Opricovic and Tzeng: `minmax`); which one is taken can change who is first.
    weights : array, (..., m)
        >= 0; only their proportions matter.

    Returns
    -------
    array, (..., n)
        In [0, 1]: distance to the anti-ideal point, as a share of the distances to both. 0.5 for
        all where no criterion with a weight tells the alternatives apart. A criterion in which all
        are equal contributes nothing.

    Raises
    ------
    EvidenceError
        For values that are missing or not finite.
    RubricError
        For weights that are negative or all zero.

    References
    ----------
    Hwang, C.-L. and Yoon, K. (1981). Multiple Attribute Decision Making. Springer.
    doi:10.1007/978-3-642-48318-9
    Opricovic, S. and Tzeng, G.-H. (2004). European Journal of Operational Research 156(2),
    445-455. doi:10.1016/S0377-2217(03)00020-1
    """
    check_values(values)
    check_weights(weights)
    best, worst = values.max(axis=0), values.min(axis=0)
    unit = float((best - worst).max()) or 1.0
    # Squared distance to the best, then to the worst, of each criterion; one product for both.
    away = np.concatenate([best - values, values - worst]) / unit
    distance = (away * away) @ np.square(weights.reshape(-1, weights.shape[-1]).T)
    np.sqrt(distance, out=distance)
    both, closeness = distance[: len(values)], distance[len(values) :]  # (n, k): long rows
    both += closeness
    if both.min(initial=1.0) > 0:
        closeness /= both
    else:
        apart = both > 0
        closeness = np.divide(closeness, both, out=np.full(both.shape, 0.5), where=apart)
    return closeness.T.reshape(*weights.shape[:-1], len(values))
