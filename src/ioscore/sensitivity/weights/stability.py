"""How far one weight can move before the order changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.ranking import TIE
from ioscore.sensitivity.weights.siblings import Line, lines_of

COLUMNS = (
    "criterion", "weight", "first_low", "first_high", "order_low", "order_high",
    "taken_over_low", "taken_over_high",
)  # fmt: skip

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The part of a line of weights over which an order holds.

    Attributes
    ----------
    low, high : float
        Ends, in [0, 1]; at a low end above 0 and a high end below 1 two alternatives tie.
    below, above : tuple of int
        Alternatives that are ahead of one that they were behind (or level with) just beyond the
        low and the high end; the best of them there, several where they tie. Empty where the low
        end is 0, the high end 1: nothing lies beyond.
    """

    low: float
    high: float
    below: tuple[int, ...]
    above: tuple[int, ...]


def stretch(at_zero: Array, at_one: Array, now: float, *, first_only: bool) -> Stretch:
    """Return the interval around the present over which the order, or the first, stays.

    Parameters
    ----------
    at_zero, at_one : array, (n,)
        Scores at the two ends of a line; between them scores are linear.
    now : float
        Where on the line the present is, in [0, 1].
    first_only : bool
        Whether only the first (all of them where several tie) must stay first; else every pair
        must stay in order and every tie a tie.

    Returns
    -------
    Stretch
        Ends are closed: there a pair ties. A tie that any move breaks leaves one point.
    """
    scores = (1 - now) * at_zero + now * at_one
    near = TIE * max(float(np.abs(part).max()) for part in (at_zero, at_one))
    gap = scores[:, None] - scores[None, :]
    slope = (at_one - at_zero)[:, None] - (at_one - at_zero)[None, :]
    ahead = np.where(np.abs(gap) <= near, 0.0, gap)
    watched = ahead >= 0
    if first_only:
        watched &= (scores >= scores.max() - near)[:, None]
    high, above = _end(ahead, slope, watched, 1 - now, near)
    low, below = _end(ahead, -slope, watched, now, near)
    return Stretch(low=now - low, high=now + high, below=below, above=above)


def _end(
    ahead: Array, slope: Array, watched: Flags, room: float, near: float
) -> tuple[float, tuple[int, ...]]:
    """Return how far pairs (row ahead of column) hold in one direction, and who then leads."""
    closing = watched & (slope < -near)
    reach = np.full(ahead.shape, np.inf)
    reach[closing] = ahead[closing] / -slope[closing]
    end = float(reach.min())
    if end >= room - TIE:
        return room, ()
    rivals = np.flatnonzero((reach <= end + TIE).any(axis=0))
    # Among those who pass someone here, the one who gains fastest leads beyond.
    gain = np.array([-slope[reach[:, k] <= end + TIE, k].min() for k in rivals])
    return end, tuple(int(k) for k in rivals[gain >= gain.max() - near])


def stability_intervals(utilities: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Return, for each weight, the interval over which the first and the whole order stay.

    Parameters
    ----------
    utilities : pandas.DataFrame
        Alternatives x criteria; scores are `utilities @ weights`.
    weights : pandas.Series
        Of the criteria, >= 0, summing to one.

    Returns
    -------
    pandas.DataFrame
        `criterion`, `weight`; `first_low`, `first_high`: the weights of this criterion, the
        others scaled in proportion, over which the first stays first; `order_low`, `order_high`:
        over which every pair keeps its order; `taken_over_low`, `taken_over_high`: who is first
        just beyond each end of the former, empty where nothing lies beyond (0, 1). NaN and empty
        for a criterion that has all the weight: its siblings have no proportions.

    Notes
    -----
    With weight t on criterion j and (1 - t) w / (1 - w_j) on the others, each difference of two
    scores is linear in t, so each end is the root of one line.

    References
    ----------
    Mareschal, B. (1988). Weight stability intervals in multicriteria decision aid. European
    Journal of Operational Research 33(1), 54-64. doi:10.1016/0377-2217(88)90254-8
    """
    return stability_along(utilities, lines_of(weights.reindex(utilities.columns)))


def stability_along(utilities: pd.DataFrame, lines: Sequence[Line]) -> pd.DataFrame:
    """Return the same along any lines of weights.

    Parameters
    ----------
    utilities : pandas.DataFrame
        Alternatives x criteria; scores are `utilities @ weights`.
    lines : sequence of Line

    Returns
    -------
    pandas.DataFrame
        As `stability_intervals`.
    """
    matrix = utilities.to_numpy(dtype=float)
    names = [str(name) for name in utilities.index]
    records = []
    for line in lines:
        record: dict[str, object] = {"criterion": line.criterion, "weight": line.now}
        ends: tuple[float, ...] = (np.nan,) * 4
        takers = ["", ""]
        if not np.isnan(line.at_zero).any():
            at_zero, at_one = matrix @ line.at_zero, matrix @ line.at_one
            first = stretch(at_zero, at_one, line.now, first_only=True)
            order = stretch(at_zero, at_one, line.now, first_only=False)
            ends = (first.low, first.high, order.low, order.high)
            takers = [", ".join(names[k] for k in ks) for ks in (first.below, first.above)]
        record |= dict(zip(COLUMNS[2:6], ends, strict=True))
        record |= dict(zip(COLUMNS[6:], takers, strict=True))
        records.append(record)
    return pd.DataFrame(records, columns=list(COLUMNS))
