"""Statements on ranks over all worlds: shares, ties, what turns and explains them; the table."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import math

import numpy as np
import pytest

from helpers import evidence_of, flat_rubric
from ioscore.errors import NotApplicable, RubricError
from ioscore.io import read_evidence, read_rubric
from ioscore.sensitivity.choices.factorial import factorial
from ioscore.sensitivity.choices.statements import (
    Statement,
    average_rank_shift,
    explained,
    holds_in,
    share,
    turned_by,
)
from ioscore.sensitivity.choices.switches import Grid, Switch
from ioscore.sensitivity.choices.world_cells import NO_ROW
from ioscore.sensitivity.choices.world_table import table_text
from ioscore.sensitivity.choices.worlds import Worlds, enumerate_worlds
from long_way import (
    levels_of,
    made_up_evidence,
    made_up_rubric,
    ranked_the_long_way,
    some_switches,
    tiny_evidence,
    tiny_rubric,
)


@pytest.fixture(scope="module")
def thesis():
    """Return the shipped evidence, with paragraphs, and rubric."""
    rubric = read_rubric("thesis")
    return read_evidence(None, family=rubric.codes, with_paragraphs=True), rubric


@pytest.fixture(scope="module")
def thesis_worlds(thesis):
    """Return all worlds of the shipped rubric."""
    return enumerate_worlds(*thesis)


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
