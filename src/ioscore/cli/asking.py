"""Asking a reviewer at the terminal; questions go to stderr, so that stdout holds the result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from ioscore.cli.output import say

if TYPE_CHECKING:
    from ioscore.elicitation import Answer, Answers, Method


def ask(
    method: Method, siblings: Mapping[str, Sequence[str]], labels: Mapping[str, str], reviewer: str
) -> Answers:
    """Ask for everything that a method needs; a group whose answers do not fit is asked again."""
    from ioscore.elicitation import Answers, AnswersError, elicit
    from ioscore.elicitation.questions import explanation

    say(explanation(method))
    rows: list[Answer] = []
    for parent, paths in siblings.items():
        while True:
            names = "" if method == "bwm" else f" {', '.join(labels[path] for path in paths)}"
            say((f"Parts of {labels[parent]}:" if parent else "Criteria:") + names)
            group = tuple(_group(method, paths, labels))
            answers = Answers(method=method, reviewer=reviewer, source="answers", rows=group)
            try:
                elicit(answers, {parent: paths})
                break
            except AnswersError as error:
                say(f"{error}\nOnce more:")
        rows += group
    return Answers(method=method, reviewer=reviewer, source="answers", rows=tuple(rows))


def _group(method: Method, paths: Sequence[str], labels: Mapping[str, str]) -> list[Answer]:
    from ioscore.elicitation import COLUMNS, Answer
    from ioscore.elicitation.questions import question

    def answer(path: str, where: str = "", **values: str) -> Answer:
        return Answer(where=f"answer on {where or path}", criterion=path, values=values)

    if method == "ahp":
        return [
            answer(
                one,
                f"{one} against {other}",
                than=other,
                times=_number(question("times", labels[one], labels[other]), "times"),
            )
            for one, other in combinations(paths, 2)
        ]
    if method != "bwm":
        (column,) = COLUMNS[method]
        return [
            answer(path, **{column: _number(question(column, labels[path]), column, len(paths))})
            for path in paths
        ]
    for place, path in enumerate(paths, 1):
        say(f"  {place} {labels[path]}")
    best = _one_of(paths, labels, "The most important criterion, by number or name")
    others = [path for path in paths if path != best]
    worst = _one_of(others, labels, "The least important, by number or name", paths)
    values = {path: {"best_to_others": "1", "others_to_worst": "1"} for path in paths}
    for column in COLUMNS["bwm"]:
        end = best if column == "best_to_others" else worst
        for path in paths:
            # Best against worst is asked once, and stands in both columns.
            if path != end and not (column == "others_to_worst" and path == best):
                text = question(column, labels[path], labels[end])
                values[path][column] = _number(text, column)
    values[best]["others_to_worst"] = values[worst]["best_to_others"]
    roles = {best: "best", worst: "worst"}
    return [answer(path, **values[path], role=roles.get(path, "")) for path in paths]


def _number(text: str, column: str, criteria: int = 0) -> str:
    from ioscore.elicitation.answers import number, out_of_range

    def wrong(line: str) -> str:
        value = number(line, column)
        return value if isinstance(value, str) else out_of_range(value, column, criteria)

    return _line(text, wrong)


def _one_of(
    paths: Sequence[str],
    labels: Mapping[str, str],
    text: str,
    numbered: Sequence[str] | None = None,
) -> str:
    """Ask for one of some criteria: its number among those shown, its name, id or path."""
    from ioscore.rubric.tree import last_id

    numbers = {str(n): path for n, path in enumerate(numbered or paths, 1) if path in paths}
    names = {
        name.casefold(): path for path in paths for name in (labels[path], last_id(path), path)
    }
    known = {**names, **numbers}
    there = ", ".join(numbers)

    def wrong(line: str) -> str:
        return "" if line.casefold() in known else f"{line!r} is none of {there}, and no name"

    return known[_line(text, wrong).casefold()]


def _line(text: str, wrong: Callable[[str], str]) -> str:
    """Ask until an answer is not wrong."""
    from ioscore.errors import InputError, Problem

    while True:
        sys.stderr.write(f"{text}: ")
        sys.stderr.flush()
        try:
            line = input().strip()
        except EOFError:
            mend = "Answer every question, or fill in a file; --template writes one."
            found = "the answers end before the questions do"
            sys.stderr.write("\n")
            raise InputError(Problem(where="answers", found=found, mend=mend)) from None
        if not (found := wrong(line)):
            return line
        say(f"  {found}.")
