"""The commands, run as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys

import pytest

from helpers import EVIDENCE, ROOT, RUBRIC, assert_fails_clearly, ioscore

MADE_UP = ("-r", RUBRIC, "-e", EVIDENCE)
FORMATS = ("table", "json", "csv", "markdown", "latex")


def test_rank_ends_with_all_ranked():
    """`ioscore rank` ranks the five organisations of the thesis on the shipped evidence."""
    run = ioscore("rank", "-f", "json")
    assert run.status == 0, run.err
    document = json.loads(run.out)
    assert document["schema"] == "ioscore.ranking/1"
    names = [row["organisation"] for row in document["ranking"]]
    assert sorted(names) == ["BOMCA", "CSTO", "OSCE", "SCO", "UNODC"]
    assert [row["rank"] for row in document["ranking"]] == sorted(
        row["rank"] for row in document["ranking"]
    )
    assert document["sources"] == ["thesis"]


def test_the_same_command_gives_the_same_bytes():
    """`ioscore rank --format json` twice, with other hash seeds, is the same bytes."""
    runs = [ioscore("rank", "-f", "json", PYTHONHASHSEED=str(seed)) for seed in (0, 1, 2)]
    assert len({run.out for run in runs}) == 1
    assert runs[0].status == 0


def test_contributions_in_the_json_add_up_to_the_scores():
    """Rounded to six digits, contributions still sum to the score within their rounding."""
    for row in json.loads(ioscore("rank", "-f", "json").out)["ranking"]:
        parts = [value for value in row["contributions"].values() if value is not None]
        # Each of six figures is rounded to six significant digits, 5e-7 at most below one.
        assert sum(parts) == pytest.approx(row["score"], abs=4e-6)


def test_every_ranking_says_that_it_measures_effort_not_effect():
    """Table, Markdown and JSON carry the line on what is measured, with the sources named."""
    for form in ("table", "markdown", "json"):
        assert (
            "documented effort in the named sources, not effect" in ioscore("rank", "-f", form).out
        )
    assert "(thesis)" in ioscore("rank").out


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_holds_every_organisation(form):
    """Each format of each main command is written, with data on stdout alone."""
    for command in (
        ("rank", *MADE_UP),
        ("explain", "ALPHA", *MADE_UP),
        ("data", "describe", *MADE_UP),
    ):
        run = ioscore(*command, "-f", form)
        assert run.status == 0, run.err
        assert "ALPHA" in run.out or command[0] == "explain"
        if form == "json":
            json.loads(run.out)
        if form == "csv":
            rows = list(csv.reader(io.StringIO(run.out)))
            assert len({len(row) for row in rows}) == 1


def test_what_is_left_out_is_counted_on_stderr():
    """Rows that do not count are counted by reason, on stderr."""
    err = ioscore("rank", *MADE_UP).err
    for reason in ("1 plan", "1 opinion or recommendation", "1 act of a state by itself"):
        assert reason in err


def test_every_coded_row_is_counted_once():
    """Those that count and those left out add up to what is coded, and to what describe counts."""
    err = ioscore("rank").err
    counts = [int(n) for n in re.findall(r"(?:^|: |; )(\d+) ", err.strip().splitlines()[-1])]
    described = json.loads(ioscore("data", "describe", "-f", "json").out)
    assert sum(counts) == sum(row["total"] for row in described["counts"])


def test_what_was_counted_shows_no_decimals():
    """Offices, dollars and places are whole in a table; what is no whole number keeps its decimals."""
    table = ioscore("compare", "roca_2018", "roca_2023").out
    assert "2,000,000" in table
    assert "172.2 " in table
    assert "e+0" not in table
    assert "1.000" not in ioscore("rank", "--by-year").out


def test_mixing_sources_of_unlike_kinds_is_said():
    """With all sources the result names their kinds; with the thesis alone there is nothing to say."""
    assert "mixes sources of unlike kinds" in ioscore("rank", "--sources", "all").out
    assert "mixes" not in ioscore("rank").out


def test_a_window_is_printed_with_the_result_and_undated_acts_are_counted():
    """`--window` stands in the result, and stderr counts the undated."""
    run = ioscore("rank", *MADE_UP, "--window", "2015:2016")
    assert "acts of 2015 to 2016" in run.out
    assert "1 undated" in run.err
    assert json.loads(ioscore("rank", *MADE_UP, "--window", "2015:2016", "-f", "json").out)[
        "window"
    ] == [2015, 2016]


def test_markdown_has_a_sentence_with_the_margin_for_each_neighbouring_pair():
    """Three ranked organisations give two sentences."""
    out = ioscore("rank", *MADE_UP, "-f", "markdown").out
    assert out.count("is ahead of") == 2
    assert (
        "ALPHA is ahead of BETA by 0.133 (0.413 to 0.280), most of all by tools (+0.247); missing: "
        in out
    )


def test_setting_a_weight_moves_shares_and_order():
    """`--set tools=0` takes tools out: BETA leads ALPHA, as (.37 + .75) / 2 is more than .5."""
    document = json.loads(ioscore("rank", *MADE_UP, "--set", "tools=0", "-f", "json").out)
    assert document["weights"]["tools"] == 0
    assert document["ranking"][0]["organisation"] == "BETA"
    assert document["ranking"][0]["score"] == pytest.approx(
        (1 - 2 ** (-2 / 3) + 0.75) / 2, rel=1e-5
    )


def test_choices_and_sources_can_be_changed_on_the_command_line():
    """`--choice` and `--sources` change what counts and stand in the result."""
    document = json.loads(ioscore("rank", *MADE_UP, "--choice", "plans=include", "-f", "json").out)
    assert document["choices"]["plans"] == "include"
    assert "plan" not in document["left_out"]
    one = json.loads(ioscore("rank", *MADE_UP, "--sources", "made_up_book", "-f", "json").out)
    assert one["sources"] == ["made_up_book"]
    assert_fails_clearly(
        ioscore("rank", *MADE_UP, "--sources", "nowhere"), "no source nowhere", "made_up_book"
    )


def test_a_ready_matrix_is_ranked_without_a_rubric(tmp_path):
    """Without a rubric a matrix has equal weights, all benefits, and its own scale."""
    path = tmp_path / "matrix.csv"
    path.write_text("city,Green space (m2),air\nOslo,10,3\nRome,4,\nBern,6,9\n", encoding="utf-8")
    document = json.loads(ioscore("rank", "--scores", path, "-f", "json").out)
    scores = {row["organisation"]: row["score"] for row in document["ranking"]}
    assert scores == {"Bern": 7.5, "Oslo": 6.5, "Rome": 4.0}
    # Rome's air may be anything on the scale from 3 to 10, so its score between 3.5 and 7.
    rome = next(row for row in document["ranking"] if row["organisation"] == "Rome")
    assert rome["score_range"] == [3.5, 7.0]
    assert rome["rank_range"] == [2, 3]


def test_columns_are_named_by_their_headings(tmp_path):
    """A heading with blanks or in another script can be weighed by its own name."""
    path = tmp_path / "matrix.csv"
    path.write_text("x,Grüne Fläche,тест\nA,1,0\nB,0,1\n", encoding="utf-8")
    run = ioscore("rank", "--scores", path, "--set", "Grüne Fläche=3", "-f", "json")
    document = json.loads(run.out)
    assert document["weights"] == {"Grüne_Fläche": 0.75, "тест": 0.25}
    assert document["measures"] == "the values given"
    assert document["choices"] == {}


def test_a_ready_matrix_is_ranked_by_a_rubric(tmp_path):
    """With a rubric the columns are its leaves, by id or path."""
    path = tmp_path / "matrix.csv"
    path.write_text(
        "x,courses,schooling/visits,tools,hindrance\nA,1,0,0,0\nB,0,0,1,0\n", encoding="utf-8"
    )
    document = json.loads(ioscore("rank", "--scores", path, "-r", RUBRIC, "-f", "json").out)
    assert {row["organisation"]: row["score"] for row in document["ranking"]} == {
        "A": 0.125,
        "B": 0.5,
    }
    assert_fails_clearly(
        ioscore("rank", "--scores", path, "-r", "thesis"), "no leaf of rubric thesis"
    )


USAGE = {
    "unknown command": ("rnak",),
    "unknown option": ("rank", "--weigth", "1"),
    "no number": ("rank", "--set", "training=much"),
    "no pair": ("rank", "--set", "training"),
    "no window": ("rank", "--window", "2015-2020"),
    "window reversed": ("rank", "--window", "2020:2015"),
    "matrix and evidence": ("rank", "--scores", "x.csv", "-e", "y.csv"),
    "no format": ("rank", "-f", "xml"),
}


@pytest.mark.parametrize("command", USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(command):
    """Wrong usage is told apart from bad input by its exit status."""
    run = ioscore(*command)
    assert run.status == 2
    assert "Traceback" not in run.err
    assert run.out == ""


@pytest.mark.parametrize(
    "weight", ["training=-1", "training=nan", "training=inf", "training=1e308", "traning=1"]
)
def test_a_weight_that_cannot_be_is_bad_input(weight):
    """A weight below zero, not finite, too large, or of no criterion ends with 1 and a message."""
    assert_fails_clearly(ioscore("rank", "--set", weight))


def test_explain_goes_down_to_event_anchor_and_line():
    """`explain` names for each row event, source, line and anchor, and which row counts."""
    document = json.loads(
        ioscore("explain", "UNODC", "--criterion", "infrastructure", "-f", "json").out
    )
    assert document["organisation"] == "UNODC"
    assert document["rows"]
    for row in document["rows"]:
        assert row["leaf"].startswith("infrastructure/")
        assert row["locator"].startswith("line ")
        assert 5 <= len(row["anchor"].split()) <= 9
    made_up = ioscore("explain", "alpha", *MADE_UP).out
    assert "alpha-course (same event, counts once)" in made_up
    assert "hindrance: missing: no row counts" in made_up
    assert (
        "left out: 1 act of a state by itself; 1 opinion or recommendation, never scored" in made_up
    )
    assert_fails_clearly(ioscore("explain", "NATO"), "no organisation 'NATO'", "UNODC")
    assert_fails_clearly(ioscore("explain", "UNODC", "--criterion", "x"), "no criterion 'x'")


def test_a_score_can_be_recomputed_from_what_explain_prints():
    """The points that `explain` lists for UNODC's border posts give its score by the formula."""
    document = json.loads(
        ioscore("explain", "UNODC", "--criterion", "border_posts", "-f", "json").out
    )
    net = sum(
        row["points"] * (1 if row["effect"] == "supports" else -1)
        for row in document["rows"]
        if row["counts"] and row["effect"] != "absent"
    )
    expected = max(0.0, 1 - 2 ** (-net / 6)) if net > 0 else 0.0
    assert document["cells"][0]["score"] == pytest.approx(expected, abs=1e-6)


def test_check_finds_what_is_shipped_sound():
    """`ioscore check` without files finds nothing wrong with rubrics and evidence."""
    run = ioscore("check")
    assert run.status == 0, run.out
    assert "sound" in run.out


def test_check_tells_files_apart_and_lists_every_problem(tmp_path):
    """A rubric, evidence and a matrix are each checked as what they are; all problems are listed."""
    matrix = tmp_path / "m.csv"
    matrix.write_text("x,a\nA,1\n", encoding="utf-8")
    good = ioscore("check", RUBRIC, EVIDENCE, matrix, "-r", RUBRIC)
    assert good.status == 0, good.out + good.err
    assert good.out.count("sound") == 3
    bad = tmp_path / "bad.csv"
    lines = "".join(f"ALPHA,tools,{n}\n" for n in range(4, 12))
    bad.write_text("organisation,criterion,strength\n" + lines, encoding="utf-8")
    run = ioscore("check", bad, "-r", RUBRIC)
    assert run.status == 1
    assert run.out.count("is no level of the rubric") == 8
    assert "8 problems" in run.err


def test_verifying_in_a_folder_without_sources_is_bad_input(tmp_path):
    """A folder without sources is bad input (1), not a failed check."""
    assert_fails_clearly(ioscore("verify", "--sources", tmp_path), "none of")


def test_verify_lists_problems_in_every_format(tmp_path):
    """A row that does not stand where it says ends with 3, as text and as JSON alike."""
    (tmp_path / "book.txt").write_text("one made-up line of seven words here\n", encoding="utf-8")
    head = "organisation,criterion,strength,source,locator,anchor\n"
    (tmp_path / "e.csv").write_text(
        head + "ALPHA,tools,1,book,line 2,one made-up line of seven\n", encoding="utf-8"
    )
    (tmp_path / "sources.csv").write_text(
        "id,kind,file,sha256\nbook,made up,book.txt,0\n", encoding="utf-8"
    )
    command = ("verify", "--sources", tmp_path, "-e", tmp_path / "e.csv", "-r", RUBRIC)
    text, document = ioscore(*command), ioscore(*command, "-f", "json")
    assert (text.status, document.status) == (3, 3)
    assert "begins on line 1, the locator says 2" in text.out
    assert len(json.loads(document.out)["problems"]) == 2


def test_rubric_commands():
    """list, show, diff, schema and compare print what they are for."""
    assert "hard_security" in ioscore("rubric", "list").out
    shown = json.loads(ioscore("rubric", "show", "equal", "-f", "json").out)
    assert shown["schema"] == "ioscore.rubric/1"
    diff = ioscore("rubric", "diff", "thesis", "equal", "-f", "csv").out.splitlines()
    assert diff[0] == "what,thesis,equal"
    assert "weight training,0.15,0.1667" in diff
    same = ioscore("rubric", "diff", "thesis", "thesis")
    assert "alike" in same.err
    schema = json.loads(ioscore("rubric", "schema").out)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    compared = ioscore("rubric", "compare", "-f", "csv").out.splitlines()
    assert compared[0].startswith("organisation,thesis,")
    assert len(compared) == 6


def test_rubrics_of_one_name_are_compared_side_by_side(tmp_path):
    """Two rubrics called alike both have a column."""
    path = tmp_path / "mine.yaml"
    path.write_text("extends: thesis\nname: thesis\nweights: {barriers: 90}\n", encoding="utf-8")
    head = ioscore("rubric", "compare", "thesis", path, "-f", "csv").out.splitlines()[0]
    assert head == "organisation,thesis,thesis (2)"


@pytest.mark.parametrize("name", ["2024", "no", "my: r", "\u00fcber"])
def test_a_new_rubric_loads_whatever_it_is_called(tmp_path, name):
    """Names that YAML would read as a number, a truth or a mapping are quoted."""
    path = tmp_path / f"{name}.yaml"
    for option in ([], ["--blank", "--force"]):
        assert ioscore("rubric", "new", path, *option).status == 0
        run = ioscore("rubric", "show", path, "-f", "json")
        assert json.loads(run.out)["name"] == name


def test_a_new_rubric_finds_the_one_it_extends_from_its_own_folder(tmp_path):
    """A base given by path is written relative to the new file."""
    base = tmp_path / "base.yaml"
    assert ioscore("rubric", "new", base, "--blank").status == 0
    (tmp_path / "sub").mkdir()
    new = tmp_path / "sub" / "mine.yaml"
    assert ioscore("rubric", "new", new, "--extends", base).status == 0
    assert ioscore("check", new).status == 0


def test_check_takes_the_tables_of_the_project_for_what_they_are():
    """Acts and codes are checked with what belongs to them."""
    folder = ROOT / "data" / "evidence"
    run = ioscore("check", folder / "acts.csv", folder / "codes" / "thesis.csv")
    assert run.status == 0, run.out
    assert run.out.count("sound") == 2


def test_a_weight_of_zero_is_not_missing():
    """A criterion that weighs nothing has its own score, and contributes zero."""
    run = ioscore(
        "explain", "UNODC", "--criterion", "barriers", "--set", "barriers=0", "-f", "json"
    )
    (row,) = json.loads(run.out)["criteria"]
    assert row["contribution"] == 0
    assert row["score"] > 0


def test_a_new_rubric_is_written_once_and_ranks_at_once(tmp_path):
    """`rubric new` writes a file that ranks like its base, and does not write over one."""
    path = tmp_path / "mine.yaml"
    assert ioscore("rubric", "new", path).status == 0
    mine = json.loads(ioscore("rank", "-r", path, "-f", "json").out)["ranking"]
    base = json.loads(ioscore("rank", "-f", "json").out)["ranking"]
    assert [(r["organisation"], r["rank"]) for r in mine] == [
        (r["organisation"], r["rank"]) for r in base
    ]
    assert_fails_clearly(ioscore("rubric", "new", path), "there is a file of that name")


def test_a_blank_rubric_loads_as_it_is_and_is_checked_with_its_evidence(tmp_path):
    """`rubric new --blank` needs no other file; `check` takes it for the tables beside it."""
    rubric, evidence = tmp_path / "mine.yaml", tmp_path / "mine.csv"
    assert ioscore("rubric", "new", rubric, "--blank").status == 0
    evidence.write_text(
        "organisation,criterion,strength\nA,first_criterion,2\nB,a_hindrance,1\n", encoding="utf-8"
    )
    run = ioscore("check", rubric, evidence)
    assert run.status == 0, run.out
    assert ioscore("rank", "-r", rubric, "-e", evidence).status == 0


def test_data_commands():
    """List names the sources, describe counts rows, coverage says whether scores follow words."""
    sources = json.loads(ioscore("data", "list", "-f", "json").out)["sources"]
    assert [row["id"] for row in sources][:1] == ["thesis"]
    assert all(isinstance(row["year"], str) for row in sources)
    counts = json.loads(ioscore("data", "describe", "-f", "json").out)["counts"]
    assert {"UNODC", "setting"} <= {row["organisation"] for row in counts}
    coverage = json.loads(ioscore("data", "coverage", "-f", "json").out)
    assert -1 <= coverage["rank_correlation_of_scores_with_words"] <= 1
    assert "Rank correlation" in ioscore("data", "coverage").out
    assert_fails_clearly(ioscore("data", "describe", "--by", "colour"), "no column 'colour'")


def test_the_main_job_loads_no_heavy_library():
    """`ioscore rank` runs without scipy, statsmodels, sklearn or matplotlib, and help without pandas."""
    code = (
        "import sys; from ioscore.cli import app\n"
        "assert 'pandas' not in sys.modules and 'pydantic' not in sys.modules\n"
        "try: app(['rank'])\n"
        "except SystemExit: pass\n"
        "heavy = {'scipy', 'statsmodels', 'sklearn', 'matplotlib', 'seaborn'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


def test_the_front_door_is_lazy_and_complete():
    """Importing ioscore loads nothing; each public name is there and has a docstring."""
    code = "import sys, ioscore; assert not any(m.startswith('ioscore.') for m in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    import ioscore as package

    for name in package.__all__:
        assert getattr(package, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


def test_hostile_text_is_shown_as_text(tmp_path):
    """Markup, formulas, pipes and right-to-left marks pass through every format as text."""
    path = tmp_path / "hostile.csv"
    text = 'organisation,criterion,strength,summary\nALPHA,tools,1,"=HYPERLINK(""x"") [red]<b>|& % \u202e"\n'
    path.write_text(text, encoding="utf-8")
    for form in FORMATS:
        run = ioscore("explain", "ALPHA", "-r", RUBRIC, "-e", path, "-f", form)
        assert run.status == 0, run.err
        assert "red" in run.out
    rows = list(
        csv.DictReader(
            io.StringIO(ioscore("explain", "ALPHA", "-r", RUBRIC, "-e", path, "-f", "csv").out)
        )
    )
    assert rows[0]["summary"].startswith("'=")
    assert r"\&" in ioscore("explain", "ALPHA", "-r", RUBRIC, "-e", path, "-f", "latex").out
