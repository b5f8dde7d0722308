"""How much is written on whom: words, rows and events, and whether scores follow them."""

from __future__ import annotations

import re
from collections import defaultdict

import pandas as pd

from ioscore.evidence.table import Evidence


def words_by_organisation(evidence: Evidence, sources: tuple[str, ...] | None = None) -> pd.Series:
    """Return the words written on each organisation.

    The words of a paragraph are divided equally among the organisations that have an act coded
    in it (`setting` and `all` among them).

    Parameters
    ----------
    evidence : Evidence
        With its `paragraphs`.
    sources : tuple of str, optional
        Count these sources only.

    Returns
    -------
    pandas.Series
        Words by organisation, float; empty where no paragraphs came with the evidence.
    """
    table = words_table(evidence)
    if sources is not None:
        table = table[table["source"].isin(sources)]
    return table.groupby("organisation")["words"].sum()


def words_table(evidence: Evidence) -> pd.DataFrame:
    """Return words by organisation and source: columns `organisation`, `source`, `words`."""
    words: dict[tuple[str, str], float] = defaultdict(float)
    if not evidence.paragraphs.empty:
        subjects = _subjects(evidence)
        for row in evidence.paragraphs.itertuples(index=False):
            about: set[str] = set()
            for line in range(row.line, row.line_end + 1):
                about |= subjects.get((row.source, line), set())
            for organisation in about:
                words[organisation, row.source] += row.words / len(about)
    records = [(organisation, source, n) for (organisation, source), n in sorted(words.items())]
    return pd.DataFrame(records, columns=["organisation", "source", "words"])


def coverage(evidence: Evidence) -> pd.DataFrame:
    """Return words, coded rows and events per organisation and source.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    pandas.DataFrame
        Columns `organisation`, `source`, `words` (NaN without paragraphs), `rows`, `events`.
    """
    rows = evidence.rows.groupby(["organisation", "source"], sort=True)
    counts = rows.agg(rows=("id", "size"), events=("event_id", "nunique")).reset_index()
    table = counts.merge(words_table(evidence), on=["organisation", "source"], how="left")
    return table[["organisation", "source", "words", "rows", "events"]]


def rank_correlation(left: pd.Series, right: pd.Series) -> float:
    """Return Spearman's rank correlation of two series over their common labels.

    Parameters
    ----------
    left, right : pandas.Series
        Numbers with unique labels; ties get mean ranks.

    Returns
    -------
    float
        In [-1, 1]; NaN with fewer than three common labels or a constant series.

    References
    ----------
    Spearman, C. (1904). The proof and measurement of association between two things.
    American Journal of Psychology, 15(1), 72-101. doi:10.2307/1412159
    """
    both = pd.concat([left, right], axis=1, join="inner").dropna()
    if len(both) < 3 or (both.nunique() < 2).any():
        return float("nan")
    ranks = both.rank()
    return float(ranks.iloc[:, 0].corr(ranks.iloc[:, 1]))


def _subjects(evidence: Evidence) -> dict[tuple[str, int], set[str]]:
    subjects: dict[tuple[str, int], set[str]] = defaultdict(set)
    rows = evidence.rows
    for source, locator, organisation in zip(
        rows["source"], rows["locator"], rows["organisation"], strict=True
    ):
        if match := re.match(r"line (\d+)", locator):
            subjects[source, int(match[1])].add(organisation)
    return subjects
