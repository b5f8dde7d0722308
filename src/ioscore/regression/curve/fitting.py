"""All specifications of one outcome, set of countries and span of years, each fitted once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.curve.assignments import Assignments, Indicators, indicators
from ioscore.regression.curve.batched import lay, place, under_assignments
from ioscore.regression.curve.designs import Design, make_design, remainder
from ioscore.regression.curve.poisson import NullModel, null_model, with_treatment
from ioscore.regression.curve.specifications import Specification
from ioscore.regression.permutation.paths import NO_VARIATION, Array
from ioscore.regression.plan import AnalysisPlan, Transformation
from ioscore.regression.sample import Drawn, draw_sample

LEAST_COUNTRIES = 3
"""With two, and effects of years, their cluster scores are alike and the error is zero."""

Given = Mapping[str, Assignments | NotApplicable]
"""By treatment; not applicable where its path is not known in every year."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One specification under every assignment of the paths of its treatment.

    Attributes
    ----------
    n, clusters, treated : int
        Rows, countries, and countries whose treatment varies.
    content : str
        Equal for specifications that are the same: rows, null model, outcome, lag, estimator.
    coefficient, se : float
        NaN where not applicable.
    tested, t : numpy.ndarray
        Coefficient and t under each assignment, the first being what was; of a Poisson model after
        one Newton step from its null model. NaN where an assignment leaves no variation. Empty
        where the specification is not applicable.
    not_applicable : str
        The reason, or empty.
    """

    n: int
    clusters: int
    treated: int
    content: str = ""
    coefficient: float = float("nan")
    se: float = float("nan")
    tested: Array = field(default_factory=lambda: np.empty(0))
    t: Array = field(default_factory=lambda: np.empty(0))
    not_applicable: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A transformed outcome on the rows of a design."""

    design: Design
    values: Array
    poisson: bool
    content: str


def fit_block(
    block: Sequence[Specification],
    tables: Mapping[str, pd.DataFrame],
    plan: AnalysisPlan,
    countries: Sequence[str],
    given: Given,
) -> list[Fit]:
    """Fit specifications that share outcome, countries and years.

    Parameters
    ----------
    block : sequence of Specification
    tables : mapping of str to pandas.DataFrame
        Panels by the rows they stand for.
    plan : AnalysisPlan
    countries : sequence of str
        Among whom paths are permuted, in the order of the assignments.
    given : mapping
        Assignments of each treatment.

    Returns
    -------
    list of Fit
        In the order of the block; those of equal content are one and the same.

    Notes
    -----
    One thread only: how many share a matrix product could move its last digit.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        outcomes = _outcomes(block, tables, plan, countries)
        members = [countries.index(c) for c in plan.curve.countries[block[0].countries]]
        part = {
            name: indicators(one, members)
            for name, one in given.items()
            if isinstance(one, Assignments)
        }
        # One design after the other, so that its projections can be let go.
        designs: dict[str, list[int]] = {}
        for at, outcome in enumerate(outcomes):
            designs.setdefault(outcome.design.content, []).append(at)
        fits: dict[int, Fit] = {}
        for places in designs.values():
            wanted = [(block[at], outcomes[at]) for at in places]
            fits |= dict(zip(places, _fit_design(wanted, given, part), strict=True))
        return [fits[at] for at in range(len(block))]


def on_rows(
    drawn: Drawn, countries: Sequence[str], *, trends: bool, how: Transformation
) -> Outcome:
    """Return drawn rows as null model and outcome, sorted alike."""
    places = {name: at for at, name in enumerate(countries)}
    frame = drawn.frame.assign(place=drawn.frame["country"].map(places))
    frame = frame.sort_values(["place", "year"], kind="stable")
    design = make_design(frame, drawn.controls, trends=trends)
    values = frame["y"].to_numpy(float)
    kind = "poisson" if how == "poisson" else "least squares"
    return Outcome(
        design=design,
        values=values,
        poisson=how == "poisson",
        content=f"{design.content} {hashlib.sha256(values.tobytes()).hexdigest()} {kind}",
    )


def _outcomes(
    block: Sequence[Specification],
    tables: Mapping[str, pd.DataFrame],
    plan: AnalysisPlan,
    countries: Sequence[str],
) -> list[Outcome]:
    """Return rows, null model and outcome of each specification; each is drawn once."""
    drawn: dict[tuple[str, ...], Drawn] = {}
    made: dict[tuple[str, ...], Outcome] = {}
    found = []
    for each in block:
        sample = (each.supply, each.governance, each.rows, each.estimator)
        if sample not in drawn:
            drawn[sample] = draw_sample(
                tables["as_corrected" if each.rows == "without_spikes" else each.rows],
                plan,
                outcome=each.outcome,
                how=each.estimator,
                countries=plan.curve.countries[each.countries],
                years=each.years,
                supply=None if each.supply == "none" else each.supply,
                governance=None if each.governance == "none" else each.governance,
                spikes=each.rows != "without_spikes",
            )
        whole = (*sample, each.trends)
        if whole not in made:
            made[whole] = on_rows(
                drawn[sample], countries, trends=each.trends == "own", how=each.estimator
            )
        found.append(made[whole])
    return found


def _fit_design(
    wanted: Sequence[tuple[Specification, Outcome]],
    given: Given,
    part: Mapping[str, Indicators],
) -> list[Fit]:
    """Fit specifications of one null model: one projection for each treatment and lag."""
    design = wanted[0][1].design
    reason = too_small(design)
    counts = {o.content: o for _, o in wanted if o.poisson and not reason}
    nulls = {content: null_model(design, o.values) for content, o in counts.items()}
    found: dict[tuple[str, str, int], Fit] = {}
    for name, lag in dict.fromkeys((each.treatment, each.lag) for each, _ in wanted):
        outcomes = {o.content: o for each, o in wanted if (each.treatment, each.lag) == (name, lag)}
        paths = given[name]
        if isinstance(paths, NotApplicable) or reason:
            why = paths.reason if isinstance(paths, NotApplicable) else reason
            fits = dict.fromkeys(outcomes, _absent(design, why))
        else:
            fits = _fit_treatment(design, outcomes, nulls, paths, part[name], lag)
        for content, fit in fits.items():
            found[content, name, lag] = replace(fit, content=f"{content} {name} {lag}")
    return [found[o.content, each.treatment, each.lag] for each, o in wanted]


def _fit_treatment(
    design: Design,
    outcomes: Mapping[str, Outcome],
    nulls: Mapping[str, NullModel | NotApplicable],
    given: Assignments,
    part: Indicators,
    lag: int,
) -> dict[str, Fit]:
    """Fit one treatment and lag on every outcome of one null model."""
    laid = lay(design, given.paths, lag, part)
    if laid is None:
        reason = "the panel does not reach back far enough for the lag of the treatment"
        return dict.fromkeys(outcomes, _absent(design, reason))
    treatment = laid @ part.singles[part.inverse[0]]
    treated = int(varying(design, treatment).sum())
    if reason := unestimable(design, treatment):
        return dict.fromkeys(outcomes, _absent(design, reason, treated))
    linear = place(design, laid, part, design.basis)
    found = {}
    for content, outcome in outcomes.items():
        estimate: tuple[float, float] | NotApplicable | None = None
        if outcome.poisson:
            null = nulls[content]
            if isinstance(null, NotApplicable):
                found[content] = _absent(design, null.reason, treated)
                continue
            estimate = with_treatment(design, null, treatment)
            weighted = place(design, null.root[:, None] * laid, part, null.basis)
            tested, t = under_assignments(design, weighted, null.residual, part)
        else:
            left = remainder(design.basis, outcome.values)
            tested, t = under_assignments(design, linear, left, part)
        first = part.inverse[0]
        if np.isnan(t[first]):
            estimate = NotApplicable("its cluster standard error is zero")
        if estimate is None:
            estimate = float(tested[first]), float(tested[first] / t[first])
        found[content] = (
            _absent(design, estimate.reason, treated)
            if isinstance(estimate, NotApplicable)
            else Fit(
                n=design.rows,
                clusters=len(design.starts),
                treated=treated,
                coefficient=estimate[0],
                se=estimate[1],
                tested=tested[part.inverse],
                t=t[part.inverse],
            )
        )
    return found


def too_small(design: Design) -> str:
    """Return why rows are too few for any treatment, or an empty text."""
    if len(design.starts) < LEAST_COUNTRIES:
        return f"fewer than {LEAST_COUNTRIES} countries have rows"
    if design.rows < design.basis.shape[1] + 2:
        return "no more rows than parameters"
    return ""


def unestimable(design: Design, treatment: Array) -> str:
    """Return why a treatment cannot be told from the null model, or an empty text.

    Parameters
    ----------
    design : Design
    treatment : numpy.ndarray
        By row.
    """
    if not treatment.any():
        return "no country of the sample is treated"
    varies = varying(design, treatment)
    if not varies.any():
        return "the treatment changes within no country of the sample"
    left = remainder(design.basis, treatment)
    if left @ left > NO_VARIATION * (treatment @ treatment):
        return ""
    if varies.all():
        return "no country of the sample is untreated: effects of years absorb the treatment"
    return "the treatment is collinear with effects, trends and controls"


def varying(design: Design, treatment: Array) -> npt.NDArray[np.bool_]:
    """Return for each country with rows whether the treatment varies over them."""
    most = np.maximum.reduceat(treatment, design.starts)
    return np.asarray(most > np.minimum.reduceat(treatment, design.starts))


def _absent(design: Design, reason: str, treated: int = 0) -> Fit:
    return Fit(n=design.rows, clusters=len(design.starts), treated=treated, not_applicable=reason)
