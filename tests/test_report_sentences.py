"""Each sentence of a report holds for the evidence and the rubric that it is printed for."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import EVIDENCE, RUBRIC, evidence_of
from ioscore.audit import Audit
from ioscore.claims import parse_claim
from ioscore.io.plans import read_plan, read_sizes
from ioscore.io.rubrics import read_rubric
from ioscore.io.shipped import shipped
from ioscore.io.tables import read_evidence, read_table
from ioscore.report.page.compose import compose
from ioscore.report.page.markdown import markdown
from ioscore.report.page.references import REFERENCES, by_author
from ioscore.report.page.sections.answer import last_kept, within_margin
from ioscore.report.page.sections.claims import LATER
from ioscore.report.page.sections.said import neutral, spaced
from ioscore.report.page.sections.seizures import _below, rejects_too_often
from ioscore.report.page.sections.sureness import CHECKED, _missing, claims_in_short, own_source
from ioscore.report.ranking import margins
from ioscore.report.regression.sizes import null_table
from ioscore.report.sensitivity.evidence import summary
from ioscore.rubric import choose
from ioscore.study import run_study
from reported import Page, audited, setting, two_readings, without_figures

CLAIMS = [
    ("ALPHA does most.", "comparison", "ALPHA first overall"),
    ("ALPHA has tools.", "facet", "ALPHA has any tools"),
    ("ALPHA should hold courses.", "recommendation", "ALPHA gains schooling/courses 2"),
    ("ALPHA should build bridges.", "recommendation", "ALPHA gains bridges 2"),
    ("All should do more.", "recommendation", "unknown it names nobody"),
]


@pytest.fixture(scope="module")
def made_up() -> Audit:
    """Return an audit of made-up evidence, of which the tools of GAMMA are denied and given."""
    evidence = read_evidence(EVIDENCE)
    row = evidence.rows[evidence.rows["id"] == "a4"]
    denied = row.assign(id="denied", event_id="denied", effect="absent", strength="")
    whole = denied.assign(
        id="whole", event_id="whole", organisation="GAMMA", actor="GAMMA", criterion="schooling"
    )
    rows = pd.concat([evidence.rows, denied, whole], ignore_index=True)
    table = pd.DataFrame(CLAIMS, columns=["statement", "kind", "claim"]).assign(
        source="made_up_book", locator="", anchor="", where="made up",
        id=[f"c{n}" for n in range(len(CLAIMS))], note=[f"{LATER}: another", "", "", "", ""],
    )  # fmt: skip
    return audited(
        replace(evidence, rows=rows),
        read_rubric(str(RUBRIC)),
        statements=(table, [parse_claim(claim) for claim in table["claim"]]),
        readings=two_readings(evidence),
    )


@pytest.fixture(scope="module")
def page(made_up) -> Page:
    return without_figures(made_up)


@pytest.fixture(scope="module")
def barriers_only() -> Audit:
    """Return an audit of one answer to a barrier by each of two organisations, without claims."""
    rows = [
        {"organisation": name, "criterion": "hindrance", "strength": "2", "source": "one"}
        for name in ("BETA", "GAMMA")
    ]
    with warnings.catch_warnings():
        # Of means over nothing, where barriers are left out or have no weight.
        warnings.simplefilter("ignore", RuntimeWarning)
        return audited(evidence_of(*rows), read_rubric(str(RUBRIC)))


def test_no_place_stands_twice(page):
    """With two readings, claims and recommendations in it a page has each id once."""
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []
    assert {"agreement", "table-agreement", "readers", "table-readers"} <= set(page.ids)


def test_claims_from_a_source_of_the_evidence_are_counted(made_up):
    """Of claims that can be checked, those count whose source is one of the evidence."""
    checked = sum(a.state in CHECKED for a in made_up.verdicts.answers)
    assert checked
    assert own_source(made_up.verdicts, ["made_up_book"]) == (checked, checked)
    assert own_source(made_up.verdicts, ["another", ""]) == (0, checked)


def test_those_tied_for_the_last_place_stay_last(barriers_only):
    """Two that are tied last stay last where both are least; what scores nothing is told apart."""
    text = without_figures(barriers_only).text
    assert "BETA and GAMMA stay last under all of them (2 more leave nothing that can be" in text
    last, still = last_kept(barriers_only.changes, barriers_only.study.ranking.table.dropna())
    assert (last, still) == (
        ["BETA", "GAMMA"],
        (barriers_only.changes["not_applicable"] == "").sum(),
    )


def test_turns_within_the_margin_are_counted():
    """A new first counts as within the margin if it leads the old one by no more than that."""
    changes = pd.DataFrame(
        {
            "change": ["a=b", "a=c", "a=d", "a=e"], "first": ["B", "B", "A", "B"],
            "turns": [True, True, False, True], "A": [0.5, 0.5, 0.6, np.nan],
            "B": [0.51, 0.6, 0.5, 0.5], "not_applicable": "",
        }
    )  # fmt: skip
    assert within_margin(changes, ("A",), 0.02) == 1


def test_claims_on_order_and_on_presence_are_counted_apart(made_up):
    """Every claim is counted once: by its form if it was checked, else as not checkable or what-if."""
    assert claims_in_short(made_up.verdicts) == (
        "5 claims: of 1 checked claim on who does more or less, 1 is reproduced; of 1 checked claim "
        "on whether there is any act at all, which one act can settle, 1 is reproduced; 2 cannot be "
        "checked; 1 is a what-if."
    )


def test_claims_that_were_changed_are_counted_by_their_notes(page):
    """Nothing is said of when claims were written but how many carry a note of a later change."""
    assert f"1 claim was tested otherwise {LATER}" in page.text
    assert "before any was answered" not in page.text


def test_a_margin_compares_no_missing_criterion(made_up, page):
    """Criteria known for one of two only are named as missing, and no lead is made of them."""
    ranking = made_up.study.ranking
    known = ranking.contributions.notna()
    for line in margins(ranking):
        above, below = re.match(r"(\w+) is ahead of (\w+)", line).groups()
        compared = re.findall(r"(?:by|in) (\w+) \(", line.partition(")")[2])
        assert all(known.loc[[above, below], name].all() for name in compared)
        gaps = [f"{c} of {n}" for c in known for n in (above, below) if not known.loc[n, c]]
        assert all(gap in line for gap in gaps)
        assert ("missing:" in line) == bool(gaps)
        assert line in page.text


def test_acts_are_counted_once(made_up, page):
    """A denial of a whole criterion is one act, although it counts in each of its cells."""
    rows = made_up.study.selection.rows
    assert (rows["id"] == "whole").sum() == 2
    assert f"Of the {rows['id'].nunique()} acts that count" in page.text
    assert "3 say that something is not done" in page.text


def test_a_denial_beside_a_support_is_said_to_move_nothing(page):
    """An absent row in a cell that is not absent says that it moves no score; in others none does."""
    said = "moves no score here, as what supports or limits the cell is counted instead"
    assert page.text.count(said) == 1
    assert f"row denied; {said}" in page.text


def test_a_place_that_is_not_given_leaves_no_comma(page):
    """Events and claims without a line or words of their source have no sign that waits for one."""
    assert not re.search(r"made_up_book, (strength|Tested|Why|event)|,:|: “”", page.text)
    assert "none of them says where in its source it stands" in page.text


def test_figures_of_criteria_lead_to_their_cells(made_up, page):
    """Each figure of a criterion leads to the first cell of that organisation and criterion."""
    study = made_up.study
    targets = Counter(a["href"] for a in page.all("a"))
    for name in study.selection.organisations:
        for leaf in ("schooling-courses", "tools", "hindrance"):
            assert targets[f"#cell-{name.lower()}-{leaf}"] >= 2


def test_recommendations_stand_once(page):
    """What the rubric has no criterion for is one sentence; what is for nobody has a list."""
    assert (
        "1 recommendation names a criterion that this rubric does not have, so that nothing can be "
        "computed: ALPHA should build bridges."
    ) in page.text
    start = page.text.index("What is recommended to none of them in particular These single out")
    assert "All should do more." in page.text[start:]
    assert "ALPHA" not in page.text[start : page.text.index("Seizures, and", start)]


def test_what_followed_from_acts_is_counted(made_up, page):
    """The acts that count although they tell an outcome are counted beside those of effort."""
    rows = made_up.study.selection.rows
    told = rows.loc[rows["evidence_type"] == "outcome", "id"].nunique()
    assert f"{told} of {rows['id'].nunique()} acts tell what followed from one" in page.text


def test_nothing_is_said_of_what_was_not_studied(barriers_only):
    """Without claims and outcomes no sentence speaks of closing, of drugs, or of a plan's seed."""
    text = without_figures(barriers_only).text
    for words in ("Closes", "drug", "seed of their plan", "Claims: a small", "kilograms"):
        assert words not in text


def test_the_neutral_point_is_that_of_the_rubric():
    """One half is neutral for barriers where they are balanced, and is not spoken of elsewhere."""
    rubric = read_rubric(str(RUBRIC))
    assert "A barrier stands at one half" in neutral(rubric)
    for treatment in ("net", "ignore"):
        assert "one half" not in neutral(choose(rubric, {"barrier_treatment": treatment}))


def test_missing_cells_are_told_by_the_rule_of_the_rubric():
    """Under the worst value no sentence says that a missing cell is no zero or stays missing."""
    rubric = read_rubric(str(RUBRIC)).model_copy(update={"missing": "worst", "method": "topsis"})
    text = without_figures(audited(read_evidence(EVIDENCE), rubric)).text
    assert "is taken at the worst value that it could have." in text
    assert "Missing cells are taken at their worst value. Ranks have no range" in text
    assert "it is exact" not in text


def test_one_that_alone_can_be_first_is_not_put_first_by_gaps(made_up):
    """Where only one organisation can be first, gaps put nobody else there."""
    rows = [{"strength": "3"}, {"organisation": "BETA", "effect": "absent"}]
    rubric = read_rubric(str(RUBRIC))
    tools = rubric.criteria["tools"].model_copy(update={"weight": 1000.0})
    rubric = rubric.model_copy(update={"criteria": {**rubric.criteria, "tools": tools}})
    two = rubric.model_copy(
        update={"alternatives": {"ALPHA": "Alpha", "BETA": "Beta"}, "leave_out": ("GAMMA",)}
    )
    audit = replace(made_up, study=run_study(evidence_of(*rows), two))
    assert _missing(audit).endswith("What they hold could put nobody but ALPHA first.")


def test_the_only_source_is_said_to_be_the_only_one(barriers_only):
    """Leaving out the only source changes no place: without it nothing can be scored."""
    lines = [line for line in summary(barriers_only.evidence) if "one source" in line]
    assert lines == [
        "Leaving out one source: there is only one, and without it nothing can be scored."
    ]


def test_nobody_is_told_to_be_first_twice(made_up):
    """A sentence on how to make somebody first names the goal once."""
    lines = [line for line in summary(made_up.evidence) if line.startswith("To make")]
    assert lines
    assert not [line for line in lines if line.count(" first:") > 1]


def test_methods_that_reject_too_often_are_those_with_a_mark():
    """Each method is held against its own level, in the report as in the table of the methods."""
    table = read_table(shipped("data", "null_rejection.csv"))
    marked = null_table(table)["method"].str.contains("†").sum()
    sizes = read_sizes()
    assert len(sizes) == marked
    assert sizes["synth", "synthetic control", "placebo"].level == pytest.approx(1 / 6, abs=1e-5)
    said = rejects_too_often({}, setting(sizes=sizes))
    assert "the plan itself" not in said
    planned = SimpleNamespace(
        analysis="synth", estimator="synthetic control", main="placebo", planned=True
    )
    other = SimpleNamespace(**vars(planned) | {"analysis": "panel", "main": "permutation"})
    outcomes = {"synth": {"opiates": SimpleNamespace(estimates=(planned, other))}}
    said = rejects_too_often(outcomes, setting(sizes=sizes))
    assert said.endswith(
        "those that the plan itself relies on: rank among placebos in space (synth, 31% instead of "
        "16.7%)."
    )
    assert said.startswith(f"{marked} combinations of analysis, estimator and method reject")
    assert "43.1% instead of 5%" in said


def test_a_note_speaks_of_intervals_only_where_there_are_some():
    """Below estimates without an interval the note names how p was made, and nothing else."""
    frame = pd.DataFrame(
        {"low": [np.nan], "high": [np.nan], "p": [0.5], "by": ["turns"], "detectable": [""]}
    )
    assert _below(frame) == ([("p by turns. –: no such figure.",)], True)
    both = frame.assign(low=-1.0, high=np.inf, detectable="none")
    assert _below(both)[0][0][0].startswith("Interval and p by turns. Could be seen from:")


def test_where_every_instrument_shows_no_reason_is_given(made_up):
    """Answers without a reason print none, and the sentence on them stands once in its section."""
    row = {
        "organisation": "ALPHA", "coefficient": 0.5, "low": 0.4, "high": 0.6, "p": 0.01,
        "p_corrected": 0.02, "detectable": 0.1, "median": 0.5, "curve_p": 0.01, "same_sign": 1.0,
        "before_p": np.nan, "answer": "shows", "because": "",
    }  # fmt: skip
    audit = replace(made_up, plan=read_plan(), outcomes={}, answers=pd.DataFrame([row]))
    text = without_figures(audit).text
    assert "Why, for each" not in text
    assert text.count("Does the effort show in seizures? For 1 of 1 instrument they show it.") == 2


def test_other_forms_than_a_page_speak_of_no_bar(made_up):
    """Markdown has no bars and no empty badges, and its text speaks of none."""
    text = markdown(compose(made_up, setting(), ()))
    assert "Bar:" not in text
    assert "****" not in text


def test_references_stand_by_author():
    """The list is in the order of authors, accents and keys aside."""
    names = [REFERENCES[key].text.split(",")[0] for key in sorted(REFERENCES, key=by_author)]
    assert names.index("Hayes") < names.index("Holm") < names.index("Kadziński")
    assert names[-1] == "Webb"


def test_lists_of_sources_have_spaces():
    """A level that names several sources is written as a sentence has it."""
    rubric = read_rubric(str(RUBRIC))
    study = run_study(read_evidence(EVIDENCE), rubric)
    assert study.selection.sources
    assert spaced("other source than audit,newspaper") == "other source than audit, newspaper"
    assert spaced("as, it was") == "as, it was"
