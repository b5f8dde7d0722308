"""Weights from judgements: five methods, and the weights of a panel."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import friedmanchisquare, spearmanr

from helpers import FIXTURES
from ioscore.elicitation import (
    Answer,
    Answers,
    AnswersError,
    ahp_weights,
    best_worst_weights,
    centroid_weights,
    combine_weights,
    consult_reviewers,
    elicit,
    kendall_w,
    number,
    points_weights,
    swing_weights,
)
from ioscore.elicitation.best_worst import THRESHOLDS
from ioscore.elicitation.reviewers import ranked_once, shares_of, turned_pairs
from ioscore.errors import NotApplicable, RubricError
from ioscore.io.rubrics import read_rubric

TREE = {"": ["a", "b", "c"], "a": ["a/a1", "a/a2"]}
CAR = ["quality", "price", "comfort", "safety", "style"]


def series(values, names="abcdefghij"):
    return pd.Series(dict(zip(names, values, strict=False)), dtype=float)


def answers_of(method, *rows, columns):
    """Return answers; each row is a criterion and its values."""
    made = tuple(
        Answer(
            where=f"made up, row {n}",
            criterion=name,
            values=dict(zip(columns, values, strict=True)),
        )
        for n, (name, *values) in enumerate(rows, 2)
    )
    return Answers(method=method, reviewer="r", source="made up", rows=made)


# Points and swings.


def test_swing_weights_of_a_textbook():
    """Swings of 100, 80, 70, 30, 20, 10 are weights of 32, 26, 23, 10, 6, 3 per cent."""
    # Goodwin, P. and Wright, G., Decision Analysis for Management Judgment: choosing an office,
    # printed without decimals.
    found = swing_weights(series([100, 80, 70, 30, 20, 10]))
    assert (100 * found).round().tolist() == [32, 26, 23, 10, 6, 3]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), st.floats(1e-3, 1e3))
def test_only_the_proportions_of_points_count(raw, factor):
    """Points keep their ratios, sum to one, and another total gives the same weights."""
    assume(sum(raw) > 1e-3)
    found = points_weights(series(raw))
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(found, np.array(raw) / sum(raw), rtol=1e-12)
    np.testing.assert_allclose(points_weights(series(raw) * factor), found, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(
    ("weigh", "values", "words"),
    [
        (points_weights, [1, -2], "points of b: -2"),
        (points_weights, [1, float("nan")], "points of b: nan"),
        (points_weights, [0, 0], "a, b all have none"),
        (swing_weights, [100, 101], "swing of b: 101"),
        (swing_weights, [60, 90], "the greatest is 90, and none is 100"),
        (centroid_weights, [1, 2.5], "rank of b: 2.5"),
        (centroid_weights, [1, 3], "rank of b: 3"),
        (centroid_weights, [1, 1, 1, 3], "rank 3, where 2 comes next"),
        (centroid_weights, [2, 2, 2], "rank 2, where 1 comes next"),
    ],
)
def test_numbers_that_the_method_forbids_are_refused_by_name(weigh, values, words):
    """Negative, missing, all zero, beyond 100, without a 100, no place, a place left out."""
    with pytest.raises(AnswersError, match=words):
        weigh(series(values))
    with pytest.raises(AnswersError, match="file, row 7"):
        weigh(series(values), places=dict.fromkeys("abcd", "file, row 7"))


# Rank-order centroid.


def test_centroid_weights_are_as_published():
    """Four criteria have .5208, .2708, .1458 and .0625 (Barron & Barrett 1996)."""
    # Half a unit of the fourth decimal, which is what is printed.
    np.testing.assert_allclose(
        centroid_weights(series([1, 2, 3, 4])), [0.5208, 0.2708, 0.1458, 0.0625], atol=5.1e-5
    )


@pytest.mark.parametrize("n", range(1, 11))
def test_centroid_weights_are_the_mean_of_the_vertices(n):
    """The ordered weights are a simplex whose vertices share the whole among the first k; ROC is their mean, exactly."""
    vertices = [[Fraction(int(j < k), k) for j in range(n)] for k in range(1, n + 1)]
    exact = [float(sum(column) / n) for column in zip(*vertices, strict=True)]
    assert centroid_weights(series(range(1, n + 1))).tolist() == exact


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_tied_ranks_are_the_mean_over_every_order_that_respects_them(raw):
    """Criteria that share a rank may come in any order; the weights are the mean over these."""
    levels = sorted(set(raw))
    dense = [levels.index(value) + 1 for value in raw]
    jumping = [1 + sum(other < value for other in raw) for value in raw]
    orders = [
        order
        for order in itertools.permutations(range(1, len(raw) + 1))
        if all(
            order[i] < order[j] for i in range(len(raw)) for j in range(len(raw)) if raw[i] < raw[j]
        )
    ]
    mean = np.mean([centroid_weights(series(order)) for order in orders], axis=0)
    for ranks in (dense, jumping):
        np.testing.assert_allclose(centroid_weights(series(ranks)), mean, atol=1e-12)


# Best-worst method.


@pytest.mark.parametrize(
    ("best", "worst", "weights", "ksi"),
    [
        # Buying a car: answers and figures as in the tests of the R package BWM, which follows
        # Rezaei (2016) and divides ksi by 4.47 (github.com/jakub-tomczak/BWM); not checked in the
        # paper itself.
        (
            [2, 1, 4, 3, 8],
            [4, 8, 2, 3, 1],
            [0.22950820, 0.44808743, 0.11475410, 0.15300546, 0.05464481],
            0.002444958 * 4.47,
        ),
        (
            [2, 1, 4, 2, 8],
            [4, 8, 2, 4, 1],
            [0.21052632, 0.42105263, 0.10526316, 0.21052632, 0.05263158],
            0.0,
        ),
    ],
)
def test_best_worst_weights_of_the_car(best, worst, weights, ksi):
    """Weights and ksi of the linear model agree with another program at all its digits."""
    found = best_worst_weights(series(best, CAR), series(worst, CAR))
    np.testing.assert_allclose(found.weights, weights, atol=5.1e-9)
    assert found.ksi == pytest.approx(ksi, abs=5e-9)
    assert (found.best, found.worst) == ("price", "style")
    assert found.consistent


def test_the_input_based_ratio_of_the_car():
    """Only safety, 3 times 3 and not 8, contradicts: (9 - 8) / (64 - 8), acceptable up to .2958."""
    found = best_worst_weights(series([2, 1, 4, 3, 8], CAR), series([4, 8, 2, 3, 1], CAR))
    assert found.ratio == pytest.approx(1 / 56, abs=1e-15)
    assert (found.least_consistent, found.through, found.direct) == ("safety", 9, 8)
    assert found.threshold == 0.2958


def comparisons(draw_from=(3, 6)):
    """Return answers of the best-worst method: best first, worst last."""

    def made(values):
        top, middle = values
        return [1, *(a for a, _ in middle), top], [top, *(b for _, b in middle), 1]

    def within(top):
        pair = st.tuples(st.integers(1, top), st.integers(1, top))
        return st.tuples(
            st.just(top), st.lists(pair, min_size=draw_from[0] - 2, max_size=draw_from[1] - 2)
        )

    return st.integers(1, 9).flatmap(within).map(made)


def away(weights, best, worst):
    w = np.asarray(weights)
    return max(np.abs(w[0] - np.array(best) * w).max(), np.abs(w - np.array(worst) * w[-1]).max())


@given(comparisons(), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_no_other_weights_are_as_near_to_the_answers(answers, seed):
    """Each weight is alone: under ksi no weight can be lowered or raised, and any other point of the simplex is farther away."""
    best, worst = answers
    names = list("abcdef"[: len(best)])
    found = best_worst_weights(series(best, names), series(worst, names), best="a", worst=names[-1])
    w, n = found.weights.to_numpy(), len(best)
    assert found.ksi == pytest.approx(away(w, best, worst), abs=1e-12)
    rows = [row for j in range(n) for row in (np.eye(n)[0] - best[j] * np.eye(n)[j],)]
    rows += [np.eye(n)[j] - worst[j] * np.eye(n)[-1] for j in range(n)]
    bound = np.vstack([rows, -np.array(rows)])
    # A hair more room than ksi, or the solver finds none; weights move by a multiple of it.
    slack = 1e-9
    for j, sign in itertools.product(range(n), (1, -1)):
        end = linprog(
            sign * np.eye(n)[j],
            A_ub=bound,
            b_ub=np.full(len(bound), found.ksi + slack),
            A_eq=np.ones((1, n)),
            b_eq=[1],
        )
        # At most 9 comparisons of at most 9 lie between the room and a weight.
        assert sign * end.fun == pytest.approx(w[j], abs=1e4 * slack)
    for other in np.random.default_rng(seed).dirichlet(np.ones(n), 50):
        assert away(other, best, worst) >= found.ksi - 1e-9


@given(st.integers(1, 9), st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=4))
def test_answers_that_fit_give_their_weights_back(top, others):
    """Where a weight is v of the best's 12 and each answer is the ratio, these are the weights, and ksi and ratio are 0."""
    values = [12.0, *(12 / v for v in others), 12 / max(*others, top)]
    best = [values[0] / v for v in values]
    worst = [v / values[-1] for v in values]
    names = list("abcdefgh"[: len(values)])
    found = best_worst_weights(series(best, names), series(worst, names), best="a", worst=names[-1])
    np.testing.assert_allclose(found.weights, np.array(values) / sum(values), atol=1e-12)
    # Ratios such as 9 / 3 / 3 are not exact in binary.
    assert found.ksi == pytest.approx(0, abs=1e-12)
    assert found.ratio == pytest.approx(0, abs=1e-12)
    assert found.consistent


def test_thresholds_are_where_they_were_published_and_nowhere_else():
    """Two criteria never contradict; ten, or a scale of 2.5, have no threshold, and nothing is called acceptable."""
    pair = best_worst_weights(series([1, 7]), series([7, 1]))
    assert (pair.ratio, pair.threshold, pair.consistent) == (0, None, True)
    assert pair.weights.tolist() == [7 / 8, 1 / 8]
    odd = best_worst_weights(series([1, 2, 2.5]), series([2.5, 2, 1]))
    assert (odd.threshold, odd.consistent) == (None, None)
    many = best_worst_weights(
        series([1, 3, *[2] * 7, 5]), series([5, 3, *[2] * 7, 1]), best="a", worst="j"
    )
    assert (many.threshold, many.consistent) == (None, None)
    # The table was compared with three public programs that cite it, not with the paper itself.
    assert {len(row) for row in THRESHOLDS.values()} == {7}
    assert list(THRESHOLDS) == list(range(3, 10))


@pytest.mark.parametrize(
    ("best", "worst", "named", "words"),
    [
        ([1, 10, 5], [5, 2, 1], {}, "best_to_others of b: 10"),
        ([1, 0.5, 5], [5, 2, 1], {}, "best_to_others of b: 0.5"),
        ([1, 1, 5], [5, 2, 1], {}, "a, b all have 1. Say which one is the best"),
        ([2, 3, 5], [5, 2, 1], {}, "nothing has 1. Answer 1 for the best"),
        ([1, 3, 5], [5, 2, 1], {"best": "b"}, "3 for the best itself"),
        ([1, 3, 5], [4, 2, 1], {}, "the best is 5 times the worst here, and 4 times there"),
        ([1, 6, 5], [5, 2, 1], {}, "6, more than the 5 between the best and the worst"),
        ([1, 3, 5], [5, 6, 1], {}, "6, more than the 5 between the best and the worst"),
        ([1, 1, 1], [1, 1, 1], {"best": "a", "worst": "a"}, "a is both the best and the worst"),
    ],
)
def test_best_worst_answers_that_cannot_be_are_refused(best, worst, named, words):
    """Off the scale, no clear best, two answers on one pair, beyond the ends."""
    with pytest.raises(AnswersError, match=words):
        best_worst_weights(series(best), series(worst), **named)


# Answers as written.


def test_pairs_give_the_weights_of_their_matrix():
    """Saaty's house, its judgements given pair by pair in either direction, has the weights of the whole matrix."""
    matrix = pd.read_csv(FIXTURES / "published" / "ahp_house_judgements.csv", index_col=0)
    names = [name.replace(" ", "_") for name in matrix]
    rows = []
    for i, j in itertools.combinations(range(len(names)), 2):
        ratio = Fraction(float(matrix.iloc[i, j])).limit_denominator(9)
        if (i + j) % 2:
            rows.append((names[i], names[j], f"{ratio.numerator}/{ratio.denominator}"))
        else:
            rows.append((names[j], names[i], f"{ratio.denominator}/{ratio.numerator}"))
    (found,) = elicit(answers_of("ahp", *rows, columns=["than", "times"]), {"": names})
    whole = ahp_weights(matrix)
    np.testing.assert_allclose(found.weights, whole.weights, atol=1e-12)
    assert found.consistency.consistency_ratio == pytest.approx(whole.consistency_ratio)
    assert list(found.weights.index) == names


def test_mending_the_worst_judgement_mends_the_ratio():
    """With the judgement that is named put at what the others imply, the ratio falls below 0.1."""
    rows = [("a", "b", "2"), ("b", "c", "2"), ("a", "c", "1/2")]
    (bad,) = elicit(answers_of("ahp", *rows, columns=["than", "times"]), TREE)
    assert not bad.consistency.consistent
    # Of three criteria each of the three judgements is as far from the weights; any one mends it.
    assert len(bad.consistency.worst_judgements) == 3
    worst = bad.consistency.worst_judgements[0]
    mended = [row for row in rows if {row[0], row[1]} != {worst.more, worst.less}]
    mended.append((worst.more, worst.less, f"{worst.implied:.6f}"))
    (good,) = elicit(answers_of("ahp", *mended, columns=["than", "times"]), TREE)
    assert good.consistency.consistency_ratio < bad.consistency.consistency_ratio


def test_groups_of_siblings_are_weighed_one_by_one():
    """Parts are named by id or path; a group left blank, as in a template, is not weighed."""
    rows = [("a1", "3"), ("a/a2", "1"), ("a", ""), ("b", ""), ("c", "")]
    (found,) = elicit(answers_of("points", *rows, columns=["points"]), TREE)
    assert found.parent == "a"
    assert found.weights.to_dict() == {"a/a1": 0.75, "a/a2": 0.25}
    rows[2:] = [("c", "1"), ("b", "1"), ("a", "2")]
    both = elicit(answers_of("points", *rows, columns=["points"]), TREE)
    assert [group.parent for group in both] == ["", "a"]
    assert both[0].weights.to_dict() == {"a": 0.5, "b": 0.25, "c": 0.25}


@pytest.mark.parametrize(
    ("method", "rows", "words"),
    [
        ("points", [("a", "1"), ("b", "1")], "made up: of the criteria of the first level, no answer on c"),
        ("points", [("a1", "1"), ("b", ""), ("c", "")], "of the parts of a, no answer on a/a2"),
        ("points", [("a", "1"), ("b", ""), ("c", "1")], "row 3, points: nothing is answered"),
        ("points", [("a", "1"), ("b", "1"), ("x", "1")], "row 4, criterion: there is no criterion 'x'"),
        ("points", [("a", "1"), ("b", "1"), ("", "1")], "row 4, criterion: no criterion is named"),
        ("points", [("a", "1"), ("b", "1"), ("c", "1"), ("a", "2")], "row 5: a is answered a second time, after row 2"),
        ("points", [("a", "1,5"), ("b", "1"), ("c", "1")], "a decimal comma"),
        ("points", [("a", "-1"), ("b", "1"), ("c", "1")], "row 2, points: '-1' is no number"),
        ("points", [("a", "nan"), ("b", "1"), ("c", "1")], "row 2, points: 'nan' is no number"),
        ("points", [("a", "0"), ("b", "0"), ("c", "0")], "row 2, points: a, b, c all have none"),
        ("points", [("a", ""), ("b", "")], "made up: there is no answer"),
        ("swing", [("a", "90"), ("b", "1"), ("c", "1")], "row 2, swing: the greatest is 90"),
        ("roc", [("a", "1"), ("b", "2"), ("c", "4")], "row 4, rank: 4"),
    ],
)  # fmt: skip
def test_wrong_answers_are_named_with_their_row(method, rows, words):
    """File and row, what stands there; nothing that is missing is taken for zero."""
    column = {"points": "points", "swing": "swing", "roc": "rank"}[method]
    with pytest.raises(AnswersError, match=words):
        elicit(answers_of(method, *rows, columns=[column]), TREE)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("a", "b", "2"), ("b", "c", "2")], "no answer on a against c"),
        ([("a", "b", "2"), ("b", "c", "2"), ("a", "c", "10")], "row 4, times: '10' lies outside 1/9 to 9"),
        ([("a", "b", "2"), ("b", "c", "2"), ("a", "c", "1/0")], "divides by zero"),
        ([("a", "b", "2"), ("b", "c", "2"), ("a", "c", "1/2/3")], "is no number"),
        ([("a", "b", "2"), ("b", "c", "2"), ("c", "a", "2"), ("a", "c", "2")], "row 5: a against c is answered a second time, after row 4"),
        ([("a", "b", "2"), ("a", "a", "1")], "row 3: a is compared with itself"),
        ([("a", "b", "2"), ("a", "a1", "1")], "row 3: a is compared with a/a1"),
        ([("a", "y", "2")], "row 2, than: there is no criterion 'y'"),
    ],
)  # fmt: skip
def test_wrong_pairs_are_named_with_their_row(rows, words):
    """A pair missing, twice, of no siblings, off Saaty's scale."""
    with pytest.raises(AnswersError, match=words):
        elicit(answers_of("ahp", *rows, columns=["than", "times"]), TREE)


def test_more_pairs_than_random_indices_are_refused():
    """Eleven criteria have no published random index."""
    names = list("abcdefghijk")
    rows = [(a, b, "1") for a, b in itertools.combinations(names, 2)]
    with pytest.raises(AnswersError, match="made up: 11 criteria"):
        elicit(answers_of("ahp", *rows, columns=["than", "times"]), {"": names})


def test_roles_tell_criteria_of_equal_answers_apart():
    """Where two criteria have 1, the field role says which is the best; a second best is refused."""
    rows = [("a", "1", "4", ""), ("b", "1", "4", "best"), ("c", "4", "1", "")]
    columns = ["best_to_others", "others_to_worst", "role"]
    (found,) = elicit(answers_of("bwm", *rows, columns=columns), TREE)
    assert found.consistency.best == "b"
    assert found.weights.to_dict() == pytest.approx({"a": 4 / 9, "b": 4 / 9, "c": 1 / 9})
    for role, words in (("best", "a second best"), ("good", "'good' is no role")):
        wrong = [rows[0], rows[1], ("c", "4", "1", role)]
        with pytest.raises(AnswersError, match=words):
            elicit(answers_of("bwm", *wrong, columns=columns), TREE)


def test_a_ninth_may_be_written_as_a_decimal():
    """1/9, .11 and 0.111 are on the scale; 1/10 is not."""
    assert [number(text, "times") for text in ("1/9", ".11", "9")] == [1 / 9, 0.11, 9]
    assert "outside" in number("1/10", "times")
    for date in ("01.Feb", "1-Feb", "2026-02-01", "01.02.2026", "1. Feb. 2026", "Feb-01"):
        assert "looks like a date" in number(date, "times")
        assert "1/3 as 0.333" in number(date, "times")


# Concordance.


def test_kendalls_w_is_as_another_library_prints_it():
    """NAG's example of three comparisons of ten things with ties: .828 (without correction .796)."""
    # support.nag.com, routine G08DAF, example program results.
    scores = [
        [1.0, 4.5, 2.0, 4.5, 3.0, 7.5, 6.0, 9.0, 7.5, 10.0],
        [2.5, 1.0, 2.5, 4.5, 4.5, 8.0, 9.0, 6.5, 10.0, 6.5],
        [2.0, 1.0, 4.5, 4.5, 4.5, 4.5, 8.0, 8.0, 8.0, 10.0],
    ]
    # Half a unit of the third decimal.
    assert kendall_w(pd.DataFrame(scores)) == pytest.approx(0.828, abs=5.1e-4)


tables = st.integers(3, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 5), min_size=n, max_size=n), min_size=3, max_size=6)
)


@given(tables)
def test_kendalls_w_is_friedmans_statistic_on_its_scale(table):
    """W is Friedman's chi-square, corrected for ties, over m (n - 1); it lies in [0, 1]."""
    ranks = pd.DataFrame(table)
    assume((ranks.max(axis=1) > ranks.min(axis=1)).any())
    m, n = ranks.shape
    # Friedman's function takes blocks across: one array for each thing.
    statistic = friedmanchisquare(*(ranks[column] for column in ranks)).statistic
    found = kendall_w(ranks)
    assert found == pytest.approx(statistic / (m * (n - 1)), abs=1e-12)
    assert -1e-12 <= found <= 1 + 1e-12


@given(
    st.integers(2, 5).flatmap(lambda m: st.lists(st.permutations(range(5)), min_size=m, max_size=m))
)
def test_kendalls_w_is_the_mean_correlation_of_all_pairs(orders):
    """Without ties W = (1 + (m - 1) r) / m, r the mean of Spearman's correlations (Kendall & Babington Smith 1939)."""
    m = len(orders)
    r = np.mean([spearmanr(a, b).statistic for a, b in itertools.combinations(orders, 2)])
    assert kendall_w(pd.DataFrame(orders)) == pytest.approx((1 + (m - 1) * r) / m, abs=1e-12)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([[1, 2, 3]], "one order"),
        ([[1], [1]], "a single thing"),
        ([[1, 1], [2, 2]], "nobody puts anything ahead"),
        ([[1, 2], [1, float("nan")]], "1 cannot be ranked by all"),
    ],
)
def test_concordance_says_where_it_means_nothing(table, words):
    """One judge, one thing, nothing but ties, something without a rank."""
    found = kendall_w(pd.DataFrame(table))
    assert isinstance(found, NotApplicable)
    assert words in found.reason


# A panel.

PANEL = pd.DataFrame(
    {
        "a": [0.5, 0.25, 0.6],
        "a/a1": [0.5, 0.5, 0.5],
        "a/a2": [0.5, 0.5, 0.5],
        "b": [0.25, 0.25, 0.2],
        "c": [0.25, 0.5, 0.2],
    },
    index=["ann", "ben", "cay"],
)
SCORES = pd.DataFrame(
    {"a": [1.0, 0.0, 0.0], "b": [0.0, 1.0, 0.0], "c": [0.0, 0.0, 1.0]}, index=list("XYZ")
)


def order(weights):
    return (SCORES @ weights[["a", "b", "c"]]).rank(ascending=False, method="min")


panels = st.integers(2, 4).flatmap(
    lambda m: st.lists(st.lists(st.floats(0.01, 1), min_size=5, max_size=5), min_size=m, max_size=m)
)


def panel_of(raw):
    table = pd.DataFrame(raw, columns=["a", "a/a1", "a/a2", "b", "c"])
    for group in (["a", "b", "c"], ["a/a1", "a/a2"]):
        table[group] = table[group].div(table[group].sum(axis=1), axis=0)
    table.index = [f"r{n}" for n in range(len(table))]
    return table


@given(panels, st.sampled_from(["arithmetic", "geometric"]))
def test_group_weights_sum_to_one_and_lie_between_those_of_the_members(raw, mean):
    """Among siblings they sum to one; ratios of geometric ones are geometric means of the members' ratios."""
    weights = panel_of(raw)
    group = combine_weights(weights, mean=mean)
    for parts in (["a", "b", "c"], ["a/a1", "a/a2"]):
        assert group[parts].sum() == pytest.approx(1)
    if mean == "arithmetic":
        np.testing.assert_allclose(group, weights.to_numpy().mean(axis=0))
    else:
        ratios = np.log(weights["a"] / weights["b"])
        assert np.log(group["a"] / group["b"]) == pytest.approx(ratios.mean(), abs=1e-9)
    one = combine_weights(weights.iloc[[0, 0]], mean=mean)
    np.testing.assert_allclose(one, weights.iloc[0], rtol=1e-12)


def test_a_zero_under_the_geometric_mean_is_refused_with_reviewer_and_criterion():
    """One zero would silence all others; the arithmetic mean takes it."""
    weights = PANEL.copy()
    weights.loc["ben", ["a/a1", "a/a2"]] = [0.0, 1.0]
    with pytest.raises(RubricError, match=r"ben, weight of a/a1: 0, and a geometric mean"):
        combine_weights(weights, mean="geometric")
    assert combine_weights(weights)["a/a1"] == pytest.approx(1 / 3)


def test_a_panel_by_hand():
    """Three reviewers: group weights, orders, pairs that turn with and without, distances."""
    panel = consult_reviewers(PANEL, order)
    assert panel.group.to_dict() == pytest.approx(
        {"a": 1.35 / 3, "a/a1": 0.5, "a/a2": 0.5, "b": 0.7 / 3, "c": 0.95 / 3}
    )
    assert panel.group_ranks.to_dict() == {"X": 1, "Z": 2, "Y": 3}
    assert panel.ranks.loc["ben", ["X", "Y", "Z"]].tolist() == [2, 2, 1]
    # ann and cay tie Y and Z, ben has Z before X and Y, which are level.
    assert panel.turned == {
        "ann": (("Z", "Y"),),
        "ben": (("X", "Z"), ("X", "Y")),
        "cay": (("Z", "Y"),),
    }
    assert not panel.holds_for_all
    # Without ann: a .425, b .225, c .35; without ben: .55, .225, .225; without cay: .375, .25, .375.
    assert panel.turned_without == {"ann": (), "ben": (("Z", "Y"),), "cay": (("X", "Z"),)}
    row = panel.distances.loc["ben"]
    # The others have a .55 (leaves .275 each), b .225, c .225.
    assert row["distance"] == pytest.approx((0.15 + 0.15 + 0.025 + 0.275) / 2)
    assert row["criteria"] == ("a",)
    assert (row["own"], row["others"]) == pytest.approx((0.25, 0.55))
    # Rank sums of the criteria: a 1 + 2.5 + 1, b 2.5 + 2.5 + 2.5, c 2.5 + 1 + 2.5; S = 4.5, ties 3 x 6.
    assert panel.agreement[""] == pytest.approx(12 * 4.5 / (9 * 24 - 3 * 18))
    assert isinstance(panel.agreement["a"], NotApplicable)
    assert panel.agreement_on_order == pytest.approx(panel.agreement[""])
    assert list(panel.to_frame().columns) == ["group", "ann", "ben", "cay"]


def test_a_panel_of_one_mind_holds_for_all():
    """Members who weigh alike differ on nothing, and any of them can be left out."""
    same = pd.DataFrame([PANEL.loc["cay"]] * 2, index=["one", "two"])
    same["b"], same["c"] = 0.25, 0.15
    panel = consult_reviewers(same, order, mean="geometric")
    assert panel.holds_for_all
    assert not any(panel.turned_without.values())
    assert not any(panel.distances["criteria"])
    assert panel.agreement_on_order == pytest.approx(1)
    with pytest.raises(RubricError, match="one reviewer is no panel"):
        consult_reviewers(same.iloc[:1], order)


def test_shares_of_the_whole_are_those_of_the_rubric():
    """Weights among siblings, multiplied down the tree, are the shares that a rubric has."""
    nodes = list(read_rubric("hard_security").nodes())
    found = shares_of(pd.Series({node.path: node.weight for node in nodes}))
    assert found.to_dict() == pytest.approx({node.path: node.share for node in nodes})


def test_turned_pairs_leave_out_what_has_no_rank():
    """A lead that becomes a tie turns, and a tie that breaks; who has no rank is named apart."""
    before = series([1, 2, 2, 4, float("nan")])
    after = series([2, 2, 1, float("nan"), 1])
    assert turned_pairs(before, after) == (("a", "b"), ("a", "c"), ("b", "c"))
    assert set(turned_pairs(after, before)) == {("b", "a"), ("c", "a"), ("c", "b")}
    assert ranked_once(before, after) == ranked_once(after, before) == ("d", "e")
