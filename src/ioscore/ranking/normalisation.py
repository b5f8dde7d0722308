"""Values made comparable: one rule for each criterion, larger is better afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, Problem, RubricError
from ioscore.ranking.borda import borda_points
from ioscore.ranking.checks import cell, noise
from ioscore.rubric import Normalisation

Array = NDArray[np.float64]


def normalise(values: Array, rules: Sequence[Normalisation], costs: NDArray[np.bool_]) -> Array:
    """Return values that are comparable between criteria, costs turned round.

    Parameters
    ----------
    values : array, (n, m)
        As measured; NaN where missing.
    rules : sequence of Normalisation, m
        For a benefit x of a column

        - `fixed`: x, which is on a scale common to all criteria already; a cost, in [0, 1],
          becomes 1 - x;
        - `bounds`: (x - low) / (high - low), all three in natural logarithms with `log`, cut off
          at 0 and 1 with `cap`; a cost becomes (high - x) / (high - low);
        - `minmax`: the same with the least and the greatest value of the column;
        - `zscore`: (x - mean) / standard deviation with n - 1; a cost changes its sign;
        - `rank`: the share of the others that are beaten, ties by half (so 1 for the best and 0
          for the worst where nobody is tied); a cost is ranked from the other end;
        - `target`: x / target; a cost becomes target / x;
        - `vector`: x / root of the sum of squares of the column; a cost changes its sign;
        - `none`: x; a cost changes its sign.
    costs : array of bool, (m,)
        Criteria of which less is better.

    Returns
    -------
    array, (n, m)
        A new array. Missing values stay missing and are not counted in what is measured of a
        column. A column in which all present values are equal tells nobody apart: every value
        becomes 0.5 under `minmax` and `rank` (the middle of their range, and what `rank` gives to
        a tie of all) and 0 under `zscore` (the mean), the same for all, so that it moves no order.
        `minmax`, `zscore`, `rank` and `vector` measure alternatives against each other, so that
        leaving one out can reverse ranks.

    Raises
    ------
    EvidenceError
        Naming row and column, counted from 1: infinite values, a cost outside [0, 1] under
        `fixed`, values of zero or less under `log`, a cost of zero or less under `target`.
    RubricError
        For another number of rules or directions than columns.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, ch. 5.
    doi:10.1787/9789264043466-en
    """
    n, m = values.shape
    if len(rules) != m or len(costs) != m:
        raise RubricError(
            Problem(
                where="normalise",
                found=f"{len(rules)} rules and {len(costs)} directions for {m} criteria",
                mend="Give one of each for each criterion.",
            )
        )
    result = np.full((n, m), np.nan)
    for j, (rule, cost) in enumerate(zip(rules, costs, strict=True)):
        there = ~np.isnan(values[:, j])
        _check(values[:, j], j, rule, bool(cost))
        if there.any():
            result[there, j] = _column(values[there, j], rule, bool(cost))
    return result


def _column(x: Array, rule: Normalisation, cost: bool) -> Array:
    """Return the present values of one column, made comparable."""
    match rule.rule:
        case "fixed":
            return 1.0 - x if cost else x
        case "bounds":
            return _between(x, rule, cost)
        case "minmax":
            return _share(x, float(x.min()), float(x.max()), cost) if _differs(x) else _all(x, 0.5)
        case "rank":
            return _rank(-x if cost else x)
        case "target":
            target = np.float64(rule.target if rule.target is not None else np.nan)
            return np.asarray(target / x if cost else x / target)
        case "zscore":
            z = (x - x.mean()) / x.std(ddof=1) if _differs(x) else _all(x, 0.0)
        case "vector":
            z = x / (np.sqrt((x**2).sum()) or 1.0)
        case "none":
            z = x
    return np.asarray(-z if cost else z)


def _between(x: Array, rule: Normalisation, cost: bool) -> Array:
    low, high = (np.nan if end is None else end for end in (rule.low, rule.high))
    if rule.log:
        x, low, high = np.log(x), float(np.log(low)), float(np.log(high))
    share = _share(x, low, high, cost)
    return np.clip(share, 0.0, 1.0) if rule.cap else share


def _rank(x: Array) -> Array:
    beaten = borda_points(x[:, None])[:, 0]
    return beaten / (len(x) - 1) if len(x) > 1 else _all(x, 0.5)


def _share(x: Array, low: float, high: float, cost: bool) -> Array:
    return np.asarray((high - x if cost else x - low) / (high - low))


def _differs(x: Array) -> bool:
    """Say whether values differ by more than noise, which min-max would blow up to the whole range."""
    return float(np.ptp(x)) > noise(x)


def _all(x: Array, value: float) -> Array:
    return np.full(len(x), value)


def _check(x: Array, j: int, rule: Normalisation, cost: bool) -> None:
    """Raise for values of a column that its rule cannot take."""
    reasons = {
        "which is not finite": np.isinf(x),
        "a cost outside [0, 1] under the rule fixed": (
            (rule.rule == "fixed") & cost & ((x < 0) | (x > 1))
        ),
        "which has no logarithm": rule.log & (x <= 0),
        "a cost that is not above zero, under the rule target": (
            (rule.rule == "target") & cost & (x <= 0)
        ),
    }
    problems = [
        Problem(
            where=cell(int(i), j),
            found=f"{x[i]}, {reason}",
            mend="Correct the value, or take another rule for the criterion.",
        )
        for reason, bad in reasons.items()
        for i in np.flatnonzero(bad)
    ]
    if problems:
        raise EvidenceError(*problems)
