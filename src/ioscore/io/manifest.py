"""What a report was made with: versions, seeds, parameters, and the checksum of every file."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import yaml

from ioscore.io.files import read_text
from ioscore.io.outcomes import checksum, read_package
from ioscore.io.readings import passes
from ioscore.io.rubrics import rubric_path, shipped_rubrics
from ioscore.io.shipped import shipped
from ioscore.io.tables import beside

MANIFEST = "manifest.json"
SCHEMA = "ioscore.report_manifest/1"


def manifest(
    *,
    command: str,
    parameters: Mapping[str, Any],
    seeds: Mapping[str, int],
    inputs: Iterable[Path],
    files: Mapping[str, str | bytes],
) -> str:
    """Return the manifest of a report as JSON.

    Parameters
    ----------
    command : str
        That makes the report again.
    parameters : mapping
    seeds : mapping of str to int
    inputs : iterable of Path
        Every file that was read.
    files : mapping of str to str or bytes
        Every file of the report but the manifest, by name.

    Returns
    -------
    str
    """
    document = {
        "schema": SCHEMA,
        "command": command,
        "versions": versions(),
        "seeds": dict(seeds),
        "parameters": dict(parameters),
        "inputs": {_name(path): checksum(path) for path in sorted(set(inputs), key=_name)},
        "files": {name: _digest(content) for name, content in sorted(files.items())},
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def versions() -> dict[str, str]:
    """Return the versions of ioscore, of Python, and of every package that ioscore asks for."""
    found = {"ioscore": version("ioscore"), "python": platform.python_version()}
    for line in sorted(requires("ioscore") or [], key=str.lower):
        name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        # Tests are no part of what a report is made with.
        if re.search(r"extra\s*==\s*[\"']test[\"']", line):
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def rubric_files(name: str) -> Iterator[Path]:
    """Yield the file of a rubric, and those that it extends."""
    path = rubric_path(name)
    yield path
    base = (yaml.safe_load(read_text(path)) or {}).get("extends")
    if base:
        near = path.parent / base
        yield from rubric_files(str(near) if near.is_file() else base)


def evidence_files(path: Path | None, family: str) -> Iterator[Path]:
    """Yield the files that coded evidence is read from."""
    folder = path if path is not None else shipped("data", "evidence")
    found = sources_file(path)
    if folder.is_dir():
        yield folder / "acts.csv"
        yield folder / "codes" / f"{family}.csv"
        words = beside(folder, "paragraphs.csv")
        yield from [words] if words else []
    else:
        yield folder
    yield from [found] if found else []


def sources_file(path: Path | None) -> Path | None:
    """Return the table of sources that belongs to evidence, if there is one."""
    folder = path if path is not None else shipped("data", "evidence")
    if folder.is_dir():
        return beside(folder, "sources.csv")
    near = folder.parent / "sources.csv"
    return near if near.is_file() else None


def shipped_files(family: str) -> Iterator[Path]:
    """Yield what is read beside the shipped evidence: other rubrics, readings, claims, seizures."""
    for name in shipped_rubrics():
        yield from rubric_files(name)
    for place in passes():
        if (place / "codes" / f"{family}.csv").is_file():
            yield from evidence_files(place, family)
            for name in ("nothing_to_code.csv", "places.csv"):
                if (place / name).is_file():
                    yield place / name
    yield shipped("data", "claims.csv")
    yield shipped("data", "analysis_plan.yaml")
    yield shipped("data", "null_rejection.csv")
    yield shipped("data", "datapackage.json")
    for resource in read_package(shipped("data")).values():
        yield shipped("data", resource["path"])


def _name(path: Path) -> str:
    """Return how a file is called: below the root if it is shipped, else as it was given."""
    root = shipped().resolve()
    here = path.resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else path.as_posix()


def _digest(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()
