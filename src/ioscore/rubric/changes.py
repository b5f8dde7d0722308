"""Rubrics made from others: other weights, choices or rules, checked again as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ioscore.errors import Problem, RubricError, nearest
from ioscore.rubric.model import Rubric
from ioscore.rubric.tree import Criterion, last_id


def _changed(rubric: Rubric, changes: Mapping[str, Any]) -> Rubric:
    """Return the rubric with fields replaced, checked again as a whole."""
    try:
        return Rubric.model_validate({**rubric.model_dump(), **changes})
    except ValidationError as error:
        path, found, _ = what_is_wrong(error.errors()[0])
        where = f"rubric {rubric.name}, {'.'.join(path)}"
        raise RubricError(Problem(where=where, found=found, mend="Nothing was changed.")) from None


def what_is_wrong(detail: Mapping[str, Any]) -> tuple[tuple[str, ...], str, str]:
    """Return the path of a key, what was found there and how to mend it.

    Parameters
    ----------
    detail : mapping
        One of the errors of a pydantic `ValidationError`.

    Returns
    -------
    path : tuple of str
    found, mend : str
    """
    context = detail.get("ctx") or {}
    path = tuple(str(part) for part in context.get("path") or detail["loc"] if part != "[key]")
    comma = "A decimal comma? Write a point, as in 20.5."
    if detail["type"] == "extra_forbidden" and path[-1].isdecimal():
        return path, "unknown key", comma
    if detail["type"] == "extra_forbidden":
        return path, "unknown key", "Take it out or check its spelling."
    if detail["type"] == "missing":
        return path, "this key is missing", "Add it."
    message = detail["msg"]
    if detail["type"] != "rubric":
        value = json.dumps(detail["input"], default=str, ensure_ascii=False)
        message = f"{message[0].lower()}{message[1:]}, found {value:.60}"
        if detail["type"] == "float_parsing" and "," in value:
            return path, message, comma
    return path, message, "Mend it there."


def reweight(rubric: Rubric, weights: Mapping[str, float]) -> Rubric:
    """Return the rubric with other weights.

    Parameters
    ----------
    rubric : Rubric
    weights : mapping of str to float
        Weight by criterion id or path, >= 0, on the scale on which the rubric writes the
        weights of its siblings; shares are what is left after dividing by their sum.

    Returns
    -------
    Rubric

    Raises
    ------
    RubricError
        For a criterion that the rubric does not have, a weight below zero or not finite, or a
        group of siblings whose weights are all zero.
    """
    new = {last_id(key) for key in weights}
    kept = {key: weight for key, weight in rubric.weights.items() if last_id(key) not in new}
    return _changed(rubric, {"weights": {**kept, **weights}})


def choose(rubric: Rubric, levels: Mapping[str, str]) -> Rubric:
    """Return the rubric with other levels of its choices.

    Parameters
    ----------
    rubric : Rubric
    levels : mapping of str to str
        Level by name of the choice.

    Returns
    -------
    Rubric

    Raises
    ------
    RubricError
        For a choice or a level that the rubric does not have.
    """
    dumped = {name: choice.model_dump() for name, choice in rubric.choices.items()}
    for name, level in levels.items():
        if name not in dumped:
            raise RubricError(
                Problem(
                    where=f"rubric {rubric.name}",
                    found=f"there is no choice {name}{nearest(name, dumped)}",
                    mend=f"Choices are {', '.join(dumped)}.",
                )
            )
        dumped[name]["level"] = level
    return _changed(rubric, {"choices": dumped})


def with_rules(
    rubric: Rubric,
    *,
    rule: str | None = None,
    missing: str | None = None,
    method: str | None = None,
) -> Rubric:
    """Return the rubric with another scoring rule, rule for missing cells, or ranking method.

    Parameters
    ----------
    rubric : Rubric
    rule, missing, method : str, optional
        A value of `scoring.rule`, of `missing`, and of `method`.

    Returns
    -------
    Rubric

    Raises
    ------
    RubricError
        For a rule or method that there is not.
    """
    changes: dict[str, Any] = {}
    if rule is not None:
        changes["scoring"] = {**rubric.scoring.model_dump(), "rule": rule}
    if missing is not None:
        changes["missing"] = missing
    if method is not None:
        changes["method"] = method
    return _changed(rubric, changes)


def plain_rubric(criteria: Sequence[str], *, name: str = "plain") -> Rubric:
    """Return the rubric of a bare matrix: equal weights, all benefits, every source.

    Parameters
    ----------
    criteria : sequence of str
        Names of the criteria, in any wording; ids are made of them.
    name : str

    Returns
    -------
    Rubric
    """
    ids: dict[str, str] = {}
    for label in criteria:
        word = re.sub(r"\W+", "_", label).strip("_") or "criterion"
        word = f"c_{word}" if word[0].isdigit() else word
        while word in ids:
            word += "_"
        ids[word] = label
    return Rubric(name=name, criteria={key: Criterion(name=label) for key, label in ids.items()})
