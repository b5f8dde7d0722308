"""Event studies: published and exact coefficients, permuted starts, refusals, reports."""

from __future__ import annotations

import json
import warnings
from functools import cache
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_law

from ioscore.errors import NotApplicable
from ioscore.regression.event.analysis import SATURATED, TWO_STAGE, EventStudy, event_study
from ioscore.regression.event.cohort_fits import averaged, saturated_fit, two_stage_fit
from ioscore.regression.event.cohorts import (
    as_rows,
    cells_of,
    effects,
    imputed_effect,
    place,
    saturated_effects,
    shares,
    spans_of,
)
from ioscore.regression.event.inference import Before, by_permutation, other_periods, shuffle
from ioscore.regression.panel.cluster_inference import jackknife_error, wild_statistics
from ioscore.regression.permutation.paths import treatment_paths
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import Inference, permutation_p
from ioscore.report.figures.style import image
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression import event as report
from ioscore.report.tables import plain
from outcome_data import made_up_panel, plan, real_panel

# Sun and Abraham's estimator, states never treated as controls, no weights, relative to year -1:
# Mixtape Sessions, Causal Inference II, lab on Cheng and Hoekstra (2013), J. Human Resources 48(3),
# Stata solution, table "IW estimates for dynamic effects" (program eventstudyinteract).
CASTLE = {
    -5: (0.0316259, 0.0651257),
    -4: (-0.0076853, 0.0546014),
    -3: (0.0568136, 0.0494877),
    -2: (0.057916, 0.046046),
    0: (0.0972154, 0.042176),
    1: (0.1115491, 0.0520222),
    2: (0.1115662, 0.0630838),
    3: (0.1368254, 0.0612578),
    4: (0.0925866, 0.0574662),
    5: (0.1119418, 0.0544307),
}


def planned(
    table: pd.DataFrame, treatments: tuple[str, ...], draws: int = 19, **event: object
) -> AnalysisPlan:
    """Return the shipped plan for another table and its treatments."""
    own = plan()
    years = (int(table["year"].min()), int(table["year"].max()))
    countries = tuple(sorted(set(table["country"])))
    return own.model_copy(
        update={
            "draws": draws,
            "bootstraps": 99,
            "sample": own.sample.model_copy(update={"countries": countries, "years": years}),
            "event": own.event.model_copy(
                update={"treatments": treatments, "not_applicable": (), **event}
            ),
        }
    )


def study(table: pd.DataFrame, *treatments: str, **more: object) -> EventStudy:
    """Return the event study of opiates of a table with treatments."""
    return event_study(
        table, planned(table, treatments, **more), outcome="opiates", rng=np.random.default_rng(1)
    )


def gappy(seed: int, keep: float = 0.92) -> pd.DataFrame:
    """Return a made-up panel with rows missing at random."""
    table = made_up_panel(np.random.default_rng(seed), effect=0.4)
    gone = np.random.default_rng(seed).random(len(table)) > keep
    return table.assign(opiates=table["opiates"].mask(gone))


@cache
def applied() -> EventStudy:
    """Return one event study of a made-up panel, with a treatment that began at once."""
    table = gappy(3)
    table["at_once"] = ((table["country"] > "C06") & (table["year"] >= 2003)).astype(float)
    return study(table, "treated", "at_once", draws=39)


def laid_out(table: pd.DataFrame, column: str = "treated"):
    """Return paths, rows and placed rows of a table, as the study makes them."""
    paths = treatment_paths(table[["country", "year", column]], column)
    assert not isinstance(paths, NotApplicable)
    there = table[table["opiates"].notna()].assign(y=lambda t: np.log(t["opiates"]))
    rows = as_rows(there.reset_index(drop=True), paths.countries, ["y", column])
    placed = place(rows, spans_of(paths, paths.labels), window=(-5, 5), reference=-1)
    return paths, rows, placed


def test_the_castle_doctrine_example_has_its_published_coefficients():
    """The coefficients of years -5 to 5 are those of the Mixtape Sessions' table, five cohorts."""
    from causaldata import castle

    data = castle.load_pandas().data
    # `post` of this file begins in the year after the law; the table's `effyear` is that of the law.
    year = data["sid"].map(data[data["post"] == 1].groupby("sid")["year"].min() - 1)
    table = pd.DataFrame(
        {
            "country": data["sid"].astype(int).map("S{:02d}".format),
            "year": data["year"].astype(int),
            "opiates": np.exp(data["l_homicide"]),
            "law": (data["year"] >= year.fillna(9999)).astype(float),
        }
    )
    course = study(table, "law").courses[0]
    assert {year: len(who) for year, who in course.cohorts.items()} == {
        2005: 1,
        2006: 13,
        2007: 4,
        2008: 2,
        2009: 1,
    }
    periods = course.periods.set_index("period")
    for period, (coefficient, error) in CASTLE.items():
        # Seven decimals are printed, of data that the package holds in single precision.
        assert periods.loc[period, "coefficient"] == pytest.approx(coefficient, abs=5e-7)
        # That program adds the sampling error of the shares and keeps rows outside the window.
        assert periods.loc[period, "se"] == pytest.approx(error, rel=0.2)


def test_effects_that_differ_and_grow_bias_two_way_effects_but_not_ours():
    """Without noise ours is the true average to rounding; a two-way regression is far from it."""
    import pyfixest

    table = made_up_panel(np.random.default_rng(0))
    start = table[table["treated"] > 0].groupby("country")["year"].min()
    age = table["year"] - table["country"].map(start)
    size = {2002: 0.2, 2005: 0.1, 2008: 0.05, 2011: 0.0}
    slope = table["country"].map(start).map(size).fillna(0)
    effect = (slope * (age + 1)).where(table["treated"] > 0, 0.0)
    common = table["year"] * 0.01 + np.sin(table["year"])
    table["opiates"] = np.exp(common + table["country"].str[1:].astype(float) / 5 + effect)
    true = effect[table["treated"] > 0].mean()
    # The window takes in every year, so that no row is cut for either estimator.
    for estimate in study(table, "treated", window=(-20, 30)).estimates:
        # Both are exact here; 1e-8 is what single sums and demeaning leave.
        assert estimate.coefficient == pytest.approx(true, abs=1e-8)
    data = table.assign(y=np.log(table["opiates"]))
    with warnings.catch_warnings(action="ignore"):
        two_way = pyfixest.feols("y ~ treated | country + year", data).coef().iloc[0]
    assert abs(two_way - true) > 0.3 * true


@pytest.mark.parametrize("seed", range(6))
def test_the_algebra_of_permutations_is_that_of_pyfixest(seed):
    """On unbalanced panels own least squares give the estimates of pyfixest to 1e-8."""
    _, _, placed = laid_out(gappy(seed, keep=0.85))
    periods = [p for p in range(-5, 6) if p != -1]
    cells = cells_of(placed, -1)
    fit = saturated_fit(placed, cells)
    assert not isinstance(fit, NotApplicable)
    own = saturated_effects(placed, periods, -1)
    # Demeaning to 1e-12 leaves less than 1e-8 of difference to a direct solution.
    np.testing.assert_allclose(own[:, 0], shares(cells, periods) @ fit.coefficients, atol=1e-8)
    assert imputed_effect(placed)[0] == pytest.approx(two_stage_fit(placed)[0], abs=1e-8)


def test_the_saturated_estimator_is_pyfixests_where_all_years_are_reported():
    """With the widest window on a full panel `pyfixest.event_study` aggregates to the same."""
    import pyfixest

    table = made_up_panel(np.random.default_rng(4), effect=0.3)
    _, _, placed = laid_out(table)
    paths, rows, _ = laid_out(table)
    placed = place(rows, spans_of(paths, paths.labels), window=(-99, 99), reference=-1)
    start = table[table["treated"] > 0].groupby("country")["year"].min()
    table["began"] = table["country"].map(start).fillna(0).astype(int)
    with warnings.catch_warnings(action="ignore"):
        theirs = pyfixest.event_study(
            table, "log_y", "country", "year", "began", estimator="saturated", cluster="country"
        ).aggregate()
    both = [int(p) for p in theirs.index if -6 <= p <= 12]
    own = saturated_effects(placed, both, -1)[:-1, 0]
    expected = theirs.loc[[float(p) for p in both], "Estimate"].astype(float)
    # They demean to 1e-6.
    np.testing.assert_allclose(own, expected, atol=1e-5)


def test_a_gap_in_the_first_year_does_not_move_a_start():
    """A country that does not report its first year at work stays in the cohort of that year."""
    table = made_up_panel(np.random.default_rng(5))
    first = table.groupby("country")["treated"].transform("cumsum") == 1
    table.loc[first & (table["country"] == "C04"), "opiates"] = np.nan
    cohorts = study(table, "treated").courses[0].cohorts
    assert cohorts[2002] == ("C04", "C08")
    assert set(cohorts) == {2002, 2005, 2008, 2011}


def test_errors_are_those_of_statsmodels():
    """CR1 of the average is statsmodels' on dummies, but for its count of parameters."""
    from statsmodels.api import OLS

    _, _, placed = laid_out(gappy(2))
    cells = cells_of(placed, -1)
    weights = shares(cells, [0])[-1]
    fit = saturated_fit(placed, cells)
    assert not isinstance(fit, NotApplicable)
    design = np.column_stack([cells.dummies, effects(placed.rows)])
    theirs = OLS(placed.rows.outcomes[:, 0], design).fit(
        cov_type="cluster", cov_kwds={"groups": placed.rows.country}
    )
    covariance = np.asarray(theirs.cov_params())[: len(weights), : len(weights)]
    n, k = design.shape
    # Effects nested in the clusters are no parameters (pyfixest, fixest); the intercept stays.
    nested = len(np.unique(placed.rows.country)) - 1
    factor = (n - k) / (n - k + nested)
    assert weights @ fit.covariance @ weights == pytest.approx(
        weights @ covariance @ weights * factor, rel=1e-8
    )


def test_the_jackknife_is_brute_force_where_no_coefficient_rests_on_one_country():
    """CR3 of the average is the spread of it with each country left out, the shares as they were."""
    table = made_up_panel(np.random.default_rng(6))
    table = table[table["country"] != "C07"]
    _, _, placed = laid_out(table)
    cells = cells_of(placed, -1)
    weights = shares(cells, [0])[-1]
    fit = saturated_fit(placed, cells)
    assert not isinstance(fit, NotApplicable)
    design = np.column_stack([cells.dummies, effects(placed.rows)])
    left = []
    for country in np.unique(placed.rows.country):
        stay = placed.rows.country != country
        found = np.linalg.lstsq(design[stay], placed.rows.outcomes[stay, 0], rcond=None)[0]
        left.append(weights @ found[: len(weights)])
    size = len(left)
    spread = (size - 1) / size * np.sum((np.array(left) - weights @ fit.coefficients) ** 2)
    value = float(weights @ fit.coefficients)
    error = jackknife_error(averaged(placed, cells, weights), value)
    assert error == pytest.approx(np.sqrt(spread), rel=1e-6)


def test_one_country_cohorts_have_no_jackknife_and_say_so():
    """A cohort of one country is named in the reason for CR3 and in the note on CR1."""
    inference = applied().estimates[0].inference
    assert isinstance(inference["cr3"], NotApplicable)
    assert "2011" in inference["cr3"].reason
    assert "too small" in inference["cluster"].note


def test_the_bootstrapped_column_has_the_average_as_its_coefficient():
    """The p of the wild bootstrap does not depend on the cell that the average is solved for."""
    _, _, placed = laid_out(gappy(7))
    cells = cells_of(placed, -1)
    weights = shares(cells, [0])[-1]
    order = np.argsort(-weights, kind="stable")[::-1]
    mixed = type(cells)(keys=cells.keys[order], dummies=cells.dummies[:, order])
    first = wild(averaged(placed, cells, weights))
    # The same weights for the same countries: only rounding could tell the two apart.
    assert wild(averaged(placed, mixed, weights[order])) == pytest.approx(first)
    strong = np.where(placed.treated, 5.0, 0.0)[:, None] + placed.rows.outcomes
    moved = type(placed)(
        rows=type(placed.rows)(country=placed.rows.country, year=placed.rows.year, outcomes=strong),
        cohort=placed.cohort,
        period=placed.period,
        dropped=(),
    )
    assert wild(averaged(moved, cells, weights)) < 0.05


def wild(model):
    """Return p of the wild bootstrap, as the permutation test counts it."""
    observed, drawn = wild_statistics(model, "webb", 499, np.random.default_rng(3))
    return permutation_p(observed, drawn)


def test_p_of_the_wild_bootstrap_counts_the_sample_itself():
    """It is (k + 1)/(B + 1): with 99 samples a whole number of hundredths."""
    p = applied().estimates[0].inference["wild"].p
    assert 100 * p == pytest.approx(round(100 * p), abs=1e-9)
    assert p >= 0.01


def test_p_of_permuted_paths_is_that_of_all_assignments_by_hand():
    """With 20 assignments all are tried: p is the share, by pyfixest, at least as far from zero."""
    table = made_up_panel(np.random.default_rng(8), countries=8, effect=0.5)
    table = table[table["country"].isin(["C00", "C01", "C02", "C04", "C05"])].reset_index(drop=True)
    estimate = study(table, "treated", draws=999).estimates[0]
    starts = {"C04": 2002, "C05": 2005}
    names = sorted(set(table["country"]))
    sizes = {}
    for order in set(permutations([0, 0, 0, 2002, 2005])):
        began = table["country"].map(dict(zip(names, order, strict=True)))
        other = table.assign(treated=((began > 0) & (table["year"] >= began)).astype(float))
        _, _, placed = laid_out(other)
        cells = cells_of(placed, -1)
        fit = saturated_fit(placed, cells)
        assert not isinstance(fit, NotApplicable)
        sizes[order] = abs(shares(cells, [0])[-1] @ fit.coefficients)
    real = sizes[tuple(starts.get(name, 0) for name in names)]
    assert len(sizes) == 20
    inference = estimate.inference["permutation"]
    assert inference.draws == 19
    assert inference.p == pytest.approx(np.mean([s >= real - 1e-9 for s in sizes.values()]))


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), effect=st.floats(-3, 3))
def test_a_constant_effect_moves_estimate_and_interval_by_itself(seed, effect):
    """Added while at work, an effect is added to coefficient and interval, and p of it stays."""
    table = gappy(seed)
    own = planned(table, ("treated",), draws=59)
    found = []
    for add in (0.0, effect):
        more = table.assign(opiates=table["opiates"] * np.exp(add * table["treated"]))
        paths, rows, placed = laid_out(more)
        shuffled = shuffle(rows, paths, own, np.random.default_rng(2), lambda _: None)
        value = float(saturated_effects(placed, other_periods(own), -1)[-1, 0])
        found.append((value, by_permutation(value, shuffled.overall, shuffled, own)))
    (low, before), (high, after) = found
    assert high - low == pytest.approx(effect, abs=1e-8)
    assert isinstance(before, Inference)
    assert isinstance(after, Inference)
    for end in ("low", "high"):
        a, b = getattr(before, end), getattr(after, end)
        # Ends are searched for to 1e-3, from starting points that differ.
        assert b - a == pytest.approx(effect, abs=3e-3) or np.isinf(a) or np.isinf(b)
    assert before.low <= low <= before.high


def test_the_test_before_the_start_is_the_f_of_its_coefficients():
    """The clustered p is F with G - 1 degrees; a trend before the start is found by both tests."""
    table = made_up_panel(np.random.default_rng(9))
    _, _, placed = laid_out(table)
    periods = [-5, -4, -3, -2]
    cells = cells_of(placed, -1)
    fit = saturated_fit(placed, cells)
    assert not isinstance(fit, NotApplicable)
    weights = shares(cells, periods)[:-1]
    values = weights @ fit.coefficients
    form = values @ np.linalg.inv(weights @ fit.covariance @ weights.T) @ values / 4
    before = study(table, "treated").courses[0].before
    assert isinstance(before, Before)
    assert before.p_cluster == pytest.approx(f_law.sf(form, 4, 10), rel=1e-6)
    assert before.size == pytest.approx(np.sqrt(np.mean(values**2)), rel=1e-9)
    start = table["country"].map(table[table["treated"] > 0].groupby("country")["year"].min())
    trend = ((table["year"] - start).clip(-5, -1) + 1).fillna(0)
    steep = study(table.assign(opiates=table["opiates"] * np.exp(2 * trend)), "treated")
    assert steep.courses[0].before.p == pytest.approx(1 / 20)
    assert steep.courses[0].before.p_cluster < 0.05


def test_what_begins_everywhere_at_once_is_not_applicable_and_says_why():
    """The reason names the year and the countries, and every method has it."""
    course = applied().courses[1]
    assert isinstance(course.periods, NotApplicable)
    assert "began in 2003 in all 4 countries that have it (C07, C08, C09, C10)" in (
        course.periods.reason
    )
    estimate = applied().estimates[-1]
    assert estimate.coefficient == course.periods
    assert set(estimate.inference.values()) == {course.periods}


def test_too_few_controls_are_not_applicable():
    """Two countries that never began are fewer than the three of the plan."""
    table = made_up_panel(np.random.default_rng(1))
    course = study(table[~table["country"].isin(["C00", "C01"])], "treated").courses[0]
    assert isinstance(course.periods, NotApplicable)
    assert "2 countries never had it, of the 3" in course.periods.reason


def test_a_country_at_work_from_the_first_year_on_is_left_out():
    """Its start is not seen; the others are as without it."""
    table = gappy(3)
    table.loc[table["country"] == "C03", "treated"] = 1.0
    with_it = study(table, "treated")
    without = study(table[table["country"] != "C03"], "treated")
    assert any(
        line.startswith("C03: at work in 1996 already") for line in with_it.courses[0].left_out
    )
    assert with_it.estimates[0].coefficient == pytest.approx(
        without.estimates[0].coefficient, abs=1e-9
    )


def test_a_country_of_which_it_is_not_known_is_left_out():
    """A year in which it is not known whether it was at work takes the country, not the year."""
    table = gappy(3)
    table.loc[(table["country"] == "C02") & (table["year"] == 2010), "treated"] = np.nan
    course = study(table, "treated").courses[0]
    assert "C02: not known in every year whether it was at work" in course.left_out
    assert "C02" not in course.controls


def test_a_treatment_that_ends_counts_until_then():
    """Years from the end on are cut: what is in them changes no number."""
    table = made_up_panel(np.random.default_rng(3))
    full = study(table, "treated").courses[0].periods.set_index("period")["countries"]
    table.loc[(table["country"] == "C06") & (table["year"] >= 2011), "treated"] = 0.0
    plain_one = study(table, "treated")
    after = (table["country"] == "C06") & (table["year"] >= 2011)
    changed = study(table.assign(opiates=table["opiates"].where(~after, 1.0)), "treated")
    assert "13 of C06, where it ended, from 2011 on" in plain_one.courses[0].left_out
    assert plain_one.estimates[0].coefficient == changed.estimates[0].coefficient
    ended = plain_one.courses[0].periods.set_index("period")["countries"]
    # C06 began in 2008 and ends in 2011, its period 3.
    assert (full - ended).to_dict() == {p: int(p >= 3) for p in range(-5, 6)}


def test_a_cohort_without_the_year_of_reference_is_left_out():
    """Nothing can be compared with a year that none of its countries reported; it is named."""
    table = made_up_panel(np.random.default_rng(1))
    table.loc[(table["country"] == "C07") & (table["year"] == 2010), "opiates"] = np.nan
    course = study(table, "treated").courses[0]
    assert 2011 not in course.cohorts
    assert any(line.startswith("C07: not reported in 2010") for line in course.left_out)


def test_the_two_stage_estimate_is_exploratory_and_the_saturated_one_planned():
    """For the planned outcome; for another one nothing is planned."""
    by_name = {
        e.estimator: e for e in applied().estimates if not isinstance(e.coefficient, NotApplicable)
    }
    assert by_name[SATURATED].planned
    assert not by_name[TWO_STAGE].planned
    table = gappy(3).rename(columns={"opiates": "heroin"})
    own = planned(table, ("treated",))
    other = event_study(table, own, outcome="heroin", rng=np.random.default_rng(0))
    assert not any(e.planned for e in other.estimates)


def test_the_same_seed_gives_the_same_result_and_progress_reaches_its_end():
    """Every p is the same; the last call says that all is done."""
    table = gappy(5)
    calls = []
    own = planned(table, ("treated",))
    one, two = (
        event_study(
            table, own, outcome="opiates", rng=np.random.default_rng(7),
            progress=lambda done, total: calls.append((done, total)),
        )
        for _ in range(2)
    )  # fmt: skip
    pd.testing.assert_frame_equal(one.courses[0].periods, two.courses[0].periods)
    assert one.estimates == two.estimates
    assert calls[-1] == (19, 19)


def test_on_the_shipped_panel_what_began_at_once_is_refused_and_the_rest_estimated():
    """BOMCA and CARICC have one year of start; the two planned treatments have an estimate."""
    own = plan().model_copy(update={"draws": 9, "bootstraps": 99})
    found = event_study(real_panel(), own, outcome=own.outcome, rng=np.random.default_rng(0))
    refused = {c.treatment for c in found.courses if isinstance(c.periods, NotApplicable)}
    assert refused == set(own.event.not_applicable)
    for course in found.courses:
        if course.treatment in refused:
            assert len(course.cohorts) == 1
            assert "nothing tells it from" in course.periods.reason
        else:
            assert len(course.cohorts) >= own.event.least_cohorts
            assert len(course.controls) >= own.event.least_controls
    assert all(e.planned == (e.estimator == SATURATED) for e in found.estimates)


def test_the_report_says_where_years_before_the_start_differ_as_much_as_after():
    """A sentence where root mean squares before the start reach those after, and none where not."""
    table = made_up_panel(np.random.default_rng(9))
    start = table["country"].map(table[table["treated"] > 0].groupby("country")["year"].min())
    trend = ((table["year"] - start).clip(-5, -1) + 1).fillna(0)
    steep = study(table.assign(opiates=table["opiates"] * np.exp(2 * trend)), "treated")
    strong = study(table.assign(opiates=table["opiates"] * np.exp(3 * table["treated"])), "treated")
    said, other = (" ".join(report.summary(found)) for found in (steep, strong))
    assert "before the start are as large as those after it" in said
    assert "by F with clustered errors" in said
    assert "are as large as" not in other


def test_the_sample_is_said_to_be_inside_the_window():
    """N counts rows inside the window, and those left out with it add up to the rows there are."""
    estimate = applied().estimates[0]
    assert "inside the window, -5 to 5" in estimate.sample
    gone = sum(int(line.split()[0]) for line in estimate.left_out)
    assert estimate.n + gone == 11 * 28


def test_the_report_says_what_seizures_measure_and_can_be_written():
    """Sentences end with the ambiguity, tables have rows, JSON has no NaN, figures draw."""
    said = report.summary(applied())
    assert said[-1] == AMBIGUOUS
    assert any("not applicable, it began in 2003" in line for line in said)
    assert {t.name for t in report.tables(applied())} == {
        "periods",
        "before",
        "cohorts",
        "left_out",
    }
    assert all(len(t.frame) for t in report.tables(applied()))
    json.dumps(plain(report.document(applied())), allow_nan=False)
    drawn = report.figures(applied(), "Made-up data")
    assert list(drawn) == ["periods_treated"]
    assert image(drawn["periods_treated"], "png") == image(
        report.figures(applied(), "Made-up data")["periods_treated"], "png"
    )
