"""Seizures, and what they can say: planned against exploratory, and how sure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from ioscore.audit import Audit
from ioscore.audit.results import Outcomes
from ioscore.errors import NotApplicable
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import METHODS
from ioscore.report import listed
from ioscore.report.page.document import (
    Block,
    Bullets,
    Fold,
    Foreign,
    Section,
    Strong,
    TableBlock,
    Text,
    said,
)
from ioscore.report.page.pictures import Picture
from ioscore.report.page.places import Places, Setting
from ioscore.report.page.sections.said import counted, in_short, verb
from ioscore.report.page.sections.sureness import shown as shown_in_short
from ioscore.report.page.tabular import NOTHING, figure, linked, table_block, times
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression import TITLES, summary, tables
from ioscore.report.regression.answers import answers_table
from ioscore.report.sentences import percent

ASKS = {
    "series": "One country over time: do level or trend of seizures break in the years in question?",
    "panel": "{countries} countries: is more or less seized where and while an instrument is at work?",
    "event": "Countries that began in different years: what is seized before and after the start?",
    "synth": "One country against a weighted mean of others that ran alike before.",
    "dose": "Do seizures change from year to year as the documented acts do?",
    "curve": "Every combination of defensible choices of the panel model at once.",
}
IMPORTANT = (
    "ot applicable", "ot estimated", "After the correction", "is clear", "Clear at", "cannot",
    "could not", "No answer", AMBIGUOUS,
)  # fmt: skip
"""Words of the sentences that stand open."""
INLINE = {"corrected", "before", "joint"}
"""Tables that the page shows beside the estimates; all others are in files."""
MOST = 60
"""Rows of a table that the page shows."""
NOTE: Text = (AMBIGUOUS,)
APART = (
    "Panel and curve draw their permutations apart, so where not all of them can be tried the same "
    "estimate has two p’s that differ a little."
)


def seizures(
    audit: Audit, places: Places, setting: Setting, pictures: dict[str, list[Picture]]
) -> Section:
    """Return the section on seizures."""
    title: Text = ("Seizures, and what they can say",)
    outcomes, plan = audit.outcomes, audit.plan
    if isinstance(outcomes, NotApplicable) or plan is None:
        reason = outcomes.reason if isinstance(outcomes, NotApplicable) else "there is no plan"
        return Section(anchor="seizures", title=title, blocks=(said(f"Not applicable: {reason}."),))
    tajikistan = "; TJK is Tajikistan" if "TJK" in plan.sample.countries else ""
    return Section(
        anchor="seizures",
        title=title,
        blocks=(
            said(Strong("Asked:"), " ", Foreign(" ".join(plan.question.split())), look="lead"),
            said(Foreign(" ".join(plan.ambiguity.split())), look="warning"),
            said(
                f"The plan of the analyses was fixed on {plan.fixed.isoformat()}, before the first "
                "estimate was run. What it names is marked planned, everything else exploratory: an "
                "exploratory figure can raise a question and answer none. Effects are given as times "
                "as much seized: 1 is no difference, 2 twice as much, 0.5 half. Countries have their "
                f"three-letter codes{tajikistan}."
            ),
            *_answers(audit, plan, places),
            *_changes(plan),
        ),
        sections=tuple(
            _analysis(name, results, plan, setting, pictures) for name, results in outcomes.items()
        ),
    )


def _answers(audit: Audit, plan: AnalysisPlan, places: Places) -> list[Block]:
    """Return what came out, held against what the plan said would count as an answer."""
    if isinstance(audit.answers, NotApplicable):
        return [said(f"Not applicable: {audit.answers.reason}.")]
    table = answers_table(audit.answers)
    reasons = set(table.frame["because"])
    alike = len(reasons) == 1
    because = tuple((f"Why, for each: {reason}.",) for reason in reasons if alike and reason)
    columns = ["organisation", "answer", "factor", "low", "high", "p corrected", "curve p",
               "same sign", "p before"]  # fmt: skip
    block = table_block(
        "plan_answers",
        "What would have counted as an answer, and what came out",
        table.frame,
        columns=columns if alike else [*columns, "because"],
        heads={
            "factor": "times as much, planned estimate", "low": "95% from", "high": "to",
            "p corrected": "p of the planned estimate, corrected",
            "curve p": "p of all specifications together, corrected",
            "same sign": "specifications with its sign",
            "p before": "p of a trend before the start",
        },
        percents=("same sign",),
        shapes={
            "organisation": linked(lambda value, _: places.organisation(str(value))),
            "answer": lambda value, _: (Strong(str(value)),),
        },
        notes=(
            *because,
            ("Shows: " + " ".join(plan.answers.shows.split()),),
            ("No large effect: " + " ".join(plan.answers.none_large.split()),),
            ("Cannot be said: " + " ".join(plan.answers.cannot_say.split()),),
            ("p: how often chance alone would give at least this; –: no such figure. ", AMBIGUOUS),
            (APART,),
        ),
    )  # fmt: skip
    out = said(Strong(shown_in_short(audit.answers)))
    return [out, block]


def _changes(plan: AnalysisPlan) -> list[Block]:
    if not plan.changes:
        return []
    lines = [f"{one.date.isoformat()}: {one.what}; {one.why}." for one in plan.changes]
    return [
        Fold(
            anchor="plan-changes",
            title=("What was changed in the plan after it was fixed",),
            blocks=(Bullets(tuple((Foreign(" ".join(line.split())),) for line in lines)),),
        )
    ]


def _analysis(
    name: str,
    results: Mapping[str, Any],
    plan: AnalysisPlan,
    setting: Setting,
    pictures: dict[str, list[Picture]],
) -> Section:
    blocks: list[Block] = [
        said(ASKS[name].format(countries=len(plan.sample.countries)), look="note")
    ]
    for outcome, result in results.items():
        if len(results) > 1:
            blocks.append(said(Strong(outcome)))
        lines = summary(name, result)
        blocks.append(said(lines[0]))
        blocks += in_short(f"{name}-further", lines[1:], IMPORTANT)
    if name == "curve":
        blocks.append(said(APART, look="note"))
    blocks += [picture.block for picture in pictures.get(name, [])]
    made, notes = tables(name, results, setting.sizes)
    folds: list[Block] = []
    for table in made:
        if table.name == "estimates":
            planned, further = _estimates(name, table.frame)
            blocks += planned
            folds += further
        elif table.name == "inference":
            below = [*((note,) for note in notes), NOTE]
            block = table_block(
                f"{name}_inference", table.title, table.frame, notes=below, most=MOST
            )
            title = ("How sure, by every method that applies, side by side",)
            folds.append(Fold(anchor=f"{name}-inference", title=title, blocks=(block,)))
        elif table.name in INLINE:
            blocks.append(
                table_block(
                    f"{name}_{table.name}", table.title, table.frame, notes=(NOTE,), most=MOST
                )
            )
    blocks += folds
    return Section(anchor=f"seizures-{name}", title=(TITLES[name],), blocks=tuple(blocks))


HEADS = {
    "plan": "planned or exploratory",
    "factor": "times as much",
    "low": "95% from",
    "high": "to",
    "detectable": "could be seen from",
}


def _estimates(name: str, frame: pd.DataFrame) -> tuple[list[Block], list[Block]]:
    """Return the planned estimates, and what is exploratory, to be opened."""
    shown = frame.assign(
        factor=[times(value) for value in frame["coefficient"]],
        low=[times(value) for value in frame["low"]],
        high=[times(value) for value in frame["high"]],
        p=["" if math.isnan(p) else "< 0.001" if p < 0.001 else figure(p) for p in frame["p"]],
    )[["effect", "plan", "estimator", "factor", "low", "high", "p", "by", "detectable", "N"]]
    planned = shown["plan"] == "planned"

    def block(which: pd.Series, key: str, title: str) -> TableBlock:
        note, alike = _below(frame[which])
        columns = [column for column in shown if column != "by" or not alike]
        return table_block(
            f"{name}_{key}", title, shown[which].reset_index(drop=True), heads=HEADS,
            columns=columns, notes=(*note, NOTE), most=MOST, whole_frame=frame,
        )  # fmt: skip

    made: list[Block] = []
    if planned.any():
        made.append(block(planned, "estimates", "Planned estimates"))
    if planned.all():
        return made, []
    title = "Exploratory estimates: they can raise a question and answer none"
    inner = block(~planned, "estimates_exploratory", title)
    if made:
        # All of them are in the file of those that are planned.
        inner = replace(inner, frame=None)
    count = int((~planned).sum())
    heading = (f"{count} exploratory estimate{'' if count == 1 else 's'} beside them",)
    return made, [Fold(anchor=f"{name}-exploratory", title=heading, blocks=(inner,))]


def _below(frame: pd.DataFrame) -> tuple[list[Text], bool]:
    """Say how intervals and p were made and what could be seen, and whether all were made alike."""
    ways = list(dict.fromkeys(frame.loc[frame["p"].notna(), "by"]))
    alike = len(ways) < 2
    said_ = []
    if alike and ways:
        known = frame[["low", "high"]].notna().any(axis=None)
        said_.append(f"{'Interval and p' if known else 'p'} by {ways[0]}.")
    if (frame["detectable"] != "").any():
        said_.append(
            "Could be seen from: the smallest true effect, either way, that would have been found in "
            "four of five cases; none: no effect of any size."
        )
    said_.append(f"{NOTHING}: no such figure.")
    return [(" ".join(said_),)], alike


def rejects_too_often(outcomes: Outcomes, setting: Setting) -> str:
    """Return how many methods reject more than they say, or an empty text."""
    if not setting.sizes:
        return ""
    number = len(setting.sizes)
    worst = max(setting.sizes.values(), key=lambda one: one.share)
    return (
        f"{counted(number, 'combination')} of analysis, estimator and method "
        f"{verb(number, 'rejects', 'reject')} true null hypotheses too often, one of them "
        f"{percent(worst.share)} instead of {percent(worst.level)}; they are marked in the tables."
        f"{_of_the_plan(outcomes, setting)}"
    )


def _of_the_plan(outcomes: Outcomes, setting: Setting) -> str:
    """Say which of them the plan itself relies on."""
    relied = {
        (one.analysis, one.estimator, one.main)
        for results in outcomes.values()
        for result in results.values()
        for one in getattr(result, "estimates", ())
        if one.planned
    }
    lax = [
        f"{METHODS[method].name} ({analysis}, {percent(setting.sizes[key].share)} instead of "
        f"{percent(setting.sizes[key].level)})"
        for key in setting.sizes
        if key in relied
        for analysis, _, method in [key]
    ]
    return f" Among them are those that the plan itself relies on: {listed(lax)}." if lax else ""
