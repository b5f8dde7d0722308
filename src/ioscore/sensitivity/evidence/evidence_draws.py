"""Shares of draws of the evidence, with their errors: what every kind of draw is reduced to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.sensitivity.blocks import block_sizes, run_blocks
from ioscore.sensitivity.evidence.outcomes import signs
from ioscore.sensitivity.evidence.recount import Tally

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Array]
Progress = Callable[[int, int], None]

BLOCK = 250
"""Draws of one block."""


@dataclass(frozen=True, kw_only=True)
class EvidenceDraws:
    """Shares of draws.

    Attributes
    ----------
    varied : str
        What was drawn, in words.
    draws : int
    rank_shares : pandas.DataFrame
        Organisations x ranks (1 to n): share of the draws. Tied ones share the ranks that they
        occupy equally. A row sums to one less `unranked`.
    rank_errors : pandas.DataFrame
        Monte Carlo standard errors of these shares.
    ahead : pandas.DataFrame
        Share of the draws in which the row is ahead of the column; a tie, and a pair of which one
        has no score, counts one half. The diagonal is one half.
    ahead_errors : pandas.DataFrame
    unranked : pandas.Series
        Share of the draws in which nothing is known of an organisation.
    scores : pandas.DataFrame
        For each organisation `mean` and `sd` of its score over the draws in which it has one.
    """

    varied: str
    draws: int
    rank_shares: pd.DataFrame
    rank_errors: pd.DataFrame
    ahead: pd.DataFrame
    ahead_errors: pd.DataFrame
    unranked: pd.Series
    scores: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the shares of the ranks."""
        return self.rank_shares.copy()


def run_draws(
    draw: Draw,
    counted: Tally,
    varied: str,
    draws: int,
    seed: int,
    jobs: int,
    scheduler: str | None,
    progress: Progress | None,
) -> EvidenceDraws:
    """Do the draws in blocks and return shares with their errors.

    Parameters
    ----------
    draw : callable
        ``draw(rng, size)``: scores (size, n) of so many draws. Picklable.
    counted : Tally
        For the names.
    varied : str
    draws, seed, jobs, scheduler, progress
        As in `resample_events`.

    Returns
    -------
    EvidenceDraws
    """
    names = list(counted.scores.matrix.index)
    n = len(names)
    total = np.zeros((2, 2 * n * n + 2 * n))
    sizes = block_sizes(draws, BLOCK)
    work = partial(_block, draw=draw)
    for part in run_blocks(
        work, sizes, seed=seed, jobs=jobs, scheduler=scheduler, progress=progress
    ):
        total += part
    mean, square = total / draws
    spread_of = np.sqrt(np.clip(square - mean**2, 0.0, None) / max(1, draws - 1))
    # What no draw showed may still have a share of one draw.
    error = np.maximum(spread_of, 1 / draws)
    cut = [n * n, 2 * n * n, 2 * n * n + n]
    shares, ahead, unranked, score = np.split(mean, cut)
    share_error, ahead_error, _, _ = np.split(error, cut)
    known = np.where(unranked < 1, 1 - unranked, np.nan)
    spread = np.split(square, cut)[3] / known - (score / known) ** 2
    of_ranks = {"index": names, "columns": np.arange(1, n + 1)}
    of_pairs = {"index": names, "columns": names}
    return EvidenceDraws(
        varied=varied,
        draws=draws,
        rank_shares=pd.DataFrame(shares.reshape(n, n), **of_ranks),
        rank_errors=pd.DataFrame(share_error.reshape(n, n), **of_ranks),
        ahead=pd.DataFrame(ahead.reshape(n, n), **of_pairs),
        ahead_errors=pd.DataFrame(ahead_error.reshape(n, n), **of_pairs),
        unranked=pd.Series(unranked, index=names),
        scores=pd.DataFrame(
            {"mean": score / known, "sd": np.sqrt(np.clip(spread, 0.0, None))}, index=names
        ),
    )


def _block(rng: np.random.Generator, size: int, *, draw: Draw) -> Array:
    """Return sums and sums of squares over the draws: shares, ahead, unranked, scores."""
    scores = draw(rng, size)
    known = ~np.isnan(scores)
    sign = signs(scores)
    pairs = known[:, :, None] & known[:, None, :]
    better = (sign < 0).sum(axis=2)[..., None]
    level = np.maximum(1, ((sign == 0) & pairs).sum(axis=2))[..., None]
    place = np.arange(scores.shape[1])
    shares = ((place >= better) & (place < better + level) & known[..., None]) / level
    parts = [shares, (1 + sign) / 2, ~known, np.nan_to_num(scores)]
    flat = np.concatenate([np.asarray(p, dtype=float).reshape(size, -1) for p in parts], axis=1)
    return np.stack([flat.sum(axis=0), (flat**2).sum(axis=0)])
