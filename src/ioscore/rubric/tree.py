"""The tree of weighted criteria: what a rubric writes of each, and each as seen from the root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ioscore.rubric.rules import Frozen, Mean, Normalisation, Preference, wrong

Direction = Literal["benefit", "cost"]
Kind = Literal["tactic", "barrier"]
Id = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]
Weight = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Criterion(Frozen):
    """A node of the tree: a criterion with subcriteria, or a leaf that is scored.

    `direction` and `kind` are those of the parent where they are not given (`benefit` and
    `tactic` at the top). `aggregation` is the mean over its subcriteria; `normalise` says how a
    leaf's values are made comparable, `preference` how PROMETHEE reads differences in a criterion
    of the first level.
    """

    name: str = ""
    description: str = ""
    weight: Weight = 1.0
    direction: Direction | None = None
    kind: Kind | None = None
    aggregation: Mean = "arithmetic"
    normalise: Normalisation = Normalisation()
    preference: Preference = Preference()
    criteria: dict[Id, Criterion] = {}


@dataclass(frozen=True, kw_only=True)
class Node:
    """A criterion seen from the root.

    `path` joins the ids by `/`; `weight` is the share among its siblings, `share` the share of
    the whole: the product of the weights on the way down.
    """

    id: str
    path: str
    parent: str
    label: str
    weight: float
    share: float
    direction: Direction
    kind: Kind
    aggregation: Mean
    normalise: Normalisation
    preference: Preference
    leaf: bool


def keys(path: str) -> tuple[str, ...]:
    """Return where a criterion stands in the file: ``a/b`` is at criteria.a.criteria.b."""
    return tuple(key for name in filter(None, path.split("/")) for key in ("criteria", name)) or (
        "criteria",
    )


def last_id(path: str) -> str:
    """Return the id at the end of a path."""
    return path.rpartition("/")[2]


def paths_of(criteria: Mapping[str, Criterion], parent: str = "") -> Iterator[str]:
    """Yield the path of every criterion, parents before their parts."""
    for name, criterion in criteria.items():
        path = f"{parent}/{name}".lstrip("/")
        yield path
        yield from paths_of(criterion.criteria, path)


def nodes_of(
    criteria: Mapping[str, Criterion], weights: Mapping[str, float], parent: Node | None
) -> Iterator[Node]:
    """Yield every node below a parent, depth first; `weights` stand in for those of the file."""
    above = parent.path if parent else ""
    own = {name: weights.get(name, criterion.weight) for name, criterion in criteria.items()}
    total = sum(own.values())
    if total <= 0:
        weights_of = tuple(f"{above}/{name}".lstrip("/") for name in criteria)
        raise wrong(keys(above), f"the weights of {', '.join(criteria)} are all zero", weights_of)
    for name, criterion in criteria.items():
        node = Node(
            id=name,
            path=f"{above}/{name}".lstrip("/"),
            parent=above,
            label=criterion.name or name.replace("_", " "),
            weight=own[name] / total,
            share=(parent.share if parent else 1.0) * own[name] / total,
            direction=criterion.direction or (parent.direction if parent else "benefit"),
            kind=criterion.kind or (parent.kind if parent else "tactic"),
            aggregation=criterion.aggregation,
            normalise=criterion.normalise,
            preference=criterion.preference,
            leaf=not criterion.criteria,
        )
        yield node
        if criterion.criteria:
            yield from nodes_of(criterion.criteria, weights, node)
