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

    Evidence is checked against --rubric, or the first rubric among the files, or the thesis's.
    Exit status 0: all sound. 1: something is wrong.
    """
    with failures():
        from ioscore.errors import IoscoreError
        from ioscore.io.rubrics import shipped_rubrics
        from ioscore.report.data import problems_table

        given = [str(path) for path in files or () if path.suffix in (".yaml", ".yml")]
        if rubric is None and given:
            rubric = given[0]
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
    if path.is_dir():
        return _evidence(path, rubric)
    columns = set(read_table(path).columns)
    if "act_id" in columns:
        return _evidence(path.parent.parent, rubric)
    if {"event_id", "anchor"} <= columns and "criterion" not in columns:
        return _evidence(path.parent, rubric)
    if {"criterion", "strength"} & columns and "organisation" in columns:
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
    as the evidence says, a source has another checksum than the one recorded, or rows could not
    be looked up because their source is not there.
    """
    with failures():
        from ioscore.io.shipped import shipped
        from ioscore.io.tables import beside, read_sources, read_table
        from ioscore.io.verification import verify as look_up
        from ioscore.report.data import problems_table

        home = None
        if evidence is not None:
            home = beside(evidence if evidence.is_dir() else evidence.parent, "sources.csv")
        table = read_sources(home)
        rows = the_evidence(evidence, the_rubric(rubric)).rows
        jobs = {"evidence": rows}
        notes = shipped("data", "source_notes.csv")
        if evidence is None and notes.is_file():
            jobs["source notes"] = read_table(notes)
        bad: list[Problem] = []
        for label, part in jobs.items():
            result = look_up(part, table, sources)
            text = f"{label}: {result.checked} anchors looked up, {len(result.problems)} problems\n"
            if form is Format.table:
                put("".join(f"{problem}\n" for problem in result.problems) + text)
            else:
                say(text.rstrip())
            bad += result.problems
        if form is not Format.table:
            put_frame(problems_table(bad), form, schema="problems")
        if bad:
            raise typer.Exit(3)
