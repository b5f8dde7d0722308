"""What holds for every ranking method, and slow plain versions of each as witnesses."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ioscore.errors import EvidenceError, RubricError
from ioscore.ranking.borda import borda, borda_points
from ioscore.ranking.copeland import copeland
from ioscore.ranking.kemeny_young import MOST, agreement, kemeny_orders, kemeny_young
from ioscore.ranking.means import arithmetic_mean, geometric_mean, harmonic_mean
from ioscore.ranking.promethee2 import degrees, flows, net_flows, preference_indices, promethee2
from ioscore.ranking.topsis import topsis
from ioscore.ranking.vikor import regrets, vikor
from ioscore.rubric import Preference

SHAPES = [
    Preference(),
    Preference(function="u_shape", q=0.3),
    Preference(function="v_shape", p=0.6),
    Preference(function="level", q=0.2, p=0.7),
    Preference(function="v_shape_indifference", q=0.1, p=0.8),
    Preference(function="gaussian", s=0.4),
]
COMPARING = {
    "topsis": topsis,
    "vikor": vikor,
    "borda": borda,
    "copeland": copeland,
    "kemeny_young": kemeny_young,
    **{
        f"promethee2_{shape.function}": lambda v, w, shape=shape: promethee2(v, w, shape)
        for shape in SHAPES
    },
}
METHODS = {
    **COMPARING,
    "arithmetic_mean": arithmetic_mean,
    "geometric_mean": geometric_mean,
    "harmonic_mean": harmonic_mean,
}
NOISE = 1e-9  # ties by the rule of the ranking: sums of a few numbers in [0, 1] are off by 1e-15

cells = st.one_of(
    st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.integers(0, 1000).map(lambda k: k / 1000)
)
each = pytest.mark.parametrize("name", METHODS)
comparing = pytest.mark.parametrize("name", COMPARING)


@st.composite
def problems(draw, most=5, draws=None):
    """Return values on a coarse grid or not, with ties, and weights, some of them zero."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, 4))
    values = draw(arrays(float, (n, m), elements=cells))
    shape = (m,) if draws is None else (draws, m)
    weights = draw(arrays(float, shape, elements=st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0])))
    assume((weights.sum(axis=-1) > 0).all())
    return values, weights / weights.sum(axis=-1, keepdims=True)


def order(scores):
    """Return who is ahead of whom, 0 for ties."""
    gaps = scores[:, None] - scores[None, :]
    return np.where(np.abs(gaps) <= NOISE, 0, np.sign(gaps))


@settings(max_examples=40)
@each
@given(problem=problems())
def test_a_dominated_alternative_is_never_ahead(name, problem):
    """One that is at most as good in every criterion does not score higher."""
    values, weights = problem
    values = np.vstack([values, values.min(axis=0), values[0] * 0.5])
    scores = METHODS[name](values, weights)
    better = (values[:, None, :] >= values[None, :, :]).all(axis=2)
    assert better[0, -1]
    assert (scores[:, None] >= scores[None, :] - NOISE)[better].all()


@settings(max_examples=40)
@each
@given(problem=problems())
def test_results_are_finite_and_only_proportions_of_weights_matter(name, problem):
    """Weights times a thousand, or a thousandth, give the same finite scores."""
    values, weights = problem
    scores = METHODS[name](values, weights)
    assert scores.shape == (len(values),)
    assert np.isfinite(scores).all()
    for factor in (1e3, 1e-3):
        np.testing.assert_allclose(METHODS[name](values, weights * factor), scores, atol=NOISE)


@settings(max_examples=40)
@each
@given(problem=problems(draws=6))
def test_a_batch_is_a_loop(name, problem):
    """Scores of many weights at once, along one or two axes, are those of each by itself."""
    values, weights = problem
    loop = np.array([METHODS[name](values, one) for one in weights])
    np.testing.assert_allclose(METHODS[name](values, weights), loop, atol=NOISE)
    both = METHODS[name](values, weights.reshape(2, 3, -1))
    np.testing.assert_allclose(both, loop.reshape(2, 3, -1), atol=NOISE)
    assert METHODS[name](values, weights[:0]).shape == (0, len(values))


@settings(max_examples=40)
@each
@given(problem=problems(), data=st.data())
def test_names_and_places_do_not_matter(name, problem, data):
    """Shuffled alternatives keep their scores, shuffled criteria change nothing."""
    values, weights = problem
    rows = data.draw(st.permutations(range(values.shape[0])))
    columns = data.draw(st.permutations(range(values.shape[1])))
    shuffled = METHODS[name](values[rows][:, columns], weights[columns])
    np.testing.assert_allclose(shuffled, METHODS[name](values, weights)[rows], atol=NOISE)


@settings(max_examples=40)
@each
@given(problem=problems())
def test_a_criterion_in_which_all_are_equal_moves_no_order(name, problem):
    """A constant column with half the weight leaves the order, and for rules of comparison without a unit the scores.

    The constant is above zero: a constant zero makes every geometric and harmonic mean zero.
    """
    values, weights = problem
    more = np.column_stack([values, np.full(len(values), 0.5)])
    before = METHODS[name](values, weights)
    after = METHODS[name](more, np.append(weights, 1.0) / 2)
    if name in ("topsis", "vikor", "copeland", "kemeny_young"):
        np.testing.assert_allclose(after, before, atol=NOISE)
    elif name in ("geometric_mean", "harmonic_mean"):
        # A root or an inverse brings near zeros together, so only a clear lead is compared.
        ahead = before[:, None] > before[None, :] + 1e-3
        assert (after[:, None] > after[None, :])[ahead].all()
    else:
        np.testing.assert_array_equal(order(2 * after), order(before))


@comparing
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_missing_and_infinite_values_are_refused_by_name(name, bad):
    """A gap is an error that names row and column, not a plausible number."""
    values = np.array([[0.1, 0.2], [0.3, bad], [bad, 0.4]])
    with pytest.raises(EvidenceError, match="row 2, column 2") as error:
        COMPARING[name](values, np.array([0.5, 0.5]))
    assert [p.where for p in error.value.problems] == ["row 2, column 2", "row 3, column 1"]


@comparing
@pytest.mark.parametrize("weights", [[0.6, -0.1], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_impossible_weights_are_refused(name, weights):
    """Negative, missing, infinite or all-zero weights are errors, in a batch as well."""
    values = np.array([[0.1, 0.2], [0.3, 0.1]])
    for given_weights in (np.array(weights), np.array([[0.5, 0.5], weights])):
        with pytest.raises(RubricError, match="weights"):
            COMPARING[name](values, given_weights)


@comparing
def test_an_empty_table_is_refused(name):
    """No alternative or no criterion is an error."""
    for shape in ((0, 2), (2, 0)):
        with pytest.raises((EvidenceError, RubricError)):
            COMPARING[name](np.zeros(shape), np.ones(shape[1]))


# Plain versions, one alternative at a time.


@given(problems())
def test_topsis_is_what_its_definition_says(problem):
    """Distances to the two points, one alternative at a time; 0.5 where both are zero."""
    values, weights = problem
    best, worst = values.max(axis=0), values.min(axis=0)
    for row, closeness in zip(values, topsis(values, weights), strict=True):
        near = math.dist(weights * row, weights * worst)
        both = math.dist(weights * row, weights * best) + near
        assert closeness == pytest.approx(near / both if both > 0 else 0.5, abs=NOISE)


def test_topsis_of_equal_alternatives_is_one_half():
    """Where nothing with a weight tells them apart every closeness is 0.5, whatever the rest."""
    values = np.array([[0.3, 0.1], [0.3, 0.9]])
    assert topsis(values, np.array([1.0, 0.0])).tolist() == [0.5, 0.5]
    assert topsis(values[:1], np.array([0.5, 0.5])).tolist() == [0.5]


def test_topsis_does_not_depend_on_the_unit():
    """Values of the order of 1e200 or 1e-200, whose squares no number holds, have the same closeness."""
    values, weights = np.array([[0.2, 0.9], [0.7, 0.1], [0.4, 0.5]]), np.array([0.3, 0.7])
    for unit in (1e200, 1e-200):
        np.testing.assert_allclose(topsis(values * unit, weights), topsis(values, weights))


@given(problems(), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_vikor_is_what_its_definition_says(problem, v):
    """Sum and maximum of the weighted regrets, and shares of their ranges, zero for ties."""
    values, weights = problem
    width = np.ptp(values, axis=0)
    regret = weights * (values.max(axis=0) - values) / np.where(width > 0, width, 1.0)
    sums, most = regret.sum(axis=1), regret.max(axis=1)
    found = regrets(values, weights, v)
    np.testing.assert_allclose(found.group, sums, atol=NOISE)
    np.testing.assert_allclose(found.single, most, atol=NOISE)

    def share(x):
        # Sums of values with three decimals are equal or further apart than this.
        return (x - x.min()) / np.ptp(x) if np.ptp(x) > NOISE else np.zeros(len(x))

    expected = v * share(sums) + (1 - v) * share(most)
    np.testing.assert_allclose(found.compromise, expected, atol=NOISE)
    np.testing.assert_allclose(vikor(values, weights, v), 1 - expected, atol=NOISE)


def test_vikor_has_an_answer_for_ties():
    """Equal alternatives, equal sums or equal maxima leave no NaN: the term is zero."""
    half = np.array([0.5, 0.5])
    assert vikor(np.ones((3, 2)), half).tolist() == [1, 1, 1]
    assert vikor(np.array([[1.0, 0.0], [0.0, 1.0]]), half).tolist() == [1, 1]
    with pytest.raises(RubricError, match="between 0 and 1"):
        vikor(np.eye(2), half, 1.5)


@settings(max_examples=60)
@given(problems(), st.lists(st.sampled_from(SHAPES), min_size=4, max_size=4))
def test_promethee_is_what_its_definition_says(problem, shapes):
    """Preference indices summed pair by pair; net flow is leaving less entering and sums to zero."""
    values, weights = problem
    n, m = values.shape
    shapes = shapes[:m]
    expected = np.zeros((n, n))
    for i, j, c in itertools.product(range(n), range(n), range(m)):
        lead, one = values[i, c] - values[j, c], shapes[c]
        degree = {
            "usual": lambda d, p: 1.0,
            "u_shape": lambda d, p: float(d > p.q),
            "v_shape": lambda d, p: min(1.0, d / p.p),
            "level": lambda d, p: 0.5 * (d > p.q) + 0.5 * (d > p.p),
            "v_shape_indifference": lambda d, p: min(1.0, max(0.0, (d - p.q) / (p.p - p.q))),
            "gaussian": lambda d, p: 1 - math.exp(-(d**2) / (2 * p.s**2)),
        }[one.function]
        expected[i, j] += weights[c] * degree(lead, one) if lead > 0 else 0.0
    np.testing.assert_allclose(preference_indices(values, weights, shapes), expected, atol=NOISE)
    leaving, entering = flows(values, weights, shapes)
    net = promethee2(values, weights, shapes)
    np.testing.assert_allclose(leaving, expected.sum(axis=1) / max(1, n - 1), atol=NOISE)
    np.testing.assert_allclose(net, leaving - entering, atol=NOISE)
    assert abs(net.sum()) < NOISE
    np.testing.assert_allclose(net_flows(values, shapes) @ weights, net, atol=NOISE)


def test_promethee_thresholds_belong_to_the_side_below():
    """A lead of exactly q is no preference and of exactly p the middle step; beyond p it is full."""
    leads = np.array([-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 2.0])
    level = Preference(function="level", q=0.25, p=1.0)
    assert degrees(leads, level).tolist() == [0, 0, 0, 0.5, 0.5, 0.5, 1]
    assert degrees(leads, Preference(function="u_shape", q=0.5)).tolist() == [0, 0, 0, 0, 1, 1, 1]
    with pytest.raises(RubricError, match="2 preference functions for 3 criteria"):
        promethee2(np.zeros((2, 3)), np.ones(3), SHAPES[:2])


def test_sums_on_machines_make_no_leads():
    """0.1 + 0.2 and 0.3 are equal as values, and as weights a majority of neither."""
    values = np.array([[0.1 + 0.2], [0.3]])
    assert borda_points(values).tolist() == [[0.5], [0.5]]
    assert copeland(values, np.ones(1)).tolist() == [0, 0]
    assert promethee2(values, np.ones(1)).tolist() == [0, 0]
    split = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert copeland(split, np.array([0.1, 0.2, 0.3])).tolist() == [0, 0]
    assert kemeny_young(split, np.array([0.1, 0.2, 0.3])).tolist() == [-1.5, -1.5]


@given(problems())
def test_borda_and_copeland_are_what_counting_gives(problem):
    """Points and majorities counted pair by pair."""
    values, weights = problem
    n = len(values)
    points, wins = np.zeros(n), np.zeros(n)
    for i, j in itertools.permutations(range(n), 2):
        points[i] += weights @ ((values[i] > values[j]) + 0.5 * (values[i] == values[j]))
        lead = weights @ (values[i] > values[j]) - weights @ (values[j] > values[i])
        wins[i] += 0 if abs(lead) < 1e-12 else np.sign(lead)
    np.testing.assert_allclose(borda(values, weights), points, atol=NOISE)
    np.testing.assert_array_equal(copeland(values, weights), wins)


def check_kemeny(values, weights):
    """Compare with the best of all permutations, support counted pair by pair."""
    n = len(values)
    support = {}
    for perm in itertools.permutations(range(n)):
        pairs = itertools.combinations(perm, 2)
        support[perm] = sum(
            weights @ ((values[i] > values[j]) + 0.5 * (values[i] == values[j])) for i, j in pairs
        )
    most = max(support.values())
    best = [perm for perm, value in support.items() if value > most - NOISE]
    assert sorted(kemeny_orders(values, weights)) == sorted(best)
    ranks = np.mean([np.argsort(perm) for perm in best], axis=0) + 1
    np.testing.assert_allclose(kemeny_young(values, weights), -ranks, atol=NOISE)
    assert agreement(values, weights, best[0]) == pytest.approx(most, abs=NOISE)


@settings(max_examples=60)
@given(problems())
def test_kemeny_orders_are_the_best_of_all_permutations(problem):
    """All optimal orders, and the mean rank over them, by trying every order of up to five."""
    check_kemeny(*problem)


@pytest.mark.acceptance
@settings(max_examples=150)
@given(problems(most=7))
def test_kemeny_orders_are_the_best_of_all_permutations_of_seven(problem):
    """The same with up to seven alternatives."""
    check_kemeny(*problem)


def test_kemeny_ties_at_the_optimum_show():
    """Two that cannot be told apart share their mean rank; a cycle of three puts all at two."""
    values = np.array([[1.0, 1.0], [0.5, 0.5], [0.5, 0.5]])
    assert kemeny_young(values, np.array([0.5, 0.5])).tolist() == [-1, -2.5, -2.5]
    assert sorted(kemeny_orders(values, np.array([0.5, 0.5]))) == [(0, 1, 2), (0, 2, 1)]
    cycle = np.array([[3.0, 1, 2], [2, 3, 1], [1, 2, 3]])
    assert kemeny_young(cycle, np.ones(3)).tolist() == [-2, -2, -2]
    assert len(list(kemeny_orders(cycle, np.ones(3)))) == 3


def test_kemeny_of_many_alternatives_is_exact_up_to_a_stated_number():
    """Fifteen with one criterion are put in its order, fifteen equal ones share all ranks, sixteen are refused."""
    values = np.random.default_rng(5).permutation(MOST)[:, None].astype(float)
    assert kemeny_young(values, np.ones(1)).tolist() == (values[:, 0] - MOST).tolist()
    assert kemeny_young(np.zeros((MOST, 1)), np.ones(1)).tolist() == [-(MOST + 1) / 2] * MOST
    with pytest.raises(EvidenceError, match="16 alternatives"):
        kemeny_young(np.zeros((MOST + 1, 1)), np.ones(1))


# The weighted means.


def test_means_computed_by_hand():
    """Weights 1, 3 on 1 and 4: 13/4, 4^(3/4) and 16/7; a gap passes its weight on."""
    values, weights = np.array([[1.0, 4.0], [np.nan, 4.0], [np.nan, np.nan]]), np.array([1.0, 3.0])
    for mean, first in (
        (arithmetic_mean, 3.25),
        (geometric_mean, 4**0.75),
        (harmonic_mean, 16 / 7),
    ):
        assert mean(values, weights)[:2] == pytest.approx([first, 4.0], abs=1e-12)
        assert np.isnan(mean(values, weights)[2])


def test_zeros_and_negative_values_under_the_other_means():
    """A zero that weighs something makes geometric and harmonic means zero, a negative value NaN; weight zero counts nothing."""
    values, weights = np.array([[0.0, 4.0], [-1.0, 4.0], [1.0, 4.0]]), np.array([1.0, 1.0])
    for mean in (geometric_mean, harmonic_mean):
        found = mean(values, weights)
        assert found[0] == 0
        assert np.isnan(found[1])
        assert mean(values[[0, 2]], np.array([0.0, 1.0])) == pytest.approx([4.0, 4.0], abs=1e-12)
        assert mean(np.array([[0.0, np.nan]]), np.array([1.0, 1.0])).tolist() == [0]


@given(problems(), st.data())
def test_means_keep_their_order(problem, data):
    """Harmonic is at most geometric, geometric at most arithmetic, all within the range, also with gaps."""
    values, weights = problem
    gaps = data.draw(arrays(bool, values.shape))
    values = np.where(gaps, np.nan, values)
    known = (~gaps & (weights > 0)).any(axis=1)
    found = [mean(values, weights) for mean in (harmonic_mean, geometric_mean, arithmetic_mean)]
    for row in np.flatnonzero(known):
        inside = values[row][(weights > 0) & ~gaps[row]]
        chain = [inside.min(), *(mean[row] for mean in found), inside.max()]
        assert all(low <= high + NOISE for low, high in itertools.pairwise(chain))
