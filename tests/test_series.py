"""Interrupted time series: what is planted is found, what the years do not carry is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as fdist
from scipy.stats import kstest
from statsmodels.datasets import nile
from statsmodels.regression.linear_model import OLS

from ioscore.errors import NotApplicable, PanelError
from ioscore.regression.plan import Break
from ioscore.regression.results import Inference
from ioscore.regression.series.analysis import interrupted_series
from ioscore.regression.series.break_search import admissible_years, search_breaks, squares
from ioscore.regression.series.model import model_form
from ioscore.regression.series.residual_tests import residual_tests, simulated_statistics
from ioscore.regression.series.sup_f import break_columns, sup_f
from ioscore.report.panel import AMBIGUOUS
from outcome_data import plan, real_panel

BREAKS = [(1999, "Drug Control Agency"), (2005, "troops"), (2009, "college")]


def planned(breaks=BREAKS, **changes):
    """Return the plan with other breaks or rules of the series, and few draws."""
    series = plan().series.model_copy(
        update={"breaks": tuple(Break(year=y, what=w) for y, w in breaks), **changes}
    )
    return plan().model_copy(update={"series": series, "bootstraps": 199})


def made_up(shifts=(), ramps=(), *, years=range(1995, 2024), noise=0.2, seed=1, gone=()):
    """Return a panel of one country: trend, supply, shifts and ramps by year, noise."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"country": "TJK", "year": list(years)})
    supply = rng.normal(12, 0.5, len(table))
    table["poppy_ha"] = np.exp(supply)
    since = table["year"] - 1996
    y = 6 + 0.02 * since + 0.3 * np.roll(supply, 1) + rng.normal(0, noise, len(table))
    for year, size in shifts:
        y += size * (table["year"] >= year)
    for year, size in ramps:
        y += size * np.maximum(table["year"] - year, 0)
    table["opiates"] = np.exp(y).where(~table["year"].isin(gone))
    return table


def run(table, of=None, outcome="opiates", seed=1, **more):
    return interrupted_series(
        table, of or planned(), outcome=outcome, rng=np.random.default_rng(seed), **more
    )


def coefficients(result):
    return {e.label: e.coefficient for e in (*result.estimates, *result.terms)}


def test_planted_levels_and_slopes_are_found():
    """With hardly any noise each coefficient is the one that was planted."""
    found = coefficients(
        run(made_up([(1999, 0.8), (2005, -1.0)], [(2005, 0.1), (2009, -0.3)], noise=1e-6))
    )
    planted = {
        "Drug Control Agency 1999, level": 0.8,
        "troops 2005, level": -1.0,
        "troops 2005, slope": 0.1,
        "college 2009, level": 0.0,
        "college 2009, slope": -0.3,
        "trend, a year": 0.02,
        "Afghan supply 1 year earlier, log": 0.3,
    }
    for label, size in planted.items():
        # Noise of 1e-6, at most about ten times as much in a coefficient.
        assert found[label] == pytest.approx(size, abs=3e-5)


def test_errors_are_those_of_statsmodels_on_a_design_made_by_hand():
    """OLS and HAC errors are those of a fit whose columns are written out here."""
    table = made_up([(2005, 1.0)], gone=[2019])
    kept = table[table["opiates"].notna() & (table["year"] > 1995)]
    year = kept["year"].to_numpy()
    lagged = np.log(table.set_index("year")["poppy_ha"]).reindex(year - 1).to_numpy()
    columns = [np.ones(len(year)), year - 1996, lagged]
    columns += [year >= y for y in (1999, 2005, 2009)]
    columns += [np.where(year >= y, year - y, 0) for y in (2005, 2009)]
    fit = OLS(np.log(kept["opiates"].to_numpy()), np.column_stack(columns).astype(float)).fit()
    robust = fit.get_robustcov_results("HAC", maxlags=2, use_correction=True)
    result = run(table)
    known = [e for e in result.estimates if not isinstance(e.coefficient, NotApplicable)]
    order = [3, 4, 6, 5, 7]
    # The same program on the same figures: rounding of one addition of years.
    assert [e.coefficient for e in known] == pytest.approx(fit.params[order], rel=1e-9)
    assert [e.inference["ols"].se for e in known] == pytest.approx(fit.bse[order], rel=1e-9)
    assert [e.inference["ols"].p for e in known] == pytest.approx(fit.pvalues[order], rel=1e-7)
    for method in ("hac", "fixed_b"):
        assert [e.inference[method].se for e in known] == pytest.approx(robust.bse[order], rel=1e-9)
    assert list(known[0].inference) == ["ols", "hac", "fixed_b"]
    assert {e.main for e in known} == {"fixed_b"}


def test_without_breaks_is_the_fit_less_the_terms_of_breaks():
    """Before the first break both lines are one; after it they lie apart by what was planted."""
    line = run(made_up([(1999, 0.5), (2005, 1.0)], noise=1e-6)).line.set_index("year")
    assert (line["fit"] - line["without"]).loc[:1998].abs().max() == pytest.approx(0, abs=1e-9)
    # As above: the noise of 1e-6 enters through every coefficient.
    assert (line["fit"] - line["without"]).loc[2005] == pytest.approx(1.5, abs=1e-4)


def test_the_slope_rule():
    """A slope needs four observed years on both sides: three before 1999 give a level only."""
    form = model_form(np.arange(1996, 2024), planned().series)
    assert form.slopes == (False, True, True)
    assert list(form.refused) == [0]
    assert "3 observed years in the stretch before 1999 and 6 in the one after" in form.refused[0]
    assert model_form(np.arange(1995, 2024), planned(years_per_parameter=2).series).slopes == (
        True,
        True,
        True,
    )
    gone = np.array([y for y in range(1996, 2024) if y != 2006])
    assert model_form(gone, planned().series).slopes == (False, False, False)


def test_slopes_are_dropped_from_the_last_break_backwards():
    """23 years carry seven parameters at three each, so of two slopes the later one goes."""
    years = np.arange(1996, 2019)
    form = model_form(years, planned().series)
    assert form.slopes == (False, True, False)
    assert form.refused[1 + 1] == (
        "23 observed years carry 7 parameters at 3 years each; slopes are dropped from the last "
        "break backwards"
    )
    assert model_form(np.arange(1996, 2014), planned().series).slopes == (False, False, False)


def test_a_refused_slope_is_shown_with_its_reason():
    """The slope at 1999 stands in the table, its coefficient and every inference with a reason."""
    slope = next(e for e in run(made_up()).estimates if e.label.endswith("1999, slope"))
    assert isinstance(slope.coefficient, NotApplicable)
    assert all(isinstance(found, NotApplicable) for found in slope.inference.values())
    assert "a slope needs 4 in both" in slope.coefficient.reason


def test_too_few_years_even_for_levels_give_no_estimate():
    """Seventeen years do not carry six parameters: every estimate is the reason, nothing is fitted."""
    result = run(made_up(years=range(1995, 2013)))
    assert result.estimates[0].n == 17
    assert len(result.estimates) == 6
    for estimate in (*result.estimates, *result.terms):
        assert isinstance(estimate.coefficient, NotApplicable)
        assert "17 observed years" in estimate.coefficient.reason
        assert "need 18" in estimate.coefficient.reason
    for part in (result.line, result.tests, result.search):
        assert isinstance(part, NotApplicable)
    assert result.to_frame()["not_applicable"].str.contains("17 observed years").all()


@pytest.mark.parametrize(
    ("table", "of", "said"),
    [
        (made_up().assign(poppy_ha=1000.0), None, "supply adds nothing"),
        (made_up(), planned([(1990, "early"), (2005, "troops")]), "early 1990, level adds nothing"),
        (made_up(), planned([(2005, "a"), (2005, "b")]), "b 2005, level adds nothing"),
        (made_up().assign(opiates=50.0), None, "perfect"),
        (made_up().assign(country="KAZ"), None, "0 observed years"),
        (made_up().assign(opiates=0.0), None, "0 observed years"),
        (made_up(), planned(transformation="poisson"), "built for logarithms"),
        (made_up(), planned(bandwidth=40), "bandwidth of 40"),
    ],
)
def test_what_cannot_be_estimated_says_why(table, of, said):
    """Collinear terms, no variation, no rows, another form: a reason in place of each number."""
    result = run(table, of)
    for estimate in result.estimates:
        assert isinstance(estimate.coefficient, NotApplicable)
        assert said in estimate.coefficient.reason
        assert not estimate.coefficient.reason.endswith(".")


def test_a_column_that_the_panel_lacks_is_an_error():
    """An outcome without a column is a mistake of the caller, not a result."""
    with pytest.raises(PanelError, match="no column cocaine"):
        run(made_up(), outcome="cocaine")


def test_tajikistan_2019_is_not_in_the_sample():
    """The real series goes without 2019, and without 1996, whose supply of 1995 is not known."""
    result = run(real_panel(), plan().model_copy(update={"bootstraps": 99}))
    assert result.missing == (1996, 2019)
    assert not set(result.line["year"]) & {1996, 2019}
    assert result.estimates[0].n == len(result.line) == 26
    assert result.estimates[0].sample == "TJK 1997-2023, 26 observed years"
    assert any("2019 missing" in note and "as if adjacent" in note for note in result.notes)
    assert "1 outcome not reported or excluded" in result.left_out
    shown = [isinstance(e.coefficient, float) for e in result.estimates]
    assert shown == [True, False, True, True, True, True]


def test_a_series_without_gaps_has_no_note_on_gaps():
    """The note on years taken as adjacent stands only where one is missing inside."""
    assert not any("adjacent" in note for note in run(made_up()).notes)


def test_only_the_outcome_of_the_plan_is_planned():
    """Further outcomes are estimated by the same rule and marked as exploratory."""
    table = made_up()
    table["heroin"] = table["opiates"] / 2
    assert {e.planned for e in run(table).estimates} == {True}
    assert {e.planned for e in run(table, outcome="heroin").estimates} == {False}


def test_one_seed_gives_one_result_and_progress_ends_at_all():
    """The same generator gives the same bytes, and the progress counts up to what there is."""
    seen = []
    one = run(made_up(), progress=lambda done, of: seen.append((done, of)))
    other = run(made_up())
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    assert one.search.sup_f.p == other.search.sup_f.p
    assert seen == [(1, 2), (2, 2)]


def test_breaks_are_taken_in_the_order_of_their_years():
    """A plan that names the breaks in another order gives the same estimates."""
    table = made_up([(2005, 1.0)])
    assert coefficients(run(table, planned(BREAKS[::-1]))) == coefficients(run(table))


def test_simulated_statistics_are_those_of_statsmodels():
    """Each draw has the Breusch-Godfrey F, Breusch-Pagan F and Jarque-Bera of statsmodels."""
    years = np.arange(1997, 2024)
    design = np.column_stack([np.ones(27), years - 1997, years >= 2005]).astype(float)
    found = simulated_statistics(design, 2, draws=5, rng=np.random.default_rng(13))
    for row, made in zip(found, np.random.default_rng(13).standard_normal((5, 27)), strict=True):
        fit = OLS(made, design).fit()
        table = residual_tests(fit, 2, draws=9, rng=np.random.default_rng(1))
        # Rounding only: another order of the same sums.
        assert row == pytest.approx(table["statistic"], rel=1e-9)


def test_residual_tests_keep_their_level_where_the_textbook_does_not():
    """Eight terms in 26 years: the textbook p of Breusch-Godfrey is below 5% in 25 of 100 true nulls.

    The simulated p is in 5 of 100: 400 series have an error of 1.1 points, 4 points are over three.
    """
    rng = np.random.default_rng(14)
    years = np.array([y for y in range(1997, 2024) if y != 2019])
    columns = break_columns(years, np.array([[1999, 2005, 2009]]), [False, True, True])[0]
    design = np.column_stack([np.ones(26), years - 1997, rng.normal(12, 0.5, 26), columns])
    law = np.sort(simulated_statistics(design, 2, draws=4000, rng=rng), axis=0)[3800]
    fresh = simulated_statistics(design, 2, draws=400, rng=rng)
    assert (fresh > law).mean(axis=0) == pytest.approx(0.05, abs=0.04)
    assert (fdist.sf(fresh[:, 0], 2, 26 - 8 - 2) < 0.05).mean() > 0.15


def test_too_few_years_for_lagged_residuals_say_so():
    """With no more years left than lags that test has no number, and the others have theirs."""
    rng = np.random.default_rng(15)
    design = np.column_stack([np.ones(6), rng.normal(size=(6, 3))])
    fit = OLS(rng.normal(size=6), design).fit()
    found = residual_tests(fit, 2, draws=99, rng=rng)
    assert found["p"].isna().tolist() == [True, False, False]
    assert found["test"].iloc[0].endswith("too few years")


def test_residual_tests_find_what_is_wrong_with_the_errors():
    """Errors that hang together are found by Breusch-Godfrey, one wild year by Jarque-Bera."""
    rng, u = np.random.default_rng(8), np.zeros(120)
    for k in range(1, 120):
        u[k] = 0.9 * u[k - 1] + rng.normal(0, 0.3)
    long = made_up(years=range(1904, 2024), noise=0.01)
    long["opiates"] *= np.exp(u)
    of = planned([(1960, "a")])
    of = of.model_copy(update={"sample": of.sample.model_copy(update={"years": (1904, 2023)})})
    # One in 200 is the least that 199 draws can give.
    assert run(long, of).tests["p"].iloc[0] == 1 / 200
    wild = made_up(seed=2)
    wild.loc[wild["year"] == 2015, "opiates"] *= np.exp(5)
    assert run(wild).tests["p"].iloc[2] == 1 / 200


def test_planted_years_win_the_search():
    """With large shifts at the known years no other set fits better, and each is first by itself."""
    search = run(made_up([(1999, 1.5), (2005, -1.5), (2009, 1.5)], noise=0.1, gone=[2019])).search
    assert search.best == (1999, 2005, 2009)
    assert search.better == 0
    assert search.best_squares == search.known_squares
    assert search.ranks["rank"].tolist() == [1, 1, 1]


def test_a_shift_elsewhere_beats_the_known_years():
    """With one large shift in 2014 the known years lose the search, and 2014 is the likely year."""
    search = run(made_up([(2014, 2.0)], noise=0.1)).search
    assert search.better > 0
    assert 2014 in search.best
    assert search.share == search.better / (search.sets - 1)
    assert search.sup_f.year == 2014
    assert search.sup_f.p == 1 / 200
    assert search.sup_f.statistic > search.sup_f.critical


def test_the_river_nile_breaks_where_strucchange_says():
    """Largest F, years and squares are those printed by R's strucchange for the Nile.

    Its tests/Examples/strucchange-Ex.Rout.save: sup.F = 75.93; one break after 1898, two after
    1898 and 1953, three after 1898, 1938 and 1953; RSS 1597457, 1552924, 1538097. Segments have
    at least 15 years. Tolerances are half of the last printed digit.
    """
    data = nile.load_pandas().data
    years, y = data["year"].to_numpy(int), data["volume"].to_numpy(float)
    base = np.ones((100, 1))
    printed = {(1899,): 1597457, (1899, 1954): 1552924, (1899, 1939, 1954): 1538097}
    for best, rss in printed.items():
        found = search_breaks(
            y,
            base,
            years,
            known=best,
            slopes=[False] * len(best),
            span=(1871, 1970),
            trim=15,
            level=0.05,
            draws=99,
            rng=np.random.default_rng(1),
        )
        assert found.best == best
        assert found.best_squares == pytest.approx(rss, abs=0.5)
        assert found.sup_f.statistic == pytest.approx(75.93, abs=0.005)
        assert found.sup_f.year == 1899


def test_squares_of_many_sets_are_those_of_single_fits():
    """The batch gives for each set what a least-squares fit of its own gives."""
    rng = np.random.default_rng(9)
    years = np.array([y for y in range(1997, 2024) if y != 2019])
    y, base = rng.normal(size=26), np.column_stack([np.ones(26), years, rng.normal(size=26)])
    starts = np.array(list(combinations(range(2000, 2021, 3), 3)))
    slopes = [False, True, True]
    found = squares(y, base, years, starts, slopes)
    for row, value in zip(starts, found, strict=True):
        design = np.column_stack([base, break_columns(years, row[None, :], slopes)[0]])
        left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        # Rounding of two ways to solve, with years of about 2000 as a regressor.
        assert value == pytest.approx(left @ left, rel=1e-8)


def test_collinear_sets_take_no_part():
    """A set whose break adds nothing has no sum of squares."""
    years = np.arange(2000, 2020)
    y = np.random.default_rng(1).normal(size=20)
    starts = np.array([[1990], [2010]])
    found = squares(y, np.ones((20, 1)), years, starts, [False])
    assert np.isnan(found).tolist() == [True, False]


def test_the_trim_leaves_years_at_both_ends_and_between_breaks():
    """Three years are left before the first and after the last candidate, and between breaks."""
    years = np.array([y for y in range(1997, 2024) if y != 2019])
    free = admissible_years(years, (1996, 2023), 3)
    assert (free[0], free[-1]) == (1999, 2021)
    assert 2019 not in free
    search = run(made_up(gone=[2019])).search
    sets = [s for s in combinations(free, 3) if all(b - a >= 3 for a, b in pairwise(s))]
    assert search.sets == len(sets)
    moved = search.profiles.groupby("known")["year"].agg(["min", "max"])
    assert moved.to_numpy().tolist() == [[1999, 2002], [2002, 2006], [2008, 2021]]


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_without_a_break_the_p_of_sup_f_is_roughly_uniform(rho):
    """Over 300 series without a break p is uniform, also where errors hang together.

    Made-up regressors have the shape of the real ones. The distance to the uniform law of 300
    uniform p is below 0.094 in 99 of 100 samples; 0.11 leaves room for 99 draws and for the
    autocorrelation, which is estimated. At 5% no more than 9% may be rejected: three errors.
    """
    rng = np.random.default_rng(11)
    years = np.array([y for y in range(1997, 2024) if y != 2019])
    base = np.column_stack([np.ones(26), years - 1997, rng.normal(12, 0.5, 26)])
    free = admissible_years(years, (1996, 2023), 3)
    found = []
    for _ in range(300):
        shocks, u = rng.normal(size=76), np.zeros(76)
        for k in range(1, 76):
            u[k] = rho * u[k - 1] + shocks[k]
        found.append(sup_f(u[50:], base, years, free, level=0.05, draws=99, rng=rng).p)
    assert kstest(found, "uniform").statistic < 0.11
    assert np.mean(np.array(found) <= 0.05) <= 0.09


def test_sup_f_without_a_candidate_is_not_applicable():
    """Where no year leaves enough on both sides there is no test, and a reason."""
    found = sup_f(
        np.arange(5.0),
        np.ones((5, 1)),
        np.arange(2000, 2005),
        [],
        level=0.05,
        draws=9,
        rng=np.random.default_rng(1),
    )
    assert isinstance(found, NotApplicable)


def test_the_report_says_what_was_asked_found_and_missed():
    """Sentences name breaks, factors, what could have been found, the search and the ambiguity."""
    from ioscore.report.regression import series as report

    result = run(made_up([(2005, 2.5)], noise=0.1, gone=[2019]))
    said = report.summary(result)
    text = " ".join(said)
    assert said[-1] == AMBIGUOUS
    assert "times" in text
    assert "95% interval" in text
    assert "would have been missed more often than 20% of the time" in text
    assert "troops 2005, level" in next(line for line in said if line.startswith("Clear at"))
    assert "Drug Control Agency 1999, slope: not estimated" in text
    assert "other sets of break years" in text
    names = [table.name for table in report.tables(result)]
    assert names == ["residual_tests", "terms", "moved_breaks", "searched_breaks"]
    json.dumps(report.document(result), allow_nan=False)


def test_no_effect_is_never_said():
    """Where no change is clear the sentence sends the reader to what could have been found."""
    from ioscore.report.regression import series as report

    text = " ".join(report.summary(run(made_up(seed=2))))
    assert "No change is clear at the 5% level, which is not to say that there was none" in text


def test_the_report_of_no_estimate_is_its_reason():
    """Too few years give one reason and the ambiguity, no tables and no figures."""
    from ioscore.report.regression import series as report

    result = run(made_up(years=range(1995, 2013)))
    said = report.summary(result)
    assert "17 observed years" in said[1]
    assert said[-1] == AMBIGUOUS
    assert report.tables(result) == []
    assert report.figures(result, "made-up source") == {}
    json.dumps(report.document(result), allow_nan=False)


def test_figures_are_the_same_twice_and_carry_their_source():
    """Two drawings of fit and search have the same bytes and the source below."""
    from ioscore.report.figures.style import image
    from ioscore.report.regression import series as report

    result = run(made_up([(2005, 1.0)], gone=[2019]))
    one, other = (report.figures(result, "made-up source") for _ in range(2))
    assert list(one) == ["fit", "search"]
    for name, figure in one.items():
        assert image(figure, "svg") == image(other[name], "svg")
        assert figure.get_supxlabel().startswith("made-up source")


def test_a_step_begins_in_its_year_and_a_ramp_the_year_after():
    """The step of a break in 2005 is 1 in 2005, its ramp 0; two years later the ramp is 2."""
    columns = break_columns(np.array([2004, 2005, 2007]), np.array([[2005]]), [True])[0]
    assert columns.tolist() == [[0, 0], [1, 0], [1, 2]]


def test_every_inference_of_an_estimate_has_interval_and_detectable_effect():
    """Beside each other stand three methods, each with p, error, interval and effect."""
    for estimate in run(made_up()).estimates:
        for found in estimate.inference.values():
            if isinstance(found, Inference):
                assert 0 < found.p <= 1
                assert found.low < estimate.coefficient < found.high
                assert found.mde > found.se > 0


@pytest.mark.parametrize(("p", "clear"), [(0.05, True), (0.0501, False)])
def test_a_p_at_the_level_is_clear(p, clear):
    """The border belongs to what is clear, as in the other analyses."""
    from ioscore.report.regression import series as report

    result = run(made_up())
    own = tuple(
        replace(e, inference={**e.inference, "fixed_b": replace(found, p=p)})
        for e in result.estimates
        if isinstance(found := e.inference["fixed_b"], Inference)
    )
    said = " ".join(report.summary(replace(result, estimates=own)))
    assert ("Clear at the 5% level" in said) == clear
