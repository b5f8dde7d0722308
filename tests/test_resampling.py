"""Events drawn anew, coders mixed, levels moved, weights drawn with them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers import evidence_of
from ioscore.errors import EvidenceError, NotApplicable
from ioscore.evidence import select
from ioscore.evidence.agreement import agreement
from ioscore.evidence.matching import Reading
from ioscore.io import read_evidence, read_rubric
from ioscore.io.readings import passes, read_reading
from ioscore.ranking import rank
from ioscore.rubric import reweight, with_rules
from ioscore.scoring import score
from ioscore.sensitivity.evidence.outcomes import totals
from ioscore.sensitivity.evidence.readings import level_confusion, mix_readings
from ioscore.sensitivity.evidence.recount import matrices, tally, unit_points
from ioscore.sensitivity.evidence.resampling import joint_draws, move_levels, resample_events
from random_evidence import made_up_rubric, random_evidence, random_rubric

# Sums over a cell are added in another order than one by one: some units in the last place.
SAME = 1e-12
# A sampled share this many of its standard errors off is met once in two million.
ERRORS = 5


def whole_way(evidence, rubric):
    scores = score(select(evidence, rubric), rubric)
    table = rank(scores, rubric).table.set_index("organisation")
    return table["score"].loc[scores.matrix.index].to_numpy(dtype=float)


def small(*rows, criteria=("tools",), **fields):
    """Return evidence and rubric of ALPHA and BETA on one leaf or more, half point 1."""
    rubric = made_up_rubric(
        alternatives={"ALPHA": "Alpha", "BETA": "Beta"},
        criteria={name: {} for name in criteria},
        **{"scoring": {"half": 1}, **fields},
    )
    return evidence_of(*rows), rubric


def act(event, strength, organisation="ALPHA", **row):
    return {"event_id": event, "strength": str(strength), "organisation": organisation, **row}


def assert_share(found, error, wanted, draws):
    """Assert that a sampled share is within its error of the exact one, and the error is right."""
    assert error == pytest.approx(np.sqrt(wanted * (1 - wanted) / draws), rel=0.05)
    assert abs(found - wanted) < ERRORS * error


@pytest.mark.parametrize("rule", ["diminishing", "count", "mean", "strongest", "presence"])
def test_an_event_drawn_twice_counts_as_two(rule):
    """Scores of a draw are those of evidence in which each event stands so often, by another name."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        rubric, evidence = with_rules(random_rubric(rng), rule=rule), random_evidence(rng, 10)
        counted = tally(select(evidence, rubric), rubric)
        times = rng.integers(0, 4, size=len(counted.events))
        drawn = []
        for event, number in zip(counted.events, times, strict=True):
            rows = evidence.rows[evidence.rows["event_id"] == event]
            for n in range(number):
                drawn.append(
                    rows.assign(event_id=f"{event}-{n}", id=[f"{i}-{n}" for i in rows["id"]])
                )
        copies = replace(evidence, rows=pd.concat(drawn, ignore_index=True))
        values = matrices(counted, unit_points(counted), times[None, counted.event])
        matrix = score(select(copies, rubric), rubric).matrix
        np.testing.assert_allclose(values[0], matrix, atol=SAME, rtol=0)


def test_resampled_shares_are_those_of_all_resamples():
    """Of 3 and 3 events all 729 resamples are alike probable: shares, errors and means agree."""
    own = {"ALPHA": (3, 1, 1), "BETA": (2, 2, 1)}
    rows = [act(f"{who}{n}", p, who) for who, ps in own.items() for n, p in enumerate(ps)]
    evidence, rubric = small(*rows)
    sums = {who: [sum(draw) for draw in itertools.product(ps, repeat=3)] for who, ps in own.items()}
    pairs = np.array(list(itertools.product(sums["ALPHA"], sums["BETA"])))
    ahead, tied = (pairs[:, 0] > pairs[:, 1]).mean(), (pairs[:, 0] == pairs[:, 1]).mean()
    draws = 20_000
    found = resample_events(evidence, rubric, draws=draws, seed=3)
    error = found.ahead_errors.loc["ALPHA", "BETA"]
    assert abs(found.ahead.loc["ALPHA", "BETA"] - (ahead + tied / 2)) < ERRORS * error
    # A tie counts one half, so its variance is that of 1, 1/2 and 0.
    variance = ahead + tied / 4 - (ahead + tied / 2) ** 2
    assert error == pytest.approx(np.sqrt(variance / draws), rel=0.05)
    assert found.rank_shares.loc["ALPHA", 1] == found.ahead.loc["ALPHA", "BETA"]
    values = 1 - 2.0 ** -np.array(sums["ALPHA"])
    mean, sd = found.scores.loc["ALPHA"]
    assert abs(mean - values.mean()) < ERRORS * values.std() / np.sqrt(draws)
    assert sd == pytest.approx(values.std(), rel=0.05)


def test_each_organisation_keeps_its_number_of_events():
    """Where all events are alike nothing varies, events of two organisations among them.

    With whole events drawn over all organisations, or with one of two organisations drawn for
    one of them only, the sums would vary.
    """
    rows = [act(f"a{n}", 2) for n in range(4)] + [act(f"b{n}", 2, "BETA") for n in range(3)]
    rows += [act(f"both{n}", 2, who) for n in range(2) for who in ("ALPHA", "BETA")]
    evidence, rubric = small(*rows, scoring={"half": 6})
    found = resample_events(evidence, rubric, draws=300, seed=0)
    assert found.scores["mean"].tolist() == pytest.approx([1 - 2 ** (-12 / 6), 1 - 2 ** (-10 / 6)])
    # The square root of what rounding leaves of a variance of zero.
    assert (found.scores["sd"] < 1e-7).all()
    assert found.rank_shares.to_numpy().tolist() == [[1, 0], [0, 1]]


def test_shares_sum_to_one_and_ties_are_shared():
    """Rows and columns of ranks sum to one, a pair to one; always tied ones have half each."""
    evidence, rubric = small(act("a", 1), act("b", 1, "BETA"))
    found = resample_events(evidence, rubric, draws=10, seed=0)
    assert (found.rank_shares == 0.5).all(axis=None)
    assert (found.ahead == 0.5).all(axis=None)
    rng = np.random.default_rng(2)
    found = resample_events(random_evidence(rng, 20), made_up_rubric(), draws=1001, seed=1)
    np.testing.assert_allclose(found.rank_shares.sum(axis=0), 1, atol=SAME)
    np.testing.assert_allclose(found.rank_shares.sum(axis=1) + found.unranked, 1, atol=SAME)
    np.testing.assert_allclose(found.ahead + found.ahead.T, 1, atol=SAME)
    assert found.to_frame().equals(found.rank_shares)
    assert found.draws == 1001


def test_moved_levels_by_hand():
    """Levels 1 and 2 move by a table: the share of each order is the sum of products of its rows."""
    evidence, rubric = small(act("a", 1), act("b", 2, "BETA"))
    rows = [[0.7, 0.2, 0.1], [0.25, 0.5, 0.25], [0.0, 0.5, 0.5]]
    confusion = pd.DataFrame(rows, index=[1, 2, 3], columns=[1, 2, 3])
    draws = 20_000
    found = move_levels(evidence, rubric, confusion, draws=draws, seed=4)
    both = np.outer(rows[0], rows[1])
    ahead, tied = np.tril(both, -1).sum(), np.trace(both)
    error = found.ahead_errors.loc["ALPHA", "BETA"]
    assert abs(found.ahead.loc["ALPHA", "BETA"] - (ahead + tied / 2)) < ERRORS * error
    mean = np.dot(rows[0], [1 - 2.0**-level for level in (1, 2, 3)])
    spread = found.scores.loc["ALPHA", "sd"] / np.sqrt(draws)
    assert abs(found.scores.loc["ALPHA", "mean"] - mean) < ERRORS * spread


@pytest.mark.parametrize("scale", ["linear", "flat", "steep"])
def test_levels_that_stay_leave_everything_as_it_is(scale):
    """With no confusion each draw has the scores of the whole way; moved to the top, those of all at 3."""
    rng = np.random.default_rng(7)
    plain = made_up_rubric(choices={"strength_scale": {"level": scale}})
    trusted = plain.model_copy(update={"reliability": {"own_report": 0.5}})
    evidence = random_evidence(rng, 20, rows=4)
    stays = pd.DataFrame(np.eye(3), index=[1, 2, 3], columns=[1, 2, 3])
    found = move_levels(evidence, trusted, stays, draws=20, seed=0)
    np.testing.assert_allclose(found.scores["mean"], whole_way(evidence, trusted), atol=SAME)
    # The square root of what rounding leaves of a variance of zero.
    assert (found.scores["sd"] < 1e-7).all()
    three = pd.DataFrame([[0.0, 0, 1]] * 3, index=[1, 2, 3], columns=[1, 2, 3])
    found = move_levels(evidence, plain, three, draws=20, seed=0)
    coded = evidence.rows["strength"] != ""
    rows = evidence.rows.assign(strength=evidence.rows["strength"].where(~coded, "3"))
    wanted = whole_way(replace(evidence, rows=rows), plain)
    np.testing.assert_allclose(found.scores["mean"], wanted, atol=SAME)


def test_joint_draws_over_weights_have_the_closed_share():
    """ALPHA (3/4, 0) against BETA (1/2, 1/2) leads where w > 2/3: uniform 1/3, around (.9, .1) all.

    ALPHA is ahead where 3/4 w > 1/2; a uniform weight of the first of two criteria is beyond 2/3
    in one third of the draws.
    """
    no = {"effect": "absent", "strength": "", "criterion": "posts"}
    rows = [act("a", 2), {**act("no", 1), **no}]
    rows += [act("b", 1, "BETA"), act("b2", 1, "BETA", criterion="posts")]
    evidence, rubric = small(*rows, criteria=("tools", "posts"))
    # One event an organisation, so that only the weights vary.
    one = {name: f"{name}-event" for name in ("ALPHA", "BETA")}
    rows_ = evidence.rows.assign(event_id=evidence.rows["organisation"].map(one))
    evidence = replace(evidence, rows=rows_)
    found = joint_draws(evidence, rubric, draws=20_000, seed=5)
    share, error = found.ahead.loc["ALPHA", "BETA"], found.ahead_errors.loc["ALPHA", "BETA"]
    assert_share(share, error, 1 / 3, 20_000)
    near = reweight(rubric, {"tools": 9, "posts": 1})
    close = joint_draws(evidence, near, draws=500, seed=5, concentration=1000)
    assert close.ahead.loc["ALPHA", "BETA"] == 1
    assert close.scores.loc["ALPHA", "mean"] == pytest.approx(0.75 * 0.9, abs=0.01)
    alone = joint_draws(evidence, reweight(rubric, {"posts": 0}), draws=50, seed=5, concentration=1)
    assert alone.scores["mean"].tolist() == pytest.approx([3 / 4, 1 / 2])


@pytest.mark.parametrize(
    "method", ["weighted_mean", "geometric_mean", "harmonic_mean", "topsis", "promethee2", "borda"]
)
def test_drawn_weights_are_those_of_a_reweighted_rubric(method):
    """Scores under weights handed in are those of `rank` under the rubric with these weights."""
    rng = np.random.default_rng(11)
    rubric = made_up_rubric(method=method, missing="best")
    evidence = random_evidence(rng, 25)
    counted = tally(select(evidence, rubric), rubric)
    values = matrices(counted, unit_points(counted)[None])
    for weights in rng.dirichlet(np.ones(4), size=5):
        given = dict(zip("abcd", weights, strict=True))
        found = totals(values, counted.scores, rubric, weights[None])
        wanted = whole_way(evidence, reweight(rubric, given))
        np.testing.assert_allclose(found[0], wanted, atol=1e-9)


def reading(coder, rows):
    """Return a reading and its evidence; `rows` are (id, paragraph, event, organisation, level)."""
    ids, places, events, who, levels = zip(*rows, strict=True)
    table = pd.DataFrame({"id": ids, "unit": [("s", p) for p in places], "organisation": who})
    table = table.assign(
        criterion="tools", subcriterion="", effect="supports", evidence_type="output",
        strength=[str(level) for level in levels], at=-1, first=-1, last=-1,
    )  # fmt: skip
    found = Reading(coder=coder, units=(("s", 1), ("s", 2), ("s", 3), ("s", 4)), rows=table)
    evidence = evidence_of(
        *(
            {"id": i, "event_id": e, "organisation": w, "strength": str(level), "source": "s"}
            for i, e, w, level in zip(ids, events, who, levels, strict=True)
        )
    )
    return found, evidence


ONE = [("1", 1, "x", "ALPHA", 3), ("2", 2, "x", "ALPHA", 1), ("3", 3, "y", "BETA", 2)]
TWO = [("1", 1, "p", "ALPHA", 1), ("2", 2, "q", "ALPHA", 2), ("4", 4, "r", "BETA", 2)]


def test_mixed_readings_are_all_mixes_with_the_same_probability():
    """Over 4 places each mix has probability 1/16; an act of one coder is in half of them.

    Places 1 and 2 are one event x to the first coder, two events p and q to the second. One to
    one, p is x and q stands by itself; so only where both are the second's are there two events.
    """
    _, rubric = small(act("a", 1))
    alpha, beta = [], []
    for one, two, three, four in itertools.product((0, 1), repeat=4):
        events: dict[str, list[int]] = {}
        events.setdefault("x", []).append((3, 1)[one])
        events.setdefault(("x", "q")[two], []).append((1, 2)[two])
        alpha.append(sum(max(levels) for levels in events.values()))
        beta.append(2 * (three == 0) + 2 * (four == 1))
    alpha, beta = np.array(alpha), np.array(beta)
    draws = 20_000
    found = mix_readings([reading("one", ONE), reading("two", TWO)], rubric, draws=draws, seed=6)
    nothing = (beta == 0).mean()
    assert nothing == 1 / 4
    assert abs(found.unranked["BETA"] - nothing) < ERRORS * np.sqrt(3 / 16 / draws)
    assert found.unranked["ALPHA"] == 0
    known = beta > 0
    wins = (alpha > beta).astype(float) + (alpha == beta) / 2
    ahead = np.where(known, wins, 0.5).mean()
    error = found.ahead_errors.loc["ALPHA", "BETA"]
    assert abs(found.ahead.loc["ALPHA", "BETA"] - ahead) < ERRORS * error
    values = 1 - 2.0**-alpha
    assert (
        abs(found.scores.loc["ALPHA", "mean"] - values.mean()) < ERRORS * values.std() / draws**0.5
    )
    assert found.scores.loc["BETA", "mean"] == pytest.approx(
        (1 - 2.0 ** -beta[known]).mean(), abs=0.01
    )


def test_a_reading_mixed_with_itself_is_that_reading():
    """Two coders who agree in all but the names of events give the scores of either, in each draw."""
    rubric = read_rubric("thesis")
    path = passes()[0]
    first, evidence = read_reading(path, rubric=rubric), read_evidence(path, family="thesis")
    rows = evidence.rows.assign(event_id="other-" + evidence.rows["event_id"])
    again = (replace(first, coder="again"), replace(evidence, rows=rows))
    found = mix_readings([(first, evidence), again], rubric, draws=60, seed=0)
    np.testing.assert_allclose(found.scores["mean"], whole_way(evidence, rubric), atol=SAME)
    # The square root of what rounding leaves of a variance of zero.
    assert (found.scores["sd"] < 1e-7).all()


def test_mixing_needs_two_readings_of_the_same_rows():
    """One reading gives a reason; evidence that is not that of the reading is refused."""
    _, rubric = small(act("a", 1))
    found = mix_readings([reading("one", ONE)], rubric, draws=10, seed=0)
    assert isinstance(found, NotApplicable)
    other = (reading("one", ONE)[0], reading("two", TWO)[1])
    with pytest.raises(EvidenceError, match="not in the reading of one"):
        mix_readings([other, reading("two", TWO)], rubric, draws=10, seed=0)


def test_confusion_of_levels_by_hand():
    """Pairs 3-1 and 1-2 in both directions: 1 goes to 3 and to 2 alike, 2 and 3 always to 1."""
    readings = [reading("one", ONE)[0], reading("two", TWO)[0]]
    table = level_confusion(readings)
    wanted = [[0, 1 / 2, 1 / 2], [1, 0, 0], [1, 0, 0]]
    assert table.to_numpy().tolist() == wanted
    with pytest.raises(EvidenceError, match="no act"):
        level_confusion([readings[0], reading("two", TWO[2:])[0]])


def test_confusion_of_the_shipped_passes_is_that_of_the_agreement():
    """It is the table of `agreement`, made symmetric, by rows."""
    rubric = read_rubric("thesis")
    readings = [read_reading(path, rubric=rubric) for path in passes()]
    table = level_confusion(readings)
    known = agreement(readings, rng=np.random.default_rng(0), resamples=2).confusion["strength"]
    levels = [str(level) for level in table.index]
    counts = known.loc[levels, levels].to_numpy()
    both = counts + counts.T
    np.testing.assert_allclose(table, both / both.sum(axis=1, keepdims=True), atol=SAME)


def shipped_draws(kind, **how):
    rubric, evidence = read_rubric("thesis"), read_evidence(None, family="thesis")
    if kind == "events":
        return resample_events(evidence, rubric, **how)
    if kind == "joint":
        return joint_draws(evidence, rubric, **how)
    readings = [
        (read_reading(p, rubric=rubric), read_evidence(p, family="thesis")) for p in passes()
    ]
    if kind == "readings":
        return mix_readings(readings, rubric, **how)
    return move_levels(evidence, rubric, level_confusion([r for r, _ in readings]), **how)


@pytest.mark.parametrize("kind", ["events", "joint", "readings", "levels"])
def test_two_jobs_give_the_same_bits_as_one(kind):
    """Each kind of draw is the same for one process and two, another seed is another draw."""
    told: list[tuple[int, int]] = []
    one = shipped_draws(
        kind, draws=600, seed=0, progress=lambda done, everything: told.append((done, everything))
    )
    two = shipped_draws(kind, draws=600, seed=0, jobs=2)
    for name in ("rank_shares", "rank_errors", "ahead", "ahead_errors", "scores"):
        assert getattr(one, name).equals(getattr(two, name)), name
    assert told == [(250, 600), (500, 600), (600, 600)]
    assert not shipped_draws(kind, draws=600, seed=1).ahead.equals(one.ahead)


def test_where_missing_cells_are_refused_nothing_is_drawn():
    """Every kind of draw answers with the reason."""
    evidence, rubric = small(act("a", 1), act("b", 1, "BETA"), missing="refuse")
    how = {"draws": 10, "seed": 0}
    stays = pd.DataFrame(np.eye(3), index=[1, 2, 3], columns=[1, 2, 3])
    two = [reading("one", ONE), reading("two", TWO)]
    for found in (
        resample_events(evidence, rubric, **how),
        joint_draws(evidence, rubric, **how),
        move_levels(evidence, rubric, stays, **how),
        mix_readings(two, rubric, **how),
    ):
        assert isinstance(found, NotApplicable)
        assert "refuses" in found.reason
