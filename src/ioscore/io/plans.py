"""An analysis plan from a YAML file, with every message naming file, line and key."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ioscore.errors import PanelError, Problem, RubricError
from ioscore.io import yaml_lines
from ioscore.io.files import read_text
from ioscore.io.shipped import shipped
from ioscore.io.tables import read_table
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import Rejected, rejects_too_often


def read_plan(path: Path | None = None) -> AnalysisPlan:
    """Read an analysis plan; without a path, the shipped one.

    Raises
    ------
    InputError
        When the file cannot be read.
    PanelError
        For unknown or missing keys, and values that are none; the message names file, line and key.
    """
    file = path if path is not None else shipped("data", "analysis_plan.yaml")
    try:
        data, lines = yaml_lines.load(read_text(file), str(file))
    except RubricError as error:
        raise PanelError(*error.problems) from None
    try:
        return AnalysisPlan.model_validate(data)
    except ValidationError as error:
        problems = []
        for detail in error.errors():
            place = tuple(detail["loc"])
            line = next(
                (lines[place[:k]] for k in range(len(place), 0, -1) if place[:k] in lines), 1
            )
            where = f"{file}, line {line}, {'.'.join(map(str, place)) or 'whole plan'}"
            found = detail["msg"].removeprefix("Value error, ")
            problems.append(Problem(where=where, found=found, mend="See data/analysis_plan.yaml."))
        raise PanelError(*problems) from None


def read_sizes() -> dict[tuple[str, str, str], Rejected]:
    """Return what methods reject of true null hypotheses, where it is more than their own level.

    Returns
    -------
    dict
        By analysis, estimator and method: the share rejected in simulated panels of the shipped
        panel's shape and the level, of those whose 95% interval lies above it. A rank among few
        placebos has a level of its own, since its p cannot be smaller.
    """
    table = read_table(shipped("data", "null_rejection.csv"))
    rows = table[rejects_too_often(table)]
    keys = zip(rows["analysis"], rows["estimator"], rows["method"], strict=True)
    found = zip(rows["rate"].astype(float), rows["level"].astype(float), strict=True)
    return {key: Rejected(share, level) for key, (share, level) in zip(keys, found, strict=True)}
