"""Kemeny-Young: the orders that agree best with all pairwise majorities, every one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, Problem
from ioscore.ranking.checks import NOISE, check_values, check_weights
from ioscore.ranking.copeland import leads

Array = NDArray[np.float64]

MOST = 15
"""Greatest number of alternatives: the search visits every subset of them."""

_CELLS = 2**22


def kemeny_young(values: Array, weights: Array) -> Array:
    """Return minus the mean rank over all optimal orders.

    An order is optimal when the weight of the criteria that agree with it, summed over all pairs
    of alternatives, is greatest. Found exactly. Where several orders are optimal, alternatives
    that can change places have fractional or equal scores.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better; at most `MOST` alternatives. Values within a billionth of the greatest
        magnitude of their column are equal.
    weights : array, (..., m)
        >= 0; only their proportions matter. Orders whose agreement differs by less than a
        billionth of the total weight are equally good.

    Returns
    -------
    array, (..., n)
        In [-n, -1].

    Raises
    ------
    EvidenceError
        For values that are missing or not finite, or too many alternatives.
    RubricError
        For weights that are negative or all zero.

    Notes
    -----
    Dynamic programming over subsets S of the alternatives that come first: the best start with S
    ends with some a in S, and adds the majorities of a over all that are not in S. Counting the
    optimal starts and ends through each subset gives the mean rank without listing the orders.

    References
    ----------
    Young, H. P. and Levenglick, A. (1978). SIAM Journal on Applied Mathematics 35(2), 285-300.
    doi:10.1137/0135023
    """
    majorities = _majorities(values, weights)
    n = len(values)
    flat = majorities.reshape(-1, n, n)
    step = max(1, _CELLS // 2**n)
    ranks = [_mean_ranks(flat[i : i + step]) for i in range(0, len(flat), step)]
    return -np.concatenate([np.empty((0, n)), *ranks]).reshape(*weights.shape[:-1], n)


def kemeny_orders(values: Array, weights: Array) -> Iterator[tuple[int, ...]]:
    """Yield every optimal order.

    Parameters, errors and reference as in `kemeny_young`, but for one vector of weights.

    Yields
    ------
    tuple of int
        Rows of the alternatives, best first. There can be as many as permutations, where nothing
        tells the alternatives apart.
    """
    majorities = _majorities(values, weights)[None]
    starts = _best_starts(majorities)
    n = len(values)

    def walk(subset: int, end: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if not subset:
            yield end
        for one in range(n):
            if subset >> one & 1 and _optimal(starts, majorities, subset, one)[0]:
                yield from walk(subset ^ 1 << one, (one, *end))

    yield from walk(2**n - 1, ())


def agreement(values: Array, weights: Array, order: Sequence[int]) -> Array:
    """Return the weight of the criteria that agree with an order, summed over pairs.

    Parameters
    ----------
    values : array, (n, m)
    weights : array, (..., m)
    order : sequence of int, n
        Rows of the alternatives, best first.

    Returns
    -------
    array, (...)
        For each pair the weight of the criteria that put the one before the other; equal values
        count one half. The quantity that Kemeny-Young makes greatest, in the unit of the weights.
    """
    pairs = len(order) * (len(order) - 1) / 2
    ahead = sum(
        (leads(values, one)[list(order[i + 1 :])].sum(axis=0) for i, one in enumerate(order)),
        start=np.zeros(values.shape[1]),
    )
    return np.asarray((weights @ ahead + pairs * weights.sum(axis=-1)) / 2)


def _majorities(values: Array, weights: Array) -> Array:
    """Return the share of the weight that is for the row less that for the column, (..., n, n)."""
    check_values(values)
    totals = check_weights(weights)
    n = len(values)
    if n > MOST:
        raise EvidenceError(
            Problem(
                where="Kemeny-Young",
                found=f"{n} alternatives",
                mend=f"It is computed exactly, for up to {MOST}; take copeland or borda for more.",
            )
        )
    ahead = np.concatenate([leads(values, one) for one in range(n)])
    return np.asarray((weights @ ahead.T / totals[..., None]).reshape(*weights.shape[:-1], n, n))


def _gains(majorities: Array, subsets: NDArray[np.int_], one: int) -> Array:
    """Return what placing one after the others of a subset adds: its majorities over the rest."""
    n = majorities.shape[-1]
    rest = (subsets[:, None] >> np.arange(n) & 1) == 0
    return np.asarray(rest.astype(float) @ majorities[:, one, :].T)


def _best_starts(majorities: Array) -> Array:
    """Return the greatest agreement of an order that starts with each subset, (2^n, draws)."""
    k, n, _ = majorities.shape
    best = np.full((2**n, k), -np.inf)
    best[0] = 0.0
    for subsets in _by_size(n)[1:]:
        for one in range(n):
            here = subsets[subsets >> one & 1 == 1]
            found = best[here ^ 1 << one] + _gains(majorities, here, one)
            best[here] = np.maximum(best[here], found)
    return best


def _optimal(starts: Array, majorities: Array, subset: int, one: int) -> NDArray[np.bool_]:
    """Say for each draw whether some best start with a subset ends with one."""
    before = starts[subset ^ 1 << one] + _gains(majorities, np.array([subset]), one)[0]
    return np.asarray(before >= starts[subset] - NOISE)


def _mean_ranks(majorities: Array) -> Array:
    """Return the mean rank over all optimal orders, (draws, n)."""
    k, n, _ = majorities.shape
    starts = _best_starts(majorities)
    # Number of optimal ways up to a subset, and from it to the whole; both at most n!, exact.
    up = np.zeros((2**n, k))
    down = np.zeros((2**n, k))
    up[0] = down[-1] = 1.0
    levels = _by_size(n)
    steps: list[tuple[NDArray[np.int_], int, NDArray[np.bool_]]] = []
    for subsets in levels[1:]:
        for one in range(n):
            here = subsets[subsets >> one & 1 == 1]
            before = here ^ 1 << one
            good = starts[before] + _gains(majorities, here, one) >= starts[here] - NOISE
            up[here] += np.where(good, up[before], 0.0)
            steps.append((here, one, good))
    ranks = np.zeros((n, k))
    for here, one, good in reversed(steps):
        before = here ^ 1 << one
        onward = np.where(good, down[here], 0.0)
        down[before] += onward
        size = np.bitwise_count(here[0])
        ranks[one] += size * (up[before] * onward).sum(axis=0)
    return np.asarray((ranks / up[-1]).T)


def _by_size(n: int) -> list[NDArray[np.int_]]:
    """Return the subsets of n things as bit patterns, by the number of their members."""
    subsets = np.arange(2**n)
    sizes = np.bitwise_count(subsets)
    return [subsets[sizes == size] for size in range(n + 1)]
