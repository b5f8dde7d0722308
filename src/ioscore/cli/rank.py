"""`ioscore rank` and `ioscore explain`: the main job, and every step of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.inputs import (
    ChoiceOption,
    EvidenceOption,
    RubricOption,
    SetOption,
    SourcesOption,
    WindowOption,
    the_evidence,
    the_rubric,
    the_window,
)
from ioscore.cli.output import (
    Format,
    FormatOption,
    OutputOption,
    as_text,
    failures,
    put,
    put_json,
    say,
)

if TYPE_CHECKING:
    from ioscore.evidence import Selection
    from ioscore.ranking import Ranking
    from ioscore.scoring import Scores


def rank(
    rubric: RubricOption = None,
    evidence: EvidenceOption = None,
    scores: Annotated[
        Path | None,
        typer.Option(
            "--scores",
            help="Rank a ready matrix: first column the alternatives, then one a criterion.",
        ),
    ] = None,
    weights: SetOption = None,
    choices: ChoiceOption = None,
    sources: SourcesOption = None,
    window: WindowOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Rank the organisations: scores, contributions of the criteria, missing cells, how sure.

    Without options: the thesis's rubric on the shipped evidence, organisations compared on the
    thesis alone. The ranking measures documented effort, not effect.
    """
    with failures():
        span = the_window(window)
        if scores is not None:
            if evidence or choices or sources is not None or span is not None:
                text = "--scores is a ready matrix: no evidence, choice, source or window applies."
                raise typer.BadParameter(text)
            _show(*_rank_matrix(scores, rubric, weights), None, form, output)
        else:
            from ioscore.study import run_study

            used = the_rubric(rubric, weights=weights, choices=choices, sources=sources)
            study = run_study(the_evidence(evidence, used), used, window=span)
            _show(study.ranking, study.scores, study.selection, form, output)


def _rank_matrix(path: Path, name: str | None, weights: list[str] | None) -> tuple[Ranking, Scores]:
    from ioscore.io.tables import read_matrix
    from ioscore.ranking import rank as rank_scores
    from ioscore.rubric import plain_rubric
    from ioscore.scoring import scores_from_matrix

    values = read_matrix(path)
    plain = plain_rubric([str(column) for column in values.columns], name=path.stem)
    if name is None:
        values.columns = list(plain.criteria)
    rubric = the_rubric(plain if name is None else name, weights=weights)
    scores = scores_from_matrix(values, rubric, str(path))
    return rank_scores(scores, rubric), scores


def _show(
    ranking: Ranking, scores: Scores, selection: Selection | None, form: Format, output: Path | None
) -> None:
    from ioscore.report import (
        caveat,
        cells_table,
        headline,
        margins,
        ranking_json,
        ranking_table,
    )

    if form is Format.json:
        put_json(ranking_json(ranking, scores, selection), output)
        return
    table = ranking_table(ranking)
    rubric = ranking.rubric
    title = f"Rubric {rubric.name}" + (f": {rubric.title}" if rubric.title else "")
    if form in (Format.csv, Format.latex):
        put(as_text(table, form), output)
    else:
        measured = [caveat(selection.sources, selection.window)] if selection else []
        parts = [
            as_text(table, form, title=title),
            "\n".join([headline(ranking), *measured]) + "\n",
        ]
        if form is Format.markdown:
            parts.insert(1, "\n".join(f"- {line}" for line in margins(ranking)) + "\n")
        if selection is not None or ranking.table["missing"].any():
            cells = as_text(
                cells_table(scores), form, title="Scores of the cells (?: nothing is known)"
            )
            # A page is read from its top, a terminal from its end.
            parts.insert(len(parts) if form is Format.markdown else 0, cells)
        put("\n".join(parts), output)
    if selection is not None and selection.left_out:
        left = "; ".join(f"{count} {reason}" for reason, count in selection.left_out.items())
        say(f"{len(selection.rows)} coded rows count. Left out: {left}.")


def explain(
    organisation: Annotated[str, typer.Argument(help="Id of an organisation, such as UNODC.")],
    criterion: Annotated[
        str | None, typer.Option("--criterion", help="Only this criterion, by id or path.")
    ] = None,
    rubric: RubricOption = None,
    evidence: EvidenceOption = None,
    weights: SetOption = None,
    choices: ChoiceOption = None,
    sources: SourcesOption = None,
    window: WindowOption = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Go down from a score to each event, its anchor and the line of its source."""
    with failures():
        from ioscore.report.explanation import explanation, explanation_json, explanation_text
        from ioscore.study import run_study

        used = the_rubric(rubric, weights=weights, choices=choices, sources=sources)
        study = run_study(the_evidence(evidence, used), used, window=the_window(window))
        found = explanation(study, organisation, criterion)
        if form is Format.json:
            put_json(explanation_json(found), output)
        elif form in (Format.csv, Format.latex):
            put(as_text(found.rows, form), output)
        else:
            put(explanation_text(found, markdown=form is Format.markdown), output)
