"""Breaks at every admissible year, so that the known ones must compete with unknown ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.regression.series.sup_f import DEFICIENT, SupF, break_columns, sup_f

Floats = NDArray[np.float64]
Years = NDArray[np.int64]

BATCH = 5_000
BETTER = 1e-9
"""A fit is better when its squares are smaller by more than this share: the rest is rounding."""


@dataclass(frozen=True, kw_only=True)
class BreakSearch:
    """How known breaks compare with all others.

    Attributes
    ----------
    profiles : pandas.DataFrame
        One row for each known break and year that it is moved to, the others held: `known`,
        `year`, `squares` (sum of squared residuals).
    ranks : pandas.DataFrame
        One row for each known break: `known`, `rank` (1 is the best fit), `of`, `best` (year).
    sets : int
        Admissible sets of as many breaks as are known, the known one among them.
    better : int
        Sets that fit better than the known one.
    best : tuple of int
        Years of the set that fits best.
    known_squares, best_squares : float
        Sums of squared residuals.
    sup_f : SupF or NotApplicable
    """

    profiles: pd.DataFrame
    ranks: pd.DataFrame
    sets: int
    better: int
    best: tuple[int, ...]
    known_squares: float
    best_squares: float
    sup_f: SupF | NotApplicable

    @property
    def share(self) -> float:
        """Share of all other sets that fit better than the known one; NaN without others."""
        return self.better / (self.sets - 1) if self.sets > 1 else float("nan")


def squares(y: Floats, base: Floats, years: Years, starts: Years, slopes: Sequence[bool]) -> Floats:
    """Return the sum of squared residuals for each set of breaks.

    Parameters
    ----------
    y : numpy.ndarray
        n outcomes.
    base : numpy.ndarray
        n x terms that all sets share.
    years, starts, slopes
        As `break_columns` takes them.

    Returns
    -------
    numpy.ndarray
        One for each set; NaN where its terms are collinear.
    """
    found = np.empty(len(starts))
    for at in range(0, len(starts), BATCH):
        columns = break_columns(years, starts[at : at + BATCH], slopes)
        shared = np.broadcast_to(base, (len(columns), *base.shape))
        design = np.concatenate([shared, columns], axis=2)
        if design.shape[2] > design.shape[1]:
            found[at : at + BATCH] = np.nan
            continue
        q, r = np.linalg.qr(design)
        left = np.abs(np.diagonal(r, axis1=1, axis2=2))
        full = (left > DEFICIENT * np.linalg.norm(design, axis=1)).all(axis=1)
        residuals = y - np.einsum("snk,sk->sn", q, np.einsum("snk,n->sk", q, y))
        found[at : at + BATCH] = np.where(full, (residuals**2).sum(axis=1), np.nan)
    return found


def admissible_years(years: Years, span: tuple[int, int], trim: int) -> list[int]:
    """Return the observed years at which a break leaves `trim` years of the span on both sides.

    A break in a year that is not observed could not be told from one in the year after it.
    """
    return [int(y) for y in years if y - span[0] >= trim and span[1] - y + 1 >= trim]


def search_breaks(
    y: Floats,
    base: Floats,
    years: Years,
    *,
    known: Sequence[int],
    slopes: Sequence[bool],
    span: tuple[int, int],
    trim: int,
    level: float,
    draws: int,
    rng: np.random.Generator,
) -> BreakSearch:
    """Put breaks at every admissible year, in a model of the same form.

    Parameters
    ----------
    y : numpy.ndarray
        n outcomes.
    base : numpy.ndarray
        n x terms without breaks.
    years : numpy.ndarray
        n observed years, ascending.
    known : sequence of int
        Years of the known breaks, ascending; with them the terms must not be collinear.
    slopes : sequence of bool
        Which of them, first to last, change the slope; in every set the same.
    span : tuple of int
        First and last year of the series.
    trim : int
        Calendar years left at either end of the span and between breaks.
    level : float
    draws : int
        Of `sup_f`.
    rng : numpy.random.Generator

    Returns
    -------
    BreakSearch
        Known breaks take part even where the trim would not admit them.

    References
    ----------
    Bai, J. and Perron, P. (1998). Estimating and testing linear models with multiple structural
    changes. Econometrica 66(1), 47-78: breaks where the sum of squares is least.
    """
    free = admissible_years(years, span, trim)
    own = tuple(int(year) for year in known)
    profiles, ranks = _profiles(y, base, years, own, slopes, free, trim)
    sets = [s for s in combinations(free, len(own)) if all(b - a >= trim for a, b in pairwise(s))]
    others = [s for s in sets if s != own]
    starts = np.array([own, *others], dtype=np.int64)
    found = squares(y, base, years, starts, slopes)
    best = int(np.nanargmin(found))
    return BreakSearch(
        profiles=profiles,
        ranks=ranks,
        sets=int(np.isfinite(found).sum()),
        better=int((found < found[0] * (1 - BETTER)).sum()),
        best=tuple(int(year) for year in starts[best]),
        known_squares=float(found[0]),
        best_squares=float(found[best]),
        sup_f=sup_f(y, base, years, free, level=level, draws=draws, rng=rng),
    )


def _profiles(
    y: Floats,
    base: Floats,
    years: Years,
    known: tuple[int, ...],
    slopes: Sequence[bool],
    free: Sequence[int],
    trim: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Move each break between its neighbours, the others held."""
    parts, ranks = [], []
    for i, own in enumerate(known):
        others = known[:i] + known[i + 1 :]
        above = max((k for k in known[:i]), default=-np.inf)
        below = min((k for k in known[i + 1 :]), default=np.inf)
        apart = [
            c for c in free if above < c < below and all(abs(c - other) >= trim for other in others)
        ]
        tried = sorted({own, *apart})
        starts = np.array([(*known[:i], c, *known[i + 1 :]) for c in tried], dtype=np.int64)
        found = squares(y, base, years, starts, slopes)
        part = pd.DataFrame({"known": own, "year": tried, "squares": found})
        part = part[np.isfinite(found)].reset_index(drop=True)
        parts.append(part)
        here = float(part.loc[part["year"] == own, "squares"].iloc[0])
        rank = int((part["squares"] < here * (1 - BETTER)).sum()) + 1
        best = int(part.loc[part["squares"].idxmin(), "year"])
        ranks.append({"known": own, "rank": rank, "of": len(part), "best": best})
    return pd.concat(parts, ignore_index=True), pd.DataFrame(ranks)
