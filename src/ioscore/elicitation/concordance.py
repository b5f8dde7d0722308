"""How far several orders of the same things agree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable


def kendall_w(ranks: pd.DataFrame) -> float | NotApplicable:
    """Return Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    ranks : pandas.DataFrame, (m, n)
        One row for each judge, one column for each thing ranked; any numbers, smaller is ahead,
        equal ones are tied.

    Returns
    -------
    float or NotApplicable
        In [0, 1]: 1 where all judges order alike, 0 where the sums of ranks are all equal. Not
        applicable to fewer than two judges or things, to a thing without a rank, and where no
        judge tells any two things apart.

    Notes
    -----
    W = 12 S / (m^2 (n^3 - n) - m T), with S the sum of squares of the sums of ranks about their
    mean, and T the sum of t^3 - t over every set of t things that one judge ties; tied things
    have their mean rank. W is the mean of Spearman's correlations of all pairs of judges, brought
    to [0, 1], where nothing is tied.

    References
    ----------
    Kendall, M. G. and Babington Smith, B. (1939). The problem of m rankings. Annals of
    Mathematical Statistics 10(3), 275-287. doi:10.1214/aoms/1177732186
    """
    m, n = ranks.shape
    if m < 2:
        return NotApplicable("one order has none to agree with")
    if n < 2:
        return NotApplicable("a single thing has no order")
    if ranks.isna().any(axis=None):
        names = [str(name) for name in ranks.columns[ranks.isna().any()]]
        return NotApplicable(f"{', '.join(names)} cannot be ranked by all")
    placed = ranks.rank(axis=1, method="average").to_numpy(dtype=float)
    ties = sum(
        float((sizes**3 - sizes).sum())
        for row in placed
        for sizes in [np.unique(row, return_counts=True)[1].astype(float)]
    )
    room = m**2 * (n**3 - n) - m * ties
    if room <= 0:
        return NotApplicable("nobody puts anything ahead of anything")
    sums = placed.sum(axis=0)
    return float(12 * ((sums - sums.mean()) ** 2).sum() / room)
