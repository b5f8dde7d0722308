"""How far the order stands when events are drawn anew, levels moved, and weights with them.

Coded events are no random sample, of acts or of anything else. So shares of draws are called
stability: they say how much the order rests on single events, not how probable it is.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence, select
from ioscore.rubric import Rubric
from ioscore.scoring import score
from ioscore.sensitivity.evidence.evidence_draws import EvidenceDraws, Progress, run_draws
from ioscore.sensitivity.evidence.outcomes import totals
from ioscore.sensitivity.evidence.recount import (
    ABSENT,
    Tally,
    matrices,
    pinned,
    refusal,
    tally,
    tally_rows,
    unit_points,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int_]

__all__ = ["EvidenceDraws", "joint_draws", "move_levels", "resample_events"]


def resample_events(
    evidence: Evidence,
    rubric: Rubric,
    *,
    draws: int,
    seed: int,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> EvidenceDraws | NotApplicable:
    """Draw the events that count anew, with replacement, and rank each draw.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    draws : int
        >= 1.
    seed : int
    jobs, scheduler, progress
        As in `ioscore.sensitivity.blocks.run_blocks`.

    Returns
    -------
    EvidenceDraws or NotApplicable
        NotApplicable where the rubric refuses missing cells.

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules, or leaves nothing to score.

    Notes
    -----
    An event is drawn as a whole, with all its rows and effects; drawn twice it counts as two.
    Events are drawn within strata: those credited to the same set of organisations. So each
    organisation keeps its number of events, which says how much was written about it rather than
    what it did, and an event of two organisations stays one. An event that is alone in its
    stratum is in every draw. A cell of which no event is drawn is missing in that draw, and where
    its weight then passes on, mean scores lie off the scores of the evidence: the spread and the
    order are what is to be read. Words written, where scores are per word, stay as they are.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman and Hall,
    ch. 6 and 8.
    """
    if (refused := refusal(rubric)) is not None:
        return refused
    counted = _counted(evidence, rubric)
    draw = partial(_draw_events, counted=counted, strata=_strata(counted))
    how = "events with replacement, within those of the same organisations"
    return run_draws(draw, counted, how, draws, seed, jobs, scheduler, progress)


def move_levels(
    evidence: Evidence,
    rubric: Rubric,
    confusion: pd.DataFrame,
    *,
    draws: int,
    seed: int,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> EvidenceDraws | NotApplicable:
    """Move the strength of each event as coders differ on it, and rank each draw.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    confusion : pandas.DataFrame
        Levels x levels: the probability of each level by another coder, given that of one; rows
        sum to one. From `ioscore.sensitivity.evidence.readings.level_confusion`.
    draws, seed, jobs, scheduler, progress
        As in `resample_events`.

    Returns
    -------
    EvidenceDraws or NotApplicable

    Raises
    ------
    EvidenceError
        As in `resample_events`.

    Notes
    -----
    An event in a cell moves as one, by the level of its strongest row: were each row to move by
    itself, the strongest of many would only rise. Stated absences have no level. The levels that
    are moved were adjudicated, so draws by how single coders differ move them rather too much.
    """
    if (refused := refusal(rubric)) is not None:
        return refused
    rubric = pinned(evidence, rubric)
    selection = select(evidence, rubric)
    levels = sorted(rubric.levels)
    coded = evidence.rows["strength"] != ""
    columns = {}
    for level in levels:
        # What points a row would have at this level is for `select` to say.
        moved = evidence.rows.assign(strength=evidence.rows["strength"].where(~coded, str(level)))
        other = Evidence(rows=moved, kinds=evidence.kinds, paragraphs=evidence.paragraphs)
        columns[_at(level)] = select(other, rubric).rows["points"].to_numpy(dtype=float)
    rows = selection.rows.assign(**columns)
    counted = tally_rows(rows, score(selection, rubric), rubric)
    strongest = _strongest(counted)
    table = confusion.reindex(index=levels, columns=levels, fill_value=0.0).to_numpy(dtype=float)
    draw = partial(
        _draw_levels,
        counted=counted,
        level=np.array([levels.index(int(t)) if t else 0 for t in strongest["strength"]]),
        points=strongest[[_at(level) for level in levels]].to_numpy(dtype=float),
        cumulative=np.cumsum(table, axis=1),
    )
    how = "strength of each event in each cell, as coders differ on it"
    return run_draws(draw, counted, how, draws, seed, jobs, scheduler, progress)


def joint_draws(
    evidence: Evidence,
    rubric: Rubric,
    *,
    draws: int,
    seed: int,
    concentration: float | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> EvidenceDraws | NotApplicable:
    """Draw events and weights together, and rank each draw.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    draws, seed, jobs, scheduler, progress
        As in `resample_events`, whose notes hold for the events.
    concentration : float, optional
        > 0. Weights of the criteria of the first level are drawn around the rubric's shares w,
        from Dirichlet(concentration w): the higher, the closer. Uniformly on the simplex,
        Dirichlet(1), where not given. Weights inside the criteria stay.

    Returns
    -------
    EvidenceDraws or NotApplicable

    Raises
    ------
    EvidenceError
        As in `resample_events`.
    """
    if (refused := refusal(rubric)) is not None:
        return refused
    within = rubric.weights_within
    if within.bounds or within.at_least_as_important:
        return NotApplicable("weights are drawn without the bounds and orders that are declared")
    counted = _counted(evidence, rubric)
    shares = np.array([node.share for node in rubric.top()])
    alpha = np.ones(len(shares)) if concentration is None else concentration * shares
    draw = partial(_draw_events, counted=counted, strata=_strata(counted), alpha=alpha)
    law = "uniform" if concentration is None else f"Dirichlet({concentration:g} w)"
    how = f"events as by themselves, with weights of the criteria of the first level, {law}"
    return run_draws(draw, counted, how, draws, seed, jobs, scheduler, progress)


def _counted(evidence: Evidence, rubric: Rubric) -> Tally:
    rubric = pinned(evidence, rubric)
    return tally(select(evidence, rubric), rubric)


def _at(level: int) -> str:
    return f"points_at_{level}"


def _strongest(counted: Tally) -> pd.DataFrame:
    """Return the strongest row of each unit."""
    unit = counted.unit_of_row
    order = np.lexsort((-np.arange(len(unit)), counted.points, unit))
    last = np.append(np.flatnonzero(np.diff(unit[order])), len(unit) - 1)
    return counted.rows.iloc[order[last]]


def _strata(counted: Tally) -> tuple[Ints, ...]:
    """Return the events of each set of organisations."""
    who = counted.cell // counted.scores.matrix.shape[1]
    sets: dict[tuple[int, ...], list[int]] = {}
    for event in range(len(counted.events)):
        credited = tuple(np.unique(who[counted.event == event]).tolist())
        sets.setdefault(credited, []).append(event)
    return tuple(np.array(events) for events in sets.values())


def _draw_events(
    rng: np.random.Generator,
    size: int,
    *,
    counted: Tally,
    strata: tuple[Ints, ...],
    alpha: Array | None = None,
) -> Array:
    times = np.zeros((size, len(counted.events)))
    for events in strata:
        even = np.full(len(events), 1 / len(events))
        times[:, events] = rng.multinomial(len(events), even, size=size)
    values = matrices(counted, unit_points(counted), times[:, counted.event])
    weights = None
    if alpha is not None:
        weights = np.zeros((size, len(alpha)))
        weights[:, alpha > 0] = rng.dirichlet(alpha[alpha > 0], size=size)
    return totals(values, counted.scores, counted.rubric, weights)


def _draw_levels(
    rng: np.random.Generator,
    size: int,
    *,
    counted: Tally,
    level: Ints,
    points: Array,
    cumulative: Array,
) -> Array:
    uniform = rng.random((size, len(level)))
    # The last level takes what rounding leaves over.
    drawn = (uniform[..., None] >= cumulative[level, :-1]).sum(axis=-1)
    moved = points[np.arange(len(level)), drawn]
    moved = np.where(counted.effect == ABSENT, 1.0, moved)
    return totals(matrices(counted, moved), counted.scores, counted.rubric)
