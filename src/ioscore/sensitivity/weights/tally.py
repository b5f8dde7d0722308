"""Counting ranks over many weights: the inner loop of the sampled analysis.

Two ways to the same counts. Up to `MANY` alternatives all pairs are compared, draw beside draw:
a few operations on long vectors, of which a processor does many elements at a time. Draws in which
two scores are tied, and all draws with more alternatives, are sorted.
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
Places = NDArray[np.int64]

MANY = 64
"""Up to so many alternatives, comparing all pairs is quicker than sorting."""

MANY_PAIRS = 256
"""Above so many alternatives the pairs would cost many times the rest, and are not counted."""


NONE = np.zeros((0, 0), dtype=np.int32)


class Tally(NamedTuple):
    """Sums over draws, of n alternatives and m criteria; the functions of this file add to them.

    Attributes
    ----------
    shares : array, (n, n)
        Draws that put alternative i at rank j + 1; ties share the ranks they occupy.
    alone : array of int32, (n, n)
        Those that `count_sorted` found without ties and `settled` adds to `shares`: a table of
        half the size, as adding to cells all over a table takes the longer the larger it is.
    pairs : array, (n, n)
        Draws that put i ahead of j, a tie counting one half; the diagonal means nothing. (0, 0)
        above `MANY_PAIRS` alternatives.
    first : array, (n, m)
        Sum of the weights, each draw by the share of rank 1 that i has in it.
    squares : array, (n, m)
        Likewise, of the squared weights.
    """

    shares: Array
    alone: NDArray[np.int32]
    pairs: Array
    first: Array
    squares: Array

    @classmethod
    def zeros(cls, n: int, m: int) -> Tally:
        """Return the tally of no draws."""
        p = n if n <= MANY_PAIRS else 0
        alone = np.zeros((n, n), dtype=np.int32)
        return cls(np.zeros((n, n)), alone, np.zeros((p, p)), np.zeros((n, m)), np.zeros((n, m)))

    def add(self, other: Tally) -> None:
        """Add the sums over other draws, which are settled."""
        np.add(self.shares, other.shares, out=self.shares)
        np.add(self.pairs, other.pairs, out=self.pairs)
        np.add(self.first, other.first, out=self.first)
        np.add(self.squares, other.squares, out=self.squares)

    def settled(self) -> Tally:
        """Return the tally with all its shares in one place."""
        return self._replace(shares=self.shares + self.alone, alone=NONE)


def rank_by_pairs(scores: Array | Single, margin: float) -> tuple[Flags, Flags]:
    """Rank alternatives by comparing all pairs, in every draw at once.

    Parameters
    ----------
    scores : array, (n, k)
        One column for each draw; up to `MANY` alternatives.
    margin : float
        >= 0. Scores that differ by no more are too close to call.

    Returns
    -------
    flags : array of bool, (2, n, n, k)
        First whether i is ahead of j by more than the margin, then whether i is at rank j + 1.
    decided : array of bool, (k,)
        Whether no pair of the draw is too close to call; where one is, ranks mean nothing.
    """
    n, k = scores.shape
    flags = np.empty((2, n, n, k), dtype=bool)
    np.greater(scores[:, None], scores + scores.dtype.type(margin), out=flags[0])
    ranks = flags[0].view(np.uint8).sum(axis=0, dtype=np.uint8)
    np.equal(ranks[:, None], np.arange(n, dtype=np.uint8)[:, None], out=flags[1])
    # Of each pair at most one is ahead, so only a full count leaves no pair open.
    pairs = n * (n - 1) // 2
    return flags, ranks.sum(axis=0, dtype=np.uint8 if pairs < 256 else np.uint16) == pairs


def count_ranked(tally: Tally, flags: Flags, weights: Array | Single) -> None:
    """Add draws without ties to a tally.

    Parameters
    ----------
    tally : Tally
    flags : array of bool, (2, n, n, k)
        From `rank_by_pairs`, every draw decided.
    weights : array, (m, k)
    """
    pairs, shares = _ones(flags)
    first = flags[1, :, :1].astype(weights.dtype)
    sums = np.vecdot(first, weights), np.vecdot(first, weights * weights)
    tally.add(Tally(shares, NONE, pairs, *sums))


def count_sorted(tally: Tally, scores: Array, weights: Array) -> None:
    """Add draws to a tally, sharing the ranks of ties.

    Neighbours in the order that differ by no more than `TIE` times the greatest score of the draw
    are tied, and so is a chain of them.

    Parameters
    ----------
    tally : Tally
    scores : array, (k, n)
        One row for each draw, larger is better.
    weights : array, (k, m)

    Raises
    ------
    EvidenceError
        When a score is undefined.
    """
    best = scores.max(axis=1)
    order, behind = _sort(scores, best)
    worst = best - behind[:, -1]
    if not np.isfinite(worst).all():
        raise EvidenceError(_undefined(scores))
    tie = TIE * np.maximum(np.abs(best), np.abs(worst))
    apart = np.diff(behind, axis=1) > tie[:, None]
    clear = apart.all(axis=1)
    if clear.all():
        _count_orders(tally, order, weights)
    else:
        _count_orders(tally, order[clear], weights[clear])
        _count_groups(tally, order[~clear], apart[~clear], weights[~clear])


def _sort(scores: Array, best: Array) -> tuple[Places, Array]:
    """Return alternatives best first, and how far behind the best each is; both (k, n).

    Numbers sort several times quicker than places do. So the place of an alternative is written
    into the last bits of its distance from the best, which as bits of a positive number sort as
    the distance does. With n < 2^20 this moves a distance by less than 2^-31 of itself: less than
    half a tie of the greatest distance.
    """
    n = scores.shape[1]
    mask = np.int64((1 << n.bit_length()) - 1)
    keys = (best[:, None] - scores).view(np.int64)
    keys &= ~mask
    keys |= np.arange(n)
    keys.sort(axis=1)
    order = keys & mask
    keys ^= order
    return order, keys.view(np.float64)


def _count_orders(tally: Tally, order: Places, weights: Array) -> None:
    """Add orders (k, n) without ties, best first."""
    n = order.shape[1]
    _count_pairs(tally, order, np.broadcast_to(np.arange(n), order.shape))
    _count_first(tally, order[:, 0], weights, np.ones((1, 1)))
    cells = (order * n + np.arange(n)).ravel()
    np.add.at(tally.alone.reshape(-1), cells, np.int32(1))


def _count_groups(tally: Tally, order: Places, apart: Flags, weights: Array) -> None:
    """Add orders (k, n), best first, given which neighbours (k, n - 1) are apart."""
    n = order.shape[1]
    places = np.arange(n)
    begin = np.pad(apart, ((0, 0), (1, 0)), constant_values=True)
    finish = np.pad(apart, ((0, 0), (0, 1)), constant_values=True)
    start = np.maximum.accumulate(np.where(begin, places, 0), axis=1)
    last = np.minimum.accumulate(np.where(finish, places, n)[:, ::-1], axis=1)[:, ::-1]
    size = last - start + 1
    for step in range(size.max()):  # the first rank of each group, the second, ...
        inside = size > step
        cells = order[inside] * n + start[inside] + step
        np.add.at(tally.shares.reshape(-1), cells, 1.0 / size[inside])
    _count_pairs(tally, order, start)
    draw, place = np.nonzero(start == 0)
    _count_first(tally, order[draw, place], weights[draw], 1.0 / size[draw, :1])


def _count_pairs(tally: Tally, order: Places, start: Places) -> None:
    """Add who is ahead of whom: whose group in the order starts before the other's."""
    k, n = order.shape
    if n > MANY_PAIRS:
        return
    group = np.empty((n, k), dtype=np.uint8)
    np.put_along_axis(group.T, order, start.astype(np.uint8), axis=1)
    ahead = np.stack([_ones(own < group) for own in group])
    np.add(tally.pairs, ahead + (k - ahead - ahead.T) / 2, out=tally.pairs)


def _count_first(tally: Tally, alternative: Places, weights: Array, share: Array) -> None:
    """Add the weights (k, m) of draws to the alternatives that share the first rank in them."""
    m = weights.shape[1]
    cells = (alternative[:, None] * m + np.arange(m)).ravel()
    np.add.at(tally.first.reshape(-1), cells, (share * weights).ravel())
    np.add.at(tally.squares.reshape(-1), cells, (share * weights**2).ravel())


def _ones(flags: Flags) -> Array:
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
