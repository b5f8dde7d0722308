"""What the order rests on, by simple comparisons: single changes, single coders, other rubrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ioscore.claims import single_changes
from ioscore.errors import EvidenceError, IoscoreError, NotApplicable
from ioscore.evidence import Evidence, rank_correlation, words_by_organisation
from ioscore.ranking import Ranking
from ioscore.rubric import Rubric
from ioscore.study import Study, run_study

if TYPE_CHECKING:
    from ioscore.evidence.matching import Reading


BEYOND = ("region", "inter_organisation", "global")
"""Reach of acts that are about more than the country in question."""
NOTHING_LEFT = "no cell is left that could be scored"


def changes_table(study: Study) -> pd.DataFrame:
    """Return what each change of one choice or one rule does to the scores.

    Returns
    -------
    pandas.DataFrame
        `change` (as ``plans=include``), `first` (by commas), `turns` (whether the first are
        others, by any lead), one column of scores for each organisation in the order of the
        ranking, `not_applicable` (why nothing can be scored, or empty).
    """
    names = list(study.ranking.table["organisation"])
    rows: list[dict[str, object]] = []
    for change, rubric in single_changes(study.rubric):
        scores: dict[str, object] = dict.fromkeys(names, float("nan"))
        row: dict[str, object] = {"change": change, "first": "", "turns": False}
        try:
            ranking = run_study(study.evidence, rubric, window=study.selection.window).ranking
        except IoscoreError as error:
            rows.append({**row, **scores, "not_applicable": error.problems[0].found})
            continue
        if not ranking.first:
            rows.append({**row, **scores, "not_applicable": NOTHING_LEFT})
            continue
        scores |= dict(zip(ranking.table["organisation"], ranking.table["score"], strict=True))
        row["first"] = ", ".join(ranking.first)
        row["turns"] = set(ranking.first) != set(study.ranking.first)
        rows.append({**row, **scores, "not_applicable": ""})
    return pd.DataFrame(rows, columns=["change", "first", "turns", *names, "not_applicable"])


def nearer_order(study: Study) -> Ranking | NotApplicable:
    """Return the order without acts that reach beyond the country in question.

    Returns
    -------
    Ranking or NotApplicable
        The latter where no such act counts, or nothing else does.
    """
    if not study.selection.rows["reach"].isin(BEYOND).any():
        return NotApplicable("no act that counts is known to reach beyond the country")
    rows = study.evidence.rows
    nearer = replace(study.evidence, rows=rows[~rows["reach"].isin(BEYOND)])
    try:
        return run_study(nearer, study.rubric, window=study.selection.window).ranking
    except EvidenceError as error:
        return NotApplicable(error.problems[0].found)


def orders_by_reader(
    readings: Sequence[tuple[Reading, Evidence]], rubric: Rubric
) -> dict[str, Ranking | NotApplicable]:
    """Return the order by what each coder alone made of the sources."""
    found: dict[str, Ranking | NotApplicable] = {}
    for reading, evidence in readings:
        try:
            found[reading.coder] = run_study(evidence, rubric).ranking
        except EvidenceError as error:
            found[reading.coder] = NotApplicable(error.problems[0].found)
    return found


def orders_by_rubric(evidence: Evidence, rivals: Sequence[Rubric]) -> tuple[Ranking, ...]:
    """Return the order by each of some rubrics, on the same evidence."""
    return tuple(run_study(evidence, rubric).ranking for rubric in rivals)


def words_of(study: Study) -> tuple[pd.Series, float]:
    """Return the words on each organisation in the sources that count, and how scores follow them.

    Returns
    -------
    words : pandas.Series
        By organisation in the order of the ranking; empty without paragraphs.
    correlation : float
        Spearman's, in [-1, 1]; NaN where there is none.
    """
    words = words_by_organisation(study.evidence, study.selection.sources)
    scores = study.ranking.table.set_index("organisation")["score"]
    words = words.reindex(scores.index) if len(words) else words
    return words, rank_correlation(scores, words)
