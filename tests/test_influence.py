"""What the order rests on: one thing left out after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from helpers import evidence_of
from ioscore.errors import EvidenceError, NotApplicable
from ioscore.evidence import select
from ioscore.io import read_evidence, read_rubric
from ioscore.io.readings import passes
from ioscore.ranking import rank
from ioscore.rubric import Rubric, choose, reweight, with_rules
from ioscore.scoring import cell_score, score
from ioscore.sensitivity.cells import cell_values
from ioscore.sensitivity.evidence.influence import influence
from ioscore.sensitivity.evidence.outcomes import ranks, signs, totals
from ioscore.sensitivity.evidence.recount import matrices, tally, unit_points
from random_evidence import made_up_rubric, random_evidence, random_rubric, without

RULES = ["diminishing", "count", "mean", "strongest", "presence"]
# Sums over a cell are added in another order than one by one: some units in the last place.
SAME = 1e-12


def ranked(evidence, rubric):
    """Go the whole way and return the table by organisation."""
    table = rank(score(select(evidence, rubric), rubric), rubric).table
    return table.set_index("organisation")


def row_of(table, kind, left_out):
    found = table[(table["kind"] == kind) & (table["left_out"] == left_out)]
    assert len(found) == 1, (kind, left_out)
    return found.iloc[0]


points = st.lists(st.sampled_from([1.0, 2.0, 3.0]), max_size=5)


@pytest.mark.parametrize("rule", RULES)
@given(supports=points, limits=points, balance=st.booleans(), half=st.sampled_from([1.0, 6.0]))
def test_cells_at_once_are_cells_one_by_one(rule, supports, limits, balance, half):
    """`cell_values` gives what `cell_score` gives, under every rule, for tactics and barriers."""
    rubric = Rubric.model_validate(
        {"name": "r", "criteria": {"a": {}}, "scoring": {"rule": rule, "half": half}}
    )
    shares = {"mean": np.mean, "strongest": np.max, "presence": lambda _: 3.0}
    sums = [
        sum(p) if rule in ("diminishing", "count") else (shares[rule](p) / 3 if p else 0.0)
        for p in (supports, limits)
    ]
    found = cell_values(
        np.array([[sums[0]]]),
        np.array([[sums[1]]]),
        np.array([[True]]),
        np.array([[False]]),
        rule=rule,
        half=half,
        balance=np.array([balance]),
    )
    wanted = cell_score(supports, limits, rubric=rubric, balance=balance)
    assert found[0, 0] == pytest.approx(wanted, abs=SAME)


def test_a_cell_without_rows_is_missing_and_a_denied_one_zero():
    """No row is NaN whatever else is said; an absence that stands is zero, for barriers too."""
    zero = np.zeros(3)
    present, absent = np.array([False, True, True]), np.array([True, True, False])
    found = cell_values(
        zero, zero, present, absent, rule="count", half=6, balance=np.array([False, True, True])
    )
    assert np.isnan(found[0])
    assert found[1:].tolist() == [0.0, 0.5]


@pytest.mark.parametrize("rule", RULES)
def test_counting_anew_is_the_whole_way(rule):
    """Without each event, and with rows at random, matrices and scores are those of select and score.

    Random evidence with limits, absences and events of several cells, under every way of counting,
    treating barriers and filling gaps.
    """
    compared = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        rubric, evidence = with_rules(random_rubric(rng), rule=rule), random_evidence(rng, 14)
        counted = tally(select(evidence, rubric), rubric)
        one_gone = ~np.eye(len(counted.events), dtype=bool)
        by_event = matrices(counted, unit_points(counted), one_gone[:, counted.event])
        kept = rng.random((10, len(counted.rows))) < 0.7
        by_row = matrices(counted, unit_points(counted, kept))
        rest = [without(evidence, [event]) for event in counted.events]
        ids = [set(counted.rows["id"].to_numpy()[row]) for row in kept]
        rest += [replace(evidence, rows=evidence.rows[evidence.rows["id"].isin(i)]) for i in ids]
        values = np.concatenate([by_event, by_row])
        after = totals(values, counted.scores, rubric)
        for part, matrix, total in zip(rest, values, after, strict=True):
            try:
                scores = score(select(part, rubric), rubric)
            except EvidenceError:
                continue
            np.testing.assert_allclose(matrix, scores.matrix, atol=SAME, rtol=0)
            table = rank(scores, rubric).table.set_index("organisation").loc[scores.matrix.index]
            np.testing.assert_allclose(total, table["score"], atol=SAME, rtol=0)
            assert ranks(total).tolist() == pytest.approx(table["rank"].tolist(), nan_ok=True)
            compared += 1
    assert compared > 150


@pytest.mark.parametrize(
    "method", ["geometric_mean", "harmonic_mean", "topsis", "vikor", "borda", "kemeny_young"]
)
def test_other_methods_are_applied_to_each_matrix(method):
    """Under each method, and with min-max, the scores without an event are those of `rank`."""
    rng = np.random.default_rng(3)
    tree = {"a": {"normalise": {"rule": "minmax"}}, "b": {}, "c": {"kind": "barrier"}}
    for criteria in ({"a": {}, "b": {}, "c": {"kind": "barrier"}}, tree):
        rubric = made_up_rubric(criteria=criteria, method=method, missing="worst")
        evidence = random_evidence(rng, 16)
        rows = evidence.rows[evidence.rows["criterion"] != "d"].assign(subcriterion="")
        evidence = replace(evidence, rows=rows)
        table = influence(evidence, rubric)
        before = ranked(evidence, rubric)["score"]
        for event in table.loc[table["kind"] == "event", "left_out"]:
            after = ranked(without(evidence, [event]), rubric)["score"]
            shift = (after - before).abs().max()
            assert row_of(table, "event", event)["score_shift"] == pytest.approx(shift, abs=1e-9)


@pytest.fixture(scope="module")
def shipped():
    """Return the shipped evidence, its rubric with all sources, the readings and the table."""
    rubric = choose(read_rubric("thesis"), {"sources": "all"})
    evidence = read_evidence(None, family="thesis")
    readings = {path.name: read_evidence(path, family="thesis") for path in passes()}
    return evidence, rubric, readings, influence(evidence, rubric, readings=readings)


def check_row(row, before, after):
    """Compare a row of the table with two rankings made the whole way."""
    names = after.index.intersection(before.index)
    change = after["score"].loc[names] - before["score"].loc[names]
    assert row["score_shift"] == pytest.approx(change.abs().max(), abs=SAME)
    if row["score_shift"] > 0:
        assert row["change"] == pytest.approx(change[row["organisation"]], abs=SAME)
        assert abs(row["change"]) == row["score_shift"]
    assert set(row["first"].split(", ")) == set(after.index[after["rank"] == 1])
    rest = before.loc[names, "score"].rank(ascending=False)
    now = after.loc[names, "score"].rank(ascending=False)
    assert row["rank_shift"] == (rest - now).abs().max()
    # Without ties Kendall's tau is 1 - 4 swaps / (n (n - 1)).
    assert rest.is_unique
    assert now.is_unique
    n = len(names)
    assert row["swaps"] == pytest.approx((1 - kendalltau(rest, now)[0]) * n * (n - 1) / 4)
    assert row["changes_order"] == (row["swaps"] > 0)
    assert row["changes_first"] == (rest.idxmin() != now.idxmin())


def test_each_kind_of_row_is_what_the_whole_way_gives(shipped):
    """Events, sources, kinds, years, criteria, organisations and coders, by public functions."""
    evidence, rubric, readings, table = shipped
    before, rows = ranked(evidence, rubric), evidence.rows
    events = table[table["kind"] == "event"]
    for event in events["left_out"].iloc[[0, 1, 2, 30, 100, -1]]:
        check_row(row_of(table, "event", event), before, ranked(without(evidence, [event]), rubric))
    for source in ("roca_2018", "norms_article"):
        rest = replace(evidence, rows=rows[rows["source"] != source])
        check_row(row_of(table, "source", source), before, ranked(rest, rubric))
    own = [source for source, kind in evidence.kinds.items() if kind == "own_report"]
    rest = replace(evidence, rows=rows[~rows["source"].isin(own)])
    check_row(row_of(table, "kind of source", "own_report"), before, ranked(rest, rubric))
    for year in ("2014", "2018"):
        inside = (rows["year_start"] <= year) & (rows["year_end"] >= year)
        rest = replace(evidence, rows=rows[~(inside & (rows["year_start"] != ""))])
        check_row(row_of(table, "year", year), before, ranked(rest, rubric))
    for path in ("training", "unique_tactics", "barriers/corruption", "equipment/military"):
        check_row(
            row_of(table, "criterion", path),
            before,
            ranked(evidence, reweight(rubric, {path: 0})),
        )
    for coder, other in (("1", "2"), ("2", "1")):
        row = row_of(table, "coder", coder)
        assert row["label"] == f"{other} alone"
        check_row(row, before, ranked(readings[other], rubric))
    for name in rubric.alternatives:
        rest = {key: text for key, text in rubric.alternatives.items() if key != name}
        update = {"alternatives": rest, "leave_out": (*rubric.leave_out, name)}
        smaller = ranked(evidence, rubric.model_copy(update=update))
        row = row_of(table, "organisation", name)
        assert row["first"] == smaller.index[0]
        assert not row["changes_order"]


def test_everything_that_counts_is_left_out_once_and_the_biggest_comes_first(shipped):
    """Each event, source, kind, year, leaf and organisation has one row; rows are sorted as said."""
    evidence, rubric, _, table = shipped
    rows = select(evidence, rubric).rows
    listed = {kind: list(part["left_out"]) for kind, part in table.groupby("kind")}
    assert sorted(listed["event"]) == sorted(rows["event_id"].unique())
    assert sorted(listed["source"]) == sorted(rows["source"].unique())
    assert sorted(listed["kind of source"]) == sorted({evidence.kinds[s] for s in rows["source"]})
    assert sorted(listed["organisation"]) == sorted(rubric.alternatives)
    paths = {node.path for node in rubric.nodes() if node.leaf or not node.parent}
    assert set(listed["criterion"]) == paths
    assert len(listed["criterion"]) == len(paths)
    keys = table[["changes_first", "swaps", "score_shift"]].round(9).astype(float)
    order = list(keys.itertuples(index=False, name=None))
    assert order == sorted(order, reverse=True)
    counts = dict(zip(table["left_out"], table["rows"], strict=True))
    assert all(counts[event] == (rows["event_id"] == event).sum() for event in listed["event"])


def test_per_word_the_words_are_counted_anew():
    """Where scores are per 1,000 words, leaving an event out goes the whole way, words and all."""
    rubric = choose(read_rubric("thesis"), {"documentation": "per_1000_words"})
    whole = read_evidence(None, family="thesis", with_paragraphs=True)
    rows, paragraphs = (t[t["source"] == "thesis"] for t in (whole.rows, whole.paragraphs))
    dated = rows["year_start"] != ""
    evidence = replace(whole, rows=rows[~dated], paragraphs=paragraphs)
    table = influence(evidence, rubric)
    before = ranked(evidence, rubric)
    event = table.loc[table["kind"] == "event", "left_out"].iloc[0]
    rest = replace(evidence, rows=evidence.rows[evidence.rows["event_id"] != event])
    check_row(row_of(table, "event", event), before, ranked(rest, rubric))
    # Leaving out an organisation changes the mean words, and so the scores of the others.
    assert (table.loc[table["kind"] == "organisation", "score_shift"] > 0).all()


def test_an_influence_by_hand():
    """Half point 1: ALPHA 1/2 + 1/4, BETA 1/2: without the second act of ALPHA they tie."""
    rubric = made_up_rubric(
        alternatives={"ALPHA": "Alpha", "BETA": "Beta"},
        criteria={"tools": {}},
        scoring={"half": 1},
    )
    acts = [{"event_id": "a1"}, {"event_id": "a2"}, {"event_id": "b", "organisation": "BETA"}]
    rows = [
        {**act, "strength": "1", "source": "s", "summary": f"did {act['event_id']}"} for act in acts
    ]
    table = influence(evidence_of(*rows), rubric)
    row = row_of(table, "event", "a2")
    assert row[["label", "first", "organisation"]].tolist() == ["did a2", "ALPHA, BETA", "ALPHA"]
    assert row[["changes_first", "changes_order"]].tolist() == [True, True]
    # 1 - 2^-2 before and 1 - 2^-1 after; a pair that is tied in one order only counts one half.
    assert row[["swaps", "change", "rank_shift", "unscored"]].tolist() == [0.5, -0.25, 1, 0]
    gone = row_of(table, "event", "b")
    assert gone[["unscored", "swaps", "changes_first"]].tolist() == [1, 0, False]
    # The only source takes everything with it: nothing can be said of the order then.
    nothing = table.iloc[-1]
    assert (nothing["kind"], nothing["unscored"], nothing["first"]) == ("source", 2, "")
    assert np.isnan(nothing["swaps"])
    # The only criterion cannot be left out by itself, nor one of two organisations.
    assert set(table["kind"]) == {"event", "source"}


def test_with_fixed_scales_no_rank_reversal_with_min_max_there_is():
    """Leaving out C turns A and B round where values are stretched between the least and greatest.

    A is (1/2, 7/8), B (3/4, 3/4), C (0, 15/16), weighed 11 : 10. Stretched over all three, A is
    (2/3, 2/3) and B (1, 0), so 2/3 against 11/21; over A and B alone A is (0, 1) and B (1, 0), so
    10/21 against 11/21.
    """
    points = {"A": (1, 3), "B": (2, 2), "C": (0, 4)}
    rows = [
        {
            "event_id": f"{name}{leaf}{n}",
            "organisation": name,
            "criterion": leaf,
            "strength": "1",
            "effect": "supports",
        }
        for name, pair in points.items()
        for leaf, number in zip("xy", pair, strict=True)
        for n in range(number)
    ]
    rows.append(
        {
            "organisation": "C",
            "criterion": "x",
            "effect": "absent",
            "strength": "",
            "event_id": "no",
        }
    )
    evidence = evidence_of(*rows)

    def table(rule):
        leaf = {"normalise": {"rule": rule}}
        rubric = made_up_rubric(
            alternatives={name: name for name in points},
            criteria={"x": {**leaf, "weight": 11}, "y": {**leaf, "weight": 10}},
            scoring={"half": 1},
        )
        return influence(evidence, rubric)

    fixed, stretched = table("fixed"), table("minmax")
    of = {name: row_of(fixed, "organisation", name) for name in points}
    assert not any(row["changes_order"] for row in of.values())
    assert all(row["score_shift"] == 0 for row in of.values())
    turned = row_of(stretched, "organisation", "C")
    assert turned["changes_order"]
    assert turned["swaps"] == 1


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, float("nan")]), min_size=2, max_size=5))
def test_signs_and_ranks_agree_with_pandas(values):
    """Ranks are competition ranks, and who has no score is neither ahead nor behind."""
    scores = np.array(values)
    wanted = pd.Series(values).rank(ascending=False, method="min")
    np.testing.assert_array_equal(ranks(scores), wanted)
    sign = signs(scores)
    assert (sign == -sign.T).all()
    assert (sign[np.isnan(scores)] == 0).all()


def test_where_missing_cells_are_refused_nothing_can_be_left_out():
    """The answer is a reason, for a rubric that would rank nothing with a gap."""
    rubric = made_up_rubric(missing="refuse")
    found = influence(random_evidence(np.random.default_rng(0), 9), rubric)
    assert isinstance(found, NotApplicable)
    assert "refuses" in found.reason
