"""One world at a time: the way of `select`, `score` and `rank`, beside which the factorial is held."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from helpers import evidence_of, flat_rubric
from ioscore.errors import EvidenceError
from ioscore.evidence import select
from ioscore.ranking import rank
from ioscore.rubric import Rubric, choose
from ioscore.scoring import score
from ioscore.sensitivity.choices.switches import OWN, switches_of

METHODS = {
    "arithmetic": "weighted_mean",
    "geometric": "geometric_mean",
    "harmonic": "harmonic_mean",
}

CRITERIA = {
    "schooling": {
        "weight": 2,
        "aggregation": "geometric",
        "criteria": {"courses": {"weight": 1}, "visits": {"weight": 2}},
    },
    "tools": {"weight": 3},
    "hindrance": {"weight": 2, "kind": "barrier", "criteria": {"fear": {}, "delay": {}}},
    "burden": {"weight": 1, "direction": "cost"},
}
CHOICES = {
    "sources": {"level": "north", "levels": ["north", "north,south", "all"]},
    "courses_or_tools": {
        "level": "main",
        "levels": ["main", "tools"],
        "probabilities": [0.25, 0.75],
        "moves": ["schooling/courses"],
    },
    "acts_or_answers": {
        "level": "main",
        "levels": ["main", "hindrance", "burden"],
        "moves": ["schooling", "tools"],
    },
}
RULES = {
    "scoring": {"levels": ["diminishing", "count", "mean", "strongest", "presence"]},
    "missing": {"levels": ["renormalise", "worst", "best"], "probabilities": [0.5, 0.25, 0.25]},
    "aggregation": {"levels": ["arithmetic", "geometric", "harmonic"]},
    "normalisation": {"levels": ["fixed", "minmax"]},
}


def made_up_rubric(**fields):
    """Return a rubric with every switch there is."""
    base = {
        "name": "made_up_worlds",
        "alternatives": {"ALPHA": "Alpha", "BETA": "Beta", "GAMMA": "Gamma"},
        "criteria": CRITERIA,
        "reliability": {"own_report": 0.5},
        "choices": CHOICES,
        "rules": RULES,
    }
    return Rubric.model_validate({**base, **fields})


def made_up_evidence(seed, rows=70):
    """Return random evidence that touches every switch, with words counted in every source."""
    rng = np.random.default_rng(seed)
    codes = [
        *itertools.product(["schooling"], ["courses", "visits"]),
        *itertools.product(["hindrance"], ["fear", "delay"]),
        ("tools", ""), ("tools", "lamps"), ("burden", ""), ("none", ""),
    ]  # fmt: skip
    moved = ["", "", "tools", "hindrance/fear", "burden;tools", "tools;hindrance/delay"]
    found = []
    for n in range(rows):
        name = str(rng.choice(["ALPHA", "BETA", "GAMMA", "GAMMA", "setting"]))
        criterion, sub = codes[rng.integers(len(codes))]
        effect = str(rng.choice(["supports", "supports", "supports", "limits", "absent"]))
        if effect == "absent" and criterion in ("schooling", "hindrance") and rng.random() < 0.5:
            sub = ""
        found.append(
            {
                "organisation": name,
                "criterion": criterion,
                "subcriterion": sub,
                "alt_criterion": str(rng.choice(moved)),
                "effect": effect,
                "strength": "" if effect == "absent" else str(rng.integers(1, 4)),
                "event_id": f"event{rng.integers(rows // 2)}",
                "evidence_type": str(
                    rng.choice(["output", "output", "outcome", "plan", "opinion"])
                ),
                "actor": str(rng.choice(["own", "own", "own", "state:X", "partner:Y"])),
                "reach": str(rng.choice(["country", "country", "region", "elsewhere"])),
                "source": str(rng.choice(["north", "north", "south", "west"])),
                "locator": f"line {n + 1}",
            }
        )
    lines = np.arange(1, rows + 1)
    paragraphs = pd.concat(
        pd.DataFrame(
            {"source": source, "line": lines, "line_end": lines, "words": 20 + 7 * lines % 30}
        )
        for source in ("north", "south", "west")
    )
    kinds = {"north": "academic", "south": "own_report", "west": ""}
    return evidence_of(*found, kinds=kinds, paragraphs=paragraphs)


def levels_of(grid, world):
    """Return the level of each switch in one world."""
    codes = np.unravel_index(world, grid.shape)
    return {s.name: s.levels[c] for s, c in zip(grid.switches, codes, strict=True)}


def rubric_under(rubric, levels):
    """Return the rubric with other levels of its choices and rules."""
    choices = {name: level for name, level in levels.items() if name in rubric.choices}
    fields = choose(rubric, choices).model_dump(exclude_unset=True)
    if "scoring" in levels:
        fields["scoring"] = {**rubric.scoring.model_dump(), "rule": levels["scoring"]}
    if "missing" in levels:
        fields["missing"] = levels["missing"]
    if "aggregation" in levels:
        fields["method"] = METHODS[levels["aggregation"]]
    if levels.get("normalisation", OWN) != OWN:
        _normalise(fields["criteria"], levels["normalisation"])
    return Rubric.model_validate(fields)


def _normalise(criteria, rule):
    for criterion in criteria.values():
        if criterion.get("criteria"):
            _normalise(criterion["criteria"], rule)
        else:
            criterion["normalise"] = {"rule": rule}


def ranked_the_long_way(evidence, rubric, levels):
    """Return the ranking of one world by select, score and rank; None where it has no answer."""
    other = rubric_under(rubric, levels)
    try:
        return rank(score(select(evidence, other), other), other)
    except EvidenceError:
        return None


def some_switches(rubric, names):
    return [switch for switch in switches_of(rubric) if switch.name in names]


def tiny_evidence():
    """Return evidence on two: one plan in the north, one act in the south, both about tools."""
    return evidence_of(
        {"strength": "3", "evidence_type": "plan", "source": "north"},
        {"organisation": "BETA", "strength": "1", "source": "south"},
        kinds={"north": "", "south": ""},
    )


def tiny_rubric(**fields):
    levels = {
        "sources": {"level": "all", "levels": ["all", "north"], "probabilities": [0.75, 0.25]}
    }
    return flat_rubric(choices=levels, **fields)
