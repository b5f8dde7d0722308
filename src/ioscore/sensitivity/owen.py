"""Sobol' points with Owen's nested uniform scrambling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

Array = NDArray[np.float64]


def scrambled_points(bits: int, dimensions: int, rng: np.random.Generator) -> Array:
    """Return the first points of the Sobol' sequence, scrambled by Owen's method.

    Parameters
    ----------
    bits : int
        There are 2**bits points, 1 to 30.
    dimensions : int
    rng : numpy.random.Generator

    Returns
    -------
    array, (2**bits, dimensions)
        In [0, 1), each coordinate uniform on it. Scrambling keeps the net: every elementary
        interval holds as many points as before.

    References
    ----------
    Owen, A. B. (1998). Scrambling Sobol' and Niederreiter-Xing points. Journal of Complexity
    14(4), 466-489. doi:10.1006/jcom.1998.0487
    """
    plain = qmc.Sobol(dimensions, scramble=False).random_base2(bits)
    digits = (plain * 2.0**bits).astype(np.int64)
    places = np.stack([nested_scramble(column, bits, rng) for column in digits.T], axis=1)
    # Below its first digits each point is alone in its interval, so its other digits are free.
    return (places + rng.random(places.shape)) / 2.0**bits


def nested_scramble(
    numbers: NDArray[np.int64], bits: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return whole numbers below 2**bits under one nested uniform permutation.

    Parameters
    ----------
    numbers : array of int, (k,)
        In [0, 2**bits).
    bits : int
    rng : numpy.random.Generator
        Draws one fair coin for each node of the binary tree.

    Returns
    -------
    array of int, (k,)
        Each digit is turned or not by the coin of the digits before it: numbers that agree in
        their first digits still do, and those that differ still differ first at the same digit.
    """
    turned = np.zeros(1, dtype=np.int64)
    for depth in range(bits):
        # Indexed by the digits before; each node hands its turns down to both its children.
        coins = rng.integers(2, size=2**depth, dtype=np.int64)
        turned = (np.repeat(turned, 2) if depth else turned) << 1 | coins
    scrambled: NDArray[np.int64] = numbers ^ turned[numbers >> 1]
    return scrambled
