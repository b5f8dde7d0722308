"""The table of claims."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ioscore.claims import Claim, parse_claim
from ioscore.errors import EvidenceError, IoscoreError, Problem
from ioscore.io.shipped import shipped
from ioscore.io.tables import read_table


def read_claims(path: Path | None = None) -> tuple[pd.DataFrame, list[Claim]]:
    """Read claims: a CSV with `claim` and, if wanted, `id`, `kind`, `statement`, `locator`, ...

    Parameters
    ----------
    path : Path, optional
        Without it: the thesis's verdicts that are shipped.

    Returns
    -------
    table : pandas.DataFrame
        As written, with `id` and `statement` filled in where they are missing.
    claims : list of Claim

    Raises
    ------
    InputError, EvidenceError
        When the file cannot be read, has no column `claim`, or a claim cannot be parsed.
    """
    table = read_table(path or shipped("data", "claims.csv"))
    if "claim" not in table:
        where = f"{path}, row 1"
        raise EvidenceError(Problem(where=where, found="no column claim", mend="Add it."))
    for column, default in (
        ("id", table["where"].str.rpartition(", ")[2]),
        ("statement", table["claim"]),
    ):
        table[column] = table.get(column, default)
    claims, problems = [], []
    for where, text in zip(table["where"], table["claim"], strict=True):
        try:
            claims.append(parse_claim(text))
        except IoscoreError as error:
            problems += [Problem(where=where, found=p.found, mend=p.mend) for p in error.problems]
    if problems:
        raise EvidenceError(*problems)
    return table, claims
