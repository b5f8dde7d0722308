"""The whole way from coded evidence to a ranking; no files."""

from __future__ import annotations

from dataclasses import dataclass

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
