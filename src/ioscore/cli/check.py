"""`ioscore check` and `ioscore verify`: whether input is sound and stands in the sources."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.inputs import EvidenceOption, RubricOption, the_evidence, the_rubric
from ioscore.cli.output import Format, FormatOption, failures, put, put_frame, say

if TYPE_CHECKING:
    from ioscore.errors import Problem

    _Result = tuple[str, tuple[Problem, ...]]


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Rubrics (YAML), evidence or matrices (CSV), or evidence folders.",
            show_default="what is shipped",
        ),
    ] = None,
    rubric: RubricOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Check rubrics and evidence, and list every problem with its place and how to mend it.

    Exit status 0: all sound. 1: something is wrong.
    """
    with failures():
        from ioscore.errors import IoscoreError
        from ioscore.io.rubrics import shipped_rubrics
        from ioscore.report.data import problems_table

        jobs: list[tuple[str, Callable[[], _Result]]] = [
            (str(path), partial(_file, path, rubric)) for path in files or ()
        ]
        for name in () if files else shipped_rubrics():
            jobs.append((f"rubric {name}", partial(_rubric, name)))
            jobs.append((f"evidence under {name}", partial(_evidence, None, name)))
        failed: list[Problem] = []
        for label, job in jobs:
            try:
                text, problems = job()
            except IoscoreError as error:
                text, problems = "", error.problems
            if form is Format.table:
                put("".join(f"{problem}\n" for problem in problems) or f"{label}: sound, {text}\n")
            failed += problems
        if form is not Format.table:
            put_frame(problems_table(failed), form, schema="problems")
        if failed:
            say(f"{len(failed)} problem{'s' if len(failed) > 1 else ''} found.")
            raise typer.Exit(1)


def _rubric(name: str) -> _Result:
    return f"{len(the_rubric(name).leaves())} scored criteria", ()


def _file(path: Path, rubric: str | None) -> _Result:
    """Check a file as what it is: a rubric, coded evidence, or else a matrix of scores."""
    from ioscore.io.tables import read_matrix, read_table

    if path.suffix in (".yaml", ".yml"):
        return _rubric(str(path))
    if path.is_dir() or "organisation" in read_table(path).columns:
        return _evidence(path, rubric)
    matrix = read_matrix(path)
    return f"a matrix of {matrix.shape[0]} alternatives and {matrix.shape[1]} criteria", ()


def _evidence(path: Path | None, rubric: str | None) -> _Result:
    from ioscore.evidence import find_problems

    used = the_rubric(rubric)
    evidence = the_evidence(path, used)
    return f"{len(evidence.rows)} coded rows", tuple(find_problems(evidence, used))


def verify(
    sources: Annotated[
        Path, typer.Option("--sources", help="Folder that holds the source documents.")
    ],
    evidence: EvidenceOption = None,
    rubric: RubricOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Look up every anchor in its source: there once, at its line, with its number beside it.

    Exit status 0: all found. 1: the input cannot be read. 3: an anchor, a line or a number is not
    as the evidence says, or a source has another checksum than the one recorded.
    """
    with failures():
        from ioscore.io.shipped import shipped
        from ioscore.io.tables import read_sources, read_table
        from ioscore.io.verification import verify as look_up
        from ioscore.report.data import problems_table

        table = read_sources()
        rows = the_evidence(evidence, the_rubric(rubric)).rows
        jobs = {"evidence": rows}
        notes = shipped("data", "source_notes.csv")
        if evidence is None and notes.is_file():
            jobs["source notes"] = read_table(notes)
        bad: list[Problem] = []
        for label, part in jobs.items():
            result = look_up(part, table, sources)
            for name in result.absent:
                say(f"{name}: its file is not in {sources}, so its rows were not checked")
            if form is Format.table:
                put("".join(f"{problem}\n" for problem in result.problems))
                n = len(result.problems)
                put(f"{label}: {result.checked} anchors looked up, {n} problems\n")
            else:
                say(f"{label}: {result.checked} anchors looked up")
            bad += result.problems
        if form is not Format.table:
            put_frame(problems_table(bad), form, schema="problems")
        if bad:
            raise typer.Exit(3)
