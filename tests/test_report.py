"""A report is one page that needs nothing beside itself and says what the audit found."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from typing import get_args
from urllib.parse import unquote

import pandas as pd
import pytest

from browser import browser  # noqa: F401
from helpers import EVIDENCE, ROOT, RUBRIC, ioscore
from ioscore.audit import Audit
from ioscore.claims import parse_claim
from ioscore.io.rubrics import read_rubric
from ioscore.io.tables import read_evidence, read_sources
from ioscore.report.explorer.page import script_hash, script_text
from ioscore.report.page.html import data_address
from ioscore.report.page.pictures import tidy
from ioscore.report.page.places import anchors
from ioscore.report.page.references import REFERENCES
from ioscore.rubric.rules import MethodName
from reported import (
    COMMITTED,
    Page,
    assert_accessible,
    audited,
    files_of,
    setting,
    tree,
    without_figures,
    written,  # noqa: F401
)

CLAIMS = [
    ("ALPHA does most.", "ALPHA first overall"),
    ("BETA has no tools.", "BETA has no tools"),
    ("ALPHA should hold courses.", "ALPHA gains schooling/courses 2"),
    ("Nobody can say.", "unknown nothing was written down"),
]


@pytest.fixture(scope="module")
def made_up() -> Audit:
    table = pd.DataFrame(
        {
            "id": [f"c{n}" for n in range(len(CLAIMS))],
            "kind": ["comparison", "facet", "recommendation", "odd kind"],
            "source": "made_up_book",
            "locator": "line 1",
            "anchor": "some words",
            "statement": [statement for statement, _ in CLAIMS],
            "claim": [claim for _, claim in CLAIMS],
            "note": "",
            "where": "made up",
        }
    )
    statements = (table, [parse_claim(claim) for _, claim in CLAIMS])
    rubric = read_rubric(str(RUBRIC))
    return audited(read_evidence(EVIDENCE), rubric, statements=statements)


@pytest.fixture(scope="module")
def shipped() -> Audit:
    # Without its rules, so that few worlds are enumerated.
    rubric = read_rubric().model_copy(update={"rules": {}})
    return audited(read_evidence(family=rubric.codes), rubric)


@pytest.fixture(scope="module")
def shipped_files_made(shipped):
    return files_of(shipped, setting(sources=read_sources()))


@pytest.fixture(scope="module")
def page(shipped_files_made) -> Page:
    return Page(shipped_files_made["index.html"])


def test_every_link_inside_leads_somewhere(page):
    """Each link within the page has its place there, and no place stands twice."""
    ids = Counter(page.ids)
    assert [name for name, count in ids.items() if count > 1] == []
    targets = {a["href"][1:] for a in page.all("a") if a.get("href", "").startswith("#")}
    assert targets - set(ids) == set()
    assert len(targets) > 100


def test_every_file_that_is_linked_is_written(page, shipped_files_made):
    """Each link to a table or figure beside the page has its file, and nothing else is asked for."""
    beside = [
        a["href"] for a in page.all("a") if not a.get("href", "#").startswith(("#", "https:"))
    ]
    assert set(beside) - {"manifest.json"} <= set(shipped_files_made)
    tables = {name for name in shipped_files_made if name.startswith("tables/")}
    assert tables <= set(beside), "some table beside the page cannot be reached from it"
    asked = [e for e in page.elements if "src" in e[1] or e[0] in ("link", "iframe", "object")]
    assert all(tag == "img" and a["src"].startswith("data:image/svg+xml,") for tag, a in asked)


def test_findings_tell_what_reaches_beyond_the_country_as_the_report_does(page):
    """The number of such acts and the scores without them stand alike in both."""
    findings = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    number = re.search(r"[\d,]+ of [\d,]+ acts that count reach beyond", page.text)[0]
    scores = re.search(r"Without them the scores are: [^.]+(?:\.\d+[^.]+)+\.", page.text)[0]
    assert number in findings
    assert scores in findings


def test_every_score_leads_down_to_its_events(shipped, page):
    """Each cell has a place with its events: summary, source, line and anchor of every row that counts."""
    study = shipped.study
    folds = {attrs["id"] for attrs in page.all("details")}
    linked = {a["href"][1:] for a in page.all("a") if a.get("href", "").startswith("#cell-")}
    assert len(linked & folds) == study.scores.matrix.size
    for row in study.selection.rows.itertuples():
        for words in (row.summary, row.locator, row.anchor, row.event_id, row.id):
            assert " ".join(words.split()) in page.text, row.id


def test_every_organisation_has_its_page(shipped, page):
    """Each organisation has a place with score, strongest and weakest criteria and what is missing."""
    for one in shipped.profiles:
        assert f"org-{one.organisation.lower()}" in page.ids
        assert f"{one.organisation}: {one.name}" in page.text
        assert f"{one.row['score']:.3f}" in page.text


def test_the_answer_stands_before_everything_else(shipped, page):
    """The first section says that it is too close to call, and what the missing cells decide."""
    start = page.text.index("The answer, and how sure it is Too close to call")
    assert page.text[start:].startswith(
        "The answer, and how sure it is Too close to call between UNODC (0.355) and BOMCA (0.353): "
        "a difference up to 0.02 counts as none. SCO does least, with 0.048."
    )


def test_tables_and_figures_can_be_read_without_eyes(page):
    """Each table has a caption and scopes, each figure an alternative text, headings no gaps."""
    assert len(page.all("table")) == len(page.all("caption")) > 15
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.all("th"))
    assert all(len(attrs["alt"]) > 40 for attrs in page.all("img"))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


def test_no_script_but_that_of_the_explorer(page):
    """Two scripts: the data of the explorer, and its module, which the policy of the page names."""
    (data, module) = page.scripts
    assert data[0] == {"type": "application/json"}
    json.loads(data[1])
    assert module == ({"type": "module"}, script_text())
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src '{script_hash()}'" in policy
    assert not [attrs for _, attrs in page.elements if any(name.startswith("on") for name in attrs)]


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (360, "dark")])
def test_axe_finds_no_violation(browser, written, width, scheme):  # noqa: F811
    """Axe finds nothing on load, and nothing with every fold open; no page is wider than its window."""
    assert_accessible(browser, written / "index.html", width, scheme)


def test_committed_tables_that_need_no_draws_are_those_of_now(shipped_files_made):
    """What the committed report says of evidence and scores is what the shipped evidence gives."""
    names = ["answer_ranking", "cells", "contributions", "coverage_events", "evidence_counted",
             "evidence_left_out", "left_out_reasons", "missing_rules", "rubric_choices",
             "rubric_weights", "single_changes", *(f"criteria_{n}" for n in range(1, 6))]  # fmt: skip
    for name in names:
        committed = (COMMITTED / "tables" / f"{name}.csv").read_text(encoding="utf-8")
        assert shipped_files_made[f"tables/{name}.csv"] == committed, name


@pytest.mark.acceptance
def test_the_committed_report_is_made_again(tmp_path, monkeypatch):
    """The command makes the committed report again: text, tables and figures byte for byte.

    PNG files and the manifest are of one machine. The explorer's data has figures in full, and
    what it and the figures hold is compared apart: the data to 9 digits, figures as files.
    """
    # Linear algebra as on another processor: last digits differ, what is written must not.
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    run = ioscore("report", "--output", tmp_path / "thesis")
    assert run.status == 0, run.err
    assert tree(tmp_path / "thesis") == tree(COMMITTED)
    for name in sorted(tree(COMMITTED)):
        if name.endswith(".png") or name == "manifest.json":
            continue
        made, kept = (
            (folder / name).read_text(encoding="utf-8")
            for folder in (tmp_path / "thesis", COMMITTED)
        )
        if name == "index.html":
            (made, data), (kept, known) = _apart(made), _apart(kept)
            _assert_alike(data, known)
        assert made == kept, name


@pytest.mark.acceptance
@pytest.mark.parametrize("width", [360, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_committed_report(browser, width, scheme):  # noqa: F811
    """Axe finds nothing in the committed report, at either width, in light and dark."""
    assert_accessible(browser, COMMITTED / "index.html", width, scheme)


def _apart(text: str) -> tuple[str, object]:
    """Return a page without figures and without the data of its explorer, and these data."""
    data = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    bare = text.replace(data[1], "").replace("\r\n", "\n")
    return re.sub(r'src="data:[^"]*"', "", bare), json.loads(data[1])


def _assert_alike(one: object, other: object) -> None:
    if isinstance(one, dict) and isinstance(other, dict):
        assert list(one) == list(other)
        for key in one:
            _assert_alike(one[key], other[key])
    elif isinstance(one, list) and isinstance(other, list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            _assert_alike(a, b)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-12)
    else:
        assert one == other


def test_references_are_those_of_the_methods():
    """Each work that a report names stands in docs/methods.md, or where the code uses it."""
    docs = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8").replace("*", "")
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py")
                   if p.name != "references.py")  # fmt: skip
    plain = " ".join(code.replace("\n", " ").split())
    for work in REFERENCES.values():
        if work.text in docs:
            assert work.doi in docs
            continue
        begins = work.text.split(". ", 3)[0]
        assert begins.split(",")[0] in plain, work.short
        assert not work.doi or f"doi:{work.doi}" in plain, work.short


def test_a_tidy_figure_is_the_same_figure(shipped_files_made):
    """What is cut from an SVG is comments and digits below 0.01 points; scales and shapes stay.

    Names that hang on unrounded places are numbered, where they are given and where they are used.
    """
    raw = (
        "<svg><!-- words --><metadata><date>1</date></metadata>\n"
        '<clipPath id="p0123456789"></clipPath><g clip-path="url(#p0123456789)"></g>'
        '<g transform="translate(1.23456 -0.001) scale(0.015625)"><path d="M 10 20.555555 \n L 3 4"/>'
        "</g></svg>"
    )
    assert tidy(raw) == (
        '<svg><clipPath id="p1"></clipPath><g clip-path="url(#p1)"></g>'
        '<g transform="translate(1.23 0) scale(0.015625)"><path d="M 10 20.56 L 3 4"/></g></svg>\n'
    )
    for name, content in shipped_files_made.items():
        if name.endswith(".svg"):
            ET.fromstring(content)
            assert "dc:date" not in content
            assert unquote(data_address(content)).replace("'", '"').endswith("</svg>")


def test_anchors_are_plain_and_unique():
    """Whatever a name holds, its anchor has plain letters only, and no two are alike."""
    names = ["UNODC", "unodc", "Ünöd", "<b>", "", "a b", "a-b", "claim-1", "x" * 500]
    found = anchors("org", names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", anchor) for anchor in found.values())
    assert found["UNODC"] == "org-unodc"
    assert anchors("claim", ["claim-1"]) == {"claim-1": "claim-1"}


def test_claims_are_answered_one_by_one(made_up):
    """Each claim stands with its answer, what it was tested as, and where its source says it."""
    text = without_figures(made_up).text
    for (statement, claim), answer in zip(CLAIMS, made_up.verdicts.answers, strict=True):
        assert f"{answer.state} {statement} made_up_book, line 1: “some words”" in text
        if not claim.startswith("unknown"):
            assert f"Tested as {claim}:" in text
    assert "Why it cannot be checked: nothing was written down." in text
    assert "Odd kind" in text
    moved = made_up.profiles[0].recommendations
    assert f"{moved['moves'].iloc[0]:+.3f}" in text


def test_markdown_says_what_the_page_says(made_up):
    """The Markdown report has the same sections and tables, and each link in it leads somewhere."""
    files = files_of(made_up, setting(), "markdown")
    text = files["report.md"]
    page = without_figures(made_up)
    heads = [line.lstrip("# ") for line in text.splitlines() if line.startswith("## ")]
    assert len(heads) == len([1 for tag, _ in page.elements if tag == "h2"]) - 1
    places = set(re.findall(r'<a id="([^"]+)"></a>', text))
    assert set(re.findall(r"\]\(<?#([^)>]+)>?\)", text)) <= places
    for kind in ("tables", "figures"):
        named = set(re.findall(rf"\(({kind}/[^)]+)\)", text))
        assert named
        assert named <= set(files)


def test_latex_tables_are_taken_in_by_the_appendix(made_up):
    """The appendix takes in every table once; each opens and closes its environment."""
    files = files_of(made_up, setting(), "latex")
    named = re.findall(r"\\input\{([^}]+)\}", files["appendix.tex"])
    assert sorted(named) == sorted(set(files) - {"appendix.tex"})
    for name in named:
        text = files[name]
        assert text.count("\\begin{longtable}") == text.count("\\end{longtable}") == 1
        bare = text.replace("\\{", "").replace("\\}", "")
        assert bare.count("{") == bare.count("}")
        head = text.split("\\toprule\n")[1].split(" \\\\")[0]
        columns = head.replace("\\&", "").count("&") + 1
        rows = text.split("\\endfoot\n")[1].split("\\end{longtable}")[0].strip().split(" \\\\\n")
        assert all(row.replace("\\&", "").count("&") + 1 == columns for row in rows)


@pytest.mark.filterwarnings("ignore:invalid value encountered in divide")  # of zero weights
@pytest.mark.parametrize("method", get_args(MethodName))
def test_every_method_makes_a_report(method):
    """A report is made under every method, also where nothing is a sum or a mean."""
    rubric = read_rubric(str(RUBRIC)).model_copy(update={"method": method, "missing": "worst"})
    text = without_figures(audited(read_evidence(EVIDENCE), rubric)).text
    assert "The answer, and how sure it is" in text
    assert "nan" not in text.lower().split()


def test_nothing_known_is_said_and_not_a_zero():
    """An organisation of which nothing is known has no score, no rank, and a page that says so."""
    evidence = read_evidence(EVIDENCE)
    rows = evidence.rows[evidence.rows["organisation"] != "GAMMA"]
    audit = audited(replace(evidence, rows=rows), read_rubric(str(RUBRIC)))
    text = without_figures(audit).text
    assert "GAMMA: Gamma Scoreno score" in text
    assert "nan" not in text.lower().split()


@pytest.mark.acceptance
def test_latex_takes_the_appendix(shipped, tmp_path):
    """LaTeX makes a document of the appendix without an error."""
    if shutil.which("pdflatex") is None:
        pytest.skip(
            "LATEX IS NOT HERE: the appendix was not set. On Debian: apt-get install "
            "texlive-latex-base texlive-latex-recommended lmodern"
        )
    for name, text in files_of(shipped, setting(sources=read_sources()), "latex").items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "main.tex").write_text(
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern}"
        "\\usepackage{booktabs,longtable,array}\\begin{document}\\input{appendix}\\end{document}"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
