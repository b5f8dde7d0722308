"""Synthetic controls: published and best weights, placebos, refusals, reports."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from ioscore.errors import NotApplicable
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.synth.analysis import SyntheticStudy, synthetic_control
from ioscore.regression.synth.fit import (
    SOLVER,
    SyntheticFit,
    detectable,
    fit_synthetic,
    rank_p,
)
from ioscore.report.figures.style import image
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression import synth as report
from ioscore.report.tables import plain
from outcome_data import made_up_panel, plan, real_panel

PUBLISHED = {"California": 0.408, "Florida": 0.109, "Illinois": 0.36, "Louisiana": 0.122}
"""Synthetic Texas: Cunningham (2021), Causal Inference: The Mixtape, chapter on synthetic control,
table of weights; within rounding the figures that the tests of pysyncon (test_synth_texas) give."""


def made_up(seed: int, donors: int = 8, years: int = 18, *, noise: float = 0.3) -> pd.DataFrame:
    """Return years x units in logs: random walks, and X near a convex combination of them."""
    rng = np.random.default_rng(seed)
    walks = rng.normal(5, 1, donors) + rng.normal(0, 0.5, (years, donors)).cumsum(axis=0)
    frame = pd.DataFrame(
        walks, index=range(1997, 1997 + years), columns=[f"D{k}" for k in range(donors)]
    )
    frame["X"] = walks @ rng.dirichlet(np.ones(donors)) + rng.normal(0, 1, years) * noise
    return frame


def fitted(wide: pd.DataFrame, unit: str = "X", event: int = 2005) -> SyntheticFit:
    """Return the fit of a unit to all others."""
    found = fit_synthetic(wide, unit, [c for c in wide if c != unit], event)
    assert isinstance(found, SyntheticFit)
    return found


def best_weights(apart: np.ndarray) -> np.ndarray:
    """Return the weights with the least squares, by trying every set of donors.

    On each set the sum to one is a linear constraint; the best set without negative weights wins.
    """
    best, least = np.zeros(apart.shape[1]), np.inf
    for size in range(1, apart.shape[1] + 1):
        for chosen in combinations(range(apart.shape[1]), size):
            part = apart[:, chosen]
            form = np.block(
                [[2 * part.T @ part, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]]
            )
            weights = np.linalg.lstsq(form, np.r_[np.zeros(size), 1.0], rcond=None)[0][:size]
            squares = np.square(part @ weights).sum()
            if weights.min() >= -1e-12 and abs(weights.sum() - 1) < 1e-9 and squares < least:
                best, least = np.zeros(apart.shape[1]), squares
                best[list(chosen)] = weights
    return best


def planned(table: pd.DataFrame, *columns: str) -> AnalysisPlan:
    """Return the shipped plan for the made-up panel: C00 treated, the events with these columns."""
    own = plan()
    events = tuple(
        event.model_copy(update={"column": column})
        for event, column in zip(own.synth.events, columns, strict=False)
    )
    return own.model_copy(
        update={
            "sample": own.sample.model_copy(
                update={"countries": tuple(sorted(set(table["country"])))}
            ),
            "synth": own.synth.model_copy(update={"country": "C00", "events": events}),
        }
    )


def panel(seed: int = 1) -> pd.DataFrame:
    """Return a made-up panel with an event in C00, one in many countries, and a gap in C03."""
    table = made_up_panel(np.random.default_rng(seed))
    table["alone"] = ((table["country"] == "C00") & (table["year"] <= 2004)).astype(float)
    table["many"] = (table["country"] > "C03").astype(float)
    gap = (table["country"] == "C03") & (table["year"] == 2000)
    return table.assign(opiates=table["opiates"].mask(gap))


@cache
def applied() -> SyntheticStudy:
    """Return the study of the made-up panel: one event applies, 1999 and 2009 do not."""
    table = panel()
    return synthetic_control(table, planned(table, "alone", "alone", "many"), outcome="opiates")


def texas() -> pd.DataFrame:
    """Return black men in prison, years x states."""
    from causaldata import texas as source

    data = source.load_pandas().data
    return data.pivot(index="year", columns="state", values="bmprison").astype(float)


@pytest.mark.acceptance
def test_synthetic_texas_has_its_published_weights():
    """With the predictors of the book pysyncon finds its four states and their weights."""
    from causaldata import texas as source
    from pysyncon import Dataprep, Synth

    data = source.load_pandas().data
    years = {
        "bmprison": (1988, 1990, 1991, 1992),
        "alcohol": (1990,),
        "aidscapita": (1990, 1991),
        "black": (1990, 1991, 1992),
        "perc1519": (1990,),
    }
    prepared = Dataprep(
        foo=data,
        predictors=["income", "ur", "poverty"],
        predictors_op="mean",
        time_predictors_prior=range(1985, 1994),
        special_predictors=[(c, [y], "mean") for c, some in years.items() for y in some],
        dependent="bmprison",
        unit_variable="state",
        time_variable="year",
        treatment_identifier="Texas",
        controls_identifier=[s for s in data["state"].unique() if s != "Texas"],
        time_optimize_ssr=range(1985, 1994),
    )
    synth = Synth()
    synth.fit(dataprep=prepared, optim_method="BFGS", optim_initial="ols")
    weights = synth.weights(round=6)
    # Three decimals are printed; programs differ by as much in where the search ends.
    for state, weight in PUBLISHED.items():
        assert weights[state] == pytest.approx(weight, abs=2e-3)
    assert weights.drop(list(PUBLISHED)).max() < 1e-3


def test_nothing_fits_texas_better_on_its_years_than_ours():
    """Published weights, chosen for other predictors too, leave a larger error before 1994."""
    wide = texas()
    own = fitted(wide, "Texas", 1994)
    early = wide[wide.index < 1994]
    theirs = early["Texas"] - early[list(PUBLISHED)] @ pd.Series(PUBLISHED) / sum(
        PUBLISHED.values()
    )
    assert own.rmspe_before < np.sqrt(np.square(theirs).mean())
    # And yet the tale is the book's: about twenty thousand more in prison than in its synthetic.
    assert own.effect > 15_000


@pytest.mark.parametrize("seed", range(8))
def test_weights_are_the_best_of_all(seed):
    """Every set of donors tried, and another program's non-negative least squares, agree with ours."""
    wide = made_up(seed, donors=7)
    found = fitted(wide)
    apart = wide.loc[:2004].drop(columns="X").sub(wide.loc[:2004, "X"], axis=0).to_numpy()
    expected = best_weights(apart)
    # The solver's slopes are differences: weights are good to four decimals.
    np.testing.assert_allclose(found.weights, expected, atol=1e-4)
    # Up to scale, least squares with a row that asks for a sum of one has the same minimum.
    free, _ = nnls(np.vstack([apart, np.ones(7)]), np.r_[np.zeros(len(apart)), 1.0])
    np.testing.assert_allclose(found.weights, free / free.sum(), atol=1e-4)


def test_a_search_over_predictor_weights_does_no_better():
    """Pysyncon's nested searches end at an error before the event that is no smaller than ours."""
    from pysyncon import Synth

    for seed in range(2):
        wide = made_up(seed, donors=4)
        early = wide.loc[:2004]
        least = fitted(wide).rmspe_before
        for method, start in (("Nelder-Mead", "equal"), ("BFGS", "ols")):
            synth = Synth()
            synth.fit(
                X0=early.drop(columns="X"), X1=early["X"], Z0=early.drop(columns="X"),
                Z1=early["X"], optim_method=method, optim_initial=start,
            )  # fmt: skip
            # Their weights may miss the sum of one by their own tolerance.
            assert np.sqrt(synth.loss_V) >= least * (1 - 1e-3)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), donors=st.integers(2, 8))
def test_weights_are_a_distribution_and_a_convex_combination_is_found(seed, donors):
    """No weight is negative, they sum to one, and a unit inside the donors is fitted exactly."""
    wide = made_up(seed, donors, noise=0.0)
    found = fitted(wide)
    assert found.weights.min() >= 0
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    # Squares are within 1e-6 of the least, which is zero: roots within 1e-3 of the spread.
    assert found.rmspe_before < 1e-3 * wide.to_numpy().std()
    effect = wide.assign(X=wide["X"] + np.where(wide.index >= 2005, 0.7, 0.0))
    assert fitted(effect).effect == pytest.approx(0.7 + found.effect, abs=1e-9)


def test_a_search_that_ends_early_is_refused(monkeypatch):
    """Weights of a solver that stops too soon are not given out; the proof of the best fails."""
    wide = made_up(3)
    monkeypatch.setitem(SOLVER, "ftol", 1e-3)
    found = fit_synthetic(wide, "X", [c for c in wide if c != "X"], 2005)
    assert isinstance(found, NotApplicable)
    assert "did not converge" in found.reason


def test_a_year_in_which_all_are_alike_is_refused():
    """Such a year cannot be scaled by its spread."""
    wide = made_up(1)
    wide.loc[1999] = 5.0
    found = fit_synthetic(wide, "X", [c for c in wide if c != "X"], 2005)
    assert isinstance(found, NotApplicable)


def test_p_is_the_rank_over_all_by_hand():
    """Each country is fitted to all others, the treated one among them; p counts larger ratios."""
    study = applied().events[0]
    wide = np.log(panel().pivot(index="year", columns="country", values="opiates").loc[1997:2014])
    wide = wide[["C00", *study.donors]]
    ratios = {unit: fitted(wide, unit).ratio for unit in wide}
    assert study.p == np.mean([ratio >= ratios["C00"] for ratio in ratios.values()])
    assert [one.unit for one in study.in_space] == list(study.donors)
    for one in study.in_space:
        assert one.ratio == pytest.approx(ratios[one.unit], rel=1e-12)
        assert "C00" in one.weights.index
    alone = wide.drop(columns="C00")
    without = [fitted(alone, unit).ratio for unit in study.donors] + [ratios["C00"]]
    assert study.p_without == np.mean([ratio >= ratios["C00"] for ratio in without])


def test_few_placebos_can_find_nothing_and_say_so():
    """With nine placebos p is never below a tenth, and no effect of any size is detectable."""
    inference = applied().estimates[0].inference["placebo"]
    assert inference.p >= 0.1
    assert inference.mde == np.inf
    assert "cannot fall below 1/10 = 0.100" in inference.note
    assert any("no effect of any size" in line for line in report.summary(applied()))


def test_what_is_detectable_is_found_and_what_is_less_is_not():
    """Given so much, placebos are in the first ranks that p allows: as many as the power says."""
    wide = made_up(5, donors=23, years=60)
    fits = [fitted(wide, unit, 2040) for unit in wide]
    least = detectable(fits, level=0.05, power=0.8)
    assert detectable(fits[:18], level=0.05, power=0.8) == np.inf

    def found_share(effect: float) -> float:
        count = 0
        for one in fits:
            after = one.gaps[one.gaps.index >= 2040]
            against = -np.sign(after.mean()) * effect
            ratio = np.sqrt(np.square(after + against).mean()) / one.rmspe_before
            rank = sum(other.ratio >= ratio for other in fits if other is not one) + 1
            count += rank <= 0.05 * (len(fits) + 1)
        return count / len(fits)

    assert found_share(least + 1e-6) >= 0.8
    assert found_share(least - 1e-3) < 0.8


def test_a_planted_effect_ranks_first_and_has_its_size():
    """C00 as an exact mean of three others, then a tenth of it: first of ten, factor a tenth."""
    table = panel()
    wide = np.log(table.pivot(index="year", columns="country", values="opiates"))
    exact = wide[["C01", "C05", "C09"]].mean(axis=1) + np.where(wide.index >= 2005, np.log(0.1), 0)
    own = table["country"] == "C00"
    table.loc[own, "opiates"] = np.exp(table.loc[own, "year"].map(exact))
    found = synthetic_control(table, planned(table, "alone"), outcome="opiates")
    # The fit before is exact but for what the solver leaves of weights.
    assert found.estimates[0].coefficient == pytest.approx(np.log(0.1), abs=1e-3)
    assert found.events[0].p == pytest.approx(1 / 10)


def test_moved_events_know_nothing_of_the_real_one():
    """Placebos in time are the same whatever happens from the real event on."""
    table = panel()
    later = table["year"] >= 2005
    changed = table.assign(opiates=table["opiates"].mask(later, table["opiates"] ** 2 + 3))
    both = [
        synthetic_control(t, planned(t, "alone"), outcome="opiates").events[0].in_time
        for t in (table, changed)
    ]
    assert [one.year for one in both[0]] == [2001, 2002, 2003]
    assert [one.years_before for one in both[0]] == [4, 5, 6]
    assert [one.effect for one in both[0]] == [one.effect for one in both[1]]
    assert [one.p for one in both[0]] == [one.p for one in both[1]]


def test_leaving_out_a_donor_without_weight_changes_nothing():
    """And leaving out one with weight fits the years before no better."""
    study = applied().events[0]
    assert isinstance(study.fit, SyntheticFit)
    unused = study.one_out[study.one_out["weight"] == 0]
    assert len(unused)
    # Another start of the search leaves other last digits of the weights.
    assert unused["effect"].to_numpy() == pytest.approx(study.effect, abs=1e-3)
    assert (study.one_out["rmspe_before"] >= study.fit.rmspe_before - 1e-5).all()


def test_events_without_years_or_donors_are_refused_with_the_count():
    """1999 has two years before it, 2009 three donors less one with a gap; both are counted."""
    _, first, last = applied().events
    assert isinstance(first.fit, NotApplicable)
    assert first.fit.reason.startswith("2 years before the event, of the 8")
    assert isinstance(last.fit, NotApplicable)
    assert last.fit.reason.startswith("2 countries without it and with complete reports, of the 5")
    assert applied().estimates[1].coefficient == first.fit
    assert "C03: no figure in 2000" in last.left_out
    assert "C07: many at work there" in last.left_out


def test_years_that_the_treated_country_lacks_cost_no_donor():
    """A year without a figure of C00 is left out for all, and said."""
    table = panel()
    table.loc[(table["country"] == "C00") & (table["year"] == 2000), "opiates"] = np.nan
    study = synthetic_control(table, planned(table, "alone"), outcome="opiates").events[0]
    assert "C03" in study.donors
    assert "2000: no figure of C00" in study.left_out
    assert isinstance(study.fit, NotApplicable)
    assert study.before == (1997, 1998, 1999, 2001, 2002, 2003, 2004)


def test_a_column_that_is_not_known_makes_no_donor():
    """A country of which it is not known whether the event reached it is left out."""
    table = panel()
    table.loc[(table["country"] == "C05") & (table["year"] == 2010), "alone"] = np.nan
    study = synthetic_control(table, planned(table, "alone"), outcome="opiates").events[0]
    assert "C05" not in study.donors
    assert "C05: alone not known in every year" in study.left_out


def test_on_the_shipped_panel_one_event_of_three_applies():
    """Donors are those with every year reported and no border troops; 1999 and 2009 are refused."""
    table, own = real_panel(), plan()
    found = synthetic_control(table, own, outcome=own.outcome)
    inside = table[table["year"].between(*own.synth.years)]
    reports = inside.groupby("country")[own.outcome].count()
    column = own.synth.events[0].column
    clean = inside.groupby("country")[column].max() == 0
    expected = {
        c for c in own.sample.countries if c != own.synth.country and reports[c] == 18 and clean[c]
    }
    assert set(found.events[0].donors) == expected
    assert isinstance(found.events[0].fit, SyntheticFit)
    assert found.events[0].p in [k / (len(expected) + 1) for k in range(1, len(expected) + 2)]
    assert found.estimates[0].inference["placebo"].mde == np.inf
    assert "2 years before" in found.events[1].fit.reason
    assert "of the 5 that the plan asks for" in found.events[2].fit.reason
    assert all(e.planned for e in found.estimates)
    other = synthetic_control(table, own, outcome="heroin")
    assert not any(e.planned for e in other.estimates)


def test_what_began_in_the_years_of_moved_events_is_named():
    """In 2001 to 2004 the SCO, BOMCA and Channel began in Tajikistan; the sentence names them."""
    found = synthetic_control(real_panel(), plan(), outcome="opiates")
    assert found.events[0].began == (
        "SCO membership (2001)",
        "BOMCA border management (2003)",
        "CSTO operation channel (2003)",
    )
    said = " ".join(report.summary(found))
    assert "Moved to earlier years, before the event" in said
    assert "began in TJK in these years: SCO membership (2001), BOMCA" in said
    assert not any("without one" in table.title for table in report.tables(found))


def test_rank_p_counts_ties_against_the_treated_country():
    """Two of three with the same ratio as the first: p is one."""
    one = fitted(made_up(1))
    assert rank_p([one, one, one]) == 1


def test_the_report_says_what_seizures_measure_and_can_be_written():
    """Sentences end with the ambiguity, tables have rows, JSON has no NaN, figures are the same."""
    said = report.summary(applied())
    assert said[-1] == AMBIGUOUS
    names = ["weights", "placebos", "in_time", "one_out", "left_out"]
    assert [t.name for t in report.tables(applied())] == names
    assert all(len(t.frame) for t in report.tables(applied()))
    assert not any("nothing happened" in text for text in said)
    document = plain(report.document(applied()))
    json.dumps(document, allow_nan=False)
    assert "not_applicable" in document["events"][1]
    drawn, again = (report.figures(applied(), "Made-up data") for _ in range(2))
    assert list(drawn) == ["paths_2005", "ranks_2005"]
    assert all(image(drawn[key], "png") == image(again[key], "png") for key in drawn)
