"""A folder of results that is there whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ioscore.errors import InputError, Problem
from ioscore.io.files import make_folder
from ioscore.io.manifest import MANIFEST, SCHEMA


def replace_folder(folder: Path, files: Iterable[tuple[str, str | bytes]]) -> None:
    """Write files into a new folder beside the old one, then let it take the old one's place.

    Whatever goes wrong before the last step leaves the old folder as it was. A process that is
    killed may leave a folder whose name begins with a dot beside it; it may be deleted.

    Parameters
    ----------
    folder : Path
        Missing, empty, or a report written before.
    files : iterable of (str, str or bytes)
        Names, with folders, and contents; text is written as UTF-8.

    Raises
    ------
    InputError
        When the folder holds anything that no report wrote, or cannot be written.
    """
    target = folder.resolve()
    aside = target.with_name(f".{target.name}.old")
    make_folder(target.parent)
    try:
        if aside.is_dir() and not target.exists():
            # A process was killed between the two steps at the end.
            aside.rename(target)
        check_folder(folder)
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            for name, content in files:
                place = fresh / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.encode() if isinstance(content, str) else content)
            fresh.chmod(0o777 & ~_umask())
            _exchange(fresh, target, aside)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise InputError(
            Problem(
                where=str(folder),
                found=f"cannot be written ({error.strerror})",
                mend="What was there is as it was; choose another place.",
            )
        ) from None


def _exchange(fresh: Path, target: Path, aside: Path) -> None:
    """Put the new folder in the place of the old one, or leave the old one there."""
    if not target.exists():
        fresh.rename(target)
        return
    shutil.rmtree(aside, ignore_errors=True)
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def check_folder(folder: Path) -> None:
    """Raise unless a folder is missing, empty, or holds nothing but a report.

    Raises
    ------
    InputError
        That names what no report wrote.
    """
    target = folder.resolve()
    if not target.exists():
        return
    mend = "Choose another folder, or empty this one."
    if not target.is_dir():
        raise InputError(Problem(where=str(folder), found="this is no folder", mend=mend))
    there = {p.relative_to(target).as_posix() for p in target.rglob("*") if not p.is_dir()}
    strange = sorted(there - _written(target / MANIFEST))
    if strange:
        named = ", ".join(strange[:3]) + (
            f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        )
        found = f"the folder holds what no report wrote, and would be replaced: {named}"
        raise InputError(Problem(where=str(folder), found=found, mend=mend))


def _written(manifest: Path) -> set[str]:
    """Return the files that a report lists as its own."""
    try:
        document = json.loads(manifest.read_text(encoding="utf-8"))
        known = document["schema"] == SCHEMA
        return {MANIFEST, *document["files"]} if known else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
