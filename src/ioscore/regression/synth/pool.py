"""Which countries can be donors of a synthetic control, and why the others cannot."""

from __future__ import annotations

import pandas as pd

from ioscore.regression.plan import AnalysisPlan, SynthEvent
from ioscore.regression.sample import draw_sample


def donor_pool(
    table: pd.DataFrame, plan: AnalysisPlan, outcome: str, event: SynthEvent
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """Return years x countries without gaps, the donors, and who is not one, with the reason."""
    country, (first, last) = plan.synth.country, plan.synth.years
    drawn = draw_sample(
        table, plan, outcome=outcome, how=plan.synth.transformation, years=plan.synth.years
    )
    wide = drawn.frame.pivot(index="year", columns="country", values="y")
    if country not in wide:
        return wide.iloc[:0], (), (f"{country}: no figures",)
    wide = wide[wide[country].notna()]
    inside = table[table["year"].between(first, last)]
    at_work = inside.groupby("country")[event.column].max()
    unknown = inside[event.column].isna().groupby(inside["country"]).any()
    donors, left_out = [], []
    for other in plan.sample.countries:
        if other == country:
            continue
        gone = wide.index[wide[other].isna()] if other in wide else wide.index
        if at_work.get(other, 1) > 0:
            left_out.append(f"{other}: {event.column.replace('_', ' ')} at work there")
        elif unknown.get(other, True):
            left_out.append(f"{other}: {event.column.replace('_', ' ')} not known in every year")
        elif len(gone):
            left_out.append(f"{other}: no figure in {', '.join(map(str, gone))}")
        else:
            donors.append(other)
    if missing := sorted(set(range(first, last + 1)) - set(wide.index)):
        left_out.append(f"{', '.join(map(str, missing))}: no figure of {country}")
    return wide[[country, *donors]], tuple(donors), tuple(left_out)


def refusal(before: int, after: int, donors: int, plan: AnalysisPlan) -> str:
    """Return why the plan's rule is not met; empty where it is."""
    rule = plan.synth
    said = []
    if rule.transformation != "log":
        said.append(f"gaps are read as log points, and the plan takes {rule.transformation}")
    if before < rule.least_years_before:
        said.append(
            f"{before} {'year' if before == 1 else 'years'} before the event, of the "
            f"{rule.least_years_before} that the plan asks for"
        )
    if after == 0:
        said.append("no year from the event on")
    if donors < rule.least_donors:
        said.append(
            f"{donors} countries without it and with complete reports, of the "
            f"{rule.least_donors} that the plan asks for"
        )
    return "; ".join(said)
