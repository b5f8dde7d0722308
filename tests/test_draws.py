"""Laws of the weights: their moments, their limits, and what they are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscore.errors import IoscoreError
from ioscore.sensitivity.weights.draws import DirichletAround, NestedUniform, Uniform
from ioscore.sensitivity.weights.space import WeightSpace

DRAWS = 200_000
# Five standard errors: a true moment lies outside in one of two million looks.
SIGMAS = 5


def rng(seed=0):
    return np.random.Generator(np.random.SFC64(seed))


def assert_mean(sample, expected):
    """Assert that the mean of each column is what is expected, within the error of the mean."""
    error = sample.std(axis=0) / np.sqrt(len(sample))
    assert (np.abs(sample.mean(axis=0) - expected) <= SIGMAS * error + 1e-15).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("m", [1, 2, 3, 7])
def test_uniform_weights_have_the_moments_of_the_simplex(m, dtype):
    """Mean 1/m, E w^2 = 2/(m(m+1)), E w1 w2 = 1/(m(m+1)), and P(w1 > t) = (1-t)^(m-1)."""
    drawn = Uniform(criteria=m).draw(rng(), DRAWS, dtype)
    assert drawn.shape == (DRAWS, m)
    assert drawn.dtype == dtype
    assert (drawn >= 0).all()
    # m + 2 roundings of the type make the sum and its inverse.
    assert np.abs(drawn.sum(axis=1, dtype=float) - 1).max() <= (m + 2) * np.finfo(dtype).eps
    drawn = drawn.astype(float)
    if m > 1:
        assert_mean(drawn, 1 / m)
        assert_mean(drawn**2, 2 / (m * (m + 1)))
        assert_mean(drawn[:, :1] * drawn[:, 1:2], 1 / (m * (m + 1)))
        for t in (0.01, 0.1, 0.4):
            assert_mean((drawn > t).astype(float), (1 - t) ** (m - 1))


def test_uniform_numbers_over_their_sum_would_be_found_out():
    """The shortcut that is not uniform fails the second moment by more than a hundred errors."""
    cut = rng().random((DRAWS, 7))
    cut /= cut.sum(axis=1, keepdims=True)
    error = (cut[:, 0] ** 2).std() / np.sqrt(DRAWS)
    assert abs((cut[:, 0] ** 2).mean() - 2 / 56) > 100 * error


def test_a_chain_of_orders_has_the_known_mean():
    """Uniform under w1 >= w2 >= w3, the mean is that of ordered spacings: 11/18, 5/18, 2/18."""
    space = WeightSpace(lower=np.zeros(3), upper=np.ones(3), orders=((0, 1), (1, 2)))
    drawn = Uniform(criteria=3, space=space).draw(rng(), DRAWS)
    assert (np.diff(drawn, axis=1) <= 1e-15).all()
    assert_mean(drawn, np.array([11, 5, 2]) / 18)


def test_bounds_and_orders_are_kept_and_the_law_is_uniform_within():
    """What rejection keeps is what plain draws that meet the limits would be."""
    space = WeightSpace(
        lower=np.array([0.1, 0, 0, 0]), upper=np.array([0.5, 0.4, 1, 0.3]), orders=((2, 3),)
    )
    drawn = Uniform(criteria=4, space=space).draw(rng(), DRAWS)
    plain = Uniform(criteria=4).draw(rng(1), 10 * DRAWS)
    plain = plain[(space.rows() @ plain.T >= 0).all(axis=0)]
    assert (space.rows() @ drawn.T >= -1e-15).all()
    error = np.hypot(drawn.std(axis=0) / DRAWS**0.5, plain.std(axis=0) / len(plain) ** 0.5)
    assert (np.abs(drawn.mean(axis=0) - plain.mean(axis=0)) <= SIGMAS * error).all()


def test_limits_too_narrow_for_rejection_are_named():
    """Where fewer than one in ten thousand candidates fit, the error says so."""
    m = 12
    narrow = WeightSpace(lower=np.zeros(m), upper=np.full(m, 1 / m + 1e-3))
    with pytest.raises(IoscoreError, match="too few to sample by rejection"):
        Uniform(criteria=m, space=narrow).draw(rng(), 100)


@pytest.mark.parametrize("concentration", [0.01, 1.0, 30.0, 1e6])
def test_weights_around_given_ones_have_their_mean_and_variance(concentration):
    """Mean w and variance w(1-w)/(c+1), down to concentrations where Gamma draws vanish."""
    weights = np.array([0.5, 0.3, 0.2, 0.0])
    drawn = DirichletAround(weights=weights, concentration=concentration).draw(rng(), DRAWS)
    assert np.isfinite(drawn).all()
    assert (drawn[:, 3] == 0).all()
    assert np.abs(drawn.sum(axis=1) - 1).max() < 1e-14
    assert_mean(drawn, weights)
    assert_mean((drawn - weights) ** 2, weights * (1 - weights) / (concentration + 1))


def test_concentration_of_the_number_of_criteria_around_equal_weights_is_uniform():
    """Dirichlet(1, 1, 1) is the uniform law: P(w1 > t) = (1 - t)^2."""
    drawn = DirichletAround(weights=np.full(3, 1 / 3), concentration=3).draw(rng(), DRAWS)
    for t in (0.05, 0.5, 0.95):
        assert_mean((drawn > t).astype(float), (1 - t) ** 2)


@pytest.mark.parametrize("weights", [[0.5, 0.4], [1.5, -0.5], [float("nan"), 1.0]])
def test_weights_that_are_no_shares_are_refused(weights):
    """The centre of the law must be weights."""
    with pytest.raises(IoscoreError, match="sum to one"):
        DirichletAround(weights=np.array(weights), concentration=1.0)


def test_nested_weights_are_uniform_at_each_node():
    """In a(a1, a2(x, y, z)), b: leaves have mean 1/4, 1/12 and 1/2; a1 given a is uniform."""
    law = NestedUniform(paths=("a/a1", "a/a2/x", "a/a2/y", "a/a2/z", "b"))
    drawn = law.draw(rng(), DRAWS)
    assert law.criteria == 5
    assert_mean(drawn, np.array([1 / 4, 1 / 12, 1 / 12, 1 / 12, 1 / 2]))
    inside = drawn[:, 0] / (1 - drawn[:, 4])
    assert_mean(np.stack([inside, inside**2], axis=1), np.array([1 / 2, 1 / 3]))
    assert_mean(drawn[:, 4:] ** 2, 1 / 3)


@settings(max_examples=50)
@given(
    st.integers(1, 9),
    st.integers(1, 300),
    st.sampled_from([np.float64, np.float32]),
    st.integers(0),
)
def test_any_number_of_draws_of_any_number_of_criteria_sums_to_one(m, size, dtype, seed):
    """Also odd numbers, where two weights share a random word."""
    drawn = Uniform(criteria=m).draw(rng(seed), size, dtype)
    assert drawn.shape == (size, m)
    assert drawn.T.flags.c_contiguous
    assert np.abs(drawn.sum(axis=1, dtype=float) - 1).max() <= (m + 2) * np.finfo(dtype).eps
