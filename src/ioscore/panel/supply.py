"""Afghan opium by year: hectares as one series, tonnes of one vintage only."""

from __future__ import annotations

import pandas as pd

from ioscore.errors import PanelError, Problem

FILE = "covariates/afghan_opium.csv"
AREA = "opium_poppy_cultivation_ha"
TONNES = "opium_potential_production_t"
CPI_START = 2012
"""First year of the scale from 0 to 100 of the Corruption Perceptions Index; the scores before,
from 0 to 10, are another variable."""

ROUNDING = 0.001
"""By how much two copies of one index value may differ: some are rounded to three decimals."""


def settle(covariates: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Return covariates with one figure for each key, but for tonnes of opium.

    Parameters
    ----------
    covariates : pandas.DataFrame
        `country`, `year`, `variable`, `value`, `vintage`.
    corrections : pandas.DataFrame
        Lines whose file is `FILE`: `country`, `year`, `series` (variable), `edition` (the
        vintage to take), `action` (`prefer`). Vintages that give the same value need none.

    Returns
    -------
    pandas.DataFrame
        The same columns. Tonnes keep all their vintages, since later ones revise earlier ones:
        see `tonnes_by_year`.

    Raises
    ------
    PanelError
        When two vintages disagree on a key and no line says which to take, a line fits none, WGI
        estimates are of more than one update, or the Corruption Perceptions Index begins before
        its scale does.
    """
    _check_vintages(covariates)
    key = ["country", "year", "variable"]
    several = covariates["variable"] == TONNES
    tonnes, rows = covariates[several], covariates[~several]
    lines = corrections[corrections["file"] == FILE]
    keep = pd.Series(True, index=rows.index)
    for line in lines.to_dict("records"):
        same = (
            (rows["country"] == line["country"])
            & (rows["year"] == line["year"])
            & (rows["variable"] == line["series"])
        )
        taken = same & (rows["vintage"] == line["edition"])
        if line["action"] != "prefer" or not taken.any():
            found = "it fits no figure" if line["action"] == "prefer" else "only prefer is known"
            mend = "Correct year, series or edition, or take the line out."
            raise PanelError(Problem(where=f"corrections, {line['id']}", found=found, mend=mend))
        keep &= ~same | taken
    rows = rows[keep]
    values = rows.groupby(key)["value"].nunique()
    if (apart := values[values > 1]).any():
        raise PanelError(
            *(
                Problem(
                    where=f"{variable} {country} {year}",
                    found="vintages disagree",
                    mend="Add a line to the corrections that prefers one.",
                )
                for country, year, variable in apart.index
            )
        )
    return pd.concat([rows.drop_duplicates(key), tonnes], ignore_index=True)


def _check_vintages(covariates: pd.DataFrame) -> None:
    """Refuse estimates of several updates, each of which makes all years anew."""
    problems = []
    wgi = covariates[covariates["variable"].str.startswith("wgi_")]
    if len(held := sorted(set(wgi["vintage"]))) > 1:
        found = f"estimates of {len(held)} updates: {', '.join(held)}"
        mend = "Keep one update: each estimates all years anew."
        problems.append(Problem(where="covariates, wgi_*", found=found, mend=mend))
    early = covariates[(covariates["variable"] == "ti_cpi_score")]
    early = early[early["year"] < CPI_START]
    if not early.empty:
        found = f"scores before {CPI_START}"
        mend = "Leave them out: the scale from 0 to 10 is another variable."
        problems.append(Problem(where="covariates, ti_cpi_score", found=found, mend=mend))
    if problems:
        raise PanelError(*problems)


def compare_covariates(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Return the figures in which a table differs from ours by more than rounding.

    Parameters
    ----------
    ours, theirs : pandas.DataFrame
        `country`, `year`, `variable`, `value`, one row for each key; `ours` also `vintage`.

    Returns
    -------
    pandas.DataFrame
        `country`, `year`, `variable`, `vintage` (of ours), `ours`, `theirs`; the largest
        difference first. Keys that only one of them has are no revision.
    """
    key = ["country", "year", "variable"]
    left = ours[[*key, "vintage", "value"]].rename(columns={"value": "ours"})
    both = left.merge(theirs[[*key, "value"]].rename(columns={"value": "theirs"}), on=key)
    apart = (both["theirs"] - both["ours"]).abs()
    changed = both.assign(apart=apart)[apart > ROUNDING]
    changed = changed.sort_values(["apart", *key], ascending=[False, True, True, True])
    return changed[[*key, "vintage", "ours", "theirs"]].reset_index(drop=True)


def area_by_year(covariates: pd.DataFrame) -> pd.Series:
    """Return the Afghan poppy area by year, in hectares, from settled covariates."""
    rows = covariates[covariates["variable"] == AREA]
    return rows.set_index("year")["value"].astype(float).rename("poppy_ha").sort_index()


def vintages(covariates: pd.DataFrame) -> pd.DataFrame:
    """Return the vintages of Afghan opium tonnes: `vintage`, `first`, `last`, `years`."""
    rows = covariates[covariates["variable"] == TONNES]
    table = rows.groupby("vintage")["year"].agg(["min", "max", "size"]).reset_index()
    table.columns = pd.Index(["vintage", "first", "last", "years"])
    return table.sort_values(["years", "last"], ascending=False).reset_index(drop=True)


def longest_vintage(covariates: pd.DataFrame) -> str | None:
    """Return the vintage of tonnes that covers most years (the later of two), None without any."""
    table = vintages(covariates)
    return None if table.empty else str(table["vintage"].iloc[0])


def tonnes_by_year(covariates: pd.DataFrame, vintage: str) -> pd.Series:
    """Return the potential production of Afghan opium by year, in tonnes, in one vintage.

    Years that the vintage does not cover are not there: figures of several vintages would show
    revisions as if they were harvests.

    Raises
    ------
    PanelError
        When there is no such vintage.
    """
    rows = covariates[(covariates["variable"] == TONNES) & (covariates["vintage"] == vintage)]
    if rows.empty:
        known = ", ".join(vintages(covariates)["vintage"])
        found = f"there is no vintage {vintage!r} of opium tonnes"
        raise PanelError(Problem(where="covariates", found=found, mend=f"Take one of {known}."))
    return rows.set_index("year")["value"].astype(float).rename("opium_t").sort_index()
