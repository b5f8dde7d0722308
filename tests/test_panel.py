"""The panel: one row for each country and year, gaps named, supply of one vintage."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pytest

from helpers import assert_fails_clearly, ioscore
from ioscore.errors import PanelError
from ioscore.io.outcomes import read_outcome_data
from ioscore.panel import (
    AREA,
    TONNES,
    build_panel,
    longest_vintage,
    settle,
    tonnes_by_year,
    vintages,
)
from ioscore.panel.presence import presence
from ioscore.report.panel import (
    LOOKS,
    STATES,
    missing_figure,
    missing_table,
    panel_text,
    spans,
    state,
)
from ioscore.seizures import annual_totals, harmonise

NO_LINES = pd.DataFrame(columns=["id", "file", "country", "year", "series", "edition", "action"])


@pytest.fixture(scope="module")
def shipped():
    data = read_outcome_data()
    totals = annual_totals(harmonise(data.seizures, data.corrections, order=data.order))
    return totals, settle(data.covariates, data.corrections), data.activity


@pytest.fixture(scope="module")
def panel(shipped):
    vintage = longest_vintage(shipped[1])
    outcomes = ("opiates", "cannabis", "heroin")
    return build_panel(*shipped, outcomes=outcomes, lags=(1, 2), tonnes_vintage=vintage)


def cell(panel, country, year, column):
    table = panel.table.set_index(["country", "year"])
    return table.loc[(country, year), column]


def covariates(*rows):
    """Return made-up covariates: country, year, variable, value, vintage."""
    return pd.DataFrame(rows, columns=["country", "year", "variable", "value", "vintage"])


def test_one_row_for_each_country_and_year(panel):
    """Twelve countries by twenty-eight years, none twice, none left out."""
    keys = panel.table[["country", "year"]]
    assert len(keys) == 12 * 28
    assert not keys.duplicated().any()
    assert panel.years == tuple(range(1996, 2024))


def test_a_gap_has_a_reason_and_a_figure_has_none(panel):
    """Every missing outcome says why; no reason stands beside a figure; no gap is a zero."""
    for name in panel.outcomes:
        missing = panel.table[name].isna()
        assert ((panel.table[f"{name}_why"] != "") == missing).all()
    gaps = panel.gaps()
    assert set(gaps["column"]) == {*panel.outcomes, *panel.covariates, "opium_t"}
    assert (gaps["why"] != "").all()
    tonnes = gaps[gaps["column"] == "opium_t"]
    assert set(tonnes["year"]) == set(panel.years) - set(range(1999, 2005))


@pytest.mark.parametrize(
    ("country", "year", "name", "why"),
    [
        ("TJK", 2019, "opiates", "excluded: heroin and opium"),
        ("TKM", 2017, "opiates", "after the last report"),
        ("AFG", 1998, "cannabis", "not reported"),
        ("KAZ", 2023, "opiates", "not reported"),
        ("KAZ", 1996, "opiates", "heroin not reported"),
        ("KAZ", 2015, "opiates", "opium not reported"),
    ],
)
def test_known_gaps_are_named(panel, country, year, name, why):
    """The gaps that the facts warn of have the reason that they should."""
    assert cell(panel, country, year, f"{name}_why") == why


def test_before_the_first_report_is_another_gap_than_not_reported(shipped):
    """A country that had not begun to report is told from one that left a year out."""
    made = build_panel(*shipped, outcomes=["heroin"], years=(1990, 1997))
    assert cell(made, "TJK", 1990, "heroin_why") == "before the first report"
    assert cell(made, "AFG", 1995, "heroin_why") == "not reported"


def test_lags_reach_before_the_first_year_and_stay_in_their_country(panel, shipped):
    """The lag of 1996 is 1995, of the same country; a lag of a gap is a gap."""
    early = build_panel(*shipped, outcomes=["opiates"], years=(1994, 1997), lags=())
    for country in ("KGZ", "PAK", "IRN"):
        own = cell(early, country, 1995, "opiates")
        assert cell(panel, country, 1996, "opiates_lag1") == own
    assert pd.isna(cell(panel, "TJK", 2020, "opiates_lag1"))
    assert pd.isna(cell(panel, "TJK", 2021, "opiates_lag2"))
    assert cell(panel, "TJK", 2003, "poppy_ha_lag2") == 7606


def test_what_is_derived_is_a_ratio_of_columns(panel):
    """Per head, per thousand hectares and per tonne are ratios of what stands in the row."""
    row = panel.table.set_index(["country", "year"]).loc[("TJK", 2003)]
    assert row["opiates_per_100k"] == pytest.approx(row["opiates"] / row["population"] * 1e5)
    assert row["opiates_per_1000_ha"] == pytest.approx(row["opiates"] / 80.0)
    assert row["opiates_per_t"] == pytest.approx(row["opiates"] / 3600)


def test_tonnes_are_of_one_vintage(panel, shipped):
    """Per tonne stands only in the years that the one vintage covers."""
    assert panel.tonnes_vintage == "House of Lords 2005"
    there = panel.table.dropna(subset=["opium_t"])
    assert sorted(there["year"].unique()) == list(range(1999, 2005))
    assert panel.table.loc[panel.table["opium_t"].isna(), "opiates_per_t"].isna().all()
    plain = build_panel(*shipped)
    assert not [name for name in plain.table if name.endswith("_per_t") or name == "opium_t"]


def test_vintages_that_disagree_need_a_line():
    """Two areas of one year are refused until a line prefers one; equal ones need none."""
    rows = covariates(("AFG", 1999, AREA, 91000, "A"), ("AFG", 1999, AREA, 90983, "B"))
    with pytest.raises(PanelError, match="1999: vintages disagree"):
        settle(rows, NO_LINES)
    line = {"id": "made-up", "file": "covariates/afghan_opium.csv", "country": "AFG"}
    line |= {"year": 1999, "series": AREA, "edition": "B", "action": "prefer"}
    assert list(settle(rows, pd.DataFrame([line]))["value"]) == [90983]
    assert len(settle(rows.assign(value=91000), NO_LINES)) == 1
    with pytest.raises(PanelError, match="it fits no figure"):
        settle(rows, pd.DataFrame([line | {"edition": "C"}]))


def test_tonnes_keep_their_vintages_apart():
    """Settling leaves tonnes alone; a vintage gives its own years only."""
    rows = covariates(
        ("AFG", 1999, TONNES, 4600, "A"),
        ("AFG", 1999, TONNES, 4581, "B"),
        ("AFG", 2000, TONNES, 3276, "B"),
    )
    settled = settle(rows, NO_LINES)
    assert len(settled) == 3
    assert longest_vintage(settled) == "B"
    assert dict(tonnes_by_year(settled, "A")) == {1999: 4600}
    assert list(vintages(settled)["years"]) == [2, 1]
    with pytest.raises(PanelError, match="no vintage 'C'"):
        tonnes_by_year(settled, "C")


def test_presence_counts_both_ends_and_knows_what_it_does_not_know():
    """First and last year count; an unknown start is neither yes nor no; another row can settle it."""
    rows = pd.DataFrame(
        [
            ("UNODC", "TJK", "office", 2001, 2002),
            ("UNODC", "UZB", "office", pd.NA, 2002),
            ("UNODC", "UZB", "office", 2002, pd.NA),
        ],
        columns=["organisation", "country", "instrument", "start", "end"],
    )
    table = presence(rows, ["TJK", "UZB", "KAZ"], [2000, 2001, 2002, 2003])["unodc_office"]
    assert table["TJK"].tolist() == [0, 1, 1, 0]
    assert table["UZB"].isna().tolist() == [True, True, False, False]
    assert table["UZB"].tolist()[2:] == [1, 1]
    assert table["KAZ"].tolist() == [0, 0, 0, 0]


def test_an_end_before_its_start_is_refused():
    """An activity that could never be at work is a mistake, not a row of zeros."""
    rows = pd.DataFrame(
        [("UNODC", "TJK", "office", 2003, 2002)],
        columns=["organisation", "country", "instrument", "start", "end"],
    )
    with pytest.raises(PanelError, match="UNODC, office, TJK: it ends in 2002, before 2003"):
        presence(rows, ["TJK"], [2002])


def test_known_breaks_are_in_the_panel(panel):
    """The troops left in 2005, DCA began in 1999, Uzbekistan was in the CSTO twice."""
    table = panel.table.set_index(["country", "year"])
    troops = table.loc["TJK", "russian_border_service_border_guarding"]
    assert troops.loc[[1996, 2005, 2006]].tolist() == [1, 1, 0]
    assert table.loc["TJK", "unodc_drug_control_agency"].loc[[1998, 1999]].tolist() == [0, 1]
    member = table.loc["UZB", "csto_membership"]
    assert member.loc[[1999, 2000, 2006, 2012, 2013]].tolist() == [1, 0, 1, 1, 0]
    assert table.loc["UZB", "unodc_container_control"].loc[[2012, 2013]].tolist() == [0, 1]
    assert table.loc["AZE", "unodc_container_control"].isna().all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"countries": ["TAJ"]}, "no seizures of TAJ"),
        ({"countries": ["TJK", "TJK"]}, "named twice"),
        ({"outcomes": ["glue"]}, "no outcome 'glue'"),
        ({"outcomes": ["heroin", "heroin"]}, "an outcome is named twice"),
        ({"years": (2005, 2004)}, "2005 comes after 2004"),
        ({"lags": (0,)}, "lag below one"),
        ({"tonnes_vintage": "nobody"}, "no vintage 'nobody'"),
    ],
)
def test_what_is_not_there_is_refused(shipped, options, words):
    """A code that is not ISO 3166, a strange outcome, years the wrong way round: refused."""
    with pytest.raises(PanelError, match=words):
        build_panel(*shipped, **options)


def test_inputs_are_not_changed(shipped):
    """Building a panel leaves totals, covariates and activity as they were."""
    before = [frame.copy() for frame in shipped]
    build_panel(*shipped)
    for frame, old in zip(shipped, before, strict=True):
        pd.testing.assert_frame_equal(frame, old)


def test_what_is_missing_is_counted_and_drawn(panel):
    """Each year of each country has one state, and the heat map a cell with a letter for it."""
    table = missing_table(panel).set_index(["outcome", "country"])
    assert (table[list(STATES)].sum(axis=1) == 28).all()
    assert table.loc[("opiates", "TJK"), "years missing"] == "2019"
    assert table.loc[("opiates", "TKM"), "years missing"] == "1996, 2017-2023"
    figure = missing_figure(panel, "made up")
    assert len(figure.axes) == len(panel.outcomes) + 1
    for axes, name in zip(figure.axes, panel.outcomes, strict=False):
        assert axes.collections[0].get_array().size == 12 * 28
        letters = [text.get_text() for text in axes.texts]
        assert letters.count("x") == table.loc[name, "excluded"].sum() == 1
        assert letters.count("o") == table.loc[name, "outside the reports"].sum()
    names = [tick.get_text() for tick in figure.axes[-1].get_yticklabels()]
    assert names == ["poppy_ha", "opium_t", *panel.covariates]
    assert len({letter for _, letter in LOOKS}) == len(STATES)
    assert {state(why) for why in panel.missing("opiates").stack()} <= set(STATES)
    with pytest.raises(PanelError, match="no outcome 'opium'"):
        panel.missing("opium")


def test_years_are_written_as_ranges():
    """Runs of years are shortened, single ones are not."""
    assert spans([1996, 1997, 1998, 2004]) == "1996-1998, 2004"
    assert spans([]) == ""


def test_the_text_says_what_seizures_measure(panel):
    """Whoever reads the panel is told that the sign of an effect is ambiguous."""
    text = panel_text(panel)
    assert "Seizures measure enforcement as much as flow" in text
    assert "House of Lords 2005" in text


def test_the_command_gives_every_column_as_csv_and_json():
    """CSV and JSON hold the same rows; JSON names units, gaps and the caveat."""
    options = ("--countries", "tjk,UZB", "--years", "2000:2004", "--drug", "heroin")
    run = ioscore("panel", *options, "-f", "csv")
    assert run.status == 0, run.err
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert [row["country"] for row in rows] == ["TJK"] * 5 + ["UZB"] * 5
    document = json.loads(ioscore("panel", *options, "-f", "json").out)
    assert document["schema"] == "ioscore.panel/1"
    assert [row["heroin"] for row in document["rows"]] == [float(row["heroin"]) for row in rows]
    assert document["outcomes"] == {"heroin": "kg"}
    assert "enforcement" in document["caveat"]


def test_the_command_counts_and_draws_what_is_missing(tmp_path):
    """--missing counts states by country in one table; --figure draws the same bytes twice."""
    run = ioscore("panel", "--missing", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert len(rows) == 2 * 12
    assert "opiates,TKM,20,0,1,7,0," in run.out
    document = json.loads(ioscore("panel", "--missing", "-f", "json").out)
    assert document["schema"] == "ioscore.panel_missing/1"
    assert [row["country"] for row in document["panel_missing"]] == [row["country"] for row in rows]
    files = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for file in files:
        assert ioscore("panel", "--figure", file).status == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_command_can_leave_a_correction_out():
    """Tajikistan 2019 is empty, and 172 kg of heroin when its exclusion is left out."""
    options = (
        "panel",
        "--countries",
        "TJK",
        "--years",
        "2019:2019",
        "--drug",
        "heroin",
        "-f",
        "csv",
    )
    (row,) = csv.DictReader(io.StringIO(ioscore(*options).out))
    assert (row["heroin"], row["heroin_why"]) == ("", "excluded: heroin")
    (row,) = csv.DictReader(io.StringIO(ioscore(*options, "--without", "tjk-2019-unusable").out))
    assert float(row["heroin"]) == 172


def test_the_command_fails_clearly(tmp_path):
    """Unknown countries, outcomes, vintages and data folders end with one message."""
    assert_fails_clearly(ioscore("panel", "--countries", "TAJ"), "no seizures of TAJ")
    assert_fails_clearly(ioscore("panel", "--drug", "glue"), "no outcome 'glue'")
    assert_fails_clearly(ioscore("panel", "--tonnes", "nobody"), "no vintage 'nobody'")
    assert_fails_clearly(ioscore("panel", "--data", tmp_path), "datapackage.json")
    assert ioscore("panel", "--years", "2004").status == 2
    assert ioscore("panel", "--lags", "one").status == 2
    assert ioscore("panel", "--countries", ",").status == 2
    assert ioscore("panel", "--figure", tmp_path / "gaps.pdf").status == 2
