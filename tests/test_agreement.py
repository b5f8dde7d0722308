"""Agreement between readings: published examples, another program, and what must always hold."""

from __future__ import annotations

import csv
import io
import json
import math

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import ROOT, assert_fails_clearly, ioscore
from ioscore.errors import EvidenceError
from ioscore.evidence.agreement import NOTHING, agreement, krippendorff_alpha
from ioscore.evidence.matching import COLUMNS, Reading, match_acts

N = None
FOUR_CODERS = list(
    zip(
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
        strict=True,
    )
)
"""Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability, example D: four coders."""


def texts(table):
    return [[None if v is None else str(v) for v in row] for row in table]


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_the_published_four_coder_example(level, published):
    """Alpha of the published example is the published value, which is printed with three digits."""
    assert krippendorff_alpha(texts(FOUR_CODERS), level) == pytest.approx(published, abs=5e-4)


values = st.lists(
    st.lists(st.sampled_from([None, 1, 2, 3, 4]), min_size=3, max_size=3), min_size=2, max_size=12
)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@given(table=values)
def test_alpha_is_that_of_another_program(level, table):
    """On random tables with gaps alpha equals the `krippendorff` package's, where it is defined."""
    own = krippendorff_alpha(texts(table), level)
    if math.isnan(own):
        return
    data = np.array([[np.nan if v is None else v for v in row] for row in table], dtype=float).T
    other = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
    # Both add the same few products; only the order of the sums differs.
    assert own == pytest.approx(other, abs=1e-9)


def test_alpha_is_not_defined_where_nothing_could_be_confused():
    """One value alone, or no item with two values, has no alpha; it is not called perfect."""
    assert math.isnan(krippendorff_alpha([["a", "a"], ["a", "a"]], "nominal"))
    assert math.isnan(krippendorff_alpha([["a", None], [None, "b"]], "nominal"))
    assert krippendorff_alpha([["a", "a"], ["b", "b"]], "nominal") == 1


def reading(coder, *acts, units=(1, 2, 3)):
    rows = []
    for n, (line, first, last, fields) in enumerate(acts):
        base = dict.fromkeys(COLUMNS, "x") | {"strength": "1", "effect": "supports"}
        place = {"at": first, "first": first, "last": last}
        rows.append({"id": f"{coder}{n}", "unit": ("book", line), **base, **place, **fields})
    columns = ["id", "unit", *COLUMNS, "at", "first", "last"]
    frame = pd.DataFrame(rows, columns=columns)
    return Reading(coder=coder, units=tuple(("book", u) for u in units), rows=frame)


def test_acts_match_by_place_whatever_they_are_coded():
    """Overlapping passages match although every code differs; passages apart do not."""
    one = reading("A", (1, 10, 20, {"criterion": "p"}), (1, 40, 50, {"criterion": "q"}))
    two = reading(
        "B", (1, 45, 55, {"criterion": "p"}), (1, 15, 25, {"criterion": "q"}), (1, 70, 80, {})
    )
    items = match_acts([one, two], [("book", 1)])
    assert items[["A", "B"]].to_numpy().tolist() == [["A0", "B1"], ["A1", "B0"], ["", "B2"]]


def test_the_nearest_pair_is_taken_first_and_each_act_once():
    """Two acts in one sentence match the one act there that is nearest."""
    one = reading("A", (1, 10, 30, {}), (1, 28, 30, {}))
    two = reading("B", (1, 27, 30, {}))
    items = match_acts([one, two], [("book", 1)])
    assert items[["A", "B"]].to_numpy().tolist() == [["A0", ""], ["A1", "B0"]]


def test_finding_an_act_is_part_of_the_agreement():
    """An act that only one found lowers alpha over all, not alpha over what both found."""
    acts = [(1, 1, 9, {"criterion": "p"}), (2, 1, 9, {"criterion": "q"})]
    one, two = reading("A", *acts), reading("B", *acts)
    more = reading("B", *acts, (3, 1, 9, {"criterion": "p"}))
    rng = np.random.default_rng(0)
    same = agreement([one, two], rng=rng).table.set_index("variable")
    found = agreement([one, more], rng=rng).table.set_index("variable")
    assert same.loc["criterion", ["alpha", "alpha_all"]].tolist() == [1, 1]
    assert found.loc["criterion", "alpha"] == 1
    assert found.loc["criterion", "alpha_all"] < 1
    assert found.loc["something to code", "alpha"] < 1
    table = agreement([one, more], rng=rng).confusion["criterion"]
    assert table.loc[NOTHING, "p"] == 1


def test_the_bootstrap_interval_holds_the_estimate_and_repeats_with_its_seed():
    """The interval over units is around alpha, and the same seed gives the same interval."""
    rng = np.random.default_rng(7)
    labels = rng.choice(["p", "q", "r"], size=60)
    noisy = np.where(rng.random(60) < 0.2, "p", labels)
    units = tuple(range(1, 61))
    one = reading(
        "A", *((u, 1, 9, {"criterion": c}) for u, c in zip(units, labels, strict=True)), units=units
    )
    two = reading(
        "B", *((u, 1, 9, {"criterion": c}) for u, c in zip(units, noisy, strict=True)), units=units
    )
    tables = [agreement([one, two], rng=np.random.default_rng(3)).table for _ in range(2)]
    pd.testing.assert_frame_equal(*tables)
    row = tables[0].set_index("variable").loc["criterion"]
    assert row["low"] < row["alpha"] < row["high"] < 1


def test_what_cannot_be_compared_is_refused():
    """One reading, two of one name, and readings without a common paragraph are errors."""
    rng = np.random.default_rng(0)
    one = reading("A", (1, 1, 9, {}))
    for readings in ([one], [one, one], [one, reading("B", units=(9,))]):
        with pytest.raises(EvidenceError, match="in common"):
            agreement(readings, rng=rng)


def test_the_shipped_passes_are_compared_and_called_what_they_are():
    """`ioscore agreement` begins with what the passes are, and gives every variable."""
    run = ioscore("agreement")
    assert run.status == 0, run.err
    assert "automated readings" in run.out.splitlines()[0]
    assert "not that two people would code alike" in run.out.splitlines()[0]
    document = json.loads(ioscore("agreement", "-f", "json").out)
    assert {row["variable"] for row in document["variables"]} == {"something to code", *COLUMNS}
    assert document["units"] > 1000
    assert ioscore("agreement", "--seed", "0").out == run.out


def test_a_sheet_goes_out_blank_and_is_read_back_filled(tmp_path):
    """A sheet of random paragraphs, filled in by two people, can be compared; unread rows count not."""
    blank = tmp_path / "sheet.csv"
    assert ioscore("agreement", "--sheet", "5", "--seed", "1", "-o", blank).status == 0
    again = ioscore("agreement", "--sheet", "5", "--seed", "1").out
    assert blank.read_text(encoding="utf-8") == again
    rows = list(csv.DictReader(io.StringIO(again)))
    assert len(rows) == 5
    assert all(row["organisation"] == "" for row in rows)
    sheets = []
    for coder, criterion in (("made_up_ann", "training"), ("made_up_bob", "equipment")):
        for n, row in enumerate(rows[:4]):
            row["coder"] = coder
            if n % 2:
                row["nothing_to_code"] = "x"
            else:
                codes = {
                    "organisation": "UNODC",
                    "evidence_type": "output",
                    "effect": "supports",
                    "strength": "1",
                }
                odd = n > 0 and criterion == "equipment"
                parts = ("equipment", "civilian") if odd else ("training", "theoretical")
                row.update(codes, criterion=parts[0], subcriterion=parts[1])
        path = tmp_path / f"{coder}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        sheets.append(path)
    document = json.loads(ioscore("agreement", *sheets, "-f", "json").out)
    assert document["units"] == 4
    alphas = {row["variable"]: row["alpha"] for row in document["variables"]}
    assert alphas["something to code"] == 1
    assert alphas["criterion"] < 1
    assert_fails_clearly(ioscore("agreement", sheets[0], sheets[0]), "different names")
    assert_fails_clearly(ioscore("agreement", "--sheet", "5", "-o", blank), "may be filled in")
    wrong = sheets[1].read_text(encoding="utf-8").replace("supports", "suports")
    sheets[1].write_text(wrong, encoding="utf-8")
    assert_fails_clearly(ioscore("agreement", *sheets), "unknown effect 'suports'", "row 2")


def test_the_spread_of_each_cell_over_the_readings_is_kept():
    """`--cells` gives each cell's score by each pass alone; the spread is their distance."""
    rows = json.loads(ioscore("agreement", "--cells", "-f", "json").out)["cells"]
    assert len(rows) == 5 * 18
    for row in rows:
        if row["1"] is None or row["2"] is None:
            assert row["spread"] is None
        else:
            assert row["spread"] == pytest.approx(abs(row["1"] - row["2"]), abs=2e-6)
    alone = json.loads(
        ioscore("rank", "-e", ROOT / "data" / "evidence" / "passes" / "2", "-f", "json").out
    )
    scores = {row["organisation"]: row["cells"] for row in alone["ranking"]}
    for row in rows:
        assert scores[row["organisation"]][row["leaf"]]["score"] == row["2"]
