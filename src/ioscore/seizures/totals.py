"""One figure for each key -> totals by year that may be added up: heroin equivalents, cannabis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ioscore.errors import PanelError, Problem


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A quantity that seizures of one kind of drug add up to.

    Attributes
    ----------
    id, unit : str
    factors : mapping of str to float
        Drugs that count, and what a kilogram of each counts. Plants, seed and oil never do.
    needed : tuple of str
        Drugs that must be reported; where there are none, any one of the factors is enough.
    """

    id: str
    unit: str
    factors: Mapping[str, float]
    needed: tuple[str, ...] = ()


OUTCOMES = (
    Outcome(
        id="opiates",
        unit="kg of heroin equivalents",
        factors={"heroin": 1.0, "morphine": 1.0, "opium": 0.1},
        needed=("heroin", "opium"),
    ),
    Outcome(
        id="cannabis",
        unit="kg of resin and herb",
        factors={"cannabis_resin": 1.0, "cannabis_herb": 1.0},
    ),
    Outcome(id="heroin", unit="kg", factors={"heroin": 1.0}),
    Outcome(id="opium", unit="kg", factors={"opium": 1.0}),
)
"""Ten kilograms of opium make one of heroin, morphine counts like heroin: UNODC, drug seizures
2015-2019, methodology. Cannabis is resin and herb together, since Tajik figures move between the
two from year to year; a country that reports one of them reports that one. Morphine, too, goes in
where it is reported: few countries name it."""


def outcome(name: str) -> Outcome:
    """Return the outcome of a name.

    Raises
    ------
    PanelError
        When there is none.
    """
    for known in OUTCOMES:
        if known.id == name:
            return known
    mend = f"Take one of {', '.join(known.id for known in OUTCOMES)}."
    raise PanelError(Problem(where="outcomes", found=f"there is no outcome {name!r}", mend=mend))


def annual_totals(tidy: pd.DataFrame, outcomes: Sequence[Outcome] = OUTCOMES) -> pd.DataFrame:
    """Add up each outcome by country and year.

    Parameters
    ----------
    tidy : pandas.DataFrame
        As `harmonise` makes it. Drugs that no outcome counts (plants, seed) have no effect.
    outcomes : sequence of Outcome

    Returns
    -------
    pandas.DataFrame
        One row for each country, year and outcome, of every year in which a country reported
        any drug: `country`, `year`, `outcome`, `kilograms` (in the unit of the outcome; NaN where
        it cannot be told), `why` (it is missing, else empty), `parts` (drugs that went in),
        `flags` and `corrections` of its parts. What is not reported is missing, never zero.
    """
    rows = []
    for (country, year), part in tidy.groupby(["country", "year"], sort=True):
        figures = part.set_index("drug").to_dict("index")
        for each in outcomes:
            total = _total(figures, each)
            rows.append({"country": country, "year": year, "outcome": each.id, **total})
    columns = ["country", "year", "outcome", "kilograms", "why", "parts", "flags", "corrections"]
    return pd.DataFrame(rows, columns=columns).astype({"kilograms": float})


def _total(figures: Mapping[str, Mapping[str, object]], each: Outcome) -> dict[str, object]:
    own = {drug: figures[drug] for drug in each.factors if drug in figures}
    there = {drug: row for drug, row in own.items() if row["why"] != "duplicate"}
    spoilt = [drug for drug, row in there.items() if row["why"]]
    lacking = [drug for drug in each.needed if drug not in there]
    kilograms, why = float("nan"), ""
    if spoilt:
        why = "excluded: " + " and ".join(spoilt)
    elif not there:
        why = "not reported"
    elif lacking:
        why = " and ".join(lacking) + " not reported"
    else:
        kilograms = sum(each.factors[drug] * float(str(there[drug]["kilograms"])) for drug in there)
    return {
        "kilograms": kilograms,
        "why": why,
        "parts": " ".join(sorted(there)),
        "flags": _words(own, "flags"),
        "corrections": _words(own, "corrections"),
    }


def _words(rows: Mapping[str, Mapping[str, object]], column: str) -> str:
    words = " ".join(str(row[column]) for row in rows.values()).split()
    return " ".join(dict.fromkeys(words))
