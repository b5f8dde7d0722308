"""Answers to claims, as a table and in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from ioscore.claims import Answer


def claims_table(
    table: pd.DataFrame, answers: Sequence[Answer], turned_by: Sequence[Sequence[str]]
) -> pd.DataFrame:
    """Return the claims with `answer`, `why` and `turned_by` (single choices, by semicolons)."""
    return table.drop(columns="where").assign(
        answer=[answer.state for answer in answers],
        why=[answer.why for answer in answers],
        turned_by=["; ".join(names) for names in turned_by],
    )


def claims_text(answers: Sequence[Answer]) -> str:
    """Return how many claims have which answer, in a sentence."""
    counts = Counter(answer.state for answer in answers)
    parts = ", ".join(f"{n} {state}" for state, n in counts.most_common())
    return f"{len(answers)} claims: {parts}.\n"
