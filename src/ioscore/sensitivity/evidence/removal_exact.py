"""The smallest set of events whose removal puts one organisation past others, exactly.

Branch and bound over the events that lie in more than one cell: with these decided, cells no
longer depend on each other, and `ioscore.sensitivity.evidence.cheapest` is exact. While they are open,
each cell may leave out its part of a shared event at its part of the cost, which bounds the size
from below.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ioscore.rubric import Node
from ioscore.sensitivity.evidence.cheapest import UNIT, Cell, Item, Ways, cell_ways, node_ways
from ioscore.sensitivity.evidence.recount import (
    ABSENT,
    LIMITS,
    SUPPORTS,
    Tally,
    cell_kinds,
    unit_points,
)
from ioscore.sensitivity.evidence.removal_search import (
    PAST,
    Events,
    Target,
    greedy,
    reaches,
    without_waste,
)

MOST_WORK = 5e11
"""After so much the search stops, with the bound reached so far: nodes times the cube of the
greatest cost looked at, which is what a node takes; some ten seconds."""
ROUNDING = 1e-13
"""By so much two ways of adding up a score may differ."""

Decided = dict[int, bool]
"""Shared events that are decided: True is left out, False stays."""


@dataclass(frozen=True, kw_only=True)
class Smallest:
    """A smallest set, or the best one found.

    Attributes
    ----------
    events : tuple of int or None
        None where no set below the given size was found; empty where nothing has to go.
    lower : int
        No set with fewer events reaches the target; beyond the number of events where none does.
    """

    events: Events | None
    lower: int


@dataclass(frozen=True)
class _Part:
    """An item before its event is decided."""

    event: int
    net: float
    supports: bool
    denies: bool
    share: int
    bit: int


def smallest_set(tally: Tally, target: Target, *, below: int | None = None) -> Smallest:
    """Return the smallest set of events whose removal reaches the target.

    Parameters
    ----------
    tally : Tally
        Of a rubric with `diminishing` or `count` cells and arithmetic means throughout.
    target : Target
        All its organisations have a score, and must keep one.
    below : int, optional
        Only sets of fewer events are of interest.

    Returns
    -------
    Smallest
    """
    if reaches(tally, target, ()):
        return Smallest(events=(), lower=0)
    search = _Search(tally, target)
    most = len(tally.events) if below is None else below - 1
    best = greedy(tally, target)
    if best is not None and len(best) > most:
        best = None
    limit = most if best is None else len(best) - 1
    order = itertools.count()
    heap: list[tuple[int, int, Decided, int]] = []

    def push(decided: Decided) -> None:
        bound = search.bound(decided, limit * UNIT)
        if bound is not None:
            heapq.heappush(heap, (bound[0], next(order), decided, bound[1]))

    push({})
    doubtful = most + 1
    work = 0.0
    while heap and -(-heap[0][0] // UNIT) <= limit:
        work += float(limit * UNIT) ** 3
        if work > MOST_WORK:
            doubtful = min(doubtful, -(-heap[0][0] // UNIT))
            break
        *_, decided, bits = heapq.heappop(heap)
        chosen = search.events(bits) | {event for event, out in decided.items() if out}
        found: Events | None = None
        if len(chosen) <= limit and reaches(tally, target, chosen):
            found = without_waste(tally, target, tuple(sorted(chosen)))
        elif not decided:
            # The first, with whole events in place of parts, is a good start.
            found = greedy(tally, target, tuple(chosen))
        if found is not None and len(found) <= limit:
            best, limit = found, len(found) - 1
        split = search.split(bits)
        if split is None:
            # Its cost is its size: if rounding keeps it from the target, nothing is shown.
            if len(chosen) <= limit:
                doubtful = min(doubtful, len(chosen))
            continue
        push({**decided, split: True})
        push({**decided, split: False})
    return Smallest(events=best, lower=min(limit + 1, doubtful))


class _Search:
    """The cells of the organisations concerned, and how far each can be moved."""

    def __init__(self, tally: Tally, target: Target) -> None:
        self.tally, self.target = tally, target
        self.nodes: list[Node] = list(tally.rubric.nodes())
        self.parts = _parts(tally, (target.pivot, *target.others))
        everything = [part for cell in self.parts.values() for part in cell]
        self.event_of = {part.bit: part.event for part in everything}
        count: dict[int, int] = defaultdict(int)
        for part in everything:
            count[part.event] += 1
        self.shared = {event for event, times in count.items() if times > 1}
        self.bits_of: dict[int, int] = defaultdict(int)
        for part in everything:
            self.bits_of[part.event] |= part.bit
        self.below: dict[tuple[int, str], tuple[int, ...]] = {}
        self.known: dict[tuple[object, ...], Ways] = {}
        self.leaves = {node.path: node for node in self.nodes if node.leaf}
        balanced = cell_kinds(tally)[0]
        self.balanced = dict(zip(tally.scores.matrix.columns, map(bool, balanced), strict=True))

    def events(self, bits: int) -> set[int]:
        """Return the events of which some item is in a set of items."""
        return {event for bit, event in self.event_of.items() if bit & bits}

    def split(self, bits: int) -> int | None:
        """Return an event that is left out in some of its cells only, the most items first."""
        torn = [
            (-(own & bits).bit_count(), event)
            for event in self.shared
            if 0 != (own := self.bits_of[event]) & bits != own
        ]
        return min(torn)[1] if torn else None

    def bound(self, decided: Decided, budget: int) -> tuple[int, int] | None:
        """Return the least cost at which cells by themselves reach the target, and its items."""
        base = UNIT * sum(decided.values())
        sign = self.target.direction
        own = self.ways(self.target.pivot, "", sign, decided, budget)
        others = [self.ways(o, "", -sign, decided, budget) for o in self.target.others]
        whole = base + own.costs
        at = []
        for ways in others:
            # The cheapest way of each other that leaves it behind; values rise with the costs.
            way = np.searchsorted(ways.values, PAST - ROUNDING - own.values, side="right")
            whole = whole + np.append(ways.costs, budget + 1)[way]
            at.append(way)
        if not len(whole) or whole.min() > budget:
            return None
        best = int(whole.argmin())
        bits = own.present[best][2]
        for ways, way in zip(others, at, strict=True):
            bits |= ways.present[way[best]][2]
        return int(whole[best]), bits

    def ways(self, who: int, path: str, sign: int, decided: Decided, budget: int) -> Ways:
        """Return how far a node of one organisation can be moved under what is decided."""
        below = self._shared_below(who, path)
        key = (who, path, sign, tuple(decided.get(event) for event in below))
        # The budget only falls, and what was found within a larger one holds within a smaller.
        if key not in self.known:
            if path in self.leaves:
                found = cell_ways(self._cell(who, path, decided), sign)
            else:
                children = [n for n in self.nodes if n.parent == path and n.weight > 0]
                parts = {n.path: self.ways(who, n.path, sign, decided, budget) for n in children}
                found = node_ways(path, self.nodes, parts, budget=budget)
            self.known[key] = found
        return self.known[key]

    def _shared_below(self, who: int, path: str) -> tuple[int, ...]:
        if (who, path) not in self.below:
            found = {
                part.event
                for (name, leaf), cell in self.parts.items()
                if name == who and (not path or f"{leaf}/".startswith(f"{path}/"))
                for part in cell
                if part.event in self.shared
            }
            self.below[who, path] = tuple(sorted(found))
        return self.below[who, path]

    def _cell(self, who: int, path: str, decided: Decided) -> Cell:
        scores, rubric = self.tally.scores, self.tally.rubric
        kept: list[Item] = []
        free: list[Item] = []
        for part in self.parts.get((who, path), ()):
            state = decided.get(part.event)
            item = Item(
                net=part.net,
                supports=part.supports,
                denies=part.denies,
                cost=part.share if part.event in self.shared else UNIT,
                bit=part.bit,
            )
            if state is not True:
                (free if state is None else kept).append(item)
        turned = self.leaves[path].direction == "cost"
        fill = None
        if rubric.missing in ("worst", "best") and path in self.balanced:
            ends = sorted(
                1 - end if turned else end for end in (scores.lower[path], scores.upper[path])
            )
            fill = float(ends[rubric.missing == "best"])
        return Cell(
            kept=tuple(kept),
            free=tuple(free),
            half=rubric.scoring.half,
            balance=self.balanced.get(path, False),
            turned=turned,
            fill=fill,
        )


def _parts(tally: Tally, concerned: tuple[int, ...]) -> Mapping[tuple[int, str], list[_Part]]:
    """Return what each event does to each cell with a weight of the organisations concerned."""
    paths = list(tally.scores.matrix.columns)
    weighty = {node.path for node in tally.rubric.nodes() if node.share > 0}
    holds = cell_kinds(tally)[1]
    units: dict[tuple[int, int], list[int]] = defaultdict(list)
    for unit, (cell, event) in enumerate(zip(tally.cell, tally.event, strict=True)):
        if cell // len(paths) in concerned and paths[cell % len(paths)] in weighty:
            units[int(cell), int(event)].append(unit)
    cells_of: dict[int, list[int]] = defaultdict(list)
    for cell, event in units:
        cells_of[event].append(cell)
    points = unit_points(tally)
    parts: dict[tuple[int, str], list[_Part]] = defaultdict(list)
    for n, ((cell, event), own) in enumerate(units.items()):
        effect = tally.effect[own]
        who, j = divmod(cell, len(paths))
        many = len(cells_of[event])
        place = cells_of[event].index(cell)
        parts[who, paths[j]].append(
            _Part(
                event=event,
                net=float(
                    points[own][effect == SUPPORTS].sum() - points[own][effect == LIMITS].sum()
                ),
                supports=bool((effect == SUPPORTS).any()),
                denies=bool((effect == ABSENT).any() and holds[j]),
                # Whole twelfths that sum to one event.
                share=UNIT * (place + 1) // many - UNIT * place // many,
                bit=1 << n,
            )
        )
    return parts
