"""The shipped outcome data: seizures, covariates, activity, corrections, countries."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ioscore.errors import InputError, Problem
from ioscore.io.files import read_text
from ioscore.io.schemas import check_keys, read_checked
from ioscore.io.shipped import shipped

COVARIATES = ("governance", "economy", "afghan_opium")


@dataclass(frozen=True, kw_only=True)
class OutcomeData:
    """The tables of a data package, each checked by its schema; nothing corrected yet.

    Attributes
    ----------
    seizures : pandas.DataFrame
        `country`, `year`, `drug`, `edition`, `kilograms`, `locator`, `flags`; as published.
    editions : pandas.DataFrame
        `edition`, `title`, `first_year`, `last_year`, `preference` (1 is taken first).
    covariates : pandas.DataFrame
        `country`, `year`, `variable`, `value`, `vintage`, `flags` (of Afghan opium: rounded,
        derived, first_published, doubtful); units are in the package.
    activity : pandas.DataFrame
        `id`, `organisation`, `country`, `instrument`, `start`, `end`, `intensity`, `unit`,
        `source`; an empty start is unknown, an empty end is none.
    corrections : pandas.DataFrame
        `id`, `file`, `country`, `year`, `series`, `edition`, `action`, `value`, `reason`,
        `source`.
    countries : pandas.DataFrame
        `name`, `iso3`.
    """

    seizures: pd.DataFrame
    editions: pd.DataFrame
    covariates: pd.DataFrame
    activity: pd.DataFrame
    corrections: pd.DataFrame
    countries: pd.DataFrame

    @property
    def order(self) -> list[str]:
        """Return the editions, the one to take first in front."""
        return list(self.editions.sort_values("preference")["edition"])


def read_outcome_data(folder: Path | None = None) -> OutcomeData:
    """Read a data package of outcomes; without a folder, the shipped one.

    Parameters
    ----------
    folder : Path, optional
        Holds ``datapackage.json`` and the files that it names.

    Returns
    -------
    OutcomeData

    Raises
    ------
    InputError, EvidenceError
        When a file cannot be read.
    PanelError
        One problem for each field that breaks the schema, with file and row.
    """
    home = folder if folder is not None else shipped("data")
    resources = read_package(home)
    tables = {}
    for name, resource in resources.items():
        path = home / resource["path"]
        tables[name] = read_checked(path, resource["schema"])
    for name, resource in resources.items():
        for key in resource["schema"].get("foreignKeys", []):
            other = key["reference"]["resource"]
            check_keys(
                tables[name],
                key["fields"],
                tables[other][key["reference"]["fields"]],
                path=home / resource["path"],
                home=str(resources[other]["path"]),
            )
    columns = ["country", "year", "variable", "value", "vintage", "flags"]
    return OutcomeData(
        seizures=tables["seizures"],
        editions=tables["editions"],
        covariates=pd.concat(
            [tables[name].reindex(columns=columns, fill_value="") for name in COVARIATES],
            ignore_index=True,
        ),
        activity=tables["activity"],
        corrections=tables["corrections"],
        countries=tables["countries"],
    )


def read_countries(folder: Path | None = None) -> pd.DataFrame:
    """Read the table of country names alone: `name`, `iso3`."""
    home = folder if folder is not None else shipped("data")
    resource = read_package(home)["countries"]
    return read_checked(home / resource["path"], resource["schema"])


def read_package(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the resources of a data package by name.

    Raises
    ------
    InputError
        When ``datapackage.json`` cannot be read, or is no JSON.
    """
    path = folder / "datapackage.json"
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        found = f"line {error.lineno}: {error.msg}"
        mend = "Correct the JSON."
        raise InputError(Problem(where=str(path), found=found, mend=mend)) from None
    return {resource["name"]: resource for resource in document["resources"]}


def read_origin_cards(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return the origin card of each data file, by the path of the file below the package."""
    home = folder if folder is not None else shipped("data")
    cards = sorted(home.glob("**/*.origin.yaml"))
    return {
        (card.parent / yaml.safe_load(read_text(card))["file"])
        .relative_to(home)
        .as_posix(): yaml.safe_load(read_text(card))
        for card in cards
    }


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
