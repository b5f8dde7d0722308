"""Weights from an order of importance alone: the centroid of all weights that respect it."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from ioscore.elicitation.problems import AnswersError, Places, problem


def centroid_weights(ranks: pd.Series, *, places: Places | None = None) -> pd.Series:
    """Return rank-order centroid (ROC) weights.

    The criterion at place k of n has the weight (1/k + 1/(k+1) + ... + 1/n) / n: the mean of all
    weights that are ordered so, each as likely as the other. Criteria of the same rank are not
    ordered among themselves; they share the weights of the places that they fill, which again is
    the mean of all weights that respect what is said.

    Parameters
    ----------
    ranks : pandas.Series, (n,)
        By criterion: 1 for the most important; ties as in 1, 2, 2, 4 or in 1, 2, 2, 3.
    places : mapping of str to str, optional
        Where each answer stands, for messages.

    Returns
    -------
    pandas.Series
        > 0, summing to one; computed as fractions, rounded once.

    Raises
    ------
    AnswersError
        For a rank that is no whole number from 1 to n, or ranks that leave out a place.

    References
    ----------
    Barron, F. H. and Barrett, B. E. (1996). Decision quality using ranked attribute weights.
    Management Science 42(11), 1515-1523. doi:10.1287/mnsc.42.11.1515
    """
    n = len(ranks)
    given = [float(rank) for rank in ranks]
    wrong = [
        problem(places, str(name), "rank", f"{rank:g}", f"Ranks are whole numbers from 1 to {n}.")
        for name, rank in zip(ranks.index, given, strict=True)
        if not 1 <= rank <= n or rank != int(rank)
    ]
    if wrong:
        raise AnswersError(*wrong)
    levels = sorted(set(given))
    # Two ways to go on after a tie: 1, 2, 2, 4 and 1, 2, 2, 3.
    jumping = [1.0 + sum(rank < level for rank in given) for level in levels]
    dense = [1.0 + place for place in range(len(levels))]
    if levels not in (jumping, dense):
        ways, at = [dense, jumping], 0
        while left := [way for way in ways if way[at] == levels[at]]:
            ways, at = left, at + 1
        name = str(ranks.index[given.index(levels[at])])
        found = f"rank {levels[at]:g}, where {ways[0][at]:g} comes next"
        mend = "Leave out no place; criteria that you cannot tell apart share a rank."
        raise AnswersError(problem(places, name, "rank", found, mend))
    of_place = _of_places(n)
    weights = []
    for rank in given:
        before, beside = sum(other < rank for other in given), given.count(rank)
        weights.append(float(sum(of_place[before : before + beside], Fraction(0)) / beside))
    return pd.Series(weights, index=ranks.index)


def _of_places(n: int) -> list[Fraction]:
    return [
        sum((Fraction(1, j) for j in range(k, n + 1)), Fraction(0)) / n for k in range(1, n + 1)
    ]
