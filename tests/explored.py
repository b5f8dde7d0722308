"""What the tests of the explorer need: studies, their documents, and the module in a page."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from playwright.sync_api import Page

from helpers import evidence_of
from ioscore.evidence import Evidence
from ioscore.io.rubrics import read_rubric
from ioscore.io.tables import read_evidence
from ioscore.report.explorer import explorer_document, module_text
from ioscore.rubric import Rubric
from ioscore.study import Study, run_study
from ioscore.study.exploration import explore_study

LOAD = """async ([text, document]) => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    window.module = await import(url);
    window.data = module.prepare(document);
}"""
ANSWER = """(cases) => cases.map(({ weights = {}, levels = {}, sources = null }) => {
    const state = module.published(data);
    module.takeWeights(data, state, weights);
    Object.assign(state.levels, levels);
    if (sources) state.sources = sources;
    const found = module.answer(data, state);
    const yaml = module.toYaml(data, state);
    if (found.trouble) return { yaml, trouble: found.trouble };
    const { ranking, cells } = found;
    return {
        yaml,
        trouble: "",
        scores: [...ranking.scores],
        ranks: ranking.ranks,
        order: ranking.order,
        parts: ranking.parts && [...ranking.parts],
        top: [...ranking.top],
        range: ranking.range,
        values: [...cells.values],
        states: [...cells.states],
    };
})"""


HOSTILE = [
    "</script><script>window.stolen = 1</script>",
    '<img src=x onerror="window.stolen = 2">"\'`${1}',
    '=HYPERLINK("http://example.org","click")',
    "\u202eright to left\u2066 and \u05d0\u05d1",
    "out \u2069 of its place \u2069\u202e",
    "long " * 2000,
    "<!-- --><style>*{display:none}</style> \u2028",
]
"""Texts that would do something if they were taken for anything but text."""


@cache
def shipped_study(name: str = "thesis") -> Study:
    """Return the study of a shipped rubric on the shipped evidence."""
    rubric = read_rubric(name)
    return run_study(read_evidence(family=rubric.codes), rubric)


@cache
def shipped_document(name: str = "thesis") -> dict[str, Any]:
    """Return its document; not to be changed."""
    return explorer_document(explore_study(shipped_study(name)), extends=name)


def load(page: Page, document: dict[str, Any]) -> None:
    """Load the module into a page, with a document."""
    page.evaluate(LOAD, [module_text(), document])


def random_weights(document: dict[str, Any], rng: np.random.Generator) -> dict[str, float]:
    """Return a weight for every criterion of every level, uniform on the simplex of each group."""
    return {node["path"]: float(rng.standard_exponential()) for node in document["nodes"]}


def hostile_evidence(texts: list[str]) -> tuple[Evidence, Rubric]:
    """Return evidence whose every free text is one of these, and a rubric for it."""
    rows = [
        {
            "event_id": text,
            "organisation": "ALPHA" if n % 2 else "BETA",
            "criterion": "tools",
            "strength": "2",
            "summary": text,
            "anchor": text,
            "locator": f"line 1, {text}",
            "source": text,
            "id": text,
        }
        for n, text in enumerate(texts)
    ]
    rubric = Rubric.model_validate(
        {
            "name": texts[0],
            "title": texts[0],
            "alternatives": {"ALPHA": texts[0], "BETA": texts[1]},
            "criteria": {
                "tools": {"name": texts[0]},
                "hindrance": {"name": texts[1], "kind": "barrier"},
            },
            "choices": {
                "plans": {"level": "exclude", "levels": ["exclude", "include"], "reason": texts[0]}
            },
        }
    )
    return evidence_of(*rows), rubric
