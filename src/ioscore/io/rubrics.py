"""Rubrics from YAML files, with `extends` resolved and every message naming file, line and key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ioscore.errors import Problem, RubricError
from ioscore.io import yaml_lines
from ioscore.io.files import read_text
from ioscore.io.shipped import shipped
from ioscore.rubric import Rubric, what_is_wrong
from ioscore.rubric.tree import keys, last_id

_Place = tuple[str, int]
MODELINE = "# yaml-language-server: $schema=rubric.schema.json"


def shipped_rubrics() -> tuple[str, ...]:
    """Return the names of the rubrics that come with ioscore, the default first."""
    names = sorted(path.stem for path in shipped("rubrics").glob("*.yaml"))
    return ("thesis", *(name for name in names if name != "thesis"))


def rubric_path(name: str) -> Path:
    """Return the file of a rubric given by shipped name or by path.

    Raises
    ------
    RubricError
        For a bare word that is neither a file nor a shipped name.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        return path
    known = shipped("rubrics", f"{name}.yaml")
    if known.is_file():
        return known
    if path.is_file():
        return path
    there = ", ".join(shipped_rubrics())
    raise RubricError(
        Problem(
            where=name or "rubric without a name",
            found="there is no rubric of that name",
            mend=f"Take one of {there}, or the path of a YAML file.",
        )
    )


def read_rubric(name: str = "thesis") -> Rubric:
    """Read a rubric.

    Parameters
    ----------
    name : str
        Name of a shipped rubric, or path of a YAML file. ``extends: NAME`` in it takes every
        key of another rubric (a shipped name, or a file beside it) and lays its own over them;
        ``weights`` then changes single weights by id or path.

    Returns
    -------
    Rubric

    Raises
    ------
    InputError
        When the file cannot be read.
    RubricError
        For unknown keys, duplicate ids, negative, infinite or all-zero weights, weights of
        criteria that do not exist, cycles of `extends`, and anything else that the model
        forbids; the message names file, line and key.
    """
    path = rubric_path(name)
    data, places = _resolved(path, ())
    data.setdefault("name", path.stem)
    try:
        return Rubric.model_validate(data)
    except ValidationError as error:
        raise RubricError(
            *(_problem(detail, places, str(path)) for detail in error.errors())
        ) from None


def _resolved(path: Path, above: tuple[Path, ...]) -> tuple[dict[str, Any], dict[Any, _Place]]:
    """Return the data of a file over that of the file it extends, and where each key stands."""
    here = path.resolve()
    if here in above:
        chain = " -> ".join(p.name for p in (*above, here))
        raise RubricError(
            Problem(
                where=str(path),
                found=f"the rubrics extend each other in a cycle ({chain})",
                mend="Let one of them stand by itself.",
            )
        )
    data, lines = yaml_lines.load(read_text(path), str(path))
    places: dict[Any, _Place] = {key: (str(path), line) for key, line in lines.items()}
    base = data.get("extends")
    if base is None:
        return data, places
    if not isinstance(base, str):
        raise RubricError(
            Problem(
                where=f"{path}, line {lines['extends',]}, extends",
                found="this is no name",
                mend="Give one rubric, by name or file.",
            )
        )
    beside = path.parent / base
    target = beside if beside.is_file() else rubric_path(base)
    under, under_places = _resolved(target, (*above, here))
    for key in ("name", "title", "description"):
        under.pop(key, None)
    return _laid_over(under, data), {**under_places, **places}


def _laid_over(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return a file over the one it extends: mappings are merged, anything else replaced."""
    newly = {str(key).rpartition("/")[2] for key in _mapping(over.get("weights"))}
    newly |= set(_weighted(_mapping(over.get("criteria"))))
    # A weight by id or path under `weights` would otherwise outlive what is written over it.
    kept = {
        key: value
        for key, value in _mapping(under.get("weights")).items()
        if str(key).rpartition("/")[2] not in newly
    }
    return _merged({**under, "weights": kept} if "weights" in under else under, over)


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(under)
    for key, value in over.items():
        below = under.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        result[key] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return result


def _weighted(criteria: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of the criteria that a file gives a weight of their own."""
    for name, node in criteria.items():
        if "weight" in _mapping(node):
            yield name
        yield from _weighted(_mapping(_mapping(node).get("criteria")))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _problem(detail: Any, places: dict[Any, _Place], name: str) -> Problem:
    """Return what pydantic found as a problem with the place of the nearest key above it."""
    path, found, mend = what_is_wrong(detail)
    known = {tuple(map(str, key)): place for key, place in places.items()}
    path = _weight_written(detail, known, name) or path
    name, line = next(
        (known[path[:n]] for n in range(len(path), 0, -1) if path[:n] in known), (name, 1)
    )
    where = ", ".join(filter(None, [name, f"line {line}", ".".join(path)]))
    return Problem(where=where, found=found, mend=mend)


def _weight_written(
    detail: Any, known: dict[tuple[str, ...], _Place], name: str
) -> tuple[str, ...]:
    """Return the key that lays a weight over the file extended, for what is wrong with weights."""
    for path in (detail.get("ctx") or {}).get("weights", ()):
        for key in (("weights", path), ("weights", last_id(path)), (*keys(path), "weight")):
            if ("extends",) in known and known.get(key, ("", 0))[0] == name:
                return key
    return ()


def rubric_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft-07) of a rubric file, made from the model.

    Returns
    -------
    dict
        Without `extends`, a file must have `criteria`; with it, nothing is required.
    """
    text = json.dumps(Rubric.model_json_schema()).replace("#/$defs/", "#/definitions/")
    schema = json.loads(text)
    schema["definitions"] = schema.pop("$defs")
    schema.pop("required")
    # In a file that extends another, a criterion or a choice may give only what it changes.
    for definition in ("Choice", "Level"):
        schema["definitions"][definition].pop("required", None)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "ioscore rubric",
        **{key: value for key, value in schema.items() if key != "title"},
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": ["criteria"]},
    }


def starter(base: Rubric, extends: str, name: str) -> str:
    """Return a short rubric file that extends another, with its weights and choices to edit.

    Parameters
    ----------
    base : Rubric
        The rubric extended.
    extends : str
        How the file names it.
    name : str

    Returns
    -------
    str
        YAML; unchanged, it ranks as its base does.
    """
    weights = [f"  {node.path}: {100 * node.share:.6g}" for node in base.top()]
    choices = [
        f"  {key}: {{level: {json.dumps(choice.level)}}}   # {', '.join(choice.levels)}"
        for key, choice in base.choices.items()
    ]
    return "\n".join(
        [
            f"extends: {json.dumps(extends, ensure_ascii=False)}",
            f"name: {json.dumps(name, ensure_ascii=False)}",
            "title: My rubric",
            "description: Say here what a reader would weigh who agrees with you, and why.",
            "# Lines that you do not change can go; what is left out is as in the rubric extended.",
            "weights:   # only their proportions matter",
            *weights,
            f"missing: {base.missing}   # renormalise, worst, best, refuse",
            "choices:   # the level taken, and after the # all there are",
            *choices,
            "",
        ]
    )


def blank(name: str) -> str:
    """Return a rubric file from scratch: two made-up criteria, to be replaced.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        YAML that loads as it is.
    """
    return f"""name: {json.dumps(name, ensure_ascii=False)}
title: My question
# Whom you compare: id as in the evidence, then the full name. Without this: all in the evidence.
# alternatives: {{A: First organisation, B: Second organisation}}
criteria:
  first_criterion:
    weight: 2
  second_criterion:
    weight: 1
    criteria:            # subcriteria, if you want them
      one_part: {{}}
      another_part: {{}}
  a_hindrance:
    weight: 1
    kind: barrier        # scored by answers against hindrance, one half is neither
levels:                  # where two readers meet: anchor each with numbers
  1: {{points: 1, description: "once, or under 10 people"}}
  2: {{points: 2, description: "2 to 4 times, or 10 to 49 people"}}
  3: {{points: 3, description: "5 times or more, or 50 people or more"}}
scoring: {{rule: diminishing, half: 6}}
missing: renormalise     # or worst, best, refuse
"""
