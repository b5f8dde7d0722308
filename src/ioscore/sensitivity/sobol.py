"""Sobol' indices of a function of continuous inputs, estimated on scrambled Sobol' points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ioscore.errors import NotApplicable
from ioscore.sensitivity.owen import scrambled_points

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

NORMAL = 1.959963984540054
"""97.5% point of the normal distribution."""
CONSTANT = NotApplicable("the outcome is the same at every point")


@dataclass(frozen=True, kw_only=True)
class Sobol:
    """Estimated first and total order Sobol' indices.

    Attributes
    ----------
    first, total : array, (d,)
        As estimated; sampling error can put them below 0, or a first order above its total.
    first_interval, total_interval : array, (d, 2)
        About 95%.
    sufficient : bool
        Whether no estimate is below 0 and no first order above its total.
    note : str
        What is out of order, "" where nothing is; to be shown with the indices.
    evaluations : int
        Points at which the function was computed.
    """

    first: Array
    total: Array
    first_interval: Array
    total_interval: Array
    sufficient: bool
    note: str
    evaluations: int


@dataclass(frozen=True, kw_only=True)
class Evaluations:
    """A function at the points of Saltelli's design.

    Attributes
    ----------
    a, b : array, (n,)
        At the points of two independent samples A and B.
    mixed : array, (d, n)
        At those of A with input i from B.
    """

    a: Array
    b: Array
    mixed: Array


def sobol_indices(
    function: Function,
    d: int,
    *,
    n: int = 2**14,
    resamples: int = 100,
    rng: np.random.Generator,
) -> Sobol | NotApplicable:
    """Return Sobol' indices with bootstrap intervals.

    Parameters
    ----------
    function : callable
        From points (n, d) in the unit cube to outcomes (n,), finite.
    d : int
        Number of inputs, independent and uniform on [0, 1).
    n : int
        Points of each sample, a power of two; the function is computed at n (d + 2).
    resamples : int
        Bootstrap samples of the points, at least 2. As they ignore that the points are spread
        evenly, the intervals are wide rather than narrow.
    rng : numpy.random.Generator

    Returns
    -------
    Sobol or NotApplicable
        The latter where the outcome is the same at every point.

    Raises
    ------
    ValueError
        When n is no power of two.

    References
    ----------
    Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Design and
    estimator for the total sensitivity index. Computer Physics Communications 181(2), 259-270.
    doi:10.1016/j.cpc.2009.09.018 (first order).
    Jansen, M. J. W. (1999). Analysis of variance designs for model output. Computer Physics
    Communications 117(1-2), 35-43. doi:10.1016/S0010-4655(98)00154-4 (total order).
    """
    outcomes = evaluate(function, d, n, rng)
    if _is_constant(outcomes):
        return CONSTANT
    first, total = estimate(outcomes)
    spread_first, spread_total = bootstrap_errors(outcomes, resamples, rng)
    return _result(first, total, NORMAL * spread_first, NORMAL * spread_total, n * (d + 2))


def replicated_sobol_indices(
    function: Function, d: int, *, n: int = 2**11, replicates: int = 8, rng: np.random.Generator
) -> Sobol | NotApplicable:
    """Return Sobol' indices with intervals from independent scramblings of the points.

    Parameters
    ----------
    function, d, n, rng
        As in `sobol_indices`; the function is computed at n (d + 2) points in each replicate.
    replicates : int
        At least 2.

    Returns
    -------
    Sobol or NotApplicable
        Means over the replicates, intervals by Student's t. They know how evenly the points are
        spread, so they are narrower than those of the bootstrap.

    Raises
    ------
    ValueError
        When n is no power of two.

    References
    ----------
    As in `sobol_indices`, and Owen (1998), see `ioscore.sensitivity.owen`.
    """
    found = []
    for stream in rng.spawn(replicates):
        outcomes = evaluate(function, d, n, stream)
        if _is_constant(outcomes):
            return CONSTANT
        found.append(estimate(outcomes))
    estimates = np.array(found)
    first, total = estimates.mean(axis=0)
    error = estimates.std(axis=0, ddof=1) / np.sqrt(replicates)
    half = float(stdtrit(replicates - 1, 0.975)) * error
    return _result(first, total, half[0], half[1], replicates * n * (d + 2))


def evaluate(function: Function, d: int, n: int, rng: np.random.Generator) -> Evaluations:
    """Compute a function at the points of Saltelli's design; arguments as in `sobol_indices`."""
    bits = n.bit_length() - 1
    if n != 2**bits or n < 2:
        raise ValueError(f"n must be a power of two, found {n}")
    points = scrambled_points(bits, 2 * d, rng)
    a, b = points[:, :d], points[:, d:]
    mixed = np.empty((d, n))
    for i in range(d):
        swapped = a.copy()
        swapped[:, i] = b[:, i]
        mixed[i] = function(swapped)
    return Evaluations(a=function(a.copy()), b=function(b.copy()), mixed=mixed)


def estimate(outcomes: Evaluations) -> tuple[Array, Array]:
    """Return first and total order indices, (d,) each, of a function's outcomes.

    Outcomes are centred by the mean of all of them, which lowers the error of the first order.
    """
    means = _terms(outcomes).mean(axis=0, keepdims=True)
    first, total = _from_means(means, len(outcomes.mixed))[:, 0]
    return first, total


def bootstrap_errors(
    outcomes: Evaluations, resamples: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return standard errors of first and total order indices, (d,) each, by the bootstrap.

    A resample is a row of counts, so that all of them are one product of matrices.
    """
    terms, n = _terms(outcomes), len(outcomes.a)
    picks = rng.integers(n, size=(resamples, n), dtype=np.int32)
    counts = np.array([np.bincount(row, minlength=n) for row in picks], dtype=float)
    found = _from_means(counts @ terms / n, len(outcomes.mixed))
    first, total = found.std(axis=1, ddof=1)
    return first, total


def _terms(outcomes: Evaluations) -> Array:
    """Return the terms (n, 2 d + 2) whose means make up all estimates."""
    mean = np.mean([outcomes.a.mean(), outcomes.b.mean(), *outcomes.mixed.mean(axis=1)])
    a, b, mixed = outcomes.a - mean, outcomes.b - mean, outcomes.mixed - mean
    first, total = b * (mixed - a), (a - mixed) ** 2 / 2
    return np.stack([*first, *total, (a + b) / 2, (a**2 + b**2) / 2], axis=1)


def _from_means(means: Array, d: int) -> Array:
    """Return first and total order (2, k, d) from k rows of means of the terms."""
    variance = means[:, -1] - means[:, -2] ** 2
    parts = means[:, : 2 * d].reshape(-1, 2, d) / variance[:, None, None]
    return parts.swapaxes(0, 1)


def _is_constant(outcomes: Evaluations) -> bool:
    every = np.concatenate([outcomes.a, outcomes.b, outcomes.mixed.ravel()])
    return bool(every.min() == every.max())


def _result(first: Array, total: Array, half_first: Array, half_total: Array, size: int) -> Sobol:
    below = np.flatnonzero(first < 0)
    above = np.flatnonzero(first > total)
    found = []
    if below.size:
        found.append(f"first order of input {_listed(below)} below 0")
    if above.size:
        found.append(f"first order of input {_listed(above)} above its total")
    note = f"the sample is too small: {'; '.join(found)}" if found else ""
    return Sobol(
        first=first,
        total=total,
        first_interval=np.stack([first - half_first, first + half_first], axis=1),
        total_interval=np.stack([total - half_total, total + half_total], axis=1),
        sufficient=not found,
        note=note,
        evaluations=size,
    )


def _listed(which: NDArray[np.intp]) -> str:
    return ", ".join(str(i + 1) for i in which)


def weights_from_unit(u: Array) -> Array:
    """Return weights uniform on the simplex from points of the unit cube.

    Parameters
    ----------
    u : array, (k, m)
        In [0, 1).

    Returns
    -------
    array, (k, m)
        >= 0, rows summing to one; Dirichlet(1) where u is uniform: exponentials over their sum.

    References
    ----------
    Devroye, L. (1986). Non-Uniform Random Variate Generation. Springer, ch. XI, theorem 4.1.
    """
    gaps = -np.log1p(-u)
    return np.asarray(gaps / gaps.sum(axis=1, keepdims=True))
