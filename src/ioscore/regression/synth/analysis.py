"""A country against a weighted mean of others that was like it before an event.

References
----------
Abadie, A., Diamond, A. and Hainmueller, J. (2010). Synthetic control methods for comparative case
studies: estimating the effect of California's tobacco control program. Journal of the American
Statistical Association 105(490), 493-505. doi:10.1198/jasa.2009.ap08746
Abadie, A., Diamond, A. and Hainmueller, J. (2015). Comparative politics and the synthetic control
method. American Journal of Political Science 59(2), 495-510. doi:10.1111/ajps.12116
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.panel.analysis import treatment_label
from ioscore.regression.plan import AnalysisPlan, SynthEvent
from ioscore.regression.results import Estimate, Inference, not_estimated
from ioscore.regression.synth.fit import SyntheticFit, detectable, fit_synthetic, rank_p
from ioscore.regression.synth.pool import donor_pool, refusal

ESTIMATOR = "synthetic control"
POOR = 2.0
"""A placebo whose error before the event is so many times that of the treated country fits poorly."""


@dataclass(frozen=True, kw_only=True)
class InTime:
    """The event moved to an earlier year, with years before the real one only.

    Attributes
    ----------
    year : int
    years_before : int
        Years that the weights rest on.
    fit : SyntheticFit
        Of the treated country.
    effect : float
        Mean gap from the year on to the one before the real event, log points.
    p : float
        Its rank among placebos in space at the same year.
    """

    year: int
    years_before: int
    fit: SyntheticFit
    effect: float
    p: float


@dataclass(frozen=True, kw_only=True)
class Synthetic:
    """The synthetic control of one event.

    Attributes
    ----------
    event : SynthEvent
    country : str
    donors, left_out : tuple of str
        Countries in the pool; those that are not, with the reason.
    before, after : tuple of int
        Years compared.
    observed : pandas.Series
        Of the treated country by year, logs of kilograms.
    fit : SyntheticFit or NotApplicable
        Of the treated country.
    effect : float or NotApplicable
        Mean gap after the event, log points.
    in_space : tuple of SyntheticFit
        Each donor as if it had been treated; the treated country is in its pool.
    p : float or NotApplicable
        Rank of the treated country's ratio of errors after to before among all, over their number.
    p_without : float or NotApplicable
        The same with the treated country in no placebo's pool.
    in_time : tuple of InTime
    began : tuple of str
        What the plan names that began in the country from the first of these years to the year
        before the event, with its year: they are no years in which nothing happened.
    one_out : pandas.DataFrame
        `left_out`, `weight` (that it had), `rmspe_before`, `effect`: each donor left out in turn.
    """

    event: SynthEvent
    country: str
    donors: tuple[str, ...]
    left_out: tuple[str, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    observed: pd.Series
    fit: SyntheticFit | NotApplicable
    effect: float | NotApplicable
    in_space: tuple[SyntheticFit, ...] = ()
    p: float | NotApplicable
    p_without: float | NotApplicable
    in_time: tuple[InTime, ...] = ()
    began: tuple[str, ...] = ()
    one_out: pd.DataFrame

    @property
    def poor(self) -> tuple[str, ...]:
        """Placebos that fit the years before more than `POOR` times worse than the treated country."""
        if isinstance(self.fit, NotApplicable):
            return ()
        limit = POOR * self.fit.rmspe_before
        return tuple(one.unit for one in self.in_space if one.rmspe_before > limit)

    @property
    def smallest_p(self) -> float:
        """The p of a treated country that is first of all."""
        return 1 / (len(self.in_space) + 1)


@dataclass(frozen=True, kw_only=True)
class SyntheticStudy:
    """Synthetic controls of one outcome, one for each event of the plan, and their estimates."""

    outcome: str
    level: float
    events: tuple[Synthetic, ...]
    estimates: tuple[Estimate, ...]


def synthetic_control(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    *,
    outcome: str,
    progress: Callable[[int, int], None] | None = None,
) -> SyntheticStudy:
    """Compare the country of the plan with its synthetic control, at each event of the plan.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a panel: `country`, `year`, the outcome in kilograms and the columns of the events.
    plan : AnalysisPlan
    outcome : str
    progress : callable, optional
        Called with events done and all of them.

    Returns
    -------
    SyntheticStudy

    Raises
    ------
    PanelError
        When the panel lacks a column.

    Notes
    -----
    Nothing is drawn at random. A placebo in space has the treated country in its pool (Abadie,
    Diamond and Hainmueller 2010): then all countries are treated alike, each with the others as
    donors, and under the null the rank is exact where any could have been the treated one. Without
    it, as some programs do, placebos have one donor less than the treated country; that p stands
    beside.
    """
    studies = []
    for number, event in enumerate(plan.synth.events):
        studies.append(_study(table, plan, outcome, event))
        if progress is not None:
            progress(number + 1, len(plan.synth.events))
    return SyntheticStudy(
        outcome=outcome,
        level=plan.level,
        events=tuple(studies),
        estimates=tuple(_estimate(study, plan, outcome) for study in studies),
    )


def _study(table: pd.DataFrame, plan: AnalysisPlan, outcome: str, event: SynthEvent) -> Synthetic:
    wide, donors, left_out = donor_pool(table, plan, outcome, event)
    country = plan.synth.country
    before = tuple(int(year) for year in wide.index if year < event.year)
    after = tuple(int(year) for year in wide.index if year >= event.year)
    none = NotApplicable(refusal(len(before), len(after), len(donors), plan))
    empty = pd.DataFrame(columns=["left_out", "weight", "rmspe_before", "effect"])
    study = Synthetic(
        event=event,
        country=country,
        donors=donors,
        left_out=left_out,
        before=before,
        after=after,
        observed=wide[country] if country in wide else pd.Series(dtype=float),
        fit=none,
        effect=none,
        p=none,
        p_without=none,
        one_out=empty,
    )
    if none.reason:
        return study
    fits = _in_space(wide, country, donors, event.year, including=True)
    if isinstance(fits, NotApplicable):
        return replace(study, fit=fits, effect=fits, p=fits, p_without=fits)
    without = _in_space(wide, country, donors, event.year, including=False)
    own = fits[0]
    return replace(
        study,
        fit=own,
        effect=own.effect,
        in_space=tuple(fits[1:]),
        p=rank_p(fits),
        p_without=without if isinstance(without, NotApplicable) else rank_p(without),
        in_time=tuple(_in_time(wide, country, donors, event.year, plan)),
        began=_began(table, plan, event.year),
        one_out=_one_out(wide, country, donors, own),
    )


def _in_space(
    wide: pd.DataFrame, country: str, donors: Sequence[str], year: int, *, including: bool
) -> list[SyntheticFit] | NotApplicable:
    """Fit the treated country, then each donor with all others (and it, or not) as its pool."""
    found = []
    for unit in (country, *donors):
        pool = [c for c in (country, *donors) if c != unit and (including or c != country)]
        fit = fit_synthetic(wide, unit, pool, year)
        if isinstance(fit, NotApplicable):
            return fit
        found.append(fit)
    return found


def _in_time(
    wide: pd.DataFrame, country: str, donors: Sequence[str], event: int, plan: AnalysisPlan
) -> list[InTime]:
    found = []
    early = wide[wide.index < event]
    for year in plan.synth.in_time:
        if not (early.index < year).any() or not (early.index >= year).any():
            continue
        fits = _in_space(early, country, donors, year, including=True)
        if isinstance(fits, NotApplicable):
            continue
        found.append(
            InTime(
                year=year,
                years_before=int((early.index < year).sum()),
                fit=fits[0],
                effect=fits[0].effect,
                p=rank_p(fits),
            )
        )
    return found


def _began(table: pd.DataFrame, plan: AnalysisPlan, event: int) -> tuple[str, ...]:
    """Return treatments of the plan that began in the country in the years of moved events."""
    moved = [year for year in plan.synth.in_time if year < event]
    if not moved:
        return ()
    own = table[table["country"] == plan.synth.country].set_index("year").sort_index()
    found = []
    for treatment in plan.treatments:
        if treatment.column not in own:
            continue
        at_work = own.index[own[treatment.column] > 0]
        if len(at_work) and min(moved) <= at_work[0] < event:
            found.append((int(at_work[0]), treatment_label(treatment)))
    return tuple(f"{what} ({year})" for year, what in sorted(found))


def _one_out(
    wide: pd.DataFrame, country: str, donors: Sequence[str], own: SyntheticFit
) -> pd.DataFrame:
    rows = []
    for gone in donors:
        fit = fit_synthetic(wide, country, [c for c in donors if c != gone], own.event)
        rows.append(
            {
                "left_out": gone,
                "weight": own.weights[gone],
                "rmspe_before": np.nan if isinstance(fit, NotApplicable) else fit.rmspe_before,
                "effect": np.nan if isinstance(fit, NotApplicable) else fit.effect,
            }
        )
    return pd.DataFrame(rows)


def _estimate(study: Synthetic, plan: AnalysisPlan, outcome: str) -> Estimate:
    inference: dict[str, Inference | NotApplicable]
    if isinstance(study.effect, NotApplicable) or isinstance(study.p, NotApplicable):
        reason = study.effect if isinstance(study.effect, NotApplicable) else study.p
        inference = not_estimated(getattr(reason, "reason", ""), ("placebo",))
    else:
        inference = {
            "placebo": Inference(
                p=study.p,
                mde=detectable(study.in_space, level=plan.level, power=plan.power),
                draws=len(study.in_space),
                note=f"{len(study.in_space)} placebos, so p cannot fall below 1/"
                f"{len(study.in_space) + 1} = {study.smallest_p:.3f}",
            )
        }
    years = (*study.before, *study.after)
    return Estimate(
        analysis="synth",
        planned=outcome == plan.outcome,
        label=f"{study.event.what} {study.event.year}, mean gap after",
        outcome=outcome,
        estimator=ESTIMATOR,
        coefficient=study.effect,
        inference=inference,
        main=plan.synth.inference,
        n=len(years) * (len(study.donors) + 1),
        sample=f"{study.country} and {len(study.donors)} donors, "
        + (f"{years[0]}-{years[-1]}" if years else "no years"),
        clusters=len(study.donors) + 1,
        treated=1,
        left_out=study.left_out,
    )
