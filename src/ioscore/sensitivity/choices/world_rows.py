"""Which rows count for which leaf, under every level of the choices about rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.evidence.reading import (
    moves_from,
    partly_absent,
    read_leaf,
    spread_denials,
)
from ioscore.evidence.selection import (
    ROW_CHOICES,
    Window,
    check_sources,
    concerned,
    in_window,
    is_talk,
    kept,
)
from ioscore.evidence.table import Evidence, leaf_of
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.switches import Grid

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class LeafRows:
    """The rows that count for one leaf in at least one world.

    Attributes
    ----------
    path : str
        Of the leaf.
    rows : pandas.DataFrame
    counts : array of bool, (one axis for each switch..., rows)
        Whether the row counts; length one along switches that do not touch these rows.
    """

    path: str
    rows: pd.DataFrame
    counts: Flags


def rows_of_leaves(
    evidence: Evidence,
    rubric: Rubric,
    grid: Grid,
    organisations: list[str],
    window: Window | None = None,
) -> Iterator[LeafRows]:
    """Yield the rows of each leaf, with the worlds in which each counts.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    grid : Grid
    organisations : list of str
    window : (int, int), optional

    Yields
    ------
    LeafRows
        For every leaf, in the order of the rubric. A row counts under the same sieves as in
        `ioscore.evidence.select`.

    Raises
    ------
    EvidenceError
        For a level of `sources` that names a source that there is not.
    """
    for level in grid.levels("sources"):
        check_sources(level, evidence)
    rows = spread_denials(evidence.rows, rubric)
    possible = ~is_talk(rows)
    for keep in (*concerned(rows, organisations).values(), *in_window(rows, window).values()):
        possible &= keep
    rows = rows[possible].reset_index(drop=True)
    choices = ("sources", *ROW_CHOICES)
    keeps = {
        choice: np.array([kept(rows, choice, level) for level in grid.levels(choice)], dtype=bool)
        for choice in choices
    }
    for path, numbers, inside in _readings(rows, rubric, grid):
        part = rows.iloc[numbers]
        counts = inside & ~partly_absent(part, [path] * len(part))
        for choice in choices:
            allowed = keeps[choice][:, numbers]
            if (allowed == allowed[:1]).all():
                counts = counts & allowed[0]
            else:
                counts = counts & grid.place(allowed, [choice])
        ever = counts.any(axis=tuple(range(len(grid.shape))))
        yield LeafRows(path=path, rows=part[ever], counts=counts[..., ever])


def _readings(
    rows: pd.DataFrame, rubric: Rubric, grid: Grid
) -> Iterator[tuple[str, NDArray[np.intp], Flags]]:
    """Yield for each leaf the rows that some reading puts there, and under which readings."""
    codes = list(zip(rows["criterion"], rows["subcriterion"], rows["alt_criterion"], strict=True))
    leaves = {code: _leaf_by_reading(code, rubric, grid) for code in dict.fromkeys(codes)}
    for node in rubric.leaves():
        inside = {code: found == node.path for code, found in leaves.items()}
        there = {code for code, flags in inside.items() if flags.any()}
        numbers = np.flatnonzero([code in there for code in codes])
        flags = [inside[codes[n]] for n in numbers]
        shape = np.broadcast_shapes(*(f.shape for f in flags), (1,) * len(grid.shape))
        together = np.zeros((*shape, len(numbers)), dtype=bool)
        for i, one in enumerate(flags):
            together[..., i] = one
        yield node.path, numbers, together


def _leaf_by_reading(code: tuple[str, str, str], rubric: Rubric, grid: Grid) -> NDArray[np.object_]:
    """Return the leaf of a code under every combination of the readings that can move it."""
    leaves = leaf_of(rubric)
    readings = {name: choice.moves for name, choice in rubric.choices.items() if choice.moves}
    main = read_leaf(leaves, [], *code)
    named = {path.partition("/")[0] for path in code[2].split(";")}
    touching = [
        name
        for name, origins in readings.items()
        if main and moves_from(origins, main) and named & set(grid.levels(name))
    ]
    levels = [grid.levels(name) for name in touching]
    found = np.empty([len(names) for names in levels], dtype=object)
    for index, taken in zip(np.ndindex(found.shape), itertools.product(*levels), strict=True):
        moves = [(readings[name], level) for name, level in zip(touching, taken, strict=True)]
        found[index] = read_leaf(leaves, moves, *code)
    return grid.place(found, touching)
