"""Names of countries as statistics write them -> ISO 3166-1 alpha-3."""

from __future__ import annotations

import pandas as pd

from ioscore.io.importers.layouts import plain_name
from ioscore.io.importers.result import Ledger


def known_names(
    rows: pd.DataFrame, countries: pd.DataFrame, ledger: Ledger
) -> tuple[pd.DataFrame, dict[object, str]]:
    """Return the rows whose `country` is known by name, and the code of each name.

    Codes that a file has itself are not used: in one edition the code of Tajikistan is TAJ.

    Parameters
    ----------
    rows : pandas.DataFrame
        With `country`, names.
    countries : pandas.DataFrame
        `name`, `iso3`.
    ledger : Ledger
        Takes the rows of names that are not known.

    Returns
    -------
    rows : pandas.DataFrame
    codes : dict
        Name as written, and ISO 3166-1 alpha-3.
    """
    known = dict(zip(map(plain_name, countries["name"]), countries["iso3"], strict=True))
    names = {name: plain_name(name) for name in rows["country"].dropna().unique()}
    codes = {name: str(known[plain]) for name, plain in names.items() if plain in known}
    unknown = rows["country"].isin([name for name in names if name not in codes])
    return ledger.drop(rows, unknown, "the name is not in countries.csv", "country"), codes
