"""Starts and ends of a treatment -> rows by cohort and period, and least squares on them.

Small enough to be solved anew for every permuted assignment of treatment paths; on the real one it
gives what pyfixest gives (shown in the tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ioscore.regression.permutation.paths import TreatmentPaths

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NEVER = 0
"""Start of a country that never began."""
OPEN = 9999
"""End of a treatment that did not end."""
COLLINEAR = 1e-9
"""Share of the largest diagonal element of R below which a column is a sum of others."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a model.

    Attributes
    ----------
    country : numpy.ndarray
        Index of the country in `TreatmentPaths.countries`, N.
    year : numpy.ndarray
        N.
    outcomes : numpy.ndarray
        N x m.
    """

    country: Integers
    year: Integers
    outcomes: Array


@dataclass(frozen=True, kw_only=True)
class Spans:
    """First year at work of each country (`NEVER`), and the first year after it (`OPEN`)."""

    starts: Integers
    ends: Integers


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Rows inside the window: what cohort and how many years since the start.

    Attributes
    ----------
    rows : Rows
    cohort : numpy.ndarray
        Year of the start, `NEVER` for controls; N.
    period : numpy.ndarray
        Years since the start, 0 for controls; N.
    dropped : dict of int to str
        Cohorts left out: none of their countries has a row in the year of reference.
    """

    rows: Rows
    cohort: Integers
    period: Integers
    dropped: tuple[int, ...]

    @property
    def treated(self) -> npt.NDArray[np.bool_]:
        """Rows of a country that is at work."""
        return np.asarray((self.cohort != NEVER) & (self.period >= 0))


def as_rows(frame: pd.DataFrame, countries: Sequence[str], columns: Sequence[str]) -> Rows:
    """Return `country`, `year` and columns of a table as arrays."""
    return Rows(
        country=pd.Index(countries).get_indexer(frame["country"]).astype(np.int64),
        year=frame["year"].to_numpy(np.int64),
        outcomes=frame[list(columns)].to_numpy(float),
    )


def spans_of(paths: TreatmentPaths, labels: Integers) -> Spans:
    """Return when each country begins and ends, given the path that each has.

    Parameters
    ----------
    paths : TreatmentPaths
    labels : numpy.ndarray
        Row of `paths.paths` of each country, G.
    """
    at_work = np.asarray(paths.paths[labels] > 0)
    years = np.array(paths.years, dtype=np.int64)
    ever = np.asarray(at_work.any(axis=1))
    starts = np.where(ever, years[at_work.argmax(axis=1)], NEVER)
    over = ever[:, None] & ~at_work & (years > starts[:, None])
    ends = np.where(over.any(axis=1), years[over.argmax(axis=1)], OPEN)
    return Spans(starts=starts, ends=ends)


def place(rows: Rows, spans: Spans, *, window: tuple[int, int], reference: int) -> Placed:
    """Give each row its cohort and period, and cut what the window does not reach.

    Parameters
    ----------
    rows : Rows
    spans : Spans
    window : (int, int)
        First and last period. Rows of treated countries outside it are cut, not binned: a bin would
        give one coefficient to effects of different ages.
    reference : int
        The period that others are compared with.

    Returns
    -------
    Placed
    """
    start, end = spans.starts[rows.country], spans.ends[rows.country]
    period = np.where(start == NEVER, 0, rows.year - start)
    inside = (period >= window[0]) & (period <= window[1]) & (rows.year < end)
    keep = (start == NEVER) | inside
    dropped = []
    for cohort in np.unique(start[keep & (start != NEVER)]):
        own = keep & (start == cohort)
        if not (own & (period == reference)).any():
            keep = keep & ~own
            dropped.append(int(cohort))
    kept = Rows(country=rows.country[keep], year=rows.year[keep], outcomes=rows.outcomes[keep])
    return Placed(rows=kept, cohort=start[keep], period=period[keep], dropped=tuple(dropped))


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The pairs of cohort and period that have a coefficient.

    Attributes
    ----------
    keys : numpy.ndarray
        Cohort and period, K x 2.
    dummies : numpy.ndarray
        N x K.
    """

    keys: Integers
    dummies: Array

    @property
    def counts(self) -> Array:
        """Rows of each cell, that is countries."""
        return np.asarray(self.dummies.sum(axis=0))


def cells_of(placed: Placed, reference: int) -> Cells:
    """Return all cells of treated cohorts but those of the period of reference."""
    own = (placed.cohort != NEVER) & (placed.period != reference)
    pairs = np.column_stack([placed.cohort, placed.period])
    keys = np.unique(pairs[own], axis=0)
    same = np.asarray(pairs[:, None, :] == keys[None, :, :]).all(axis=2)
    return Cells(keys=keys, dummies=np.where(own[:, None], same, False).astype(float))


def shares(cells: Cells, periods: Sequence[int]) -> Array:
    """Return the weights that average coefficients of cells, by the share of each cohort.

    Returns
    -------
    numpy.ndarray
        (len(periods) + 1) x K: one row for each period, NaN where no cohort has it; the last for
        all periods from the start on, each row of data counting alike.
    """
    period, counts = cells.keys[:, 1], cells.counts
    chosen = [period == one for one in periods] + [period >= 0]
    found = np.full((len(chosen), len(counts)), np.nan)
    for row, own in enumerate(chosen):
        if own.any():
            found[row] = np.where(own, counts, 0.0) / counts[own].sum()
    return found


def effects(rows: Rows) -> Array:
    """Return dummies of country and year without redundant columns, N x (G + T - 1)."""
    country = rows.country[:, None] == np.unique(rows.country)
    year = rows.year[:, None] == np.unique(rows.year)[1:]
    return np.column_stack([country, year]).astype(float)


def least_squares(design: Array, outcomes: Array) -> Array | None:
    """Return least-squares coefficients, k x m; None where a column is a sum of others."""
    if design.shape[0] < design.shape[1]:
        return None
    q, r = np.linalg.qr(design)
    diagonal = np.abs(np.diag(r))
    if diagonal.min() <= COLLINEAR * diagonal.max():
        return None
    return np.asarray(np.linalg.solve(r, q.T @ outcomes))


def saturated_effects(placed: Placed, periods: Sequence[int], reference: int) -> Array | None:
    """Return the effect in each period and overall, (len(periods) + 1) x m; None if collinear."""
    cells = cells_of(placed, reference)
    if not len(cells.keys):
        return None
    design = np.column_stack([cells.dummies, effects(placed.rows)])
    found = least_squares(design, placed.rows.outcomes)
    return None if found is None else shares(cells, periods) @ found[: len(cells.keys)]


def imputed_effect(placed: Placed) -> Array | None:
    """Return what the treated rows lie above the effects of the untreated ones, on average, m.

    Returns
    -------
    numpy.ndarray or None
        None where the effect of a country or year of a treated row is not determined.
    """
    design, on = effects(placed.rows), placed.treated
    if not on.any():
        return None
    found = least_squares(design[~on], placed.rows.outcomes[~on])
    if found is None:
        return None
    return np.asarray((placed.rows.outcomes[on] - design[on] @ found).mean(axis=0))
