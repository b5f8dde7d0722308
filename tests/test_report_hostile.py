"""Whatever stands in the evidence, a report shows it as words and lets nothing of it act."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pandas as pd
import pytest

from browser import browser, offline_page  # noqa: F401
from explored import hostile_evidence
from ioscore.claims import parse_claim
from reported import Page, audited, files_of, setting

HOSTILE = [
    "<script>window.acted = 1</script>",
    "\"quoted\" 'twice' & <b>bold</b> <img src=x onerror='window.acted = 2'>",
    '=HYPERLINK("http://example.invalid","press")',
    "\u202eright to left\u2066 and\u2069 \u05d0\u05d1\u05d2",
    "a $\\frac$ of {brace} 100%",
    "| pipe | `tick` [link](http://example.invalid) _under_ \\back # {{ 7 * 7 }} {% raw %}",
    "long " * 2_000,
]


@pytest.fixture(scope="module")
def hostile() -> dict[str, dict[str, str | bytes]]:
    """Return the reports, by form, of evidence whose every free text is hostile."""
    evidence, rubric = hostile_evidence(HOSTILE)
    more = evidence.rows.iloc[:2].assign(
        id=["first", "second"], event_id=["first", "second"], criterion="hindrance", summary="plain"
    )
    evidence = replace(evidence, rows=pd.concat([evidence.rows, more], ignore_index=True))
    table = pd.DataFrame(
        {
            "id": HOSTILE, "kind": HOSTILE, "source": HOSTILE, "locator": HOSTILE,
            "anchor": HOSTILE, "statement": HOSTILE, "claim": "ALPHA first overall",
            "note": HOSTILE, "where": HOSTILE,
        }
    )  # fmt: skip
    claims = [parse_claim(claim) for claim in table["claim"]]
    audit = audited(evidence, rubric, statements=(table, claims))
    given = setting(
        question=HOSTILE[0], command=HOSTILE[1], extends=HOSTILE[2],
        sources=pd.DataFrame(
            {"id": HOSTILE, "title": HOSTILE, "author": HOSTILE, "year": "", "kind": HOSTILE,
             "words": ""}
        ),
    )  # fmt: skip
    return {form: files_of(audit, given, form) for form in ("html", "markdown", "latex")}


def test_hostile_evidence_is_text_in_the_page(hostile):
    """Markup, quotes, formulas, marks of direction and long words stand in the page as words only."""
    text = hostile["html"]["index.html"]
    found = Page(text)
    for words in HOSTILE:
        assert " ".join(words.split()) in found.text
    assert len(found.scripts) == 2
    assert not found.all("b")
    assert not [a for _, a in found.elements if any(name.startswith("on") for name in a)]
    assert all(re.fullmatch(r"[a-z0-9-_]+", name) for name in found.ids)
    assert {a["src"][:5] for a in found.all("img")} == {"data:"}
    assert "{{ 7 * 7 }}" in found.text
    # What comes from the data is set apart, so that its direction ends with it.
    assert f"<bdi>{HOSTILE[3]}</bdi>" in text


def test_hostile_evidence_is_text_in_tables(hostile):
    """A spreadsheet gets an apostrophe before what it would run, and every field as it was."""
    rows = list(csv.DictReader(io.StringIO(hostile["html"]["tables/evidence_counted.csv"])))
    found = {row["summary"] for row in rows}
    kept = {words for words in HOSTILE if not words.startswith("=")}
    assert {words.strip() for words in kept} <= {words.strip() for words in found}
    assert f"'{HOSTILE[2]}" in found
    for name, content in hostile["html"].items():
        if name.endswith(".csv"):
            for line in csv.reader(io.StringIO(content)):
                assert not [field for field in line if field.startswith(("=", "+", "@", "\t"))]


def test_hostile_evidence_is_text_in_markdown_and_latex(hostile):
    """No mark of Markdown and no command of LaTeX is left bare."""
    text = re.sub(r"(?<!\\)`[^`\n]*`", "", hostile["markdown"]["report.md"])
    assert "\\<script\\>" in text
    assert not re.search(r"(?<!\\)<(script|img|b)", text)
    assert not re.search(r"(?<!\\)\]\(http", text)
    for name, content in hostile["latex"].items():
        bare = re.sub(r"\\[\\&%$#_{}]|\\text\w+\{\}", "", content)
        assert "$" not in bare, name
        assert "_" not in re.sub(r"\\(input|label)\{[^}]*\}", "", bare), name


def test_hostile_evidence_does_nothing_in_a_browser(browser, hostile, tmp_path):  # noqa: F811
    """Chromium shows the words and runs nothing of them."""
    path = tmp_path / "index.html"
    path.write_text(hostile["html"]["index.html"], encoding="utf-8")
    with offline_page(browser, viewport={"width": 360, "height": 700}) as page:
        page.goto(path.as_uri())
        assert page.evaluate("window.acted") is None
        assert page.locator("h1").first.inner_text() == HOSTILE[0]
        room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert room[0] <= room[1]
