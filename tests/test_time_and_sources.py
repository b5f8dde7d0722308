"""Years one by one, and two sources side by side."""

from __future__ import annotations

import json
import math

import pytest

from helpers import assert_fails_clearly, evidence_of, flat_rubric, ioscore
from ioscore.errors import EvidenceError
from ioscore.evidence.quantities import compare_quantities
from ioscore.study import rank_by_year


def dated(year, end=None, **fields):
    return {"year_start": str(year), "year_end": str(end or year), "strength": "2", **fields}


def test_each_year_is_ranked_by_its_own_acts_and_thin_years_are_refused():
    """Two acts in 2015 are ranked, one in 2016 is refused; an act over both years counts in both."""
    rows = [dated(2015, 2016), dated(2015, organisation="BETA", strength="3")]
    table = rank_by_year(evidence_of(*rows), flat_rubric(), least=2).set_index("year")
    assert table["acts"].to_dict() == {2015: 2, 2016: 1}
    assert table.loc[2015, ["ALPHA", "BETA"]].tolist() == [2, 1]
    assert math.isnan(table.loc[2016, "ALPHA"])
    assert table["refused"].to_dict() == {2015: "", 2016: "fewer than 2 acts"}


def test_evidence_without_dates_has_no_years():
    """Where nothing is dated, ranking by year is refused."""
    with pytest.raises(EvidenceError, match="no act is dated"):
        rank_by_year(evidence_of({"strength": "1"}), flat_rubric())


def test_the_shipped_evidence_by_year():
    """`ioscore rank --by-year` refuses the years before 2009 and warns what its years are."""
    run = ioscore("rank", "--by-year", "-f", "json")
    assert run.status == 0, run.err
    assert "dates what its author cited" in run.err
    for row in json.loads(run.out)["years"]:
        assert (row["refused"] != "") == (row["acts"] < 10)
        if row["refused"]:
            assert row["UNODC"] is None


def test_quantities_count_each_event_once_by_its_greatest_number():
    """Two numbers of one event give the greater; other units and reaches stand apart."""
    base = {"strength": "1", "unit": "people", "reach": "country"}
    rows = [
        {**base, "source": "old", "event_id": "course", "quantity": "10"},
        {**base, "source": "old", "event_id": "course", "quantity": "12"},
        {**base, "source": "old", "event_id": "talk", "quantity": "5"},
        {**base, "source": "new", "event_id": "course", "quantity": "30"},
        {**base, "source": "new", "event_id": "share", "quantity": "40", "unit": "percent"},
    ]
    events, units = compare_quantities(evidence_of(*rows), "old", "new", organisation="ALPHA")
    assert events[["event", "unit", "old", "new"]].to_dict("records") == [
        {"event": "course", "unit": "people", "old": 12, "new": 30}
    ]
    assert events.loc[0, "old told as"].startswith("undated, country:")
    assert units.to_dict("records") == [
        {
            "unit": "people",
            "reach": "country",
            "events old": 2,
            "events new": 1,
            "sum old": 17,
            "sum new": 30,
        }
    ]


def test_two_reports_are_compared():
    """`ioscore compare roca_2018 roca_2023` gives the liaison offices of both, and refuses others."""
    document = json.loads(ioscore("compare", "roca_2018", "roca_2023", "-f", "json").out)
    events = {(row["event"], row["unit"]): row for row in document["events"]}
    offices = events["unodc-border-liaison-offices", "sites"]
    assert (offices["roca_2018"], offices["roca_2023"]) == (13, 24)
    assert_fails_clearly(
        ioscore("compare", "roca_2018", "nowhere"), "no quantity in source 'nowhere'"
    )
