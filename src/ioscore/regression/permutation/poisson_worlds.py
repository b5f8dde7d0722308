"""Effects planted in Poisson worlds: the null model of every world at once, and its score test.

Nothing is linearised: in every world and for every effect the model without the treatment is fitted
anew, by Newton's method for all worlds together. Fitting them one by one would take minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr

from ioscore.regression.permutation.paths import NO_VARIATION, Array, Labels, TreatmentPaths

STEPS = 60
CONVERGED = 1e-8
"""Newton stops when no linear predictor moves by more."""
LARGEST = 1.0
"""Of a step of a linear predictor, in log points, once Newton has begun."""


@dataclass(frozen=True, kw_only=True)
class PoissonWorlds:
    """What the score test of every world is made of.

    Attributes
    ----------
    outcome : numpy.ndarray
        Without the effect, N.
    true : numpy.ndarray
        The treatment of each world, N x W.
    design : numpy.ndarray
        Effects and controls, independent columns, N x k.
    singles : numpy.ndarray
        Each path other than zero on each country, N x K.
    chosen : numpy.ndarray
        Which of them make up each assignment's treatment, A x K, 0 or 1.
    country : numpy.ndarray
        Of each row, sorted, N.
    scale : float
        Factor of CR1.
    studentised : bool
    """

    outcome: Array
    true: Array
    design: Array
    singles: Array
    chosen: Array
    country: Labels
    scale: float
    studentised: bool

    def statistics(self, effect: float, some: slice = slice(None)) -> Array:
        """Return the size of the score statistic of each assignment in some of the worlds.

        Parameters
        ----------
        effect : float
            Log points: the mean of the true treatment's cells is multiplied by exp(effect).
        some : slice
            Of the worlds.

        Returns
        -------
        numpy.ndarray
            NaN in a world whose null model was not found.
        """
        outcomes = (self.outcome[:, None] * np.exp(effect * self.true[:, some])).T
        # The constant takes up any factor; sums of squares then do not overflow.
        outcomes = outcomes / outcomes.mean(axis=1, keepdims=True)
        means = null_means(outcomes, self.design)
        weighted = self.design[None, :, :] * means[:, :, None]
        explained = np.linalg.solve(
            self.design.T @ weighted, weighted.transpose(0, 2, 1) @ self.singles
        )
        left = self.singles - self.design @ explained
        one, two = np.triu_indices(self.singles.shape[1])
        twice = np.where(one == two, 1.0, 2.0)
        pairs = self.chosen[:, one] * self.chosen[:, two] * twice
        used = pairs.any(axis=0)
        pairs, one, two = pairs[:, used], one[used], two[used]
        starts = np.flatnonzero(np.diff(self.country, prepend=-1))
        ends = np.append(starts[1:], len(self.country))
        up, down = [], []
        for start, end in zip(starts, ends, strict=True):
            own, mean = left[:, start:end], means[:, start:end, None]
            residual = outcomes[:, start:end, None] - mean
            up.append(self.chosen @ (own * residual).sum(axis=1).T)
            gram = (own * mean).transpose(0, 2, 1) @ own
            down.append(pairs @ gram[:, one, two].T)
        scores, squares = np.stack(up), np.stack(down)
        raw = pairs @ ((self.singles.T * means[:, None, :]) @ self.singles)[:, one, two].T
        total = squares.sum(axis=0)
        total = np.where(total > NO_VARIATION * raw, total, np.nan)
        found = scores.sum(axis=0) / total
        if not self.studentised:
            return np.asarray(np.abs(found))
        spread = np.sqrt(self.scale * ((scores - found * squares) ** 2).sum(axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            sized: Array = np.abs(found) * total / spread
        return sized


def poisson_worlds(
    outcome: Array,
    true: Array,
    design: Array,
    paths: TreatmentPaths,
    labels: Labels,
    *,
    country: Labels,
    year: Labels,
    parameters: int,
) -> PoissonWorlds:
    """Put together what the score test of every world is made of.

    Parameters
    ----------
    outcome : numpy.ndarray
        Kilograms without the effect, N.
    true : numpy.ndarray
        The treatment of each world, N x W.
    design : numpy.ndarray
        Effects and controls, N x k; redundant columns are no harm.
    paths : TreatmentPaths
    labels : numpy.ndarray
        All assignments, A x G.
    country, year : numpy.ndarray
        Of each row, as places among those of `paths`.
    parameters : int
        The k of CR1's factor.
    """
    order = np.argsort(country, kind="stable")
    # A path of zeros adds nothing to any treatment.
    kept = np.flatnonzero(paths.paths.any(axis=1))
    own = country[order][:, None] == np.arange(len(paths.countries))
    singles = own[:, :, None] * paths.paths[kept][:, year[order]].T[:, None, :]
    rows, clusters = len(country), len(np.unique(country))
    return PoissonWorlds(
        outcome=outcome[order],
        true=true[order],
        design=independent(design[order]),
        singles=singles.reshape(rows, -1).astype(float),
        chosen=(labels[:, :, None] == kept).astype(float).reshape(len(labels), -1),
        country=country[order],
        scale=(rows - 1) / (rows - parameters) * clusters / (clusters - 1),
        studentised=paths.studentised,
    )


def independent(design: Array) -> Array:
    """Return the columns of a design that are no sums of others."""
    sized = design[:, np.abs(design).sum(axis=0) > 0]
    sized = sized / np.linalg.norm(sized, axis=0)
    _, r, order = qr(sized, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(r))
    return np.asarray(sized[:, np.sort(order[: int((diagonal > 1e-9 * diagonal[0]).sum())])])


def null_means(outcomes: Array, design: Array) -> Array:
    """Return the Poisson means of several outcomes on one design.

    Parameters
    ----------
    outcomes : numpy.ndarray
        W x N, >= 0.
    design : numpy.ndarray
        Independent columns, N x k, the constant among what they span.

    Returns
    -------
    numpy.ndarray
        W x N; NaN for an outcome for which Newton's steps do not settle.
    """
    start = np.log((outcomes + outcomes.mean(axis=1, keepdims=True)) / 2)
    predictor = start
    found = np.full(outcomes.shape, np.nan)
    open_ = np.arange(len(outcomes))
    for step in range(STEPS):
        mean = np.exp(predictor)
        weighted = design[None, :, :] * mean[:, :, None]
        working = predictor + outcomes[open_] / mean - 1
        right = (weighted * working[:, :, None]).sum(axis=1)
        try:
            solved = np.linalg.solve(design.T @ weighted, right[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:
            break
        move = solved @ design.T - predictor
        size = np.abs(move).max(axis=1)
        # Far from the fit a whole step can overshoot; the first one only finds the design's span.
        part = np.minimum(1.0, LARGEST / np.maximum(size, LARGEST)) if step else np.ones(len(size))
        predictor = predictor + part[:, None] * move
        good = np.isfinite(predictor).all(axis=1) & (np.abs(predictor).max(axis=1) < 300)
        done = good & (size <= CONVERGED)
        found[open_[done]] = np.exp(predictor[done])
        stay = good & ~done
        open_, predictor = open_[stay], predictor[stay]
        if not len(open_):
            break
    return found
