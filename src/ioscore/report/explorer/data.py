"""An exploration as the one document that the page works from: plain values, nothing computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.report.figures.style import colours
from ioscore.report.ranking import MEASURES
from ioscore.report.tables import plain
from ioscore.rubric import Criterion, Node, Rubric
from ioscore.sensitivity.choices.switches import Switch, own_level
from ioscore.sensitivity.evidence.removal import Removal
from ioscore.sensitivity.weights.flips import Flip
from ioscore.study.exploration import Code, Destination, Exploration

SCHEMA = "ioscore.explorer/1"
GROUPS = {
    "What counts": ("counting", "plans", "bilateral", "partners", "elsewhere"),
    "Points and barriers": (
        "strength_scale",
        "documentation",
        "barrier_treatment",
        "barrier_absence",
    ),
    "Rules": ("scoring", "missing", "aggregation", "normalisation"),
}
Written = tuple[str, tuple[float, float]]

READINGS = "Readings of disputed codes"
"""The group of the choices that move codes from one criterion to another."""


def explorer_document(
    exploration: Exploration,
    *,
    extends: str | None = None,
    opening: Rubric | None = None,
    titles: Mapping[str, str] | None = None,
    evidence: str | None = None,
) -> dict[str, Any]:
    """Return all that the explorer needs, as the document ``ioscore.explorer/1``.

    Parameters
    ----------
    exploration : Exploration
        Its study is what the explorer calls published, and what it goes back to.
    extends : str, optional
        How a rubric file names the published rubric; downloaded rubrics then hold the changed
        lines only. Without it, they extend the rubric's own name and repeat every weight, choice
        and rule, so that they hold whatever was changed before the study was run.
    opening : Rubric, optional
        The same rubric with other weights, choices, scoring rule, rule for missing cells or mean,
        with which the explorer opens; as published by default.
    titles : mapping of str to str, optional
        Titles of the sources, by id.
    evidence : str, optional
        How a command names the evidence, empty for the shipped one. Without it, downloaded rubrics
        tell the reader to name it where it is their own.

    Returns
    -------
    dict
        Of plain values, figures as they are.
    """
    study = exploration.study
    rubric, opening = study.rubric, opening or study.rubric
    switches = _switches(exploration, opening)
    names = list(study.selection.organisations)
    hues = colours(names)
    counts = exploration.words.set_index(["organisation", "source"])["words"].to_dict()
    table = study.ranking.table.set_index("organisation")["score"]
    return {
        "schema": SCHEMA,
        "rubric": {
            "name": rubric.name,
            "title": rubric.title or rubric.name,
            "extends": extends or rubric.name,
            "short": extends is not None,
            "measures": MEASURES,
            "evidence": evidence,
            "window": list(study.selection.window) if study.selection.window else None,
            "half": rubric.scoring.half,
            "top": max(level.points for level in rubric.levels.values()),
            "close": rubric.close,
            "decimals": rubric.decimals,
            "ties": rubric.ties,
        },
        "nodes": [_node(node, rubric) for node in rubric.nodes()],
        "organisations": [
            {"id": name, "name": label, "colour": hues[name]}
            for name, label in study.selection.organisations.items()
        ],
        "switches": [
            {
                "name": switch.name,
                "group": _group(switch, rubric),
                "level": switch.level,
                "levels": list(switch.levels),
                "reason": " ".join(switch.reason.split()),
            }
            for switch in switches
        ],
        "fixed": {
            name: own_level(rubric, name)
            for name in (*rubric.choices, *GROUPS["Rules"])
            if name != "sources" and name not in {switch.name for switch in switches}
        },
        "sources": {
            "level": rubric.level("sources"),
            "levels": list(rubric.choices["sources"].levels),
            "known": [
                {
                    "id": source,
                    "title": (titles or {}).get(source, ""),
                    "kind": study.evidence.kinds.get(source, ""),
                    "reliability": trust,
                    "words": [float(counts.get((name, source), 0)) for name in names],
                }
                for source, trust in exploration.reliability.items()
            ],
        },
        "points": {
            scale: [float(points[level]) for level in _levels(rubric)]
            for scale, points in exploration.points.items()
        },
        "strengths": _levels(rubric),
        **_rows(exploration, names),
        "to_first": {
            fill: {name: _flip(found) for name, found in changes.items()}
            for fill, changes in exploration.weights_to_first.items()
        },
        "without": {name: _removal(found) for name, found in exploration.events_to_first.items()},
        "check": {name: None if pd.isna(s) else float(s) for name, s in table.items()},
        "opening": _opening(opening, rubric, switches),
    }


def _levels(rubric: Rubric) -> list[str]:
    return [str(level) for level in sorted(rubric.levels)]


def _node(node: Node, rubric: Rubric) -> dict[str, Any]:
    rule = node.normalise
    weight, total = _written(rubric)[node.path]
    return {
        "path": node.path,
        "parent": node.parent,
        "label": node.label,
        "points": 100 * node.weight,
        "written": weight,
        "total": total,
        "kind": node.kind,
        "cost": node.direction == "cost",
        "leaf": node.leaf,
        "mean": node.aggregation,
        "normalise": None if rule.rule == "fixed" else rule.model_dump(),
    }


def _written(rubric: Rubric) -> dict[str, tuple[float, float]]:
    """Return for each criterion its weight as the rubric writes it, and the sum over its siblings."""
    own = {key.rpartition("/")[2]: weight for key, weight in rubric.weights.items()}

    def below(criteria: Mapping[str, Criterion], parent: str) -> Iterator[Written]:
        weights = {name: own.get(name, criterion.weight) for name, criterion in criteria.items()}
        for name, criterion in criteria.items():
            path = f"{parent}/{name}".lstrip("/")
            yield path, (weights[name], sum(weights.values()))
            yield from below(criterion.criteria, path)

    return dict(below(rubric.criteria, ""))


def _switches(exploration: Exploration, opening: Rubric) -> list[Switch]:
    """Return the switches, with the levels that the explorer opens with among their levels.

    Those that are about rows, or words, of which the evidence has none are left out.
    """
    rubric = exploration.study.rubric
    empty = [name for name, flags in exploration.kept_out.items() if not flags.any()]
    if not exploration.words["words"].sum():
        empty.append("documentation")
    known = {switch.name: switch for switch in exploration.switches if switch.name not in empty}
    for name in (*rubric.choices, *GROUPS["Rules"]):
        level = own_level(opening, name)
        own = known.get(name)
        if name == "sources" or level in (own.levels if own else (own_level(rubric, name),)):
            continue
        known[name] = Switch(
            name=name,
            level=own_level(rubric, name),
            levels=(*(own.levels if own else (own_level(rubric, name),)), level),
            probabilities=(),
            reason=own.reason if own else "",
        )
    return list(known.values())


def _group(switch: Switch, rubric: Rubric) -> str:
    named = (title for title, names in GROUPS.items() if switch.name in names)
    moves = switch.name in rubric.choices and rubric.choices[switch.name].moves
    return READINGS if moves else next(named)


def _rows(exploration: Exploration, names: list[str]) -> dict[str, Any]:
    """Return the rows column by column, what repeats as numbers into lists of their own."""
    rows = exploration.rows
    codes: dict[Code, int] = {code: n for n, code in enumerate(exploration.destinations)}
    leaves = [node.path for node in exploration.study.rubric.leaves()]
    keys = zip(
        *(rows[c] for c in ("criterion", "subcriterion", "alt_criterion", "effect")), strict=True
    )
    levels = {level: n for n, level in enumerate(_levels(exploration.study.rubric))}
    # A locator is a line and a heading, "line 37, Introduction"; apart, each repeats.
    places_read = [locator.partition(", ")[::2] for locator in rows["locator"]]
    lists = {
        "event": list(dict.fromkeys(rows["event_id"])),
        "line": list(dict.fromkeys(line for line, _ in places_read)),
        "heading": list(dict.fromkeys(heading for _, heading in places_read)),
        "years": list(dict.fromkeys(_years(rows))),
    }
    places = {name: {text: n for n, text in enumerate(texts)} for name, texts in lists.items()}
    sources = {source: n for n, source in enumerate(exploration.reliability)}
    out = exploration.kept_out
    return {
        "sieves": list(out.columns),
        "codes": [
            {"effect": code[3], **_destination(place, leaves)}
            for code, place in exploration.destinations.items()
        ],
        "lists": lists,
        "rows": {
            "organisation": [names.index(name) for name in rows["organisation"]],
            "code": [codes[key] for key in keys],
            "event": [places["event"][name] for name in rows["event_id"]],
            "source": [sources[source] for source in rows["source"]],
            "strength": [levels.get(level, -1) for level in rows["strength"]],
            "out": [
                sum(bool(flag) << n for n, flag in enumerate(flags))
                for flags in out.itertuples(index=False)
            ],
            "years": [places["years"][text] for text in _years(rows)],
            "heading": [places["heading"][heading] for _, heading in places_read],
            # Each row by itself: in a column, anchors of places side by side join to whole passages.
            "told": [
                [act, anchor, places["line"][line], summary]
                for act, anchor, (line, _), summary in zip(
                    rows["id"], rows["anchor"], places_read, rows["summary"], strict=True
                )
            ],
        },
    }


def _destination(place: Destination, leaves: list[str]) -> dict[str, Any]:
    def number(leaf: str | None) -> int:
        return -1 if leaf is None else leaves.index(leaf)

    moved = [[name, level, number(leaf)] for name, level, leaf in place.moved]
    return {"leaf": number(place.leaf), "moved": moved}


def _years(rows: pd.DataFrame) -> list[str]:
    pairs = zip(rows["year_start"], rows["year_end"], strict=True)
    return [first if first == last else f"{first} to {last}" for first, last in pairs]


def _flip(found: Flip | NotApplicable) -> dict[str, Any]:
    if isinstance(found, NotApplicable):
        return {"reason": found.reason}
    return {
        "exact": found.exact,
        "distance": found.distance,
        "weights": {str(name): float(weight) for name, weight in found.after.items()},
        "level_with": list(found.level_with),
    }


def _removal(found: Removal | NotApplicable) -> dict[str, Any]:
    if isinstance(found, NotApplicable):
        return {"reason": found.reason}
    cells = found.events.groupby("event_id", sort=False)[["organisation", "leaf", "summary"]]
    return {
        "exact": found.exact,
        "lower": found.lower,
        "reason": found.reason,
        "events": [
            {"id": str(name), "cells": part.to_numpy(dtype=object).tolist()} for name, part in cells
        ],
        "scores": plain(found.scores["score_after"].to_dict()),
    }


def _opening(opening: Rubric, rubric: Rubric, switches: list[Switch]) -> dict[str, Any]:
    """Return in what the explorer opens otherwise than as published."""
    levels = {switch.name: own_level(opening, switch.name) for switch in switches}
    published, asked = _written(rubric), _written(opening)
    points = {path: 100 * weight / published[path][1] for path, (weight, _) in asked.items()}
    weights: dict[str, float] = {}
    for node in rubric.nodes():
        group = [n.path for n in rubric.nodes() if n.parent == node.parent]
        if any(asked[path] != published[path] for path in group):
            # A slider ends at 100; only proportions matter.
            weights[node.path] = points[node.path] * min(1, 100 / max(points[p] for p in group))
    return {
        "weights": weights,
        "levels": {s.name: levels[s.name] for s in switches if levels[s.name] != s.level},
        "sources": opening.level("sources"),
    }
