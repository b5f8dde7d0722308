"""What a weight says against what it does: effective importance, and whether criteria hang together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable

Array = NDArray[np.float64]

FEW = 10
"""Alternatives below which a squared correlation is little more than chance."""

ENOUGH = 20
"""Alternatives from which a curve, or the correlations of all criteria, can be estimated at all."""


@dataclass(frozen=True, kw_only=True)
class Importance:
    """Nominal weight against effective importance of each criterion.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each criterion: `criterion`; `weight`, nominal, summing to one; `alternatives`,
        how many have a value; `r2`, the squared correlation with the score; `main_effect`, the
        correlation ratio, NaN where it cannot be estimated; `share`, the main effect (else `r2`)
        as a share of its sum over criteria; `ratio`, share over weight, 1 where the criterion
        counts for what its weight says.
    main_effects : NotApplicable or None
        Why the correlation ratio is not estimated; None where it is.
    warning : str
        What limits the figures; "" if nothing does.
    """

    table: pd.DataFrame
    main_effects: NotApplicable | None
    warning: str

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table


def effective_importance(
    values: pd.DataFrame, weights: pd.Series, scores: pd.Series
) -> Importance | NotApplicable:
    """Compare the weight of each criterion with the share of the scores' variance it explains.

    Parameters
    ----------
    values : pandas.DataFrame, (n, m)
        Alternatives x criteria as they enter the score; NaN where missing (left out for that
        criterion, of which nothing is said with fewer than three).
    weights : pandas.Series, (m,)
        Of the same criteria, >= 0.
    scores : pandas.Series, (n,)
        Of the same alternatives.

    Returns
    -------
    Importance or NotApplicable
        The latter for fewer than three alternatives or scores that are all equal. The main effect
        is S = V(E(score | criterion)) / V(score): the share of the variance of the scores that
        would go if the criterion were fixed. It counts what a criterion does through others that
        go with it, so the main effects need not sum to one. A criterion in which all are equal has
        none. Estimated by a local-linear regression with a Gaussian kernel, whose bandwidth is the
        best at leave-one-out prediction, from 20 alternatives on; a straight line below that.

    References
    ----------
    Paruolo, P., Saisana, M. and Saltelli, A. (2013). Ratings and rankings: voodoo or science?
    Journal of the Royal Statistical Society A 176(3), 609-634.
    doi:10.1111/j.1467-985X.2012.01059.x
    """
    names = list(values.columns)
    known = scores.loc[values.index].to_numpy(dtype=float)
    x, y = values.to_numpy(dtype=float)[~np.isnan(known)], known[~np.isnan(known)]
    n = len(y)
    if n < 3:
        return NotApplicable(f"{n} alternatives: two points lie on a line whatever they measure")
    if _constant(y):
        return NotApplicable("all scores are equal: there is no variance to explain")
    nominal = weights.loc[names].to_numpy(dtype=float)
    there = ~np.isnan(x)
    columns = [(x[there[:, j], j], y[there[:, j]]) for j in range(len(names))]
    linear = np.array([_r2(*c) if len(c[0]) >= 3 else np.nan for c in columns])
    curved = np.array([correlation_ratio(*c) if len(c[0]) >= ENOUGH else np.nan for c in columns])
    effect = np.where(np.isnan(curved), linear, curved)
    weight = nominal / nominal.sum()
    whole = np.nansum(effect)
    share = effect / whole if whole > 0 else np.full(len(names), np.nan)
    table = pd.DataFrame(
        {
            "criterion": names,
            "weight": weight,
            "alternatives": there.sum(axis=0),
            "r2": linear,
            "main_effect": curved,
            "share": share,
            "ratio": np.divide(share, weight, out=np.full(len(names), np.nan), where=weight > 0),
        }
    )
    least = int(max(3, there.sum(axis=0).min()))
    return Importance(
        table=table,
        main_effects=None if least >= ENOUGH else NotApplicable(_too_few(least)),
        warning=_warning(least),
    )


def correlation_ratio(x: Array, y: Array) -> float:
    """Return the share of the variance of y that a smooth function of x explains.

    Parameters
    ----------
    x, y : array, (n,)

    Returns
    -------
    float
        In [0, 1]; 0 where either is constant. See `effective_importance` for estimator and paper.
    """
    if _constant(x) or _constant(y):
        return 0.0
    # Centred, so that the point without neighbours is predicted by the mean of all.
    y = y - y.mean()
    fits = [_local_linear(x, width) for width in np.ptp(x) * np.geomspace(0.03, 3.0, 14)]
    errors = [float((((y - hat @ y) / (1 - np.diag(hat))) ** 2).sum()) for hat in fits]
    fitted = fits[int(np.argmin(errors))] @ y
    return float(min(1.0, fitted.var() / y.var()))


def _local_linear(x: Array, width: float) -> Array:
    """Return the matrix that smooths: row i holds the weights of all y in the fit at x_i."""
    gaps = x[None, :] - x[:, None]
    kernel = np.exp(-((gaps / width) ** 2) / 2)
    moments = [(kernel * gaps**power).sum(axis=1)[:, None] for power in range(3)]
    spread = moments[0] * moments[2] - moments[1] ** 2
    line = kernel * (moments[2] - gaps * moments[1])
    # Where only one value of x is near, a line has no slope: take the mean there.
    flat = spread <= 1e-12 * (moments[0] * width) ** 2
    smooth = np.where(flat, kernel / moments[0], line / np.where(flat, 1.0, spread))
    # A point that is alone in its window predicts itself, and left out it is predicted by zero.
    np.fill_diagonal(smooth, np.minimum(np.diag(smooth), 1 - 1e-9))
    return np.asarray(smooth)


def _r2(x: Array, y: Array) -> float:
    if len(x) < 3 or _constant(x) or _constant(y):
        return 0.0
    return float(np.corrcoef(x, y)[0, 1] ** 2)


def _constant(x: Array) -> bool:
    return float(np.ptp(x)) <= 1e-9 * float(np.abs(x).max())


def _too_few(n: int) -> str:
    return (
        f"{n} alternatives: a curve through fewer than {ENOUGH} points follows chance; the squared "
        "correlation stands in its place"
    )


def _warning(n: int) -> str:
    if n >= FEW:
        return ""
    return (
        f"With values of {n} alternatives in a criterion a squared correlation allows little: criteria that have nothing to "
        f"do with the scores reach {1 / (n - 1):.2f} on average."
    )


@dataclass(frozen=True, kw_only=True)
class InternalConsistency:
    """Whether the criteria measure one thing.

    Attributes
    ----------
    alpha : float
        Cronbach's alpha of the standardised criteria, at most 1.
    table : pandas.DataFrame
        One row for each criterion: `criterion`, `correlation` with the sum of the others, `alpha`
        if it is left out (NaN where one criterion would remain).
    eigenvalues : array, (m,)
        Of the correlation matrix, greatest first; they sum to the number of criteria.
    """

    alpha: float
    table: pd.DataFrame
    eigenvalues: Array

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table


def internal_consistency(values: pd.DataFrame) -> InternalConsistency | NotApplicable:
    """Return Cronbach's alpha, alpha without each criterion, and eigenvalues of the correlations.

    Parameters
    ----------
    values : pandas.DataFrame, (n, m)
        Alternatives x criteria, larger is better. Rows with a gap are left out.

    Returns
    -------
    InternalConsistency or NotApplicable
        The latter for fewer than 20 complete alternatives (five alternatives have at most four
        directions in which to differ, so correlations of more criteria are tied to each other by
        their number), fewer than two criteria, or a criterion in which all are equal.

    References
    ----------
    Cronbach, L. J. (1951). Psychometrika 16(3), 297-334. doi:10.1007/BF02310555
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, ch. 4.
    doi:10.1787/9789264043466-en
    """
    complete = values.dropna().to_numpy(dtype=float)
    n, m = complete.shape
    if n < ENOUGH:
        return NotApplicable(
            f"{n} complete alternatives: correlations between criteria, and with them alpha and "
            f"eigenvalues, mean nothing for fewer than {ENOUGH}"
        )
    if m < 2:
        return NotApplicable(f"{m} criteria: there is nothing to be consistent with")
    constant = [name for name, x in zip(values.columns, complete.T, strict=True) if _constant(x)]
    if constant:
        return NotApplicable(f"all alternatives are equal in {', '.join(map(str, constant))}")
    correlations = np.corrcoef(complete, rowvar=False)
    rows = []
    for j, name in enumerate(values.columns):
        others = np.arange(m) != j
        rest = correlations[np.ix_(others, others)]
        with_rest = correlations[j, others].sum() / np.sqrt(rest.sum())
        rows.append((name, with_rest, _alpha(rest) if m > 2 else np.nan))
    return InternalConsistency(
        alpha=_alpha(correlations),
        table=pd.DataFrame(rows, columns=["criterion", "correlation", "alpha"]),
        eigenvalues=np.linalg.eigvalsh(correlations)[::-1],
    )


def _alpha(correlations: Array) -> float:
    """Return alpha from a correlation matrix: 1 less the items' share of the variance, scaled."""
    m = len(correlations)
    return float(m / (m - 1) * (1 - m / correlations.sum()))
