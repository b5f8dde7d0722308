"""Scores, ties and ranks of many score matrices at once, by whatever method the rubric names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import EvidenceError
from ioscore.ranking import TIE, decision_of
from ioscore.ranking.means import MEANS
from ioscore.ranking.tree import criterion_values
from ioscore.rubric import Rubric
from ioscore.scoring import Scores

Array = NDArray[np.float64]


def totals(values: Array, scores: Scores, rubric: Rubric, weights: Array | None = None) -> Array:
    """Return the scores that the rubric's method makes of score matrices.

    Parameters
    ----------
    values : array, (draws, n, leaves)
        Score matrices; NaN where missing.
    scores : Scores
        Gives names, leaves and the bounds of missing cells.
    rubric : Rubric
    weights : array, (draws, criteria of the first level), optional
        In place of the rubric's, >= 0, the last axis summing to one.

    Returns
    -------
    array, (draws, n)
        The column `score` of `ioscore.ranking.rank`; NaN where nothing is known, and for all
        where the method cannot take the values.
    """
    leaves = {leaf.path: leaf for leaf in rubric.leaves()}
    used = [leaves[path] for path in scores.matrix.columns]
    own = np.array([node.share for node in rubric.top()])
    if rubric.mean is None or any(leaf.normalise.rule != "fixed" for leaf in used):
        each = own if weights is None else weights
        each = np.broadcast_to(each, (len(values), len(own)))
        found = [_by_method(v, scores, rubric, w) for v, w in zip(values, each, strict=True)]
        total = np.stack(found)
    else:
        cost = np.array([leaf.direction == "cost" for leaf in used])
        ends = np.array([scores.lower.to_numpy(dtype=float), scores.upper.to_numpy(dtype=float)])
        low, high = np.sort(np.where(cost, 1 - ends, ends), axis=0)
        values = np.where(cost, 1 - values, values)
        if rubric.missing in ("worst", "best"):
            values = np.where(np.isnan(values), low if rubric.missing == "worst" else high, values)
        top = criterion_values(values, list(rubric.nodes()), list(scores.matrix.columns))
        total = MEANS[rubric.mean](top, own if weights is None else weights)
    return total if rubric.decimals is None else np.round(total, rubric.decimals)


def _by_method(values: Array, scores: Scores, rubric: Rubric, weights: Array) -> Array:
    """Return the scores of one matrix by any method."""
    nothing = np.full(len(values), np.nan)
    matrix = pd.DataFrame(values, index=scores.matrix.index, columns=scores.matrix.columns)
    try:
        decision = decision_of(replace(scores, matrix=matrix), rubric)
    except EvidenceError:
        return nothing
    known = decision.weights.index.get_indexer([node.id for node in rubric.top()]) >= 0
    own = weights[known]
    if own.sum() <= 0:
        return nothing
    criteria = np.asarray(decision.values, dtype=float)
    return decision.method.score(criteria, own / own.sum())


def ties(scores: Array) -> Array:
    """Return the difference up to which scores (..., n) are tied: (...,)."""
    greatest: Array = np.nanmax(np.abs(scores), axis=-1, initial=0.0)
    return TIE * greatest


def signs(scores: Array) -> Array:
    """Return who is ahead of whom.

    Parameters
    ----------
    scores : array, (..., n)

    Returns
    -------
    array, (..., n, n)
        1 where the first is ahead of the second by more than a tie, -1 where behind, else 0, as
        where one of them has no score.
    """
    gap = scores[..., :, None] - scores[..., None, :]
    beyond = np.abs(gap) > ties(scores)[..., None, None]
    return np.where(beyond, np.sign(gap), 0.0)


def ranks(scores: Array) -> Array:
    """Return competition ranks (..., n) of scores (..., n); NaN where there is no score."""
    ahead = (signs(scores) < 0).sum(axis=-1)
    return np.where(np.isnan(scores), np.nan, 1.0 + ahead)
