"""Dose-response: equal to other programs, honest under the null, silent where nothing can be said."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.iv import IV2SLS

from ioscore.errors import NotApplicable, PanelError
from ioscore.regression.dose.analysis import Dose, dose_response
from ioscore.regression.dose.shifts import chosen_turns, shift_mde, shift_p, shifted, turned
from ioscore.regression.dose.shrinkage import shrunk
from ioscore.regression.dose.stationarity import integration, levels_fit, longest_run, root_tests
from ioscore.regression.results import METHODS, to_frame
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression import dose as report
from outcome_data import plan

YEARS = np.arange(1995, 2024)
DOSES = (
    Dose(organisation="ALPHA", weights={"alpha_a": 3.0, "alpha_b": 1.0}, rows="alpha_rows"),
    Dose(organisation="BETA", weights={"beta_a": 1.0}, rows="beta_rows"),
)


def made_up(rng, *, effect=0.0, noise=0.3):
    """Return a panel of one country: two organisations, 2019 missing, seizures that follow ALPHA.

    BETA has acts in five years only. `effect` is in log points for a tenth of ALPHA's score.
    """
    n = len(YEARS)
    table = pd.DataFrame({"country": "TJK", "year": YEARS})
    table["alpha_a"], table["alpha_b"] = rng.uniform(0, 0.5, (2, n))
    table.loc[table["year"] < 2003, ["alpha_a", "alpha_b"]] = np.nan
    table.loc[table["year"] == 2010, "alpha_b"] = np.nan
    table["beta_a"] = np.where((table["year"] >= 2015) & (table["year"] < 2020), 0.4, np.nan)
    table["alpha_rows"] = np.where(table["alpha_a"].isna(), 0, rng.integers(1, 9, n))
    table["beta_rows"] = np.where(table["beta_a"].isna(), 0, 1)
    table["documented_rows"] = table["alpha_rows"] + table["beta_rows"]
    table["poppy_ha"] = rng.uniform(50_000, 250_000, n)
    score = (3 * table["alpha_a"].fillna(0) + table["alpha_b"].fillna(0)) / 4
    walk = np.cumsum(rng.normal(0, noise, n))
    table["opiates"] = np.exp(7 + 10 * effect * score + walk)
    table.loc[table["year"] == 2019, "opiates"] = np.nan
    return table


def run(table, **fields):
    settings_ = {"outcome": "opiates", "rng": np.random.default_rng(1), **fields}
    return dose_response(table, plan(), DOSES, **settings_)


def by_hand(table, lag=0):
    """Return differences made another way: year by year, from dictionaries."""
    row = table.set_index("year").to_dict("index")
    out = []
    for year in range(1997, 2024):
        now, before = row[year], row[year - 1]
        if np.isnan(now["opiates"]) or np.isnan(before["opiates"]):
            continue

        def score(when):
            parts = [
                0.0 if np.isnan(row[when][c]) else row[when][c] for c in ("alpha_a", "alpha_b")
            ]
            return 10 * (3 * parts[0] + parts[1]) / 4

        rows = [np.log1p(row[year - lag - k]["documented_rows"]) for k in (0, 1)]
        supply = [np.log(row[year - 1 - k]["poppy_ha"]) for k in (0, 1)]
        out.append(
            (
                year,
                np.log(now["opiates"] / before["opiates"]),
                score(year - lag) - score(year - lag - 1),
                rows[0] - rows[1],
                supply[0] - supply[1],
            )
        )
    return pd.DataFrame(out, columns=["year", "y", "dose", "documentation", "supply"])


@pytest.mark.parametrize("lag", [0, 1])
def test_coefficients_and_errors_equal_linearmodels(lag):
    """OLS and HAC errors, with n/(n - k), are those of linearmodels on differences made by hand."""
    table = made_up(np.random.default_rng(5))
    if lag:  # The lag reaches to 1995 for the difference of 1997.
        table.loc[table["year"] == 1995, ["alpha_a", "documented_rows"]] = 0.3, 4
    hand = by_hand(table, lag)
    estimate = next(
        e
        for e in run(table).estimates
        if e.organisation == "ALPHA" and ("earlier" in e.label) == bool(lag)
    )
    x = hand[["dose", "documentation", "supply"]].assign(one=1.0)
    other = IV2SLS(hand["y"], x, None, None)
    plain = other.fit(cov_type="unadjusted", debiased=True)
    robust = other.fit(
        cov_type="kernel",
        kernel="bartlett",
        bandwidth=plan().series.bandwidth - 1,
        debiased=True,
    )
    # Two ways through the same least squares differ by rounding alone.
    assert estimate.coefficient == pytest.approx(plain.params["dose"], rel=1e-8)
    assert estimate.inference["ols"].se == pytest.approx(plain.std_errors["dose"], rel=1e-8)
    assert estimate.inference["ols"].p == pytest.approx(plain.pvalues["dose"], rel=1e-6)
    assert estimate.inference["hac"].se == pytest.approx(robust.std_errors["dose"], rel=1e-8)
    assert estimate.n == len(hand) == 25


def test_a_planted_effect_is_found():
    """Half a log point for a tenth is inside the interval, far from zero, with the least p of all."""
    found = run(made_up(np.random.default_rng(2), effect=0.5, noise=0.1)).estimates[0]
    ols = found.inference["ols"]
    assert ols.low < 0.5 < ols.high
    assert ols.low > 0.3
    assert found.inference["turns"].p == pytest.approx(1 / 28)
    assert found.planned


@pytest.mark.parametrize("named", ["permutation", "turns"])
def test_one_country_is_turned_in_time_and_not_permuted(named):
    """However the plan names it, the main inference is that of turns, under a name of its own."""
    chosen = plan().model_copy(update={"dose": plan().dose.model_copy(update={"inference": named})})
    found = dose_response(
        made_up(np.random.default_rng(2)), chosen, DOSES, outcome="opiates",
        rng=np.random.default_rng(1),
    ).estimates[0]  # fmt: skip
    assert found.main == "turns"
    assert list(found.inference) == ["ols", "hac", "turns"]
    assert METHODS["turns"].name != METHODS["permutation"].name
    assert "countr" not in METHODS["turns"].null


def test_no_difference_reaches_over_the_missing_year():
    """2019 is missing: neither 2019 nor 2020 has a difference, and one over the gap is counted."""
    result = run(made_up(np.random.default_rng(3)))
    assert result.differences["year"].tolist() == [*range(1997, 2019), 2021, 2022, 2023]
    left = result.estimates[0].left_out
    assert "1 outcome not reported or excluded" in left
    assert "1 differences across a gap, of more than one year" in left


def test_years_without_a_dated_act_count_as_zero_and_are_said():
    """ALPHA's path is zero before 2003, the weighted mean with a zero in 2010, and 7 years are said."""
    table = made_up(np.random.default_rng(3))
    result = run(table)
    path = result.paths.set_index("year")["ALPHA"]
    assert (path.loc[1996:2002] == 0).all()
    only = table.set_index("year").loc[2010, "alpha_a"]
    assert path[2010] == pytest.approx(0.75 * only, abs=1e-15)
    assert result.documented == {"ALPHA": 21, "BETA": 5}
    said = "7 of 28 years without a dated act count as zero"
    assert said in result.estimates[0].left_out


def test_years_that_were_not_scored_are_no_zeros():
    """Where the count of documents itself is missing nothing is known, and the years are left out."""
    table = made_up(np.random.default_rng(3))
    names = [c for c in table if c.startswith(("alpha", "beta", "documented"))]
    table.loc[table["year"] < 2000, names] = np.nan
    result = run(table)
    assert result.differences["year"].min() == 2001
    assert "4 documentation not known" in result.estimates[0].left_out


def test_too_few_documented_years_give_a_reason_and_no_number():
    """BETA has acts in five years, and the plan asks for ten."""
    for estimate in run(made_up(np.random.default_rng(3))).estimates:
        if estimate.organisation != "BETA":
            continue
        assert isinstance(estimate.coefficient, NotApplicable)
        assert estimate.coefficient.reason.startswith("5 years have a dated act of BETA")
        assert all(isinstance(i, NotApplicable) for i in estimate.inference.values())


def test_a_path_that_does_not_move_and_one_that_is_its_documents_have_no_estimate():
    """A constant score says nothing, and a score that is a multiple of its control neither."""
    table = made_up(np.random.default_rng(3))
    still = table.assign(alpha_a=0.2, alpha_b=0.2)
    reason = run(still).estimates[0].coefficient
    assert isinstance(reason, NotApplicable)
    assert "does not move" in reason.reason
    same = np.log1p(table["documented_rows"]) / 10
    reason = run(table.assign(alpha_a=same, alpha_b=same)).estimates[0].coefficient
    assert isinstance(reason, NotApplicable)
    assert "move as one" in reason.reason


def test_columns_that_are_not_there_are_named():
    """Without the scores the panel is refused, and told how to get them."""
    table = made_up(np.random.default_rng(3)).drop(columns="alpha_b")
    with pytest.raises(PanelError, match="no column alpha_b"):
        run(table)


def test_what_the_plan_names_is_planned():
    """The plan's outcome at its lag is planned; a further lag and a further outcome are not."""
    table = made_up(np.random.default_rng(3)).assign(heroin=lambda t: t["opiates"] * 0.9)
    assert [e.planned for e in run(table).estimates] == [True, True, False, False]
    assert not any(e.planned for e in run(table, outcome="heroin").estimates)


def turns(rng, years=28, rows=None):
    """Return turned paths of white noise, and the places of the years used."""
    at = np.arange(1, years) if rows is None else np.asarray(rows)
    dose, documents = rng.normal(size=(2, years))
    fixed = np.column_stack([np.ones(len(at)), rng.normal(size=len(at))])
    return dose, documents, fixed, at


def test_each_turn_has_the_t_statistic_of_a_fit_of_its_own():
    """Batched projections equal a loop of statsmodels fits, turn by turn, and p is their count."""
    from statsmodels.api import OLS

    rng = np.random.default_rng(8)
    dose, documents, fixed, at = turns(rng, rows=[*range(1, 20), 24, 25, 26, 27])
    y = rng.normal(size=len(at))
    paths = shifted(dose, documents, fixed, at)
    loop = []
    for s in range(28):
        x, d = (np.roll(path, s) for path in (dose, documents))
        columns = np.column_stack([x[at] - x[at - 1], d[at] - d[at - 1], fixed])
        loop.append(OLS(y, columns).fit().tvalues[0])
    # The same projections by another route: rounding alone.
    np.testing.assert_allclose(paths.statistics(y), loop, rtol=1e-8)
    p, draws = shift_p(paths, y, np.arange(1, 28))
    far = sum(abs(t) >= abs(loop[0]) for t in loop[1:])
    assert (p, draws) == (pytest.approx((far + 1) / 28), 27)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_p_does_not_depend_on_the_units(seed):
    """Other units of outcome and dose, and a constant added to the path, leave p as it is."""
    rng = np.random.default_rng(seed)
    dose, documents, fixed, at = turns(rng)
    y, every = rng.normal(size=len(at)), np.arange(1, 28)
    one, _ = shift_p(shifted(dose, documents, fixed, at), y, every)
    two, _ = shift_p(shifted(3 - 50 * dose, documents, fixed, at), 7 * y, every)
    assert one == two
    assert 1 / 28 <= one <= 1


def test_more_turns_than_draws_are_drawn_at_random():
    """All turns but the observed where there are few; so many different ones where there are more."""
    rng = np.random.default_rng(0)
    assert chosen_turns(28, 999, rng).tolist() == list(range(1, 28))
    some = chosen_turns(28, 9, rng)
    assert len(set(some)) == 9
    assert 0 not in some


def test_turning_keeps_its_level_where_free_permutation_does_not():
    """Levels of white noise, differenced: turning rejects 1/28, permuting the differences too much.

    A turn of exchangeable years is as likely as any other, so its level is 1/28 exactly; differences
    of white noise follow each other with -1/2 on both sides, which free permutation forgets: the
    variance of the sum of products is 1 + 2 x 1/4 = 1.5 times what it takes, and it rejects about
    P(|z| > 1.96 / sqrt(1.5)) = 0.11. 800 runs have standard errors of .0066 and .011.
    """
    rng = np.random.default_rng(20)
    at, one = np.arange(1, 28), np.ones((27, 1))
    hits = np.zeros(2)
    for _ in range(800):
        dose, level = rng.normal(size=(2, 28))
        y = np.diff(level)
        p, _ = shift_p(shifted(dose, np.zeros(28), one, at), y, np.arange(1, 28))
        step, centred = np.diff(dose), y - y.mean()
        free = rng.permuted(np.tile(step, (199, 1)), axis=1) @ centred
        far = (np.abs(free) >= abs(step @ centred)).sum()
        hits += (p <= 0.05, (far + 1) / 200 <= 0.05)
    turned_rate, free_rate = hits / 800
    assert turned_rate == pytest.approx(1 / 28, abs=4 * 0.0066)
    assert free_rate == pytest.approx(0.11, abs=4 * 0.011)
    assert free_rate > turned_rate + 0.03


def test_the_detectable_effect_is_where_the_test_begins_to_find_it():
    """Effects of that size of either sign, put on every turn of the path, are found in 80%."""
    rng = np.random.default_rng(12)
    dose, documents, fixed, at = turns(rng)
    y, every = rng.normal(size=len(at)), np.arange(1, 28)
    paths = shifted(dose, documents, fixed, at)
    found = shift_mde(paths, y, every, level=0.05, power=0.8)
    columns = np.column_stack([paths.doses[0], turned(documents, at)[0], fixed])
    rest = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]

    def power(effect):
        hits = []
        for s in range(28):
            world = shifted(np.roll(dose, s), np.roll(documents, s), fixed, at)
            p, _ = shift_p(world, rest + effect * world.doses[0], every)
            hits.append(p <= 0.05)
        return np.mean(hits)

    assert min(power(found), power(-found)) >= 0.8
    # The search ends within 2% of an effect that it does not find.
    assert min(power(0.97 * found), power(-0.97 * found)) < 0.8


def test_too_few_turns_give_no_p():
    """With nine draws p cannot fall below one in ten, so the test does not apply."""
    few = plan().model_copy(update={"draws": 9})
    table = made_up(np.random.default_rng(3))
    result = dose_response(table, few, DOSES, outcome="opiates", rng=np.random.default_rng(1))
    found = result.estimates[0].inference["turns"]
    assert isinstance(found, NotApplicable)
    assert "9 turns" in found.reason


def test_a_turn_moves_the_path_round_the_circle():
    """The last year follows into the first, and differences are those of the turned path."""
    path = np.array([0.0, 1.0, 3.0, 6.0])
    assert turned(path, np.array([1, 2, 3])).tolist() == [
        [1, 2, 3],
        [-6, 1, 2],
        [3, -6, 1],
        [2, 3, -6],
    ]


def test_orders_of_integration_of_made_up_series():
    """White noise does not drift, a random walk drifts and its differences do not; each by 200 years."""
    rng = np.random.default_rng(4)
    years = pd.RangeIndex(1, 201)
    noise = pd.Series(rng.normal(size=200), index=years)
    assert integration("noise", noise, 0.05).order == 0
    assert integration("walk", noise.cumsum(), 0.05).order == 1
    assert integration("flat", noise * 0, 0.05).words == "not tested: the series does not move"
    short = integration("short", noise.head(5), 0.05)
    assert short.order is None
    assert isinstance(short.level, NotApplicable)


def test_root_tests_equal_their_formulas():
    """ADF is a t statistic with two lagged differences, KPSS a ratio of sums, both written out."""
    values = np.random.default_rng(4).normal(size=25).cumsum()
    found = root_tests(values)
    steps = np.diff(values)
    x = np.column_stack([values[2:-1], steps[1:-1], steps[:-2], np.ones(22)])
    slope, rest = np.linalg.lstsq(x, steps[2:])[:2]
    error = np.sqrt(rest[0] / (22 - 4) * np.linalg.inv(x.T @ x)[0, 0])
    # Rounding alone.
    assert found.adf == pytest.approx(slope[0] / error, rel=1e-8)
    e = values - values.mean()
    long_run = e @ e + 2 * sum((1 - k / 3) * (e[k:] @ e[:-k]) for k in (1, 2))
    assert found.kpss == pytest.approx((e.cumsum() ** 2).sum() / 25 / long_run, rel=1e-8)


def test_the_longest_run_ends_at_a_gap():
    """Of 1996 to 2000, 2002 and 2003 to 2010 the second stretch is tested."""
    known = [*range(1996, 2001), *range(2002, 2011)]
    series = pd.Series(1.0, index=known).reindex(range(1995, 2012))
    assert longest_run(series).index.tolist() == list(range(2002, 2011))


def test_levels_that_drift_agree_by_themselves():
    """Independent random walks: the levels look related in most runs, differences in 5% of them.

    Granger and Newbold (1974) found it for walks of fifty years; standard errors of 200 runs are
    below .035.
    """
    from statsmodels.api import OLS

    rng = np.random.default_rng(7)
    level = difference = warned = 0
    for _ in range(200):
        x, y = rng.normal(size=(2, 50)).cumsum(axis=1)
        one = np.ones(50)
        level += OLS(y, np.column_stack([x, one])).fit().pvalues[0] < 0.05
        steps = OLS(np.diff(y), np.column_stack([np.diff(x), one[1:]])).fit()
        difference += steps.pvalues[0] < 0.05
        warned += "above the Durbin-Watson" in levels_fit("A", y, x[:, None]).warning
    assert level > 100
    assert difference < 30
    assert warned > 50


def test_every_fit_of_levels_carries_its_warning():
    """No levels regression is among the estimates, and each says that it is not to be read."""
    result = run(made_up(np.random.default_rng(3)))
    assert {e.estimator for e in result.estimates} == {"OLS, differences of log"}
    assert all(fit.warning.startswith("not to be read") for fit in result.levels)


def noise_frame(rng, n=25):
    frame = pd.DataFrame(rng.normal(size=(n, 6)), columns=[*"abcd", "supply", "e"])
    return frame.assign(y=rng.normal(size=n), still=0.0)


def test_the_lasso_keeps_what_matters_and_foretells_by_it():
    """A column that makes the outcome is kept first and beats the mean on years left out."""
    frame = noise_frame(np.random.default_rng(6))
    frame["y"] = 2 * frame["b"] + 0.3 * frame["y"]
    found = shrunk(frame, [*"abcd", "supply", "still"], supply="supply", least=10)
    assert found.kept.index[0] == "b"
    assert found.against_mean > 0.8
    assert found.unmoved == ("still",)


def test_the_lasso_does_not_foretell_noise():
    """Where nothing matters, it is no better than the mean of the other years."""
    found = shrunk(noise_frame(np.random.default_rng(9)), [*"abcd", "supply"], supply="supply",
                   least=10)  # fmt: skip
    assert found.against_mean < 0.1


def test_the_rival_on_supply_is_foretold_by_the_hat_matrix():
    """Errors of years left out are residuals / (1 - leverage): an exact identity of least squares."""
    frame = noise_frame(np.random.default_rng(10))
    found = shrunk(frame, ["a", "supply"], supply="supply", least=10)
    y = frame["y"].to_numpy()

    def left_out(x):
        hat = x @ np.linalg.pinv(x)
        return (((y - hat @ y) / (1 - np.diag(hat))) ** 2).sum()

    one = np.ones((len(y), 1))
    rival = left_out(np.column_stack([one, frame["supply"]]))
    assert found.supply_against_mean == pytest.approx(1 - rival / left_out(one), rel=1e-9)


def test_the_lasso_says_why_it_cannot_be_fitted():
    """Too few years, no criterion that moves, an outcome that does not: each has its reason."""
    frame = noise_frame(np.random.default_rng(6))
    few = shrunk(frame.head(9), ["a", "supply"], supply="supply", least=10)
    assert isinstance(few, NotApplicable)
    assert "9 differences" in few.reason
    still = shrunk(frame, ["still", "supply"], supply="supply", least=10)
    assert isinstance(still, NotApplicable)
    flat = shrunk(frame.assign(y=1.0), ["a", "supply"], supply="supply", least=10)
    assert isinstance(flat, NotApplicable)


def test_the_report_says_what_seizures_are_and_whom_the_scores_follow():
    """Every summary has both sentences; tables, JSON and figures are made, also without estimates."""
    table = made_up(np.random.default_rng(3))
    whole = run(table, left_out={"undated": 12})
    nothing = run(table.assign(alpha_a=np.nan, alpha_b=np.nan))
    for result in (whole, nothing):
        lines = report.summary(result)
        assert lines[-1] == AMBIGUOUS
        assert any("dated by what authors cite" in line for line in lines)
        assert json.dumps(report.document(result), allow_nan=False)
        assert all(len(table.frame.columns) for table in report.tables(result))
        assert set(report.figures(result, "made up")) == {"dose_paths", "dose_differences"}
    text = " ".join(report.summary(whole))
    assert "Not estimated for BETA: 5 years" in text
    assert "12 undated" in text
    assert "could not have been seen" in text
    assert "cannot answer" in " ".join(report.summary(nothing))


def test_the_report_says_where_documents_end():
    """A path that falls most in the year after the last document is called one of the documents."""
    table = made_up(np.random.default_rng(3))
    names = ["alpha_a", "alpha_b"]
    table[names] = 0.3
    table.loc[table["year"] == 2000, "alpha_a"] = 0.35
    after = table["year"] > 2016
    table.loc[after, names] = np.nan
    table["documented_rows"] = np.where(after, 0, table["documented_rows"] + table["year"] % 3 + 1)
    assert "ALPHA in 2017" in " ".join(report.summary(run(table)))
    assert "begin or end" not in " ".join(report.summary(run(made_up(np.random.default_rng(5)))))


def test_progress_ends_where_it_says():
    """Steps are counted up to their number, and results do not depend on being watched."""
    seen = []
    table = made_up(np.random.default_rng(3))
    watched = run(table, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] == len(seen)
    pd.testing.assert_frame_equal(to_frame(watched.estimates), to_frame(run(table).estimates))


def test_the_table_is_left_as_it_was():
    """Nothing is written into the panel that is handed in."""
    table = made_up(np.random.default_rng(3))
    before = table.copy()
    run(table)
    pd.testing.assert_frame_equal(table, before)


def test_an_organisation_of_barriers_alone_has_no_dose():
    """Without a tactic there is no path, and the reason is said."""
    bare = replace(DOSES[0], weights={})
    result = dose_response(
        made_up(np.random.default_rng(3)), plan(), [bare], outcome="opiates",
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert isinstance(result.estimates[0].coefficient, NotApplicable)
