"""Rank acceptabilities of a linear rule over all weights, as volumes of polytopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, NotApplicable, Problem
from ioscore.ranking import TIE
from ioscore.sensitivity.weights.acceptability import RankAcceptability
from ioscore.sensitivity.weights.arrangement import count_systems, find_vertices
from ioscore.sensitivity.weights.space import WeightSpace
from ioscore.sensitivity.weights.volumes import Cells, measure_cells

Array = NDArray[np.float64]

MOST_SYSTEMS = 400_000
"""Bound on the linear systems solved for one table; they are what work and memory grow with."""

CLOSES = 1e-9
"""Volumes that ought to fill the space, and miss it by more than this share, are not returned."""

ROUNDING = 1e-12
"""Differences below this share of the greatest utility are rounding, not data."""


@dataclass(frozen=True, kw_only=True)
class _One:
    """What is found for one group of equal alternatives."""

    shares: Array
    pairwise: Array
    first: float
    moment: Array


def exact_acceptability(
    utilities: Array, space: WeightSpace | None = None
) -> RankAcceptability | NotApplicable:
    """Return ranks, central weights and winning probabilities over all weights, exactly.

    Parameters
    ----------
    utilities : array, (n, m)
        The score of alternative i under weights w is `utilities[i] @ w`; any scale.
    space : WeightSpace, optional
        The weights that are admitted, each as likely as the other; all by default.

    Returns
    -------
    RankAcceptability or NotApplicable
        Correct to about 1e-12. `NotApplicable` where the number of vertices is too great (then
        sample), or where the volumes do not add up because the utilities are degenerate to within
        rounding, but not quite.

    Raises
    ------
    EvidenceError
        When a utility is missing or infinite.

    Notes
    -----
    The hyperplanes on which alternative i ties with each other one cut the space into polytopes;
    in each the rank of i is fixed. Alternatives that differ by less than `TIE` of the greatest
    utility in every criterion are tied everywhere and share their ranks. Three sums that are
    computed apart from each other must close before anything is returned: over the cells of each
    alternative, over the alternatives at each rank, and both directions of each pair.

    References
    ----------
    Lahdelma, R. and Salminen, P. (2001). SMAA-2: Stochastic multicriteria acceptability analysis
    for group decision making. Operations Research 49(3), 444-454. doi:10.1287/opre.49.3.444.11220
    """
    utilities = np.asarray(utilities, dtype=float)
    _check(utilities)
    n, m = utilities.shape
    space = space or WeightSpace.whole(m)
    group, members = merge_equal(utilities)
    size = np.bincount(group)
    corners, limits = space.corners()
    kinds = utilities[members] @ corners
    rounding = ROUNDING * np.abs(utilities).max()
    hyperplanes = len(kinds) - 1 + len(limits)
    systems = len(kinds) * count_systems(hyperplanes, m)
    # Faces are named by one bit for each weight and two for each hyperplane, of 64.
    if systems > MOST_SYSTEMS or 2 * hyperplanes + m > 64:
        return NotApplicable(
            f"{n} alternatives by {m} criteria with {len(limits)} limits are too many for exact "
            f"volumes ({systems:,} systems of equations); sampling has no such bound"
        )
    volume = _volume(limits)
    if isinstance(volume, NotApplicable):
        return volume
    found = []
    for i in range(len(kinds)):
        one = _alternative(i, kinds, rounding, size, limits, volume)
        if isinstance(one, NotApplicable):
            return one
        found.append(one)
    shares = np.array([one.shares for one in found])
    pairwise = np.array([one.pairwise for one in found])
    gap = _gap(shares, pairwise, size)
    if gap > CLOSES:
        return NotApplicable(
            f"the volumes miss the whole by {gap:.1e}: utilities are all but degenerate; sample"
        )
    first = np.array([one.first for one in found])
    ever = first > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        central = np.array([one.moment for one in found]) / first[:, None]
    central = np.where(ever[:, None], central, np.nan) @ corners.T
    central = central[group]
    return RankAcceptability(
        method="exact",
        measure=space.measure,
        shares=shares[group],
        central_weights=central,
        confidence=confidence_factors(utilities, central),
        pairwise=((pairwise + 1 - pairwise.T) / 2)[np.ix_(group, group)],
        draws=0,
        error=np.zeros((n, n)),
        central_error=np.zeros((n, m)),
        pairwise_error=np.zeros((n, n)),
    )


def merge_equal(utilities: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the group of each alternative, and the first member of each group.

    Alternatives belong together when they differ by at most `TIE` of the greatest utility in
    every criterion: no weights set them apart.
    """
    near = TIE * np.abs(utilities).max()
    group = np.zeros(len(utilities), dtype=np.intp)
    members: list[int] = []
    for i, row in enumerate(utilities):
        distance = np.abs(utilities[members] - row).max(axis=1)
        same = np.flatnonzero(distance <= near)
        group[i] = same[0] if len(same) else len(members)
        if not len(same):
            members.append(i)
    return group, np.array(members, dtype=np.intp)


def confidence_factors(utilities: Array, central_weights: Array) -> Array:
    """Return the share of rank 1 of each alternative at its central weights.

    Parameters
    ----------
    utilities : array, (n, m)
    central_weights : array, (n, m)
        NaN where an alternative is never first.

    Returns
    -------
    array, (n,)
        One over the number of alternatives at the top, 0 where the alternative is not among
        them, NaN where there are no central weights.
    """
    scores = central_weights @ utilities.T
    near = TIE * np.abs(scores).max(axis=1, keepdims=True)
    top = scores >= scores.max(axis=1, keepdims=True) - near
    share = np.diagonal(top) / np.maximum(top.sum(axis=1), 1)
    return np.where(np.isnan(scores).any(axis=1), np.nan, share)


def _check(utilities: Array) -> None:
    if utilities.ndim != 2 or not utilities.size:
        found = f"an array of shape {utilities.shape}"
    elif not np.isfinite(utilities).all():
        found = "a utility that is missing or infinite"
    else:
        return
    mend = "Give one finite number for each alternative and criterion."
    raise EvidenceError(Problem(where="utilities", found=found, mend=mend))


def _volume(limits: Array) -> float | NotApplicable:
    """Return the share of the simplex that meets the limits."""
    if not len(limits):
        return 1.0
    cell = measure_cells(find_vertices(limits), (), centroids=False)
    return cell if isinstance(cell, NotApplicable) else float(cell.shares.sum())


def _alternative(
    i: int,
    kinds: Array,
    rounding: float,
    size: NDArray[np.intp],
    limits: Array,
    volume: float,
) -> _One | NotApplicable:
    """Return the ranks of group i as shares of the volume, and the moment of its first cell."""
    rivals = np.delete(np.arange(len(kinds)), i)
    margin = kinds[i] - kinds[rivals]
    margin = np.where(np.abs(margin) <= rounding, 0.0, margin)
    always, never = (margin >= 0).all(axis=1), (margin <= 0).all(axis=1)
    open_ = ~always & ~never
    rows = np.vstack([limits, margin[open_]])
    vertices = find_vertices(rows)
    cells = measure_cells(vertices, range(len(limits), len(rows)), centroids=False)
    if isinstance(cells, NotApplicable):
        return cells
    shares = cells.shares / volume
    ahead = np.zeros((len(shares), len(kinds)), dtype=bool)
    ahead[:, rivals[always]] = True
    ahead[:, rivals[open_]] = cells.ahead
    behind = ~ahead
    behind[:, i] = False
    better = behind @ size
    ranks = np.zeros(size.sum())
    for place in range(size[i]):
        ranks += np.bincount(better + place, shares / size[i], minlength=len(ranks))
    pairwise = shares @ ahead
    pairwise[i] = 0.5
    first, moment = 0.0, np.zeros(kinds.shape[1])
    if not never.any():
        top = measure_cells(vertices, (), centroids=True)
        if isinstance(top, Cells) and top.moments is not None and len(top.shares):
            first, moment = float(top.shares[0]), top.moments[0]
    return _One(shares=ranks, pairwise=pairwise, first=first, moment=moment)


def _gap(shares: Array, pairwise: Array, size: NDArray[np.intp]) -> float:
    """Return by how much the sums over ranks, alternatives and pairs miss one."""
    rows, columns = shares.sum(axis=1), size @ shares
    return float(max(np.abs(part - 1).max() for part in (rows, columns, pairwise + pairwise.T)))
