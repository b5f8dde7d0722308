"""What the guides say can be done is done, command by command."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from helpers import ROOT, ioscore

BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_your_own_question_works_as_written(tmp_path):
    """Every file of the guide is saved and every command run in its order; none fails or is idle."""
    text = (ROOT / "docs" / "your-own-question.md").read_text(encoding="utf-8")
    ran = 0
    for language, name, body in BLOCK.findall(text):
        if name:
            (tmp_path / name).write_text(body, encoding="utf-8")
        elif language == "sh":
            for line in body.splitlines():
                run = ioscore(*shlex.split(line)[1:], cwd=tmp_path)
                assert run.status == 0, (line, run.err)
                assert run.out, line
                ran += 1
    assert ran >= 12


def test_the_rubric_of_the_readme_ranks_the_same_evidence_by_other_criteria(tmp_path):
    """The README's rubric is under thirty lines and ranks four organisations by two criteria."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (rubric,) = (body for _, name, body in BLOCK.findall(text) if name == "skills.yaml")
    assert len(rubric.splitlines()) < 30
    (tmp_path / "skills.yaml").write_text(rubric, encoding="utf-8")
    run = ioscore("rank", "--rubric", "skills.yaml", cwd=tmp_path)
    assert run.status == 0, run.err
    for name in ("UNODC", "BOMCA", "OSCE", "CSTO"):
        assert name in run.out
    assert "SCO" not in run.out.replace("OSCE", "")


def commands_of(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.findall(r"`(ioscore [^`\n]+)`", text)
    skipped = (
        "verify",
        "DIR",
        "mine.yaml",
        "scores.csv",
        "ORGANISATION",
        "FOLDER",
        "--output",
        "skills.yaml",
        "FILE",
        "regress all",  # in the acceptance tests, as it takes minutes
    )
    return [c for c in dict.fromkeys(found) if not any(word in c for word in skipped)]


SLOW = ("sensitivity all", "sensitivity choices", "sensitivity evidence")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            command,
            marks=[pytest.mark.acceptance] if any(slow in command for slow in SLOW) else [],
        )
        for command in dict.fromkeys(
            command
            for page in ("README.md", "docs/methods.md", "docs/findings.md")
            for command in commands_of(page)
        )
    ],
)
def test_every_command_of_readme_and_methods_runs(command):
    """A command that stands in the README or in the methods ends well as it is written there."""
    arguments = shlex.split(command)[1:]
    if arguments[0].startswith("--") or arguments == ["rank", "--set"]:
        return
    run = ioscore(*arguments)
    assert run.status == 0, run.err


def test_the_cell_computed_by_hand_is_the_cell_that_is_printed():
    """The score that docs/methods.md works out by hand is what `explain` prints."""
    text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    by_hand = re.search(r"score = max\(0, ([\d.]+)\)", text)[1]
    printed = ioscore("explain", "UNODC", "--criterion", "border_posts").out
    assert (
        f"infrastructure/border_posts: {float(by_hand):.3f} from 1 supporting (3 points), 1 limiting (2"
        in printed
    )
    assert pytest.approx(float(by_hand), abs=5e-5) == 1 - 2 ** (-1 / 6)
    by_row = ioscore(
        "explain", "UNODC", "--criterion", "border_posts", "--choice", "counting=row"
    ).out
    assert "0.685 from 6 supporting (14 points), 2 limiting (4 points)" in by_row


@pytest.mark.acceptance
def test_the_tables_of_the_findings_are_what_the_commands_print():
    """The tables in docs/findings.md equal today's output of the commands they name."""
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    shown = re.findall(r"<!-- ([a-z ]+) -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    printed = (
        ioscore("agreement", "-f", "markdown").out
        + ioscore("rubric", "compare", "-f", "markdown").out
        + ioscore("sensitivity", "all", "-f", "markdown").out
    )
    for name, body in shown:
        if name not in ("claims", *SEIZURES):
            assert body in printed, name
    counts = dict(shown)["claims"]
    for row in json.loads(ioscore("claims", "-f", "json").out)["claims"]:
        assert f"| {row['kind']} |" in counts
    total = sum(int(number) for number in re.findall(r"(?<=\| )\d+(?= \|)", counts))
    assert total == len(json.loads(ioscore("claims", "-f", "json").out)["claims"])
    assert len(shown) == 9 + len(SEIZURES)


SEIZURES = ("answers", "curve", "series", "synth")


@pytest.mark.acceptance
def test_the_tables_on_seizures_are_what_the_command_prints():
    """The tables of the outcome part of docs/findings.md equal today's `ioscore regress all`."""
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"<!-- ([a-z ]+) -->\n(.*?)\n<!-- end -->", text, re.DOTALL))
    run = ioscore("regress", "all", "--jobs", 2, "-f", "markdown")
    assert run.status == 0, run.err
    for name in SEIZURES:
        assert shown[name] in run.out, name


def test_the_table_of_true_nulls_is_that_of_the_simulation():
    """The table in docs/methods.md has every row of data/null_rejection.csv, marks included."""
    import pandas as pd

    from ioscore.report.regression.sizes import null_table
    from ioscore.report.tables import as_markdown

    text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"<!-- null rejection -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert shown == as_markdown(null_table(pd.read_csv(ROOT / "data" / "null_rejection.csv")))
    assert "\u2020" in shown
