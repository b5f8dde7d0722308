"""Who gets whose path under a permutation, in all countries and in some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ioscore.regression.permutation.paths import Array, Labels, TreatmentPaths


@dataclass(frozen=True, kw_only=True)
class Assignments:
    """The distinct assignments of paths to countries, since equal ones give equal numbers.

    Attributes
    ----------
    paths : TreatmentPaths
    labels : numpy.ndarray
        Assignments x countries, rows of `paths.paths`; the first assignment is what was.
    counts : numpy.ndarray
        How many of the permutations made each; their sum is the number of draws.
    """

    paths: TreatmentPaths
    labels: Labels
    counts: Labels


def distinct_assignments(paths: TreatmentPaths, permuted: Labels) -> Assignments:
    """Put what was in front of the permuted assignments, and each distinct one once.

    Parameters
    ----------
    paths : TreatmentPaths
    permuted : numpy.ndarray
        Draws x countries, from `permuted_assignments`.

    Returns
    -------
    Assignments
    """
    every = np.vstack([paths.labels, permuted])
    distinct, inverse = np.unique(every, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    counts = np.bincount(inverse[1:], minlength=len(distinct))
    order = np.argsort(np.arange(len(distinct)) != inverse[0], kind="stable")
    return Assignments(paths=paths, labels=distinct[order], counts=counts[order])


@dataclass(frozen=True, kw_only=True)
class Indicators:
    """Assignments in some of the countries, as sums of "country h has path p".

    Attributes
    ----------
    countries : tuple of int
        Places among all countries.
    kept : tuple of int
        Rows of the paths that are not zero throughout; a path of zeros adds nothing to a sum.
    singles : numpy.ndarray
        Distinct assignments x (country, path), 0 or 1, the paths running fastest.
    inverse : numpy.ndarray
        For each of all assignments its row.
    """

    countries: tuple[int, ...]
    kept: tuple[int, ...]
    singles: Array
    inverse: Labels

    @cached_property
    def pairs(self) -> tuple[Labels, Labels]:
        """Return two lists of (country, path): the pairs that can be on at once, each one time."""
        one, two = np.triu_indices(self.singles.shape[1])
        together = (one == two) | (one // len(self.kept) != two // len(self.kept))
        return one[together], two[together]

    @cached_property
    def products(self) -> Array:
        """Return assignments x pairs: how often each pair counts in the square of the sum."""
        one, two = self.pairs
        return self.singles[:, one] * self.singles[:, two] * np.where(one == two, 1.0, 2.0)


def indicators(given: Assignments, countries: Sequence[int]) -> Indicators:
    """Return the assignments that are distinct in some of the countries.

    Parameters
    ----------
    given : Assignments
    countries : sequence of int
        Places among all countries.

    Returns
    -------
    Indicators
    """
    kept = np.flatnonzero(given.paths.paths.any(axis=1))
    part = given.labels[:, list(countries)]
    distinct, inverse = np.unique(part, axis=0, return_inverse=True)
    singles = (distinct[:, :, None] == kept).astype(float)
    return Indicators(
        countries=tuple(countries),
        kept=tuple(kept.tolist()),
        singles=singles.reshape(len(distinct), -1),
        inverse=inverse.reshape(-1),
    )
