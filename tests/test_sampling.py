"""Sampled rank acceptability: known answers, and brute force over the same weights."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers import FIXTURES
from ioscore.ranking import TIE
from ioscore.sensitivity.blocks import block_generator, block_sizes
from ioscore.sensitivity.weights import kernel, tally
from ioscore.sensitivity.weights.draws import Uniform
from sampled import MEAN, SCORED, SIGMAS, VALUES, sampled


def brute(values, weights):
    """Count in plain float64, one draw at a time, straight from the rule for ties."""
    n, m = values.shape
    shares, pairs, first = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, m))
    for w in weights:
        score = values @ w
        tie = TIE * np.abs(score).max()
        order = sorted(range(n), key=lambda i: -score[i])
        groups = [[order[0]]]
        for before, i in pairwise(order):
            if score[before] - score[i] > tie:
                groups.append([])
            groups[-1].append(i)
        rank = 0
        for g, group in enumerate(groups):
            for i in group:
                shares[i, rank : rank + len(group)] += 1 / len(group)
                pairs[i, [j for j in range(n) if any(j in later for later in groups[g + 1 :])]] += 1
                pairs[i, [j for j in group if j != i]] += 0.5
                first[i] += (rank == 0) * w / len(group)
            rank += len(group)
    return shares, pairs, first


def drawn_weights(law, values, draws, seed, dtype):
    """Return the weights that the kernel draws, slice by slice, as float64."""
    slices = block_sizes(draws, kernel._slice(*values.shape, np.dtype(dtype).itemsize))
    rng = block_generator(seed, 0)
    return np.concatenate([law.draw(rng, k, dtype) for k in slices]).astype(float)


def assert_is_brute_force(found, values, weights):
    """Assert that every count is that of brute force over the same weights."""
    shares, pairs, first = brute(values, weights)
    # Counts are whole numbers or sums of 1/size, so 1e-9 of a draw tells any two apart.
    assert np.abs(found.shares * found.draws - shares).max() < 1e-9
    apart = ~np.eye(len(values), dtype=bool)
    assert np.abs(found.pairwise * found.draws - pairs)[apart].max(initial=0) < 1e-9
    some = shares[:, 0] > 0
    # Sums of weights are float32 within a slice: 1e-5 is far above their rounding.
    expected = first[some] / shares[some, :1]
    np.testing.assert_allclose(found.central_weights[some], expected, rtol=1e-5, atol=1e-7)
    assert np.isnan(found.central_weights[~some]).all()


def test_two_alternatives_that_each_lead_in_one_criterion():
    """Of (1, 0) and (0, 1/2) the first leads where w > (1 - w)/2, two thirds of all weights.

    Its central weight of the first criterion is the middle of [1/3, 1], two thirds.
    """
    found = sampled([[1, 0], [0, 0.5]], draws=200_000)
    assert abs(found.shares[0, 0] - 2 / 3) <= SIGMAS * found.error[0, 0]
    assert found.pairwise[0, 1] == found.shares[0, 0]
    miss = np.abs(found.central_weights - [[2 / 3, 1 / 3], [1 / 6, 5 / 6]])
    assert (miss <= SIGMAS * found.central_error).all()
    assert found.confidence.tolist() == [1, 1]
    # The standard errors are sqrt(p q / n), and the deviation of a uniform over that of its mean.
    assert found.error[0, 0] == pytest.approx(np.sqrt(2 / 9 / 200_000), rel=0.01)
    width = np.sqrt((2 / 3) ** 2 / 12 / (200_000 * 2 / 3))
    assert found.central_error[0, 0] == pytest.approx(width, rel=0.01)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 70])
def test_each_best_in_a_criterion_of_its_own_takes_every_rank_equally(n):
    """By symmetry the identity matrix gives 1/n at every rank and 1/2 to every pair."""
    found = sampled(np.eye(n))
    assert (np.abs(found.shares - 1 / n) <= SIGMAS * found.error).mean() > 0.999
    assert (np.abs(found.pairwise - 0.5) <= SIGMAS * found.pairwise_error + 1e-15).all()
    assert found.shares.sum(axis=0) == pytest.approx(1)
    assert found.shares.sum(axis=1) == pytest.approx(1)


def peer_case():
    """Return the min-max values of the 5 x 7 case, costs turned round, and exact first ranks."""
    case = json.loads((FIXTURES / "published" / "peers_5x7.json").read_text())
    matrix = np.array(case["matrix"])
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    unit = (matrix - low) / (high - low)
    values = np.where(np.array(case["directions"]) == "min", 1 - unit, unit)
    return values, np.array(case["exact_rank1_acceptability_weighted_sum_minmax"])


@pytest.mark.parametrize("method", [MEAN, SCORED])
def test_the_case_on_which_other_packages_agree(method):
    """First ranks of the 5 x 7 case are the volumes computed exactly: A4 .509, and not .65.

    Exact values in peers_5x7.json; uniform numbers divided by their sum give .65.
    """
    values, exact = peer_case()
    found = sampled(values, method, draws=400_000)
    assert (np.abs(found.shares[:, 0] - exact) <= SIGMAS * found.error[:, 0]).all()
    assert abs(found.shares[3, 0] - 0.65) > 100 * found.error[3, 0]


GRID = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
matrices = st.tuples(st.integers(1, 6), st.integers(1, 5)).flatmap(
    lambda shape: st.one_of(
        arrays(float, shape, elements=GRID),
        arrays(float, shape, elements=st.floats(-1e3, 1e3, width=32)),
        arrays(float, shape, elements=st.floats(1e6, 1e6 + 1)),
    )
)


@settings(max_examples=120)
@given(matrices, st.integers(0, 2**32), st.sampled_from([MEAN, SCORED]))
def test_counts_are_those_of_brute_force_over_the_same_weights(values, seed, method):
    """Also on coarse grids with ties and duplicates, and far from zero, in float32 as in float64."""
    law = Uniform(criteria=values.shape[1])
    found = sampled(values, method, law, 200, seed)
    dtype = np.float32 if method is MEAN else np.float64
    assert_is_brute_force(found, values, drawn_weights(law, values, 200, seed, dtype))


@pytest.mark.parametrize("n", [tally.MANY, tally.MANY + 1])
@pytest.mark.parametrize("grid", [True, False])
def test_both_ways_of_counting_give_the_counts_of_brute_force(n, grid):
    """Comparing all pairs up to a number of alternatives, sorting above it."""
    rng = np.random.default_rng(n)
    values = rng.integers(0, 5, (n, 3)) / 4 if grid else rng.random((n, 3))
    law = Uniform(criteria=3)
    dtype = np.float32 if n <= tally.MANY else np.float64
    found = sampled(values, draws=60)
    assert_is_brute_force(found, values, drawn_weights(law, values, 60, 0, dtype))


def test_draws_too_close_for_float32_are_ranked_again():
    """Two alternatives apart by a millionth: float32 alone misorders some draws, the kernel none."""
    values = np.random.default_rng(1).random((1, 6)) + 1e-6 * np.random.default_rng(2).normal(
        size=(4, 6)
    )
    law = Uniform(criteria=6)
    weights = drawn_weights(law, values, 4_000, 0, np.float32)
    plain = values.astype(np.float32) @ weights.astype(np.float32).T
    assert (np.argsort(plain, axis=0) != np.argsort(values @ weights.T, axis=0)).any()
    assert_is_brute_force(sampled(values, draws=4_000), values, weights)


@settings(max_examples=200)
@given(
    arrays(float, (4, 5), elements=st.floats(-1e3, 1e3)),
    arrays(np.float32, (5, 30), elements=st.floats(2**-20, 1, width=32)),
)
def test_the_margin_covers_the_rounding_of_float32(values, drawn):
    """No float32 score is off by more than half the margin, whatever the utilities."""
    weights = drawn / drawn.sum(axis=0)
    _, single, margin = kernel._single(values)
    centred = values - (values.max(axis=0) + values.min(axis=0)) / 2
    unit = (centred / (np.abs(centred).max() or 1)).astype(np.longdouble)
    assert np.abs(single @ weights - unit @ weights.astype(np.longdouble)).max() <= margin / 2


@pytest.mark.parametrize("scale", [1e-300, 1e-42, 1e-38, 1e38, 1e300])
def test_the_scale_of_the_utilities_changes_no_count(scale):
    """Also where float32 would underflow or overflow."""
    assert sampled(VALUES * scale).shares.tolist() == sampled(VALUES).shares.tolist()


def test_ties_share_their_ranks():
    """Duplicates share first and second under all weights; the dominated third is last, alone."""
    for method in (MEAN, SCORED):
        found = sampled([[1, 0.5], [1, 0.5], [0, 0.25]], method, draws=1_000)
        assert found.shares.tolist() == [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]
        assert found.pairwise.tolist() == [[0.5, 0.5, 1], [0.5, 0.5, 1], [0, 0, 0.5]]
        assert found.confidence[:2].tolist() == [0.5, 0.5]
        assert np.isnan(found.confidence[2])
        assert np.isnan(found.central_weights[2]).all()


def test_a_chain_of_near_ties_is_one_tie_and_columns_still_sum_to_one():
    """Scores 1, 1 - .8 tie, 1 - 1.6 tie and 0: three share ranks 1 to 3, though the ends differ."""
    scores = np.array([[1, 1 - 0.8 * TIE, 1 - 1.6 * TIE, 0.0]])
    counted = tally.Tally.zeros(4, 1)
    tally.count_sorted(counted, scores, np.ones((1, 1)))
    assert counted.settled().shares == pytest.approx(
        np.array([[1 / 3] * 3 + [0]] * 3 + [[0, 0, 0, 1]])
    )
    beyond = tally.Tally.zeros(4, 1)
    tally.count_sorted(beyond, np.array([[1, 1 - 1.2 * TIE, 0.5, 0.0]]), np.ones((1, 1)))
    assert beyond.settled().shares.tolist() == np.eye(4).tolist()


def test_what_no_draw_showed_keeps_an_error_of_one_draw():
    """A share of zero or one is known to within 1/draws, never to within nothing."""
    found = sampled([[1.0, 1.0], [0.0, 0.0]], draws=1_000)
    assert found.shares.tolist() == [[1, 0], [0, 1]]
    assert (found.error == 1 / 1_000).all()


def test_the_errors_are_those_that_repetition_shows():
    """Over 200 seeds the spread of each figure is its stated error, and its mean the exact share.

    The spread of 200 numbers is itself uncertain by a twentieth, so within a fifth.
    """
    runs = [sampled([[1, 0], [0, 0.5]], draws=2_000, seed=seed) for seed in range(200)]
    for figure, error in (
        ("shares", "error"),
        ("central_weights", "central_error"),
        ("pairwise", "pairwise_error"),
    ):
        spread = np.std([getattr(run, figure) for run in runs], axis=0, ddof=1)
        stated = np.mean([getattr(run, error) for run in runs], axis=0)
        np.testing.assert_allclose(spread, stated, rtol=0.2, atol=1e-12)


@pytest.mark.acceptance
def test_a_hundred_million_draws_agree_with_the_exact_volumes():
    """Every first rank of the 5 x 7 case within five errors, which are 5e-5 at most."""
    values, exact = peer_case()
    found = sampled(values, draws=10**8, jobs=2)
    assert found.error.max() <= 5e-5
    assert (np.abs(found.shares[:, 0] - exact) <= SIGMAS * found.error[:, 0]).all()
