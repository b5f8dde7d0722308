"""Why a figure is missing, in words that a table can show."""

from __future__ import annotations

import pandas as pd

NOT_REPORTED = "not reported"


def reasons(totals: pd.DataFrame, name: str, countries: list[str], years: list[int]) -> pd.Series:
    """Return why each country and year of one outcome is missing; empty where it is there.

    Parameters
    ----------
    totals : pandas.DataFrame
        Of all outcomes, over all years known: `country`, `year`, `outcome`, `why`; a year in
        which a country reported no drug at all is not there.
    name : str
        Id of the outcome.
    countries : list of str
    years : list of int

    Returns
    -------
    pandas.Series
        Index country and year; `before the first report` and `after the last report` of the
        country on any drug, `not reported`, `<drug> not reported`, or `excluded: <drugs>`.
    """
    index = pd.MultiIndex.from_product([countries, years], names=["country", "year"])
    own = totals[totals["outcome"] == name].set_index(["country", "year"])
    why = own["why"].reindex(index)
    span = totals.groupby("country")["year"].agg(["min", "max"]).reindex(countries)
    country = index.get_level_values("country")
    year = index.get_level_values("year")
    silent = why.isna()
    words = why.fillna(NOT_REPORTED)
    words[silent & (year < span.loc[country, "min"].to_numpy())] = "before the first report"
    words[silent & (year > span.loc[country, "max"].to_numpy())] = "after the last report"
    return words


def covariate_reasons(table: pd.DataFrame, name: str) -> pd.Series:
    """Return why a covariate is missing in each row of a panel; empty where it is there."""
    lacking = table[name].isna()
    none = lacking.groupby(table["country"]).transform("all")
    words = none.map({True: "no figure of this country", False: "no figure of this year"})
    return words.where(lacking, "")
