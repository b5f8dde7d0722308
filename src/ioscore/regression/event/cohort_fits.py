"""The two estimators of the event study, by pyfixest, and the average as a model of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.event.cohorts import Array, Cells, Placed, effects, least_squares
from ioscore.regression.panel.model import Model

EXACT = 1e-12
"""Tolerance of demeaning; the default of pyfixest, 1e-6, would show in the seventh digit."""


@dataclass(frozen=True, kw_only=True)
class CellFit:
    """Coefficients of cells and their covariance.

    Attributes
    ----------
    coefficients : numpy.ndarray
        K.
    covariance : numpy.ndarray
        CR1, clustered by country; K x K.
    """

    coefficients: Array
    covariance: Array


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what pyfixest's own calls are warned of to itself; what they return is checked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def saturated_fit(placed: Placed, cells: Cells) -> CellFit | NotApplicable:
    """Estimate one coefficient for each cohort and period, with effects of country and year.

    Parameters
    ----------
    placed : Placed
    cells : Cells

    Returns
    -------
    CellFit or NotApplicable
        Not applicable where a cell cannot be told from the effects.

    Notes
    -----
    The regression of ``pyfixest.event_study(estimator="saturated")``, which is not called because
    it takes the first year that is *observed* at work for the start: with a gap in the reports that
    is another cohort.
    """
    names = [f"cell_{k}" for k in range(len(cells.keys))]
    data = _frame(placed).join(pd.DataFrame(cells.dummies, columns=names))
    with _quiet():
        fit = _feols(data, names, {"CRV1": "country"})
        found = fit.coef()
        if list(found.index) != names or not np.isfinite(found).all():
            return NotApplicable(
                "a cohort in one of its periods cannot be told from the effects of country and year"
            )
        covariance = np.array(fit._vcov)
    return CellFit(coefficients=found.to_numpy(), covariance=covariance)


def _feols(data: pd.DataFrame, names: list[str], vcov: str | dict[str, str]) -> Any:
    import pyfixest
    from pyfixest.demeaners import MapDemeaner

    return pyfixest.feols(
        f"y ~ {' + '.join(names)} | country + year",
        data,
        vcov=vcov,
        fixef_rm="none",
        demeaner=MapDemeaner(fixef_tol=EXACT, fixef_maxiter=100_000),
    )


def averaged(placed: Placed, cells: Cells, weights: Array) -> Model:
    """Return the saturated model written so that an average of cells is one of its coefficients.

    Parameters
    ----------
    placed : Placed
    cells : Cells
    weights : numpy.ndarray
        Of the coefficients of the cells, K.

    Notes
    -----
    It is solved for the cell with the largest weight; the model stays the same. So the errors that
    the country panel has for one coefficient serve here too.
    """
    pivot = int(np.argmax(np.abs(weights)))
    column = cells.dummies[:, pivot] / weights[pivot]
    others = np.delete(cells.dummies - np.outer(column, weights), pivot, axis=1)
    names = tuple(f"x{k}" for k in range(others.shape[1]))
    return Model(
        frame=_frame(placed).assign(average=column).join(pd.DataFrame(others, columns=list(names))),
        column="average",
        controls=names,
        effects=("country", "year"),
        poisson=False,
    )


def two_stage_fit(placed: Placed) -> tuple[float, float] | NotApplicable:
    """Return effect and clustered error of Gardner's two stages.

    Returns
    -------
    (float, float) or NotApplicable
        Not applicable where effects of country and year are not determined without the treated
        rows, or where one of them rests on a single row, which pyfixest drops.

    Notes
    -----
    The outcome goes in less the effects of the untreated rows. That changes no coefficient, and
    demeaning to a tolerance of 1e-6, which cannot be set here, has nothing left to demean.
    """
    import pyfixest

    design, on = effects(placed.rows), placed.treated
    found = least_squares(design[~on], placed.rows.outcomes[~on, :1])
    if found is None:
        return NotApplicable("a country or year has no row without the treatment")
    for key in (placed.rows.country, placed.rows.year):
        if np.unique(key[~on], return_counts=True)[1].min() < 2:
            return NotApplicable(
                "a country or year has a single row without the treatment, which pyfixest drops"
            )
    left = placed.rows.outcomes[:, 0] - (design @ found)[:, 0]
    data = _frame(placed).assign(y=left, at_work=on.astype(int))
    with _quiet():
        fit = pyfixest.did2s(data, "y", "~ 0 | country + year", "~ at_work", "at_work", "country")
    return float(fit.coef().iloc[0]), float(fit.se().iloc[0])


def _frame(placed: Placed) -> pd.DataFrame:
    rows = placed.rows
    return pd.DataFrame({"y": rows.outcomes[:, 0], "country": rows.country, "year": rows.year})


def alone(cells: Cells) -> NotApplicable | None:
    """Return why leaving a country out is impossible: a coefficient would go with it."""
    lonely = sorted({int(cohort) for cohort in cells.keys[cells.counts < 2, 0]})
    if lonely:
        which = "cohort" if len(lonely) == 1 else "cohorts"
        return NotApplicable(
            f"{which} {', '.join(map(str, lonely))}: a coefficient rests on a single country, and "
            "is gone when that is left out"
        )
    return None
