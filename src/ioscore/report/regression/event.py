"""Event studies in sentences, tables, JSON and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.event.analysis import TWO_STAGE, Course, EventStudy
from ioscore.regression.event.inference import Before
from ioscore.regression.results import Estimate, Inference
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression.common import value_or_reason
from ioscore.report.sensitivity.common import Table
from ioscore.report.sentences import listed, percent
from ioscore.report.tables import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOT_BY_LOT = (
    "With so few countries, errors that trust in many of them stand beside for comparison only; the "
    "plan relies on handing the real starts to other countries at random. That asks whether another "
    "hand-out would have done as well; the real one was not drawn by lot."
)


def summary(result: EventStudy) -> list[str]:
    """Return what was asked, what came out, what could have been seen and what not."""
    first, last = result.window
    lines = [
        f"Asked of {result.outcome}: after a country began, is more or less seized there than in "
        f"the year before, against countries that never began? From {-first} years before the start "
        f"to {last} after."
    ]
    for course in result.courses:
        found = [e for e in result.estimates if e.label.startswith(f"{course.name},")]
        if isinstance(course.periods, NotApplicable):
            lines.append(f"{course.name}: not applicable, {course.periods.reason}.")
            continue
        for estimate in found:
            lines.append(_sentence(estimate, course, result))
        if isinstance(course.before, Before):
            lines.append(_before(course.before, result.level))
            lines += _as_large(course.periods, result.reference)
    if any(isinstance(course.periods, pd.DataFrame) for course in result.courses):
        lines.append(NOT_BY_LOT)
    return [*lines, AMBIGUOUS]


def tables(result: EventStudy) -> list[Table]:
    """Return periods, cohorts, tests before the start, and what was left out."""
    periods, before = [], []
    for course in result.courses:
        if isinstance(course.periods, pd.DataFrame):
            periods.append(course.periods.assign(treatment=course.name))
        if isinstance(course.before, Before):
            p = course.before
            before.append(
                {
                    "treatment": course.name,
                    "years": f"{p.periods[0]} to {p.periods[-1]}",
                    "root mean square": p.size,
                    "p, permutation of treatment paths": _p(p.p),
                    "p, cluster (CR1), F": _p(p.p_cluster),
                }
            )
    cohorts = [
        {"treatment": course.name, "began": began, "countries": ", ".join(who)}
        for course in result.courses
        for began, who in [*course.cohorts.items(), ("never", course.controls)]
    ]
    out = [
        {"treatment": course.name, "left out": what}
        for course in result.courses
        for what in course.left_out
    ]
    made = [Table("cohorts", "Who began when", pd.DataFrame(cohorts))]
    if out:
        made.append(Table("left_out", "What was left out", pd.DataFrame(out)))
    if periods:
        frame = pd.concat(periods, ignore_index=True)
        order = ["treatment", *[c for c in frame if c != "treatment"]]
        title = "Effect by years from the start, log points against the year of reference"
        made.insert(0, Table("periods", title, frame[order]))
    if before:
        title = "Joint test that nothing happened before the start"
        made.insert(1, Table("before", title, pd.DataFrame(before)))
    return made


def document(result: EventStudy) -> dict[str, Any]:
    """Return what the estimates do not say: periods, cohorts, tests before the start."""
    courses = []
    for course in result.courses:
        found: dict[str, Any] = {
            "treatment": course.treatment,
            "organisation": course.organisation,
            "cohorts": {str(year): list(who) for year, who in course.cohorts.items()},
            "never": list(course.controls),
            "left_out": list(course.left_out),
            "assignments": course.assignments,
        }
        if isinstance(course.periods, NotApplicable):
            found["not_applicable"] = course.periods.reason
        else:
            found["periods"] = records(course.periods)
        if isinstance(course.before, Before):
            found["before"] = {
                "periods": list(course.before.periods),
                "root_mean_square": course.before.size,
                "p_permutation": value_or_reason(course.before.p),
                "p_cluster": value_or_reason(course.before.p_cluster),
            }
        courses.append(found)
    return {"window": list(result.window), "reference": result.reference, "courses": courses}


def figures(result: EventStudy, source: str) -> dict[str, Figure]:
    """Return one event-study plot for each treatment that has one."""
    from ioscore.report.figures.event_study import by_period

    found = {}
    for course in result.courses:
        if isinstance(course.periods, NotApplicable):
            continue
        began = "; ".join(f"{year} {', '.join(who)}" for year, who in course.cohorts.items())
        title = f"{course.name}, {result.outcome} seized\nbegan {began}"
        said = _before(course.before, result.level) if isinstance(course.before, Before) else ""
        found[f"periods_{course.treatment}"] = by_period(
            course.periods, result.reference, percent(1 - result.level), title, said,
            f"{source}\n{AMBIGUOUS}",
        )  # fmt: skip
    return found


def _sentence(estimate: Estimate, course: Course, result: EventStudy) -> str:
    if isinstance(estimate.coefficient, NotApplicable):
        return f"{estimate.label}: not estimated, {estimate.coefficient.reason}."
    main = estimate.inference[estimate.main]
    much = f"{math.exp(estimate.coefficient):.2f} times what it would have been"
    sure, seen = "how sure is not known", ""
    if isinstance(main, Inference):
        sure = f"p = {main.p:.3f}"
        if main.low is not None and main.high is not None:
            sure = f"{percent(1 - result.level)} interval {_reach(main)}, {sure}"
        if main.mde is not None:
            seen = (
                " No effect of any size could have been found."
                if math.isinf(main.mde)
                else f" To be found with a power of {percent(result.power)} an effect must be a "
                f"factor of {math.exp(main.mde):.1f} either way."
            )
    if estimate.estimator == TWO_STAGE:
        return f"By the two-stage estimator, which the plan does not name: {much} ({sure}).{seen}"
    some = listed([f"{', '.join(who)} in {year}" for year, who in course.cohorts.items()])
    return (
        f"{course.name} (began: {some}; never: {', '.join(course.controls)}): from the start on "
        f"what is seized is on average {much} ({sure}).{seen}"
    )


def _reach(main: Inference) -> str:
    def end(value: float) -> str:
        if math.isinf(value):
            return "without end"
        return f"{math.exp(value):.2f}"

    return f"{end(main.low or 0.0)} to {end(main.high or 0.0)}"


def _before(before: Before, level: float) -> str:
    years = f"years {before.periods[0]} to {before.periods[-1]}"
    if isinstance(before.p, NotApplicable):
        return f"Before the start ({years}): not tested, {before.p.reason}."
    verdict = (
        "countries differed before they began, so what came after is no clean comparison"
        if before.p <= level
        else "no difference before the start is shown, nor is its absence"
    )
    cluster = ""
    if not isinstance(before.p_cluster, NotApplicable):
        cluster = f" ({before.p_cluster:.3f} by F with clustered errors, for many countries)"
    return f"Before the start ({years}): p = {before.p:.3f} by permutation{cluster}; {verdict}."


def _as_large(periods: pd.DataFrame, reference: int) -> list[str]:
    """Say it where years before the start differ as much from that of reference as years after."""
    size = periods["coefficient"] ** 2
    before = math.sqrt(size[periods["period"] < reference].mean())
    after = math.sqrt(size[periods["period"] > reference].mean())
    if before < after:
        return []
    return [
        f"The coefficients before the start are as large as those after it (root mean square "
        f"{before:.2f} and {after:.2f} log points): effects of this size are what these countries "
        "show without the treatment."
    ]


def _p(found: float | NotApplicable) -> str:
    return f"n/a: {found.reason}" if isinstance(found, NotApplicable) else f"{found:.3f}"
