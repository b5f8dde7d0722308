"""Anchors against the sources themselves, which are not part of the project."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ioscore.errors import InputError, Problem
from ioscore.evidence.anchors import SourceText, check_anchor, place_of, source_text
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
        is another than the one recorded (another edition, or an edited file), or whose rows could
        not be looked up.
    """

    checked: int
    problems: tuple[Problem, ...]


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
    texts, problems, absent = _texts(sources, folder)
    here = rows[rows["source"].isin(texts)].drop_duplicates(
        subset=[c for c in ("id", "anchor") if c in rows]
    )
    for row in here.to_dict("records"):
        problems.extend(check_anchor(row, texts[row["source"]]))
    for name, part in rows[~rows["source"].isin(texts)].groupby("source"):
        found = f"{len(part)} rows could not be looked up"
        mend = "Put its file into the folder." if name in absent else "Name it in sources.csv."
        problems.append(Problem(where=f"source {name!r}", found=found, mend=mend))
    return Verification(
        checked=len(here),
        problems=tuple(problems),
    )


def places(rows: pd.DataFrame, sources: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Return where each act stands: `id`, and `at`, `first`, `last` in words of its source.

    Parameters
    ----------
    rows : pandas.DataFrame
        With `id`, `source`, `anchor`; anchors that stand nowhere are passed over.
    sources : pandas.DataFrame
    folder : Path

    Returns
    -------
    pandas.DataFrame
    """
    texts, _, _ = _texts(sources, folder)
    found = []
    for row in rows.drop_duplicates("id").itertuples(index=False):
        text = texts.get(row.source)
        if text is not None and " ".join(row.anchor.split()) in text.joined:
            found.append([row.id, *place_of(row.anchor, text)])
    return pd.DataFrame(found, columns=["id", "at", "first", "last"])


def _texts(
    sources: pd.DataFrame, folder: Path
) -> tuple[dict[str, SourceText], list[Problem], list[str]]:
    """Return the sources that are there, what is wrong with their files, and those not there."""
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
    return texts, problems, absent
