"""What the choices do to the order, in sentences, tables and JSON."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.report.sensitivity.common import Table, of_each, shares_table
from ioscore.report.sentences import percent
from ioscore.sensitivity.choices.analysis import SHIFT, ChoiceSensitivity
from ioscore.sensitivity.choices.variance import VarianceShares

NO_PROBABILITY = (
    "A share of worlds is not a probability: it says how many combinations of defensible choices "
    "lead there, each counted by the probabilities that the rubric declares for its levels (equal "
    "where it declares none), not how likely it is that one of them is right."
)


def summary(result: ChoiceSensitivity) -> list[str]:
    """Return the main results in sentences."""
    worlds = result.worlds
    count = int(worlds.admissible.sum())
    first = result.rank_shares[1].sort_values(ascending=False, kind="stable")
    lines = [
        f"{count:,} worlds: every {'' if count == len(worlds.ranks) else 'admissible '}combination "
        f"of the levels of {len(worlds.switches)} switches.",
        f"First: {of_each(first)}.",
        f"Last: {of_each(result.rank_shares.iloc[:, -1].sort_values(ascending=False, kind='stable'))}.",
        NO_PROBABILITY,
    ]
    for statement, turned in result.turned_by.items():
        if not _holds_now(result, statement):
            continue
        if isinstance(turned, NotApplicable):
            lines.append(f"{statement}: {turned.reason}.")
        elif turned:
            lines.append(f"{statement}: turned by {_many(turned)} alone.")
        else:
            lines.append(f"{statement}: no single choice turns it.")
    for statement, shares in result.explained.items():
        if isinstance(shares, VarianceShares) and (
            statement == SHIFT or (statement.endswith(" first") and _holds_now(result, statement))
        ):
            lines.append(_decisive(statement, shares, [s.name for s in worlds.switches]))
    for reason, number in worlds.left_out.items():
        lines.append(f"Left out as inadmissible: {number:,} worlds, {reason}.")
    return lines


def tables(result: ChoiceSensitivity) -> list[Table]:
    """Return the tables, each with its title."""
    names = [switch.name for switch in result.worlds.switches]
    explained = {
        name: shares
        for name, shares in result.explained.items()
        if isinstance(shares, VarianceShares)
    }
    found = [
        Table("rank_shares", "Share of the worlds at each rank", shares_table(result.rank_shares)),
        Table("ahead", "Share of the worlds with the row ahead of the column", _wide(result.ahead)),
        Table("first_by_level", "First, in the worlds with a level", result.first_by_level),
        Table(
            "turned_by",
            "Single choices that turn a statement",
            pd.DataFrame(
                [
                    {
                        "statement": name,
                        "turned_by": turned.reason
                        if isinstance(turned, NotApplicable)
                        else "; ".join(turned),
                    }
                    for name, turned in result.turned_by.items()
                ]
            ),
        ),
        Table("switches", "Switches, their levels and probabilities", _switches(result)),
    ]
    if explained:
        rows = [
            {
                "statement": name,
                "switch": switch,
                "first_order": shares.first[k],
                "total_order": float("nan")
                if isinstance(shares.total, NotApplicable)
                else shares.total[k],
            }
            for name, shares in explained.items()
            for k, switch in enumerate(names)
        ]
        title = (
            "Variance of each statement explained by each switch: "
            + next(iter(explained.values())).law
        )
        found.append(Table("variance", title, pd.DataFrame(rows)))
    return found


def document(result: ChoiceSensitivity) -> dict[str, Any]:
    """Return the results as the part ``choices`` of ``ioscore.sensitivity/1``."""
    worlds = result.worlds
    names = [switch.name for switch in worlds.switches]
    return {
        "note": NO_PROBABILITY,
        "worlds": len(worlds.ranks),
        "admissible": int(worlds.admissible.sum()),
        "left_out": worlds.left_out,
        "switches": [
            {
                "name": switch.name,
                "level": switch.level,
                "levels": switch.levels,
                "probabilities": switch.probabilities,
            }
            for switch in worlds.switches
        ],
        "rank_shares": {name: list(row) for name, row in result.rank_shares.iterrows()},
        "ahead": {name: row.to_dict() for name, row in result.ahead.iterrows()},
        "first_by_level": result.first_by_level.to_dict("records"),
        "explained": {
            name: {"not_applicable": shares.reason}
            if isinstance(shares, NotApplicable)
            else {
                "law": shares.law,
                "mean": shares.mean,
                "variance": shares.variance,
                "first_order": dict(zip(names, shares.first, strict=True)),
                "total_order": {"not_applicable": shares.total.reason}
                if isinstance(shares.total, NotApplicable)
                else dict(zip(names, shares.total, strict=True)),
            }
            for name, shares in result.explained.items()
        },
        "turned_by": {
            name: {"not_applicable": turned.reason}
            if isinstance(turned, NotApplicable)
            else list(turned)
            for name, turned in result.turned_by.items()
        },
    }


def _holds_now(result: ChoiceSensitivity, statement: str) -> bool:
    """Say whether a statement on order holds in the rubric's own world."""
    ranks = dict(
        zip(result.worlds.organisations, result.worlds.ranks[result.worlds.base], strict=True)
    )
    return not (statement.endswith(" first") and ranks[statement.removesuffix(" first")] != 1)


def _decisive(statement: str, shares: VarianceShares, names: list[str]) -> str:
    by = "total" if not isinstance(shares.total, NotApplicable) else "first"
    values = shares.first if isinstance(shares.total, NotApplicable) else shares.total
    top = sorted(zip(values, shares.first, names, strict=True), reverse=True)[:3]
    parts = [
        f"{name.replace('_', ' ')} ({percent(value)}"
        + (f" with its interactions, {percent(alone)} by itself)" if by == "total" else ")")
        for value, alone, name in top
    ]
    return f"What decides most ({statement}), as shares of variance: {', '.join(parts)}."


def _switches(result: ChoiceSensitivity) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "switch": switch.name,
                "level": level,
                "probability": probability,
                "taken": level == switch.level,
                "reason": switch.reason,
            }
            for switch in result.worlds.switches
            for level, probability in zip(switch.levels, switch.probabilities, strict=True)
        ]
    )


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename_axis("organisation").reset_index()


def _many(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + f" or {names[-1]}" if len(names) > 1 else names[0]
