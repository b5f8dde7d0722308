"""Coders' readings mixed at random, and how often coders give an act another level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ioscore.errors import EvidenceError, NotApplicable, Problem
from ioscore.evidence import Evidence, select
from ioscore.evidence.matching import Reading, Unit, match_acts
from ioscore.evidence.table import alternatives
from ioscore.rubric import Rubric
from ioscore.scoring import score
from ioscore.sensitivity.evidence.evidence_draws import EvidenceDraws, Progress, run_draws
from ioscore.sensitivity.evidence.outcomes import totals
from ioscore.sensitivity.evidence.recount import Tally, matrices, refusal, tally_rows, unit_points

Array = NDArray[np.float64]
Ints = NDArray[np.int_]


def level_confusion(readings: Sequence[Reading]) -> pd.DataFrame:
    """Return how probably another coder gives an act each level, given the level of one.

    Parameters
    ----------
    readings : sequence of Reading
        Two or more. Acts are matched as in `ioscore.evidence.agreement`.

    Returns
    -------
    pandas.DataFrame
        Levels x levels, both as numbers: rows sum to one. Each pair of matched acts that both
        have a level counts in both directions, as in a matrix of coincidences.

    Raises
    ------
    EvidenceError
        When no act was given a level by two coders.

    References
    ----------
    Krippendorff, K. (2019). Content Analysis: An Introduction to Its Methodology, 4th ed., ch. 12.
    """
    items = match_acts(readings, _units(readings))
    columns = [
        items[r.coder].map(dict(zip(r.rows["id"], r.rows["strength"], strict=True))).fillna("")
        for r in readings
    ]
    pairs = [
        (int(a), int(b))
        for i, one in enumerate(columns)
        for j, other in enumerate(columns)
        if i != j
        for a, b in zip(one, other, strict=True)
        if a and b
    ]
    if not pairs:
        found = "no act to which two coders gave a level"
        mend = "Give readings of the same paragraphs."
        raise EvidenceError(Problem(where="readings", found=found, mend=mend))
    first, second = (pd.Series(side, dtype=int) for side in zip(*pairs, strict=True))
    table = pd.crosstab(first, second, normalize="index")
    return table.rename_axis(index="level", columns="other")


def mix_readings(
    readings: Sequence[tuple[Reading, Evidence]],
    rubric: Rubric,
    *,
    draws: int,
    seed: int,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> EvidenceDraws | NotApplicable:
    """Take for each act one coder's reading at random, and rank each draw.

    Parameters
    ----------
    readings : sequence of (Reading, Evidence)
        What each coder made of the sources: where the acts stand, and the rows. Two or more.
    rubric : Rubric
    draws, seed, jobs, scheduler, progress
        As in `ioscore.sensitivity.evidence.resampling.resample_events`.

    Returns
    -------
    EvidenceDraws or NotApplicable
        NotApplicable with fewer than two readings, or where the rubric refuses missing cells.

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules, or whose rows are not those of its reading.

    Notes
    -----
    Acts are matched by where they stand (`match_acts`). For each place one of the coders who read
    its paragraph is drawn, all with the same probability, and what that coder has there counts:
    of two coders, an act that only one found is in one half of the draws. Coders name events each
    in their own way; events of a later reading are taken for events of an earlier one, one to
    one, so that the most acts that match are of one event. Draws differ from an adjudicated
    reading: nobody has looked at the differences.
    """
    if (refused := refusal(rubric)) is not None:
        return refused
    if len(readings) < 2:
        return NotApplicable("coders can be mixed where two or more have read the sources")
    named: dict[str, str] = {}
    for _, evidence in readings:
        named |= alternatives(evidence, rubric)
    rubric = rubric.model_copy(update={"alternatives": named})
    coders = [reading for reading, _ in readings]
    items = match_acts(coders, _units(coders))
    keyed = [replace(evidence, rows=_keyed(reading, evidence)) for reading, evidence in readings]
    events = _common_events(keyed, items[[r.coder for r in coders]])
    parts = []
    for n, (reading, evidence) in enumerate(zip(coders, keyed, strict=True)):
        place = {act: item for item, act in enumerate(items[reading.coder]) if act}
        selection = select(evidence, rubric)
        rows = selection.rows
        parts.append(
            rows.assign(
                event_id=rows["event_id"].map(events[n]), item=rows["id"].map(place), reader=n
            )
        )
        if n == 0:
            scores = score(selection, rubric)
    counted = tally_rows(pd.concat(parts, ignore_index=True), scores, rubric)
    used, item = np.unique(counted.rows["item"].to_numpy(dtype=int), return_inverse=True)
    who_read = [set(reading.units) for reading in coders]
    read = np.array([[u in units for units in who_read] for u in items["unit"].iloc[used]])
    draw = partial(
        _draw_readings,
        counted=counted,
        item=item,
        reader=counted.rows["reader"].to_numpy(dtype=int),
        readers=np.argsort(~read, axis=1, kind="stable"),
        number=read.sum(axis=1),
    )
    how = f"for each act the reading of one of the coders {', '.join(r.coder for r in coders)}"
    return run_draws(draw, counted, how, draws, seed, jobs, scheduler, progress)


def _units(readings: Sequence[Reading]) -> list[Unit]:
    return sorted({unit for reading in readings for unit in reading.units})


def _keyed(reading: Reading, evidence: Evidence) -> pd.DataFrame:
    """Return the rows of a reading with the ids that the matching of acts knows."""
    rows = evidence.rows
    again = rows.groupby("id").cumcount()
    keys = [f"{name}#{n}" if n else name for name, n in zip(rows["id"], again, strict=True)]
    if not set(keys) <= set(reading.rows["id"]):
        found = f"rows that are not in the reading of {reading.coder}"
        mend = "Read both from the same folder."
        raise EvidenceError(Problem(where=evidence.name, found=found, mend=mend))
    return rows.assign(id=keys)


def _common_events(evidence: Sequence[Evidence], items: pd.DataFrame) -> list[dict[str, str]]:
    """Return for each reading the common name of each of its events."""
    names: list[dict[str, str]] = []
    # The event of each place by the readings before, the first to have an act there.
    known = pd.Series("", index=items.index, dtype=object)
    for coder, part in zip(items.columns, evidence, strict=True):
        rows = part.rows
        own = items[coder].map(dict(zip(rows["id"], rows["event_id"], strict=True))).fillna("")
        common = {event: f"{coder}: {event}" for event in rows["event_id"].unique()}
        both = (known != "") & (own != "")
        if both.any():
            table = pd.crosstab(own[both], known[both])
            times = table.to_numpy()
            pairs = zip(*linear_sum_assignment(times, maximize=True), strict=True)
            common |= {table.index[i]: table.columns[j] for i, j in pairs if times[i, j] > 0}
        names.append(common)
        known = known.where(known != "", own.map(common).fillna(""))
    return names


def _draw_readings(
    rng: np.random.Generator,
    size: int,
    *,
    counted: Tally,
    item: Ints,
    reader: Ints,
    readers: Ints,
    number: Ints,
) -> Array:
    turn = (rng.random((size, len(number))) * number).astype(int)
    drawn = readers[np.arange(len(number)), turn]
    kept = drawn[:, item] == reader
    return totals(matrices(counted, unit_points(counted, kept)), counted.scores, counted.rubric)
