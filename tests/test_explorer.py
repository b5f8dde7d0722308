"""The explorer's document, page, command and widget, as far as they need no browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from explored import HOSTILE, hostile_evidence, shipped_document, shipped_study
from helpers import EVIDENCE, RUBRIC, assert_fails_clearly, ioscore
from ioscore.errors import NotApplicable, RubricError
from ioscore.evidence import select
from ioscore.io.rubrics import read_rubric
from ioscore.io.tables import read_evidence
from ioscore.report.explorer import explorer_document, explorer_page, module_text, style_text
from ioscore.report.explorer.page import safe_json, script_text
from ioscore.report.figures.style import PALETTE
from ioscore.rubric import choose, reweight, with_rules
from ioscore.sensitivity.evidence.removal import turn_top
from ioscore.sensitivity.weights.analysis import analyse_weights
from ioscore.study import run_study
from ioscore.study.exploration import explore_study
from random_evidence import made_up_rubric, random_evidence


class Scripts(HTMLParser):
    """Gathers what a page would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.asked: list[tuple[str, str | None]] = []
        self.policy = ""
        self._open: dict[str, str | None] | None = None

    def handle_starttag(self, tag, attrs):
        """Note what a tag asks for."""
        found = dict(attrs)
        self._open = found if tag == "script" else None
        self.asked += [(name, value) for name, value in attrs if name in ("src", "href", "srcset")]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""

    def handle_data(self, data):
        """Keep the text of a script."""
        if self._open is not None:
            self.scripts.append((self._open, data))

    def handle_endtag(self, tag):
        """Leave a script."""
        self._open = None


def parsed(page: str) -> Scripts:
    """Return what a page would run or fetch."""
    parser = Scripts()
    parser.feed(page)
    return parser


def test_the_page_is_under_400_kb_and_asks_for_nothing():
    """With all shipped evidence the page is smaller than 400 kB and names no other file."""
    page = explorer_page(shipped_document())
    assert len(page.encode()) < 400_000
    assert parsed(page).asked == []
    assert "import(" not in module_text()
    assert not re.search(r"^import ", module_text(), re.MULTILINE)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|eval|innerHTML)\b", module_text())
    assert "url(" not in style_text()


def test_only_our_own_script_may_run():
    """The policy of the page admits one script, the module, by its digest, and nothing else."""
    found = parsed(explorer_page(shipped_document()))
    (data, text), (module, code) = found.scripts
    assert data == {"type": "application/json"}
    assert module == {"type": "module"}
    assert code == script_text()
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in found.policy
    assert found.policy.startswith("default-src 'none';")
    assert json.loads(text) == shipped_document()


def test_hostile_text_stays_inside_its_json():
    """Nothing that a row can say ends the script element or begins a comment, and all comes back."""
    evidence, rubric = hostile_evidence(HOSTILE)
    document = explorer_document(explore_study(run_study(evidence, rubric)))
    text = safe_json(document)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == document
    found = parsed(explorer_page(document))
    assert [attributes for attributes, _ in found.scripts] == [
        {"type": "application/json"},
        {"type": "module"},
    ]


def test_the_same_study_gives_the_same_bytes():
    """Made twice from the files, the page is the same."""
    study = run_study(read_evidence(), read_rubric())
    again = explorer_document(explore_study(study), extends="thesis")
    assert explorer_page(again) == explorer_page(shipped_document())


def test_colours_are_those_of_the_figures():
    """Organisations have the colours of the figures, in the order of the rubric."""
    shown = [one["colour"] for one in shipped_document()["organisations"]]
    assert shown == list(PALETTE[:5])


def test_answers_in_the_page_are_those_of_the_analyses():
    """What would make each first is what the analyses of weights and of evidence say."""
    study, document = shipped_study(), shipped_document()
    for fill in ("renormalise", "worst", "best"):
        rubric = with_rules(study.rubric, missing=fill)
        found = analyse_weights(study.scores, rubric, draws=100, seed=0).changes.to_first
        for name, flip in found.items():
            shown = document["to_first"][fill][name]
            if isinstance(flip, NotApplicable):
                assert shown == {"reason": flip.reason}
            else:
                assert shown["exact"] == flip.exact
                # The search of `analyse_weights` sets out from the same seed.
                assert shown["distance"] == pytest.approx(flip.distance, rel=1e-9)
    for name in study.selection.organisations:
        removal = turn_top(study.evidence, study.rubric, first=name)
        shown = document["without"][name]
        if isinstance(removal, NotApplicable):
            assert shown == {"reason": removal.reason}
        else:
            assert len(shown["events"]) == removal.size


def test_every_row_that_can_count_is_there_and_goes_where_select_puts_it():
    """Under random levels, the rows that `select` counts are found from the document, leaf by leaf."""
    rng = np.random.default_rng(6)
    study, document = shipped_study(), shipped_document()
    leaves = [node["path"] for node in document["nodes"] if node["leaf"]]
    rows = document["rows"]
    for _ in range(25):
        rubric = study.rubric
        levels = {name: str(rng.choice(choice.levels)) for name, choice in rubric.choices.items()}
        chosen = select(study.evidence, choose(rubric, levels))
        expected = sorted(zip(chosen.rows["id"], chosen.rows["leaf"], strict=True))
        sources = levels["sources"].split(",")
        found = []
        for n, act in enumerate(act for act, *_ in rows["told"]):
            code = document["codes"][rows["code"][n]]
            moves = (leaf for name, level, leaf in code["moved"] if levels[name] == level)
            leaf = next(moves, code["leaf"])
            source = document["sources"]["known"][rows["source"][n]]["id"]
            out = any(
                levels[name] == "exclude" and rows["out"][n] >> bit & 1
                for bit, name in enumerate(document["sieves"])
            )
            if leaf >= 0 and not out and (sources == ["all"] or source in sources):
                found.append((act, leaves[leaf]))
        assert sorted(found) == expected


def test_made_up_rubrics_have_documents():
    """Any made-up rubric with a mean, a window of years or no sources gives a plain document."""
    rng = np.random.default_rng(7)
    for window in (None, (2017, 2018)):
        study = run_study(random_evidence(rng, 25), made_up_rubric(), window=window)
        document = explorer_document(explore_study(study))
        assert json.loads(json.dumps(document, allow_nan=False)) == document
        assert document["rubric"]["window"] == (list(window) if window else None)
        assert not document["rubric"]["short"]


def test_methods_that_are_no_means_are_refused(tmp_path):
    """A rubric that compares organisations with each other is refused, with a way out."""
    rubric = made_up_rubric(method="topsis", missing="worst")
    study = run_study(random_evidence(np.random.default_rng(8), 20), rubric)
    with pytest.raises(RubricError, match="topsis compares organisations"):
        explore_study(study)
    path = tmp_path / "topsis.yaml"
    path.write_text("extends: thesis\nmethod: topsis\nmissing: worst\n", encoding="utf-8")
    page = tmp_path / "page.html"
    refused = ioscore("explore", "--rubric", path, "--no-browser", "--output", page)
    assert_fails_clearly(refused, "topsis", "--method")
    assert not page.exists()
    run = ioscore(
        *("explore", "--rubric", path, "--method", "weighted_mean", "--no-browser", "-o", page)
    )
    assert run.status == 0, run.err
    assert page.exists()


def document_of(page: str) -> dict:
    """Return the document that a page holds."""
    (_, text), _ = parsed(page).scripts
    return json.loads(text)


def test_explore_writes_the_page_and_opens_where_the_options_say(tmp_path):
    """`ioscore explore` writes a page that opens with the options and goes back to the file."""
    path = tmp_path / "explorer.html"
    run = ioscore(
        *("explore", "--rubric", "hard_security", "--set", "training=300", "--set", "courses=1"),
        *("--no-browser", "--output", path),
    )
    assert_fails_clearly(run, "courses")
    assert not path.exists()
    run = ioscore(
        *("explore", "--rubric", "hard_security", "--set", "training=300", "--choice"),
        *("plans=include", "--sources", "roca_2018", "--no-browser", "--output", path),
    )
    assert (run.status, run.out, run.err) == (0, "", f"written: {path}\n")
    document = document_of(path.read_text(encoding="utf-8"))
    assert document["rubric"]["extends"] == "hard_security"
    assert document["opening"]["levels"] == {"plans": "include"}
    assert document["opening"]["sources"] == "roca_2018"
    weights = document["opening"]["weights"]
    shares = {path: weight / sum(weights.values()) for path, weight in weights.items()}
    opened = reweight(read_rubric("hard_security"), {"training": 300})
    assert shares == pytest.approx({node.path: node.share for node in opened.top()})
    assert max(weights.values()) == pytest.approx(100)
    published = run_study(read_evidence(), read_rubric("hard_security")).ranking.table
    scores = dict(zip(published["organisation"], published["score"], strict=True))
    assert document["check"] == pytest.approx(scores)


def test_explore_takes_rubric_and_evidence_of_ones_own(tmp_path):
    """Rubric and evidence files of one's own give a page whose downloads extend the file's name."""
    path = tmp_path / "own.html"
    run = ioscore(
        *("explore", "--rubric", RUBRIC, "--evidence", EVIDENCE, "--window", "2016:2018"),
        *("--no-browser", "--output", path),
    )
    assert run.status == 0, run.err
    document = document_of(path.read_text(encoding="utf-8"))
    assert document["rubric"]["extends"] == RUBRIC.name
    assert document["rubric"]["window"] == [2016, 2018]
    missing = ioscore("explore", "--rubric", "nothing_like_it", "--no-browser", "--output", path)
    assert_fails_clearly(missing, "nothing_like_it")
    assert document_of(path.read_text(encoding="utf-8")) == document


def test_weights_of_the_widget_are_those_of_reweight():
    """`widget.weights` starts as the rubric writes them, takes part of them, and refuses nonsense."""
    from ioscore.report.explorer.widget import explore

    study = run_study(read_evidence(), read_rubric("hard_security"))
    widget = explore(study)
    assert widget.weights["training"] == 20
    assert widget.weights["training/practical"] == 3
    widget.weights = {"training": 40, "corruption": 3}
    assert widget.weights["training"] == 40
    assert widget.weights["barriers/corruption"] == 3
    assert widget.weights["cooperation"] == 25
    expected = reweight(study.rubric, {"training": 40, "corruption": 3})
    found = reweight(study.rubric, widget.weights)
    assert [n.share for n in found.nodes()] == [n.share for n in expected.nodes()]
    for wrong in ({"nothing": 1}, {"training": -1}, dict.fromkeys(widget.weights, 0)):
        with pytest.raises(RubricError):
            widget.weights = wrong
    assert widget.weights["training"] == 40
