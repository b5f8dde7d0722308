"""`ioscore explore`: a page in which weights, choices and sources can be changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.inputs import (
    ChoiceOption,
    EvidenceOption,
    MethodOption,
    RubricOption,
    SetOption,
    SourcesOption,
    WindowOption,
    the_rubric,
    the_study,
)
from ioscore.cli.output import failures, put, say

if TYPE_CHECKING:
    from ioscore.rubric import Rubric


def explore(
    rubric: RubricOption = None,
    evidence: EvidenceOption = None,
    weights: SetOption = None,
    choices: ChoiceOption = None,
    sources: SourcesOption = None,
    window: WindowOption = None,
    method: MethodOption = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")
    ] = Path("ioscore-explorer.html"),
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Write the page and do not open it.")
    ] = False,
) -> None:
    """Write a page in which weights, choices and sources can be changed, and open it.

    The page needs no network and nothing beside itself. Options that change the rubric are where
    it opens; what is published, and one click away, is the rubric as it is in its file.
    """
    with failures():
        from ioscore.report.explorer import explorer_document, explorer_page
        from ioscore.study.exploration import explore_study

        published = the_rubric(rubric)
        opened = the_rubric(
            published, weights=weights, choices=choices, sources=sources, method=method
        )
        whole = published.mean is None
        # Where the file's own method is none that can be shown, the one asked for is the base.
        base = opened if whole else published
        study = the_study(evidence, base, window, words=True)
        if opened is not base:
            the_study(evidence, opened, window, words=True)
        document = explorer_document(
            explore_study(study),
            extends=None if whole else _as_extended(rubric, published),
            opening=opened,
            titles=_titles(evidence),
            evidence="" if evidence is None else str(evidence),
        )
        put(explorer_page(document), output)
        if not no_browser:
            _open(output)


def _as_extended(name: str | None, rubric: Rubric) -> str:
    """Return how a downloaded rubric names the one it extends: a shipped name, or a file beside it."""
    from ioscore.io.rubrics import shipped_rubrics

    start = name or "thesis"
    return start if start in shipped_rubrics() else Path(start).name or rubric.name


def _titles(evidence: Path | None) -> dict[str, str]:
    """Return the titles of the shipped sources."""
    if evidence is not None:
        return {}
    from ioscore.io.tables import read_sources

    table = read_sources()
    return dict(zip(table["id"], table["title"], strict=True))


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        say(f"no browser was found: open {path} in one.")
