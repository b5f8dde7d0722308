"""The methods that a rubric can name, bound to its settings, and what they compare."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, Problem, RubricError
from ioscore.ranking.borda import borda, borda_points
from ioscore.ranking.cells import cells_of
from ioscore.ranking.copeland import copeland
from ioscore.ranking.decision import Decision, Method, Score, Utilities
from ioscore.ranking.kemeny_young import kemeny_young
from ioscore.ranking.means import (
    arithmetic_mean,
    complete,
    geometric_mean,
    harmonic_mean,
    logarithms,
    negative_reciprocals,
)
from ioscore.ranking.promethee2 import net_flows, promethee2
from ioscore.ranking.topsis import topsis
from ioscore.ranking.tree import LeafMean, criterion_values
from ioscore.ranking.vikor import vikor
from ioscore.rubric import Rubric
from ioscore.scoring import Scores

Array = NDArray[np.float64]
Level = Literal["top", "leaf"]


def method_of(rubric: Rubric, known: NDArray[np.bool_] | None = None) -> Method:
    """Return the method that the rubric names, bound to its settings.

    Parameters
    ----------
    rubric : Rubric
    known : array of bool, (m,), optional
        Criteria of the first level of which anything is known; all if not given.

    Returns
    -------
    Method
        On these criteria of the first level.
    """
    there = np.ones(len(rubric.top()), dtype=bool) if known is None else known
    preferences = tuple(n.preference for n, one in zip(rubric.top(), there, strict=True) if one)
    methods: dict[str, tuple[Score, Utilities | None]] = {
        "weighted_mean": (arithmetic_mean, complete),
        "geometric_mean": (geometric_mean, logarithms),
        "harmonic_mean": (harmonic_mean, negative_reciprocals),
        "topsis": (topsis, None),
        "vikor": (partial(vikor, v=rubric.vikor_v), None),
        "promethee2": (
            partial(promethee2, preferences=preferences),
            partial(net_flows, preferences=preferences),
        ),
        "borda": (borda, borda_points),
        "copeland": (copeland, None),
        "kemeny_young": (kemeny_young, None),
    }
    score, utilities = methods[rubric.method]
    return Method(name=rubric.method, score=score, utilities=utilities)


def decision_of(scores: Scores, rubric: Rubric, level: Level = "top") -> Decision:
    """Return what the rubric's method compares.

    Parameters
    ----------
    scores : Scores
    rubric : Rubric
        Missing cells are filled by its rule.
    level : {"top", "leaf"}
        Criteria of the first level, each the mean of what lies in it; or the leaves, each with
        its share of the whole.

    Returns
    -------
    Decision

    Raises
    ------
    EvidenceError
        For values that the method cannot take.
    RubricError
        For the leaves of a tree under a method that compares criteria of the first level.
    """
    cells = cells_of(scores, rubric)
    values = cells.filled(rubric.missing)
    names = list(scores.matrix.index)
    if level == "top" or all(node.leaf for node in rubric.top()):
        top = criterion_values(values, cells.nodes, cells.paths)
        checked(top, rubric, names)
        ids = [node.id for node in rubric.top()]
        shares = pd.Series([node.share for node in rubric.top()], index=ids)
        known = ~np.isnan(top).all(axis=0)
        return Decision(
            values=pd.DataFrame(top, index=names, columns=ids).loc[:, known],
            weights=shares[known] / shares[known].sum(),
            method=method_of(rubric, np.asarray(known)),
        )
    if rubric.mean is None:
        raise RubricError(
            Problem(
                where=f"rubric {rubric.name}",
                found=f"{rubric.method} compares alternatives on the criteria of the first level",
                mend="Take their weights (--level top), or a method that is a mean.",
            )
        )
    mean = LeafMean(nodes=cells.nodes, paths=cells.paths, root=rubric.mean)
    shares = pd.Series({node.path: node.share for node in rubric.leaves()}).loc[list(cells.paths)]
    return Decision(
        values=pd.DataFrame(values, index=names, columns=list(cells.paths)),
        weights=shares / shares.sum(),
        method=Method(name=rubric.method, score=mean, utilities=mean.utilities),
    )


def checked(top: Array, rubric: Rubric, names: list[str]) -> None:
    """Raise where the method cannot take a value of a criterion of the first level.

    Parameters
    ----------
    top : array, (n, m)
    rubric : Rubric
    names : list of str, n

    Raises
    ------
    EvidenceError
    """
    nodes = rubric.top()
    used = np.array([node.share > 0 for node in nodes])
    if rubric.method in ("geometric_mean", "harmonic_mean") and (bad := (top < 0) & used).any():
        raise EvidenceError(
            Problem(
                where="scores",
                found=f"values below zero ({_named(bad, names, rubric)}) under {rubric.method}",
                mend="Take bounds that make them positive, or another method.",
            )
        )
    gaps = np.isnan(top) & ~np.isnan(top).all(axis=0)
    if rubric.mean is None and gaps.any():
        raise EvidenceError(
            Problem(
                where="scores",
                found=f"nothing is known of {_named(gaps, names, rubric)}, and {rubric.method} "
                "compares alternatives on every criterion",
                mend="Set missing to worst or best, or take a method that is a mean.",
            )
        )


def _named(which: NDArray[np.bool_], names: list[str], rubric: Rubric) -> str:
    ids = [node.id for node in rubric.top()]
    found = [f"{names[i]} in {ids[j]}" for i, j in np.argwhere(which)]
    return ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
