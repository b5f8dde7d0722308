"""Imports of seizure statistics: three layouts, and files that are none; all figures made up."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from openpyxl import Workbook

from helpers import FIXTURES, assert_fails_clearly, ioscore
from ioscore.errors import InputError, PanelError
from ioscore.io.importers import import_seizures
from ioscore.io.outcomes import read_countries

ANNUAL = FIXTURES / "made_up_annual_export.csv"
WORKBOOK = FIXTURES / "made_up_workbook_2015_2019.csv"
ANNEX = FIXTURES / "made_up_annex_7_1.csv"
SHEETS = {
    "annual": (ANNUAL, "data"),
    "workbook": (WORKBOOK, "Seizures"),
    "annex": (ANNEX, "Export"),
}


@pytest.fixture(scope="module")
def countries():
    return read_countries()


def number(text):
    try:
        return float(text)
    except ValueError:
        return text or None


def workbook(path, target, sheet="Sheet1", before=()):
    """Write the rows of a fixture into a sheet, after other sheets."""
    book = Workbook()
    book.active.title = "Methodology"
    book.active.append(["cannabis plant", "100 g"])
    page = book.create_sheet(sheet)
    rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    for row in [*before, *rows]:
        page.append([number(text) if isinstance(text, str) else text for text in row])
    book.save(target)
    return target


def kilograms(imported):
    return imported.table.set_index(["country", "year", "drug"])["kilograms"].to_dict()


def reasons(imported):
    return imported.dropped.set_index("reason")["rows"].to_dict()


@pytest.mark.parametrize("name", SHEETS)
def test_a_layout_is_known_by_its_header_as_csv_and_as_workbook(tmp_path, countries, name):
    """The same table comes from CSV and XLSX, wherever the header stands and whatever the sheet."""
    path, sheet = SHEETS[name]
    plain = import_seizures(path, countries)
    target = workbook(path, tmp_path / "file.xlsx", sheet, before=[["made up"], [], []])
    moved = import_seizures(target, countries)
    pd.testing.assert_frame_equal(plain.table, moved.table)
    assert plain.layout == moved.layout
    assert f"sheet {sheet!r}" in moved.place
    assert reasons(plain) == reasons(moved)


def test_annual_export(countries):
    """Rows of one key are added up; morphine, resin and herb get our names."""
    found = kilograms(import_seizures(ANNUAL, countries))
    assert found == {
        ("IRN", 2012, "morphine"): 5,
        ("KGZ", 2011, "opium"): 0,
        ("TJK", 2011, "cannabis_herb"): 3,
        ("TJK", 2011, "cannabis_resin"): 7,
        ("TJK", 2011, "heroin"): 100.75,
        ("TJK", 2011, "opium"): 40,
        ("TJK", 2011, "plant_based_nps"): 2,
    }


def test_annex_leaves_out_totals_beside_their_parts(countries):
    """A subgroup that is a reported total, and a name that begins with Total, are left out."""
    imported = import_seizures(ANNEX, countries)
    assert reasons(imported)["totals beside their parts"] == 2
    assert not set(imported.table["kilograms"]) & {777, 888}
    assert kilograms(imported)[("TJK", 2021, "heroin")] == 25.5


@pytest.mark.parametrize(("path", "rows"), [(ANNUAL, 2), (WORKBOOK, 1), (ANNEX, 1)])
def test_plants_are_never_counted(countries, path, rows):
    """Plants measure eradication: left out in every layout, and told."""
    imported = import_seizures(path, countries)
    assert reasons(imported)["plants are never counted"] == rows
    assert not imported.table["drug"].str.contains("plants").any()


def test_plants_are_known_by_any_name_and_what_only_grows_from_them_stays(tmp_path, countries):
    """A plant in the singular and a bush are plants; substances based on plants are not."""
    path = tmp_path / "made_up.csv"
    names = ("Cannabis plant", "Coca bush", "Poppy plants", "Plant-based NPS", "Total opiates")
    rows = "".join(f"Tajikistan,{name},2011,1000\n" for name in names)
    path.write_text("Country,Drug,Year,KG Equivalent\n" + rows)
    imported = import_seizures(path, countries)
    assert list(imported.table["drug"]) == ["plant_based_nps"]
    assert reasons(imported) == {"totals beside their parts": 1, "plants are never counted": 3}


def test_a_workbook_is_known_by_its_first_bytes(tmp_path, countries):
    """An XLSX file that is called CSV is read as what it is; a sheet of something else is passed."""
    target = workbook(ANNUAL, tmp_path / "file.csv")
    pd.testing.assert_frame_equal(
        import_seizures(target, countries).table, import_seizures(ANNUAL, countries).table
    )
    book = Workbook()
    book.active.append(["made up"])
    book.save(tmp_path / "wrong.xlsx")
    with pytest.raises(PanelError, match="no header of a known layout"):
        import_seizures(tmp_path / "wrong.xlsx", countries)


def test_blank_is_not_zero(countries):
    """A blank makes no figure; a zero that is written makes one."""
    imported = import_seizures(ANNEX, countries)
    assert reasons(imported)["no kilograms given"] == 1
    assert ("TJK", 2021, "opium") not in kilograms(imported)
    assert kilograms(imported)[("TJK", 2021, "morphine")] == 0


def test_codes_of_the_workbook_are_not_trusted(countries):
    """TAJ and ALG are no ISO codes; the names are, by way of the table of countries."""
    found = kilograms(import_seizures(WORKBOOK, countries))
    assert found[("TJK", 2016, "heroin")] == 10.03
    assert found[("DZA", 2016, "opium")] == 3
    assert not {"TAJ", "ALG"} & {country for country, *_ in found}


def test_stray_rows_and_unknown_names_are_told(countries):
    """A footnote is a stray row; a country that the table lacks is named."""
    assert (
        reasons(import_seizures(WORKBOOK, countries))["stray rows without country, drug or year"]
        == 1
    )
    dropped = import_seizures(ANNUAL, countries).dropped
    row = dropped[dropped["reason"] == "the name is not in countries.csv"]
    assert list(row["example"]) == ["Ruritania"]


def test_names_are_found_without_accents_and_capitals(tmp_path, countries):
    """TURKIYE, Türkiye and Turkey are one country; so are Côte and COTE D'IVOIRE."""
    path = tmp_path / "made_up.csv"
    head = "country,drug,year,kg equivalent\n"
    path.write_text(
        head
        + "TURKIYE,Heroin,2011,1\nTürkiye,Heroin,2011,2\nTurkey,Heroin,2011,4\n"
        + "COTE D'IVOIRE,Heroin,2011,1\nCôte d'Ivoire,Heroin,2011,2\n",
        encoding="utf-8",
    )
    found = kilograms(import_seizures(path, countries))
    assert found == {("TUR", 2011, "heroin"): 7, ("CIV", 2011, "heroin"): 3}


BAD = {
    "no header": (b"a,b,c\n1,2,3\n", PanelError, "no header of a known layout"),
    "text for kilograms": (
        b"Country,Drug,Year,KG Equivalent\nTajikistan,Heroin,2011,much\n",
        PanelError,
        "row 2, kilograms: 'much' is no number",
    ),
    "negative": (
        b"made up\nCountry,Drug,Year,KG Equivalent\nTajikistan,Heroin,2011,-1\n",
        PanelError,
        "row 3: -1 kilograms",
    ),
    "year": (
        b"Country,Drug,Year,KG Equivalent\nTajikistan,Heroin,20111,1\n",
        PanelError,
        "row 2: year 20111",
    ),
    "latin-1": (
        "Country,Drug,Year,KG Equivalent\nTürkiye,Heroin,2011,1\n".encode("latin-1"),
        InputError,
        "not UTF-8",
    ),
    "broken workbook": (b"PK\x03\x04nothing", InputError, "no workbook"),
    "long row": (
        b"Country,Drug,Year,KG Equivalent\nTajikistan,Heroin,2011,1,234\n",
        InputError,
        "more than the 4 fields",
    ),
    "infinite": (
        b"Country,Drug,Year,KG Equivalent\nTajikistan,Heroin,2011,inf\n",
        PanelError,
        "row 2, kilograms: inf is no number",
    ),
    "true": (
        b"Country,Drug,Year,KG Equivalent\nTajikistan,Heroin,2011,True\n",
        PanelError,
        "row 2, kilograms: True is no number",
    ),
    "a heading twice": (
        b"Country,Drug,Year,KG Equivalent,KG Equivalent\nTajikistan,Heroin,2011,1,2\n",
        PanelError,
        "row 1: the heading 'kg equivalent' stands twice",
    ),
    "the header again": (
        b"Country,Drug,Year,KG Equivalent\nCountry,Drug,Year,KG Equivalent\n",
        PanelError,
        "row 2, year: 'Year' is no number",
    ),
    "empty": (b"", InputError, "it is empty"),
    "blank": (b"\n\n", PanelError, "no header of a known layout"),
    "utf-16": (
        "Country,Drug,Year,KG Equivalent\n".encode("utf-16"),
        InputError,
        "it is UTF-16. Save it as text in UTF-8",
    ),
    "semicolons": (
        b"Country;Drug;Year;KG Equivalent\nTajikistan;Heroin;2011;1,5\n",
        InputError,
        "its fields are parted by semicolons",
    ),
    "tabs": (
        b"Country\tDrug\tYear\tKG Equivalent\nTajikistan\tHeroin\t2011\t1\n",
        InputError,
        "its fields are parted by tabs",
    ),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", InputError, "old kind"),
    "later long row": (
        b"Country,Drug,Year,KG Equivalent\nTajikistan,Heroin,2010,1\nTajikistan,Heroin,2011,1,234\n",
        InputError,
        "Expected 4 fields in line 3, saw 5",
    ),
}


@pytest.mark.parametrize(("raw", "kind", "words"), BAD.values(), ids=BAD)
def test_a_bad_file_gets_one_clear_message(tmp_path, countries, raw, kind, words):
    """What cannot be read is told with file and row; nothing is guessed."""
    path = tmp_path / "made_up.csv"
    path.write_bytes(raw)
    with pytest.raises(kind, match=words) as caught:
        import_seizures(path, countries)
    assert str(path) in str(caught.value)


def test_the_command_tells_what_it_left_out_and_what_is_revised(tmp_path):
    """The table goes to stdout, the report with revisions to stderr."""
    run = ioscore("import", "seizures", ANNUAL)
    assert run.status == 0, run.err
    assert run.out.startswith("country,year,drug,kilograms\n")
    assert "left out: 2 rows, plants are never counted" in run.err
    assert "TJK 2011 heroin: 509.4 kg (S1) -> 100.75 kg" in run.err
    target = tmp_path / "tidy.csv"
    again = ioscore("import", "seizures", ANNUAL, "--output", target)
    assert again.out == ""
    assert target.read_text(encoding="utf-8") == run.out


def test_the_command_fails_clearly(tmp_path):
    """A missing file and a strange one end with status 1 and one message."""
    assert_fails_clearly(ioscore("import", "wgi", tmp_path / "none.csv"), "none.csv")
    assert_fails_clearly(ioscore("import", "fsi", ANNUAL), "no header of a known layout")
