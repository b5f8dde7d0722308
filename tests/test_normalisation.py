"""Values made comparable: each rule by hand, and what holds for all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ioscore.errors import EvidenceError, RubricError
from ioscore.ranking.normalisation import normalise
from ioscore.rubric import Normalisation

RULES = {
    "fixed": Normalisation(),
    "bounds": Normalisation(rule="bounds", low=0.2, high=0.8),
    "bounds_free": Normalisation(rule="bounds", low=0.2, high=0.8, cap=False),
    "bounds_log": Normalisation(rule="bounds", low=0.01, high=1, log=True),
    "minmax": Normalisation(rule="minmax"),
    "zscore": Normalisation(rule="zscore"),
    "rank": Normalisation(rule="rank"),
    "target": Normalisation(rule="target", target=0.5),
    "vector": Normalisation(rule="vector"),
    "none": Normalisation(rule="none"),
}
each = pytest.mark.parametrize("name", RULES)
shares = st.integers(1, 100).map(lambda k: k / 100)
columns = st.integers(1, 6).flatmap(lambda n: arrays(float, n, elements=shares))


def one(values, rule, cost=False):
    """Return one column under one rule."""
    return normalise(np.array(values, dtype=float)[:, None], [rule], np.array([cost]))[:, 0]


@pytest.mark.parametrize(
    ("name", "benefit", "cost"),
    [
        ("fixed", [0.1, 0.4, 1.0], [0.9, 0.6, 0.0]),
        ("bounds", [0.0, 1 / 3, 1.0], [1.0, 2 / 3, 0.0]),
        ("bounds_free", [-1 / 6, 1 / 3, 4 / 3], [7 / 6, 2 / 3, -1 / 3]),
        ("bounds_log", [0.5, 1 + np.log10(0.4) / 2, 1.0], [0.5, -np.log10(0.4) / 2, 0.0]),
        ("minmax", [0.0, 1 / 3, 1.0], [1.0, 2 / 3, 0.0]),
        ("zscore", np.array([-0.4, -0.1, 0.5]) / 0.21**0.5, np.array([0.4, 0.1, -0.5]) / 0.21**0.5),
        ("rank", [0.0, 0.5, 1.0], [1.0, 0.5, 0.0]),
        ("target", [0.2, 0.8, 2.0], [5.0, 1.25, 0.5]),
        ("vector", np.array([0.1, 0.4, 1]) / 1.17**0.5, -np.array([0.1, 0.4, 1]) / 1.17**0.5),
        ("none", [0.1, 0.4, 1.0], [-0.1, -0.4, -1.0]),
    ],
)
def test_every_rule_by_hand(name, benefit, cost):
    """0.1, 0.4 and 1 as benefits and as costs."""
    np.testing.assert_allclose(one([0.1, 0.4, 1.0], RULES[name]), benefit, atol=1e-12)
    np.testing.assert_allclose(one([0.1, 0.4, 1.0], RULES[name], cost=True), cost, atol=1e-12)


@each
@given(values=columns, cost=st.booleans())
def test_no_rule_turns_an_order_round(name, values, cost):
    """More of a benefit, or less of a cost, never becomes a lower value; results are finite."""
    found = one(values, RULES[name], cost)
    assert np.isfinite(found).all()
    gaps = (values[:, None] - values[None, :]) * (-1 if cost else 1)
    lead = found[:, None] - found[None, :]
    assert (lead[gaps >= 0] >= -1e-12).all()
    if name not in ("bounds", "bounds_log"):  # these alone put what lies beyond a bound on it
        assert (lead[gaps > 0] > 0).all()
    if name in ("fixed", "bounds", "bounds_log", "minmax", "rank"):
        assert ((found >= 0) & (found <= 1)).all()


@each
@given(values=columns, data=st.data())
def test_gaps_stay_and_are_not_counted(name, values, data):
    """What is missing stays missing, the others are as if its row were not there, the input is untouched."""
    gaps = data.draw(arrays(bool, len(values)))
    holey = np.where(gaps, np.nan, values)
    before = holey.copy()
    found = one(holey, RULES[name])
    assert (np.isnan(found) == gaps).all()
    np.testing.assert_array_equal(found[~gaps], one(values[~gaps], RULES[name]))
    np.testing.assert_array_equal(holey, before)


@pytest.mark.parametrize(
    ("name", "value"), [("minmax", 0.5), ("rank", 0.5), ("zscore", 0.0), ("target", 0.6 / 0.5)]
)
def test_a_column_that_tells_nobody_apart_has_one_defined_value(name, value):
    """All equal, equal but for the last digit, or a single alternative: the middle, and no gap blown up to the range."""
    for cost in (False, True):
        expected = 0.5 / 0.6 if name == "target" and cost else value
        for values in ([0.6, 0.6, 0.6], [0.6, 0.1 + 0.5, 0.2 + 0.4], [0.3 + 0.3], [0.6, np.nan]):
            found = one(values, RULES[name], cost)
            np.testing.assert_allclose(found[~np.isnan(values)], expected, atol=1e-12)
    noisy = one([0.1 + 0.2, 0.3], RULES["minmax"])
    assert noisy.tolist() == [0.5, 0.5]


def test_a_column_of_zeros_or_gaps_is_left_as_it_is():
    """The vector rule divides zeros by one, and a column of gaps stays one, without a warning."""
    assert one([0.0, 0.0], RULES["vector"]).tolist() == [0, 0]
    for rule in RULES.values():
        assert np.isnan(one([np.nan, np.nan], rule)).all()


def test_ties_have_their_mean_rank():
    """Two firsts of four share 5/6, and z-scores of n - 1 have variance one."""
    assert one([3.0, 3, 1, 0], RULES["rank"]) == pytest.approx([5 / 6, 5 / 6, 1 / 3, 0])
    z = one([3.0, 3, 1, 0], RULES["zscore"])
    assert (z.mean(), z.var(ddof=1)) == pytest.approx((0, 1), abs=1e-12)


def test_min_max_reverses_ranks_when_an_alternative_is_dropped_and_bounds_do_not():
    """The first two change places when the third, last in both, goes; between fixed bounds they keep theirs."""
    values = np.array([[0.50, 0.60], [0.52, 0.50], [0.40, 0.10]])

    def lead(name, rows):
        inside = normalise(values[:rows], [RULES[name]] * 2, np.array([False, False]))
        first, second = (inside @ [0.52, 0.48])[:2]
        return first - second

    # By hand: .52 (5/6 - 1) + .48 (1 - .8), and without the third .48 - .52.
    assert lead("minmax", 3) == pytest.approx(0.52 * (5 / 6 - 1) + 0.48 * 0.2)
    assert lead("minmax", 2) == pytest.approx(-0.04)
    assert lead("bounds", 3) == lead("bounds", 2) > 0


@pytest.mark.parametrize(
    ("name", "value", "cost", "words"),
    [
        ("fixed", 1.5, True, "outside"),
        ("fixed", -0.1, True, "outside"),
        ("bounds_log", 0.0, False, "no logarithm"),
        ("bounds_log", -3.0, False, "no logarithm"),
        ("target", 0.0, True, "not above zero"),
        ("target", -1.0, True, "not above zero"),
        ("minmax", np.inf, False, "not finite"),
    ],
)
def test_what_a_rule_cannot_take_is_refused_by_row_and_column(name, value, cost, words):
    """The message names the cell, and a gap beside it is no reason."""
    values = np.array([[0.5, 0.5], [0.5, np.nan], [0.5, value]])
    with pytest.raises(EvidenceError, match=f"row 3, column 2.*{words}") as error:
        normalise(values, [RULES["none"], RULES[name]], np.array([False, cost]))
    assert len(error.value.problems) == 1


def test_every_criterion_needs_a_rule_and_a_direction():
    """Fewer rules or directions than columns are refused."""
    with pytest.raises(RubricError, match="1 rules and 2 directions for 2 criteria"):
        normalise(np.zeros((2, 2)), [RULES["none"]], np.zeros(2, dtype=bool))
