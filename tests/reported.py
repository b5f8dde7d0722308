"""What the tests of the report need: audits with few draws, their pages, and what stands in these."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import offline_page
from helpers import EVIDENCE, ROOT, RUBRIC, ioscore
from ioscore.audit import Audit, run_audit
from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence
from ioscore.evidence.matching import COLUMNS, Reading
from ioscore.report.page import Setting, report_files
from ioscore.report.page.compose import compose
from ioscore.report.page.html import html

COMMITTED = ROOT / "reports" / "thesis"
NONE = NotApplicable("no seizures here")


def setting(**changed: object) -> Setting:
    """Return what an audit of made-up evidence does not know of itself."""
    fields = {
        "question": "Who is first?", "sources": pd.DataFrame(), "command": "ioscore report",
        "draws": 2_000, "evidence_draws": 60, "seed": 5, "sizes": {}, "extends": "made_up",
        "evidence": "",
    }  # fmt: skip
    return Setting(**(fields | changed))


def audited(evidence, rubric, **more: object) -> Audit:
    """Return an audit with few draws and without seizures."""
    given = {"outcomes": NONE, "draws": 2_000, "evidence_draws": 60, "seed": 5} | more
    return run_audit(evidence, rubric, **given)


def two_readings(evidence: Evidence) -> list[tuple[Reading, Evidence]]:
    """Return two codings of made-up paragraphs: the whole evidence, and all but its last row."""
    made = []
    units = tuple(("made_up_book", line) for line in range(len(evidence.rows)))
    for coder, rows in (("one", evidence.rows), ("two", evidence.rows.iloc[:-1])):
        table = rows[["id", *COLUMNS]].assign(unit=units[: len(rows)], at=-1, first=-1, last=-1)
        made.append((Reading(coder=coder, units=units, rows=table), replace(evidence, rows=rows)))
    return made


def without_figures(audit: Audit) -> Page:
    """Return the page of an audit without figures."""
    return Page(html(compose(audit, setting(), ()), audit, setting(), {}))


def files_of(audit: Audit, given: Setting, form: str = "html") -> dict[str, str | bytes]:
    """Return the files of a report by name."""
    return dict(report_files(audit, given, form))


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """Return a folder in which the command wrote a report of the made-up evidence."""
    place = tmp_path_factory.mktemp("written")
    run = ioscore("report", "-r", RUBRIC, "-e", EVIDENCE, "-o", "out", "--jobs", 1, cwd=place)
    assert run.status == 0, run.err
    assert f"written: {Path('out') / 'index.html'}" in run.err
    return place / "out"


class Page(HTMLParser):
    """What stands in a page: elements with their attributes, and the words that a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Take an element in."""
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag in ("script", "style"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        """Leave an element."""
        if tag in ("script", "style"):
            self._open.pop()

    def handle_data(self, data):
        """Take words in."""
        if self._open and self._open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif not self._open:
            self.words.append(data)

    @cached_property
    def text(self) -> str:
        """All that a reader sees, in one line."""
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a kind."""
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        """Every place that a link can lead to."""
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


def assert_accessible(browser, path: Path, width: int, scheme: str) -> None:
    """Assert that axe-core finds no violation of its rules in a page, folds closed and open."""
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with offline_page(browser, **options) as page:
        page.goto(path.as_uri())
        for opened in (False, True):
            page.evaluate(
                f"for (const d of document.querySelectorAll('main details')) d.open = {str(opened).lower()}"
            )
            page.wait_for_timeout(300)
            found = Axe().run(page).response["violations"]
            assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
            room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert room[0] <= room[1]


def tree(folder: Path) -> set[str]:
    """Return the names of all files in a folder."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
