"""Which coded rows count under a rubric: its choices applied one by one, nothing dropped unseen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.points import per_words, reliability, strength_points
from ioscore.evidence.reading import partly_absent, read_leaves, spread_denials
from ioscore.evidence.table import NOBODY, OUTSIDE, Evidence, alternatives, validate_evidence
from ioscore.rubric import Rubric

Window = tuple[int, int]

ROW_CHOICES = {
    "plans": "plan",
    "bilateral": "act of a state by itself",
    "partners": "act of a body founded or equipped",
    "elsewhere": "act in another country only",
}
"""Choices that include or exclude rows beside `sources`, and what is left out where they exclude."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The rows that count under a rubric.

    Attributes
    ----------
    rows : pandas.DataFrame
        Evidence rows with `leaf` (path of the leaf that scores the row) and `points` (float, NaN
        for stated absence). A general denial stands once for each leaf that it denies.
    left_out : dict of str to int
        Number of coded rows left out, by reason, in the order of the sieves; each once, and none
        that counts for any leaf.
    out : pandas.DataFrame
        The rows left out, with `leaf` (None where there is none) and `reason`.
    organisations : dict of str to str
        Id and name of the organisations compared.
    sources : tuple of str
        Sources of the rows that count.
    kinds : tuple of str
        Their kinds, as far as a table of sources gives them.
    window : (int, int) or None
        First and last year, where only a window of time counts.
    """

    rows: pd.DataFrame
    left_out: dict[str, int]
    out: pd.DataFrame
    organisations: dict[str, str]
    sources: tuple[str, ...]
    kinds: tuple[str, ...]
    window: Window | None

    @property
    def coded(self) -> int:
        """Number of coded rows that count, each once, on however many leaves."""
        return int(_once(self.rows).nunique())

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the rows that count."""
        return self.rows.copy()


def select(evidence: Evidence, rubric: Rubric, *, window: Window | None = None) -> Selection:
    """Return the rows that count, with their leaf and points.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
        Its `choices` are applied: sources, types of evidence, actors, reach, readings of
        disputed codes, strength scale, reliability of sources, documentation.
    window : (int, int), optional
        First and last year. An act counts if any of its years lies within, and once; undated
        acts are left out and counted in `left_out`.

    Returns
    -------
    Selection

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules, or when no row is left.
    """
    validate_evidence(evidence, rubric)
    organisations = alternatives(evidence, rubric)
    rows = spread_denials(evidence.rows, rubric)
    reasons: list[str] = []
    counts = np.ones(len(rows), dtype=bool)
    why = np.full(len(rows), "", dtype=object)

    def sieve(reason: str, keep: pd.Series | np.ndarray) -> None:
        nonlocal counts
        after = counts & np.asarray(keep, dtype=bool)
        reasons.append(reason)
        why[counts & ~after] = reason
        counts = after

    level = rubric.level
    for reason, keep in concerned(rows, organisations).items():
        sieve(reason, keep)
    leaf = pd.Series(read_leaves(rows, rubric), index=rows.index, dtype=object)
    sieve("criterion left out by the rubric", leaf.notna())
    sieve(
        "absence of one part of a criterion that is scored as a whole", ~partly_absent(rows, leaf)
    )
    check_sources(level("sources"), evidence)
    sieve(f"other source than {level('sources')}", kept(rows, "sources", level("sources")))
    sieve("opinion or recommendation, never scored", ~is_talk(rows))
    for choice, reason in ROW_CHOICES.items():
        sieve(reason, kept(rows, choice, level(choice)))
    for reason, keep in in_window(rows, window).items():
        sieve(reason, keep)
    known = rows.assign(leaf=leaf)
    rows, out = known[counts], known[~counts].assign(reason=why[~counts])
    left_out = _numbers(rows, out, reasons)
    if rows.empty:
        why_none = "; ".join(f"{n} {reason}" for reason, n in left_out.items())
        raise EvidenceError(
            Problem(
                where=evidence.name,
                found=f"no row is left to score under rubric {rubric.name} ({why_none})",
                mend="Change the choice, source or window that takes them away.",
            )
        )
    sources = tuple(name for name in dict.fromkeys(rows["source"]) if name)
    return Selection(
        rows=rows.assign(points=_points(rows, evidence, rubric, organisations)),
        left_out=left_out,
        out=out,
        organisations=organisations,
        sources=sources,
        kinds=tuple(dict.fromkeys(evidence.kinds[n] for n in sources if n in evidence.kinds)),
        window=window,
    )


def _once(rows: pd.DataFrame) -> pd.Series:
    """Return what tells coded rows apart: where they stand, and the act."""
    return rows["where"] + " " + rows["id"]


def _numbers(rows: pd.DataFrame, out: pd.DataFrame, reasons: list[str]) -> dict[str, int]:
    """Return how many coded rows of which nothing counts are left out, by their first reason."""
    gone = _once(out)
    each = out[~gone.isin(_once(rows)) & ~gone.duplicated()]
    found = each["reason"].value_counts()
    return {reason: int(found[reason]) for reason in reasons if reason in found}


def concerned(rows: pd.DataFrame, organisations: Collection[str]) -> dict[str, pd.Series]:
    """Say which rows are about an organisation that is compared and a criterion of the family.

    Parameters
    ----------
    rows : pandas.DataFrame
    organisations : collection of str

    Returns
    -------
    dict of str to pandas.Series
        By the reason for which the others are left out.
    """
    return {
        "setting or organisations in general, count for nobody": ~rows["organisation"].isin(NOBODY),
        "organisation left out by the rubric": rows["organisation"].isin(organisations),
        "criterion outside this family of rubrics": rows["criterion"] != OUTSIDE,
    }


def is_talk(rows: pd.DataFrame) -> pd.Series:
    """Say which rows are opinions or recommendations, which no choice lets in."""
    return rows["evidence_type"].isin(("opinion", "recommendation"))


def kept(rows: pd.DataFrame, choice: str, level: str) -> pd.Series:
    """Say which rows one level of a choice about rows keeps.

    Parameters
    ----------
    rows : pandas.DataFrame
    choice : str
        `sources` or one of `ROW_CHOICES`.
    level : str

    Returns
    -------
    pandas.Series of bool
    """
    if choice == "sources" and level != "all":
        return rows["source"].isin(_source_ids(level))
    if level == "exclude":
        if choice == "plans":
            return rows["evidence_type"] != "plan"
        if choice == "elsewhere":
            return rows["reach"] != "elsewhere"
        actor = "state:" if choice == "bilateral" else "partner:"
        return ~rows["actor"].str.startswith(actor)
    return pd.Series(data=True, index=rows.index)


def in_window(rows: pd.DataFrame, window: Window | None) -> dict[str, pd.Series]:
    """Say which rows lie in a window of time, by the reason for which the others are left out."""
    if window is None:
        return {}
    first, last = (f"{year:04d}" for year in window)
    return {
        "undated, so in no window of time": rows["year_start"] != "",
        f"outside {first} to {last}": (rows["year_start"] <= last) & (rows["year_end"] >= first),
    }


def _points(
    rows: pd.DataFrame, evidence: Evidence, rubric: Rubric, organisations: dict[str, str]
) -> pd.Series:
    """Return the points of each row: level of strength, times reliability, per words if chosen."""
    scale = strength_points(rubric, scale=rubric.level("strength_scale"), rule=rubric.scoring.rule)
    sources = tuple(rows["source"].unique())
    trust = reliability(sources, evidence, rubric)
    points = rows["strength"].map(scale).astype(float) * rows["source"].map(trust).astype(float)
    if rubric.level("documentation") == "per_1000_words":
        points = points * rows["organisation"].map(
            per_words(evidence, sources, list(organisations))
        )
    return points


def _source_ids(level: str) -> list[str]:
    return [name.strip() for name in level.split(",")]


def check_sources(level: str, evidence: Evidence) -> None:
    """Raise where a level of `sources` names a source that there is not."""
    known = evidence.kinds or dict.fromkeys(evidence.rows["source"], "")
    unknown = [name for name in _source_ids(level) if level != "all" and name not in known]
    if unknown:
        raise EvidenceError(
            Problem(
                where=evidence.name,
                found=f"there is no source {', '.join(unknown)}",
                mend=f"Take 'all', or some of {', '.join(filter(None, known)) or 'none'}.",
            )
        )
