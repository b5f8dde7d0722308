"""The claims under test, one by one."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from ioscore.audit import Audit, Verdicts
from ioscore.errors import NotApplicable
from ioscore.report.claims import claims_table
from ioscore.report.page.document import (
    Block,
    Code,
    Entries,
    Entry,
    Fold,
    Foreign,
    Section,
    Text,
    said,
)
from ioscore.report.page.places import Places, anchors
from ioscore.report.page.sections.said import counted, spaced, varied, verb
from ioscore.report.page.tabular import table_block
from ioscore.report.sentences import percent
from ioscore.rubric import Rubric

TONES = {
    "reproduced": "good",
    "not reproduced": "bad",
    "too close to call": "open",
    "not checkable": "",
    "what-if": "open",
}
LATER = "until a review after the first run"
"""Stands in the note of a claim that was tested otherwise before."""
OPEN = 30
"""So many claims of a kind stand open."""
KINDS = {
    "comparison": "Who does more, most or least",
    "facet": "Who uses which means",
    "contested": "What is disputed, or denied",
    "barrier": "What holds the work back",
    "recommendation": "What is recommended",
}


def claims(audit: Audit, places: Places) -> Section:
    """Return the section on claims."""
    found = audit.verdicts
    if isinstance(found, NotApplicable):
        blocks: tuple[Block, ...] = (said(f"Not applicable: {found.reason}."),)
        return Section(anchor="claims", title=("Claims, one by one",), blocks=blocks)
    kinds = found.table["kind"] if "kind" in found.table else pd.Series("claims", found.table.index)
    places_ = anchors("claims", dict.fromkeys(kinds))
    return Section(
        anchor="claims",
        title=("Claims, one by one",),
        blocks=(
            said(
                "Each claim is tested as a statement in a small fixed language. Reproduced: the scored "
                "evidence says the same; not reproduced: it says otherwise; too close to call: the "
                f"difference is at most {audit.study.rubric.close:g}, so that first, last, more and "
                "less ask for more than that; not checkable: the scored evidence cannot say, for the "
                "reason that stands there; what-if: answered by what a change of the evidence would "
                "do, where a cell that has lost its last row stays known, at its neutral value "
                "(0 for a tactic, one half for a barrier that is weighed by its answers).",
            ),
            *_later(found),
            said(_combinations(found.worlds, audit.study.rubric), look="note"),
            _counts(found, kinds),
        ),
        sections=tuple(
            _kind(found, kinds, kind, anchor, places) for kind, anchor in places_.items()
        ),
    )


def _later(found: Verdicts) -> list[Block]:
    """Say how many claims were written otherwise when they were first answered."""
    notes = found.table["note"] if "note" in found.table else pd.Series("", found.table.index)
    number = int(notes.str.contains(LATER, regex=False).sum())
    if not number:
        return []
    return [
        said(
            f"{counted(number, 'claim')} {verb(number, 'was', 'were')} tested otherwise until a review "
            f"after the first run; the note of each says how.",
            look="note",
        )
    ]


def _combinations(worlds: int | NotApplicable, rubric: Rubric) -> str:
    if isinstance(worlds, NotApplicable):
        return (
            f"In how many combinations of choices a claim holds: not applicable, {worlds.reason}."
        )
    return (
        f"Beside most answers stands in how many of {counted(worlds, 'combination')} of the levels of "
        f"{varied(rubric)} the claim is reproduced. Such a share is not a probability. The single "
        "changes that give another answer are those of the table under “Choices of coding and "
        "scoring”: of a choice, of the scoring rule, or of the rule for missing cells."
    )


def _counts(found: Verdicts, kinds: pd.Series) -> Block:
    states: list[str] = [answer.state for answer in found.answers]
    counts = Counter(zip(kinds, states, strict=True))
    frame = pd.DataFrame(
        [
            {"kind": KINDS.get(kind, kind), **{state: counts[kind, state] for state in TONES}}
            for kind in dict.fromkeys(kinds)
        ]
    )
    return table_block("claims_counts", "Answers to the claims, by kind", frame)


def _kind(found: Verdicts, kinds: pd.Series, kind: str, anchor: str, places: Places) -> Section:
    entries = [_entry(found, n, places) for n in range(len(kinds)) if kinds.iloc[n] == kind]
    listed: Block = Entries(tuple(entries))
    if len(entries) > OPEN:
        many = (f"All {len(entries)}, one by one",)
        listed = Fold(anchor=f"every-{anchor}", title=many, blocks=(listed,))
    return Section(
        anchor=anchor,
        title=(KINDS.get(kind, kind.replace("_", " ").capitalize()),),
        blocks=(listed,),
    )


def _entry(found: Verdicts, number: int, places: Places) -> Entry:
    line, claim, answer = found.table.iloc[number], found.claims[number], found.answers[number]
    lines: list[Text] = []
    if line.get("source"):
        anchor = line.get("anchor", "")
        quoted: Text = (": “", Foreign(anchor), "”") if anchor else ()
        where = line.get("locator", "")
        at: Text = (", ", Foreign(where)) if where else ()
        lines.append((places.source(line["source"]), *at, *quoted))
    if claim.form == "unknown":
        lines.append(("Why it cannot be checked: ", Foreign(places.words(answer.why)), "."))
    else:
        lines.append(("Tested as ", Code(claim.text), ": ", Foreign(places.words(answer.why)), "."))
    if found.turned_by[number]:
        lines.append((f"Another answer under {_many(found.turned_by[number])}.",))
    carried = found.carried[number]
    if carried is not None and not isinstance(found.worlds, NotApplicable):
        share = percent(carried.shares["reproduced"])
        lines.append((f"Reproduced in {share} of {counted(found.worlds, 'combination')}.",))
    if line.get("note"):
        lines.append((Foreign(line["note"]),))
    return Entry(
        anchor=places.claims[line["id"]],
        badge=answer.state,
        tone=TONES[answer.state],
        text=(Foreign(line["statement"]),),
        lines=tuple(lines),
    )


def _many(changes: tuple[str, ...]) -> str:
    words = [spaced(change.replace("=", ": ").replace("_", " ")) for change in changes]
    return f"{counted(len(words), 'single change')}: {'; '.join(words)}"


def claims_file(found: Verdicts) -> pd.DataFrame:
    """Return every claim with its answer, as the file of the report has it."""
    return claims_table(found.table, found.answers, found.turned_by, found.carried)
