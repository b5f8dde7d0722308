"""Exact shares of variance over a full factorial, against their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscore.errors import NotApplicable
from ioscore.sensitivity.choices.variance import (
    VarianceShares,
    shares_under_law,
    sobol_of_factorial,
)


def brute_force(values, law):
    """Return first and total shares from their definitions, combination by combination."""
    combinations = [(index, values[index], law[index]) for index in np.ndindex(values.shape)]

    def mean_of(rows):
        weight = sum(p for _, _, p in rows)
        return sum(y * p for _, y, p in rows) / weight, weight

    def groups(key):
        found = {}
        for row in combinations:
            if row[2] > 0:
                found.setdefault(key(row[0]), []).append(row)
        return found.values()

    mean, _ = mean_of(combinations)
    variance = sum(p * (y - mean) ** 2 for _, y, p in combinations)
    first, total = [], []
    for axis in range(values.ndim):
        by_level = [mean_of(rows) for rows in groups(lambda index, i=axis: index[i])]
        first.append(sum(w * (m - mean) ** 2 for m, w in by_level) / variance)
        others = groups(lambda index, i=axis: index[:i] + index[i + 1 :])
        total.append(
            sum(p * (y - mean_of(rows)[0]) ** 2 for rows in others for _, y, p in rows) / variance
        )
    return np.array(first), np.array(total)


@st.composite
def factorials(draw, zero=False):
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    size = int(np.prod(shape))
    numbers = st.sampled_from([-1.0, 0.0, 0.25, 1.0, 2.0])
    values = np.array(draw(st.lists(numbers, min_size=size, max_size=size))).reshape(shape)
    least = 0 if zero else 1
    laws = []
    for length in shape:
        parts = draw(st.lists(st.integers(least, 5), min_size=length, max_size=length))
        if not sum(parts):
            parts[0] = 1
        laws.append(np.array(parts) / sum(parts))
    return values, laws


def joint(laws):
    law = np.ones(())
    for one in laws:
        law = np.multiply.outer(law, one)
    return law


def test_an_additive_outcome_by_hand():
    """Of Y = A + 2 B with two equally likely levels each, A explains 1/5, B 4/5, both orders alike.

    Var(A) = 1/4, Var(2 B) = 1, Var(Y) = 5/4.
    """
    shares = sobol_of_factorial(np.array([[0.0, 2.0], [1.0, 3.0]]), [(0.5, 0.5)] * 2)
    assert isinstance(shares, VarianceShares)
    assert shares.mean == 1.5
    assert shares.variance == 1.25
    # Powers of two throughout, so nothing is rounded but the quotients.
    assert shares.first.tolist() == pytest.approx([0.2, 0.8], abs=1e-15)
    assert shares.total.tolist() == pytest.approx([0.2, 0.8], abs=1e-15)


def test_exclusive_or_has_no_first_and_a_full_total_order():
    """Of Y = A xor B neither input explains anything by itself, and each moves all of it."""
    shares = sobol_of_factorial(np.array([[0.0, 1.0], [1.0, 0.0]]), [(0.5, 0.5)] * 2)
    assert shares.first.tolist() == [0.0, 0.0]
    assert shares.total.tolist() == [1.0, 1.0]


def test_unequal_probabilities_by_hand():
    """Of Y = A B with P(A = 1) = 1/4 and P(B = 1) = 1/2 the orders are 3/7 and 1/7, 6/7 and 4/7.

    E Y = 1/8, Var Y = 7/64; E[Y | A] is 0 or 1/2 with variance 3/64, E[Y | B] is 0 or 1/4 with
    variance 1/64; E[Var(Y | B)] = 1/2 * 3/16 = 6/64, E[Var(Y | A)] = 1/4 * 1/4 = 4/64.
    """
    shares = sobol_of_factorial(np.array([[0.0, 0.0], [0.0, 1.0]]), [(0.75, 0.25), (0.5, 0.5)])
    assert shares.mean == 0.125
    assert shares.variance == 7 / 64
    assert shares.first.tolist() == pytest.approx([3 / 7, 1 / 7], abs=1e-15)
    assert shares.total.tolist() == pytest.approx([6 / 7, 4 / 7], abs=1e-15)


@given(factorials(zero=True))
def test_indices_equal_their_definitions(case):
    """First and total orders are Var(E[Y|X_i])/V and E[Var(Y|others)]/V, in [0, 1], first <= total."""
    values, laws = case
    shares = sobol_of_factorial(values, laws)
    law = joint(laws)
    possible = values[law > 0]
    if possible.min() == possible.max():
        assert shares == NotApplicable("the same in every world")
        return
    first, total = brute_force(values, law)
    # Sums of at most 256 terms of order one.
    np.testing.assert_allclose(shares.first, first, atol=1e-12)
    np.testing.assert_allclose(shares.total, total, atol=1e-12)
    assert (shares.first >= 0).all()
    assert (shares.total <= 1 + 1e-12).all()
    assert (shares.first <= shares.total + 1e-12).all()
    assert shares.first.sum() <= 1 + 1e-12
    assert shares.total.sum() >= 1 - 1e-12


@given(factorials(), st.data())
def test_shares_under_any_law_equal_their_definition(case, data):
    """Where combinations are left out, a share is Var(E[Y|X_i])/V given that one is admissible."""
    values, laws = case
    kept = data.draw(st.lists(st.booleans(), min_size=values.size, max_size=values.size))
    kept[0] = True
    law = joint(laws) * np.array(kept).reshape(values.shape)
    law /= law.sum()
    shares = shares_under_law(np.where(law > 0, values, np.nan), law)
    possible = values[law > 0]
    if possible.min() == possible.max():
        assert shares == NotApplicable("the same in every world")
        return
    np.testing.assert_allclose(shares.first, brute_force(values, law)[0], atol=1e-12)
    assert isinstance(shares.total, NotApplicable)
    assert "inadmissible" in shares.total.reason


@given(factorials())
def test_both_ways_agree_where_nothing_is_left_out(case):
    """Under a product law the shares by themselves are the first order Sobol indices."""
    values, laws = case
    exact, shares = sobol_of_factorial(values, laws), shares_under_law(values, joint(laws))
    if isinstance(exact, NotApplicable):
        assert shares == exact
        return
    np.testing.assert_allclose(shares.first, exact.first, atol=1e-12)
    assert shares.mean == pytest.approx(exact.mean, abs=1e-12)
    assert shares.variance == pytest.approx(exact.variance, abs=1e-12)
    assert shares.law != exact.law


def test_an_idle_input_explains_exactly_nothing():
    """An input that changes nothing has order zero, first and total, not nearly zero."""
    rng = np.random.default_rng(7)
    values = np.repeat(rng.random((3, 1, 5)), 4, axis=1)
    shares = sobol_of_factorial(values, [rng.dirichlet(np.ones(k)) for k in values.shape])
    assert shares.total[1] == 0.0
    assert shares.first[1] < 1e-30


def test_a_level_that_cannot_occur_explains_nothing():
    """Values at a level of probability zero count neither for the variance nor for constancy."""
    values = np.array([[0.0, 0.0, 99.0], [1.0, 1.0, -99.0]])
    shares = sobol_of_factorial(values, [(0.5, 0.5), (0.5, 0.5, 0.0)])
    assert shares.first.tolist() == [1.0, 0.0]
    assert shares.total.tolist() == [1.0, 0.0]
    assert isinstance(sobol_of_factorial(values, [(1.0, 0.0), (0.5, 0.5, 0.0)]), NotApplicable)


def test_an_interaction_counts_in_the_total_of_both():
    """Of Y = A + B C over fair signs A explains half alone, B and C the other half only together."""
    signs = np.array([-1.0, 1.0])
    values = np.array([a + b * c for a, b, c in itertools.product(signs, repeat=3)])
    shares = sobol_of_factorial(values.reshape(2, 2, 2), [(0.5, 0.5)] * 3)
    assert shares.first.tolist() == [0.5, 0.0, 0.0]
    assert shares.total.tolist() == [0.5, 0.5, 0.5]
