"""All criteria of all organisations at once, shrunk: do they help to foretell a year left out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable

Array = NDArray[np.float64]

BLOCKS = 5
"""Of neighbouring years, left out in turn to choose the penalty."""


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """A lasso, and how well it foretells years that it has not seen.

    Attributes
    ----------
    kept : pandas.Series
        Coefficients that are not zero, by column: log points for a standard deviation of the
        difference.
    offered, unmoved : tuple of str
        Columns that the lasso could keep, and those that never move.
    penalty : float
        Chosen by leaving out one of five blocks of years at a time.
    against_mean, against_supply : float
        1 - sum of squared errors / that of the rival, over years that neither has seen; below
        zero the rival is better. Rivals: the mean of the other years; least squares on supply.
    supply_against_mean : float
        The same for the rival on supply against the mean.
    n : int
    note : str
    """

    kept: pd.Series
    offered: tuple[str, ...]
    unmoved: tuple[str, ...]
    penalty: float
    against_mean: float
    against_supply: float
    supply_against_mean: float
    n: int
    note: str


def shrunk(
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    supply: str,
    least: int,
    progress: Callable[[int, int], None] | None = None,
) -> Shrunk | NotApplicable:
    """Fit a lasso on all columns at once, cross-validated over years.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row for each difference: `y` and the columns, nothing missing.
    columns : sequence of str
        Controls, supply among them, and criteria; all are penalised alike.
    supply : str
        Column of the rival.
    least : int
        Differences below which nothing is fitted.
    progress : callable, optional
        Called with differences foretold and all.

    Returns
    -------
    Shrunk or NotApplicable

    Notes
    -----
    Columns are standardised on the years that a fit sees. The penalty is chosen by leaving out five
    blocks of neighbouring years in turn: neighbouring differences share a year, so single years
    would know too much of each other, and folds that only look forwards would fit the first stretch
    on a handful of years. The foretelling leaves out one year around all of that, so it is, if
    anything, too kind.

    References
    ----------
    Tibshirani, R. (1996). Regression shrinkage and selection via the lasso. Journal of the Royal
    Statistical Society B 58(1).
    """
    n = len(frame)
    if n < least:
        return NotApplicable(f"{n} differences, and a lasso over years needs {least}")
    moved = [name for name in columns if np.ptp(frame[name].to_numpy(dtype=float)) > 1e-12]
    if not [name for name in moved if name != supply]:
        return NotApplicable("no criterion moves in these years")
    x, y = frame[moved].to_numpy(dtype=float), frame["y"].to_numpy(dtype=float)
    if np.ptp(y) < 1e-12:
        return NotApplicable("the outcome does not move")
    rival = frame[[supply]].to_numpy(dtype=float)
    # Whether a year was left out changes the smallest penalty, at which a fit may not settle.
    unsettled = 0
    errors = np.empty((n, 3))
    for out in range(n):
        seen = np.arange(n) != out
        model, settled = _lasso(x[seen], y[seen])
        unsettled += not settled
        errors[out] = (
            y[out] - float(model.predict(x[[out]])[0]),
            y[out] - y[seen].mean(),
            y[out] - _line(rival[seen], y[seen], rival[[out]]),
        )
        if progress is not None:
            progress(out + 1, n)
    model, settled = _lasso(x, y)
    unsettled += not settled
    lost = (errors**2).sum(axis=0)
    # What the last digits of sums leave of a zero is one.
    found = pd.Series(model[-1].coef_, index=moved, dtype=float).round(12)
    return Shrunk(
        kept=found[found != 0].sort_values(key=np.abs, ascending=False, kind="stable"),
        offered=tuple(moved),
        unmoved=tuple(name for name in columns if name not in moved),
        penalty=float(model[-1].alpha_),
        against_mean=float(1 - lost[0] / lost[1]),
        against_supply=float(1 - lost[0] / lost[2]),
        supply_against_mean=float(1 - lost[2] / lost[1]),
        n=n,
        note=f"{unsettled} of {n + 1} fits did not settle at some penalty" if unsettled else "",
    )


def _lasso(x: Array, y: Array) -> tuple[Any, bool]:
    """Return a fitted lasso on standardised columns, and whether all its fits converged."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LassoCV
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(
        StandardScaler(), LassoCV(cv=KFold(BLOCKS), alphas=50, max_iter=20_000, tol=1e-5)
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(x, y)
    return model, not any(issubclass(w.category, ConvergenceWarning) for w in caught)


def _line(x: Array, y: Array, at: Array) -> float:
    """Return the prediction of least squares; the mean where the column does not move."""
    from sklearn.linear_model import LinearRegression

    return float(LinearRegression().fit(x, y).predict(at)[0])
