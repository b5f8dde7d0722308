"""The switches of codebook and rubric: where honest coders or scorers differ, and how likely each level is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ioscore.rubric import Rubric

T = TypeVar("T", bound=np.generic)

OWN = "as_in_rubric"
"""Level of `normalisation` where the rubric's leaves differ in their rules."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One switch: the level that the rubric takes, all levels, and their probabilities.

    Attributes
    ----------
    name, level : str
    levels : tuple of str
        In the order in which the worlds are numbered; `level` is one of them.
    probabilities : tuple of float
        Of the levels, >= 0, summing to one.
    reason : str
        Why it is a switch.
    """

    name: str
    level: str
    levels: tuple[str, ...]
    probabilities: tuple[float, ...]
    reason: str = ""


def switches_of(rubric: Rubric) -> tuple[Switch, ...]:
    """Return the switches of a rubric: choices and rules with more than one level.

    Parameters
    ----------
    rubric : Rubric

    Returns
    -------
    tuple of Switch
        Its `choices` in their order, then its `rules`. A level that the rubric takes but does not
        list among the levels of a rule is added at the end, all levels then equally likely.
    """
    rows = [
        (name, choice.level, choice.levels, choice.probabilities, choice.reason)
        for name, choice in rubric.choices.items()
    ]
    rows += [
        (name, own_level(rubric, name), rule.levels, rule.probabilities, rule.reason)
        for name, rule in rubric.rules.items()
    ]
    found = []
    for name, level, levels, given, reason in rows:
        every, law = levels, given
        if level not in levels:
            every, law = (*levels, level), ()
        if len(every) > 1:
            law = law or (1 / len(every),) * len(every)
            found.append(
                Switch(name=name, level=level, levels=every, probabilities=law, reason=reason)
            )
    return tuple(found)


def own_level(rubric: Rubric, name: str) -> str:
    """Return the level that a rubric takes of a choice, or of one of the rules that may vary."""
    if name in rubric.choices:
        return rubric.level(name)
    if name == "normalisation":
        rules = {leaf.normalise.rule for leaf in rubric.leaves()}
        return str(rules.pop()) if rules in ({"fixed"}, {"minmax"}) else OWN
    return {
        "scoring": rubric.scoring.rule,
        "missing": rubric.missing,
        "aggregation": rubric.mean or rubric.method,
    }[name]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The full factorial of the switches; arrays over it have one axis for each switch.

    An array that does not depend on a switch has length one along its axis, so that arrays
    over different switches meet by broadcasting. A further axis may follow the switches.

    Attributes
    ----------
    switches : tuple of Switch
    fixed : Mapping of str to str
        The level of every other choice or rule.
    """

    switches: tuple[Switch, ...]
    fixed: Mapping[str, str]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of levels of each switch."""
        return tuple(len(switch.levels) for switch in self.switches)

    @property
    def size(self) -> int:
        """Number of worlds."""
        return math.prod(self.shape)

    @property
    def base(self) -> tuple[int, ...]:
        """Code of the level that the rubric takes, for each switch."""
        return tuple(switch.levels.index(switch.level) for switch in self.switches)

    def codes(self, worlds: NDArray[np.intp]) -> tuple[NDArray[np.intp], ...]:
        """Return the code of each switch's level in worlds by number, the last turning fastest."""
        # NumPy has no multiple indices into an array without axes.
        return np.unravel_index(worlds, self.shape) if self.shape else ()

    def world(self, codes: Sequence[int]) -> int:
        """Return the number of the world with these codes of levels."""
        return int(np.ravel_multi_index(tuple(codes), self.shape)) if self.shape else 0

    def axis(self, name: str) -> int | None:
        """Return the axis of a switch, None for what does not vary."""
        names = [switch.name for switch in self.switches]
        return names.index(name) if name in names else None

    def levels(self, name: str) -> tuple[str, ...]:
        """Return the levels of a switch, or the one level of what does not vary."""
        axis = self.axis(name)
        return (self.fixed[name],) if axis is None else self.switches[axis].levels

    def place(self, array: NDArray[T], names: Sequence[str]) -> NDArray[T]:
        """Return an array whose first axes are those of the names, given one axis for each switch.

        Parameters
        ----------
        array : array, (levels of each name..., ...)
        names : sequence of str
            What does not vary has one level.

        Returns
        -------
        array, (one axis for each switch..., ...)
        """
        axes = [self.axis(name) for name in names]
        kept = [i for i, axis in enumerate(axes) if axis is not None]
        order = sorted(kept, key=lambda i: axes[i] or 0)
        rest = range(len(names), array.ndim)
        still = [i for i, axis in enumerate(axes) if axis is None]
        shape = [1] * len(self.switches)
        for i in order:
            shape[axes[i] or 0] = array.shape[i]
        moved = array.transpose(*still, *order, *rest)
        return moved.reshape((*shape, *array.shape[len(names) :]))

    def at(self, **levels: str) -> tuple[slice, ...]:
        """Return the index of the part of an array that has these levels of its switches."""
        index = [slice(None)] * len(self.switches)
        for name, level in levels.items():
            axis = self.axis(name)
            if axis is not None:
                code = self.switches[axis].levels.index(level)
                index[axis] = slice(code, code + 1)
        return tuple(index)

    def flags(self, name: str, levels: Sequence[str]) -> NDArray[np.bool_]:
        """Return, over the axis of one switch, whether its level is among these."""
        there = np.array([level in levels for level in self.levels(name)])
        return self.place(there, [name])


def grid_of(rubric: Rubric, switches: Sequence[Switch] | None = None) -> Grid:
    """Return the full factorial of switches; every other choice or rule is as the rubric takes it.

    Parameters
    ----------
    rubric : Rubric
    switches : sequence of Switch, optional
        Those of the rubric if not given.

    Returns
    -------
    Grid
    """
    chosen = switches_of(rubric) if switches is None else tuple(switches)
    names = [*rubric.choices, "scoring", "missing", "aggregation", "normalisation"]
    fixed = {name: own_level(rubric, name) for name in names}
    if "normalisation" not in {switch.name for switch in chosen}:
        fixed["normalisation"] = OWN
    return Grid(switches=chosen, fixed=fixed)


def without_idle_axes(array: NDArray[T], axes: int) -> NDArray[T]:
    """Return an array with length one along each of its first axes along which nothing changes."""
    for axis in range(axes):
        if array.shape[axis] > 1:
            first = array.take([0], axis=axis)
            same = array == first
            if array.dtype.kind == "f":
                same |= np.isnan(array) & np.isnan(first)
            if same.all():
                array = first
    return array
