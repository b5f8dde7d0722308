"""How many weights keep the first first and the last last: what every ranking can say of itself."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ioscore.errors import IoscoreError, Problem
from ioscore.ranking import TIE, Decision, decision_of
from ioscore.rubric import Rubric
from ioscore.scoring import Scores
from ioscore.sensitivity.weights.acceptability import RankAcceptability
from ioscore.sensitivity.weights.draws import Uniform
from ioscore.sensitivity.weights.sampling import sample_acceptability
from ioscore.sensitivity.weights.space import WeightSpace

Level = Literal["top", "leaf", "nested"]

SEED = 0
CELLS = 2_000_000
"""Weights drawn times alternatives and criteria: so much takes a few hundredths of a second."""
SLOW = {"copeland": 1_000, "kemeny_young": 200}
"""Draws under methods that compare every pair, or every order, anew for each draw."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Shares of all weights, sampled.

    Attributes
    ----------
    first, last : tuple of str
        Who is first and last under the rubric's weights.
    first_kept, last_kept : (float, float)
        Share of the weights under which they are, with its standard error.
    draws, seed : int
    """

    first: tuple[str, ...]
    last: tuple[str, ...]
    first_kept: tuple[float, float]
    last_kept: tuple[float, float]
    draws: int
    seed: int


def kept_shares(scores: Scores, rubric: Rubric) -> Kept:
    """Return how many of all weights keep the first first and the last last.

    Parameters
    ----------
    scores : Scores
    rubric : Rubric
        Its `weights_within` bounds the weights.

    Returns
    -------
    Kept
        Sampled at a fixed seed, with few draws, so that it is quick and repeats.

    Raises
    ------
    IoscoreError
        As `analyse_weights`.
    """
    decision, _ = scored_part(decision_of(scores, rubric))
    n, m = decision.values.shape
    space = declared_space(decision, rubric, "top")
    draws = SLOW.get(rubric.method, int(np.clip(CELLS // (n * m), 1_000, 20_000)))
    found = sample_acceptability(
        decision.values.to_numpy(dtype=float),
        decision.method,
        law=Uniform(criteria=m, space=None if space.is_whole else space),
        draws=draws,
        seed=SEED,
    )
    top, bottom = ends(decision)
    if not top:
        found_none, mend = (
            "nobody has a score under the rubric's weights",
            "Give some weight elsewhere.",
        )
        raise IoscoreError(Problem(where="weights", found=found_none, mend=mend))
    names = [str(name) for name in decision.values.index]
    return Kept(
        first=tuple(names[i] for i in top),
        last=tuple(names[i] for i in bottom),
        first_kept=kept(found, top, 0),
        last_kept=kept(found, bottom, -1),
        draws=draws,
        seed=SEED,
    )


def kept(found: RankAcceptability, who: list[int], rank: int) -> tuple[float, float]:
    """Return the share of the weights that keep alternatives at a rank, with its standard error.

    Parameters
    ----------
    found : RankAcceptability
    who : list of int
        Rows of the alternatives; together, where tied.
    rank : int
        0 is first, -1 last.
    """
    share = min(float(found.shares[who, rank].sum()), 1.0)
    if found.method == "exact":
        return share, 0.0
    return share, float(max(np.sqrt(share * (1 - share) / found.draws), 1 / found.draws))


def ends(decision: Decision) -> tuple[list[int], list[int]]:
    """Return the rows of the first and of the last under the weights of a decision."""
    now = decision.scores().to_numpy(dtype=float)
    if np.isnan(now).all():
        return [], []
    near = TIE * float(np.nanmax(np.abs(now)))
    top, bottom = now >= np.nanmax(now) - near, now <= np.nanmin(now) + near
    return np.flatnonzero(top).tolist(), np.flatnonzero(bottom).tolist()


def scored_part(decision: Decision) -> tuple[Decision, tuple[str, ...]]:
    """Leave out alternatives of which nothing is known, which have no rank under any weights.

    Returns
    -------
    Decision
    tuple of str
        Those left out.

    Raises
    ------
    IoscoreError
        When nothing is known of any.
    """
    known = decision.values.notna().any(axis=1)
    if not known.any():
        found, mend = "no alternative has a score", "Give some evidence first."
        raise IoscoreError(Problem(where="scores", found=found, mend=mend))
    gone = tuple(str(name) for name in decision.values.index[~known])
    part = decision.values.loc[known]
    return Decision(values=part, weights=decision.weights, method=decision.method), gone


def declared_space(decision: Decision, rubric: Rubric, level: Level) -> WeightSpace:
    """Return the weights that the rubric admits.

    Parameters
    ----------
    decision : Decision
    rubric : Rubric
    level : {"top", "leaf", "nested"}
        Bounds and orders speak of the criteria of the first level.

    Returns
    -------
    WeightSpace

    Raises
    ------
    RubricError
        When no weights are left.
    IoscoreError
        When there are bounds or orders and the weights are those of leaves.
    """
    within, criteria = rubric.weights_within, list(decision.values.columns)
    if not within.bounds and not within.at_least_as_important:
        return WeightSpace.whole(len(criteria))
    top = [node.id for node in rubric.top()]
    if level != "top" or criteria != top:
        raise IoscoreError(
            Problem(
                where=f"rubric {rubric.name}, weights_within",
                found="it speaks of the criteria of the first level, all of which must have scores",
                mend="Take --level top, or leave it out.",
            )
        )
    lower, upper = np.zeros(len(top)), np.ones(len(top))
    for name, (low, high) in within.bounds.items():
        lower[top.index(name)], upper[top.index(name)] = low, high
    orders = tuple(
        (top.index(one), top.index(other))
        for row in within.at_least_as_important
        for one, other in itertools.pairwise(row)
    )
    return WeightSpace(lower=lower, upper=upper, orders=orders)
