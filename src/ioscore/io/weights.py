"""Rubric files that extend another and change nothing but weights."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ioscore.errors import InputError, Problem
from ioscore.io.rubrics import read_rubric, rubric_path, shipped_rubrics
from ioscore.rubric import Rubric
from ioscore.rubric.differences import all_differences


def weights_file(
    weights: Mapping[str, float],
    *,
    extends: str,
    name: str,
    title: str,
    description: str,
    remarks: Sequence[str] = (),
) -> str:
    """Return a rubric file that extends another and changes weights.

    Parameters
    ----------
    weights : mapping of str to float
        Weights among siblings by path, summing to one; written in per cent, to ten digits, so that
        no order is lost by rounding.
    extends : str
        How the file names the rubric that it extends.
    name, title, description : str
    remarks : sequence of str
        Lines of comment above the weights.

    Returns
    -------
    str
        YAML.
    """
    fields = {"extends": extends, "name": name, "title": title, "description": description}
    return "\n".join(
        [
            *(f"{key}: {json.dumps(text, ensure_ascii=False)}" for key, text in fields.items()),
            *(f"# {' '.join(line.split())}" for line in remarks),
            "weights:   # per cent among siblings" if weights else "weights: {}   # as extended",
            *(f"  {path}: {100 * weight:.10g}" for path, weight in weights.items()),
            "",
        ]
    )


def named_from(rubric: str | Path, output: Path) -> str:
    """Return how a file names the rubric that it extends: shipped name, or path from its folder.

    Parameters
    ----------
    rubric : str or Path
        A shipped name, or a file.
    output : Path
        The file that extends it.

    Raises
    ------
    InputError
        When both are the same file, which would extend itself.
    """
    if str(rubric) in shipped_rubrics():
        return str(rubric)
    target = Path(rubric)
    if target.resolve() == output.resolve():
        found = "the new rubric would be written over the one it is made from"
        raise InputError(Problem(where=str(output), found=found, mend="Choose another name."))
    return Path(os.path.relpath(target.resolve(), output.resolve().parent)).as_posix()


def common_base(names: Sequence[str], rubrics: Sequence[Rubric]) -> str | Path:
    """Return what the rubric of a group may extend: what its members extend, or the first member.

    Parameters
    ----------
    names : sequence of str
        Shipped names or files of the members.
    rubrics : sequence of Rubric
        The same, read; alike in all but weights.

    Returns
    -------
    str or Path
        The rubric that all extend, if it is alike too; else the first member.
    """
    bases = {_base(name, rubric.extends) for name, rubric in zip(names, rubrics, strict=True)}
    if len(bases) == 1 and (base := bases.pop()) is not None:
        other = read_rubric(str(base))
        if all(d.kind == "weight" for d in all_differences(other, rubrics[0])):
            return base
    return names[0] if names[0] in shipped_rubrics() else Path(names[0])


def _base(name: str, extends: str | None) -> str | Path | None:
    if extends is None:
        return None
    beside = rubric_path(name).parent / extends
    if beside.is_file():
        return beside.resolve()
    return extends if extends in shipped_rubrics() else rubric_path(extends).resolve()
