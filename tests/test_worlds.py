"""Every world of the switches at once, against one world at a time."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from helpers import evidence_of, flat_rubric
from ioscore.errors import EvidenceError, NotApplicable
from ioscore.io import read_evidence, read_rubric
from ioscore.ranking.normalisation import normalise
from ioscore.rubric import Normalisation, Rubric
from ioscore.sensitivity.choices.comparable import REFUSED, comparable_cells
from ioscore.sensitivity.choices.factorial import factorial
from ioscore.sensitivity.choices.statements import (
    Statement,
    average_rank_shift,
    explained,
    holds_in,
    turned_by,
)
from ioscore.sensitivity.choices.switches import OWN, Switch, grid_of, switches_of
from ioscore.sensitivity.choices.world_cells import NO_ROW
from ioscore.sensitivity.choices.worlds import enumerate_worlds, ranks_of
from long_way import (
    levels_of,
    made_up_evidence,
    made_up_rubric,
    ranked_the_long_way,
    some_switches,
    tiny_evidence,
    tiny_rubric,
)

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
    """100 random worlds of the shipped evidence, and its base, equal the long way."""
    evidence, rubric = thesis
    scored = thesis_worlds.factorial
    worlds = np.random.default_rng(12).integers(scored.grid.size, size=100)
    for world in (thesis_worlds.base, *worlds):
        assert_world_is_the_long_way(scored, evidence, rubric, world)


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ["thesis", "equal", "norm_diffusion", "programme_areas"])
def test_many_worlds_of_shipped_rubrics_equal_the_long_way(name):
    """400 random worlds of each family of shipped rubrics equal the long way."""
    rubric = read_rubric(name)
    evidence = read_evidence(None, family=rubric.codes, with_paragraphs=True)
    scored = factorial(evidence, rubric)
    for world in np.random.default_rng(13).integers(scored.grid.size, size=400):
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


def test_ranks_of_many_worlds_are_competition_ranks():
    """Ties share the better rank, noise is a tie, and what is unknown has no rank."""
    nan = math.nan
    scores = np.array(
        [[0.5, 0.5 + 1e-12, 0.1], [0.1, 0.2, 0.3], [nan, 0.2, 0.1], [nan, nan, nan], [0, 0, 0]]
    )
    expected = [[1, 1, 3], [3, 2, 1], [nan, 1, 2], [nan, nan, nan], [1, 1, 1]]
    assert np.array_equal(ranks_of(scores), np.array(expected), equal_nan=True)


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
