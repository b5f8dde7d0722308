"""Tests of the residuals of a short regression: their law simulated on the same regressors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BATCH = 2_000


def residual_tests(fit: Any, lags: int, *, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Test the residuals of a fit: whether they hang together, their spread, their shape.

    With eight terms in 26 years the printed law of the first rejects 25 of 100 true nulls at 5%;
    so p is that of the same statistic over made-up independent normal errors on the regressors
    at hand, whose variance cancels.

    Parameters
    ----------
    fit : statsmodels.regression.linear_model.RegressionResults
        With a constant.
    lags : int
        Years by which errors may depend on each other, >= 1.
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        `test`, `null` (in words), `statistic`, `p` ((k + 1) / (draws + 1), k of the draws being at
        least as large), `textbook_p` (of statsmodels), `reference`. NaN where there are too few
        years, which `test` then says.

    References
    ----------
    Dufour, J.-M., Farhat, A., Gardiol, L. and Khalaf, L. (1998). Simulation-based finite sample
    normality tests in linear regressions. Econometrics Journal 1(1), 154-173.
    """
    from statsmodels.stats.diagnostic import acorr_breusch_godfrey, het_breuschpagan
    from statsmodels.stats.stattools import jarque_bera

    design = np.asarray(fit.model.exog, dtype=float)
    enough = fit.df_resid > lags
    serial = acorr_breusch_godfrey(fit, nlags=lags, result_object=True) if enough else None
    spread = het_breuschpagan(fit.resid, design)
    shape = jarque_bera(fit.resid)
    years = f"{lags} year{'' if lags == 1 else 's'}"
    rows = [
        (
            f"Breusch-Godfrey, {years}, F" + ("" if enough else ": too few years"),
            f"errors up to {years} apart do not depend on each other",
            serial[2] if serial else np.nan,
            serial[3] if serial else np.nan,
            "Breusch (1978), Australian Economic Papers 17(31); Godfrey (1978), Econometrica 46(6)",
        ),
        (
            "Breusch-Pagan, F",
            "errors are as large whatever the regressors are",
            spread[2],
            spread[3],
            "Breusch and Pagan (1979), Econometrica 47(5); Koenker (1981), J. Econometrics 17(1)",
        ),
        (
            "Jarque-Bera",
            "errors are normal",
            shape[0],
            shape[1],
            "Jarque and Bera (1987), International Statistical Review 55(2)",
        ),
    ]
    names = ["test", "null", "statistic", "textbook_p", "reference"]
    table = pd.DataFrame(rows, columns=names).astype({"statistic": float, "textbook_p": float})
    made = simulated_statistics(design, lags, draws=draws, rng=rng)
    # The same statistic summed in another order must not count as larger.
    beyond = (made >= table["statistic"].to_numpy() * (1 - 1e-9)).sum(axis=0)
    known = table["statistic"].notna()
    table.insert(3, "p", np.where(known, (beyond + 1) / (draws + 1), np.nan))
    return table


def simulated_statistics(
    design: Floats, lags: int, *, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw the three statistics under independent normal errors.

    Parameters
    ----------
    design : numpy.ndarray
        Years x terms, of full rank, with a constant.
    lags : int
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        Draws x 3: Breusch-Godfrey F (NaN with too few years), Breusch-Pagan F, Jarque-Bera.
    """
    q = np.linalg.qr(design)[0]
    found = np.empty((draws, 3))
    for start in range(0, draws, BATCH):
        errors = rng.standard_normal((min(BATCH, draws - start), len(design)))
        residuals = errors - (errors @ q) @ q.T
        rows = slice(start, start + len(errors))
        found[rows, 0] = _serial(residuals, q, lags)
        found[rows, 1] = _spread(residuals, q)
        found[rows, 2] = _shape(residuals)
    return found


def _serial(residuals: Floats, q: Floats, lags: int) -> Floats:
    """Return the F of lagged residuals, zero before the first year, beside the regressors."""
    n, k = q.shape
    if n - k <= lags:
        return np.full(len(residuals), np.nan)
    past = np.stack(
        [np.pad(residuals, ((0, 0), (j, 0)))[:, :n] for j in range(1, lags + 1)], axis=2
    )
    past -= np.einsum("nk,skl->snl", q, np.einsum("nk,snl->skl", q, past))
    cross = np.einsum("snl,sn->sl", past, residuals)
    inner = np.einsum("snl,snm->slm", past, past)
    gain = (cross * np.linalg.solve(inner, cross[:, :, None])[:, :, 0]).sum(axis=1)
    left = (residuals**2).sum(axis=1) - gain
    found: Floats = (gain / lags) / (left / (n - k - lags))
    return found


def _spread(residuals: Floats, q: Floats) -> Floats:
    """Return the F of squared residuals on the regressors, less their mean."""
    n, k = q.shape
    squares = residuals**2
    centred = squares - squares.mean(axis=1, keepdims=True)
    explained = ((centred @ q) ** 2).sum(axis=1)
    left = (centred**2).sum(axis=1) - explained
    found: Floats = (explained / (k - 1)) / (left / (n - k))
    return found


def _shape(residuals: Floats) -> Floats:
    """Return n / 6 (skewness^2 + excess kurtosis^2 / 4)."""
    from scipy.stats import kurtosis, skew

    third, fourth = skew(residuals, axis=1), kurtosis(residuals, axis=1)
    found: Floats = residuals.shape[1] / 6 * (third**2 + fourth**2 / 4)
    return found
