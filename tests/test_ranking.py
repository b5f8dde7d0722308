"""From scores to an order: contributions, ties, missing cells and the range they leave open."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ioscore.errors import EvidenceError
from ioscore.ranking import FILLS, rank
from ioscore.ranking.tree import aggregate
from ioscore.rubric import Rubric, plain_rubric, reweight
from ioscore.scoring import scores_from_matrix

TREE = {
    "a": {"weight": 2, "criteria": {"a1": {"weight": 1}, "a2": {"weight": 3}}},
    "b": {"weight": 1},
    "c": {"weight": 1},
}
cells = st.sampled_from([0.0, 0.25, 0.5, 1.0, float("nan")])


def tree(**fields):
    return Rubric.model_validate({"name": "made_up_tree", "criteria": TREE, **fields})


def ranked(values, rubric=None, names="ABCDE"):
    rubric = rubric or tree()
    columns = [leaf.path for leaf in rubric.leaves()]
    frame = pd.DataFrame(values, index=list(names[: len(values)]), columns=columns, dtype=float)
    return rank(scores_from_matrix(frame, rubric), rubric)


def test_a_ranking_computed_by_hand():
    """Weights 1/8, 3/8, 1/4, 1/4 on the leaves give A 0.5 and B 0.625, B first."""
    ranking = ranked([[1.0, 0.0, 1.0, 0.5], [0.0, 1.0, 0.0, 1.0]])
    table = ranking.table.set_index("organisation")
    assert table.loc["A", "score"] == pytest.approx(1 / 8 + 1 / 4 + 1 / 8, abs=1e-15)
    assert table.loc["B", "score"] == pytest.approx(3 / 8 + 1 / 4, abs=1e-15)
    assert list(ranking.table["organisation"]) == ["B", "A"]
    assert ranking.contributions.loc["A"].to_dict() == pytest.approx(
        {"a": 1 / 8, "b": 1 / 4, "c": 1 / 8}
    )
    assert ranking.criterion_scores.loc["A"].to_dict() == pytest.approx(
        {"a": 0.25, "b": 1, "c": 0.5}
    )
    assert ranking.first_determined


def test_changing_a_weight_by_hand_changes_what_it_should_and_nothing_else():
    """Doubling b moves the shares to 2:2:1 of five; scores of criteria stay, contributions follow."""
    values = [[1.0, 0.0, 1.0, 0.5], [0.0, 1.0, 0.0, 1.0]]
    before, after = ranked(values), ranked(values, reweight(tree(), {"b": 2}))
    pd.testing.assert_frame_equal(
        before.criterion_scores.sort_index(), after.criterion_scores.sort_index()
    )
    assert after.contributions.loc["A"].to_dict() == pytest.approx({"a": 0.1, "b": 0.4, "c": 0.1})
    assert after.contributions.loc["B"].to_dict() == pytest.approx({"a": 0.3, "b": 0.0, "c": 0.2})
    assert list(after.table["organisation"]) == ["A", "B"]


def test_a_part_of_a_deep_tree_is_the_nested_mean():
    """With a missing leaf, a node of three levels renormalises inside, not over all its leaves.

    Of a(b(c, d), e), without d: b is c alone, so a is (1 + 0) / 2; over the leaves it would be
    1/4 to 1/2, a third.
    """
    deep = {"a": {"criteria": {"b": {"criteria": {"c": {}, "d": {}}}, "e": {}}}, "f": {}}
    rubric = Rubric.model_validate({"name": "made_up_deep", "criteria": deep})
    ranking = ranked([[1.0, np.nan, 0.0, 0.0]], rubric)
    assert ranking.criterion_scores.loc["A", "a"] == pytest.approx(0.5)
    nodes = list(rubric.nodes())
    cells = ranking.cells
    assert aggregate(cells.to_numpy(), nodes, list(cells.columns), part="a/b").tolist() == [1.0]


def test_missing_cells_pass_their_weight_to_their_siblings():
    """Without a2 the criterion a is a1 alone; without a at all, b and c share its half."""
    nan = np.nan
    ranking = ranked([[1.0, nan, 0.0, 0.0], [nan, nan, 1.0, 0.5]])
    score = ranking.table.set_index("organisation")["score"]
    assert score["A"] == pytest.approx(0.5)
    assert score["B"] == pytest.approx(0.75)
    assert ranking.table.set_index("organisation")["missing"].to_dict() == {"A": 1, "B": 2}
    assert np.isnan(ranking.contributions.loc["B", "a"])


def test_each_rule_for_missing_cells_by_hand():
    """A alone scores .5 renormalised, .25 with the worst and .75 with the best in its gap."""
    for rule, value in {"renormalise": 0.5, "worst": 0.25, "best": 0.75}.items():
        ranking = ranked([[0.5, 0.5, np.nan, np.nan]], tree(missing=rule))
        assert ranking.table.loc[0, "score"] == pytest.approx(value)
        assert ranking.table.loc[0, ["score_low", "score_high"]].tolist() == pytest.approx(
            [0.25, 0.75]
        )
    with pytest.raises(EvidenceError, match="A b; A c"):
        ranked([[0.5, 0.5, np.nan, np.nan]], tree(missing="refuse"))


def test_ties_share_the_better_rank():
    """Two equal alternatives are both second behind one, and the next is fourth."""
    ranking = ranked([[0, 0, 0, 0], [0.5] * 4, [0.5] * 4, [1] * 4])
    assert ranking.table.set_index("organisation")["rank"].to_dict() == {
        "D": 1,
        "B": 2,
        "C": 2,
        "A": 4,
    }


def test_where_the_rules_disagree_nobody_is_called_first_for_sure():
    """A leads on what is known, but at worst and at best another does: the first is not determined."""
    ranking = ranked([[1.0, 1.0, np.nan, np.nan], [0.75] * 4])
    assert ranking.first == ("A",)
    assert not ranking.first_under_every_rule
    assert not ranking.first_determined


def test_an_alternative_without_any_value_has_no_rank():
    """Nothing known means no score and no rank, not a zero."""
    ranking = ranked([[np.nan] * 4, [0.0] * 4])
    last = ranking.table.iloc[-1]
    assert last["organisation"] == "A"
    assert np.isnan(last["rank"])
    assert np.isnan(last["score"])
    assert ranking.first == ("B",)


def test_costs_are_turned_round():
    """A cost of 0.2 counts as a benefit of 0.8."""
    rubric = Rubric.model_validate(
        {"name": "made_up_cost", "criteria": {"gain": {}, "harm": {"direction": "cost"}}}
    )
    ranking = ranked([[0.5, 0.2]], rubric)
    assert ranking.table.loc[0, "score"] == pytest.approx((0.5 + 0.8) / 2)


def check_rank_range(values):
    """Compare the rank range with the ranks found by trying 0 and 1 in every missing cell.

    A weighted mean is monotone in each cell, so no value between 0 and 1 gives a rank that the
    corners do not; at most 2^9 corners are tried.
    """
    gaps = np.argwhere(np.isnan(values))
    if len(gaps) > 9:
        return
    ranking = ranked(values).table.set_index("organisation")
    seen = {name: set() for name in "ABC"}
    for corner in itertools.product([0.0, 1.0], repeat=len(gaps)):
        filled = values.copy()
        filled[tuple(gaps.T)] = corner
        for row in ranked(filled).table.itertuples():
            seen[row.organisation].add(row.rank)
    for name, ranks in seen.items():
        found = ranking.loc[name, "rank_best"], ranking.loc[name, "rank_worst"]
        assert found == (min(ranks), max(ranks))


@settings(max_examples=60, deadline=None)
@given(arrays(float, (3, 4), elements=cells))
def test_the_rank_range_is_that_of_all_fills(values):
    """The range of ranks equals the one found by trying the corners of all missing cells."""
    check_rank_range(values)


@pytest.mark.acceptance
@settings(max_examples=1500, deadline=None)
@given(arrays(float, (3, 4), elements=cells))
def test_the_rank_range_is_that_of_all_fills_on_many_tables(values):
    """The same on 1,500 random tables with ties and gaps."""
    check_rank_range(values)


@given(arrays(float, (4, 4), elements=cells))
def test_contributions_add_up_and_scores_stay_within_their_range(values):
    """Contributions of a row sum to its score, which lies between worst and best fill."""
    ranking = ranked(values)
    for row in ranking.table.itertuples():
        if np.isnan(row.score):
            continue
        parts = ranking.contributions.loc[row.organisation].sum()
        assert parts == pytest.approx(row.score, abs=1e-12)
        assert row.score_low - 1e-12 <= row.score <= row.score_high + 1e-12
        if not np.isnan(row.rank):
            assert row.rank_best <= row.rank <= row.rank_worst
    for fill in FILLS:
        assert set(ranking.by_fill[fill].dropna()) <= {1, 2, 3, 4}


@given(arrays(float, (4, 3), elements=st.sampled_from([0.0, 0.5, 1.0])), st.permutations(range(4)))
def test_the_order_of_the_alternatives_does_not_matter(values, order):
    """Shuffled rows keep their ranks."""
    rubric = plain_rubric(["x", "y", "z"])
    first = ranked(values, rubric, "ABCD").table.set_index("organisation")["rank"]
    names = "".join("ABCD"[i] for i in order)
    second = ranked(values[list(order)], rubric, names).table.set_index("organisation")["rank"]
    assert first.to_dict() == second.to_dict()


def test_raising_a_value_never_worsens_its_rank():
    """An alternative that gains in one criterion, all else equal, does not fall in rank."""
    base = ranked([[0.5] * 4, [0.6] * 4, [0.4] * 4]).table.set_index("organisation")["rank"]
    for column in range(4):
        values = np.array([[0.5] * 4, [0.6] * 4, [0.4] * 4])
        values[0, column] = 1.0
        raised = ranked(values).table.set_index("organisation")["rank"]
        assert raised["A"] <= base["A"]
