"""A panel of reviewers: their weights made into one, who differs on what, and what that does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from ioscore.elicitation.concordance import kendall_w
from ioscore.errors import NotApplicable, Problem, RubricError

Mean = Literal["arithmetic", "geometric"]
Order = Callable[[pd.Series], pd.Series]
"""Weights by path -> rank of each organisation."""

GROUP = "group"
"""What the weights of a group are called beside those of its members."""

DECIMALS = 9
"""Weights that agree so far are alike: what is left is rounding."""


@dataclass(frozen=True, kw_only=True)
class Reviewers:
    """What a panel says together, and each member alone.

    Attributes
    ----------
    mean : {"arithmetic", "geometric"}
    weights : pandas.DataFrame
        Reviewers x paths: weights among siblings.
    group : pandas.Series
        The same of the group.
    shares : pandas.DataFrame
        Reviewers x paths: shares of the whole.
    distances : pandas.DataFrame
        One row for each reviewer: `distance`, the part of the weight of the leaves that would have
        to move to agree with the group of the others, in [0, 1]; `criteria`, the paths whose share
        of the whole differs most from theirs, several where they differ alike, none where nothing
        does; `own` and `others`, these shares of the first.
    ranks : pandas.DataFrame
        Reviewers x organisations: ranks by the weights of each.
    group_ranks : pandas.Series
    turned : dict of str to tuple of (str, str)
        By reviewer: pairs in another order than by the group, as in `turned_pairs`.
    ranks_without : pandas.DataFrame
        Reviewers x organisations: ranks by the group without that reviewer.
    turned_without : dict of str to tuple of (str, str)
        By reviewer: pairs that the group without that reviewer puts otherwise.
    agreement : dict of str to (float or NotApplicable)
        Kendall's W of the orders of the criteria by weight, by parent of the criteria.
    agreement_on_order : float or NotApplicable
        Kendall's W of the orders of the organisations.
    """

    mean: Mean
    weights: pd.DataFrame
    group: pd.Series
    shares: pd.DataFrame
    distances: pd.DataFrame
    ranks: pd.DataFrame
    group_ranks: pd.Series
    turned: Mapping[str, tuple[tuple[str, str], ...]]
    ranks_without: pd.DataFrame
    turned_without: Mapping[str, tuple[tuple[str, str], ...]]
    agreement: Mapping[str, float | NotApplicable]
    agreement_on_order: float | NotApplicable

    @property
    def holds_for_all(self) -> bool:
        """Whether each member ranks the same organisations, every pair as the group does."""
        return all(self.holds_for(name) for name in self.turned)

    def holds_for(self, reviewer: str) -> bool:
        """Whether a member ranks the same organisations, every pair as the group does."""
        own = self.ranks.loc[reviewer]
        return not self.turned[reviewer] and not ranked_once(self.group_ranks, own)

    def to_frame(self) -> pd.DataFrame:
        """Return the weights: one row for each criterion, one column for the group and each."""
        return pd.concat([self.group.rename(GROUP), self.weights.T], axis=1).rename_axis(
            "criterion"
        )


def combine_weights(weights: pd.DataFrame, *, mean: Mean = "arithmetic") -> pd.Series:
    """Return the weights of a group.

    Parameters
    ----------
    weights : pandas.DataFrame, (m, n)
        Reviewers x paths of all criteria: weights among siblings, >= 0, summing to one among them.
    mean : {"arithmetic", "geometric"}
        Of the reviewers' weights of each criterion; the geometric one is divided by its sum among
        siblings.

    Returns
    -------
    pandas.Series, (n,)

    Raises
    ------
    RubricError
        For a weight of zero under the geometric mean.

    References
    ----------
    Forman, E. and Peniwati, K. (1998). Aggregating individual judgments and priorities with the
    analytic hierarchy process. European Journal of Operational Research 108(1), 165-169.
    doi:10.1016/S0377-2217(97)00244-0
    """
    if mean == "arithmetic":
        return weights.mean(axis=0)
    zero = weights.to_numpy(dtype=float) <= 0
    if zero.any():
        wrong = [
            Problem(
                where=f"{weights.index[i]}, weight of {weights.columns[j]}",
                found="0, and a geometric mean with a zero is zero, whatever the others say",
                mend="Take --mean arithmetic, or give it a weight above zero.",
            )
            for i, j in np.argwhere(zero)
        ]
        raise RubricError(*wrong)
    middle = np.exp(np.log(weights).mean(axis=0))
    return middle / middle.groupby(_parents(middle.index)).transform("sum")


def consult_reviewers(
    weights: pd.DataFrame, order: Order, *, mean: Mean = "arithmetic"
) -> Reviewers:
    """Return the weights of a group, and what becomes of the order by each member and without.

    Parameters
    ----------
    weights : pandas.DataFrame, (m, n)
        Reviewers, two or more, x paths of all criteria, parents before their parts: weights among
        siblings, summing to one among them. Reviewers of one name are told apart by a number, as
        is one that is called as the group.
    order : callable
        From weights by path to the rank of each organisation, 1 for the first.
    mean : {"arithmetic", "geometric"}

    Returns
    -------
    Reviewers

    Raises
    ------
    RubricError
        For a single reviewer, and as in `combine_weights`.
    """
    names = told_apart([str(name) for name in weights.index], taken=[GROUP])
    weights = weights.set_axis(names, axis=0)
    if len(names) < 2:
        mend = "Name the rubrics of two reviewers or more."
        found = "one reviewer is no panel"
        raise RubricError(Problem(where=names[0] if names else "panel", found=found, mend=mend))
    group = combine_weights(weights, mean=mean)
    without = {name: combine_weights(weights.drop(index=name), mean=mean) for name in names}
    ranks = pd.DataFrame({name: order(weights.loc[name]) for name in names}).T
    group_ranks = order(group)
    ranks_without = pd.DataFrame({name: order(without[name]) for name in names}).T
    shares = pd.DataFrame({name: shares_of(weights.loc[name]) for name in names}).T
    parents = _parents(weights.columns)
    return Reviewers(
        mean=mean,
        weights=weights,
        group=group,
        shares=shares,
        distances=pd.DataFrame(
            {name: _distance(shares.loc[name], shares_of(without[name])) for name in names}
        ).T,
        ranks=ranks,
        group_ranks=group_ranks,
        turned={name: turned_pairs(group_ranks, ranks.loc[name]) for name in names},
        ranks_without=ranks_without,
        turned_without={name: turned_pairs(group_ranks, ranks_without.loc[name]) for name in names},
        agreement={
            str(parent): kendall_w(-weights[list(parts)].round(DECIMALS))
            for parent, parts in weights.columns.groupby(parents).items()
            if len(parts) > 1
        },
        agreement_on_order=kendall_w(ranks),
    )


def shares_of(weights: pd.Series) -> pd.Series:
    """Return shares of the whole from weights among siblings.

    Parameters
    ----------
    weights : pandas.Series
        By path, parents before their parts.

    Returns
    -------
    pandas.Series
        Products of the weights on the way down.
    """
    shares: dict[str, float] = {}
    for path, weight in weights.items():
        shares[str(path)] = shares.get(str(path).rpartition("/")[0], 1.0) * float(weight)
    return pd.Series(shares)


def told_apart(names: Sequence[str], *, taken: Sequence[str] = ()) -> list[str]:
    """Return names with a number behind those that stand before, or are taken.

    Parameters
    ----------
    names, taken : sequence of str
    """
    found: list[str] = []
    for name in names:
        label, n = name, 1
        while label in (*found, *taken):
            n += 1
            label = f"{name} ({n})"
        found.append(label)
    return found


def ranked_once(before: pd.Series, after: pd.Series) -> tuple[str, ...]:
    """Return the organisations that have a rank in only one of two orders.

    Parameters
    ----------
    before, after : pandas.Series
        Ranks, NaN or nothing for those that have none.
    """
    names = list(dict.fromkeys([*before.index, *after.index]))
    known = before.reindex(names).notna() != after.reindex(names).notna()
    return tuple(str(name) for name in known.index[known])


def turned_pairs(before: pd.Series, after: pd.Series) -> tuple[tuple[str, str], ...]:
    """Return the pairs that stand in another order, ties among them.

    Pairs (a, b) have a ahead of b or level with it before; after, b is level with a or ahead.

    Parameters
    ----------
    before, after : pandas.Series
        Ranks of the same organisations; those without a rank in either are left out.

    Returns
    -------
    tuple of (str, str)
        In the order of `before`.
    """
    both = before[before.notna() & after.reindex(before.index).notna()].sort_values(kind="stable")
    names = list(both.index)
    found = []
    for a, b in combinations(names, 2):
        then, now = np.sign(both[b] - both[a]), np.sign(after[b] - after[a])
        if then != now:
            found.append((str(b), str(a)) if now > 0 else (str(a), str(b)))
    return tuple(found)


def _parents(paths: pd.Index) -> pd.Index:
    return pd.Index([str(path).rpartition("/")[0] for path in paths])


def _distance(own: pd.Series, others: pd.Series) -> pd.Series:
    apart = (own - others).abs()
    leaves = [path for path in own.index if not any(p.startswith(f"{path}/") for p in own.index)]
    apart = apart.round(DECIMALS)
    most = apart.index[apart == apart.max()]
    return pd.Series(
        {
            "distance": float((own - others)[leaves].abs().sum()) / 2,
            "criteria": tuple(map(str, most)) if apart.max() > 0 else (),
            "own": float(own[most[0]]),
            "others": float(others[most[0]]),
        }
    )
