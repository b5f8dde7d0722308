"""What the plan counts as an answer, on made-up results."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ioscore.errors import NotApplicable
from ioscore.regression.answers import answers
from ioscore.regression.curve import SpecificationCurve
from ioscore.regression.event.analysis import Course, EventStudy
from ioscore.regression.event.inference import Before
from ioscore.regression.panel.analysis import CountryPanel, treatment_label
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression.answers import answers_table, answers_text
from outcome_data import plan as the_plan

CLEAR = {"p": 0.001, "corrected_p": 0.005, "low": 0.5, "high": 1.5, "mde": 0.4, "coefficient": 1.0}
CURVED = {"median": 0.9, "holm_median": 0.01, "same_sign": 0.97}


class Untested:
    """An event study that applies, whose test before the start has no p."""


def found(planned=None, curved=None, before=0.6):
    """Return the answers where every treatment has the same made-up results."""
    plan = the_plan()
    panel = CountryPanel(
        outcome="opiates",
        estimates=(),
        corrected=pd.DataFrame(
            [{"label": treatment_label(t), **CLEAR, **(planned or {})} for t in plan.treatments]
        ),
        correction="holm",
        level=0.05,
        power=0.8,
        factor=1.5,
    )
    curve = SpecificationCurve(
        table=pd.DataFrame(),
        joint=pd.DataFrame(
            [{"treatment": t.column, **CURVED, **(curved or {})} for t in plan.treatments]
        ),
        bands=pd.DataFrame(),
        shares=pd.DataFrame(),
        reasons=pd.DataFrame(),
        level=0.05,
    )
    courses = tuple(
        Course(
            treatment=t.column,
            organisation=t.organisation,
            cohorts={},
            controls=(),
            left_out=(),
            periods=pd.DataFrame(),
            before=before
            if isinstance(before, NotApplicable)
            else Before(
                periods=(-2,), size=0.1, p=_p_of(before), p_cluster=NotApplicable("made up")
            ),
            assignments=10,
        )
        for t in plan.treatments
    )
    event = EventStudy(
        outcome="opiates",
        window=(-5, 5),
        reference=-1,
        level=0.05,
        power=0.8,
        courses=courses,
        estimates=(),
    )
    return answers(panel, curve, event, plan)


def _p_of(before):
    return NotApplicable("too few assignments") if isinstance(before, Untested) else before


def test_it_shows_when_everything_that_the_plan_asks_for_holds():
    """Clear estimate, clear curve, one sign, no trend before: it shows, and nothing is held against."""
    table = found()
    assert (table["answer"] == "shows").all()
    assert (table["because"] == "").all()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"planned": {"corrected_p": 0.06}}, "planned estimate"),
        ({"planned": {"corrected_p": math.nan}}, "planned estimate"),
        ({"curved": {"holm_median": 0.06}}, "curve as a whole"),
        ({"curved": {"same_sign": 0.89}}, "sign"),
        ({"curved": {"same_sign": math.nan}}, "sign"),
        ({"before": 0.01}, "trend before"),
    ],
)
def test_one_thing_that_does_not_hold_is_enough_against(change, word):
    """Each condition by itself, also where its figure is missing, turns "shows" into "cannot say"."""
    table = found(**change)
    assert (table["answer"] == "cannot_say").all()
    assert table["because"].str.contains(word).all()


def test_a_p_at_the_level_counts_as_clear():
    """A p by permutation can equal the level; then estimate and curve are clear, and a trend is one."""
    at = {"planned": {"corrected_p": 0.05}, "curved": {"holm_median": 0.05}}
    assert (found(**at)["answer"] == "shows").all()
    assert found(before=0.05)["because"].str.contains("a trend before").all()


def test_a_trend_that_could_not_be_tested_counts_against():
    """Where an event study applies but has no p before the start, nothing is shown by it."""
    table = found(before=Untested())
    assert (table["answer"] == "cannot_say").all()
    assert table["because"].str.contains("could not be tested").all()


def test_an_event_study_that_does_not_apply_holds_nothing_against():
    """Where no event study applies the other conditions decide."""
    assert (found(before=NotApplicable("one year of start"))["answer"] == "shows").all()


def test_no_large_effect_needs_the_whole_interval_within_the_factor():
    """Inside a factor of 1.5 either way it is "no large effect"; an end beyond leaves it open."""
    near = {"coefficient": 0.0, "corrected_p": 0.9, "low": -0.3, "high": 0.3}
    assert (found(planned=near)["answer"] == "none_large").all()
    assert (found(planned=near | {"high": 0.41})["answer"] == "cannot_say").all()
    assert (found(planned=near | {"low": -math.inf})["answer"] == "cannot_say").all()


def test_answers_are_told_with_what_seizures_measure():
    """The sentences name every organisation and end with what a seizure measures."""
    table = found(planned={"corrected_p": 0.5, "high": math.inf})
    said = answers_text(table, the_plan())
    assert said[-1] == AMBIGUOUS
    assert all(t.organisation in " ".join(said) for t in the_plan().treatments)
    assert (answers_table(table).frame["high"] == "open").all()
    assert not any("not the answer of the plan" in line for line in said)
    assert "changed: draws" in " ".join(answers_text(table, the_plan(), ("draws",)))
