"""Search for stability and smallest changes agrees with the formulas where there are any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ioscore.errors import NotApplicable
from ioscore.ranking import Decision, Method
from ioscore.ranking.means import arithmetic_mean, complete
from ioscore.ranking.topsis import topsis
from ioscore.ranking.vikor import vikor
from ioscore.rubric import Rubric, reweight
from ioscore.sensitivity.weights.draws import Uniform
from ioscore.sensitivity.weights.flips import smallest_change_to_first, smallest_swap
from ioscore.sensitivity.weights.searched import scanned_stability, searched_flip
from ioscore.sensitivity.weights.siblings import lines_of, lines_of_tree
from ioscore.sensitivity.weights.space import WeightSpace
from ioscore.sensitivity.weights.stability import stability_along, stability_intervals

MEAN = Method(name="weighted_mean", score=arithmetic_mean, utilities=complete)


def decision(seed, method=MEAN, n=4, m=4):
    rng = np.random.default_rng(seed)
    names, criteria = [f"unit{i}" for i in range(n)], [f"c{j}" for j in range(m)]
    weights = pd.Series(rng.dirichlet(np.ones(m)), index=criteria)
    values = pd.DataFrame(rng.random((n, m)), index=names, columns=criteria)
    return Decision(values=values, weights=weights, method=method)


def scored(made, draws):
    return made.method.score(made.values.to_numpy(), draws)


@pytest.mark.parametrize("seed", range(12))
def test_scanned_intervals_are_those_of_the_formula(seed):
    """For the weighted mean the scan finds the closed-form ends and the same who takes over.

    Bisection stops at 1e-9, so ends agree to 1e-8.
    """
    made = decision(seed)
    formula, scan = (
        stability_intervals(made.values, made.weights),
        scanned_stability(made, lines_of(made.weights)),
    )
    ends = ["first_low", "first_high", "order_low", "order_high"]
    np.testing.assert_allclose(scan[ends].to_numpy(), formula[ends].to_numpy(), atol=1e-8)
    for side in ("taken_over_low", "taken_over_high"):
        assert list(scan[side]) == list(formula[side])


@pytest.mark.parametrize("seed", range(12))
def test_a_searched_change_is_never_smaller_and_hardly_greater_than_the_smallest(seed):
    """Projection is the least distance; the search comes within a thousandth of it."""
    made = decision(seed)
    draws = Uniform(criteria=4).draw(np.random.default_rng(seed), 5000)
    space = WeightSpace.whole(4)
    compared = 0
    for name in made.values.index:
        exact = smallest_change_to_first(made.values, made.weights, name)
        found = searched_flip(made, name, (), draws, scored(made, draws), space)
        if isinstance(exact, NotApplicable):
            assert isinstance(found, NotApplicable)
        elif not isinstance(found, NotApplicable):
            compared += 1
            assert not found.exact
            assert exact.distance - 1e-7 <= found.distance <= 1.001 * exact.distance + 1e-7
            assert set(found.level_with) == set(exact.level_with)
    order = list(made.scores().sort_values(ascending=False).index)
    exact = smallest_swap(made.values, made.weights, (order[0], order[1]))
    found = searched_flip(made, order[1], (order[0],), draws, scored(made, draws), space)
    if not isinstance(exact, NotApplicable):
        compared += 1
        assert found.distance == pytest.approx(exact.distance, rel=1e-3, abs=1e-7)
    assert compared


@pytest.mark.parametrize("method", [topsis, vikor])
@pytest.mark.parametrize("seed", range(4))
def test_a_searched_change_holds_for_methods_without_a_formula(method, seed):
    """At the weights found the alternative is not behind anyone, and weights stay a partition."""
    made = decision(seed, Method(name="made_up", score=method))
    draws = Uniform(criteria=4).draw(np.random.default_rng(seed), 5000)
    scores = made.scores()
    found = 0
    for name in made.values.index:
        flip = searched_flip(made, name, (), draws, scored(made, draws), WeightSpace.whole(4))
        if isinstance(flip, NotApplicable):
            continue
        found += 1
        after = method(made.values.to_numpy(), flip.after.to_numpy())
        assert after[made.values.index.get_loc(name)] >= after.max() - 1e-9
        assert flip.after.sum() == pytest.approx(1, abs=1e-9)
        assert (flip.after >= 0).all()
        assert scores[name] < scores.max()
    assert found


def test_no_weights_and_already_there_are_said_not_searched():
    """A dominated alternative and the first one both get a reason instead of a change."""
    values = pd.DataFrame([[0.9, 0.9], [0.1, 0.2]], index=["A", "B"], columns=["x", "y"])
    made = Decision(values=values, weights=pd.Series({"x": 0.5, "y": 0.5}), method=MEAN)
    draws = Uniform(criteria=2).draw(np.random.default_rng(0), 1000)
    space = WeightSpace.whole(2)
    assert "already" in searched_flip(made, "A", (), draws, scored(made, draws), space).reason
    assert (
        "none of 1,000 weights"
        in searched_flip(made, "B", (), draws, scored(made, draws), space).reason
    )


def test_a_weight_inside_a_criterion_moves_among_its_siblings_only():
    """Of a (p, q) and b, the share of p in a turns the order where the hand says, .75.

    A has p alone and B has q and b: with a and b alike, A scores t/2 and B (1 - t)/2 + 1/4, level
    at t = 3/4. The weights of the leaves on the way are those of the tree with that share.
    """
    tree = {"a": {"criteria": {"p": {}, "q": {}}}, "b": {}}
    rubric = Rubric.model_validate({"name": "made_up", "criteria": tree})
    values = pd.DataFrame(
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.5]], index=["A", "B"], columns=["a/p", "a/q", "b"]
    )
    lines = lines_of_tree(list(rubric.nodes()), list(values.columns))
    assert [line.criterion for line in lines] == ["a", "a/p", "a/q", "b"]
    for line in lines:
        for share in (0.0, 0.3, 1.0):
            weights = (1 - share) * line.at_zero + share * line.at_one
            name, other = line.criterion, {"a": "b", "b": "a", "a/p": "a/q", "a/q": "a/p"}
            changed = reweight(rubric, {name: share, other[name]: 1 - share})
            shares = {node.path: node.share for node in changed.leaves()}
            np.testing.assert_allclose(weights, [shares[c] for c in values.columns], atol=1e-12)
    table = stability_along(values, lines).set_index("criterion")
    assert table.loc["a/p", ["first_low", "first_high"]].tolist() == pytest.approx([0, 0.75])
    assert table.loc["a/p", "taken_over_high"] == "A"


def test_an_alternative_without_a_score_is_behind_and_never_put_first():
    """Where all weight lies on what is missing of A there is no score, so A is not ahead there."""
    values = pd.DataFrame([[0.1, np.nan], [0.5, 0.6]], index=["A", "B"], columns=["x", "y"])
    made = Decision(values=values, weights=pd.Series({"x": 0.2, "y": 0.8}), method=MEAN)
    corner = np.array([[0.0, 1.0]])
    found = searched_flip(made, "A", (), corner, scored(made, corner), WeightSpace.whole(2))
    assert "none of 1 weights" in found.reason
