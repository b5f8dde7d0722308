"""The specification curve: equal to refits one by one, and an honest joint test."""

from __future__ import annotations

import json
import warnings
from math import comb

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ioscore.regression.curve import specification_curve
from ioscore.regression.curve.analysis import _assigned, _countries
from ioscore.regression.curve.fitting import fit_block
from ioscore.regression.curve.joint import (
    curve_band,
    joint_p_values,
    joint_statistics,
    own_p_values,
    shares_of_variance,
)
from ioscore.regression.curve.poisson import separated
from ioscore.regression.curve.specifications import DIMENSIONS, is_main, specifications
from ioscore.regression.plan import Treatment
from ioscore.regression.results import permutation_p
from ioscore.regression.sample import draw_sample
from outcome_data import plan as shipped_plan
from outcome_data import real_panel

CLOSE = {"rel": 1e-8, "abs": 1e-8}
"""As near as the issue asks: two ways to solve the same normal equations in double precision."""
NAMES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")


def made_up(seed=0, *, names=NAMES, years=(1999, 2012), effect=0.0, starts=None):
    """Return a panel of two outcomes and two treatments.

    `t` starts in the years given (by default in 2005 in AAA and BBB, 2008 in CCC), `u` in 2004 in
    all but the last two countries.
    """
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([names, range(years[0], years[1] + 1)])
    table = index.set_names(["country", "year"]).to_frame(index=False)
    starts = {"AAA": 2005, "BBB": 2005, "CCC": 2008} if starts is None else starts
    table["t"] = (table["year"] >= table["country"].map(starts).fillna(9999)).astype(float)
    table["u"] = ((table["year"] >= 2004) & table["country"].isin(names[:-2])).astype(float)
    own = dict(zip(names, rng.normal(5, 1, len(names)), strict=True))
    for outcome in ("opiates", "cannabis"):
        logs = table["country"].map(own) + effect * table["t"] + rng.normal(0, 0.6, len(table))
        table[outcome] = np.exp(logs)
        table[f"{outcome}_flags"] = np.where(rng.random(len(table)) < 0.04, "spike", "")
    table.loc[5, "opiates"] = np.nan
    table["population"] = 1e6 * np.exp(rng.normal(0, 0.2, len(table)))
    table["governance_index"] = rng.normal(0, 1, len(table))
    supply = dict(zip(range(1990, 2030), rng.uniform(1e4, 2e5, 40), strict=True))
    table["poppy_ha"] = table["year"].map(supply)
    return table


def tables_of(table):
    """Return the panel as corrected, and with one more row known."""
    more = table.copy()
    more.loc[5, "opiates"] = 123.0
    return {"as_corrected": table, "with_tjk_2019": more}


def small_plan(*, names=NAMES, treatments=("t",), draws=50, **curve):
    """Return a plan of the shipped form for the made-up panel."""
    whole = shipped_plan()
    crossed = {
        "outcomes": ("opiates", "cannabis"),
        "countries": {"all": names, "some": names[:-1]},
        "years": ((2000, 2012),),
        "lags": (0, 1),
        "supply": ("none", "poppy_ha"),
        "governance": ("none", "governance_index"),
        "trends": ("none", "own"),
        "rows": ("as_corrected", "with_tjk_2019", "without_spikes"),
        "estimators": ("log", "asinh", "log_per_100k", "poisson"),
        **curve,
    }
    return whole.model_copy(
        update={
            "draws": draws,
            "treatments": tuple(Treatment(organisation=t.upper(), column=t) for t in treatments),
            "sample": whole.sample.model_copy(update={"countries": names, "years": (2000, 2012)}),
            "controls": whole.controls.model_copy(
                update={"exposed": names[1:3], "governance": "governance_index"}
            ),
            "curve": whole.curve.model_copy(update=crossed),
        }
    )


def curve_of(tables, plan, **options):
    return specification_curve(tables, plan, rng=np.random.default_rng(1), **options)


def long_way(tables, plan, each):
    """Return rows, treatment, dummies and controls of a specification as a reader would make them."""
    drawn = draw_sample(
        tables["as_corrected" if each.rows == "without_spikes" else each.rows],
        plan,
        outcome=each.outcome,
        how=each.estimator,
        treatments=(each.treatment,),
        countries=plan.curve.countries[each.countries],
        years=each.years,
        lag=each.lag,
        supply=None if each.supply == "none" else each.supply,
        governance=None if each.governance == "none" else each.governance,
        spikes=each.rows != "without_spikes",
    )
    frame = drawn.frame
    country = pd.get_dummies(frame["country"]).to_numpy(float)
    year = pd.get_dummies(frame["year"]).to_numpy(float)[:, 1:]
    # Of the trends, one is a sum of the others and the effects of years.
    own = country[:, 1:] * (frame[["year"]].to_numpy(float) - 2006)
    columns = [country, year, frame[list(drawn.controls)].to_numpy(float)]
    null = np.column_stack(columns + [own] * (each.trends == "own"))
    return frame, frame[each.treatment].to_numpy(float), independent(null)


def independent(columns):
    """Return the columns that are no sum of those before them."""
    kept = []
    for at in range(columns.shape[1]):
        if np.linalg.matrix_rank(columns[:, [*kept, at]]) == len(kept) + 1:
            kept.append(at)
    return columns[:, kept]


def refitted(frame, treatment, null, how):
    """Return coefficient and CR1 cluster error by statsmodels."""
    clusters = {"cov_type": "cluster", "cov_kwds": {"groups": frame["country"].astype("category").cat.codes.to_numpy()}}  # fmt: skip
    columns = np.column_stack([treatment, null])
    if how == "poisson":
        model = sm.GLM(frame["y"].to_numpy(), columns, family=sm.families.Poisson())
        fitted = model.fit(tol=1e-13, maxiter=200, tol_criterion="params", **clusters)
    else:
        fitted = sm.OLS(frame["y"].to_numpy(), columns).fit(**clusters)
    return fitted.params[0], error_of(fitted, frame["country"].nunique())


def error_of(fitted, clusters):
    """Return the error of the first coefficient; those of dummies can be roots of -1e-20.

    The program counts every column in N - K; effects nested in clusters are not counted here.
    """
    n, k = fitted.model.exog.shape
    return np.sqrt(fitted.cov_params()[0, 0] * (n - k) / (n - k + clusters - 1))


def check_refits(tables, plan, result, chosen):
    """Compare rows of a curve with statsmodels; returns how many were estimates."""
    every = specifications(plan)
    count = 0
    for at in chosen:
        row = result.table.loc[at]
        if row["not_applicable"]:
            continue
        frame, treatment, null = long_way(tables, plan, every[at])
        coefficient, se = refitted(frame, treatment, null, every[at].estimator)
        assert row["coefficient"] == pytest.approx(coefficient, **CLOSE), every[at]
        # The error is a square root of sums that cancel; the trends leave it 6 digits or more.
        assert row["se"] == pytest.approx(se, rel=1e-6), every[at]
        assert row["n"] == len(frame)
        count += 1
    return count


def test_coefficients_and_errors_are_those_of_statsmodels():
    """Every eleventh specification equals OLS or GLM with dummies, fitted by itself."""
    tables, plan = tables_of(made_up()), small_plan(treatments=("t", "u"), draws=3)
    result = curve_of(tables, plan)
    # A step that is prime to the numbers of levels, so that all of them are met.
    assert check_refits(tables, plan, result, result.table.index[::11]) > 70


def test_poisson_coefficients_are_those_of_pyfixest():
    """Another program, with effects taken out by projection, has the same Poisson coefficients."""
    tables = tables_of(made_up())
    plan = small_plan(estimators=("poisson",), trends=("none",), governance=("none",), draws=3)
    result = curve_of(tables, plan)
    for at, each in list(enumerate(specifications(plan)))[::4]:
        frame, _, _ = long_way(tables, plan, each)
        extra = " + supply_exposed" if each.supply != "none" else ""
        with warnings.catch_warnings():
            # Its own code calls what the pandas of the tests will drop.
            warnings.simplefilter("ignore")
            fitted = pyfixest.fepois(
                f"y ~ t{extra} | country + year",
                data=frame,
                iwls_tol=1e-12,
                demeaner=pyfixest.MapDemeaner(fixef_tol=1e-12),
            )
        # Their projection stops at 1e-12 of a variable, and their steps at 1e-12 of the deviance.
        assert result.table.loc[at, "coefficient"] == pytest.approx(fitted.coef()["t"], abs=1e-7)


def test_permuted_coefficients_are_those_of_refits():
    """Under assignments drawn from all, least squares refits give the same coefficient and t."""
    tables, plan = tables_of(made_up()), small_plan(draws=40)
    base = tables["as_corrected"]
    countries = _countries(base, plan)
    assigned = _assigned(base, plan, countries, np.random.default_rng(0))["t"]
    every = specifications(plan)
    blocks = {}
    for each in every:
        blocks.setdefault((each.outcome, each.countries, each.years), []).append(each)
    rng = np.random.default_rng(2)
    compared = 0
    for block in blocks.values():
        fits = fit_block(block, tables, plan, countries, {"t": assigned})
        for at in rng.choice(len(block), 6, replace=False):
            for which in rng.choice(len(assigned.labels), 3, replace=False):
                compared += check_permuted(tables, plan, assigned, block[at], fits[at], which)
    assert compared > 40


def check_permuted(tables, plan, assigned, each, fit, which):
    """Write a permuted assignment into the panels and refit there; say whether it could be."""
    paths = assigned.paths
    moved = {}
    for name, table in tables.items():
        label = table["country"].map(
            dict(zip(paths.countries, assigned.labels[which], strict=True))
        )
        year = table["year"] - paths.years[0]
        moved[name] = table.assign(t=paths.paths[label, year])
    frame, treatment, null = long_way(moved, plan, each)
    left = treatment - null @ np.linalg.lstsq(null, treatment, rcond=None)[0]
    if left @ left < 1e-8:
        assert np.isnan(fit.tested[which])
        return 0
    weights = np.ones(len(frame))
    if each.estimator == "poisson":
        # One Newton step from the null model is least squares on its working residual.
        model = sm.GLM(frame["y"].to_numpy(), null, family=sm.families.Poisson())
        weights = model.fit(tol=1e-13, maxiter=200, tol_criterion="params").fittedvalues
        frame = frame.assign(y=(frame["y"] - weights) / weights)
    codes = frame["country"].astype("category").cat.codes.to_numpy()
    fitted = sm.WLS(frame["y"].to_numpy(), np.column_stack([treatment, null]), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": codes}
    )
    assert fit.tested[which] == pytest.approx(fitted.params[0], **CLOSE), each
    assert fit.t[which] == pytest.approx(
        fitted.params[0] / error_of(fitted, frame["country"].nunique()), rel=1e-6
    ), each
    return 1


def test_the_joint_test_is_exact_under_the_null():
    """Whichever assignment is the real one, the p values over all assignments are uniform.

    Outcomes are held fixed and each of the C(5, 2) assignments is taken as what was; its p comes
    from all assignments. The median has no ties: p takes each of 1/10, ..., 1 once. The shares
    have ties, which can only make p larger.
    """
    names = NAMES[:5]
    plan = small_plan(
        names=names,
        countries={"all": names},
        outcomes=("opiates",),
        rows=("as_corrected",),
        supply=("none",),
        governance=("none",),
        estimators=("log", "poisson"),
        draws=99,
    )
    found = []
    for one in range(5):
        for two in range(one):
            starts = {names[one]: 2006, names[two]: 2006}
            result = curve_of({"as_corrected": made_up(3, names=names, starts=starts)}, plan)
            joint = result.joint.iloc[0]
            assert joint["assignments"] == comb(5, 2)
            assert joint["draws"] == comb(5, 2) - 1
            assert joint["left_out"] == 0
            found.append(joint[["p_median", "p_sign", "p_significant"]].astype(float))
    p = pd.DataFrame(found)
    assert sorted(p["p_median"]) == pytest.approx([k / 10 for k in range(1, 11)])
    for name in p:
        for level in np.arange(1, 11) / 10:
            assert (p[name] <= level + 1e-12).mean() <= level + 1e-12


def test_a_planted_effect_is_found():
    """An effect of three log points in both outcomes is found: every coefficient is positive.

    The least p is 1/60; the paths of the treated and the others exchanged give nearly as much.
    """
    plan = small_plan(rows=("as_corrected",), trends=("none",), draws=99)
    result = curve_of({"as_corrected": made_up(effect=3.0)}, plan)
    joint = result.joint.iloc[0]
    assert joint["assignments"] == 60
    assert joint["p_median"] <= 0.05
    assert joint["negative"] == 0
    assert joint["sign"] == 1
    # Noise of 0.6 over some 70 rows; Poisson and log agree on a multiplicative effect.
    assert joint["median"] == pytest.approx(3, abs=0.5)
    assert joint["critical"] > 0
    assert 0 < joint["mde"] < 3


def test_equal_specifications_count_once():
    """Rows that change nothing, and supply to which nobody is exposed, repeat the first."""
    table = made_up()
    plan = small_plan(
        outcomes=("cannabis",), countries={"last": NAMES[3:], "all": NAMES}, treatments=("u",)
    )
    result = curve_of({"as_corrected": table, "with_tjk_2019": table}, plan)
    rows = result.table
    again = rows[(rows["rows"] == "with_tjk_2019")]
    assert again["same_as"].notna().all()
    keys = [name for name in DIMENSIONS if name != "rows"]
    for at, row in again.head(8).iterrows():
        first = rows.loc[row["same_as"]]
        assert first["rows"] != "with_tjk_2019"
        assert list(first[keys]) == list(rows.loc[at, keys]) or row["supply"] == "poppy_ha"
    unexposed = rows[(rows["countries"] == "last") & (rows["supply"] == "poppy_ha")]
    assert unexposed["same_as"].notna().all()
    joint = result.joint.iloc[0]
    assert joint["specifications"] == len(rows) == len(specifications(plan))
    assert joint["repeated"] == rows["same_as"].notna().sum()
    assert joint["repeated"] + joint["not_applicable"] + joint["estimated"] == len(rows)


def test_without_its_repeats_a_curve_says_the_same():
    """The joint test of a plan whose rows repeat equals that of the plan without them."""
    table = made_up()
    both = {"as_corrected": table, "with_tjk_2019": table}
    long = curve_of(both, small_plan(rows=("as_corrected", "with_tjk_2019"), lags=(0,))).joint
    short = curve_of(both, small_plan(rows=("as_corrected",), lags=(0,))).joint
    same = ["estimated", "median", "sign", "significant", "p_median", "p_sign", "critical"]
    pd.testing.assert_frame_equal(long[same], short[same])


def test_two_processes_give_the_bytes_of_one():
    """Every table of a result is the same in one process and in two."""
    tables = tables_of(made_up())
    plan = small_plan(treatments=("t", "u"), governance=("none",), estimators=("log", "poisson"))
    seen = []
    one = curve_of(tables, plan)
    two = curve_of(tables, plan, jobs=2, progress=lambda done, whole: seen.append((done, whole)))
    for name in ("table", "joint", "bands", "shares", "reasons"):
        assert getattr(one, name).to_csv() == getattr(two, name).to_csv(), name
    assert seen[-1] == (len(one.table), len(one.table))
    assert seen == sorted(seen)


def test_what_cannot_be_estimated_says_why():
    """Each reason by a case made for it, counted in the table of reasons."""
    table = made_up()
    assert reasons(table, names=NAMES[3:], treatment="t") == {"no country of the sample is treated"}
    assert reasons(table, names=NAMES[:4], treatment="u") == {
        "no country of the sample is untreated: effects of years absorb the treatment"
    }
    always = table.assign(t=table["country"].isin(NAMES[:2]).astype(float))
    assert reasons(always) == {"the treatment changes within no country of the sample"}
    assert reasons(table, names=NAMES[:2]) == {"fewer than 3 countries have rows"}
    assert reasons(table[table["year"] >= 2000]) == {
        "",
        "the panel does not reach back far enough for the lag of the treatment",
    }
    short = table.assign(opiates=table["opiates"].where(table["year"].isin([2004, 2005])))
    assert "no more rows than parameters" in reasons(short, trends=("own",))
    assert reasons(table.assign(opiates=np.nan)) == {"fewer than 3 countries have rows"}
    # With a trend of its own in each country a single treated year is all that is left; make the
    # control the treatment itself.
    copied = table.assign(governance_index=table["t"])
    assert "the treatment is collinear with effects, trends and controls" in reasons(
        copied, lags=(0,), governance=("governance_index",)
    )


def reasons(table, *, names=NAMES, treatment="t", **curve):
    """Return the reasons in a curve of one outcome in these countries."""
    options = {"rows": ("as_corrected",), "supply": ("none",), "governance": ("none",)} | curve
    plan = small_plan(
        treatments=(treatment,), outcomes=("opiates",), countries={"one": names}, **options
    )
    result = curve_of({"as_corrected": table}, plan)
    found = set(result.table["not_applicable"])
    assert set(result.reasons["reason"]) == found - {""}
    if found and "" not in found:
        assert result.joint.iloc[0]["reason"] == "none can be estimated"
    return found


def test_a_path_that_is_not_known_stops_its_treatment_alone():
    """Unknown years of one treatment leave the other as it is."""
    table = made_up()
    table.loc[3, "u"] = np.nan
    plan = small_plan(treatments=("t", "u"), rows=("as_corrected",))
    joint = curve_of({"as_corrected": table}, plan).joint.set_index("treatment")
    assert joint.loc["t", "reason"] == ""
    assert "not known in every year: AAA" in joint.loc["u", "reason"]
    assert np.isnan(joint.loc["u", "holm_median"])
    assert joint.loc["t", "holm_median"] == joint.loc["t", "p_median"]


def test_zeros_that_are_predicted_perfectly_are_no_estimate():
    """Kilograms that are zero in all treated years have no finite Poisson coefficient."""
    table = made_up()
    table["opiates"] = table["opiates"].where(table["t"] == 0, 0.0)
    plan = small_plan(outcomes=("opiates",), rows=("as_corrected",), lags=(0,), trends=("none",))
    rows = curve_of({"as_corrected": table}, plan).table
    poisson = rows[rows["estimator"] == "poisson"]
    assert poisson["not_applicable"].str.contains("separation").all()
    assert (rows.loc[rows["estimator"] == "asinh", "not_applicable"] == "").all()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_separation_is_what_it_is_by_hand(seed):
    """With dummies of groups alone, an outcome is separated where a group has nothing but zeros."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, 20)
    outcome = rng.integers(0, 2, 20).astype(float)
    columns = pd.get_dummies(pd.Series(group)).to_numpy(float)
    expected = any(not outcome[group == g].any() for g in set(group))
    assert separated(columns, outcome) == expected


def test_joint_statistics_by_hand():
    """Of -1, 2, 3 the median is 2, two thirds are positive, and one third is that and marked."""
    values = np.array([[-1.0, -1.0], [2.0, np.nan], [3.0, -4.0]])
    marked = np.array([[True, True], [False, True], [True, False]])
    found = joint_statistics(values, marked)
    assert found["median"].tolist() == [2, -2.5]
    assert found["sign"].tolist() == pytest.approx([2 / 3, 1])
    assert found["significant"].tolist() == pytest.approx([1 / 3, 1 / 2])
    assert found["specifications"].tolist() == [3, 2]
    p = joint_p_values(found, np.array([1, 3]))
    # The permutation that is what was counts, and so do those with -2.5.
    assert p["median"] == 1
    assert p["sign"] == 1


def test_permutations_that_estimate_nothing_are_left_out():
    """An assignment under which no specification has a value counts neither way."""
    values = np.array([[2.0, np.nan, 1.0]])
    found = joint_statistics(values, np.zeros((1, 3), dtype=bool))
    assert joint_p_values(found, np.array([0, 7, 4]))["median"] == pytest.approx(1 / 5)


@given(values=arrays(float, (3, 6), elements=st.sampled_from([-2.0, -1.0, 0.5, 1.0, 3.0])))
def test_own_p_values_count_as_the_common_function_does(values):
    """Row by row the p is that of `permutation_p` over the repeated assignments."""
    counts = np.array([1, 0, 2, 1, 3, 1])
    expected = [permutation_p(row[0], np.repeat(row, counts)) for row in values]
    assert own_p_values(values, counts).tolist() == pytest.approx(expected)


def test_a_band_holds_sorted_curves():
    """With one assignment drawn the band is its sorted curve, ends included."""
    values = np.array([[9.0, 3.0], [9.0, 1.0], [9.0, 2.0]])
    band = curve_band(values, np.array([0, 5]), level=0.05)
    for name in ("low", "middle", "high"):
        assert band[name].iloc[[0, 50, 100]].tolist() == pytest.approx([1, 2, 3])


@given(values=arrays(float, 24, elements=st.floats(-5, 5)))
@settings(deadline=None)
def test_shares_of_variance_are_r_squared_of_dummies(values):
    """Eta squared of a choice is the R squared of OLS on its levels."""
    table = pd.DataFrame({"coefficient": values, "choice": list("abc") * 8})
    share = shares_of_variance(table, ["choice"])["choice"]
    if values.std() < 1e-6:
        return
    fitted = sm.OLS(values, pd.get_dummies(table["choice"]).to_numpy(float)).fit()
    assert share == pytest.approx(fitted.rsquared, abs=1e-9)


def test_one_specification_of_each_treatment_is_the_main_one():
    """The shipped plan crosses 25,920 specifications, and names one of each 5,184."""
    plan = shipped_plan()
    every = specifications(plan)
    main = [each for each in every if is_main(each, plan)]
    assert len(every) == 25_920
    assert [each.treatment for each in main] == [t.column for t in plan.treatments]
    assert {(m.estimator, m.supply, m.governance, m.lag) for m in main} == {
        ("poisson", "poppy_ha", "none", 0)
    }


def test_the_report_says_what_a_reader_needs():
    """Reading, tables, JSON and figures: what was counted, the score test, and what could be seen."""
    from ioscore.report.figures.style import image
    from ioscore.report.regression import curve
    from ioscore.report.tables import plain

    tables, plan = tables_of(made_up()), small_plan(treatments=("t", "u"), governance=("none",))
    result = curve_of(tables, plan)
    said = " ".join(curve.summary(result))
    assert "repeat another and count once" in said
    assert "score" in said
    assert "would have stood out" in said or "no effect whatever" in said
    assert json.dumps(plain(curve.document(result)), allow_nan=False)
    assert [t.name for t in curve.tables(result)] == ["joint", "choices", "levels", "reasons"]
    assert len(curve.specifications(result).frame) == len(result.table)
    figures = curve.figures(result, "made up")
    assert list(figures) == ["t", "u", "overview"]
    for figure in figures.values():
        assert len(image(figure, "svg")) < 300_000


def test_bomca_in_central_asia_is_not_applicable():
    """The programme began in all five states in the same year: years absorb it."""
    plan = shipped_plan()
    crossed = plan.curve.model_copy(
        update={
            "countries": {"central_asia": plan.curve.countries["central_asia"]},
            "outcomes": ("opiates",),
            "rows": ("as_corrected",),
            "governance": ("none",),
            "trends": ("none",),
        }
    )
    bomca = tuple(t for t in plan.treatments if t.organisation == "BOMCA")
    small = plan.model_copy(update={"curve": crossed, "treatments": bomca, "draws": 9})
    result = curve_of({"as_corrected": real_panel()}, small)
    assert (result.table["not_applicable"] != "").all()
    assert result.reasons["reason"].str.contains("no country of the sample is untreated").any()
    assert isinstance(result.joint.iloc[0]["reason"], str)


@pytest.mark.acceptance
def test_the_curve_of_the_plan_equals_statsmodels():
    """On the real panel 60 random specifications of each kind equal refits, of over 1,000."""
    tables, plan = {"as_corrected": real_panel()}, shipped_plan()
    tables["with_tjk_2019"] = with_tjk_2019()
    result = specification_curve(
        tables, plan.model_copy(update={"draws": 19}), rng=np.random.default_rng(0), jobs=2
    )
    assert result.joint["estimated"].sum() >= 1_000
    rng = np.random.default_rng(0)
    poisson = result.table["estimator"] == "poisson"
    for kind in (poisson, ~poisson):
        able = result.table.index[kind & (result.table["not_applicable"] == "")]
        assert check_refits(tables, plan, result, rng.choice(able, 60, replace=False)) == 60


def with_tjk_2019():
    """Return the real panel without the correction that drops Tajikistan 2019."""
    from ioscore.io.outcomes import read_outcome_data
    from ioscore.study.outcomes import panel_tables

    read = read_outcome_data()
    return panel_tables(
        read.seizures, read.covariates, read.activity, read.corrections, read.order, shipped_plan()
    )["with_tjk_2019"]
