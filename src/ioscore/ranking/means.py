"""The three weighted means: full, partial and stronger-than-partial compensation between criteria."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ioscore.rubric import Mean

Array = NDArray[np.float64]


def arithmetic_mean(values: Array, weights: Array) -> Array:
    """Return the weighted arithmetic mean over criteria; what is low in one is made up in another.

    Parameters
    ----------
    values : array, (..., n, m)
        NaN where missing: its weight passes to the other criteria in proportion.
    weights : array, (..., m)
        >= 0; only their proportions matter. Leading axes are those of the values, or either has
        none.

    Returns
    -------
    array, (..., n)
        NaN where no criterion with a weight has a value.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, ch. 6.
    doi:10.1787/9789264043466-en
    """
    return _linear_mean(values, weights)


def geometric_mean(values: Array, weights: Array) -> Array:
    """Return the weighted geometric mean over criteria; a low value weighs on the others.

    Parameters, shapes and reference as in `arithmetic_mean`. A zero in a criterion with a weight
    makes the mean zero; a negative value makes it NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
    wrong = values < 0
    zero = values == 0
    mean = np.exp(_linear_mean(np.where(zero | wrong, 0.0, logs), weights))
    mean = np.where(_touches(zero, weights), 0.0, mean)
    return np.where(_touches(wrong, weights), np.nan, mean)


def harmonic_mean(values: Array, weights: Array) -> Array:
    """Return the weighted harmonic mean over criteria; the lowest value weighs most.

    Parameters, shapes, zeros, negative values and reference as in `geometric_mean`.
    """
    zero, wrong = values == 0, values < 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = 1.0 / _linear_mean(1.0 / np.where(zero | wrong, 1.0, values), weights)
    mean = np.where(_touches(zero, weights), 0.0, mean)
    return np.where(_touches(wrong, weights), np.nan, mean)


MEANS: dict[Mean, Callable[[Array, Array], Array]] = {
    "arithmetic": arithmetic_mean,
    "geometric": geometric_mean,
    "harmonic": harmonic_mean,
}


def complete(values: Array) -> Array | None:
    """Return values whose order under the arithmetic mean is linear in the weights, or None.

    A missing cell passes its weight to the others of its row, which is not linear.
    """
    return None if np.isnan(values).any() else values


def logarithms(values: Array) -> Array | None:
    """Return logarithms: their weighted sum has the order of the geometric mean.

    None where a value is missing or not positive.
    """
    return np.log(values) if (values > 0).all() else None


def negative_reciprocals(values: Array) -> Array | None:
    """Return -1/x: their weighted sum has the order of the harmonic mean.

    None where a value is missing or not positive.
    """
    return -1.0 / values if (values > 0).all() else None


def _linear_mean(values: Array, weights: Array) -> Array:
    there = ~np.isnan(values)
    if there.all():
        return np.asarray(_product(values, weights) / weights.sum(axis=-1)[..., None])
    total = _product(np.where(there, values, 0.0), weights)
    weight = _product(there.astype(float), weights)
    mean = np.full(total.shape, np.nan)
    np.divide(total, weight, out=mean, where=weight > 0)
    return mean


def _touches(cells: NDArray[np.bool_], weights: Array) -> NDArray[np.bool_]:
    """Say where one of the cells has a weight."""
    if not cells.any():
        return np.zeros((1,) * max(cells.ndim - 1, weights.ndim), dtype=bool)
    return _product(cells.astype(float), weights) > 0


def _product(values: Array, weights: Array) -> Array:
    """Return the sum over criteria of value times weight: (..., n)."""
    if values.ndim == 2:
        product: Array = weights @ values.T
    elif weights.ndim == 1:
        product = values @ weights
    else:
        product = (values @ weights[..., None])[..., 0]
    return product
