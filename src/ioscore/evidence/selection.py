"""Which coded rows count under a rubric: its choices applied one by one, nothing dropped unseen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.coverage import words_by_organisation
from ioscore.evidence.table import (
    NOBODY,
    OUTSIDE,
    Evidence,
    alternatives,
    find_leaf,
    leaf_of,
    validate_evidence,
)
from ioscore.rubric import Rubric

Window = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The rows that count under a rubric.

    Attributes
    ----------
    rows : pandas.DataFrame
        Evidence rows with `leaf` (path of the leaf that scores the row) and `points` (float, NaN
        for stated absence).
    left_out : dict of str to int
        Number of rows left out, by reason, in the order of the sieves.
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
    rows = _spread(evidence.rows, rubric)
    left_out: dict[str, int] = {}
    counts = np.ones(len(rows), dtype=bool)
    why = np.full(len(rows), "", dtype=object)

    def sieve(reason: str, keep: pd.Series | np.ndarray) -> None:
        nonlocal counts
        after = counts & np.asarray(keep, dtype=bool)
        if dropped := int(counts.sum() - after.sum()):
            left_out[reason] = dropped
            why[counts & ~after] = reason
        counts = after

    level = rubric.level
    sieve(
        "setting or organisations in general, count for nobody", ~rows["organisation"].isin(NOBODY)
    )
    sieve("organisation left out by the rubric", rows["organisation"].isin(organisations))
    sieve("criterion outside this family of rubrics", rows["criterion"] != OUTSIDE)
    leaf = pd.Series(_leaves(rows, rubric), index=rows.index, dtype=object)
    sieve("criterion left out by the rubric", leaf.notna())
    sieve(
        "absence of one part of a criterion that is scored as a whole", ~_partly_absent(rows, leaf)
    )
    if level("sources") != "all":
        wanted = [name.strip() for name in level("sources").split(",")]
        _check_sources(wanted, evidence)
        sieve(f"other source than {level('sources')}", rows["source"].isin(wanted))
    talk = rows["evidence_type"].isin(("opinion", "recommendation"))
    sieve("opinion or recommendation, never scored", ~talk)
    if level("plans") == "exclude":
        sieve("plan", rows["evidence_type"] != "plan")
    if level("bilateral") == "exclude":
        sieve("act of a state by itself", ~rows["actor"].str.startswith("state:"))
    if level("partners") == "exclude":
        sieve("act of a body founded or equipped", ~rows["actor"].str.startswith("partner:"))
    if level("elsewhere") == "exclude":
        sieve("act in another country only", rows["reach"] != "elsewhere")
    if window is not None:
        first, last = (f"{year:04d}" for year in window)
        sieve("undated, so in no window of time", rows["year_start"] != "")
        sieve(
            f"outside {first} to {last}", (rows["year_start"] <= last) & (rows["year_end"] >= first)
        )
    known = rows.assign(leaf=leaf)
    rows, out = known[counts], known[~counts].assign(reason=why[~counts])
    if rows.empty:
        reasons = "; ".join(f"{n} {reason}" for reason, n in left_out.items())
        raise EvidenceError(
            Problem(
                where=evidence.name,
                found=f"no row is left to score under rubric {rubric.name} ({reasons})",
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


def _spread(rows: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """Give each denial of a criterion with subcriteria to all its leaves.

    "Has built no infrastructure" denies posts, units and centres alike; "has built infrastructure"
    affirms at least one of them, so it must be coded at one.
    """
    leaves = leaf_of(rubric)
    below: dict[str, list[str]] = {}
    for criterion, sub in leaves:
        if sub and (criterion, "") not in leaves:
            below.setdefault(criterion, []).append(sub)
    whole = (
        (rows["effect"] == "absent") & (rows["subcriterion"] == "") & rows["criterion"].isin(below)
    )
    if not whole.any():
        return rows
    denials = rows[whole].assign(subcriterion=rows.loc[whole, "criterion"].map(below))
    return pd.concat([rows[~whole], denials.explode("subcriterion")], ignore_index=True)


def _leaves(rows: pd.DataFrame, rubric: Rubric) -> list[str | None]:
    """Return the leaf of each row, moved where a choice reads disputed codes otherwise."""
    leaves = leaf_of(rubric)
    moves = [
        choice for choice in rubric.choices.values() if choice.moves and choice.level != "main"
    ]

    @cache
    def leaf(criterion: str, sub: str, alternatives: str) -> str | None:
        main = find_leaf(leaves, criterion, sub)
        for choice in moves if main else ():
            if any(main == m or f"{main}/".startswith(f"{m}/") for m in choice.moves):
                for path in alternatives.split(";"):
                    to, _, to_sub = path.partition("/")
                    if to == choice.level:
                        return find_leaf(leaves, to, to_sub) or main
        return main

    return list(map(leaf, rows["criterion"], rows["subcriterion"], rows["alt_criterion"]))


def _partly_absent(rows: pd.DataFrame, leaf: pd.Series) -> np.ndarray:
    """Say which rows state the absence of one kind of what is scored as a whole.

    That one kind of a pooled criterion is absent does not make the criterion absent.
    """
    return np.array(
        [
            effect == "absent"
            and sub != ""
            and path is not None
            and not f"/{path}".endswith(f"/{sub}")
            for effect, sub, path in zip(rows["effect"], rows["subcriterion"], leaf, strict=True)
        ]
    )


def _points(
    rows: pd.DataFrame, evidence: Evidence, rubric: Rubric, organisations: dict[str, str]
) -> pd.Series:
    """Return the points of each row: level of strength, times reliability, per words if chosen."""
    levels = sorted(rubric.levels)
    top = max(rubric.levels[n].points for n in levels)
    scale = {
        "linear": {n: rubric.levels[n].points for n in levels},
        "flat": dict.fromkeys(levels, rubric.levels[levels[0]].points),
        "steep": {n: top * 3.0 ** (i + 1 - len(levels)) for i, n in enumerate(levels)},
    }[rubric.level("strength_scale")]
    if rubric.scoring.rule == "count":
        scale = dict.fromkeys(levels, top / 2)
    by_text = {str(n): points for n, points in scale.items()}
    points = rows["strength"].map(by_text).astype(float)
    trust = {
        source: rubric.reliability.get(
            source, rubric.reliability.get(evidence.kinds.get(source, ""), 1.0)
        )
        for source in rows["source"].unique()
    }
    points = points * rows["source"].map(trust).astype(float)
    if rubric.level("documentation") == "per_1000_words":
        words = words_by_organisation(evidence, tuple(rows["source"].unique()))
        words = words.reindex(list(organisations))
        if words.isna().any() or (words == 0).any():
            names = ", ".join(words.index[words.isna() | (words == 0)])
            raise EvidenceError(
                Problem(
                    where=evidence.name,
                    found=f"no words are counted on {names}, so nothing can be had per 1,000 words",
                    mend="Choose documentation: as_written, or supply paragraphs.csv.",
                )
            )
        # Times the mean, so that the fixed scale of the scoring rule keeps its meaning.
        points = points * rows["organisation"].map(words.mean() / words)
    return points


def _check_sources(wanted: list[str], evidence: Evidence) -> None:
    known = evidence.kinds or dict.fromkeys(evidence.rows["source"], "")
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise EvidenceError(
            Problem(
                where=evidence.name,
                found=f"there is no source {', '.join(unknown)}",
                mend=f"Take 'all', or some of {', '.join(filter(None, known)) or 'none'}.",
            )
        )
