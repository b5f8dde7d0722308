"""The judgement as data: a tree of weighted criteria, a scale, a scoring rule and every choice.

A rubric is frozen; `reweight` and `choose` (in `changes`) return a new one. Reading it from YAML, with line
numbers in every message, is the business of `ioscore.io`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from ioscore.errors import nearest
from ioscore.rubric.rules import (
    MEAN_OF,
    RULE_LEVELS,
    Alternatives,
    Frozen,
    Mean,
    MethodName,
    Missing,
    Scoring,
    Share,
    Ties,
    Within,
    check_probabilities,
    wrong,
)
from ioscore.rubric.tree import Criterion, Id, Node, Weight, keys, last_id, nodes_of, paths_of

CODING_CHOICES: dict[str, tuple[str, ...]] = {
    "counting": ("event", "row"),
    "plans": ("exclude", "include"),
    "bilateral": ("exclude", "include"),
    "partners": ("include", "exclude"),
    "elsewhere": ("exclude", "include"),
    "strength_scale": ("linear", "flat", "steep"),
    "documentation": ("as_written", "per_1000_words"),
    "barrier_treatment": ("balance", "net", "ignore"),
    "barrier_absence": ("zero", "no_answer"),
    "sources": ("all",),
}
"""Choices that every rubric has, with their levels; the first is taken where a rubric is silent.

`sources` may have other levels: ids of sources joined by commas.
"""


class Level(Frozen):
    """One level of the strength scale, anchored by a description that two readers can apply."""

    description: str
    points: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class Choice(Frozen):
    """A point where honest coders or scorers differ: the level taken, the others, and why.

    A choice with `moves` decides how disputed codes are read: under a level other than `main`,
    rows coded at one of these leaves move to the alternative criterion of that name, if they
    carry one. `probabilities` are those of the levels in the analysis of choices, equal if silent.
    """

    level: str
    levels: tuple[str, ...] = ()
    probabilities: tuple[Share, ...] = ()
    reason: str = ""
    moves: tuple[str, ...] = ()


_LINEAR = {1: "weak", 2: "middling", 3: "strong"}


class Rubric(Frozen):
    """A complete rubric.

    Weights are kept as written; the nodes that `nodes` yields carry them as shares, which sum to
    one among siblings. `weights` changes single ones by id or path, as `extends` does in a file.
    `decimals` rounds scores before they are ranked, `ties` says which rank tied alternatives get
    (terms of `pandas.Series.rank`). `rules` are rules that vary in the analysis of choices, and
    `weights_within` the weights that the analysis of weights considers.
    """

    name: str
    title: str = ""
    description: str = ""
    extends: str | None = None
    codes: Id = "thesis"
    alternatives: dict[str, str] = {}
    leave_out: tuple[str, ...] = ()
    criteria: Annotated[dict[Id, Criterion], Field(min_length=1)]
    weights: dict[str, Weight] = {}
    levels: Annotated[dict[int, Level], Field(min_length=1)] = {
        n: Level(description=text, points=n) for n, text in _LINEAR.items()
    }
    scoring: Scoring = Scoring()
    method: MethodName = "weighted_mean"
    vikor_v: Share = 0.5
    missing: Missing = "renormalise"
    decimals: Annotated[int, Field(ge=0, le=12)] | None = None
    ties: Ties = "min"
    close: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.02
    reliability: dict[str, Annotated[float, Field(gt=0, le=1)]] = {}
    choices: Annotated[dict[Id, Choice], Field(validate_default=True)] = {}
    rules: Annotated[dict[str, Alternatives], Field(validate_default=True)] = {}
    weights_within: Within = Within()

    @field_validator("choices")
    @classmethod
    def _levels_are_known(cls, choices: dict[str, Choice]) -> dict[str, Choice]:
        full: dict[str, Choice] = {}
        for name in [*CODING_CHOICES, *(name for name in choices if name not in CODING_CHOICES)]:
            known = CODING_CHOICES.get(name, ())
            choice = choices.get(name) or Choice(level=known[0])
            if not known and not choice.moves:
                raise wrong(
                    ("choices", name),
                    f"no choice that ioscore knows ({', '.join(CODING_CHOICES)}), "
                    "and without `moves`, which would make it a reading of disputed codes",
                )
            levels = choice.levels or known
            probabilities = choice.probabilities
            if name == "sources":
                if choice.level not in levels:
                    levels, probabilities = (*levels, choice.level), ()
            elif known and not set(levels) <= set(known):
                raise wrong(
                    ("choices", name, "levels"),
                    f"there are the levels {', '.join(known)}, no others",
                )
            if choice.level not in levels:
                raise wrong(
                    ("choices", name, "level"),
                    f"{choice.level} is none of the levels {', '.join(levels)}",
                )
            check_probabilities(("choices", name, "probabilities"), len(levels), probabilities)
            update = {"levels": levels, "probabilities": probabilities}
            full[name] = choice.model_copy(update=update)
        return full

    @field_validator("rules")
    @classmethod
    def _rules_are_known(cls, rules: dict[str, Alternatives]) -> dict[str, Alternatives]:
        for name, rule in rules.items():
            known = RULE_LEVELS.get(name)
            if known is None:
                raise wrong(
                    ("rules", name), f"no rule that may vary; there are {', '.join(RULE_LEVELS)}"
                )
            if not set(rule.levels) <= set(known):
                there = f"there are the levels {', '.join(known)}, no others"
                raise wrong(("rules", name, "levels"), there)
            where = ("rules", name, "probabilities")
            check_probabilities(where, len(rule.levels), rule.probabilities)
        return rules

    @model_validator(mode="after")
    def _tree_is_sound(self) -> Rubric:
        paths: dict[str, str] = {}
        for path in paths_of(self.criteria):
            name = path.rpartition("/")[2]
            if name in paths:
                raise wrong(keys(path), f"the id {name} stands twice: {paths[name]} and {path}")
            paths[name] = path
        for key in self.weights:
            if key not in (last_id(key), paths.get(last_id(key))) or last_id(key) not in paths:
                there = ", ".join(paths.values())
                found = f"there is no criterion {key}{nearest(key, paths.values())}"
                raise wrong(("weights", key), f"{found}; there are {there}")
        if len({last_id(key) for key in self.weights}) < len(self.weights):
            raise wrong(("weights",), "one criterion has two weights, by its id and by its path")
        nodes = list(self.nodes())
        self._weights_within_are_known()
        ids = {node.id for node in nodes}
        for name, choice in self.choices.items():
            for path in choice.moves:
                if not any(path in (node.path, node.parent) for node in nodes):
                    raise wrong(("choices", name, "moves"), f"this rubric has no criterion {path}")
            for level in choice.levels if choice.moves else ():
                if level != "main" and level not in ids:
                    raise wrong(
                        ("choices", name, "levels"), f"{level} is neither main nor a criterion"
                    )
        return self

    def _weights_within_are_known(self) -> None:
        within = self.weights_within
        for name in [*within.bounds, *(n for row in within.at_least_as_important for n in row)]:
            if name not in self.criteria:
                there = ", ".join(self.criteria)
                raise wrong(
                    ("weights_within",), f"{name} is no criterion of the first level: {there}"
                )

    @property
    def mean(self) -> Mean | None:
        """The mean at the top of the tree; None under methods that are no means."""
        return MEAN_OF.get(self.method)

    def nodes(self) -> Iterator[Node]:
        """Yield every node from the top down, depth first, in the order of the file."""
        weights = {last_id(key): weight for key, weight in self.weights.items()}
        yield from nodes_of(self.criteria, weights, None)

    def top(self) -> tuple[Node, ...]:
        """Return the criteria of the first level."""
        return tuple(node for node in self.nodes() if not node.parent)

    def leaves(self) -> tuple[Node, ...]:
        """Return the nodes that are scored."""
        return tuple(node for node in self.nodes() if node.leaf)

    def level(self, choice: str) -> str:
        """Return the level taken for a choice."""
        return self.choices[choice].level
