"""How many worlds carry a claim: order and presence, overall or in a criterion, over all worlds.

A claim in a criterion depends on the few switches that touch it, so it is answered over their
small factorial and weighted; one on the whole is answered in every world.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import Problem, RubricError
from ioscore.scoring import DECIMALS
from ioscore.sensitivity.choices.factorial import Factorial
from ioscore.sensitivity.choices.statements import single_changes
from ioscore.sensitivity.choices.worlds import Worlds

Array = NDArray[np.float64]
Codes = NDArray[np.int8]

STATES = ("reproduced", "not reproduced", "too close to call", "not checkable")
"""What a claim can be in a world, by code; as in `ioscore.claims`."""
REPRODUCED, NOT_REPRODUCED, CLOSE, NOT_CHECKABLE = range(4)
INADMISSIBLE = 4


Asserted = Literal["first", "last", "more", "less", "any", "no"]


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """A claim that is reproduced or not in each world.

    Attributes
    ----------
    kind : {"first", "last", "more", "less", "any", "no"}
        X is first or last; X has more or less than Y; X has any or no act in a criterion.
    subject, other : str
        X and Y; `other` is "" where the kind has none.
    path : str
        Criterion by id or path; "" for the whole.
    """

    kind: Asserted
    subject: str
    other: str = ""
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """In what share of the worlds a claim is in each state, and what turns it.

    Attributes
    ----------
    shares : dict of str to float
        By `STATES`; of the admissible worlds, weighted by their probabilities; sum to one.
    state : str
        In the world that the rubric takes, "" where that is inadmissible.
    turned_by : tuple of str
        Single changes of that world, as ``switch=level``, under which the state is another.
    """

    shares: dict[str, float]
    state: str
    turned_by: tuple[str, ...]


def worlds_that_carry(worlds: Worlds, assertions: Sequence[Assertion]) -> list[Carried]:
    """Return in what share of the worlds each claim is reproduced.

    Parameters
    ----------
    worlds : Worlds
    assertions : sequence of Assertion

    Returns
    -------
    list of Carried
        The states are those of `ioscore.claims.answer_claims` in each world.

    Raises
    ------
    RubricError
        For an organisation or a criterion that there is not.
    """
    scored = worlds.factorial
    names, changed = single_changes(scored)
    singles = np.array([worlds.base, *changed], dtype=np.intp)
    counts: dict[Assertion, Array] = {}
    at_singles: dict[Assertion, Codes] = {}
    for part, group in _by_part(scored, assertions).items():
        for assertion, shares, states in _over_part(worlds, part, group, singles):
            # Sums of a million probabilities miss one by their last digits.
            counts[assertion], at_singles[assertion] = shares / shares.sum(), states
    found = []
    for assertion in assertions:
        base, *others = at_singles[assertion].tolist()
        turned = [
            name
            for name, state in zip(names, others, strict=True)
            if state not in (base, INADMISSIBLE)
        ]
        found.append(
            Carried(
                shares=dict(zip(STATES, counts[assertion].tolist(), strict=True)),
                state="" if base == INADMISSIBLE else STATES[base],
                turned_by=() if base == INADMISSIBLE else tuple(turned),
            )
        )
    return found


def states_of(
    assertion: Assertion, organisations: Sequence[str], values: Array, close: float
) -> Codes:
    """Return the state of a claim of order in each of many score vectors.

    Parameters
    ----------
    assertion : Assertion
        Of kind first, last, more or less.
    organisations : sequence of str, n
    values : array, (..., n)
        Scores, NaN where nothing is known.
    close : float
        Difference up to which scores are too close to call.

    Returns
    -------
    array of int8, (...)
        Codes of `STATES`.
    """
    sign = 1.0 if assertion.kind in ("first", "more") else -1.0
    i = organisations.index(assertion.subject)
    if assertion.kind in ("more", "less"):
        rivals = [organisations.index(assertion.other)]
    else:
        rivals = [j for j in range(len(organisations)) if j != i]
    own, others = sign * values[..., i], sign * values[..., rivals]
    # What nothing is known of loses every comparison that ignores it.
    best = np.fmax.reduce(others, axis=-1) if rivals else np.full(own.shape, np.nan)
    open_ = np.isnan(others).any(axis=-1)
    # A lead of just the margin is one in every world, whatever the last digit of its sums.
    margin = np.round(own - best, DECIMALS)
    states = np.where(margin > 0, np.where(open_, NOT_CHECKABLE, REPRODUCED), NOT_REPRODUCED)
    states = np.where(np.abs(margin) <= close, CLOSE, states)
    return np.where(np.isnan(margin), NOT_CHECKABLE, states).astype(np.int8)


def _by_part(scored: Factorial, assertions: Sequence[Assertion]) -> dict[str, list[Assertion]]:
    """Return the claims by the path of the criterion they are about, each once."""
    paths = {name: node.path for node in scored.nodes for name in (node.id, node.path)}
    groups: dict[str, list[Assertion]] = {}
    for assertion in dict.fromkeys(assertions):
        for name in filter(None, (assertion.subject, assertion.other)):
            if name not in scored.organisations:
                raise RubricError(_unknown(assertion, f"organisation {name}"))
        if assertion.path and assertion.path not in paths:
            raise RubricError(_unknown(assertion, f"criterion {assertion.path}"))
        groups.setdefault(paths.get(assertion.path, ""), []).append(assertion)
    return groups


def _unknown(assertion: Assertion, what: str) -> Problem:
    return Problem(
        where=f"claim {assertion}", found=f"there is no {what}", mend="Correct its name."
    )


def _over_part(
    worlds: Worlds, part: str, group: Sequence[Assertion], singles: NDArray[np.intp]
) -> Iterator[tuple[Assertion, Array, Codes]]:
    """Yield each claim on a part of the tree, with the shares of its states and those of singles."""
    scored = worlds.factorial
    barred = scored.reasons[singles] > 0
    if not part:
        yield from _overall(worlds, group, singles)
        return
    table = scored.criterion(part)
    supported, denied = scored.any_row(part)
    for assertion in group:
        if assertion.kind in ("any", "no"):
            i = scored.organisations.index(assertion.subject)
            states = _presence(assertion.kind, supported[..., i], denied[..., i])
        else:
            states = states_of(assertion, scored.organisations, table, scored.close)
        law = _law_over(worlds, states.shape)
        shares = _weighted_counts(states, law)
        codes = scored.grid.codes(singles)
        place = tuple(
            np.minimum(code, length - 1) for code, length in zip(codes, states.shape, strict=True)
        )
        yield assertion, shares, np.where(barred, INADMISSIBLE, states[place]).astype(np.int8)


def _overall(
    worlds: Worlds, group: Sequence[Assertion], singles: NDArray[np.intp]
) -> Iterator[tuple[Assertion, Array, Codes]]:
    scored, law = worlds.factorial, worlds.law
    totals = {assertion: np.zeros(len(STATES)) for assertion in group}
    for block, values in scored.batches():
        for assertion in group:
            states = states_of(assertion, scored.organisations, values, scored.close)
            totals[assertion] += _weighted_counts(states, law[block])
    barred, values = scored.reasons[singles] > 0, scored.scores_at(singles)
    for assertion, total in totals.items():
        states = states_of(assertion, scored.organisations, values, scored.close)
        yield assertion, total, np.where(barred, INADMISSIBLE, states).astype(np.int8)


def _weighted_counts(states: Codes, law: Array) -> Array:
    counts = np.bincount(states.ravel(), weights=law.ravel(), minlength=len(STATES))
    return counts.astype(float)


def _presence(kind: str, supported: NDArray[np.bool_], denied: NDArray[np.bool_]) -> Codes:
    """Return the states of `has any` or `has no`; silence is not absence."""
    any_, no = (REPRODUCED, NOT_REPRODUCED) if kind == "any" else (NOT_REPRODUCED, REPRODUCED)
    states = np.where(supported, any_, np.where(denied, no, NOT_CHECKABLE))
    return np.asarray(states, dtype=np.int8)


def _law_over(worlds: Worlds, shape: Sequence[int]) -> Array:
    """Return the probability of each combination of the switches that have more than one level."""
    if worlds.factorial.barred:
        idle = tuple(axis for axis, length in enumerate(shape) if length == 1)
        law = worlds.law.reshape(worlds.factorial.grid.shape)
        return np.asarray(law.sum(axis=idle, keepdims=True))
    joint = np.ones(1)
    for switch, length in zip(worlds.switches, shape, strict=True):
        levels = switch.probabilities if length > 1 else (1.0,)
        joint = np.multiply.outer(joint, levels).ravel()
    return joint.reshape(shape)
