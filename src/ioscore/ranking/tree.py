"""From the leaves of the criteria tree upwards: the mean of each node, and what missing cells do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.ranking.means import MEANS
from ioscore.rubric import Mean, Node

Array = NDArray[np.float64]


def aggregate(
    values: Array,
    nodes: Sequence[Node],
    paths: Sequence[str],
    *,
    part: str = "",
    root: Mean = "arithmetic",
) -> Array:
    """Return the score of one node of the tree: the means of its parts, from the leaves upwards.

    The weight of what is missing passes to its siblings in proportion; a node of which nothing
    with a weight is known is itself missing.

    Parameters
    ----------
    values : array, (..., n, m)
        Alternatives x leaves, larger is better; NaN where missing.
    nodes : sequence of Node
        The whole tree, from `Rubric.nodes`.
    paths : sequence of str, m
        Leaf of each column. Leaves of the tree that have no column count as missing for all.
    part : str
        Path of the node; "" is the whole.
    root : {"arithmetic", "geometric", "harmonic"}
        The mean at the top of the tree; the nodes below it say their own.

    Returns
    -------
    array, (..., n)
        NaN where nothing below the node has a value.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, ch. 6.
    doi:10.1787/9789264043466-en
    """
    if part in paths:
        return values[..., list(paths).index(part)]
    children = [node for node in nodes if node.parent == part]
    if not children:
        return np.full(values.shape[:-1], np.nan)
    own = next((node.aggregation for node in nodes if part and node.path == part), root)
    below = np.stack([aggregate(values, nodes, paths, part=c.path) for c in children], axis=-1)
    return MEANS[own](below, np.array([child.weight for child in children]))


def criterion_values(values: Array, nodes: Sequence[Node], paths: Sequence[str]) -> Array:
    """Return the scores of the criteria of the first level.

    Parameters
    ----------
    values, nodes, paths
        As in `aggregate`.

    Returns
    -------
    array, (..., n, number of criteria of the first level)
    """
    top = [node.path for node in nodes if not node.parent]
    return np.stack([aggregate(values, nodes, paths, part=path) for path in top], axis=-1)


@dataclass(frozen=True, kw_only=True)
class LeafMean:
    """The mean of the whole tree as a function of the weights of its leaves.

    A node weighs what its leaves weigh together.

    Attributes
    ----------
    nodes : tuple of Node
    paths : tuple of str, m
        Leaf of each column of the values.
    root : {"arithmetic", "geometric", "harmonic"}
    """

    nodes: tuple[Node, ...]
    paths: tuple[str, ...]
    root: Mean

    def __call__(self, values: Array, weights: Array) -> Array:
        """Return scores (..., n) of values (n, m) under weights of the leaves (..., m)."""
        score: Array = self._mean(values, weights, "", self.root)[0]
        return score

    def utilities(self, values: Array) -> Array | None:
        """Return the values where the order is linear in the weights of the leaves, else None."""
        inner = [node.aggregation for node in self.nodes if not node.leaf]
        linear = all(mean == "arithmetic" for mean in (*inner, self.root))
        return None if not linear or np.isnan(values).any() else values

    def _mean(self, values: Array, weights: Array, part: str, mean: Mean) -> tuple[Array, Array]:
        """Return score (..., n) and weight (...) of a node."""
        scores, shares = [], []
        for child in (node for node in self.nodes if node.parent == part):
            if child.path in self.paths:
                j = self.paths.index(child.path)
                weight = weights[..., j]
                score = np.broadcast_to(values[:, j], (*weight.shape, len(values)))
            elif any(f"{path}/".startswith(f"{child.path}/") for path in self.paths):
                score, weight = self._mean(values, weights, child.path, child.aggregation)
            else:
                continue
            scores.append(score)
            shares.append(weight)
        below, own = np.stack(scores, axis=-1), np.stack(shares, axis=-1)
        return MEANS[mean](below, own), own.sum(axis=-1)
