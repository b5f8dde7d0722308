"""Threats to validity: what could make the answer wrong although every figure is right."""

from __future__ import annotations

import math

import pandas as pd

from ioscore.audit import Audit
from ioscore.audit.checks import BEYOND
from ioscore.errors import NotApplicable
from ioscore.report import listed
from ioscore.report.agreement import STABILITY
from ioscore.report.page.document import Section, said, sentences
from ioscore.report.page.places import Setting
from ioscore.report.page.sections.said import acts, counted, verb
from ioscore.report.page.sections.seizures import rejects_too_often
from ioscore.report.page.sections.sureness import own_source
from ioscore.report.page.tabular import figure, span
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.sentences import percent

FEW = 8
"""So many organisations stand in a sentence."""
REACH = {
    "region": "its region",
    "inter_organisation": "several organisations",
    "global": "the world",
}
"""What an act reaches that is about more than the country."""
MASSES = ("g", "kg", "tonnes")


def threats(audit: Audit, setting: Setting) -> Section:
    """Return the section on threats to validity."""
    return Section(
        anchor="threats",
        title=("Threats to validity",),
        blocks=(
            said("Every figure here can be right and the answer still wrong. These are the ways."),
        ),
        sections=(
            _part("coverage", "Coverage", _coverage(audit)),
            _part("circularity", "Circularity", _circularity(audit)),
            _part("own", "Own reports", _own_reports(audit, setting)),
            _part("stability", "Stability is not reproducibility", _stability(audit)),
            _part("effect", "Effort is not effect", _effect(audit, setting)),
        ),
    )


def _part(key: str, title: str, lines: list[str]) -> Section:
    return Section(
        anchor=f"threat-{key}",
        title=(title,),
        blocks=(sentences([line for line in lines if line]),),
    )


def _coverage(audit: Audit) -> list[str]:
    """Say how far a score follows what somebody happened to write."""
    table, rows = audit.study.ranking.table, audit.study.selection.rows
    cells = audit.study.scores.matrix.size
    total, undated = acts(rows), acts(rows[rows["year_start"] == ""])
    lines = [
        "A score can only count what a source tells. Who is written about more can score more, and "
        "what nobody wrote down is missing, which is not the same as undone.",
        f"{int(table['missing'].sum()):,} of {counted(cells, 'cell')} have no row that counts, "
        f"{span(table['missing'].min(), table['missing'].max())} of each organisation.",
        f"{undated:,} of {counted(total, 'act')} that {verb(total, 'counts', 'count')} "
        f"{verb(undated, 'has', 'have')} no year.",
    ]
    lines += _beyond(audit)
    if len(audit.words) and audit.words.notna().any():
        words = audit.words.dropna().sort_values(ascending=False, kind="stable")
        lines.append(
            f"Most words are on {words.index[0]} ({words.iloc[0]:,.0f}), fewest on {words.index[-1]} "
            f"({words.iloc[-1]:,.0f}), in the sources that count."
        )
    if not math.isnan(audit.words_correlation):
        n = len(table)
        lines.append(
            f"Scores follow these words with a rank correlation of {audit.words_correlation:.2f} (1: "
            f"the same order, 0: no relation); with {n} organisations this describes and tests "
            "nothing."
        )
    return [
        *lines,
        *_changed(
            audit,
            "documentation=per_1000_words",
            "With points counted for each 1,000 words that are written,",
        ),
    ]


def _beyond(audit: Audit) -> list[str]:
    """Say how many acts reach beyond the country in question, and what the scores are without."""
    if isinstance(audit.nearer, NotApplicable):
        return []
    rows = audit.study.selection.rows
    wide = {reach: acts(rows[rows["reach"] == reach]) for reach in BEYOND}
    number = acts(rows[rows["reach"].isin(BEYOND)])
    each = listed([f"{n:,} {REACH[reach]}" for reach, n in wide.items() if n])
    return [
        f"{number:,} of {counted(acts(rows), 'act')} that {verb(acts(rows), 'counts', 'count')} "
        f"{verb(number, 'reaches', 'reach')} beyond the country in question ({each}), and "
        f"{verb(number, 'counts', 'count')} in full.",
        _scores_are("Without them", audit.nearer.table.set_index("organisation")["score"]),
    ]


def _scores_are(what: str, scores: pd.Series) -> str:
    ordered = scores.dropna().sort_values(ascending=False, kind="stable")
    return f"{what} the scores are: {listed([f'{n} {figure(s)}' for n, s in ordered.items()])}."


def _circularity(audit: Audit) -> list[str]:
    """Say whether claims and evidence come from the same hand."""
    found = audit.verdicts
    used = set(filter(None, audit.study.selection.sources))
    if isinstance(found, NotApplicable) or "source" not in found.table:
        return ["No claims were tested, so none can be tested against their own source."]
    claimed = set(filter(None, found.table["source"]))
    both = sorted(claimed & used)
    if not both:
        return ["The claims under test come from other sources than the evidence that counts."]
    own, total = own_source(found, used)
    return [
        f"The claims under test come from {listed(sorted(claimed))}, and the evidence that counts "
        f"from {listed(sorted(used))}: {listed(both)} {verb(len(both), 'is', 'are')} on both sides.",
        f"Of {counted(total, 'claim')} that can be checked, {own:,} "
        f"{verb(own, 'comes', 'come')} from a source that the evidence comes from.",
        "That a verdict is not reproduced from its own acts says something. That another one is says "
        "less than it would with independent sources: who chose the acts also drew the verdict.",
    ]


def _own_reports(audit: Audit, setting: Setting) -> list[str]:
    """Say what sources an organisation wrote about itself, and what else their authors wrote."""
    kinds = audit.study.evidence.kinds
    own = sorted(name for name, kind in kinds.items() if kind == "own_report")
    if not own:
        return ["No source is marked as written by an organisation about itself."]
    further = _by_same_authors(own, setting.sources)
    both = [*own, *further]
    rows = audit.study.evidence.rows
    written = rows[
        rows["source"].isin(both)
        & rows["organisation"].isin(list(audit.study.selection.organisations))
    ]
    lines = [
        f"{listed(own)} {verb(len(own), 'is', 'are')} written by an organisation about itself"
        + (
            f"; {listed(further)} {verb(len(further), 'has', 'have')} the same author"
            if further
            else ""
        )
        + "."
    ]
    most = {str(name): acts(part) for name, part in written.groupby("organisation")}
    if most:
        name = max(most, key=lambda name: most[name])
        lines.append(
            f"Most acts told in them are of {name} ({most[name]:,} of {acts(written):,}). "
            f"{acts(written[written['effect'] == 'supports']):,} support and "
            f"{acts(written[written['effect'] == 'limits']):,} limit: who reports on itself has "
            "reason to tell successes. Where not every organisation has such reports, counting them "
            "compares unlike things."
        )
    count = [name for name in both if name in audit.study.selection.sources]
    lines.append(
        f"Of them {listed(count)} {verb(len(count), 'counts', 'count')} under this rubric."
        if count
        else "Under this rubric they do not count."
    )
    return [*lines, *_changed(audit, "sources=all", "With all sources")]


def _by_same_authors(own: list[str], sources: pd.DataFrame) -> list[str]:
    """Return other sources of the authors of some sources, as far as authors are known."""
    if not {"id", "author"} <= set(sources.columns):
        return []
    authors = set(sources.loc[sources["id"].isin(own), "author"]) - {""}
    same = sources["author"].isin(authors) & ~sources["id"].isin(own)
    return sorted(sources.loc[same, "id"])


def _changed(audit: Audit, change: str, what: str) -> list[str]:
    """Return what the scores are under one single change."""
    rows = audit.changes[audit.changes["change"] == change]
    if rows.empty or rows.iloc[0]["not_applicable"]:
        return []
    row = rows.iloc[0]
    names = list(audit.study.ranking.table["organisation"])
    return [_scores_are(what, row[names].astype(float))]


def _stability(audit: Audit) -> list[str]:
    """Say what agreement does and does not show."""
    if isinstance(audit.agreement, NotApplicable):
        return [
            f"How far two people would code alike is not known: {audit.agreement.reason}.",
        ]
    orders = {
        " > ".join(ranking.table.dropna(subset="rank")["organisation"])
        for ranking in audit.readers.values()
        if not isinstance(ranking, NotApplicable)
    }
    return [
        STABILITY,
        f"By themselves the readings give {len(orders)} different orders: {'; '.join(sorted(orders))}."
        if len(orders) > 1
        else "",
        "Draws of events, levels and readers say how much the order rests on single ones of them; "
        "coded events are no random sample, so no share of draws is a probability.",
        "ioscore agreement --sheet 40 --output sheet.csv writes a sheet by which people can supply "
        "the figure that is missing: whether two of them code alike.",
    ]


def _effect(audit: Audit, setting: Setting) -> list[str]:
    """Say what separates effort from effect here, and what outcomes can add."""
    lines = [
        "An organisation can be busy to no effect, and quiet to great effect; a score says how much "
        "effort is documented.",
        *_told_outcomes(audit),
    ]
    if isinstance(audit.outcomes, NotApplicable):
        return lines
    lines += ["Nothing here measures drugs that were not trafficked.", AMBIGUOUS]
    if audit.plan is not None:
        lines.append(
            f"A test at {percent(audit.plan.level)} finds something in one of "
            f"{round(1 / audit.plan.level)} cases where there is nothing; what is exploratory was "
            "tried often."
        )
    return [*lines, rejects_too_often(audit.outcomes, setting)]


def _told_outcomes(audit: Audit) -> list[str]:
    """Say how much of what counts tells what came of an act, and so is no effort alone."""
    rows = audit.study.selection.rows
    told = rows[rows["evidence_type"] == "outcome"]
    if told.empty:
        return []
    by = sorted(((-acts(part), str(name)) for name, part in told.groupby("organisation")))
    of = f" ({', '.join(f'{name} {-n:,}' for n, name in by)})" if len(by) <= FEW else ""
    lines = [
        f"Yet not all that counts is effort: {acts(told):,} of {counted(acts(rows), 'act')} "
        f"{verb(acts(told), 'tells', 'tell')} what followed from one (evidence type outcome){of}, and "
        f"{verb(acts(told), 'counts', 'count')} by strength like any other."
    ]
    weighed = told[told["unit"].isin(MASSES) & (told["effect"] == "supports")]
    if acts(weighed):
        events = weighed["event_id"].nunique()
        lines.append(
            f"{counted(acts(weighed), 'supporting act')} of these, in {counted(events, 'event')}, "
            f"{verb(acts(weighed), 'tells', 'tell')} a quantity by weight, such as what was seized; "
            "there a strength can follow the weight, and so the effect."
        )
    return lines
