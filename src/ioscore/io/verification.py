"""Anchors against the sources themselves, which are not part of the project."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ioscore.errors import InputError, Problem
from ioscore.evidence.anchors import SourceText, check_anchor, source_text
from ioscore.io.files import read_text


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What came of looking up every anchor.

    Attributes
    ----------
    checked : int
        Rows looked up.
    problems : tuple of Problem
        Rows that do not stand where they say, with what was found; and each source whose sha256
        is another than the one recorded (another edition, or an edited file).
    absent : tuple of str
        Sources without a file in the folder; their rows were not checked.
    """

    checked: int
    problems: tuple[Problem, ...]
    absent: tuple[str, ...]


def verify(rows: pd.DataFrame, sources: pd.DataFrame, folder: Path) -> Verification:
    """Look up every anchor in its source.

    Parameters
    ----------
    rows : pandas.DataFrame
        With `where`, `source`, `locator`, `anchor` and, if there is one, `quantity`.
    sources : pandas.DataFrame
        Table of sources: `id`, `file`, `sha256`.
    folder : Path
        Where the files of the sources lie.

    Returns
    -------
    Verification

    Raises
    ------
    InputError
        When the folder does not exist or holds none of the sources.
    """
    texts: dict[str, SourceText] = {}
    problems: list[Problem] = []
    absent: list[str] = []
    for row in sources.itertuples(index=False):
        path = folder / row.file
        if not path.is_file():
            absent.append(row.id)
            continue
        if hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
            mend = "Take the edition that was coded, or code this one."
            found = "its sha256 is not the one recorded"
            problems.append(Problem(where=f"{row.id} ({path})", found=found, mend=mend))
        texts[row.id] = source_text(read_text(path))
    if not texts:
        found = f"none of {', '.join(sources['file'])} is here"
        raise InputError(
            Problem(where=str(folder), found=found, mend="Name the folder that holds them.")
        )
    here = rows[rows["source"].isin(texts)].drop_duplicates(
        subset=[c for c in ("id", "anchor") if c in rows]
    )
    for row in here.to_dict("records"):
        problems.extend(check_anchor(row, texts[row["source"]]))
    return Verification(
        checked=len(here),
        problems=tuple(problems),
        absent=tuple(name for name in absent if (rows["source"] == name).any()),
    )
