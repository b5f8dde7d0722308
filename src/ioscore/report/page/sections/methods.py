"""How it was done, how to do it again, and the literature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ioscore.audit import Audit
from ioscore.errors import NotApplicable
from ioscore.regression.plan import AnalysisPlan
from ioscore.report.page.document import Block, Bullets, Code, Fold, Link, Section, Text, said
from ioscore.report.page.places import Setting
from ioscore.report.page.references import REFERENCES, by_author
from ioscore.report.page.sections.said import counted
from ioscore.report.page.sections.terms import terms
from ioscore.sensitivity.weights.analysis import WeightSensitivity


def methods(
    audit: Audit, setting: Setting, tables: Mapping[str, str], *, pictures: bool
) -> Section:
    """Return the section on methods; `tables` are the titles of all tables, by the name of their file."""
    cited = _steps(audit, setting)
    keys = sorted({key for _, found in cited for key in found}, key=by_author)
    return Section(
        anchor="methods",
        title=("Methods",),
        blocks=(
            Bullets(tuple((_with(line, found),) for line, found in cited)),
            said("Every formula, with a cell computed by hand, is in docs/methods.md of ioscore."),
        ),
        sections=(
            Section(
                anchor="again",
                title=("To do it again",),
                blocks=(*_again(audit, setting), *_files(tables, pictures=pictures)),
            ),
            terms(seizures=audit.plan is not None),
            Section(
                anchor="references",
                title=("References",),
                blocks=(Bullets(tuple(_reference(key) for key in keys)),),
            ),
        ),
    )


def _steps(audit: Audit, setting: Setting) -> list[tuple[str, tuple[str, ...]]]:
    """Return what was done, with the works that describe it."""
    used = audit.study.rubric
    steps: list[tuple[str, tuple[str, ...]]] = [
        (
            "Scores: events get points by strength and reliability of their source, points make the "
            "score of a cell, cells the score of a criterion, and criteria the score by the weights "
            "of the rubric.",
            ("keeney", "oecd"),
        ),
        (_of_missing(audit), ()),
    ]
    if not isinstance(audit.agreement, NotApplicable):
        steps.append(
            (
                "Agreement: Krippendorff’s alpha with 95% intervals by drawing paragraphs anew.",
                ("krippendorff",),
            )
        )
    if isinstance(audit.weights, WeightSensitivity):
        how = (
            "the shares are exact volumes"
            if audit.weights.acceptability.method == "exact"
            else f"{setting.draws:,} weights were drawn uniformly"
        )
        steps.append(
            (
                f"Weights: the share of all weights that gives each rank (rank acceptability); {how}. "
                "Smallest changes of weights are Euclidean.",
                ("lahdelma", "kadzinski", "paruolo"),
            )
        )
    if not isinstance(audit.evidence, NotApplicable):
        steps.append(
            (
                "Evidence: leaving out one thing after the other; the smallest set of events whose "
                f"removal turns a place; {setting.evidence_draws:,} draws each of events, readers and "
                "levels.",
                (),
            )
        )
    if not isinstance(audit.choices, NotApplicable):
        steps.append(
            (
                "Choices: all combinations, and how much of the differences between them each "
                "choice explains (Sobol’ indices, exact over the enumeration).",
                ("sobol",),
            )
        )
    if not isinstance(audit.verdicts, NotApplicable):
        steps.append(
            (
                "Claims: a small fixed language (first, more than, has any, closes, gains), answered "
                f"from the scores; differences up to {used.close:g} are too close to call.",
                (),
            )
        )
    if not isinstance(audit.outcomes, NotApplicable) and audit.plan is not None:
        steps += _of_seizures(audit.plan)
    return steps


def _of_missing(audit: Audit) -> str:
    """Say what is done with missing cells, and what the ranges of ranks are."""
    table = audit.study.ranking.table
    done = {
        "renormalise": "Missing cells stay missing",
        "worst": "Missing cells are taken at their worst value",
        "best": "Missing cells are taken at their best value",
        "refuse": "A missing cell would be an error",
    }[audit.study.rubric.missing]
    if not table["missing"].any():
        return f"{done}; here none is missing."
    if table["rank_best"].isna().all():
        return (
            f"{done}. Ranks have no range over what the missing cells could hold: it is known only "
            "for means on scales that do not depend on who else is compared."
        )
    return (
        f"{done}. Each rank has its range over every value that the missing cells could hold; it is "
        "exact."
    )


def _of_seizures(plan: AnalysisPlan) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (
            "Seizures: each model has every inference that exists for it side by side. With "
            f"{len(plan.sample.countries)} countries the panel relies on handing treatment paths to "
            "other countries.",
            ("mackinnon_webb", "phipson", "cameron", "webb", "mackinnon_nielsen"),
        ),
        (
            "Country panel: Poisson and log-linear, effects of country and year, corrected for asking "
            "of several instruments.",
            ("santos", "holm"),
        ),
        (
            "Interrupted series: errors by fixed-b asymptotics, years in order where one is missing. "
            "Event study: by cohort and year, and in two stages beside it. "
            "Synthetic control: ranks among placebos. Specification curve: one permutation for all "
            "specifications.",
            ("kiefer", "datta", "sun", "gardner", "abadie", "simonsohn"),
        ),
        (
            "What could be seen: the smallest true effect that would be found in four of five cases.",
            ("bloom",),
        ),
    ]


def _again(audit: Audit, setting: Setting) -> tuple[Block, ...]:
    plan = "" if audit.plan is None else "; the seizures at the seed of their plan"
    return (
        said(
            "This report is made by ",
            Code(setting.command),
            ". The same inputs give the same text.",
        ),
        said(
            f"Random draws begin at the seed {setting.seed}{plan}. ",
            Link("manifest.json", "manifest.json"),
            " beside this page has the versions of all programs, every parameter, and the SHA-256 of "
            "every file that was read.",
        ),
    )


def _files(tables: Mapping[str, str], *, pictures: bool) -> tuple[Block, ...]:
    """Say what lies beside the page, and lead to every table."""
    figures = ", figures in the folder figures (SVG and PNG)" * pictures
    every = Bullets(tuple((Link(title, f"tables/{name}.csv"),) for name, title in tables.items()))
    return (
        said(f"Tables are in the folder tables (CSV){figures}."),
        Fold(
            anchor="tables",
            title=(f"All {counted(len(tables), 'table')} beside this page",),
            blocks=(every,),
        ),
    )


def _with(line: str, keys: Sequence[str]) -> str:
    """Return a sentence with the works that it rests on."""
    named = "; ".join(REFERENCES[key].short for key in keys)
    return f"{line.removesuffix('.')} ({named})." if keys else line


def _reference(key: str) -> Text:
    work = REFERENCES[key]
    if not work.doi:
        return (work.text,)
    return (f"{work.text} ", Link(f"doi:{work.doi}", f"https://doi.org/{work.doi}"))
