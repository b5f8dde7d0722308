"""Dose-response: differences of seizures on differences of the yearly scores of organisations.

Levels that drift agree by themselves, so differences are read and levels never; and the yearly
scores follow what authors wrote, so how much is documented stands beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.dose.paths import (
    CONTROLS,
    DOCUMENTATION,
    SUPPLY,
    TENTHS,
    Dose,
    DoseSample,
    check_columns,
    control_column,
    dose_paths,
    dose_sample,
)
from ioscore.regression.dose.shifts import chosen_turns, shift_mde, shift_p, shifted
from ioscore.regression.dose.shrinkage import Shrunk, shrunk
from ioscore.regression.dose.stationarity import Integration, LevelsFit, integration, levels_fit
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import (
    Estimate,
    Inference,
    normal_inference,
    not_estimated,
)

KINDS = ("ols", "hac", "turns")
NAMED = {"permutation": "turns"}
"""How a plan may name an inference: what is permuted of a single country is its path in time."""


@dataclass(frozen=True, kw_only=True)
class DoseResponse:
    """What differences of scores say of differences of seizures.

    Attributes
    ----------
    estimates : tuple of Estimate
        In log points for a tenth of the scale of the score.
    outcome, country : str
    organisations : tuple of str
    paths : pandas.DataFrame
        By `year` of the sample: `kilograms`, `documentation` (the column that the plan names as
        the control), for each organisation `<o>` (score in [0, 1], zero where undocumented) and
        `<o> rows` (its dated rows).
    documented : dict of str to int
        Years of the sample with a dated act of a tactic, by organisation.
    differences : pandas.DataFrame
        Of the planned lag: `year`, `y`, `documentation`, `supply`, and each organisation in tenths
        of the scale.
    integration : tuple of Integration
        Of the outcome, of each score, of the controls.
    levels : tuple of LevelsFit
        Never read.
    shrinkage : Shrunk or NotApplicable
    left_out : dict of str to int
        Rows of evidence that are not in the scores, by reason.
    least_years : int
    """

    estimates: tuple[Estimate, ...]
    outcome: str
    country: str
    organisations: tuple[str, ...]
    paths: pd.DataFrame
    documented: dict[str, int]
    differences: pd.DataFrame
    integration: tuple[Integration, ...]
    levels: tuple[LevelsFit, ...]
    shrinkage: Shrunk | NotApplicable
    left_out: dict[str, int] = field(default_factory=dict)
    least_years: int


def dose_response(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    organisations: Sequence[Dose],
    *,
    outcome: str,
    rng: np.random.Generator,
    left_out: Mapping[str, int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DoseResponse:
    """Regress differences of seizures on differences of yearly scores, one organisation at a time.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a panel, with the columns that `organisations` name and ``documented_<control>``; NaN
        where no act is dated. Year by year without gaps; it begins early enough for the lags.
    plan : AnalysisPlan
        Its part `dose` rules; supply and its lag are those of `controls`.
    organisations : sequence of Dose
    outcome : str
    rng : numpy.random.Generator
        Draws the turns where there are more than the plan has draws.
    left_out : mapping of str to int, optional
        Rows of evidence that are not in the scores, by reason; carried to the report.
    progress : callable, optional
        Called with steps done and all.

    Returns
    -------
    DoseResponse
        The plan's own outcome at its own lag is planned, all else exploratory.

    Raises
    ------
    PanelError
        When the panel lacks a column.

    Notes
    -----
    The score of an organisation in a year is the weighted mean of its tactics. A tactic of which
    no act is dated counts as none documented, zero, as the plan says; so the path is one of
    documented effort. The documents of the year of the dose are controlled for: the logarithm of
    one more than their rows, differenced. The permutation test turns dose and documents in time
    (see `ioscore.regression.dose.shifts`).
    """
    check_columns(table, plan, organisations, outcome)
    own = table[table["country"] == plan.dose.country].sort_values("year").reset_index(drop=True)
    prepared, documented = dose_paths(own, plan, organisations)
    lags = (plan.dose.lag, *plan.dose.further_lags)
    samples = {lag: dose_sample(prepared, plan, organisations, outcome, lag) for lag in lags}
    main = samples[plan.dose.lag]
    steps = [(lag, dose) for lag in lags for dose in organisations]
    total = len(steps) + len(main.frame)
    estimates = []
    for done, (lag, dose) in enumerate(steps, 1):
        years = documented[dose.organisation]
        estimates.append(_estimate(samples[lag], dose, plan, outcome, years, rng))
        if progress is not None:
            progress(done, total)
    names = [dose.organisation for dose in organisations]
    columns = [name for dose in organisations for name in dose.weights]
    return DoseResponse(
        estimates=tuple(estimates),
        outcome=outcome,
        country=plan.dose.country,
        organisations=tuple(names),
        paths=_shown(prepared, plan, organisations, outcome),
        documented=documented,
        differences=main.frame[["year", "y", DOCUMENTATION, SUPPLY, *names]],
        integration=tuple(_orders(main, names, outcome, plan.level)),
        levels=tuple(
            levels_fit(name, main.levels["y"].to_numpy(), main.levels[[name, *CONTROLS]].to_numpy())
            for name in names
        ),
        shrinkage=shrunk(
            main.frame,
            [*CONTROLS, *columns],
            supply=SUPPLY,
            least=plan.dose.least_years,
            progress=None if progress is None else lambda n, _: progress(len(steps) + n, total),
        ),
        left_out=dict(left_out or {}),
        least_years=plan.dose.least_years,
    )


def _estimate(
    sample: DoseSample,
    dose: Dose,
    plan: AnalysisPlan,
    outcome: str,
    documented: int,
    rng: np.random.Generator,
) -> Estimate:
    """Return the coefficient of one organisation at one lag."""
    name, frame = dose.organisation, sample.frame
    reason = _refusal(frame, name, plan, documented)
    coefficient: float | NotApplicable
    if reason:
        coefficient, inference = NotApplicable(reason), not_estimated(reason, KINDS)
    else:
        coefficient, inference = _fitted(sample, name, plan, rng)
    years = plan.sample.years[1] - plan.sample.years[0] + 1
    span = f"{int(frame['year'].min())}-{int(frame['year'].max())}" if len(frame) else "no years"
    return Estimate(
        analysis="dose",
        planned=outcome == plan.outcome and sample.lag == plan.dose.lag,
        label=f"{name} score, per tenth of the scale"
        + (f", {sample.lag} year{'s' if sample.lag > 1 else ''} earlier" if sample.lag else ""),
        organisation=name,
        outcome=outcome,
        estimator=f"OLS, differences of {plan.dose.transformation}",
        coefficient=coefficient,
        inference=inference,
        main=NAMED.get(plan.dose.inference, plan.dose.inference),
        n=len(frame),
        sample=f"{plan.dose.country}, {span}",
        controls=("documentation, differenced", "supply, lagged and differenced"),
        left_out=(
            *sample.left_out,
            f"{years - documented} of {years} years without a dated act count as zero",
        ),
        model=f"{outcome} {name} {sample.lag}",
    )


def _refusal(frame: pd.DataFrame, name: str, plan: AnalysisPlan, documented: int) -> str:
    """Return why there is no estimate, or nothing."""
    parameters = 2 + len(CONTROLS)
    need = plan.series.years_per_parameter * parameters
    if documented < plan.dose.least_years:
        return (
            f"{documented} years have a dated act of {name}, and the plan asks for "
            f"{plan.dose.least_years}: such a path says when authors cited, not acts"
        )
    if len(frame) < need:
        return f"{len(frame)} differences, and {parameters} parameters need {need}"
    if np.ptp(frame[name].to_numpy(dtype=float)) < 1e-12:
        return f"the score of {name} does not move in these years"
    columns = _design(frame, name)
    # Columns are brought to one length, or units would decide what is collinear.
    size = np.linalg.norm(columns, axis=0)
    if (size == 0).any() or np.linalg.matrix_rank(columns / size) < columns.shape[1]:
        return f"the score of {name}, documentation and supply move as one in these years"
    return ""


def _design(frame: pd.DataFrame, name: str) -> np.ndarray:
    columns = frame[[name, *CONTROLS]].to_numpy(dtype=float)
    return np.column_stack([columns, np.ones(len(frame))])


def _fitted(
    sample: DoseSample, name: str, plan: AnalysisPlan, rng: np.random.Generator
) -> tuple[float | NotApplicable, dict[str, Inference | NotApplicable]]:
    from statsmodels.api import OLS

    y, x = sample.frame["y"].to_numpy(dtype=float), _design(sample.frame, name)
    # The bandwidth of the plan is in years; statsmodels counts lags, one fewer.
    lags = plan.series.bandwidth - 1
    plain = OLS(y, x).fit()
    robust = OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    errors = float(plain.bse[0]), float(robust.bse[0])
    if not np.isfinite(errors).all() or min(errors) <= 1e-12 * max(1.0, abs(plain.params[0])):
        reason = "the columns explain the outcome without rest, so there are no errors"
        return NotApplicable(reason), not_estimated(reason, KINDS)
    level, power = plan.level, plan.power
    gap = "" if (sample.frame["year"].diff().dropna() == 1).all() else (
        "years on both sides of a gap stand side by side"
    )  # fmt: skip
    beta = float(plain.params[0])
    return beta, {
        "ols": normal_inference(
            beta, errors[0], df=float(plain.df_resid), level=level, power=power
        ),
        "hac": normal_inference(beta, errors[1], df=None, note=gap, level=level, power=power),
        "turns": _turned(sample, name, plan, rng),
    }


def _turned(
    sample: DoseSample, name: str, plan: AnalysisPlan, rng: np.random.Generator
) -> Inference | NotApplicable:
    """Return the test by turning dose and documents in time."""
    first, last = (year - sample.lag for year in plan.sample.years)
    paths = sample.paths.loc[first:last, [name, DOCUMENTATION]].dropna()
    years = paths.index.to_numpy(dtype=int)
    turns = chosen_turns(len(years), plan.draws, rng)
    if (np.diff(years) != 1).any():
        return NotApplicable("the scores have a gap of years, so their path cannot be turned")
    if 1 / (len(turns) + 1) > plan.level:
        return NotApplicable(f"{len(turns)} turns cannot give a p at the level {plan.level:g}")
    frame = sample.frame
    fixed = np.column_stack([np.ones(len(frame)), frame[SUPPLY].to_numpy(dtype=float)])
    at = frame["year"].to_numpy(dtype=int) - sample.lag - years[0]
    turned = shifted(paths[name].to_numpy(), paths[DOCUMENTATION].to_numpy(), fixed, at)
    y = frame["y"].to_numpy(dtype=float)
    p, draws = shift_p(turned, y, turns)
    return Inference(
        p=p,
        mde=shift_mde(turned, y, turns, level=plan.level, power=plan.power),
        draws=draws,
        note=f"{'all ' if len(turns) == len(years) - 1 else ''}{draws} turns of the path in time, "
        f"so p is {1 / (draws + 1):.3f} at least",
    )


def _orders(
    sample: DoseSample, names: Sequence[str], outcome: str, level: float
) -> Iterator[Integration]:
    levels = sample.levels.set_index("year")
    yield integration(outcome, levels["y"], level)
    for name in (*names, *CONTROLS):
        yield integration(name, levels[name], level)


def _shown(
    prepared: pd.DataFrame, plan: AnalysisPlan, organisations: Sequence[Dose], outcome: str
) -> pd.DataFrame:
    inside = prepared[prepared["year"].between(*plan.sample.years)].reset_index(drop=True)
    columns = {
        "kilograms": inside[outcome],
        DOCUMENTATION: inside[control_column(plan)].astype(float),
    }
    for dose in organisations:
        columns[dose.organisation] = inside[dose.organisation] / TENTHS
        columns[f"{dose.organisation} rows"] = inside[dose.rows]
    return inside[["year"]].assign(**columns)
