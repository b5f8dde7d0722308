"""Statements about ranks over all worlds: what share carries them, what turns and explains them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import NotApplicable, Problem, RubricError
from ioscore.sensitivity.choices.factorial import Factorial
from ioscore.sensitivity.choices.variance import (
    VarianceShares,
    shares_under_law,
    sobol_of_factorial,
)
from ioscore.sensitivity.choices.worlds import Worlds

Array = NDArray[np.float64]

BASE_BARRED = NotApplicable("the rubric's own combination of levels is inadmissible")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement about ranks: X first, X last, or X ahead of Y."""

    kind: Literal["first", "last", "ahead"]
    subject: str
    other: str = ""

    def __str__(self) -> str:
        """Return the statement in words."""
        return f"{self.subject} {self.kind}" + (f" of {self.other}" if self.other else "")


def holds_in(worlds: Worlds, statement: Statement) -> Array:
    """Return how far a statement holds in each world.

    Parameters
    ----------
    worlds : Worlds
    statement : Statement

    Returns
    -------
    array, (worlds,)
        1 or 0; each of k tied at the top (bottom) is first (last) by 1/k, and a tie of two is one
        half ahead. NaN where an organisation named has no rank.

    Raises
    ------
    RubricError
        For an organisation that there is not.
    """
    own = _ranks_of_one(worlds, statement.subject)
    if statement.kind == "ahead":
        other = _ranks_of_one(worlds, statement.other)
        result: Array = np.where(own == other, 0.5, (own < other).astype(float))
        result[np.isnan(own) | np.isnan(other)] = np.nan
        return result
    end = np.ones(len(own), dtype=np.float16)
    if statement.kind == "last":
        end = np.fmax.reduce(worlds.ranks, axis=1)
    together = (worlds.ranks == end[:, None]).sum(axis=1)
    result = np.divide(own == end, together, out=np.zeros(len(own)), where=together > 0)
    result[np.isnan(own)] = np.nan
    return result


def _ranks_of_one(worlds: Worlds, name: str) -> NDArray[np.float16]:
    if name not in worlds.organisations:
        there = ", ".join(worlds.organisations)
        raise RubricError(
            Problem(where="statement", found=f"no organisation {name!r}", mend=f"Take {there}.")
        )
    return worlds.ranks[:, worlds.organisations.index(name)]


def average_rank_shift(worlds: Worlds) -> Array | NotApplicable:
    """Return how far ranks lie from those of the base world, on average over the alternatives.

    Parameters
    ----------
    worlds : Worlds

    Returns
    -------
    array, (worlds,), or NotApplicable
        Mean of absolute differences over the alternatives ranked in both; NaN in inadmissible
        worlds. The latter where the rubric's own combination is inadmissible.

    References
    ----------
    Saisana, M., Saltelli, A. and Tarantola, S. (2005). Uncertainty and sensitivity analysis
    techniques as tools for the quality assessment of composite indicators. Journal of the Royal
    Statistical Society A 168(2), 307-323. doi:10.1111/j.1467-985X.2005.00350.x
    """
    if not worlds.admissible[worlds.base]:
        return BASE_BARRED
    total, number = np.zeros(len(worlds.ranks)), np.zeros(len(worlds.ranks))
    for column in worlds.ranks.T:
        shift = np.abs(column - column[worlds.base])
        there = ~np.isnan(shift)
        number += there
        total[there] += shift[there]
    mean: Array = np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0)
    return mean


@dataclass(frozen=True, kw_only=True)
class Share:
    """Shares of the worlds, weighted by their probabilities; no probability of anything else.

    Attributes
    ----------
    holds, fails, unknown : float
        Sum to one; `unknown` where an organisation named has no rank.
    """

    holds: float
    fails: float
    unknown: float


def share(worlds: Worlds, statement: Statement) -> Share:
    """Return in what share of the worlds a statement holds, a tie counting in part."""
    values = holds_in(worlds, statement)
    known = ~np.isnan(values)
    unknown = float(worlds.law[~known].sum())
    holds = float(worlds.law[known] @ values[known])
    return Share(holds=holds, fails=max(0.0, 1.0 - holds - unknown), unknown=unknown)


def turned_by(worlds: Worlds, statement: Statement) -> tuple[str, ...] | NotApplicable:
    """Return the single changes of the base world that turn a statement, as ``switch=level``.

    Parameters
    ----------
    worlds : Worlds
    statement : Statement

    Returns
    -------
    tuple of str, or NotApplicable
        Changes of one switch to another level under which the statement holds to another extent.
        Inadmissible worlds turn nothing. The latter where the base world is inadmissible.
    """
    if not worlds.admissible[worlds.base]:
        return BASE_BARRED
    names, numbers = single_changes(worlds.factorial)
    picked = Worlds(factorial=worlds.factorial, ranks=worlds.ranks[[worlds.base, *numbers]])
    values = holds_in(picked, statement)
    return tuple(
        name
        for name, number, value in zip(names, numbers, values[1:], strict=True)
        if worlds.admissible[number] and not np.array_equal(value, values[0], equal_nan=True)
    )


def single_changes(scored: Factorial) -> tuple[list[str], list[int]]:
    """Return every change of one switch of the base world, as ``switch=level``, and its world."""
    grid, names, numbers = scored.grid, [], []
    for axis, switch in enumerate(grid.switches):
        for code, level in enumerate(switch.levels):
            if level != switch.level:
                codes = (*grid.base[:axis], code, *grid.base[axis + 1 :])
                names.append(f"{switch.name}={level}")
                numbers.append(grid.world(codes))
    return names, numbers


def explained(worlds: Worlds, values: Array) -> VarianceShares | NotApplicable:
    """Return what each switch explains of the variance of an outcome over the worlds.

    Parameters
    ----------
    worlds : Worlds
    values : array, (worlds,)
        From `holds_in` or `average_rank_shift`; NaN (nothing known) counts as a statement that
        does not hold.

    Returns
    -------
    VarianceShares or NotApplicable
        Exact Sobol indices where every world is admissible, else variance shares under the law
        of the admissible worlds.
    """
    outcome = np.nan_to_num(values, nan=0.0).reshape(worlds.factorial.grid.shape)
    if not worlds.factorial.barred:
        return sobol_of_factorial(outcome, [switch.probabilities for switch in worlds.switches])
    return shares_under_law(outcome, worlds.law.reshape(outcome.shape))
