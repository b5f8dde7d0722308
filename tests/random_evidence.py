"""Made-up evidence at random, for tests that compare with the whole way or with all subsets."""

from __future__ import annotations

from helpers import evidence_of
from ioscore.rubric import Rubric

LEAVES = [("a", "a1"), ("a", "a2"), ("b", ""), ("c", "c1"), ("c", "c2"), ("d", "")]
NAMES = ("ALPHA", "BETA", "GAMMA")
CHOICES = {
    "counting": ("event", "row"),
    "barrier_treatment": ("balance", "net", "ignore"),
    "barrier_absence": ("zero", "no_answer"),
    "strength_scale": ("linear", "steep"),
}


def random_rubric(rng, **fields):
    """Return a rubric of two levels with a barrier and a cost, its rules drawn at random."""
    choices = {name: {"level": str(rng.choice(levels))} for name, levels in CHOICES.items()}
    return made_up_rubric(
        choices=choices,
        scoring={"rule": str(rng.choice(["diminishing", "diminishing", "count"])), "half": 3},
        missing=str(rng.choice(["renormalise", "renormalise", "worst", "best"])),
        **fields,
    )


def made_up_rubric(**fields):
    """Return a rubric of two levels: a and a barrier c with two leaves each, b, and a cost d."""
    tree = {
        "a": {"weight": 3, "criteria": {"a1": {"weight": 2}, "a2": {"weight": 1}}},
        "b": {"weight": 2},
        "c": {"weight": 2, "kind": "barrier", "criteria": {"c1": {}, "c2": {}}},
        "d": {"weight": 1, "direction": "cost"},
    }
    base = {"name": "made_up", "alternatives": {name: name for name in NAMES}, "criteria": tree}
    return Rubric.model_validate({**base, **fields})


def random_evidence(rng, events, rows=2):
    """Return evidence of so many events with so many rows at most, in cells drawn at random."""
    table = []
    for event in range(events):
        whole = int(rng.integers(rows)) + 1
        for _ in range(whole):
            criterion, sub = LEAVES[rng.integers(len(LEAVES))]
            effect = str(rng.choice(["supports", "limits", "absent"], p=[0.6, 0.25, 0.15]))
            year = str(rng.choice(["", "2017", "2018", "2019"]))
            table.append(
                {
                    "event_id": f"event{event}",
                    "organisation": str(rng.choice(NAMES)),
                    "criterion": criterion,
                    "subcriterion": sub,
                    "effect": effect,
                    "strength": "" if effect == "absent" else str(rng.integers(1, 4)),
                    "source": str(rng.choice(["one", "two"])),
                    "year_start": year,
                    "year_end": str(max(year, "2018")) if year else "",
                }
            )
    return evidence_of(*table, kinds={"one": "academic", "two": "own_report"})


def without(evidence, events):
    """Return the evidence without the rows of some events."""
    rows = evidence.rows[~evidence.rows["event_id"].isin(list(events))]
    return type(evidence)(rows=rows, kinds=evidence.kinds, name=evidence.name)
