"""Weights from comparisons with the most and the least important criterion alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.elicitation.problems import AnswersError, Places, problem
from ioscore.errors import Problem

Array = NDArray[np.float64]

SCALE = (1.0, 9.0)
"""Least and greatest answer: as important, and extremely more important."""

THRESHOLDS: dict[int, tuple[float, ...]] = {
    3: (0.1667, 0.1667, 0.1667, 0.1667, 0.1667, 0.1667, 0.1667),
    4: (0.1121, 0.1529, 0.1898, 0.2206, 0.2527, 0.2577, 0.2683),
    5: (0.1354, 0.1994, 0.2306, 0.2546, 0.2716, 0.2844, 0.2960),
    6: (0.1330, 0.1990, 0.2643, 0.3044, 0.3144, 0.3221, 0.3262),
    7: (0.1294, 0.2457, 0.2819, 0.3029, 0.3144, 0.3251, 0.3403),
    8: (0.1309, 0.2521, 0.2958, 0.3154, 0.3408, 0.3620, 0.3657),
    9: (0.1359, 0.2681, 0.3062, 0.3337, 0.3517, 0.3620, 0.3662),
}
"""Greatest acceptable input-based consistency ratio, by how many times the best is the worst (3 to
9), for 3 to 9 criteria (Liang, Brunelli & Rezaei 2020)."""


@dataclass(frozen=True, kw_only=True)
class BestWorst:
    """Weights by the best-worst method, and how consistent the answers are.

    Attributes
    ----------
    weights : pandas.Series
        Of the criteria, >= 0, summing to one.
    best, worst : str
        The most and the least important criterion.
    ksi : float
        Greatest distance of an answer from the weights, max |w_best - a w_j| and |w_j - a w_worst|;
        0 where all answers fit. An indicator of consistency in itself, on the scale of a weight.
    ratio : float
        Input-based consistency ratio, in [0, 1]: 0 where best to j times j to worst is best to
        worst for each j.
    threshold : float or None
        Greatest acceptable ratio; None where none is published for so many criteria and such a
        scale.
    consistent : bool or None
        Whether the ratio is at most the threshold; None without one, unless the ratio is 0.
    least_consistent : str or None
        The criterion whose two answers contradict the others most; None without contradiction.
    through : float
        How many times the best would be the worst by the two answers on that criterion.
    direct : float
        How many times it is, as answered.
    """

    weights: pd.Series
    best: str
    worst: str
    ksi: float
    ratio: float
    threshold: float | None
    consistent: bool | None
    least_consistent: str | None
    through: float
    direct: float


def best_worst_weights(
    best_to_others: pd.Series,
    others_to_worst: pd.Series,
    *,
    best: str | None = None,
    worst: str | None = None,
    places: Places | None = None,
) -> BestWorst:
    """Return weights by the linear model of the best-worst method.

    Parameters
    ----------
    best_to_others : pandas.Series, (n,)
        By criterion: how many times as important the best is as it, 1 to 9.
    others_to_worst : pandas.Series, (n,)
        By criterion: how many times as important it is as the worst, 1 to 9.
    best, worst : str, optional
        The most and the least important criterion; by default the one that the best, and that is
        to the worst, as 1.
    places : mapping of str to str, optional
        Where the answers on each criterion stand, for messages.

    Returns
    -------
    BestWorst

    Raises
    ------
    AnswersError
        For an answer outside 1 to 9, where best or worst is not clear, where the two answers on
        best against worst differ, and where a criterion is farther from one end than the other end
        is.

    Notes
    -----
    Minimise ksi subject to |w_B - a_Bj w_j| <= ksi, |w_j - a_jW w_W| <= ksi, sum w = 1, w >= 0.
    The solution is the only one. With ksi > 0 divide all by it: the sum of the u = w / ksi is to be
    greatest, and each u_j is the smaller of (u_B + 1) / a_Bj and a_jW u_W + 1. That is a concave
    function of u_B and u_W which rises in both, on a polygon with no falling edge, so that it
    cannot be greatest at two points: one of them, or a point between, could be raised.

    The input-based ratio is the greatest |a_Bj a_jW - a_BW| / (a_BW^2 - a_BW).

    References
    ----------
    Rezaei, J. (2016). Best-worst multi-criteria decision-making method: some properties and a
    linear model. Omega 64, 126-130. doi:10.1016/j.omega.2015.12.001
    Liang, F., Brunelli, M. and Rezaei, J. (2020). Consistency issues in the best worst method:
    measurements and thresholds. Omega 96, 102175. doi:10.1016/j.omega.2019.102175
    """
    names = [str(name) for name in best_to_others.index]
    from_best = best_to_others.to_numpy(dtype=float)
    to_worst = others_to_worst.reindex(best_to_others.index).to_numpy(dtype=float)
    _on_the_scale(names, from_best, to_worst, places)
    b = _end(names, from_best, best, "best", "best_to_others", places)
    w = _end(names, to_worst, worst, "worst", "others_to_worst", places)
    _ends_fit(names, from_best, to_worst, (b, w), places)
    direct = float(from_best[w])
    through = from_best * to_worst
    local = np.abs(through - direct) / (direct**2 - direct) if direct > 1 else np.zeros(len(names))
    at = int(np.argmax(local))
    ratio = float(local[at])
    threshold = _threshold(direct, len(names))
    weights = _solve(from_best, to_worst, b, w)
    return BestWorst(
        weights=pd.Series(weights, index=names),
        best=names[b],
        worst=names[w],
        ksi=_farthest(weights, from_best, to_worst, b, w),
        ratio=ratio,
        threshold=threshold,
        consistent=True if ratio == 0 else None if threshold is None else ratio <= threshold,
        least_consistent=names[at] if ratio > 0 else None,
        through=float(through[at]),
        direct=direct,
    )


def _solve(from_best: Array, to_worst: Array, b: int, w: int) -> Array:
    n = len(from_best)
    if np.all(from_best * to_worst == from_best[w]):
        return _shared(1 / from_best)
    from scipy.optimize import linprog  # half a second to load, and only this method needs it

    rows = _rows(from_best, to_worst, b, w)
    bound = np.r_[np.c_[rows, -np.ones(len(rows))], np.c_[-rows, -np.ones(len(rows))]]
    found = linprog(
        np.r_[np.zeros(n), 1.0],
        A_ub=bound,
        b_ub=np.zeros(len(bound)),
        A_eq=np.r_[np.ones(n), 0.0][None, :],
        b_eq=[1.0],
        bounds=(0, None),
    )
    if found.x is None:
        where, mend = "best-worst method", "Please report it, with the answers."
        raise AnswersError(Problem(where=where, found=found.message, mend=mend))
    return _shared(np.clip(found.x[:n], 0, None))


def _shared(values: Array) -> Array:
    weights: Array = values / values.sum()
    return weights


def _rows(from_best: Array, to_worst: Array, b: int, w: int) -> Array:
    """Return what is to be near zero: w_B - a_Bj w_j, and w_j - a_jW w_W."""
    n = len(from_best)
    of_best, of_worst = -np.diag(from_best), np.eye(n)
    of_best[:, b] += 1
    of_worst[:, w] -= to_worst
    return np.vstack([of_best, of_worst])


def _farthest(weights: Array, from_best: Array, to_worst: Array, b: int, w: int) -> float:
    away = float(np.abs(_rows(from_best, to_worst, b, w) @ weights).max())
    return 0.0 if away < 1e-12 else away


def _threshold(direct: float, n: int) -> float | None:
    row = THRESHOLDS.get(int(direct)) if direct == int(direct) else None
    return row[n - 3] if row is not None and 3 <= n <= 9 else None


def _on_the_scale(
    names: list[str], from_best: Array, to_worst: Array, places: Places | None
) -> None:
    low, high = SCALE
    wrong: list[Problem] = [
        problem(places, name, what, f"{value:g}", f"Answers are {low:g} to {high:g}.")
        for what, values in (("best_to_others", from_best), ("others_to_worst", to_worst))
        for name, value in zip(names, values, strict=True)
        if not low <= value <= high
    ]
    if wrong:
        raise AnswersError(*wrong)


def _end(
    names: list[str],
    answers: Array,
    named: str | None,
    end: str,
    what: str,
    places: Places | None,
) -> int:
    """Return the best or the worst criterion: as named, or the only one answered by 1."""
    ones = [i for i, value in enumerate(answers) if value == 1]
    if named is not None:
        at = names.index(named)
        if at not in ones:
            found, mend = f"{answers[at]:g} for the {end} itself", "That is 1."
            raise AnswersError(problem(places, named, what, found, mend))
        return at
    if len(ones) == 1:
        return ones[0]
    first = names[ones[0] if ones else 0]
    found = f"{', '.join(names[i] for i in ones)} all have 1" if ones else "nothing has 1"
    mend = (
        f"Say which one is the {end}, in the field role."
        if ones
        else f"Answer 1 for the {end} criterion."
    )
    raise AnswersError(problem(places, first, what, found, mend))


def _ends_fit(
    names: list[str],
    from_best: Array,
    to_worst: Array,
    ends: tuple[int, int],
    places: Places | None,
) -> None:
    b, w = ends
    if b == w and len(names) > 1:
        found = f"{names[b]} is both the best and the worst"
        mend = "Choose two; where all are alike, say so by points."
        raise AnswersError(problem(places, names[b], "role", found, mend))
    if from_best[w] != to_worst[b]:
        found = (
            f"the best is {from_best[w]:g} times the worst here, and {to_worst[b]:g} times there"
        )
        mend = f"Give {names[b]} against {names[w]} the same answer in both columns."
        raise AnswersError(problem(places, names[w], "best_to_others", found, mend))
    wrong = [
        problem(
            places,
            name,
            what,
            f"{value:g}, more than the {from_best[w]:g} between the best and the worst",
            f"Then {name} would be the {end}; nothing lies beyond the two.",
        )
        for what, values, end in (
            ("best_to_others", from_best, "worst"),
            ("others_to_worst", to_worst, "best"),
        )
        for name, value in zip(names, values, strict=True)
        if value > from_best[w]
    ]
    if wrong:
        raise AnswersError(*wrong)
