"""The smallest changes of weights that turn the order: proved where it is linear, else searched for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.ranking import Decision
from ioscore.sensitivity.weights.draws import Uniform
from ioscore.sensitivity.weights.flips import Flip, smallest_change_to_first, smallest_swap
from ioscore.sensitivity.weights.kept import SLOW
from ioscore.sensitivity.weights.searched import searched_flip
from ioscore.sensitivity.weights.space import WeightSpace

Array = NDArray[np.float64]

TRIED = 20_000
"""Draws among which the search for a smallest change sets out."""
MOST = 12
"""Alternatives, from the first down, for which a search is made."""
NOT_TRIED = NotApplicable(f"not searched for: only the first {MOST} in the order are")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changes of the weights do.

    Attributes
    ----------
    to_first : dict of str to Flip or NotApplicable
        Smallest change of weights that puts each alternative first.
    swaps : dict of str to Flip or NotApplicable
        Smallest change that turns each pair of neighbours in the order.
    """

    to_first: Mapping[str, Flip | NotApplicable]
    swaps: Mapping[str, Flip | NotApplicable]


def by_formula(
    decision: Decision, utilities: Array, space: WeightSpace, order: list[str]
) -> Changes:
    """Return changes in closed form and by quadratic programme.

    Parameters
    ----------
    decision : Decision
    utilities : array, (n, m)
        In whose product with the weights the order is linear.
    space : WeightSpace
    order : list of str
        Alternatives, best first.
    """
    values, weights = decision.values, decision.weights
    frame = pd.DataFrame(utilities, index=values.index, columns=values.columns)
    return Changes(
        to_first={name: smallest_change_to_first(frame, weights, name, space) for name in order},
        swaps={
            f"{lower} ahead of {upper}": smallest_swap(frame, weights, (upper, lower), space)
            for upper, lower in itertools.pairwise(order)
        },
    )


def by_search(decision: Decision, space: WeightSpace, order: list[str], seed: int) -> Changes:
    """Return the same by search, which finds changes and does not prove them smallest.

    Parameters
    ----------
    decision : Decision
        Any method.
    space : WeightSpace
    order : list of str
        Alternatives, best first.
    seed : int
        Of the draws among which the search sets out.
    """
    law = Uniform(criteria=len(decision.weights), space=None if space.is_whole else space)
    tries = TRIED if decision.method.name not in SLOW else TRIED // 20
    draws = law.draw(np.random.default_rng(seed), tries)
    scores = decision.method.score(decision.values.to_numpy(dtype=float), draws)
    tried = order[:MOST]
    return Changes(
        to_first={
            name: searched_flip(decision, name, (), draws, scores, space)
            if name in tried
            else NOT_TRIED
            for name in order
        },
        swaps={
            f"{lower} ahead of {upper}": searched_flip(
                decision, lower, (upper,), draws, scores, space
            )
            if lower in tried
            else NOT_TRIED
            for upper, lower in itertools.pairwise(order)
        },
    )
