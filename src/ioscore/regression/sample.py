"""The panel -> the rows and columns that one model sees, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.regression.plan import AnalysisPlan, Transformation

KEY = ["country", "year"]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The rows of a model: nothing in them is missing.

    Attributes
    ----------
    frame : pandas.DataFrame
        `country`, `year`, `y` (transformed outcome), and the columns of `treatments` and
        `controls`; sorted by country and year, index 0..n-1.
    treatments, controls : tuple of str
        Names of their columns. Controls may be `supply` (log of Afghan supply, lagged),
        `supply_exposed` (the same in exposed countries, else zero) and `governance`.
    left_out : tuple of str
        Rows of the sample that are not there, with number and reason.
    """

    frame: pd.DataFrame
    treatments: tuple[str, ...]
    controls: tuple[str, ...]
    left_out: tuple[str, ...]


def transformed(table: pd.DataFrame, outcome: str, how: Transformation) -> pd.Series:
    """Return an outcome as a model takes it: NaN where missing, and where a zero has no logarithm.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a panel: `<outcome>` in kilograms, `population` where it is per head.
    outcome : str
    how : {"log", "asinh", "log_per_100k", "poisson"}
        ``poisson`` leaves kilograms as they are; ``log`` and ``log_per_100k`` have no zero.
    """
    kilograms = table[outcome].astype(float)
    if how == "poisson":
        return kilograms
    if how == "asinh":
        return np.arcsinh(kilograms)
    positive = kilograms.where(kilograms > 0)
    if how == "log_per_100k":
        positive = positive / table["population"] * 100_000
    return np.log(positive)


def draw_sample(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    *,
    outcome: str,
    how: Transformation,
    treatments: Sequence[str] = (),
    countries: Sequence[str] | None = None,
    years: tuple[int, int] | None = None,
    lag: int = 0,
    supply: str | None = None,
    exposed_only: bool = True,
    governance: str | None = None,
    spikes: bool = True,
) -> Drawn:
    """Draw the rows of one model from the panel.

    Parameters
    ----------
    table : pandas.DataFrame
        Of an `ioscore.panel.Panel` that begins early enough for the lags; years before the sample
        only serve them.
    plan : AnalysisPlan
        Gives sample, exposure, lag of supply and years without governance.
    outcome : str
    how : {"log", "asinh", "log_per_100k", "poisson"}
    treatments : sequence of str
        Columns of activity; taken `lag` years earlier.
    countries : sequence of str, optional
        Of the plan if not given.
    years : (int, int), optional
        Of the plan if not given.
    lag : int
        Years from treatment to outcome.
    supply : {"poppy_ha", "opium_t"}, optional
        Afghan supply, in logarithms, lagged as the plan says; none if not given.
    exposed_only : bool
        Supply times exposure (`supply_exposed`), as a model with year effects needs; else `supply`.
    governance : str, optional
        A covariate; years that the plan names have the mean of their neighbours.
    spikes : bool
        Whether rows flagged as single hauls stay.

    Returns
    -------
    Drawn

    Raises
    ------
    PanelError
        When the panel lacks a column.
    """
    chosen = tuple(countries if countries is not None else plan.sample.countries)
    first, last = years if years is not None else plan.sample.years
    needed = [outcome, *treatments, *filter(None, (supply, governance))]
    if how == "log_per_100k":
        needed.append("population")
    if absent := [name for name in needed if name not in table]:
        found = f"the panel has no column {', '.join(absent)}"
        mend = "Name one of its columns; `ioscore panel --format csv` shows them."
        raise PanelError(Problem(where="analysis plan", found=found, mend=mend))
    own = table[table["country"].isin(chosen)].sort_values(KEY).reset_index(drop=True)
    columns = {"y": transformed(own, outcome, how)}
    for name in treatments:
        columns[name] = _lagged(own, name, lag)
    controls = []
    if supply is not None:
        logs = np.log(_lagged(own, supply, plan.controls.supply_lag))
        name = "supply_exposed" if exposed_only else "supply"
        exposed = own["country"].isin(plan.controls.exposed)
        # Where nobody is exposed to it a missing harvest is no gap.
        columns[name] = logs.where(exposed, 0.0) if exposed_only else logs
        controls.append(name)
    if governance is not None:
        columns["governance"] = _between(own, governance, plan.controls.governance_between)
        controls.append("governance")
    frame = own[KEY].assign(**columns)
    inside = own["year"].between(first, last)
    reasons = {"outcome not reported or excluded": own[outcome].notna()}
    if how == "log_per_100k":
        reasons["population not known"] = own["population"].notna()
    reasons["outcome of zero, without a logarithm"] = columns["y"].notna()
    if not spikes:
        reasons["probably a single haul"] = ~own[f"{outcome}_flags"].str.contains("spike")
    for name in (*treatments, *controls):
        reasons[f"{name} not known"] = frame[name].notna()
    left_out = []
    for reason, keep in reasons.items():
        if lost := int((inside & ~keep).sum()):
            left_out.append(f"{lost} {reason}")
        inside &= keep
    return Drawn(
        frame=frame[inside].reset_index(drop=True),
        treatments=tuple(treatments),
        controls=tuple(controls),
        left_out=tuple(left_out),
    )


def _lagged(table: pd.DataFrame, name: str, lag: int) -> pd.Series:
    """Return a column of `lag` years earlier, by year and not by row."""
    if lag == 0:
        return table[name].astype(float)
    earlier = table[[*KEY, name]].assign(year=table["year"] + lag)
    return table[KEY].merge(earlier, on=KEY, how="left")[name].astype(float)


def _between(table: pd.DataFrame, name: str, years: Sequence[int]) -> pd.Series:
    """Return a covariate with the mean of both neighbours in years without an edition."""
    before, after = _lagged(table, name, 1), _lagged(table, name, -1)
    fill = table["year"].isin(years) & table[name].isna()
    return table[name].astype(float).where(~fill, (before + after) / 2)
