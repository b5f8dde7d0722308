"""Evidence counted anew with rows left out, changed or repeated, many times at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, NotApplicable, Problem
from ioscore.evidence import Evidence, Selection
from ioscore.evidence.table import EFFECTS, alternatives
from ioscore.rubric import Rubric
from ioscore.scoring import Scores, score
from ioscore.sensitivity.cells import cell_values

Array = NDArray[np.float64]
Ints = NDArray[np.int_]
Flags = NDArray[np.bool_]

SUPPORTS, LIMITS, ABSENT = range(3)
"""Numbers of the effects, in the order of `EFFECTS`."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The rows that count as arrays, sorted by the units that are counted.

    A unit is an event in a cell with one effect (under `counting: row`, a row); units are sorted
    by cell, then by effect.

    Attributes
    ----------
    rows : pandas.DataFrame
        The R rows that count, in the order of the units: `id`, `event_id`, `organisation`,
        `leaf`, `effect`, `points` and the columns of the evidence.
    points : array, (R,)
        Points of each row; 1 for stated absences, of which only the presence matters.
    starts : array of int, (U,)
        First row of each unit.
    cell : array of int, (U,)
        Organisation times the number of leaves plus leaf.
    effect : array of int, (U,)
        `SUPPORTS`, `LIMITS` or `ABSENT`.
    event : array of int, (U,)
        Index into `events`.
    events : tuple of str
    scores : Scores
        Of all rows; for names and bounds.
    rubric : Rubric
    """

    rows: pd.DataFrame
    points: Array
    starts: Ints
    cell: Ints
    effect: Ints
    event: Ints
    events: tuple[str, ...]
    scores: Scores
    rubric: Rubric

    @property
    def unit_of_row(self) -> Ints:
        """Unit of each row."""
        steps = np.zeros(len(self.rows), dtype=int)
        steps[self.starts[1:]] = 1
        return np.cumsum(steps)

    @property
    def event_of_row(self) -> Ints:
        """Event of each row, as an index into `events`."""
        return self.event[self.unit_of_row]


def tally(selection: Selection, rubric: Rubric) -> Tally:
    """Return the rows that count as arrays.

    Parameters
    ----------
    selection : Selection
    rubric : Rubric

    Returns
    -------
    Tally
    """
    scores = score(selection, rubric)
    return tally_rows(selection.rows, scores, rubric)


def tally_rows(rows: pd.DataFrame, scores: Scores, rubric: Rubric) -> Tally:
    """Return rows as arrays; `scores` gives the organisations and leaves of the matrix.

    Parameters
    ----------
    rows : pandas.DataFrame
        As in `Selection.rows`. Rows on leaves that the matrix does not have are left out.
    scores : Scores
    rubric : Rubric

    Returns
    -------
    Tally

    Raises
    ------
    EvidenceError
        When no row is left.
    """
    names, paths = list(scores.matrix.index), list(scores.matrix.columns)
    rows = rows[rows["leaf"].isin(paths) & rows["organisation"].isin(names)]
    if rows.empty:
        found = f"no row that counts is on a criterion that rubric {rubric.name} scores"
        mend = "Change the choice that takes them away."
        raise EvidenceError(Problem(where="evidence", found=found, mend=mend))
    cell = pd.Index(names).get_indexer(rows["organisation"]) * len(paths)
    cell += pd.Index(paths).get_indexer(rows["leaf"])
    effect = pd.Index(EFFECTS).get_indexer(rows["effect"])
    event, events = pd.factorize(rows["event_id"])
    again = np.arange(len(rows)) if rubric.level("counting") == "row" else np.zeros(len(rows), int)
    order = np.lexsort((again, event, effect, cell))
    keys = np.stack([cell, effect, event, again])[:, order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    rows = rows.iloc[order].reset_index(drop=True)
    points = rows["points"].to_numpy(dtype=float)
    return Tally(
        rows=rows,
        points=np.where(keys[1] == ABSENT, 1.0, points),
        starts=np.flatnonzero(first),
        cell=keys[0][first],
        effect=keys[1][first],
        event=keys[2][first],
        events=tuple(events),
        scores=scores,
        rubric=rubric,
    )


def unit_points(tally: Tally, kept: Flags | None = None) -> Array:
    """Return the points of each unit: those of the strongest of its rows.

    Parameters
    ----------
    tally : Tally
    kept : array of bool, (..., R), optional
        Which rows count; all where not given.

    Returns
    -------
    array, (..., U)
        0 where no row of the unit counts.
    """
    points = tally.points if kept is None else np.where(kept, tally.points, 0.0)
    return np.asarray(np.maximum.reduceat(points, tally.starts, axis=-1))


def matrices(tally: Tally, points: Array, times: Array | Flags | None = None) -> Array:
    """Return the score matrices that units of these points make.

    Parameters
    ----------
    tally : Tally
    points : array, (..., U)
        Points of each unit, >= 0; a unit of 0 does not count.
    times : array, (..., U), optional
        How often each unit counts, >= 0; once where not given.

    Returns
    -------
    array, (..., organisations, leaves)
        As the matrix of `ioscore.scoring.score`; NaN where missing.
    """
    rubric, matrix = tally.rubric, tally.scores.matrix
    # As numbers: true and true would add up to true.
    count = np.asarray((points > 0) * (1.0 if times is None else times), dtype=float)
    group = tally.cell * len(EFFECTS) + tally.effect
    first = np.flatnonzero(np.diff(group, prepend=-1))
    shape = (*count.shape[:-1], matrix.size)
    there = np.add.reduceat(count, first, axis=-1)
    if rubric.scoring.rule in ("diminishing", "count"):
        amount = np.add.reduceat(points * count, first, axis=-1)
    else:
        amount = _shares(tally, points, count, there, first)
    sums = np.zeros((len(EFFECTS), *shape))
    numbers = np.zeros((len(EFFECTS), *shape))
    for effect in (SUPPORTS, LIMITS, ABSENT):
        own = tally.effect[first] == effect
        sums[effect][..., tally.cell[first][own]] = amount[..., own]
        numbers[effect][..., tally.cell[first][own]] = there[..., own]
    balance, holds = np.tile(cell_kinds(tally), len(matrix))
    values = cell_values(
        sums[SUPPORTS],
        sums[LIMITS],
        numbers.sum(axis=0) > 0,
        (numbers[ABSENT] > 0) & (numbers[SUPPORTS] == 0) & holds,
        rule=rubric.scoring.rule,
        half=rubric.scoring.half,
        balance=balance,
    )
    return values.reshape(*shape[:-1], *matrix.shape)


def cell_kinds(tally: Tally) -> Flags:
    """Say which leaves are balanced barriers, and in which a stated absence means zero: (2, L)."""
    rubric = tally.rubric
    kinds = {leaf.path: leaf.kind for leaf in rubric.leaves()}
    barrier = np.array([kinds[path] == "barrier" for path in tally.scores.matrix.columns])
    balance = barrier & (rubric.level("barrier_treatment") == "balance")
    return np.stack([balance, ~(balance & (rubric.level("barrier_absence") == "no_answer"))])


def _shares(tally: Tally, points: Array, count: Array, there: Array, first: Ints) -> Array:
    """Return the mean or greatest points of each group as shares of the highest level."""
    rule = tally.rubric.scoring.rule
    if rule == "presence":
        return (there > 0).astype(float)
    top = max(level.points for level in tally.rubric.levels.values())
    if rule == "strongest":
        return np.asarray(np.maximum.reduceat(points * (count > 0), first, axis=-1)) / top
    total = np.add.reduceat(points * count, first, axis=-1)
    return np.divide(total, there * top, out=np.zeros(total.shape), where=there > 0)


def pinned(evidence: Evidence, rubric: Rubric) -> Rubric:
    """Return the rubric with its organisations named, so that no act left out takes one away."""
    return rubric.model_copy(update={"alternatives": alternatives(evidence, rubric)})


def refusal(rubric: Rubric) -> NotApplicable | None:
    """Return why evidence cannot be left out under this rubric, if it cannot."""
    if rubric.missing != "refuse":
        return None
    return NotApplicable(
        f"rubric {rubric.name} refuses missing cells, and evidence that is left out leaves some"
    )
