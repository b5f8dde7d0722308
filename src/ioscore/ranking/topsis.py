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
    # Closeness has no unit; in units of the greatest range no square leaves what numbers hold.
    unit = float((best - worst).max()) or 1.0
    squares = weights * weights
    to_best = np.asarray(squares @ (((best - values) / unit) ** 2).T)
    closeness = np.asarray(squares @ (((values - worst) / unit) ** 2).T)
    # In place: new arrays of this size cost several times what is computed in them.
    np.sqrt(to_best, out=to_best)
    np.sqrt(closeness, out=closeness)
    both = np.add(to_best, closeness, out=to_best)
    out = closeness if both.all() else np.full(both.shape, 0.5)
    return np.asarray(np.divide(closeness, both, out=out, where=both > 0))
