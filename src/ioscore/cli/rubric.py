"""`ioscore rubric ...`: list, show, start, compare, combine rubrics."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.inputs import EvidenceOption, the_evidence, the_rubric, the_study
from ioscore.cli.output import (
    Format,
    FormatOption,
    OutputOption,
    as_text,
    failures,
    put,
    put_frame,
    put_json,
    say,
)
from ioscore.cli.reviewers import combine
from ioscore.cli.sections import put_sections

if TYPE_CHECKING:
    import pandas as pd

    from ioscore.errors import NotApplicable
    from ioscore.ranking import Ranking
    from ioscore.rubric import Rubric

app = typer.Typer(no_args_is_help=True, help="List, show, start, compare and combine rubrics.")
Name = Annotated[str, typer.Argument(help="Name of a shipped rubric, or a YAML file.")]


@app.command("list")
def list_rubrics(form: FormatOption = Format.table) -> None:
    """List the rubrics that come with ioscore."""
    with failures():
        import pandas as pd

        from ioscore.io.rubrics import read_rubric, shipped_rubrics

        rubrics = [read_rubric(name) for name in shipped_rubrics()]
        rows = [
            {"rubric": r.name, "title": r.title, "description": " ".join(r.description.split())}
            for r in rubrics
        ]
        put_frame(pd.DataFrame(rows), form, schema="rubrics")


@app.command()
def show(name: Name = "thesis", form: FormatOption = Format.table) -> None:
    """Show the weights, choices and rules of a rubric."""
    with failures():
        from ioscore.report.rubric import choices_table, rules_text, weights_table

        rubric = the_rubric(name)
        weights, choices = weights_table(rubric), choices_table(rubric)
        if form is Format.json:
            put_json({"schema": "ioscore.rubric/1", **rubric.model_dump(mode="json")})
            return
        put_frame(weights, form, title=f"Rubric {rubric.name}: {rubric.title}")
        if form in (Format.table, Format.markdown):
            put(f"\n{rules_text(rubric)}\n\n")
            put_frame(choices, form, title="Choices")


@app.command()
def new(
    output: Annotated[Path, typer.Argument(help="YAML file to write.")],
    extends: Annotated[str, typer.Option(help="Rubric to start from.")] = "thesis",
    from_scratch: Annotated[
        bool, typer.Option("--blank", help="Start from scratch instead of extending a rubric.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
) -> None:
    """Write a rubric of your own, ready to edit: one that changes another, or a blank one."""
    with failures():
        from ioscore.errors import InputError, Problem
        from ioscore.io.rubrics import blank, starter

        if output.exists() and not force:
            found, mend = "there is a file of that name", "Choose another, or say --force."
            raise InputError(Problem(where=str(output), found=found, mend=mend))
        base = the_rubric(extends)
        if Path(extends).is_file():
            extends = os.path.relpath(extends, output.parent)
        text = blank(output.stem) if from_scratch else starter(base, extends, output.stem)
        put(text, output)
        # Criteria of one's own are none that the shipped evidence is coded for.
        own = " --evidence YOUR.csv" if from_scratch else ""
        say(f"edit it, then: ioscore rank --rubric {output}{own}")


app.command()(combine)


@app.command()
def diff(
    left: Name,
    right: Name,
    evidence: EvidenceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Show weights and switches of two rubrics side by side, and what turns in the order.

    Each single difference (all weights, one choice, one rule) is also taken over alone, to see
    which of them moves whom.
    """
    with failures():
        from ioscore.errors import IoscoreError, NotApplicable
        from ioscore.report import differences as report
        from ioscore.rubric.differences import all_differences

        a, b = the_rubric(left), the_rubric(right)
        found = all_differences(a, b)
        the_evidence(evidence, a)  # what cannot be read is an error; what does not fit is told
        order: tuple[Ranking, Ranking, report.Outcomes] | NotApplicable
        try:
            order = _orders(a, b, evidence)
        except IoscoreError as error:
            order = NotApplicable(str(error.problems[0]))
        if form is Format.json:
            put_json(report.differences_document(found, a, b, order))
            return
        lines, tables = [], report.side_by_side(found, a, b)
        if not found:
            say(f"{a.name} and {b.name} weigh and choose alike.")
        if isinstance(order, NotApplicable):
            lines.append(f"The orders cannot be compared: {order.reason}")
        else:
            tables += report.order_tables(*order)
            lines += report.order_sentences(found, *order)
        if form in (Format.csv, Format.latex):
            put(as_text(report.differences_table(found, a, b), form))
            say("\n".join(lines))
        else:
            put_sections(lines, tables, form)


def _orders(
    left: Rubric, right: Rubric, evidence: Path | None
) -> tuple[Ranking, Ranking, dict[str, Ranking | NotApplicable]]:
    """Rank by two rubrics, and by the left one with each single difference of the right one."""
    from ioscore.errors import IoscoreError, NotApplicable
    from ioscore.rubric.differences import single_differences

    def ranked(rubric: Rubric) -> Ranking:
        return the_study(evidence, rubric).ranking

    outcomes: dict[str, Ranking | NotApplicable] = {}
    for what, rubric in single_differences(left, right):
        try:
            outcomes[what] = ranked(rubric)
        except IoscoreError as error:
            outcomes[what] = NotApplicable(str(error.problems[0]))
    return ranked(left), ranked(right), outcomes


@app.command()
def schema(output: OutputOption = None) -> None:
    """Print the JSON Schema (draft-07) of rubric files, for editors."""
    with failures():
        from ioscore.io.rubrics import rubric_schema

        put_json(rubric_schema(), output)


@app.command()
def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Rubrics to compare.", show_default="all that are shipped"),
    ] = None,
    evidence: EvidenceOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Rank by several rubrics side by side: who ranks where."""
    with failures():
        from ioscore.io.rubrics import shipped_rubrics
        from ioscore.report.rubric import comparison

        rubrics = [the_rubric(name) for name in names or shipped_rubrics()]
        rankings = [the_study(evidence, rubric).ranking for rubric in rubrics]
        table: pd.DataFrame = comparison(rankings)
        put_frame(
            table,
            form,
            title="Rank, and in brackets the range over all missing cells",
            schema="comparison",
        )
