"""Files: whatever is wrong with one, one clear message; writing whole or not at all."""

from __future__ import annotations

import json

import pytest

from helpers import EVIDENCE, RUBRIC, assert_fails_clearly, ioscore
from ioscore.errors import EvidenceError, InputError, IoscoreWarning
from ioscore.io import read_evidence, read_matrix, read_rubric, read_text, write_atomically
from ioscore.study import run_study

GOOD = "organisation,criterion,strength\nALPHA,tools,3\nBETA,tools,1\n"


def write(folder, raw, name="evidence.csv"):
    path = folder / name
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return path


def test_three_columns_are_enough(tmp_path):
    """Evidence needs organisation, criterion and strength; the rest has sensible defaults."""
    evidence = read_evidence(write(tmp_path, GOOD))
    assert list(evidence.rows["effect"]) == ["supports", "supports"]
    assert list(evidence.rows["evidence_type"]) == ["output", "output"]
    assert evidence.rows["event_id"].is_unique


BAD_FILES = {
    "empty": (b"", "the file is empty"),
    "blank": (b"  \n\n", "the file is empty"),
    "utf-16": (GOOD.encode("utf-16"), "UTF-16"),
    "latin-1": (GOOD.replace("ALPHA", "\u00c4LPHA").encode("latin-1"), "not UTF-8"),
    "nul": (GOOD.encode() + b"\0", "NUL"),
    "tabs": (GOOD.replace(",", "\t").encode(), "tabs"),
    "semicolons": (GOOD.replace(",", ";").encode(), "semicolons"),
    "header only": (b"organisation,criterion,strength\n", "no row"),
    "column twice": (b"organisation,criterion,criterion\nA,b,1\n", "stands twice"),
    "short row": (GOOD.encode() + b"GAMMA,tools\n", "row 4: 2 fields, but the header has 3"),
    "long row": (GOOD.encode() + b"GAMMA,tools,1,2\n", "row 4: 4 fields, but the header has 3"),
    "open quote": (GOOD.encode() + b'"GAMMA,tools,1\n', "broken CSV"),
    "no criterion": (b"organisation,strength\nALPHA,1\n", "no column criterion"),
    "unknown organisation": (GOOD.encode() + b"DELTA,tools,1\n", "unknown organisation 'DELTA'"),
    "unknown criterion": (
        GOOD.encode() + b"ALPHA,tolls,1\n",
        "row 4, criterion: the rubric has no criterion",
    ),
    "nan": (GOOD.encode() + b"ALPHA,tools,nan\n", "'nan' is no level"),
    "huge": (GOOD.encode() + b"ALPHA,tools,1e308\n", "'1e308' is no level"),
    "no organisation": (GOOD.encode() + b",tools,1\n", "no organisation is named"),
    "no strength": (GOOD.encode() + b"ALPHA,tools,\n", "'' is no level"),
}


@pytest.mark.parametrize(("raw", "found"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_evidence_gets_one_clear_message(tmp_path, raw, found):
    """Bad evidence ends with status 1 and one message, never with a traceback."""
    path = write(tmp_path, raw)
    assert_fails_clearly(ioscore("rank", "-r", RUBRIC, "-e", path), found, str(path))


FIELDS = {
    "evidence_type": ("rumour", "unknown evidence_type"),
    "effect": ("helps", "unknown effect"),
    "reach": ("moon", "unknown reach"),
    "year_start": ("20l5", "is no year"),
    "year_end": ("2014", "only one of the two years"),
    "quantity": ("inf", "is no finite number"),
    "subcriterion": ("course", ""),
    "alt_criterion": ("tolls", "no criterion 'tolls'"),
}


@pytest.mark.parametrize("field", FIELDS)
def test_each_wrong_field_is_named_with_its_row(tmp_path, field):
    """A wrong value is reported with file, row and field; a free subcriterion of a leaf is none."""
    value, found = FIELDS[field]
    path = write(tmp_path, f"organisation,criterion,strength,{field}\nALPHA,tools,1,{value}\n")
    run = ioscore("check", path, "-r", RUBRIC)
    if found:
        assert run.status == 1
        assert f"{path}, row 2, {field}: " in run.out
        assert found in run.out
    else:
        assert run.status == 0, run.out


def test_a_duplicated_act_is_named_with_both_rows(tmp_path):
    """Two rows with one id and one code are an error that names both."""
    head = "id,organisation,criterion,strength\n"
    path = write(tmp_path, head + "a,ALPHA,tools,1\na,ALPHA,tools,2\n")
    with pytest.raises(EvidenceError, match=r"row 3, id.*coded twice alike.*row 2"):
        run_study(read_evidence(path), read_rubric(str(RUBRIC)))


def test_a_folder_of_evidence_must_fit_together(tmp_path):
    """A code without act, an act without code and an act twice are all found."""
    acts = "id,organisation\na,ALPHA\nb,ALPHA\nb,BETA\n"
    write(tmp_path, acts, "acts.csv")
    (tmp_path / "codes").mkdir()
    write(tmp_path / "codes", "act_id,criterion,strength\na,tools,1\nz,tools,1\n", "thesis.csv")
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path)
    text = str(caught.value)
    assert "act 'b' stands twice" in text
    assert "no act 'z'" in text
    assert "act 'b' has no code" in text


def test_a_byte_order_mark_and_crlf_are_read_with_a_note(tmp_path):
    """What Excel and Windows add does no harm: the same ranking, and a note about the mark."""
    plain = ioscore("rank", "-r", RUBRIC, "-e", write(tmp_path, GOOD), "-f", "json")
    raw = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    marked = ioscore("rank", "-r", RUBRIC, "-e", write(tmp_path, raw, "marked.csv"), "-f", "json")
    assert marked.status == 0
    assert marked.out == plain.out
    assert "byte order mark" in marked.err


def test_a_directory_and_a_missing_file_are_said_to_be_that(tmp_path):
    """A folder without acts, a folder as rubric and a missing file each get their message."""
    assert_fails_clearly(ioscore("rank", "-e", tmp_path), "acts.csv", "no such file")
    assert_fails_clearly(ioscore("rank", "-r", tmp_path), "directory")
    assert_fails_clearly(ioscore("rank", "-e", tmp_path / "nowhere.csv"), "no such file")
    assert_fails_clearly(ioscore("rank", "-r", "nowhere.yaml"), "no such file")
    assert_fails_clearly(ioscore("rank", "-r", "nowhere"), "no rubric of that name", "thesis")


def test_no_permission_is_said_to_be_that(tmp_path, monkeypatch):
    """A file that may not be read gives that message (the system's refusal is imitated)."""
    path = write(tmp_path, GOOD)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(InputError, match="no permission to read it"):
        read_text(path)


def test_an_unknown_column_is_noted_not_dropped_in_silence(tmp_path):
    """A misspelt optional column is read past, with a warning that names it."""
    path = write(tmp_path, "organisation,criterion,strength,yeer\nALPHA,tools,1,2015\n")
    with pytest.warns(IoscoreWarning, match="yeer"):
        read_evidence(path)


MATRICES = {
    "nan": ("x,a\nA,nan\n", "'nan' is no number"),
    "underscore": ("x,a\nA,1_000\n", "'1_000' is no number"),
    "reserved name": ("x,where\nA,1\n", "called 'where'"),
    "infinite": ("x,a\nA,inf\n", "'inf' is no number"),
    "huge": ("x,a\nA,1e308\n", "'1e308' is no number"),
    "text": ("x,a\nA,much\n", "row 2, a: 'much'"),
    "decimal comma": ('x,a\nA,"0,5"\n', "decimal point"),
    "twice": ("x,a\nA,1\nA,2\n", "no name of its own"),
    "no name": ("x,a\n,1\nB,2\n", "no name of its own"),
    "no column": ("x\nA\n", "no column of scores"),
}


@pytest.mark.parametrize(("text", "found"), MATRICES.values(), ids=MATRICES)
def test_a_bad_matrix_gets_one_clear_message(tmp_path, text, found):
    """A matrix with anything but plain numbers is refused; an empty field alone means missing."""
    assert_fails_clearly(ioscore("rank", "--scores", write(tmp_path, text, "m.csv")), found)


def test_an_empty_field_of_a_matrix_is_missing(tmp_path):
    """The empty field is NaN, and everything else is as written."""
    matrix = read_matrix(write(tmp_path, "x,a,b\nA,1,\nB,-2.5,1e0\n", "m.csv"))
    assert matrix.isna().sum().sum() == 1
    assert matrix.loc["B"].tolist() == [-2.5, 1]


def test_columns_on_unlike_scales_are_warned_of(tmp_path):
    """A column a thousand times another drowns it, and that is said; a rank stays in its range."""
    path = write(tmp_path, "x,points,share\nA,70,\nB,60,0.4\nC,50,0.3\n", "m.csv")
    with pytest.warns(IoscoreWarning, match=r"points reaches 70, share only 0\.4"):
        read_matrix(path)
    run = ioscore("rank", "--scores", path, "-f", "json")
    assert "weights do not mean what they say" in run.err
    for row in json.loads(run.out)["ranking"]:
        low, high = row["rank_range"]
        assert low <= row["rank"] <= high


def test_a_rubric_of_ones_own_without_evidence_is_told_what_is_missing(tmp_path):
    """A rubric that meets the shipped evidence by mistake is asked whether --evidence is missing."""
    path = write(tmp_path, "criteria: {tools: {}}\n", "own.yaml")
    assert_fails_clearly(ioscore("rank", "-r", path), "Is --evidence missing?")


@pytest.mark.parametrize(
    "text", ["criteria: {tools: {weight: 20,5}}\n", "criteria:\n  tools:\n    weight: 20,5\n"]
)
def test_a_decimal_comma_is_recognised(tmp_path, text):
    """A weight with a decimal comma is said to be that."""
    assert_fails_clearly(ioscore("rank", "-r", write(tmp_path, text, "own.yaml")), "decimal comma")


def test_a_link_is_followed_and_a_device_is_written_to(tmp_path):
    """Writing through a link changes its target and keeps the link."""
    target = write(tmp_path, "old", "target.txt")
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    write_atomically(link, "new\n")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new\n"


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path):
    """Blank rows are passed over but counted."""
    path = write(tmp_path, "organisation,criterion,strength\n\n,,\nALPHA,tools,9\n")
    assert_fails_clearly(ioscore("rank", "-r", RUBRIC, "-e", path), "row 4, strength")


def test_writing_is_whole_or_not_at_all(tmp_path):
    """A file is replaced in one step; where that cannot be, the old one stays and nothing is left."""
    path = write(tmp_path, "old", "out.txt")
    write_atomically(path, "new\n")
    assert path.read_bytes() == b"new\n"
    blocked = tmp_path / "folder"
    blocked.mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_atomically(blocked, "text")
    with pytest.raises(InputError, match="cannot be written"):
        write_atomically(tmp_path / "nowhere" / "out.txt", "text")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "out.txt"]


def test_output_goes_to_the_file_and_nowhere_else(tmp_path):
    """With --output the result stands in the file, byte for byte what stdout would have had."""
    path = tmp_path / "ranking.json"
    options = ("rank", "-r", RUBRIC, "-e", EVIDENCE, "-f", "json")
    assert ioscore(*options, "-o", path).out == ""
    assert path.read_text(encoding="utf-8") == ioscore(*options).out
