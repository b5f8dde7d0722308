"""Two rubrics side by side, and what their difference does to the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ioscore.elicitation.reviewers import told_apart
from ioscore.errors import NotApplicable
from ioscore.ranking import Ranking
from ioscore.report.reviewers import changes_text, too_close, whole_ranks
from ioscore.report.sections import Section
from ioscore.report.tables import plain, records
from ioscore.rubric import Rubric
from ioscore.rubric.differences import Difference

Outcomes = Mapping[str, Ranking | NotApplicable]
"""Rankings by the left rubric with single differences of the right one, by what is taken over."""


def heads(left: Rubric, right: Rubric) -> tuple[str, str]:
    """Return what the columns of two rubrics are called."""
    a, b = told_apart([left.name, right.name], taken=["criterion", "difference", "what"])
    return a, b


def differences_table(
    differences: Sequence[Difference], left: Rubric, right: Rubric
) -> pd.DataFrame:
    """Return everything in which two rubrics differ: `what`, and a column for each."""
    rows = [[one.what, one.left, one.right] for one in differences]
    return pd.DataFrame(rows, columns=["what", *heads(left, right)])


def side_by_side(differences: Sequence[Difference], left: Rubric, right: Rubric) -> list[Section]:
    """Return weights and switches side by side.

    Weights are those of the first level, and below it of each group of siblings that differs;
    switches (choices, rules, who and what is compared) are those that differ.
    """
    a, b = heads(left, right)
    weights = [{node.path: node.weight for node in one.nodes()} for one in (left, right)]
    changed = {
        one.what.removeprefix("weight ").rpartition("/")[0]
        for one in differences
        if one.kind == "weight"
    } | {""}
    shown = [path for path in {**weights[0], **weights[1]} if path.rpartition("/")[0] in changed]
    nan = float("nan")
    table = pd.DataFrame(
        {
            "criterion": shown,
            a: [weights[0].get(path, nan) for path in shown],
            b: [weights[1].get(path, nan) for path in shown],
        }
    )
    table["difference"] = table[b] - table[a]
    others = [one for one in differences if one.kind != "weight"]
    found = [Section("weights", "Weights among siblings", table)]
    if others:
        switches = differences_table(others, left, right)
        found.append(Section("switches", "Switches that differ", switches))
    return found


def order_tables(left: Ranking, right: Ranking, outcomes: Outcomes) -> list[Section]:
    """Return ranks and scores side by side, and the order by each single difference."""
    a, b = heads(left.rubric, right.rubric)
    one, other = (r.table.set_index("organisation") for r in (left, right))
    names = list(dict.fromkeys([*one.index, *other.index]))
    one, other = one.reindex(names), other.reindex(names)
    ranks = pd.DataFrame(
        {
            "organisation": names,
            f"rank {a}": [_place(rank) for rank in one["rank"]],
            f"rank {b}": [_place(rank) for rank in other["rank"]],
            f"score {a}": one["score"].to_numpy(dtype=float),
            f"score {b}": other["score"].to_numpy(dtype=float),
        }
    )
    found = [Section("order", "What the difference does to the order", ranks)]
    if len(outcomes) > 1:
        rows = [
            {
                "taken over alone": what,
                "order": f"not applicable: {outcome.reason}"
                if isinstance(outcome, NotApplicable)
                else order_text(outcome),
                "turned": "" if isinstance(outcome, NotApplicable) else _turned(left, outcome),
            }
            for what, outcome in outcomes.items()
        ]
        title = f"{a} with single differences of {b}"
        found.append(Section("alone", title, pd.DataFrame(rows)))
    return found


def order_text(ranking: Ranking) -> str:
    """Return an order as ``A > B = C``; who has no rank is left out."""
    table = ranking.table.dropna(subset="rank")
    return " > ".join(
        " = ".join(map(str, part["organisation"])) for _, part in table.groupby("rank", sort=True)
    )


def order_sentences(
    differences: Sequence[Difference], left: Ranking, right: Ranking, outcomes: Outcomes
) -> list[str]:
    """Return in sentences whether the order is another, and what makes it so."""
    a, b = heads(left.rubric, right.rubric)
    lines = [
        " ".join(filter(None, [f"By {name}: {order_text(one)}.", too_close(one)]))
        for name, one in ((a, left), (b, right))
    ]
    moving = [one for one in differences if one.kind != "analysis"]
    turned = _turned(left, right)
    if not moving:
        return [*lines, "The two differ in nothing that could move a rank."]
    if turned:
        lines.append(f"What turns from {a} to {b}: {turned}.")
    else:
        lines.append("The difference leaves the order as it is.")
    single = [
        what
        for what, outcome in outcomes.items()
        if isinstance(outcome, Ranking) and _turned(left, outcome)
    ]
    criteria = [{node.path for node in one.rubric.nodes()} for one in (left, right)]
    if criteria[0] != criteria[1]:
        lines.append("They have other criteria, so that no difference can be taken over alone.")
    if len(outcomes) > 1:
        lines.append(
            f"Single differences that turn something: {', '.join(single)}."
            if single
            else "No single difference turns anything."
        )
    return lines


def differences_document(
    differences: Sequence[Difference],
    left: Rubric,
    right: Rubric,
    order: tuple[Ranking, Ranking, Outcomes] | NotApplicable,
) -> dict[str, Any]:
    """Return two rubrics side by side as the document ``ioscore.differences/1``."""
    a, b = heads(left, right)
    parts = {t.name: records(t.frame) for t in side_by_side(differences, left, right)}
    document: dict[str, Any] = {
        "schema": "ioscore.differences/1",
        "left": a,
        "right": b,
        "differences": records(differences_table(differences, left, right)),
        "weights": parts["weights"],
    }
    if isinstance(order, NotApplicable):
        return {**document, "order": {"not_applicable": order.reason}}
    one, other, outcomes = order
    ranks = [whole_ranks(r.table.set_index("organisation")["rank"]) for r in (one, other)]
    return {
        **document,
        "order": {
            "sentences": order_sentences(differences, one, other, outcomes),
            "ranks": [
                plain(
                    {
                        "organisation": row["organisation"],
                        "left": {
                            "rank": ranks[0].get(row["organisation"]),
                            "score": row["score_left"],
                        },
                        "right": {
                            "rank": ranks[1].get(row["organisation"]),
                            "score": row["score_right"],
                        },
                    }
                )
                for row in one.table.merge(
                    other.table, on="organisation", how="outer", suffixes=("_left", "_right")
                ).to_dict("records")
            ],
            "alone": [
                {"taken_over": what, "not_applicable": outcome.reason}
                if isinstance(outcome, NotApplicable)
                else {
                    "taken_over": what,
                    "order": order_text(outcome),
                    "turned": _turned(one, outcome),
                }
                for what, outcome in outcomes.items()
            ],
        },
    }


def _turned(before: Ranking, after: Ranking) -> str:
    ranks = [r.table.set_index("organisation")["rank"] for r in (before, after)]
    return changes_text(*ranks)


def _place(rank: float) -> str:
    return "-" if pd.isna(rank) else f"{rank:g}"
