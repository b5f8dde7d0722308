"""Lines along which one weight moves among its siblings, the others in proportion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.rubric import Node

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """Weights as one criterion goes from none to all of the weight of its group.

    Attributes
    ----------
    criterion : str
    now : float
        Its present share among its siblings.
    at_zero, at_one : array, (m,)
        All weights where its share is 0 and where it is 1; between them weights are linear. NaN
        at zero where it has all the weight, so that its siblings have no proportions.
    """

    criterion: str
    now: float
    at_zero: Array
    at_one: Array


def lines_of(weights: pd.Series) -> list[Line]:
    """Return the line of each criterion of one level.

    Parameters
    ----------
    weights : pandas.Series
        >= 0, summing to one.
    """
    present, unit = weights.to_numpy(dtype=float), np.eye(len(weights))
    lines = []
    for j, criterion in enumerate(weights.index):
        rest = np.where(unit[j] > 0, 0.0, present)
        at_zero = rest / rest.sum() if rest.sum() > 0 else np.full(len(present), np.nan)
        line = Line(
            criterion=str(criterion), now=float(present[j]), at_zero=at_zero, at_one=unit[j]
        )
        lines.append(line)
    return lines


def lines_of_tree(nodes: Sequence[Node], paths: Sequence[str]) -> list[Line]:
    """Return the line of every node among its siblings, as weights of the leaves.

    Parameters
    ----------
    nodes : sequence of Node
        The whole tree.
    paths : sequence of str, m
        Leaf of each column; nodes without any are left out.

    Returns
    -------
    list of Line
        `criterion` is the path of the node; weights of the leaves sum to one.
    """
    there = [n for n in nodes if any(f"{path}/".startswith(f"{n.path}/") for path in paths)]
    lines = []
    for node in there:
        siblings = [n for n in there if n.parent == node.parent and n is not node]
        whole = sum(n.weight for n in siblings)
        others = {n.path: n.weight / whole for n in siblings} if whole > 0 else {}
        alone = {n.path: 0.0 for n in siblings}
        at_one = _leaves(there, paths, {**alone, node.path: 1.0})
        at_zero = np.full(len(paths), np.nan)
        if others:
            at_zero = _leaves(there, paths, {**others, node.path: 0.0})
        now = node.weight / (node.weight + whole) if node.weight + whole > 0 else np.nan
        lines.append(Line(criterion=node.path, now=now, at_zero=at_zero, at_one=at_one))
    return lines


def _leaves(nodes: Sequence[Node], paths: Sequence[str], shares: Mapping[str, float]) -> Array:
    """Return weights of the leaves, products of shares on the way down; some shares are given."""
    own = {node.path: shares.get(node.path, node.weight) for node in nodes}
    weights = np.ones(len(paths))
    for j, path in enumerate(paths):
        steps = path.split("/")
        for depth in range(1, len(steps) + 1):
            weights[j] *= own["/".join(steps[:depth])]
    return np.asarray(weights / weights.sum())
