"""PROMETHEE II: how much each alternative is preferred to the others, less how much they are to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import Problem, RubricError
from ioscore.ranking.checks import check_values, check_weights, differences
from ioscore.rubric import Preference

Array = NDArray[np.float64]

Preferences = Preference | Sequence[Preference]
"""One preference function for all criteria, or one for each."""


USUAL = Preference()
"""Any lead is a full preference."""


def promethee2(values: Array, weights: Array, preferences: Preferences = USUAL) -> Array:
    """Return the net outranking flow.

    Linear in the weights: one matrix product with the flows of single criteria.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better, in the units of the thresholds.
    weights : array, (..., m)
        >= 0; taken as shares of their sum.
    preferences : Preference or sequence of Preference, m

    Returns
    -------
    array, (..., n)
        In [-1, 1], summing to zero over alternatives; 0 for a single alternative.

    Raises
    ------
    EvidenceError
        For values that are missing or not finite.
    RubricError
        For weights that are negative or all zero, or another number of preferences than criteria.

    References
    ----------
    Brans, J.-P., Vincke, P. and Mareschal, B. (1986). European Journal of Operational Research
    24(2), 228-238. doi:10.1016/0377-2217(86)90044-5
    """
    totals = check_weights(weights)
    scores = np.asarray(weights @ net_flows(values, preferences).T)
    scores /= totals[..., None]
    return scores


def net_flows(values: Array, preferences: Preferences = USUAL) -> Array:
    """Return the net flow of each alternative in each criterion by itself.

    Parameters, errors and reference as in `promethee2`.

    Returns
    -------
    array, (n, m)
        In [-1, 1]; a column sums to zero, and is zero where all alternatives are equal.
    """
    others = max(1, len(values) - 1)
    flows = [(d.sum(axis=1) - d.sum(axis=0)) / others for d in _degrees(values, preferences)]
    return np.stack(flows, axis=1)


def preference_indices(values: Array, weights: Array, preferences: Preferences = USUAL) -> Array:
    """Return how much each alternative is preferred to each other over all criteria.

    Parameters, errors and reference as in `promethee2`.

    Returns
    -------
    array, (..., n, n)
        In [0, 1], row over column, 0 on the diagonal.
    """
    totals = check_weights(weights)
    indices = np.zeros((*weights.shape[:-1], len(values), len(values)))
    for j, degrees in enumerate(_degrees(values, preferences)):
        indices += (weights[..., j] / totals)[..., None, None] * degrees
    return indices


def flows(values: Array, weights: Array, preferences: Preferences = USUAL) -> tuple[Array, Array]:
    """Return the leaving and the entering flow, whose difference is the net flow.

    Parameters, errors and reference as in `promethee2`.

    Returns
    -------
    tuple of two arrays, each (..., n)
        Mean preference over the others, and mean preference of the others, in [0, 1].
    """
    indices = preference_indices(values, weights, preferences)
    others = max(1, len(values) - 1)
    return indices.sum(axis=-1) / others, indices.sum(axis=-2) / others


def degrees(leads: Array, preference: Preference) -> Array:
    """Return how much a lead in one criterion counts as a preference.

    Parameters
    ----------
    leads : array
        Value less the other's value, in the unit of the thresholds.
    preference : Preference
        `usual`: any lead counts in full. `u_shape`: a lead above q does. `v_shape`: d / p, at most
        1. `level`: 0 up to q, 1/2 up to p, then 1. `v_shape_indifference`: 0 up to q, from there in
        a straight line to 1 at p. `gaussian`: 1 - exp(-d^2 / (2 s^2)).

    Returns
    -------
    array
        Same shape, in [0, 1]; 0 for leads of zero or less. Leads and thresholds are compared as
        the machine holds them, as other programs do: 4.4 - 2.9 is above 1.5 by its last digit.

    References
    ----------
    Brans, J.-P. and Vincke, P. (1985). Management Science 31(6), 647-656.
    doi:10.1287/mnsc.31.6.647
    """
    lead = np.maximum(leads, 0.0)
    q, p, s = preference.q, preference.p, preference.s
    match preference.function:
        case "usual":
            degree = np.where(lead > 0, 1.0, 0.0)
        case "u_shape":
            degree = np.where(lead > q, 1.0, 0.0)
        case "v_shape":
            degree = lead / p
        case "level":
            degree = np.where(lead > q, 0.5, 0.0) + np.where(lead > p, 0.5, 0.0)
        case "v_shape_indifference":
            degree = (lead - q) / (p - q)
        case "gaussian":
            degree = -np.expm1(-(np.minimum(lead / s, 100.0) ** 2) / 2)
    return np.clip(degree, 0.0, 1.0)


def _degrees(values: Array, preferences: Preferences) -> Iterator[Array]:
    """Yield for each criterion how much each alternative is preferred to each other, (n, n)."""
    check_values(values)
    m = values.shape[1]
    each = [preferences] * m if isinstance(preferences, Preference) else list(preferences)
    if len(each) != m:
        raise RubricError(
            Problem(
                where="PROMETHEE",
                found=f"{len(each)} preference functions for {m} criteria",
                mend="Give one for each criterion, or a single one for all.",
            )
        )
    for column, preference in zip(values.T, each, strict=True):
        yield degrees(differences(column), preference)
