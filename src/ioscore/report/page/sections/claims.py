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
from ioscore.report.page.places import Places
from ioscore.report.page.tabular import table_block
from ioscore.report.sentences import percent

TONES = {
    "reproduced": "good",
    "not reproduced": "bad",
    "too close to call": "open",
    "not checkable": "",
    "what-if": "open",
}
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
    return Section(
        anchor="claims",
        title=("Claims, one by one",),
        blocks=(
            said(
                "Each claim was written as a statement that the evidence can answer, before any was "
                "answered. Reproduced: the scored evidence says the same; not reproduced: it says otherwise; too close to "
                f"call: the difference is at most {audit.study.rubric.close:g}; not checkable: no "
                "score can say; what-if: a recommendation or shortcoming, answered by what it would "
                "change.",
            ),
            said(_combinations(found.worlds), look="note"),
            _counts(found, kinds),
        ),
        sections=tuple(_kind(found, kinds, kind, places) for kind in dict.fromkeys(kinds)),
    )


def _combinations(worlds: int | NotApplicable) -> str:
    if isinstance(worlds, NotApplicable):
        return (
            f"In how many combinations of choices a claim holds: not applicable, {worlds.reason}."
        )
    return (
        f"Beside most answers stands in how many of {worlds:,} combinations of the rubric’s choices "
        "the claim is reproduced. Such a share is not a probability."
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


def _kind(found: Verdicts, kinds: pd.Series, kind: str, places: Places) -> Section:
    slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in kind.lower())
    entries = [_entry(found, n, places) for n in range(len(kinds)) if kinds.iloc[n] == kind]
    listed: Block = Entries(tuple(entries))
    if len(entries) > OPEN:
        many = (f"All {len(entries)}, one by one",)
        listed = Fold(anchor=f"claims-{slug}-all", title=many, blocks=(listed,))
    return Section(
        anchor=f"claims-{slug}",
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
        lines.append((places.source(line["source"]), ", ", Foreign(where), *quoted))
    if claim.form == "unknown":
        lines.append(("Why it cannot be checked: ", Foreign(places.words(answer.why)), "."))
    else:
        lines.append(("Tested as ", Code(claim.text), ": ", Foreign(places.words(answer.why)), "."))
    if found.turned_by[number]:
        lines.append((f"Another answer under {_many(found.turned_by[number])}.",))
    carried = found.carried[number]
    if carried is not None and not isinstance(found.worlds, NotApplicable):
        share = percent(carried.shares["reproduced"])
        lines.append((f"Reproduced in {share} of {found.worlds:,} combinations of choices.",))
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
    words = [change.replace("=", ": ").replace("_", " ") for change in changes]
    return f"{len(words)} single change{'' if len(words) == 1 else 's'}: {'; '.join(words)}"


def claims_file(found: Verdicts) -> pd.DataFrame:
    """Return every claim with its answer, as the file of the report has it."""
    return claims_table(found.table, found.answers, found.turned_by, found.carried)
