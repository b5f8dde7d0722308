"""From coded rows to scores: what counts, how events add up, and gaps kept apart."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import EVIDENCE, RUBRIC, evidence_of, flat_rubric
from ioscore.errors import EvidenceError
from ioscore.evidence import select
from ioscore.io import read_evidence, read_rubric
from ioscore.ranking import rank
from ioscore.rubric import choose
from ioscore.scoring import cell_score, score, scores_from_matrix

RULES = ("diminishing", "count", "mean", "strongest", "presence")
points = st.lists(st.sampled_from([1.0, 2.0, 3.0]), max_size=8)


def scored(*rows, rubric=None, **options):
    rubric = rubric or flat_rubric()
    return score(select(evidence_of(*rows), rubric, **options), rubric)


def test_made_up_evidence_gives_the_scores_computed_by_hand():
    """The fixture's cells are 1-2^(-3/3), 1-2^(-2/3), (1+1-2^(-3/3))/2, a stated absence and zero.

    ALPHA's course is one event in two rows, of strength 3; its undated tools have strength 2, and
    the state's gift and the praise do not count. GAMMA's tools are 1 for and 3 against.
    """
    rubric = read_rubric(str(RUBRIC))
    scores = score(select(read_evidence(EVIDENCE), rubric), rubric)
    half, third = 0.5, 1 - 2 ** (-2 / 3)
    expected = pd.DataFrame(
        {
            "schooling/courses": [half, math.nan, math.nan],
            "schooling/visits": [math.nan, third, math.nan],
            "tools": [third, 0.0, 0.0],
            "hindrance": [math.nan, 0.75, math.nan],
        },
        index=["ALPHA", "BETA", "GAMMA"],
    )
    # Only the last digit of 2**x differs between machines.
    pd.testing.assert_frame_equal(scores.matrix, expected, rtol=1e-12)
    assert scores.states.loc["BETA", "tools"] == "absent"
    assert scores.states.loc["GAMMA", "tools"] == "limited"
    assert scores.states.loc["ALPHA", "hindrance"] == "missing"


def test_silence_absence_and_limits_stay_three_things():
    """No row is missing (NaN), a stated absence is 0, and so is a cell that limits pull down."""
    scores = scored(
        {"effect": "absent"},
        {"organisation": "BETA", "strength": "1"},
        {"organisation": "BETA", "effect": "limits", "strength": "2"},
    )
    assert list(scores.states["tools"]) == ["absent", "limited"]
    assert list(scores.states["hindrance"]) == ["missing", "missing"]
    assert scores.matrix["hindrance"].isna().all()
    assert list(scores.matrix["tools"]) == [0, 0]


def test_a_support_outweighs_a_stated_absence_of_the_same_thing():
    """Where a source says both that it does and does not, what was done counts."""
    scores = scored({"effect": "absent"}, {"strength": "3"})
    assert scores.matrix.loc["ALPHA", "tools"] == pytest.approx(1 - 2 ** (-3 / 6))
    assert scores.states.loc["ALPHA", "tools"] == "scored"


def test_absence_of_a_part_is_not_absence_of_the_whole():
    """That an organisation lacks one kind of a pooled criterion leaves the criterion missing."""
    sure = {"criterion": "hindrance", "strength": "1"}
    part = scored({"effect": "absent", "subcriterion": "lamps"}, sure)
    whole = scored({"effect": "absent"}, sure)
    assert part.states.loc["ALPHA", "tools"] == "missing"
    assert whole.states.loc["ALPHA", "tools"] == "absent"


def test_a_denial_of_a_whole_criterion_is_absence_in_all_its_parts():
    """Absence coded without subcriterion holds in every leaf below, but where something supports."""
    rubric = flat_rubric(criteria={"tools": {"criteria": {"saws": {}, "lamps": {}}}, "talk": {}})
    denial = {"effect": "absent"}
    saw = {"subcriterion": "saws", "strength": "1"}
    scores = scored(
        denial, saw, {"organisation": "BETA", "criterion": "talk", "strength": "1"}, rubric=rubric
    )
    assert scores.states.loc["ALPHA", ["tools/saws", "tools/lamps"]].tolist() == [
        "scored",
        "absent",
    ]
    assert scores.states.loc["BETA", "tools/lamps"] == "missing"


def test_one_event_counts_once_by_its_strongest_row():
    """Three rows of one event score like its strongest; counted as rows they score more."""
    rows = [{"event_id": "course", "strength": s} for s in "123"]
    by_event = scored(*rows).matrix.loc["ALPHA", "tools"]
    rubric = choose(flat_rubric(), {"counting": "row"})
    by_row = scored(*rows, rubric=rubric).matrix.loc["ALPHA", "tools"]
    assert by_event == pytest.approx(1 - 2 ** (-3 / 6))
    assert by_row == pytest.approx(1 - 2 ** (-6 / 6))


def test_a_joint_event_counts_once_for_each_organisation():
    """The same event of two organisations gives both the same score."""
    scores = scored(
        {"event_id": "joint", "strength": "2"},
        {"event_id": "joint", "strength": "2", "organisation": "BETA"},
    )
    assert scores.matrix.loc["ALPHA", "tools"] == scores.matrix.loc["BETA", "tools"] > 0


SWITCHES = {
    "plans": ({"evidence_type": "plan"}, "include", "exclude"),
    "bilateral": ({"actor": "state:Northland"}, "include", "exclude"),
    "partners": ({"actor": "partner:Club"}, "include", "exclude"),
    "elsewhere": ({"reach": "elsewhere"}, "include", "exclude"),
}


@pytest.mark.parametrize("choice", SWITCHES)
def test_each_switch_turns_its_own_rows_and_no_others(choice):
    """A plan, a state's act, a partner's act and an act elsewhere count when their switch says so."""
    row, on, off = SWITCHES[choice]
    sure = {"organisation": "BETA", "strength": "1"}
    for level, count in ((on, 2), (off, 1)):
        chosen = select(
            evidence_of({**row, "strength": "3"}, sure), choose(flat_rubric(), {choice: level})
        )
        assert len(chosen.rows) == count
        assert sum(chosen.left_out.values()) == 2 - count


def test_a_general_denial_is_one_row_on_all_its_leaves():
    """A denial of a criterion with two parts gives two leaves a row; it is counted once, or left out once."""
    parts = {"building": {"weight": 1, "criteria": {"posts": {}, "roads": {}}}}
    rubric = flat_rubric(criteria=parts)
    sure = {"organisation": "BETA", "criterion": "building", "subcriterion": "posts"}
    denial = {"criterion": "building", "effect": "absent"}
    chosen = select(evidence_of(denial, {**sure, "strength": "1"}), rubric)
    assert (len(chosen.rows), chosen.coded, chosen.left_out) == (3, 2, {})
    plan = {**denial, "evidence_type": "plan"}
    chosen = select(
        evidence_of(plan, {**sure, "strength": "1"}), choose(rubric, {"plans": "exclude"})
    )
    assert (chosen.coded, chosen.left_out, len(chosen.out)) == (1, {"plan": 1}, 2)


@pytest.mark.parametrize("kind", ["opinion", "recommendation"])
def test_opinions_and_recommendations_never_count(kind):
    """Whatever the switches say, an opinion or a recommendation leaves every score as it is."""
    sure = {"strength": "1"}
    talk = {"evidence_type": kind, "strength": "3"}
    rubric = choose(flat_rubric(), {name: levels[1] for name, levels in SWITCHES.items()})
    pd.testing.assert_frame_equal(
        scored(sure, rubric=rubric).matrix, scored(sure, talk, rubric=rubric).matrix
    )


@pytest.mark.parametrize("nobody", ["setting", "all"])
def test_barriers_of_the_setting_count_for_nobody(nobody):
    """A row on the country, or on organisations in general, moves no score."""
    rows = [{"strength": "1"}, {"organisation": "BETA", "strength": "1"}]
    burden = {"organisation": nobody, "criterion": "hindrance", "effect": "limits", "strength": "3"}
    pd.testing.assert_frame_equal(scored(*rows).matrix, scored(*rows, burden).matrix)


def test_a_disputed_code_moves_only_under_its_reading():
    """A row with an alternative moves there when the choice says so, and other rows stay."""
    rubric = flat_rubric(
        choices={"reading": {"level": "main", "levels": ["main", "hindrance"], "moves": ["tools"]}}
    )
    rows = [{"strength": "3", "alt_criterion": "hindrance"}, {"strength": "1"}]
    main = scored(*rows, rubric=rubric)
    moved = scored(*rows, rubric=choose(rubric, {"reading": "hindrance"}))
    assert main.states.loc["ALPHA", "hindrance"] == "missing"
    assert main.matrix.loc["ALPHA", "tools"] == pytest.approx(1 - 2 ** (-4 / 6))
    assert moved.matrix.loc["ALPHA", "tools"] == pytest.approx(1 - 2 ** (-1 / 6))
    assert moved.matrix.loc["ALPHA", "hindrance"] == pytest.approx(1 - 2 ** (-3 / 6) / 2)


def test_a_window_leaves_out_undated_acts_and_counts_a_long_act_once():
    """An act of 2010 to 2020 counts once in any window it touches; an undated one in none."""
    long = {"year_start": "2010", "year_end": "2020", "strength": "2"}
    undated = {"strength": "3"}
    for window in ((2005, 2010), (2012, 2013), (2020, 2030), (2000, 2030)):
        chosen = select(evidence_of(long, undated), flat_rubric(), window=window)
        assert list(chosen.rows["strength"]) == ["2"]
        assert chosen.left_out == {"undated, so in no window of time": 1}
    with pytest.raises(EvidenceError, match="no row is left"):
        select(evidence_of(long), flat_rubric(), window=(2021, 2022))


def test_reliability_multiplies_the_points_of_a_source():
    """Half the trust in a kind of source halves the points of its events."""
    row = {"strength": "2", "source": "book"}
    rubric = flat_rubric(reliability={"own_report": 0.5})
    evidence = evidence_of(row, kinds={"book": "own_report"})
    value = score(select(evidence, rubric), rubric).matrix.loc["ALPHA", "tools"]
    assert value == pytest.approx(1 - 2 ** (-1 / 6))
    by_id = flat_rubric(reliability={"book": 0.5})
    assert score(select(evidence_of(row), by_id), by_id).matrix.loc["ALPHA", "tools"] == value


def test_per_1000_words_undoes_writing_twice_as_much():
    """Two organisations with the same events per word score alike when scored per 1,000 words.

    ALPHA has two events in 200 words, BETA one in 100: points are scaled by mean words over own
    words, 150/200 and 150/100, so both come to 1.5 points.
    """
    rows = [
        {"source": "book", "locator": "line 1", "strength": "1"},
        {"source": "book", "locator": "line 1", "strength": "1"},
        {"source": "book", "locator": "line 3", "strength": "1", "organisation": "BETA"},
    ]
    paragraphs = pd.DataFrame(
        {"source": ["book"] * 2, "line": [1, 3], "line_end": [1, 3], "words": [200, 100]}
    )
    rubric = choose(flat_rubric(), {"documentation": "per_1000_words"})
    scores = score(select(evidence_of(*rows, paragraphs=paragraphs), rubric), rubric)
    assert list(scores.matrix["tools"]) == pytest.approx([1 - 2 ** (-1.5 / 6)] * 2)
    with pytest.raises(EvidenceError, match="no words are counted"):
        select(evidence_of(*rows), rubric)


def test_strength_scales_are_1_2_3_or_1_1_1_or_a_third_1_3():
    """The levels give 1, 2, 3 points, or all the lowest, or powers of three up to the highest."""
    rows = [{"strength": s} for s in "123"]
    for scale, expected in {"linear": [1, 2, 3], "flat": [1, 1, 1], "steep": [1 / 3, 1, 3]}.items():
        rubric = choose(flat_rubric(), {"strength_scale": scale})
        assert list(select(evidence_of(*rows), rubric).rows["points"]) == pytest.approx(expected)


def test_barriers_can_be_balanced_netted_or_ignored():
    """An answered barrier scores above one half, or like a tactic, or has no column at all."""
    row = {"criterion": "hindrance", "strength": "3"}
    other = {"strength": "1"}
    gain = 1 - 2 ** (-3 / 6)
    for level, value in (("balance", (1 + gain) / 2), ("net", gain)):
        rubric = choose(flat_rubric(), {"barrier_treatment": level})
        assert scored(row, other, rubric=rubric).matrix.loc["ALPHA", "hindrance"] == pytest.approx(
            value
        )
    ignored = scored(row, other, rubric=choose(flat_rubric(), {"barrier_treatment": "ignore"}))
    assert list(ignored.matrix.columns) == ["tools"]


def test_the_rules_by_hand():
    """Supports 3 and 1 against one limit 2 give, rule by rule, the values of the formulas."""
    # n = 3 + 1 - 2; mean 2 less 2; best 3 less 2, of 3; present on both sides
    expected = {
        "diminishing": 1 - 2 ** (-2 / 6),
        "mean": 0.0,
        "strongest": 1 / 3,
        "presence": 0.0,
    }
    for rule, value in expected.items():
        rubric = flat_rubric(scoring={"rule": rule})
        assert cell_score([3, 1], [2], rubric=rubric) == pytest.approx(value), rule
        assert cell_score([3, 1], [2], rubric=rubric, balance=True) >= 0.5


def test_counting_gives_every_event_half_the_highest_points():
    """Two events for and one against, whatever their strength, are 1.5 points net."""
    rows = [{"strength": "3"}, {"strength": "1"}, {"strength": "2", "effect": "limits"}]
    scores = scored(*rows, rubric=flat_rubric(scoring={"rule": "count"}))
    assert scores.matrix.loc["ALPHA", "tools"] == pytest.approx(1 - 2 ** (-1.5 / 6))


def test_the_absence_of_an_answer_to_a_barrier_is_zero_or_no_answer():
    """A stated absence on a barrier scores zero, or by choice one half less what holds it back."""
    rows = [
        {"criterion": "hindrance", "effect": "absent"},
        {"criterion": "hindrance", "effect": "absent", "organisation": "BETA"},
        {"criterion": "hindrance", "effect": "limits", "strength": "3", "organisation": "BETA"},
    ]
    assert list(scored(*rows).matrix["hindrance"]) == [0, 0]
    rubric = choose(flat_rubric(), {"barrier_absence": "no_answer"})
    held_back = (1 - (1 - 2 ** (-3 / 6))) / 2
    assert list(scored(*rows, rubric=rubric).matrix["hindrance"]) == pytest.approx([0.5, held_back])


def test_a_first_weak_act_in_an_empty_cell_can_lower_the_total_but_no_cell():
    """Under renormalise what was passed over counts once it is known; no cell falls."""
    rubric = flat_rubric()
    strong = {"strength": "3"}
    weak = {"criterion": "hindrance", "effect": "limits", "strength": "1"}
    before, after = scored(strong, rubric=rubric), scored(strong, weak, rubric=rubric)
    assert before.matrix.loc["ALPHA", "tools"] == after.matrix.loc["ALPHA", "tools"]
    assert rank(after, rubric).table.loc[0, "score"] != rank(before, rubric).table.loc[0, "score"]


@pytest.mark.parametrize("rule", RULES)
@given(supports=points, limits=points, balance=st.booleans())
def test_scores_are_bounded(rule, supports, limits, balance):
    """Under every rule the score of any cell lies in [0, 1]."""
    rubric = flat_rubric(scoring={"rule": rule})
    assert 0 <= cell_score(supports, limits, rubric=rubric, balance=balance) <= 1


@pytest.mark.parametrize("rule", RULES)
@given(supports=points, limits=points, balance=st.booleans(), data=st.data())
def test_scores_are_monotone(rule, supports, limits, balance, data):
    """A stronger support never lowers a score; nor, but under the mean, does one more."""
    rubric = flat_rubric(scoring={"rule": rule})

    def value(s, c):
        return cell_score(s, c, rubric=rubric, balance=balance)

    before = value(supports, limits)
    tiny = 1e-12
    if supports:
        at = data.draw(st.integers(0, len(supports) - 1))
        stronger = [*supports[:at], 3.0, *supports[at + 1 :]]
        assert value(stronger, limits) >= before - tiny
    if rule != "mean":
        assert value([*supports, 1.0], limits) >= before - tiny
        assert value(supports, [*limits, 1.0]) <= before + tiny


@given(points, points, st.randoms())
def test_the_order_of_the_rows_does_not_matter(supports, limits, random):
    """Shuffled evidence gives the same bits."""
    rubric = flat_rubric()
    shuffled = [random.sample(p, len(p)) for p in (supports, limits)]
    assert cell_score(*shuffled, rubric=rubric) == cell_score(supports, limits, rubric=rubric)


def test_a_matrix_is_taken_as_it_is_and_must_fit_its_rubric():
    """A ready matrix keeps its values; a column too many or too few is named."""
    values = pd.DataFrame({"tools": [0.2, np.nan], "hindrance": [5.0, 7.0]}, index=["A", "B"])
    scores = scores_from_matrix(values, flat_rubric())
    pd.testing.assert_frame_equal(scores.matrix, values)
    assert scores.states.loc["B", "tools"] == "missing"
    # Taken as they are, values are on one scale, here from 0.2 to 7.
    assert (scores.lower["hindrance"], scores.upper["hindrance"]) == (0.2, 7)
    with pytest.raises(EvidenceError, match="leaves without a column: hindrance"):
        scores_from_matrix(values[["tools"]], flat_rubric())
    with pytest.raises(EvidenceError, match="no leaf of rubric made_up_flat: extra"):
        scores_from_matrix(values.assign(extra=1.0), flat_rubric())


def test_no_input_is_changed():
    """Selecting and scoring leave evidence and rubric as they were."""
    evidence, rubric = evidence_of({"strength": "1"}, {"effect": "absent"}), flat_rubric()
    before = evidence.rows.copy(deep=True)
    score(select(evidence, rubric), rubric)
    pd.testing.assert_frame_equal(evidence.rows, before)
    assert rubric == flat_rubric()
