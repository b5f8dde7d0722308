"""How sure the answer is, one line for each thing that could move it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from ioscore.audit import Audit, Verdicts
from ioscore.errors import NotApplicable
from ioscore.report import listed
from ioscore.report.page.document import Link, Text
from ioscore.report.page.sections.said import counted, verb
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.sensitivity.common import of_each
from ioscore.report.sentences import percent
from ioscore.sensitivity.choices.analysis import ChoiceSensitivity
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
from ioscore.sensitivity.evidence.removal import Removal
from ioscore.sensitivity.weights.analysis import WeightSensitivity

LEAST = 1e-6
"""A share below it is what rounding leaves."""
FIRST = 2
"""So many of those that can be first are named."""
ANSWERS = {
    "shows": "they show it",
    "none_large": "they rule out a large effect",
    "cannot_say": "they cannot say",
}
"""What seizures say of an instrument."""
CLAIMS = {"order": "order", "pair": "order", "presence": "presence"}
WHAT = {
    "order": ("checked claim", "on who does more or less"),
    "presence": ("checked claim", "on whether there is any act at all, which one act can settle"),
}
"""Forms of claims that are counted apart: how they are called."""
CHECKED = {
    "reproduced": ("is reproduced", "are reproduced"),
    "not reproduced": ("is not", "are not"),
    "too close to call": ("is too close to call", "are too close to call"),
}
"""Answers of what can be checked, for one claim and for several."""


def sureness(audit: Audit) -> Iterator[tuple[Text, Text]]:
    """Yield what was varied, with a link to it, and what came of it."""
    if audit.study.ranking.table["missing"].any():
        yield _term("Missing evidence", "missing"), (_missing(audit),)
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
        ranks = audit.choices.rank_shares
        firsts, lasts = _leading(ranks.iloc[:, 0]), _leading(ranks.iloc[:, -1])
        count = int(audit.choices.worlds.admissible.sum())
        yield (
            _term("Choices of method", "choices"),
            (
                f"Over all {count:,} combinations, first: {firsts}; last: {lasts}. A share of "
                "combinations is not a probability.",
            ),
        )
    if not isinstance(audit.verdicts, NotApplicable):
        said_ = claims_in_short(audit.verdicts)
        own, total = own_source(audit.verdicts, audit.study.selection.sources)
        if own:
            said_ += (
                f" {own:,} of the {total:,} that can be checked come from a source of the evidence."
            )
        yield _term("Claims under test", "claims"), (said_,)
    if isinstance(audit.answers, pd.DataFrame):
        yield _term("Seizures", "seizures"), (f"{shown(audit.answers)} {AMBIGUOUS}",)


def _term(text: str, anchor: str) -> Text:
    return (Link(text, f"#{anchor}"),)


def _missing(audit: Audit) -> str:
    """Say how much is missing, and whom that could put first."""
    table = audit.study.ranking.table
    gaps, cells = int(table["missing"].sum()), audit.study.scores.matrix.size
    what = f"For {gaps:,} of {counted(cells, 'cell')} nothing counts under this rubric."
    could = list(table.loc[table["rank_best"] == 1, "organisation"])
    if not could:
        return f"{what} How far they could move the order this method does not say."
    if len(could) == 1:
        return f"{what} What they hold could put nobody but {could[0]} first."
    every = "any organisation" if len(could) == len(table) else listed(could)
    return f"{what} What they hold could put {every} first."


def claims_in_short(found: Verdicts) -> str:
    """Return how many claims of each form came out how, all of them counted."""
    forms = pd.Series([CLAIMS.get(claim.form, "") for claim in found.claims], dtype=object)
    states = pd.Series([answer.state for answer in found.answers], dtype=object)
    parts = []
    for form, what in WHAT.items():
        own = states[(forms == form) & states.isin(CHECKED)].value_counts()
        if not own.empty:
            each = listed(
                [f"{n:,} {verb(n, *CHECKED[s])}" for s in CHECKED if (n := own.get(s, 0))]
            )
            parts.append(f"of {counted(int(own.sum()), what[0])} {what[1]}, {each}")
    total, open_ = len(states), int((states == "not checkable").sum())
    rest = [f"{open_:,} cannot be checked"] if open_ else []
    if tried := int((states == "what-if").sum()):
        rest.append(f"{tried:,} {verb(tried, 'is a what-if', 'are what-ifs')}")
    return f"{counted(total, 'claim')}: {'; '.join([*parts, *rest])}."


def own_source(found: Verdicts, used: Collection[str]) -> tuple[int, int]:
    """Return how many claims that can be checked come from a source of the evidence, and of how many."""
    if "source" not in found.table:
        return 0, 0
    states = [answer.state for answer in found.answers]
    checked = found.table.loc[[state in CHECKED for state in states], "source"]
    return int(checked.isin(set(used) - {""}).sum()), len(checked)


def _weights(result: WeightSensitivity) -> str:
    found = result.acceptability
    names = list(result.decision.values.index)
    shares = pd.Series(found.shares[:, 0], index=names)
    share, error = result.last_kept
    every = "all that were drawn" if error else "all"
    kept = every if share == 1 else percent(share, error)
    return (
        f"First, over all weights {within(result)}of the criteria of the first level: "
        f"{_leading(shares)}. {listed(result.last)} last under {kept}."
    )


def within(result: WeightSensitivity) -> str:
    """Return within which limits the weights vary, if the rubric declares any."""
    _, declared, limits = result.acceptability.measure.partition("within the declared ")
    return f"within its declared {limits.partition(',')[0]} " if declared else ""


def _leading(shares: pd.Series) -> str:
    """Return the shares of those that are first most often, of all others, and of nobody."""
    ordered = shares.sort_values(ascending=False, kind="stable")
    head, rest = ordered.iloc[:FIRST], ordered.iloc[FIRST:]
    others = f", others {percent(float(rest.sum()))}" if len(rest) else ""
    # Where nothing can be scored, nobody is first.
    left = 1 - float(shares.sum())
    nobody = f", nobody {percent(left)}" if left > LEAST else ""
    return f"{of_each(head)}{others}{nobody}"


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
    return (
        f"The evidence is settled from {len(firsts)} automated readings of the sources, made apart. "
        f"First would be: {each}."
    )


def shown(answers: pd.DataFrame) -> str:
    """Return in a sentence for how many instruments seizures show the effort."""
    counts, total = answers["answer"].value_counts(), len(answers)
    parts = [
        f"for {n} of {counted(total, 'instrument')} {ANSWERS[str(name)]}"
        for name, n in counts.items()
    ]
    return f"Does the effort show in seizures? {listed(parts).capitalize()}."
