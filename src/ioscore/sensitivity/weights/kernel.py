"""The kernel of sampling: draw weights, rank, count, in slices that stay in cache.

Weights are drawn criterion by criterion, each a long vector, so that every operation runs along
draws. A slice of draws is ranked and counted before the next one is drawn: memory does not grow
with their number, and nothing waits for memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ioscore.ranking import TIE
from ioscore.ranking.decision import Method
from ioscore.sensitivity.blocks import block_sizes
from ioscore.sensitivity.weights.draws import Law, Uniform
from ioscore.sensitivity.weights.tally import (
    MANY,
    Flags,
    Tally,
    count_ranked,
    count_sorted,
    rank_by_pairs,
)

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Scorer = Callable[[Array], Array]
Ranked = tuple[Flags, Flags]
Ranker = Callable[[Array], Ranked]

SLICE_BYTES = 288 * 1024
"""Size of the arrays of a slice: a few of them fit into the second cache."""


def tally_block(
    rng: np.random.Generator, size: int, *, values: Array, method: Method, law: Law
) -> Tally:
    """Return the counts of one block of draws.

    Parameters
    ----------
    rng : numpy.random.Generator
    size : int
        Number of draws.
    values : array, (n, m)
        Larger is better.
    method : Method
    law : Law
        Of m weights.

    Returns
    -------
    Tally

    Raises
    ------
    EvidenceError
        When an alternative has no score under some of the weights.
    """
    n, m = values.shape
    utilities = method.linear(values)
    score: Scorer = partial(method.score, values)
    rank: Ranker = partial(_rank, score)
    dtype: DTypeLike = np.float64
    if utilities is not None:
        score = partial(_product, utilities)
        rank = partial(_rank, score)
        if isinstance(law, Uniform) and law.space is None and n <= MANY:
            rank, dtype = partial(_rank_single, *_single(utilities)), np.float32
    tally = Tally.zeros(n, m)
    for k in block_sizes(size, _slice(n, m, np.dtype(dtype).itemsize)):
        weights = law.draw(rng, k, dtype)
        if n > MANY:
            count_sorted(tally, score(weights), weights)
        else:
            _count(tally, rank(weights), weights, score)
    return tally.settled()


def _count(tally: Tally, ranked: Ranked, weights: Array, score: Scorer) -> None:
    """Count draws that are decided, and by sorting those with ties."""
    flags, decided = ranked
    if not decided.all():
        tied = weights[~decided].astype(float)
        count_sorted(tally, score(tied), tied)
        flags = np.compress(decided, flags, axis=-1)
        weights = np.compress(decided, weights.T, axis=-1).T
    count_ranked(tally, flags, weights.T)


def _rank(score: Scorer, weights: Array) -> Ranked:
    """Rank by scores in float64; what is left undecided is tied."""
    scores = np.ascontiguousarray(score(weights).T)
    return rank_by_pairs(scores, TIE * float(max(scores.max(), -scores.min())))


def _single(utilities: Array) -> tuple[Array, Single, float]:
    """Return utilities, the same in float32 within [-1, 1], and the margin of their scores."""
    # A constant in a criterion moves all scores alike; without it float32 resolves more.
    centred = utilities - (utilities.max(axis=0) + utilities.min(axis=0)) / 2
    scale = float(np.abs(centred).max()) or 1.0
    greatest = float(np.abs(utilities).max()) / scale
    return utilities, (centred / scale).astype(np.float32), _margin(len(centred.T), greatest)


def _rank_single(utilities: Array, centred: Single, margin: float, weights: Array) -> Ranked:
    """Rank by scores in float32, and again in float64 what is too close to call."""
    flags, decided = rank_by_pairs(centred @ weights.T, margin)
    if not decided.all():
        close = np.flatnonzero(~decided)
        again = _rank(partial(_product, utilities), weights[close].astype(float))
        flags[..., close], decided[close] = again
    return flags, decided


def _margin(m: int, greatest: float) -> float:
    """Return how far apart two float32 scores must be for their order to be certain.

    Parameters
    ----------
    m : int
        Number of criteria.
    greatest : float
        Greatest utility before the middle was taken off, on the scale of the scores.

    Returns
    -------
    float

    Notes
    -----
    Rounding utilities U in [-1, 1] to float32 (unit u = 2^-24) and summing m products with weights
    w, in any order and with or without fused multiplication, moves a score by at most
    (m + 1) u / (1 - (m + 1) u) times sum |U| w, which is no more than the sum of the weights, 1
    (Higham 2002, ch. 3). Two scores move by twice that. Adding the margin to a score rounds once
    more, by u times twice the greatest. Counting 2 (m + 3) u in place of 2 (m + 2) u covers terms
    of second order, underflow, and weights that sum to one only to within m u. Scores that the
    tie rule could call equal are left open too.

    References
    ----------
    Higham, N. J. (2002). Accuracy and Stability of Numerical Algorithms, 2nd ed. SIAM.
    doi:10.1137/1.9780898718027
    """
    unit = 2.0**-24
    margin: float = 2 * (m + 3) * unit + 1.001 * TIE * greatest
    return margin


def _product(utilities: Array, weights: Array) -> Array:
    return weights @ utilities.T


def _slice(n: int, m: int, itemsize: int) -> int:
    """Return the draws that are ranked at once; a block is a row of slices."""
    fits = SLICE_BYTES // (itemsize * max(n, m))
    # Of few alternatives, short slices would pay more for calls than for counting, and very long
    # ones could be split among threads by BLAS. Of many, the order of a slice is the large array.
    draws = min(max(fits, 1024), 8192) if n <= MANY else max(2 * fits, 64)
    return draws // 64 * 64  # flags in whole words of 64 bits
