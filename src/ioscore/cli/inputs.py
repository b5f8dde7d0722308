"""What the commands have in common: reading rubric and evidence with the changes asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ioscore.evidence import Evidence, Window
    from ioscore.evidence.matching import Reading
    from ioscore.rubric import Rubric
    from ioscore.scoring import Scores
    from ioscore.study import Study

RubricOption = Annotated[
    str | None,
    typer.Option(
        "--rubric", "-r", help="Name of a shipped rubric, or a YAML file.", show_default="thesis"
    ),
]
EvidenceOption = Annotated[
    Path | None,
    typer.Option(
        "--evidence",
        "-e",
        help="A CSV file, or a folder with acts.csv and codes/.",
        show_default="shipped",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", metavar="CRITERION=WEIGHT", help="Change a weight; may be repeated."
    ),
]
ChoiceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--choice",
        "-c",
        metavar="CHOICE=LEVEL",
        help="Change a choice of the rubric; may be repeated.",
    ),
]
MethodOption = Annotated[
    str | None,
    typer.Option(
        "--method",
        "-m",
        help="Rank by another method: weighted_mean, geometric_mean, harmonic_mean, topsis, vikor, "
        "promethee2, borda, copeland, kemeny_young.",
        show_default="that of the rubric",
    ),
]
SourcesOption = Annotated[
    str | None,
    typer.Option("--sources", metavar="ID,...", help="Count these sources only, or 'all'."),
]
WindowOption = Annotated[
    str | None,
    typer.Option("--window", metavar="FIRST:LAST", help="Count acts of these years only."),
]


def the_rubric(
    start: str | Rubric | None,
    *,
    weights: list[str] | None = None,
    choices: list[str] | None = None,
    sources: str | None = None,
    method: str | None = None,
) -> Rubric:
    """Read a rubric, or take one, and change weights, choices and method as the options say."""
    from ioscore.io.rubrics import read_rubric
    from ioscore.rubric import choose, reweight, with_rules

    start = "thesis" if start is None else start
    rubric = read_rubric(start) if isinstance(start, str) else start
    if weights:
        rubric = reweight(
            rubric, {key: _weight(key, value) for key, value in _pairs(weights, "--set")}
        )
    if method is not None:
        rubric = with_rules(rubric, method=method)
    levels = dict(_pairs(choices or [], "--choice"))
    if sources is not None:
        levels["sources"] = sources
    return choose(rubric, levels) if levels else rubric


def the_matrix(
    path: Path,
    name: str | None,
    *,
    weights: list[str] | None = None,
    method: str | None = None,
) -> tuple[Scores, Rubric]:
    """Read a ready matrix, and the rubric it is ranked by: equal weights where none is named."""
    from ioscore.io.tables import read_matrix
    from ioscore.rubric import plain_rubric
    from ioscore.scoring import scores_from_matrix

    values = read_matrix(path)
    start: str | Rubric | None = name
    if name is None:
        start = plain_rubric([str(column) for column in values.columns], name=path.stem)
        values.columns = list(start.criteria)
        # A column may be named by its own heading.
        ids = {node.label: node.id for node in start.nodes()}
        parts = [text.rpartition("=") for text in weights or ()]
        weights = [f"{ids.get(key, key)}={value}" for key, _, value in parts]
    rubric = the_rubric(start, weights=weights, method=method)
    return scores_from_matrix(values, rubric, str(path)), rubric


def the_evidence(path: Path | None, rubric: Rubric, *, words: bool = False) -> Evidence:
    """Read the evidence that a rubric is applied to, with word counts if they are needed."""
    from ioscore.io.tables import read_evidence

    return read_evidence(
        path,
        family=rubric.codes,
        with_paragraphs=words or rubric.level("documentation") != "as_written",
    )


def the_study(
    evidence: Path | None, rubric: Rubric, window: str | None = None, *, words: bool = False
) -> Study:
    """Go from evidence to a ranking; say so where a rubric of one's own meets shipped evidence."""
    from ioscore.errors import EvidenceError, Problem
    from ioscore.io.rubrics import shipped_rubrics
    from ioscore.study import run_study

    try:
        return run_study(
            the_evidence(evidence, rubric, words=words), rubric, window=the_window(window)
        )
    except EvidenceError as error:
        if evidence is not None or rubric.name in shipped_rubrics():
            raise
        hint = Problem(
            where=f"rubric {rubric.name}",
            found="it was applied to the shipped evidence, which does not fit it",
            mend="Is --evidence missing? If not, name what the rubric leaves out under leave_out",
        )
        raise EvidenceError(hint, *error.problems) from None


def the_readings(rubric: Rubric) -> list[tuple[Reading, Evidence]]:
    """Read what each of the shipped coding passes made of the sources, if it coded the family."""
    from ioscore.io.readings import passes, read_reading
    from ioscore.io.tables import read_evidence

    return [
        (read_reading(path, rubric=rubric), read_evidence(path, family=rubric.codes))
        for path in passes()
        if (path / "codes" / f"{rubric.codes}.csv").is_file()
    ]


def the_window(text: str | None) -> Window | None:
    """Return first and last year of a window written as ``2015:2020``."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{4}):(\d{4})", text)
    if match is None or match[1] > match[2]:
        raise typer.BadParameter(f"{text!r} is no window; write first and last year, as 2015:2020.")
    return int(match[1]), int(match[2])


def _pairs(texts: list[str], option: str) -> list[tuple[str, str]]:
    pairs = [tuple(part.strip() for part in text.partition("=")[::2]) for text in texts]
    for text, pair in zip(texts, pairs, strict=True):
        if not all(pair):
            raise typer.BadParameter(f"{option} {text!r}: write NAME=VALUE.")
    return [(pair[0], pair[1]) for pair in pairs]


def _weight(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"--set {key}={text}: {text!r} is no number.") from None
