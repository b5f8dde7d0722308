"""The answer, and how sure it is: what a reader sees first."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ioscore.audit import Audit
from ioscore.ranking import FILLS, TIE, Ranking
from ioscore.report import listed
from ioscore.report.page.document import Facts, Link, Paragraph, Run, Section, Strong, Text, said
from ioscore.report.page.pictures import Picture
from ioscore.report.page.places import Places
from ioscore.report.page.sections.said import counted, verb
from ioscore.report.page.sections.sureness import sureness
from ioscore.report.page.tabular import figure, linked, span, table_block, whole
from ioscore.report.ranking import MEASURES

CHANGE = ("change", "first", "turns", "not_applicable")
"""Columns of the table of single changes that are no scores."""


def answer(audit: Audit, places: Places, pictures: dict[str, list[Picture]]) -> Section:
    """Return the section that answers the question."""
    ranking = audit.study.ranking
    frame = ranking_frame(audit)
    return Section(
        anchor="answer",
        title=("The answer, and how sure it is",),
        blocks=(
            Paragraph(verdict(ranking.table, ranking.rubric.close), "lead"),
            said(*how_sure(audit)),
            Facts(tuple(sureness(audit))),
            table_block(
                "answer_ranking",
                "Ranking by documented effort",
                frame,
                heads={
                    "missing": "cells missing",
                    "range": "rank could be",
                    "bar": "score (bar) and its range (line)",
                },
                shapes={
                    "rank": lambda value, _: (whole(value),),
                    "organisation": linked(lambda value, _: places.organisation(str(value))),
                },
                bars={"bar": ("score_low", "score_high")},
                columns=["rank", "organisation", "name", "score", "bar", "range", "missing"],
                whole_frame=frame.drop(columns="bar"),
                notes=(_cells(audit),),
            ),
            said(*measures(audit), look="note"),
            said(
                "Terms of the field are explained ",
                Link("in a sentence each", "#terms"),
                ", under Methods.",
                look="note",
            ),
            *(picture.block for picture in pictures.get("study", [])),
        ),
    )


def verdict(table: pd.DataFrame, close: float) -> Text:
    """Return who does most and who least, or that it is too close to call.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a ranking, best first.
    close : float
        A difference of scores up to it is none.
    """
    known = table.dropna(subset="rank")
    if known.empty:
        return ("Nothing can be ranked: no organisation has a score.",)
    if len(known) == 1:
        only = known.iloc[0]
        return (f"Only {only['organisation']} has a score: {figure(only['score'])}.",)
    top = known[known["score"] >= known["score"].max() - close]
    bottom = known[known["score"] <= known["score"].min() + close]
    if len(top) == len(known):
        return (Strong("All are too close to call"), f": {_scores(known)}; {_margin(close)}.")
    runs: list[Run] = []
    if len(top) > 1:
        runs += [Strong("Too close to call"), f" between {_scores(top)}: {_margin(close)}."]
    else:
        second = known.iloc[1]
        runs += [
            Strong(f"{top.iloc[0]['organisation']} does most"),
            f" by this evidence: {figure(top.iloc[0]['score'])} against {figure(second['score'])} "
            f"of {second['organisation']}.",
        ]
    if len(bottom) == 1:
        least = bottom.iloc[0]
        runs.append(f" {least['organisation']} does least, with {figure(least['score'])}.")
    return tuple(runs)


def how_sure(audit: Audit) -> Text:
    """Return in a few sentences what the first and the last place hang on."""
    ranking = audit.study.ranking
    table = ranking.table.dropna(subset="rank")
    tried = audit.changes[audit.changes["not_applicable"] == ""]
    if table.empty or tried.empty:
        return (missing_cells(ranking),)
    close, total = ranking.rubric.close, len(tried)
    turns = int(tried["turns"].sum())
    near = within_margin(audit.changes, ranking.first, close)
    first = "No change of a single coding or scoring choice changes who is first"
    if turns:
        first = (
            f"{turns:,} of {counted(total, 'change')} of a single coding or scoring choice "
            f"{verb(turns, 'changes', 'change')} who is first, {near or 'none'} of them by no more "
            f"than the margin of {close:g}"
        )
    last, still = last_kept(audit.changes, table)
    steady = f"{listed(last)} {verb(len(last), 'stays', 'stay')} last under "
    steady += "all of them" if still == total else f"{still:,} of {total:,}"
    out = len(audit.changes) - total
    silent = f" ({out:,} more {verb(out, 'leaves', 'leave')} nothing that can be scored)" * bool(
        out
    )
    return (
        f"{missing_cells(ranking)} ",
        f"{first}; {steady}{silent}. First and last mean by any lead in these two sentences and in "
        f"the lines below; the sentence at the top, and the claims, ask for more than {close:g}.",
    )


def within_margin(changes: pd.DataFrame, first: Sequence[str], close: float) -> int:
    """Return how many changes turn the first place by no more than a margin.

    Parameters
    ----------
    changes : pandas.DataFrame
        From `ioscore.audit.checks.changes_table`.
    first : sequence of str
        Who is first without any change.
    close : float
    """
    turning = changes[changes["turns"].astype(bool)]
    scores = turning[[name for name in changes.columns if name not in CHANGE]]
    leads = scores.max(axis=1) - scores[list(first)].min(axis=1, skipna=False)
    return int((leads <= close).sum())


def last_kept(changes: pd.DataFrame, table: pd.DataFrame) -> tuple[list[str], int]:
    """Return who is last, several where they tie, and how many changes leave all of them last.

    Parameters
    ----------
    changes : pandas.DataFrame
        From `ioscore.audit.checks.changes_table`; changes that leave nothing to score do not count.
    table : pandas.DataFrame
        Of a ranking, without those that have no score.
    """
    tried = changes[changes["not_applicable"] == ""]
    last = list(table.loc[table["score"] <= table["score"].min() + TIE, "organisation"])
    scores = tried[list(table["organisation"])].astype(float)
    level = scores[last].le(scores.min(axis=1) + TIE, axis=0)
    return last, int(level.all(axis=1).sum())


def missing_cells(ranking: Ranking) -> str:
    """Return in a sentence what the missing cells leave of the first place."""
    table = ranking.table
    if not table["missing"].any():
        return f"No cell is missing: {listed(ranking.first)} first."
    if ranking.first_determined:
        return f"{listed(ranking.first)} would be first whatever the missing cells hold."
    firsts: dict[str, list[str]] = {}
    words = {"renormalise": "passed over", "worst": "at their worst", "best": "at their best"}
    for rule in FILLS:
        names = listed(list(ranking.by_fill.index[ranking.by_fill[rule] == 1]))
        firsts.setdefault(names or "nobody", []).append(words[rule])
    each = "; ".join(f"{names} with them {listed(rules)}" for names, rules in firsts.items())
    if len(firsts) > 1:
        return f"What the missing cells hold decides who is first: {each}."
    simple = f"{listed(ranking.first)} first by each simple rule for the missing cells"
    if table["rank_best"].isna().all():
        return f"{simple}; over all that they could hold this method gives no range."
    could = table.loc[(table["rank_best"] == 1) & (table["rank"] > 1), "organisation"]
    others = (
        f"put {listed(list(could))} level or ahead" if len(could) else "part those who are level"
    )
    return f"The missing cells leave the first place open: {simple}, but what they hold could {others}."


def ranking_frame(audit: Audit) -> pd.DataFrame:
    """Return the ranking as the first table of the report has it."""
    table = audit.study.ranking.table
    names = audit.study.selection.organisations
    return pd.DataFrame(
        {
            "rank": table["rank"],
            "organisation": table["organisation"],
            "name": [names[name] for name in table["organisation"]],
            "score": table["score"],
            "bar": table["score"],
            "range": [
                span(low, high)
                for low, high in zip(table["rank_best"], table["rank_worst"], strict=True)
            ],
            "score_low": table["score_low"],
            "score_high": table["score_high"],
            "missing": table["missing"],
        }
    )


def measures(audit: Audit) -> Text:
    """Return what the scores measure and what not."""
    sources = [source for source in audit.study.selection.sources if source]
    where = f" Sources that count: {listed(sources)}." if sources else ""
    return (
        Strong("What a score is."),
        f" It measures {MEASURES}.{where} ",
        Link("What the ends of the scale mean", "#rubric-rules"),
        " stands with the rubric; ",
        Link("effort and effect are told apart below", "#threat-effect"),
        ".",
    )


def _cells(audit: Audit) -> Text:
    """Say what a cell is, and what its being missing does to a rank."""
    return (
        "Rank could be: over all that the missing cells, those for which nothing counts under this "
        "rubric, could hold. A cell is one organisation in one criterion of the lowest level; there "
        f"{verb(audit.study.scores.matrix.shape[1], 'is', 'are')} "
        f"{audit.study.scores.matrix.shape[1]} for each.",
    )


def _scores(rows: pd.DataFrame) -> str:
    return listed([f"{row.organisation} ({figure(row.score)})" for row in rows.itertuples()])


def _margin(close: float) -> str:
    return f"a difference up to {close:g} counts as none"


def numbers(audit: Audit) -> str:
    """Return the scores in a sentence."""
    table = audit.study.ranking.table
    if table["score"].isna().all():
        return "There are no scores."
    return f"Scores: {_scores(table.dropna(subset='score'))}."
