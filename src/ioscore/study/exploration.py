"""What lies behind a study for a reader who changes weights, choices and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ioscore.errors import IoscoreError, NotApplicable, Problem, RubricError
from ioscore.evidence.coverage import words_table
from ioscore.evidence.points import reliability, strength_points
from ioscore.evidence.reading import moves_from, partly_absent, read_leaf, spread_denials
from ioscore.evidence.selection import ROW_CHOICES, concerned, in_window, is_talk, kept
from ioscore.evidence.table import Evidence, leaf_of
from ioscore.ranking import FILLS, decision_of
from ioscore.rubric import Rubric, with_rules
from ioscore.sensitivity.choices.switches import Switch, switches_of
from ioscore.sensitivity.evidence.removal import Removal, turn_top, why_inexact
from ioscore.sensitivity.weights.changes import MOST, NOT_TRIED, by_formula, by_search
from ioscore.sensitivity.weights.flips import Flip
from ioscore.sensitivity.weights.kept import declared_space, scored_part
from ioscore.study.judgement import Study

SCALES = ("linear", "flat", "steep")
SEED = 0
"""Of the search for smallest changes, where there is no formula."""

Code = tuple[str, str, str, str]
"""Criterion, subcriterion, alternatives and effect of a coded row."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Which leaf scores a code.

    Attributes
    ----------
    leaf : str or None
        As the code is written; None where no row is scored there (the denial of one kind of what
        is scored as a whole).
    moved : tuple of (str, str, str or None)
        Choice, level and the leaf under it, for every reading that moves the code. Of several
        that are taken, the first one holds.
    """

    leaf: str | None
    moved: tuple[tuple[str, str, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """A study, and all that is needed to follow it under other weights, choices and sources.

    Attributes
    ----------
    study : Study
        Under the rubric as it is published.
    rows : pandas.DataFrame
        Rows of the evidence that count under some combination of levels and sources.
    kept_out : pandas.DataFrame
        Beside `rows`, one column of bool for each of `ROW_CHOICES`: whether the row is one that
        the choice leaves out where it excludes.
    destinations : dict of Code to Destination
        Of every code in `rows`.
    switches : tuple of Switch
        Choices, but for `sources`, and rules with more than one level.
    reliability : dict of str to float
        Of each source of `rows`.
    points : dict of str to dict of str to float
        Points of each level of strength under each of `SCALES`, and under the rule `count`.
    words : pandas.DataFrame
        `organisation`, `source`, `words`; empty where no paragraphs came with the evidence.
    weights_to_first : dict of str to dict of str to Flip or NotApplicable
        By rule for missing cells and organisation: the smallest change of the published weights
        that puts it first; says whether it is proved.
    events_to_first : dict of str to Removal or NotApplicable
        By organisation: the smallest set of events without which it is first. Not searched for
        where that could take minutes, as there is no exact method.
    """

    study: Study
    rows: pd.DataFrame
    kept_out: pd.DataFrame
    destinations: Mapping[Code, Destination]
    switches: tuple[Switch, ...]
    reliability: Mapping[str, float]
    points: Mapping[str, Mapping[str, float]]
    words: pd.DataFrame
    weights_to_first: Mapping[str, Mapping[str, Flip | NotApplicable]]
    events_to_first: Mapping[str, Removal | NotApplicable]


def explore_study(study: Study) -> Exploration:
    """Gather all that a study can be changed by, and the smallest changes that turn its first.

    Parameters
    ----------
    study : Study

    Returns
    -------
    Exploration

    Raises
    ------
    RubricError
        For a rubric whose method is no mean: the answer to a moved weight is then not worked out
        criterion by criterion.
    """
    rubric, evidence = study.rubric, study.evidence
    if rubric.mean is None:
        raise RubricError(
            Problem(
                where=f"rubric {rubric.name}, method",
                found=f"{rubric.method} compares organisations with each other; the explorer "
                "shows what each criterion adds to a mean",
                mend="Take weighted_mean, geometric_mean or harmonic_mean (--method).",
            )
        )
    rows = _rows_that_can_count(study)
    codes = list(_codes(rows))
    found = {code: _destination(code, rubric) for code in dict.fromkeys(codes)}
    scored = np.array([_somewhere(found[code]) for code in codes], dtype=bool)
    rows = rows[scored].reset_index(drop=True)
    return Exploration(
        study=study,
        rows=rows,
        kept_out=pd.DataFrame({name: ~kept(rows, name, "exclude") for name in ROW_CHOICES}),
        destinations={code: place for code, place in found.items() if _somewhere(place)},
        switches=tuple(s for s in switches_of(rubric) if s.name != "sources"),
        reliability=reliability(dict.fromkeys(rows["source"]), evidence, rubric),
        points={
            **{scale: strength_points(rubric, scale=scale, rule="") for scale in SCALES},
            "count": strength_points(rubric, scale="linear", rule="count"),
        },
        words=words_table(evidence),
        weights_to_first={fill: _weights_to_first(study, fill) for fill in FILLS},
        events_to_first=_events_to_first(study),
    )


def _rows_that_can_count(study: Study) -> pd.DataFrame:
    """Return the rows that no rule leaves out for good."""
    rubric = study.rubric
    rows = spread_denials(study.evidence.rows, rubric)
    possible = ~is_talk(rows)
    sieves = concerned(rows, study.selection.organisations)
    for keep in (*sieves.values(), *in_window(rows, study.selection.window).values()):
        possible &= keep
    for name in ROW_CHOICES:
        if "include" not in rubric.choices[name].levels:
            possible &= kept(rows, name, "exclude")
    return rows[possible]


def _codes(rows: pd.DataFrame) -> Sequence[Code]:
    columns = ("criterion", "subcriterion", "alt_criterion", "effect")
    return list(zip(*(rows[column] for column in columns), strict=True))


def _somewhere(place: Destination) -> bool:
    return place.leaf is not None or any(leaf is not None for _, _, leaf in place.moved)


def _destination(code: Code, rubric: Rubric) -> Destination:
    """Return where a code is scored, as written and under each reading that moves it."""
    *written, effect = code
    criterion, sub, alternatives = written
    leaves = leaf_of(rubric)
    main = read_leaf(leaves, [], criterion, sub, alternatives)
    if main is None:
        return Destination(leaf=None, moved=())
    named = {path.partition("/")[0] for path in alternatives.split(";")}
    moved = []
    for name, choice in rubric.choices.items():
        for level in choice.levels if moves_from(choice.moves, main) else ():
            if level != "main" and level in named:
                leaf = read_leaf(leaves, [(choice.moves, level)], criterion, sub, alternatives)
                moved.append((name, level, _unless_partly(leaf, sub, effect)))
    return Destination(leaf=_unless_partly(main, sub, effect), moved=tuple(moved))


def _unless_partly(leaf: str | None, sub: str, effect: str) -> str | None:
    row = pd.DataFrame({"effect": [effect], "subcriterion": [sub]})
    return None if partly_absent(row, [leaf])[0] else leaf


def _in_window(study: Study) -> Evidence:
    """Return the evidence of the years that count, as `turn_top` knows no window."""
    rows = study.evidence.rows
    keep = np.ones(len(rows), dtype=bool)
    for sieve in in_window(rows, study.selection.window).values():
        keep &= sieve.to_numpy(dtype=bool)
    return study.evidence if keep.all() else replace(study.evidence, rows=rows[keep])


def _events_to_first(study: Study) -> dict[str, Removal | NotApplicable]:
    """Return for each organisation the smallest set of events without which it is first."""
    names = study.selection.organisations
    if inexact := why_inexact(study.rubric):
        refused = f"not searched for here, as {inexact}; ask `ioscore sensitivity evidence`"
        return dict.fromkeys(names, NotApplicable(refused))
    evidence, order = _in_window(study), list(study.ranking.table["organisation"])
    return {
        name: turn_top(evidence, study.rubric, first=name) if name in order[:MOST] else NOT_TRIED
        for name in names
    }


def _weights_to_first(study: Study, fill: str) -> dict[str, Flip | NotApplicable]:
    """Return for each organisation the smallest change of weights that puts it first."""
    rubric = with_rules(study.rubric, missing=fill)
    try:
        decision, unscored = scored_part(decision_of(study.scores, rubric))
        space = declared_space(decision, rubric, "top")
    except IoscoreError as error:
        return dict.fromkeys(study.selection.organisations, NotApplicable(error.problems[0].found))
    order = [str(name) for name in decision.values.index]
    utilities = decision.method.linear(decision.values.to_numpy(dtype=float))
    changes = (
        by_search(decision, space, order, SEED)
        if utilities is None
        else by_formula(decision, utilities, space, order)
    )
    none = NotApplicable("nothing is known of it")
    return {**dict.fromkeys(unscored, none), **changes.to_first}
