"""What a row is worth: its strength on a scale, its source's reliability, and how much is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.coverage import words_by_organisation
from ioscore.evidence.table import Evidence
from ioscore.rubric import Rubric


def strength_points(rubric: Rubric, *, scale: str, rule: str) -> dict[str, float]:
    """Return the points of each level of strength.

    Parameters
    ----------
    rubric : Rubric
    scale : {"linear", "flat", "steep"}
        As the rubric says; all as the lowest; powers of three up to the highest.
    rule : str
        Scoring rule; under `count` every level has half the points of the highest.

    Returns
    -------
    dict of str to float
        By the level as it stands in the evidence.
    """
    levels = sorted(rubric.levels)
    top = max(rubric.levels[n].points for n in levels)
    if rule == "count":
        return {str(n): top / 2 for n in levels}
    points = {
        "linear": {n: rubric.levels[n].points for n in levels},
        "flat": dict.fromkeys(levels, rubric.levels[levels[0]].points),
        "steep": {n: top * 3.0 ** (i + 1 - len(levels)) for i, n in enumerate(levels)},
    }[scale]
    return {str(n): float(value) for n, value in points.items()}


def reliability(sources: Iterable[str], evidence: Evidence, rubric: Rubric) -> dict[str, float]:
    """Return the reliability of each source: its own, or that of its kind, or 1."""
    given = rubric.reliability
    return {
        source: given.get(source, given.get(evidence.kinds.get(source, ""), 1.0))
        for source in sources
    }


def per_words(
    evidence: Evidence, sources: tuple[str, ...], organisations: Sequence[str]
) -> pd.Series:
    """Return the factor by which points are corrected for how much is written on each.

    Parameters
    ----------
    evidence : Evidence
        With its paragraphs.
    sources : tuple of str
        Those whose words count.
    organisations : sequence of str

    Returns
    -------
    pandas.Series
        By organisation: mean words over own words. Times the mean, so that the fixed scale of the
        scoring rule keeps its meaning.

    Raises
    ------
    EvidenceError
        When no words are counted on one of them.
    """
    words = words_by_organisation(evidence, sources).reindex(list(organisations))
    if words.isna().any() or (words == 0).any():
        names = ", ".join(words.index[words.isna() | (words == 0)])
        raise EvidenceError(
            Problem(
                where=evidence.name,
                found=f"no words are counted on {names}, so nothing can be had per 1,000 words",
                mend="Choose documentation: as_written, or supply paragraphs.csv.",
            )
        )
    return words.mean() / words
