"""In what two rubrics differ, and one of them with a single difference of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any, Literal

from ioscore.errors import Problem, RubricError
from ioscore.rubric.model import Rubric
from ioscore.rubric.rules import Frozen

Kind = Literal["weight", "criterion", "choice", "rule", "scope", "analysis"]

_SCOPE = ("codes", "alternatives", "leave_out")
_ANALYSIS = ("close", "rules", "weights_within")
_TEXTS = ("name", "title", "description", "extends")
_TOLD = ("criteria", "weights", "choices", "levels", "scoring", "reliability", *_SCOPE, *_ANALYSIS)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that two rubrics say differently.

    Attributes
    ----------
    kind : str
        `weight` among siblings; `criterion` (whether it is there, its kind, direction, mean,
        normalisation, preference); `choice` of coding; `rule` of scoring and ranking; `scope` (who
        and what is compared); `analysis` (what varies in sensitivity, what is called close: these
        move no rank).
    field : str
        Key of the rubric that it belongs to; of choices, the name of the choice.
    what : str
        In words.
    left, right : str
        "-" where a rubric does not have it.
    """

    kind: Kind
    field: str
    what: str
    left: str
    right: str


def all_differences(left: Rubric, right: Rubric) -> tuple[Difference, ...]:
    """Return everything but names and texts in which two rubrics differ.

    Parameters
    ----------
    left, right : Rubric

    Returns
    -------
    tuple of Difference
        Weights first, as shares among siblings; those within 1e-9 of each other are alike.
    """
    a, b = _facts(left), _facts(right)
    found = []
    for key in {**a, **b}:
        one, other = a.get(key), b.get(key)
        if one == other or _close(one, other):
            continue
        if (one is None or other is None) and key[0] in ("criterion", "analysis"):
            # That the one has no such criterion or choice is said by its weight or level.
            continue
        texts = (_text(one), _text(other))
        if texts[0] == texts[1]:
            texts = (_text(one, 10), _text(other, 10))
        kind, field, what = key
        found.append(Difference(kind=kind, field=field, what=what, left=texts[0], right=texts[1]))
    return tuple(found)


def single_differences(left: Rubric, right: Rubric) -> Iterator[tuple[str, Rubric]]:
    """Yield the left rubric with each single difference of the right one, all else as it is.

    Parameters
    ----------
    left, right : Rubric
        With the same criteria; of others nothing is yielded, since no difference between them can
        be taken over alone.

    Yields
    ------
    (str, Rubric)
        What is taken over, and the rubric with it: all weights together; kinds, directions and
        means of all criteria; each choice; each rule; who and what is compared. What moves no rank
        is left out.
    """
    differences = all_differences(left, right)
    ours, theirs = left.model_dump(), right.model_dump()
    weights = [{node.path: node.weight for node in one.nodes()} for one in (left, right)]
    if set(weights[0]) != set(weights[1]):
        return
    kinds = {one.kind for one in differences}
    if "weight" in kinds:
        yield "weights", _with(left, {"weights": weights[1]})
    if "criterion" in kinds:
        changes = {"criteria": theirs["criteria"], "weights": weights[0]}
        yield "kinds, directions and means of criteria", _with(left, changes)
    if "scope" in kinds:
        yield "who and what is compared", _with(left, {key: theirs[key] for key in _SCOPE})
    for field in dict.fromkeys(one.field for one in differences if one.kind == "choice"):
        choices = {**ours["choices"], field: theirs["choices"].get(field)}
        changes = {"choices": {key: value for key, value in choices.items() if value}}
        yield f"choice {field}", _with(left, changes)
    for field in dict.fromkeys(one.field for one in differences if one.kind == "rule"):
        yield field.replace("_", " "), _with(left, {field: theirs[field]})


def _with(rubric: Rubric, changes: Mapping[str, Any]) -> Rubric:
    return Rubric.model_validate({**rubric.model_dump(), **changes})


def _facts(rubric: Rubric) -> dict[tuple[Kind, str, str], Any]:
    facts: dict[tuple[Kind, str, str], Any] = {}
    nodes = list(rubric.nodes())
    for node in nodes:
        facts["weight", "weights", f"weight {node.path}"] = node.weight
    for name in ("kind", "direction", "aggregation", "normalise", "preference"):
        for node in nodes:
            facts["criterion", "criteria", f"{name} {node.path}"] = _said(getattr(node, name))
    for name, choice in rubric.choices.items():
        facts["choice", name, f"choice {name}"] = choice.level
        if choice.moves:
            facts["choice", name, f"rows moved by choice {name}"] = _said(choice.moves)
        varies = {"levels": choice.levels, "probabilities": choice.probabilities}
        facts["analysis", name, f"levels of choice {name}"] = _said(varies)
    for number, level in rubric.levels.items():
        facts["rule", "levels", f"points of level {number}"] = level.points
    for name, value in rubric.reliability.items():
        facts["rule", "reliability", f"reliability {name}"] = value
    facts["rule", "scoring", "scoring rule"] = rubric.scoring.rule
    facts["rule", "scoring", "half point"] = rubric.scoring.half
    for name in type(rubric).model_fields:
        if name not in (*_TEXTS, *_TOLD):
            facts["rule", name, name.replace("_", " ")] = getattr(rubric, name)
    facts["scope", "codes", "codes"] = rubric.codes
    facts["scope", "alternatives", "alternatives"] = _said(tuple(rubric.alternatives))
    facts["scope", "leave_out", "left out"] = _said(rubric.leave_out)
    for name in _ANALYSIS:
        facts["analysis", name, name.replace("_", " ")] = _said(getattr(rubric, name))
    return facts


def _said(value: Any) -> Any:
    """Return a part of a rubric as text, without its reasons and what it leaves at its default."""
    if isinstance(value, Frozen):
        value = value.model_dump(exclude={"reason"}, exclude_defaults=True)
    if isinstance(value, dict):
        parts = {key: _said(part) for key, part in value.items()}
        return "; ".join(f"{key}: {part}" for key, part in parts.items() if part != "")
    if isinstance(value, list | tuple):
        return ", ".join(str(_said(part)) for part in value)
    return value


def _close(one: Any, other: Any) -> bool:
    if not (isinstance(one, float) and isinstance(other, float)):
        return False
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _text(value: Any, digits: int = 4) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def check_only_weights_differ(rubrics: Mapping[str, Rubric]) -> None:
    """Check that rubrics weigh the same criteria, and differ in nothing else that moves a rank.

    Parameters
    ----------
    rubrics : mapping of str to Rubric
        By what they are called in messages.

    Raises
    ------
    RubricError
        One problem for each rubric that is not like the first.
    """
    (first, model), *others = rubrics.items()
    there = [node.path for node in model.nodes()]
    wrong = []
    for name, rubric in others:
        paths = [node.path for node in rubric.nodes()]
        more, less = set(paths) - set(there), set(there) - set(paths)
        if more or less:
            parts = [
                f"it {verb} {', '.join(path for path in order if path in some)}"
                for verb, some, order in (("weighs", more, paths), ("does not weigh", less, there))
                if some
            ]
            found = f"other criteria than in {first}: {'; '.join(parts)}"
            mend = "A panel weighs the same criteria; let all extend one rubric."
            wrong.append(Problem(where=name, found=found, mend=mend))
            continue
        found = "; ".join(
            f"{one.what} {one.right} (there {one.left})"
            for one in all_differences(model, rubric)
            if one.kind not in ("weight", "analysis")
        )
        if found:
            found = f"it differs from {first} in more than weights: {found}"
            mend = "Let the rubrics of a panel differ in weights alone."
            wrong.append(Problem(where=name, found=found, mend=mend))
    if wrong:
        raise RubricError(*wrong)
