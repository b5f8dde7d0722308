"""Every world of the switches at once, against one world at a time."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import math

import numpy as np
import pandas as pd
import pytest

from helpers import evidence_of, flat_rubric
from ioscore.errors import EvidenceError, NotApplicable, RubricError
from ioscore.io import read_evidence, read_rubric
from ioscore.ranking.normalisation import normalise
from ioscore.rubric import Normalisation, Rubric
from ioscore.sensitivity.comparable import REFUSED, comparable_cells
from ioscore.sensitivity.factorial import factorial
from ioscore.sensitivity.statements import (
    Statement,
    average_rank_shift,
    explained,
    holds_in,
    share,
    turned_by,
)
from ioscore.sensitivity.switches import OWN, Grid, Switch, grid_of, switches_of
from ioscore.sensitivity.world_cells import NO_ROW
from ioscore.sensitivity.world_table import table_text
from ioscore.sensitivity.worlds import Worlds, enumerate_worlds, ranks_of
from long_way import levels_of, made_up_evidence, made_up_rubric, ranked_the_long_way

GROUPS = {
    "rows": ("counting", "plans", "bilateral", "partners", "elsewhere", "sources"),
    "points": ("counting", "strength_scale", "documentation", "sources", "scoring"),
    "readings": ("plans", "courses_or_tools", "acts_or_answers", "sources", "missing"),
    "barriers": ("barrier_treatment", "barrier_absence", "missing", "normalisation", "aggregation"),
    "means": ("documentation", "scoring", "missing", "normalisation", "aggregation"),
}


@pytest.fixture(scope="module")
def thesis():
    """Return the shipped evidence, with paragraphs, and rubric."""
    rubric = read_rubric("thesis")
    return read_evidence(None, family=rubric.codes, with_paragraphs=True), rubric


@pytest.fixture(scope="module")
def thesis_worlds(thesis):
    """Return all worlds of the shipped rubric."""
    return enumerate_worlds(*thesis)


def some_switches(rubric, names):
    return [switch for switch in switches_of(rubric) if switch.name in names]


def assert_world_is_the_long_way(scored, evidence, rubric, world):
    """Assert that scores, ranks and admissibility of a world are those of select, score and rank."""
    ranking = ranked_the_long_way(evidence, rubric, levels_of(scored.grid, world))
    scores = scored.scores_at(np.array([world]))
    if ranking is None:
        assert scored.reasons[world] > 0
        assert np.isnan(scores).all()
        return
    assert scored.reasons[world] == 0, levels_of(scored.grid, world)
    table = ranking.table.set_index("organisation").reindex(list(scored.organisations))
    # The same numbers, summed in another order.
    np.testing.assert_allclose(scores[0], table["score"].to_numpy(dtype=float), atol=1e-13)
    assert np.array_equal(ranks_of(scores)[0], table["rank"].to_numpy(dtype=float), equal_nan=True)


def test_the_shipped_rubric_has_every_switch_of_the_codebook():
    """Twelve choices of two levels, two of three and one of four are 147,456 combinations.

    Times the rules that vary, about a million worlds and more.
    """
    rubric = read_rubric("thesis")
    switches = switches_of(rubric)
    choices = [switch for switch in switches if switch.name in rubric.choices]
    assert sorted(len(s.levels) for s in choices) == [2] * 12 + [3, 3, 4]
    assert math.prod(len(s.levels) for s in choices) == 147_456
    assert math.prod(len(s.levels) for s in switches) >= 10**6
    for switch in switches:
        assert switch.level in switch.levels
        assert sum(switch.probabilities) == pytest.approx(1, abs=1e-12)
        assert switch.reason


def test_probabilities_are_those_declared_or_equal():
    """A switch has the probabilities of the rubric, equal ones where it is silent."""
    laws = {switch.name: switch.probabilities for switch in switches_of(made_up_rubric())}
    assert laws["courses_or_tools"] == (0.25, 0.75)
    assert laws["missing"] == (0.5, 0.25, 0.25)
    assert laws["plans"] == (0.5, 0.5)
    assert sum(laws["sources"]) == pytest.approx(1)


def test_what_has_one_level_is_no_switch_and_an_own_level_is_always_one():
    """Choices of one level do not vary; a rule that the rubric takes but does not list is added."""
    rubric = flat_rubric(
        choices={"plans": {"level": "include", "levels": ["include"]}},
        missing="refuse",
        rules={"missing": {"levels": ["worst", "best"], "probabilities": [0.9, 0.1]}},
    )
    switches = {switch.name: switch for switch in switches_of(rubric)}
    assert "plans" not in switches
    assert switches["missing"].levels == ("worst", "best", "refuse")
    assert switches["missing"].probabilities == (1 / 3,) * 3
    assert grid_of(rubric).levels("plans") == ("include",)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_world_equals_the_long_way(group, seed):
    """On made-up evidence with every feature, each world of a factorial is that of select and rank."""
    rubric, evidence = made_up_rubric(), made_up_evidence(seed)
    scored = factorial(evidence, rubric, switches=some_switches(rubric, GROUPS[group]))
    size = math.prod(len(s.levels) for s in some_switches(rubric, GROUPS[group]))
    assert scored.grid.size == size
    step = 1 if seed == 1 else 5
    for world in range(0, size, step):
        assert_world_is_the_long_way(scored, evidence, rubric, world)


@pytest.mark.parametrize("seed", range(3, 9))
def test_worlds_of_all_switches_at_once_equal_the_long_way(seed):
    """Random worlds of the full factorial of little evidence, with gaps, equal the long way."""
    rubric, evidence = made_up_rubric(), made_up_evidence(seed, rows=20)
    scored = factorial(evidence, rubric)
    assert scored.grid.size > 10**6
    for world in np.random.default_rng(seed).integers(scored.grid.size, size=40):
        assert_world_is_the_long_way(scored, evidence, rubric, world)


def test_worlds_of_the_shipped_rubric_equal_the_long_way(thesis, thesis_worlds):
    """150 random worlds of the shipped evidence, and its base, equal the long way."""
    evidence, rubric = thesis
    scored = thesis_worlds.factorial
    worlds = np.random.default_rng(12).integers(scored.grid.size, size=150)
    for world in (thesis_worlds.base, *worlds):
        assert_world_is_the_long_way(scored, evidence, rubric, world)


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ["thesis", "equal", "norm_diffusion", "programme_areas"])
def test_many_worlds_of_shipped_rubrics_equal_the_long_way(name):
    """1,500 random worlds of each family of shipped rubrics equal the long way."""
    rubric = read_rubric(name)
    evidence = read_evidence(None, family=rubric.codes, with_paragraphs=True)
    scored = factorial(evidence, rubric)
    for world in np.random.default_rng(13).integers(scored.grid.size, size=1500):
        assert_world_is_the_long_way(scored, evidence, rubric, world)


@pytest.mark.parametrize("size", [1, 7, 100, 10**9])
def test_batches_hold_all_worlds_in_order(size):
    """Batches of any size cover every world once, in order, with the scores of single look-ups."""
    rubric = made_up_rubric()
    switches = some_switches(rubric, GROUPS["means"])
    scored = factorial(made_up_evidence(1), rubric, switches=switches[::-1])
    everything = scored.scores_at(np.arange(scored.grid.size))
    at = 0
    for block, scores in scored.batches(size):
        assert block.start == at
        assert len(scores) == block.stop - at <= max(size, 3)
        np.testing.assert_array_equal(scores, everything[block])
        at = block.stop
    assert at == scored.grid.size


def test_a_rubric_without_switches_is_one_world():
    """Where nothing varies there is one world, the base, and nothing to explain."""
    rubric, evidence = made_up_rubric(), made_up_evidence(1)
    worlds = enumerate_worlds(evidence, rubric, switches=[])
    assert worlds.ranks.shape == (1, 3)
    assert worlds.base == 0
    assert worlds.law.tolist() == [1.0]
    assert_world_is_the_long_way(worlds.factorial, evidence, rubric, 0)
    statement = Statement(kind="first", subject="ALPHA")
    assert isinstance(explained(worlds, holds_in(worlds, statement)), NotApplicable)
    assert turned_by(worlds, statement) == ()


def test_a_switch_that_does_nothing_keeps_its_levels():
    """Without plans in the evidence both levels of `plans` stay, equal, and explain exactly nothing."""
    rubric = made_up_rubric()
    evidence = made_up_evidence(1)
    rows = evidence.rows[evidence.rows["evidence_type"] != "plan"].reset_index(drop=True)
    evidence = type(evidence)(rows=rows, kinds=evidence.kinds, paragraphs=evidence.paragraphs)
    worlds = enumerate_worlds(
        evidence, rubric, switches=some_switches(rubric, ("plans", "missing", "scoring"))
    )
    ranks = worlds.ranks.reshape(2, 5, 3, 3)
    np.testing.assert_array_equal(ranks[0], ranks[1])
    shares = explained(worlds, average_rank_shift(worlds))
    assert shares.total[0] == 0.0
    assert shares.total[1:].max() > 0


def tiny_evidence():
    """Return evidence on two: one plan in the north, one act in the south, both about tools."""
    return evidence_of(
        {"strength": "3", "evidence_type": "plan", "source": "north"},
        {"organisation": "BETA", "strength": "1", "source": "south"},
        kinds={"north": "", "south": ""},
    )


def tiny_rubric(**fields):
    levels = {
        "sources": {"level": "all", "levels": ["all", "north"], "probabilities": [0.75, 0.25]}
    }
    return flat_rubric(choices=levels, **fields)


def test_worlds_without_a_row_are_left_out_and_the_rest_is_weighted_anew():
    """Plans excluded and the north alone leave no row: three worlds stay, and shares are under their law.

    P = 3/8 each for (exclude, all) and (include, all), 1/8 for (include, north): over 7/8 they
    are 3/7, 3/7 and 1/7. ALPHA has a rank, and is first, in the latter two.
    """
    rubric = tiny_rubric()
    switches = some_switches(rubric, ("plans", "sources"))
    worlds = enumerate_worlds(tiny_evidence(), rubric, switches=switches)
    assert [switch.name for switch in worlds.switches] == ["plans", "sources"]
    assert worlds.left_out == {NO_ROW: 1}
    assert worlds.admissible.tolist() == [True, False, True, True]
    np.testing.assert_allclose(worlds.law, [3 / 7, 0, 3 / 7, 1 / 7], atol=1e-15)
    alpha = Statement(kind="first", subject="ALPHA")
    assert np.isnan(worlds.ranks[:, 0]).tolist() == [True, True, False, False]
    found = share(worlds, alpha)
    assert (found.holds, found.fails, found.unknown) == pytest.approx((4 / 7, 0, 3 / 7))
    shares = explained(worlds, holds_in(worlds, alpha))
    assert isinstance(shares.total, NotApplicable)
    assert shares.law != ""
    # Y is plans=include, so plans explain all; E[Y | all] = 1/2, E[Y | north] = 1, mean 4/7.
    variance = 4 / 7 * 3 / 7
    between = 6 / 7 * (1 / 2 - 4 / 7) ** 2 + 1 / 7 * (1 - 4 / 7) ** 2
    np.testing.assert_allclose(shares.first, [1, between / variance], atol=1e-12)


def test_evidence_without_a_row_that_counts_has_no_world():
    """Where nothing but talk is coded, no combination is admissible, and the reason says so."""
    evidence = evidence_of({"strength": "3", "evidence_type": "opinion"})
    found = enumerate_worlds(evidence, flat_rubric())
    assert found == NotApplicable(f"no combination is admissible: {NO_ROW}")


def test_where_nothing_is_written_on_somebody_there_is_nothing_per_word():
    """Only worlds that ask for points per words where one has none are left out, and say on whom."""
    rows = [
        {"strength": "3", "source": "north", "locator": "line 1"},
        {"organisation": "BETA", "strength": "1", "source": "south", "locator": "line 1"},
    ]
    paragraphs = pd.DataFrame(
        {"source": ["north", "south"], "line": 1, "line_end": 1, "words": [100, 50]}
    )
    evidence = evidence_of(*rows, kinds={"north": "", "south": ""}, paragraphs=paragraphs)
    rubric = tiny_rubric()
    switches = some_switches(rubric, ("documentation", "sources"))
    worlds = enumerate_worlds(evidence, rubric, switches=switches)
    (reason,) = worlds.left_out
    assert "no words are counted on BETA" in reason
    assert worlds.left_out[reason] == 1
    for world in range(4):
        assert_world_is_the_long_way(worlds.factorial, evidence, rubric, world)
        levels = levels_of(worlds.factorial.grid, world)
        barred = levels == {"documentation": "per_1000_words", "sources": "north"}
        assert worlds.admissible[world] == (not barred)


def test_values_below_zero_bar_the_means_that_cannot_take_them():
    """Under z-scores every geometric and harmonic world with a value below zero is left out, named."""
    criteria = {
        "tools": {"normalise": {"rule": "zscore"}},
        "hindrance": {"kind": "barrier", "normalise": {"rule": "zscore"}},
    }
    rules = {"aggregation": {"levels": ["arithmetic", "geometric", "harmonic"]}}
    rubric = flat_rubric(criteria=criteria, rules=rules)
    rows = [
        {"organisation": name, "criterion": criterion, "strength": strength}
        for (name, criterion), strength in zip(
            itertools.product(["ALPHA", "BETA"], ["tools", "hindrance"]), "1331", strict=True
        )
    ]
    evidence = evidence_of(*rows)
    switches = some_switches(rubric, ("aggregation", "strength_scale", "barrier_treatment"))
    worlds = enumerate_worlds(evidence, rubric, switches=switches)
    assert grid_of(rubric).levels("normalisation") == (OWN,)
    for world in range(worlds.factorial.grid.size):
        assert_world_is_the_long_way(worlds.factorial, evidence, rubric, world)
    # Under the flat scale all are alike and stand at zero, which no mean refuses.
    assert worlds.left_out == {
        "values below zero under the geometric mean": 6,
        "values below zero under the harmonic mean": 6,
    }


def test_refused_gaps_leave_worlds_out():
    """Where the rubric refuses missing cells, every world with a gap is left out."""
    rubric = flat_rubric(missing="refuse", rules={"missing": {"levels": ["worst"]}})
    evidence = evidence_of({"strength": "3"}, {"organisation": "BETA", "strength": "1"})
    switches = some_switches(rubric, ("missing", "barrier_treatment"))
    worlds = enumerate_worlds(evidence, rubric, switches=switches)
    for world in range(6):
        assert_world_is_the_long_way(worlds.factorial, evidence, rubric, world)
    # Nobody answers a hindrance; only where barriers are left out is nothing missing.
    assert worlds.left_out == {REFUSED: 2}
    assert isinstance(average_rank_shift(worlds), NotApplicable)
    assert isinstance(turned_by(worlds, Statement(kind="first", subject="ALPHA")), NotApplicable)
    alone = enumerate_worlds(evidence, rubric, switches=[])
    assert isinstance(alone, NotApplicable)
    assert REFUSED in alone.reason


def test_a_rule_that_cannot_take_a_value_bars_its_worlds():
    """A cost measured against a target has no ratio where it is zero: that world is left out."""
    criteria = {
        "tools": {"direction": "cost", "normalise": {"rule": "target", "target": 0.5}},
        "hindrance": {"kind": "barrier"},
    }
    rubric = flat_rubric(criteria=criteria)
    evidence = evidence_of(
        {"strength": "1"},
        {"strength": "3", "effect": "limits", "evidence_type": "plan"},
        {"organisation": "BETA", "strength": "2"},
    )
    worlds = enumerate_worlds(evidence, rubric, switches=some_switches(rubric, ("plans",)))
    for world in range(2):
        assert_world_is_the_long_way(worlds.factorial, evidence, rubric, world)
    assert worlds.admissible.tolist() == [True, False]


@pytest.mark.parametrize(
    "rule",
    [
        Normalisation(),
        Normalisation(rule="minmax"),
        Normalisation(rule="zscore"),
        Normalisation(rule="rank"),
        Normalisation(rule="bounds", low=0.2, high=0.7),
    ],
    ids=lambda rule: rule.rule,
)
@pytest.mark.parametrize("cost", [False, True])
def test_normalisation_of_many_worlds_is_that_of_one(rule, cost):
    """Each world's column is normalised as `ioscore.ranking` does it, gaps and constant columns too."""
    rng = np.random.default_rng(14)
    values = rng.choice([0.0, 0.25, 0.25 + 1e-14, 0.5, np.nan], size=(200, 4))
    switch = Switch(name="plans", level="0", levels=tuple(map(str, range(200))), probabilities=())
    criterion = {
        "direction": "cost" if cost else "benefit",
        "normalise": rule.model_dump(exclude_unset=True),
    }
    rubric = Rubric.model_validate({"name": "made_up", "criteria": {"a": criterion}})
    grid = grid_of(rubric, [switch])
    (leaf,) = rubric.leaves()
    found, barred = comparable_cells(values, leaf, grid)
    assert not barred
    for row, got in zip(values, found, strict=True):
        expected = normalise(row[:, None], [rule], np.array([cost]))[:, 0]
        np.testing.assert_allclose(got, expected, atol=1e-15)


def test_a_method_that_is_no_mean_is_not_enumerated():
    """Under TOPSIS a world's scores are no mean of tables, so the analysis says it does not apply."""
    rubric = made_up_rubric(method="topsis")
    found = enumerate_worlds(made_up_evidence(1), rubric)
    assert isinstance(found, NotApplicable)
    assert "topsis" in found.reason


def test_a_source_that_there_is_not_is_an_error():
    """A level of `sources` with an unknown id is a mistake, not an inadmissible world."""
    rubric = flat_rubric(choices={"sources": {"level": "all", "levels": ["all", "nowhere"]}})
    with pytest.raises(EvidenceError, match="nowhere"):
        enumerate_worlds(tiny_evidence(), rubric)


def test_a_window_of_time_holds_in_every_world():
    """With a window only acts in it count, as in `select`."""
    rows = [
        {"strength": "1", "year_start": "2010", "year_end": "2010"},
        {"strength": "3", "year_start": "2015", "year_end": "2015"},
        {"organisation": "BETA", "strength": "2", "year_start": "2010", "year_end": "2015"},
    ]
    rubric = flat_rubric()
    switches = some_switches(rubric, ("counting",))
    early = enumerate_worlds(evidence_of(*rows), rubric, switches=switches, window=(2010, 2012))
    late = enumerate_worlds(evidence_of(*rows), rubric, switches=switches, window=(2013, 2016))
    assert early.ranks.tolist() == [[2, 1], [2, 1]]
    assert late.ranks.tolist() == [[1, 2], [1, 2]]


def worlds_of(ranks, probabilities=None, base=0):
    """Return worlds of one switch with these ranks."""
    n = len(ranks)
    levels = tuple(f"l{i}" for i in range(n))
    law = probabilities or (1 / n,) * n
    switch = Switch(name="plans", level=levels[base], levels=levels, probabilities=law)
    rubric = flat_rubric()
    scored = factorial(evidence_of({"strength": "1"}), rubric, switches=[])
    names = tuple("ABCD"[: len(ranks[0])])
    grid = Grid(switches=(switch,), fixed={})
    fields = {**vars(scored), "grid": grid, "organisations": names}
    fields = {key: fields[key] for key in type(scored).__dataclass_fields__}
    return Worlds(factorial=type(scored)(**fields), ranks=np.array(ranks, dtype=np.float16))


def test_statements_share_ties_and_say_what_is_unknown():
    """Two tied at the top are each first by half, a tie of two is half ahead, no rank is unknown."""
    nan = math.nan
    worlds = worlds_of([[1, 1, 3], [1, 2, 2], [1, 1, 1], [nan, 1, 2]])

    def values(kind, subject, other=""):
        return holds_in(worlds, Statement(kind=kind, subject=subject, other=other)).tolist()

    assert values("first", "A") == pytest.approx([0.5, 1, 1 / 3, nan], nan_ok=True)
    assert values("last", "A") == pytest.approx([0, 0, 1 / 3, nan], nan_ok=True)
    assert values("last", "C") == pytest.approx([1, 0.5, 1 / 3, 1])
    assert values("ahead", "A", "B") == pytest.approx([0.5, 1, 0.5, nan], nan_ok=True)
    assert values("ahead", "C", "B") == pytest.approx([0, 0.5, 0.5, 0])
    found = share(worlds, Statement(kind="ahead", subject="A", other="B"))
    assert (found.holds, found.fails, found.unknown) == pytest.approx((0.5, 0.25, 0.25))


def test_shares_follow_the_probabilities():
    """A share of worlds is weighted by the probabilities of the levels."""
    worlds = worlds_of([[1, 2], [2, 1]], probabilities=(0.9, 0.1))
    assert share(worlds, Statement(kind="first", subject="A")).holds == pytest.approx(0.9)


def test_every_place_is_shared_out(thesis_worlds):
    """Over all worlds the shares of being first add up to one, as do those of being last."""
    for kind in ("first", "last"):
        found = [
            share(thesis_worlds, Statement(kind=kind, subject=o))
            for o in thesis_worlds.organisations
        ]
        assert sum(f.holds for f in found) == pytest.approx(1, abs=1e-9)
        assert all(f.unknown == 0 for f in found)
    one = share(thesis_worlds, Statement(kind="ahead", subject="BOMCA", other="OSCE"))
    other = share(thesis_worlds, Statement(kind="ahead", subject="OSCE", other="BOMCA"))
    assert one.holds + other.holds == pytest.approx(1, abs=1e-9)
    assert 0 < one.holds < 1


def test_an_unknown_organisation_is_an_error(thesis_worlds):
    """A statement about somebody who is not ranked names those who are."""
    with pytest.raises(RubricError, match="NATO"):
        holds_in(thesis_worlds, Statement(kind="first", subject="NATO"))


def test_the_average_rank_shift_by_hand():
    """Mean absolute differences from the base: 0 in it, 2/3 for a swap of neighbours among three."""
    nan = math.nan
    worlds = worlds_of([[2, 1, 3], [1, 2, 3], [3, 2, 1], [nan, 1, 2], [nan, nan, nan]], base=1)
    shift = average_rank_shift(worlds).tolist()
    assert shift == pytest.approx([2 / 3, 0, 4 / 3, 1, nan], nan_ok=True)


def test_single_changes_that_turn_a_statement(thesis, thesis_worlds):
    """`turned_by` names just the single changes under which the long way says otherwise."""
    evidence, rubric = thesis
    base = ranked_the_long_way(evidence, rubric, {})
    statements = [
        Statement(kind="first", subject="UNODC"),
        Statement(kind="last", subject="SCO"),
        Statement(kind="ahead", subject="OSCE", other="CSTO"),
    ]

    def holds(ranking, statement):
        ranks = ranking.table.set_index("organisation")["rank"]
        if statement.kind == "ahead":
            return ranks[statement.subject] < ranks[statement.other]
        return ranks[statement.subject] == {"first": 1, "last": 5}[statement.kind]

    expected = {statement: [] for statement in statements}
    for switch in thesis_worlds.switches:
        for level in switch.levels:
            if level == switch.level:
                continue
            ranking = ranked_the_long_way(evidence, rubric, {switch.name: level})
            for statement in statements:
                if holds(ranking, statement) != holds(base, statement):
                    expected[statement].append(f"{switch.name}={level}")
    for statement in statements:
        assert list(turned_by(thesis_worlds, statement)) == expected[statement]
    assert expected[statements[0]]


def test_what_explains_a_statement_of_the_shipped_rubric(thesis_worlds):
    """Over all worlds first orders lie below totals, and sum to at most one, totals to at least."""
    for values in (
        holds_in(thesis_worlds, Statement(kind="first", subject="UNODC")),
        average_rank_shift(thesis_worlds),
    ):
        shares = explained(thesis_worlds, values)
        # Sums over some million worlds.
        assert (shares.first <= shares.total + 1e-9).all()
        assert (shares.first >= 0).all()
        assert shares.first.sum() <= 1 + 1e-9
        assert shares.total.sum() >= 1 - 1e-9
        assert shares.mean == pytest.approx(float(thesis_worlds.law @ values), abs=1e-9)


def test_ranks_of_many_worlds_are_competition_ranks():
    """Ties share the better rank, noise is a tie, and what is unknown has no rank."""
    nan = math.nan
    scores = np.array(
        [[0.5, 0.5 + 1e-12, 0.1], [0.1, 0.2, 0.3], [nan, 0.2, 0.1], [nan, nan, nan], [0, 0, 0]]
    )
    expected = [[1, 1, 3], [3, 2, 1], [nan, 1, 2], [nan, nan, nan], [1, 1, 1]]
    assert np.array_equal(ranks_of(scores), np.array(expected), equal_nan=True)


def test_the_table_of_worlds_can_be_read_back():
    """The text is a CSV of all admissible worlds: levels in words, ranks, quotes where commas are."""
    rubric = made_up_rubric()
    worlds = enumerate_worlds(
        made_up_evidence(4, rows=20),
        rubric,
        switches=some_switches(rubric, ("sources", "scoring", "plans")),
    )
    chunks = list(table_text(worlds))
    heading, *rows = csv.reader(io.StringIO("".join(chunks)))
    assert heading == ["plans", "sources", "scoring", "rank_ALPHA", "rank_BETA", "rank_GAMMA"]
    assert len(rows) == worlds.admissible.sum()
    kept = np.flatnonzero(worlds.admissible)
    for row, world in zip(rows, kept, strict=True):
        assert row[:3] == list(levels_of(worlds.factorial.grid, world).values())
        ranks = [float(cell) if cell else math.nan for cell in row[3:]]
        assert np.array_equal(ranks, worlds.ranks[world], equal_nan=True)
    assert any("north,south" in row for row in rows)


def test_inadmissible_worlds_are_not_in_the_table():
    """The table has the three worlds that have an answer, unknown ranks empty."""
    rubric = tiny_rubric()
    switches = some_switches(rubric, ("plans", "sources"))
    text = "".join(table_text(enumerate_worlds(tiny_evidence(), rubric, switches=switches)))
    assert text.splitlines() == [
        "plans,sources,rank_ALPHA,rank_BETA",
        "exclude,all,,1",
        "include,all,1,2",
        "include,north,1,",
    ]


def test_the_table_of_all_worlds_is_small_when_compressed(thesis_worlds):
    """A row for each world and one heading; compressed, less than ten bytes a row."""
    size, rows = 0, 0
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as file:
        for chunk in itertools.islice(table_text(thesis_worlds), 30):
            rows += chunk.count("\n")
            file.write(chunk.encode())
    size = len(buffer.getvalue())
    assert rows > 10**5
    assert size < 10 * rows


def test_level_codes_number_the_levels(thesis_worlds):
    """The codes of a world are the numbers of its levels, those of the base those of the rubric."""
    base = thesis_worlds.base
    (codes,) = thesis_worlds.level_codes(slice(base, base + 1))
    levels = [s.levels[c] for s, c in zip(thesis_worlds.switches, codes, strict=True)]
    assert levels == [s.level for s in thesis_worlds.switches]


def test_progress_is_told_to_the_end():
    """After each batch the number of worlds done is told, at last all of them."""
    told = []
    rubric = made_up_rubric()
    worlds = enumerate_worlds(
        made_up_evidence(1), rubric, progress=lambda done, all_: told.append((done, all_))
    )
    assert told[-1] == (len(worlds.ranks),) * 2
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) > 1
