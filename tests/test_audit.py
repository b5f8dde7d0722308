"""An audit holds what its parts find, alone or in several processes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from helpers import EVIDENCE, RUBRIC, evidence_of
from ioscore.audit import Audit, run_audit
from ioscore.audit.checks import BEYOND, changes_table, nearer_order, words_of
from ioscore.audit.profiles import extremes, profile
from ioscore.audit.run import answered
from ioscore.audit.seizures import plan_answers
from ioscore.audit.tasks import Task, do_all
from ioscore.claims import WhatIf, parse_claim, single_changes, what_if
from ioscore.errors import IoscoreError, NotApplicable
from ioscore.io.claims import read_claims
from ioscore.io.plans import read_plan
from ioscore.io.rubrics import read_rubric
from ioscore.io.tables import read_evidence
from ioscore.rubric import choose
from ioscore.study import Study, run_study

CLOSE = 1e-12
"""Sums of the same numbers in another order."""
NONE = NotApplicable("no seizures here")


def made_up(*, jobs: int = 1, **more: object) -> Audit:
    """Return the audit of the made-up evidence, with few draws."""
    return run_audit(
        read_evidence(EVIDENCE), read_rubric(str(RUBRIC)), outcomes=NONE, draws=2_000,
        evidence_draws=60, seed=5, jobs=jobs, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def audit() -> Audit:
    return made_up()


@pytest.fixture(scope="module")
def study() -> Study:
    rubric = read_rubric()
    return run_study(read_evidence(family=rubric.codes), rubric)


@pytest.fixture(scope="module")
def verdicts(study):
    """Return the recommendations among the shipped claims, answered."""
    table, claims = read_claims()
    wanted = table["kind"] == "recommendation"
    chosen = [claim for claim, keep in zip(claims, wanted, strict=True) if keep]
    few = replace_choices(study)
    return answered(None, statements=(table[wanted].reset_index(drop=True), chosen), study=few)


def replace_choices(study: Study) -> Study:
    """Return a study whose rubric leaves nothing to vary, so that few worlds are enumerated."""
    choices = {
        name: choice.model_copy(update={"levels": (choice.level,), "probabilities": ()})
        for name, choice in study.rubric.choices.items()
    }
    return replace(study, rubric=study.rubric.model_copy(update={"choices": choices, "rules": {}}))


def test_parts_are_there(audit):
    """An audit without seizures, claims or readings says of each why it is not there."""
    assert audit.outcomes is NONE
    assert isinstance(audit.answers, NotApplicable)
    assert isinstance(audit.verdicts, NotApplicable)
    assert isinstance(audit.agreement, NotApplicable)
    assert audit.readers == {}
    assert [one.organisation for one in audit.profiles] == list(
        audit.study.ranking.table["organisation"]
    )


def test_jobs_change_nothing(audit):
    """Two processes find what one finds, to the last bit."""
    other = made_up(jobs=2)
    np.testing.assert_array_equal(
        audit.weights.acceptability.shares, other.weights.acceptability.shares
    )
    for name, draws in audit.evidence.draws.items():
        again = other.evidence.draws[name]
        if isinstance(draws, NotApplicable):
            assert draws == again
        else:
            pd.testing.assert_frame_equal(draws.rank_shares, again.rank_shares)
    pd.testing.assert_frame_equal(audit.changes, other.changes)
    pd.testing.assert_frame_equal(audit.choices.rank_shares, other.choices.rank_shares)


def test_tasks_keep_their_order():
    """Results stand in the order of the tasks, each under its own name."""
    tasks = [Task(key=(f"{n}",), work=_square, arguments={"n": n}) for n in (3, 1, 2)]
    seen: list[tuple[str, int, int]] = []
    for jobs in (1, 2):
        found = do_all(tasks, jobs=jobs, progress=lambda *step: seen.append(step))
        assert list(found.items()) == [(("3",), 9), (("1",), 1), (("2",), 4)]
    assert [done for _, done, _ in seen] == [1, 2, 3, 1, 2, 3]


def _square(_: tuple[str, ...], *, n: int) -> int:
    return n * n


def test_the_order_without_what_reaches_beyond_the_country(study):
    """It is that of evidence from which regional and global acts were struck; where none counts, none."""
    found = nearer_order(study)
    rows = study.evidence.rows
    struck = replace(study.evidence, rows=rows[[reach not in BEYOND for reach in rows["reach"]]])
    wanted = run_study(struck, study.rubric).ranking.table
    pd.testing.assert_frame_equal(found.table, wanted)
    assert len(struck.rows) < len(rows)
    local = run_study(read_evidence(EVIDENCE), read_rubric(str(RUBRIC)))
    assert isinstance(nearer_order(local), NotApplicable)


def test_strongest_and_weakest(study):
    """Strongest is where an organisation ranks highest and is above somebody; weakest likewise."""
    scores = study.ranking.criterion_scores
    labels = {node.id: node.label for node in study.rubric.top()}
    for name in study.selection.organisations:
        one = profile(study, name, NONE)
        ranks = one.criteria.set_index("label")["rank"].dropna()
        if one.strongest:
            assert set(ranks[list(one.strongest)]) == {ranks.min()}
        least = {labels[c] for c in scores if scores.loc[name, c] == scores[c].min()}
        assert not set(one.strongest) & least
        most = {labels[c] for c in scores if scores.loc[name, c] == scores[c].max()}
        assert not set(one.weakest) & most
        assert one.criteria["contribution"].sum() == pytest.approx(one.row["score"], abs=CLOSE)
        known = {
            leaf for leaf, value in study.scores.matrix.loc[name].items() if not math.isnan(value)
        }
        assert set(one.missing) == set(study.scores.matrix.columns) - known


def test_a_high_scale_makes_no_criterion_the_strongest():
    """Moving all scores of one criterion up, as the one half of barriers does, changes nothing.

    ALPHA is first in tools and second in training, and last in barriers with its greatest score.
    """
    table = pd.DataFrame(
        {"tools": [0.3, 0.2, 0.1], "training": [0.2, 0.3, 0.1], "barriers": [0.5, 0.6, 0.7]},
        index=["ALPHA", "BETA", "GAMMA"],
    )
    assert extremes(table, "ALPHA") == (["tools"], ["barriers"])
    assert extremes(table.add([0.4, 0, 0]), "ALPHA") == (["tools"], ["barriers"])
    assert extremes(table[["tools"]], "ALPHA") == ([], [])
    assert extremes(table.assign(training=0.1, barriers=np.nan), "GAMMA") == ([], [])


def test_rank_within_a_criterion_counts_those_ahead(study):
    """The rank in a criterion is one more than the number of organisations with a greater score."""
    scores = study.ranking.criterion_scores
    for name in study.selection.organisations:
        for row in profile(study, name, NONE).criteria.itertuples():
            if not np.isnan(row.score):
                assert row.rank == 1 + (scores[row.criterion] > row.score).sum()


def test_a_recommendation_moves_what_other_evidence_would(study, verdicts):
    """Closing or adding in a what-if gives the score of evidence that was changed by hand."""
    seen = set()
    for name in study.selection.organisations:
        one = profile(study, name, verdicts)
        for row in one.recommendations.dropna(subset="moves").to_dict("records"):
            claim = parse_claim(row["claim"])
            changed = run_study(replace(study.evidence, rows=_by_hand(study, claim)), study.rubric)
            table = changed.ranking.table.set_index("organisation").loc[name]
            assert row["score_then"] == pytest.approx(table["score"], abs=CLOSE)
            assert row["rank_then"] == table["rank"]
            assert row["moves"] == pytest.approx(table["score"] - one.row["score"], abs=CLOSE)
            seen.add(claim.kind)
    assert seen == {"closes", "gains"}


def _by_hand(study: Study, claim) -> pd.DataFrame:
    """Return the coded rows with one claim's change made in them."""
    rows, counted = study.evidence.rows, study.selection.rows
    leaf = next(n.path for n in study.rubric.leaves() if claim.path in (n.id, n.path))
    own = counted[(counted["organisation"] == claim.subject) & (counted["leaf"] == leaf)]
    added = ["supports"]
    if claim.kind == "closes":
        gone = own[own["effect"].isin(("limits", "absent"))]
        keys = set(zip(gone["id"], gone["where"], strict=True))
        keep = [key not in keys for key in zip(rows["id"], rows["where"], strict=True)]
        rows = rows[keep]
        # What is closed stays known: an answer and a shortcoming that cancel.
        added = ["supports", "limits"] if len(gone) == len(own) > 0 else []
    top, _, sub = leaf.partition("/")
    new = [
        counted.iloc[[0]][list(rows.columns)].assign(
            id=f"by-hand-{effect}", event_id=f"by-hand-{effect}", organisation=claim.subject,
            actor=claim.subject, evidence_type="output", reach="country", source="thesis",
            criterion=top, subcriterion=sub, alt_criterion="", effect=effect,
            strength=str(claim.strength or 1),
        )
        for effect in added
    ]  # fmt: skip
    return pd.concat([rows, *new], ignore_index=True)


def test_each_statement_counts_and_the_same_one_once(study, verdicts):
    """Unlike recommendations that are tested alike are made each, the same one twice is made once."""
    one = profile(study, "BOMCA", verdicts)
    alike = one.recommendations["claim"].value_counts()
    assert alike.max() == 3
    computed = [parse_claim(text) for text in one.recommendations.dropna(subset="moves")["claim"]]
    assert isinstance(one.together, WhatIf)
    assert one.together == what_if(computed, study)
    again = replace(
        verdicts,
        table=pd.concat([verdicts.table] * 2, ignore_index=True),
        claims=verdicts.claims * 2,
        answers=verdicts.answers * 2,
    )
    assert profile(study, "BOMCA", again).together == one.together


def test_a_name_that_another_begins_with_takes_no_recommendation_of_it(study, verdicts):
    """A statement that begins with SCOT is none to SCO."""
    table = verdicts.table.copy()
    line = table.index[table["statement"].str.startswith("SCO ")][0]
    before = len(profile(study, "SCO", verdicts).recommendations)
    table.loc[line, "statement"] = "SCOT should do more."
    claims = list(verdicts.claims)
    claims[line] = parse_claim("unknown whatever")
    other = replace(verdicts, table=table, claims=tuple(claims))
    assert len(profile(study, "SCO", other).recommendations) == before - 1


def test_changes_are_those_of_single_rubrics(audit):
    """Each single change has the scores of the rubric with that change, and says who is first."""
    study = audit.study
    table = audit.changes.set_index("change")
    assert list(table.index) == [change for change, _ in single_changes(study.rubric)]
    for change, rubric in single_changes(study.rubric):
        if table.loc[change, "not_applicable"]:
            with pytest.raises(IoscoreError):
                run_study(study.evidence, rubric)
            continue
        ranking = run_study(study.evidence, rubric).ranking
        for row in ranking.table.itertuples():
            assert table.loc[change, row.organisation] == row.score or np.isnan(row.score)
        assert table.loc[change, "first"] == ", ".join(ranking.first)
        assert table.loc[change, "turns"] == (set(ranking.first) != set(study.ranking.first))


def test_a_change_that_cannot_be_scored_says_so(study):
    """A choice that leaves no row gives a reason and no score."""
    choice = study.rubric.choices["sources"].model_copy(
        update={"levels": ("thesis", "norms_article")}
    )
    rows = study.evidence.rows
    thin = replace(study.evidence, rows=rows[rows["source"] == "thesis"])
    rubric = study.rubric.model_copy(
        update={"choices": {**study.rubric.choices, "sources": choice}}
    )
    table = changes_table(run_study(thin, rubric)).set_index("change")
    row = table.loc["sources=norms_article"]
    assert "no row is left" in row["not_applicable"]
    assert np.isnan(row["UNODC"])
    assert not row["turns"]


@pytest.mark.filterwarnings("ignore:invalid value encountered in divide")  # of zero weights
def test_a_change_that_leaves_nothing_scored_turns_nothing():
    """Where only barriers are coded, leaving barriers out gives a reason, no score and no first."""
    rows = [
        {"organisation": name, "criterion": "hindrance", "strength": "2"}
        for name in ("BETA", "GAMMA")
    ]
    table = changes_table(run_study(evidence_of(*rows), read_rubric(str(RUBRIC))))
    row = table.set_index("change").loc["barrier_treatment=ignore"]
    assert row["not_applicable"]
    assert row["first"] == ""
    assert not row["turns"]


def test_words_and_scores_correlate_as_in_scipy(study):
    """The rank correlation of scores with words is that of scipy.stats.spearmanr."""
    rubric = study.rubric
    read = run_study(read_evidence(family=rubric.codes, with_paragraphs=True), rubric)
    words, correlation = words_of(read)
    scores = read.ranking.table.set_index("organisation")["score"]
    expected = spearmanr(words, scores[words.index]).statistic
    assert correlation == pytest.approx(expected, abs=1e-12)


def test_answers_need_every_analysis_that_the_plan_names():
    """Where one of panel, curve and event study is not applicable, so are the answers."""
    plan = read_plan()
    gone = NotApplicable("too few countries")
    results = {"panel": {plan.outcome: gone}, "curve": {"all": None}, "event": {plan.outcome: None}}
    assert plan_answers(results, plan) == NotApplicable("panel: too few countries")


def test_rivals_are_ranked_on_the_same_evidence():
    """Another rubric of the same criteria gives its own order beside that of the audit."""
    rubric = read_rubric(str(RUBRIC))
    rival = choose(rubric, {"plans": "include"}).model_copy(update={"name": "other"})
    audit = made_up(rivals=[rival])
    expected = run_study(read_evidence(EVIDENCE), rival).ranking
    assert [ranking.rubric.name for ranking in audit.rivals] == ["other"]
    pd.testing.assert_frame_equal(audit.rivals[0].table, expected.table)
