"""Paths of a dose shifted in time: a permutation test for a single country, and what it could see.

The path is bent into a circle of years and turned by one year, two, ... : every turn keeps how the
dose follows itself from year to year, which a free permutation of years destroys. That matters,
since differences follow each other (an over-differenced series has an autocorrelation near -1/2,
on both sides), and a free permutation then rejects too often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.regression.permutation.power import chosen_worlds, smallest_found
from ioscore.regression.results import permutation_p

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Shifted:
    """Every turn of a dose and of the documents that it comes from, as projections.

    Attributes
    ----------
    doses : array, (T, n)
        Differences of the dose for each turn; turn 0 is the one observed.
    unexplained : array, (T, n, n)
        Projections off the other columns of each turn.
    part : array, (T, n)
        Doses, less what the other columns explain.
    df : array, (T,)
        Degrees of freedom of the full regressions.
    """

    doses: Array
    unexplained: Array
    part: Array
    df: Array

    def statistics(self, y: Array) -> Array:
        """Return the t statistic of the dose of each turn.

        Parameters
        ----------
        y : array, (..., n)

        Returns
        -------
        array, (..., T)
            NaN for a turn in which the dose does not move.
        """
        left = np.einsum("sij,...j->...si", self.unexplained, y)
        size = (self.part**2).sum(axis=-1)
        moved = size > 1e-12 * max(float((self.doses**2).sum(axis=-1).max()), 1e-300)
        safe = np.where(moved, size, 1.0)
        slope = np.einsum("sn,...sn->...s", self.part, left) / safe
        rest = (left**2).sum(axis=-1) - slope**2 * safe
        error = np.sqrt(np.maximum(rest, 1e-300) / self.df / safe)
        return np.where(moved, slope / error, np.nan)


def turned(path: Array, at: NDArray[np.intp]) -> Array:
    """Return the differences of every turn of a path.

    Parameters
    ----------
    path : array, (T,)
        By year, without gaps.
    at : array of int, (n,)
        Places of the years of the outcome in the path, each >= 1.

    Returns
    -------
    array, (T, n)
        Row s is the path turned by s years.
    """
    turns = np.stack([np.roll(path, s) for s in range(len(path))])
    return np.asarray(turns[:, at] - turns[:, at - 1])


def shifted(dose: Array, documents: Array, fixed: Array, at: NDArray[np.intp]) -> Shifted:
    """Turn a dose together with the documents that it comes from.

    Parameters
    ----------
    dose, documents : array, (T,)
        Paths by year. They turn together, as one record: turned apart, the dose would lose its
        likeness to the documents, and the permuted coefficients be too sure.
    fixed : array, (n, k)
        Columns that stay in their years, the constant among them.
    at : array of int, (n,)
        Places of the years of the outcome.

    Returns
    -------
    Shifted
    """
    doses, records = turned(dose, at), turned(documents, at)
    others = np.concatenate(
        [np.broadcast_to(fixed, (len(doses), *fixed.shape)), records[:, :, None]], axis=2
    )
    unexplained = np.eye(len(at)) - others @ np.linalg.pinv(others)
    part = np.einsum("sij,sj->si", unexplained, doses)
    df = len(at) - np.linalg.matrix_rank(others) - 1.0
    return Shifted(doses=doses, unexplained=unexplained, part=part, df=df)


def chosen_turns(years: int, draws: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the turns to compare with: all but the observed, or so many at random if fewer."""
    turns = np.arange(1, years)
    return turns if len(turns) <= draws else np.sort(rng.choice(turns, draws, replace=False))


def shift_p(paths: Shifted, y: Array, turns: NDArray[np.intp]) -> tuple[float, int]:
    """Return p of the observed t statistic among those of the turns, and how many there were.

    Notes
    -----
    Statistics are studentised, since turns differ in how much the dose moves in the years that
    have an outcome: Chung, E. and Romano, J. P. (2013). Exact and asymptotically robust
    permutation tests. Annals of Statistics 41(2).
    """
    found = paths.statistics(y)
    others = found[turns][~np.isnan(found[turns])]
    return permutation_p(float(found[0]), others), len(others)


def shift_mde(
    paths: Shifted, y: Array, turns: NDArray[np.intp], *, level: float, power: float
) -> float:
    """Return the smallest effect that the test by turns would find.

    Parameters
    ----------
    paths : Shifted
    y : array, (n,)
    turns : array of int
    level, power : float

    Returns
    -------
    float
        In units of y per unit of the dose; infinite where none up to `power.MOST` is found.

    Notes
    -----
    The residuals of the observed regression are taken as the world without an effect. Every turn
    is taken as the true dose in turn, an effect of either sign is added, and the test run: as
    `power.smallest_found` has it. The search begins at a standard error.
    """
    size = len(paths.doses)
    part = paths.part[0] / (paths.part[0] ** 2).sum()
    rest = paths.unexplained[0] @ y
    rest = rest - (part @ rest) * paths.part[0]
    error = np.sqrt((rest**2).sum() / paths.df[0] * (part**2).sum())
    worlds = chosen_worlds(~np.isnan(paths.statistics(rest)))
    # Of each world only the turns that the test compares with, counted from its own, and itself.
    away = (np.arange(size)[:, None] - worlds) % size
    compared = np.isin(away, np.append(0, turns))

    def statistics(effect: float, some: slice) -> Array:
        found = paths.statistics(rest + effect * paths.doses[worlds[some]]).T
        return np.where(compared[:, some], found, np.nan)

    return smallest_found(statistics, worlds, start=float(error), level=level, power=power)
