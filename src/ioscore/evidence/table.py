"""The table of coded evidence: one row for each code of each act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from ioscore.errors import EvidenceError, Problem, nearest
from ioscore.rubric import Node, Rubric

ACT_COLUMNS = (
    "id", "event_id", "organisation", "actor", "evidence_type", "reach", "place",
    "year_start", "year_end", "quantity", "unit", "source", "locator", "anchor", "summary", "note", "came_from",
)  # fmt: skip
CODE_COLUMNS = (
    "act_id", "criterion", "subcriterion", "alt_criterion", "effect", "strength", "coder", "note",
)  # fmt: skip
ROW_COLUMNS = (*ACT_COLUMNS, *CODE_COLUMNS[1:-1], "code_note")
REQUIRED = ("organisation", "criterion", "strength")

EVIDENCE_TYPES = ("output", "outcome", "agreement", "plan", "opinion", "recommendation")
REACHES = ("site", "country", "region", "inter_organisation", "global", "elsewhere")
EFFECTS = ("supports", "limits", "absent")
NOBODY = ("setting", "all")
"""Organisations that are none: features of the country, and organisations in general."""
LARGEST = 1e100
"""Beyond this, sums of numbers could leave the range of a double."""
OUTSIDE = "none"
"""Criterion of an act that the family of rubrics has no place for."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Coded evidence in long form.

    Attributes
    ----------
    rows : pandas.DataFrame
        One row for each code of each act, all text, columns `ROW_COLUMNS` and `where` (file and
        row, for messages). Years and strength are digits or empty.
    kinds : mapping of str to str
        Kind of each source id (own report, academic, ...); empty where no table of sources came
        with the evidence.
    paragraphs : pandas.DataFrame
        Paragraphs of the sources: `source`, `line`, `line_end`, `words`. May be empty.
    name : str
        What the evidence is called in messages.
    """

    rows: pd.DataFrame
    kinds: Mapping[str, str] = field(default_factory=dict)
    paragraphs: pd.DataFrame = field(default_factory=pd.DataFrame)
    name: str = "evidence"

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the rows."""
        return self.rows.copy()


def leaf_of(rubric: Rubric) -> dict[tuple[str, str], str]:
    """Return the leaf that scores a code, by (criterion, subcriterion).

    A criterion without subcriteria in the rubric pools all codes of that criterion, whatever
    their subcriterion; those are found under ``(criterion, "")``.

    Parameters
    ----------
    rubric : Rubric

    Returns
    -------
    dict of (str, str) to str
        Path of the leaf.
    """
    nodes = {node.path: node for node in rubric.nodes()}
    found: dict[tuple[str, str], str] = {}
    for node in nodes.values():
        if not node.leaf:
            continue
        found[node.id, ""] = node.path
        above: Node | None = nodes.get(node.parent)
        while above is not None:
            found[above.id, node.id] = node.path
            above = nodes.get(above.parent)
    return found


def find_leaf(leaves: Mapping[tuple[str, str], str], criterion: str, sub: str) -> str | None:
    """Return the leaf of a code, or None where the rubric has no such leaf."""
    return leaves.get((criterion, sub)) or leaves.get((criterion, ""))


def alternatives(evidence: Evidence, rubric: Rubric) -> dict[str, str]:
    """Return id and name of the organisations compared: the rubric's, or all in the evidence."""
    if rubric.alternatives:
        return dict(rubric.alternatives)
    found = evidence.rows["organisation"].unique()
    return {name: name for name in found if name not in (*NOBODY, *rubric.leave_out, "")}


def validate_evidence(evidence: Evidence, rubric: Rubric) -> None:
    """Check coded evidence against a rubric.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric

    Raises
    ------
    EvidenceError
        With every problem that `find_problems` finds.
    """
    problems = list(find_problems(evidence, rubric))
    if problems:
        raise EvidenceError(*problems)


def find_problems(evidence: Evidence, rubric: Rubric) -> Iterator[Problem]:
    """Yield everything in coded evidence that breaks its rules.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
        Gives the organisations, criteria and levels that may occur. Organisations and criteria
        that it leaves out must stand under its `leave_out`, so that nothing is dropped unseen.

    Yields
    ------
    Problem
        With file, row and field.
    """
    checks: tuple[tuple[tuple[str, ...], _Check], ...] = (
        (("organisation",), _organisation(list(alternatives(evidence, rubric)), rubric.leave_out)),
        (("source",), _source(evidence.kinds)),
        (("evidence_type", "reach", "quantity", "year_start", "year_end"), _act),
        (("criterion", "subcriterion", "alt_criterion", "effect", "strength"), _code(rubric)),
    )
    places = list(evidence.rows["where"])
    found: list[tuple[int, Problem]] = []
    for fields, check in checks:
        # Many rows say the same, so each distinct saying is checked once.
        values = list(zip(*(evidence.rows[field] for field in fields), strict=True))
        wrong = {value: texts for value in set(values) if (texts := list(check(*value)))}
        for n, value in enumerate(values) if wrong else ():
            for name, text, mend in wrong.get(value, ()):
                found.append((n, Problem(where=f"{places[n]}, {name}", found=text, mend=mend)))
    keys = zip(*(evidence.rows[f] for f in ("id", "criterion", "subcriterion")), strict=True)
    first: dict[tuple[str, ...], int] = {}
    for n, key in enumerate(keys):
        if first.setdefault(key, n) != n:
            text = f"act {key[0]} is coded twice alike (also {places[first[key]]})"
            mend = "Take one row out, or give it an id of its own."
            found.append((n, Problem(where=f"{places[n]}, id", found=text, mend=mend)))
    yield from (problem for _, problem in sorted(found, key=lambda pair: pair[0]))


_Found = Iterator[tuple[str, str, str]]
"""Field, what was found, how to mend it."""
_Check = Callable[..., _Found]


def _organisation(known: Sequence[str], leave_out: Sequence[str]) -> _Check:
    def check(name: str) -> _Found:
        if not name:
            yield "organisation", "no organisation is named", "Name it, or 'setting' or 'all'."
        elif name not in (*known, *leave_out, *NOBODY):
            there = ", ".join(known)
            mend = f"Take one of {there}, setting, all; or name it in the rubric (alternatives or leave_out)."
            yield "organisation", f"unknown organisation {name!r}{nearest(name, known)}", mend

    return check


def _source(kinds: Mapping[str, str]) -> _Check:
    def check(name: str) -> _Found:
        if kinds and name not in kinds:
            yield "source", f"unknown source {name!r}", f"Take one of {', '.join(kinds)}."

    return check


def _act(kind: str, reach: str, quantity: str, start: str, end: str) -> _Found:
    if kind not in EVIDENCE_TYPES:
        yield (
            "evidence_type",
            f"unknown evidence_type {kind!r}",
            f"Take one of {', '.join(EVIDENCE_TYPES)}.",
        )
    if reach not in (*REACHES, ""):
        yield "reach", f"unknown reach {reach!r}", f"Take one of {', '.join(REACHES)}."
    if quantity and not _is_number(quantity):
        yield "quantity", f"{quantity!r} is no finite number", "Write plain digits, such as 1234.5."
    for name, year in (("year_start", start), ("year_end", end)):
        if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
            yield name, f"{year!r} is no year", "Write four digits, or leave it empty."
            return
    if (start == "") != (end == ""):
        yield "year_end", "only one of the two years is given", "Give both or none."
    elif start > end:
        yield "year_end", f"{end} is before {start}", "Swap them."


def _code(rubric: Rubric) -> _Check:
    leaves = leaf_of(rubric)
    scored = {criterion for criterion, _ in leaves}
    known = {*scored, *rubric.leave_out}
    tops = [node.id for node in rubric.top()]
    levels = {str(level) for level in rubric.levels}

    def check(criterion: str, sub: str, alternative: str, effect: str, strength: str) -> _Found:
        if criterion == OUTSIDE:
            return
        out = "or name it under leave_out in the rubric."
        if criterion not in known:
            mend = f"Take one of {', '.join(tops)}, {out}"
            near = nearest(criterion, tops)
            yield "criterion", f"the rubric has no criterion {criterion!r}{near}", mend
        elif (
            criterion in scored
            and find_leaf(leaves, criterion, sub) is None
            and (sub, effect) != ("", "absent")
            and not {sub, f"{criterion}/{sub}"} & set(rubric.leave_out)
        ):
            parts = [s for c, s in leaves if c == criterion]
            found = (
                f"{criterion} has no subcriterion {sub!r}" if sub else "the subcriterion is missing"
            )
            mend = f"Take one of {', '.join(parts)}, or name {criterion}/{sub} under leave_out."
            yield "subcriterion", found, mend
        for path in filter(None, alternative.split(";")):
            if path.partition("/")[0] not in {*known, OUTSIDE}:
                mend = f"Take one of {', '.join(tops)}, {out}"
                yield "alt_criterion", f"the rubric has no criterion {path!r}", mend
        if effect not in EFFECTS:
            yield "effect", f"unknown effect {effect!r}", f"Take one of {', '.join(EFFECTS)}."
        elif effect == "absent":
            if strength:
                yield "strength", "what is absent has no strength", "Leave it empty."
        elif strength not in levels:
            there = ", ".join(sorted(levels))
            yield "strength", f"{strength!r} is no level of the rubric", f"Take one of {there}."

    return check


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) <= LARGEST
    except ValueError:
        return False
