"""Sampling as it is run: by jobs, on a cluster, to a tolerance, in constant memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from distributed import LocalCluster

from ioscore.errors import EvidenceError, IoscoreError
from ioscore.ranking.decision import Method
from ioscore.ranking.vikor import vikor
from ioscore.sensitivity.weights import tally
from ioscore.sensitivity.weights.draws import Uniform
from sampled import LAWS, MEAN, SCORED, VALUES, bits, sampled


def test_one_two_and_four_jobs_give_the_same_bytes():
    """Every array of the result, under every law, for linear rules and others."""
    methods = (MEAN, SCORED, Method(name="vikor", score=vikor))
    runs = [
        [
            bits(sampled(VALUES, f, law, 140_000, jobs=jobs))
            for f in methods
            for law in LAWS.values()
        ]
        for jobs in (1, 2, 4)
    ]
    assert runs[1] == runs[0]
    assert runs[2] == runs[0]
    # Linear or not, a law that is not uniform is sampled in float64, and so alike: 9 results of 12.
    assert len({b"".join(found) for found in runs[0]}) == 9


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
        "from ioscore.sensitivity.weights.draws import Uniform;"
        "from ioscore.sensitivity.weights.sampling import sample_acceptability as s;"
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
        (VALUES, MEAN, 2 * 10**5),
        (VALUES, SCORED, 2 * 10**5),
        (np.random.default_rng(0).random((70, 5)), MEAN, 5 * 10**4),
    ):
        peaks = []
        for times in (1, 1, 10):  # the first run also pays for what is made once
            tracemalloc.start()
            sampled(values, method, draws=times * draws)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        # A slice with a tie, which is rare, holds a copy more. One number for each of the other
        # draws would be four times what is allowed.
        assert peaks[2] - peaks[1] < 2 * 9 * draws


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
