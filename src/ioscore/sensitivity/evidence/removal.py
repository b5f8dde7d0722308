"""The smallest set of events without which another organisation is first, or last."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence, select
from ioscore.ranking import rank
from ioscore.rubric import Rubric
from ioscore.scoring import score
from ioscore.sensitivity.evidence.outcomes import ranks, totals
from ioscore.sensitivity.evidence.recount import (
    Tally,
    matrices,
    pinned,
    refusal,
    tally,
    unit_points,
)
from ioscore.sensitivity.evidence.removal_exact import smallest_set
from ioscore.sensitivity.evidence.removal_search import Events, Target, greedy, shrink, try_all

STOPPED = "the search was stopped after many steps"


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A set of events, and what leaving it out does.

    Attributes
    ----------
    target : str
        What is reached, in words.
    size : int
        Number of events.
    events : pandas.DataFrame
        One row for each event in each cell: `event_id`, `organisation`, `leaf`, `effect`,
        `points`, and `summary` of the strongest row.
    exact : bool
        Whether no smaller set reaches the target.
    lower : int
        No set with fewer events reaches the target; `size` where exact.
    reason : str
        Why it is an upper bound only; empty where exact.
    scores : pandas.DataFrame
        For each organisation: score and rank `before` and `after`, the whole way anew.
    """

    target: str
    size: int
    events: pd.DataFrame
    exact: bool
    lower: int
    reason: str
    scores: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the events."""
        return self.events.copy()


def turn_top(
    evidence: Evidence, rubric: Rubric, *, first: str | None = None
) -> Removal | NotApplicable:
    """Return the smallest set of events without which the first is first no longer.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    first : str, optional
        The organisation that is to be first, alone. Where not given, any may be put ahead of
        the one (or of one of those) in the first place.

    Returns
    -------
    Removal or NotApplicable
        Not applicable where `first` is first alone already, where no set will do (or only one that
        takes away all of a rival's score, or none was found, as the reason then says), where the rubric refuses missing cells, or counts per
        words written, which change with the acts.

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules or cannot be ranked as it is.

    Notes
    -----
    An event is left out everywhere: all its rows, of every effect, for all organisations. One
    organisation is ahead of another by more than 1e-9, which is no tie by the rule of `rank`.
    The organisations compared must keep a score. Leaving out can raise a score: a limit goes, or
    a cell goes missing and its weight passes to better ones.

    Exact where cells are sums (`diminishing`, `count`) and all means arithmetic, without
    normalisation and rounding, if the search ends in time: in each cell the strongest k events
    move it furthest, cells are combined along the tree by dynamic programming for every set of
    parts that may go missing, and events that lie in several cells are decided by branch and
    bound. Elsewhere a greedy search improved by exchanges gives an upper bound, and all sets up
    to a size that allows it are tried one by one.

    References
    ----------
    Land, A. H. and Doig, A. G. (1960). An automatic method of solving discrete programming
    problems. Econometrica 28(3), 497-520. doi:10.2307/1910129
    """
    return _turn(evidence, rubric, first, direction=1)


def turn_bottom(
    evidence: Evidence, rubric: Rubric, *, last: str | None = None
) -> Removal | NotApplicable:
    """Return the smallest set of events without which the last is last no longer.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    last : str, optional
        The organisation that is to be last, alone; any where not given.

    Returns
    -------
    Removal or NotApplicable
        As in `turn_top`, where notes and reference stand.

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules or cannot be ranked as it is.
    """
    return _turn(evidence, rubric, last, direction=-1)


def _turn(
    evidence: Evidence, rubric: Rubric, wanted: str | None, direction: int
) -> Removal | NotApplicable:
    if (refused := refusal(rubric)) is not None:
        return refused
    if rubric.level("documentation") != "as_written":
        return NotApplicable("acts that are left out change the words that scores are divided by")
    rubric = pinned(evidence, rubric)
    counted = tally(select(evidence, rubric), rubric)
    before = _table(evidence, rubric, list(counted.scores.matrix.index))
    asked = _targets(before, wanted, direction)
    if isinstance(asked, NotApplicable):
        return asked
    targets, text = asked
    inexact = why_inexact(rubric)
    found, lower = (_exact if not inexact else _bounded)(counted, targets)
    if found is None:
        sure = lower > len(counted.events)
        shown = _unreached(counted, targets) if sure else f"no set was found: {inexact or STOPPED}"
        return NotApplicable(f"{text}: {shown}")
    return _removal(evidence, counted, found, lower, text, inexact, before)


def _targets(
    before: pd.DataFrame, wanted: str | None, direction: int
) -> tuple[list[Target], str] | NotApplicable:
    """Return who is to be ahead of whom, any of these, and the same in words."""
    names, place = list(before.index), "first" if direction > 0 else "last"
    places = ranks(direction * before["score"].to_numpy(dtype=float))
    known = [i for i in range(len(names)) if not np.isnan(places[i])]
    leaders = [i for i in known if places[i] == 1]
    if len(known) < 2:
        return NotApplicable("fewer than two organisations have a score")
    if wanted is None:
        text = f"{' or '.join(names[i] for i in leaders)} no longer {place}"
        return [Target(b, (a,), direction) for a in leaders for b in known if b != a], text
    if wanted not in names:
        return NotApplicable(f"{wanted} is none of {', '.join(names)}")
    pivot = names.index(wanted)
    if pivot not in known or leaders == [pivot]:
        why = f"is {place} already" if pivot in known else "has no score"
        return NotApplicable(f"{wanted} {why}")
    return [Target(pivot, tuple(i for i in known if i != pivot), direction)], f"{wanted} {place}"


def why_inexact(rubric: Rubric) -> str:
    """Return why the exact search does not hold for a rubric; empty where it does."""
    if rubric.scoring.rule not in ("diminishing", "count"):
        return f"cells by the rule {rubric.scoring.rule} are no sums over events"
    if rubric.mean != "arithmetic":
        return f"{rubric.method} is no arithmetic mean"
    if any(node.aggregation != "arithmetic" for node in rubric.nodes() if not node.leaf):
        return "a criterion is no arithmetic mean of its parts"
    if any(leaf.normalise.rule != "fixed" for leaf in rubric.leaves()):
        return "values are normalised"
    return "scores are rounded" if rubric.decimals is not None else ""


def _exact(counted: Tally, targets: list[Target]) -> tuple[Events | None, int]:
    best: Events | None = None
    lower = len(counted.events) + 1
    for target in targets:
        found = smallest_set(counted, target, below=None if best is None else len(best))
        best = found.events or best
        lower = min(lower, found.lower)
    return best, lower


def _bounded(counted: Tally, targets: list[Target]) -> tuple[Events | None, int]:
    found = [
        shrink(counted, target, events)
        for target in targets
        if (events := greedy(counted, target)) is not None
    ]
    best = min(found, key=len, default=None)
    lower = len(counted.events) + 1
    for target in targets:
        below = len(counted.events) + 1 if best is None else len(best)
        smaller, tried = try_all(counted, target, below=below)
        best = best if smaller is None else smaller
        lower = min(lower, tried + 1)
    return best, lower


def _unreached(counted: Tally, targets: list[Target]) -> str:
    """Return why no set is enough: none does it, or only one that takes away a rival's score."""
    names, leaves = list(counted.scores.matrix.index), counted.scores.matrix.shape[1]
    keeps = [target for target in targets if _outlasts(counted, target, leaves)]
    rivals = sorted({other for target in keeps for other in target.others})
    if not rivals:
        return "no set of events does this"
    who = names[rivals[0]] if len(rivals) == 1 else "another organisation"
    return f"only by leaving {who} without any score"


def _outlasts(counted: Tally, target: Target, leaves: int) -> bool:
    """Say whether the pivot keeps a score where all events of the others are left out."""
    of_others = counted.event[np.isin(counted.cell // leaves, target.others)]
    gone = np.isin(np.arange(len(counted.events)), of_others)[None, :]
    values = matrices(counted, unit_points(counted), ~gone[:, counted.event])
    return bool(~np.isnan(totals(values, counted.scores, counted.rubric)[0, target.pivot]))


def _table(evidence: Evidence, rubric: Rubric, names: list[str]) -> pd.DataFrame:
    table = rank(score(select(evidence, rubric), rubric), rubric).table
    return table.set_index("organisation")[["score", "rank"]].loc[names]


def _removal(
    evidence: Evidence,
    counted: Tally,
    events: Events,
    lower: int,
    text: str,
    inexact: str,
    before: pd.DataFrame,
) -> Removal:
    ids = [counted.events[event] for event in events]
    rest = replace(evidence, rows=evidence.rows[~evidence.rows["event_id"].isin(ids)])
    after = _table(rest, counted.rubric, list(before.index))
    rows = counted.rows[counted.rows["event_id"].isin(ids)]
    rows = rows.sort_values("points", ascending=False, kind="stable")
    cells = rows.drop_duplicates(["event_id", "organisation", "leaf", "effect"])
    columns = ["event_id", "organisation", "leaf", "effect", "points", "summary"]
    exact = lower >= len(ids)
    return Removal(
        target=text,
        size=len(ids),
        events=cells.sort_values(columns[:4])[columns].reset_index(drop=True),
        exact=exact,
        lower=min(lower, len(ids)),
        reason="" if exact else (inexact or STOPPED),
        scores=before.add_suffix("_before").join(after.add_suffix("_after")),
    )
