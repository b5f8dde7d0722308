"""Answers to claims, as a table and in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from ioscore.claims import Answer
from ioscore.errors import NotApplicable
from ioscore.sensitivity.choices.carried import Carried


def claims_table(
    table: pd.DataFrame,
    answers: Sequence[Answer],
    turned_by: Sequence[Sequence[str]],
    carried: Sequence[Carried | None],
) -> pd.DataFrame:
    """Return the claims with `answer`, `why`, `turned_by` and `worlds`.

    `turned_by` are single choices, by semicolons; `worlds` is the share of the worlds that carry
    the claim (reproduced), NaN where it cannot be asked.
    """
    return table.drop(columns="where").assign(
        answer=[answer.state for answer in answers],
        why=[answer.why for answer in answers],
        turned_by=["; ".join(names) for names in turned_by],
        worlds=[one.shares["reproduced"] if one else float("nan") for one in carried],
    )


def worlds_text(worlds: int | NotApplicable) -> str:
    """Return what the column `worlds` says, in a sentence."""
    if isinstance(worlds, NotApplicable):
        return f"Share of worlds that carry a claim: not applicable, {worlds.reason}.\n"
    return (
        f"worlds: the share of {worlds:,} combinations of the rubric's choices in which the claim "
        "is reproduced. A share of worlds is not a probability.\n"
    )


def claims_text(answers: Sequence[Answer]) -> str:
    """Return how many claims have which answer, in a sentence."""
    counts = Counter(answer.state for answer in answers)
    parts = ", ".join(f"{n} {state}" for state, n in counts.most_common())
    return f"{len(answers)} claims: {parts}.\n"
