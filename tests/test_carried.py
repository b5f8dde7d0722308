"""How many worlds carry a claim, against the answers to claims in one world at a time."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ioscore.claims import answer_claims, parse_claim
from ioscore.errors import EvidenceError, RubricError
from ioscore.io import read_evidence, read_rubric
from ioscore.sensitivity.choices.carried import STATES, Assertion, states_of, worlds_that_carry
from ioscore.sensitivity.choices.switches import switches_of
from ioscore.sensitivity.choices.worlds import enumerate_worlds
from long_way import CHOICES, levels_of, made_up_evidence, made_up_rubric, rubric_under


def asserted(text):
    claim = parse_claim(text)
    return Assertion(kind=claim.kind, subject=claim.subject, other=claim.other, path=claim.path)


def texts(names, paths):
    """Return every claim of order and presence on these organisations and criteria."""
    places = ["overall", *(f"in {path}" for path in paths)]
    for name, place in itertools.product(names, places):
        yield from (f"{name} first {place}", f"{name} last {place}")
    for (one, other), place in itertools.product(itertools.permutations(names, 2), places):
        yield from (f"{one} more than {other} {place}", f"{one} less than {other} {place}")
    for name, path in itertools.product(names, paths):
        yield from (f"{name} has any {path}", f"{name} has no {path}")


@pytest.mark.parametrize(
    "names",
    [
        ("courses_or_tools", "missing", "sources"),
        ("barrier_treatment", "barrier_absence", "aggregation"),
        ("scoring", "plans"),
    ],
    ids="-".join,
)
def test_shares_of_states_are_those_of_every_world_answered_by_itself(names):
    """For all claims on made-up evidence, states summed over worlds by probability give the shares."""
    every = {"sources": {**CHOICES["sources"], "level": "all"}}
    rubric, evidence = made_up_rubric(close=0.1, choices=CHOICES | every), made_up_evidence(2)
    switches = [switch for switch in switches_of(rubric) if switch.name in names]
    worlds = enumerate_worlds(evidence, rubric, switches=switches)
    paths = [node.path for node in rubric.nodes()]
    claims = list(texts(worlds.organisations, paths))[::4]
    assert len(claims) > 50
    expected = np.zeros((len(claims), len(STATES)))
    seen = np.empty((len(claims), len(worlds.ranks)), dtype=object)
    for world in np.flatnonzero(worlds.admissible):
        other = rubric_under(rubric, levels_of(worlds.factorial.grid, world))
        answers = one_answer_each(claims, evidence, other)
        for n, state in enumerate(answers):
            expected[n, STATES.index(state)] += worlds.law[world]
            seen[n, world] = state
    found = worlds_that_carry(worlds, [asserted(text) for text in claims])
    got = np.array([[one.shares[state] for state in STATES] for one in found])
    # Sums of a few dozen probabilities.
    np.testing.assert_allclose(got, expected, atol=1e-12)
    assert ((expected > 0).sum(axis=0) > 5).all()
    assert worlds.admissible[worlds.base]
    for n, one in enumerate(found):
        assert one.state == seen[n, worlds.base]
        turned = [
            f"{switch.name}={level}"
            for axis, switch in enumerate(switches)
            for code, level in enumerate(switch.levels)
            if level != switch.level
            and seen[n, changed(worlds, axis, code)] not in (None, one.state)
        ]
        assert list(one.turned_by) == turned


def changed(worlds, axis, code):
    codes = list(worlds.factorial.grid.base)
    codes[axis] = code
    return worlds.factorial.grid.world(codes)


def one_answer_each(claims, evidence, rubric):
    """Return the state of each claim under one rubric."""
    return [answer.state for answer in answers_under(claims, evidence, rubric)]


def answers_under(claims, evidence, rubric):
    # A rubric whose choices have one level each has no single changes to try.
    still = {
        name: {**choice.model_dump(), "levels": (choice.level,), "probabilities": ()}
        for name, choice in rubric.choices.items()
    }
    alone = type(rubric).model_validate({**rubric.model_dump(exclude_unset=True), "choices": still})
    return answer_claims([parse_claim(text) for text in claims], evidence, alone)[0]


def test_claims_of_the_shipped_evidence_agree_with_their_answers():
    """On the shipped evidence state and single turning choices are those that `answer_claims` finds."""
    rubric = read_rubric("thesis")
    evidence = read_evidence(None, family=rubric.codes, with_paragraphs=True)
    switches = [switch for switch in switches_of(rubric) if switch.name in rubric.choices][:10]
    worlds = enumerate_worlds(evidence, rubric, switches=switches)
    paths = ["training", "equipment/civilian", "barriers", "cooperation/border_security"]
    claims = list(texts(worlds.organisations[:3], paths))
    answers, turned = answer_claims([parse_claim(text) for text in claims], evidence, rubric)
    names = {switch.name for switch in switches}
    found = worlds_that_carry(worlds, [asserted(text) for text in claims])
    for one, answer, changes in zip(found, answers, turned, strict=True):
        assert one.state == answer.state
        assert set(one.turned_by) == {c for c in changes if c.partition("=")[0] in names}
        assert sum(one.shares.values()) == pytest.approx(1, abs=1e-12)
    assert any(one.turned_by for one in found)


def test_claims_asked_twice_are_answered_twice():
    """A claim that stands twice, or by id and by path, has the same answer each time."""
    rubric = made_up_rubric()
    switches = [switch for switch in switches_of(rubric) if switch.name == "scoring"]
    worlds = enumerate_worlds(made_up_evidence(1), rubric, switches=switches)
    by_id = Assertion(kind="first", subject="BETA", path="courses")
    by_path = Assertion(kind="first", subject="BETA", path="schooling/courses")
    found = worlds_that_carry(worlds, [by_id, by_path, by_id])
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    "assertion",
    [
        Assertion(kind="first", subject="NATO"),
        Assertion(kind="more", subject="ALPHA", other="NATO"),
        Assertion(kind="any", subject="ALPHA", path="nowhere"),
    ],
    ids=lambda a: a.kind,
)
def test_what_there_is_not_is_an_error(assertion):
    """A claim about an organisation or a criterion that is not there says which."""
    rubric = made_up_rubric()
    worlds = enumerate_worlds(made_up_evidence(1), rubric, switches=[])
    with pytest.raises(RubricError, match=r"NATO|nowhere"):
        worlds_that_carry(worlds, [assertion])


def test_states_of_order_by_hand():
    """Ahead by more than close is reproduced, by less too close; a gap elsewhere leaves a lead open."""
    nan = float("nan")
    values = np.array(
        [
            [0.5, 0.3, 0.1],
            [0.5, 0.49, 0.1],
            [0.3, 0.5, 0.1],
            [0.5, 0.3, nan],
            [0.3, 0.5, nan],
            [nan, 0.5, 0.1],
            [0.5, nan, nan],
        ]
    )
    names = ("A", "B", "C")
    first = states_of(Assertion(kind="first", subject="A"), names, values, 0.02)
    assert [STATES[code] for code in first] == [
        "reproduced", "too close to call", "not reproduced", "not checkable", "not reproduced",
        "not checkable", "not checkable",
    ]  # fmt: skip
    less = states_of(Assertion(kind="less", subject="A", other="B"), names, values, 0.02)
    assert [STATES[code] for code in less] == [
        "not reproduced", "too close to call", "reproduced", "not reproduced", "reproduced",
        "not checkable", "not checkable",
    ]  # fmt: skip


def test_worlds_without_an_answer_count_for_nothing():
    """Where a combination is inadmissible, shares are of the others and nothing is turned by it."""
    rubric = made_up_rubric()
    evidence = made_up_evidence(1)
    rows = evidence.rows[
        ~((evidence.rows["source"] == "north") & (evidence.rows["evidence_type"] != "plan"))
    ]
    evidence = type(evidence)(rows=rows.reset_index(drop=True), kinds=evidence.kinds)
    switches = [switch for switch in switches_of(rubric) if switch.name in ("plans", "sources")]
    worlds = enumerate_worlds(evidence, rubric, switches=switches)
    assert sum(worlds.left_out.values()) == 1
    assert not worlds.admissible[worlds.base]
    found = worlds_that_carry(
        worlds, [asserted("ALPHA has any tools"), asserted("ALPHA first overall")]
    )
    for one in found:
        assert sum(one.shares.values()) == pytest.approx(1)
        assert one.state == ""
        assert one.turned_by == ()
    with pytest.raises(EvidenceError):
        answers_under(["ALPHA has any tools"], evidence, rubric)
