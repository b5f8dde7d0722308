"""Fixed-b: the simulated law of the t statistic against a printed table, statsmodels and itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS

from ioscore.regression.series.fixed_b import Law, bartlett, fixed_b_inference, simulate_law
from ioscore.regression.series.sup_f import break_columns

YEARS = np.array([year for year in range(1997, 2024) if year != 2019])


def broken_design():
    """Return constant, trend, three levels and two slopes over 26 years."""
    columns = break_columns(YEARS, np.array([[1999, 2005, 2009]]), [False, True, True])[0]
    return np.column_stack([np.ones(len(YEARS)), YEARS - YEARS[0], columns])


@pytest.mark.parametrize("b", [0.1, 0.3, 0.5, 1.0])
def test_with_a_constant_alone_and_many_years_the_law_is_the_printed_one(b):
    """The 97.5% quantile is that of Kiefer and Vogelsang (2005), Table 1, Bartlett kernel.

    Their polynomial is fitted to 50,000 simulated statistics. Ours of 40,000 draws has an error
    of about 0.7% at b = 0.1 and 1% at b = 1; with theirs and the fit, 4% is three errors.
    """
    years = 400
    drawn = simulate_law(
        np.ones((years, 1)),
        bandwidth=round(b * years),
        rng=np.random.default_rng(20261122),
        draws=40_000,
    ).t
    printed = 1.9600 + 2.9694 * b + 0.4160 * b**2 - 0.5324 * b**3
    assert np.quantile(np.abs(drawn), 0.95) == pytest.approx(printed, rel=0.04)


@pytest.mark.parametrize("bandwidth", [1, 3, 7])
def test_each_simulated_t_is_that_of_statsmodels(bandwidth):
    """A draw has the t statistics that statsmodels gives for the same errors and design."""
    design = broken_design()
    found = simulate_law(design, bandwidth=bandwidth, rng=np.random.default_rng(3), draws=5).t
    errors = np.random.default_rng(3).standard_normal((5, len(design)))
    for row, made in zip(found, errors, strict=True):
        fit = OLS(made, design).fit()
        robust = fit.get_robustcov_results("HAC", maxlags=bandwidth - 1, use_correction=True)
        # Rounding only: two ways to invert the same matrix of condition number about 100.
        assert row == pytest.approx(robust.tvalues, rel=1e-9)


def test_hac_errors_are_the_sum_over_pairs_of_years():
    """The error of statsmodels is that of the printed formula, summed pair by pair."""
    rng = np.random.default_rng(4)
    design, bandwidth = broken_design(), 3
    y = rng.normal(size=len(design))
    n, k = design.shape
    fit = OLS(y, design).fit()
    middle = np.zeros((k, k))
    for i in range(n):
        for j in range(n):
            weight = max(0.0, 1 - abs(i - j) / bandwidth)
            middle += weight * np.outer(design[i], design[j]) * fit.resid[i] * fit.resid[j]
    bread = np.linalg.inv(design.T @ design)
    direct = np.sqrt(np.diag(bread @ middle @ bread) * n / (n - k))
    robust = fit.get_robustcov_results("HAC", maxlags=bandwidth - 1, use_correction=True)
    # Rounding only, as above.
    assert robust.bse == pytest.approx(direct, rel=1e-9)


def test_with_breaks_a_true_null_is_rejected_as_often_as_the_level_says():
    """Fresh independent errors are rejected at 5% in 5 of 100, where the normal law rejects 25."""
    design = broken_design()
    law = simulate_law(design, bandwidth=3, rng=np.random.default_rng(5)).t
    fresh = simulate_law(design, bandwidth=3, rng=np.random.default_rng(6)).t
    reach = np.quantile(np.abs(law), 0.95, axis=0)
    # Both laws have 20,000 draws: the difference has an error of 0.0022, and 0.009 is four.
    assert (np.abs(fresh) > reach).mean(axis=0) == pytest.approx(0.05, abs=0.009)
    assert ((np.abs(fresh) > 1.96).mean(axis=0)[2:] > 0.25).all()


def test_p_and_interval_by_hand():
    """With the sizes 0, 1, ..., 100 as the law, p and interval can be counted on fingers."""
    t = np.arange(101.0) * np.where(np.arange(101) % 2, 1, -1)
    law = Law(t=t[:, None], se=np.ones((101, 1)))
    found = fixed_b_inference(180.0, 2.0, law, 0, spread=3.0, level=0.05, power=0.5)
    # t is 90: the eleven sizes from 90 to 100 are as far; (11 + 1) / (101 + 1).
    assert found.p == pytest.approx(12 / 102)
    # The size at 95% is 95; half of the draws have a t of at most 0.
    assert (found.low, found.high) == pytest.approx((180 - 190, 180 + 190))
    assert found.mde == pytest.approx((95 - 0) * 3)
    assert found.draws == 101


def test_a_p_of_zero_is_never_printed():
    """However far the statistic, p is one over the draws and one."""
    law = Law(t=np.ones((99, 1)), se=np.ones((99, 1)))
    assert fixed_b_inference(1e9, 1.0, law, 0, spread=1.0, level=0.05, power=0.8).p == 0.01


@pytest.mark.parametrize("power", [0.5, 0.8])
def test_the_detectable_effect_is_found_at_its_power(power):
    """A true effect of that size is found in as many fresh series as the power says.

    The sum of quantiles of t, as for large samples, would be found in 64 to 74 of 100 here.
    """
    design, spread = broken_design(), 0.7
    law = simulate_law(design, bandwidth=3, rng=np.random.default_rng(8))
    fresh = simulate_law(design, bandwidth=3, rng=np.random.default_rng(9))
    for term in range(design.shape[1]):
        reach = np.quantile(np.abs(law.t[:, term]), 0.95)
        found = fixed_b_inference(0.0, 1.0, law, term, spread=spread, level=0.05, power=power)
        seen = np.abs(fresh.t[:, term] + found.mde / spread / fresh.se[:, term]) > reach
        # Two laws of 20,000 draws: an error of 0.005, and 0.02 is four.
        assert seen.mean() == pytest.approx(power, abs=0.02)


@given(st.integers(1, 30), st.integers(1, 40))
def test_bartlett_weights_give_no_negative_variance(years, bandwidth):
    """The matrix of weights has ones on its diagonal and no negative eigenvalue."""
    weights = bartlett(years, bandwidth)
    assert (np.diag(weights) == 1).all()
    assert np.linalg.eigvalsh(weights).min() >= -1e-9


@given(st.floats(-5, 5), st.floats(0.1, 5), st.floats(0.01, 100))
def test_units_do_not_matter(coefficient, se, scale):
    """Coefficient and error in another unit have the same p, and interval and effect in it."""
    rng = np.random.default_rng(1)
    law = Law(t=rng.standard_t(5, (500, 1)), se=rng.uniform(0.5, 1.5, (500, 1)))
    one = fixed_b_inference(coefficient, se, law, 0, spread=se, level=0.05, power=0.8)
    other = fixed_b_inference(
        coefficient * scale, se * scale, law, 0, spread=se * scale, level=0.05, power=0.8
    )
    assert one.low <= coefficient <= one.high
    # One draw may change sides of the statistic by rounding.
    assert other.p == pytest.approx(one.p, abs=1.5 / 501)
    assert other.high == pytest.approx(one.high * scale, rel=1e-9, abs=1e-9)
    assert other.mde == pytest.approx(one.mde * scale, rel=1e-9)


@pytest.mark.acceptance
def test_the_quantile_is_known_as_well_as_it_is_said():
    """The 95% quantile of each term differs by about 1% at most between seeds, as its comment says."""
    laws = [
        simulate_law(broken_design(), bandwidth=3, rng=np.random.default_rng(s)) for s in range(8)
    ]
    ends = np.array([np.quantile(np.abs(law.t), 0.95, axis=0) for law in laws])
    # Two standard deviations over eight seeds, of the constant 1.3%; 20,000 draws gave up to 3.4%.
    assert (2 * ends.std(axis=0, ddof=1) / ends.mean(axis=0)).max() < 0.015


def test_the_same_seed_draws_the_same_law():
    """Two generators of one seed give the same statistics, however many are drawn."""
    design = broken_design()
    one, other = (
        simulate_law(design, bandwidth=3, rng=np.random.default_rng(7), draws=draws).t
        for draws in (2500, 3000)
    )
    # Rows of one product in a batch of another length may differ in the last digit.
    assert np.allclose(one, other[:2500], rtol=1e-12)
