"""The weighted arithmetic mean along the tree of criteria, with missing cells passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ioscore.rubric import Node

Matrix = NDArray[np.float64]


def effective_weights(
    present: NDArray[np.bool_], nodes: Sequence[Node], paths: Sequence[str]
) -> Matrix:
    """Return the weight of each cell in the total of its row.

    In every group of siblings the weight of what is missing passes to the others in proportion
    (`renormalise`); a criterion whose subcriteria are all missing is itself missing.

    Parameters
    ----------
    present : array of bool, (n, m)
        Which cells have a value.
    nodes : sequence of Node
        The tree, from `Rubric.nodes`.
    paths : sequence of str, m
        Leaf of each column. Leaves of the tree that have no column count as missing for all.

    Returns
    -------
    array of float, (n, m)
        Rows sum to 1; to 0 where the row has no value at all, or none with a weight.
    """
    column = {path: j for j, path in enumerate(paths)}
    n = present.shape[0]
    children: dict[str, list[Node]] = {}
    for node in nodes:
        children.setdefault(node.parent, []).append(node)
    weights = np.zeros(present.shape)

    def has_value(node: Node) -> NDArray[np.bool_]:
        if node.leaf:
            j = column.get(node.path)
            return present[:, j] if j is not None else np.zeros(n, dtype=bool)
        found = np.zeros(n, dtype=bool)
        for child in children[node.path]:
            if child.weight > 0:
                found |= has_value(child)
        return found

    def spread(parent: str, share: Matrix) -> None:
        own = np.array([has_value(child) * child.weight for child in children[parent]])
        total = own.sum(axis=0)
        parts = np.divide(own, total, out=np.zeros_like(own), where=total > 0) * share
        for child, part in zip(children[parent], parts, strict=True):
            if not child.leaf:
                spread(child.path, part)
            elif child.path in column:
                weights[:, column[child.path]] = part

    spread("", np.ones(n))
    return weights


def weighted_mean(values: Matrix, weights: Matrix) -> Matrix:
    """Return the contribution of each cell: value times effective weight, 0 where missing.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better; NaN where missing.
    weights : array, (n, m)
        From `effective_weights`.

    Returns
    -------
    array, (n, m)
        Contributions; a row sums to the score of the alternative.

    References
    ----------
    Keeney, R. L. and Raiffa, H. (1976). Decisions with Multiple Objectives. Wiley, ch. 3.
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, ch. 6.
    doi:10.1787/9789264043466-en
    """
    return np.where(np.isnan(values), 0.0, values) * weights


def mean_of_part(values: Matrix, part: Node, nodes: Sequence[Node], paths: Sequence[str]) -> Matrix:
    """Return the weighted mean of one node of the tree by itself, whatever it weighs in the whole.

    Parameters
    ----------
    values : array, (n, m)
        Larger is better; NaN where missing.
    part : Node
    nodes : sequence of Node
        The whole tree.
    paths : sequence of str, m
        Leaf of each column.

    Returns
    -------
    array, (n,)
        NaN where nothing below the node has a value.
    """
    inside = [n for n in nodes if f"{n.path}/".startswith(f"{part.path}/")]
    inside[0] = replace(part, weight=1.0, parent="")
    weights = effective_weights(~np.isnan(values), inside, paths)
    total = weighted_mean(values, weights).sum(axis=1)
    return np.where(weights.sum(axis=1) > 0, total, np.nan)
