"""What a permutation test can see: effects planted in worlds that the permutation itself draws.

One definition for every permutation test of this room. A world is one of the assignments of paths
that the test draws; in it that assignment is the true one. An effect is planted on its path, in an
outcome that has been freed of the estimated effect, and the test is run as it is run on what was:
the same statistic, all other assignments to compare with, p = (k + 1)/(B + 1). The share of worlds
with p <= level is the power. An effect moves the statistics of the other assignments too, for their
paths overlap with the true one: shifting only the estimate would promise too much.

References
----------
Bloom, H. S. (1995). Minimum detectable effects. Evaluation Review 19(5), 547-556.
doi:10.1177/0193841X9501900504
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from ioscore.regression.permutation.paths import Array, Labels, TreatmentPaths
from ioscore.regression.permutation.placed import Permuted

WORLDS = 500
"""Assignments taken for the true one in turn: a power of .8 is then known to .018 (one error)."""
POISSON_WORLDS = 200
"""The same where a model is fitted anew in each: to .028."""
TOLERANCE = 0.02
"""Detectable effects are found to this share of themselves."""
MOST = 10.0
"""An effect that is not found up to here, in log points (a factor of 22,000), counts as infinite."""
WIDEN = 1.5
"""Effects looked at first grow by this factor. Not by more: a score test can find an effect of three
log points and lose one of eight, for then the fit without the treatment follows the few countries
that are left with all the kilograms."""
FIRST_LOOK = 4
"""Every fourth world is looked at first; the others only where these leave the answer open."""

Statistics = Callable[[float, slice], Array]
"""Effect and which worlds -> statistic of each assignment (rows) in these worlds (columns)."""


def chosen_worlds(there: npt.NDArray[np.bool_], most: int = WORLDS) -> Labels:
    """Return the assignments that are taken for the true one: evenly spaced among those there are.

    Parameters
    ----------
    there : numpy.ndarray of bool
        Which assignments have a statistic, A.
    most : int

    Returns
    -------
    numpy.ndarray
        At most `most` places. Drawn assignments have no order; of all assignments in their order
        even spacing takes some of every sort.
    """
    known = np.flatnonzero(there)
    if len(known) <= most:
        return known
    return known[np.linspace(0, len(known) - 1, most).round().astype(np.int64)]


def share_found(statistics: Array, worlds: Labels, *, level: float) -> float:
    """Return the share of worlds in which the test rejects that there is no effect.

    Parameters
    ----------
    statistics : numpy.ndarray
        Of each assignment (rows) in each world (columns); their size counts. NaN where there is
        none: among the others it is left out, and a world whose own is NaN finds nothing.
    worlds : numpy.ndarray
        For each column the row that is the true assignment there.
    level : float

    Returns
    -------
    float
        In [0, 1]. Ties within 1e-9 count against the effect, as in `results.permutation_p`.
    """
    size = np.abs(statistics)
    own = size[worlds, np.arange(len(worlds))]
    # The true assignment is as far as itself: it is the one that is added to k and to B.
    far = (size >= own * (1 - 1e-9)).sum(axis=0)
    known = (~np.isnan(size)).sum(axis=0)
    return float((~np.isnan(own) & (far <= level * known * (1 + 1e-12))).mean())


def smallest_found(
    statistics: Statistics, worlds: Labels, *, start: float, level: float, power: float
) -> float:
    """Return the minimum detectable effect of a permutation test.

    Parameters
    ----------
    statistics : callable
        Of the assignments in some of the worlds, with a given effect planted.
    worlds : numpy.ndarray
        The true assignment of each world.
    start : float
        > 0; the first effect tried.
    level, power : float

    Returns
    -------
    float
        The smallest size at which a positive effect and a negative one are each found with the
        power wanted: the worse sign decides. Looked for from `start` on in steps of `WIDEN`, then
        by halving down to `TOLERANCE`, as if power rose with the effect below the first that is
        found. Infinite where none is up to `MOST`.
    """
    signs = [1, -1]
    part = slice(None, None, FIRST_LOOK)
    # Three errors below the power wanted: so far off that the other worlds cannot mend it.
    hopeless = power - 3 * np.sqrt(power * (1 - power) / max(len(worlds[part]), 1))

    def found(effect: float, some: slice) -> float:
        return share_found(statistics(effect, some), worlds[some], level=level)

    def enough(size: float) -> bool:
        for sign in tuple(signs):
            if found(sign * size, part) < hopeless or found(sign * size, slice(None)) < power:
                # The sign that fails is asked first the next time.
                signs.sort(key=lambda one: one != sign)
                return False
        return True

    if not len(worlds):
        return inf
    inside, outside = 0.0, min(start, MOST)
    while not enough(outside):
        if outside >= MOST:
            return inf
        inside, outside = outside, min(WIDEN * outside, MOST)
    while outside - inside > TOLERANCE * outside:
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if enough(middle) else (middle, outside)
    return outside


def world_treatments(paths: TreatmentPaths, labels: Labels, country: Labels, year: Labels) -> Array:
    """Return the treatment of each row under each assignment, N x W.

    Parameters
    ----------
    paths : TreatmentPaths
    labels : numpy.ndarray
        W x G.
    country, year : numpy.ndarray
        Of each row, as places among those of `paths`.
    """
    found: Array = paths.paths[labels[:, country], year].T
    return found


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Statistics of a linear estimator, as functions of the effect that is planted.

    A coefficient is a + d b, and the square of its error is u + 2 d v + d^2 w: any effect d is then
    a few sums, however many rows there are.

    Attributes
    ----------
    coefficient, moved : numpy.ndarray
        a, A x 1, and b, A x W: what each assignment makes of the outcome without the effect, and of
        the true treatment of each world.
    variance : (numpy.ndarray, numpy.ndarray, numpy.ndarray) or None
        u, v, w, A x 1, A x W, A x W; None where the statistic is the coefficient itself.
    """

    coefficient: Array
    moved: Array
    variance: tuple[Array, Array, Array] | None = None

    def statistics(self, effect: float, some: slice = slice(None)) -> Array:
        """Return the size of the statistic of each assignment in some of the worlds."""
        found: Array = np.abs(self.coefficient + effect * self.moved[:, some])
        if self.variance is None:
            return found
        u, v, w = self.variance[0], self.variance[1][:, some], self.variance[2][:, some]
        square = np.maximum(u + 2 * effect * v + effect**2 * w, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            sized: Array = found / np.sqrt(square)
        return sized


def planted(permuted: Permuted, coefficient: float, *, studentised: bool) -> Planted:
    """Return the statistics of least squares with effects planted.

    Parameters
    ----------
    permuted : Permuted
        Of every assignment; outcomes are the real one, the real treatment, and the treatments of
        the worlds.
    coefficient : float
        Estimated: it is taken out of the outcome.
    studentised : bool
        Whether the statistic is |t| with CR1 errors.
    """
    found = permuted.coefficients()
    a = found[:, :1] - coefficient * found[:, 1:2]
    b = found[:, 2:]
    if not studentised:
        return Planted(coefficient=a, moved=b)
    scores = permuted.products - found[:, None, :] * permuted.squares[:, :, None]
    null = scores[:, :, :1] - coefficient * scores[:, :, 1:2]
    true = scores[:, :, 2:]
    scale = permuted.scale / permuted.squares.sum(axis=1)[:, None] ** 2
    terms = (null**2).sum(axis=1), (null * true).sum(axis=1), (true**2).sum(axis=1)
    u, v, w = (scale * term for term in terms)
    return Planted(coefficient=a, moved=b, variance=(u, v, w))
