"""The analysis plan: what was fixed before the first estimate, as a typed, frozen value."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Transformation = Literal["log", "asinh", "log_per_100k", "poisson"]
Rows = Literal["as_corrected", "with_tjk_2019", "without_spikes"]
Year = Annotated[int, Field(ge=1900, le=2100)]
Span = tuple[Year, Year]
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]

ACRONYMS = ("caricc",)
"""Parts of names of columns that are no words."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Sample(_Part):
    """Countries (ISO 3166 alpha-3) and the first and last year."""

    countries: tuple[str, ...]
    years: Span
    why: str = ""


class Treatment(_Part):
    """The instrument of an organisation: a column of the panel, 0 or 1."""

    organisation: str
    column: str
    why: str = ""


class Controls(_Part):
    """Afghan supply, who is exposed to it, and governance."""

    supply: str
    supply_lag: Annotated[int, Field(ge=0)]
    exposed: tuple[str, ...]
    governance: str
    governance_between: tuple[Year, ...] = ()


class Break(_Part):
    """A year in which something began or ended, and what."""

    year: Year
    what: str


class SeriesPlan(_Part):
    """Interrupted time series of one country."""

    country: str
    transformation: Transformation
    breaks: tuple[Break, ...]
    slope_years: Count
    years_per_parameter: Count
    bandwidth: Count
    search_trim: Count
    inference: str


class PanelPlan(_Part):
    """Country panel with effects of country and year."""

    estimator: Transformation
    further_estimators: tuple[Transformation, ...]
    effects: tuple[str, ...]
    controls: tuple[Literal["supply", "governance"], ...]
    further_controls: tuple[Literal["supply", "governance"], ...]
    inference: str
    correction: str


class EventPlan(_Part):
    """Event study where starts are staggered."""

    treatments: tuple[str, ...]
    not_applicable: tuple[str, ...]
    transformation: Transformation
    estimator: str
    window: tuple[int, int]
    reference: int
    least_cohorts: Count
    least_controls: Count
    inference: str


class SynthEvent(Break):
    """An event, and the column whose countries cannot be donors."""

    column: str


class SynthPlan(_Part):
    """Synthetic control of one country."""

    country: str
    transformation: Transformation
    events: tuple[SynthEvent, ...]
    years: Span
    least_years_before: Count
    least_donors: Count
    in_time: tuple[Year, ...]
    predictors: str
    inference: str


class DosePlan(_Part):
    """Differences of seizures on differences of yearly scores."""

    country: str
    transformation: Transformation
    lag: Annotated[int, Field(ge=0)]
    further_lags: tuple[int, ...]
    undocumented: Literal["zero"]
    least_years: Count
    control: str
    shrinkage: str
    inference: str


class CurvePlan(_Part):
    """What the specification curve crosses."""

    outcomes: tuple[str, ...]
    countries: dict[str, tuple[str, ...]]
    years: tuple[Span, ...]
    lags: tuple[int, ...]
    supply: tuple[str, ...]
    governance: tuple[str, ...]
    trends: tuple[Literal["none", "own"], ...]
    rows: tuple[Rows, ...]
    without: dict[Rows, tuple[str, ...]] = {}
    estimators: tuple[Transformation, ...]
    statistic: Literal["median"]
    inference: str
    correction: str


class Answers(_Part):
    """What would count as an answer."""

    shows: str
    none_large: str
    cannot_say: str
    factor: Annotated[float, Field(gt=1)]
    same_sign: Share


class Change(_Part):
    """What was changed after the plan was fixed, when and why."""

    date: datetime.date
    what: str
    why: str


class AnalysisPlan(_Part):
    """Everything that was fixed before the first estimate.

    Attributes are the keys of ``data/analysis_plan.yaml``; unknown keys are refused.
    """

    schema_: Literal["ioscore.analysis_plan/1"] = Field(alias="schema")
    id: str
    fixed: datetime.date
    question: str
    ambiguity: str
    level: Share
    power: Share
    draws: Count
    bootstraps: Count
    seed: Annotated[int, Field(ge=0)]
    outcome: str
    further_outcomes: tuple[str, ...]
    sample: Sample
    treatments: Annotated[tuple[Treatment, ...], Field(min_length=1)]
    controls: Controls
    series: SeriesPlan
    panel: PanelPlan
    event: EventPlan
    synth: SynthPlan
    dose: DosePlan
    curve: CurvePlan
    answers: Answers
    changes: tuple[Change, ...] = ()

    @model_validator(mode="after")
    def _years_in_order(self) -> AnalysisPlan:
        for first, last in (self.sample.years, self.synth.years, *self.curve.years):
            if first > last:
                raise ValueError(f"years {first} to {last}: write the first year first")
        return self


def instrument(column: str, organisation: str) -> str:
    """Return what a column of treatment is called: ``CARICC`` of ``unodc_caricc``."""
    words = column.removeprefix(f"{organisation.lower()}_").split("_")
    return " ".join(word.upper() if word in ACRONYMS else word for word in words)
