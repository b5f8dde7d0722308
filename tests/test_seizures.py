"""Seizure statistics: editions chosen, corrections applied, totals that may be added up."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscore.errors import PanelError
from ioscore.io.outcomes import read_outcome_data
from ioscore.seizures import annual_totals, harmonise, outcome, without

NONE = pd.DataFrame(
    columns=["id", "file", "country", "year", "series", "edition", "action", "value"]
)


@pytest.fixture(scope="module")
def data():
    return read_outcome_data()


def made_up(*rows, edition="S1"):
    """Return made-up raw figures: country, year, drug, kilograms."""
    frame = pd.DataFrame(rows, columns=["country", "year", "drug", "kilograms"])
    return frame.assign(edition=edition)


def line(**fields):
    """Return one line of corrections."""
    row = dict.fromkeys(NONE.columns, "") | {"id": "made-up", "file": "outcomes/seizures.csv"}
    return pd.DataFrame([row | fields])


def added(raw, corrections=NONE):
    tidy = harmonise(raw, corrections, order=["S2", "S1"])
    return annual_totals(tidy).set_index(["outcome", "country", "year"])


def test_plants_and_seed_have_no_effect_on_any_total():
    """A million kilograms of plants and seed change nothing."""
    rows = [("TJK", 2011, "cannabis_herb", 3.0), ("TJK", 2011, "heroin", 1.0)]
    planted = [
        ("TJK", 2011, name, 1e6) for name in ("cannabis_plants", "poppy_plants", "cannabis_seed")
    ]
    pd.testing.assert_frame_equal(added(made_up(*rows)), added(made_up(*rows, *planted)))


def test_herb_and_resin_are_one_outcome():
    """A year that files its herb as resin has the same cannabis as one that does not."""
    one = added(made_up(("TJK", 2011, "cannabis_herb", 30.0), ("TJK", 2011, "cannabis_resin", 5.0)))
    two = added(made_up(("TJK", 2011, "cannabis_resin", 35.0)))
    key = ("cannabis", "TJK", 2011)
    assert one.loc[key, "kilograms"] == two.loc[key, "kilograms"] == 35


def test_opium_counts_a_tenth_and_is_never_added_raw():
    """Opiates are heroin, morphine and a tenth of the opium."""
    table = added(
        made_up(
            ("TJK", 2011, "heroin", 10.0),
            ("TJK", 2011, "morphine", 1.0),
            ("TJK", 2011, "opium", 50.0),
        )
    )
    assert table.loc[("opiates", "TJK", 2011), "kilograms"] == 16
    assert table.loc[("opium", "TJK", 2011), "kilograms"] == 50


def test_unreported_is_not_zero():
    """Without heroin or opium there is no figure of opiates, and it is said what lacks; a zero counts."""
    table = added(
        made_up(
            ("TJK", 2011, "opium", 50.0),
            ("KGZ", 2011, "heroin", 0.0),
            ("KGZ", 2011, "opium", 0.0),
        )
    )
    row = table.loc[("opiates", "TJK", 2011)]
    assert pd.isna(row["kilograms"])
    assert row["why"] == "heroin not reported"
    assert table.loc[("cannabis", "TJK", 2011), "why"] == "not reported"
    assert table.loc[("opiates", "KGZ", 2011), "kilograms"] == 0


KILOGRAMS = st.none() | st.floats(0, 1e6)


@given(heroin=KILOGRAMS, morphine=KILOGRAMS, opium=KILOGRAMS, herb=KILOGRAMS, plants=KILOGRAMS)
def test_a_total_stands_on_what_was_reported_alone(heroin, morphine, opium, herb, plants):
    """Opiates are there just when heroin and opium are, and then are their weighted sum.

    Tolerance: three products and two sums, each right to 2^-53.
    """
    figures = {
        "heroin": heroin,
        "morphine": morphine,
        "opium": opium,
        "cannabis_herb": herb,
        "cannabis_plants": plants,
    }
    rows = [("TJK", 2011, drug, kg) for drug, kg in figures.items() if kg is not None]
    if not rows:
        return
    table = added(made_up(*rows))
    row = table.loc[("opiates", "TJK", 2011)]
    if heroin is None or opium is None:
        assert pd.isna(row["kilograms"])
        assert row["why"]
    else:
        expected = heroin + (morphine or 0) + opium / 10
        assert row["kilograms"] == pytest.approx(expected, rel=1e-12)
        assert row["why"] == ""
    cannabis = table.loc[("cannabis", "TJK", 2011), "kilograms"]
    assert pd.isna(cannabis) if herb is None else cannabis == herb


def test_the_order_of_editions_decides_unless_a_line_prefers_one():
    """The first edition of the order is taken; a line can take another, or replace the figure."""
    raw = pd.concat(
        [
            made_up(("TJK", 2011, "heroin", 1.0)),
            made_up(("TJK", 2011, "heroin", 2.0), edition="S2"),
        ]
    )
    key = {"country": "TJK", "year": 2011, "series": "heroin"}
    kilograms = [
        added(raw, lines).loc[("heroin", "TJK", 2011), "kilograms"]
        for lines in (
            NONE,
            line(**key, action="prefer", edition="S1"),
            line(**key, action="replace", value="7.5"),
        )
    ]
    assert kilograms == [2, 1, 7.5]


@pytest.mark.parametrize(
    ("raw", "lines", "words"),
    [
        (
            made_up(("TJK", 2011, "heroin", 1.0)),
            line(country="TJK", year=2012, action="drop", value="unusable"),
            "made-up: it fits no figure",
        ),
        (
            made_up(("TJK", 2011, "heroin", 1.0)),
            line(country="TJK", year=2011, action="forget"),
            "unknown action forget",
        ),
        (
            made_up(("TJK", 2011, "heroin", 1.0), ("TJK", 2011, "heroin", 2.0)),
            NONE,
            "TJK 2011 heroin, edition S1: two figures for one key",
        ),
        (made_up(("TJK", 2011, "heroin", 1.0), edition="S9"), NONE, "'S9' has no place"),
        *(
            (
                made_up(("TJK", 2011, "heroin", 1.0)),
                line(country="TJK", year=2011, series="heroin", **fields),
                words,
            )
            for fields, words in (
                ({"action": "drop", "value": ""}, "made-up: '' is no reason to drop"),
                ({"action": "replace", "value": "-1"}, "made-up: '-1' is no weight"),
                ({"action": "replace", "value": "much"}, "made-up: 'much' is no weight"),
                ({"action": "flag", "value": ""}, "made-up: the value is empty"),
                ({"action": "prefer"}, "made-up: no edition is named"),
            )
        ),
    ],
)
def test_what_cannot_be_applied_is_an_error(raw, lines, words):
    """A stale line, a strange action or value, a key twice, an unknown edition are refused."""
    with pytest.raises(PanelError, match=words):
        harmonise(raw, lines, order=["S2", "S1"])


def test_names_that_are_not_there_are_refused(data):
    """A correction and an outcome are asked for by a name that exists."""
    with pytest.raises(PanelError, match="no correction nothing"):
        without(data.corrections, ["nothing"])
    with pytest.raises(PanelError, match="no outcome 'glue'"):
        outcome("glue")
