"""Rank acceptability of any method, by drawing weights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import IoscoreError, Problem
from ioscore.ranking import TIE
from ioscore.ranking.decision import Method
from ioscore.sensitivity.blocks import block_sizes, run_blocks
from ioscore.sensitivity.weights.acceptability import RankAcceptability
from ioscore.sensitivity.weights.draws import Law
from ioscore.sensitivity.weights.kernel import tally_block
from ioscore.sensitivity.weights.tally import Tally

Array = NDArray[np.float64]


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
    sizes = block_sizes(draws, _block(n))
    work = partial(tally_block, values=values, method=method, law=law)
    total, done = Tally.zeros(n, m), 0
    parts = run_blocks(work, sizes, seed=seed, jobs=jobs, scheduler=scheduler, progress=progress)
    with closing(parts):
        for size, part in zip(sizes, parts, strict=True):
            total.add(part)
            done += size
            if tolerance is not None and _error(total.shares / done, done).max() <= tolerance:
                break
    return _result(total, done, values, method, law)


def _block(n: int) -> int:
    """Return the draws of a block: fewer for large problems, so that jobs share the work.

    Depends on nothing else, so that a run is the beginning of every longer one.
    """
    return int(np.clip(2**22 // n**2, 2**14, 2**16))


def _error(share: Array, draws: int) -> Array:
    """Return the standard error of shares of independent draws, at least one draw's worth."""
    error = share * (1 - share)
    np.maximum(error, 1 / draws, out=error)  # under the root: a variance of 1/draws^2
    error /= draws
    return np.sqrt(error, out=error)


def _result(total: Tally, draws: int, values: Array, method: Method, law: Law) -> RankAcceptability:
    firsts = total.shares[:, :1]
    with np.errstate(invalid="ignore", divide="ignore"):
        central = total.first / firsts
        spread = np.clip(total.squares / firsts - central**2, 0, None)
        central_error = np.sqrt(spread / np.where(firsts > 1, firsts - 1, np.nan))
    shares = total.shares / draws
    np.minimum(shares, 1.0, out=shares)  # three thirds may add up to a bit more
    pairwise = total.pairs / draws if total.pairs.size else np.full(shares.shape, np.nan)
    pairwise_error = _error(pairwise, draws) if total.pairs.size else pairwise.copy()
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
    scores = method.score(values, central[known])
    tie = TIE * np.abs(scores).max(axis=1, keepdims=True)
    at_top = scores >= scores.max(axis=1, keepdims=True) - tie
    confidence[known] = at_top[np.arange(len(known)), known] / at_top.sum(axis=1)
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
