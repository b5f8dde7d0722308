"""Panel fits and errors by country, against other programs and by the long way."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ioscore.errors import NotApplicable
from ioscore.regression.panel.cluster_inference import (
    cluster_inferences,
    jackknife_error,
    wild_bootstrap,
    wild_statistics,
)
from ioscore.regression.panel.model import Model, drawn_model, fit, null_mean
from ioscore.regression.results import Inference
from outcome_data import made_up_panel, plan, real_panel

BOTH = ("country", "year")


def grunfeld(*, poisson=False, effects=BOTH, column="value"):
    """Return the ten firms of the textbooks: the statsmodels data have an eleventh."""
    data = sm.datasets.grunfeld.load_pandas().data
    data = data[data["firm"] != "American Steel"].reset_index(drop=True)
    frame = data.rename(columns={"firm": "country", "invest": "y"})
    other = "capital" if column == "value" else "value"
    return Model(frame=frame, column=column, controls=(other,), effects=effects, poisson=poisson)


def made_up(seed=0, *, countries=11, years=12, poisson=False, **more):
    table = made_up_panel(np.random.default_rng(seed), countries=countries, years=years)
    starts = {f"C{i:02d}": 1999 + i for i in range(countries // 2)}
    table["treated"] = (table["year"] >= table["country"].map(starts).fillna(9999)).astype(float)
    table["control"] = np.random.default_rng(seed + 1).normal(size=len(table))
    table["y"] = table["opiates"] if poisson else table["log_y"]
    given = {"column": "treated", "controls": ("control",), "effects": BOTH} | more
    return Model(frame=table, poisson=poisson, **given)


def long_way(model):
    """Return statsmodels' fit with a dummy for each effect, errors clustered, and its columns."""
    dummies = pd.get_dummies(model.frame[list(model.effects)].astype(str), drop_first=True)
    design = np.column_stack(
        [
            model.frame[[model.column, *model.controls]],
            np.ones(len(model.frame)),
            dummies.to_numpy(float),
        ]
    )
    given = {
        "cov_type": "cluster",
        "cov_kwds": {"groups": pd.Categorical(model.frame["country"]).codes},
    }
    y = model.frame["y"].to_numpy()
    if model.poisson:
        found = sm.GLM(y, design, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200, **given)
    else:
        found = sm.OLS(y, design).fit(**given)
    return found, design.shape[1]


def same_as_the_long_way(model, rel):
    ours = fit(model)
    found, columns = long_way(model)
    n = len(model.frame)
    # Both have G/(G - 1); ours does not count the dummies of countries, which lie within clusters.
    nested = model.clusters - 1
    factor = math.sqrt((n - columns) / (n - columns + nested))
    assert ours.coefficient == pytest.approx(found.params[0], rel=rel)
    assert ours.se == pytest.approx(found.bse[0] * factor, rel=rel)


@pytest.mark.parametrize(("column", "expected"), [("value", 0.110124), ("capital", 0.310065)])
def test_within_estimates_of_grunfeld_are_those_printed_by_plm(column, expected):
    """Firm effects only: 0.110124 and 0.310065, as R's plm prints them for these data.

    https://rforanalytics.com/9.2-fixed-effects-model.html; half of the last printed digit.
    """
    found = fit(grunfeld(effects=("country",), column=column))
    assert found.coefficient == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("poisson", [False, True])
@pytest.mark.parametrize("column", ["value", "capital"])
def test_two_way_grunfeld_equals_statsmodels_with_dummies(column, poisson):
    """Coefficient and clustered error: least squares and PPML, firm and year effects."""
    # Least squares to 1e-8 (pyfixest demeans to 1e-11); PPML to where the iterations stop.
    same_as_the_long_way(grunfeld(column=column, poisson=poisson), 1e-6 if poisson else 1e-8)


def test_two_way_grunfeld_equals_linearmodels():
    """Coefficient and clustered error equal PanelOLS, but for the small-sample factor."""
    from linearmodels.panel import PanelOLS

    model = grunfeld()
    data = model.frame.set_index(["country", "year"])
    other = PanelOLS(
        data["y"], data[["value", "capital"]], entity_effects=True, time_effects=True
    ).fit(cov_type="clustered", cluster_entity=True, debiased=False, group_debias=False)
    found = fit(model)
    # N = 200, G = 10. Ours: k = 2 coefficients and 20 years, for firms lie within clusters; theirs:
    # N/(N - 29) for 10 + 20 - 1 effects, whatever the options.
    factor = math.sqrt(199 / 178 * 10 / 9 / (200 / 171))
    # Both demean exactly up to rounding.
    assert found.coefficient == pytest.approx(other.params["value"], rel=1e-8)
    assert found.se == pytest.approx(other.std_errors["value"] * factor, rel=1e-8)


@pytest.mark.parametrize("how", ["poisson", "log"])
@pytest.mark.parametrize("number", range(5))
def test_the_shipped_panel_equals_statsmodels_with_dummies(how, number):
    """Every planned model on the shipped figures: coefficient and error by two programs."""
    model, _ = drawn_model(
        real_panel(),
        plan(),
        outcome="opiates",
        variant="main",
        how=how,
        treatment=plan().treatments[number],
    )
    found, columns = long_way(model)
    ours = fit(model)
    # statsmodels inverts the weighted dummies; 1e-6 of the error is far below what is printed.
    assert abs(ours.coefficient - found.params[0]) < 1e-6 * ours.se
    n = len(model.frame)
    factor = math.sqrt((n - columns) / (n - columns + model.clusters - 1))
    # One treated country leaves a clustered error that is nearly nothing: not compared there.
    if model.treated > 1:
        assert ours.se == pytest.approx(found.bse[0] * factor, rel=1e-5)


@pytest.mark.parametrize("poisson", [False, True])
def test_the_jackknife_error_is_the_formula_over_refits(poisson):
    """CR3 is sqrt((G - 1)/G sum (b_g - b)^2) over statsmodels' fits without each country."""
    model = made_up(2, poisson=poisson)
    full, _ = long_way(model)
    without = []
    for country in model.frame["country"].unique():
        rest = model.frame[model.frame["country"] != country].reset_index(drop=True)
        part, _ = long_way(
            Model(
                frame=rest, column="treated", controls=("control",), effects=BOTH, poisson=poisson
            )
        )
        without.append(part.params[0])
    expected = math.sqrt(10 / 11 * sum((b - full.params[0]) ** 2 for b in without))
    # Two iterations that stop at their own tolerance; least squares agree to rounding.
    rel = 1e-6 if poisson else 1e-8
    assert jackknife_error(model, fit(model).coefficient) == pytest.approx(expected, rel=rel)


def test_the_jackknife_error_is_that_of_pyfixest_without_its_factor():
    """Without a small-sample factor pyfixest's CRV3 is the sum; ours has (G - 1)/G before it."""
    import warnings

    import pyfixest

    model = made_up(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = pyfixest.feols(
            "y ~ treated + control | country + year",
            model.frame,
            vcov={"CRV3": "country"},
            ssc=pyfixest.ssc(k_adj=False, G_adj=False),
        )
    expected = math.sqrt(10 / 11) * float(other.se()["treated"])
    # pyfixest demeans to 1e-6 by default.
    assert jackknife_error(model, fit(model).coefficient) == pytest.approx(expected, rel=1e-5)


def enumerated(model):
    """Return |t| of every sign vector by the long way: restricted residuals, refits, CR1."""
    y = model.frame["y"].to_numpy()
    full, _ = long_way(model)
    design = full.model.exog
    restricted = sm.OLS(y, design[:, 1:]).fit()
    codes = pd.Categorical(model.frame["country"]).codes
    found = []
    for signs in itertools.product([-1.0, 1.0], repeat=model.clusters):
        star = restricted.fittedvalues + restricted.resid * np.array(signs)[codes]
        again = sm.OLS(star, design).fit(cov_type="cluster", cov_kwds={"groups": codes})
        found.append(abs(again.tvalues[0]))
    return abs(full.tvalues[0]), np.array(found)


@pytest.mark.parametrize("countries", [4, 6, 8])
def test_rademacher_bootstrap_is_the_full_enumeration(countries):
    """With G <= 8 wildboottest takes all 2^G sign vectors: its t statistics equal brute force."""
    model = made_up(4, countries=countries, years=8)
    observed, every = enumerated(model)
    t, drawn = wild_statistics(model, "rademacher", 999, np.random.default_rng(0))
    assert len(drawn) == 2**countries
    # Both solve the same small systems, one by inverses, the other by pseudo-inverses.
    assert abs(t) == pytest.approx(observed, rel=1e-7)
    assert np.sort(np.abs(drawn)) == pytest.approx(np.sort(every), rel=1e-6, abs=1e-8)
    # The share at least as far out, the sample itself and its mirror image among them.
    far = observed * (1 - 1e-6)
    assert np.mean(np.abs(drawn) >= far) == np.mean(every >= far) >= 2 / 2**countries


def test_the_wild_bootstrap_depends_on_its_generator_alone():
    """The same generator gives the same p, another one a p that differs by no more than chance."""
    model = made_up(5)
    se = fit(model).se
    given = {"level": 0.05, "power": 0.8, "bootstraps": 1999}
    one, two, other = (
        wild_bootstrap(model, se, rng=np.random.default_rng(seed), **given) for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other
    # Six binomial errors of the difference at p = .5.
    assert one.p == pytest.approx(other.p, abs=6 * math.sqrt(2 * 0.25 / 1999))
    assert one.draws == 1999


def test_each_method_says_what_it_can_see():
    """Each number has its minimum detectable effect; the bootstrap has no interval and says so."""
    model = made_up(6)
    found = fit(model)
    said = cluster_inferences(
        model, found, level=0.05, power=0.8, bootstraps=999, rng=np.random.default_rng(0)
    )
    assert list(said) == ["cluster", "cr3", "wild"]
    assert said["cluster"].se == found.se
    # Student's t with 10 degrees of freedom at .975 and .8.
    assert said["cluster"].mde == pytest.approx((2.228139 + 0.879058) * found.se, rel=1e-5)
    assert said["wild"].low is None
    assert "no interval" in said["wild"].note
    assert said["wild"].mde > 1.96 * found.se


@pytest.mark.parametrize("treated", [1, 2, 4, 5])
def test_few_countries_on_either_side_have_no_errors_by_country(treated):
    """With fewer than three treated, or not treated, of six countries there is only the reason."""
    model = made_up(7, countries=6)
    starts = {f"C{i:02d}": 2000 + i for i in range(treated)}
    frame = model.frame.assign(
        treated=lambda d: (d["year"] >= d["country"].map(starts).fillna(9999)).astype(float)
    )
    model = Model(frame=frame, column="treated", controls=("control",), effects=BOTH, poisson=False)
    said = cluster_inferences(
        model, fit(model), level=0.05, power=0.8, bootstraps=99, rng=np.random.default_rng(0)
    )
    assert all(isinstance(one, NotApplicable) for one in said.values())
    assert f"varies in {treated} of 6" in said["cluster"].reason


def test_poisson_has_no_wild_bootstrap():
    """For PPML the bootstrap is not applicable, with the reason; the others are there."""
    model = made_up(8, poisson=True)
    said = cluster_inferences(
        model, fit(model), level=0.05, power=0.8, bootstraps=99, rng=np.random.default_rng(0)
    )
    assert isinstance(said["wild"], NotApplicable)
    assert "least squares" in said["wild"].reason
    assert isinstance(said["cr3"], Inference)


@pytest.mark.parametrize("poisson", [False, True])
def test_collinear_variables_are_not_dropped_in_silence(poisson):
    """A treatment within the effects, or the same as a control, gives the reason."""
    model = made_up(9, poisson=poisson)
    twice = model.frame.assign(control=2 * model.frame["treated"])
    within = model.frame.assign(treated=(model.frame["year"] > 2000).astype(float))
    again = model.frame.assign(again=model.frame["control"] * 3)
    for frame, controls, word in [
        (twice, ("control",), "leave no variation of treated"),
        (within, ("control",), "leave no variation of treated"),
        (again, ("control", "again"), "collinear with effects or controls: again"),
    ]:
        found = fit(
            Model(frame=frame, column="treated", controls=controls, effects=BOTH, poisson=poisson)
        )
        assert isinstance(found, NotApplicable)
        assert word in found.reason


def test_the_jackknife_drops_a_control_of_the_country_left_out():
    """A control of one country is redundant without it; the error is still the formula."""
    model = made_up(10)
    own = (model.frame["country"] == "C03") * (model.frame["year"] - 2001.0)
    model = Model(
        frame=model.frame.assign(own=own),
        column="treated",
        controls=("own",),
        effects=BOTH,
        poisson=False,
    )
    assert jackknife_error(model, fit(model).coefficient) > 0
    alone = model.frame.assign(
        treated=((model.frame["country"] == "C03") & (model.frame["year"] > 2002)).astype(float)
    )
    model = Model(frame=alone, column="treated", controls=(), effects=BOTH, poisson=False)
    reason = jackknife_error(model, fit(model).coefficient)
    assert isinstance(reason, NotApplicable)
    assert reason.reason.startswith("without C03: effects and controls leave no variation")


def test_a_country_of_zeros_is_separated_and_counted():
    """Poisson leaves out a country that reports nothing but zero; the rows kept say which."""
    model = made_up(11, poisson=True)
    frame = model.frame.assign(y=model.frame["y"].where(model.frame["country"] != "C04", 0.0))
    found = fit(Model(frame=frame, column="treated", controls=(), effects=BOTH, poisson=True))
    assert set(frame.index) - set(found.kept) == set(frame.index[frame["country"] == "C04"])
    reason = null_mean(
        Model(frame=frame, column="treated", controls=(), effects=BOTH, poisson=True), 0.0
    )
    assert isinstance(reason, NotApplicable)


def test_a_poisson_fit_that_does_not_converge_is_no_number(monkeypatch):
    """When the iteration is cut off the reason is returned, not where it stood."""
    monkeypatch.setattr("ioscore.regression.panel.model.MOST_STEPS", 1)
    found = fit(made_up(12, poisson=True))
    assert isinstance(found, NotApplicable)
    assert "did not converge" in found.reason
