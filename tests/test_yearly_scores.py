"""Yearly scores: nothing seized is in them, nothing undated, and nothing is zero in silence."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import evidence_of, flat_rubric
from ioscore.errors import EvidenceError, PanelError
from ioscore.io import read_evidence, read_rubric
from ioscore.rubric import choose
from ioscore.study import join_scores, rank_by_year, run_study, yearly_scores
from ioscore.study.yearly import COUNT, EVENT, OUTCOME, UNDATED, WEIGHT, is_seizure, no_effort
from random_evidence import NAMES, made_up_rubric, random_evidence

YEARS = range(1996, 2024)


@pytest.fixture(scope="module")
def shipped():
    rubric = read_rubric()
    return read_evidence(), rubric


@pytest.fixture(scope="module")
def scored(shipped):
    return yearly_scores(*shipped, YEARS)


def dated(year, end=None, **fields):
    return {"year_start": str(year), "year_end": str(end or year), "strength": "2", **fields}


def planted(evidence, organisations, criteria, **fields):
    """Return the evidence with one row more for each organisation, criterion and year."""
    template = evidence.rows.iloc[0].to_dict()
    rows = []
    for n, organisation in enumerate(organisations):
        for criterion, sub in criteria:
            for year in YEARS:
                name = f"planted-{n}-{criterion}-{sub}-{year}-{fields['evidence_type']}"
                rows.append(
                    {
                        **template, "id": name, "event_id": name, "organisation": organisation,
                        "actor": organisation, "reach": "country", "criterion": criterion,
                        "subcriterion": sub, "alt_criterion": "", "effect": "supports",
                        "strength": "3", "quantity": "", "unit": "", "summary": "made up",
                        "year_start": str(year), "year_end": str(year), **fields,
                    }
                )  # fmt: skip
    more = pd.DataFrame(rows, dtype=object)
    return replace(evidence, rows=pd.concat([evidence.rows, more], ignore_index=True)), len(more)


def leaves(rubric):
    return [(leaf.path.split("/")[0], leaf.path.partition("/")[2]) for leaf in rubric.leaves()]


@pytest.mark.parametrize(
    ("reason", "fields"),
    [
        (WEIGHT, {"evidence_type": "output", "quantity": "900", "unit": "kg"}),
        (WEIGHT, {"evidence_type": "agreement", "quantity": "2.5", "unit": "tonnes"}),
        (
            COUNT,
            {
                "evidence_type": "output",
                "quantity": "80",
                "unit": "items",
                "summary": "Eighty tablets seized.",
            },
        ),
        (OUTCOME, {"evidence_type": "outcome"}),
    ],
)
def test_a_planted_seizure_or_outcome_changes_nothing(shipped, scored, reason, fields):
    """One in every organisation, criterion and year moves no score and no count of documents."""
    evidence, rubric = shipped
    grown, count = planted(evidence, rubric.alternatives, leaves(rubric), **fields)
    again = yearly_scores(grown, rubric, YEARS)
    pd.testing.assert_frame_equal(again.table, scored.table, check_exact=True)
    assert again.left_out[reason] == scored.left_out.get(reason, 0) + count
    others = set(again.left_out) - {reason}
    assert {r: again.left_out[r] for r in others} == {r: scored.left_out[r] for r in others}


def test_the_same_act_without_its_seizure_does_change_the_scores(shipped, scored):
    """The test above can fail: planted as a plain output, the act raises every score."""
    evidence, rubric = shipped
    grown, _ = planted(evidence, rubric.alternatives, leaves(rubric), evidence_type="output")
    again = yearly_scores(grown, rubric, YEARS).table
    assert (again["documented_rows"] > scored.table["documented_rows"]).all()
    assert (again["csto_training"] > scored.table["csto_training"].fillna(0)).all()


def test_undated_acts_are_left_out_and_counted(shipped, scored):
    """Undated outputs move no score, and the count of undated rows rises by as many."""
    evidence, rubric = shipped
    undated = {"evidence_type": "output", "year_start": "", "year_end": ""}
    grown, count = planted(evidence, rubric.alternatives, leaves(rubric), **undated)
    again = yearly_scores(grown, rubric, YEARS)
    pd.testing.assert_frame_equal(again.table, scored.table, check_exact=True)
    assert again.left_out[UNDATED] == scored.left_out[UNDATED] + count
    assert scored.left_out[UNDATED] > 0


def test_a_year_is_the_ranking_of_the_window_of_that_year(shipped, scored):
    """Each row equals criteria, scores and rows of a study of that year on what is left."""
    evidence, rubric = shipped
    rows = evidence.rows
    events = set(rows.loc[is_seizure(rows) != "", "event_id"])
    left = replace(evidence, rows=rows[no_effort(rows, events) == ""])
    table, seen = scored.table.set_index("year"), 0
    ranks = rank_by_year(left, rubric, least=1).set_index("year")
    for year in YEARS:
        if table.loc[year, "documented_rows"] == 0:
            assert year not in ranks.index
            continue
        study = run_study(left, rubric, window=(year, year))
        assert table.loc[year, "documented_rows"] == len(study.selection.rows)
        for name in rubric.alternatives:
            own = study.ranking.criterion_scores.loc[name]
            found = table.loc[year, [f"{name.lower()}_{c}" for c in own.index]]
            np.testing.assert_array_equal(found.to_numpy(float), own.to_numpy(float))
            seen += int(own.notna().sum())
        points = table.loc[year, [f"{name.lower()}_score" for name in rubric.alternatives]]
        # Scores that differ by less than the tie of a ranking, a billionth, share a rank.
        placed = (-points.astype(float)).round(9).rank(method="min").to_numpy(float)
        np.testing.assert_array_equal(placed, ranks.loc[year, list(rubric.alternatives)].tolist())
    assert seen > 50


def test_where_no_act_is_dated_there_is_no_score():
    """ALPHA has acts in 2015 only, BETA in 2016 and 2017: all else is missing, and no rows."""
    rows = [dated(2015), dated(2016, 2017, organisation="BETA", criterion="hindrance")]
    table = yearly_scores(evidence_of(*rows), flat_rubric(), range(2014, 2018)).table
    table = table.set_index("year")
    assert table["alpha_tools"].notna().tolist() == [False, True, False, False]
    assert table["beta_hindrance"].notna().tolist() == [False, False, True, True]
    assert table[["alpha_hindrance", "beta_tools"]].isna().all(axis=None)
    assert table["beta_score"].notna().tolist() == [False, False, True, True]
    assert table["documented_rows"].tolist() == [0, 1, 1, 1]
    assert table["alpha_rows"].tolist() == [0, 1, 0, 0]
    assert table["documented_words"].isna().all()


def test_what_counts_as_a_seizure():
    """Weights are; counts are where seizing is told; people, arrests and reports are none."""
    told = pd.DataFrame(
        [
            ("716", "kg", "Agency had so much", WEIGHT),
            ("6", " Tonnes", "Poppy straw", WEIGHT),
            ("10", "litres", "Precursors", WEIGHT),
            ("123", "cases", "Units made 123 seizures", COUNT),
            ("80000", "items", "Teams seized tablets", COUNT),
            ("12", "", "Twelve hauls of heroin", COUNT),
            ("20", "cases", "Network helped with twenty requests", ""),
            ("30", "documents", "Reports of large seizures", ""),
            ("40", "people", "Officers trained in seizing drugs", ""),
            ("32", "arrests", "Arrests after drugs were seized", ""),
            ("", "", "Drones led to seizures", ""),
            ("", "kg", "Nothing is given", ""),
        ],
        columns=["quantity", "unit", "summary", "reason"],
    )
    assert is_seizure(told).tolist() == told["reason"].tolist()


def test_an_event_of_which_a_seizure_is_told_goes_as_a_whole():
    """The founding goes with what was seized later, in another source and under another name."""
    rows = [
        dated(2015, event_id="agency"),
        dated(2016, event_id="agency", organisation="BETA", quantity="3", unit="kg", source="b"),
        dated(2015, criterion="hindrance", organisation="BETA"),
    ]
    found = yearly_scores(evidence_of(*rows), flat_rubric(), [2015, 2016])
    assert found.table["alpha_tools"].isna().all()
    assert found.left_out == {WEIGHT: 1, EVENT: 1}
    assert found.out["event_id"].tolist() == ["agency", "agency"]


def test_words_are_those_of_the_paragraphs_of_the_year():
    """Two acts of one paragraph count its words once; a year of no act has none."""
    paragraphs = pd.DataFrame(
        {"source": ["book"] * 2, "line": [1, 5], "line_end": [3, 6], "words": [40, 7]}
    )
    rows = [
        dated(2015, source="book", locator="line 2, One"),
        dated(2015, source="book", locator="line 3, One", organisation="BETA"),
        dated(2016, source="book", locator="line 6"),
    ]
    evidence = evidence_of(*rows, paragraphs=paragraphs, kinds={"book": "academic"})
    table = yearly_scores(evidence, flat_rubric(), [2014, 2015, 2016]).table
    assert table["documented_words"].tolist() == [0, 40, 7]


def test_any_rubric_gives_columns_of_its_own():
    """Barriers that are ignored have no column; a refusal of gaps and TOPSIS stop nothing."""
    rows = [dated(2015), dated(2015, criterion="hindrance", organisation="BETA")]
    rubric = flat_rubric(missing="refuse", method="topsis")
    ignored = choose(rubric, {"barrier_treatment": "ignore"})
    found = yearly_scores(evidence_of(*rows), ignored, [2015])
    assert found.criteria == ("tools",)
    assert "alpha_hindrance" not in found.table
    assert found.organisations[0].weights == {"alpha_tools": 0.5}
    both = yearly_scores(evidence_of(*rows), rubric, [2015])
    assert both.criteria == ("tools", "hindrance")
    assert list(both.organisations[0].weights) == ["alpha_tools"]


def test_columns_of_one_name_are_refused():
    """Two organisations that differ in the case of a letter would share their columns."""
    rubric = flat_rubric(alternatives={"Alpha": "one", "ALPHA": "other"})
    with pytest.raises(EvidenceError, match="two columns would be called"):
        yearly_scores(evidence_of(dated(2015)), rubric, [2015])


def test_scores_join_the_country_that_the_evidence_is_about():
    """Other countries have no score, rows keep their order, and names cannot be taken twice."""
    scores = yearly_scores(evidence_of(dated(2015)), flat_rubric(), [2015])
    table = pd.DataFrame(
        {"country": ["KAZ", "TJK", "TJK"], "year": [2015, 2015, 2016]}, index=[7, 3, 5]
    )
    joined = join_scores(table, scores, "TJK")
    assert joined.index.tolist() == [7, 3, 5]
    assert joined["alpha_tools"].notna().tolist() == [False, True, False]
    assert joined["documented_rows"].tolist()[1] == 1
    assert joined["documented_rows"].isna().tolist() == [True, False, True]
    with pytest.raises(PanelError, match="already"):
        join_scores(joined, scores, "TJK")
    with pytest.raises(PanelError, match="no rows of UZB"):
        join_scores(table, scores, "UZB")


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_at_random_a_seizure_changes_nothing(seed):
    """Whatever the evidence, an event of its own with kilograms leaves the table as it is."""
    rng = np.random.default_rng(seed)
    evidence = random_evidence(rng, 12)
    # One act of effort for sure, or there would be nothing to score.
    sure = evidence_of(dated(2017, id="sure", criterion="b", source="one"))
    rows = pd.concat([evidence.rows, sure.rows], ignore_index=True)
    evidence = replace(evidence, rows=rows)
    seizure = evidence_of(
        *[
            dated(2018, id=f"x{n}", organisation=name, criterion="b", quantity="5", unit="kg",
                  source="two")
            for n, name in enumerate(NAMES)
        ]
    )  # fmt: skip
    grown = replace(evidence, rows=pd.concat([rows, seizure.rows], ignore_index=True))
    rubric = made_up_rubric()
    before, after = (yearly_scores(e, rubric, range(2016, 2020)) for e in (evidence, grown))
    pd.testing.assert_frame_equal(before.table, after.table, check_exact=True)
    assert after.left_out[WEIGHT] == 3
    known = before.table[[f"{n.lower()}_rows" for n in NAMES]].sum(axis=1)
    assert (known == before.table["documented_rows"]).all()


def test_ranking_loads_nothing_of_the_seizures():
    """`ioscore.study` alone loads neither the right wing nor what it needs."""
    code = (
        "import sys; from ioscore.study import run_study; "
        "print([m for m in ('ioscore.regression', 'ioscore.panel', 'statsmodels', 'sklearn', "
        "'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
