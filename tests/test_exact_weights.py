"""Exact rank acceptabilities: closed forms, exact fractions, a published answer, sampling."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ioscore.errors import EvidenceError, NotApplicable
from ioscore.sensitivity.weights.acceptability import RankAcceptability
from ioscore.sensitivity.weights.exact import exact_acceptability

# Exact but for the rounding of some thousand sums of positive terms.
ROUNDING = 1e-10

GRID = [0.0, 0.25, 0.5, 0.75, 1.0]


def exact(utilities, space=None) -> RankAcceptability:
    found = exact_acceptability(np.asarray(utilities, dtype=float), space)
    assert isinstance(found, RankAcceptability), found
    return found


# ----- closed forms ------------------------------------------------------------------------------


def test_two_alternatives_by_two_criteria():
    """(1, 0) leads (0, 1/2) where w1 > w2 / 2, so for two thirds of all weights."""
    found = exact([[1, 0], [0, 0.5]])
    assert found.shares == pytest.approx(np.array([[2, 1], [1, 2]]) / 3, abs=ROUNDING)
    assert found.pairwise == pytest.approx(np.array([[3, 4], [2, 3]]) / 6, abs=ROUNDING)
    middle = [[2 / 3, 1 / 3], [1 / 6, 5 / 6]]
    assert found.central_weights == pytest.approx(np.array(middle), abs=ROUNDING)
    assert found.confidence == pytest.approx([1, 1])


@pytest.mark.parametrize("n", [2, 3, 5, 7])
def test_each_the_best_in_one_criterion(n):
    """Under the identity every rank has share 1/n, and the first's weight is a broken stick's longest part."""
    found = exact(np.eye(n))
    assert found.shares == pytest.approx(np.full((n, n), 1 / n), abs=ROUNDING)
    # Mean of the longest of n parts of a stick broken at random: (1 + 1/2 + ... + 1/n) / n.
    longest = sum(1 / k for k in range(1, n + 1)) / n
    expected = np.full((n, n), (1 - longest) / (n - 1))
    np.fill_diagonal(expected, longest)
    assert found.central_weights == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize(("n", "m"), [(5, 7), (6, 10), (8, 8), (20, 3)])
def test_winning_probabilities_have_a_closed_form(n, m):
    """P(d @ w > 0) is the sum over d_j > 0 of d_j^(m-1) / prod(d_j - d_k), here in fractions."""
    utilities = np.random.default_rng(n * m).integers(0, 10**6, (n, m)) / 10**6
    found = exact(utilities)
    for a, b in itertools.combinations(range(n), 2):
        gap = [Fraction(x) - Fraction(y) for x, y in zip(utilities[a], utilities[b], strict=True)]
        expected = Fraction(0)
        for j, d in enumerate(gap):
            if d > 0:
                term = d ** (m - 1)
                for k, other in enumerate(gap):
                    term /= (d - other) if k != j else 1
                expected += term
        assert found.pairwise[a, b] == pytest.approx(float(expected), abs=ROUNDING)


def test_one_criterion_or_one_alternative_leaves_nothing_open():
    """With one criterion the ranks are those of its values; a single alternative is first."""
    assert exact([[1], [3], [2]]).shares.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    alone = exact([[0.2, 0.4, 0.9]])
    assert alone.shares == pytest.approx(np.ones((1, 1)), abs=ROUNDING)
    assert alone.central_weights == pytest.approx(np.full((1, 3), 1 / 3), abs=ROUNDING)


def test_a_dominated_alternative_and_a_tie_at_the_top():
    """Duplicates share ranks, and confidence, equally; what others dominate is last for certain."""
    found = exact([[1, 0.5], [1, 0.5], [0.5, 0.5]])
    assert found.shares == pytest.approx(np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]))
    assert found.pairwise == pytest.approx(np.array([[0.5, 0.5, 1], [0.5, 0.5, 1], [0, 0, 0.5]]))
    assert found.confidence[:2] == pytest.approx([0.5, 0.5])
    assert np.isnan(found.central_weights[2]).all()
    assert np.isnan(found.confidence[2])


# ----- a published answer ------------------------------------------------------------------------


PEER_CASE = [  # maximise c1, c2, c3, c5, c7; minimise c4, c6
    [7.2, 5.1, 6.4, 3.0, 8.1, 2.5, 55.0],
    [6.1, 7.3, 5.2, 4.2, 6.6, 1.8, 62.0],
    [8.4, 4.0, 7.7, 5.1, 5.9, 3.9, 48.0],
    [5.5, 6.8, 6.0, 2.2, 7.4, 2.9, 71.0],
    [6.9, 6.2, 4.5, 3.6, 9.0, 4.4, 66.0],
]


def peer_utilities():
    """Return the min-max utilities of the 5 x 7 case on which five public packages agree."""
    values = np.array(PEER_CASE) * [1, 1, 1, -1, 1, -1, 1]
    return (values - values.min(axis=0)) / np.ptp(values, axis=0)


def test_rank_one_agrees_with_another_program():
    """The 5 x 7 case agrees with the rank-1 acceptabilities that pysensmcda 2.0 finds by hulls."""
    answer = [0.21833411, 0.11019741, 0.05991031, 0.50901667, 0.1025415]
    # The answer is printed to eight decimals.
    assert exact(peer_utilities()).shares[:, 0] == pytest.approx(answer, abs=1e-8)


def test_central_weights_agree_with_another_program():
    """So do the central weights of A1 and A5, as pysensmcda 2.0 prints them."""
    central = exact(peer_utilities()).central_weights
    a1 = [0.2078013, 0.07212023, 0.1665937, 0.12965783, 0.1780092, 0.17953791, 0.06627983]
    a5 = [0.18302515, 0.13565065, 0.06401126, 0.08120509, 0.33670911, 0.05609158, 0.14330715]
    # Printed to eight decimals.
    assert central[[0, 4]] == pytest.approx(np.array([a1, a5]), abs=1e-8)


# ----- exact fractions: polygons of three criteria -----------------------------------------------


def clip(polygon, row):
    """Return the part of a polygon of weights where row @ w >= 0, in exact fractions."""
    values = [sum(r * x for r, x in zip(row, corner, strict=True)) for corner in polygon]
    kept = []
    for k, corner in enumerate(polygon):
        before, value = values[k - 1], values[k]
        if before * value < 0:
            share = before / (before - value)
            kept.append([p + share * (c - p) for p, c in zip(polygon[k - 1], corner, strict=True)])
        if value >= 0:
            kept.append(corner)
    return kept


def area_and_moment(polygon):
    """Return the area of a polygon as a share of the triangle, and area times centroid."""
    area, moment = Fraction(0), [Fraction(0)] * 3
    for k in range(1, len(polygon) - 1):
        a, b, c = polygon[0], polygon[k], polygon[k + 1]
        part = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
        area += part
        moment = [t + part * (x + y + z) / 3 for t, x, y, z in zip(moment, a, b, c, strict=True)]
    return area, moment


def by_polygons(utilities):
    """Return shares and central weights for three criteria and distinct rows, by every order."""
    rows = [[Fraction(x) for x in row] for row in utilities]
    n = len(rows)
    shares = np.zeros((n, n), dtype=object)
    moments = np.zeros((n, 3), dtype=object)
    whole = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    for order in itertools.permutations(range(n)):
        polygon = whole
        for a, b in itertools.pairwise(order):
            polygon = clip(polygon, [x - y for x, y in zip(rows[a], rows[b], strict=True)])
        area, moment = area_and_moment(polygon)
        for rank, i in enumerate(order):
            shares[i, rank] += area
        moments[order[0]] += moment
    with np.errstate(invalid="ignore"):
        central = moments.astype(float) / np.where(shares[:, :1] == 0, np.nan, shares[:, :1])
    return shares.astype(float), central.astype(float)


def assert_is_by_polygons(utilities, within=ROUNDING):
    found = exact(utilities)
    shares, central = by_polygons(utilities)
    assert found.shares == pytest.approx(shares, abs=within)
    assert found.central_weights == pytest.approx(central, abs=within, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(arrays(float, (4, 3), elements=st.sampled_from(GRID)))
def test_coarse_grids_agree_with_exact_fractions(utilities):
    """On grids full of ties every share and central weight is that of polygons cut in fractions."""
    utilities = np.unique(utilities, axis=0)
    assert_is_by_polygons(utilities)


@settings(max_examples=40, deadline=None)
@given(arrays(float, (4, 3), elements=st.floats(0, 1, width=16)))
def test_any_table_agrees_with_exact_fractions(utilities):
    """So it is for tables of any numbers, small ones and close ones among them."""
    utilities = np.unique(utilities, axis=0)
    close = [np.abs(a - b).max() for a, b in itertools.combinations(utilities, 2)]
    if min(close, default=1) > 1e-6:  # what is closer than the tie rule counts as equal
        assert_is_by_polygons(utilities, within=1e-7)  # differences of 1e-6 keep seven digits


@settings(max_examples=60, deadline=None)
@given(
    arrays(float, (4, 3), elements=st.sampled_from(GRID)),
    arrays(float, (4, 3), elements=st.floats(-1, 1, width=16)),
    st.integers(4, 16),
)
def test_all_but_degenerate_tables_are_right_or_refused(utilities, noise, digits):
    """A grid with a disturbance of any size gives the right shares or `NotApplicable`, nothing else."""
    utilities = np.unique(utilities, axis=0)
    disturbed = utilities + noise[: len(utilities)] * 10.0**-digits
    found = exact_acceptability(disturbed)
    if isinstance(found, RankAcceptability):
        # Hyperplanes move by about the noise over the least step of the grid.
        shares, _ = by_polygons(utilities)
        assert found.shares == pytest.approx(shares, abs=100 * 10.0**-digits + ROUNDING)
    else:
        # Below, the disturbance is plain data; above, it counts as rounding.
        assert 5 < digits < 14, found


# ----- sampling ----------------------------------------------------------------------------------


def assert_sampling_agrees(utilities, seed, draws=200_000, space=None):
    """Assert that every entry lies within the error of plain sampling.

    Five standard errors: among some 10^5 entries one exceeds that by chance less than once in
    ten times, and the seed is fixed. Ten draws more, because a share of few draws is skew. What
    is zero must not be drawn at all.
    """
    utilities = np.asarray(utilities, dtype=float)
    found, n = exact(utilities, space), len(utilities)
    weights = np.random.default_rng(seed).dirichlet(np.ones(utilities.shape[1]), draws)
    if space is not None:
        weights = weights[(weights @ space.rows().T >= 0).all(axis=1)]
    draws = len(weights)
    assert draws > 2_000
    scores = weights @ utilities.T
    near = 1e-9 * np.abs(scores).max(axis=1)
    better, tied = np.zeros((draws, n)), np.zeros((draws, n))
    pairwise = np.zeros((n, n))
    for i, j in itertools.product(range(n), repeat=2):
        gap = scores[:, j] - scores[:, i]
        better[:, i] += gap > near
        tied[:, i] += np.abs(gap) <= near
        pairwise[i, j] = (gap < -near).mean() + (np.abs(gap) <= near).mean() / 2
    shares = np.zeros((n, n))
    for rank in range(n):
        shares[:, rank] = (((better <= rank) & (rank < better + tied)) / tied).mean(axis=0)
    for mine, sampled in ((found.shares, shares), (found.pairwise, pairwise)):
        error = 5 * np.sqrt(mine.clip(0, 1) * (1 - mine).clip(0)) / np.sqrt(draws)
        allowed = np.where(np.minimum(mine, 1 - mine) < 1e-12, 1e-9, error + 10 / draws)
        assert (np.abs(mine - sampled) <= allowed).all(), (mine, sampled)
    assert (np.isnan(found.central_weights).all(axis=1) == (found.shares[:, 0] == 0)).all()
    for i in range(n):
        first = weights[better[:, i] == 0]
        if len(first) > 200:
            error = 5 * first.std(axis=0) / np.sqrt(len(first)) + 1e-9
            assert (np.abs(found.central_weights[i] - first.mean(axis=0)) <= error).all()


def made_up(seed):
    """Return a table: every other one coarse, with a duplicate, a dominated row, a zero column."""
    rng = np.random.default_rng(seed)
    n, m = (6, 10) if seed % 20 == 0 else rng.integers([2, 2], [7, 9])
    if seed % 2:
        return rng.random((n, m))
    table = rng.choice(GRID, (n, m))
    kind = rng.integers(0, 5)
    if kind == 1 and n > 2:
        table[-1] = table[0]
    if kind == 2:
        table[-1] = np.maximum(table[0] - rng.choice([0, 0.25], m), 0)
    if kind == 3:
        table[:, rng.integers(m)] = 0
    if kind == 4 and n > 3:
        table[-1], table[:, 0], table[1] = table[0], 0, np.minimum(table[2] + 0.25, 1)
    return table


@pytest.mark.parametrize("seed", range(20))
def test_every_entry_agrees_with_sampling(seed):
    """Shares, winning probabilities and central weights lie within the error of 2 10^5 draws."""
    assert_sampling_agrees(made_up(seed), seed)


@pytest.mark.acceptance
@pytest.mark.parametrize("seed", range(20, 520))
def test_every_entry_agrees_with_sampling_on_500_tables(seed):
    """The same on 500 tables, up to 6 x 10, half of them coarse."""
    assert_sampling_agrees(made_up(seed), seed)


# ----- what must always hold ---------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    arrays(float, (4, 4), elements=st.sampled_from(GRID)),
    st.permutations(range(4)),
    st.permutations(range(4)),
)
def test_the_order_of_rows_and_columns_does_not_matter(utilities, rows, columns):
    """Shuffled alternatives and criteria keep their shares and central weights."""
    first, second = exact(utilities), exact(utilities[rows][:, columns])
    assert second.shares == pytest.approx(first.shares[rows], abs=ROUNDING)
    assert second.pairwise == pytest.approx(first.pairwise[rows][:, rows], abs=ROUNDING)
    moved = first.central_weights[rows][:, columns]
    assert second.central_weights == pytest.approx(moved, abs=ROUNDING, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(
    arrays(float, (4, 5), elements=st.sampled_from(GRID)),
    arrays(float, 5, elements=st.integers(-4, 4).map(float)),
    st.sampled_from([1e-6, 0.125, 3.0, 1e6]),
)
def test_only_differences_count(utilities, shift, scale):
    """A constant added to a criterion, or one factor on all, changes nothing."""
    first, second = exact(utilities), exact(scale * (utilities + shift))
    assert second.shares == pytest.approx(first.shares, abs=ROUNDING)


@given(arrays(float, (4, 4), elements=st.sampled_from(GRID)))
def test_rows_and_columns_sum_to_one(utilities):
    """Each alternative takes some rank and each rank is taken, ties shared equally."""
    found = exact(utilities)
    for sums in (found.shares.sum(axis=0), found.shares.sum(axis=1)):
        assert sums == pytest.approx(np.ones(4), abs=ROUNDING)
    assert found.pairwise + found.pairwise.T == pytest.approx(np.ones((4, 4)), abs=ROUNDING)


def test_what_is_too_large_is_refused_with_the_reason():
    """Above the stated size the answer is `NotApplicable` and says why; it is no sampled figure."""
    found = exact_acceptability(np.random.default_rng(0).random((12, 20)))
    assert isinstance(found, NotApplicable)
    assert "sampling" in found.reason


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_utilities_are_an_error(value):
    """A missing or infinite utility is named, not computed with."""
    with pytest.raises(EvidenceError, match="missing or infinite"):
        exact_acceptability(np.array([[1.0, value], [0.0, 1.0]]))
