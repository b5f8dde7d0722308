"""The cells of one leaf made comparable in every world: normalised, gaps filled or kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError
from ioscore.ranking.checks import NOISE
from ioscore.ranking.normalisation import normalise
from ioscore.rubric import Node, Normalisation
from ioscore.sensitivity.choices.switches import OWN, Grid, without_idle_axes

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

REFUSED = "cells are missing, which the rubric refuses"


def comparable_cells(values: Array, leaf: Node, grid: Grid) -> tuple[Array, dict[str, Flags]]:
    """Return the values of one leaf as they enter the mean, in every world.

    Parameters
    ----------
    values : array, (one axis for each switch..., n)
        Scores, NaN where missing.
    leaf : Node
    grid : Grid
        Its levels of `normalisation`, `missing` and `barrier_treatment` are applied.

    Returns
    -------
    array, (one axis for each switch..., n)
        NaN where missing and not filled, and where barriers are left out.
    dict of str to array of bool, (one axis for each switch...)
        By reason: worlds in which the rule of the leaf cannot be applied, or gaps are refused.
    """
    axes, scored = len(grid.shape), grid.flags("barrier_treatment", ["balance", "net"])
    if leaf.kind != "barrier":
        scored = np.ones((1,) * axes, dtype=bool)
    shape = list(values.shape)
    for name in ("normalisation", "missing"):
        axis = grid.axis(name)
        if axis is not None:
            shape[axis] = grid.shape[axis]
    result = np.empty(shape)
    barred: dict[str, Flags] = {}
    for level in grid.levels("normalisation"):
        rule = leaf.normalise if level == OWN else Normalisation(rule=level)
        normal, failures = _normalised(values, rule, leaf.direction == "cost")
        gaps = np.isnan(normal)
        low, high = _ends(normal, rule)
        for fill in grid.levels("missing"):
            filled = normal
            if fill in ("worst", "best"):
                filled = np.where(gaps, low if fill == "worst" else high, normal)
            result[grid.at(normalisation=level, missing=fill)] = filled
        there = grid.flags("normalisation", [level]) & scored
        for reason, worlds in failures.items():
            barred[reason] = barred.get(reason, np.array(False)) | (worlds & there)
    refused = np.isnan(values).any(axis=-1) & scored & grid.flags("missing", ["refuse"])
    if refused.any():
        barred[REFUSED] = refused
    result = np.where(scored[..., None], result, np.nan)
    return without_idle_axes(result, axes), {r: w for r, w in barred.items() if w.any()}


def _normalised(values: Array, rule: Normalisation, cost: bool) -> tuple[Array, dict[str, Flags]]:
    """Return `ioscore.ranking.normalisation.normalise` of every world, and where it cannot be had."""
    if rule.rule == "fixed":
        return 1.0 - values if cost else values, {}
    if rule.rule == "minmax":
        return _minmax(values, cost), {}
    columns = values.reshape(-1, values.shape[-1]).T
    result = np.full(columns.shape, np.nan)
    failed: dict[str, Flags] = {}
    for j in range(columns.shape[1]):
        try:
            result[:, j] = normalise(columns[:, [j]], [rule], np.array([cost]))[:, 0]
        except EvidenceError as error:
            reason = error.problems[0].found
            failed.setdefault(reason, np.zeros(columns.shape[1], dtype=bool))[j] = True
    worlds = {reason: flags.reshape(values.shape[:-1]) for reason, flags in failed.items()}
    return result.T.reshape(values.shape), worlds


def _minmax(values: Array, cost: bool) -> Array:
    low = np.fmin.reduce(values, axis=-1, keepdims=True)
    high = np.fmax.reduce(values, axis=-1, keepdims=True)
    span = high - low
    # Differences that are noise would be blown up to the whole range.
    noise = NOISE * np.fmax(np.abs(low), np.abs(high))
    share = np.divide(
        high - values if cost else values - low,
        span,
        out=np.full(values.shape, 0.5),
        where=span > noise,
    )
    return np.where(np.isnan(values), np.nan, share)


def _ends(values: Array, rule: Normalisation) -> tuple[Array, Array]:
    """Return the least and the greatest value that a gap could have."""
    zero, one = np.zeros((1,) * values.ndim), np.ones((1,) * values.ndim)
    if rule.rule in ("fixed", "minmax", "rank") or (rule.rule == "bounds" and rule.cap):
        return zero, one
    low = np.fmin.reduce(values, axis=-1, keepdims=True)
    high = np.fmax.reduce(values, axis=-1, keepdims=True)
    empty = np.isnan(low)
    return np.where(empty, zero, low), np.where(empty, one, high)
