"""Stability intervals, and the smallest change of the weights that turns a ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize, nnls

from ioscore.errors import NotApplicable
from ioscore.sensitivity.weights.exact import exact_acceptability
from ioscore.sensitivity.weights.flips import (
    Flip,
    nearest_weights,
    smallest_change_to_first,
    smallest_change_to_last,
    smallest_swap,
)
from ioscore.sensitivity.weights.space import WeightSpace
from ioscore.sensitivity.weights.stability import stability_intervals

NAMES = ["A", "B", "C", "D"]
tables = arrays(float, (4, 3), elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
present = arrays(float, 3, elements=st.sampled_from([0.0, 1.0, 2.0, 5.0])).filter(np.any)


def labelled(values):
    values = np.asarray(values, dtype=float)
    return pd.DataFrame(
        values, index=NAMES[: len(values)], columns=list("xyzuvw")[: values.shape[1]]
    )


def weighted(*weights):
    return pd.Series(np.array(weights) / np.sum(weights), index=list("xyzuvw")[: len(weights)])


# ----- stability intervals -----------------------------------------------------------------------


def test_intervals_of_two_criteria_by_hand():
    """A leads while 0.5 t > 0.2 (1 - t), to t = 2/7; C passes B at t = 2/3."""
    utilities = labelled([[0.8, 0.4], [0.3, 0.6], [0.4, 0.4 - 1e-12]])
    table = stability_intervals(utilities, weighted(1, 1)).set_index("criterion")
    row = table.loc["x"]
    assert row["first_low"] == pytest.approx(2 / 7, abs=1e-12)
    assert row["first_high"] == 1
    assert (row["taken_over_low"], row["taken_over_high"]) == ("B", "")
    assert row["order_low"] == pytest.approx(2 / 7, abs=1e-12)
    assert row["order_high"] == pytest.approx(2 / 3, abs=1e-11)
    assert table.loc["y", "first_high"] == pytest.approx(5 / 7, abs=1e-12)
    assert table.loc["y", "taken_over_high"] == "B"


@settings(max_examples=50, deadline=None)
@given(tables, present)
def test_within_an_interval_nothing_turns_and_beyond_it_something_does(values, weights):
    """Along each line of weights the order holds between the ends and changes just past them."""
    weights = weights / weights.sum()
    table = stability_intervals(labelled(values), weighted(*weights))

    def scores(j, t):
        moved = np.where(np.arange(3) == j, 0, weights)
        return (1 - t) * values @ (moved / moved.sum()) + t * values[:, j]

    def signs(at):
        # Differences on this grid are zero or, 1e-4 from an end, above 1e-6.
        gaps = at[:, None] - at[None, :]
        return np.where(np.abs(gaps) < 1e-10, 0, np.sign(gaps))

    now = signs(values @ weights)
    first = (now >= 0).all(axis=1)
    for j, row in enumerate(table.itertuples()):
        if row.weight == 1:
            assert np.isnan(row.first_low)
            continue
        assert row.first_low <= row.order_low <= row.weight <= row.order_high <= row.first_high
        for low, high, kept in (
            (row.order_low, row.order_high, lambda at: (signs(at) == now).all()),
            (row.first_low, row.first_high, lambda at: (signs(at)[first] >= 0).all()),
        ):
            inside = [low + share * (high - low) for share in (0.001, 0.3, 0.7, 0.999)]
            assert high == low or all(kept(scores(j, t)) for t in inside)
            assert low == 0 or not kept(scores(j, low - 1e-4))
            assert high == 1 or not kept(scores(j, high + 1e-4))
        for end, limit, step, names in (
            (row.first_low, 0, -1e-4, row.taken_over_low),
            (row.first_high, 1, 1e-4, row.taken_over_high),
        ):
            leaders = np.flatnonzero((signs(scores(j, end + step)) >= 0).all(axis=1))
            assert names == ("" if end == limit else ", ".join(NAMES[k] for k in leaders))


def test_a_criterion_with_all_the_weight_has_no_interval():
    """Its siblings have no proportions, so the ends are missing rather than made up."""
    row = stability_intervals(labelled([[1, 0], [0, 1]]), weighted(1, 0)).iloc[0]
    assert row[["first_low", "first_high", "order_low", "order_high"]].isna().all()


# ----- smallest changes --------------------------------------------------------------------------


def test_a_swap_of_two_criteria_by_hand():
    """B (0, 1/2) passes A (1, 0) where w2 = 2 w1, at weights 1/3 and 2/3."""
    found = smallest_swap(labelled([[1, 0], [0, 0.5]]), weighted(1, 1), ("A", "B"))
    assert isinstance(found, Flip)
    assert found.after.tolist() == pytest.approx([1 / 3, 2 / 3], abs=1e-12)
    assert found.distance == pytest.approx(np.sqrt(2) / 6, abs=1e-12)
    assert (found.goal, found.level_with) == ("B ahead of A", ("A",))
    table = found.to_frame()
    assert list(table) == ["criterion", "before", "after", "change"]
    assert table["change"].tolist() == pytest.approx([-1 / 6, 1 / 6], abs=1e-12)


def conditions_hold(before, after, rows):
    """Assert the conditions of Karush, Kuhn and Tucker, which mark the one nearest point."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    values = rows @ after
    assert after.sum() == pytest.approx(1, abs=1e-12)
    assert values.min() > -1e-10
    active = rows[values < 1e-9]
    # The step is a sum of active rows, none with a negative factor, and of the row of ones.
    ones = np.ones((1, len(before)))
    _, rest = nnls(np.vstack([active, ones, -ones]).T, after - before)
    assert rest < 1e-10


@settings(max_examples=80, deadline=None)
@given(tables, present, st.sampled_from(NAMES), st.booleans())
def test_the_change_is_the_smallest_and_exists_when_it_should(values, weights, name, bounded):
    """The weights satisfy the conditions of a nearest point; none exist where no share is first."""
    utilities, weights = labelled(np.unique(values, axis=0)), weighted(*weights)
    assume(name in utilities.index)
    cap = 0.6 if bounded else 1.0
    space = WeightSpace(lower=np.zeros(3), upper=np.full(3, cap))
    i, matrix = utilities.index.get_loc(name), utilities.to_numpy()
    for sign, change in ((1, smallest_change_to_first), (-1, smallest_change_to_last)):
        scores = sign * matrix @ weights.to_numpy()
        found = change(utilities, weights, name, space)
        if scores[i] >= scores.max() - 1e-9:
            assert isinstance(found, NotApplicable)
            assert "already" in found.reason
            continue
        share = exact_acceptability(sign * matrix, space).shares[i, 0]
        assert isinstance(found, Flip) == (share > 1e-9), (found, share)
        if isinstance(found, Flip):
            lead = sign * (matrix[i] - np.delete(matrix, i, axis=0))
            after = found.after.to_numpy()
            conditions_hold(weights.to_numpy(), after, np.vstack([lead, space.rows()]))
            tied = np.delete(np.array(utilities.index), i)[np.abs(lead @ after) < 1e-9]
            assert set(found.level_with) == set(tied)
            assert found.distance == pytest.approx(np.linalg.norm(after - weights.to_numpy()))


@pytest.mark.parametrize("seed", range(8))
def test_the_change_is_that_of_a_general_solver(seed):
    """Larger tables agree with sequential quadratic programming, to that solver's tolerance."""
    rng = np.random.default_rng(seed)
    matrix, weights = rng.random((4, 6)), rng.dirichlet(np.ones(6))
    utilities = labelled(matrix)
    name = (utilities @ pd.Series(weights, index=utilities.columns)).idxmin()
    i = NAMES.index(name)
    found = smallest_change_to_first(utilities, weighted(*weights), name)
    assert isinstance(found, Flip)
    lead = matrix[i] - np.delete(matrix, i, axis=0)
    other = minimize(
        lambda w: ((w - weights) ** 2).sum(),
        np.full(6, 1 / 6),
        method="SLSQP",
        bounds=[(0, 1)] * 6,
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1},
            {"type": "ineq", "fun": lambda w: lead @ w},
        ],
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert other.success
    assert found.distance == pytest.approx(np.sqrt(other.fun), abs=1e-6)
    assert found.after.to_numpy() == pytest.approx(other.x, abs=1e-5)


@given(tables, present)
def test_from_the_weights_on_the_order_is_turned(values, weights):
    """A step from the nearest weights into those that favour the loser puts it strictly ahead."""
    utilities, weights = labelled(values), weighted(*weights)
    found = smallest_swap(utilities, weights, ("A", "B"))
    gap = utilities.loc["A"] - utilities.loc["B"]
    assume(isinstance(found, Flip))
    assert gap @ found.after == pytest.approx(0, abs=1e-12)
    winner = found.goal[0]
    sign = 1 if winner == "A" else -1
    assert sign * (gap @ weights) < 0
    best = (sign * gap).idxmax()
    onward = 0.99 * found.after + 0.01 * pd.Series({c: float(c == best) for c in gap.index})
    assert sign * (gap @ onward) > 0


def test_what_cannot_be_turned_is_said():
    """A dominated alternative, one first already and a tied pair are answered by a reason."""
    utilities, weights = labelled([[1, 1, 0.5], [0.5, 1, 0.5], [0, 2, 0]]), weighted(2, 1, 1)
    assert smallest_change_to_first(utilities, weights, "B") == NotApplicable(
        "no weights put B first"
    )
    assert smallest_swap(utilities, weights, ("A", "B")) == NotApplicable(
        "no weights put B ahead of A"
    )
    assert smallest_change_to_first(utilities, weights, "A") == NotApplicable("A is first already")
    assert smallest_change_to_last(utilities, weights, "C") == NotApplicable("C is last already")
    tie = labelled([[1, 0], [0, 1]])
    assert isinstance(smallest_swap(tie, weighted(1, 1), ("A", "B")), NotApplicable)


def test_weights_that_already_meet_the_rows_stay():
    """The nearest point of a set is the point itself where it belongs."""
    weights = np.array([0.2, 0.3, 0.5])
    assert nearest_weights(weights, np.eye(3)) == pytest.approx(weights, abs=1e-15)
    assert nearest_weights(weights, -np.eye(3)) is None
