"""The weights that are admitted: the whole simplex, or a part of it by bounds and orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import Problem, RubricError

Array = NDArray[np.float64]

THINNEST = 1e-9
"""Least distance of some weights from every limit for the space to have volume."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightSpace:
    """Weights >= 0 that sum to one, within bounds and orders.

    Attributes
    ----------
    lower, upper : array, (m,)
        Least and greatest weight of each criterion, in [0, 1].
    orders : tuple of (int, int)
        Pairs (i, j): criterion i is at least as important as j, `weights[i] >= weights[j]`.

    Raises
    ------
    RubricError
        When no weights meet every limit, or so few that they have no volume (a weight fixed to
        one value, orders that go round in a circle).
    """

    lower: Array
    upper: Array
    orders: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        lower, upper = np.asarray(self.lower, dtype=float), np.asarray(self.upper, dtype=float)
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)
        found = self._wrong()
        if not found and not self.is_whole:
            margin, _ = widest_margin(self.rows(), np.zeros((0, len(lower))))
            if margin < THINNEST:
                found = "no weights meet every bound and order, or too few to have volume"
        if found:
            mend = "Widen the bounds or leave out an order."
            raise RubricError(Problem(where="bounds and orders of weights", found=found, mend=mend))

    @classmethod
    def whole(cls, criteria: int) -> Self:
        """Return the space of all weights of so many criteria."""
        return cls(lower=np.zeros(criteria), upper=np.ones(criteria))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is excluded."""
        return not (self.lower > 0).any() and not (self.upper < 1).any() and not self.orders

    @property
    def measure(self) -> str:
        """The uniform law on the space, in words."""
        if self.is_whole:
            return "uniform on all weights"
        bounded = (self.lower > 0).any() or (self.upper < 1).any()
        limits = ["bounds"] * bool(bounded) + ["orders"] * bool(self.orders)
        return f"uniform on all weights within the declared {' and '.join(limits)}"

    def rows(self) -> Array:
        """Return the limits as rows: weights that sum to one belong when `rows @ weights >= 0`.

        Returns
        -------
        array, (f, m)
            First the lower bound of each criterion, then the orders, then the upper bounds that
            are below one; each row is made homogeneous by the sum of the weights.
        """
        unit = np.eye(len(self.lower))
        orders = [unit[i] - unit[j] for i, j in self.orders]
        capped = np.flatnonzero(self.upper < 1)
        lower, upper = unit - self.lower[:, None], self.upper[capped, None] - unit[capped]
        return np.vstack([lower, *orders, upper])

    def corners(self) -> tuple[Array, Array]:
        """Return a simplex around the space and the limits that it does not meet by itself.

        Returns
        -------
        corners : array, (m, m)
            Column j is a corner: weights that sum to one. `corners @ shares` maps the simplex of
            all shares (>= 0, sum one) onto this simplex, and the uniform law on the uniform law.
        limits : array, (c, m)
            Rows r with r @ shares >= 0 for weights in the space; none that cut nothing off.

        Notes
        -----
        Orders stand in for lower bounds that follow from them, so a chain
        w_1 >= w_2 >= ... >= w_m is a simplex without further limits.
        """
        rows, m = self.rows(), len(self.lower)
        base = rows[:m].copy()
        taken = set()
        for (i, j), row in zip(self.orders, rows[m:], strict=False):
            if i not in taken and self.lower[i] <= self.lower[j]:
                taken.add(i)
                base[i] = row
        corners = np.linalg.inv(base)
        corners = corners / corners.sum(axis=0)
        limits = rows @ corners
        cuts = limits.min(axis=1) < -1e-12
        return corners, limits[cuts]

    def contains(self, weights: Array, within: float = 1e-9) -> bool:
        """Return whether weights (m,) that sum to one belong, to within a tolerance."""
        return bool((self.rows() @ weights >= -within).all())

    def _wrong(self) -> str:
        m = len(self.lower)
        if self.lower.shape != (m,) or self.upper.shape != (m,) or m == 0:
            return "bounds must be two lists, one number for each criterion"
        if not (np.isfinite(self.lower).all() and np.isfinite(self.upper).all()):
            return "a bound is no number"
        if (self.lower < 0).any() or (self.upper > 1).any():
            return "a bound lies outside [0, 1]"
        if any(not (0 <= k < m) or i == j for i, j in self.orders for k in (i, j)):
            return "an order names a criterion that there is not, or one criterion twice"
        return ""


def widest_margin(rows: Array, space_rows: Array) -> tuple[float, Array]:
    """Return the weights that meet a set of inequalities by the widest margin.

    Parameters
    ----------
    rows : array, (k, m)
        The margin is the least of `rows @ weights`.
    space_rows : array, (f, m)
        `WeightSpace.rows`: what the weights must meet in any case.

    Returns
    -------
    margin : float
        Negative where no weights in the space meet every row.
    weights : array, (m,)
    """
    from scipy.optimize import linprog  # half a second to load, and most rubrics set no bounds

    m = rows.shape[1]
    limits = np.hstack([-np.vstack([rows, space_rows]), np.zeros((len(rows) + len(space_rows), 1))])
    limits[: len(rows), -1] = 1.0
    found = linprog(
        np.append(np.zeros(m), -1.0),
        A_ub=limits,
        b_ub=np.zeros(len(limits)),
        A_eq=np.append(np.ones(m), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(None, None)] * (m + 1),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if found.x is None:
        return -np.inf, np.full(m, np.nan)
    return float(found.x[-1]), found.x[:-1]
