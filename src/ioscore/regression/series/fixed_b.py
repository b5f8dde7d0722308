"""The t statistic of HAC errors in a short series: its law simulated for the design at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.regression.results import Inference

Floats = NDArray[np.float64]

DRAWS = 200_000
"""Made-up series behind every fixed-b quantile; their 95% quantile is then known to about 1%."""
BATCH = 2_000


@dataclass(frozen=True, kw_only=True)
class Law:
    """Simulated statistics of a design whose coefficients are all zero.

    Attributes
    ----------
    t : numpy.ndarray
        Draws x terms: t statistics.
    se : numpy.ndarray
        Draws x terms: their errors, where those of the years have a standard deviation of one.
    """

    t: Floats
    se: Floats


def bartlett(n: int, bandwidth: int) -> Floats:
    """Return the weights of the Bartlett kernel between all pairs of n years.

    Parameters
    ----------
    n : int
        Years, >= 1, taken as adjacent.
    bandwidth : int
        Years, >= 1: a pair j years apart weighs 1 - j / bandwidth, and nothing from there on.

    Returns
    -------
    numpy.ndarray
        n x n, in [0, 1].

    References
    ----------
    Newey, W. K. and West, K. D. (1987). A simple, positive semi-definite, heteroskedasticity and
    autocorrelation consistent covariance matrix. Econometrica 55(3), 703-708. Their number of
    lags is the bandwidth less one.
    """
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    return np.maximum(0.0, 1 - apart / bandwidth)


def simulate_law(
    design: Floats, *, bandwidth: int, rng: np.random.Generator, draws: int = DRAWS
) -> Law:
    """Draw the t statistics of HAC errors when every coefficient is zero.

    The regressors are the ones at hand, since with breaks and trends the limit is not that of
    the printed tables; errors are independent and normal, and their variance cancels.

    Parameters
    ----------
    design : numpy.ndarray
        Years x terms, of full rank with fewer terms than years.
    bandwidth : int
        Years, >= 1.
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    Law
        The covariance is multiplied by n / (n - k), as statsmodels does.

    References
    ----------
    Kiefer, N. M. and Vogelsang, T. J. (2005). A new asymptotic theory for
    heteroskedasticity-autocorrelation robust tests. Econometric Theory 21(6), 1130-1164.
    """
    n, k = design.shape
    q, r = np.linalg.qr(design)
    maps = np.linalg.solve(r, q.T)
    weights = bartlett(n, bandwidth)
    t, se = np.empty((draws, k)), np.empty((draws, k))
    for start in range(0, draws, BATCH):
        errors = rng.standard_normal((min(BATCH, draws - start), n))
        residuals = errors - (errors @ q) @ q.T
        rows = slice(start, start + len(errors))
        for term, row in enumerate(maps):
            scores = residuals * row
            variance = ((scores @ weights) * scores).sum(axis=1) * n / (n - k)
            se[rows, term] = np.sqrt(variance)
            t[rows, term] = errors @ row / se[rows, term]
    return Law(t=t, se=se)


def fixed_b_inference(
    coefficient: float,
    se: float,
    law: Law,
    term: int,
    *,
    spread: float,
    level: float,
    power: float,
    note: str = "",
) -> Inference:
    """Return p, interval and minimum detectable effect from simulated t statistics.

    Parameters
    ----------
    coefficient, se : float
        The error is that of HAC, with the correction of `simulate_law`.
    law : Law
    term : int
        Column of the law. The law is symmetric, so only the size of its t is used.
    spread : float
        Standard deviation of the errors of the years, as least squares estimates it.
    level, power : float
        In (0, 1).
    note : str

    Returns
    -------
    Inference
        p is (k + 1) / (B + 1), k of the B draws being at least as far from zero. A true effect d
        is found in a draw when d + t se > c se, with c the quantile of the level; the minimum
        detectable effect is the quantile at `power` of (c - t) se, times the spread.
    """
    t, errors = law.t[:, term], law.se[:, term]
    sizes = np.abs(t)
    reach = float(np.quantile(sizes, 1 - level))
    beyond = int((sizes >= abs(coefficient) / se).sum())
    return Inference(
        p=(beyond + 1) / (len(sizes) + 1),
        se=se,
        low=coefficient - reach * se,
        high=coefficient + reach * se,
        mde=max(0.0, float(np.quantile((reach - t) * errors, power))) * spread,
        draws=len(sizes),
        note=note,
    )
