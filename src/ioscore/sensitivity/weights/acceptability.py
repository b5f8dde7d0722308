"""What is said of a ranking over all weights: the one result of exact and sampled analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RankAcceptability:
    """Shares of all weights under which each alternative takes each rank.

    Tied alternatives share the ranks that they occupy equally, so each row and each column of
    `shares` sums to one.

    Attributes
    ----------
    method : {"exact", "sampled"}
        Volumes of polytopes, or counts of draws.
    measure : str
        The law of the weights, in words.
    shares : array, (n, n)
        Share of the weights that put alternative i at rank j + 1.
    central_weights : array, (n, m)
        Mean weights given that the alternative is first (ties count by their share); NaN where it
        never is.
    confidence : array, (n,)
        Confidence factor: the share of rank 1 that the alternative has at its central weights, 1
        where it is alone at the top; NaN where it is never first.
    pairwise : array, (n, n)
        Share of the weights under which i is ahead of j, a tie counting one half; the diagonal
        is one half.
    draws : int
        Number of draws; 0 where exact.
    error : array, (n, n)
        Monte Carlo standard error of `shares`; zeros where exact.
    central_error : array, (n, m)
        That of `central_weights`; zeros where exact.
    pairwise_error : array, (n, n)
        That of `pairwise`; zeros where exact.

    References
    ----------
    Lahdelma, R. and Salminen, P. (2001). SMAA-2: Stochastic multicriteria acceptability analysis
    for group decision making. Operations Research 49(3), 444-454. doi:10.1287/opre.49.3.444.11220
    """

    method: Literal["exact", "sampled"]
    measure: str
    shares: Array
    central_weights: Array
    confidence: Array
    pairwise: Array
    draws: int
    error: Array
    central_error: Array
    pairwise_error: Array
