"""The shipped evidence keeps the rules of the codebook, and nothing in its sources is passed over."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from helpers import ROOT
from ioscore.evidence import find_problems
from ioscore.evidence.adjudication import adjudicate
from ioscore.evidence.matching import COLUMNS, match_acts
from ioscore.evidence.table import EVIDENCE_TYPES, REACHES
from ioscore.io import read_evidence, read_rubric, read_sources, read_table, shipped_rubrics
from ioscore.io.readings import passes, read_reading

EVIDENCE = ROOT / "data" / "evidence"
IN_SCOPE = {"thesis": [(35, 49), (99, 115), (123, 449)]}
"""Lines of the thesis that are read: introduction, 1.5, chapters two to six, conclusion."""
UNITS = {
    "people",
    "courses",
    "occasions",
    "sites",
    "items",
    "kg",
    "tonnes",
    "EUR",
    "USD",
    "percent",
    "years",
    "months",
    "states",
    "agencies",
    "agreements",
    "cases",
    "arrests",
    "hectares",
    "km",
    "documents",
} | {"million EUR", "million USD"}


def table(*parts):
    return read_table(EVIDENCE.joinpath(*parts))


@pytest.fixture(scope="module")
def acts():
    return table("acts.csv")


@pytest.mark.parametrize("name", shipped_rubrics())
def test_the_evidence_is_sound_under_every_rubric(name):
    """No row of the shipped evidence breaks a rule of any shipped rubric."""
    rubric = read_rubric(name)
    assert list(find_problems(read_evidence(family=rubric.codes), rubric)) == []


def test_every_paragraph_has_a_row_or_stands_in_nothing_to_code(acts):
    """Of every source, no paragraph that is to be read is passed over, and none is in both lists."""
    coded = {
        (source, int(re.match(r"line (\d+)", locator)[1]))
        for source, locator in zip(acts["source"], acts["locator"], strict=True)
    }
    empty = {
        (row.source, line)
        for row in table("nothing_to_code.csv").itertuples()
        for line in range(int(row.line), int(row.line_end or row.line) + 1)
    }
    missed = []
    for row in table("paragraphs.csv").itertuples():
        lines = range(int(row.line), int(row.line_end) + 1)
        scope = IN_SCOPE.get(row.source)
        if scope and not any(first <= lines[0] <= last for first, last in scope):
            continue
        if not any((row.source, line) in coded or (row.source, line) in empty for line in lines):
            missed.append((row.source, lines[0]))
    assert missed == []


def test_every_non_empty_line_of_the_thesis_stands_by_itself():
    """In the parts of the thesis that are read a paragraph is one line, so lines are covered too."""
    rows = table("paragraphs.csv").query("source == 'thesis'")
    first, last = rows["line"].astype(int), rows["line_end"].astype(int)
    scope = pd.concat([first.between(a, b) for a, b in IN_SCOPE["thesis"]], axis=1).any(axis=1)
    assert (first[scope] == last[scope]).all()


def test_acts_keep_the_rules_of_the_codebook(acts):
    """Ids, types, reaches, units, lengths of anchors and of summaries are as the codebook says."""
    for row in acts.itertuples():
        line = re.match(r"line (\d+), \S", row.locator)
        assert line, row.where
        assert re.fullmatch(rf"{row.source}-{line[1]}-\d+(-added)?", row.id), row.where
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", row.event_id), row.where
        assert row.evidence_type in EVIDENCE_TYPES, row.where
        assert row.reach in REACHES, row.where
        assert 5 <= len(row.anchor.split()) <= 9, row.where
        assert 1 <= len(row.summary.split()) <= 25, row.where
        assert (row.quantity == "") == (row.unit == ""), row.where
        assert row.unit in UNITS | {""}, row.where
        own = row.actor == row.organisation
        assert own or re.match(r"(state|partner):\S", row.actor), row.where


def test_all_five_sources_are_coded(acts):
    """Every source in the table of sources has rows, and every kind of evidence occurs."""
    assert set(acts["source"]) == set(read_sources()["id"])
    assert set(acts["evidence_type"]) == set(EVIDENCE_TYPES)


def test_the_evidence_is_the_two_passes_with_the_decisions_and_nothing_else():
    """The first pass, changed as decisions.csv says, with what only the second found, is what is scored."""
    readings = [read_reading(path, rubric=read_rubric()) for path in passes()]
    units = sorted(set(readings[0].units) & set(readings[1].units))
    tables = [
        (
            read_table(path / "acts.csv").drop(columns="where"),
            read_table(path / "codes" / "thesis.csv").drop(columns="where"),
        )
        for path in passes()
    ]
    acts, codes = adjudicate(*tables, match_acts(readings, units), table("decisions.csv"))
    for made, name in ((acts, "acts.csv"), (codes, "codes/thesis.csv")):
        key = "id" if name == "acts.csv" else "act_id"
        scored = table(name).drop(columns="where")
        order = [key, "summary" if key == "id" else "criterion"]
        pd.testing.assert_frame_equal(
            made.astype(object).sort_values(order, ignore_index=True),
            scored.sort_values(order, ignore_index=True),
        )


def test_every_difference_of_the_passes_is_decided_by_a_rule():
    """Each act that only one pass found, and each field coded otherwise, has a decision with a rule."""
    decisions = table("decisions.csv")
    assert (decisions["rule"] != "").all()
    readings = [read_reading(path, rubric=read_rubric()) for path in passes()]
    units = sorted(set(readings[0].units) & set(readings[1].units))
    codes = [r.rows.set_index("id") for r in readings]
    settled = set(zip(decisions["pass_1_id"], decisions["pass_2_id"], strict=True))
    whole = {
        (p, q)
        for p, q, f in zip(
            decisions["pass_1_id"], decisions["pass_2_id"], decisions["field"], strict=True
        )
        if f == "act"
    }
    fields = set(zip(decisions["pass_1_id"], decisions["field"], strict=True))
    for row in match_acts(readings, units).itertuples():
        if not (row.pass1 and row.pass2):
            assert (row.pass1, row.pass2) in settled, row
            continue
        one, two = codes[0].loc[row.pass1], codes[1].loc[row.pass2]
        for field in COLUMNS:
            if one[field] != two[field] and (row.pass1, row.pass2) not in whole:
                assert (row.pass1, field) in fields, (row, field)


def test_every_act_names_the_rows_it_came_from(acts):
    """Each act that is scored names a row of the first or the second pass, or both."""
    ids = [set(read_table(path / "acts.csv")["id"]) for path in passes()]
    for row in acts.itertuples():
        assert row.came_from, row.where
        for part in row.came_from.split("; "):
            number, name = part.split(":")
            assert name in ids[int(number) - 1], row.where


def test_the_contradictions_named_beforehand_are_noted():
    """Border length, the slip at the start of chapter six and the withdrawal dates are in the notes."""
    notes = read_table(ROOT / "data" / "source_notes.csv")
    assert notes["id"].is_unique
    text = " ".join(notes["issue"])
    for words in ("1,344", "1,206", "OSCE where the CSTO is meant", "early 1990s", "2006"):
        assert words in text
    assert (notes["decision"] != "").all()


def test_what_the_passes_are_is_said_where_people_read():
    """Codebook and README say that the passes are automated readings and not human coders."""
    for name in ("data/codebook.md", "README.md"):
        text = " ".join((ROOT / name).read_text(encoding="utf-8").split())
        assert "automated reading" in text, name
        assert "human coder" in text, name
