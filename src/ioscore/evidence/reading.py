"""Which leaf of the rubric a coded row belongs to, under readings of disputed codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from ioscore.evidence.table import find_leaf, leaf_of
from ioscore.rubric import Rubric


def spread_denials(rows: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """Return the rows with each denial of a criterion with subcriteria given to all its leaves.

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


def read_leaves(rows: pd.DataFrame, rubric: Rubric) -> list[str | None]:
    """Return the leaf of each row, moved where a choice reads disputed codes otherwise."""
    leaves = leaf_of(rubric)
    moves = [(choice.moves, choice.level) for choice in rubric.choices.values() if choice.moves]

    @cache
    def leaf(criterion: str, sub: str, alternatives: str) -> str | None:
        return read_leaf(leaves, moves, criterion, sub, alternatives)

    return list(map(leaf, rows["criterion"], rows["subcriterion"], rows["alt_criterion"]))


def read_leaf(
    leaves: Mapping[tuple[str, str], str],
    readings: Sequence[tuple[Sequence[str], str]],
    criterion: str,
    sub: str,
    alternatives: str,
) -> str | None:
    """Return the leaf of a code under readings of disputed codes.

    Parameters
    ----------
    leaves : mapping
        From `leaf_of`.
    readings : sequence of (sequence of str, str)
        For each choice that moves codes: the criteria from which it moves, and its level.
    criterion, sub, alternatives : str
        Of the row; alternatives are joined by semicolons.

    Returns
    -------
    str or None
        Path; None where the rubric has no such leaf. The first reading that applies is taken.
    """
    main = find_leaf(leaves, criterion, sub)
    for origins, level in readings if main else ():
        if level != "main" and moves_from(origins, str(main)):
            for path in alternatives.split(";"):
                to, _, to_sub = path.partition("/")
                if to == level:
                    return find_leaf(leaves, to, to_sub) or main
    return main


def moves_from(origins: Sequence[str], leaf: str) -> bool:
    """Say whether a reading moves codes from this leaf."""
    return any(f"{leaf}/".startswith(f"{origin}/") for origin in origins)


def partly_absent(rows: pd.DataFrame, leaf: Iterable[str | None]) -> np.ndarray:
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
        ],
        dtype=bool,
    )
