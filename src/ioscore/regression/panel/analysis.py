"""Country panel: whether an organisation's instrument shows in what countries seize.

Effects of country and year, Poisson (PPML) and log-linear, each coefficient with every inference
that applies. What the plan names is planned; the variants beside it are exploratory.

References
----------
Santos Silva, J. M. C. and Tenreyro, S. (2006). The log of gravity. Review of Economics and
Statistics 88(4), 641-658. doi:10.1162/rest.88.4.641
Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
Statistics 6(2), 65-70.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from math import nan

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.panel.cluster_inference import cluster_inferences
from ioscore.regression.panel.model import Fitted, Model, Variant, drawn_model, fit
from ioscore.regression.panel.permutation_test import permutation_inference
from ioscore.regression.plan import AnalysisPlan, Transformation, Treatment, instrument
from ioscore.regression.results import Estimate, Inference, not_estimated
from ioscore.regression.sample import Drawn

Progress = Callable[[int, int], None]

INFERENCES = ("cluster", "cr3", "wild", "permutation")
VARIANTS: dict[Variant, str] = {
    "main": "",
    "governance": "with governance",
    "trends": "with own trends",
    "jointly": "all jointly",
}
"""Variants with effects of country and year, and what they add to the label."""
ESTIMATORS: dict[Transformation, str] = {
    "poisson": "Poisson (PPML)",
    "log": "log-linear (OLS)",
}
SUPPLY = "Afghan supply"


@dataclass(frozen=True, kw_only=True)
class CountryPanel:
    """What the country panel says of one outcome.

    Attributes
    ----------
    outcome : str
    estimates : tuple of Estimate
        In log points; of supply an elasticity.
    corrected : pandas.DataFrame
        The planned estimates by the planned inference, one row for each treatment: `organisation`,
        `label`, `coefficient`, `p`, `corrected_p` (over the treatments), `low`, `high`, `mde` (log
        points), `within_factor` (whether the interval lies within the factor of the plan either
        way), `not_applicable` (the reason, or empty).
    correction : str
        Its name.
    level, power, factor : float
        Of the plan.
    largest : (str, float) or None
        The country with most kilograms in the sample of the plan, and its share of all; none where
        nothing was seized.
    """

    outcome: str
    estimates: tuple[Estimate, ...]
    corrected: pd.DataFrame
    correction: str
    level: float
    power: float
    factor: float
    largest: tuple[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class _Task:
    """One coefficient to estimate."""

    variant: Variant
    how: Transformation
    treatment: Treatment | None
    rng: np.random.Generator


def country_panel(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    *,
    outcome: str,
    rng: np.random.Generator,
    jobs: int = 1,
    progress: Progress | None = None,
) -> CountryPanel:
    """Estimate each treatment of the plan in the country panel.

    Parameters
    ----------
    table : pandas.DataFrame
        Of an `ioscore.panel.Panel`, from the year before the sample on.
    plan : AnalysisPlan
    outcome : str
        A column in kilograms.
    rng : numpy.random.Generator
        Each coefficient draws from a stream of its own.
    jobs : int
        Processes; changes no result.
    progress : callable, optional
        ``progress(done, all)``, after each coefficient.

    Returns
    -------
    CountryPanel
        One treatment at a time (planned, where the plan names estimator and outcome); exploratory:
        with governance, with own linear trends, all treatments jointly; and supply itself, which
        year effects absorb, beside a common trend in their place.

    Raises
    ------
    PanelError
        When the panel lacks a column.
    """
    tasks = _tasks(plan, rng)
    estimates = []
    for done, estimate in enumerate(_run(table, plan, outcome, tasks, jobs), 1):
        estimates.append(estimate)
        if progress is not None:
            progress(done, len(tasks))
    planned = [
        estimate
        for task, estimate in zip(tasks, estimates, strict=True)
        if task.variant == "main" and task.how == plan.panel.estimator and task.treatment
    ]
    return CountryPanel(
        outcome=outcome,
        estimates=tuple(estimates),
        corrected=_corrected(planned, plan),
        correction=plan.panel.correction,
        level=plan.level,
        power=plan.power,
        factor=plan.answers.factor,
        largest=_largest(table, plan, outcome),
    )


def treatment_label(treatment: Treatment) -> str:
    """Return organisation and instrument: ``UNODC CARICC``."""
    return f"{treatment.organisation} {instrument(treatment.column, treatment.organisation)}"


def _largest(table: pd.DataFrame, plan: AnalysisPlan, outcome: str) -> tuple[str, float] | None:
    here = table["country"].isin(plan.sample.countries) & table["year"].between(*plan.sample.years)
    sums = table.loc[here].groupby("country")[outcome].sum()
    if not sums.sum() > 0:
        return None
    return str(sums.idxmax()), float(sums.max() / sums.sum())


def _tasks(plan: AnalysisPlan, rng: np.random.Generator) -> list[_Task]:
    found: list[tuple[Variant, Transformation, Treatment | None]] = []
    for how in (plan.panel.estimator, *plan.panel.further_estimators):
        found += [(variant, how, one) for variant in VARIANTS for one in plan.treatments]
        found += [("main", how, None), ("common trend", how, None)]
    return [
        _Task(variant=variant, how=how, treatment=one, rng=own)
        for (variant, how, one), own in zip(found, rng.spawn(len(found)), strict=True)
    ]


def _run(
    table: pd.DataFrame, plan: AnalysisPlan, outcome: str, tasks: list[_Task], jobs: int
) -> Generator[Estimate]:
    if jobs == 1:
        yield from (_estimate(table, plan, outcome, task) for task in tasks)
        return
    from joblib import Parallel, delayed

    work = (delayed(_estimate)(table, plan, outcome, task) for task in tasks)
    yield from Parallel(n_jobs=jobs, return_as="generator")(work)


def _estimate(table: pd.DataFrame, plan: AnalysisPlan, outcome: str, task: _Task) -> Estimate:
    """Return one coefficient with every inference."""
    if task.treatment is None and task.variant == "main":
        return _absorbed(table, plan, outcome, task)
    model, drawn = drawn_model(
        table,
        plan,
        outcome=outcome,
        variant=task.variant,
        how=task.how,
        treatment=task.treatment,
    )
    found = fit(model)
    if isinstance(found, NotApplicable):
        inference = not_estimated(found.reason, INFERENCES)
        return _described(plan, outcome, task, model, drawn, found, inference)
    lost = len(model.frame) - len(found.kept)
    model = replace(model, frame=model.frame.loc[found.kept].reset_index(drop=True))
    if lost:
        note = f"{lost} of countries or years that report nothing but zero, which Poisson separates"
        drawn = replace(drawn, left_out=(*drawn.left_out, note))
    inference = dict(
        cluster_inferences(
            model,
            found,
            level=plan.level,
            power=plan.power,
            bootstraps=plan.bootstraps,
            rng=task.rng,
        )
    )
    inference["permutation"] = _permuted(table, plan, model, found, task)
    return _described(plan, outcome, task, model, drawn, found.coefficient, inference)


def _permuted(
    table: pd.DataFrame, plan: AnalysisPlan, model: Model, found: Fitted, task: _Task
) -> Inference | NotApplicable:
    if task.treatment is None:
        return NotApplicable("all countries have the same supply: there is nothing to permute")
    first, last = plan.sample.years
    here = table["country"].isin(model.frame["country"]) & table["year"].between(first, last)
    return permutation_inference(
        model,
        table.loc[here, ["country", "year", model.column]],
        found.coefficient,
        level=plan.level,
        power=plan.power,
        draws=plan.draws,
        rng=task.rng,
    )


def _absorbed(table: pd.DataFrame, plan: AnalysisPlan, outcome: str, task: _Task) -> Estimate:
    """Return supply in a model with year effects: there is no such coefficient."""
    treatment = plan.treatments[0]
    model, drawn = drawn_model(
        table, plan, outcome=outcome, variant="main", how=task.how, treatment=treatment
    )
    model = replace(model, column="supply", frame=model.frame.assign(supply=0.0))
    reason = "absorbed by the year effects: supply is the same for all countries in a year"
    inference = not_estimated(reason, INFERENCES)
    return _described(plan, outcome, task, model, drawn, NotApplicable(reason), inference)


def _described(
    plan: AnalysisPlan,
    outcome: str,
    task: _Task,
    model: Model,
    drawn: Drawn,
    coefficient: float | NotApplicable,
    inference: dict[str, Inference | NotApplicable],
) -> Estimate:
    years = model.frame["year"]
    treatment, variant = task.treatment, task.variant
    what = treatment_label(treatment) if treatment else SUPPLY
    more = VARIANTS.get(variant, variant) if treatment or variant != "main" else "year effects"
    main = outcome == plan.outcome and task.how == plan.panel.estimator
    controls = [name for name in model.controls if not name.startswith("trend_")]
    return Estimate(
        analysis="panel",
        planned=main and variant == "main" and treatment is not None,
        label=f"{what}, {more}" if more else what,
        organisation=treatment.organisation if treatment else "",
        outcome=outcome,
        estimator=ESTIMATORS[task.how],
        coefficient=coefficient,
        inference=inference,
        main=plan.panel.inference,
        n=len(model.frame),
        sample=f"{model.clusters} countries, "
        + (f"{years.min()}-{years.max()}" if len(years) else "no years"),
        clusters=model.clusters,
        treated=model.treated if treatment else None,
        effects=model.effects,
        controls=(*controls, *(("own linear trends",) if variant == "trends" else ())),
        left_out=drawn.left_out,
        model=f"jointly, {task.how}" if variant == "jointly" else "",
    )


def _corrected(estimates: list[Estimate], plan: AnalysisPlan) -> pd.DataFrame:
    """Return the planned estimates with p corrected over the treatments."""
    from statsmodels.stats.multitest import multipletests

    main = [estimate.inference[estimate.main] for estimate in estimates]
    given = [found.p for found in main if isinstance(found, Inference)]
    adjusted = iter(multipletests(given, method=plan.panel.correction)[1] if given else ())
    reach = np.log(plan.answers.factor)
    rows = []
    for estimate, found in zip(estimates, main, strict=True):
        row: dict[str, object] = {"organisation": estimate.organisation, "label": estimate.label}
        value = estimate.coefficient
        row["coefficient"] = nan if isinstance(value, NotApplicable) else value
        if isinstance(found, Inference):
            low, high = (nan if v is None else v for v in (found.low, found.high))
            row |= {"p": found.p, "corrected_p": float(next(adjusted))}
            row |= {"low": low, "high": high, "mde": nan if found.mde is None else found.mde}
            row |= {"within_factor": bool(-reach <= low and high <= reach), "not_applicable": ""}
        else:
            row |= dict.fromkeys(("p", "corrected_p", "low", "high", "mde"), nan)
            row |= {"within_factor": False, "not_applicable": found.reason}
        rows.append(row)
    return pd.DataFrame(rows)
