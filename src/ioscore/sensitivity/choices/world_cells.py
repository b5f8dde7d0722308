"""The value of each cell in every world, computed over the few switches that touch it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError
from ioscore.evidence.points import per_words, reliability, strength_points
from ioscore.evidence.table import EFFECTS, Evidence
from ioscore.rubric import Rubric
from ioscore.scoring import DECIMALS
from ioscore.sensitivity.cells import Rule, cell_values
from ioscore.sensitivity.choices.switches import Grid, without_idle_axes
from ioscore.sensitivity.choices.world_rows import LeafRows

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Owners = NDArray[np.intp]

NO_ROW = "no row is left to score"


@dataclass(frozen=True, kw_only=True)
class Documentation:
    """How points are corrected for how much is written, in every world.

    Attributes
    ----------
    factors : array, (one axis for each switch..., n)
        One where nothing is corrected, or nothing can be.
    barred : dict of str to array of bool, (one axis for each switch...)
        Worlds without an answer, by the reason.
    """

    factors: Array
    barred: dict[str, Flags]


def documentation(
    leaves: Iterable[LeafRows], evidence: Evidence, grid: Grid, organisations: list[str]
) -> Documentation:
    """Return the factors of `documentation`; they follow from the sources of all rows that count.

    Parameters
    ----------
    leaves : iterable of LeafRows
    evidence : Evidence
    grid : Grid
    organisations : list of str, n

    Returns
    -------
    Documentation
        With the worlds in which no row is left, and those in which nothing is written on one
        of the organisations though points are to be had per 1,000 words.
    """
    there: dict[str, Flags] = {}
    for leaf in leaves:
        sources = leaf.rows["source"].to_numpy()
        for source in dict.fromkeys(sources):
            found: Flags = np.asarray(leaf.counts[..., sources == source].any(axis=-1))
            there[source] = there[source] | found if source in there else found
    nowhere = np.zeros((1,) * len(grid.shape), dtype=bool)
    used = np.stack(np.broadcast_arrays(nowhere, *there.values()), axis=-1)[..., 1:]
    used = without_idle_axes(used, len(grid.shape))
    barred: dict[str, Flags] = {NO_ROW: np.asarray(~used.any(axis=-1))}
    factors = np.ones((*used.shape[:-1], len(organisations)))
    wanted = grid.flags("documentation", ["per_1000_words"])
    rows_of_flags = used.reshape((math.prod(used.shape[:-1]), len(there)))
    sets, which = np.unique(rows_of_flags, axis=0, return_inverse=True)
    for number, flags in enumerate(sets if wanted.any() else ()):
        if not flags.any():
            continue
        worlds = which.reshape(used.shape[:-1]) == number
        names = tuple(source for source, flag in zip(there, flags, strict=True) if flag)
        try:
            factors[worlds] = per_words(evidence, names, organisations).to_numpy()
        except EvidenceError as error:
            reason = error.problems[0].found
            barred[reason] = barred.get(reason, nowhere) | (worlds & wanted)
    factors = np.where(wanted[..., None], factors, 1.0)
    return Documentation(factors=factors, barred={r: w for r, w in barred.items() if w.any()})


@dataclass(frozen=True, kw_only=True)
class LeafCells:
    """The cells of one leaf in every world; arrays (one axis for each switch..., n).

    Attributes
    ----------
    values : array
        Scores in [0, 1], NaN where missing.
    supported, denied : array of bool
        Whether a row supports the cell, and whether one states its absence.
    """

    values: Array
    supported: Flags
    denied: Flags


def cells_of_leaf(
    leaf: LeafRows,
    factors: Array,
    evidence: Evidence,
    rubric: Rubric,
    grid: Grid,
    organisations: list[str],
) -> LeafCells:
    """Score the cells of one leaf in every world.

    Parameters
    ----------
    leaf : LeafRows
    factors : array, (one axis for each switch..., n)
        From `documentation`.
    evidence : Evidence
    rubric : Rubric
    grid : Grid
    organisations : list of str, n

    Returns
    -------
    LeafCells
        As `ioscore.scoring.score` gives them in each world, missing under
        `barrier_treatment: ignore` where that leaves the leaf out.
    """
    rows, n, axes = leaf.rows, len(organisations), len(grid.shape)
    place = {name: i for i, name in enumerate(organisations)}
    who = np.array([place[name] for name in rows["organisation"]], dtype=np.intp)
    events, effects = rows["event_id"].to_numpy(), rows["effect"].to_numpy()
    numbers = {effect: np.flatnonzero(effects == effect) for effect in EFFECTS}
    supported, denied = (
        _sums(leaf.counts[..., numbers[effect]], who[numbers[effect]], n) > 0
        for effect in ("supports", "absent")
    )
    present = _sums(leaf.counts, who, n) > 0
    barrier = next(node.kind == "barrier" for node in rubric.leaves() if node.path == leaf.path)
    answers: list[dict[str, str]] = list(_answers(grid)) if barrier else [{}]
    trust = reliability(rows["source"].unique(), evidence, rubric)
    top = max(level.points for level in rubric.levels.values())
    values = np.full((*_shape(leaf, factors, grid, barrier), n), np.nan)
    for rule, scale, counting in itertools.product(*(grid.levels(name) for name in _SCORING)):
        worth = strength_points(rubric, scale=scale, rule=rule)
        points = (rows["strength"].map(worth) * rows["source"].map(trust)).to_numpy(dtype=float)
        gains, losses = (
            _amounts(
                np.where(leaf.counts[..., part], points[part], 0.0),
                who[part],
                events[part] if counting == "event" else None,
                rule=rule,
                n=n,
            )
            for part in (numbers["supports"], numbers["limits"])
        )
        # Presence is 1 whatever an act is worth; means and maxima are shares of the highest level.
        unit = 1.0 if rule == "presence" else factors
        unit = unit / top if rule in ("mean", "strongest") else unit
        taken = dict(zip(_SCORING, (rule, scale, counting), strict=True))
        for answer in answers:
            scored = cell_values(
                gains * unit,
                losses * unit,
                present,
                denied & ~supported & (answer.get("barrier_absence") != "no_answer"),
                rule=cast("Rule", rule),
                half=rubric.scoring.half,
                balance=np.array(answer.get("barrier_treatment") == "balance"),
            )
            values[grid.at(**taken, **answer)] = np.round(scored, DECIMALS)
    return LeafCells(
        values=without_idle_axes(values, axes),
        supported=without_idle_axes(supported, axes),
        denied=without_idle_axes(denied, axes),
    )


_SCORING = ("scoring", "strength_scale", "counting")


def _answers(grid: Grid) -> Iterator[dict[str, str]]:
    """Yield the ways to treat a barrier that score it; only under one does a denial have two."""
    for treatment in grid.levels("barrier_treatment"):
        if treatment == "balance":
            for absence in grid.levels("barrier_absence"):
                yield {"barrier_treatment": treatment, "barrier_absence": absence}
        elif treatment != "ignore":
            yield {"barrier_treatment": treatment}


def _shape(leaf: LeafRows, factors: Array, grid: Grid, barrier: bool) -> tuple[int, ...]:
    """Return the lengths of the axes of the switches that touch a leaf."""
    shape = list(np.broadcast_shapes(leaf.counts.shape[:-1], factors.shape[:-1]))
    barriers = ("barrier_treatment", "barrier_absence") if barrier else ()
    for name in (*_SCORING, *barriers):
        axis = grid.axis(name)
        if axis is not None:
            shape[axis] = grid.shape[axis]
    return tuple(shape)


def _amounts(
    items: Array, owners: Owners, events: NDArray[np.object_] | None, *, rule: str, n: int
) -> Array:
    """Return what rows amount to for each organisation, 0 where none counts.

    Parameters
    ----------
    items : array, (..., rows)
        Points, 0 where the row does not count.
    owners : array of int, (rows,)
        Number of the organisation.
    events : array, (rows,), optional
        Rows of one event count once, by the strongest; without it each row counts.
    rule : str
        The sum under `diminishing` and `count`, the mean or the greatest under `mean` and
        `strongest`, 1 under `presence`.
    n : int

    Returns
    -------
    array, (..., n)
    """
    if events is not None:
        items, owners = _strongest_of_each(items, owners, events)
    if rule in ("diminishing", "count"):
        return _sums(items, owners, n)
    if rule == "strongest":
        greatest = [items[..., owners == i].max(axis=-1, initial=0.0) for i in range(n)]
        return np.stack(greatest, axis=-1)
    number = _sums(items > 0, owners, n)
    if rule == "presence":
        return np.minimum(number, 1.0)
    total = _sums(items, owners, n)
    return np.divide(total, number, out=np.zeros_like(total), where=number > 0)


def _sums(items: NDArray[np.generic], owners: Owners, n: int) -> Array:
    """Return the sums of items (..., items) over those of each organisation: (..., n)."""
    sums: Array = items.astype(float) @ (owners[:, None] == np.arange(n)).astype(float)
    return sums


def _strongest_of_each(
    items: Array, owners: Owners, events: NDArray[np.object_]
) -> tuple[Array, Owners]:
    """Return the points and the owner of each event: those of the strongest of its rows."""
    numbers: dict[tuple[int, str], int] = {}
    group = np.array(
        [numbers.setdefault(key, len(numbers)) for key in zip(owners, events, strict=True)],
        dtype=np.intp,
    )
    if not len(group):
        return items, owners
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(numbers)))
    return np.maximum.reduceat(items[..., order], starts, axis=-1), owners[order][starts]
