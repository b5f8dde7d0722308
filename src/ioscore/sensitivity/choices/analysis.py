"""What the choices do to the order: every world, who is first where, which switch decides."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence, Window
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.statements import (
    Statement,
    average_rank_shift,
    explained,
    holds_in,
    turned_by,
)
from ioscore.sensitivity.choices.variance import VarianceShares
from ioscore.sensitivity.choices.worlds import Worlds, enumerate_worlds

Array = NDArray[np.float64]
SHIFT = "average rank shift"


@dataclass(frozen=True, kw_only=True)
class ChoiceSensitivity:
    """What every combination of the choices makes of the order.

    Attributes
    ----------
    worlds : Worlds
    rank_shares : pandas.DataFrame
        Alternatives x ranks: share of the worlds, weighted by their probabilities; tied
        alternatives share the ranks that they occupy equally.
    ahead : pandas.DataFrame
        Alternatives x alternatives: share of the worlds with the row ahead of the column, a tie
        counting one half.
    first_by_level : pandas.DataFrame
        `switch`, `level`, `taken` (whether the rubric takes it), then for each alternative the
        share of the worlds with that level in which it is first.
    explained : dict of str to VarianceShares or NotApplicable
        For each statement what each switch explains of its variance over the worlds.
    turned_by : dict of str to tuple of str, or NotApplicable
        For each statement on order the single choices that turn it, as ``switch=level``.
    """

    worlds: Worlds
    rank_shares: pd.DataFrame
    ahead: pd.DataFrame
    first_by_level: pd.DataFrame
    explained: Mapping[str, VarianceShares | NotApplicable]
    turned_by: Mapping[str, tuple[str, ...] | NotApplicable]


def analyse_choices(
    evidence: Evidence,
    rubric: Rubric,
    *,
    window: Window | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ChoiceSensitivity | NotApplicable:
    """Rank the alternatives in every world, and say what the order hangs on.

    Parameters
    ----------
    evidence : Evidence
        With its paragraphs, if `documentation` varies.
    rubric : Rubric
    window : (int, int), optional
    progress : callable, optional
        Called with the number of worlds done and of all worlds.

    Returns
    -------
    ChoiceSensitivity or NotApplicable
        The statements are: each alternative first, the last of the rubric's own world last, each
        alternative of that world ahead of the next, and the average rank shift. Not applicable
        under a method that is no mean, or without switches.

    References
    ----------
    Saisana, M., Saltelli, A. and Tarantola, S. (2005). Uncertainty and sensitivity analysis
    techniques as tools for the quality assessment of composite indicators. Journal of the Royal
    Statistical Society A 168(2), 307-323. doi:10.1111/j.1467-985X.2005.00350.x
    """
    worlds = enumerate_worlds(evidence, rubric, window=window, progress=progress)
    if isinstance(worlds, NotApplicable):
        return worlds
    if not worlds.switches:
        return NotApplicable("the rubric has no choice with more than one level")
    names = list(worlds.organisations)
    shares, ahead = _orders(worlds)
    statements = _statements(worlds)
    outcomes: dict[str, Array] = {str(s): holds_in(worlds, s) for s in statements}
    variance = {name: explained(worlds, outcome) for name, outcome in outcomes.items()}
    shift = average_rank_shift(worlds)
    variance[SHIFT] = shift if isinstance(shift, NotApplicable) else explained(worlds, shift)
    first = {name: outcomes[f"{name} first"] for name in names}
    return ChoiceSensitivity(
        worlds=worlds,
        rank_shares=pd.DataFrame(shares, index=names, columns=range(1, len(names) + 1)),
        ahead=pd.DataFrame(ahead, index=names, columns=names),
        first_by_level=_by_level(worlds, first),
        explained=variance,
        turned_by={str(s): turned_by(worlds, s) for s in statements},
    )


def _statements(worlds: Worlds) -> list[Statement]:
    names = worlds.organisations
    base = worlds.ranks[worlds.base].astype(float)
    order = [names[i] for i in np.argsort(base, kind="stable") if not np.isnan(base[i])]
    return [
        *(Statement(kind="first", subject=name) for name in names),
        *(Statement(kind="last", subject=name) for name in order[-1:]),
        *(
            Statement(kind="ahead", subject=one, other=two)
            for one, two in itertools.pairwise(order)
            if base[names.index(one)] < base[names.index(two)]
        ),
    ]


def _orders(worlds: Worlds) -> tuple[Array, Array]:
    """Return shares of ranks and of pairs; few orders occur, so each is looked at once."""
    n = len(worlds.organisations)
    whole = np.nan_to_num(worlds.ranks, nan=0.0).astype(np.int64)
    # A number for each order, or its bytes where the numbers would not fit into 64 bits.
    code = whole @ (n + 1) ** np.arange(n) if n <= 15 else whole.view(f"V{8 * n}").ravel()
    _, firsts, which = np.unique(code, return_index=True, return_inverse=True)
    weights = np.bincount(which, worlds.law)
    shares, ahead = np.zeros((n, n)), np.zeros((n, n))
    for ranks, weight in zip(whole[firsts], weights.tolist(), strict=True):
        for i in np.flatnonzero(ranks):
            level = ranks == ranks[i]
            shares[i, ranks[i] - 1 : ranks[i] - 1 + level.sum()] += weight / level.sum()
            ahead[i] += weight * ((ranks > ranks[i]) + 0.5 * level)
    return shares, ahead


def _by_level(worlds: Worlds, first: Mapping[str, Array]) -> pd.DataFrame:
    """Return for each level of each switch how often each alternative is first in its worlds."""
    law = worlds.law.reshape(worlds.factorial.grid.shape)
    parts = {
        name: (worlds.law * np.nan_to_num(holds)).reshape(law.shape)
        for name, holds in first.items()
    }
    rows = []
    for axis, switch in enumerate(worlds.switches):
        others = tuple(i for i in range(law.ndim) if i != axis)
        whole = law.sum(axis=others)
        blank = np.full(len(whole), np.nan)
        found = {
            name: np.divide(part.sum(axis=others), whole, out=blank.copy(), where=whole > 0)
            for name, part in parts.items()
        }
        rows += [
            {
                "switch": switch.name,
                "level": level,
                "taken": level == switch.level,
                **{name: share[k] for name, share in found.items()},
            }
            for k, level in enumerate(switch.levels)
        ]
    return pd.DataFrame(rows)
