"""Panel with yearly scores -> paths of doses, and their differences beside those of seizures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.sample import draw_sample

TENTHS = 10
"""A coefficient is for a tenth of the scale: yearly scores hardly move by more."""
DOCUMENTATION = "documentation"
SUPPLY = "supply"
CONTROLS = (DOCUMENTATION, SUPPLY)


@dataclass(frozen=True, kw_only=True)
class Dose:
    """Where the yearly scores of one organisation stand in the panel.

    Attributes
    ----------
    organisation : str
    weights : mapping of str to float
        Column of each of its tactics, in [0, 1], and its weight.
    rows : str
        Column with its dated rows.
    """

    organisation: str
    weights: Mapping[str, float]
    rows: str


@dataclass(frozen=True, kw_only=True)
class DoseSample:
    """Differences at one lag, and the paths of the doses by calendar year.

    Attributes
    ----------
    frame, levels : pandas.DataFrame
        `year`, `y`, `documentation`, `supply`, a column for each organisation (tenths of the
        scale) and each tactic; differences between neighbouring years, and what they are of.
    paths : pandas.DataFrame
        Doses and `documentation` by year, whether or not the outcome is known then.
    lag : int
        Years from dose to outcome.
    left_out : tuple of str
    """

    frame: pd.DataFrame
    levels: pd.DataFrame
    paths: pd.DataFrame
    lag: int
    left_out: tuple[str, ...]


def check_columns(
    table: pd.DataFrame, plan: AnalysisPlan, organisations: Sequence[Dose], outcome: str
) -> None:
    """Raise where the panel lacks a column or the country.

    Raises
    ------
    PanelError
    """
    needed = [outcome, control_column(plan), plan.controls.supply]
    needed += [name for dose in organisations for name in (*dose.weights, dose.rows)]
    if absent := [name for name in needed if name not in table]:
        found = f"the panel has no column {', '.join(absent)}"
        mend = "Join the yearly scores first (`ioscore.study.join_scores`)."
        raise PanelError(Problem(where="dose", found=found, mend=mend))
    if plan.dose.country not in set(table["country"]):
        found = f"the panel has no rows of {plan.dose.country}"
        raise PanelError(Problem(where="dose", found=found, mend="Name a country of the panel."))


def control_column(plan: AnalysisPlan) -> str:
    """Return the column that says how much is documented of a year."""
    return f"documented_{plan.dose.control}"


def dose_paths(
    own: pd.DataFrame, plan: AnalysisPlan, organisations: Sequence[Dose]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Put zeros where nothing is documented, as the plan says, and count the years that are not.

    A year that was not scored at all has no rows either, and stays unknown.

    Parameters
    ----------
    own : pandas.DataFrame
        Rows of the country, one a year.
    plan : AnalysisPlan
    organisations : sequence of Dose

    Returns
    -------
    table : pandas.DataFrame
        With `documentation`, the tactics with their zeros, and for each organisation its score in
        tenths of the scale.
    documented : dict of str to int
        Years of the sample with a dated act of a tactic.
    """
    scored = own[control_column(plan)].notna()
    inside = own["year"].between(*plan.sample.years)
    columns = {DOCUMENTATION: np.log1p(own[control_column(plan)].astype(float))}
    documented = {}
    for dose in organisations:
        tactics = own[list(dose.weights)].astype(float)
        weights = pd.Series(dose.weights, dtype=float)
        filled = tactics.fillna(0.0).where(scored)
        columns |= {name: filled[name] for name in tactics}
        columns[dose.organisation] = TENTHS * (filled @ weights) / (weights.sum() or 1.0)
        documented[dose.organisation] = int((tactics.notna().any(axis=1) & inside).sum())
    return own.assign(**columns), documented


def dose_sample(
    prepared: pd.DataFrame,
    plan: AnalysisPlan,
    organisations: Sequence[Dose],
    outcome: str,
    lag: int,
) -> DoseSample:
    """Return differences between neighbouring years that are both known.

    Parameters
    ----------
    prepared : pandas.DataFrame
        From `dose_paths`.
    plan : AnalysisPlan
    organisations : sequence of Dose
    outcome : str
    lag : int

    Returns
    -------
    DoseSample
    """
    names = [name for dose in organisations for name in (dose.organisation, *dose.weights)]
    drawn = draw_sample(
        prepared,
        plan,
        outcome=outcome,
        how=plan.dose.transformation,
        treatments=[DOCUMENTATION],
        countries=[plan.dose.country],
        lag=lag,
        supply=plan.controls.supply,
        exposed_only=False,
    )
    paths = prepared.set_index("year")[[*names, DOCUMENTATION]]
    levels = drawn.frame.drop(columns="country")
    levels[names] = paths[names].reindex(levels["year"] - lag).to_numpy()
    steps = levels.diff()
    whole = steps["year"] == 1
    gaps = int((steps["year"] > 1).sum())
    frame = steps[whole].assign(year=levels.loc[whole, "year"]).reset_index(drop=True)
    said = f"{gaps} differences across a gap, of more than one year"
    return DoseSample(
        frame=frame,
        levels=levels,
        paths=paths,
        lag=lag,
        left_out=(*drawn.left_out, said) if gaps else drawn.left_out,
    )
