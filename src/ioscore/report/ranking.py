"""What a ranking says, in tables, sentences and JSON."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ioscore.evidence import Selection
from ioscore.ranking import FILLS, Ranking
from ioscore.report.kept import kept_json
from ioscore.report.sentences import listed
from ioscore.report.tables import plain
from ioscore.scoring import Scores
from ioscore.sensitivity.weights.kept import Kept

MEASURES = "documented effort in the named sources, not effect"
FEW = 8
"""So many alternatives, or criteria, can stand side by side."""
_SHOWN = {"missing": "?", "absent": "absent", "limited": "0 (limits)"}


def headline(ranking: Ranking) -> str:
    """Return in one or two sentences who is first, and whether missing cells leave it open."""
    if ranking.table["rank"].isna().all():
        return "Nothing can be ranked: no alternative has a score."
    verb = "is" if len(ranking.first) == 1 else "are equally"
    first = f"{listed(ranking.first)} {verb} first"
    if not ranking.table["missing"].any():
        return f"{first}; no cell is missing."
    if ranking.first_determined:
        return f"{first}, whatever the missing cells hold."
    if ranking.first_under_every_rule:
        could = ranking.table.loc[
            (ranking.table["rank_best"] == 1) & (ranking.table["rank"] > 1), "organisation"
        ]
        return (
            f"{first} under each rule for missing cells ({', '.join(FILLS)}), but the first place "
            f"is not determined: what is missing could put {listed(list(could))} level or ahead."
            if len(could)
            else f"{first} under each rule for missing cells ({', '.join(FILLS)})."
        )
    firsts = [
        f"{listed(list(ranking.by_fill.index[ranking.by_fill[fill] == 1]))} under {fill}"
        for fill in FILLS
    ]
    return f"The first place is not determined by the evidence: {'; '.join(firsts)}."


def caveat(selection: Selection) -> str:
    """Return what the ranking measures, in which sources and years, and whether they are alike."""
    window = selection.window
    years = f", acts of {window[0]} to {window[1]}" if window else ""
    named = f" ({', '.join(selection.sources)}{years})" if selection.sources else years
    text = f"This measures {MEASURES}{named}."
    if len(selection.kinds) > 1:
        kinds = listed([kind.replace("_", " ") for kind in selection.kinds])
        text += f" It mixes sources of unlike kinds ({kinds}), which not every organisation has."
    return text


def ranking_table(ranking: Ranking, *, contributions: bool = True) -> pd.DataFrame:
    """Return the ranking, best first, with the contribution of each criterion if wanted."""
    table = ranking.table
    spans = [
        _whole(low) if low == high else f"{_whole(low)} to {_whole(high)}"
        for low, high in zip(table["rank_best"], table["rank_worst"], strict=True)
    ]
    parts = _parts(ranking).reset_index(drop=True) if contributions else {}
    return pd.DataFrame(
        {
            "rank": [_place(value) for value in table["rank"]],
            "rank range": spans,
            "organisation": table["organisation"],
            "score": table["score"],
            **{column: parts[column] for column in parts},
            "missing cells" if not contributions else "missing": table["missing"],
        }
    )


def parts_title(ranking: Ranking) -> str:
    """Return what the parts of a ranking are: sums to the score, or scores of their own."""
    if ranking.contributions.shape[1]:
        return "What each criterion adds to the score"
    return f"Scores of the criteria, which {ranking.rubric.method} makes into one"


def _parts(ranking: Ranking) -> pd.DataFrame:
    summed = ranking.contributions.shape[1]
    return ranking.contributions if summed else ranking.criterion_scores


def contributions_table(ranking: Ranking) -> pd.DataFrame:
    """Return what each criterion adds to each score: criteria down, alternatives across."""
    parts = _parts(ranking)
    shares = {node.id: node.share for node in ranking.rubric.top()}
    table = parts.T.reset_index(names="criterion")
    table.insert(1, "weight", [shares[name] for name in table["criterion"]])
    scores = ranking.table.set_index("organisation")["score"].loc[list(parts.index)]
    table.loc[len(table)] = ["score", 1.0, *scores]
    return table


def cells_table(ranking: Ranking, scores: Scores) -> pd.DataFrame:
    """Return the score of every cell: leaves down, alternatives across in their order.

    A question mark is a missing cell, ``absent`` a stated absence, ``0 (limits)`` a cell that its
    limits pull to zero. Many alternatives stand down, and the leaves across.
    """
    order = list(ranking.table["organisation"])
    shown = [
        [
            _SHOWN.get(state, f"{value:.2f}")
            for value, state in zip(scores.matrix.loc[name], scores.states.loc[name], strict=True)
        ]
        for name in order
    ]
    table = pd.DataFrame(shown, index=order, columns=scores.matrix.columns)
    if fits_across(ranking):
        return table.T.reset_index(names="criterion")
    return table.reset_index(names="organisation")


def fits_across(ranking: Ranking) -> bool:
    """Say whether the alternatives are few enough to stand side by side in a terminal."""
    return len(ranking.table) <= FEW


def margins(ranking: Ranking, names: Mapping[str, str] | None = None) -> list[str]:
    """Return a sentence for each pair of neighbours in the order: by how much, and by what.

    Parameters
    ----------
    ranking : Ranking
    names : mapping of str to str, optional
        What criteria are called; by their ids, if not given.

    Returns
    -------
    list of str
        Only criteria known for both are compared. What is missing of either is named: it is no
        zero, and its weight went to the other criteria.
    """
    rows = list(ranking.table.dropna(subset="rank").itertuples(index=False))
    sentences = []
    for above, below in itertools.pairwise(rows):
        pair = [str(above.organisation), str(below.organisation)]
        if above.rank == below.rank:
            sentences.append(f"{pair[0]} and {pair[1]} share rank {_place(above.rank)}.")
            continue
        gap, close = above.score - below.score, ranking.rubric.close
        near = f", too close to call (up to {close:g})" if gap <= close else ""
        sentences.append(
            f"{pair[0]} is ahead of {pair[1]} by {gap:.3f} ({above.score:.3f} to "
            f"{below.score:.3f}){near}{_by_what(ranking.contributions.loc[pair], names or {})}."
        )
    return sentences


def _by_what(both: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Return which criteria make the lead of the first row over the second, and which are missing."""
    known = both.dropna(axis="columns")
    leads = known.iloc[0] - known.iloc[1]
    text = ""
    if len(leads) and leads.max() > 0:
        text += f", most of all by {_named(leads.idxmax(), names)} ({leads.max():+.3f})"
    if len(leads) and leads.min() < 0:
        text += f", behind most in {_named(leads.idxmin(), names)} ({leads.min():+.3f})"
    gaps = [
        f"{_named(name, names)} of {one}"
        for name, column in both.items()
        for one in column.index[column.isna()]
    ]
    return text + (f"; missing: {listed(gaps)}, whose weight went to the others" if gaps else "")


def _named(criterion: Any, names: Mapping[str, str]) -> str:
    return names.get(str(criterion), str(criterion))


def ranking_json(
    ranking: Ranking,
    scores: Scores,
    selection: Selection | None = None,
    kept: Kept | None = None,
) -> dict[str, Any]:
    """Return a ranking as the document ``ioscore.ranking/1``.

    Parameters
    ----------
    ranking : Ranking
    scores : Scores
    selection : Selection, optional
        Left out for a ready matrix.
    kept : Kept, optional
        How many of all weights keep the first and the last in their places.

    Returns
    -------
    dict
        Of plain values, figures to six significant digits.
    """
    rubric = ranking.rubric
    rows = []
    for row in ranking.table.itertuples(index=False):
        states = scores.states.loc[row.organisation]
        rows.append(
            {
                "rank": None if pd.isna(row.rank) else _number(row.rank),
                "organisation": row.organisation,
                "name": scores.organisations[row.organisation],
                "score": row.score,
                "rank_by_missing_rule": ranking.by_fill.loc[row.organisation].to_dict(),
                "rank_range": [
                    None if pd.isna(end) else int(end) for end in (row.rank_best, row.rank_worst)
                ],
                "score_range": [row.score_low, row.score_high],
                "contributions": ranking.contributions.loc[row.organisation].to_dict(),
                "criterion_scores": ranking.criterion_scores.loc[row.organisation].to_dict(),
                "cells": {
                    leaf: {"score": scores.matrix.loc[row.organisation, leaf], "state": state}
                    for leaf, state in states.items()
                },
                "missing": [leaf for leaf, state in states.items() if state == "missing"],
            }
        )
    document: dict[str, Any] = plain(
        {
            "schema": "ioscore.ranking/1",
            "rubric": rubric.name,
            "method": rubric.method,
            "measures": MEASURES if selection else "the values given",
            "headline": headline(ranking),
            "first": {
                "organisations": ranking.first,
                "same_under_every_rule_for_missing": ranking.first_under_every_rule,
                "determined": ranking.first_determined,
            },
            "weights": {node.path: node.share for node in rubric.nodes()},
            "missing_rule": rubric.missing,
            "scoring": {"rule": rubric.scoring.rule, "half": rubric.scoring.half}
            if selection
            else {},
            "choices": {n: c.level for n, c in rubric.choices.items()} if selection else {},
            "sources": selection.sources if selection else [],
            "kinds_of_sources": selection.kinds if selection else [],
            "window": list(selection.window) if selection and selection.window else None,
            "left_out": selection.left_out if selection else {},
            "all_weights": kept_json(kept) if kept else None,
            "ranking": rows,
        }
    )
    return document


def _whole(value: float) -> str:
    return "-" if pd.isna(value) else str(int(value))


def _number(value: float) -> float | int:
    """Return a rank: whole, but for the average of tied places."""
    return int(value) if value == int(value) else value


def _place(value: float) -> str:
    return "-" if pd.isna(value) else f"{_number(value):g}"
