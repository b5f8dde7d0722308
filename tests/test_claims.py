"""Claims: the language, the answers, and what turns them."""

from __future__ import annotations

import json

import pytest

from helpers import ROOT, assert_fails_clearly, evidence_of, flat_rubric, ioscore
from ioscore.claims import answer_claims, parse_claim, single_changes, what_if
from ioscore.errors import EvidenceError
from ioscore.io import read_table
from ioscore.study import run_study


def ask(text, *rows, rubric=None):
    answers, turned = answer_claims(
        [parse_claim(text)], evidence_of(*rows), rubric or flat_rubric()
    )
    return answers[0].state, turned[0]


A3 = {"strength": "3"}
B1 = {"organisation": "BETA", "strength": "1"}

CASES = {
    "first": ("ALPHA first overall", "reproduced"),
    "not first": ("BETA first overall", "not reproduced"),
    "last": ("BETA last in tools", "reproduced"),
    "more": ("ALPHA more than BETA in tools", "reproduced"),
    "less": ("ALPHA less than BETA in tools", "not reproduced"),
    "has": ("ALPHA has any tools", "reproduced"),
    "silence is not absence": ("BETA has no hindrance", "not checkable"),
    "nothing known": ("ALPHA first in hindrance", "not checkable"),
    "unknown": ("unknown nobody wrote on it", "not checkable"),
    "what-if": ("BETA gains tools 3", "what-if"),
}


@pytest.mark.parametrize(("text", "state"), CASES.values(), ids=CASES)
def test_each_form_is_answered_from_the_evidence(text, state):
    """With ALPHA's strong and BETA's weak tools, each claim gets the answer that follows."""
    assert ask(text, A3, B1)[0] == state


def test_what_is_coded_and_does_not_count_is_told():
    """Where nothing counts for a claim, the answer says how much was coded and why it is left out."""
    plan = B1 | {"criterion": "hindrance", "evidence_type": "plan"}
    claim, rows = parse_claim("BETA has any hindrance"), (A3, B1, plan)
    (answer,), _ = answer_claims([claim], evidence_of(*rows), flat_rubric())
    assert answer.state == "not checkable"
    assert answer.why == "of what is coded here nothing counts (1 plan); silence is not absence"
    (answer,), _ = answer_claims([claim], evidence_of(*rows[:2]), flat_rubric())
    assert answer.why == "nothing is coded here; silence is not absence"


def test_altered_evidence_turns_the_answers():
    """The same claims on evidence turned round get the opposite answers."""
    turned = [A3 | {"organisation": "BETA"}, B1 | {"organisation": "ALPHA"}]
    assert ask("ALPHA first overall", *turned)[0] == "not reproduced"
    assert ask("ALPHA more than BETA in tools", *turned)[0] == "not reproduced"
    absent = {"effect": "absent"}
    assert ask("ALPHA has any tools", absent, B1)[0] == "not reproduced"
    assert ask("ALPHA has no tools", absent, B1)[0] == "reproduced"


def test_a_lead_over_the_known_is_not_a_lead_where_others_are_unknown():
    """ALPHA's answer to hindrance is the only one known, so that it is first cannot be checked."""
    rubric = flat_rubric(alternatives={"ALPHA": "a", "BETA": "b", "GAMMA": "c"})
    gamma = {"organisation": "GAMMA", "strength": "1"}
    rows = [A3, gamma, {"organisation": "BETA", "criterion": "hindrance", "strength": "1"}]
    assert ask("ALPHA first in tools", *rows, rubric=rubric)[0] == "not checkable"
    worst = flat_rubric(alternatives=rubric.alternatives, missing="worst")
    assert ask("ALPHA first in tools", *rows, rubric=worst)[0] == "reproduced"
    assert ask("GAMMA first in tools", *rows, rubric=rubric)[0] == "not reproduced"


def test_a_difference_within_the_margin_is_too_close_to_call():
    """The margin of the rubric decides, in both directions, and is inclusive."""
    equal = [A3, B1 | {"strength": "3"}]
    assert ask("ALPHA first overall", *equal)[0] == "too close to call"
    assert ask("ALPHA first overall", A3, B1, rubric=flat_rubric(close=1))[0] == "too close to call"


def test_the_single_choice_that_turns_an_answer_is_named():
    """BETA's plan, once plans count, puts it ahead; nothing else of the rubric does."""
    plan = {"organisation": "BETA", "evidence_type": "plan", "strength": "3", "event_id": "p"}
    more = {"organisation": "BETA", "evidence_type": "plan", "strength": "3", "event_id": "q"}
    state, turned = ask("ALPHA first overall", A3, B1, plan, more)
    assert state == "reproduced"
    assert "plans=include" in turned
    assert "elsewhere=include" not in turned


def test_single_changes_are_one_step_away_and_all_there_are():
    """Each change differs from the rubric in one choice or rule, and every level is tried."""
    rubric = flat_rubric()
    names = [name for name, _ in single_changes(rubric)]
    levels = sum(len(choice.levels) - 1 for choice in rubric.choices.values())
    assert len(names) == len(set(names)) == levels + 4 + 2


def test_a_what_if_says_what_closing_the_gap_would_do():
    """Without BETA's limit its tools go from 0 to 1-2^(-1/6), and the sentence says so."""
    limit = {"organisation": "BETA", "strength": "2", "effect": "limits"}
    answers, _ = answer_claims(
        [parse_claim("BETA closes tools")], evidence_of(A3, B1, limit), flat_rubric()
    )
    assert "from 0.000 to 0.109" in answers[0].why
    assert "without its 1 limiting row in" in answers[0].why


@pytest.mark.parametrize(("kind", "neutral"), [("tactic", 0.0), ("barrier", 0.5)])
def test_a_cell_that_is_closed_stays_known(kind, neutral):
    """Emptied by `closes`, a cell has the score of one in which nothing is done or falls short."""
    rubric = flat_rubric(criteria={"tools": {"weight": 1, "kind": kind}, "posts": {"weight": 1}})
    limit = {"organisation": "BETA", "strength": "2", "effect": "limits"}
    posts = {"organisation": "BETA", "strength": "3", "criterion": "posts"}
    evidence = evidence_of(A3, posts, limit)
    found = what_if([parse_claim("BETA closes tools")], run_study(evidence, rubric))
    assert found.score_then == pytest.approx((neutral + 1 - 2 ** (-1 / 2)) / 2)
    answers, _ = answer_claims([parse_claim("BETA closes tools")], evidence, rubric)
    assert f"(the cell then at its neutral {neutral:g})" in answers[0].why


def test_a_gap_that_is_not_there_cannot_be_closed():
    """A what-if on a cell without a shortcoming changes nothing and says so."""
    (answer,), _ = answer_claims(
        [parse_claim("BETA closes tools")], evidence_of(A3, B1), flat_rubric()
    )
    assert answer.why.startswith("with nothing to take away")


@pytest.mark.parametrize(
    "text", ["", "ALPHA is good", "ALPHA first", "ALPHA gains tools", "ALPHA more BETA overall"]
)
def test_what_is_no_claim_is_refused(text):
    """A line that has none of the forms is an error that shows how to write one."""
    with pytest.raises(EvidenceError, match="no claim that can be read"):
        parse_claim(text)


@pytest.mark.parametrize(
    "text", ["DELTA first overall", "ALPHA first in tolls", "ALPHA more than DELTA overall"]
)
def test_claims_on_what_the_rubric_does_not_have_cannot_be_checked(text):
    """An unknown organisation or criterion is said to be that, and the other claims are answered."""
    claims = [parse_claim(text), parse_claim("ALPHA first overall")]
    answers, _ = answer_claims(claims, evidence_of(A3, B1), flat_rubric())
    assert [answer.state for answer in answers] == ["not checkable", "reproduced"]
    assert "has no" in answers[0].why


def test_a_what_if_of_no_known_strength_is_refused():
    """Strength 9 is named with what there is."""
    with pytest.raises(EvidenceError, match="there is no strength 9"):
        ask("BETA gains tools 9", A3, B1)


def test_every_verdict_of_the_thesis_is_answered():
    """`ioscore claims` answers every row, and says for each why."""
    run = ioscore("claims", "-f", "json")
    assert run.status == 0, run.err
    rows = json.loads(run.out)["claims"]
    assert len(rows) == len(read_table(ROOT / "data" / "claims.csv"))
    assert all(row["why"] for row in rows)
    states = {row["answer"] for row in rows}
    assert {"reproduced", "not reproduced", "not checkable", "what-if"} <= states


def test_the_verdicts_are_as_many_and_of_the_kinds_that_were_asked_for():
    """At least 15 comparisons, 10 contested statements, and each recommendation with its evidence."""
    table = read_table(ROOT / "data" / "claims.csv")
    counts = table["kind"].value_counts()
    assert counts["comparison"] >= 15
    assert counts["contested"] >= 10
    assert {"facet", "barrier", "recommendation"} <= set(counts.index)
    assert (table.loc[table["kind"] == "recommendation", "asks_for"] != "").all()
    assert table["id"].is_unique


def test_a_student_can_add_a_claim(tmp_path):
    """A file with one column of claims is enough; a broken line is named with its row."""
    path = tmp_path / "mine.csv"
    path.write_text("claim\nUNODC first overall\nSCO has no equipment\n", encoding="utf-8")
    run = ioscore("claims", "--claims", path)
    assert run.status == 0, run.err
    assert "2 claims:" in run.out
    path.write_text("claim\nUNODC best\n", encoding="utf-8")
    assert_fails_clearly(ioscore("claims", "--claims", path), "row 2", "no claim that can be read")
