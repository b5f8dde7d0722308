"""Totals + covariates + activity -> the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.panel.gaps import covariate_reasons, reasons
from ioscore.panel.presence import presence
from ioscore.panel.supply import AREA, TONNES, area_by_year, tonnes_by_year
from ioscore.seizures import outcome

KEY = ["country", "year"]
PER_HEAD = 100_000
PER_AREA = 1_000
_NO_SUPPLY = {"poppy_ha": "no figure of this year", "opium_t": "not in the one vintage"}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One row for each country and year, and what is missing.

    Attributes
    ----------
    table : pandas.DataFrame
        `country`, `year`; for each outcome `<o>` (in its unit, NaN where missing), `<o>_why`
        (why it is missing, else empty), `<o>_flags`, `<o>_per_100k` (of the population),
        `<o>_per_1000_ha` (of Afghan poppy in that year), `<o>_per_t` (of Afghan opium, only in
        years of the one vintage), `<o>_lag<k>`; `poppy_ha`, `opium_t` and their lags; a column
        for each covariate; a column for each organisation and instrument (1, 0, NaN).
    outcomes, countries, activities, covariates : tuple of str
        Names of outcomes, countries, columns of activity, columns of covariates.
    years : tuple of int
    lags : tuple of int
    tonnes_vintage : str or None
        The one vintage that tonnes are of.
    units : dict of str to str
        Unit of each outcome and of what is derived from it.
    """

    table: pd.DataFrame
    outcomes: tuple[str, ...]
    countries: tuple[str, ...]
    years: tuple[int, ...]
    lags: tuple[int, ...]
    tonnes_vintage: str | None
    activities: tuple[str, ...]
    covariates: tuple[str, ...]
    units: dict[str, str]

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    @property
    def supply(self) -> tuple[str, ...]:
        """Return the columns of Afghan supply: hectares, and tonnes where of one vintage."""
        return tuple(name for name in _NO_SUPPLY if name in self.table)

    def missing(self, name: str) -> pd.DataFrame:
        """Return countries x years with the reason why an outcome is missing, empty if it is not.

        Raises
        ------
        PanelError
            When the panel does not have the outcome.
        """
        if name not in self.outcomes:
            found = f"the panel has no outcome {name!r}"
            mend = f"It has {', '.join(self.outcomes)}."
            raise PanelError(Problem(where="panel", found=found, mend=mend))
        wide = self.table.pivot(index="country", columns="year", values=f"{name}_why")
        return wide.loc[list(self.countries)]

    def gaps(self) -> pd.DataFrame:
        """Return what is missing of outcomes, supply and covariates.

        Columns `country`, `year`, `column`, `why`.
        """
        parts = []
        for name in (*self.outcomes, *self.supply, *self.covariates):
            if name in self.outcomes:
                why = self.table[f"{name}_why"]
            elif name in self.supply:
                why = self.table[name].isna().map({True: _NO_SUPPLY[name], False: ""})
            else:
                why = covariate_reasons(self.table, name)
            rows = self.table.loc[why != "", KEY].assign(column=name, why=why[why != ""])
            parts.append(rows)
        return pd.concat(parts, ignore_index=True)


def build_panel(
    totals: pd.DataFrame,
    covariates: pd.DataFrame,
    activity: pd.DataFrame,
    *,
    outcomes: Sequence[str] = ("opiates", "cannabis"),
    countries: Sequence[str] | None = None,
    years: tuple[int, int] = (1996, 2023),
    lags: Sequence[int] = (1,),
    tonnes_vintage: str | None = None,
) -> Panel:
    """Join outcomes, covariates and activity, one row for each country and year.

    Parameters
    ----------
    totals : pandas.DataFrame
        From `ioscore.seizures.annual_totals`, over all its years, so that lags reach back.
    covariates : pandas.DataFrame
        From `ioscore.panel.settle`; Afghan opium goes to every country by year.
    activity : pandas.DataFrame
        As `presence` takes it.
    outcomes : sequence of str
        Ids of `ioscore.seizures.OUTCOMES`.
    countries : sequence of str, optional
        ISO 3166 alpha-3 codes, in the order wanted; all that report, in the order of the alphabet.
    years : tuple of int
        First and last. Before 1996 Tajik herb looks like wild hemp.
    lags : sequence of int
        Years by which outcomes and Afghan supply are also given later, each >= 1.
    tonnes_vintage : str, optional
        Vintage of Afghan opium tonnes; without one there are no tonnes.

    Returns
    -------
    Panel

    Raises
    ------
    PanelError
        For a country, an outcome or a vintage that is not there, one named twice, years in the
        wrong order, a lag below one, or an activity that ends before it starts.
    """
    chosen = list(countries) if countries is not None else sorted(set(totals["country"]))
    _check(totals, chosen, outcomes, years, lags)
    units = {name: outcome(name).unit for name in outcomes}
    span = list(range(years[0], years[1] + 1))
    # Lags are taken before the years are cut, so that the first year has its own.
    reach = list(range(years[0] - max(lags, default=0), years[1] + 1))
    index = pd.MultiIndex.from_product([chosen, reach], names=KEY)
    own = _wide(covariates, index)
    supply = pd.DataFrame(index=index)
    year = index.get_level_values("year")
    supply["poppy_ha"] = area_by_year(covariates).reindex(year).to_numpy(float)
    if tonnes_vintage is not None:
        tonnes = tonnes_by_year(covariates, tonnes_vintage)
        supply["opium_t"] = tonnes.reindex(year).to_numpy(float)
    columns: dict[str, pd.Series] = {}
    for name in outcomes:
        columns |= _outcome_columns(name, totals, index, own, supply)
        for column in ("per_100k", "per_1000_ha", "per_t"):
            if f"{name}_{column}" in columns:
                units[f"{name}_{column}"] = f"{units[name]} {column.replace('_', ' ')}"
    lagged = [*outcomes, *supply.columns]
    columns |= {str(column): supply[column] for column in supply}
    for lag in lags:
        for column in lagged:
            moved = columns[column].groupby(level="country", sort=False).shift(lag)
            columns[f"{column}_lag{lag}"] = moved
    units |= {"poppy_ha": "hectares", "opium_t": "tonnes"}
    at_work = presence(activity, chosen, reach)
    table = pd.concat([pd.DataFrame(columns, index=index), own, at_work], axis=1)
    table = table[table.index.get_level_values("year").isin(span)].reset_index()
    return Panel(
        table=table,
        outcomes=tuple(outcomes),
        countries=tuple(chosen),
        years=tuple(span),
        lags=tuple(lags),
        tonnes_vintage=tonnes_vintage,
        activities=tuple(at_work.columns),
        covariates=tuple(own.columns),
        units=units,
    )


def _outcome_columns(
    name: str,
    totals: pd.DataFrame,
    index: pd.MultiIndex,
    own: pd.DataFrame,
    supply: pd.DataFrame,
) -> dict[str, pd.Series]:
    rows = totals[totals["outcome"] == name]
    keyed = rows.set_index(KEY)
    kilograms = keyed["kilograms"].reindex(index).astype(float)
    countries = list(dict.fromkeys(index.get_level_values("country")))
    years = sorted(set(index.get_level_values("year")))
    columns = {
        name: kilograms,
        f"{name}_why": reasons(totals, name, countries, years).reindex(index),
        f"{name}_flags": keyed["flags"].reindex(index).fillna(""),
    }
    if "population" in own:
        columns[f"{name}_per_100k"] = kilograms / own["population"] * PER_HEAD
    columns[f"{name}_per_1000_ha"] = kilograms / supply["poppy_ha"] * PER_AREA
    if "opium_t" in supply:
        columns[f"{name}_per_t"] = kilograms / supply["opium_t"]
    return columns


def _wide(covariates: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    rows = covariates[~covariates["variable"].isin([AREA, TONNES])]
    wide = rows.pivot(index=KEY, columns="variable", values="value")
    wide.columns.name = None
    return wide.reindex(index).astype(float)


def _check(
    totals: pd.DataFrame,
    countries: list[str],
    outcomes: Sequence[str],
    years: tuple[int, int],
    lags: Sequence[int],
) -> None:
    problems = []
    if strange := sorted(set(countries) - set(totals["country"])):
        found = f"no seizures of {', '.join(strange)}"
        known = ", ".join(sorted(set(totals["country"])))
        problems.append(Problem(where="countries", found=found, mend=f"There are {known}."))
    if len(set(countries)) < len(countries):
        found = "a country is named twice"
        problems.append(Problem(where="countries", found=found, mend="Name each once."))
    if len(set(outcomes)) < len(outcomes):
        found = "an outcome is named twice"
        problems.append(Problem(where="outcomes", found=found, mend="Name each once."))
    if years[0] > years[1]:
        found = f"{years[0]} comes after {years[1]}"
        problems.append(Problem(where="years", found=found, mend="Write the first year first."))
    if any(lag < 1 for lag in lags):
        mend = "Write whole numbers from 1 on."
        problems.append(Problem(where="lags", found="a lag below one year", mend=mend))
    if problems:
        raise PanelError(*problems)
