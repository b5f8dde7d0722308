"""Who ranks where in every world: every combination of the levels of the switches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.evidence.selection import Window
from ioscore.evidence.table import Evidence
from ioscore.ranking import TIE
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.factorial import Factorial, factorial
from ioscore.sensitivity.choices.switches import Switch

Array = NDArray[np.float64]

MOST = 20_000_000
"""Worlds that are enumerated at most; their ranks take 2 bytes for each alternative."""


@dataclass(frozen=True, kw_only=True)
class Worlds:
    """Who ranks where in every combination of the switches.

    Attributes
    ----------
    factorial : Factorial
        The switches, and the scores behind the ranks.
    ranks : array of float16, (worlds, n)
        1 is first, tied alternatives share the better rank; NaN where nothing is known of an
        alternative, and in inadmissible worlds. The last switch turns fastest.
    """

    factorial: Factorial
    ranks: NDArray[np.float16]

    @property
    def switches(self) -> tuple[Switch, ...]:
        """The switches; a world is one level of each."""
        return self.factorial.grid.switches

    @property
    def organisations(self) -> tuple[str, ...]:
        """Alternative of each column of the ranks."""
        return self.factorial.organisations

    @property
    def admissible(self) -> NDArray[np.bool_]:
        """Which worlds are admissible combinations."""
        return np.asarray(self.factorial.reasons == 0)

    @property
    def left_out(self) -> dict[str, int]:
        """Number of inadmissible worlds, by their first reason."""
        reasons = self.factorial.barred
        counts = np.bincount(self.factorial.reasons, minlength=len(reasons) + 1)
        return dict(zip(reasons, map(int, counts[1:]), strict=True))

    @property
    def base(self) -> int:
        """Number of the world that the rubric takes."""
        return self.factorial.grid.world(self.factorial.grid.base)

    @cached_property
    def law(self) -> Array:
        """Probability of each world: the product of its levels', given that it is admissible."""
        joint = np.ones(1)
        for switch in self.switches:
            joint = np.multiply.outer(joint, switch.probabilities).ravel()
        joint[~self.admissible] = 0.0
        return np.asarray(joint / joint.sum())

    def level_codes(self, worlds: slice | NDArray[np.intp]) -> NDArray[np.int16]:
        """Return the number of the level of each switch, (worlds, switches), from 0."""
        numbers = np.arange(len(self.ranks))[worlds]
        codes = self.factorial.grid.codes(numbers)
        return np.array(codes, dtype=np.int16).T.reshape(len(numbers), len(codes))


def enumerate_worlds(
    evidence: Evidence,
    rubric: Rubric,
    *,
    switches: Sequence[Switch] | None = None,
    window: Window | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Worlds | NotApplicable:
    """Rank the alternatives in every combination of the levels of the switches.

    Parameters
    ----------
    evidence : Evidence
        With its paragraphs, if `documentation` varies.
    rubric : Rubric
    switches : sequence of Switch, optional
        Those of the rubric if not given; every other choice is as the rubric takes it.
    window : (int, int), optional
        First and last year of the acts that count.
    progress : callable, optional
        Called with the number of worlds done and of all worlds.

    Returns
    -------
    Worlds or NotApplicable
        A switch that does nothing in a world keeps its levels there. The latter under a method
        that is no mean, or when no combination is admissible.

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules, or a level of `sources` that there is not.
    """
    scored = factorial(evidence, rubric, switches=switches, window=window)
    if isinstance(scored, NotApplicable):
        return scored
    if scored.grid.size > MOST:
        return NotApplicable(
            f"{scored.grid.size:,} worlds, of {MOST:,} at most: declare fewer levels"
        )
    if (scored.reasons > 0).all():
        return NotApplicable(f"no combination is admissible: {'; '.join(scored.barred)}")
    ranks = np.empty((scored.grid.size, len(scored.organisations)), dtype=np.float16)
    for block, scores in scored.batches():
        ranks[block] = ranks_of(scores)
        if progress:
            progress(block.stop, len(ranks))
    return Worlds(factorial=scored, ranks=ranks)


def ranks_of(scores: Array) -> NDArray[np.float16]:
    """Return competition ranks of rows of scores (k, n), NaN where the score is NaN."""
    known = ~np.isnan(scores)
    filled = np.where(known, scores, -np.inf)
    tie = TIE * np.abs(np.where(known, scores, 0.0)).max(axis=1)
    ranks = np.ones(scores.shape, dtype=np.float16)
    for j in range(scores.shape[1]):
        ranks += filled[:, j, None] > filled + tie[:, None]
    ranks[~known] = np.nan
    return ranks
