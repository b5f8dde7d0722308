"""Phrases that several sections share, and sentences of which only the important ones stand open."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from ioscore.report import listed
from ioscore.report.page.document import Block, Fold, sentences
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.switches import switches_of


def in_short(anchor: str, lines: Sequence[str], important: Sequence[str]) -> list[Block]:
    """Return sentences, those that hold one of some signs in sight and the others in a fold.

    Parameters
    ----------
    anchor : str
        Of the fold.
    lines : sequence of str
    important : sequence of str
        Words by which a sentence is important. Where all are, or none is, all stay in sight.
    """
    shown = [line for line in lines if any(sign in line for sign in important)]
    rest = [line for line in lines if line not in shown]
    if not shown or not rest:
        return [sentences(lines)]
    title = (f"{counted(len(rest), 'more sentence')}, in detail",)
    return [sentences(shown), Fold(anchor=anchor, title=title, blocks=(sentences(rest),))]


def counted(number: float, word: str) -> str:
    """Return a number with its noun: ``1 act``, ``1,200 acts``, ``0.5 points``."""
    figures = f"{int(number):,}" if number == int(number) else f"{number:g}"
    return f"{figures} {word}{verb(number, '', 's')}"


def verb(number: float, one: str, many: str) -> str:
    """Return the form of a verb that fits a number."""
    return one if number == 1 else many


def acts(rows: pd.DataFrame) -> int:
    """Return how many acts some rows stand for; one act can be coded, and counted, in several rows."""
    return int(rows["id"].nunique())


def spaced(text: str) -> str:
    """Return a reason or a level with a space after each comma."""
    return re.sub(r",(?=\S)", ", ", text)


def any_lead(close: float) -> str:
    """Say what first and last mean where single leads are counted."""
    return (
        "First and last mean by any lead here, however small; the sentence at the top of the report "
        f"and the claims ask for more than the margin of {close:g}."
    )


def varied(rubric: Rubric) -> str:
    """Return how many choices and which rules of a rubric vary when all combinations are tried."""
    names = [switch.name for switch in switches_of(rubric)]
    rules = [name.replace("_", " ") for name in names if name in rubric.rules]
    choices = len(names) - len(rules)
    parts = [f"the {counted(choices, 'choice')} of the rubric"] if choices else []
    if rules:
        parts.append(f"the {counted(len(rules), 'rule')} that it lets vary ({listed(rules)})")
    return listed(parts)


def has_neutral(rubric: Rubric) -> bool:
    """Say whether a rubric has barriers that stand at one half where nothing weighs more."""
    barriers = any(node.kind == "barrier" for node in rubric.leaves())
    return barriers and rubric.level("barrier_treatment") == "balance"


def neutral(rubric: Rubric) -> str:
    """Say what the ends of the scale of a cell mean, and where it stands when nothing was done."""
    nodes = list(rubric.leaves())
    treatment = rubric.level("barrier_treatment")
    balance = has_neutral(rubric)
    lines = []
    if any(node.kind == "tactic" or treatment == "net" for node in nodes):
        what = "tactic" if balance else "criterion"
        lines.append(
            f"In a {what} 0 is no effort beyond its shortcomings, and 1 the most that the scale knows."
        )
    if balance:
        lines.append(
            "A barrier stands at one half where it is neither answered nor found to hold the work "
            "back: above one half the answers outweigh, below it the hindrances, and a stated "
            "refusal to address it "
            + (
                "puts it at 0."
                if rubric.level("barrier_absence") == "zero"
                else "counts as no answer."
            )
            + " So a score in a barrier and one in a tactic cannot be held side by side."
        )
    return " ".join(lines)
