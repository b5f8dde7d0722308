"""Which countries, cohorts and rows an event study can use, and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.event.cohorts import NEVER, Placed, Rows, spans_of
from ioscore.regression.permutation.paths import TreatmentPaths, treatment_paths
from ioscore.regression.plan import AnalysisPlan


def seen_paths(
    table: pd.DataFrame, plan: AnalysisPlan, name: str
) -> tuple[TreatmentPaths | NotApplicable, list[str]]:
    """Return the paths of countries whose start, if any, is seen; and which countries are not."""
    first, last = plan.sample.years
    inside = table["country"].isin(plan.sample.countries) & table["year"].between(first, last)
    own = table.loc[inside, ["country", "year", name]]
    wide = own.pivot(index="country", columns="year", values=name)
    unknown = wide.index[wide.isna().any(axis=1)]
    early = wide.index[wide.iloc[:, 0] > 0]
    said = []
    if len(early):
        said.append(f"{', '.join(early)}: at work in {first} already, so no start is seen")
    if len(unknown):
        said.append(f"{', '.join(unknown)}: not known in every year whether it was at work")
    kept = own[~own["country"].isin([*unknown, *early])]
    if kept.empty:
        return NotApplicable("no country has a start that is seen"), said
    return treatment_paths(kept, name), said


def members(placed: Placed, paths: TreatmentPaths, cohort: int) -> tuple[str, ...]:
    """Return the countries of a cohort that have rows."""
    return tuple(
        paths.countries[k] for k in np.unique(placed.rows.country[placed.cohort == cohort])
    )


def cut_rows(rows: Rows, placed: Placed, paths: TreatmentPaths, plan: AnalysisPlan) -> list[str]:
    """Say which rows the window, an end or a missing year of reference takes away."""
    spans = spans_of(paths, paths.labels)
    said = []
    first, last = plan.event.window
    start = spans.starts[rows.country]
    period = rows.year - start
    over = (start != NEVER) & (rows.year >= spans.ends[rows.country])
    for k in np.unique(rows.country[over]):
        count = int((over & (rows.country == k)).sum())
        said.append(f"{count} of {paths.countries[k]}, where it ended, from {spans.ends[k]} on")
    outside = (start != NEVER) & ~over & ((period < first) | (period > last))
    if count := int(outside.sum()):
        said.append(f"{count} of treated countries outside years {first} to {last} from the start")
    for year in placed.dropped:
        names = [c for c, s in zip(paths.countries, spans.starts, strict=True) if s == year]
        said.append(
            f"{', '.join(names)}: not reported in {year + plan.event.reference}, the year that "
            "others are compared with"
        )
    return said


def refusal(
    cohorts: Mapping[int, Sequence[str]], controls: Sequence[str], plan: AnalysisPlan
) -> str:
    """Return why the plan's rule for cohorts and controls is not met; empty where it is."""
    said = []
    if plan.event.transformation == "poisson":
        said.append("coefficients are read as log points, and the plan takes kilograms as they are")
    found, need = len(cohorts), plan.event.least_cohorts
    if found == 0:
        said.append("no country of the sample has a start with reports around it")
    elif found < need:
        named = "; ".join(f"{year}: {', '.join(who)}" for year, who in cohorts.items())
        if found == 1:
            year, who = next(iter(cohorts.items()))
            many = f"all {len(who)} countries that have it" if len(who) > 1 else "one country"
            named = (
                f"it began in {year} in {many} ({', '.join(who)}), so nothing tells it from what "
                "else happened there in that year"
            )
        said.append(f"{named}: {found} of the {need} years of start that the plan asks for")
    if len(controls) < plan.event.least_controls:
        said.append(
            f"{len(controls)} countries never had it, of the {plan.event.least_controls} "
            "that the plan asks for"
        )
    return "; ".join(said)


def too_small(cohorts: Mapping[int, Sequence[str]]) -> str:
    """Return what must be said of clustered errors with these cohorts; empty if nothing."""
    alone = [str(year) for year, who in cohorts.items() if len(who) == 1]
    if not alone:
        return ""
    return (
        f"a single country makes up {'cohort' if len(alone) == 1 else 'each of the cohorts'} "
        f"{', '.join(alone)} and is fitted without error: this standard error is too small"
    )
