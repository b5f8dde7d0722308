"""What a panel of reviewers says: the group, each member, and who differs on what."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from ioscore.elicitation import Reviewers
from ioscore.elicitation.reviewers import GROUP, ranked_once, told_apart, turned_pairs
from ioscore.errors import NotApplicable
from ioscore.ranking import Ranking
from ioscore.report.ranking import FEW, headline
from ioscore.report.sections import Section, shortened
from ioscore.report.sentences import listed, percent
from ioscore.report.tables import plain

SAME = 1e-9
"""Weights no farther apart are alike."""


def panel_sentences(panel: Reviewers, ranking: Ranking) -> list[str]:
    """Return the main results in sentences.

    Parameters
    ----------
    panel : Reviewers
    ranking : Ranking
        By the weights of the group.
    """
    names = list(panel.weights.index)
    gaps = bool(ranking.table["missing"].any())
    lines = [
        f"{len(names)} reviewers ({shortened(names)}), {panel.mean} mean of their weights.",
        f"By the weights of the group: {group_headline(ranking)}",
        _who_is_first(panel, gaps=gaps),
        _who_holds(panel),
        _agreement(panel),
    ]
    return [*lines, *_who_differs(panel), _without(panel)]


def panel_tables(panel: Reviewers) -> list[Section]:
    """Return the tables, each with its title."""
    return [
        Section("weights", "Weights among siblings", weights_table(panel)),
        Section("reviewers", "How far each reviewer is from the others", _distances(panel)),
        Section(
            "rankings", "Rank by the weights of the group and of each reviewer", _rankings(panel)
        ),
        Section("without", "Rank by the group without each reviewer", _left_out(panel)),
    ]


def group_headline(ranking: Ranking) -> str:
    """Return who is first by the weights of the group, and which neighbours are too close to call."""
    return " ".join(filter(None, [headline(ranking), too_close(ranking)]))


def too_close(ranking: Ranking) -> str:
    """Return which neighbours in an order are no farther apart than the rubric calls close."""
    rows = ranking.table.dropna(subset="rank").itertuples(index=False)
    pairs = [
        f"{above.organisation} and {below.organisation}"
        for above, below in pairwise(rows)
        if above.rank != below.rank and above.score - below.score <= ranking.rubric.close
    ]
    return (
        f"Too close to call ({ranking.rubric.close:g} or less): {shortened(pairs)}."
        if pairs
        else ""
    )


def weights_table(panel: Reviewers) -> pd.DataFrame:
    """Return the weights of group and members, and how far they lie apart.

    Groups of siblings that all weigh alike are left out, but for the first level.
    """
    weights, group = panel.weights, panel.group
    spread = weights.max(axis=0) - weights.min(axis=0)
    parents = [str(path).rpartition("/")[0] for path in weights.columns]
    differing = {p for p, apart in zip(parents, spread, strict=True) if apart > SAME} | {""}
    shown = [
        path for path, parent in zip(weights.columns, parents, strict=True) if parent in differing
    ]
    table = pd.DataFrame({"criterion": shown, GROUP: group[shown].to_numpy(dtype=float)})
    ends = pd.DataFrame(
        {
            "spread": spread[shown].to_numpy(dtype=float),
            "least by": [_at(weights[path], weights[path].min()) for path in shown],
            "most by": [_at(weights[path], weights[path].max()) for path in shown],
        }
    )
    if len(weights) > FEW:
        return table.join(ends)
    members = weights[shown].T.reset_index(drop=True)
    taken = [*table.columns, *ends.columns]
    return table.join(members.set_axis(told_apart(list(weights.index), taken=taken), axis=1)).join(
        ends
    )


def _at(weights: pd.Series, end: float) -> str:
    """Return whose weight is at an end; nobody's where all are."""
    names = [str(name) for name, weight in weights.items() if abs(weight - end) <= SAME]
    if len(names) == len(weights):
        return ""
    return listed(names) if len(names) <= 2 else f"{len(names)} of {len(weights)}"


def panel_document(panel: Reviewers, ranking: Ranking) -> dict[str, Any]:
    """Return the panel as the document ``ioscore.reviewers/1``."""
    names = list(panel.weights.index)
    document: dict[str, Any] = plain(
        {
            "schema": "ioscore.reviewers/1",
            "mean": panel.mean,
            "reviewers": names,
            "sentences": panel_sentences(panel, ranking),
            "group": {
                "weights": panel.group.to_dict(),
                "ranks": whole_ranks(panel.group_ranks),
                "first": list(ranking.first),
                "order_holds_for_every_member": panel.holds_for_all,
            },
            "members": [
                {
                    "reviewer": name,
                    "weights": panel.weights.loc[name].to_dict(),
                    "distance_to_others": panel.distances.loc[name, "distance"],
                    "differs_most_on": list(panel.distances.loc[name, "criteria"]),
                    "own_share": panel.distances.loc[name, "own"],
                    "share_by_others": panel.distances.loc[name, "others"],
                    "ranks": whole_ranks(panel.ranks.loc[name]),
                    "pairs_put_otherwise": [list(pair) for pair in panel.turned[name]],
                    "ranks_without": whole_ranks(panel.ranks_without.loc[name]),
                    "pairs_turned_without": [list(pair) for pair in panel.turned_without[name]],
                }
                for name in names
            ],
            "kendall_w": {
                "organisations": _w(panel.agreement_on_order),
                "criteria": {parent: _w(value) for parent, value in panel.agreement.items()},
            },
        }
    )
    return document


def _who_differs(panel: Reviewers) -> list[str]:
    distances = panel.distances["distance"].astype(float)
    most = float(distances.max())
    if most <= SAME:
        return ["All weigh alike."]
    who = [str(name) for name in distances.index[distances >= most - SAME]]
    if len(distances) == 2:
        return [
            f"{listed(who)} differ in {percent(most)} of the weight, {_on_what(panel, who[0])}."
        ]
    if len(who) > 1:
        return [
            f"{shortened(who)} differ most from the others, each in {percent(most)} of the weight."
        ]
    return [
        f"{who[0]} differs most from the others: {percent(most)} of the weight would have to move, "
        f"{_on_what(panel, who[0])}."
    ]


def _on_what(panel: Reviewers, name: str) -> str:
    row = panel.distances.loc[name]
    shares = f"{percent(float(row['own']))} against {percent(float(row['others']))} of the whole"
    first, *rest = row["criteria"]
    return f"most on {first}: {shares}" + (f" (and as much on {shortened(rest)})" if rest else "")


def _who_is_first(panel: Reviewers, *, gaps: bool) -> str:
    how = ", missing cells as the rubric takes them" if gaps else ""
    firsts: dict[str, list[str]] = {}
    for name in panel.ranks.index:
        row = panel.ranks.loc[name]
        who = listed([str(one) for one in row.index[row == row.min()]])
        firsts.setdefault(who, []).append(str(name))
    if len(firsts) == 1:
        return f"First by the weights of every reviewer{how}: {next(iter(firsts))}."
    parts = [f"{who} by {listed(by)}" for who, by in firsts.items()]
    return f"First by the weights of each reviewer{how}: {'; '.join(parts)}."


def _who_holds(panel: Reviewers) -> str:
    if panel.holds_for_all:
        return "The group's order holds for every member."
    parts = [
        f"{name} ({changes_text(panel.group_ranks, panel.ranks.loc[name])})"
        for name in panel.turned
        if not panel.holds_for(name)
    ]
    return (
        f"The group's order holds for {len(panel.turned) - len(parts)} of {len(panel.turned)} "
        f"members; not for {'; '.join(parts)}."
    )


def _agreement(panel: Reviewers) -> str:
    def said(value: float | NotApplicable) -> str:
        return (
            f"not applicable, {value.reason}"
            if isinstance(value, NotApplicable)
            else f"{value:.3f}"
        )

    criteria = panel.agreement.get("")
    text = f"Kendall's W of their orders of the organisations: {said(panel.agreement_on_order)}"
    if criteria is not None:
        text += f"; of the criteria by weight: {said(criteria)}"
    return f"{text} (1: all order alike, 0: no common order)."


def _without(panel: Reviewers) -> str:
    changes = {
        name: changes_text(panel.group_ranks, panel.ranks_without.loc[name])
        for name in panel.turned_without
    }
    parts = [f"{name} ({text})" for name, text in changes.items() if text]
    if not parts:
        return "Leaving out any one reviewer leaves the group's order as it is."
    return f"The group's order is another without {'; without '.join(parts)}."


def changes_text(before: pd.Series, after: pd.Series) -> str:
    """Return in what an order is another: ``B ahead of A``, ``C without a rank``; "" in nothing."""
    pairs = [
        f"{b} ahead of {a}" if after[b] < after[a] else f"{b} level with {a}"
        for a, b in turned_pairs(before, after)
    ]
    ranked = after.index[after.notna()]
    once = [
        f"{name} {'with' if name in ranked else 'without'} a rank"
        for name in ranked_once(before, after)
    ]
    return shortened([*pairs, *once])


def _distances(panel: Reviewers) -> pd.DataFrame:
    table = panel.distances.rename_axis("reviewer").reset_index()
    table = table.sort_values("distance", ascending=False, kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "reviewer": table["reviewer"],
            "weight to move": table["distance"].astype(float),
            "differs most on": [shortened(names) for names in table["criteria"]],
            "own share": table["own"].astype(float),
            "share by the others": table["others"].astype(float),
        }
    )


def _rankings(panel: Reviewers) -> pd.DataFrame:
    order = list(panel.group_ranks.sort_values(kind="stable").index)
    rows = [[GROUP, *_places(panel.group_ranks[order]), ""]]
    for name in panel.ranks.index:
        own = panel.ranks.loc[name, order]
        rows.append([str(name), *_places(own), changes_text(panel.group_ranks, own)])
    return pd.DataFrame(rows, columns=["reviewer", *map(str, order), "otherwise than the group"])


def _left_out(panel: Reviewers) -> pd.DataFrame:
    order = list(panel.group_ranks.sort_values(kind="stable").index)
    rows = []
    for name in panel.ranks_without.index:
        rest = panel.ranks_without.loc[name, order]
        rows.append([str(name), *_places(rest), changes_text(panel.group_ranks, rest)])
    return pd.DataFrame(rows, columns=["left out", *map(str, order), "turned"])


def _places(ranks: pd.Series) -> list[str]:
    return ["-" if pd.isna(rank) else f"{rank:g}" for rank in ranks]


def whole_ranks(ranks: pd.Series) -> dict[str, float | int | None]:
    """Return ranks by name, whole where they are, None where there is none."""
    return {
        str(name): None if pd.isna(rank) else int(rank) if rank == int(rank) else float(rank)
        for name, rank in ranks.items()
    }


def _w(value: float | NotApplicable) -> Any:
    return {"not_applicable": value.reason} if isinstance(value, NotApplicable) else value
