"""`ioscore report`: the audit of a question as one page, with its tables, figures and manifest."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioscore.cli.extras import need_models
from ioscore.cli.inputs import (
    EvidenceOption,
    RubricOption,
    the_evidence,
    the_readings,
    the_rubric,
)
from ioscore.cli.output import failures, say
from ioscore.cli.progress import bar

if TYPE_CHECKING:
    import pandas as pd

    from ioscore.audit import Audit, SeizureStudy
    from ioscore.errors import NotApplicable
    from ioscore.report.page import Setting
    from ioscore.rubric import Rubric

QUESTION = (
    "Which organisation does most against drug trafficking in Tajikistan, how do we know, and how "
    "sure are we?"
)
"""Of the shipped evidence under a rubric of the thesis's family."""
DRAWS, EVIDENCE_DRAWS = 200_000, 5_000
MOST_JOBS = 4


class ReportFormat(StrEnum):
    """What a report is written as."""

    html = "html"
    markdown = "markdown"
    latex = "latex"


PAGES = {"html": "index.html", "markdown": "report.md", "latex": "appendix.tex"}


def report(
    rubric: RubricOption = None,
    evidence: EvidenceOption = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the report.")
    ] = Path("ioscore-report"),
    form: Annotated[
        ReportFormat,
        typer.Option(
            "--format", "-f", help="One page (HTML), Markdown, or its tables for LaTeX alone."
        ),
    ] = ReportFormat.html,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of every draw.")] = 0,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            min=1,
            help="Processes; changes no result.",
            show_default=f"one for each processor, at most {MOST_JOBS}",
        ),
    ] = None,
) -> None:
    """Write an audit of the question: the answer, how sure it is, and all that it rests on.

    One page that needs nothing beside itself, with tables (CSV), figures (SVG, PNG) and a manifest
    of versions, seeds, parameters and checksums. A report that stands in the folder is replaced
    when the new one is whole, not before.
    """
    with failures():
        from ioscore.io.report_folder import check_folder, replace_folder

        check_folder(output)
        if evidence is None:
            need_models("ioscore report")
        used = the_rubric(rubric)
        processes = jobs or min(os.cpu_count() or 1, MOST_JOBS)
        audit = _audit(used, evidence, seed, processes)
        command = _command(rubric, evidence, form, seed)
        setting = _setting(used, rubric, evidence, command, seed)
        files = _files(audit, setting, form.value, processes)
        files["manifest.json"] = _manifest(audit, setting, evidence, rubric, form.value, files)
        replace_folder(output, sorted(files.items()))
        say(f"written: {output / PAGES[form.value]}, and {len(files) - 1} files beside it")


def _audit(rubric: Rubric, evidence: Path | None, seed: int, jobs: int) -> Audit:
    """Compute everything."""
    from ioscore.audit import run_audit
    from ioscore.errors import NotApplicable
    from ioscore.io.claims import read_claims

    own = evidence is not None
    coded = the_evidence(evidence, rubric, words=True)
    outcomes: SeizureStudy | NotApplicable = NotApplicable(
        "the seizures that come with ioscore belong to its own evidence"
    )
    with bar("analyses") as step:
        return run_audit(
            coded,
            rubric,
            readings=() if own else the_readings(rubric),
            statements=None if own else read_claims(),
            outcomes=outcomes if own else _seizures(),
            rivals=() if own else _rivals(rubric),
            draws=DRAWS,
            evidence_draws=EVIDENCE_DRAWS,
            seed=seed,
            jobs=jobs,
            progress=lambda _, done, everything: step(done, everything),
        )


def _seizures() -> SeizureStudy:
    from ioscore.audit import SeizureStudy
    from ioscore.io.outcomes import read_outcome_data
    from ioscore.io.plans import read_plan
    from ioscore.study.outcomes import panel_tables

    plan, read = read_plan(), read_outcome_data()
    tables = panel_tables(
        read.seizures, read.covariates, read.activity, read.corrections, read.order, plan
    )
    return SeizureStudy(tables=tables, plan=plan)


def _rivals(rubric: Rubric) -> list[Rubric]:
    """Return the other shipped rubrics that judge by the same codes."""
    from ioscore.io.rubrics import read_rubric, shipped_rubrics

    known = (read_rubric(name) for name in shipped_rubrics())
    return [one for one in known if one.codes == rubric.codes and one.name != rubric.name]


def _setting(
    used: Rubric, rubric: str | None, evidence: Path | None, command: str, seed: int
) -> Setting:
    from ioscore.io.plans import read_sizes
    from ioscore.io.rubrics import shipped_rubrics
    from ioscore.report.page import Setting

    name, own = rubric or "thesis", evidence is not None
    return Setting(
        question=_question(used, own=own),
        sources=_sources(evidence),
        command=command,
        draws=DRAWS,
        evidence_draws=EVIDENCE_DRAWS,
        seed=seed,
        sizes={} if own else read_sizes(),
        extends=name if name in shipped_rubrics() else Path(name).name,
        evidence=str(evidence) if own else "",
    )


def _question(used: Rubric, *, own: bool) -> str:
    """Return what the report asks: the title of the rubric, if it is a question."""
    if used.codes == "thesis" and not own:
        return QUESTION
    if "?" in used.title:
        return used.title
    return f"Who is first by “{used.title or used.name}”, how do we know, and how sure are we?"


def _sources(evidence: Path | None) -> pd.DataFrame:
    """Read the table of sources that stands beside the evidence, if there is one."""
    import pandas as pd

    from ioscore.io.manifest import sources_file
    from ioscore.io.tables import read_sources

    path = sources_file(evidence)
    return pd.DataFrame() if path is None else read_sources(path)


def _files(audit: Audit, setting: Setting, form: Any, jobs: int) -> dict[str, str | bytes]:
    from ioscore.report.page import report_files

    return dict(report_files(audit, setting, form, jobs=jobs))


def _manifest(
    audit: Audit,
    setting: Setting,
    evidence: Path | None,
    rubric: str | None,
    form: str,
    files: dict[str, str | bytes],
) -> str:
    from ioscore.io.manifest import evidence_files, manifest, rubric_files, shipped_files

    used = audit.study.rubric
    inputs = [*rubric_files(rubric or "thesis"), *evidence_files(evidence, used.codes)]
    seeds = {"analyses": setting.seed}
    if evidence is None:
        inputs += shipped_files(used.codes)
    if audit.plan is not None:
        seeds["seizures"] = audit.plan.seed
    return manifest(
        command=setting.command,
        parameters={
            "rubric": rubric or "thesis",
            "evidence": str(evidence or "shipped"),
            "format": form,
            "draws": {"weights": setting.draws, "evidence": setting.evidence_draws},
            "rubric_as_used": used.model_dump(mode="json"),
        },
        seeds=seeds,
        inputs=inputs,
        files=files,
    )


def _command(rubric: str | None, evidence: Path | None, form: ReportFormat, seed: int) -> str:
    """Return the command that makes the same report."""
    parts = ["ioscore report"]
    parts += [f"--rubric {rubric}"] if rubric else []
    parts += [f"--evidence {evidence}"] if evidence else []
    parts += [f"--format {form.value}"] if form is not ReportFormat.html else []
    parts += [f"--seed {seed}"] if seed else []
    return " ".join(parts)
