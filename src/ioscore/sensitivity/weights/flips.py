"""The smallest change of the weights that turns a ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

from ioscore.errors import NotApplicable
from ioscore.ranking import TIE
from ioscore.sensitivity.weights.space import WeightSpace, widest_margin

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Flip:
    """The nearest weights from which on a statement holds.

    Attributes
    ----------
    goal : str
        What the weights bring about.
    distance : float
        Euclidean, between the weights before and after.
    before, after : pandas.Series
        Weights of the criteria. At `after` the alternative ties with `level_with`; any step
        further into the weights that favour it puts it past them.
    level_with : tuple of str
    exact : bool
        Whether there is no smaller change; else it is the smallest found by search.
    """

    goal: str
    distance: float
    before: pd.Series
    after: pd.Series
    level_with: tuple[str, ...]
    exact: bool = True

    def to_frame(self) -> pd.DataFrame:
        """Return `criterion`, `before`, `after`, `change`."""
        table = pd.DataFrame({"before": self.before, "after": self.after})
        table["change"] = table["after"] - table["before"]
        return table.rename_axis("criterion").reset_index()


def smallest_swap(
    utilities: pd.DataFrame,
    weights: pd.Series,
    pair: tuple[str, str],
    space: WeightSpace | None = None,
) -> Flip | NotApplicable:
    """Return the smallest change of the weights that turns the order of two alternatives.

    Parameters
    ----------
    utilities : pandas.DataFrame
        Alternatives x criteria; scores are `utilities @ weights`.
    weights : pandas.Series
        Of the criteria, >= 0, summing to one.
    pair : tuple of str
        Two alternatives, in any order.
    space : WeightSpace, optional
        Weights that are admitted; all by default.

    Returns
    -------
    Flip or NotApplicable
        The latter where the two tie now, or no admitted weights turn them.
    """
    scores = utilities.to_numpy(dtype=float) @ _aligned(utilities, weights)
    one, two = (utilities.index.get_loc(name) for name in pair)
    if abs(scores[one] - scores[two]) <= TIE * np.abs(scores).max():
        return NotApplicable(f"{pair[0]} and {pair[1]} tie under the present weights")
    ahead, behind = pair if scores[one] > scores[two] else pair[::-1]
    lead = utilities.loc[[behind]].to_numpy(dtype=float) - utilities.loc[[ahead]].to_numpy(
        dtype=float
    )
    goal = f"{behind} ahead of {ahead}"
    return _flip(goal, lead, (ahead,), utilities, weights, space)


def smallest_change_to_first(
    utilities: pd.DataFrame, weights: pd.Series, alternative: str, space: WeightSpace | None = None
) -> Flip | NotApplicable:
    """Return the smallest change of the weights that makes an alternative first.

    Parameters
    ----------
    utilities, weights, space
        As in `smallest_swap`.
    alternative : str

    Returns
    -------
    Flip or NotApplicable
        The latter where it is first already, or no admitted weights put it ahead of every other
        that is not equal to it in all criteria.
    """
    return _extreme(utilities, weights, alternative, space, 1.0)


def smallest_change_to_last(
    utilities: pd.DataFrame, weights: pd.Series, alternative: str, space: WeightSpace | None = None
) -> Flip | NotApplicable:
    """Return the smallest change of the weights that makes an alternative last.

    Parameters
    ----------
    utilities, weights, space
        As in `smallest_swap`.
    alternative : str

    Returns
    -------
    Flip or NotApplicable
        The latter where it is last already, or no admitted weights put it behind every other.
    """
    return _extreme(utilities, weights, alternative, space, -1.0)


def _extreme(
    utilities: pd.DataFrame,
    weights: pd.Series,
    alternative: str,
    space: WeightSpace | None,
    sign: float,
) -> Flip | NotApplicable:
    place = "first" if sign > 0 else "last"
    matrix = sign * utilities.to_numpy(dtype=float)
    i = utilities.index.get_loc(alternative)
    scores = matrix @ _aligned(utilities, weights)
    if scores[i] >= scores.max() - TIE * np.abs(scores).max():
        return NotApplicable(f"{alternative} is {place} already")
    rivals = np.flatnonzero(np.abs(matrix - matrix[i]).max(axis=1) > TIE * np.abs(matrix).max())
    names = tuple(str(utilities.index[k]) for k in rivals)
    lead = matrix[i] - matrix[rivals]
    return _flip(f"{alternative} {place}", lead, names, utilities, weights, space)


def _flip(
    goal: str,
    lead: Array,
    rivals: tuple[str, ...],
    utilities: pd.DataFrame,
    weights: pd.Series,
    space: WeightSpace | None,
) -> Flip | NotApplicable:
    """Return the weights nearest to the present ones with lead @ weights >= 0, if any do better."""
    lead = lead / np.abs(lead).max(axis=1, keepdims=True)
    space = space or WeightSpace.whole(lead.shape[1])
    rows = space.rows()
    among = "weights" if space.is_whole else "weights that the rubric admits"
    margin, _ = widest_margin(lead, rows)
    if margin <= TIE:
        return NotApplicable(f"no {among} put {goal}")
    before = _aligned(utilities, weights)
    after = nearest_weights(before, np.vstack([lead, rows]))
    if after is None:
        return NotApplicable(f"no {among} put {goal}")
    level = np.abs(lead @ after) <= TIE
    return Flip(
        goal=goal,
        distance=float(np.linalg.norm(after - before)),
        before=pd.Series(before, index=utilities.columns),
        after=pd.Series(after, index=utilities.columns),
        level_with=tuple(name for name, tied in zip(rivals, level, strict=True) if tied),
    )


def nearest_weights(weights: Array, rows: Array) -> Array | None:
    """Return the weights nearest to given ones that meet a set of inequalities.

    Parameters
    ----------
    weights : array, (m,)
        Summing to one.
    rows : array, (k, m)
        What is asked of the answer w: `rows @ w >= 0`, with sum one.

    Returns
    -------
    array, (m,), or None
        The projection, or None where nothing meets the rows.

    Notes
    -----
    Least distance programming: the projection in the plane of sum one follows from the residual
    of one non-negative least squares problem. The rows that bind are then solved as equations, so
    the answer lies on them but for rounding.

    References
    ----------
    Lawson, C. L. and Hanson, R. J. (1974). Solving Least Squares Problems. Prentice-Hall, ch. 23.
    doi:10.1137/1.9781611971217 (reprint, SIAM 1995).
    """
    m = len(weights)
    plane = np.linalg.svd(np.ones((1, m)))[2][1:]
    slopes, short = rows @ plane.T, -(rows @ weights)
    size = np.linalg.norm(slopes, axis=1)
    flat = size <= TIE * np.linalg.norm(rows, axis=1)
    if (short[flat] > TIE).any():
        return None
    slopes, short = slopes[~flat] / size[~flat, None], short[~flat] / size[~flat]
    system = np.vstack([slopes.T, short])
    target = np.append(np.zeros(m - 1), 1.0)
    force, _ = nnls(system, target)
    residual = system @ force - target
    # Within the simplex no distance exceeds sqrt(2), so this is at least 1/3 where there is one.
    if -residual[-1] < 0.1:
        return None
    step = residual[:-1] / -residual[-1]
    bound = force > 0
    exact = np.linalg.pinv(slopes[bound]) @ short[bound]
    if (slopes @ exact - short >= -TIE).all() and np.abs(exact - step).max(initial=0.0) < 1e-6:
        step = exact
    nearest: Array = weights + step @ plane
    nearest[np.abs(nearest) < 1e-15] = 0.0
    return nearest


def _aligned(utilities: pd.DataFrame, weights: pd.Series) -> Array:
    present: Array = weights.reindex(utilities.columns).to_numpy(dtype=float)
    return present
