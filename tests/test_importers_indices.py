"""Imports of governance: the shapes in which WGI and FSI are given out; all figures made up."""

from __future__ import annotations

import datetime

import pytest
from openpyxl import Workbook

from helpers import FIXTURES, ioscore
from ioscore.errors import PanelError
from ioscore.io.importers import import_fsi, import_wgi
from ioscore.io.outcomes import read_countries, read_outcome_data


@pytest.fixture(scope="module")
def countries():
    return read_countries()


def reasons(imported):
    return imported.dropped.set_index("reason")["rows"].to_dict()


def test_wgi_and_fsi(countries):
    """Two dots and blanks are no figures; each index gets the name of our variable."""
    wgi = import_wgi(FIXTURES / "made_up_wgi.csv", countries)
    assert wgi.table.to_dict("list") == {
        "country": ["IRN", "TJK", "TJK"],
        "year": [2021, 2021, 2021],
        "variable": ["wgi_rule_of_law", "wgi_control_of_corruption", "wgi_rule_of_law"],
        "value": [-0.75, -1.25, -1.5],
    }
    assert reasons(wgi) == {"no figure given": 1, "the name is not in countries.csv": 1}
    fsi = import_fsi(FIXTURES / "made_up_fsi.csv", countries)
    assert len(fsi.table) == 8
    assert fsi.table["variable"].nunique() == 3
    assert reasons(fsi) == {"no figure given": 1}


def sheets(target, **pages):
    """Write a workbook with a sheet of rows for each page."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in pages.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(target)
    return target


VALUES = {
    ("TJK", 2020, "wgi_control_of_corruption"): -1.5,
    ("TJK", 2021, "wgi_control_of_corruption"): -1.25,
    ("TJK", 2021, "wgi_rule_of_law"): -0.75,
}


def wgi_long(folder):
    head = [
        "codeindyr",
        "code",
        "countryname",
        "year",
        "indicator",
        "estimate",
        "stddev",
        "pctrank",
    ]
    rows = [
        ["TJKcc2020", "TJK", "Tajikistan", 2020, "cc", -1.5, 0.2, 5],
        ["TJKcc2021", "TJK", "Tajikistan", 2021, "cc", -1.25, 0.2, 5],
        ["TJKrl2021", "TJK", "Tajikistan", 2021, "rl", -0.75, 0.2, 5],
        ["TJKrl2020", "TJK", "Tajikistan", 2020, "rl", "..", "..", ".."],
    ]
    return sheets(folder / "made_up.xlsx", data=[head, *rows])


def wgi_by_indicator(folder):
    """Make a file as the update of 2025 has it: a sheet for each indicator, scores beside."""
    head = [
        "Economy (name)",
        "Economy (code)",
        "Year",
        "Governance estimate (approx. -2.5 to +2.5)",
    ]
    head.append("Governance score (0-100)")
    return sheets(
        folder / "made_up.xlsx",
        readme=[["made up"]],
        cc=[head, ["Tajikistan", "TJK", 2020, -1.5, 20], ["Tajikistan", "TJK", 2021, -1.25, 25]],
        rl=[head, ["Tajikistan", "TJK", 2021, -0.75, 30], ["Tajikistan", "TJK", 2020, "..", ".."]],
    )


def wgi_data_bank(folder):
    """Make an export of the data bank: a column a year, other series, a footer."""
    path = folder / "made_up.csv"
    path.write_text(
        "Country Name,Country Code,Series Name,Series Code,2020 [YR2020],2021 [YR2021]\n"
        "Tajikistan,TJK,Control of Corruption: Estimate,CC.EST,-1.5,-1.25\n"
        "Tajikistan,TJK,Rule of Law: Estimate,GOV_WGI_RL.EST,..,-0.75\n"
        "Tajikistan,TJK,Rule of Law: Percentile Rank,RL.PER.RNK,10,12\n"
        ",,,,,\n"
        "Data from database: Worldwide Governance Indicators,,,,,\n"
    )
    return path


def wgi_bulk(folder):
    """Make a bulk download: bare years, a title above."""
    path = folder / "made_up.csv"
    path.write_text(
        "made up\n"
        "Country Name,Country Code,Indicator Name,Indicator Code,2020,2021\n"
        "Tajikistan,TJK,Control of Corruption: Estimate,CC.EST,-1.5,-1.25\n"
        "Tajikistan,TJK,Rule of Law: Estimate,RL.EST,,-0.75\n"
    )
    return path


def wgi_by_dimension(folder):
    """Make the older workbook: a sheet for each dimension, years above several columns."""
    years = ["", "", 2020, 2020, 2021, 2021]
    heads = ["Country/Territory", "Code", "Estimate", "StdErr", "Estimate", "StdErr"]
    pages = {
        "Introduction": [["made up"]],
        "ControlofCorruption": [[], years, heads, ["Tajikistan", "TJK", -1.5, 0.2, -1.25, 0.2]],
        "RuleofLaw": [[], years, heads, ["Tajikistan", "TJK", "#N/A", "#N/A", -0.75, 0.2]],
    }
    return sheets(folder / "made_up.xlsx", **pages)


@pytest.mark.parametrize(
    ("make", "layout", "left_out"),
    [
        (wgi_long, "WGI, long form", {"no figure given": 1}),
        (wgi_by_indicator, "WGI, a sheet for each indicator", {"no figure given": 1}),
        (
            wgi_data_bank,
            "WGI, export of the data bank",
            {
                "no estimate of a known indicator": 2,
                "stray rows without country or year": 2,
                "no figure given": 1,
            },
        ),
        (wgi_bulk, "WGI, export of the data bank", {"no figure given": 1}),
        (wgi_by_dimension, "WGI, a sheet for each dimension", {"no figure given": 1}),
    ],
)
def test_wgi_is_read_in_each_shape_that_it_is_given_out_in(
    tmp_path, countries, make, layout, left_out
):
    """The same estimates come from every shape; ranks, scores and footers never do."""
    imported = import_wgi(make(tmp_path), countries)
    assert imported.table.set_index(["country", "year", "variable"])["value"].to_dict() == VALUES
    assert imported.layout == layout
    assert reasons(imported) == left_out
    assert imported.rows == len(imported.table) + sum(left_out.values())


BAD_INDEX = {
    "rank for an estimate": (
        import_wgi,
        "countryname,year,indicator,estimate\nTajikistan,2021,rl,12.5\n",
        "row 2: wgi_rule_of_law of 12.5 is outside -5 to 5",
    ),
    "total beyond the scale": (
        import_fsi,
        "Country,Year,Total,C1: Security Apparatus,X1: External Intervention\n"
        "Tajikistan,2021,175,5,4\n",
        "row 2: fsi_total of 175 is outside 0 to 120",
    ),
    "text": (
        import_fsi,
        "Country,Year,Total,C1: Security Apparatus,X1: External Intervention\n"
        "Tajikistan,2021,75,much,4\n",
        "row 2: 'much' is no number",
    ),
    "no year": (
        import_wgi,
        "countryname,year,indicator,estimate\nTajikistan,2021/22,rl,1\n",
        "row 2: '2021/22' is no year",
    ),
    "twice": (
        import_wgi,
        "countryname,year,indicator,estimate\nTajikistan,2021,rl,1\nTajikistan,2021,rl,2\n",
        "TJK 2021 wgi_rule_of_law: two figures",
    ),
    "no header": (import_wgi, "a,b\n1,2\n", "no header of a known layout"),
}


@pytest.mark.parametrize(("read", "text", "words"), BAD_INDEX.values(), ids=BAD_INDEX)
def test_a_bad_index_gets_one_clear_message(tmp_path, countries, read, text, words):
    """What is no value of the scale, no number or no year is told with its row; nothing is added."""
    path = tmp_path / "made_up.csv"
    path.write_text(text)
    with pytest.raises(PanelError, match=words):
        read(path, countries)


def test_fsi_with_dates_for_years(tmp_path, countries):
    """Some editions write the first of January for the year."""
    book = Workbook()
    book.active.append(
        ["Country", "Year", "Total", "C1: Security Apparatus", "X1: External Intervention"]
    )
    book.active.append(["Tajikistan", datetime.datetime(2019, 1, 1), 77.5, 5, 4])
    book.save(tmp_path / "made_up.xlsx")
    table = import_fsi(tmp_path / "made_up.xlsx", countries).table
    assert set(table["year"]) == {2019}


def test_every_import_says_what_is_revised(tmp_path):
    """WGI and FSI, like seizures, are compared with what we ship; the same figures revise nothing."""
    data = read_outcome_data()
    shipped = data.covariates.set_index(["country", "year", "variable"])["value"]
    own = shipped["TJK", 2021, "wgi_rule_of_law"]
    path = tmp_path / "made_up.csv"
    path.write_text(f"countryname,year,indicator,estimate\nTajikistan,2021,rl,{own:.4f}\n")
    run = ioscore("import", "wgi", path)
    assert run.status == 0, run.err
    assert "no figure that we ship is revised" in run.err
    path.write_text(f"countryname,year,indicator,estimate\nTajikistan,2021,rl,{own - 0.5}\n")
    said = ioscore("import", "wgi", path).err
    assert "revised against what we ship: 1 figure\n" in said
    assert f"TJK 2021 wgi_rule_of_law: {own:g} (WGI 2024 update) -> {own - 0.5:g}" in said
    assert "never parts of two" in said
    said = ioscore("import", "fsi", FIXTURES / "made_up_fsi.csv").err
    assert "TJK 2021 fsi_total: " in said
    assert "(FSI 2021) -> 75.5" in said
