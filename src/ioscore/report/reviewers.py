"""What a panel of reviewers says: the group, each member, and who differs on what."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from ioscore.elicitation import Reviewers
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
    lines = [
        f"{len(names)} reviewers ({shortened(names)}), {panel.mean} mean of their weights.",
        f"By the weights of the group: {group_headline(ranking)}",
        _who_is_first(panel),
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
    table = pd.DataFrame({"criterion": shown, "group": group[shown].to_numpy(dtype=float)})
    if len(weights) <= FEW:
        for name in weights.index:
            table[name] = weights.loc[name, shown].to_numpy(dtype=float)
    table["spread"] = spread[shown].to_numpy(dtype=float)
    table["least by"] = [_at(weights[path], weights[path].min()) for path in shown]
    table["most by"] = [_at(weights[path], weights[path].max()) for path in shown]
    return table


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
                "ranks": _ranks(panel.group_ranks),
                "first": list(ranking.first),
                "order_holds_for_every_member": panel.holds_for_all,
            },
            "members": [
                {
                    "reviewer": name,
                    "weights": panel.weights.loc[name].to_dict(),
                    "distance_to_others": panel.distances.loc[name, "distance"],
                    "differs_most_on": panel.distances.loc[name, "criterion"],
                    "own_share": panel.distances.loc[name, "own"],
                    "share_by_others": panel.distances.loc[name, "others"],
                    "ranks": _ranks(panel.ranks.loc[name]),
                    "pairs_put_otherwise": [list(pair) for pair in panel.turned[name]],
                    "ranks_without": _ranks(panel.ranks_without.loc[name]),
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
    who = str(distances.idxmax())
    if distances[who] <= SAME:
        return ["All weigh alike."]
    row = panel.distances.loc[who]
    own, others = percent(float(row["own"])), percent(float(row["others"]))
    most = f"most on {row['criterion']}"
    if len(distances) == 2:
        other = next(str(name) for name in distances.index if name != who)
        return [
            f"{who} and {other} differ in {percent(distances[who])} of the weight, {most}: {own} "
            f"and {others} of the whole."
        ]
    return [
        f"{who} differs most from the others: {percent(distances[who])} of the weight would have "
        f"to move, {most}: {own} against {others} of the whole."
    ]


def _who_is_first(panel: Reviewers) -> str:
    firsts: dict[str, list[str]] = {}
    for name in panel.ranks.index:
        row = panel.ranks.loc[name]
        who = listed([str(one) for one in row.index[row == row.min()]])
        firsts.setdefault(who, []).append(str(name))
    if len(firsts) == 1:
        return f"First by the weights of every reviewer: {next(iter(firsts))}."
    parts = [f"{who} by {listed(by)}" for who, by in firsts.items()]
    return f"First by the weights of each reviewer: {'; '.join(parts)}."


def _who_holds(panel: Reviewers) -> str:
    if panel.holds_for_all:
        return "The group's order holds for every member."
    parts = [
        f"{name} ({pairs_text(pairs, panel.ranks.loc[name])})"
        for name, pairs in panel.turned.items()
        if pairs
    ]
    holds = sum(not pairs for pairs in panel.turned.values())
    return (
        f"The group's order holds for {holds} of {len(panel.turned)} members; not for "
        f"{'; '.join(parts)}."
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
    parts = [
        f"{name} ({pairs_text(pairs, panel.ranks_without.loc[name])})"
        for name, pairs in panel.turned_without.items()
        if pairs
    ]
    if not parts:
        return "Leaving out any one reviewer leaves the group's order as it is."
    return f"The group's order is another without {'; without '.join(parts)}."


def pairs_text(pairs: Sequence[tuple[str, str]], ranks: pd.Series) -> str:
    """Return pairs (a, b), once with a ahead, as they now stand: ``B ahead of A``."""
    return shortened(
        [f"{b} ahead of {a}" if ranks[b] < ranks[a] else f"{b} level with {a}" for a, b in pairs]
    )


def _distances(panel: Reviewers) -> pd.DataFrame:
    table = panel.distances.rename_axis("reviewer").reset_index()
    table = table.sort_values("distance", ascending=False, kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "reviewer": table["reviewer"],
            "weight to move": table["distance"].astype(float),
            "differs most on": [name or "" for name in table["criterion"]],
            "own share": table["own"].astype(float),
            "share by the others": table["others"].astype(float),
        }
    )


def _rankings(panel: Reviewers) -> pd.DataFrame:
    order = list(panel.group_ranks.sort_values(kind="stable").index)
    rows = [["group", *_places(panel.group_ranks[order]), ""]]
    for name in panel.ranks.index:
        own = panel.ranks.loc[name, order]
        rows.append([str(name), *_places(own), pairs_text(panel.turned[str(name)], own)])
    return pd.DataFrame(rows, columns=["reviewer", *map(str, order), "otherwise than the group"])


def _left_out(panel: Reviewers) -> pd.DataFrame:
    order = list(panel.group_ranks.sort_values(kind="stable").index)
    rows = []
    for name in panel.ranks_without.index:
        rest = panel.ranks_without.loc[name, order]
        turned = pairs_text(panel.turned_without[str(name)], rest)
        rows.append([str(name), *_places(rest), turned])
    return pd.DataFrame(rows, columns=["left out", *map(str, order), "turned"])


def _places(ranks: pd.Series) -> list[str]:
    return ["-" if pd.isna(rank) else f"{rank:g}" for rank in ranks]


def _ranks(ranks: pd.Series) -> dict[str, float | int | None]:
    return {
        str(name): None if pd.isna(rank) else int(rank) if rank == int(rank) else float(rank)
        for name, rank in ranks.items()
    }


def _w(value: float | NotApplicable) -> Any:
    return {"not_applicable": value.reason} if isinstance(value, NotApplicable) else value
