"""Effective importance against nominal weight, internal consistency, and weights from judgements."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers import FIXTURES
from ioscore.elicitation import ahp_weights
from ioscore.errors import NotApplicable, RubricError
from ioscore.sensitivity.weights.importance import (
    correlation_ratio,
    effective_importance,
    internal_consistency,
)


def importance(values, weights, scores=None):
    names = [f"c{j}" for j in range(values.shape[1])]
    frame = pd.DataFrame(values, columns=names)
    series = pd.Series(weights, index=names, dtype=float)
    total = frame.to_numpy() @ series.to_numpy() if scores is None else scores
    return effective_importance(frame, series, pd.Series(total))


def grid(levels, m):
    """Return every combination of levels: criteria of equal variance without any correlation."""
    return np.array(list(itertools.product(levels, repeat=m)), dtype=float)


def test_importance_of_unrelated_criteria_is_the_square_of_their_weight():
    """On a full factorial the shares of the variance are w^2 / sum of w^2, exactly: 1/2, 1/4, 1/6 of weight count for .72, .18, .08."""
    weights = np.array([6, 3, 2, 1]) / 12
    result = importance(grid([0, 0.25, 0.5, 0.75, 1], 4), weights)
    expected = weights**2 / (weights**2).sum()
    np.testing.assert_allclose(result.table["r2"], expected, atol=1e-12)  # sums of 625 numbers
    # The widest of the kernels leaves a trace of curvature, which is zero here.
    np.testing.assert_allclose(result.table["main_effect"], expected, atol=1e-6)
    np.testing.assert_allclose(result.table["share"], expected, atol=1e-6)
    np.testing.assert_allclose(result.table["ratio"], expected / weights, atol=1e-5)
    assert result.main_effects is None
    assert result.warning == ""


def test_importance_of_correlated_criteria_is_that_of_the_covariances():
    """On the 23 countries r2 equals (cov(x_j, y))^2 / (V(x_j) V(y)) with cov from the weights and the covariance matrix."""
    values = pd.read_csv(FIXTURES / "published" / "tai23_values.csv", index_col=0)
    standard = ((values - values.mean()) / values.std()).to_numpy()
    weights = np.full(8, 1 / 8)
    result = importance(standard, weights)
    covariance = np.cov(standard, rowvar=False)
    expected = (covariance @ weights) ** 2 / (
        np.diag(covariance) * (weights @ covariance @ weights)
    )
    np.testing.assert_allclose(result.table["r2"], expected, atol=1e-12)
    assert np.isfinite(result.table["main_effect"]).all()
    assert result.table["share"].sum() == pytest.approx(1)


def test_a_criterion_that_counts_in_a_curve_has_a_main_effect_without_correlation():
    """Scores x^2 + z on a symmetric grid: r2 of x is zero, its main effect V(x^2) / (V(x^2) + V(z))."""
    values = grid(np.linspace(-1, 1, 25), 2)
    scores = values[:, 0] ** 2 + values[:, 1]
    table = importance(values, [0.5, 0.5], scores).table
    parts = np.array([np.var(values[:, 0] ** 2), np.var(values[:, 1])])
    assert table.loc[0, "r2"] == pytest.approx(0, abs=1e-12)
    # The best bandwidth for prediction flattens a curve a little, so its effect is a little low.
    np.testing.assert_allclose(table["main_effect"], parts / parts.sum(), atol=0.02)
    assert table.loc[0, "main_effect"] < parts[0] / parts.sum()


def test_noise_has_hardly_a_main_effect():
    """Of 200 points without relation less than five per cent of the variance is explained, of a step function more than nine tenths."""
    rng = np.random.default_rng(11)
    x, y = rng.random(200), rng.random(200)
    assert correlation_ratio(x, y) < 0.05
    assert correlation_ratio(x, np.where(x > 0.5, 1.0, 0.0)) > 0.9


@given(arrays(float, (20, 2), elements=st.integers(-5, 5).map(float)))
def test_a_correlation_ratio_lies_between_zero_and_one_whatever_the_unit(points):
    """Ties, outliers and constants included; another unit or origin changes nothing."""
    x, y = points.T
    ratio = correlation_ratio(x, y)
    assert 0 <= ratio <= 1
    assert correlation_ratio(1e6 * x + 3, -1e-3 * y - 7) == pytest.approx(ratio, abs=1e-6)
    if len(set(x)) == 1:
        assert ratio == 0


def test_few_alternatives_get_a_warning_and_no_curve():
    """Five alternatives: r2 with the warning that chance reaches .25, no correlation ratio; twelve: no warning."""
    rng = np.random.default_rng(2)
    five = importance(rng.random((5, 2)), [0.5, 0.5])
    assert five.table["main_effect"].isna().all()
    assert isinstance(five.main_effects, NotApplicable)
    assert "5 alternatives" in five.warning
    assert "0.25" in five.warning
    twelve = importance(rng.random((12, 2)), [0.5, 0.5])
    assert twelve.warning == ""
    assert isinstance(twelve.main_effects, NotApplicable)
    np.testing.assert_allclose(twelve.table["share"].sum(), 1)


def test_chance_reaches_what_the_warning_says():
    """The mean squared correlation of unrelated criteria is 1 / (n - 1): .25 for five."""
    rng = np.random.default_rng(8)
    x, y = rng.standard_normal((2, 4000, 5))
    x, y = (z - z.mean(axis=1, keepdims=True) for z in (x, y))
    r2 = (x * y).sum(axis=1) ** 2 / ((x**2).sum(axis=1) * (y**2).sum(axis=1))
    assert r2.mean() == pytest.approx(0.25, abs=0.02)  # standard error .0035


def test_importance_where_it_means_nothing():
    """Two alternatives and equal scores are not applicable; a constant criterion has none; gaps are left out of their criterion."""
    assert isinstance(importance(np.eye(2), [0.5, 0.5]), NotApplicable)
    assert isinstance(importance(np.ones((6, 2)), [0.5, 0.5]), NotApplicable)
    values = np.column_stack([np.arange(6.0), np.ones(6), [0, 1, 0, 1, 0, np.nan]])
    table = importance(values, [0.5, 0.5, 0.0], np.arange(6.0)).table
    assert table["r2"].tolist()[:2] == pytest.approx([1, 0])
    assert table["alternatives"].tolist() == [6, 6, 5]
    assert np.isnan(table.loc[2, "ratio"])


def correlated(correlation, n=40):
    """Return data whose sample correlations are exactly those given."""
    m = len(correlation)
    noise = np.random.default_rng(1).standard_normal((n, m))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(noise.T @ noise)).T
    return pd.DataFrame(white @ np.linalg.cholesky(correlation).T)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9])
def test_alpha_of_equally_correlated_criteria(rho):
    """Alpha is k r / (1 + (k - 1) r) by Spearman and Brown, with one less without a criterion; eigenvalues 1 + (k - 1) r and 1 - r."""
    result = internal_consistency(correlated(np.full((5, 5), rho) + (1 - rho) * np.eye(5)))
    assert result.alpha == pytest.approx(5 * rho / (1 + 4 * rho), abs=1e-9)
    np.testing.assert_allclose(result.table["alpha"], 4 * rho / (1 + 3 * rho), atol=1e-9)
    np.testing.assert_allclose(
        result.table["correlation"], 4 * rho / (4 + 12 * rho) ** 0.5, atol=1e-9
    )
    np.testing.assert_allclose(result.eigenvalues, [1 + 4 * rho, *[1 - rho] * 4], atol=1e-9)


def test_consistency_is_refused_where_it_means_nothing():
    """Nineteen alternatives, one criterion or a constant one: the reason is given, gaps counted out."""
    data = correlated(np.eye(3))
    assert "19 complete" in internal_consistency(data.head(19)).reason
    assert "constant" not in internal_consistency(data[[0]]).reason
    assert "equal in 1" in internal_consistency(data.assign(**{"1": 2.0})[[0, "1"]]).reason
    holey = data.head(22).copy()
    holey.iloc[:3, 0] = np.nan
    assert isinstance(internal_consistency(holey), NotApplicable)
    assert np.isnan(internal_consistency(data[[0, 1]]).table["alpha"]).all()


# Weights from pairwise comparisons.


def comparisons(ratios):
    names = list("abcdefghijk"[: len(ratios)])
    return pd.DataFrame(ratios, index=names, columns=names)


@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=10))
def test_judgements_without_contradiction_give_their_weights_back(raw):
    """Ratios of weights have them as eigenvector, lambda max n, ratio 0 and no worst judgement."""
    weights = np.array(raw) / sum(raw)
    found = ahp_weights(comparisons(weights[:, None] / weights[None, :]))
    np.testing.assert_allclose(found.weights, weights, atol=1e-9)
    assert found.lambda_max == pytest.approx(len(weights), abs=1e-9)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert found.consistent
    assert found.worst_judgements == ()


def test_the_one_contradiction_is_named():
    """Where a twice b, b twice c, but c twice a are judged, no weight can follow, and the ratio says so."""
    found = ahp_weights(comparisons([[1, 2, 0.5], [0.5, 1, 2], [2, 0.5, 1]]))
    np.testing.assert_allclose(found.weights, 1 / 3, atol=1e-12)
    # Rows sum to 3.5, so lambda is 3.5, the index .25 and the ratio .25 / .58.
    assert found.lambda_max == pytest.approx(3.5)
    assert found.consistency_ratio == pytest.approx(0.25 / 0.58)
    assert not found.consistent
    # All three judgements lie equally far from the weights: none is to blame more than another.
    pairs = {(one.more, one.less) for one in found.worst_judgements}
    assert pairs == {("a", "b"), ("b", "c"), ("c", "a")}
    assert [one.excess for one in found.worst_judgements] == pytest.approx([2, 2, 2])
    assert found.to_frame()["criterion"].tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("ratios", "words"),
    [
        ([[1, 2], [0.4, 1]], "0.4 the other way"),
        ([[1, 0], [0, 1]], "0.0 for a against b"),
        ([[1, np.nan], [1, 1]], "nan for a against b"),
        ([[2, 1], [1, 1]], "2 for a against a"),
        (np.ones((11, 11)), "11 criteria"),
    ],
)
def test_matrices_that_are_no_comparisons_are_refused(ratios, words):
    """Not reciprocal, not positive, missing, or more criteria than random indices are listed for."""
    with pytest.raises(RubricError, match=words):
        ahp_weights(comparisons(ratios))
    with pytest.raises(RubricError, match="same criteria"):
        ahp_weights(pd.DataFrame([[1.0, 1.0]], index=["a"], columns=["a", "b"]))
