"""`ioscore agreement`: whether independent readings agree, and on what not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ioscore.cli.inputs import RubricOption, the_rubric, the_study
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

HOW_TO_FILL = """\
How to fill it in: open the source at the line given and read the paragraph. Write your name under
coder in every row. If there is nothing to code, put an x under nothing_to_code. Otherwise fill in
organisation, criterion, subcriterion, effect, evidence_type and strength by data/codebook.md; copy
the row for each further act of the paragraph. Then: ioscore agreement YOURS.csv THEIRS.csv"""


def agreement(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders of coding passes, or filled coding sheets.",
            show_default="the shipped passes",
        ),
    ] = None,
    sheet: Annotated[
        int | None,
        typer.Option(
            "--sheet", min=1, help="Write a blank coding sheet of so many paragraphs instead."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Only the paragraphs of this source.")
    ] = None,
    cells: Annotated[
        bool, typer.Option("--cells", help="Show what each reading by itself makes of each cell.")
    ] = False,
    confusion: Annotated[
        str | None,
        typer.Option("--confusion", help="Show which codes of this column were taken for which."),
    ] = None,
    rubric: RubricOption = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="For the sample and the bootstrap.")
    ] = 0,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Measure how far coders agree (Krippendorff's alpha), over paragraphs and over acts.

    The shipped passes are automated readings: their agreement shows how stable the codebook is,
    not that two people would code alike. With --sheet people can supply that figure.
    """
    with failures():
        import numpy as np

        from ioscore.errors import InputError, Problem
        from ioscore.evidence.agreement import agreement as compare
        from ioscore.evidence.matching import only
        from ioscore.io.readings import blank_sheet, passes, read_reading, round_two
        from ioscore.io.shipped import shipped
        from ioscore.io.tables import read_table
        from ioscore.report.agreement import (
            STABILITY,
            agreement_json,
            agreement_table,
            agreement_text,
        )
        from ioscore.scoring import cell_spread

        rng = np.random.default_rng(seed)
        if sheet is not None:
            if output is not None and output.exists():
                there, mend = "there is a file of that name", "Choose another: it may be filled in."
                raise InputError(Problem(where=str(output), found=there, mend=mend))
            paragraphs = read_table(shipped("data", "evidence", "paragraphs.csv"))
            put(as_text(blank_sheet(paragraphs, sheet, rng=rng), Format.csv), output)
            say(HOW_TO_FILL)
            return
        used = the_rubric(rubric)
        if cells:
            folders = list(files or passes())
            rankings = [the_study(path, used) for path in folders]
            table = cell_spread(
                [study.scores for study in rankings], [str(path.name) for path in folders]
            )
            put_frame(
                table,
                form,
                title="Score of each cell by each reading",
                schema="cells",
                output=output,
            )
            return
        readings = [read_reading(path, rubric=used) for path in files or passes()]
        if source is not None:
            readings = [only(reading, source) for reading in readings]
        found = compare(readings, rng=rng)
        note = (
            STABILITY if not files else "What this agreement means depends on who the coders were."
        )
        if confusion is not None:
            if confusion not in found.confusion:
                raise typer.BadParameter(f"--confusion takes {', '.join(found.confusion)}.")
            table = found.confusion[confusion].reset_index()
            put(as_text(table, form if form is not Format.json else Format.csv), output)
        elif form is Format.json:
            put_json(agreement_json(found, note), output)
        elif form in (Format.csv, Format.latex):
            put(as_text(agreement_table(found), form), output)
        else:
            title = "Krippendorff's alpha, 95% intervals by bootstrap over paragraphs"
            parts = [
                f"{note}\n",
                as_text(agreement_table(found), form, title=title),
                as_text(
                    found.by_criterion, form, title="By criterion: acts that either coder gave it"
                ),
                as_text(found.by_source, form, title="By source"),
                agreement_text(found),
            ]
            if not files and source is None:
                again = compare([read_reading(path, rubric=used) for path in round_two()], rng=rng)
                title = "Round two: acts of the criteria to recode, given to two readers who saw no codes"
                parts.append(as_text(agreement_table(again), form, title=title))
            put("\n".join(parts), output)
