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


def differences(left: Rubric, right: Rubric) -> pd.DataFrame:
    """Return where two rubrics differ: columns `what` and the names of the two."""
    a, b = _facts(left), _facts(right)
    names = [left.name, right.name if right.name != left.name else f"{right.name} (2)"]
    rows = [
        [key, a.get(key, "-"), b.get(key, "-")] for key in {**a, **b} if a.get(key) != b.get(key)
    ]
    return pd.DataFrame(rows, columns=["what", *names])


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


def _facts(rubric: Rubric) -> dict[str, str]:
    return {
        **{f"weight {node.path}": f"{node.weight:.4g}" for node in rubric.nodes()},
        **{f"kind {node.path}": node.kind for node in rubric.nodes()},
        **{f"direction {node.path}": node.direction for node in rubric.nodes()},
        **{f"choice {name}": choice.level for name, choice in rubric.choices.items()},
        **{f"points of level {n}": f"{level.points:g}" for n, level in rubric.levels.items()},
        **{f"reliability {name}": f"{value:g}" for name, value in rubric.reliability.items()},
        "scoring rule": rubric.scoring.rule,
        "half point": f"{rubric.scoring.half:g}",
        "missing": rubric.missing,
        "codes": rubric.codes,
        "alternatives": ", ".join(rubric.alternatives),
        "left out": ", ".join(rubric.leave_out),
    }
