"""Dated activity -> who was at work where in which year."""

from __future__ import annotations

import re

import pandas as pd

from ioscore.errors import PanelError, Problem


def presence(activity: pd.DataFrame, countries: list[str], years: list[int]) -> pd.DataFrame:
    """Return a column for each organisation and instrument: at work (1), not (0), not known.

    Parameters
    ----------
    activity : pandas.DataFrame
        `organisation`, `country`, `instrument`, `start`, `end` (calendar years, both at work;
        missing start: not known, missing end: none known).
    countries : list of str
    years : list of int

    Returns
    -------
    pandas.DataFrame
        Index country and year; columns such as `unodc_caricc`; 1.0, 0.0, or NaN in years up to
        the end where the only rows of a country have no start. Zero means that no row of the
        table says so, not that nothing was done.

    Raises
    ------
    PanelError
        When an activity ends before it starts.
    """
    back = activity[(activity["end"] < activity["start"]).fillna(False).astype(bool)]
    if not back.empty:
        raise PanelError(
            *(
                Problem(
                    where=f"activity, {row['organisation']}, {row['instrument']}, {row['country']}",
                    found=f"it ends in {row['end']}, before {row['start']}",
                    mend="Correct start or end.",
                )
                for row in back.to_dict("records")
            )
        )
    index = pd.MultiIndex.from_product([countries, years], names=["country", "year"])
    own = activity[activity["country"].isin(countries)]
    columns: dict[str, pd.Series] = {}
    for (organisation, instrument), rows in own.groupby(["organisation", "instrument"]):
        column = pd.Series(0.0, index=index)
        year = column.index.get_level_values("year")
        country = column.index.get_level_values("country")
        for dated in (False, True):
            for row in rows[rows["start"].notna() == dated].to_dict("records"):
                here = country == row["country"]
                if dated:
                    here &= year >= int(row["start"])
                if pd.notna(row["end"]):
                    here &= year <= int(row["end"])
                column[here] = 1.0 if dated else float("nan")
        columns[column_name(str(organisation), str(instrument))] = column
    return pd.DataFrame(columns, index=index)


def column_name(organisation: str, instrument: str) -> str:
    """Return the name of a column of the panel, as formulas can hold it: lower case, no blanks."""
    return re.sub(r"\W+", "_", f"{organisation}_{instrument}".lower()).strip("_")
