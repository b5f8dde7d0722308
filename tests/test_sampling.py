"""Sampled rank acceptability: known answers, brute force on the same weights, the same bits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from dataclasses import fields
from functools import partial

import numpy as np
import pytest
from distributed import LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ioscore.errors import EvidenceError, IoscoreError
from ioscore.ranking import TIE
from ioscore.ranking.decision import Method
from ioscore.ranking.vikor import vikor
from ioscore.sensitivity import kernel, tally
from ioscore.sensitivity.blocks import block_generator, block_sizes
from ioscore.sensitivity.draws import DirichletAround, NestedUniform, Uniform
from ioscore.sensitivity.sampling import sample_acceptability
from ioscore.sensitivity.weight_space import WeightSpace

# Five standard errors: a true share lies outside in one of two million looks.
SIGMAS = 5


def product(values, weights):
    return weights @ values.T


MEAN = Method(name="weighted_mean", score=product, utilities=np.asarray)
"""Linear, so ranked in float32."""
SCORED = Method(name="weighted_mean", score=product)
"""The same rule, not known to be linear: scored in float64."""


def sampled(values, method=MEAN, law=None, draws=20_000, seed=0, **how):
    values = np.asarray(values, dtype=float)
    law = law or Uniform(criteria=values.shape[1])
    return sample_acceptability(values, method, law=law, draws=draws, seed=seed, **how)


def bits(found):
    return [np.asarray(getattr(found, f.name)).tobytes() for f in fields(found)]


def brute(values, weights):
    """Count in plain float64, one draw at a time, straight from the rule for ties."""
    n, m = values.shape
    shares, pairs, first = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, m))
    for w in weights:
        score = values @ w
        tie = TIE * np.abs(score).max()
        order = sorted(range(n), key=lambda i: -score[i])
        groups = [[order[0]]]
        for before, i in zip(order, order[1:], strict=False):
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


def test_the_case_on_which_other_packages_agree(cases):
    """First ranks of the 5 x 7 case are the volumes computed exactly: A4 .509, and not .65.

    Exact values in peer_agreement_5x7.json; "uniform divided by the sum" gives .65.
    """
    case = json.loads((cases / "peer_agreement_5x7.json").read_text())
    matrix = np.array(case["matrix"])
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    unit = (matrix - low) / (high - low)
    costs = np.array(case["directions"]) == "min"
    values = np.where(costs, 1 - unit, unit)
    exact = np.array(case["exact_rank1_acceptability_weighted_sum_minmax"])
    for method in (MEAN, SCORED):
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
    _, centred, margin = kernel._single(values)
    middle = (values.max(axis=0) + values.min(axis=0)) / 2
    exact = (values - middle).astype(np.longdouble) @ weights.astype(np.longdouble)
    assert np.abs(centred @ weights - exact).max() <= margin / 2


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
    assert counted.shares == pytest.approx(np.array([[1 / 3] * 3 + [0]] * 3 + [[0, 0, 0, 1]]))
    beyond = tally.Tally.zeros(4, 1)
    tally.count_sorted(beyond, np.array([[1, 1 - 1.2 * TIE, 0.5, 0.0]]), np.ones((1, 1)))
    assert beyond.shares.tolist() == np.eye(4).tolist()


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


LAWS = {
    "uniform": Uniform(criteria=3),
    "bounds": Uniform(
        criteria=3, space=WeightSpace(lower=np.zeros(3), upper=np.array([0.5, 1, 1]))
    ),
    "around": DirichletAround(weights=np.array([0.5, 0.3, 0.2]), concentration=9.0),
    "nested": NestedUniform(paths=("a/b", "a/c", "d")),
}
VALUES = np.random.default_rng(4).random((4, 3))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("method", [MEAN, SCORED, Method(name="vikor", score=vikor)])
def test_one_two_and_four_jobs_give_the_same_bytes(law, method):
    """Every array of the result, under every law, for linear rules and others."""
    runs = [bits(sampled(VALUES, method, LAWS[law], 150_000, jobs=jobs)) for jobs in (1, 2, 4)]
    assert runs[1:] == runs[:1] * 2


def test_a_real_cluster_gives_the_same_bytes():
    """Two worker processes of a local dask cluster agree with one process in every bit."""
    with LocalCluster(
        processes=True, n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        for method in (MEAN, SCORED):
            there = sampled(VALUES, method, draws=150_000, scheduler=cluster.scheduler_address)
            assert bits(there) == bits(sampled(VALUES, method, draws=150_000))


@pytest.mark.parametrize("shape", [(5, 7), (40, 10), (80, 12)])
def test_threads_of_blas_change_no_bit(shape):
    """One thread and two give the same bytes: a process of many jobs has fewer threads."""
    code = (
        "import sys, numpy as np; from ioscore.ranking.decision import Method;"
        "from ioscore.sensitivity.draws import Uniform;"
        "from ioscore.sensitivity.sampling import sample_acceptability as s;"
        f"v = np.random.default_rng(0).random({shape});"
        "m = Method(name='mean', score=lambda v, w: w @ v.T, utilities=lambda v: v);"
        f"r = s(v, m, law=Uniform(criteria={shape[1]}), draws=20_000, seed=0);"
        "sys.stdout.buffer.write(b''.join(np.asarray(getattr(r, f)).tobytes() for f in"
        " ('shares', 'central_weights', 'pairwise', 'error', 'central_error')))"
    )
    out = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert len(out[0]) > 1_000
    assert out[0] == out[1]


def test_a_tolerance_stops_at_the_first_block_that_meets_it():
    """The result is that of so many draws asked for outright, with any number of jobs."""
    told = []
    found = sampled(VALUES, draws=10**7, tolerance=1e-3, progress=lambda *s: told.append(s))
    assert found.error.max() <= 1e-3
    assert told[-1] == (found.draws, 10**7)
    assert len(told) > 1
    before = sampled(VALUES, draws=told[-2][0])
    assert before.error.max() > 1e-3
    assert bits(found) == bits(sampled(VALUES, draws=found.draws))
    assert bits(found) == bits(sampled(VALUES, draws=10**7, tolerance=1e-3, jobs=2))


def test_draws_are_the_most_that_a_tolerance_may_ask_for():
    """A tolerance out of reach ends with the draws allowed."""
    assert sampled(VALUES, draws=70_000, tolerance=1e-6).draws == 70_000


def test_memory_does_not_grow_with_the_number_of_draws():
    """Ten times as many draws have the same peak of memory, for each way of counting."""
    for values, method, draws in (
        (VALUES, MEAN, 10**5),
        (VALUES, SCORED, 10**5),
        (np.random.default_rng(0).random((100, 5)), MEAN, 10**4),
    ):
        peaks = []
        for times in (1, 1, 10):  # the first run also pays for what is made once
            tracemalloc.start()
            sampled(values, method, draws=times * draws)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        # A list of block sizes is all that may grow: some hundred bytes.
        assert peaks[2] <= peaks[1] + 20_000


def test_above_a_number_of_alternatives_pairs_are_not_counted_and_say_so():
    """NaN, not zero, where pairs would cost many times the rest; shares stay exact counts."""
    n = tally.MANY_PAIRS + 1
    found = sampled(np.random.default_rng(0).random((n, 4)), draws=500)
    apart = ~np.eye(n, dtype=bool)
    assert np.isnan(found.pairwise[apart]).all()
    assert np.isnan(found.pairwise_error[apart]).all()
    assert found.shares.sum(axis=0) == pytest.approx(1)
    assert found.shares.sum(axis=1) == pytest.approx(1)


def test_the_drawn_weights_are_not_changed_by_a_method():
    """A method that wrote into its weights would spoil the central weights."""
    weights = Uniform(criteria=3).draw(np.random.default_rng(0), 50)
    before = weights.copy()
    vikor(VALUES, weights)
    assert weights.tobytes() == before.tobytes()


def test_an_alternative_without_a_score_is_named():
    """NaN is no last rank: the alternative is named and the analysis refused."""
    hole = Method(name="hole", score=lambda v, w: np.where(np.isnan(v[:, 0]), np.nan, w @ v.T))
    for many in (4, tally.MANY + 4):
        values = np.random.default_rng(0).random((many, 2))
        values[2] = np.nan
        with pytest.raises(EvidenceError, match="row 3: it has no score"):
            sampled(values, hole, draws=10)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"draws": 0}, "draws is 0"),
        ({"jobs": 0}, "jobs is 0"),
        ({"tolerance": 0.0}, "tolerance is 0"),
        ({"law": Uniform(criteria=2)}, "the law has 2 criteria and the values 3"),
    ],
)
def test_impossible_numbers_are_refused(wrong, words):
    """Each with what was given."""
    with pytest.raises(IoscoreError, match=words):
        sampled(VALUES, **wrong)


def test_the_law_is_named_in_the_result():
    """What was sampled, how often, from which law."""
    for law in LAWS.values():
        found = sampled(VALUES, law=law, draws=10)
        assert (found.method, found.draws, found.measure) == ("sampled", 10, law.measure)
    assert len({law.measure for law in LAWS.values()}) == len(LAWS)


@pytest.mark.acceptance
def test_a_hundred_million_draws_agree_with_the_exact_volumes(cases):
    """Every first rank of the 5 x 7 case within five errors of 5e-5 at most."""
    case = json.loads((cases / "peer_agreement_5x7.json").read_text())
    matrix = np.array(case["matrix"])
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    unit = (matrix - low) / (high - low)
    values = np.where(np.array(case["directions"]) == "min", 1 - unit, unit)
    found = sampled(values, draws=10**8, jobs=2)
    exact = np.array(case["exact_rank1_acceptability_weighted_sum_minmax"])
    assert (np.abs(found.shares[:, 0] - exact) <= SIGMAS * found.error[:, 0]).all()
