"""The answer, and how sure it is: what a reader sees first."""

from __future__ import annotations

import pandas as pd

from ioscore.audit import Audit
from ioscore.evidence.selection import Selection
from ioscore.ranking import FILLS, Ranking
from ioscore.report import listed
from ioscore.report.page.document import Facts, Link, Paragraph, Run, Section, Strong, Text, said
from ioscore.report.page.pictures import Picture
from ioscore.report.page.places import Places
from ioscore.report.page.sections.sureness import sureness
from ioscore.report.page.tabular import figure, linked, span, table_block, whole
from ioscore.report.ranking import MEASURES


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
                    "bar": "score and its range",
                },
                shapes={
                    "rank": lambda value, _: (whole(value),),
                    "organisation": linked(lambda value, _: places.organisation(str(value))),
                },
                bars={"bar": ("score_low", "score_high")},
                columns=["rank", "organisation", "name", "score", "bar", "range", "missing"],
                whole_frame=frame.drop(columns="bar"),
                notes=(
                    (
                        "Bar: the score on the scale from 0 to 1. Line, and “rank could be”: all that the "
                        "cells of which nothing is known could make of it. A cell is one organisation in "
                        f"one criterion; there are {audit.study.scores.matrix.shape[1]} for each.",
                    ),
                ),
            ),
            said(*measures(audit.study.selection), look="note"),
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
    """Return in two sentences what the first and the last place hang on."""
    table = audit.study.ranking.table.dropna(subset="rank")
    tried = audit.changes[audit.changes["not_applicable"] == ""]
    if table.empty or tried.empty:
        return (missing_cells(audit.study.ranking),)
    names = list(table["organisation"])
    last = names[-1]
    still = int((tried[names].idxmin(axis=1) == last).sum())
    turns = int(tried["turns"].sum())
    first = (
        "No change of a single coding or scoring choice puts another first"
        if not turns
        else f"{turns} of {len(tried)} changes of a single coding or scoring choice put another first"
    )
    steady = f"; {last} stays last under {'all' if still == len(tried) else still}"
    steady += "" if still == len(tried) else f" of {len(tried)}"
    return (f"{missing_cells(audit.study.ranking)} ", f"{first}{steady}.")


def missing_cells(ranking: Ranking) -> str:
    """Return in a sentence what the missing cells leave of the first place."""
    if not ranking.table["missing"].any():
        return f"No cell is missing: {listed(ranking.first)} first."
    if ranking.first_determined:
        return f"{listed(ranking.first)} would be first whatever the missing cells hold."
    firsts: dict[str, list[str]] = {}
    words = {"renormalise": "passed over", "worst": "at their worst", "best": "at their best"}
    for rule in FILLS:
        names = listed(list(ranking.by_fill.index[ranking.by_fill[rule] == 1]))
        firsts.setdefault(names or "nobody", []).append(words[rule])
    each = "; ".join(f"{names} with them {listed(rules)}" for names, rules in firsts.items())
    if len(firsts) == 1:
        return (
            f"The missing cells leave the first place open: {listed(ranking.first)} by each simple "
            "rule for them, but what they hold could put others level or ahead."
        )
    return f"What the missing cells hold decides who is first: {each}."


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


def measures(selection: Selection) -> Text:
    """Return what the scores measure and what not."""
    sources = [source for source in selection.sources if source]
    where = f" Sources that count: {listed(sources)}." if sources else ""
    return (
        Strong("What a score is."),
        f" It measures {MEASURES}: 0 is no effort that the sources document, 1 the most that the scale "
        f"knows.{where} ",
        Link("Effort and effect are told apart below", "#threat-effect"),
        ".",
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
