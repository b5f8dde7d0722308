"""Effects by years since the start, where starts are staggered and some countries never had any.

A two-way fixed-effects regression compares late starters with early ones that are already treated;
where effects grow or differ, that bias can turn the sign. Here every cohort (countries that began in
the same year) has a coefficient of its own in every period, and only those that never began are
controls; coefficients are then averaged by the share of each cohort.

References
----------
Sun, L. and Abraham, S. (2021). Estimating dynamic treatment effects in event studies with
heterogeneous treatment effects. Journal of Econometrics 225(2), 175-199.
doi:10.1016/j.jeconom.2020.09.006
Gardner, J. (2022). Two-stage differences in differences. arXiv:2207.05943
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.event.cohort_fits import alone, averaged, saturated_fit, two_stage_fit
from ioscore.regression.event.cohorts import (
    NEVER,
    Placed,
    as_rows,
    cells_of,
    place,
    shares,
    spans_of,
)
from ioscore.regression.event.inference import (
    Before,
    Shuffled,
    before_start,
    by_normal,
    by_period,
    by_permutation,
    other_periods,
    shuffle,
)
from ioscore.regression.event.sample import cut_rows, members, refusal, seen_paths, too_small
from ioscore.regression.panel.cluster_inference import jackknife_error, wild_bootstrap
from ioscore.regression.plan import AnalysisPlan, instrument
from ioscore.regression.results import Estimate, Inference, not_estimated
from ioscore.regression.sample import draw_sample

APPLICABLE = ("cluster", "cr3", "wild", "permutation")
SATURATED = "saturated event study (Sun and Abraham)"
TWO_STAGE = "two-stage (Gardner)"


@dataclass(frozen=True, kw_only=True)
class Course:
    """What one treatment shows by period.

    Attributes
    ----------
    treatment, organisation : str
    cohorts : dict of int to tuple of str
        Countries by the year of their start.
    controls : tuple of str
        Countries that never began.
    left_out : tuple of str
        Countries and rows that are not in it, with number and reason.
    periods : pandas.DataFrame or NotApplicable
        `period`, `coefficient` (log points, against the period of reference), `se` (CR1), `low`,
        `high` (t, G - 1 degrees of freedom), `p_cluster`, `p_permutation`, `null_low`, `null_high`
        (between which the coefficients of permuted paths lie, at the level of the plan),
        `countries`, `cohorts` (how many are behind it). The period of reference is among them, 0.
    before : Before or NotApplicable
    assignments : int
        Distinct ways to give the treatment paths to the countries.
    """

    treatment: str
    organisation: str
    cohorts: Mapping[int, tuple[str, ...]]
    controls: tuple[str, ...]
    left_out: tuple[str, ...]
    periods: pd.DataFrame | NotApplicable
    before: Before | NotApplicable
    assignments: int

    @property
    def name(self) -> str:
        """The treatment in words: ``SCO membership``."""
        return f"{self.organisation} {instrument(self.treatment, self.organisation)}".strip()


@dataclass(frozen=True, kw_only=True)
class EventStudy:
    """Event studies of one outcome.

    Attributes
    ----------
    outcome : str
    window : (int, int)
    reference : int
    level, power : float
    courses : tuple of Course
        One for each treatment that the plan names, applicable or not.
    estimates : tuple of Estimate
        Average effect from the start to the end of the window: by the saturated estimator, as
        planned, and by the two-stage one, exploratory.
    """

    outcome: str
    window: tuple[int, int]
    reference: int
    level: float
    power: float
    courses: tuple[Course, ...]
    estimates: tuple[Estimate, ...]


def event_study(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    *,
    outcome: str,
    rng: np.random.Generator,
    progress: Callable[[int, int], None] | None = None,
) -> EventStudy:
    """Estimate the event studies of the plan.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a panel: `country`, `year`, the outcome in kilograms and the treatments.
    plan : AnalysisPlan
    outcome : str
    rng : numpy.random.Generator
    progress : callable, optional
        Called with permutations done and all of them.

    Returns
    -------
    EventStudy

    Raises
    ------
    PanelError
        When the panel lacks a column.

    Notes
    -----
    The sample of a treatment: countries at work in the first year of the sample have no start that
    is seen, and are left out; a treatment that ends counts until the year before; rows of treated
    countries outside the window are cut. The inference that the plan relies on permutes treatment
    paths (start and end) among countries and estimates anew; its interval holds the constant
    effects that it does not reject.
    """
    names = (*plan.event.treatments, *plan.event.not_applicable)
    courses: list[Course] = []
    estimates: list[Estimate] = []
    for number, name in enumerate(names):

        def step(done: int, before: int = number) -> None:
            if progress is not None:
                progress(before * plan.draws + done, len(names) * plan.draws)

        course, found = _study(table, plan, outcome, name, rng, step)
        step(plan.draws)
        courses.append(course)
        estimates += found
    rule = plan.event
    return EventStudy(
        outcome=outcome, window=rule.window, reference=rule.reference, level=plan.level,
        power=plan.power, courses=tuple(courses), estimates=tuple(estimates),
    )  # fmt: skip


def _study(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    outcome: str,
    name: str,
    rng: np.random.Generator,
    step: Callable[[int], None],
) -> tuple[Course, list[Estimate]]:
    drawn = draw_sample(
        table, plan, outcome=outcome, how=plan.event.transformation, treatments=(name,)
    )
    paths, unseen = seen_paths(table, plan, name)
    course = Course(
        treatment=name,
        organisation=next((t.organisation for t in plan.treatments if t.column == name), ""),
        cohorts={},
        controls=(),
        left_out=(*drawn.left_out, *unseen),
        periods=NotApplicable("not estimated"),
        before=NotApplicable("not estimated"),
        assignments=0,
    )
    if isinstance(paths, NotApplicable):
        return _refused(course, paths, plan, outcome)
    rows = as_rows(
        drawn.frame[drawn.frame["country"].isin(paths.countries)], paths.countries, ["y", name]
    )
    spans, rule = spans_of(paths, paths.labels), plan.event
    placed = place(rows, spans, window=rule.window, reference=rule.reference)
    course = replace(
        course,
        cohorts={
            int(year): members(placed, paths, year) for year in np.unique(placed.cohort) if year
        },
        controls=members(placed, paths, NEVER),
        left_out=(*course.left_out, *cut_rows(rows, placed, paths, plan)),
        assignments=paths.assignments,
    )
    if reason := refusal(course.cohorts, course.controls, plan):
        return _refused(course, NotApplicable(reason), plan, outcome)
    cells = cells_of(placed, plan.event.reference)
    fit = saturated_fit(placed, cells)
    if isinstance(fit, NotApplicable):
        return _refused(course, fit, plan, outcome)
    weights = shares(cells, other_periods(plan))
    overall = weights[-1]
    value = float(overall @ fit.coefficients)
    shuffled = shuffle(rows, paths, plan, rng, step)
    clusters = len(np.unique(placed.rows.country))
    course = replace(
        course,
        periods=by_period(fit, weights, shuffled, placed, plan),
        before=before_start(fit, weights, shuffled, clusters, plan),
    )
    variance = float(overall @ fit.covariance @ overall)
    model = averaged(placed, cells, overall)
    error = alone(cells) or jackknife_error(model, value)
    # Its detectable effect would rest on an error that cohorts of one country make too small.
    wild = wild_bootstrap(
        model, float(np.sqrt(variance)), level=plan.level, power=plan.power,
        bootstraps=plan.bootstraps, rng=rng,
    )  # fmt: skip
    inference: dict[str, Inference | NotApplicable] = {
        "cluster": by_normal(value, variance, clusters, plan, too_small(course.cohorts)),
        "cr3": error
        if isinstance(error, NotApplicable)
        else by_normal(value, error**2, clusters, plan),
        "wild": replace(wild, mde=None) if isinstance(wild, Inference) else wild,
        "permutation": by_permutation(value, shuffled.overall, shuffled, plan),
    }
    one = replace(
        _blank(course, plan, outcome),
        coefficient=value,
        inference=inference,
        n=len(placed.rows.year),
        clusters=clusters,
        treated=sum(map(len, course.cohorts.values())),
    )
    return course, [one, _two_stage(one, placed, shuffled, plan)]


def _two_stage(one: Estimate, placed: Placed, shuffled: Shuffled, plan: AnalysisPlan) -> Estimate:
    exploratory = replace(one, planned=False, estimator=TWO_STAGE)
    found = two_stage_fit(placed)
    if isinstance(found, NotApplicable):
        inference = not_estimated(found.reason, APPLICABLE)
        return replace(exploratory, coefficient=found, inference=inference)
    value, se = found
    none = NotApplicable("no such method is at hand for an estimate in two stages")
    return replace(
        exploratory,
        coefficient=value,
        inference={
            "cluster": by_normal(value, se**2, one.clusters or 0, plan),
            "cr3": none,
            "wild": none,
            "permutation": by_permutation(value, shuffled.two_stage, shuffled, plan),
        },
    )


def _blank(course: Course, plan: AnalysisPlan, outcome: str) -> Estimate:
    """Return the estimate of a course, not yet estimated."""
    last = plan.event.window[1]
    none = NotApplicable("not estimated")
    return Estimate(
        analysis="event",
        planned=outcome == plan.outcome,
        label=f"{course.name}, average of years 0 to {last}",
        organisation=course.organisation,
        outcome=outcome,
        estimator=SATURATED,
        coefficient=none,
        inference=not_estimated(none.reason, APPLICABLE),
        main=plan.event.inference,
        n=0,
        sample=_sample(plan),
        effects=("country", "year"),
        left_out=course.left_out,
    )


def _sample(plan: AnalysisPlan) -> str:
    """Return countries and years in words, and that treated countries are in it near their start."""
    (first, last), (before, after) = plan.sample.years, plan.event.window
    return (
        f"{len(plan.sample.countries)} countries, {first}-{last}; of treated ones the years inside "
        f"the window, {before} to {after} from the start"
    )


def _refused(
    course: Course, reason: NotApplicable, plan: AnalysisPlan, outcome: str
) -> tuple[Course, list[Estimate]]:
    estimate = replace(
        _blank(course, plan, outcome),
        coefficient=reason,
        inference=not_estimated(reason.reason, APPLICABLE),
    )
    return replace(course, periods=reason, before=reason), [estimate]
