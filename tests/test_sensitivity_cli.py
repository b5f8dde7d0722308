"""`ioscore sensitivity` and what other commands take from it, run as a user runs them."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest

from helpers import EVIDENCE, ROOT, RUBRIC, assert_fails_clearly, ioscore

PEER = json.loads((ROOT / "tests/fixtures/published/peers_5x7.json").read_text())


def sensitivity(*arguments):
    """Return the document that a run printed."""
    run = ioscore("sensitivity", *arguments, "-f", "json")
    assert run.status == 0, run.err
    return json.loads(run.out)


def write_peer(folder):
    """Write the published 5 x 7 matrix, and its rubric with min-max on each criterion."""
    names = [f"c{j}" for j in range(7)]
    frame = pd.DataFrame(PEER["matrix"], index=PEER["alternatives"], columns=names)
    frame.rename_axis("alternative").to_csv(folder / "peer.csv")
    lines = [
        f"  {name}: {{weight: {weight}, direction: {'cost' if way == 'min' else 'benefit'}, "
        "normalise: {rule: minmax}}"
        for name, weight, way in zip(names, PEER["weights"], PEER["directions"], strict=True)
    ]
    (folder / "peer.yaml").write_text("name: peer\ncriteria:\n" + "\n".join(lines) + "\n")
    return folder / "peer.csv", folder / "peer.yaml"


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Return the folder and the run of one full analysis of the shipped evidence."""
    folder = tmp_path_factory.mktemp("all") / "new" / "folder"
    run = ioscore("sensitivity", "all", "--draws", 2000, "--output", folder)
    assert run.status == 0, run.err
    return folder, run


def test_a_full_analysis_says_it_in_sentences_and_writes_tables_figures_and_one_document(
    everything,
):
    """Summary first, tables after; the folder holds JSON, CSV, SVG and PNG of every part."""
    folder, run = everything
    assert run.out.index("is first under") < run.out.index("rank 1")
    assert "A share of worlds is not a probability" in run.out
    assert "stability" in run.out
    names = {path.name for path in folder.iterdir()}
    for figure in (
        "weights_rank_acceptability",
        "weights_stability_intervals",
        "evidence_influence",
        "evidence_ranks_joint",
        "choices_first_by_choice",
        "choices_variance_of_choices",
    ):
        assert {f"{figure}.svg", f"{figure}.png"} <= names
        assert (folder / f"{figure}.png").read_bytes().startswith(b"\x89PNG")
    document = json.loads((folder / "sensitivity.json").read_text(encoding="utf-8"))
    assert document["schema"] == "ioscore.sensitivity/1"
    assert set(document) == {"schema", "parameters", "weights", "evidence", "choices"}
    assert document["parameters"]["seed"] == 0
    shares = np.array(list(document["weights"]["rank_acceptability"].values()))
    # Shares are rounded to six digits each; five of them sum to one within five last digits.
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)


def test_the_table_of_all_worlds_has_a_row_for_each_and_the_shares_of_the_document(everything):
    """Counted from the compressed table, first places make the document's shares."""
    folder, _ = everything
    document = json.loads((folder / "sensitivity.json").read_text(encoding="utf-8"))["choices"]
    worlds = 1
    for switch in document["switches"]:
        worlds *= len(switch["levels"])
        assert sum(switch["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert document["worlds"] == worlds == document["admissible"]
    assert "worlds" not in json.dumps(document["explained"])
    with gzip.open(folder / "choices_worlds.csv.gz", "rt") as file:
        rows = csv.reader(file)
        head = next(rows)
        places = [head.index(f"rank_{name}") for name in ("UNODC", "BOMCA")]
        count, first = 0, np.zeros(2)
        for row in rows:
            count += 1
            tied = row[len(document["switches"]) :].count("1")
            first += [(row[place] == "1") / tied for place in places]
    assert count == worlds
    found = [document["rank_shares"][name][0] for name in ("UNODC", "BOMCA")]
    # Every world counts alike under equal probabilities; the document has six digits.
    np.testing.assert_allclose(first / count, found, atol=1e-6)


def test_a_ready_matrix_is_analysed_exactly_and_has_the_published_answer(tmp_path):
    """The 5 x 7 matrix on which public packages agree: shares of rank 1 within 1e-6.

    Witness: pysensmcda 2.0's exact acceptability (tests/fixtures/published). Figures are printed
    to six significant digits.
    """
    matrix, rubric = write_peer(tmp_path)
    found = sensitivity("weights", "--scores", matrix, "--rubric", rubric)["weights"]
    assert found["method"] == "exact"
    assert found["draws"] == 0
    first = [row[0] for row in found["rank_acceptability"].values()]
    assert first == pytest.approx(PEER["exact_rank1_acceptability_weighted_sum_minmax"], abs=1e-6)
    assert np.max(list(found["rank_acceptability_errors"].values())) == 0


def test_sampling_agrees_with_the_exact_answer_within_its_error(tmp_path):
    """`--sampled` gives every share within five of its printed standard errors."""
    matrix, rubric = write_peer(tmp_path)
    exact = sensitivity("weights", "--scores", matrix, "--rubric", rubric)["weights"]
    drawn = sensitivity("weights", "--scores", matrix, "--rubric", rubric, "--sampled")["weights"]
    assert drawn["method"] == "sampled"
    for name, row in exact["rank_acceptability"].items():
        gap = np.abs(np.array(row) - drawn["rank_acceptability"][name])
        # One of 25 shares beyond five standard errors happens once in 70,000 runs.
        assert (gap <= 5 * np.array(drawn["rank_acceptability_errors"][name]) + 1e-6).all()


@pytest.mark.parametrize("method", ["topsis", "vikor", "promethee2", "geometric_mean", "copeland"])
def test_every_kind_of_method_is_analysed(tmp_path, method):
    """Linear rules are exact, others sampled with the reason; changes to first are all tried."""
    (tmp_path / "m.csv").write_text("unit,x,y,z\nA,0.9,0.2,0.3\nB,0.4,0.8,0.5\nC,0.3,0.4,0.9\n")
    found = sensitivity(
        "weights", "--scores", tmp_path / "m.csv", "--method", method, "--draws", 5000
    )["weights"]
    linear = method in ("promethee2", "geometric_mean")
    assert found["method"] == ("exact" if linear else "sampled")
    assert bool(found["why_sampled"]) is not linear
    assert set(found["flips"]["to_first"]) == {"A", "B", "C"}
    for flip in found["flips"]["to_first"].values():
        if "after" in flip:
            assert flip["proved_smallest"] is linear
            assert sum(flip["after"].values()) == pytest.approx(1, abs=1e-5)


def test_a_change_that_puts_an_organisation_first_does_so_in_the_ranking(tmp_path):
    """The weights after the smallest change, a step further, put the alternative first in rank."""
    matrix, rubric = write_peer(tmp_path)
    flips = sensitivity("weights", "--scores", matrix, "--rubric", rubric)["weights"]["flips"]
    tried = 0
    for name, flip in flips["to_first"].items():
        if "after" not in flip:
            continue
        tried += 1
        for step, expected in ((1.01, True), (0.99, False)):
            weights = {
                c: flip["before"][c] + step * (flip["after"][c] - flip["before"][c])
                for c in flip["after"]
            }
            options = [f"--set={c}={max(0, w)}" for c, w in weights.items()]
            run = ioscore("rank", "--scores", matrix, "--rubric", rubric, "-f", "json", *options)
            first = json.loads(run.out)["first"]["organisations"]
            assert (name in first) is expected
    assert tried >= 3


def test_declared_bounds_and_orders_are_kept(tmp_path):
    """With x at least as important as y and z at most a tenth, the answers are those by hand.

    A is first where w_x > w_y: always. Without the order it would be half the time.
    """
    (tmp_path / "m.csv").write_text("unit,x,y,z\nA,1,0,0.5\nB,0,1,0.5\n")
    rubric = tmp_path / "r.yaml"
    rubric.write_text(
        "name: made_up\ncriteria: {x: {}, y: {}, z: {}}\n"
        "weights_within: {at_least_as_important: [[x, y]], bounds: {z: [0, 0.1]}}\n"
    )
    found = sensitivity("weights", "--scores", tmp_path / "m.csv", "--rubric", rubric)["weights"]
    assert "bounds and orders" in found["measure"]
    assert found["rank_acceptability"]["A"] == [1, 0]
    rubric.write_text(rubric.read_text().replace("[0, 0.1]", "[0.7, 0.6]"))
    run = ioscore("sensitivity", "weights", "--scores", tmp_path / "m.csv", "--rubric", rubric)
    assert_fails_clearly(run, "0.7 is above 0.6")
    rubric.write_text(
        "name: made_up\ncriteria: {x: {}, y: {}, z: {}}\n"
        "weights_within: {bounds: {x: [0.6, 1], y: [0.6, 1]}}\n"
    )
    run = ioscore("sensitivity", "weights", "--scores", tmp_path / "m.csv", "--rubric", rubric)
    assert_fails_clearly(run, "no weights")


@pytest.mark.acceptance
def test_the_levels_of_weights_are_three_laws_with_their_own_names():
    """First-level, leaf and nested weights each name their measure; the last is always sampled."""
    measures = [
        sensitivity("weights", "--level", level, "--draws", 3000)["weights"]["measure"]
        for level in ("top", "leaf", "nested")
    ]
    around = sensitivity("weights", "--around", 50, "--draws", 3000)["weights"]
    assert len({*measures, around["measure"]}) == 4
    assert "concentration 50" in around["measure"]


def test_a_tolerance_stops_the_draws():
    """With a tolerance of .002 fewer than the million allowed draws are made, and it is kept."""
    found = sensitivity("weights", "--draws", 1_000_000, "--tolerance", 0.002)["weights"]
    assert found["draws"] < 1_000_000
    assert np.max(list(found["rank_acceptability_errors"].values())) <= 0.002


def bytes_of(what, *arguments, draws):
    run = ioscore("sensitivity", what, "--draws", draws, "--seed", 3, "-f", "json", *arguments)
    assert run.status == 0, run.err
    return run.out


@contextmanager
def cluster():
    """Start a real local cluster of two worker processes and yield its address."""
    code = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as c:\n"
        "        print(c.scheduler_address, flush=True)\n"
        "        input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate("\n", timeout=60)


def assert_same_bytes(what, draws, jobs):
    whole = bytes_of(what, "--jobs", 1, draws=draws)
    for number in jobs:
        assert bytes_of(what, "--jobs", number, draws=draws) == whole, number
    with cluster() as address:
        assert bytes_of(what, "--scheduler", address, draws=draws) == whole


@pytest.mark.parametrize(("what", "draws"), [("weights", 50_000), ("evidence", 250)])
def test_jobs_and_a_cluster_change_no_byte(what, draws):
    """One, two and four processes and a real cluster of two workers print the same document."""
    assert_same_bytes(what, draws, [2, 4])


@pytest.mark.acceptance
def test_jobs_and_a_cluster_change_no_byte_at_full_size():
    """One, two and four processes and a real cluster print the same document at full size."""
    assert_same_bytes("all", 200_000, [2, 4])


def test_a_scheduler_that_does_not_answer_is_named():
    """An address at which nobody listens ends with status 1 and what to do."""
    run = ioscore("sensitivity", "weights", "--scheduler", "tcp://127.0.0.1:9")
    assert_fails_clearly(run, "tcp://127.0.0.1:9")


def test_evidence_of_ones_own_has_one_reading_and_says_so(tmp_path):
    """Made-up evidence is analysed, and what needs two coders is not applicable, with the reason."""
    found = sensitivity("evidence", "--rubric", RUBRIC, "--evidence", EVIDENCE, "--draws", 200)
    draws = found["evidence"]["draws"]
    assert "one reading" in draws["readings"]["not_applicable"]
    assert draws["resampled"]["draws"] == 200
    assert found["evidence"]["influence"]


@pytest.mark.parametrize(
    "rubric",
    [
        "programme_areas",
        pytest.param("norm_diffusion", marks=pytest.mark.acceptance),
        pytest.param("hard_security", marks=pytest.mark.acceptance),
    ],
)
def test_every_shipped_rubric_is_analysed_whole(rubric):
    """Families that the passes did not code have no readings to mix, and say so."""
    found = sensitivity("all", "--rubric", rubric, "--draws", 300)
    assert set(found) >= {"weights", "evidence", "choices"}
    mixed = found["evidence"]["draws"]["readings"]
    assert ("not_applicable" in mixed) is (rubric != "hard_security")


def test_hundreds_of_alternatives_fit_into_a_sentence_and_into_memory(tmp_path):
    """200 alternatives with a gap: eight named in a sentence, the others counted."""
    rng = np.random.default_rng(0)
    values = pd.DataFrame(rng.random((200, 3)), index=[f"unit{i}" for i in range(200)])
    values.iloc[0, 0] = np.nan
    values.rename_axis("unit").add_prefix("c").to_csv(tmp_path / "m.csv")
    run = ioscore("sensitivity", "weights", "--scores", tmp_path / "m.csv", "--draws", 2000)
    assert run.status == 0, run.err
    assert "and 191 more" in run.out.splitlines()[2]
    assert len(run.out.splitlines()[2]) < 400


def test_what_cannot_be_asked_is_refused_clearly(tmp_path):
    """A matrix has no evidence or choices; wrong numbers and folders are named."""
    (tmp_path / "m.csv").write_text("unit,x,y\nA,1,0\nB,0,1\n")
    run = ioscore("sensitivity", "choices", "--scores", tmp_path / "m.csv")
    assert run.status == 2
    assert "only its weights can vary" in run.err
    assert ioscore("sensitivity", "weights", "--draws", 0).status == 2
    assert ioscore("sensitivity", "weights", "--jobs", 0).status == 2
    (tmp_path / "file").write_text("in the way")
    run = ioscore("sensitivity", "weights", "--scores", tmp_path / "m.csv", "-o", tmp_path / "file")
    assert_fails_clearly(run, "cannot be made")
    assert (tmp_path / "file").read_text() == "in the way"
    run = ioscore("sensitivity", "choices", "--method", "topsis")
    assert run.status != 0 or "not applicable" in run.out.lower()


@pytest.mark.parametrize("form", ["csv", "markdown", "latex"])
def test_every_format_has_every_table(form):
    """Tables in CSV, Markdown and LaTeX name the same titles."""
    run = ioscore("sensitivity", "weights", "--draws", 1000, "-f", form)
    assert run.status == 0
    for title in ("Share of the weights at each rank", "Smallest changes of weights"):
        assert title in run.out


def test_rank_says_in_one_line_how_many_weights_keep_first_and_last():
    """Table and JSON of `ioscore rank` hold two shares with their errors, the same every time."""
    table = ioscore("rank").out
    line = re.search(r"Of all weights, ([\d.]+)% \(\+/- [\d.]+\) keep UNODC first", table)
    assert line
    document = json.loads(ioscore("rank", "-f", "json").out)["all_weights"]
    assert float(line[1]) == pytest.approx(100 * document["first_kept"]["share"], abs=0.05)
    exact = sensitivity("weights")["weights"]["first_kept"]
    spread = 5 * (document["first_kept"]["error"] + exact["error"])
    assert abs(document["first_kept"]["share"] - exact["share"]) <= spread
    assert document == json.loads(ioscore("rank", "-f", "json").out)["all_weights"]


def test_claims_say_how_many_worlds_carry_them():
    """In the rubric's own world a claim has the state that `claims` gives it; SCO last holds widely."""
    from ioscore.claims import answer_claims, carry_claims
    from ioscore.io import read_evidence, read_rubric
    from ioscore.io.claims import read_claims

    _, parsed = read_claims(None)
    rubric = read_rubric("thesis")
    evidence = read_evidence(None, family="thesis", with_paragraphs=True)
    answers, _ = answer_claims(parsed, evidence, rubric)
    worlds, carried = carry_claims(parsed, evidence, rubric)
    assert worlds == 3_538_944
    asked = [(a, c) for a, c in zip(answers, carried, strict=True) if c is not None]
    assert len(asked) > 100
    for answer, one in asked:
        assert one.state == answer.state
        assert sum(one.shares.values()) == pytest.approx(1, abs=1e-9)
    for answer, one in zip(answers, carried, strict=True):
        assert one is not None or answer.state in ("what-if", "not checkable")


def test_ties_at_the_ends_are_said_as_ties(tmp_path):
    """Two duplicates at the top keep the first place together, and are named so."""
    (tmp_path / "m.csv").write_text("unit,x,y\nA,0.9,0.4\nB,0.9,0.4\nC,0.2,0.5\n")
    for command in (["rank"], ["sensitivity", "weights"]):
        out = ioscore(*command, "--scores", tmp_path / "m.csv").out
        assert "keep one of A and B (tied now) first" in out
    shares = sensitivity("weights", "--scores", tmp_path / "m.csv")["weights"]
    kept = sum(shares["rank_acceptability"][name][0] for name in "AB")
    assert shares["first_kept"]["share"] == pytest.approx(kept, abs=2e-6)


def test_weights_under_which_some_have_no_score_still_have_a_first_and_a_last(tmp_path):
    """With all weight on a criterion unknown of A, B and C are first and last; with none, a reason."""
    (tmp_path / "m.csv").write_text("unit,x,y\nA,0.9,\nB,0.5,0.6\nC,0.4,0.2\n")
    run = ioscore("rank", "--scores", tmp_path / "m.csv", "--set", "x=0")
    assert run.status == 0
    assert "keep B first" in run.out
    run = ioscore("sensitivity", "weights", "--scores", tmp_path / "m.csv", "--set", "x=0")
    assert run.status == 0, run.err


def test_a_change_found_by_search_stays_within_the_declared_weights(tmp_path):
    """With training between 30 and 40% every change that is found keeps it there."""
    rubric = tmp_path / "own.yaml"
    rubric.write_text(
        "extends: thesis\nname: own\nweights_within: {bounds: {training: [0.3, 0.4]}}\n"
    )
    flips = sensitivity("weights", "--rubric", rubric)["weights"]["flips"]["to_first"]
    found = [flip["after"]["training"] for flip in flips.values() if "after" in flip]
    assert found
    assert all(0.3 - 1e-6 <= weight <= 0.4 + 1e-6 for weight in found)
    run = ioscore("sensitivity", "weights", "--rubric", rubric, "--around", 50)
    assert_fails_clearly(run, "weights_within")


def test_one_alternative_is_no_traceback(tmp_path):
    """A single row is first and last under every method, linear or not."""
    (tmp_path / "m.csv").write_text("unit,x,y\nA,0.9,0.4\n")
    for method in ("weighted_mean", "topsis", "vikor", "kemeny_young"):
        run = ioscore("sensitivity", "weights", "--scores", tmp_path / "m.csv", "-m", method)
        assert run.status == 0, run.err
        assert "keep A first" in run.out


def test_shares_of_ranks_sum_to_one_for_many_organisations():
    """With seventeen organisations, whose orders do not fit into 64 bits, nothing is lost."""
    from types import SimpleNamespace

    from ioscore.sensitivity.choices.analysis import _orders

    rng = np.random.default_rng(0)
    ranks = np.array([1 + rng.permutation(17) for _ in range(500)], dtype=np.float16)
    law = rng.dirichlet(np.ones(500))
    worlds = SimpleNamespace(organisations=tuple(range(17)), ranks=ranks, law=law)
    shares, ahead = _orders(worlds)
    np.testing.assert_allclose(shares.sum(axis=0), 1, atol=1e-12)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)
    assert shares[3, 0] == pytest.approx(law[ranks[:, 3] == 1].sum())
    assert ahead[2, 5] == pytest.approx(law[ranks[:, 2] < ranks[:, 5]].sum())
