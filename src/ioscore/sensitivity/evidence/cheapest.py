"""The furthest that each score can be moved by leaving out events, for each number of them.

Exact for cells of sums (`diminishing`, `count`) and arithmetic means. A cell moves furthest by its
strongest events; a mean moves furthest by the best division of the number among its parts, tried
for every set of parts that could go missing, since a missing part passes its weight on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ioscore.rubric import Node

Array = NDArray[np.float64]
Masks = NDArray[np.object_]

UNIT = 12
"""Cost of leaving out one event. The parts of a shared event divide it: by 2, 3, 4, 6 evenly."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """What one event does to one cell.

    Attributes
    ----------
    net : float
        Points of its supports less those of its limits.
    supports, denies : bool
        Whether it supports, and whether it states an absence that means zero.
    cost : int
        Of leaving it out here, in twelfths of an event.
    bit : int
        A power of two of its own, for sets of items.
    """

    net: float
    supports: bool
    denies: bool
    cost: int
    bit: int


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: what must stay, what may go, and its scale.

    `turned` cells are costs: they enter the mean as one less the score. `fill` is the value of
    the cell where nothing is left in it, None where its weight then passes on.
    """

    kept: tuple[Item, ...]
    free: tuple[Item, ...]
    half: float
    balance: bool
    turned: bool
    fill: float | None


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How far something can be moved, and at what cost.

    Attributes
    ----------
    present : tuple of (int, float, int)
        Cost, value (times the direction) and set of items left out, by rising cost; each the
        cheapest way to a value that no cheaper way reaches.
    missing : (int, int) or None
        Cost and items of leaving nothing in it; None where something must stay.
    """

    present: tuple[tuple[int, float, int], ...]
    missing: tuple[int, int] | None

    @cached_property
    def costs(self) -> NDArray[np.int_]:
        """Costs of what is present."""
        return np.array([way[0] for way in self.present], dtype=int)

    @cached_property
    def values(self) -> Array:
        """Values of what is present, rising."""
        return np.array([way[1] for way in self.present], dtype=float)


def cell_ways(cell: Cell, direction: int) -> Ways:
    """Return how far a cell can be moved.

    Parameters
    ----------
    cell : Cell
    direction : {1, -1}
        Up or down.

    Returns
    -------
    Ways

    Notes
    -----
    While a support stays, or no absence means zero, the score rises with the sum of the nets of
    what stays. So of the items of one cost the furthest from the direction go first, and among
    the numbers of each cost all are tried. Apart from that there are three ends: all supports
    gone, so that a stated absence means zero; all supports and absences gone, so that only limits
    stay; and nothing left.
    """
    found: list[tuple[int, float, int]] = []
    sums = -direction if cell.turned else direction

    def add(base: Sequence[Item], sets: Sequence[tuple[int, float, int]], net: float) -> None:
        """Add sets left out beside the base; `net` is the sum of all but the base."""
        cost, bits = sum(item.cost for item in base), sum(item.bit for item in base)
        for more, moved, others in sets:
            value = _value(net + sums * moved, cell)
            found.append((cost + more, direction * value, bits | others))

    def total(items: Iterable[Item]) -> float:
        return sum(sorted(item.net for item in items))

    supports = [item for item in cell.free if item.supports]
    denials = [item for item in cell.free if item.denies and not item.supports]
    others = [item for item in cell.free if not item.supports and not item.denies]
    stays = any(item.supports for item in cell.kept)
    denied = any(item.denies for item in cell.kept)
    if stays or supports:
        sets = _best_sets(cell.free, sums, () if stays else supports)
        add((), sets, total((*cell.kept, *cell.free)))
    if not stays and (denied or denials):
        value = 1.0 if cell.turned else 0.0
        cost, bits = sum(item.cost for item in supports), sum(item.bit for item in supports)
        found.append((cost, direction * value, bits))
    if not stays and not denied and (others or cell.kept):
        sets = _best_sets(others, sums, () if cell.kept else others)
        add((*supports, *denials), sets, total((*cell.kept, *others)))
    cost, bits = sum(i.cost for i in cell.free), sum(i.bit for i in cell.free)
    missing = None if cell.kept else (cost, bits)
    if missing is not None and cell.fill is not None:
        found.append((cost, direction * cell.fill, bits))
        missing = None
    return Ways(present=_frontier(found), missing=missing)


def _best_sets(
    items: Sequence[Item], direction: int, needed: Sequence[Item]
) -> list[tuple[int, float, int]]:
    """Return the sets to leave out that move a sum furthest: cost, by how much, items.

    Of the `needed`, where there are any, one has to stay: for each cost the one whose leaving
    out would move the sum least is spared, and the best of these is among the sets.
    """
    ordered = sorted(items, key=lambda item: direction * item.net)
    spared = {item.cost: item for item in ordered if item in needed}.values()
    found: list[tuple[int, float, int]] = []
    for one in spared or (None,):
        classes: dict[int, list[Item]] = {}
        for item in ordered:
            if item is not one and direction * item.net < 0:
                classes.setdefault(item.cost, []).append(item)
        found += _prefixes(list(classes.values()), direction)
    return list(_frontier(found))


def _prefixes(classes: Sequence[Sequence[Item]], direction: int) -> list[tuple[int, float, int]]:
    """Return the best unions of first items of each class: cost, by how much, items."""
    costs, moves, bits = np.zeros(1, dtype=int), np.zeros(1), np.zeros(1, dtype=object)
    for group in classes:
        more = np.arange(len(group) + 1) * group[0].cost
        moved = np.array([0.0, *itertools.accumulate(-direction * item.net for item in group)])
        first = np.array([0, *itertools.accumulate(item.bit for item in group)], dtype=object)
        costs = (costs[:, None] + more).ravel()
        moves = (moves[:, None] + moved).ravel()
        bits = (bits[:, None] | first).ravel()
        order = np.lexsort((-moves, costs))
        further = np.maximum.accumulate(moves[order])
        best = order[np.append(True, further[1:] > further[:-1])]
        costs, moves, bits = costs[best], moves[best], bits[best]
    return list(zip(costs.tolist(), moves.tolist(), bits.tolist(), strict=True))


def _value(net: float, cell: Cell) -> float:
    gain = float(np.sign(net)) * (1 - 2 ** (-abs(net) / cell.half))
    value = (1 + gain) / 2 if cell.balance else max(0.0, gain)
    return 1 - value if cell.turned else value


def _frontier(found: Sequence[tuple[int, float, int]]) -> tuple[tuple[int, float, int], ...]:
    """Return the ways that reach further than every cheaper one."""
    best: list[tuple[int, float, int]] = []
    for way in sorted(found, key=lambda way: (way[0], -way[1])):
        if not best or way[1] > best[-1][1]:
            best.append(way)
    return tuple(best)


def node_ways(node: str, nodes: Sequence[Node], below: Mapping[str, Ways], *, budget: int) -> Ways:
    """Return how far the arithmetic mean of a node can be moved.

    Parameters
    ----------
    node : str
        Path; "" is the top of the tree.
    nodes : sequence of Node
    below : mapping of str to Ways
        Of each child of the node with a weight.
    budget : int
        Greatest cost looked at, in twelfths of an event.

    Returns
    -------
    Ways
    """
    children = [child for child in nodes if child.parent == node and child.weight > 0]
    start = np.full(budget + 1, -np.inf)
    start[0] = 0.0
    # For each set of children that stay: its weight, best sum by cost, items left out.
    states: list[tuple[float, Array, Masks]] = [(0.0, start, np.zeros(budget + 1, dtype=object))]
    gone: tuple[int, int] | None = (0, 0)
    for child in children:
        ways = below[child.path]
        after: list[tuple[float, Array, Masks]] = []
        for weight, sums, masks in states:
            if ways.missing is not None and ways.missing[0] <= budget:
                after.append(
                    (weight, *_join(sums, masks, [(ways.missing[0], 0.0, ways.missing[1])]))
                )
            own = [(c, child.weight * v, bits) for c, v, bits in ways.present if c <= budget]
            if own:
                after.append((weight + child.weight, *_join(sums, masks, own)))
        states = [state for state in after if state[1].max() > -np.inf]
        gone = (
            None
            if gone is None or ways.missing is None
            else (gone[0] + ways.missing[0], gone[1] | ways.missing[1])
        )
    known = [(sums / weight, masks) for weight, sums, masks in states if weight > 0]
    if not known:
        return Ways(present=(), missing=gone)
    means = np.stack([mean for mean, _ in known])
    best, place = means.argmax(axis=0), np.arange(budget + 1)
    values = means[best, place]
    further = values > np.append(-np.inf, np.maximum.accumulate(values)[:-1])
    present = tuple(
        (int(cost), float(values[cost]), known[best[cost]][1][cost])
        for cost in np.flatnonzero(further)
    )
    return Ways(present=present, missing=gone)


def _join(sums: Array, masks: Masks, ways: Sequence[tuple[int, float, int]]) -> tuple[Array, Masks]:
    """Return the best sums by cost after one more part, and the items left out."""
    costs = np.array([way[0] for way in ways])
    bits = np.array([way[2] for way in ways], dtype=object)
    at = np.arange(len(sums)) - costs[:, None]
    reached = np.where(at >= 0, sums[at], -np.inf) + np.array([way[1] for way in ways])[:, None]
    best = reached.argmax(axis=0)
    place = np.arange(len(sums))
    return reached[best, place], masks[at[best, place]] | bits[best]
