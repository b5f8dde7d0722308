"""Counting ranks over many weights: the inner loop of the sampled analysis.

Two ways to the same counts. Up to `MANY` alternatives all pairs are compared, draw beside draw:
a few comparisons of long vectors, which processors do many at a time. Draws in which two
scores are too close to call, and all draws with more alternatives, are sorted in float64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, Problem
from ioscore.ranking import TIE

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Flags = NDArray[np.bool_]
Ranks = NDArray[np.uint8]
Places = NDArray[np.intp]

MANY = 64
"""Up to so many alternatives, comparing all pairs is quicker than sorting."""

MANY_PAIRS = 256
"""Above so many alternatives the pairs would cost ten times the rest, and are not counted."""


class Tally(NamedTuple):
    """Sums over draws; of n alternatives and m criteria.

    Attributes
    ----------
    shares : array, (n, n)
        Draws that put alternative i at rank j + 1; ties share the ranks they occupy.
    pairs : array, (n, n)
        Draws that put i ahead of j, a tie counting one half; NaN above `MANY_PAIRS` alternatives.
    first : array, (n, m)
        Sum of the weights, each draw by the share of rank 1 that i has in it.
    squares : array, (n, m)
        Likewise, of the squared weights.
    """

    shares: Array
    pairs: Array
    first: Array
    squares: Array

    @classmethod
    def zeros(cls, n: int, m: int) -> Tally:
        """Return the tally of no draws."""
        return cls(np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, m)), np.zeros((n, m)))

    def add(self, other: Tally) -> None:
        """Add the sums over other draws to these."""
        for own, more in zip(self, other, strict=True):
            np.add(own, more, out=own)


def rank_by_pairs(scores: Array | Single, margin: float) -> tuple[Ranks, Flags, Flags]:
    """Rank alternatives by comparing all pairs, in every draw at once.

    Parameters
    ----------
    scores : array, (n, k)
        One column for each draw; up to `MANY` alternatives.
    margin : float
        >= 0. Scores that differ by no more are too close to call.

    Returns
    -------
    ranks : array of uint8, (n, k)
        How many are ahead: 0 is first.
    ahead : array of bool, (n, n, k)
        Whether i is ahead of j by more than the margin.
    decided : array of bool, (k,)
        Whether no pair of the draw is too close to call.
    """
    n = len(scores)
    ahead = scores[:, None] > scores + scores.dtype.type(margin)
    ranks = ahead.view(np.uint8).sum(axis=0, dtype=np.uint8)
    # Of each pair at most one is ahead, so only a full count leaves no pair open.
    return ranks, ahead, ranks.sum(axis=0, dtype=np.uint16) == n * (n - 1) // 2


def tally_ranks(ranks: Ranks, ahead: Flags, weights: Array | Single) -> Tally:
    """Count the ranks of draws without ties.

    Parameters
    ----------
    ranks, ahead
        From `rank_by_pairs`, every draw decided.
    weights : array, (m, k)

    Returns
    -------
    Tally
    """
    at = ranks[:, None] == np.arange(len(ranks), dtype=np.uint8)[:, None]
    first = at[:, 0].astype(weights.dtype)[:, None]
    return Tally(
        _count(at), _count(ahead), np.vecdot(first, weights), np.vecdot(first, weights * weights)
    )


def tally_sorted(scores: Array, weights: Array) -> Tally:
    """Count ranks, sharing those of ties.

    Neighbours in the order that differ by no more than `TIE` times the greatest score of the draw
    are tied, and so is a chain of them.

    Parameters
    ----------
    scores : array, (k, n)
        One row for each draw, larger is better.
    weights : array, (k, m)

    Returns
    -------
    Tally

    Raises
    ------
    EvidenceError
        When a score is undefined.
    """
    if not np.isfinite(scores).all():
        raise EvidenceError(_undefined(scores))
    order = np.argsort(scores, axis=1)
    rising = np.sort(scores, axis=1)  # quicker than fetching the scores in order
    tie = TIE * np.abs(rising[:, [0, -1]]).max(axis=1)
    apart = np.diff(rising, axis=1) > tie[:, None]
    clear = apart.all(axis=1)
    if clear.all():
        return _tally_orders(order[:, ::-1], weights)
    total = _tally_orders(order[clear, ::-1], weights[clear])
    total.add(_tally_groups(order[~clear, ::-1], apart[~clear, ::-1], weights[~clear]))
    return total


def _tally_orders(order: Places, weights: Array) -> Tally:
    """Count ranks in orders (k, n) without ties, best first."""
    n = order.shape[1]
    cells = order * n
    cells += np.arange(n)
    shares = np.bincount(cells.ravel(), minlength=n * n).reshape(n, n).astype(float)
    first = order[:, 0]
    pairs = _count_pairs(order, np.broadcast_to(np.arange(n), order.shape))
    return Tally(shares, pairs, _sum_rows(first, weights, n), _sum_rows(first, weights**2, n))


def _tally_groups(order: Places, apart: Flags, weights: Array) -> Tally:
    """Count ranks in orders (k, n), best first, given which neighbours (k, n - 1) are apart."""
    k, n = order.shape
    places = np.arange(n)
    begin = np.pad(apart, ((0, 0), (1, 0)), constant_values=True)
    finish = np.pad(apart, ((0, 0), (0, 1)), constant_values=True)
    # First place of each alternative's group, and the place after its last.
    start = np.maximum.accumulate(np.where(begin, places, 0), axis=1)
    end = np.minimum.accumulate(np.where(finish, places + 1, n)[:, ::-1], axis=1)[:, ::-1]
    # A share of 1/size begins at one rank and stops at another; a running sum fills in between.
    part = (1.0 / (end - start)).ravel()
    cells = order * (n + 1)
    steps = np.bincount((cells + start).ravel(), part, minlength=n * (n + 1))
    steps -= np.bincount((cells + end).ravel(), part, minlength=n * (n + 1))
    shares = np.cumsum(steps.reshape(n, n + 1)[:, :-1], axis=1)
    draw, place = np.nonzero(start == 0)
    first, shared = order[draw, place], weights[draw] / end[draw, :1]
    return Tally(
        shares,
        _count_pairs(order, start),
        _sum_rows(first, shared, n),
        _sum_rows(first, shared * weights[draw], n),
    )


def _count_pairs(order: Places, start: Places) -> Array:
    """Return how often i is ahead of j, a tie counting one half, from the starts of the groups."""
    k, n = order.shape
    if n > MANY_PAIRS:
        return np.full((n, n), np.nan)
    place = np.empty((n, k), dtype=np.uint8)  # of each alternative's group
    np.put_along_axis(place.T, order, start.astype(np.uint8), axis=1)
    ahead = np.stack([_count(own < place) for own in place])
    return ahead + (k - ahead - ahead.T) / 2


def _sum_rows(alternative: Places, rows: Array, n: int) -> Array:
    """Return the sum of the rows of each alternative, (n, m)."""
    m = rows.shape[1]
    cells = alternative[:, None] * m + np.arange(m)
    return np.bincount(cells.ravel(), rows.ravel(), minlength=n * m).reshape(n, m).astype(float)


def _count(flags: Flags) -> Array:
    """Return the number of true flags along the last axis: the ones in words of 64 bits."""
    packed = np.packbits(flags, axis=-1)
    words = packed.view(np.uint64) if packed.shape[-1] % 8 == 0 else packed
    counted: Array = np.bitwise_count(words).sum(axis=-1, dtype=float)
    return counted


def _undefined(scores: Array) -> Problem:
    row = int(np.flatnonzero((~np.isfinite(scores)).any(axis=0))[0])
    return Problem(
        where=f"alternative in row {row + 1}",
        found="it has no score under some of the weights",
        mend="Fill its missing cells or leave it out of the analysis.",
    )
