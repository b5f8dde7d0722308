"""Exact shares of variance over a full factorial: by axis means, not by sampling."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import NotApplicable

Array = NDArray[np.float64]

SAME = NotApplicable("the same in every world")


@dataclass(frozen=True, kw_only=True)
class VarianceShares:
    """What each input explains of the variance of an outcome.

    Attributes
    ----------
    first : array, (inputs,)
        Var(E[Y | X_i]) / Var(Y), in [0, 1]. Under a product law the first order Sobol index.
    total : array, (inputs,) or NotApplicable
        E[Var(Y | all but X_i)] / Var(Y), in [0, 1]; not under a law that is no product, where
        neither orders nor sums of shares mean what they are called.
    mean, variance : float
        Of the outcome.
    law : str
        What the shares are of, in words.
    """

    first: Array
    total: Array | NotApplicable
    mean: float
    variance: float
    law: str


def sobol_of_factorial(
    values: Array, probabilities: Sequence[Sequence[float]]
) -> VarianceShares | NotApplicable:
    """Return the exact Sobol indices of an outcome over independent discrete inputs.

    Parameters
    ----------
    values : array, (levels of input 1, levels of input 2, ...)
        The outcome in every combination; finite.
    probabilities : sequence of sequence of float
        Of the levels of each input, >= 0, summing to one.

    Returns
    -------
    VarianceShares or NotApplicable
        The latter where the outcome is the same wherever it can occur.

    References
    ----------
    Sobol', I. M. (2001). Global sensitivity indices for nonlinear mathematical models and their
    Monte Carlo estimates. Mathematics and Computers in Simulation 55(1-3), 271-280.
    doi:10.1016/S0378-4754(00)00270-6
    Homma, T. and Saltelli, A. (1996). Importance measures in global sensitivity analysis of
    nonlinear models. Reliability Engineering & System Safety 52(1), 1-17.
    doi:10.1016/0951-8320(96)00002-6
    """
    laws = [np.asarray(law, dtype=float) for law in probabilities]
    possible = values[np.ix_(*(law > 0 for law in laws))]
    if possible.min() == possible.max():
        return SAME
    mean = float(_contracted(values, laws))
    centred = values - mean
    variance = float(_contracted(centred**2, laws))
    first = [
        float(law @ means**2) for law, means in zip(laws, _level_means(centred, laws), strict=True)
    ]
    total = [_mean_variance_along(centred, axis, laws) for axis in range(len(laws))]
    return VarianceShares(
        first=np.array(first) / variance,
        total=np.array(total) / variance,
        mean=mean,
        variance=variance,
        law="independent levels with the stated probabilities (Sobol indices)",
    )


def shares_under_law(values: Array, law: Array) -> VarianceShares | NotApplicable:
    """Return what each input explains by itself, under any joint law of discrete inputs.

    Parameters
    ----------
    values : array, (levels of input 1, levels of input 2, ...)
        The outcome in every combination; finite where the law is above zero.
    law : array, same shape
        Probability of each combination, >= 0, summing to one.

    Returns
    -------
    VarianceShares or NotApplicable
        Without total shares. The latter where the outcome is the same wherever it can occur.

    References
    ----------
    As in `sobol_of_factorial`. Var(E[Y | X_i]) / Var(Y) is Pearson's correlation ratio: Pearson,
    K. (1905). On the general theory of skew correlation and non-linear regression. Dulau, London.
    """
    possible = values[law > 0]
    if possible.min() == possible.max():
        return SAME
    y = np.where(law > 0, values, 0.0)
    mean = float(np.vdot(law, y))
    y -= mean
    weighted = law * y
    variance = float(np.vdot(weighted, y))
    first = []
    for axis in range(values.ndim):
        others = tuple(i for i in range(values.ndim) if i != axis)
        weight, part = law.sum(axis=others), weighted.sum(axis=others)
        means = np.divide(part, weight, out=np.zeros_like(part), where=weight > 0)
        first.append(float(weight @ means**2))
    return VarianceShares(
        first=np.array(first) / variance,
        total=NotApplicable(
            "inadmissible combinations are left out, so inputs are not independent"
        ),
        mean=mean,
        variance=variance,
        law="the stated probabilities given that the combination is admissible (variance shares)",
    )


def _contracted(values: Array, laws: Sequence[Array]) -> Array:
    """Return the mean over as many of the last axes as there are laws."""
    for law in reversed(laws):
        values = values @ law
    return values


def _level_means(values: Array, laws: Sequence[Array]) -> list[Array]:
    """Return the mean at each level of each input; each step forgets one input."""
    means, rest = [], values
    for axis, law in enumerate(laws):
        means.append(_contracted(rest, laws[axis + 1 :]))
        rest = np.tensordot(law, rest, axes=1)
    return means


def _mean_variance_along(values: Array, axis: int, laws: Sequence[Array]) -> float:
    """Return the mean over the other inputs of the variance along one.

    By the differences of levels, so that it is never below zero, and zero for an idle input.
    """
    before, law, after = laws[:axis], laws[axis], laws[axis + 1 :]
    cut = values.reshape(int(np.prod([len(p) for p in before], initial=1)), len(law), -1)
    ahead, behind = _product_law(before), _product_law(after)
    total = 0.0
    for a, b in itertools.combinations(range(len(law)), 2):
        if law[a] * law[b] > 0:
            gap = cut[:, a] - cut[:, b]
            gap *= gap
            total += law[a] * law[b] * float(ahead @ (gap @ behind))
    return total


def _product_law(laws: Sequence[Array]) -> Array:
    joint = np.ones(1)
    for law in laws:
        joint = np.multiply.outer(joint, law).ravel()
    return joint
