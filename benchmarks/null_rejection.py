"""How often each method rejects a true null hypothesis, on panels of our panel's shape.

`python benchmarks/null_rejection.py [--jobs N] [--share S] [--write]`. Each simulated panel keeps
countries, years, gaps, treatment paths and supply of the shipped panel. Its outcome has no effect
in it: what effects of country and year and supply explain of the real one, and noise that each
country draws with the spread and the persistence of its own residuals. Every method then tests
every treatment; the share of p <= 5% should be 5%. `--share` takes so many of the panels,
`--write` puts the table into `data/null_rejection.csv`. The seed is fixed.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import binomtest

from ioscore.errors import NotApplicable
from ioscore.io.files import write_atomically
from ioscore.io.outcomes import read_outcome_data
from ioscore.io.plans import read_plan
from ioscore.io.rubrics import read_rubric
from ioscore.io.tables import read_evidence
from ioscore.regression.dose.analysis import dose_response
from ioscore.regression.event.analysis import event_study
from ioscore.regression.panel.analysis import ESTIMATORS
from ioscore.regression.panel.cluster_inference import cluster_inferences
from ioscore.regression.panel.model import drawn_model, fit
from ioscore.regression.panel.permutation_test import permutation_inference
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import Inference
from ioscore.regression.sample import draw_sample
from ioscore.regression.series.analysis import interrupted_series
from ioscore.regression.synth.analysis import synthetic_control
from ioscore.report import as_csv
from ioscore.study.outcomes import panel_tables
from ioscore.study.yearly import join_scores, yearly_scores

OUT = Path(__file__).parent.parent / "data" / "null_rejection.csv"
SEED = 20261122
PANELS = {"panel": 200, "series": 400, "dose": 200, "event": 150, "synth": 100}
"""Simulated panels for each analysis; each holds several tests."""
PERSISTENCE = (0.0, 0.9)
"""Bounds of a country's first autocorrelation: few years can suggest more."""
LEVELS = {"synth": 1 / 6}
"""With five donors no p is smaller; elsewhere the level of the plan."""
Found = tuple[str, str, float]


def noise_of(table: pd.DataFrame, plan: AnalysisPlan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the null model explains of every row, and spread and persistence by country."""
    import statsmodels.formula.api as smf

    drawn = draw_sample(
        table, plan, outcome=plan.outcome, how="log", supply=plan.controls.supply
    ).frame
    fitted = smf.ols("y ~ C(country) + C(year) + supply_exposed", drawn).fit()
    rest = drawn.assign(rest=fitted.resid)
    earlier = rest.assign(year=rest["year"] + 1)[["country", "year", "rest"]]
    pairs = rest.merge(earlier, on=["country", "year"], suffixes=("", "_before"))
    rows = []
    for country, own in rest.groupby("country"):
        both = pairs[pairs["country"] == country]
        rho = (both["rest"] @ both["rest_before"]) / (both["rest_before"] @ both["rest_before"])
        rows.append(
            {"country": country, "sd": own["rest"].std(), "rho": float(np.clip(rho, *PERSISTENCE))}
        )
    return drawn.assign(mean=fitted.fittedvalues)[["country", "year", "mean"]], pd.DataFrame(rows)


def simulated(
    table: pd.DataFrame,
    mean: pd.DataFrame,
    noise: pd.DataFrame,
    outcome: str,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the panel with an outcome that no treatment touched."""
    years = range(int(table["year"].min()), int(table["year"].max()) + 1)
    parts = []
    for row in noise.to_dict("records"):
        shocks = rng.normal(size=len(years)) * row["sd"] * np.sqrt(1 - row["rho"] ** 2)
        path = [rng.normal() * row["sd"]]
        for shock in shocks[1:]:
            path.append(row["rho"] * path[-1] + shock)
        parts.append(pd.DataFrame({"country": row["country"], "year": list(years), "noise": path}))
    made = table.merge(mean, how="left").merge(pd.concat(parts), how="left")
    return made.assign(**{outcome: np.exp(made["mean"] + made["noise"])}).drop(
        columns=["mean", "noise"]
    )


def of_panel(table: pd.DataFrame, plan: AnalysisPlan, rng: np.random.Generator) -> Iterator[Found]:
    """Yield estimator, method and p of every treatment in the country panel."""
    for how in (plan.panel.estimator, *plan.panel.further_estimators):
        for treatment in plan.treatments:
            model, _ = drawn_model(
                table, plan, outcome=plan.outcome, variant="main", how=how, treatment=treatment
            )
            found = fit(model)
            if isinstance(found, NotApplicable):
                continue
            said = cluster_inferences(
                model, found, level=plan.level, power=plan.power, bootstraps=499, rng=rng
            )
            here = table["country"].isin(model.frame["country"])
            paths = table.loc[here & table["year"].between(*plan.sample.years)]
            # A level that no p can reach: the interval is not wanted here.
            said["permutation"] = permutation_inference(
                model,
                paths[["country", "year", model.column]],
                found.coefficient,
                level=1e-9,
                power=plan.power,
                draws=499,
                rng=rng,
            )
            for method, one in said.items():
                if isinstance(one, Inference) and _could_reject(one, method, plan):
                    yield ESTIMATORS[how], method, one.p


def _could_reject(one: Inference, method: str, plan: AnalysisPlan) -> bool:
    return method != "permutation" or one.draws is None or 1 / (one.draws + 1) <= plan.level


def of_estimates(estimates: tuple) -> Iterator[Found]:
    """Yield estimator, method and p of ready estimates."""
    for estimate in estimates:
        for method, one in estimate.inference.items():
            if isinstance(one, Inference):
                yield estimate.estimator, method, one.p


def one_panel(
    analysis: str,
    number: int,
    table: pd.DataFrame,
    mean: pd.DataFrame,
    noise: pd.DataFrame,
    plan: AnalysisPlan,
    organisations: tuple[str, ...],
) -> list[Found]:
    """Simulate one panel and test it in one analysis."""
    rng = np.random.default_rng([SEED, list(PANELS).index(analysis), number])
    made = simulated(table, mean, noise, plan.outcome, rng)
    if analysis == "panel":
        return list(of_panel(made, plan, rng))
    if analysis == "series":
        result = interrupted_series(made, plan, outcome=plan.outcome, rng=rng)
    elif analysis == "dose":
        result = dose_response(made, plan, organisations, outcome=plan.outcome, rng=rng)
    elif analysis == "event":
        result = event_study(made, plan, outcome=plan.outcome, rng=rng)
    else:
        result = synthetic_control(made, plan, outcome=plan.outcome)
    return list(of_estimates(result.estimates))


def interval(tests: pd.DataFrame, level: float) -> tuple[float, float]:
    """Return 95% limits of the share rejected; tests in one panel share its noise."""
    hits = (tests["p"] <= level).groupby(tests["panel"]).mean()
    spread = 1.96 * hits.std() / np.sqrt(len(hits))
    if not spread > 0:
        exact = binomtest(int(hits.sum()), len(hits)).proportion_ci()
        return exact.low, exact.high
    return max(0.0, hits.mean() - spread), min(1.0, hits.mean() + spread)


def main() -> None:
    """Simulate, test, and print the share rejected by analysis, estimator and method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--only", choices=PANELS)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    plan = read_plan().model_copy(update={"draws": 199, "bootstraps": 199})
    data = read_outcome_data()
    table = panel_tables(
        data.seizures, data.covariates, data.activity, data.corrections, data.order, plan
    )["as_corrected"]
    rubric = read_rubric()
    span = range(int(table["year"].min()), int(table["year"].max()) + 1)
    yearly = yearly_scores(read_evidence(family=rubric.codes), rubric, span)
    joined = join_scores(table, yearly, plan.dose.country)
    mean, noise = noise_of(table, plan)
    print(noise.to_string(index=False))
    rows = []
    for analysis, panels in PANELS.items():
        if asked.only not in (None, analysis):
            continue
        count = max(1, round(asked.share * panels))
        found = Parallel(n_jobs=asked.jobs)(
            delayed(one_panel)(analysis, n, joined, mean, noise, plan, yearly.organisations)
            for n in range(count)
        )
        frame = pd.DataFrame(
            [(n, *one) for n, tests in enumerate(found) for one in tests],
            columns=["panel", "estimator", "method", "p"],
        )
        # A last digit must not keep a p of one sixth from being one sixth.
        level = LEVELS.get(analysis, plan.level) + 1e-9
        for (estimator, method), own in frame.groupby(["estimator", "method"], sort=False):
            low, high = interval(own, level)
            rows.append(
                {
                    "analysis": analysis,
                    "estimator": estimator,
                    "method": method,
                    "level": round(level, 6),
                    "panels": own["panel"].nunique(),
                    "tests": len(own),
                    "rate": float((own["p"] <= level).mean()),
                    "low": low,
                    "high": high,
                }
            )
        print(pd.DataFrame(rows).to_string(index=False), flush=True)
    if asked.write:
        made = pd.DataFrame(rows)
        if asked.only is not None:
            before = pd.read_csv(OUT)
            made = pd.concat([before[before["analysis"] != asked.only], made])
            order = made["analysis"].map({name: n for n, name in enumerate(PANELS)})
            made = made.iloc[order.argsort(kind="stable")]
        write_atomically(OUT, as_csv(made))


if __name__ == "__main__":
    main()
