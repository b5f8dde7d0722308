"""One break in level at an unknown year against none: the largest F over all years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.regression.results import permutation_p

Floats = NDArray[np.float64]
Years = NDArray[np.int64]

DEFICIENT = 1e-9
"""A term of which the others leave no larger share than this adds nothing to them."""
PERSISTENT = 0.99
"""Highest autocorrelation of made-up errors: at one they would have no variance."""


@dataclass(frozen=True, kw_only=True)
class SupF:
    """One break in level at an unknown year against none.

    Attributes
    ----------
    path : pandas.DataFrame
        `year`, `f`: F statistic of a break in level at each admissible year.
    statistic : float
        The largest F.
    year : int
        Where it is.
    p : float
        (k + 1) / (draws + 1), in (0, 1].
    critical : float
        Quantile of the largest F of series without a break, at one less the level.
    draws : int
    autocorrelation : float
        Of the errors of the made-up series, corrected for its bias.
    """

    path: pd.DataFrame
    statistic: float
    year: int
    p: float
    critical: float
    draws: int
    autocorrelation: float


def break_columns(years: Years, starts: Years, slopes: Sequence[bool]) -> Floats:
    """Return the terms of breaks: a step for each, and a ramp where its slope changes.

    Parameters
    ----------
    years : numpy.ndarray
        n observed years.
    starts : numpy.ndarray
        Sets x breaks: the first year after each break.
    slopes : sequence of bool
        For each break, whether it has a slope.

    Returns
    -------
    numpy.ndarray
        Sets x n x (breaks + slopes). A ramp is 0 in the first year after the break and counts
        calendar years, so that the step is the jump in that year.
    """
    since = years[None, :, None] - starts[:, None, :]
    ramps = np.maximum(since, 0)[:, :, np.asarray(slopes, dtype=bool)]
    return np.concatenate([since >= 0, ramps], axis=2).astype(float)


def sup_f(
    y: Floats,
    base: Floats,
    years: Years,
    candidates: Sequence[int],
    *,
    level: float,
    draws: int,
    rng: np.random.Generator,
) -> SupF | NotApplicable:
    """Test no break against one break in level at an unknown year.

    Series without a break are made from the fit without one: its errors follow a first-order
    autoregression, whose shocks are drawn with replacement from the ones at hand, since errors
    that hang together look like breaks. The autocorrelation is corrected for its bias, which is
    simulated on the same regressors.

    Parameters
    ----------
    y : numpy.ndarray
        n outcomes.
    base : numpy.ndarray
        n x terms without breaks, of full rank.
    years : numpy.ndarray
        n observed years, ascending; taken as adjacent.
    candidates : sequence of int
        Years at which a break is tried.
    level : float
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    SupF or NotApplicable

    References
    ----------
    Andrews, D. W. K. (1993). Tests for parameter instability and structural change with unknown
    change point. Econometrica 61(4), 821-856. Diebold, F. X. and Chen, C. (1996). Testing
    structural stability with endogenous breakpoint: a size comparison of analytic and bootstrap
    procedures. Journal of Econometrics 70(1), 221-241. Kilian, L. (1998). Small-sample confidence
    intervals for impulse response functions. Review of Economics and Statistics 80(2), 218-230:
    the correction of the bias.
    """
    q = np.linalg.qr(base)[0]
    tried = np.asarray(candidates, dtype=np.int64)
    steps = break_columns(years, tried[:, None], [False])[:, :, 0].T
    left = _residuals(steps.T, q).T
    sizes = np.linalg.norm(left, axis=0)
    kept = sizes > DEFICIENT * np.maximum(np.linalg.norm(steps, axis=0), 1)
    degrees = len(y) - base.shape[1] - 1
    if not kept.any() or degrees < 1:
        return NotApplicable("no year leaves enough years on both sides of a break")
    units = left[:, kept] / sizes[kept]
    residuals = _residuals(y[None, :], q)
    path = _f(residuals, units, degrees)[0]
    rho = _autocorrelation(residuals)[0]
    biased = _autocorrelation(_residuals(_series(residuals[0], rho, draws, rng), q)).mean()
    rho = float(np.clip(2 * rho - biased, -PERSISTENT, PERSISTENT))
    made = _residuals(_series(residuals[0], rho, draws, rng), q)
    largest = _f(made, units, degrees).max(axis=1)
    shown = tried[kept]
    return SupF(
        path=pd.DataFrame({"year": shown, "f": path}),
        statistic=float(path.max()),
        year=int(shown[path.argmax()]),
        p=float(permutation_p(float(path.max()), largest)),
        critical=float(np.quantile(largest, 1 - level)),
        draws=draws,
        autocorrelation=rho,
    )


def _residuals(rows: Floats, q: Floats) -> Floats:
    """Return what an orthonormal basis (n x k) leaves of each row (series x n)."""
    return rows - (rows @ q) @ q.T


def _f(residuals: Floats, units: Floats, degrees: int) -> Floats:
    """Return the F statistic of each unit term (n x terms) for each series (series x n)."""
    gain = (residuals @ units) ** 2
    whole = (residuals**2).sum(axis=1, keepdims=True)
    # Where a break leaves nothing, rounding must not turn a huge F into a negative one.
    found: Floats = gain / np.maximum(whole - gain, 1e-15 * whole) * degrees
    return found


def _autocorrelation(residuals: Floats) -> Floats:
    """Return the first autocorrelation of each series (series x n), by least squares."""
    before, after = residuals[:, :-1], residuals[:, 1:]
    found: Floats = (before * after).sum(axis=1) / (before**2).sum(axis=1)
    return found


def _series(residuals: Floats, rho: float, draws: int, rng: np.random.Generator) -> Floats:
    """Return series (draws x n) of first-order autocorrelation, shocks drawn from residuals."""
    from scipy.signal import lfilter

    rho = float(np.clip(rho, -PERSISTENT, PERSISTENT))
    shocks = residuals[1:] - rho * residuals[:-1]
    drawn = rng.choice(shocks - shocks.mean(), size=(draws, len(residuals)))
    # The first year is drawn with the variance that all years have in the long run.
    drawn[:, 0] /= np.sqrt(1 - rho**2)
    return np.asarray(lfilter([1.0], [1.0, -rho], drawn, axis=1), dtype=float)
