"""`ioscore claims`: what of the thesis's verdicts the evidence carries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ioscore.cli.inputs import (
    ChoiceOption,
    EvidenceOption,
    RubricOption,
    SetOption,
    SourcesOption,
    the_evidence,
    the_rubric,
)
from ioscore.cli.output import Format, FormatOption, OutputOption, as_text, failures, put, put_json


def claims(
    file: Annotated[
        Path | None,
        typer.Option("--claims", help="A CSV with a column `claim`.", show_default="shipped"),
    ] = None,
    rubric: RubricOption = None,
    evidence: EvidenceOption = None,
    weights: SetOption = None,
    choices: ChoiceOption = None,
    sources: SourcesOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Answer statements such as "UNODC first overall" from the evidence, one by one.

    reproduced, not reproduced, too close to call (the rubric's `close`), not checkable, or what-if;
    with the single choices that turn the answer, and the share of all combinations of choices
    (worlds) that carry it.
    """
    with failures():
        from ioscore.claims import answer_claims, carry_claims
        from ioscore.errors import NotApplicable
        from ioscore.io.claims import read_claims
        from ioscore.report import records
        from ioscore.report.claims import claims_table, claims_text, worlds_text

        table, parsed = read_claims(file)
        used = the_rubric(rubric, weights=weights, choices=choices, sources=sources)
        coded = the_evidence(evidence, used, words=True)
        answers, turned = answer_claims(parsed, coded, used)
        worlds = carry_claims(parsed, coded, used)
        number, carried = (
            (worlds, [None] * len(parsed)) if isinstance(worlds, NotApplicable) else worlds
        )
        result = claims_table(table, answers, turned, carried)
        if form is Format.json:
            put_json(
                {
                    "schema": "ioscore.claims/1",
                    "rubric": used.name,
                    "close": used.close,
                    "worlds": {"not_applicable": number.reason}
                    if isinstance(number, NotApplicable)
                    else number,
                    "claims": records(result),
                },
                output,
            )
        elif form in (Format.csv, Format.latex):
            put(as_text(result, form), output)
        else:
            shown = result[["id", "claim", "answer", "worlds", "why", "turned_by"]]
            put(
                "\n".join(
                    [
                        as_text(shown, form, title=f"Claims under rubric {used.name}"),
                        claims_text(answers),
                        worlds_text(number),
                    ]
                ),
                output,
            )
