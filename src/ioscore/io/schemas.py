"""Table Schema of a data package -> tables checked by pandera, one clear message a problem."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.io.tables import read_table

if TYPE_CHECKING:
    from pandera.pandas import Check, DataFrameSchema

_TYPES: dict[str, Any] = {"string": object, "integer": "Int64", "year": "Int64", "number": float}
_KINDS = {"Int64": "a whole number", "float64": "a number"}


def read_checked(path: Path, schema: Mapping[str, Any]) -> pd.DataFrame:
    """Read a CSV file and check it by its Table Schema.

    Parameters
    ----------
    path : Path
    schema : mapping
        Table Schema: `fields` with `name`, `type` (string, integer, number, year) and
        `constraints`, and a `primaryKey`; as in ``datapackage.json``.

    Returns
    -------
    pandas.DataFrame
        The columns in the order of the schema; text (empty where nothing stands), whole numbers
        (``Int64``) or floats; missing numbers are missing, not zero.

    Raises
    ------
    InputError, EvidenceError
        When the file cannot be read as CSV.
    PanelError
        One problem for each wrong field, with file, row and column.
    """
    from pandera.errors import SchemaErrors

    text = read_table(path)
    where = text.pop("where")
    names = [field["name"] for field in schema["fields"]]
    if list(text.columns) != names:
        found = f"the columns are {', '.join(map(str, text.columns))}"
        mend = f"They must be {', '.join(names)}."
        raise PanelError(Problem(where=f"{path}, row 1", found=found, mend=mend))
    try:
        table = table_schema(schema).validate(text.where(text != "", None), lazy=True)
    except SchemaErrors as error:
        raise PanelError(*_problems(error.failure_cases, text, where)) from None
    for field in schema["fields"]:
        if field["type"] == "string":
            table[field["name"]] = table[field["name"]].fillna("")
    return table


def table_schema(schema: Mapping[str, Any]) -> DataFrameSchema:
    """Return the pandera schema that says what a Table Schema says."""
    from pandera.pandas import Column, DataFrameSchema

    columns = {
        field["name"]: Column(
            _TYPES[field["type"]],
            checks=_checks(field.get("constraints", {})),
            nullable=not field.get("constraints", {}).get("required", False),
            unique=bool(field.get("constraints", {}).get("unique", False)),
        )
        for field in schema["fields"]
    }
    return DataFrameSchema(columns, coerce=True, strict=True, unique=schema.get("primaryKey"))


def check_keys(
    table: pd.DataFrame, column: str, known: pd.Series, *, path: Path, home: str
) -> None:
    """Check that every value of a column stands in another table.

    Raises
    ------
    PanelError
        One problem for each row whose value does not.
    """
    values = table[column]
    strange = values[(values != "") & ~values.isin(known)]
    if not strange.empty:
        raise PanelError(
            *(
                Problem(
                    where=f"{path}, row {n + 2}, {column}",
                    found=f"{value!r} does not stand in {home}",
                    mend=f"Correct it, or add it to {home}.",
                )
                for n, value in strange.items()
            )
        )


def _checks(constraints: Mapping[str, Any]) -> list[Check]:
    from pandera.pandas import Check

    checks = []
    if "minimum" in constraints:
        checks.append(Check.ge(constraints["minimum"]))
    if "maximum" in constraints:
        checks.append(Check.le(constraints["maximum"]))
    if "enum" in constraints:
        checks.append(Check.isin(constraints["enum"]))
    if "pattern" in constraints:
        checks.append(Check.str_matches(f"^(?:{constraints['pattern']})$"))
    return checks


def _problems(cases: pd.DataFrame, text: pd.DataFrame, where: pd.Series) -> list[Problem]:
    """Return one problem for each field that failed, in the order of the file."""
    found: dict[tuple[int, str], Problem] = {}
    for case in cases.dropna(subset=["index"]).to_dict("records"):
        row, column, check = int(case["index"]), str(case["column"]), str(case["check"])
        value = text.loc[row, column]
        if check == "multiple_fields_uniqueness":
            key, column = (row, ""), "key"
            what, mend = "the same key stands in another row", "Keep one of them."
        else:
            key = (row, column)
            what, mend = _words(check, str(value))
        place = f"{where[row]}, {column}"
        found.setdefault(key, Problem(where=place, found=what, mend=mend))
    return [found[key] for key in sorted(found)]


def _words(check: str, value: str) -> tuple[str, str]:
    for name, kind in _KINDS.items():
        if name in check:
            return f"{value!r} is not {kind}", "Write plain digits, or leave it empty."
    if check == "not_nullable":
        return "nothing stands here", "Fill it in."
    if check == "field_uniqueness":
        return f"{value!r} stands twice", "Give each row its own."
    return f"{value!r} is not allowed: {check}", "See the field in datapackage.json."
