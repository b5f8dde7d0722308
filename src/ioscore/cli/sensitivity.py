"""`ioscore sensitivity`: how sure the order is, under other weights, evidence and choices."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioscore.cli.inputs import (
    ChoiceOption,
    EvidenceOption,
    MethodOption,
    RubricOption,
    SetOption,
    SourcesOption,
    the_evidence,
    the_matrix,
    the_readings,
    the_rubric,
)
from ioscore.cli.output import Format, FormatOption, as_text, failures, put, put_json, say
from ioscore.cli.progress import bar

if TYPE_CHECKING:
    from ioscore.errors import NotApplicable
    from ioscore.rubric import Rubric
    from ioscore.sensitivity.choices.analysis import ChoiceSensitivity
    from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
    from ioscore.sensitivity.weights.analysis import WeightSensitivity

    Result = WeightSensitivity | EvidenceSensitivity | ChoiceSensitivity | NotApplicable

DRAWS = {"weights": 200_000, "evidence": 5_000}
SHOWN = 15
"""Rows of the table of influence that a terminal shows."""


class What(StrEnum):
    """What may vary."""

    weights = "weights"
    evidence = "evidence"
    choices = "choices"
    all = "all"


class Level(StrEnum):
    """Whose weights vary."""

    top = "top"
    leaf = "leaf"
    nested = "nested"


def sensitivity(
    what: Annotated[What, typer.Argument(help="What varies.")],
    rubric: RubricOption = None,
    evidence: EvidenceOption = None,
    scores: Annotated[
        Path | None,
        typer.Option(
            "--scores", help="Analyse a ready matrix, as in `ioscore rank`: weights only."
        ),
    ] = None,
    weights: SetOption = None,
    choices: ChoiceOption = None,
    sources: SourcesOption = None,
    method: MethodOption = None,
    level: Annotated[
        Level,
        typer.Option(
            "--level",
            help="Vary the weights of the criteria of the first level, of the leaves, or of the "
            "parts of every criterion.",
        ),
    ] = Level.top,
    around: Annotated[
        float | None,
        typer.Option(
            "--around",
            min=1e-6,
            metavar="C",
            help="Draw weights around the rubric's: Dirichlet, the larger C the closer.",
        ),
    ] = None,
    sampled: Annotated[
        bool, typer.Option("--sampled", help="Sample weights even where there is an exact answer.")
    ] = False,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=1, show_default="200,000 of weights, 5,000 of evidence"),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            min=1e-9,
            help="Stop sampling weights when no share has a greater standard error.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of every draw.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes; changes no result.")] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="Draw on a dask.distributed cluster; changes no result.",
        ),
    ] = None,
    form: FormatOption = Format.table,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Also write tables (CSV), figures (SVG, PNG) and JSON into this folder.",
        ),
    ] = None,
) -> None:
    """Say how sure the order is: what other weights, evidence or choices would make of it.

    A summary in sentences comes first, tables after it. Exact where it can be, else sampled, with
    the Monte Carlo error beside each share.
    """
    with failures():
        from importlib.metadata import version

        counts = {name: draws or number for name, number in DRAWS.items()}
        wanted = [what] if what is not What.all else [What.weights, What.evidence, What.choices]
        results: dict[str, Result] = {}
        if scores is not None:
            if evidence or choices or sources is not None or what in (What.evidence, What.choices):
                text = "--scores is a ready matrix: only its weights can vary."
                raise typer.BadParameter(text)
            matrix, used = the_matrix(scores, rubric, weights=weights, method=method)
            wanted = [What.weights]
        else:
            from ioscore.evidence import select
            from ioscore.scoring import score

            used = the_rubric(
                rubric, weights=weights, choices=choices, sources=sources, method=method
            )
            coded = the_evidence(evidence, used, words=True)
            matrix = score(select(coded, used), used)
        if What.weights in wanted:
            from ioscore.sensitivity.weights.analysis import analyse_weights

            with bar("weights") as progress:
                results["weights"] = analyse_weights(
                    matrix,
                    used,
                    level=level.value,
                    concentration=around,
                    draws=counts["weights"],
                    tolerance=tolerance,
                    sampled=sampled,
                    seed=seed,
                    jobs=jobs,
                    scheduler=scheduler,
                    progress=progress,
                )
        if What.evidence in wanted:
            from ioscore.sensitivity.evidence.analysis import analyse_evidence

            with bar("evidence") as progress:
                results["evidence"] = analyse_evidence(
                    coded,
                    used,
                    readings=the_readings(used) if evidence is None else (),
                    draws=counts["evidence"],
                    concentration=around,
                    seed=seed,
                    jobs=jobs,
                    scheduler=scheduler,
                    progress=progress,
                )
        if What.choices in wanted:
            from ioscore.sensitivity.choices.analysis import analyse_choices

            with bar("choices") as progress:
                results["choices"] = analyse_choices(coded, used, progress=progress)
        parameters = {
            "what": what.value,
            "ioscore": version("ioscore"),
            "rubric": used.name,
            "evidence": str(evidence or "shipped") if scores is None else None,
            "scores": str(scores) if scores is not None else None,
            "rubric_as_used": used.model_dump(mode="json"),
            "criteria_weights": {node.path: node.share for node in used.nodes()},
            "level": level.value,
            "around": around,
            "sampled": sampled,
            "draws": {name: counts[name] for name in DRAWS if name in wanted},
            "tolerance": tolerance,
            "seed": seed,
        }
        _show(results, parameters, form)
        if output is not None:
            _write(results, parameters, used, output)


def _show(results: dict[str, Result], parameters: dict[str, Any], form: Format) -> None:
    """Print summaries and tables."""
    from ioscore.report.sensitivity import document, parts

    if form is Format.json:
        put_json(document(results, parameters))
        return
    texts = []
    for title, lines, tables in parts(results, most=SHOWN):
        said = (
            "\n".join(f"- {line}" for line in lines)
            if form is Format.markdown
            else "\n".join(lines)
        )
        head = f"## {title}" if form is Format.markdown else title
        if form in (Format.csv, Format.latex):
            say(f"{title}\n{said}")
            mark = "#" if form is Format.csv else "%"
            texts += [f"{mark} {table.title}\n{as_text(table.frame, form)}" for table in tables]
        else:
            texts.append(f"{head}\n\n{said}\n")
            texts += [as_text(table.frame, form, title=table.title) for table in tables]
    put("\n".join(texts))


def _write(
    results: dict[str, Result], parameters: dict[str, Any], rubric: Rubric, folder: Path
) -> None:
    """Write everything into a folder."""
    from ioscore.io.files import make_folder, write_atomically
    from ioscore.report.sensitivity import files

    make_folder(folder)
    source = f"ioscore, rubric {rubric.name}"
    with bar("files") as progress:
        everything = list(files(results, parameters, source))
        for number, (name, content) in enumerate(everything, start=1):
            write_atomically(folder / name, content)
            progress(number, len(everything))
    say(f"written: {len(everything)} files in {folder}")
