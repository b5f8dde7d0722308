"""`ioscore compare`: the coded quantities of two sources side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from ioscore.cli.inputs import EvidenceOption, RubricOption, the_evidence, the_rubric
from ioscore.cli.output import Format, FormatOption, as_text, failures, put, put_json


def compare(
    left: Annotated[str, typer.Argument(help="Id of a source, such as roca_2018.")],
    right: Annotated[str, typer.Argument(help="Id of another, such as roca_2023.")],
    organisation: Annotated[str, typer.Option(help="Whose acts.")] = "UNODC",
    evidence: EvidenceOption = None,
    rubric: RubricOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Set the numbers that two sources give side by side: offices, people, kilograms, money.

    They are numbers of what was reported, in two documents of different length, not of what
    was done.
    """
    with failures():
        from ioscore.evidence.quantities import compare_quantities
        from ioscore.report import records

        rows = the_evidence(evidence, the_rubric(rubric))
        events, units = compare_quantities(rows, left, right, organisation=organisation)
        if form is Format.json:
            put_json(
                {
                    "schema": "ioscore.comparison/1",
                    "organisation": organisation,
                    "events": records(events),
                    "units": records(units),
                }
            )
            return
        title = f"{organisation}: events with a number in both sources"
        both = as_text(events, form, title=title, figures=(left, right))
        title = f"{organisation}: numbers by unit and reach, each event once"
        sums = as_text(units, form, title=title, figures=(f"sum {left}", f"sum {right}"))
        put(f"{sums}\n{both}")
