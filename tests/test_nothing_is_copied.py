"""What the project holds is in its own words: anchors find a place in a source, they do not quote it."""

from __future__ import annotations

import re

from helpers import ROOT
from ioscore.io import read_sources

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
RUN = 12
"""Words in a row that no two texts share by chance."""
FOLDERS = ("benchmarks", "data", "docs", "notebooks", "reports", "rubrics", "src", "tests")
KINDS = (".md", ".py", ".csv", ".yaml", ".json", ".html", ".mjs", ".svg", ".tex", ".ipynb", ".j2")


def words(text: str) -> list[str]:
    return [found.lower() for found in WORD.findall(text)]


def runs(text: str) -> set[tuple[str, ...]]:
    """Return every run of `RUN` words."""
    all_words = words(text)
    return set(zip(*(all_words[k:] for k in range(RUN)), strict=False))


def test_a_run_of_a_source_would_be_found():
    """Twelve words of another text are found whatever stands between them; eleven are not."""
    source = " ".join(f"word{k}" for k in range(30))
    assert runs("before, " + ", ".join(words(source)[5:17]) + " after") & runs(source)
    assert not runs("before " + " ".join(words(source)[5:16]) + " after") & runs(source)


def test_no_passage_of_a_source_stands_in_the_project(sources):
    """In no file of ours do twelve words in a row stand as in a source, titles apart."""
    theirs = set().union(*(runs(path.read_text("utf-8")) for path in sources.glob("*.txt")))
    assert theirs
    for title in read_sources()["title"]:
        theirs -= runs(title)
    ours = [path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.suffix in KINDS]
    assert len(ours) > 300
    shared = {
        path.relative_to(ROOT).as_posix(): sorted(" ".join(run) for run in found)[:3]
        for path in (*ours, *ROOT.glob("*.md"))
        if (found := runs(path.read_text("utf-8", errors="replace")) & theirs)
    }
    assert shared == {}
