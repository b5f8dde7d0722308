"""`ioscore data ...`: what evidence there is, and how much is written on whom."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from ioscore.cli.inputs import EvidenceOption, RubricOption, the_evidence, the_rubric, the_study
from ioscore.cli.output import Format, FormatOption, failures, put, put_frame, put_json

app = typer.Typer(no_args_is_help=True, help="List and describe the evidence.")


@app.command("list")
def list_data(form: FormatOption = Format.table) -> None:
    """List the sources."""
    with failures():
        from ioscore.io.tables import read_sources

        table = read_sources().drop(columns="where")
        if form is Format.table:
            table = table[["id", "title", "author", "year", "kind", "words"]]
        put_frame(table, form, schema="sources")


@app.command()
def describe(
    evidence: EvidenceOption = None,
    rubric: RubricOption = None,
    by: Annotated[
        str, typer.Option(help="Column to count by, beside the organisation.")
    ] = "evidence_type",
    form: FormatOption = Format.table,
) -> None:
    """Count coded rows by organisation and another column."""
    with failures():
        from ioscore.report.data import counts

        rows = the_evidence(evidence, the_rubric(rubric)).rows
        put_frame(counts(rows, by), form, title=f"Coded rows by {by}", schema="counts")


@app.command()
def coverage(
    evidence: EvidenceOption = None, rubric: RubricOption = None, form: FormatOption = Format.table
) -> None:
    """Show words, rows and events per organisation and source, and whether scores follow words.

    An additive score partly measures how much an author wrote. The rank correlation says how far
    the order of the scores is the order of the words; with five organisations it says little.
    """
    with failures():
        from ioscore.evidence import coverage as covered
        from ioscore.evidence import rank_correlation, words_by_organisation
        from ioscore.report import plain, records

        used = the_rubric(rubric)
        study = the_study(evidence, used, words=True)
        table = covered(study.evidence)
        words = words_by_organisation(study.evidence, study.selection.sources)
        scores = study.ranking.table.set_index("organisation")["score"]
        rho = rank_correlation(scores, words)
        named = ", ".join(study.selection.sources)
        if form is Format.json:
            put_json(
                {
                    "schema": "ioscore.coverage/1",
                    "coverage": records(table),
                    "rank_correlation_of_scores_with_words": plain(rho),
                    "organisations": len(scores),
                    "sources_scored": list(study.selection.sources),
                }
            )
            return
        put_frame(table, form, title="Words, coded rows and events")
        if form in (Format.table, Format.markdown):
            if not math.isnan(rho):
                text = (
                    f"Rank correlation of the scores (rubric {used.name}) with the words in {named}: "
                    f"{rho:.2f} over {len(scores)} organisations."
                )
            else:
                text = "No rank correlation of scores with words: no words are counted, or too few organisations."
            put(f"\n{text}\n")
