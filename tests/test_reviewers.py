"""Reviewers' answers in files and at the terminal, their rubrics, panels of them, two rubrics side by side."""

from __future__ import annotations

import csv
import io
import itertools
import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare
from typer.testing import CliRunner

from ioscore.cli import app
from ioscore.elicitation import COLUMNS, METHODS, AnswersError, elicit
from ioscore.elicitation.questions import explanation
from ioscore.errors import EvidenceError
from ioscore.io import yaml_lines
from ioscore.io.answers import read_answers, template
from ioscore.io.rubrics import read_rubric, shipped_rubrics
from ioscore.io.tables import read_evidence
from ioscore.rubric import choose, reweight, with_rules
from ioscore.rubric.differences import all_differences, single_differences
from ioscore.study import run_study

TOP = ["training", "cooperation", "equipment", "infrastructure", "unique_tactics", "barriers"]
GROUPS = {"": ["a", "b", "c"], "a": ["a/a1", "a/a2"]}
LABELS = {"a": "First", "b": "=1+1", "c": "Third: #3", "a/a1": "One", "a/a2": "Other"}
FILLED = {
    "points": {"a": 3, "b": 2, "c": 5, "a/a1": 1, "a/a2": 4},
    "swing": {"a": 60, "b": 100, "c": 0, "a/a1": 100, "a/a2": 50},
    "roc": {"a": 2, "b": 1, "c": 2, "a/a1": 2, "a/a2": 1},
    "ahp": {("a", "b"): 2, ("a", "c"): "1/3", ("b", "c"): "1/5", ("a/a1", "a/a2"): 4},
    "bwm": {"a": (2, 3), "b": (1, 6), "c": (6, 1), "a/a1": (1, 3), "a/a2": (3, 1)},
}


def run(*arguments, answers=None):
    return CliRunner().invoke(app, [str(one) for one in arguments], input=answers)


def assert_refused(done, *words):
    """Assert status 1, one message with the words, no traceback, nothing on stdout."""
    assert done.exit_code == 1, (done.output, done.exception)
    assert isinstance(done.exception, SystemExit)
    assert done.stderr.count("error:") == 1
    for word in words:
        assert word in done.stderr, (word, done.stderr)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def points(path, *values):
    lines = [f"{name},{value}" for name, value in zip(TOP, values, strict=True)]
    return write(path, "\n".join(["criterion,points", *lines]) + "\n")


def reviewer(path, **weights):
    lines = [f"  {key.replace('__', '/')}: {value}" for key, value in weights.items()]
    return write(path, "\n".join(["extends: thesis", "weights:", *lines]) + "\n")


def ranks_by(name):
    done = run("rank", "--rubric", name, "-f", "json")
    return {row["organisation"]: row["rank"] for row in json.loads(done.stdout)["ranking"]}


# Files.


REMARK = ("#", '"#')
"""How a line of a CSV template begins that says what is asked for."""


def sheet_rows(text):
    """Return the rows of a CSV template, without what it says above them."""
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith(REMARK)]
    return list(csv.DictReader(io.StringIO("".join(kept))))


def filled(method, text):
    """Return a CSV template with its answers filled in."""
    said = [line for line in text.splitlines(keepends=True) if line.startswith(REMARK)]
    rows = sheet_rows(text)
    for row in rows:
        key = (row["criterion"], row["than"]) if method == "ahp" else row["criterion"]
        value = FILLED[method][key]
        names = [name for name in COLUMNS[method] if name != "than"]
        row.update(zip(names, value if isinstance(value, tuple) else [value], strict=True))
    out = io.StringIO()
    out.writelines(said)
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def filled_yaml(method, text):
    """Return a YAML template with the same answers filled in."""
    lines, above = [], ""
    for line in text.splitlines():
        key = line.split(":")[0].strip()
        if method == "ahp":
            above = key if line.startswith("  ") and not line.startswith("    ") else above
            value = FILLED[method].get((above, key)) if line.startswith("    ") else None
        else:
            value = FILLED[method].get(key)
        if value is None:
            lines.append(line)
        elif isinstance(value, tuple):
            lines.append(f"  {key}: {{best_to_others: {value[0]}, others_to_worst: {value[1]}}}")
        else:
            lines.append(line.replace(":", f": {value}", 1))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("method", list(METHODS))
def test_a_template_that_is_filled_in_is_read_back(method, tmp_path):
    """CSV and YAML ask for every criterion (or pair) of each group, and give the same weights."""
    text = template(method, GROUPS, LABELS)
    assert len(sheet_rows(text)) == (4 if method == "ahp" else 5)
    assert explanation(method) in text.splitlines()[0]
    assert ("As role write best" in text) == (method == "bwm")
    sheet = write(tmp_path / "anna.csv", filled(method, text))
    yaml = template(method, GROUPS, LABELS, yaml=True)
    page = write(tmp_path / "anna.yaml", filled_yaml(method, yaml))
    one, other = (elicit(read_answers(path, method), GROUPS) for path in (sheet, page))
    assert [group.parent for group in one] == ["", "a"]
    for left, right in zip(one, other, strict=True):
        pd.testing.assert_series_equal(left.weights, right.weights)
        assert left.weights.sum() == pytest.approx(1)
    assert read_answers(page, method).reviewer == "anna"
    for name, empty in (("empty.csv", text), ("empty.yaml", yaml)):
        blank = read_answers(write(tmp_path / name, empty), method)
        with pytest.raises(AnswersError, match="there is no answer"):
            elicit(blank, GROUPS)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "criterion;points\ntraining;1\n", ["row 1", "semicolons"]),
        ("a.csv", "criterion,rank\ntraining,1\n", ["row 1: no column points", "ioscore weights roc"]),
        ("a.csv", "who,points\ntraining,1\n", ["no column criterion"]),
        ("a.csv", "criterion,points\ntraining,1\ntrainning,1\n", ["row 3, criterion", "'trainning'"]),
        ("a.csv", "criterion,points\ntraining,lots\n", ["row 2, points: 'lots' is no number", "no answer on cooperation"]),
        ("a.csv", "criterion,points\ntraining/practical,1\n", ["of the parts of training, no answer on training/theoretical"]),
        ("a.yaml", "answers: {training: 1}\nreviewers: x\n", ["line 2, reviewers: unknown key"]),
        ("a.yaml", "method: swing\nanswers: {training: 1}\n", ["line 1, method: answers by swing, read as points", "ioscore weights swing"]),
        ("a.yaml", "reviewer: x\n", ["there are no answers"]),
        ("a.yaml", "answers:\n  training: {points: 1}\n", ["line 2, points", "is no number"]),
        ("a.yaml", "answers:\n  training: 1\n  training: 2\n", ["line 3, training: the key stands twice"]),
        ("a.yaml", "answers: [1\n", ["broken YAML"]),
        ("a.csv", "", ["the file is empty"]),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_row(name, text, words, tmp_path):
    """Wrong separator, columns of another method, unknown criteria, words for numbers, wrong keys; nothing is written."""
    path = write(tmp_path / name, text)
    done = run("weights", "points", path, "--output", tmp_path / "out.yaml")
    assert_refused(done, name, *words)
    assert done.stdout == ""
    assert not (tmp_path / "out.yaml").exists()


def test_wrong_yaml_of_the_methods_that_compare_is_named_by_line(tmp_path):
    """A number where a mapping must be, and a key that the method does not ask for."""
    for method, line, words in (
        ("ahp", "  a: 3", "line 2, a: found 3. Write a: {than: times, ...}"),
        ("bwm", "  a: 3", "Write a: {best_to_others"),
        ("bwm", "  a: {best: 3}", "line 2, best: unknown key"),
    ):
        path = write(tmp_path / "a.yaml", f"answers:\n{line}\n")
        with pytest.raises(AnswersError, match=words):
            read_answers(path, method)


def test_columns_that_are_not_used_are_noted(tmp_path):
    """A column of one's own is read past, with a note; name, note and question without."""
    text = "criterion,points,note,colour\ntraining/practical,1,x,red\n"
    path = write(tmp_path / "a.csv", text)
    with pytest.warns(UserWarning, match="columns not used: colour"):
        read_answers(path, "points")


# From answers to a rubric.


def test_points_become_a_rubric_that_ranks_as_they_weigh(tmp_path):
    """The file written extends the thesis's rubric and gives the scores of the weights themselves."""
    path = points(tmp_path / "anna.csv", 30, 10, 10, 10, 20, 21)
    out = tmp_path / "anna.yaml"
    done = run("weights", "points", path, "-f", "json", "-o", out)
    document = json.loads(done.stdout)
    assert document["schema"] == "ioscore.weights/1"
    assert document["groups"][0]["weights"]["barriers"] == pytest.approx(21 / 101, abs=5e-7)
    assert "# answered: criterion barriers, points 21" in out.read_text(encoding="utf-8")
    values = dict(zip(TOP, (30, 10, 10, 10, 20, 21), strict=True))
    mine, direct = read_rubric(str(out)), reweight(read_rubric(), values)
    assert {one.kind for one in all_differences(mine, read_rubric())} == {"weight"}
    evidence = read_evidence()
    scores = [run_study(evidence, one).ranking.table["score"] for one in (mine, direct)]
    # Ten digits are written.
    np.testing.assert_allclose(*scores, atol=1e-9)


def test_a_contradiction_is_named_only_where_it_is_too_great(tmp_path):
    """Above 0.1 the judgement to think over stands beside the ratio, below it does not; both give weights."""
    pairs = list(itertools.combinations(TOP, 2))
    for times, words in (
        ("1", "acceptable"),
        ("1/9", "Think over first barriers against training"),
    ):
        lines = [f"{a},{b},{2 if a == 'training' else 1}" for a, b in pairs]
        lines[4] = f"training,barriers,{times}"
        path = write(tmp_path / "b.csv", "\n".join(["criterion,than,times", *lines]) + "\n")
        out = tmp_path / f"b{times[:1] + times[2:]}.yaml"
        done = run("weights", "ahp", path, "-o", out)
        assert done.exit_code == 0
        assert words in done.stdout
        assert ("Think over" in done.stdout) == (times == "1/9")
        assert words in read_rubric(str(out)).description
    assert "judged 9 times as important" in done.stdout


def test_a_rubric_of_ones_own_is_extended_from_where_the_weights_go(tmp_path):
    """A base given as a file is named from the folder of the new one; neither it nor the answers are written over."""
    base = write(tmp_path / "base.yaml", "criteria: {x: {}, y: {criteria: {y1: {}, y2: {}}}}\n")
    path = write(tmp_path / "r.yaml", "reviewer: 'Ünal: \"#1\"'\nanswers: {y1: 2, y2: 1}\n")
    (tmp_path / "sub").mkdir()
    out = tmp_path / "sub" / "new.yaml"
    done = run("weights", "roc", path, "--rubric", base, "-o", out)
    assert "All other weights stay as in base." in done.stdout
    made = read_rubric(str(out))
    assert made.extends == "../base.yaml"
    assert 'Ünal: "#1"' in made.title
    assert {node.path: node.weight for node in made.nodes()} == pytest.approx(
        {"x": 0.5, "y": 0.5, "y/y1": 0.25, "y/y2": 0.75}
    )
    before = (base.read_bytes(), path.read_bytes())
    assert_refused(run("weights", "roc", path, "-r", base, "-o", path), "over the answers")
    assert_refused(
        run("weights", "roc", path, "-r", base, "-o", base), "over the one it is made from"
    )
    assert (base.read_bytes(), path.read_bytes()) == before


def test_templates_are_written_once_for_the_criteria_asked_for(tmp_path):
    """The first level by default, the parts of a criterion by --parts-of; never over a file; not what cannot be split."""
    top = run("weights", "points", "--template").stdout
    assert [row["criterion"] for row in sheet_rows(top)] == TOP
    path = tmp_path / "t.yaml"
    done = run("weights", "ahp", path, "--template", "--parts-of", "training")
    assert "fill it in, then: ioscore weights ahp" in done.stderr
    data, _ = yaml_lines.load(path.read_text(encoding="utf-8"), "t")
    assert list(data["answers"]) == ["training/theoretical", "training/practical"]
    assert_refused(run("weights", "ahp", path, "--template"), "there is a file of that name")
    leaf = run("weights", "points", "--template", "--parts-of", "unique_tactics")
    assert_refused(leaf, "it has no parts to weigh", "training, cooperation")
    strange = run("weights", "points", "--template", "--parts-of", "x")
    assert_refused(strange, "there is no such criterion")
    assert run("weights", "points", path, "--parts-of", "training").exit_code == 2
    asked = run("weights", "points", "--template", "-o", path)
    assert asked.exit_code == 2
    assert "--template" in asked.stderr
    strange = run("weights", "points", tmp_path / "points.txt", "--template")
    assert_refused(strange, "answers stand in a CSV or a YAML file", ".csv, .yaml, .yml")


def test_a_rubric_of_weights_is_written_over_no_file(tmp_path):
    """A file that is there stays as it is, and nothing is asked before that is said."""
    there = write(tmp_path / "there.yaml", "extends: thesis\n")
    assert_refused(run("weights", "points", "-o", there), "there is a file of that name")
    assert there.read_text(encoding="utf-8") == "extends: thesis\n"


def test_rows_of_a_sheet_keep_their_numbers_below_remarks(tmp_path):
    """A remark, also one that a spreadsheet saved with commas after it, is passed over and counted as a row."""
    text = "# Share out points,,\ncriterion,points,note\na,1,\n# not this,5,\nb,x,\n"
    sheet = write(tmp_path / "s.csv", text)
    rows = read_answers(sheet, "points").rows
    assert [row.criterion for row in rows] == ["a", "b"]
    assert rows[1].where.endswith("row 5")
    with pytest.raises(EvidenceError, match="there is no header"):
        read_answers(write(tmp_path / "only.csv", "# nothing else\n"), "points")


# At the terminal.

ASKED = {
    "points": (["2", "1", "x", "1,5", "0.5"], {"a": 2, "b": 1, "c": 0.5}),
    "swing": (["50", "120", "90", "0", "50", "100", "0"], {"a": 50, "b": 100, "c": 0}),
    "roc": (["0", "1", "4", "1.5", "2", "2"], {"a": 1, "b": 2, "c": 2}),
    "ahp": (["2", "1/3", "0", "1/5"], {("a", "b"): 2, ("a", "c"): "1/3", ("b", "c"): "1/5"}),
    "bwm": (["B", "b", "2", "3", "2", "10", "6", "3"], {"a": (2, 3), "b": (1, 6), "c": (6, 1)}),
}


@pytest.mark.parametrize("method", list(ASKED))
def test_answers_at_the_terminal_weigh_as_those_in_a_file(method, tmp_path, monkeypatch):
    """What cannot be is asked again, a question or the group; the rest weighs as the same answers in a file."""
    base = write(tmp_path / "base.yaml", "criteria: {a: {}, b: {}, c: {}}\n")
    typed, same = ASKED[method]
    monkeypatch.setitem(FILLED, method, same)
    groups = {"": GROUPS[""]}
    sheet = write(tmp_path / "s.csv", filled(method, template(method, groups, LABELS)))
    asked = run("weights", method, "-r", base, "-f", "json", answers="\n".join(typed) + "\n")
    read = run("weights", method, sheet, "-r", base, "-f", "json")
    assert asked.exit_code == 0, asked.stderr
    one, other = (json.loads(done.stdout)["groups"] for done in (asked, read))
    assert one[0]["weights"] == other[0]["weights"]
    assert method == "bwm" or "Criteria: a, b, c\n" in asked.stderr
    if method == "roc":
        assert "4 is no whole number from 1 to 3" in asked.stderr
    if method == "swing":
        assert "120 lies outside 0 to 100" in asked.stderr
        assert "none is 100" in asked.stderr
        assert "Once more" in asked.stderr


def test_answers_that_end_too_early_write_nothing(tmp_path):
    """The input ends: a message, status 1, no file."""
    out = tmp_path / "o.yaml"
    done = run("weights", "points", "-o", out, answers="1\n2\n")
    assert_refused(done, "the answers end before the questions do")
    assert not out.exists()


# A panel.


@pytest.fixture
def panel(tmp_path):
    folder = tmp_path / "reviewers"
    folder.mkdir()
    anna = reviewer(folder / "anna.yaml", barriers=100, training=20, equipment__civilian=3)
    ben = reviewer(folder / "ben.yaml", unique_tactics=100, barriers=5)
    cay = reviewer(folder / "cay.yaml", training=60)
    return [anna, ben, cay]


def test_a_panel_on_the_shipped_evidence(panel, tmp_path):
    """Ranks of group and members are those that their rubrics give; W is scipy's; the group without one is the group of the others."""
    out = tmp_path / "group.yaml"
    done = run("rubric", "combine", *panel, "-f", "json", "-o", out)
    document = json.loads(done.stdout)
    assert document["schema"] == "ioscore.reviewers/1"
    assert document["group"]["ranks"] == ranks_by(out)
    members = document["members"]
    for path, member in zip(panel, members, strict=True):
        assert member["ranks"] == ranks_by(path)
    names = list(members[0]["ranks"])
    table = np.array([[member["ranks"][name] for name in names] for member in members])
    statistic = friedmanchisquare(*table.T).statistic
    # The document has six digits.
    assert document["kendall_w"]["organisations"] == pytest.approx(statistic / (3 * 4), abs=5e-7)
    rest = json.loads(run("rubric", "combine", *panel[1:], "-f", "json").stdout)
    assert rest["group"]["ranks"] == members[0]["ranks_without"]
    held = all(
        member["ranks"][a] < member["ranks"][b]
        for member in members
        for a, b in itertools.permutations(names, 2)
        if document["group"]["ranks"][a] < document["group"]["ranks"][b]
    )
    assert document["group"]["order_holds_for_every_member"] == held
    made = read_rubric(str(out))
    assert made.extends == "thesis"
    each = [{n.path: n.weight for n in read_rubric(str(path)).nodes()} for path in panel]
    for node in made.nodes():
        assert node.weight == pytest.approx(np.mean([one[node.path] for one in each]), abs=1e-9)


def test_the_report_of_a_panel_says_who_differs_on_what(panel):
    """Sentences, weights, distances, rankings; in every format."""
    text = run("rubric", "combine", *panel).stdout
    for words in (
        "3 reviewers (anna, ben, cay), arithmetic mean",
        "Kendall's W",
        "differs most from the others",
        "not effect",
    ):
        assert words in text + run("rubric", "combine", *panel).stderr
    assert (
        "| criterion | group | anna | ben | cay |"
        in run("rubric", "combine", *panel, "-f", "markdown").stdout
    )
    sheet = run("rubric", "combine", *panel, "-f", "csv")
    assert "criterion,group,anna,ben,cay,spread,least by,most by" in sheet.stdout
    assert "equipment/civilian,0.583333,0.75,0.5,0.5,0.25,ben and cay,anna" in sheet.stdout
    assert "Kendall" not in sheet.stdout
    two = run("rubric", "combine", "hard_security", "soft_security").stdout
    assert (
        "differ in 40.8% of the weight, most on equipment/military: 15% against 0% of the whole"
        in two
    )
    # All agree on the parts of training.
    assert "training/practical" not in text


def test_a_panel_that_cannot_be_combined_is_refused(panel, tmp_path):
    """Other criteria, other switches, zeros under the geometric mean, one alone, one twice, written over: each with its reason."""
    folder = panel[0].parent
    other = write(folder / "other.yaml", "extends: thesis\ncriteria: {press: {weight: 1}}\n")
    done = run("rubric", "combine", *panel, other, "-o", tmp_path / "g.yaml")
    assert_refused(done, "other.yaml: other criteria than in", "anna.yaml: it weighs press")
    assert not (tmp_path / "g.yaml").exists()
    switch = write(
        folder / "switch.yaml",
        "extends: thesis\nchoices: {plans: {level: include}}\nmethod: topsis\n",
    )
    done = run("rubric", "combine", panel[0], switch)
    assert_refused(
        done, "in more than weights", "choice plans include (there exclude)", "method topsis"
    )
    zero = reviewer(folder / "zero.yaml", equipment__military=0)
    assert run("rubric", "combine", panel[0], zero).exit_code == 0
    done = run("rubric", "combine", panel[0], zero, "--mean", "geometric")
    assert_refused(done, "zero, weight of equipment/military: 0", "--mean arithmetic")
    assert_refused(run("rubric", "combine", panel[0]), "one reviewer is no panel")
    assert_refused(run("rubric", "combine", panel[0], panel[0]), "it is named twice")
    assert_refused(run("rubric", "combine", *panel, "-o", panel[1]), "over a reviewer")
    assert panel[1].read_text(encoding="utf-8").startswith("extends: thesis")


@pytest.mark.parametrize("base", ["thesis", "soft_security"])
def test_a_group_extends_what_its_members_have_in_common(base, tmp_path):
    """Where members share a switch that their base has not, the group extends a member, even where nothing is left to weigh; two of one name both count."""
    for name, extends in (("one", "thesis"), ("two", base)):
        text = f"extends: {extends}\nname: same\nmissing: worst\nweights: {{training: {len(extends)}}}\n"
        write(tmp_path / f"{name}.yaml", text)
    out = tmp_path / "group.yaml"
    done = run(
        "rubric", "combine", tmp_path / "one.yaml", tmp_path / "two.yaml", "-o", out, "-f", "json"
    )
    assert json.loads(done.stdout)["reviewers"] == ["same", "same (2)"]
    group = read_rubric(str(out))
    assert (group.extends, group.missing) == ("one.yaml", "worst")
    assert ranks_by(out) == json.loads(done.stdout)["group"]["ranks"]
    again = run("rubric", "combine", out, tmp_path / "one.yaml")
    assert "is itself the rubric of a group" in again.stderr


# Two rubrics side by side.


def test_a_rubric_differs_from_itself_in_nothing_and_from_a_change_in_that_change():
    """Every field that can move a rank is seen: weights, choices, rules, kinds, points, reliability, scope."""
    base = read_rubric()
    assert all_differences(base, base) == ()
    dump = base.model_dump()

    def changed(**fields):
        return type(base).model_validate({**dump, **fields})

    levels = {**dump["levels"], 3: {**dump["levels"][3], "points": 4}}
    criteria = {
        **dump["criteria"],
        "equipment": {**dump["criteria"]["equipment"], "kind": "barrier"},
    }
    for other, kind, words in (
        (reweight(base, {"training": 16}), "weight", "weight training"),
        (choose(base, {"plans": "include"}), "choice", "choice plans"),
        (with_rules(base, rule="mean"), "rule", "scoring rule"),
        (with_rules(base, method="borda"), "rule", "method"),
        (changed(decimals=3), "rule", "decimals"),
        (changed(ties="max"), "rule", "ties"),
        (changed(levels=levels), "rule", "points of level 3"),
        (changed(reliability={}), "rule", "reliability own_report"),
        (changed(criteria=criteria), "criterion", "kind equipment"),
        (changed(close=0.1), "analysis", "close"),
        (changed(weights_within={"bounds": {"training": [0, 0.5]}}), "analysis", "weights within"),
    ):
        found = all_differences(base, other)
        assert (kind, words) in [(one.kind, one.what) for one in found], words
        assert all(one.left != one.right for one in found)


@pytest.mark.parametrize("name", [name for name in shipped_rubrics() if name != "thesis"])
def test_single_differences_put_together_make_the_other_rubric(name):
    """Each single difference taken over from the other rubric leaves one difference fewer, and none is left but names."""
    left, right = read_rubric(), read_rubric(name)
    changes = list(single_differences(left, right))
    if {n.path for n in left.nodes()} != {n.path for n in right.nodes()}:
        assert changes == []
        return
    for _, rubric in changes:
        assert len(all_differences(rubric, right)) < len(all_differences(left, right))
    far = with_rules(choose(right, {"plans": "include"}), missing="worst")
    step, steps = left, 0
    while changes := [one for _, one in single_differences(step, far)]:
        step, steps = changes[0], steps + 1
    assert all_differences(step, far) == ()
    assert steps == len(list(single_differences(left, far)))


def test_a_difference_that_cannot_be_taken_over_alone_says_why(tmp_path):
    """TOPSIS needs every criterion known: alone it is not applicable, with `missing: worst` it is."""
    text = "extends: thesis\nmethod: topsis\nmissing: worst\n"
    mine = write(tmp_path / "mine.yaml", text)
    alone = json.loads(run("rubric", "diff", "thesis", mine, "-f", "json").stdout)["order"]["alone"]
    why = {one["taken_over"]: one.get("not_applicable", "") for one in alone}
    assert "nothing is known of" in why["method"]
    assert why["missing"] == ""
    assert (
        "not applicable: scores: nothing is known" in run("rubric", "diff", "thesis", mine).stdout
    )


def test_diff_shows_weights_switches_and_what_they_do_to_the_order(tmp_path):
    """Both orders, each single difference alone, in a table for people, one for sheets, one document."""
    mine = reviewer(tmp_path / "mine.yaml", barriers=100)
    with mine.open("a", encoding="utf-8") as file:
        file.write("missing: worst\n")
    text = run("rubric", "diff", "thesis", mine).stdout
    for words in (
        "Weights among siblings",
        "Switches that differ",
        "What the difference does to the order",
        "By thesis: UNODC >",
    ):
        assert words in text
    document = json.loads(run("rubric", "diff", "thesis", mine, "-f", "json").stdout)
    assert document["schema"] == "ioscore.differences/1"
    ranks = {row["organisation"]: row for row in document["order"]["ranks"]}
    for side, name in (("left", "thesis"), ("right", mine)):
        assert {who: row[side]["rank"] for who, row in ranks.items()} == ranks_by(name)
    assert [one["taken_over"] for one in document["order"]["alone"]] == ["weights", "missing"]
    only = write(tmp_path / "only.yaml", "extends: thesis\nmissing: worst\n")
    by_missing = sorted(ranks_by(only).items(), key=lambda pair: pair[1])
    assert document["order"]["alone"][1]["order"] == " > ".join(who for who, _ in by_missing)
    sheet = run("rubric", "diff", "thesis", mine, "-f", "csv").stdout.splitlines()
    assert sheet[0] == "what,thesis,mine"
    assert "missing,renormalise,worst" in sheet


def test_diff_of_rubrics_that_cannot_be_ranked_or_have_other_criteria(tmp_path):
    """The differences are shown all the same, and why the order is not."""
    other = run("rubric", "diff", "thesis", "norm_diffusion").stdout
    assert "no difference can be taken over alone" in other
    blank = write(tmp_path / "blank.yaml", "criteria: {x: {}, y: {}}\n")
    done = run("rubric", "diff", "thesis", blank)
    assert done.exit_code == 0
    assert "The orders cannot be compared: rubric blank" in done.stdout
    document = json.loads(run("rubric", "diff", blank, blank, "-f", "json").stdout)
    assert document["differences"] == []
    assert "not_applicable" in document["order"]
