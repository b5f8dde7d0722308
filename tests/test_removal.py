"""The smallest set of events without which another is first or last."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import evidence_of
from ioscore.errors import EvidenceError, NotApplicable
from ioscore.evidence import select
from ioscore.io import read_evidence, read_rubric
from ioscore.ranking import rank
from ioscore.rubric import choose, with_rules
from ioscore.scoring import score
from ioscore.sensitivity.evidence import removal_exact
from ioscore.sensitivity.evidence.influence import influence
from ioscore.sensitivity.evidence.recount import tally
from ioscore.sensitivity.evidence.removal import Removal, turn_bottom, turn_top
from ioscore.sensitivity.evidence.removal_exact import smallest_set
from ioscore.sensitivity.evidence.removal_search import Target, gaps, reaches
from random_evidence import made_up_rubric, random_evidence, random_rubric, without

PAST = 1e-9


def counted(evidence, rubric):
    return tally(select(evidence, rubric), rubric)


def smallest_by_trying_all(table, target):
    """Return the size of the smallest set that reaches the target by trying every set, or None."""
    n = len(table.events)
    sets = (np.arange(2**n)[:, None] >> np.arange(n)) & 1 == 1
    found = (gaps(table, target, sets) > PAST).all(axis=1)
    return int(sets[found].sum(axis=1).min()) if found.any() else None


def targets_of(table):
    known = ~np.isnan(gaps(table, Target(0, (1, 2), 1), np.zeros((1, len(table.events)), bool)))
    assert known.all()
    for direction in (1, -1):
        for pivot in range(3):
            others = tuple(o for o in range(3) if o != pivot)
            yield Target(pivot, others, direction)
            yield from (Target(pivot, (o,), direction) for o in others)


def check_against_all_subsets(seeds, events):
    """Compare the exact search with every subset; return how many sizes of each kind were met."""
    met = {"none": 0, "one": 0, "more": 0, "shared": 0}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        rubric, evidence = random_rubric(rng), random_evidence(rng, events, rows=3)
        try:
            table = counted(evidence, rubric)
        except EvidenceError:
            continue
        if len(set(table.cell // table.scores.matrix.shape[1])) < 3:
            continue
        cells = {(c, e) for c, e in zip(table.cell, table.event, strict=True)}
        met["shared"] += len(cells) > len(table.events)
        for target in targets_of(table):
            size, found = smallest_by_trying_all(table, target), smallest_set(table, target)
            if size is None:
                met["none"] += 1
                assert found.events is None, (seed, target)
                assert found.lower == len(table.events) + 1, (seed, target)
            else:
                met["one" if size == 1 else "more"] += size > 0
                assert found.events is not None, (seed, target)
                assert len(found.events) == found.lower == size, (seed, target)
                assert reaches(table, target, found.events), (seed, target)
    return met


def test_the_exact_search_finds_what_trying_all_subsets_finds():
    """On random evidence with limits, absences, gaps, costs, barriers and shared events: the same size.

    Brute force over 2^9 subsets, each scored whole; every way of counting, treating barriers and
    filling gaps is drawn. Counts below show that no kind of case is missing.
    """
    met = check_against_all_subsets(range(60), 9)
    assert min(met["none"], met["one"], met["more"], met["shared"]) >= 20, met


def test_the_bounds_alone_find_the_smallest_set(monkeypatch):
    """Without a first guess by greedy search the exact search ends at the same sizes."""
    monkeypatch.setattr(removal_exact, "greedy", lambda *_: None)
    met = check_against_all_subsets(range(100, 130), 8)
    assert min(met["one"], met["more"]) >= 20, met


@pytest.mark.acceptance
def test_the_exact_search_finds_what_trying_all_subsets_finds_in_many_cases():
    """The same for 200 random cases of up to 12 events."""
    met = check_against_all_subsets(range(1000, 1200), 12)
    assert min(met["none"], met["one"], met["more"], met["shared"]) >= 50, met


def ranks_of(evidence, rubric):
    table = rank(score(select(evidence, rubric), rubric), rubric).table
    return table.set_index("organisation")["rank"]


def two(*rows, **fields):
    """Return evidence and rubric of two organisations and two leaves, half point 1."""
    rubric = made_up_rubric(
        alternatives={"ALPHA": "Alpha", "BETA": "Beta"},
        criteria={"tools": {"weight": 1}, "posts": {"weight": 1}},
        scoring={"half": 1},
        **fields,
    )
    return evidence_of(*rows), rubric


def act(event, strength, **row):
    return {"event_id": event, "strength": str(strength), **row}


def test_of_one_cell_the_strongest_go_by_hand():
    """ALPHA 3 + 2 + 1 against BETA 2: after the 3 goes 3 are left, after 3 and 2 one, so two must go."""
    rows = [act("a3", 3), act("a2", 2), act("a1", 1), act("b2", 2, organisation="BETA")]
    removal = turn_top(*two(*rows))
    assert (removal.size, removal.exact, removal.lower) == (2, True, 2)
    assert set(removal.events["event_id"]) == {"a3", "a2"}
    # 1 - 2^-6 and 1 - 2^-2 before, 1 - 2^-1 and 1 - 2^-2 after.
    assert removal.scores["score_before"].tolist() == pytest.approx([63 / 64, 3 / 4])
    assert removal.scores["score_after"].tolist() == pytest.approx([1 / 2, 3 / 4])
    assert removal.scores["rank_after"].tolist() == [2, 1]


def test_a_limit_of_the_rival_can_be_the_one_event():
    """BETA stands at 3 - 3 = 0 against ALPHA's 2; without its limit it is first."""
    rows = [act("a", 2), act("b", 3, organisation="BETA")]
    rows += [act("held-back", 3, organisation="BETA", effect="limits")]
    removal = turn_top(*two(*rows))
    assert (removal.size, set(removal.events["event_id"])) == (1, {"held-back"})


def test_a_weak_act_that_goes_can_raise_its_organisation():
    """BETA is (7/8 + 1/2) / 2 with its weak act, 7/8 without, as what is missing is passed over."""
    weak = act("weak", 1, organisation="BETA", criterion="posts")
    rows = [act("a", 2), act("b", 3, organisation="BETA"), weak]
    removal = turn_top(*two(*rows))
    assert (removal.size, set(removal.events["event_id"])) == (1, {"weak"})
    assert removal.scores.loc["BETA"].tolist() == pytest.approx([11 / 16, 2, 7 / 8, 1])
    # With 2 points in place of 3 it would only draw level, at 3/4, which is not ahead.
    rows[1] = act("b", 2, organisation="BETA")
    alone = "ALPHA no longer first: only by leaving ALPHA without any score"
    assert turn_top(*two(*rows)).reason == alone


def test_a_rival_left_without_any_score_is_said_and_does_not_count_as_passed():
    """Of one event each, no set puts BETA ahead of ALPHA; without its event ALPHA has no score."""
    evidence, rubric = two(act("a", 3), act("b", 1, organisation="BETA"))
    table = influence(evidence, rubric).set_index("left_out")
    assert (table.loc["a", "first"], table.loc["a", "unscored"]) == ("BETA", 1)
    only = "only by leaving ALPHA without any score"
    assert turn_top(evidence, rubric).reason == f"ALPHA no longer first: {only}"
    assert turn_top(evidence, rubric, first="BETA").reason == f"BETA first: {only}"
    # Told of both, the event takes BETA's score as well: not even so is BETA first.
    shared, rubric = two(act("both", 3), act("both", 1, organisation="BETA"))
    none = "ALPHA no longer first: no set of events does this"
    assert turn_top(shared, rubric).reason == none


def test_an_event_of_two_cells_goes_from_both():
    """One event that holds two cells of the leader turns the top where no other single one does."""
    rows = [act("both", 3), act("both", 3, criterion="posts"), act("a", 1)]
    rows += [act("a-posts", 1, criterion="posts"), act("b", 2, organisation="BETA")]
    rows += [act("b-posts", 2, criterion="posts", organisation="BETA")]
    removal = turn_top(*two(*rows))
    assert (removal.size, set(removal.events["event_id"])) == (1, {"both"})
    assert set(removal.events["leaf"]) == {"tools", "posts"}


def test_a_stated_absence_that_goes_leaves_a_gap_not_a_zero():
    """BETA is at (3/4 + 0) / 2 while it is said to have no posts, and at 3/4 when nothing is said."""
    rows = [act("a", 1), act("a-posts", 1, criterion="posts")]
    rows += [act("b", 2, organisation="BETA")]
    rows += [act("no-posts", "", organisation="BETA", criterion="posts", effect="absent")]
    removal = turn_top(*two(*rows))
    assert (removal.size, set(removal.events["event_id"])) == (1, {"no-posts"})


def test_where_nothing_helps_the_reason_is_given():
    """Asked for what is, cannot be, or has no meaning, the answer is a reason and no set."""
    rows = [act("a", 3), act("b", 1, organisation="BETA")]
    evidence, rubric = two(*rows)
    assert turn_top(evidence, rubric, first="ALPHA") == NotApplicable("ALPHA is first already")
    assert turn_bottom(evidence, rubric, last="BETA") == NotApplicable("BETA is last already")
    assert "none of ALPHA, BETA" in turn_top(evidence, rubric, first="GAMMA").reason
    assert "refuses" in turn_top(evidence, with_rules(rubric, missing="refuse")).reason
    words = choose(rubric, {"documentation": "per_1000_words"})
    assert "words" in turn_top(evidence, words).reason


@pytest.mark.parametrize("rule", ["mean", "strongest", "presence"])
def test_elsewhere_it_is_an_upper_bound_that_says_so(rule):
    """Under other rules the true size by all subsets lies between `lower` and `size`, which are marked."""
    unsure = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        rubric, evidence = with_rules(random_rubric(rng), rule=rule), random_evidence(rng, 9)
        table = counted(evidence, rubric)
        for name, end, direction in (("ALPHA", turn_top, 1), ("BETA", turn_bottom, -1)):
            found = end(evidence, rubric, **{"first" if direction > 0 else "last": name})
            if isinstance(found, NotApplicable):
                continue
            pivot = list(table.scores.matrix.index).index(name)
            scored = np.flatnonzero(~np.isnan(found.scores["score_before"]))
            others = tuple(int(i) for i in scored if i != pivot)
            size = smallest_by_trying_all(table, Target(pivot, others, direction))
            assert found.lower <= size <= found.size
            assert found.exact == (found.lower == found.size)
            assert (found.reason == "") == found.exact
            unsure += size > 1
    assert unsure > 0


def test_a_search_that_is_stopped_is_no_proof(monkeypatch):
    """With no node of the search tree looked at, the set of the greedy search is an upper bound."""
    rubric, evidence = read_rubric("thesis"), read_evidence(None, family="thesis")
    monkeypatch.setattr(removal_exact, "MOST_WORK", 0)
    found = turn_bottom(evidence, rubric)
    assert not found.exact
    assert found.lower < found.size
    assert "stopped" in found.reason


SHIPPED = [
    (turn_top, {}),
    (turn_top, {"first": "SCO"}),
    (turn_top, {"first": "CSTO"}),
    (turn_bottom, {}),
    (turn_bottom, {"last": "OSCE"}),
]


@pytest.mark.parametrize(("turn", "named"), SHIPPED)
@pytest.mark.parametrize("sources", ["thesis", "all"])
def test_on_the_shipped_evidence_the_set_turns_the_order_and_no_smaller_one_was_met(
    turn, named, sources
):
    """Leaving the set out turns the order the whole way anew; 20,000 random smaller sets do not.

    The random sets are the found one less one or two events, and with others exchanged, which is
    where a smaller one would most likely lie.
    """
    rubric = choose(read_rubric("thesis"), {"sources": sources})
    evidence = read_evidence(None, family="thesis")
    before = ranks_of(evidence, rubric)
    found = turn(evidence, rubric, **named)
    assert isinstance(found, Removal)
    assert found.exact
    ids = set(found.events["event_id"])
    assert len(ids) == found.size
    after = ranks_of(without(evidence, ids), rubric)
    place = 1 if turn is turn_top else 5
    if named:
        assert after.index[after == place].tolist() == list(named.values())
    else:
        assert after[before.index[before == place][0]] != place
    table = counted(evidence, rubric)
    names = list(table.scores.matrix.index)
    direction = 1 if turn is turn_top else -1
    pivot = names.index(next(iter(named.values()), after.index[after == place][0]))
    led = names.index(before.index[before == place][0])
    others = tuple(i for i in range(5) if i != pivot) if named else (led,)
    rng, chosen = np.random.default_rng(5), [table.events.index(name) for name in ids]
    sets = np.zeros((20_000, len(table.events)), dtype=bool)
    sets[:, chosen] = True
    swaps = rng.integers(0, 3, size=len(sets))
    for row, swap in enumerate(swaps):
        out = rng.choice(chosen, size=min(len(chosen), swap + 1), replace=False)
        sets[row, out] = False
        sets[row, rng.choice(len(table.events), size=swap, replace=False)] = True
    sets = sets[sets.sum(axis=1) < found.size]
    assert len(sets) > 5000
    target = Target(pivot, others, direction)
    for part in np.array_split(sets, 10):
        assert not (gaps(table, target, part) > PAST).all(axis=1).any()


def test_one_event_is_enough_exactly_where_leaving_out_one_changes_the_first():
    """The influence table and the smallest set agree on whether a single event carries the top."""
    evidence = read_evidence(None, family="thesis")
    sizes = {}
    for sources in ("thesis", "all"):
        rubric = choose(read_rubric("thesis"), {"sources": sources})
        table = influence(evidence, rubric)
        events = table[(table["kind"] == "event") & table["changes_first"]]
        removal = turn_top(evidence, rubric)
        assert (removal.size == 1) == (len(events) > 0)
        assert len(events) == 0 or set(removal.events["event_id"]) <= set(events["left_out"])
        sizes[sources] = removal.size
    assert sizes["thesis"] == 1 < sizes["all"]
