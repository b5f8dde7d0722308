"""Stability and smallest changes of weights for any method, by search where no formula is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from ioscore.errors import NotApplicable
from ioscore.ranking import TIE, Decision
from ioscore.sensitivity.weights.flips import Flip
from ioscore.sensitivity.weights.kept import SLOW
from ioscore.sensitivity.weights.siblings import Line
from ioscore.sensitivity.weights.space import WeightSpace
from ioscore.sensitivity.weights.stability import COLUMNS

Array = NDArray[np.float64]
Leads = Callable[[Array], Array]
Ranks = Callable[[Array], NDArray[np.intp]]
Watched = Callable[[NDArray[np.intp]], NDArray[Any]]

GRID = 2001
"""Weights tried on the way from 0 to 1; an interval narrower than a step could be overlooked."""
STARTS = 8
"""Nearest draws from which the search for a smaller change sets out."""
NEAR = 1e-6
"""A boundary that is no farther from the answer of the solver holds with equality."""
FAR = 1e-3
"""What settles farther away is another point than the solver's."""
SLOPE = 1e-4
"""Half the step of a central difference: its rounding error is then near 1e-12."""
SETTLING, SETTLED = 50, 1e-11
"""Newton's steps at most, and the length of one after which there is nothing left to gain."""


def scanned_stability(decision: Decision, lines: Sequence[Line]) -> pd.DataFrame:
    """Return how far each weight can move along its line before the order turns.

    Parameters
    ----------
    decision : Decision
        Any method.
    lines : sequence of Line
        Of the weights of the decision.

    Returns
    -------
    pandas.DataFrame
        Columns as in `stability_intervals`. Ends lie within 1e-9 of a change of order; a change
        and its reversal between two of `GRID` weights would be overlooked.
    """
    values = decision.values.to_numpy(dtype=float)
    names = [str(name) for name in decision.values.index]
    watches: dict[str, Watched] = {"first": _leading, "order": np.asarray}
    records = []
    for line in lines:
        record: dict[str, object] = {"criterion": line.criterion, "weight": line.now}
        record |= {"taken_over_low": "", "taken_over_high": ""}
        records.append(record)
        if np.isnan(line.at_zero).any():
            continue

        def ranks(t: Array, line: Line = line) -> NDArray[np.intp]:
            weights = np.outer(1 - t, line.at_zero) + np.outer(t, line.at_one)
            return _ranks(decision.method.score(values, weights))

        base = ranks(np.array([line.now]))[0]
        for name, watched in watches.items():
            for end, side in ((0.0, "low"), (1.0, "high")):
                limit, then = _walk(ranks, line.now, end, watched(base), watched)
                record[f"{name}_{side}"] = limit
                if name == "first":
                    now = () if then is None else np.flatnonzero((then == 1) & (base != 1))
                    record[f"taken_over_{side}"] = ", ".join(names[k] for k in now)
    return pd.DataFrame(records, columns=list(COLUMNS))


def _ranks(scores: Array) -> NDArray[np.intp]:
    """Return competition ranks (k, n)."""
    scores = _with_last(scores)
    order = np.argsort(-scores, axis=1, kind="stable")
    falling = np.take_along_axis(scores, order, axis=1)
    near = TIE * np.abs(scores).max(axis=1, keepdims=True)
    opens = np.hstack([np.ones((len(scores), 1), bool), falling[:, :-1] - falling[:, 1:] > near])
    place = np.where(opens, np.arange(scores.shape[1]), 0)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, 1 + np.maximum.accumulate(place, axis=1), axis=1)
    return ranks


def _with_last(scores: Array) -> Array:
    """Return scores (..., n) with those without one, all of whose weight is gone, behind all."""
    unknown = np.isnan(scores)
    least = np.where(unknown, np.inf, scores).min(axis=-1, keepdims=True)
    return np.where(unknown, np.where(np.isfinite(least), least - 1, 0.0), scores)


def _leading(ranks: NDArray[np.intp]) -> NDArray[np.bool_]:
    return np.asarray(ranks == 1)


def _walk(
    ranks: Ranks, start: float, end: float, base: NDArray[Any], watched: Watched
) -> tuple[float, NDArray[np.intp] | None]:
    """Return where on the way from start to end what is watched first changes, and the ranks then."""
    steps = np.linspace(start, end, GRID)
    found = ranks(steps)
    changed = (watched(found) != base).any(axis=1)
    if not changed.any():
        return end, None
    k = int(changed.argmax())
    inside = np.array([end + 1e-7 * np.sign(start - end)])
    if k == len(steps) - 1 and not (watched(ranks(inside))[0] != base).any():
        # Only where nothing is left of the other weights: nothing lies beyond.
        return end, None
    kept, lost = steps[max(k - 1, 0)], steps[k]
    while abs(lost - kept) > TIE:
        middle = (kept + lost) / 2
        if (watched(ranks(np.array([middle]))[0]) != base).any():
            lost = middle
        else:
            kept = middle
    return float(lost), found[k]


def searched_flip(
    decision: Decision,
    alternative: str,
    rivals: tuple[str, ...],
    draws: Array,
    scores: Array,
    space: WeightSpace,
) -> Flip | NotApplicable:
    """Return the smallest change of weights found that puts an alternative first, or past another.

    Parameters
    ----------
    decision : Decision
        Any method.
    alternative : str
    rivals : tuple of str
        Whom it is to be ahead of; every other alternative where empty.
    draws : array, (k, m)
        Weights among which the search sets out, each in the space.
    scores : array, (k, n)
        Of the alternatives under these.
    space : WeightSpace

    Returns
    -------
    Flip or NotApplicable
        An upper bound of the smallest change: the nearest draws are pulled back towards the
        present weights as far as the statement holds, then improved by sequential quadratic
        programming where the scores are smooth.

    References
    ----------
    Kraft, D. (1988). A software package for sequential quadratic programming. DFVLR-FB 88-28.
    """
    values = decision.values.to_numpy(dtype=float)
    before = decision.weights.to_numpy(dtype=float)
    names = [str(name) for name in decision.values.index]
    i = names.index(alternative)
    others = [names.index(name) for name in rivals or names if name != alternative]
    goal = f"{alternative} ahead of {' and '.join(rivals)}" if rivals else f"{alternative} first"

    def ahead(scores: Array) -> Array:
        """Return the lead over each rival, (..., rivals)."""
        known = _with_last(scores)
        return np.asarray(known[..., i, None] - known[..., others])

    def leads(weights: Array) -> Array:
        return ahead(decision.method.score(values, weights))

    def lead(weights: Array) -> Array:
        """Return the least of them: >= 0 where the statement holds."""
        return np.asarray(leads(weights).min(axis=-1))

    if not others:
        return NotApplicable("there is no other alternative")
    scale = TIE * float(np.nanmax(np.abs(decision.method.score(values, before))))
    if lead(before) >= -scale:
        return NotApplicable(f"{goal.replace(alternative, alternative + ' is', 1)} already")
    good = draws[ahead(scores).min(axis=-1) > scale]
    if not len(good):
        return NotApplicable(f"none of {len(draws):,} weights tried put {goal}")
    nearest = good[np.argsort(((good - before) ** 2).sum(axis=1))[:STARTS]]
    rows = space.rows()

    def holds(weights: Array) -> bool:
        return bool(lead(weights) >= 0) and bool((rows @ weights >= -TIE).all())

    found = [_pulled(before, start, holds) for start in nearest]
    if decision.method.name not in SLOW:
        found += [
            better
            for start in found
            if (better := _improved(before, start, leads, space)) is not None
        ]
    after = min(found, key=lambda w: float(((w - before) ** 2).sum()))
    then = decision.method.score(values, after)
    level = [k for k in others if then[k] >= then[i] - 1e-6 * np.nanmax(np.abs(then))]
    columns = decision.weights.index
    return Flip(
        goal=goal,
        distance=float(np.linalg.norm(after - before)),
        before=pd.Series(before, index=columns),
        after=pd.Series(after, index=columns),
        level_with=tuple(names[k] for k in level),
        exact=False,
    )


def _pulled(before: Array, start: Array, holds: Callable[[Array], bool]) -> Array:
    """Return the point on the way back to the present weights nearest to them that still holds."""
    far, near = 1.0, 0.0
    while far - near > TIE:
        middle = (far + near) / 2
        if holds(before + middle * (start - before)):
            far = middle
        else:
            near = middle
    return before + far * (start - before)


def _improved(before: Array, start: Array, leads: Leads, space: WeightSpace) -> Array | None:
    """Return nearer weights where the statement holds, by sequential quadratic programming."""
    rows = space.rows()
    answer = minimize(  # type: ignore[call-overload]
        lambda w: float(((w - before) ** 2).sum()),
        start,
        jac=lambda w: 2 * (w - before),
        method="SLSQP",
        constraints=[
            {"type": "eq", "fun": lambda w: float(w.sum()) - 1},
            {"type": "ineq", "fun": lambda w: rows @ w},
            {"type": "ineq", "fun": lambda w: leads(np.maximum(w, 0))},
        ],
        options={"maxiter": 200, "ftol": 1e-14},
    )
    after = np.maximum(answer.x, 0)
    after = _settled(before, after / after.sum(), leads, rows)
    # The answer may lie beside the boundary by a rounding error, or by the solver's tolerance: step
    # back to where it holds.
    for step in (1e-12, 1e-9, 1e-7, 1e-5):
        inside: Array = after + step * (start - after)
        if (rows @ inside >= -TIE).all() and (leads(inside) >= 0).all():
            return inside
    return None


def _settled(before: Array, after: Array, leads: Leads, rows: Array) -> Array:
    """Return the answer of the solver with the digits that its tolerance left open.

    Newton's steps on the boundaries that hold with equality: the nearest point to the present
    weights on their tangents, anew at each. Without them the same search ends in other digits on
    another processor. Where the steps do not settle, the answer of the solver is returned.
    """
    point = after
    level = np.abs(leads(after)) < NEAR
    limits = rows[np.abs(rows @ after) < NEAR]
    unit = np.eye(len(before))
    for _ in range(SETTLING):
        # No weight falls below zero: at zero the difference is one-sided.
        high, low = point + SLOPE * unit, np.maximum(point - SLOPE * unit, 0)
        tangents = (leads(high) - leads(low))[:, level].T / np.diag(high - low)
        normals = np.vstack([np.ones(len(before)), tangents, limits])
        at = np.concatenate([[1.0], tangents @ point - leads(point)[level], np.zeros(len(limits))])
        then = before + np.linalg.lstsq(normals, at - normals @ before, rcond=1e-9)[0]
        if then.min() < -TIE or np.abs(then - after).max() > FAR:
            return after
        then = np.maximum(then, 0)
        if np.abs(then - point).max() < SETTLED:
            return then
        point = then
    return after
