"""The front door: names that load when they are asked for, and what every result shows and says."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from pandas.testing import assert_frame_equal

import ioscore
from helpers import ROOT
from ioscore.errors import IoscoreError, NotApplicable, PanelError
from ioscore.evidence.agreement import agreement
from ioscore.report.figures.ranking import MOST_ROWS
from ioscore.report.figures.style import colours, image
from ioscore.report.summaries import ANALYSES
from ioscore.study import outcomes

CASE = ROOT / "notebooks" / "your_case"
HOSTILE = ("<script>alert(1)</script>", "\"&'", r"$\frac{1", "=HYPERLINK(1)", "\u202eBACK")


@pytest.fixture(scope="module")
def rubric():
    return ioscore.read_rubric(str(CASE / "rubric.yaml"))


@pytest.fixture(scope="module")
def study(rubric):
    return ioscore.run_study(ioscore.read_evidence(str(CASE / "evidence.csv")), rubric)


@pytest.fixture(scope="module")
def readings():
    return ioscore.read_readings(ioscore.read_rubric("thesis"))


@pytest.fixture(scope="module")
def results(study, rubric, readings):
    """One result of every kind that is quickly made."""
    evidence = study.evidence
    data, plan = ioscore.read_outcome_data(), ioscore.read_plan()
    return {
        "study": study,
        "ranking": study.ranking,
        "evidence": evidence,
        "agreement": ioscore.compare_readings(readings, resamples=20),
        "weights": ioscore.analyse_weights(study.scores, rubric, draws=200, seed=0),
        "on_evidence": ioscore.analyse_evidence(evidence, rubric, draws=20, seed=0),
        "choices": ioscore.analyse_choices(evidence, rubric),
        "panel": ioscore.planned_panel(data, plan),
        "series": ioscore.regress("series", data, plan),
        "synth": ioscore.regress("synth", data, plan),
        "audit": ioscore.run_audit(
            evidence,
            rubric,
            outcomes=ioscore.NotApplicable("none is asked for here"),
            draws=200,
            evidence_draws=20,
            seed=0,
        ),
    }


KINDS = (
    "study", "ranking", "evidence", "agreement", "weights", "on_evidence", "choices", "panel",
    "series", "synth", "audit",
)  # fmt: skip


def test_importing_ioscore_loads_nothing_of_it_and_no_package_of_others():
    """After `import ioscore` neither a room nor numpy, pandas or matplotlib is in memory."""
    code = (
        "import sys, ioscore; heavy = ('numpy', 'pandas', 'matplotlib', 'pydantic', 'scipy')\n"
        "assert not [m for m in sys.modules if m.startswith('ioscore.') or m in heavy]"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there_once_and_the_same_each_time():
    """All names load, are listed by `dir`, and are few; a second look-up gives the same object."""
    assert set(ioscore.__all__) <= set(dir(ioscore))
    assert len(ioscore.__all__) == len(set(ioscore.__all__)) <= 35
    for name in ioscore.__all__:
        assert getattr(ioscore, name) is getattr(ioscore, name)
    assert ioscore.rank is import_module("ioscore.ranking").rank


def test_evidence_and_matrices_are_found_by_a_path_written_as_text(tmp_path):
    """`read_evidence` and `read_matrix` take text where they take a Path, with the same result."""
    file = CASE / "evidence.csv"
    assert_frame_equal(ioscore.read_evidence(str(file)).rows, ioscore.read_evidence(file).rows)
    matrix = tmp_path / "m.csv"
    matrix.write_text("name,x\na,0.5\nb,\n", encoding="utf-8")
    assert_frame_equal(ioscore.read_matrix(str(matrix)), ioscore.read_matrix(matrix))


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_has_figures_with_a_source_line_and_sentences(results, kind):
    """Each kind of result is drawn, its line of source as given, and says something in sentences."""
    drawn = ioscore.figures(results[kind], source="made-up source")
    assert drawn
    for name, figure in drawn.items():
        assert figure.get_supxlabel().startswith("made-up source"), name
    said = ioscore.summary(results[kind])
    assert said
    assert all(isinstance(line, str) and line for line in said)
    assert str(said) == "\n".join(said)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "audit"])
def test_a_figure_has_a_source_line_without_being_given_one(results, kind):
    """Left alone, every figure still says what it rests on."""
    assert all(figure.get_supxlabel() for figure in ioscore.figures(results[kind]).values())


def test_an_audit_shows_what_its_parts_show(results):
    """The figures of an audit are those of its parts, the part before the name."""
    audit = results["audit"]
    assert set(ioscore.figures(audit)) == {
        f"{part}_{name}"
        for part, value in {
            "study": audit.study,
            "agreement": audit.agreement,
            "weights": audit.weights,
            "evidence": audit.evidence,
            "choices": audit.choices,
            "outcomes": audit.outcomes,
        }.items()
        for name in ioscore.figures(value)
    }


@pytest.mark.parametrize(("kind", "name"), ANALYSES.items())
def test_every_analysis_of_seizures_can_be_shown(kind, name):
    """Each analysis that a plan may run returns the type under which it is drawn and told."""
    assert set(outcomes.ANALYSES) == set(ANALYSES.values())
    assert hasattr(import_module(f"ioscore.regression.{name}.analysis"), kind)
    shown = import_module(f"ioscore.report.regression.{name}")
    assert callable(shown.figures)
    assert callable(shown.summary)


def test_what_is_not_applicable_is_shown_with_its_reason():
    """There is one figure and one sentence, and both give the reason; names asked for do no harm."""
    reason = NotApplicable("made-up reason")
    (figure,) = ioscore.figures(reason, "contributions").values()
    assert "made-up reason" in figure.texts[0].get_text()
    assert ioscore.summary(reason) == ["Not applicable: made-up reason."]


def test_a_series_without_a_fit_still_shows_something(results):
    """A result of which nothing can be drawn gives a sheet that says so, not an empty cell."""
    blank = replace(results["series"], line=NotApplicable("made-up reason"))
    assert list(ioscore.figures(blank)) == ["nothing"]
    assert "made-up reason" in str(ioscore.summary(blank))


def test_wrong_names_and_wrong_types_are_told(study):
    """An unknown figure is answered by those there are, an unknown type by the types there are."""
    with pytest.raises(IoscoreError, match=r"no figure cell.*contributions, cells, coverage"):
        ioscore.figures(study, "cell")
    for ask in (ioscore.figures, ioscore.summary):
        with pytest.raises(TypeError, match=r"dict is no result.*Study"):
            ask({})


def test_a_notebook_shows_the_very_bytes_that_are_saved(study):
    """The HTML of figures, and a figure by itself, show the PNG that `image` makes, with words."""

    def drawn():  # anew, since the layout of a figure settles with every drawing
        return ioscore.figures(study, "cells", source="made-up source")

    html, saved = drawn()._repr_html_(), image(drawn()["cells"], "png")
    (data,) = re.findall(r"base64,([^\"]+)\"", html)
    assert base64.b64decode(data) == saved
    assert 'alt="Score of every cell. made-up source"' in html
    assert drawn()["cells"]._repr_png_() == saved


def test_figures_are_the_same_bytes_twice(results):
    """Scores, cells, coverage and agreement drawn twice are equal, byte for byte."""
    for kind in ("study", "evidence", "agreement"):
        first, second = (ioscore.figures(results[kind]) for _ in range(2))
        for name in first:
            assert image(first[name], "svg") == image(second[name], "svg"), (kind, name)


def test_hostile_text_is_shown_as_text(tmp_path):
    """Markup, quotes, formulas and marks in names and summaries are drawn and escaped, never run."""
    rows = ["organisation,criterion,strength,source,summary"]
    for name in HOSTILE:
        field = '"' + name.replace('"', '""') + '"'
        rows.append(f'{field},tools,1,"s$^2","{field[1:-1] * 400}"')
    path = tmp_path / "hostile.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "r.yaml").write_text(
        'name: hostile\ncriteria: {tools: {name: "<b>$\\\\frac{1$</b>"}, more: {name: "$x$"}}\n',
        encoding="utf-8",
    )
    found = ioscore.run_study(
        ioscore.read_evidence(path), ioscore.read_rubric(str(tmp_path / "r.yaml"))
    )
    shown = ioscore.figures(found, source=HOSTILE[0])
    html = shown._repr_html_() + ioscore.summary(found)._repr_html_()
    html += ioscore.summary(ioscore.explanation(found, HOSTILE[0]))._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    svg = image(shown["contributions"], "svg").decode()
    assert "<script" not in svg


def test_an_explanation_in_a_notebook_is_unbroken_and_indented(study):
    """Lines are broken for the terminal alone; a notebook gets them whole, set in by a margin."""
    from ioscore.report.explanation import explanation_text

    why = ioscore.explanation(study, "PIPES", "skills")
    why = replace(why, rows=why.rows.assign(summary="made-up words " * 20))
    said = ioscore.summary(why)
    assert str(said).split() == explanation_text(why).split()
    assert max(map(len, said)) > 250
    assert max(map(len, explanation_text(why).splitlines())) <= 110
    html = said._repr_html_()
    assert html.count("0.25em 1.2em;") == sum(re.match("  [^ ]", line) is not None for line in said)
    assert html.count("0.25em 2.4em;") == len(why.rows)


def test_names_between_backticks_are_code_in_a_notebook(results):
    """Names of columns in a sentence are set as code, and no backtick is left."""
    html = ioscore.summary(results["agreement"])._repr_html_()
    assert "<code>alpha_all</code>" in html
    assert "`" not in html


def test_the_explorer_is_the_order_in_words_where_there_are_no_widgets(study):
    """Beside the view of the widget stands HTML with every organisation in order of rank."""
    data, _ = ioscore.explore(study)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    order = list(study.ranking.table["organisation"])
    assert sorted(order, key=data["text/html"].index) == order
    assert "ioscore explore" in data["text/html"]


def test_the_title_of_the_coverage_stays_on_the_sheet_with_one_source(study):
    """Lines of the title are short enough for a narrow sheet, and no word of it is lost."""
    one = replace(study.evidence, rows=study.evidence.rows.query("source == 'audit'"))
    figure = ioscore.figures(one)["coverage"]
    title = figure._suptitle
    figure.canvas.draw()
    assert title.get_window_extent().x1 <= figure.bbox.x1
    assert title.get_text().split() == ioscore.figures(study)["coverage"].get_suptitle().split()


def test_the_notebook_shows_tables_of_hostile_evidence_as_text(tmp_path):
    """The table of coded rows, as a notebook shows it, holds no markup of the evidence."""
    path = tmp_path / "e.csv"
    path.write_text(f"organisation,criterion,strength\n{HOSTILE[0]},x,1\n", encoding="utf-8")
    assert "<script" not in ioscore.read_evidence(path).to_frame()._repr_html_()


def bars(axes):
    """Return the bars of a plot from top to bottom: colour and width."""
    found = sorted(axes.patches, key=lambda bar: bar.get_y() + bar.get_height() / 2)
    return [(to_hex(bar.get_facecolor()), bar.get_width()) for bar in found]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_the_parts_that_are_drawn_add_up_to_the_score(study):
    """Bars of the criteria, as long as the contributions, sum to the bar of the score."""
    score, *criteria = ioscore.figures(study)["contributions"].axes
    drawn = dict.fromkeys(study.ranking.table["organisation"], 0.0)
    names = {colour: name for name, colour in colours(list(study.rubric.alternatives)).items()}
    for axes in criteria:
        for colour, width in bars(axes):
            drawn[names[colour.upper()]] += width
    expected = study.ranking.table.set_index("organisation")["score"]
    # Sums of a few doubles.
    assert drawn == pytest.approx(expected.to_dict(), abs=1e-12)
    assert [width for _, width in bars(score)] == pytest.approx(list(expected))


def test_an_organisation_has_one_colour_in_all_figures(study):
    """In scores and coverage each organisation has the colour of its place in the rubric."""
    order = list(study.rubric.alternatives)
    expected = {name: colour.lower() for name, colour in colours(order).items()}
    drawn = ioscore.figures(study)
    ranked = list(study.ranking.table["organisation"])
    assert [c for c, _ in bars(drawn["contributions"].axes[0])] == [expected[n] for n in ranked]
    # The first source is written on all four.
    first = [c for c, _ in bars(drawn["coverage"].axes[0])]
    assert first[: len(order)] == [expected[name] for name in order]


def test_a_missing_cell_is_a_question_mark_and_no_number(study):
    """As many cells show ? as are missing; absent and limited cells are told apart from zero."""
    written = texts(ioscore.figures(study)["cells"].axes[0])
    states = study.scores.states.to_numpy().ravel()
    assert written.count("?") == (states == "missing").sum() > 0
    assert written.count("absent") == (states == "absent").sum() > 0
    gaps = study.ranking.contributions.isna().to_numpy().sum()
    drawn = ioscore.figures(study)["contributions"].axes[1:]
    assert sum(text.strip() == "?" for axes in drawn for text in texts(axes)) == gaps > 0


def test_many_alternatives_and_criteria_are_drawn_in_part_and_said_to_be():
    """Of 300 alternatives and 20 criteria the first 40 are drawn, and the title says so."""
    rng = np.random.default_rng(1)
    values = pd.DataFrame(rng.random((300, 20))).rename(columns="c{}".format, index="a{}".format)
    matrix = values.mask(values < 0.1)
    plain = import_module("ioscore.rubric").plain_rubric(list(matrix.columns), name="made_up")
    scores = ioscore.scores_from_matrix(matrix, plain, "made-up")
    figure = ioscore.figures(ioscore.rank(scores, plain))["contributions"]
    assert f"the first {MOST_ROWS} of 300" in figure.get_suptitle()
    assert len(figure.axes) == 1
    assert len(image(figure, "png")) > 10_000


def test_a_method_whose_score_is_no_sum_shows_the_scores_alone():
    """Under TOPSIS there are no parts to draw, and the title does not promise any."""
    matrix = pd.DataFrame({"x": [0.1, 0.9], "y": [0.5, 0.2]}, index=["a", "b"])
    rules = import_module("ioscore.rubric")
    plain = rules.with_rules(rules.plain_rubric(["x", "y"], name="m"), method="topsis")
    scores = ioscore.scores_from_matrix(matrix, plain, "made-up")
    figure = ioscore.figures(ioscore.rank(scores, plain))["contributions"]
    assert figure.get_suptitle() == "Scores"
    assert len(figure.axes) == 1


def test_readings_are_compared_as_by_the_function_below(readings):
    """`compare_readings` is `agreement` with a generator made from the seed; seeds repeat."""
    ours = ioscore.compare_readings(readings, seed=3, resamples=50)
    theirs = agreement([r for r, _ in readings], rng=np.random.default_rng(3), resamples=50)
    assert_frame_equal(ours.table, theirs.table)
    assert len(readings) == 2
    assert ioscore.read_readings(ioscore.read_rubric("thesis"), []) == []


def test_the_agreement_that_is_drawn_is_the_one_that_was_found(results):
    """Every alpha stands beside its variable to two decimals, with the items compared."""
    found = results["agreement"]
    written = texts(ioscore.figures(found)["agreement"].axes[0])
    for row in found.table.itertuples():
        assert f"{row.alpha:.2f}   {row.items:,} items" in written
    total = sum(int(t.replace(",", "")) for t in texts(ioscore.figures(found)["confusion"].axes[0])
                if t.replace(",", "").isdigit())  # fmt: skip
    assert total == found.confusion["criterion"].to_numpy().sum()


def test_an_agreement_that_is_not_defined_is_drawn_as_such(results):
    """Where nothing could be confused a sentence stands in place of a number, and nothing breaks."""
    found = results["agreement"]
    blank = dict.fromkeys(("alpha", "low", "high", "alpha_all"), np.nan)
    rows = {name: np.nan for name in found.by_source if name.startswith("alpha")}
    none = replace(
        found, table=found.table.assign(**blank), by_source=found.by_source.assign(**rows)
    )
    drawn = ioscore.figures(none)
    said = texts(drawn["agreement"].axes[0])
    assert said.count("not defined: nothing could be confused") == len(found.table)
    assert len(image(drawn["by_source"], "png")) > 10_000


def test_the_coverage_that_is_drawn_is_the_table(study):
    """Numbers at the bars are the events of `coverage`, and none stands for a source without any."""
    table = ioscore.coverage(study.evidence)
    axes = ioscore.figures(study)["coverage"].axes
    drawn = [text for one in axes for text in texts(one)]
    assert sorted(int(t) for t in drawn if t.strip() != "none") == sorted(table["events"])
    cells = table["organisation"].nunique() * table["source"].nunique()
    assert sum(t.strip() == "none" for t in drawn) == cells - len(table)


def test_the_planned_panel_is_the_panel_that_the_analyses_run_on():
    """Its outcomes are those of `panel_tables`, over the countries and years of the plan."""
    data, plan = ioscore.read_outcome_data(), ioscore.read_plan()
    panel = ioscore.planned_panel(data, plan)
    whole = outcomes.panel_tables(
        data.seizures, data.covariates, data.activity, data.corrections, data.order, plan
    )["as_corrected"]
    first, last = plan.sample.years
    part = whole[whole["country"].isin(plan.sample.countries) & whole["year"].between(first, last)]
    columns = ["country", "year", plan.outcome, *plan.further_outcomes]
    keyed = [t[columns].sort_values(["country", "year"]) for t in (panel.table, part)]
    assert_frame_equal(*(t.reset_index(drop=True) for t in keyed))
    assert ioscore.planned_panel(data, plan, outcomes=["heroin"]).outcomes == ("heroin",)


def test_regress_is_run_analysis_on_the_tables_of_the_plan(results):
    """The same estimates come out as by building the tables oneself."""
    data, plan = ioscore.read_outcome_data(), ioscore.read_plan()
    tables = outcomes.panel_tables(
        data.seizures, data.covariates, data.activity, data.corrections, data.order, plan
    )
    theirs = outcomes.run_analysis("series", tables, plan, outcome=plan.outcome)
    assert theirs.estimates == results["series"].estimates


def test_a_shortened_plan_differs_in_draws_and_further_estimators_alone():
    """What is asked, of whom, and by which planned model stays as it was fixed."""
    plan = ioscore.read_plan()
    short = ioscore.shorten(plan, draws=19)
    assert (short.draws, short.bootstraps, short.panel.further_estimators) == (19, 38, ())
    restored = {"draws": plan.draws, "bootstraps": plan.bootstraps, "panel": plan.panel}
    assert short.model_copy(update=restored) == plan
    further = {"further_estimators": plan.panel.further_estimators}
    assert short.panel.model_copy(update=further) == plan.panel


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("serie", {}, "'serie' is no analysis.*series, panel"),
        ("series", {"outcome": "tea"}, "'tea' is no outcome of the plan.*opiates"),
        ("dose", {}, "Give evidence= and rubric="),
    ],
)
def test_regress_says_what_is_wrong(name, options, says):
    """A wrong analysis, a wrong outcome and doses without evidence are told with what to do."""
    with pytest.raises(PanelError, match=says):
        ioscore.regress(name, ioscore.read_outcome_data(), ioscore.read_plan(), **options)
