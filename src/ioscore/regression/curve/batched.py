"""Coefficients and cluster t of one null model under every assignment of paths at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ioscore.regression.curve.assignments import Indicators
from ioscore.regression.curve.designs import Design, remainder
from ioscore.regression.permutation.paths import NO_VARIATION, Array, TreatmentPaths

ZERO = 1e-20
"""A variance this small beside the squares that it is left of is zero but for rounding."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Paths laid on rows, less what the null model explains of them.

    Attributes
    ----------
    left : numpy.ndarray
        Rows x (country, path): the path on the rows of the country, zero elsewhere, residualised
        (and weighted, in a weighted model).
    size : numpy.ndarray
        Sum of squares of each before that.
    squares : numpy.ndarray
        Pairs of (country, path) x countries with rows: sums of products over their rows.
    """

    left: Array
    size: Array
    squares: Array


def lay(design: Design, paths: TreatmentPaths, lag: int, given: Indicators) -> Array | None:
    """Lay every path on the rows of every country.

    Parameters
    ----------
    design : Design
    paths : TreatmentPaths
        For all years, also those in which an outcome is missing.
    lag : int
        Years from treatment to outcome: it shifts the path.
    given : Indicators

    Returns
    -------
    numpy.ndarray or None
        Rows x (country, path); None where the paths do not reach back to a year that is needed.
    """
    known = {year: at for at, year in enumerate(paths.years)}
    if not set(design.year - lag) <= set(known):
        return None
    at = [known[int(year)] for year in design.year - lag]
    values = paths.paths[list(given.kept)][:, at].T
    own = design.country[:, None] == np.array(given.countries)
    return np.asarray(own[:, :, None] * values[:, None, :]).reshape(design.rows, -1)


def place(design: Design, columns: Array, given: Indicators, basis: Array) -> Placed:
    """Take the null model out of laid paths, and multiply them within each country.

    Parameters
    ----------
    design : Design
    columns : numpy.ndarray
        From `lay`, times the root of the weights in a weighted model.
    given : Indicators
    basis : numpy.ndarray
        That of the design, or of the weighted null model.

    Returns
    -------
    Placed
    """
    left = remainder(basis, columns)
    one, two = given.pairs
    ends = np.append(design.starts[1:], design.rows)
    squares = np.empty((len(one), len(ends)))
    for g, (start, end) in enumerate(zip(design.starts, ends, strict=True)):
        part = left[start:end]
        squares[:, g] = (part.T @ part)[one, two]
    return Placed(left=left, size=(columns**2).sum(axis=0), squares=squares)


def under_assignments(
    design: Design, on: Placed, residual: Array, given: Indicators
) -> tuple[Array, Array]:
    """Return coefficient and t under each assignment.

    Parameters
    ----------
    design : Design
    on : Placed
    residual : numpy.ndarray
        Outcome less the null model, by row; in a Poisson model the weighted working residual.
    given : Indicators

    Returns
    -------
    coefficient, t : numpy.ndarray
        By row of the indicators; both NaN where the null model leaves nothing of the permuted
        treatment, or the cluster variance is zero.

    Notes
    -----
    A permuted treatment is a sum of columns "path p on country h"; so is its projection (theorem of
    Frisch, Waugh and Lovell), and every sum over rows is one over `squares`, however many rows
    there are. In a linear model the coefficient is least squares and t has the CR1 cluster error.
    In a Poisson model both are those after one Newton step from the null model: its score, divided
    by its information.
    """
    score = np.add.reduceat(on.left * residual[:, None], design.starts, axis=0)
    up = given.singles @ score.T
    down = given.products @ on.squares
    total = down.sum(axis=1)
    varies = total > NO_VARIATION * (given.singles @ on.size)
    total = np.where(varies, total, np.nan)
    coefficient = up.sum(axis=1) / total
    moved = coefficient[:, None] * down
    variance = ((up - moved) ** 2).sum(axis=1)
    scale = ((np.abs(up) + np.abs(moved)) ** 2).sum(axis=1)
    variance = np.where(variance > ZERO * scale, variance, np.nan)
    t = coefficient * total / np.sqrt(design.correction * variance)
    return np.where(np.isnan(t), np.nan, coefficient), t
