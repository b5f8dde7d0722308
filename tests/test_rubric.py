"""The rubric as data: weights, tree, choices, schema, and messages that name the place."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers import ROOT, flat_rubric
from ioscore.errors import RubricError, nearest
from ioscore.io import read_rubric, rubric_schema, shipped_rubrics
from ioscore.io.rubrics import MODELINE, starter
from ioscore.rubric import choose, plain_rubric, reweight


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_rubrics_are_the_five_of_the_project_and_more_may_come():
    """The five rubrics of the thesis family are shipped, the thesis's own first."""
    names = shipped_rubrics()
    assert names[0] == "thesis"
    assert {"thesis", "equal", "hard_security", "soft_security", "barriers_first"} <= set(names)


@pytest.mark.parametrize("name", shipped_rubrics())
def test_weights_are_shares_in_every_group_of_siblings(name):
    """In every shipped rubric the weights of siblings, and the shares of the leaves, sum to one."""
    nodes = list(read_rubric(name).nodes())
    for parent in {node.parent for node in nodes}:
        total = sum(node.weight for node in nodes if node.parent == parent)
        assert total == pytest.approx(1, abs=1e-12)
    assert sum(node.share for node in nodes if node.leaf) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", shipped_rubrics())
def test_every_choice_has_its_levels_and_its_reason(name):
    """Every choice written in a shipped rubric names at least two levels and says why it is one."""
    for label, choice in read_rubric(name).choices.items():
        if choice.reason or read_rubric(name).codes == "thesis":
            assert len(choice.levels) >= 2, label
            assert choice.reason, label


@pytest.mark.parametrize("name", shipped_rubrics())
def test_shipped_rubrics_fit_the_schema_and_begin_with_the_modeline(name):
    """Each shipped file is valid under the draft-07 schema and tells editors where it lies."""
    path = ROOT / "rubrics" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[0] == MODELINE
    data = json.loads(json.dumps(yaml.safe_load(text)))
    jsonschema.Draft7Validator(rubric_schema()).validate(data)


def test_the_schema_file_is_the_schema_of_the_model():
    """rubrics/rubric.schema.json is what the model generates; `ioscore rubric schema` mends it."""
    path = ROOT / "rubrics" / "rubric.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == rubric_schema()
    jsonschema.Draft7Validator.check_schema(rubric_schema())


def test_the_schema_refuses_what_the_model_refuses():
    """An unknown key, a negative weight and a file without criteria are invalid in an editor too."""
    validator = jsonschema.Draft7Validator(rubric_schema())
    for data in ({"critera": {}}, {"criteria": {"a": {"weight": -1}}}, {"name": "empty"}):
        assert not validator.is_valid(data), data
    assert validator.is_valid({"extends": "thesis", "weights": {"training": 3}})


BAD = {
    "unknown key": ("name: x\ncriteria:\n  a: {wieght: 1}\n", "line 3, criteria.a.wieght"),
    "negative weight": ("criteria:\n  a: {}\n  b:\n    weight: -1\n", "line 4, criteria.b.weight"),
    "infinite weight": ("criteria:\n  a: {weight: .inf}\n", "line 2, criteria.a.weight"),
    "nan weight": ("criteria:\n  a: {weight: .nan}\n", "line 2, criteria.a.weight"),
    "huge weight": ("criteria:\n  a: {weight: 1.0e+308}\n", "line 2, criteria.a.weight"),
    "all zero": ("criteria:\n  a: {weight: 0}\n  b: {weight: 0}\n", "line 1, criteria"),
    "all zero inside": (
        "criteria:\n  a:\n    criteria:\n      b: {weight: 0}\n  c: {}\n",
        "line 2, criteria.a",
    ),
    "all zero over another": (
        "extends: thesis\nweights:\n  equipment/civilian: 0\n  military: 0\n",
        "mine.yaml, line 3, weights.equipment/civilian",
    ),
    "key twice": ("criteria:\n  a: {}\n  a: {}\n", "line 3, a"),
    "id twice": (
        "criteria:\n  a: {criteria: {c: {}}}\n  b: {criteria: {c: {}}}\n",
        "line 3, criteria.b.criteria.c",
    ),
    "weight of no criterion": (
        "extends: thesis\nweights: {traning: 2}\n",
        "line 2, weights.traning",
    ),
    "unknown level": (
        "extends: thesis\nchoices:\n  plans: {level: maybe}\n",
        "line 3, choices.plans.level",
    ),
    "unknown choice": ("extends: thesis\nchoices:\n  plan: {level: x}\n", "line 3, choices.plan"),
    "moves nothing": (
        "criteria: {a: {}}\nchoices:\n  mine: {level: main, levels: [main, a], moves: [b]}\n",
        "line 3, choices.mine.moves",
    ),
    "moves to nowhere": (
        "criteria: {a: {}}\nchoices:\n  mine: {level: main, levels: [main, b], moves: [a]}\n",
        "line 3, choices.mine.levels",
    ),
    "no level": ("criteria: {a: {}}\nlevels: {}\n", "line 2, levels"),
    "no trust": ("criteria: {a: {}}\nreliability: {book: 0}\n", "line 2, reliability.book"),
    "two weights": (
        "extends: thesis\nweights: {military: 1, equipment/military: 2}\n",
        "line 2, weights",
    ),
    "extends itself": ("extends: mine.yaml\n", "cycle"),
    "alias": ("criteria:\n  a: &x\n    criteria:\n      b: *x\n", "line 2"),
    "broken": ("criteria: [unclosed\n", "broken YAML"),
    "a list": ("- 1\n- 2\n", "no mapping"),
    "empty criteria": ("criteria: {}\n", "line 1, criteria"),
    "no criteria": ("name: nothing\n", "criteria"),
    "bad id": ("criteria:\n  'a b': {}\n", "criteria.a b"),
    "extends nothing": ("extends: no_such_rubric\n", "no_such_rubric"),
    "text for number": ("criteria:\n  a: {weight: heavy}\n", '"heavy"'),
    "missing rule": ("extends: thesis\nmissing: zero\n", "line 2, missing"),
}


@pytest.mark.parametrize(("text", "place"), BAD.values(), ids=BAD)
def test_a_wrong_rubric_is_refused_with_file_line_and_key(tmp_path, text, place):
    """Whatever is wrong with a rubric, the message names the file and where in it to mend."""
    path = write(tmp_path, text)
    with pytest.raises(RubricError) as caught:
        read_rubric(str(path))
    assert place in str(caught.value)
    if place != "no_such_rubric":
        assert "mine.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("traning", " (did you mean training?)"),
        ("Equipment/Civilan", " (did you mean equipment/civilian?)"),
        ("civilan", " (did you mean equipment/civilian?)"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_offered(name, near):
    """What is nearly a criterion, by id or path, is named; what is near none is not guessed at."""
    known = [node.path for node in read_rubric().nodes()]
    assert nearest(name, known) == near


def test_a_cycle_of_two_files_is_named_with_both(tmp_path):
    """Two rubrics that extend each other are refused, both named."""
    write(tmp_path, "extends: b.yaml\n", "a.yaml")
    write(tmp_path, "extends: a.yaml\n", "b.yaml")
    with pytest.raises(RubricError, match=r"a\.yaml -> b\.yaml -> a\.yaml"):
        read_rubric(str(tmp_path / "a.yaml"))


def test_a_file_without_name_is_called_after_itself(tmp_path):
    """A rubric that gives no name has the name of its file, not of what it extends."""
    assert read_rubric(str(write(tmp_path, "extends: thesis\n"))).name == "mine"


def test_extending_changes_only_what_is_written(tmp_path):
    """A file that extends another and doubles one weight keeps everything else of it."""
    base = read_rubric("thesis")
    mine = read_rubric(str(write(tmp_path, "extends: thesis\nweights: {training: 30}\n")))
    assert {n.path: n.weight for n in mine.nodes() if n.parent} == {
        n.path: n.weight for n in base.nodes() if n.parent
    }
    # 15, 15, 15, 15, 20, 20 with the first doubled: 30 of 115.
    assert mine.top()[0].share == pytest.approx(30 / 115, rel=1e-12)
    assert mine.choices == base.choices


def test_the_last_word_on_a_weight_counts_however_it_is_spelt(tmp_path):
    """A weight written by id, by path or in the tree replaces the one below it in any spelling."""
    write(tmp_path, "extends: hard_security\nweights: {practical: 1}\n", "first.yaml")
    second = write(
        tmp_path, "extends: first.yaml\nweights: {training/practical: 50}\n", "second.yaml"
    )
    third = write(tmp_path, "extends: equal\ncriteria: {training: {weight: 90}}\n", "third.yaml")
    weights = {n.id: n.weight for n in read_rubric(str(second)).nodes()}
    assert weights["practical"] == pytest.approx(50 / 52)
    assert read_rubric(str(third)).top()[0].share == pytest.approx(90 / 95)
    assert reweight(read_rubric(str(second)), {"practical": 0}).nodes() is not None


def test_a_folder_does_not_hide_a_shipped_rubric(tmp_path, monkeypatch):
    """In a folder that holds a folder `thesis`, the name still means the shipped rubric."""
    (tmp_path / "thesis").mkdir()
    monkeypatch.chdir(tmp_path)
    assert read_rubric("thesis").name == "thesis"


def test_reweighting_takes_an_id_or_a_path_and_leaves_the_original():
    """`reweight` finds a criterion by id or by path and returns a new rubric."""
    base = read_rubric("thesis")
    by_id = reweight(base, {"military": 3})
    by_path = reweight(base, {"equipment/military": 3})
    assert list(by_id.nodes()) == list(by_path.nodes())
    share = {n.id: n.weight for n in by_id.nodes()}
    assert (share["military"], share["civilian"]) == (0.75, 0.25)
    assert base == read_rubric("thesis")


def test_a_path_that_names_another_parent_is_no_criterion():
    """`training/military` is refused although `equipment/military` exists."""
    with pytest.raises(RubricError, match="training/military"):
        reweight(read_rubric("thesis"), {"training/military": 1})


def test_a_rubric_cannot_be_changed_in_place():
    """Assigning to a field of a rubric is an error."""
    with pytest.raises(ValueError, match="frozen"):
        read_rubric("thesis").name = "other"


def test_choosing_refuses_what_is_not_there():
    """An unknown choice and an unknown level are named together with what there is."""
    with pytest.raises(RubricError, match="no choice plan"):
        choose(flat_rubric(), {"plan": "include"})
    with pytest.raises(RubricError, match="exclude, include"):
        choose(flat_rubric(), {"plans": "perhaps"})


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=6).filter(lambda w: sum(w) > 1e-6))
def test_shares_do_not_depend_on_the_scale_of_the_weights(weights):
    """Weights times a thousand give the same shares."""
    names = [f"c{i}" for i in range(len(weights))]
    rubric = plain_rubric(names)
    small = reweight(rubric, dict(zip(names, weights, strict=True)))
    large = reweight(rubric, {n: 1000 * w for n, w in zip(names, weights, strict=True)})
    pairs = zip(small.nodes(), large.nodes(), strict=True)
    assert all(a.share == pytest.approx(b.share, rel=1e-9, abs=1e-12) for a, b in pairs)


def test_a_starter_file_ranks_like_the_rubric_it_extends(tmp_path):
    """What `ioscore rubric new` writes loads at once, with the weights of its base."""
    base = read_rubric("thesis")
    mine = read_rubric(str(write(tmp_path, starter(base, "thesis", "mine"))))
    for a, b in zip(mine.nodes(), base.nodes(), strict=True):
        assert a.share == pytest.approx(b.share, rel=1e-5)


def test_the_codebook_names_every_switch_of_the_rubric():
    """Each choice of the thesis's rubric and its levels stand in the codebook, where coders read."""
    text = (ROOT / "data" / "codebook.md").read_text(encoding="utf-8")
    for name, choice in read_rubric("thesis").choices.items():
        if not name.startswith("barrier_"):  # a matter of scoring, not of coding
            line = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
            for level in choice.levels:
                assert level in line or (name == "sources"), (name, level)
