"""Treatment paths permuted among countries: who could have had whose, and what a test by it does not reject.

References
----------
MacKinnon, J. G. and Webb, M. D. (2020). Randomization inference for difference-in-differences with
few treated clusters. Journal of Econometrics 218(2), 435-450. doi:10.1016/j.jeconom.2020.04.024
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import factorial, floor, inf, prod

import numpy as np
import numpy.typing as npt
import pandas as pd

from ioscore.errors import NotApplicable

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

NO_VARIATION = 1e-10
"""Share of a treatment's sum of squares below which effects and controls leave nothing of it."""
FARTHEST = 20.0
"""An interval that reaches farther from its coefficient, in log points, is given as infinite, and so
is a detectable effect beyond it."""
CLOSE = 1e-3
"""Ends of intervals are found to this, in log points: a tenth of a percent."""


@dataclass(frozen=True, kw_only=True)
class TreatmentPaths:
    """Which path a treatment took in each country.

    Attributes
    ----------
    countries : tuple of str
        G of them.
    years : tuple of int
        T of them.
    paths : numpy.ndarray
        Distinct paths, P x T.
    labels : numpy.ndarray
        For each country the row of `paths` that it had, G.
    """

    countries: tuple[str, ...]
    years: tuple[int, ...]
    paths: Array
    labels: Labels

    @property
    def treated(self) -> int:
        """Countries whose treatment varies over the years."""
        varies = np.ptp(self.paths, axis=1) > 0
        return int(varies[self.labels].sum())

    @property
    def assignments(self) -> int:
        """Distinct ways to give the paths to the countries, the real one among them."""
        counts = np.bincount(self.labels)
        return factorial(len(self.labels)) // prod(factorial(int(count)) for count in counts)

    @property
    def studentised(self) -> bool:
        """Whether the statistic is |t|: at least two countries treated and two not, else |coefficient|."""
        return min(self.treated, len(self.countries) - self.treated) >= 2


def treatment_paths(frame: pd.DataFrame, column: str) -> TreatmentPaths | NotApplicable:
    """Return the path of a treatment in each country, for every year.

    Parameters
    ----------
    frame : pandas.DataFrame
        `country`, `year` and the column: one row for each, also where an outcome is missing, for
        another country may have one in that year.
    column : str

    Returns
    -------
    TreatmentPaths or NotApplicable
        Countries and years sorted. Not applicable where the treatment of a country and year is not
        known: that path could not be placed on another country.
    """
    wide = frame.pivot(index="country", columns="year", values=column).astype(float)
    if wide.isna().to_numpy().any():
        names = ", ".join(map(str, wide.index[wide.isna().any(axis=1)]))
        return NotApplicable(f"the path of the treatment is not known in every year: {names}")
    paths, labels = np.unique(wide.to_numpy(), axis=0, return_inverse=True)
    return TreatmentPaths(
        countries=tuple(map(str, wide.index)),
        years=tuple(map(int, wide.columns)),
        paths=paths,
        labels=labels.reshape(-1).astype(np.int64),
    )


def permuted_assignments(paths: TreatmentPaths, draws: int, rng: np.random.Generator) -> Labels:
    """Return permutations of the paths among the countries.

    Parameters
    ----------
    paths : TreatmentPaths
    draws : int
        >= 1.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        B x G labels. All assignments but the real one where there are no more than `draws` of
        them; else `draws` permutations drawn with equal probability.
    """
    if paths.assignments - 1 <= draws:
        every = np.array(list(_arrangements(sorted(paths.labels.tolist()))), dtype=np.int64)
        others: Labels = every[(every != paths.labels).any(axis=1)]
        return others
    drawn: Labels = rng.permuted(np.tile(paths.labels, (draws, 1)), axis=1)
    return drawn


def critical_size(values: Array, *, level: float) -> float:
    """Return the size that a statistic must exceed for p = (k + 1)/(B + 1) to be at most the level.

    Parameters
    ----------
    values : numpy.ndarray
        Of B permutations or bootstrap samples.
    level : float

    Returns
    -------
    float
        The size of rank floor(level (B + 1)) from above; infinite where that is zero.
    """
    # The small amount keeps 0.05 x 1000 from falling below 50 by its last digit.
    rank = floor(level * (len(values) + 1) + 1e-9)
    return float(np.sort(np.abs(values))[-rank]) if rank else inf


def spread(coefficients: Array) -> float:
    """Return the standard deviation of permuted coefficients, around their mean."""
    return float(np.std(coefficients, ddof=1)) if len(coefficients) > 1 else 0.0


def inverted_interval(
    p_value: Callable[[float], float | None], *, centre: float, step: float, level: float
) -> tuple[float, float]:
    """Return the effects around a coefficient that a test does not reject.

    Parameters
    ----------
    p_value : callable
        Effect -> p of the hypothesis that this is the effect; None where it cannot be tested.
    centre : float
        The coefficient; not rejected itself.
    step : float
        > 0; how far to look at first.
    level : float

    Returns
    -------
    tuple of float
        Low and high: on either side a rejected effect within `CLOSE` of one that is not. It is
        looked for by doubling the step, so of several such the nearest may be passed over; then
        the interval is too wide, not too narrow. Infinite where none is rejected, or none can be
        tested any more, within `FARTHEST`.
    """

    def end(side: int) -> float:
        inside, outside = 0.0, step
        while True:
            if outside > FARTHEST:
                return side * inf
            found = p_value(centre + side * outside)
            if found is None:
                return side * inf
            if found <= level:
                break
            inside, outside = outside, 2 * outside
        while outside - inside > CLOSE:
            middle = (inside + outside) / 2
            found = p_value(centre + side * middle)
            rejected = found is not None and found <= level
            inside, outside = (inside, middle) if rejected else (middle, outside)
        return centre + side * outside

    return end(-1), end(1)


def _arrangements(labels: list[int]) -> Generator[list[int]]:
    """Yield the distinct orders of sorted labels, in the order of the alphabet."""
    now = list(labels)
    while True:
        yield list(now)
        fall = next((i for i in range(len(now) - 2, -1, -1) if now[i] < now[i + 1]), None)
        if fall is None:
            return
        above = next(j for j in range(len(now) - 1, fall, -1) if now[j] > now[fall])
        now[fall], now[above] = now[above], now[fall]
        now[fall + 1 :] = reversed(now[fall + 1 :])
