"""Does a series drift? Unit-root tests, and the regression of levels that is never read.

Two series that drift agree by themselves: Granger, C. W. J. and Newbold, P. (1974). Spurious
regressions in econometrics. Journal of Econometrics 2(2). doi:10.1016/0304-4076(74)90034-7
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable

LEAST = 12
"""Years in a row below which the tests say nothing."""
ADF_NULL = "the series has a unit root: it drifts"
KPSS_NULL = "the series is stationary around a mean: it does not drift"


@dataclass(frozen=True, kw_only=True)
class RootTests:
    """Two tests with opposite null hypotheses, `ADF_NULL` and `KPSS_NULL`.

    Attributes
    ----------
    adf, kpss : float
        Statistics.
    adf_p, kpss_p : float
        The table of KPSS ends at .01 and .1: a p there means at most or at least so much.
    n : int
        Years.
    """

    adf: float
    adf_p: float
    kpss: float
    kpss_p: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Integration:
    """How often a series must be differenced until it no longer drifts.

    Attributes
    ----------
    series : str
    years : (int, int)
        The longest run without a gap.
    level, difference : RootTests or NotApplicable
    order : int or None
        0 or 1 where both tests agree, else None.
    words : str
    """

    series: str
    years: tuple[int, int]
    level: RootTests | NotApplicable
    difference: RootTests | NotApplicable
    order: int | None
    words: str


@dataclass(frozen=True, kw_only=True)
class LevelsFit:
    """The regression of levels on levels, with the warning that it is not to be read.

    Attributes
    ----------
    organisation : str
    coefficient, r_squared, durbin_watson : float or NotApplicable
    n : int
    warning : str
    """

    organisation: str
    coefficient: float | NotApplicable
    r_squared: float | NotApplicable
    durbin_watson: float | NotApplicable
    n: int
    warning: str


def root_tests(values: NDArray[np.float64]) -> RootTests | NotApplicable:
    """Return ADF and KPSS tests of a series around a mean.

    Parameters
    ----------
    values : array, (n,)
        By year, without gaps.

    Returns
    -------
    RootTests or NotApplicable
        The latter for fewer than `LEAST` years, or a series that does not move.

    Notes
    -----
    Lags: int(4 (n / 100)^(1/4)) for both, as Kwiatkowski et al. take them, since choosing by a
    criterion costs years that such short series do not have.

    References
    ----------
    Dickey, D. A. and Fuller, W. A. (1979). Distribution of the estimators for autoregressive time
    series with a unit root. JASA 74(366). Kwiatkowski, D., Phillips, P. C. B., Schmidt, P. and
    Shin, Y. (1992). Testing the null hypothesis of stationarity against the alternative of a unit
    root. Journal of Econometrics 54(1-3). doi:10.1016/0304-4076(92)90104-Y
    """
    from statsmodels.tsa.stattools import adfuller, kpss

    n = len(values)
    if n < LEAST:
        return NotApplicable(f"{n} years in a row, and the tests need {LEAST}")
    if np.ptp(values) < 1e-12:
        return NotApplicable("the series does not move")
    lags = int(4 * (n / 100) ** 0.25)
    with warnings.catch_warnings():
        # That a p lies beyond the ends of the table is said of every p there.
        warnings.simplefilter("ignore")
        adf = adfuller(values, maxlag=lags, autolag=None, regression="c", result_object=True)
        other = kpss(values, regression="c", nlags=lags, result_object=True)
    numbers = [float(x) for x in (adf.statistic, adf.pvalue, other.statistic, other.pvalue)]
    if not np.isfinite(numbers).all():
        return NotApplicable("the tests gave no number: the series hardly moves")
    return RootTests(adf=numbers[0], adf_p=numbers[1], kpss=numbers[2], kpss_p=numbers[3], n=n)


def integration(name: str, series: pd.Series, level: float) -> Integration:
    """Return the order of integration of a series, with words.

    Parameters
    ----------
    name : str
    series : pandas.Series
        By year; the longest run of known years is tested.
    level : float
        Of both tests.

    Returns
    -------
    Integration
    """
    run = longest_run(series)
    values = run.to_numpy(dtype=float)
    own, moved = root_tests(values), root_tests(np.diff(values))
    order, words = _verdict(own, moved, level)
    years = (int(run.index[0]), int(run.index[-1])) if len(run) else (0, 0)
    return Integration(
        series=name, years=years, level=own, difference=moved, order=order, words=words
    )


def longest_run(series: pd.Series) -> pd.Series:
    """Return the longest run of consecutive years that are known, the first of several."""
    known = series.dropna().sort_index()
    run = np.cumsum(np.diff(known.index.to_numpy(dtype=int), prepend=known.index[:1]) != 1)
    groups = [part for _, part in known.groupby(run)]
    return max(groups, key=len) if groups else known


def levels_fit(
    organisation: str, y: NDArray[np.float64], columns: NDArray[np.float64]
) -> LevelsFit:
    """Fit levels on levels, to show what must not be read.

    Parameters
    ----------
    organisation : str
    y : array, (n,)
    columns : array, (n, k)
        The dose first, then controls; a constant is added.

    Returns
    -------
    LevelsFit
    """
    from statsmodels.api import OLS
    from statsmodels.stats.stattools import durbin_watson

    full = np.column_stack([columns, np.ones(len(y))])
    if len(y) <= full.shape[1] or np.linalg.matrix_rank(full) < full.shape[1]:
        none = NotApplicable("too few years, or columns that say the same")
        return LevelsFit(
            organisation=organisation, coefficient=none, r_squared=none, durbin_watson=none,
            n=len(y), warning="not fitted",
        )  # fmt: skip
    fit = OLS(y, full).fit()
    fitted, watson = float(fit.rsquared), float(durbin_watson(fit.resid))
    warning = "not to be read: levels that drift agree by themselves (Granger and Newbold 1974)"
    if fitted > watson:
        warning += "; R-squared above the Durbin-Watson statistic is their sign of it"
    return LevelsFit(
        organisation=organisation,
        coefficient=float(fit.params[0]),
        r_squared=fitted,
        durbin_watson=watson,
        n=len(y),
        warning=warning,
    )


def _verdict(
    own: RootTests | NotApplicable, moved: RootTests | NotApplicable, level: float
) -> tuple[int | None, str]:
    if isinstance(own, NotApplicable):
        return None, f"not tested: {own.reason}"
    drifts = own.adf_p > level
    shifts = own.kpss_p <= level
    if not drifts and not shifts:
        return 0, "does not drift: both tests agree"
    if not (drifts and shifts):
        both = "neither says so" if not shifts else "each refuses its hypothesis"
        return None, f"drifts or not: the tests disagree ({both})"
    if isinstance(moved, NotApplicable):
        return None, f"drifts; of its differences nothing is known: {moved.reason}"
    if moved.adf_p <= level < moved.kpss_p:
        return 1, "drifts, its differences do not: both tests agree"
    return None, "drifts, and whether its differences do the tests do not settle"
