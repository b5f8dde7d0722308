"""How sure the answer is, one line for each thing that could move it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from ioscore.audit import Audit
from ioscore.errors import NotApplicable
from ioscore.report import listed
from ioscore.report.page.document import Link, Text
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.sensitivity.common import of_each
from ioscore.report.sentences import percent
from ioscore.sensitivity.choices.analysis import ChoiceSensitivity
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
from ioscore.sensitivity.evidence.removal import Removal
from ioscore.sensitivity.weights.analysis import WeightSensitivity

FIRST = 2
"""So many of those that can be first are named."""
ANSWERS = {
    "shows": "they show it",
    "none_large": "they rule out a large effect",
    "cannot_say": "they cannot say",
}
"""What seizures say of an instrument."""


def sureness(audit: Audit) -> Iterator[tuple[Text, Text]]:
    """Yield what was varied, with a link to it, and what came of it."""
    table = audit.study.ranking.table
    gaps, cells = int(table["missing"].sum()), audit.study.scores.matrix.size
    if gaps:
        could = table.loc[table["rank_best"] == 1, "organisation"]
        every = "any of them" if len(could) == len(table) else listed(list(could))
        yield (
            _term("Missing evidence", "missing"),
            (
                f"Of {gaps} of {cells} cells nothing is known. What they hold could put {every} first."
                if len(could)
                else f"Of {gaps} of {cells} cells nothing is known.",
            ),
        )
    if isinstance(audit.weights, WeightSensitivity):
        yield _term("Weights", "weights"), (_weights(audit.weights),)
    if isinstance(audit.evidence, EvidenceSensitivity) and isinstance(audit.evidence.top, Removal):
        size = audit.evidence.top.size
        yield (
            _term("Single events", "events"),
            (
                f"Leaving out {'one event' if size == 1 else f'{size} events'} is enough to give another "
                "first place.",
            ),
        )
    if said := _readers(audit):
        yield _term("Coding", "readers"), (said,)
    if isinstance(audit.choices, ChoiceSensitivity):
        shares = _leading(audit.choices.rank_shares[1])
        count = int(audit.choices.worlds.admissible.sum())
        yield (
            _term("Choices of method", "choices"),
            (
                f"Over all {count:,} combinations, first: {shares}. A share of combinations is not a "
                "probability.",
            ),
        )
    if not isinstance(audit.verdicts, NotApplicable):
        states = Counter(answer.state for answer in audit.verdicts.answers)
        asked = states["reproduced"] + states["not reproduced"] + states["too close to call"]
        yield (
            _term("Claims under test", "claims"),
            (
                f"{states['reproduced']} of the {asked} that can be checked are reproduced, "
                f"{states['not reproduced']} are not, {states['too close to call']} are too close to call.",
            ),
        )
    if isinstance(audit.answers, pd.DataFrame):
        yield _term("Seizures", "seizures"), (_seizures(audit.answers),)


def _term(text: str, anchor: str) -> Text:
    return (Link(text, f"#{anchor}"),)


def _weights(result: WeightSensitivity) -> str:
    found = result.acceptability
    names = list(result.decision.values.index)
    shares = pd.Series(found.shares[:, 0], index=names)
    share, error = result.last_kept
    every = "all that were drawn" if error else "all"
    kept = every if share == 1 else percent(share, error)
    return (
        f"First, over all possible weights: {_leading(shares)}. {listed(result.last)} last under "
        f"{kept}."
    )


def _leading(shares: pd.Series) -> str:
    """Return the shares of those that are first most often, and that of all others."""
    ordered = shares.sort_values(ascending=False, kind="stable")
    head, rest = ordered.iloc[:FIRST], ordered.iloc[FIRST:]
    others = f", others {percent(float(rest.sum()))}" if len(rest) else ""
    return f"{of_each(head)}{others}"


def _readers(audit: Audit) -> str:
    """Return who is first by each coder alone."""
    firsts = {
        reader: listed(ranking.first)
        for reader, ranking in audit.readers.items()
        if not isinstance(ranking, NotApplicable)
    }
    if len(firsts) < 2:
        return ""
    own = listed(audit.study.ranking.first)
    if set(firsts.values()) == {own}:
        return f"Each of {len(firsts)} readings by itself has {own} first too."
    each = "; ".join(f"by {reader} alone {first}" for reader, first in firsts.items())
    return f"{len(firsts)} readers coded the sources apart. First would be: {each}."


def _seizures(answers: pd.DataFrame) -> str:
    counts = answers["answer"].value_counts()
    parts = [
        f"for {n} of {len(answers)} instruments {ANSWERS[str(name)]}" for name, n in counts.items()
    ]
    return f"Does the effort show in them? {listed(parts).capitalize()}. {AMBIGUOUS}"
