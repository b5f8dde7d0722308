"""What the order rests on: each event, source, coder, year, criterion, organisation left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import EvidenceError, NotApplicable
from ioscore.evidence import Evidence, select
from ioscore.ranking import rank
from ioscore.rubric import Rubric, reweight
from ioscore.scoring import Scores, score
from ioscore.sensitivity.evidence.outcomes import ranks, signs, ties, totals
from ioscore.sensitivity.evidence.recount import (
    Tally,
    matrices,
    pinned,
    refusal,
    tally,
    unit_points,
)

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

COLUMNS = (
    "kind", "left_out", "label", "rows", "first", "changes_first", "changes_order", "swaps",
    "score_shift", "rank_shift", "organisation", "change", "unscored",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Without:
    """Scores without one thing: (n,), NaN for an organisation that is itself left out."""

    kind: str
    left_out: str
    label: str
    rows: int
    scores: Array


def influence(
    evidence: Evidence, rubric: Rubric, *, readings: Mapping[str, Evidence] | None = None
) -> pd.DataFrame | NotApplicable:
    """Leave out one thing after the other and say what it does to the order.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    readings : mapping of str to Evidence, optional
        What each coder made of the sources, by name. To leave out a coder is to take what the
        others coded, without adjudication, so with two readings the other one alone; with more,
        each is taken alone.

    Returns
    -------
    pandas.DataFrame or NotApplicable
        One row for each event, source, kind of source, year, criterion (of the first level, and
        leaf), organisation and coder, biggest first: by `changes_first`, `swaps`, `score_shift`,
        `rank_shift`, all from high to low, then `kind` and `left_out`. Columns:

        - `kind`, `left_out` (id), `label`; `rows`: rows that count no more (0 for criteria);
        - `first`: who is first then, tied ones joined by a comma; `changes_first`,
          `changes_order`: whether these, and the order of any pair, are others;
        - `swaps`: Kendall's distance to the order before, in pairs: one for each pair that is
          turned round, one half where only one of the orders ties it;
        - `score_shift`, `rank_shift`: greatest change of a score and of a rank, without sign;
        - `organisation`, `change`: whose score changes most, and by how much;
        - `unscored`: organisations of which nothing is known then. Pairs with one of them are
          not compared. Where nothing is left of all evidence, the row stands last, with NaN.

        Events, sources and years of which no row counts under the rubric are not listed, as they
        change nothing. NotApplicable where the rubric refuses missing cells.

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules, or cannot be ranked as it is.

    Notes
    -----
    A year takes with it the acts any of whose years it is, the same that a window of that year
    alone would keep; undated acts stay. A criterion that is the only one with a weight among its
    siblings is not left out by itself. Where an organisation is left out, the others are compared
    with their order before: with fixed scales and a mean it cannot change (no rank reversal).

    References
    ----------
    Kendall, M. G. (1938). A new measure of rank correlation. Biometrika 30(1/2), 81-93.
    doi:10.1093/biomet/30.1-2.81
    Fagin, R., Kumar, R., Mahdian, M., Sivakumar, D. and Vee, E. (2006). Comparing partial
    rankings. SIAM Journal on Discrete Mathematics 20(3), 628-648.
    """
    if (refused := refusal(rubric)) is not None:
        return refused
    rubric = pinned(evidence, rubric)
    counted = tally(select(evidence, rubric), rubric)
    before = _ranked(counted.scores, rubric)
    parts = [
        *_parts(evidence, counted),
        *_criteria(counted.scores, rubric),
        *_organisations(evidence, counted),
        *_coders(readings or {}, rubric, len(before)),
    ]
    return _compared(parts, before, list(counted.scores.matrix.index))


def _ranked(scores: Scores, rubric: Rubric) -> Array:
    """Return the score of each organisation in the order of the matrix."""
    table = rank(scores, rubric).table.set_index("organisation")
    return np.asarray(table["score"].reindex(scores.matrix.index), dtype=float)


def _whole_way(evidence: Evidence, rubric: Rubric, n: int) -> Array:
    """Return the scores (n,) of evidence; NaN where nothing is left or the method takes it not."""
    try:
        return _ranked(score(select(evidence, rubric), rubric), rubric)
    except EvidenceError:
        return np.full(n, np.nan)


def _parts(evidence: Evidence, counted: Tally) -> Iterator[_Without]:
    """Yield scores without each event, source, kind of source and year."""
    rubric, n = counted.rubric, len(counted.scores.matrix)
    found = list(_groups(evidence, counted.rows))
    gone = np.stack([mask for *_, mask in found])
    if rubric.level("documentation") == "as_written":
        without = totals(matrices(counted, unit_points(counted, ~gone)), counted.scores, rubric)
    else:
        # Acts that are left out also change how many words are written on whom.
        every = [_group_of_all(evidence, kind, name) for kind, name, *_ in found]
        rest = [replace(evidence, rows=evidence.rows[~mask]) for mask in every]
        without = np.stack([_whole_way(e, rubric, n) for e in rest])
    for (kind, name, label, mask), scores in zip(found, without, strict=True):
        yield _Without(kind=kind, left_out=name, label=label, rows=int(mask.sum()), scores=scores)


def _groups(evidence: Evidence, rows: pd.DataFrame) -> Iterator[tuple[str, str, str, Flags]]:
    """Yield kind, id, label and rows of everything that can be left out of the rows that count."""
    names = rows["event_id"].to_numpy(dtype=object)
    for name, part in rows.groupby("event_id", sort=False):
        best = part["points"].fillna(0).idxmax()
        yield "event", str(name), str(part.loc[best, "summary"] or name), names == name
    for source in filter(None, rows["source"].unique()):
        kind = evidence.kinds.get(source, "")
        yield "source", source, kind or source, (rows["source"] == source).to_numpy()
    of_row = [evidence.kinds.get(source, "") for source in rows["source"]]
    kinds = pd.Series(of_row, index=rows.index, dtype=object)
    for kind in filter(None, kinds.unique()):
        members = ", ".join(rows.loc[kinds == kind, "source"].unique())
        yield "kind of source", kind, members, (kinds == kind).to_numpy()
    dated = rows.loc[rows["year_start"] != "", ["year_start", "year_end"]]
    if dated.empty:
        return
    for year in range(int(dated["year_start"].min()), int(dated["year_end"].max()) + 1):
        mask = _in_year(rows, year)
        if mask.any():
            acts = rows.loc[mask, "id"].nunique()
            yield "year", str(year), f"{acts} act{'s' * (acts > 1)}", mask


def _group_of_all(evidence: Evidence, kind: str, name: str) -> Flags:
    """Return which rows of all evidence, counted or not, belong to what is left out."""
    rows = evidence.rows
    if kind == "event":
        return np.asarray(rows["event_id"] == name)
    if kind == "source":
        return np.asarray(rows["source"] == name)
    if kind == "year":
        return _in_year(rows, int(name))
    return np.array([evidence.kinds.get(source) == name for source in rows["source"]])


def _in_year(rows: pd.DataFrame, year: int) -> Flags:
    text = f"{year:04d}"
    dated = rows["year_start"] != ""
    return np.asarray(dated & (rows["year_start"] <= text) & (rows["year_end"] >= text))


def _criteria(scores: Scores, rubric: Rubric) -> Iterator[_Without]:
    """Yield scores without each criterion of the first level and each leaf."""
    nodes = list(rubric.nodes())
    for node in (node for node in nodes if not node.parent or node.leaf):
        others = [n for n in nodes if n.parent == node.parent and n.path != node.path]
        if any(other.weight > 0 for other in others):
            after = _ranked_or_not(scores, reweight(rubric, {node.path: 0}))
            yield _Without(
                kind="criterion", left_out=node.path, label=node.label, rows=0, scores=after
            )


def _ranked_or_not(scores: Scores, rubric: Rubric) -> Array:
    try:
        return _ranked(scores, rubric)
    except EvidenceError:
        return np.full(len(scores.matrix), np.nan)


def _organisations(evidence: Evidence, counted: Tally) -> Iterator[_Without]:
    """Yield scores without each organisation, in the places of the whole."""
    rubric, names = counted.rubric, list(counted.scores.matrix.index)
    for i, name in enumerate(names if len(names) > 2 else ()):
        others = {key: label for key, label in rubric.alternatives.items() if key != name}
        update = {"alternatives": others, "leave_out": (*rubric.leave_out, name)}
        after = _whole_way(evidence, rubric.model_copy(update=update), len(others))
        yield _Without(
            kind="organisation",
            left_out=name,
            label=rubric.alternatives[name],
            rows=int((counted.rows["organisation"] == name).sum()),
            scores=np.insert(after, i, np.nan),
        )


def _coders(readings: Mapping[str, Evidence], rubric: Rubric, n: int) -> Iterator[_Without]:
    for name, reading in readings.items():
        others = ", ".join(other for other in readings if other != name)
        yield _Without(
            kind="coder",
            left_out=others or "adjudication",
            label=f"{name} alone",
            rows=0,
            scores=_whole_way(reading, rubric, n),
        )


def _compared(parts: list[_Without], before: Array, names: list[str]) -> pd.DataFrame:
    after = np.stack([part.scores for part in parts])
    # Without an organisation the order before is that of the others.
    own = np.array([part.left_out if part.kind == "organisation" else "" for part in parts])
    base = np.where(own[:, None] == np.array(names), np.nan, before)
    change = np.nan_to_num(after - base)
    change = np.where(np.abs(change) > ties(base)[:, None], change, 0.0)
    moved = np.nan_to_num(np.abs(ranks(after) - ranks(base)))
    known = ~np.isnan(after)
    pairs = known[:, :, None] & known[:, None, :]
    turned = np.where(pairs, np.abs(signs(after) - signs(base)), 0.0)
    leads, led = ranks(after) == 1, ranks(base) == 1
    left = known.any(axis=1)
    most, rows = np.abs(change).argmax(axis=1), np.arange(len(parts))
    shift = np.abs(change[rows, most])
    table = pd.DataFrame(
        {
            "kind": [part.kind for part in parts],
            "left_out": [part.left_out for part in parts],
            "label": [part.label for part in parts],
            "rows": [part.rows for part in parts],
            "first": [", ".join(np.array(names)[row]) for row in leads],
            "changes_first": (leads != led).any(axis=1) & left,
            "changes_order": (turned > 0).any(axis=(1, 2)),
            "swaps": np.where(left, turned.sum(axis=(1, 2)) / 4, np.nan),
            "score_shift": np.where(left, shift, np.nan),
            "rank_shift": np.where(left, moved.max(axis=1), np.nan),
            "organisation": np.where(shift > 0, np.array(names, dtype=object)[most], ""),
            "change": np.where(left, change[rows, most], np.nan),
            "unscored": (np.isnan(after) & ~np.isnan(base)).sum(axis=1),
        },
        columns=list(COLUMNS),
    )
    keys = ["changes_first", "swaps", "score_shift", "rank_shift", "kind", "left_out"]
    up = [False] * 4 + [True] * 2
    # Rounded, so that the last digit of a machine does not decide between equals.
    order = table.round({"score_shift": 9}).sort_values(keys, ascending=up, kind="stable").index
    return table.loc[order].reset_index(drop=True)
