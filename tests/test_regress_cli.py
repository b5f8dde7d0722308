"""`ioscore regress`, run as a user runs it, and what all its tables have in common."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import jsonschema
import pytest
import yaml

from helpers import ROOT, assert_fails_clearly, ioscore
from ioscore.errors import NotApplicable
from ioscore.io.plans import read_plan
from ioscore.regression.results import (
    METHODS,
    Estimate,
    Inference,
    Rejected,
    normal_inference,
    permutation_p,
)
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression.common import (
    MARK,
    estimates_table,
    inference_table,
    records,
    regression_table,
)
from ioscore.report.tables import as_latex
from ioscore.study.outcomes import ANALYSES

ESTIMATE = {
    "type": "object",
    "required": [
        "label",
        "planned",
        "outcome",
        "estimator",
        "coefficient",
        "inference",
        "main",
        "n",
    ],
    "properties": {
        "planned": {"type": "boolean"},
        "n": {"type": "integer"},
        "coefficient": {
            "oneOf": [
                {"type": "number"},
                {"type": "object", "required": ["not_applicable"]},
            ]
        },
        "inference": {
            "type": "object",
            "propertyNames": {"enum": list(METHODS)},
            "additionalProperties": {
                "oneOf": [
                    {"type": "object", "required": ["not_applicable"]},
                    {"type": "object", "required": ["p", "se", "low", "high", "mde"]},
                ]
            },
        },
    },
}


@pytest.fixture(scope="module")
def synth(tmp_path_factory):
    """Return the run of one quick analysis that also writes a folder."""
    folder = tmp_path_factory.mktemp("regress")
    run = ioscore("regress", "synth", "--drug", "opiates", "-f", "json", "-o", folder / "out")
    assert run.status == 0, run.err
    return run, folder / "out"


def test_json_has_its_schema_the_plan_and_what_is_needed_to_repeat_it(synth):
    """The document names its schema, plan, seed and parameters, and every estimate has its form."""
    document = json.loads(synth[0].out)
    assert document["schema"] == "ioscore.regression/1"
    assert document["plan"]["id"] == "seizures"
    assert document["parameters"]["seed"] == read_plan().seed
    estimates = document["analyses"]["synth"]["opiates"]["estimates"]
    assert len(estimates) == len(read_plan().synth.events)
    for estimate in estimates:
        jsonschema.validate(estimate, ESTIMATE)
    assert any(isinstance(e["coefficient"], dict) for e in estimates)


def test_every_file_is_there_and_repeats(synth, tmp_path):
    """JSON, sentences, tables in CSV and LaTeX and figures are written, twice with the same bytes."""
    folder = synth[1]
    names = {path.name for path in folder.iterdir()}
    assert {"regression.json", "summary.md", "synth_estimates.csv", "synth_inference.tex"} <= names
    assert {"synth_regression.tex", "synth_long.csv"} <= names
    assert any(name.endswith(".svg") for name in names)
    again = ioscore("regress", "synth", "--drug", "opiates", "-o", tmp_path / "again")
    assert again.status == 0, again.err
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_what_seizures_measure_stands_beside_every_effect(synth):
    """The sentence on enforcement and flow is in the JSON, in the reading and in the sentences."""
    document = json.loads(synth[0].out)
    assert document["ambiguity"] == AMBIGUOUS
    assert AMBIGUOUS in document["analyses"]["synth"]["opiates"]["summary"]
    assert AMBIGUOUS in (synth[1] / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["table", "markdown", "latex", "csv"])
def test_every_format_shows_reading_and_reasons(form):
    """In each format the reading is printed and a reason stands in place of a number."""
    run = ioscore("regress", "synth", "--drug", "opiates", "--format", form)
    assert run.status == 0, run.err
    assert "Seizures measure enforcement as much as flow" in run.out + run.err
    assert "n/a (" in run.out
    assert "of the 8 that the plan asks for" in run.out + run.err
    if form == "latex":
        assert run.out.count(r"\begin{tabular}") == run.out.count(r"\end{tabular}") > 3


def test_a_plan_of_ones_own_is_followed(tmp_path):
    """Another plan, with another event and country, is what is estimated."""
    plan = yaml.safe_load((ROOT / "data" / "analysis_plan.yaml").read_text(encoding="utf-8"))
    plan["synth"]["country"] = "KGZ"
    plan["synth"]["events"] = [
        {"year": 2006, "what": "Made-up event", "column": "osce_border_projects"}
    ]
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    run = ioscore(
        "regress", "synth", "--drug", "opiates", "--plan", tmp_path / "mine.yaml", "-f", "json"
    )
    assert run.status == 0, run.err
    (estimate,) = json.loads(run.out)["analyses"]["synth"]["opiates"]["estimates"]
    assert "Made-up event" in estimate["label"]


def test_every_drug_of_the_help_is_estimated():
    """Opium is no outcome of the plan: it is estimated, and exploratory."""
    run = ioscore("regress", "synth", "--drug", "opium", "-f", "json")
    assert run.status == 0, run.err
    estimates = json.loads(run.out)["analyses"]["synth"]["opium"]["estimates"]
    assert estimates
    assert not any(estimate["planned"] for estimate in estimates)


def test_a_changed_plan_is_not_called_planned(tmp_path):
    """With another seed nothing is planned, in JSON and tables; the plan's own seed changes nothing."""
    other = ioscore("regress", "synth", "--drug", "opiates", "--seed", 1, "-o", tmp_path / "other")
    assert other.status == 0, other.err
    assert "as planned, but changed: seed" in other.out
    for path in (tmp_path / "other").glob("synth_*"):
        if path.suffix in (".csv", ".tex") and path.stem != "synth_long":
            text = path.read_text(encoding="utf-8").replace("as planned, but changed: seed", "")
            assert "planned" not in text, path.name
    document = json.loads((tmp_path / "other" / "regression.json").read_text(encoding="utf-8"))
    for estimate in document["analyses"]["synth"]["opiates"]["estimates"]:
        assert estimate["planned"] is False
        assert estimate["changed"] == ["seed"]
    run = ioscore("regress", "synth", "--drug", "opiates", "--seed", read_plan().seed, "-f", "json")
    same = json.loads(run.out)["analyses"]["synth"]["opiates"]["estimates"]
    assert all(estimate["planned"] and not estimate["changed"] for estimate in same)


def test_other_data_are_not_called_planned(tmp_path):
    """The shipped figures handed in as a folder of one's own: nothing is planned."""
    run = ioscore(
        "regress", "synth", "--drug", "opiates", "--data", ROOT / "data", "-f", "json"
    )  # fmt: skip
    assert run.status == 0, run.err
    estimates = json.loads(run.out)["analyses"]["synth"]["opiates"]["estimates"]
    assert all(estimate["changed"] == ["data"] for estimate in estimates)


def test_the_help_says_what_planned_is():
    """What is named further is exploratory, and the help does not say otherwise."""
    run = ioscore("regress", "--help")
    words = " ".join(run.out.split())
    assert "What the plan does not name is marked exploratory" not in words
    assert "names first" in words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("question: >-", "questions: >-"), ("line", "questions")),
        (("level: 0.05", "level: 5"), ("line", "level")),
        (("years: [1996, 2023]", "years: [2023, 1996]"), ("1996",)),
        (("draws: 999", "draws: many"), ("line", "draws")),
        (("treatments:\n", "treatments: []\nonce:\n"), ("line", "treatments")),
    ],
)
def test_a_plan_that_says_something_impossible_is_refused_by_line(tmp_path, change, words):
    """A wrong key or value of a plan ends in one message that names file and place."""
    text = (ROOT / "data" / "analysis_plan.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "mine.yaml").write_text(text.replace(*change, 1), encoding="utf-8")
    run = ioscore("regress", "synth", "--plan", tmp_path / "mine.yaml")
    assert_fails_clearly(run, "mine.yaml", *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plan", "absent.yaml"), ("absent.yaml",)),
        (("--drug", "cocaine"), ("cocaine", "opium")),
        (("--data", "absent"), ("absent",)),
    ],
)
def test_bad_input_ends_in_one_message(tmp_path, arguments, words):
    """A file, drug or folder that is not there is named, without a traceback."""
    assert_fails_clearly(ioscore("regress", "synth", *arguments, cwd=tmp_path), *words)


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    """A file in the place of the folder is named, and stays as it was."""
    (tmp_path / "there").write_text("mine", encoding="utf-8")
    run = ioscore("regress", "synth", "--drug", "opiates", "-o", tmp_path / "there")
    assert_fails_clearly(run, "there")
    assert (tmp_path / "there").read_text(encoding="utf-8") == "mine"


def estimate_of(**changes):
    fields = {
        "analysis": "panel",
        "planned": True,
        "label": "CARICC",
        "outcome": "opiates",
        "estimator": "log",
        "coefficient": 0.5,
        "inference": {
            "cluster": normal_inference(0.5, 0.2, df=10, level=0.05, power=0.8),
            "wild": NotApplicable("too few countries"),
            "permutation": Inference(p=0.3, mde=math.inf, draws=99, note="of 11 assignments"),
        },
        "main": "permutation",
        "n": 100,
        "sample": "made up",
        "clusters": 11,
        "effects": ("country", "year"),
    }
    return Estimate(**(fields | changes))


def test_a_method_that_does_not_apply_has_its_reason_in_place_of_a_number():
    """The field says n/a with a number, the note below it the reason; JSON has it in full."""
    noted = inference_table([estimate_of()])
    row = noted.frame.iloc[0]
    field = row[f"p, {METHODS['wild'].name}"]
    assert field.startswith("n/a (")
    number = field[5:-1]
    assert f"({number}) too few countries." in noted.notes
    (record,) = records([estimate_of()])
    assert record["inference"]["wild"] == {"not_applicable": "too few countries"}
    assert record["inference"]["permutation"]["mde"] == "none"


def test_a_method_that_rejects_too_often_is_marked_in_table_and_note():
    """The mark stands at every p of the method in that analysis, and nowhere else."""
    sizes = {("panel", "log", "cluster"): Rejected(0.21, 0.05)}
    noted = inference_table([estimate_of()], sizes)
    row = noted.frame.iloc[0]
    assert row[f"p, {METHODS['cluster'].name}"].endswith(MARK)
    assert MARK not in row[f"p, {METHODS['permutation'].name}"]
    assert any(note.startswith(MARK) and "21.0%" in note for note in noted.notes)
    assert not any(
        MARK in note for note in inference_table([estimate_of(estimator="x")], sizes).notes
    )


def test_a_coefficient_that_there_is_not_is_never_a_number():
    """Tables and JSON of an estimate that is not applicable hold no figure for it."""
    absent = estimate_of(
        coefficient=NotApplicable("collinear"), inference={"cluster": NotApplicable("collinear")}
    )
    table = estimates_table([absent])
    assert table[["coefficient", "factor", "p"]].isna().all(axis=None)
    assert "n/a" in regression_table([absent])["(1)"].tolist()
    assert records([absent])[0]["coefficient"] == {"not_applicable": "collinear"}


def test_an_infinite_number_is_explained():
    """A detectable effect of none and an end that there is not have a note each, only where shown."""
    endless = Inference(p=0.3, low=-math.inf, high=1.0, mde=math.inf, draws=99)
    notes = " ".join(inference_table([estimate_of(inference={"permutation": endless})]).notes)
    assert "Could be seen from none" in notes
    assert "no effect on that side is rejected" in notes
    known = Inference(p=0.3, low=-1.0, high=1.0, mde=2.0, draws=99)
    assert inference_table([estimate_of(inference={"permutation": known})]).notes == []


@pytest.mark.parametrize("p", [0.712, 0.0004, 1.0])
def test_a_p_has_one_look(p):
    """Readings of all analyses write a p by the same function: a zero before the point."""
    from ioscore.report.sentences import p_value

    assert p_value(p) == {0.712: "= 0.712", 0.0004: "< 0.001", 1.0: "= 1.000"}[p]


def test_the_regression_table_has_a_column_for_each_model():
    """Estimates of one fit share a column, others have their own; LaTeX is balanced."""
    together = [estimate_of(label=name, model="one") for name in ("level", "slope")]
    table = regression_table([*together, estimate_of()])
    assert list(table.columns) == ["", "(1)", "(2)"]
    column = table.set_index("")["(1)"]
    assert column.loc["N"] == "100"
    assert "(0.200)" in column.tolist()
    assert "[0.300]" in column.tolist()
    latex = as_latex(table)
    assert latex.count("{") == latex.count("}")


def test_the_minimum_detectable_effect_has_its_power_by_brute_force():
    """With a true effect of that size a normal estimate is significant in four cases of five."""
    import numpy as np

    found = normal_inference(0.0, 2.0, df=None, level=0.05, power=0.8)
    draws = np.random.default_rng(0).normal(found.mde, 2.0, 200_000)
    share = float((np.abs(draws) / 2.0 > 1.959964).mean())
    # The standard error of a share of .8 in 200,000 draws is .0009; four of them.
    assert share == pytest.approx(0.8, abs=0.0036)


def test_a_permutation_p_is_never_zero_and_counts_ties():
    """P is (k + 1)/(B + 1): 1/(B + 1) at the least, and 1 where all are as far out."""
    assert permutation_p(3.0, [0.0] * 9) == pytest.approx(0.1)
    assert permutation_p(1.0, [1.0, -1.0, 1.0]) == 1.0


@pytest.mark.acceptance
def test_everything_runs_as_a_user_runs_it(tmp_path):
    """`ioscore regress all` ends well, with every analysis in the JSON and its files in the folder."""
    run = ioscore("regress", "all", "--jobs", 2, "-f", "json", "-o", tmp_path / "all")
    assert run.status == 0, run.err
    document = json.loads(run.out)
    assert tuple(document["analyses"]) == ANALYSES
    names = {path.name.partition("_")[0] for path in (tmp_path / "all").iterdir()}
    assert set(ANALYSES) <= names


@pytest.mark.parametrize("command", [("regress", "synth"), ("report",)])
def test_models_that_are_not_installed_are_named(command, tmp_path):
    """Without the extra, commands that need its packages say which, and how to install them."""
    hidden = "import sys; sys.modules['pyfixest'] = None; from ioscore.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, *command],
        capture_output=True, encoding="utf-8", check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert "pyfixest" in done.stderr
    assert "[regression]" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
