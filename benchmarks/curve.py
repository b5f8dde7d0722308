"""How fast the specification curve is beside a loop of statsmodels fits: ratios of one run.

`python benchmarks/curve.py`, in two processes pinned to one thread each. The loop is not run, it
would take days: OLS and GLM fits of random specifications of the curve, with their dummies and
cluster errors, are timed, and their mean is multiplied by the specifications that are distinct and
estimated, and by the permutations of each and one.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import time

import numpy as np
import pandas as pd
import statsmodels.api as sm

from ioscore.io.outcomes import read_outcome_data
from ioscore.io.plans import read_plan
from ioscore.regression.curve import SpecificationCurve, specification_curve
from ioscore.regression.curve.specifications import Specification, specifications
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.sample import draw_sample
from ioscore.study.outcomes import panel_tables

JOBS = 2
LIMIT = 120
"""Seconds for the whole curve."""
SAMPLE = 60
"""Specifications of each kind whose fits are timed."""
POISSON = sm.families.Poisson()


def dummies(
    tables: dict[str, pd.DataFrame], plan: AnalysisPlan, each: Specification
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return outcome, treatment with dummies and controls, and cluster codes."""
    drawn = draw_sample(
        tables["as_corrected" if each.rows == "without_spikes" else each.rows],
        plan,
        outcome=each.outcome,
        how=each.estimator,
        treatments=(each.treatment,),
        countries=plan.curve.countries[each.countries],
        years=each.years,
        lag=each.lag,
        supply=None if each.supply == "none" else each.supply,
        governance=None if each.governance == "none" else each.governance,
        spikes=each.rows != "without_spikes",
    )
    frame = drawn.frame
    country = pd.get_dummies(frame["country"]).to_numpy(float)
    year = pd.get_dummies(frame["year"]).to_numpy(float)[:, 1:]
    columns = [frame[[each.treatment]], country, year, frame[list(drawn.controls)]]
    if each.trends == "own":
        columns.append(country[:, 1:] * (frame[["year"]].to_numpy(float) - 2010))
    codes = frame["country"].astype("category").cat.codes.to_numpy()
    return frame["y"].to_numpy(), np.column_stack(columns), codes


def one_fit(outcome: np.ndarray, columns: np.ndarray, codes: np.ndarray, how: str) -> float:
    """Fit one specification by statsmodels and return the coefficient."""
    clusters = {"cov_type": "cluster", "cov_kwds": {"groups": codes}}
    if how == "poisson":
        return float(
            sm.GLM(outcome, columns, family=POISSON)
            .fit(tol=1e-12, maxiter=200, **clusters)
            .params[0]
        )
    return float(sm.OLS(outcome, columns).fit(**clusters).params[0])


def timed_sample(
    tables: dict[str, pd.DataFrame], plan: AnalysisPlan, result: SpecificationCurve
) -> tuple[float, float]:
    """Return the seconds of processor time of the whole loop, and the largest difference."""
    every, rng = specifications(plan), np.random.default_rng(0)
    able = result.table[(result.table["not_applicable"] == "") & result.table["same_as"].isna()]
    seconds, worst = 0.0, 0.0
    for poisson in (False, True):
        kind = able[(able["estimator"] == "poisson") == poisson]
        chosen = rng.choice(kind.index, SAMPLE, replace=False)
        took = 0.0
        for at in chosen:
            ready = dummies(tables, plan, every[at])
            start = time.process_time()
            found = one_fit(*ready, every[at].estimator)
            took += time.process_time() - start
            worst = max(worst, abs(found - kind.loc[at, "coefficient"]))
        print(f"{'GLM' if poisson else 'OLS'} by statsmodels: {1e3 * took / SAMPLE:.2f} ms a fit")
        seconds += took / SAMPLE * float((kind["draws"] + 1).sum())
    return seconds, worst


def report(what: str, figure: float, limit: str) -> bool:
    """Print one line and return whether the figure is within its limit, as in "<= 1.5"."""
    sign, bound = limit.split()
    holds = figure <= float(bound) if sign == "<=" else figure >= float(bound)
    print(f"{what:<74} {figure:9.3g}  {limit:>8}  {'holds' if holds else 'FALLS SHORT'}")
    return holds


def main() -> None:
    """Time the curve of the shipped plan on the shipped panel and say whether each target holds."""
    read, plan = read_outcome_data(), read_plan()
    tables = panel_tables(
        read.seizures, read.covariates, read.activity, read.corrections, read.order, plan
    )
    start = time.perf_counter()
    result = specification_curve(tables, plan, rng=np.random.default_rng(plan.seed), jobs=JOBS)
    took = time.perf_counter() - start
    joint = result.joint
    print(
        f"{joint['specifications'].sum():,} specifications, {joint['estimated'].sum():,} distinct "
        f"and estimated, up to {int(joint['draws'].max())} permutations: {took:.1f} s"
    )
    loop, worst = timed_sample(tables, plan, result)
    print(
        f"a loop of such fits would take {loop / 3600:.1f} hours ({SAMPLE} of each timed, scaled)"
    )
    held = [
        report("whole curve, two processes, seconds", took, f"<= {LIMIT}"),
        report("loop in two processes, scaled / ioscore", loop / JOBS / took, ">= 30"),
        report("largest difference of a coefficient", worst, "<= 1e-8"),
    ]
    print("every target holds" if all(held) else f"{held.count(False)} targets fall short")


if __name__ == "__main__":
    main()
