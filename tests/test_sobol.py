"""Sobol' indices of continuous inputs: the scrambled points, the estimators, their intervals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.analyze import sobol as salib_analyze
from scipy.stats import qmc

from ioscore.errors import NotApplicable
from ioscore.sensitivity.owen import nested_scramble, scrambled_points
from ioscore.sensitivity.sobol import (
    NORMAL,
    bootstrap_errors,
    estimate,
    evaluate,
    replicated_sobol_indices,
    sobol_indices,
    weights_from_unit,
)


def ishigami(u, a=7.0, b=0.1):
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices(a=7.0, b=0.1):
    """First and total order in closed form.

    Ishigami, T. and Homma, T. (1990). An importance quantification technique in uncertainty
    analysis for computer models. Proc. ISUMA '90, 398-403. doi:10.1109/ISUMA.1990.151285
    """
    own = (1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8
    both = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = sum(own) + both
    first = np.array([own[0], own[1], 0.0]) / variance
    return first, np.array([own[0] + both, own[1], both]) / variance


G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def g_function(u):
    return np.prod((np.abs(4 * u - 2) + G) / (1 + G), axis=1)


def g_indices():
    """First and total order of the g-function in closed form, from V_i = 1 / (3 (1 + a_i)^2).

    Saltelli, A. et al. (2010). Computer Physics Communications 181(2), 259-270, section 5.
    doi:10.1016/j.cpc.2009.09.018
    """
    own = 1 / (3 * (1 + G) ** 2)
    whole = np.prod(1 + own)
    return own / (whole - 1), own * whole / (1 + own) / (whole - 1)


CASES = [(ishigami, 3, ishigami_indices()), (g_function, 6, g_indices())]


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_scrambling_is_a_nested_permutation(bits, seed):
    """Every number occurs once, and two numbers agree after it in as many first digits as before."""
    numbers = np.arange(2**bits)
    after = nested_scramble(numbers, bits, np.random.default_rng(seed))
    assert sorted(after) == list(numbers)
    rng = np.random.default_rng(seed + 1)
    one, other = rng.integers(2**bits, size=(2, 50))
    lengths = [int(a ^ b).bit_length() for a, b in zip(one, other, strict=True)]
    moved = zip(after[one], after[other], strict=True)
    assert [int(a ^ b).bit_length() for a, b in moved] == lengths


def test_every_nested_permutation_is_equally_likely():
    """Of three digits there are 2^7 nested permutations; each comes about as often as the others.

    Chi-squared of 12,800 draws over 128 classes has mean 127 and standard deviation 16: 5 of them.
    """
    rng = np.random.default_rng(20)
    draws = [tuple(nested_scramble(np.arange(8), 3, rng)) for _ in range(12_800)]
    counts = np.unique(draws, axis=0, return_counts=True)[1]
    assert len(counts) == 128
    assert abs(((counts - 100) ** 2 / 100).sum() - 127) < 5 * 16


@pytest.mark.parametrize("bits", [1, 4, 7])
@pytest.mark.parametrize("seed", range(3))
def test_every_elementary_interval_keeps_exactly_one_point(bits, seed):
    """In any two of the first two dimensions each box of volume 1/n holds one point, whatever its shape."""
    points = scrambled_points(bits, 2, np.random.default_rng(seed))
    for left in range(bits + 1):
        cells = np.floor(points * [2**left, 2 ** (bits - left)]).astype(int)
        assert len(np.unique(cells, axis=0)) == 2**bits


@pytest.mark.parametrize("seed", range(3))
def test_in_many_dimensions_the_net_is_as_good_as_before(seed):
    """For every shape of box in five dimensions, the boxes hold the same numbers of points as before."""
    bits, d = 5, 5
    before = qmc.Sobol(d, scramble=False).random_base2(bits)
    after = scrambled_points(bits, d, np.random.default_rng(seed))
    shapes = [s for s in itertools.product(range(bits + 1), repeat=d) if sum(s) == bits]
    assert len(shapes) == 126
    for shape in shapes:
        held = [
            sorted(
                np.unique(np.floor(points * 2.0 ** np.array(shape)), axis=0, return_counts=True)[1]
            )
            for points in (before, after)
        ]
        assert held[0] == held[1]


def test_scrambled_points_are_uniform_and_differ_between_streams():
    """Each coordinate has one point in each n-th of [0, 1), and the point within it is uniform."""
    points = scrambled_points(12, 3, np.random.default_rng(1))
    assert ((points >= 0) & (points < 1)).all()
    within = points * 2**12 % 1
    # The mean of 12,288 uniform numbers has a standard deviation of 0.0026: 5 of them.
    assert abs(within.mean() - 0.5) < 0.013
    for column in points.T:
        assert sorted(np.floor(column * 2**12)) == list(range(2**12))
    other = scrambled_points(12, 3, np.random.default_rng(2))
    assert not np.isin(points, other).any()


def test_means_over_scrambled_points_are_unbiased_and_tight():
    """The mean of a smooth function comes out right on average, far closer than at random.

    Of x y on 256 points the plain Monte Carlo error is 0.22/16 = 0.014.
    """
    rng = np.random.default_rng(3)
    means = np.array([scrambled_points(8, 2, rng).prod(axis=1).mean() for _ in range(200)])
    assert means.std() < 0.014 / 10
    # Within 5 standard errors of the mean of the means.
    assert abs(means.mean() - 0.25) < 5 * means.std() / np.sqrt(200)


@pytest.mark.parametrize(("function", "d", "exact"), CASES, ids=["ishigami", "g"])
def test_indices_of_published_functions(function, d, exact):
    """Ishigami's and the g-function's indices in closed form are met within half a hundredth.

    At 2^14 points the standard errors by replication are about 0.001.
    """
    found = sobol_indices(function, d, rng=np.random.default_rng(4))
    np.testing.assert_allclose(found.first, exact[0], atol=0.005)
    np.testing.assert_allclose(found.total, exact[1], atol=0.005)
    assert found.evaluations == 2**14 * (d + 2)
    for interval, truth in zip((found.first_interval, found.total_interval), exact, strict=True):
        assert (interval[:, 0] <= truth).all()
        assert (truth <= interval[:, 1]).all()


@pytest.mark.parametrize(("function", "d", "exact"), CASES, ids=["ishigami", "g"])
def test_estimates_equal_those_of_salib_on_the_same_points(function, d, exact):
    """SALib 1.6's analyser, given the same matrices A, B and AB, returns the same numbers.

    Its seed is no zero, which it takes for none. The two spreads are each estimated from 1,000
    resamples, so to about 2.2% each: 5 standard deviations of the quotient are 16%.
    """
    outcomes = evaluate(function, d, 2**8, np.random.default_rng(5))
    flat = np.column_stack([outcomes.a, *outcomes.mixed, outcomes.b]).ravel()
    problem = {"num_vars": d, "names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}
    oracle = salib_analyze.analyze(
        problem, flat, calc_second_order=False, num_resamples=1000, seed=1
    )
    first, total = estimate(outcomes)
    # The same sums in another order.
    np.testing.assert_allclose(first, oracle["S1"], atol=1e-12)
    np.testing.assert_allclose(total, oracle["ST"], atol=1e-12)
    errors = bootstrap_errors(outcomes, 1000, np.random.default_rng(6))
    assert exact[0].shape == first.shape
    np.testing.assert_allclose(NORMAL * errors[0], oracle["S1_conf"], rtol=0.16)
    np.testing.assert_allclose(NORMAL * errors[1], oracle["ST_conf"], rtol=0.16)


def test_intervals_from_replicated_scramblings_cover_the_truth():
    """Of 60 sets of t-intervals about 95% hold the exact index; fewer than 85% would be 3.5 sigma."""
    exact = np.concatenate(ishigami_indices())
    streams = np.random.default_rng(8).spawn(60)
    held = []
    for stream in streams:
        found = replicated_sobol_indices(ishigami, 3, n=2**8, replicates=6, rng=stream)
        intervals = np.concatenate([found.first_interval, found.total_interval])
        held.append((intervals[:, 0] <= exact) & (exact <= intervals[:, 1]))
    assert (np.mean(held, axis=0) > 0.85).all()
    assert not np.all(held)


def test_replication_knows_that_the_points_are_even():
    """At as many evaluations its intervals are narrower than the bootstrap's, on average."""
    boot = sobol_indices(ishigami, 3, n=2**13, rng=np.random.default_rng(9))
    even = replicated_sobol_indices(
        ishigami, 3, n=2**10, replicates=8, rng=np.random.default_rng(9)
    )
    assert boot.evaluations == even.evaluations
    assert np.ptp(even.first_interval, axis=1).mean() < np.ptp(boot.first_interval, axis=1).mean()


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_what_cannot_be_is_always_said(bits, seed):
    """An index below 0, or a first order above its total, never comes without the note."""
    found = sobol_indices(g_function, 6, n=2**bits, resamples=2, rng=np.random.default_rng(seed))
    wrong = (found.first < 0) | (found.first > found.total)
    assert found.sufficient == (not wrong.any())
    assert ("the sample is too small" in found.note) == wrong.any()
    assert (found.total >= 0).all()
    for number in np.flatnonzero(wrong) + 1:
        assert str(number) in found.note


def test_a_sample_too_small_is_said_and_kept_raw():
    """Four points of the g-function give a first order below 0, which is shown with its note."""
    found = sobol_indices(g_function, 6, n=4, rng=np.random.default_rng(0))
    assert found.first.min() < 0
    assert not found.sufficient
    assert "below 0" in found.note


def test_an_outcome_that_never_changes_has_no_indices():
    """A constant function has no variance to share out, and says so."""
    found = sobol_indices(lambda u: np.full(len(u), 3.0), 2, n=8, rng=np.random.default_rng(0))
    assert found == NotApplicable("the outcome is the same at every point")
    again = replicated_sobol_indices(lambda u: u[:, 0] * 0, 2, n=8, rng=np.random.default_rng(0))
    assert again == found


def test_only_powers_of_two_are_balanced():
    """Another number of points is refused: it would leave holes in the net."""
    with pytest.raises(ValueError, match="power of two"):
        sobol_indices(ishigami, 3, n=1000, rng=np.random.default_rng(0))


def test_same_stream_same_numbers():
    """The same generator gives the same indices to the last bit, another one others."""
    runs = [sobol_indices(ishigami, 3, n=64, rng=np.random.default_rng(s)) for s in (0, 0, 1)]
    assert runs[0].first.tobytes() == runs[1].first.tobytes()
    assert runs[0].first_interval.tobytes() == runs[1].first_interval.tobytes()
    assert runs[0].first.tobytes() != runs[2].first.tobytes()


def test_a_function_may_change_its_points():
    """Points are handed over as copies: a function that writes into them does no harm."""

    def careless(u):
        result = ishigami(u)
        u[:] = 0
        return result

    good = sobol_indices(ishigami, 3, n=64, rng=np.random.default_rng(1))
    same = sobol_indices(careless, 3, n=64, rng=np.random.default_rng(1))
    assert good.first.tobytes() == same.first.tobytes()


@pytest.mark.parametrize("m", [2, 3, 6])
def test_weights_are_uniform_on_the_simplex(m):
    """Weights have the moments of Dirichlet(1): mean 1/m, E w^2 = 2/(m (m + 1)), E w v = 1/(m (m + 1)).

    Uniform numbers over their sum would have E w^2 of 0.307 instead of 1/3 for two.
    """
    points = scrambled_points(14, m, np.random.default_rng(11))
    weights = weights_from_unit(points)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    moments = weights.T @ weights / len(weights)
    expected = (1 + np.eye(m)) / (m * (m + 1))
    # At 2^14 even points the errors are about 1e-5.
    np.testing.assert_allclose(weights.mean(axis=0), 1 / m, atol=2e-4)
    np.testing.assert_allclose(moments, expected, atol=2e-4)
