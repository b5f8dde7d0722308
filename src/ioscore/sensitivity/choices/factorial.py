"""Every world at once: the full factorial of the switches, scored criterion by criterion.

A cell depends on the few switches that touch its rows, a criterion on those of its cells. So each
is computed once over its own small factorial, and a world only looks its criteria up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.evidence.selection import Window
from ioscore.evidence.table import Evidence, alternatives, validate_evidence
from ioscore.ranking.tree import aggregate
from ioscore.rubric import Mean, Node, Rubric
from ioscore.sensitivity.choices.comparable import comparable_cells
from ioscore.sensitivity.choices.switches import Grid, Switch, grid_of, without_idle_axes
from ioscore.sensitivity.choices.world_cells import cells_of_leaf, documentation
from ioscore.sensitivity.choices.world_rows import rows_of_leaves

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Index = NDArray[np.intp]

MEANS: tuple[Mean, ...] = ("arithmetic", "geometric", "harmonic")
BATCH = 2**15
"""Worlds that are scored together: enough to be quick, few enough to stay in the cache."""


@dataclass(frozen=True, kw_only=True)
class Factorial:
    """Scores of every world, looked up from small tables.

    Worlds are numbered in the order of `grid`, the last switch turning fastest. Tables have one
    axis for each switch (length one where it does nothing) and one for the alternatives.

    Attributes
    ----------
    grid : Grid
    organisations : tuple of str, n
    nodes : tuple of Node
        The tree of criteria.
    cells : mapping of str to array, (one axis for each switch..., n)
        By leaf: the value that enters the mean, NaN where missing.
    supported, denied : mapping of str to array of bool, (one axis for each switch..., n)
        By leaf: whether a row supports the cell, or states its absence.
    barred : mapping of str to array of bool, (one axis for each switch...)
        By reason: the worlds that are no admissible combination.
    decimals : int or None
        To which scores are rounded.
    close : float
        Difference of scores that is too close to call.
    """

    grid: Grid
    organisations: tuple[str, ...]
    nodes: tuple[Node, ...]
    cells: Mapping[str, Array]
    supported: Mapping[str, Flags]
    denied: Mapping[str, Flags]
    barred: Mapping[str, Flags]
    decimals: int | None
    close: float

    @cached_property
    def reasons(self) -> NDArray[np.int8]:
        """For each world 0 where it is admissible, else the number of its first reason, from 1."""
        codes = np.zeros(self.grid.shape, dtype=np.int8)
        for number, worlds in enumerate(self.barred.values(), start=1):
            codes[(codes == 0) & worlds] = number
        return codes.ravel()

    @cached_property
    def criteria(self) -> tuple[Array, ...]:
        """Table of each criterion of the first level."""
        return tuple(self.criterion(node.path) for node in self.top)

    @property
    def top(self) -> list[Node]:
        """Criteria of the first level."""
        return [node for node in self.nodes if not node.parent]

    def criterion(self, path: str) -> Array:
        """Return the table of one criterion of any level below the whole."""
        leaves = self.leaves_of(path)
        if leaves == [path]:
            return self.cells[path]
        values = np.stack(np.broadcast_arrays(*(self.cells[leaf] for leaf in leaves)), axis=-1)
        table = aggregate(values, self.nodes, leaves, part=path)
        return without_idle_axes(table, len(self.grid.shape))

    def leaves_of(self, path: str) -> list[str]:
        """Return the paths of the leaves at or below a criterion."""
        return [leaf for leaf in self.cells if f"{leaf}/".startswith(f"{path}/")]

    def any_row(self, path: str) -> tuple[Flags, Flags]:
        """Return in which worlds a row supports anything in a criterion, or denies it."""
        leaves = self.leaves_of(path)
        found = reduce(np.logical_or, (self.supported[leaf] for leaf in leaves))
        absent = reduce(np.logical_or, (self.denied[leaf] for leaf in leaves))
        return found, absent

    def scores_at(self, worlds: Index) -> Array:
        """Return the scores of single worlds.

        Parameters
        ----------
        worlds : array of int, (k,)
            Their numbers.

        Returns
        -------
        array, (k, n)
            NaN for inadmissible worlds and where nothing is known.
        """
        codes = self.grid.codes(worlds)
        steps = [_steps(table.shape[:-1]) for table in self.criteria]
        places = [
            sum((c * s for c, s in zip(codes, step, strict=True)), np.zeros(len(worlds), np.intp))
            for step in steps
        ]
        axis = self.grid.axis("aggregation")
        mean = np.zeros(len(worlds), np.intp) if axis is None else codes[axis]
        scores = self._scores(places, [np.flatnonzero(mean == m) for m in range(len(self._means))])
        return np.where(self.reasons[worlds, None] > 0, np.nan, scores)

    def batches(self, size: int = BATCH) -> Iterator[tuple[slice, Array]]:
        """Yield the scores of all worlds, in order, batch by batch.

        Parameters
        ----------
        size : int
            Greatest number of worlds in a batch, unless the last switch alone has more levels.

        Yields
        ------
        slice
            The numbers of the worlds.
        array, (k, n)
            As from `scores_at`.
        """
        shape = self.grid.shape
        cut = next((i for i in range(len(shape)) if np.prod(shape[i:]) <= size), len(shape) - 1)
        cut = max(cut, 0)
        inner = shape[cut:]
        k = int(np.prod(inner))
        steps = [_steps(table.shape[:-1]) for table in self.criteria]
        within = [_offsets(inner, step[cut:]) for step in steps]
        axis, means = self.grid.axis("aggregation"), range(len(self._means))
        by_mean = [np.arange(k)]
        if axis is not None and axis >= cut:
            codes = _offsets(inner, [int(i == axis) for i in range(cut, len(shape))])
            by_mean = [np.flatnonzero(codes == mean) for mean in means]
        for number, outer in enumerate(np.ndindex(*shape[:cut])):
            places = [
                w + sum(c * s for c, s in zip(outer, step, strict=False))
                for w, step in zip(within, steps, strict=True)
            ]
            parts = by_mean
            if axis is not None and axis < cut:
                parts = [by_mean[0] if mean == outer[axis] else by_mean[0][:0] for mean in means]
            scores = self._scores(places, parts)
            block = slice(number * k, (number + 1) * k)
            scores[self.reasons[block] > 0] = np.nan
            yield block, scores

    @property
    def _means(self) -> tuple[Mean, ...]:
        return tuple(
            mean for level in self.grid.levels("aggregation") for mean in MEANS if mean == level
        )

    def _scores(self, places: Sequence[Index], by_mean: Sequence[Index]) -> Array:
        """Return scores (k, n) from the place of each world in each criterion's table."""
        n, top = len(self.organisations), self.top
        tables = [table.reshape(-1, n) for table in self.criteria]
        scores = np.empty((len(places[0]), n))
        for mean, worlds in zip(self._means, by_mean, strict=True):
            if not len(worlds):
                continue
            everything = len(worlds) == len(scores)
            values = np.empty((len(worlds), n, len(top)))
            for j, (table, place) in enumerate(zip(tables, places, strict=True)):
                values[..., j] = table[place if everything else place[worlds]]
            total = aggregate(values, top, [node.path for node in top], root=mean)
            scores[worlds] = total if self.decimals is None else np.round(total, self.decimals)
        return scores


def factorial(
    evidence: Evidence,
    rubric: Rubric,
    *,
    switches: Sequence[Switch] | None = None,
    window: Window | None = None,
) -> Factorial | NotApplicable:
    """Score every world of a rubric's switches.

    Parameters
    ----------
    evidence : Evidence
        With its paragraphs, if `documentation` varies.
    rubric : Rubric
    switches : sequence of Switch, optional
        Those of the rubric if not given; every other choice is as the rubric takes it.
    window : (int, int), optional
        First and last year of the acts that count.

    Returns
    -------
    Factorial or NotApplicable
        The latter under a method that is no mean: its scores of a world are no mean of tables.

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules, or a level of `sources` that there is not.
    """
    validate_evidence(evidence, rubric)
    grid = grid_of(rubric, switches)
    if strange := [level for level in grid.levels("aggregation") if level not in MEANS]:
        return NotApplicable(f"worlds are enumerated for means only, and {strange[0]} is none")
    organisations = list(alternatives(evidence, rubric))
    leaves = list(rows_of_leaves(evidence, rubric, grid, organisations, window))
    written = documentation(leaves, evidence, grid, organisations)
    barred = dict(written.barred)
    cells: dict[str, Array] = {}
    supported: dict[str, Flags] = {}
    denied: dict[str, Flags] = {}
    nodes = {node.path: node for node in rubric.nodes()}
    for leaf in leaves:
        found = cells_of_leaf(leaf, written.factors, evidence, rubric, grid, organisations)
        supported[leaf.path], denied[leaf.path] = found.supported, found.denied
        cells[leaf.path], refused = comparable_cells(found.values, nodes[leaf.path], grid)
        for reason, worlds in refused.items():
            barred[reason] = barred[reason] | worlds if reason in barred else worlds
    result = Factorial(
        grid=grid,
        organisations=tuple(organisations),
        nodes=tuple(nodes.values()),
        cells=cells,
        supported=supported,
        denied=denied,
        barred=barred,
        decimals=rubric.decimals,
        close=rubric.close,
    )
    if any((values < 0).any() for values in cells.values()):
        return replace(result, barred=barred | _below_zero(result))
    return result


def _below_zero(worlds: Factorial) -> dict[str, Flags]:
    """Return the worlds in which a mean at the top of the tree cannot take a value."""
    found: dict[str, Flags] = {}
    for mean in ("geometric", "harmonic"):
        asked = worlds.grid.flags("aggregation", [mean])
        for node, table in zip(worlds.top, worlds.criteria, strict=True):
            bad = (table < 0).any(axis=-1) & asked & (node.share > 0)
            if bad.any():
                reason = f"values below zero under the {mean} mean"
                found[reason] = found.get(reason, np.array(False)) | bad
    return found


def _steps(shape: Sequence[int]) -> list[int]:
    """Return by how much the place in a flat table grows with each code, 0 along idle axes."""
    steps, step = [], 1
    for length in reversed(shape):
        steps.append(step if length > 1 else 0)
        step *= length
    return steps[::-1]


def _offsets(shape: Sequence[int], steps: Sequence[int]) -> Index:
    """Return the place of every combination of codes, the last code turning fastest."""
    places = np.zeros(1, dtype=np.intp)
    for length, step in zip(shape, steps, strict=True):
        places = (places[:, None] + step * np.arange(length, dtype=np.intp)).ravel()
    return places
