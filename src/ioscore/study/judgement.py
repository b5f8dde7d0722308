"""The whole way from coded evidence to a ranking; no files."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence import Evidence, Selection, Window, select
from ioscore.ranking import Ranking, rank
from ioscore.rubric import Rubric
from ioscore.scoring import Scores, score


@dataclass(frozen=True, kw_only=True)
class Study:
    """Evidence, the rows that count, scores and ranking of one rubric."""

    rubric: Rubric
    evidence: Evidence
    selection: Selection
    scores: Scores
    ranking: Ranking


def run_study(evidence: Evidence, rubric: Rubric, *, window: Window | None = None) -> Study:
    """Go the whole way: evidence -> rows that count -> scores -> ranking.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    window : (int, int), optional
        First and last year of the acts that count.

    Returns
    -------
    Study

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules or leaves nothing to score.
    """
    selection = select(evidence, rubric, window=window)
    scores = score(selection, rubric)
    return Study(
        rubric=rubric,
        evidence=evidence,
        selection=selection,
        scores=scores,
        ranking=rank(scores, rubric),
    )


def rank_by_year(evidence: Evidence, rubric: Rubric, *, least: int = 10) -> pd.DataFrame:
    """Rank by the acts of each year alone.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    least : int
        Years with fewer acts that count are refused: their order would say what an author
        happened to cite, not what was done.

    Returns
    -------
    pandas.DataFrame
        One row for each year with an act: `year`, `acts` (dated ones that count), one column of
        ranks for each organisation (NaN where the year is refused, or nothing is known of it
        then), `refused` (the reason, or "").

    Raises
    ------
    EvidenceError
        When no act is dated.
    """
    whole = select(evidence, rubric)
    dated = whole.rows[whole.rows["year_start"] != ""]
    if dated.empty:
        mend = "Code year_start and year_end."
        raise EvidenceError(Problem(where=evidence.name, found="no act is dated", mend=mend))
    first, last = dated["year_start"].astype(int), dated["year_end"].astype(int)
    rows = []
    for year in range(int(first.min()), int(last.max()) + 1):
        acts = dated.loc[(first <= year) & (last >= year), "id"].nunique()
        if acts == 0:
            continue
        row: dict[str, object] = {"year": year, "acts": acts}
        ranks = dict.fromkeys(whole.organisations, float("nan"))
        if acts >= least:
            table = run_study(evidence, rubric, window=(year, year)).ranking.table
            ranks |= dict(zip(table["organisation"], table["rank"], strict=True))
        refused = "" if acts >= least else f"fewer than {least} acts"
        rows.append({**row, **ranks, "refused": refused})
    return pd.DataFrame(rows)
