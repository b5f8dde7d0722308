"""`ioscore rank` and `ioscore explain`: the main job, and every step of it."""

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
    the_evidence,
    the_matrix,
    the_rubric,
    the_study,
)
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
    method: MethodOption = None,
    by_year: Annotated[
        bool, typer.Option("--by-year", help="Rank by the acts of each year alone, side by side.")
    ] = False,
    least: Annotated[
        int, typer.Option("--least", min=1, help="With --by-year: refuse years with fewer acts.")
    ] = 10,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Rank the organisations: scores, contributions of the criteria, missing cells, how sure.

    Without options: the thesis's rubric on the shipped evidence, organisations compared on the
    thesis alone. The ranking measures documented effort, not effect.
    """
    with failures():
        if scores is not None:
            if evidence or choices or sources is not None or window is not None or by_year:
                text = "--scores is a ready matrix: no evidence, choice, source or window applies."
                raise typer.BadParameter(text)
            from ioscore.ranking import rank as rank_scores

            matrix, used = the_matrix(scores, rubric, weights=weights, method=method)
            _show(rank_scores(matrix, used), matrix, None, form, output)
        elif by_year and window is not None:
            raise typer.BadParameter("--by-year takes every year by itself: no window applies.")
        elif by_year:
            from ioscore.study import rank_by_year

            used = the_rubric(
                rubric, weights=weights, choices=choices, sources=sources, method=method
            )
            table = rank_by_year(the_evidence(evidence, used), used, least=least)
            title = f"Ranks by the acts of single years, rubric {used.name}"
            places = [str(name) for name in table if name not in ("year", "acts", "refused")]
            put_frame(table, form, title=title, schema="years", output=output, figures=places)
            say("A work mostly dates what its author cited: read the acts beside the ranks.")
        else:
            used = the_rubric(
                rubric, weights=weights, choices=choices, sources=sources, method=method
            )
            study = the_study(evidence, used, window)
            _show(study.ranking, study.scores, study.selection, form, output)


def _show(
    ranking: Ranking, scores: Scores, selection: Selection | None, form: Format, output: Path | None
) -> None:
    from ioscore import report
    from ioscore.errors import IoscoreError
    from ioscore.sensitivity.weights.kept import kept_shares

    try:
        kept, silent = kept_shares(scores, ranking.rubric), ""
    except IoscoreError as error:
        kept, silent = None, f"Of all weights nothing is said: {error.problems[0]}"
    if form is Format.json:
        put_json(report.ranking_json(ranking, scores, selection, kept), output)
        return
    rubric = ranking.rubric
    title = f"Rubric {rubric.name}" + (f": {rubric.title}" if rubric.title else "")
    notes = [report.headline(ranking)]
    if kept is not None:
        from ioscore.report.kept import kept_line

        notes.append(kept_line(kept))
    else:
        notes.append(silent)
    if selection is not None:
        notes.append(report.caveat(selection))
    across = form is Format.table and report.fits_across(ranking)
    wide = form is Format.table and ranking.criterion_scores.shape[1] > report.FEW
    shown = report.ranking_table(ranking, contributions=not across and not wide)
    table = as_text(shown, form, title=title)
    if wide and not across:
        notes.append("Contributions are too many to show here: see --format csv.")
    said = "\n".join(notes) + "\n"
    cells = ""
    if selection is not None or ranking.table["missing"].any():
        name = "Scores of the cells (?: nothing is known)"
        cells = as_text(report.cells_table(ranking, scores), form, title=name)
    if form in (Format.csv, Format.latex):
        put(table, output)
        say(said.rstrip())
    elif form is Format.markdown:
        margins = "".join(f"- {line}\n" for line in report.margins(ranking))
        put("\n".join(filter(None, [table, margins, said, cells])), output)
    else:
        # A terminal is read from its end.
        name = report.parts_title(ranking)
        parts = as_text(report.contributions_table(ranking), form, title=name) if across else ""
        put("\n".join(filter(None, [cells, parts, table, said])), output)
    if selection is not None and selection.left_out:
        left = "; ".join(f"{count} {reason}" for reason, count in selection.left_out.items())
        count = (
            "1 coded row counts" if selection.coded == 1 else f"{selection.coded} coded rows count"
        )
        say(f"{count}. Left out: {left}.")


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
        from ioscore.report import caveat
        from ioscore.report.explanation import explanation, explanation_json, explanation_text

        used = the_rubric(rubric, weights=weights, choices=choices, sources=sources)
        study = the_study(evidence, used, window)
        found = explanation(study, organisation, criterion)
        if form is Format.json:
            put_json(explanation_json(found), output)
        elif form in (Format.csv, Format.latex):
            put(as_text(found.rows, form), output)
        else:
            put(explanation_text(found, markdown=form is Format.markdown), output)
            say(caveat(study.selection))
