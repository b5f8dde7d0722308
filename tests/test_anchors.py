"""Whether a row stands where it says."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest

from helpers import ROOT, ioscore
from ioscore.errors import InputError
from ioscore.evidence.anchors import check_anchor, numbers_near, source_text
from ioscore.io import read_sources, read_table, verify
from ioscore.io.tables import read_paragraphs
from ioscore.io.verification import places

TEXT = """A made-up heading

In this made-up year the made-up
office gave 1,344 lamps to twenty-two guards.

Another made-up line with 12 345 things and 9,5 more.

Far away stands the number 77 alone here."""


def row(**fields):
    base = {"where": "made up, row 2", "source": "made_up", "locator": "line 4, x", "quantity": ""}
    return {**base, "anchor": "office gave 1,344 lamps to", **fields}


def problems(**fields):
    return [str(p) for p in check_anchor(row(**fields), source_text(TEXT))]


def test_a_row_that_stands_where_it_says_has_no_problem():
    """Anchor once, at its line, with its number printed there: nothing to mend."""
    assert problems(quantity="1344") == []


def test_an_anchor_may_run_over_a_line_end():
    """Line breaks read as spaces, and the line is the one where the anchor begins."""
    assert problems(locator="line 3, x", anchor="made-up year the made-up office gave 1,344") == []


WRONG = {
    "another line": ({"locator": "line 3, x"}, "begins on line 4, the locator says 3"),
    "no line": ({"locator": "page 3"}, "no line number"),
    "absent": ({"anchor": "words that stand nowhere at all"}, "stands 0 times"),
    "too short": ({"anchor": "office gave 1,344 lamps"}, "has 4 words"),
    "too long": (
        {"anchor": "office gave 1,344 lamps to twenty-two guards. Another made-up line"},
        "has 10 words",
    ),
    "no number": ({"quantity": "many"}, "'many' is no number"),
    "other number": ({"quantity": "77"}, "77 is not printed on line 4"),
}


@pytest.mark.parametrize(("fields", "found"), WRONG.values(), ids=WRONG)
def test_a_row_that_does_not_is_named(fields, found):
    """Each way of standing wrong is found and said."""
    assert any(found in text for text in problems(**fields))


def test_an_anchor_that_stands_twice_finds_no_place():
    """An anchor must be unique in its source."""
    text = source_text("the same five words here\n\nthe same five words here")
    found = list(check_anchor(row(anchor="the same five words here", locator="line 1"), text))
    assert "stands 2 times" in str(found[0])


@pytest.mark.parametrize("number", [1344, 22, 12345, 9.5])
def test_numbers_are_read_with_separators_and_in_words(number):
    """1,344 and 12 345 and 9,5 and twenty-two are the numbers they mean; 77 is too far away."""
    near = numbers_near(source_text(TEXT), 4, 4)
    assert number in near
    assert 77 not in near


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "made_up.txt"
    path.write_text(TEXT, encoding="utf-8")
    return tmp_path


def table(folder, sha=None):
    own = hashlib.sha256((folder / "made_up.txt").read_bytes()).hexdigest()
    return pd.DataFrame({"id": ["made_up"], "file": ["made_up.txt"], "sha256": [sha or own]})


def test_a_source_with_another_checksum_is_named(folder):
    """A file that is not the one recorded is reported, though its anchors may be found."""
    rows = pd.DataFrame([row()])
    assert verify(rows, table(folder), folder).problems == ()
    (problem,) = verify(rows, table(folder, "0" * 64), folder).problems
    assert problem.where.startswith("made_up (")
    assert "sha256" in problem.found


def test_rows_that_cannot_be_looked_up_do_not_pass(folder):
    """A row of a source that is not in the table, or not in the folder, is a problem."""
    rows = pd.DataFrame([row(), row(source="elsewhere")])
    (problem,) = verify(rows, table(folder), folder).problems
    assert "'elsewhere'" in problem.where
    assert "1 rows could not be looked up" in problem.found


def test_a_folder_without_any_source_is_an_error(tmp_path):
    """Looking up in the wrong folder is refused, not answered with zero problems."""
    rows = pd.DataFrame([row()])
    sources = pd.DataFrame({"id": ["made_up"], "file": ["made_up.txt"], "sha256": [""]})
    with pytest.raises(InputError, match=r"none of made_up\.txt"):
        verify(rows, sources, tmp_path)


def test_every_anchor_of_the_shipped_evidence_stands_in_its_source(sources):
    """`ioscore verify` finds every anchor once, at its line, with its number, in the real sources."""
    run = ioscore("verify", "--sources", sources)
    assert run.status == 0, run.out + run.err
    assert "evidence: " in run.out
    assert ", 0 problems" in run.out


@pytest.mark.parametrize("number", ["1", "2"])
def test_both_passes_stand_in_the_sources_too(sources, number):
    """The passes as they were made are verified like the evidence that is scored."""
    folder = ROOT / "data" / "evidence" / "passes" / number
    run = ioscore("verify", "--sources", sources, "--evidence", folder)
    assert run.status == 0, run.out + run.err


def test_every_verdict_stands_in_its_source(sources):
    """Each claim has its place: the anchor once, at its line."""
    rows = read_table(ROOT / "data" / "claims.csv")
    assert verify(rows, read_sources(), sources).problems == ()


@pytest.mark.parametrize("number", ["1", "2"])
def test_the_places_of_a_pass_are_where_its_anchors_stand(sources, number):
    """places.csv of each pass is what the sources give for its anchors."""
    folder = ROOT / "data" / "evidence" / "passes" / number
    made = places(read_table(folder / "acts.csv"), read_sources(), sources)
    shipped = read_table(folder / "places.csv").drop(columns="where")
    pd.testing.assert_frame_equal(made.astype(str).astype(object), shipped)


def test_the_table_of_paragraphs_is_what_the_sources_give(sources):
    """paragraphs.csv has each run of non-empty lines of each source, with its words."""
    table = read_paragraphs(ROOT / "data" / "evidence" / "paragraphs.csv")
    for row in read_sources().itertuples():
        lines = (sources / row.file).read_text(encoding="utf-8").split("\n")
        starts = [
            n
            for n, line in enumerate(lines, 1)
            if line.strip() and not (n > 1 and lines[n - 2].strip())
        ]
        part = table[table["source"] == row.id]
        assert list(part["line"]) == starts
        assert part["words"].sum() == sum(len(line.split()) for line in lines) == int(row.words)
