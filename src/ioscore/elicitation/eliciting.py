"""A reviewer's answers -> weights of siblings, each answer checked where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ioscore.elicitation.ahp import Ahp, ahp_weights, check_size
from ioscore.elicitation.answers import COLUMNS, Answer, Answers, number
from ioscore.elicitation.best_worst import BestWorst, best_worst_weights
from ioscore.elicitation.centroid import centroid_weights
from ioscore.elicitation.direct import points_weights, swing_weights
from ioscore.elicitation.problems import AnswersError
from ioscore.errors import Problem, nearest

Siblings = Mapping[str, Sequence[str]]
"""Paths of the parts of each criterion, by its path; of the first level by ""."""


@dataclass(frozen=True, kw_only=True)
class Elicited:
    """Weights of criteria with one parent.

    Attributes
    ----------
    parent : str
        Path; "" for the criteria of the first level.
    weights : pandas.Series
        By path, >= 0, summing to one, in the order of the rubric.
    answers : pandas.DataFrame
        `criterion` (path) and the answers as numbers, one row for each.
    consistency : Ahp, BestWorst or None
        Of methods that ask more than they need.
    """

    parent: str
    weights: pd.Series
    answers: pd.DataFrame
    consistency: Ahp | BestWorst | None


def elicit(answers: Answers, siblings: Siblings) -> tuple[Elicited, ...]:
    """Return the weights that a reviewer's answers give.

    Parameters
    ----------
    answers : Answers
    siblings : mapping of str to sequence of str
        Paths of the parts of each criterion that has parts, by its path; of the first level by "".

    Returns
    -------
    tuple of Elicited
        One for each group of siblings that is answered, in the order of `siblings`; a group without
        any answer is left out.

    Raises
    ------
    AnswersError
        For a criterion that there is not or that is answered twice, an answer that is missing or no
        number, a group that is answered in part, two criteria compared that are no siblings, and
        whatever the method forbids; with the place of each.
    """
    paths = [path for parts in siblings.values() for path in parts]
    known = {path.rpartition("/")[2]: path for path in paths} | {path: path for path in paths}
    wrong: list[Problem] = []
    groups: dict[str, list[tuple[Answer, str]]] = {}
    for answer in answers.rows:
        path = _path(answer, answer.criterion, "criterion", known, paths, wrong)
        if path:
            groups.setdefault(path.rpartition("/")[0], []).append((answer, path))
    asked = set(COLUMNS[answers.method]) - {"than"}
    for parent, rows in list(groups.items()):
        # A group of a template that is left blank as a whole is not weighed.
        if not any(answer.values.get(column) for answer, _ in rows for column in asked):
            del groups[parent]
    if not groups and not wrong:
        mend = "Answer for each criterion; --template writes a file to fill in."
        wrong.append(Problem(where=answers.source, found="there is no answer", mend=mend))
    if wrong:
        raise AnswersError(*wrong)
    return tuple(
        _pairs(answers, parent, list(parts), groups[parent], known)
        if answers.method == "ahp"
        else _each(answers, parent, list(parts), groups[parent])
        for parent, parts in siblings.items()
        if parent in groups
    )


def _path(
    answer: Answer,
    name: str,
    column: str,
    known: Mapping[str, str],
    paths: Sequence[str],
    wrong: list[Problem],
) -> str | None:
    if name not in known:
        found = "no criterion is named"
        if name:
            found = f"there is no criterion {name!r}{nearest(name, paths)}"
        mend = f"There are {', '.join(paths)}."
        wrong.append(Problem(where=f"{answer.where}, {column}", found=found, mend=mend))
    return known.get(name)


def _numbers(answer: Answer, columns: Sequence[str], wrong: list[Problem]) -> dict[str, float]:
    found = {}
    for column in columns:
        value = number(answer.values.get(column, ""), column)
        if isinstance(value, str):
            mend = "Write a plain number, as in 15 or 2.5."
            if column == "times":
                mend = "Write a number from 1/9 to 9, as in 3, or 1/3 for the other way round."
            wrong.append(Problem(where=f"{answer.where}, {column}", found=value, mend=mend))
        else:
            found[column] = value
    return found


def _twice(answer: Answer, what: str, first: Answer) -> Problem:
    found = f"{what} is answered a second time, after {first.where.rpartition(', ')[2]}"
    return Problem(where=answer.where, found=found, mend="Keep one of the two.")


def _incomplete(source: str, lacking: Sequence[str], parent: str) -> Problem:
    group = f"the parts of {parent}" if parent else "the criteria of the first level"
    found = f"of {group}, no answer on {', '.join(lacking)}"
    mend = "Answer all of a group or none of it; what is missing is not taken for zero."
    return Problem(where=source, found=found, mend=mend)


def _each(
    answers: Answers,
    parent: str,
    parts: list[str],
    rows: Sequence[tuple[Answer, str]],
) -> Elicited:
    """Return weights from one answer on each criterion."""
    columns = COLUMNS[answers.method]
    wrong: list[Problem] = []
    seen: dict[str, Answer] = {}
    values: dict[str, dict[str, float]] = {}
    for answer, path in rows:
        if path in seen:
            wrong.append(_twice(answer, path, seen[path]))
            continue
        seen[path] = answer
        values[path] = _numbers(answer, columns, wrong)
    if lacking := [path for path in parts if path not in seen]:
        wrong.append(_incomplete(answers.source, lacking, parent))
    if wrong:
        raise AnswersError(*wrong)
    table = pd.DataFrame([values[path] for path in parts], index=parts)
    places = {path: answer.where for path, answer in seen.items()}
    consistency = None
    if answers.method == "points":
        weights = points_weights(table["points"], places=places)
    elif answers.method == "swing":
        weights = swing_weights(table["swing"], places=places)
    elif answers.method == "roc":
        weights = centroid_weights(table["rank"], places=places)
    else:
        consistency = best_worst_weights(
            table["best_to_others"],
            table["others_to_worst"],
            **_roles(seen),
            places=places,
        )
        weights = consistency.weights
    return Elicited(
        parent=parent,
        weights=weights,
        answers=table.rename_axis("criterion").reset_index(),
        consistency=consistency,
    )


def _roles(seen: Mapping[str, Answer]) -> dict[str, str]:
    """Return which criterion is named the best, and which the worst."""
    roles: dict[str, str] = {}
    for path, answer in seen.items():
        role = answer.values.get("role", "").lower()
        if not role:
            continue
        if role not in ("best", "worst") or role in roles:
            found = (
                f"{path} is a second {role}, after {roles[role]}"
                if role in roles
                else f"{role!r} is no role"
            )
            mend = "Write best for one criterion, worst for another, nothing for the rest."
            raise AnswersError(Problem(where=f"{answer.where}, role", found=found, mend=mend))
        roles[role] = path
    return roles


def _pairs(
    answers: Answers,
    parent: str,
    parts: list[str],
    rows: Sequence[tuple[Answer, str]],
    known: Mapping[str, str],
) -> Elicited:
    """Return weights from one answer on each pair of criteria."""
    check_size(parts, answers.source)
    wrong: list[Problem] = []
    seen: dict[frozenset[str], Answer] = {}
    table = []
    matrix = pd.DataFrame(float("nan"), index=parts, columns=parts)
    for path in parts:
        matrix.loc[path, path] = 1.0
    for answer, path in rows:
        other = _path(answer, answer.values.get("than", ""), "than", known, parts, wrong)
        if other is None:
            continue
        pair = frozenset((path, other))
        if other not in parts or other == path:
            found = f"{path} is compared with {'itself' if other == path else other}"
            mend = "Compare criteria of one group with each other."
            wrong.append(Problem(where=answer.where, found=found, mend=mend))
        elif pair in seen:
            wrong.append(_twice(answer, f"{path} against {other}", seen[pair]))
        else:
            seen[pair] = answer
            for times in _numbers(answer, ("times",), wrong).values():
                matrix.loc[path, other], matrix.loc[other, path] = times, 1 / times
                table.append({"criterion": path, "than": other, "times": times})
    lacking = [
        f"{one} against {other}"
        for i, one in enumerate(parts)
        for other in parts[i + 1 :]
        if frozenset((one, other)) not in seen
    ]
    if lacking:
        wrong.append(_incomplete(answers.source, lacking, parent))
    if wrong:
        raise AnswersError(*wrong)
    ahp = ahp_weights(matrix)
    return Elicited(
        parent=parent, weights=ahp.weights, answers=pd.DataFrame(table), consistency=ahp
    )
