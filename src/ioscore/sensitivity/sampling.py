"""Rank acceptability of any method, by drawing weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import IoscoreError, Problem
from ioscore.ranking import TIE
from ioscore.ranking.decision import Method
from ioscore.sensitivity.acceptability import RankAcceptability
from ioscore.sensitivity.blocks import block_sizes, run_blocks
from ioscore.sensitivity.draws import Law, Uniform
from ioscore.sensitivity.tally import (
    MANY,
    Flags,
    Ranks,
    Tally,
    rank_by_pairs,
    tally_ranks,
    tally_sorted,
)

Array = NDArray[np.float64]

BLOCK = 2**16
"""Draws of a block: enough to outweigh the price of handing it to another process."""

SLICE_BYTES = 2**17
"""Size of the arrays of a slice: they stay in the second cache, and in the memory in hand."""


def sample_acceptability(
    values: Array,
    method: Method,
    *,
    law: Law,
    draws: int,
    seed: int,
    jobs: int = 1,
    scheduler: str | None = None,
    tolerance: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RankAcceptability:
    """Estimate ranks over all weights by drawing weights.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better; NaN where missing.
    method : Method
        Any ranking method. One that is linear in the weights is ranked by its `utilities`, under
        uniform weights in float32 with a proven margin: draws in which two scores come closer
        than rounding could tell are ranked again in float64, so the counts are those of exact
        arithmetic. Every other case is float64 throughout.
    law : Law
        `Uniform`, `DirichletAround` or `NestedUniform` (in `sensitivity.draws`).
    draws : int
        >= 1.
    seed : int
        >= 0. The result depends on it and on nothing of the machine's state: not on `jobs`, nor
        on `scheduler`.
    jobs : int
        Processes on this machine.
    scheduler : str, optional
        Address of a `dask.distributed` scheduler.
    tolerance : float, optional
        Stop after the first block at which no error of a share exceeds it; `draws` is the most.
    progress : callable, optional
        ``progress(done, all)`` after each block.

    Returns
    -------
    RankAcceptability
        `method` is "sampled" and `draws` the number drawn. Standard errors are those of shares
        of independent draws, an upper bound where ties are shared; none is below 1/draws, as what
        no draw showed may still have a share that small. `pairwise` and its error are NaN above
        256 alternatives (`tally.MANY_PAIRS`). The error of a central weight is NaN where fewer
        than two draws put the alternative first. Memory does not grow with the number of draws.

    Raises
    ------
    IoscoreError
        When the law has another number of criteria, or a number is out of range.
    EvidenceError
        When an alternative has no score under some of the weights.

    References
    ----------
    Lahdelma, R. and Salminen, P. (2001). SMAA-2: Stochastic multicriteria acceptability analysis
    for group decision making. Operations Research 49(3), 444-454. doi:10.1287/opre.49.3.444.11220
    Tervonen, T. and Lahdelma, R. (2007). Implementing stochastic multicriteria acceptability
    analysis. European Journal of Operational Research 178(2), 500-513.
    doi:10.1016/j.ejor.2005.12.037
    """
    values = np.asarray(values, dtype=float)
    _check(values, law, draws, jobs, tolerance)
    n, m = values.shape
    sizes = block_sizes(draws, _block(n, m))
    work = partial(_tally_block, values=values, method=method, law=law)
    total, done = Tally.zeros(n, m), 0
    parts = run_blocks(work, sizes, seed=seed, jobs=jobs, scheduler=scheduler, progress=progress)
    with closing(parts):
        for size, part in zip(sizes, parts, strict=True):
            total.add(part)
            done += size
            if tolerance is not None and _error(total.shares / done, done).max() <= tolerance:
                break
    return _result(total, done, values, method, law)


def _tally_block(
    rng: np.random.Generator, size: int, *, values: Array, method: Method, law: Law
) -> Tally:
    """Draw the weights of a block in slices that stay in cache, and count the ranks."""
    n, m = values.shape
    utilities = method.utilities(values) if method.utilities is not None else None
    linear = utilities is not None and bool(np.isfinite(utilities).all())
    score = partial(_product, utilities) if linear else partial(method.score, values)
    single = linear and n <= MANY and isinstance(law, Uniform) and law.space is None
    rank = _rank_linear(utilities) if single else _rank_scores(score)
    total = Tally.zeros(n, m)
    for k in block_sizes(size, _slice(n, m, 4 if single else 8)):
        weights = law.draw(rng, k, np.float32 if single else np.float64)
        if n > MANY:
            total.add(tally_sorted(score(weights), weights))
            continue
        for part in _tally_pairs(*rank(weights), weights, score):
            total.add(part)
    return total


Scorer = Callable[[Array], Array]
Ranker = Callable[[Array], tuple[Ranks, Flags, Flags]]


def _tally_pairs(
    ranks: Ranks, ahead: Flags, decided: Flags, weights: Array, score: Scorer
) -> Iterator[Tally]:
    """Count the ranks of the draws that are decided, and apart from them those with ties."""
    if not decided.all():
        tied = weights[~decided].astype(float)
        yield tally_sorted(score(tied), tied)
        ranks, ahead, weights = ranks[:, decided], ahead[..., decided], weights[decided]
    yield tally_ranks(ranks, ahead, weights.T)


def _rank_scores(score: Scorer) -> Ranker:
    """Rank by scores in float64."""

    def rank(weights: Array) -> tuple[Ranks, Flags, Flags]:
        scores = np.ascontiguousarray(score(weights).T)
        return rank_by_pairs(scores, TIE * float(np.abs(scores).max()))

    return rank


def _rank_linear(utilities: Array) -> Ranker:
    """Rank by utilities in float32, and draws that are too close to call again in float64."""
    # A constant in a criterion moves all scores alike; without it float32 resolves more.
    middle = (utilities.max(axis=0) + utilities.min(axis=0)) / 2
    centred = (utilities - middle).astype(np.float32)
    margin = _margin(utilities, float(np.abs(centred).max()))
    rank_exactly = _rank_scores(partial(_product, utilities))

    def rank(weights: Array) -> tuple[Ranks, Flags, Flags]:
        ranks, ahead, decided = rank_by_pairs(centred @ weights.T, margin)
        close = np.flatnonzero(~decided)
        if len(close):
            again = rank_exactly(weights[close].astype(float))
            ranks[:, close], ahead[..., close], decided[close] = again
        return ranks, ahead, decided

    return rank


def _margin(utilities: Array, greatest: float) -> float:
    """Return how far apart two float32 scores must be for their order to be certain.

    Rounding the utilities to float32 (unit u = 2^-24) and summing m products, in any order and
    with or without fused multiplication, moves a score by at most (m + 1) u / (1 - (m + 1) u)
    times sum |U| w <= greatest |U| (Higham 2002, ch. 3). Two scores move by twice that. Adding the
    margin to a score rounds once more, by u times twice the greatest; weights that sum to one
    only to within m u, and the terms of second order, are covered by counting 2 (m + 3) in place
    of 2 (m + 2). Scores that the tie rule could call equal are left open too.

    References
    ----------
    Higham, N. J. (2002). Accuracy and Stability of Numerical Algorithms, 2nd ed. SIAM.
    doi:10.1137/1.9780898718027
    """
    m = utilities.shape[1]
    return 2 * (m + 3) * 2.0**-24 * greatest + 1.001 * TIE * float(np.abs(utilities).max())


def _product(utilities: Array, weights: Array) -> Array:
    return weights @ utilities.T


def _block(n: int, m: int) -> int:
    """Return the draws of a block: fewer for large problems, so that jobs share the work."""
    return int(np.clip(2**23 // (n * m), 2**12, BLOCK))


def _slice(n: int, m: int, itemsize: int) -> int:
    """Return the draws that are ranked at once; a block is a row of slices."""
    fits = SLICE_BYTES // (itemsize * max(n, m))
    pairs = 8 * SLICE_BYTES // n**2
    # Many alternatives take long slices: else adding up counts, n by n, would cost the most.
    draws = min(fits, pairs) if n <= MANY else max(fits, 512)
    return 1 << (max(draws, 64).bit_length() - 1)  # rows aligned in memory, flags in whole words


def _error(share: Array, draws: int) -> Array:
    """Return the standard error of shares of independent draws, at least one draw's worth."""
    return np.maximum(np.sqrt(np.clip(share * (1 - share), 0, None) / draws), 1 / draws)


def _result(total: Tally, draws: int, values: Array, method: Method, law: Law) -> RankAcceptability:
    firsts = total.shares[:, :1]
    with np.errstate(invalid="ignore", divide="ignore"):
        central = total.first / firsts
        spread = np.clip(total.squares / firsts - central**2, 0, None)
        central_error = np.sqrt(spread / np.where(firsts > 1, firsts - 1, np.nan))
    shares = np.clip(total.shares / draws, 0, 1)  # thirds do not cancel to the last bit
    pairwise = total.pairs / draws
    pairwise_error = _error(pairwise, draws)
    np.fill_diagonal(pairwise, 0.5)
    np.fill_diagonal(pairwise_error, 0.0)
    return RankAcceptability(
        method="sampled",
        measure=law.measure,
        shares=shares,
        central_weights=central,
        confidence=_confidence(values, method, central),
        pairwise=pairwise,
        draws=draws,
        error=_error(shares, draws),
        central_error=central_error,
        pairwise_error=pairwise_error,
    )


def _confidence(values: Array, method: Method, central: Array) -> Array:
    """Return the share of rank 1 that each alternative has at its own central weights."""
    confidence = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(central[:, 0]))
    for i in known:
        at_centre = tally_sorted(method.score(values, central[i : i + 1]), central[i : i + 1])
        confidence[i] = at_centre.shares[i, 0]
    return confidence


def _check(values: Array, law: Law, draws: int, jobs: int, tolerance: float | None) -> None:
    criteria = values.shape[1] if values.ndim == 2 else 0
    wrong = {
        f"the law has {law.criteria} criteria and the values {criteria}": criteria != law.criteria,
        "there are no alternatives": len(values) == 0,
        f"draws is {draws}": draws < 1,
        f"jobs is {jobs}": jobs < 1,
        f"tolerance is {tolerance}": tolerance is not None and not tolerance > 0,
    }
    problems = [
        Problem(where="sampling", found=found, mend="Give one that fits; numbers above zero.")
        for found, holds in wrong.items()
        if holds
    ]
    if problems:
        raise IoscoreError(*problems)
