"""Scores in order: ranks, ties, contributions, and the range that missing cells leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import EvidenceError
from ioscore.ranking.cells import FILLS, Cells, cells_of
from ioscore.ranking.methods import checked, method_of
from ioscore.ranking.tree import criterion_values
from ioscore.rubric import Rubric
from ioscore.scoring import Scores

Array = NDArray[np.float64]

TIE = 1e-9
"""Scores closer than this share of the greatest share a rank: sums on machines differ by less."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """An order of alternatives, with what carries it and what leaves it open.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each alternative, best first: `organisation`, `rank` (1 is first; ties by the
        rubric's rule; NaN without any evidence), `score` (rounded where the rubric says so),
        `rank_best` and `rank_worst` (over every possible value of every missing cell; NaN where
        cells are missing and the method is no mean, or a gap would move the scale of the others), `score_low` and `score_high` (likewise),
        `missing` (number of missing leaves).
    contributions : pandas.DataFrame
        Alternatives x criteria of the first level; a row sums to the score. Without columns
        under methods whose score is no sum over criteria.
    criterion_scores : pandas.DataFrame
        Alternatives x criteria of the first level: each by itself, NaN where missing.
    cells : pandas.DataFrame
        Alternatives x leaves: the values as they enter the method, made comparable, costs turned
        round and missing cells filled by the rubric's rule (NaN under `renormalise`).
    by_fill : pandas.DataFrame
        Alternatives x `FILLS`: the rank under each rule for missing cells, ties at the better
        rank; NaN where the method cannot be applied under it.
    first : tuple of str
        Alternatives with the greatest score.
    rubric : Rubric
    """

    table: pd.DataFrame
    contributions: pd.DataFrame
    criterion_scores: pd.DataFrame
    cells: pd.DataFrame
    by_fill: pd.DataFrame
    first: tuple[str, ...]
    rubric: Rubric

    @property
    def first_under_every_rule(self) -> bool:
        """Whether the rules renormalise, worst and best agree on who is first."""
        possible = [fill for fill in FILLS if self.by_fill[fill].notna().any()]
        firsts = {tuple(sorted(self.by_fill.index[self.by_fill[f] == 1])) for f in possible}
        return len(firsts) == 1

    @property
    def first_determined(self) -> bool:
        """Whether the first stays first whatever the missing cells hold."""
        rows = self.table[self.table["organisation"].isin(self.first)]
        return len(rows) == 1 and bool((rows["rank_worst"] == 1).all())

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the contributions beside it."""
        return self.table.join(self.contributions.add_prefix("contribution_"), on="organisation")


def rank(scores: Scores, rubric: Rubric) -> Ranking:
    """Rank alternatives by the method of the rubric.

    Parameters
    ----------
    scores : Scores
    rubric : Rubric
        Gives method, weights, directions, normalisation, rounding, ties and what a missing cell
        does.

    Returns
    -------
    Ranking

    Raises
    ------
    EvidenceError
        When cells are missing and the rubric says `refuse`, or for values that the method cannot
        take.
    """
    cells, names = cells_of(scores, rubric), list(scores.matrix.index)
    fill = rubric.missing if rubric.missing in FILLS else "renormalise"
    top = criterion_values(cells.filled(fill), cells.nodes, cells.paths)
    checked(top, rubric, names)
    totals = {f: _totals(cells, f, rubric, names) for f in FILLS}
    shown = totals[fill]
    tie = TIE * max(float(np.nanmax(np.abs([0.0, *t]))) for t in totals.values())
    by_fill = {f: _ranks(total, tie) for f, total in totals.items()}
    best, worst = by_fill[fill], by_fill[fill]
    low, high = shown, shown
    if cells.gaps.any():
        low, high = totals["worst"], totals["best"]
        best, worst = _rank_range(low, high, tie)
        if rubric.mean is None or cells.relative:
            best = worst = low = high = np.full(len(names), np.nan)
    table = pd.DataFrame(
        {
            "organisation": names,
            "rank": _with_ties(shown, tie, rubric.ties),
            "score": shown,
            "rank_best": best,
            "rank_worst": worst,
            "score_low": low,
            "score_high": high,
            "missing": cells.gaps.sum(axis=1),
        }
    ).sort_values(["rank"], kind="stable", na_position="last", ignore_index=True)
    order = list(table["organisation"])
    labels = [node.id for node in rubric.top()]
    parts = _contributions(top, rubric)
    return Ranking(
        table=table,
        contributions=pd.DataFrame(parts, index=names, columns=labels if parts.size else []).loc[
            order
        ],
        criterion_scores=pd.DataFrame(top, index=names, columns=labels).loc[order],
        cells=pd.DataFrame(cells.filled(fill), index=names, columns=cells.paths).loc[order],
        by_fill=pd.DataFrame(by_fill, index=names)[list(FILLS)].loc[order],
        first=tuple(table.loc[table["score"] >= table["score"].max() - tie, "organisation"]),
        rubric=rubric,
    )


def _totals(cells: Cells, fill: str, rubric: Rubric, names: list[str]) -> Array:
    """Return the score of each alternative; NaN for all where the method cannot take the values."""
    top = criterion_values(cells.filled(fill), cells.nodes, cells.paths)
    known = ~np.isnan(top).all(axis=0)
    weights = np.array([node.share for node in rubric.top()])[known]
    try:
        checked(top, rubric, names)
    except EvidenceError:
        return np.full(len(names), np.nan)
    if not weights.sum() > 0:
        return np.full(len(names), np.nan)
    total: Array = method_of(rubric, np.asarray(known)).score(
        top[:, known], weights / weights.sum()
    )
    return total if rubric.decimals is None else np.round(total, rubric.decimals)


def _contributions(top: Array, rubric: Rubric) -> Array:
    """Return what each criterion adds to each score, NaN where it is missing."""
    weights = np.array([node.share for node in rubric.top()])
    present = ~np.isnan(top)
    if rubric.method == "weighted_mean":
        total = (present @ weights)[:, None]
        shares: Array = np.divide(weights, total, where=total > 0, out=np.zeros_like(top))
        return np.asarray(top * shares)
    method = method_of(rubric)
    utilities = method.linear(top) if rubric.mean is None and present.all() else None
    # Net flows and Borda points: the score is their weighted sum.
    return np.empty((len(top), 0)) if utilities is None else utilities * weights


def _ranks(total: Array, tie: float) -> Array:
    """Return competition ranks: one more than the number of those ahead by more than a tie."""
    ahead: Array = (total[None, :] > total[:, None] + tie).sum(axis=1).astype(float)
    return np.where(np.isnan(total), np.nan, 1.0 + ahead)


def _with_ties(total: Array, tie: float, rule: str) -> Array:
    """Return ranks under a rule for ties, in the terms of `pandas.Series.rank`."""
    least = _ranks(total, tie)
    if rule == "min":
        return least
    if rule == "dense":
        places = np.unique(least[~np.isnan(least)])
        return np.where(np.isnan(total), np.nan, 1.0 + np.searchsorted(places, least).astype(float))
    level = (total[None, :] >= total[:, None] - tie).sum(axis=1)
    most = np.where(np.isnan(total), np.nan, level.astype(float))
    return most if rule == "max" else (least + most) / 2


def _rank_range(low: Array, high: Array, tie: float) -> tuple[Array, Array]:
    """Return best and worst rank over every value of every missing cell.

    A mean rises with each cell, and cells of different alternatives vary on their own; so the
    extremes are at one's own best and all others' worst, and the other way round.
    """
    others = ~np.eye(len(low), dtype=bool)
    best = 1.0 + ((low[None, :] > high[:, None] + tie) & others).sum(axis=1)
    worst = 1.0 + ((high[None, :] > low[:, None] + tie) & others).sum(axis=1)
    return best, worst
