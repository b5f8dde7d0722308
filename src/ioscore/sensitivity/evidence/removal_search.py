"""Sets of events whose removal puts one organisation past others: tried, not reasoned about."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ioscore.rubric import with_rules
from ioscore.sensitivity.evidence.outcomes import totals
from ioscore.sensitivity.evidence.recount import Tally, matrices, unit_points

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Events = tuple[int, ...]

PAST = 1e-9
"""By more than this one organisation must be past another: no tie by the rule of `rank`."""
AT_ONCE = 5_000
"""Sets whose scores are computed in one go."""
MOST_SETS = 50_000
"""Most sets that are tried one by one to show that no smaller set will do."""


@dataclass(frozen=True)
class Target:
    """One organisation (by index) is to be ahead of others (direction 1) or behind them (-1)."""

    pivot: int
    others: tuple[int, ...]
    direction: int


def gaps(tally: Tally, target: Target, gone: Flags) -> Array:
    """Return by how much the pivot is past each of the others without some events.

    Parameters
    ----------
    tally : Tally
    target : Target
    gone : array of bool, (k, events)

    Returns
    -------
    array, (k, others)
        Minus infinity where one of the two has no score.
    """
    values = matrices(tally, unit_points(tally), ~gone[:, tally.event])
    scores = totals(values, tally.scores, tally.rubric)
    ahead = scores[:, [target.pivot]] - scores[:, list(target.others)]
    return np.nan_to_num(target.direction * ahead, nan=-np.inf)


def reaches(tally: Tally, target: Target, events: Iterable[int]) -> bool:
    """Say whether a set of events, left out, reaches the target."""
    return first_that_reaches(tally, target, [tuple(events)]) is not None


def first_that_reaches(tally: Tally, target: Target, sets: Iterable[Events]) -> Events | None:
    """Return the first of many sets of events that, left out, reaches the target."""
    sets = iter(sets)
    while batch := list(itertools.islice(sets, AT_ONCE)):
        gone = np.zeros((len(batch), len(tally.events)), dtype=bool)
        rows = np.repeat(np.arange(len(batch)), [len(events) for events in batch])
        gone[rows, [event for events in batch for event in events]] = True
        found = (gaps(tally, target, gone) > PAST).all(axis=1)
        if found.any():
            return batch[int(found.argmax())]
    return None


def greedy(tally: Tally, target: Target, start: Events = ()) -> Events | None:
    """Return a set that reaches the target, or None where this way finds none.

    From the start on, always that event next whose removal leaves least to do; among equals that which would leave
    least if cells were sums. Then events are put back where that can be.
    """
    n = len(tally.events)
    smooth = replace(tally, rubric=with_rules(tally.rubric, rule="diminishing"))
    gone, each = np.zeros(n, dtype=bool), np.eye(n, dtype=bool)
    gone[list(start)] = True
    if start and reaches(tally, target, start):
        return without_waste(tally, target, start)
    for _ in range(n - len(start)):
        left, sums = (
            np.clip(2 * PAST - gaps(t, target, gone | each), 0.0, None).sum(axis=1)
            for t in (tally, smooth)
        )
        best = int(np.lexsort((sums, np.where(gone, np.inf, left), gone))[0])
        gone[best] = True
        if left[best] == 0:
            return without_waste(tally, target, tuple(map(int, np.flatnonzero(gone))))
    return None


def without_waste(tally: Tally, target: Target, events: Events) -> Events:
    """Return a part of the set that still reaches the target, of which no event can stay."""
    while events:
        parts = itertools.combinations(events, len(events) - 1)
        smaller = first_that_reaches(tally, target, parts)
        if smaller is None:
            break
        events = smaller
    return events


def shrink(tally: Tally, target: Target, events: Events) -> Events:
    """Return a set that reaches the target and is no larger: pairs replaced by one event."""
    while True:
        smaller = first_that_reaches(tally, target, _smaller(events, len(tally.events)))
        if smaller is None:
            return events
        events = without_waste(tally, target, tuple(sorted(smaller)))


def _smaller(events: Events, n: int) -> Iterator[Events]:
    """Yield sets in which two events are replaced by another."""
    others = [event for event in range(n) if event not in events]
    for pair in itertools.combinations(events, 2):
        rest = tuple(event for event in events if event not in pair)
        for other in others:
            yield (*rest, other)


def try_all(tally: Tally, target: Target, *, below: int) -> tuple[Events | None, int]:
    """Try every set, from the smallest, as long as there are not too many.

    Parameters
    ----------
    tally : Tally
    target : Target
    below : int
        Only sets of fewer events.

    Returns
    -------
    events : tuple of int or None
        A smallest set, None where none was found.
    tried : int
        The size up to which no set, or none but this, reaches the target.
    """
    n, tried, left = len(tally.events), 0, MOST_SETS
    for size in range(1, min(below, n + 1)):
        left -= math.comb(n, size)
        if left < 0:
            break
        found = first_that_reaches(tally, target, itertools.combinations(range(n), size))
        if found is not None:
            return found, size - 1
        tried = size
    return None, tried
