"""Whether all specifications together say something: the joint permutation test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ioscore.regression.curve.assignments import Assignments
from ioscore.regression.permutation.paths import NO_VARIATION, Array, Labels, critical_size
from ioscore.regression.permutation.power import Planted, chosen_worlds, smallest_found
from ioscore.regression.results import permutation_p

STATISTICS = ("median", "sign", "significant")
"""|median| of the coefficients; share of the dominant sign; share significant with that sign."""
POSITIONS = 101
"""Places along a sorted curve at which its band is kept."""


def joint_statistics(coefficients: Array, significant: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return the statistics of a curve under each assignment.

    Parameters
    ----------
    coefficients : numpy.ndarray
        Specifications x assignments; NaN where a specification cannot be estimated under an
        assignment. That value is left out of the statistics of that assignment, which are of the
        other specifications.
    significant : numpy.ndarray
        Of the same shape: whether the coefficient differs from zero by its own test.

    Returns
    -------
    pandas.DataFrame
        One row for each assignment: `median` (signed), `sign`, `significant` (shares in [0, 1]),
        `specifications` (how many had a value). NaN where none had.

    References
    ----------
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature
    Human Behaviour 4, 1208-1214. doi:10.1038/s41562-020-0912-z
    """
    known = (~np.isnan(coefficients)).sum(axis=0)
    some = known > 0
    share = np.where(some, known, 1)
    up, down = (coefficients > 0), (coefficients < 0)
    signs = np.stack([up.sum(axis=0), down.sum(axis=0)])
    marked = np.stack([(up & significant).sum(axis=0), (down & significant).sum(axis=0)])
    dominant = np.where(
        signs[0] == signs[1], marked.max(axis=0), np.where(signs[0] > signs[1], *marked)
    )
    median = np.full(len(known), np.nan)
    median[some] = np.nanmedian(coefficients[:, some], axis=0)
    return pd.DataFrame(
        {
            "median": median,
            "sign": np.where(some, signs.max(axis=0) / share, np.nan),
            "significant": np.where(some, dominant / share, np.nan),
            "specifications": known,
        }
    )


def joint_p_values(statistics: pd.DataFrame, counts: Labels) -> dict[str, float]:
    """Return p = (k + 1)/(B + 1) of each statistic, large being far from the null.

    Parameters
    ----------
    statistics : pandas.DataFrame
        From `joint_statistics`; the first row is what was.
    counts : numpy.ndarray
        How many permutations made each assignment.

    Returns
    -------
    dict of str to float

    Notes
    -----
    Under the null the test is exact where every specification that is estimated under the real
    assignment is so under each of the others. Where some are not, the set of specifications depends
    on who was treated, and it is approximate. Permutations that estimate none are left out.
    """
    drawn = statistics.loc[statistics.index.repeat(counts)].dropna()
    first = statistics.iloc[0]
    return {name: permutation_p(float(first[name]), drawn[name]) for name in STATISTICS}


def smallest_seen(
    statistics: pd.DataFrame, given: Assignments, *, level: float, power: float
) -> tuple[float, float]:
    """Return the critical median, and the minimum detectable one, both infinite where none is.

    Parameters
    ----------
    statistics : pandas.DataFrame
        From `joint_statistics`.
    given : Assignments
    level, power : float

    Returns
    -------
    critical, detectable : float
        The |median| beyond which p <= level, and the true effect, the same in every specification,
        that is found with the power wanted, as `power.smallest_found` has it.

    Notes
    -----
    The second is approximate. The effects are planted in the medians, not in the outcomes: each
    median is moved by what the assignment makes of the true treatment in a panel with effects of
    country and year and no year missing, whatever the rows and controls of the specifications; and
    the estimated effect is taken out in the same way.
    """
    drawn = statistics["median"].repeat(given.counts).dropna().to_numpy()
    # What was stands in front, as in the test, then each permutation as often as it was drawn.
    repeats = np.append(0, np.repeat(np.arange(len(given.counts)), given.counts))
    median = statistics["median"].to_numpy()[repeats]
    there = ~np.isnan(median)
    repeats, median = repeats[there], median[there]
    treated = given.paths.paths[given.labels[repeats]]
    treated = treated - treated.mean(axis=1, keepdims=True)
    flat = (treated - treated.mean(axis=2, keepdims=True)).reshape(len(repeats), -1)
    size = (flat**2).sum(axis=1)[:, None]
    worlds = chosen_worlds(size[:, 0] > NO_VARIATION * max(float(size.max()), 1.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        freed = median[:, None] - median[0] * (flat @ flat[0])[:, None] / size
        made = Planted(coefficient=freed, moved=flat @ flat[worlds].T / size)
    start = 2 * float(np.std(drawn)) or 1.0
    seen = smallest_found(made.statistics, worlds, start=start, level=level, power=power)
    return critical_size(drawn, level=level), seen


def own_p_values(values: Array, counts: Labels) -> Array:
    """Return p = (k + 1)/(B + 1) of each specification by itself.

    Parameters
    ----------
    values : numpy.ndarray
        Specifications x assignments; NaN is left out.
    counts : numpy.ndarray

    Returns
    -------
    numpy.ndarray
        As `permutation_p` counts: ties within 1e-9 of the observed are ties.
    """
    weights = counts.astype(float)
    with np.errstate(invalid="ignore"):
        far = np.abs(values) >= np.abs(values[:, :1]) * (1 - 1e-9)
    return np.asarray((far @ weights + 1) / ((~np.isnan(values)) @ weights + 1))


def curve_band(coefficients: Array, counts: Labels, *, level: float) -> pd.DataFrame:
    """Return between what the sorted curves of most permutations lie.

    Parameters
    ----------
    coefficients : numpy.ndarray
        Specifications x assignments.
    counts : numpy.ndarray
    level : float
        The band holds 1 - level of the permutations at each position.

    Returns
    -------
    pandas.DataFrame
        `position` (share of the specifications, in [0, 1]), `low`, `middle`, `high`.
    """
    drawn = counts > 0
    ordered = np.sort(coefficients[:, drawn], axis=0)
    last = (~np.isnan(ordered)).sum(axis=0) - 1
    position = np.linspace(0, 1, POSITIONS)
    place = position[:, None] * np.maximum(last, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(last, 0))
    column = np.arange(ordered.shape[1])
    part = place - below
    curves = ordered[below, column] * (1 - part) + ordered[above, column] * part
    repeated = np.repeat(curves, counts[drawn], axis=1)
    low, middle, high = np.nanquantile(repeated, [level / 2, 0.5, 1 - level / 2], axis=1)
    return pd.DataFrame({"position": position, "low": low, "middle": middle, "high": high})


def shares_of_variance(table: pd.DataFrame, dimensions: Sequence[str]) -> dict[str, float]:
    """Return eta squared of each choice: the share of variance between its levels, by itself.

    Parameters
    ----------
    table : pandas.DataFrame
        `coefficient` and the dimensions, one row for each specification.
    dimensions : sequence of str

    Returns
    -------
    dict of str to float
        In [0, 1]; zero where all coefficients are equal. Specifications are not balanced, so the
        shares need not sum to less than one.
    """
    centred = table["coefficient"] - table["coefficient"].mean()
    total = float((centred**2).sum())
    shares = {}
    for name in dimensions:
        levels = centred.groupby(table[name].astype(str), sort=False)
        between = float((levels.mean() ** 2 * levels.size()).sum())
        shares[name] = between / total if total > 0 else 0.0
    return shares
