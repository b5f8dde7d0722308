"""Bounds and orders of weights, and the ranks that can be reached within them."""

from __future__ import annotations

import ctypes
import itertools
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from ioscore.errors import RubricError
from ioscore.sensitivity.weights.acceptability import RankAcceptability
from ioscore.sensitivity.weights.arrangement import find_vertices
from ioscore.sensitivity.weights.attainable import attainable_ranks
from ioscore.sensitivity.weights.exact import exact_acceptability
from ioscore.sensitivity.weights.space import WeightSpace
from ioscore.sensitivity.weights.volumes import measure_cells

# Exact but for the rounding of some thousand sums of positive terms.
ROUNDING = 1e-10

grids = arrays(float, (4, 3), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0]))


def space(m, lower=0.0, upper=1.0, orders=()):
    return WeightSpace(
        lower=np.broadcast_to(lower, m), upper=np.broadcast_to(upper, m), orders=tuple(orders)
    )


def chain(m):
    return space(m, orders=[(i, i + 1) for i in range(m - 1)])


def exact(utilities, within) -> RankAcceptability:
    found = exact_acceptability(utilities, within)
    assert isinstance(found, RankAcceptability), found
    return found


SPACES = {
    "a chain": chain(5),
    "lower bounds": space(5, lower=[0.1, 0.05, 0, 0.2, 0.1]),
    "upper bounds": space(5, upper=0.4),
    "both bounds": space(5, lower=0.05, upper=[0.5, 0.3, 0.3, 0.25, 0.6]),
    "orders that branch": space(5, orders=[(0, 1), (0, 2), (1, 3), (2, 3)]),
    "bounds and orders": space(5, lower=[0, 0.1, 0.05, 0, 0], upper=0.45, orders=[(0, 1), (4, 3)]),
    "an order against the bounds": space(5, lower=[0.2, 0, 0, 0.05, 0], orders=[(0, 1), (2, 3)]),
}


@pytest.mark.parametrize("m", [2, 3, 6, 10])
def test_a_chain_of_orders_holds_one_part_in_m_factorial(m):
    """Weights in one declared order of importance are one of m! equal parts of the simplex."""
    corners, limits = chain(m).corners()
    assert not len(limits)
    # The determinant of the corners is the volume as a share of the simplex.
    assert np.linalg.det(corners) * factorial(m) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("m", [2, 3, 6, 10])
def test_the_middle_of_a_chain_is_the_rank_order_centroid(m):
    """Barron and Barrett (1996), doi:10.1287/mnsc.42.11.1515: w_j = (1/j + ... + 1/m) / m."""
    centroid = [sum(1 / k for k in range(j, m + 1)) / m for j in range(1, m + 1)]
    middle = exact(np.ones((1, m)), chain(m)).central_weights[0]
    assert middle == pytest.approx(centroid, abs=ROUNDING)


@pytest.mark.parametrize("cap", [0.9, 0.5, 0.3])
def test_the_volume_under_upper_bounds_has_a_closed_form(cap):
    """By inclusion and exclusion it is the sum of (-1)^k C(6, k) (1 - k cap)^5 while positive."""
    _, limits = space(6, upper=cap).corners()
    found = measure_cells(find_vertices(limits), (), centroids=False).shares.sum()
    parts = [(1, 1), (-6, 1 - cap), (15, 1 - 2 * cap), (-20, 1 - 3 * cap)]
    expected = sum(sign * rest**5 for sign, rest in parts if rest > 0)
    assert found == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize("name", SPACES)
def test_shares_within_limits_agree_with_rejection_sampling(name):
    """Weights drawn from the whole simplex and kept where they belong give the same shares."""
    within, rng = SPACES[name], np.random.default_rng(11)
    utilities = np.vstack([rng.random((3, 5)), rng.choice([0, 0.5, 1], (2, 5))])
    found = exact(utilities, within)
    weights = rng.dirichlet(np.ones(5), 600_000)
    keep = (weights >= within.lower).all(axis=1) & (weights <= within.upper).all(axis=1)
    for i, j in within.orders:
        keep &= weights[:, i] >= weights[:, j]
    weights = weights[keep]
    assert len(weights) > 2_000
    order = np.argsort(-weights @ utilities.T, axis=1)
    for rank, i in itertools.product(range(5), repeat=2):
        share = found.shares[i, rank]
        # Five standard errors of the sample, and ten draws since few draws are skew.
        error = 5 * np.sqrt(share * (1 - share) / len(weights)) + 10 / len(weights)
        assert (order[:, rank] == i).mean() == pytest.approx(share, abs=error * (share > 1e-12))
        if rank == 0 and share > 0.02:
            mine = weights[order[:, 0] == i]
            error = 5 * mine.std(axis=0).max() / np.sqrt(len(mine))
            assert found.central_weights[i] == pytest.approx(mine.mean(axis=0), abs=error)
            assert within.contains(found.central_weights[i])


def test_bounds_that_cut_nothing_off_change_nothing():
    """Limits which every weight meets give the answer of the whole simplex."""
    utilities = np.random.default_rng(2).random((4, 5))
    loose = exact(utilities, space(5, upper=[1, 1, 1, 1, 0.999999999999]))
    assert loose.shares == pytest.approx(exact(utilities, None).shares, abs=ROUNDING)


def test_the_measure_is_named():
    """The result says which weights it is uniform on."""
    names = [exact(np.eye(5), SPACES[name]).measure for name in ("a chain", "bounds and orders")]
    assert names == [
        "uniform on all weights within the declared orders",
        "uniform on all weights within the declared bounds and orders",
    ]
    assert exact(np.eye(5), None).measure == "uniform on all weights"


@pytest.mark.parametrize(
    "limits",
    [
        {"lower": 0.4},
        {"upper": 0.3},
        {"lower": [0.5, 0, 0], "upper": [0.5, 1, 1]},
        {"orders": [(0, 1), (1, 0)]},
        {"orders": [(0, 1), (1, 2), (2, 0)]},
        {"lower": [0, 0.5, 0], "orders": [(0, 1)]},
        {"lower": -0.1},
        {"upper": 1.5},
        {"lower": [np.nan, 0, 0]},
        {"orders": [(0, 3)]},
        {"orders": [(1, 1)]},
    ],
)
def test_impossible_limits_are_named(limits):
    """Limits that no weights meet, that leave no volume, or that name nothing, are an error."""
    with pytest.raises(RubricError, match="bounds and orders of weights"):
        space(3, **limits)


# ----- attainable ranks --------------------------------------------------------------------------


def by_all_subsets(utilities, within):
    """Return best and worst ranks by trying every set of rivals, each by a linear programme."""
    n, m = utilities.shape

    def possible(rows):
        limits = np.vstack([rows, within.rows()])
        found = linprog(
            np.zeros(m), A_ub=-limits, b_ub=np.zeros(len(limits)), A_eq=np.ones((1, m)), b_eq=[1]
        )
        return found.status == 0

    def most(lead):
        sizes = range(len(lead), -1, -1)
        return next(
            size
            for size in sizes
            for chosen in itertools.combinations(range(len(lead)), size)
            if possible(lead[list(chosen)])
        )

    leads = [utilities[i] - np.delete(utilities, i, axis=0) for i in range(n)]
    return [n - most(lead) for lead in leads], [1 + most(-lead) for lead in leads]


@settings(max_examples=25, deadline=None)
@given(grids, st.sampled_from([space(3), chain(3), space(3, lower=0.1, upper=0.5)]))
def test_attainable_ranks_are_those_of_all_subsets(utilities, within):
    """Best and worst rank equal those found by trying every set of rivals to pass."""
    found = attainable_ranks(pd.DataFrame(utilities), within)
    best, worst = by_all_subsets(utilities, within)
    assert (found.table["best"].tolist(), found.table["worst"].tolist()) == (best, worst)


@settings(max_examples=25, deadline=None)
@given(grids)
def test_every_rank_with_a_share_is_attainable(utilities):
    """No rank outside best and worst has any share of the weights."""
    table = attainable_ranks(pd.DataFrame(utilities)).table
    shares = exact(utilities, None).shares
    for i, (best, worst) in enumerate(zip(table["best"], table["worst"], strict=True)):
        taken = 1 + np.flatnonzero(shares[i] > ROUNDING)
        assert best <= taken.min()
        assert taken.max() <= worst


@pytest.mark.parametrize("seed", range(4))
def test_without_ties_the_attainable_ranks_are_those_with_a_share(seed):
    """On random tables the first and last rank with a share are the best and worst attainable."""
    utilities = np.random.default_rng(seed).random((6, 4))
    table = attainable_ranks(pd.DataFrame(utilities)).table
    shares = exact(utilities, None).shares
    taken = [1 + np.flatnonzero(row > 0) for row in shares]
    assert table["best"].tolist() == [ranks.min() for ranks in taken]
    assert table["worst"].tolist() == [ranks.max() for ranks in taken]


def test_the_weights_reach_the_ranks_they_stand_beside():
    """At the weights given, the alternative has its best, and its worst, rank; 40 alternatives."""
    rng = np.random.default_rng(3)
    utilities = pd.DataFrame(rng.random((40, 1)) + 0.5 * rng.random((40, 5))).rename(columns=str)
    found = attainable_ranks(utilities)
    assert found.table["best"].between(2, 30).sum() > 10  # the integer programme has work to do
    for i, (best, worst) in enumerate(zip(found.table["best"], found.table["worst"], strict=True)):
        # Nine digits is what counts as a tie.
        scores = utilities.to_numpy() @ found.best_weights.iloc[i].to_numpy()
        assert 1 + (scores > scores[i] + 1e-8).sum() <= best
        scores = utilities.to_numpy() @ found.worst_weights.iloc[i].to_numpy()
        assert (scores >= scores[i] - 1e-8).sum() >= worst
    for weights in (found.best_weights, found.worst_weights):
        assert (weights.to_numpy() >= 0).all()
        assert weights.sum(axis=1).to_numpy() == pytest.approx(np.ones(40), abs=1e-12)


def test_a_tie_counts_for_the_best_and_against_the_worst_rank():
    """Duplicates can both be first and both be second."""
    table = attainable_ranks(pd.DataFrame([[1.0, 0.0], [1.0, 0.0]], index=["A", "B"])).to_frame()
    assert table.to_dict("list") == {"alternative": ["A", "B"], "best": [1, 1], "worst": [2, 2]}


def test_the_solver_prints_nothing(capfd):
    """A line that HiGHS leaves on standard output for this table does not get there."""
    attainable_ranks(pd.DataFrame(np.random.default_rng(5).random((35, 6))))
    ctypes.CDLL(None).fflush(None)  # C keeps its own buffer
    assert capfd.readouterr() == ("", "")
