"""`ioscore regress`: whether the efforts show in seizures, and how far such data can say."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from ioscore.cli.extras import need_models
from ioscore.cli.inputs import EvidenceOption, RubricOption, the_evidence, the_rubric
from ioscore.cli.output import Format, FormatOption, as_text, failures, put, put_json, say
from ioscore.cli.progress import bar

if TYPE_CHECKING:
    import pandas as pd

    from ioscore.regression.plan import AnalysisPlan
    from ioscore.report.regression import Result
    from ioscore.report.regression.common import Sizes

    Results = dict[str, dict[str, Result]]


class Analysis(StrEnum):
    """Which model."""

    series = "series"
    panel = "panel"
    event = "event"
    synth = "synth"
    dose = "dose"
    curve = "curve"
    all = "all"


def regress(
    what: Annotated[Analysis, typer.Argument(help="Which model.")],
    drug: Annotated[
        list[str] | None,
        typer.Option(
            help="Outcome: opiates, cannabis, heroin, opium; may be repeated. The curve has its own.",
            show_default="those of the plan",
        ),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Analysis plan (YAML).", show_default="shipped")
    ] = None,
    rubric: RubricOption = None,
    evidence: EvidenceOption = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with a datapackage.json.", show_default="shipped"),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(min=19, help="Permutations instead of the number of the plan."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of every draw.", show_default="that of the plan")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes; changes no result.")] = 1,
    form: FormatOption = Format.table,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Also write tables (CSV, LaTeX), figures (SVG, PNG) and JSON into this folder.",
        ),
    ] = None,
) -> None:
    """Estimate what the analysis plan names, every inference that applies side by side.

    Seizures measure enforcement as much as flow: no sign is read as success or failure. Planned is
    what the plan names first: its outcome, estimator and lag. The further ones that it names, and
    whatever it does not name, are marked exploratory; with other draws, another seed or other data
    nothing is called planned. What cannot be said is shown with the reason.
    """
    with failures():
        from ioscore.io.outcomes import read_outcome_data
        from ioscore.io.plans import read_plan, read_sizes
        from ioscore.study.outcomes import Judged, marked, panel_tables, run_analysis

        need_models("ioscore regress")
        fixed = read_plan(plan)
        asked = {"draws": draws, "seed": seed}
        changed: dict[str, Any] = {
            k: v for k, v in asked.items() if v is not None and v != getattr(fixed, k)
        }
        used = fixed.model_copy(update=changed)
        if data is not None:
            changed["data"] = str(data)
        read = read_outcome_data(data)
        tables = panel_tables(
            read.seizures,
            read.covariates,
            read.activity,
            read.corrections,
            read.order,
            used,
            drug or (),
        )
        wanted = [a.value for a in Analysis if a is not Analysis.all and what in (a, Analysis.all)]
        judged = None
        if Analysis.dose in wanted:
            chosen = the_rubric(rubric)
            judged = Judged(evidence=the_evidence(evidence, chosen, words=True), rubric=chosen)
        results: Results = {}
        for name in wanted:
            outcomes = drug or [used.outcome, *used.further_outcomes]
            with bar(name) as progress:
                results[name] = {
                    outcome: marked(
                        run_analysis(
                            name,
                            tables,
                            used,
                            outcome=outcome,
                            judged=judged,
                            jobs=jobs,
                            progress=progress,
                        ),
                        tuple(changed),
                    )
                    for outcome in (outcomes if name != "curve" else ["all"])
                }
        sizes = read_sizes()
        parameters = {
            "what": what.value,
            "plan": str(plan or "shipped"),
            "changed": changed,
            "data": str(data or "shipped"),
            "rubric": judged.rubric.name if judged else None,
            "evidence": str(evidence or "shipped") if judged else None,
            "outcomes": drug,
            "seed": used.seed,
            "draws": used.draws,
        }
        found = _answers(results, used)
        _show(results, used, parameters, sizes, found, form)
        if output is not None:
            _write(results, used, parameters, sizes, found, output)


def _answers(results: Results, plan: AnalysisPlan) -> pd.DataFrame | None:
    """Return what the plan counts as an answer, where everything that it needs was run."""
    from ioscore.errors import NotApplicable
    from ioscore.regression.answers import answers

    wanted = {"panel": plan.outcome, "curve": "all", "event": plan.outcome}
    made = {name: results.get(name, {}).get(outcome) for name, outcome in wanted.items()}
    if any(one is None or isinstance(one, NotApplicable) for one in made.values()):
        return None
    return answers(**cast("dict[str, Any]", made), plan=plan)


def _show(
    results: Results,
    plan: AnalysisPlan,
    parameters: dict[str, Any],
    sizes: Sizes,
    found: pd.DataFrame | None,
    form: Format,
) -> None:
    """Print readings and tables."""
    from ioscore.report.regression import TITLES, document, summary, tables
    from ioscore.report.regression.answers import answers_table, answers_text
    from ioscore.report.sentences import listed

    if form is Format.json:
        put_json(document(results, plan, parameters, found))
        return
    mark = {Format.csv: "# ", Format.latex: "% ", Format.markdown: "## "}.get(form, "")
    texts = []
    if found is not None:
        texts.append("\n".join(answers_text(found, plan, tuple(parameters["changed"]))) + "\n")
        texts.append(as_text(answers_table(found).frame, form, title=answers_table(found).title))
    for name, by_outcome in results.items():
        said = []
        for outcome, result in by_outcome.items():
            head = f"{outcome}: " if len(by_outcome) > 1 else ""
            said.append(head + " ".join(summary(name, result)))
        made, notes = tables(name, by_outcome, sizes, extras=1)
        if form in (Format.csv, Format.latex):
            say("\n".join([TITLES[name], *said, *notes]))
            texts += [f"{mark}{t.title}\n{as_text(t.frame, form)}" for t in made]
            continue
        texts.append(f"{mark}{TITLES[name]}\n\n" + "\n\n".join(said) + "\n")
        texts += [as_text(table.frame, form, title=table.title) for table in made[:2]]
        texts.append("\n".join(notes) + "\n" if notes else "")
        texts += [as_text(table.frame, form, title=table.title) for table in made[2:]]
        if more := list(by_outcome)[1:]:
            texts.append(f"Further tables of {listed(more)}: --drug {more[0]}, or --output.\n")
    put("\n".join(filter(None, texts)))


def _write(
    results: Results,
    plan: AnalysisPlan,
    parameters: dict[str, Any],
    sizes: Sizes,
    found: pd.DataFrame | None,
    folder: Path,
) -> None:
    """Write everything into a folder, each file whole or not at all."""
    from ioscore.io.files import make_folder, write_atomically
    from ioscore.report.regression import files

    make_folder(folder)
    source = "UNODC annual drug seizures and World Drug Report annexes; ioscore, data/outcomes"
    with bar("files") as progress:
        everything = list(files(results, plan, parameters, source, sizes, found))
        for number, (name, content) in enumerate(everything, start=1):
            write_atomically(folder / name, content)
            progress(number, len(everything))
    say(f"written: {len(everything)} files in {folder}")
