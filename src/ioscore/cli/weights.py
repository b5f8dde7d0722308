"""`ioscore weights`: a reviewer's answers made into weights, and a rubric of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.inputs import RubricOption, the_rubric
from ioscore.cli.output import (
    Format,
    FormatOption,
    as_text,
    check_new,
    failures,
    put,
    put_json,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ioscore.elicitation import Answers, Elicited
    from ioscore.elicitation import Method as MethodName
    from ioscore.rubric import Rubric


class Method(StrEnum):
    """How a reviewer is asked."""

    points = "points"
    swing = "swing"
    roc = "roc"
    ahp = "ahp"
    bwm = "bwm"


def weights(
    method: Annotated[
        Method,
        typer.Argument(
            help="points; swing: swings from worst to best; roc: an order alone (rank-order "
            "centroid); ahp: all pairs (analytic hierarchy process); bwm: best-worst method."
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Argument(help="Answers, CSV or YAML.", show_default="you are asked at the terminal"),
    ] = None,
    rubric: RubricOption = None,
    parts_of: Annotated[
        list[str] | None,
        typer.Option(
            "--parts-of",
            metavar="CRITERION",
            help="Ask for the parts of this criterion, not for those of the first level; may be "
            "repeated. (A file says by the names of its criteria what it weighs.)",
        ),
    ] = None,
    template: Annotated[
        bool,
        typer.Option(
            "--template", help="Write a file to fill in: FILE (.csv or .yaml), or to the screen."
        ),
    ] = False,
    form: FormatOption = Format.table,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the weights as a rubric (YAML) that extends the one they are for.",
        ),
    ] = None,
) -> None:
    """Turn a reviewer's answers into weights, check how consistent they are, write a rubric.

    Without FILE you are asked at the terminal. Criteria of the first level, by default; weights
    that are not asked for stay as they are.
    """
    with failures():
        from ioscore.elicitation import elicit
        from ioscore.elicitation.ahp import check_size
        from ioscore.io.answers import read_answers

        if file is not None and parts_of and not template:
            raise typer.BadParameter("--parts-of is for a template or the terminal, not for FILE.")
        if template and output is not None:
            mend = f"ioscore weights {method.value} {file or output} --template"
            raise typer.BadParameter(f"To write a file to fill in: {mend}")
        _check_files(file, output, rubric or "thesis", template=template)
        used = the_rubric(rubric)
        name: MethodName = method.value
        every = _siblings(used)
        labels = {node.path: node.label for node in used.nodes()}
        wanted = {}
        if template or file is None:
            wanted = {parent: every[parent] for parent in _parents(parts_of, every, used)}
        for parent, parts in wanted.items() if name == "ahp" else ():
            check_size(parts, f"parts of {parent}" if parent else "criteria of the first level")
        if template:
            _write_template(name, file, wanted, labels)
            if file is not None:
                option = f" --rubric {quote(rubric)}" if rubric else ""
                say(f"fill it in, then: ioscore weights {name} {quote(str(file))}{option}")
            return
        if file is not None:
            answers = read_answers(file, name)
        else:
            from ioscore.cli.asking import ask

            answers = ask(name, wanted, labels, output.stem if output else "reviewer")
        found = elicit(answers, every)
        text = None
        if output is not None:
            text = _file(answers, found, rubric or "thesis", output, file)
        _show(answers, found, used, form)
        if text is not None:
            put(text, output)
            say(f"rank by it: ioscore rank --rubric {quote(str(output))}")


def _check_files(file: Path | None, output: Path | None, rubric: str, *, template: bool) -> None:
    """Refuse a file of answers of another kind, and to write over a file that is there."""
    from ioscore.errors import InputError, Problem
    from ioscore.io.answers import YAML
    from ioscore.io.weights import named_from

    kinds = (".csv", *YAML)
    if file is not None and file.suffix.lower() not in kinds:
        found = "answers stand in a CSV or a YAML file"
        mend = f"Let its name end in one of {', '.join(kinds)}."
        raise InputError(Problem(where=str(file), found=found, mend=mend))
    if file is not None and output is not None and file.resolve() == output.resolve():
        found = "the rubric would be written over the answers"
        raise InputError(Problem(where=str(output), found=found, mend="Choose another name."))
    if output is not None:
        named_from(rubric, output)  # refuses to write a rubric over the one that it extends
        check_new(output, YAML)
    if template and file is not None:
        check_new(file, kinds)


def _siblings(rubric: Rubric) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for node in rubric.nodes():
        groups.setdefault(node.parent, []).append(node.path)
    return groups


def _parents(
    parts_of: Sequence[str] | None, every: Mapping[str, Sequence[str]], rubric: Rubric
) -> list[str]:
    from ioscore.errors import Problem, RubricError, nearest

    there = ", ".join(parent for parent, parts in every.items() if parent and len(parts) > 1)
    mend = f"Criteria with parts: {there or 'none'}."
    if not parts_of:
        if len(every[""]) < 2:
            found = "a single criterion on the first level, which needs no weighing"
            raise RubricError(
                Problem(where=rubric.name, found=found, mend=f"Take --parts-of. {mend}")
            )
        return [""]
    paths = {name: node.path for node in rubric.nodes() for name in (node.id, node.path)}
    wanted = []
    for name in parts_of:
        path = paths.get(name)
        if path is None or len(every.get(path, ())) < 2:
            what = "it has no parts to weigh"
            if path is None:
                what = f"there is no such criterion{nearest(name, every)}"
            raise RubricError(Problem(where=f"--parts-of {name}", found=what, mend=mend))
        wanted.append(path)
    return list(dict.fromkeys(wanted))


def _write_template(
    method: MethodName,
    file: Path | None,
    siblings: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
) -> None:
    from ioscore.elicitation.questions import explanation
    from ioscore.io.answers import YAML, template

    yaml = file is not None and file.suffix.lower() in YAML
    put(template(method, siblings, labels, yaml=yaml), file)
    say(explanation(method))


def _file(
    answers: Answers,
    found: Sequence[Elicited],
    name: str,
    output: Path,
    file: Path | None,
) -> str:
    from ioscore.elicitation import METHODS
    from ioscore.io.rubrics import shipped_rubrics
    from ioscore.io.weights import named_from, weights_file
    from ioscore.report.weights import groups_sentences

    base = name if name in shipped_rubrics() else Path(name)
    source = file.name if file is not None else "answers given at the terminal"
    said = " ".join(groups_sentences(found))
    return weights_file(
        {str(path): float(w) for group in found for path, w in group.weights.items()},
        extends=named_from(base, output),
        name=output.stem,
        title=f"Weights of {answers.reviewer} by {METHODS[answers.method]}",
        description=f"Made by ioscore weights {answers.method} from {source}; {said}",
        remarks=[
            "answered: " + ", ".join(f"{key} {_plain(key, value)}" for key, value in row.items())
            for group in found
            for row in group.answers.to_dict("records")
        ],
    )


def _plain(column: str, value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"1/{1 / value:.6g}" if column == "times" and value < 1 else f"{value:.6g}"


def _show(answers: Answers, found: Sequence[Elicited], rubric: Rubric, form: Format) -> None:
    from ioscore.elicitation import COLUMNS
    from ioscore.report.weights import elicited_document, elicited_sentences, elicited_table

    if form is Format.json:
        put_json(elicited_document(answers, found, rubric))
        return
    lines = elicited_sentences(answers, found, rubric)
    made = elicited_table(found, rubric)
    answered = [name for name in COLUMNS[answers.method] if name in made]
    table = as_text(made, form, title="Weights among siblings", figures=answered)
    if form in (Format.csv, Format.latex):
        put(table)
        say("\n".join(lines))
    elif form is Format.markdown:
        put(table + "\n" + "".join(f"- {line}\n" for line in lines))
    else:
        put(table + "\n" + "\n".join(lines) + "\n")
