"""What is said of panels and of pairs of rubrics where orders tie, names collide and ranks are missing."""

from __future__ import annotations

import itertools
import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from ioscore.cli import app
from ioscore.elicitation import AnswersError, centroid_weights, consult_reviewers
from ioscore.elicitation.reviewers import told_apart

HEAD = "event_id,organisation,criterion,effect,strength,source\n"


def run(*arguments, answers=None):
    return CliRunner().invoke(app, [str(one) for one in arguments], input=answers)


@pytest.fixture
def case(tmp_path):
    """Write two criteria on which ALPHA and BETA mirror each other, GAMMA is known on one only."""
    base = "name: two\nalternatives: {ALPHA: Alpha, BETA: Beta}\ncriteria: {x: {}, y: {}}\n"
    (tmp_path / "two.yaml").write_text(base, encoding="utf-8")
    three = base.replace("BETA: Beta", "BETA: Beta, GAMMA: Gamma").replace("two", "three")
    (tmp_path / "three.yaml").write_text(three, encoding="utf-8")
    rows = ["a,ALPHA,x,supports,3,s", "b,ALPHA,y,supports,1,s"]
    rows += ["c,BETA,x,supports,1,s", "d,BETA,y,supports,3,s"]
    (tmp_path / "two.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    rows.append("e,GAMMA,y,supports,3,s")
    (tmp_path / "three.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def weighed(case, name, x, y, *, base="two", more=""):
    path = case / f"{name}.yaml"
    text = f"extends: {base}.yaml\nname: {name}\nweights: {{x: {x}, y: {y}}}\n{more}"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_group_in_a_tie_does_not_hold_for_members_who_break_it(case):
    """Two members of opposite mind tie the group: it holds for neither, and neither can be left out."""
    members = [weighed(case, "one", 60, 40), weighed(case, "other", 40, 60)]
    evidence = ("--evidence", case / "two.csv")
    text = " ".join(run("rubric", "combine", *members, *evidence).stdout.split())
    assert (
        "holds for 0 of 2 members; not for one (ALPHA ahead of BETA); other (BETA ahead of ALPHA)"
        in text
    )
    assert "The group's order is another without one (BETA ahead of ALPHA)" in text
    # With two parts, one cannot differ on the one and not on the other.
    assert "one and other differ in 20% of the weight, most on x: 60% against 40%" in text
    assert "(and as much on y)" in text
    done = run("rubric", "combine", *members, *evidence, "-f", "json")
    assert json.loads(done.stdout)["group"]["order_holds_for_every_member"] is False


def test_ties_turn_in_both_directions(case):
    """From a lead to a tie and from a tie to a lead, the pair is named."""
    level, ahead = weighed(case, "level", 1, 1), weighed(case, "ahead", 60, 40)
    evidence = ("--evidence", case / "two.csv")
    there = run("rubric", "diff", level, ahead, *evidence).stdout
    back = run("rubric", "diff", ahead, level, *evidence).stdout
    assert "What turns from level to ahead: ALPHA ahead of BETA." in there
    assert "What turns from ahead to level: BETA level with ALPHA." in back
    assert "The difference leaves the order as it is." not in there + back


def test_who_cannot_be_ranked_is_named(case):
    """A member who gives no weight to all that is known of an organisation does not hold the order."""
    members = [weighed(case, "x", 60, 40, base="three"), weighed(case, "v", 100, 0, base="three")]
    evidence = ("--evidence", case / "three.csv")
    text = run("rubric", "combine", *members, *evidence).stdout
    assert "GAMMA without a rank" in text
    turned = run("rubric", "diff", *members, *evidence).stdout
    assert "GAMMA without a rank" in turned
    assert "GAMMA with a rank" in run("rubric", "diff", *members[::-1], *evidence).stdout


@pytest.mark.parametrize("name", ["group", "spread", "criterion", "least by"])
def test_no_reviewer_takes_the_name_of_a_column(case, name):
    """Whatever a reviewer is called, group, spread and criteria keep their columns and figures."""
    members = [weighed(case, "one", 60, 40), weighed(case, name, 20, 80)]
    done = run("rubric", "combine", *members, "--evidence", case / "two.csv", "-f", "csv")
    head, first = done.stdout.splitlines()[1:3]
    assert head == f"criterion,group,one,{name} (2),spread,least by,most by"
    assert first == f"x,0.4,0.6,0.2,0.4,{name if name != 'group' else 'group (2)'},one"


@pytest.mark.parametrize("name", ["what", "criterion", "difference"])
def test_no_rubric_takes_the_name_of_a_column(case, name):
    """Two rubrics side by side keep a column each, whatever they are called."""
    pair = (weighed(case, "one", 60, 40), weighed(case, name, 20, 80))
    done = run("rubric", "diff", *pair, "--evidence", case / "two.csv", "-f", "csv")
    assert done.stdout.splitlines()[0] == f"what,one,{name} (2)"


def test_names_are_told_apart():
    """A number goes to each name that stands before, or is taken."""
    assert told_apart(["a", "b", "a", "a"], taken=["b"]) == ["a", "b (2)", "a (2)", "a (3)"]
    same = pd.DataFrame({"x": [0.5, 0.2], "y": [0.5, 0.8]}, index=["group", "group"])
    panel = consult_reviewers(same, lambda weights: pd.Series({"A": 1.0, "B": 2.0}))
    assert list(panel.to_frame().columns) == ["group", "group (2)", "group (3)"]


def test_a_panel_says_whose_closeness_it_takes(case):
    """Rubrics that call other gaps close may be combined, and a note says that the first one's holds."""
    close = weighed(case, "close", 60, 40, more="close: 0.3\n")
    other = weighed(case, "other", 40, 60)
    done = run("rubric", "combine", close, other, "--evidence", case / "two.csv")
    assert f"note: they differ in close, too; that of {close} is taken" in done.stderr


def test_a_group_is_written_over_no_file(case):
    """A file that is there stays as it is; a folder that is not there is told before any work."""
    members = [weighed(case, "one", 60, 40), weighed(case, "other", 40, 60)]
    kept = (case / "kept.yaml").write_text("precious\n", encoding="utf-8")
    for output, words in (
        (case / "kept.yaml", "there is a file of that name"),
        (case / "two.csv", "of another kind"),
        (case / "nowhere" / "g.yaml", "there is no folder"),
        ("thesis", "of another kind"),
    ):
        done = run("rubric", "combine", *members, "--evidence", case / "two.csv", "-o", output)
        assert done.exit_code == 1, done.output
        assert words in done.stderr
        assert done.stdout == ""
    assert (case / "kept.yaml").stat().st_size == kept


def test_evidence_that_is_not_there_is_an_error_and_not_a_finding(case):
    """`diff` shows differences without an order where evidence does not fit, not where it is missing."""
    done = run("rubric", "diff", "thesis", "equal", "--evidence", case / "nothing.csv")
    assert done.exit_code == 1
    assert "there is no such file" in done.stderr
    assert run("rubric", "diff", "thesis", "").exit_code == 1


# Answers.


def test_every_order_that_leaves_out_a_place_is_told_what_comes_next():
    """Of all rank vectors of up to five criteria, each gives weights or one message; none breaks."""
    refused = 0
    for n in range(1, 6):
        for ranks in itertools.product(range(1, n + 1), repeat=n):
            series = pd.Series(ranks, index=[f"c{k}" for k in range(n)])
            levels = sorted(set(ranks))
            dense = list(range(1, len(levels) + 1))
            jumping = [1 + sum(rank < level for rank in ranks) for level in levels]
            if levels in (dense, jumping):
                assert centroid_weights(series).sum() == pytest.approx(1)
                continue
            refused += 1
            with pytest.raises(AnswersError, match="comes next"):
                centroid_weights(series)
    assert refused
    for ranks, words in (
        ((1, 1, 2, 4), "rank 4, where 3 "),
        ((1, 1, 3, 3, 4, 4), "rank 4, where 5 "),
    ):
        series = pd.Series(ranks, index=[f"c{k}" for k in range(len(ranks))])
        with pytest.raises(AnswersError, match=words):
            centroid_weights(series)


def test_what_cannot_be_asked_is_refused_before_the_first_question(case):
    """One criterion needs no weighing; pairs of twelve are too many; a folder is not there."""
    one = case / "one_criterion.yaml"
    one.write_text("criteria: {x: {criteria: {a: {}, b: {}}}}\n", encoding="utf-8")
    for method in ("ahp", "bwm"):
        done = run("weights", method, "--rubric", one, answers="1\n")
        assert done.exit_code == 1
        assert "needs no weighing" in done.stderr
        assert "Criteria with parts: x" in done.stderr
    many = case / "many.yaml"
    names = ", ".join(f"c{k}: {{}}" for k in range(12))
    many.write_text(f"criteria: {{{names}}}\n", encoding="utf-8")
    for more in ([], [case / "t.csv", "--template"]):
        done = run("weights", "ahp", *more, "--rubric", many, answers="1\n")
        assert done.exit_code == 1
        assert "12 criteria" in done.stderr
        assert "How many times" not in done.stderr
    assert not (case / "t.csv").exists()
    done = run("weights", "points", "-o", case / "nowhere" / "w.yaml", answers="1\n")
    assert done.exit_code == 1
    assert "there is no folder" in done.stderr


def test_numbers_in_yaml_are_taken_as_written(case):
    """What YAML would read as octal or as minutes is refused or read as people write it."""
    path = case / "answers.yaml"
    path.write_text("answers: {x: 010, y: 30}\n", encoding="utf-8")
    done = run("weights", "points", path, "--rubric", case / "two.yaml", "-f", "json")
    weights = json.loads(done.stdout)["groups"][0]["weights"]
    assert weights == pytest.approx({"x": 0.25, "y": 0.75})
    path.write_text("answers: {x: 1:30, y: yes}\n", encoding="utf-8")
    done = run("weights", "points", path, "--rubric", case / "two.yaml")
    assert done.exit_code == 1
    assert "'1:30' is no number" in done.stderr
    assert "'yes' is no number" in done.stderr


def test_a_ratio_is_printed_with_the_digits_that_tell_it_from_its_bound(case):
    """A ratio just above 0.1 is not printed as 0.100, nor one of 0.1333 beside a bound of 0.1330 as 0.133."""
    four = case / "four.yaml"
    four.write_text("criteria: {a: {}, b: {}, c: {}, d: {}}\n", encoding="utf-8")
    pairs = list(itertools.combinations("abcd", 2))
    times = ["5", "1/2", "2", "1/3", "1/2", "7"]
    lines = [f"{one},{other},{t}" for (one, other), t in zip(pairs, times, strict=True)]
    sheet = case / "four.csv"
    sheet.write_text("criterion,than,times\n" + "\n".join(lines) + "\n", encoding="utf-8")
    said = run("weights", "ahp", sheet, "--rubric", four).stdout
    assert "consistency ratio 0.1005, above 0.1:" in said
