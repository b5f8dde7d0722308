"""The shipped outcome data as models see it, and made-up panels of its shape."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from ioscore.io.outcomes import read_outcome_data
from ioscore.io.plans import read_plan
from ioscore.panel import build_panel, longest_vintage, settle
from ioscore.regression.plan import AnalysisPlan
from ioscore.seizures import annual_totals, harmonise


@cache
def plan() -> AnalysisPlan:
    """Return the shipped analysis plan."""
    return read_plan()


@cache
def _shipped() -> pd.DataFrame:
    data = read_outcome_data()
    covariates = settle(data.covariates, data.corrections)
    return build_panel(
        annual_totals(harmonise(data.seizures, data.corrections, order=data.order)),
        covariates,
        data.activity,
        outcomes=("opiates", "cannabis", "heroin"),
        years=(plan().sample.years[0] - 1, plan().sample.years[1]),
        lags=(),
        tonnes_vintage=longest_vintage(covariates),
    ).table


def real_panel() -> pd.DataFrame:
    """Return the shipped panel, from the year before the sample of the plan on."""
    return _shipped().copy()


def made_up_panel(
    rng: np.random.Generator, *, effect: float = 0.0, countries: int = 11, years: int = 28
) -> pd.DataFrame:
    """Return a made-up panel: country, year and common shocks, noise, one staggered treatment.

    Columns `country`, `year`, `opiates` (kilograms), `treated` (0, 1), `log_y`. Countries 0 to 3
    are never treated, the others from different years on; `effect` is in log points.
    """
    names = [f"C{i:02d}" for i in range(countries)]
    start = {name: 1996 + 6 + 3 * (i % 4) if i > 3 else 9999 for i, name in enumerate(names)}
    index = pd.MultiIndex.from_product(
        [names, range(1996, 1996 + years)], names=["country", "year"]
    )
    table = index.to_frame(index=False)
    own = pd.Series(rng.normal(5, 1, countries), index=names)
    common = pd.Series(rng.normal(0, 0.3, years), index=range(1996, 1996 + years))
    table["treated"] = (table["year"] >= table["country"].map(start)).astype(float)
    noise = rng.normal(0, 0.5, len(table))
    table["log_y"] = (
        table["country"].map(own) + table["year"].map(common) + effect * table["treated"] + noise
    )
    table["opiates"] = np.exp(table["log_y"])
    return table
