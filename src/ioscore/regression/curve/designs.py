"""Rows and null model of a specification: everything on its right side but the treatment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ioscore.regression.permutation.paths import Array, Labels

SMALL = 1e-9
"""A column whose remainder is this small beside it is a sum of the others."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """The null model on its rows: effects of country and year, trends, controls.

    Attributes
    ----------
    country : numpy.ndarray
        Of each row, its place among all countries; rows are sorted by it.
    year : numpy.ndarray
    basis : numpy.ndarray
        Rows x rank, orthonormal columns that span the null model.
    starts : numpy.ndarray
        First row of each country that has rows.
    content : str
        Digest of rows and columns: equal for designs that are the same.
    """

    country: Labels
    year: Labels
    basis: Array
    starts: Labels
    content: str

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.year)

    @property
    def correction(self) -> float:
        """Return the CR1 factor: G/(G-1) (N-1)/(N-K), K without the effects nested in clusters."""
        clusters = len(self.starts)
        parameters = self.basis.shape[1] + 1 - (clusters - 1)
        return float(clusters / (clusters - 1) * (self.rows - 1) / (self.rows - parameters))


def make_design(frame: pd.DataFrame, controls: Sequence[str], *, trends: bool) -> Design:
    """Make the null model of rows; a control that the effects already span is left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        `place` (of the country among all), `year`, controls; sorted by both, nothing missing.
    controls : sequence of str
    trends : bool
        Whether each country has a linear trend of its own.

    Returns
    -------
    Design
    """
    country, year = frame["place"].to_numpy(int), frame["year"].to_numpy(int)
    own = (country[:, None] == np.unique(country)).astype(float)
    common = (year[:, None] == np.unique(year)).astype(float)
    basis = _extended(np.empty((len(year), 0)), np.hstack([own, common]))
    digest = hashlib.sha256(country.tobytes() + year.tobytes())
    if trends and len(year):
        wider = _extended(basis, own * (year - year.mean())[:, None])
        digest.update(b"trends" * (wider.shape[1] > basis.shape[1]))
        basis = wider
    for name in controls:
        column = frame[name].to_numpy(float)[:, None]
        wider = _extended(basis, column)
        digest.update(column.tobytes() * (wider.shape[1] > basis.shape[1]))
        basis = wider
    starts = np.flatnonzero(np.diff(country, prepend=-1))
    return Design(
        country=country, year=year, basis=basis, starts=starts, content=digest.hexdigest()
    )


def remainder(basis: Array, columns: Array) -> Array:
    """Return what an orthonormal basis leaves of columns; done twice, which rounding needs."""
    for _ in range(2):
        columns = columns - basis @ (basis.T @ columns)
    return columns


def _extended(basis: Array, columns: Array) -> Array:
    """Return the basis and what the columns add to it."""
    from scipy.linalg import qr

    if not columns.size:
        return basis
    left = remainder(basis, columns)
    size = np.linalg.norm(columns, axis=0)
    left = left[:, np.linalg.norm(left, axis=0) > SMALL * size]
    if not left.shape[1]:
        return basis
    q, r, _ = qr(left / np.linalg.norm(left, axis=0), mode="economic", pivoting=True)
    added = q[:, np.abs(np.diag(r)) > SMALL]
    return np.hstack([basis, remainder(basis, added)])
