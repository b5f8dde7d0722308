"""The evidence: what was read, what of it counts, and whether readers agree."""

from __future__ import annotations

import pandas as pd

from ioscore.audit import Audit
from ioscore.errors import NotApplicable
from ioscore.report import listed
from ioscore.report.agreement import STABILITY, agreement_table, agreement_text
from ioscore.report.page.document import (
    Block,
    Entries,
    Entry,
    Foreign,
    Section,
    Text,
    said,
    sentences,
)
from ioscore.report.page.pictures import Picture
from ioscore.report.page.places import Places, Setting
from ioscore.report.page.sections.said import acts, counted, spaced, verb
from ioscore.report.page.tabular import linked, table_block

EFFECTS = {
    "supports": ("supports", "support"),
    "limits": ("limits", "limit"),
    "absent": ("says that something is not done", "say that something is not done"),
}
"""What an act does to its cell, said of one act and of several."""


def evidence(
    audit: Audit, places: Places, setting: Setting, pictures: dict[str, list[Picture]]
) -> Section:
    """Return the section on evidence and agreement."""
    return Section(
        anchor="evidence",
        title=("Evidence and agreement",),
        blocks=(said(*_counts(audit)),),
        sections=(
            Section(
                anchor="sources",
                title=("Sources",),
                blocks=(Entries(tuple(_sources(audit, places, setting))),),
            ),
            Section(anchor="counted", title=("What counts and what not",), blocks=_counted(audit)),
            Section(
                anchor="coverage",
                title=("How much is written on whom",),
                blocks=_coverage(audit, places),
            ),
            Section(
                anchor="agreement",
                title=("Do readers agree?",),
                blocks=_agreement(audit, places, pictures),
            ),
            Section(
                anchor="readers", title=("Each reading by itself",), blocks=_readers(audit, places)
            ),
        ),
    )


def _counts(audit: Audit) -> Text:
    """Say how much was coded, how much of it counts, and whether it can be looked up."""
    rows, kept = audit.study.evidence.rows, audit.study.selection.rows
    sources = int(rows.loc[rows["source"] != "", "source"].nunique())
    more = f", in {len(rows):,} rows, as an act can have several codes" * (acts(rows) < len(rows))
    placed, quoted = acts(kept[kept["locator"] != ""]), acts(kept[kept["anchor"] != ""])
    total = acts(kept)
    where = (
        f"{_all(placed, total)} of them {verb(placed, 'has', 'have')} a place in their source, by "
        f"line or otherwise, and {_all(quoted, total)} some words of it, by which they can be looked "
        "up"
        if placed or quoted
        else "none of them says where in its source it stands"
    )
    return (
        f"{counted(acts(rows), 'act')} in {counted(rows['event_id'].nunique(), 'event')} "
        f"{verb(acts(rows), 'is', 'are')} coded, from {counted(sources, 'named source')}{more}. "
        f"{counted(total, 'act')} ({counted(kept['event_id'].nunique(), 'event')}) "
        f"{verb(total, 'counts', 'count')} under this rubric; {where}.",
    )


def _all(part: int, total: int) -> str:
    return "all" if part == total else f"{part:,}" if part else "none"


def _sources(audit: Audit, places: Places, setting: Setting) -> list[Entry]:
    """Return the sources, those that count first."""
    kept = _by_source(audit.study.selection.rows)
    coded = _by_source(audit.study.evidence.rows)
    known = setting.sources.set_index("id") if len(setting.sources) else setting.sources
    entries = []
    for name in sorted(places.sources, key=lambda name: (name not in kept, name)):
        line = known.loc[name] if name in known.index else None
        kind = audit.study.evidence.kinds.get(name, "")
        facts = [
            f"{counted(coded.get(name, 0), 'act')} coded, {kept.get(name, 0) or 'none'} of them "
            f"{verb(kept.get(name, 0), 'counts', 'count')}"
        ]
        text: Text = (Foreign(name),)
        if line is not None:
            text = (Foreign(str(line.get("title", "")) or name),)
            who = ", ".join(filter(None, (str(line.get("author", "")), str(line.get("year", "")))))
            length = str(line.get("words", ""))
            facts = [name, who, f"{length} words" if length else "", *facts]
        facts.append(kind.replace("_", " "))
        entries.append(
            Entry(
                anchor=places.sources[name],
                badge="counts" if name in kept else "does not count",
                tone="good" if name in kept else "",
                text=text,
                lines=((Foreign("; ".join(filter(None, facts))),),),
            )
        )
    return entries


def _by_source(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many acts rows stand for in each source."""
    return {str(name): acts(part) for name, part in rows.groupby("source")}


def _counted(audit: Audit) -> tuple[Block, ...]:
    kept, out = audit.study.selection.rows, audit.study.selection.out
    by_effect = {effect: acts(kept[kept["effect"] == effect]) for effect in EFFECTS}
    each = listed([f"{n:,} {verb(n, *EFFECTS[effect])}" for effect, n in by_effect.items()])
    dated = acts(kept[kept["year_start"] != ""])
    rows = [
        {"why it does not count": spaced(reason), "acts": acts(out[out["reason"] == reason])}
        for reason in audit.study.selection.left_out
    ]
    lines = [
        f"Of the {counted(acts(kept), 'act')} that {verb(acts(kept), 'counts', 'count')} {each}. "
        f"{dated:,} {verb(dated, 'has', 'have')} a year.",
        "The tables evidence_counted.csv and evidence_left_out.csv beside this page hold every row: "
        "an act stands there once for each of its codes, and once for each cell that it denies.",
    ]
    made: list[Block] = [sentences(lines)]
    if rows:
        title = (
            "Acts of which codes do not count under this rubric, by the first reason that applies"
        )
        made.append(table_block("left_out_reasons", title, pd.DataFrame(rows)))
    return tuple(made)


def _coverage(audit: Audit, places: Places) -> tuple[Block, ...]:
    table = audit.coverage.assign(source=audit.coverage["source"].replace("", "(none)"))
    cells = table.pivot_table(
        index="organisation", columns="source", values="events", aggfunc="sum", fill_value=0
    )
    order = [n for n in audit.study.ranking.table["organisation"] if n in cells.index]
    frame = cells.loc[[*order, *(n for n in cells.index if n not in order)]].reset_index()
    frame.columns.name = None
    if len(audit.words):
        words = audit.words.round().astype("Int64").rename("words_in_sources_that_count")
        frame = frame.merge(words, left_on="organisation", right_index=True, how="left")
    shape = linked(lambda value, _: places.organisation(str(value)))
    return (
        table_block(
            "coverage_events",
            "Events coded, by organisation and source",
            frame,
            shapes={"organisation": shape},
            notes=(
                (
                    "“setting” are features of the country, “all” statements on organisations in "
                    "general; both count for nobody.",
                ),
            )
            if {"setting", "all"} & set(frame["organisation"])
            else (),
            most=40,
        ),
    )


def _agreement(
    audit: Audit, places: Places, pictures: dict[str, list[Picture]]
) -> tuple[Block, ...]:
    found = audit.agreement
    if isinstance(found, NotApplicable):
        return (said(f"Not applicable: {found.reason}."),)
    columns = ["variable", "alpha", "low", "high", "items", "alpha_all", "reading"]
    heads = {"alpha_all": "with what only one found", "low": "95% from", "high": "to"}
    by = {"alpha_criterion": "criterion", "alpha_effect": "effect", "alpha_strength": "strength"}
    return (
        said(STABILITY, look="warning"),
        sentences([places.words(line) for line in agreement_text(found).splitlines()]),
        *(picture.block for picture in pictures.get("agreement", [])),
        table_block(
            "agreement",
            "Krippendorff’s alpha: 1 is always alike, 0 as chance would",
            agreement_table(found),
            heads=heads,
            columns=columns,
        ),
        table_block("agreement_by_source", "Alpha by source", found.by_source, heads=by),
        table_block("agreement_by_criterion", "Alpha by criterion", found.by_criterion, heads=by),
    )


def _readers(audit: Audit, places: Places) -> tuple[Block, ...]:
    """Return the order by each coder alone beside that of the adjudicated evidence."""
    if not audit.readers:
        return (said("There is one coding of the sources only, so that nothing can be compared."),)
    found = len(audit.readers)
    rankings = {"settled": audit.study.ranking, **audit.readers}
    own = audit.study.ranking.table["organisation"]
    frame = pd.DataFrame({"organisation": own})
    reasons = []
    for name, ranking in rankings.items():
        if isinstance(ranking, NotApplicable):
            reasons.append(f"{name}: {ranking.reason}.")
            continue
        table = ranking.table.set_index("organisation")
        frame[f"{name}: rank"] = [float(table["rank"].get(o, float("nan"))) for o in own]
        frame[f"{name}: score"] = [float(table["score"].get(o, float("nan"))) for o in own]
    for column in frame.columns[1::2]:
        frame[column] = frame[column].map(lambda rank: "" if pd.isna(rank) else f"{rank:g}")
    return (
        said(
            f"Beside the settled evidence, which counts in this report, {counted(found, 'reading')} "
            f"of the sources {verb(found, 'was', 'were')} made apart. This is what each would say by "
            "itself; where the order differs, it hangs on coding. Settled is what was decided, act by "
            "act, where the readings differ: its scores need not lie between theirs."
        ),
        table_block(
            "readers",
            "Order by the settled evidence and by each reading alone",
            frame,
            shapes={"organisation": linked(lambda value, _: places.organisation(str(value)))},
            most=40,
        ),
        *(said(reason) for reason in reasons),
    )
