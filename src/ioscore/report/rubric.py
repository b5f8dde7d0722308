"""What a rubric holds, and how two of them differ, as tables."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ioscore.ranking import Ranking
from ioscore.rubric import Rubric


def weights_table(rubric: Rubric) -> pd.DataFrame:
    """Return the tree of criteria: path, name, weight among siblings, share of the whole, kind."""
    rows = [
        {
            "criterion": node.path,
            "name": node.label,
            "weight": node.weight,
            "share": node.share,
            "kind": node.kind,
            "direction": node.direction,
        }
        for node in rubric.nodes()
    ]
    return pd.DataFrame(rows)


def choices_table(rubric: Rubric) -> pd.DataFrame:
    """Return every choice with the level taken, the others and the reason."""
    rows = [
        {
            "choice": name,
            "level": choice.level,
            "levels": ", ".join(choice.levels),
            "reason": choice.reason,
        }
        for name, choice in rubric.choices.items()
    ]
    return pd.DataFrame(rows)


def rules_text(rubric: Rubric) -> str:
    """Return scoring rule, rule for missing cells, levels and reliability in sentences."""
    rule = rubric.scoring
    half = (
        f", half the scale at {rule.half:g} points" if rule.rule in ("diminishing", "count") else ""
    )
    lines = [
        f"Scoring: {rule.rule}{half}. {' '.join(rule.reason.split())}".strip(),
        f"Missing cells: {rubric.missing}. Method: {rubric.method}. Codes: {rubric.codes}.",
        *(
            f"Level {n}, {level.points:g} points: {level.description}"
            for n, level in rubric.levels.items()
        ),
    ]
    if rubric.reliability:
        trust = ", ".join(f"{name} {value:g}" for name, value in rubric.reliability.items())
        lines.append(f"Reliability of sources: {trust}.")
    return "\n".join(lines)


def comparison(rankings: Sequence[Ranking]) -> pd.DataFrame:
    """Return rank and rank range of each organisation (rows) under each rubric (columns)."""
    columns: dict[str, dict[str, str]] = {}
    for ranking in rankings:
        label, n = ranking.rubric.name, 1
        while label in columns:
            n += 1
            label = f"{ranking.rubric.name} ({n})"
        cells = columns.setdefault(label, {})
        for row in ranking.table.itertuples(index=False):
            rank = "-" if pd.isna(row.rank) else f"{int(row.rank)}"
            cells[row.organisation] = f"{rank} ({row.rank_best:g}-{row.rank_worst:g})"
    names = dict.fromkeys(name for cells in columns.values() for name in cells)
    return pd.DataFrame(
        {
            "organisation": list(names),
            **{
                rubric: [cells.get(name, "") for name in names] for rubric, cells in columns.items()
            },
        }
    )
