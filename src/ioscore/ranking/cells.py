"""Scores as they enter a ranking: made comparable, larger is better, gaps kept or filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, Problem
from ioscore.ranking.normalisation import normalise
from ioscore.rubric import Node, Rubric
from ioscore.scoring import Scores

Array = NDArray[np.float64]

FILLS = ("renormalise", "worst", "best")
"""What can be put in the place of a missing cell."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Alternatives x leaves, larger is better.

    Attributes
    ----------
    values : array, (n, m)
        NaN where missing.
    low, high : array, (m,)
        Least and greatest value that a missing cell of each leaf could have.
    nodes : tuple of Node
        The tree.
    paths : tuple of str, m
        Leaf of each column.
    """

    values: Array
    low: Array
    high: Array
    nodes: tuple[Node, ...]
    paths: tuple[str, ...]

    @property
    def relative(self) -> bool:
        """Whether a gap, once filled, would move the values of other alternatives."""
        rules = {node.path: node.normalise.rule for node in self.nodes if node.leaf}
        named = ("minmax", "zscore", "rank", "vector")
        gaps = zip(self.paths, np.asarray(self.gaps.any(axis=0)), strict=True)
        return any(gap and rules[path] in named for path, gap in gaps)

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """Which cells are missing."""
        return np.isnan(self.values)

    def filled(self, fill: str) -> Array:
        """Return the values with the least or the greatest in the gaps, or with the gaps."""
        if fill not in ("worst", "best"):
            return self.values
        return np.where(self.gaps, self.low if fill == "worst" else self.high, self.values)


def cells_of(scores: Scores, rubric: Rubric) -> Cells:
    """Make scores comparable by the rules of the rubric, costs turned round.

    Parameters
    ----------
    scores : Scores
    rubric : Rubric

    Returns
    -------
    Cells

    Raises
    ------
    EvidenceError
        When the rubric refuses missing cells, or a rule cannot be applied to a value.
    """
    nodes, paths = tuple(rubric.nodes()), tuple(scores.matrix.columns)
    leaves = {node.path: node for node in nodes if node.leaf}
    rules = [leaves[path].normalise for path in paths]
    costs = np.array([leaves[path].direction == "cost" for path in paths], dtype=bool)
    raw = scores.matrix.to_numpy(dtype=float)
    if rubric.missing == "refuse" and np.isnan(raw).any():
        raise EvidenceError(_refused(scores))
    values = normalise(raw, rules, costs)
    ends = np.array([scores.lower.to_numpy(dtype=float), scores.upper.to_numpy(dtype=float)])
    ends = np.sort(np.where(costs, 1 - ends, ends), axis=0)
    for j, rule in enumerate(rules):
        if rule.rule in ("minmax", "rank") or (rule.rule == "bounds" and rule.cap):
            ends[:, j] = 0.0, 1.0
        elif rule.rule != "fixed" and not np.isnan(values[:, j]).all():
            ends[:, j] = np.nanmin(values[:, j]), np.nanmax(values[:, j])
    return Cells(values=values, low=ends[0], high=ends[1], nodes=nodes, paths=paths)


def _refused(scores: Scores) -> Problem:
    cells = [
        f"{name} {path}"
        for name, row in scores.states.iterrows()
        for path, state in row.items()
        if state == "missing"
    ]
    more = f" and {len(cells) - 8} more" if len(cells) > 8 else ""
    return Problem(
        where="scores",
        found=f"{len(cells)} cells are missing ({'; '.join(cells[:8])}{more})",
        mend="Fill them, or set missing to renormalise, worst or best in the rubric.",
    )
