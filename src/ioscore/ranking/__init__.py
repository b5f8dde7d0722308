"""Score matrix and weights -> order, ties, contributions, and what missing cells leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.ranking.weighted_mean import (
    Matrix,
    effective_weights,
    mean_of_part,
    weighted_mean,
)
from ioscore.rubric import Node, Rubric
from ioscore.scoring import Scores

FILLS = ("renormalise", "worst", "best")
"""What can be put in the place of a missing cell."""

TIE = 1e-9
"""Scores closer than this share of the greatest share a rank: sums on machines differ by less."""

__all__ = ["FILLS", "TIE", "Ranking", "rank"]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """An order of alternatives, with what carries it and what leaves it open.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each alternative, best first: `organisation`, `rank` (1 is first, ties share
        the better rank; NaN without any evidence), `score`, `rank_best` and `rank_worst` (over
        every possible value of every missing cell), `score_low` and `score_high` (likewise),
        `missing` (number of missing leaves).
    contributions : pandas.DataFrame
        Alternatives x criteria of the first level; a row sums to the score.
    criterion_scores : pandas.DataFrame
        Same shape: the score of each criterion by itself, NaN where missing.
    cells : pandas.DataFrame
        Alternatives x leaves: the values as they enter the mean, costs turned round and missing
        cells filled by the rubric's rule (NaN under `renormalise`).
    by_fill : pandas.DataFrame
        Alternatives x `FILLS`: the rank under each rule for missing cells.
    rubric : Rubric
    """

    table: pd.DataFrame
    contributions: pd.DataFrame
    criterion_scores: pd.DataFrame
    cells: pd.DataFrame
    by_fill: pd.DataFrame
    rubric: Rubric

    @property
    def first(self) -> tuple[str, ...]:
        """Alternatives ranked first under the rubric."""
        return tuple(self.table.loc[self.table["rank"] == 1, "organisation"])

    @property
    def first_under_every_rule(self) -> bool:
        """Whether the rules renormalise, worst and best agree on who is first."""
        firsts = {tuple(sorted(self.by_fill.index[self.by_fill[fill] == 1])) for fill in FILLS}
        return len(firsts) == 1

    @property
    def first_determined(self) -> bool:
        """Whether the first stays first whatever the missing cells hold."""
        rows = self.table[self.table["rank"] == 1]
        return len(rows) == 1 and bool((rows["rank_worst"] == 1).all())

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the contributions beside it."""
        return self.table.join(self.contributions.add_prefix("contribution_"), on="organisation")


def rank(scores: Scores, rubric: Rubric) -> Ranking:
    """Rank alternatives by the weighted mean of their scores.

    Parameters
    ----------
    scores : Scores
    rubric : Rubric
        Gives weights, directions and what a missing cell does.

    Returns
    -------
    Ranking

    Raises
    ------
    EvidenceError
        When cells are missing and the rubric says `refuse`.
    """
    nodes, paths = list(rubric.nodes()), list(scores.matrix.columns)
    cost = np.array([node.direction == "cost" for node in nodes if node.path in paths])
    turn = np.where(cost, -1.0, 1.0), np.where(cost, 1.0, 0.0)
    values = turn[1] + turn[0] * scores.matrix.to_numpy(dtype=float)
    bounds = np.sort(
        [turn[1] + turn[0] * b.to_numpy(dtype=float) for b in (scores.lower, scores.upper)], axis=0
    )
    gaps = np.isnan(values)
    if rubric.missing == "refuse" and gaps.any():
        raise EvidenceError(_refused(scores))
    filled = {
        "renormalise": values,
        "worst": np.where(gaps, bounds[0], values),
        "best": np.where(gaps, bounds[1], values),
    }
    weights = {fill: effective_weights(~np.isnan(m), nodes, paths) for fill, m in filled.items()}
    totals = {fill: _total(filled[fill], weights[fill]) for fill in FILLS}
    fill = rubric.missing if rubric.missing in FILLS else "renormalise"
    tie = TIE * max(float(np.nanmax(np.abs([0.0, *t]))) for t in totals.values())
    best, worst = _rank_range(totals["worst"], totals["best"], tie)
    ranks = {name: _ranks(total, tie) for name, total in totals.items()}
    names = list(scores.matrix.index)
    table = pd.DataFrame(
        {
            "organisation": names,
            "rank": ranks[fill],
            "score": totals[fill],
            "rank_best": best,
            "rank_worst": worst,
            "score_low": totals["worst"],
            "score_high": totals["best"],
            "missing": gaps.sum(axis=1),
        }
    ).sort_values(["rank"], kind="stable", na_position="last", ignore_index=True)
    parts = weighted_mean(filled[fill], weights[fill])
    contributions, own = _by_criterion(filled[fill], parts, nodes, paths)
    order = list(table["organisation"])
    labels = [node.id for node in rubric.top()]
    return Ranking(
        table=table,
        contributions=pd.DataFrame(contributions, index=names, columns=labels).loc[order],
        criterion_scores=pd.DataFrame(own, index=names, columns=labels).loc[order],
        cells=pd.DataFrame(filled[fill], index=names, columns=paths).loc[order],
        by_fill=pd.DataFrame(ranks, index=names)[list(FILLS)].loc[order],
        rubric=rubric,
    )


def _total(values: Matrix, weights: Matrix) -> Matrix:
    total = weighted_mean(values, weights).sum(axis=1)
    return np.where(weights.sum(axis=1) > 0, total, np.nan)


def _ranks(total: Matrix, tie: float) -> Matrix:
    """Return competition ranks: one more than the number of those ahead by more than a tie."""
    ahead = total[None, :] > total[:, None] + tie
    return np.where(np.isnan(total), np.nan, 1.0 + ahead.sum(axis=1))


def _rank_range(low: Matrix, high: Matrix, tie: float) -> tuple[NDArrayInt, NDArrayInt]:
    """Return best and worst rank over every value of every missing cell.

    The score rises with each cell, and cells of different alternatives vary on their own; so the
    extremes are at one's own best and all others' worst, and the other way round.
    """
    others = ~np.eye(len(low), dtype=bool)
    best = 1 + ((low[None, :] > high[:, None] + tie) & others).sum(axis=1)
    worst = 1 + ((high[None, :] > low[:, None] + tie) & others).sum(axis=1)
    return best, worst


def _by_criterion(
    values: Matrix, parts: Matrix, nodes: list[Node], paths: list[str]
) -> tuple[Matrix, Matrix]:
    """Return contributions and scores of the criteria of the first level, NaN where missing."""
    contributions, own = [], []
    for top in (node for node in nodes if not node.parent):
        score = mean_of_part(values, top, nodes, paths)
        mine = np.array([f"{path}/".startswith(f"{top.path}/") for path in paths])
        contributions.append(np.where(np.isnan(score), np.nan, parts[:, mine].sum(axis=1)))
        own.append(score)
    return np.stack(contributions, axis=1), np.stack(own, axis=1)


def _refused(scores: Scores) -> Problem:
    cells = [
        f"{name} {path}"
        for name, row in scores.states.iterrows()
        for path, state in row.items()
        if state == "missing"
    ]
    more = f" and {len(cells) - 8} more" if len(cells) > 8 else ""
    return Problem(
        where="scores",
        found=f"{len(cells)} cells are missing ({'; '.join(cells[:8])}{more})",
        mend="Fill them, or set missing to renormalise, worst or best in the rubric.",
    )


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.int_]]
