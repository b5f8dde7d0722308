"""Paths placed on countries: one projection, then small algebra for every permutation.

A permuted treatment is a sum over countries of the path of another country placed on this one. So
each pair of country and path is projected off the effects and controls once; every permutation is
then a sum of entries of Gram matrices whose size does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ioscore.regression.permutation.paths import NO_VARIATION, Array, Labels, TreatmentPaths


def effects_design(frame: pd.DataFrame, effects: Sequence[str], controls: Sequence[str]) -> Array:
    """Return dummies of each effect and the controls, N x k; redundant columns are no harm.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns named.
    effects, controls : sequence of str
    """
    dummies = [pd.get_dummies(frame[name]).to_numpy(float) for name in effects]
    return np.column_stack([*dummies, frame[list(controls)].to_numpy(float)])


def orthonormal_basis(design: Array, weights: Array | None = None) -> Array:
    """Return an orthonormal basis of the (weighted) design, N x rank.

    Parameters
    ----------
    design : numpy.ndarray
        N x k.
    weights : numpy.ndarray, optional
        N, > 0.
    """
    rooted = design if weights is None else design * np.sqrt(weights)[:, None]
    length = np.linalg.norm(rooted, axis=0)
    left, sizes, _ = np.linalg.svd(rooted[:, length > 0] / length[length > 0], full_matrices=False)
    return left[:, sizes > NO_VARIATION * sizes.max(initial=0.0)]


@dataclass(frozen=True, kw_only=True)
class PermutedTreatment:
    """Each path on each country, projected: what every permuted treatment is a sum of.

    Attributes
    ----------
    squares : numpy.ndarray
        Gram matrices by cluster, G x K x K, where K = G P and path p on country g stands at g P + p.
    products : numpy.ndarray
        With the outcomes by cluster, G x K x m.
    raw : numpy.ndarray
        Sum of squares before the projection, K.
    scale : float
        (N - 1)/(N - k) G/(G - 1) of CR1.
    """

    squares: Array
    products: Array
    raw: Array
    scale: float


def place_paths(
    frame: pd.DataFrame,
    paths: TreatmentPaths,
    outcomes: Array,
    basis: Array,
    *,
    parameters: int,
    weights: Array | None = None,
) -> PermutedTreatment:
    """Place every path on every country at the years it has, and project.

    Parameters
    ----------
    frame : pandas.DataFrame
        `country` and `year` of the rows of the model, among those of `paths`.
    paths : TreatmentPaths
    outcomes : numpy.ndarray
        N x m.
    basis : numpy.ndarray
        From `orthonormal_basis`, with the same weights.
    parameters : int
        The k of CR1's factor (N - 1)/(N - k).
    weights : numpy.ndarray, optional
        N, > 0.

    Returns
    -------
    PermutedTreatment
    """
    size, kinds = len(paths.countries), len(paths.paths)
    country = pd.Index(paths.countries).get_indexer(frame["country"])
    year = pd.Index(paths.years).get_indexer(frame["year"])
    rows = np.arange(len(frame))
    placed = np.zeros((len(frame), size, kinds))
    placed[rows, country] = paths.paths[:, year].T
    root = np.ones(len(frame)) if weights is None else np.sqrt(weights)
    flat = placed.reshape(len(frame), size * kinds) * root[:, None]
    outcome = outcomes * root[:, None]
    left = flat - basis @ (basis.T @ flat)
    outcome = outcome - basis @ (basis.T @ outcome)
    own = [left[country == g] for g in range(size)]
    clusters = len(np.unique(country))
    return PermutedTreatment(
        squares=np.stack([part.T @ part for part in own]),
        products=np.stack([own[g].T @ outcome[country == g] for g in range(size)]),
        raw=(flat**2).sum(axis=0),
        scale=(len(frame) - 1) / (len(frame) - parameters) * clusters / (clusters - 1),
    )


@dataclass(frozen=True, kw_only=True)
class Permuted:
    """Sums by cluster of all permutations, from which coefficients and t statistics follow.

    Attributes
    ----------
    squares : numpy.ndarray
        Of the projected treatment with itself, B x G; NaN where a permuted treatment has no
        variation left.
    products : numpy.ndarray
        Of the projected treatment with the outcomes, B x G x m.
    scale : float
        Factor of CR1.
    """

    squares: Array
    products: Array
    scale: float

    def coefficients(self) -> Array:
        """Return the least-squares coefficients, B x m; NaN where there is none."""
        found: Array = self.products.sum(axis=1) / self.squares.sum(axis=1)[:, None]
        return found

    def t_statistics(self) -> Array:
        """Return the coefficients over their CR1 errors, B x m; NaN where there is none."""
        found = self.coefficients()
        scores = self.products - found[:, None, :] * self.squares[:, :, None]
        spread = np.sqrt(self.scale * (scores**2).sum(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            t: Array = found * self.squares.sum(axis=1)[:, None] / spread
        return t

    def combined(self, weights: Sequence[float]) -> Permuted:
        """Return the same for one outcome, the sum of the outcomes by these weights."""
        return replace(self, products=self.products @ np.array(weights, dtype=float)[:, None])


def permute(treatment: PermutedTreatment, labels: Labels) -> Permuted:
    """Return the sums of all permutations.

    Parameters
    ----------
    treatment : PermutedTreatment
    labels : numpy.ndarray
        B x G, from `permuted_assignments`; the real assignment is `paths.labels`.

    Returns
    -------
    Permuted
    """
    count, size = labels.shape
    kinds = treatment.squares.shape[1] // size
    chosen = np.zeros((count, size, kinds))
    np.put_along_axis(chosen, labels[:, :, None], 1.0, axis=2)
    chosen = chosen.reshape(count, size * kinds)
    squares = np.stack([((chosen @ own) * chosen).sum(axis=1) for own in treatment.squares], axis=1)
    gone = squares.sum(axis=1) <= NO_VARIATION * (chosen @ treatment.raw)
    squares[gone] = np.nan
    products = np.stack([chosen @ own for own in treatment.products], axis=1)
    return Permuted(squares=squares, products=products, scale=treatment.scale)
