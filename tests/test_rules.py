"""What a rubric can say of methods, normalisation, rounding and ties, seen as a user sees it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from helpers import assert_fails_clearly, ioscore
from ioscore.errors import EvidenceError, RubricError
from ioscore.ranking import decision_of, rank
from ioscore.rubric import Rubric, plain_rubric, with_rules
from ioscore.scoring import scores_from_matrix

HDI = """
name: made_up_development_index
method: geometric_mean
decimals: 3
criteria:
  health: {normalise: {rule: bounds, low: 20, high: 85}}
  education:
    aggregation: arithmetic
    criteria:
      expected: {normalise: {rule: bounds, low: 0, high: 18}}
      mean: {normalise: {rule: bounds, low: 0, high: 15}}
  income: {normalise: {rule: bounds, low: 100, high: 75000, log: true}}
"""
METHODS = (
    "weighted_mean",
    "geometric_mean",
    "harmonic_mean",
    "topsis",
    "vikor",
    "promethee2",
    "borda",
    "copeland",
    "kemeny_young",
)


def flat(values, *, names="ABCDEF", **fields):
    """Return scores and rubric of a matrix with the criteria x, y, z."""
    columns = list("xyz")[: len(values[0])]
    rubric = Rubric.model_validate(
        {"name": "made_up", "criteria": {c: {} for c in columns}, **fields}
    )
    frame = pd.DataFrame(values, index=list(names[: len(values)]), columns=columns, dtype=float)
    return scores_from_matrix(frame, rubric), rubric


def test_a_rubric_and_a_matrix_are_a_composite_index_with_logs_goalposts_and_nested_means(tmp_path):
    """Geometric above, arithmetic within, caps and a log: the index computed by hand, 300 units."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "health": rng.uniform(50, 90, 300),
            "expected": rng.uniform(5, 20, 300),
            "mean": rng.uniform(2, 14, 300),
            "income": np.exp(rng.uniform(6, 12, 300)),
        },
        index=pd.Index([f"unit{i}" for i in range(300)], name="unit"),
    )
    table.to_csv(tmp_path / "matrix.csv")
    (tmp_path / "index.yaml").write_text(HDI)
    run = ioscore(
        "rank",
        "--scores",
        tmp_path / "matrix.csv",
        "--rubric",
        tmp_path / "index.yaml",
        "-f",
        "json",
    )
    assert run.status == 0, run.err
    found = {row["organisation"]: row["score"] for row in json.loads(run.out)["ranking"]}
    health = np.clip((table["health"] - 20) / 65, 0, 1)
    education = (np.clip(table["expected"] / 18, 0, 1) + table["mean"] / 15) / 2
    income = np.clip(np.log(table["income"] / 100) / np.log(750), 0, 1)
    index = (health * education * income) ** (1 / 3)
    # Scores are rounded to three decimals before they are ranked, as such indices are published.
    assert found == pytest.approx(index.round(3).to_dict(), abs=1e-9)
    assert len(set(found.values())) < len(found), "rounding makes ties among 300 units"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_ranks_from_the_command_line_and_puts_the_dominant_first(tmp_path, method):
    """A is best in everything and C worst: the order A, B, C under each of the nine methods."""
    (tmp_path / "m.csv").write_text("unit,x,y\nC,0.1,0.2\nA,0.9,0.8\nB,0.5,0.4\n")
    run = ioscore("rank", "--scores", tmp_path / "m.csv", "--method", method, "-f", "json")
    assert run.status == 0, run.err
    document = json.loads(run.out)
    assert document["method"] == method
    assert [row["organisation"] for row in document["ranking"]] == ["A", "B", "C"]
    table = ioscore("rank", "--scores", tmp_path / "m.csv", "--method", method)
    assert table.status == 0
    assert "A is first" in table.out


@pytest.mark.parametrize("method", METHODS)
def test_every_method_ranks_the_shipped_evidence_or_says_why_not(tmp_path, method):
    """With missing cells at the worst each method ranks five; as they are, only a mean can."""
    (tmp_path / "own.yaml").write_text("extends: thesis\nname: own\nmissing: worst\n")
    run = ioscore("rank", "--rubric", tmp_path / "own.yaml", "--method", method, "-f", "json")
    assert run.status == 0, run.err
    assert len(json.loads(run.out)["ranking"]) == 5
    run = ioscore("rank", "--method", method)
    if method.endswith("_mean"):
        assert run.status == 0
    else:
        assert_fails_clearly(run, "BOMCA in unique_tactics", method, "missing to worst or best")


def test_geometric_mean_of_a_zero_is_zero_and_of_a_negative_refused():
    """A zero cannot be made up; a negative value is named with unit and criterion."""
    scores, rubric = flat([[0.0, 1.0], [0.2, 0.3]], method="geometric_mean")
    table = rank(scores, rubric).table.set_index("organisation")["score"]
    assert table["A"] == 0
    assert table["B"] == pytest.approx(0.06**0.5)
    rules = {"criteria": {"x": {"normalise": {"rule": "none"}}, "y": {}}}
    scores, rubric = flat([[-1.0, 1.0], [0.2, 0.3]], method="geometric_mean", **rules)
    with pytest.raises(EvidenceError, match="A in x"):
        rank(scores, rubric)


def test_a_method_that_compares_refuses_an_unknown_criterion_unless_told_what_stands_there():
    """TOPSIS with nothing known of A in y names the gap; with `worst` it ranks, the range unsaid."""
    scores, rubric = flat([[0.5, np.nan], [0.2, 0.1]], method="topsis")
    with pytest.raises(EvidenceError, match="nothing is known of A in y"):
        rank(scores, rubric)
    ranking = rank(scores, with_rules(rubric, missing="worst"))
    assert ranking.table["rank"].tolist() == [1, 2]
    assert ranking.table["rank_best"].isna().all()
    assert ranking.by_fill["renormalise"].isna().all()


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("min", [1, 2, 2, 4]),
        ("max", [1, 3, 3, 4]),
        ("average", [1, 2.5, 2.5, 4]),
        ("dense", [1, 2, 2, 3]),
    ],
)
def test_ties_get_the_rank_that_the_rubric_says(ties, expected):
    """The four rules of pandas' rank on one matrix with a tie in the middle."""
    scores, rubric = flat([[0.9], [0.5], [0.5], [0.1]], ties=ties)
    ranking = rank(scores, rubric)
    assert ranking.table["rank"].tolist() == expected
    assert ranking.first == ("A",)


def test_rounding_before_ranking_makes_ties():
    """0.501 and 0.499 are one rank apart as they are, and tied at two decimals."""
    values = [[0.501], [0.499]]
    assert rank(*flat(values)).table["rank"].tolist() == [1, 2]
    assert rank(*flat(values, decimals=2)).table["rank"].tolist() == [1, 1]


def test_leaf_weights_give_the_score_of_the_tree():
    """Under the shares of the leaves, missing ones included, the flat view has the nested score."""
    tree = {"a": {"weight": 3, "criteria": {"p": {"weight": 2}, "q": {}, "r": {}}}, "b": {}}
    rubric = Rubric.model_validate({"name": "made_up", "criteria": tree})
    matrix = pd.DataFrame(
        [[0.1, np.nan, 0.7, 0.5], [0.4, 0.9, 0.2, np.nan], [0.3, 0.3, 0.3, 0.3]],
        index=list("ABC"),
        columns=["a/p", "a/q", "a/r", "b"],
    )
    for method in ("weighted_mean", "geometric_mean", "harmonic_mean"):
        named = with_rules(rubric, method=method)
        scores = scores_from_matrix(matrix, named)
        expected = rank(scores, named).table.set_index("organisation")["score"]
        for level in ("top", "leaf"):
            found = decision_of(scores, named, level).scores()
            pd.testing.assert_series_equal(
                found.sort_index(), expected.sort_index(), check_names=False, rtol=1e-12
            )


def test_leaf_weights_under_a_method_that_compares_are_refused():
    """TOPSIS compares criteria of the first level, so weights of leaves mean nothing to it."""
    rubric = Rubric.model_validate(
        {"name": "made_up", "method": "topsis", "criteria": {"a": {"criteria": {"p": {}}}, "b": {}}}
    )
    matrix = pd.DataFrame([[0.1, 0.2], [0.3, 0.1]], index=list("AB"), columns=["a/p", "b"])
    with pytest.raises(RubricError, match="first level"):
        decision_of(scores_from_matrix(matrix, rubric), rubric, "leaf")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("method: best", "method"),
        ("criteria: {x: {normalise: {rule: bounds, low: 3}}}", "bounds need `low` and `high`"),
        ("criteria: {x: {normalise: {rule: bounds, low: 0, high: 1, log: true}}}", "logarithm"),
        ("criteria: {x: {normalise: {rule: minmax, low: 3}}}", "belong to bounds"),
        ("criteria: {x: {normalise: {rule: target}}}", "target"),
        ("criteria: {x: {preference: {function: v_shape}}}", "needs `p` above zero"),
        ("rules: {scoring: {levels: [best]}}", "there are the levels"),
        ("rules: {colour: {levels: [red]}}", "no rule that may vary"),
        ("rules: {missing: {levels: [worst, best], probabilities: [0.5]}}", "1 probabilities"),
        ("rules: {missing: {levels: [worst, best], probabilities: [0.5, 0.1]}}", "sum to 0.6"),
        ("weights_within: {bounds: {q: [0, 1]}}", "q is no criterion"),
        ("weights_within: {bounds: {x: [0.5, 0.1]}}", "0.5 is above 0.1"),
        ("ties: worst", "ties"),
    ],
)
def test_rules_that_cannot_be_are_named_with_their_line(tmp_path, line, words):
    """Each wrong rule ends with status 1 and a message that names file, line and what is wrong."""
    start = "" if line.startswith("criteria") else "criteria: {x: {}, y: {}}\n"
    path = tmp_path / "wrong.yaml"
    path.write_text(f"name: made_up\n{start}{line}\n")
    matrix = tmp_path / "m.csv"
    matrix.write_text("unit,x,y\nA,1,0\nB,0,1\n")
    run = ioscore("rank", "--scores", matrix, "--rubric", path)
    assert_fails_clearly(run, "wrong.yaml, line", words)


def test_an_unknown_method_on_the_command_line_is_named():
    """--method best ends with status 1 and lists what there is."""
    assert_fails_clearly(ioscore("rank", "--method", "best"), "method", "topsis")


def test_a_bare_matrix_may_hold_any_scale_that_its_rubric_makes_comparable():
    """A cost of 300 euros is refused as it stands, and taken between bounds."""
    frame = pd.DataFrame({"price": [300.0, 100.0], "use": [0.5, 0.5]}, index=["A", "B"])
    bare = Rubric.model_validate(
        {"name": "made_up", "criteria": {"price": {"direction": "cost"}, "use": {}}}
    )
    with pytest.raises(EvidenceError, match="normalise"):
        scores_from_matrix(frame, bare)
    bounds = {"rule": "bounds", "low": 0, "high": 400}
    rubric = Rubric.model_validate(
        {
            "name": "made_up",
            "criteria": {"price": {"direction": "cost", "normalise": bounds}, "use": {}},
        }
    )
    table = rank(scores_from_matrix(frame, rubric), rubric).table.set_index("organisation")
    assert table["score"].to_dict() == {"A": 0.375, "B": 0.625}


def test_plain_rubrics_take_every_method():
    """The rubric of a bare matrix changes its method like any other."""
    assert with_rules(plain_rubric(["x"]), method="borda").method == "borda"
    with pytest.raises(RubricError):
        with_rules(plain_rubric(["x"]), method="best")


def test_a_gap_measured_against_the_others_leaves_no_range_to_print():
    """Under min-max a gap, filled, would move the others' values too; under bounds it would not."""
    values = [[0.2, np.nan], [0.9, 0.4], [0.1, 0.8]]
    for rule, ranged in (
        ({"rule": "minmax"}, False),
        ({"rule": "bounds", "low": 0, "high": 1}, True),
    ):
        criteria = {name: {"normalise": rule} for name in "xy"}
        ranking = rank(*flat(values, criteria=criteria))
        assert bool(ranking.table["rank_best"].notna().all()) is ranged
        assert ranking.first_determined is ranged


def test_promethee_leaves_out_a_criterion_of_which_nothing_is_known():
    """Of three criteria the last is empty; the two others rank, each by its own preference."""
    steep = {"function": "v_shape", "p": 0.5}
    criteria = {"x": {"preference": steep}, "y": {}, "z": {"preference": steep}}
    values = [[0.9, 0.2, np.nan], [0.1, 0.3, np.nan]]
    table = rank(*flat(values, method="promethee2", criteria=criteria)).table
    # x counts in full for A, y in full for B: level.
    assert table["score"].tolist() == pytest.approx([0, 0], abs=1e-12)
