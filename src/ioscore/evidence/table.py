"""The table of coded evidence: one row for each code of each act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.rubric import Node, Rubric

ACT_COLUMNS = (
    "id", "event_id", "organisation", "actor", "evidence_type", "reach", "place",
    "year_start", "year_end", "quantity", "unit", "source", "locator", "anchor", "summary", "note",
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
    return {name: name for name in found if name not in (*NOBODY, *rubric.leave_out)}


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
    organisations = {*alternatives(evidence, rubric), *NOBODY, *rubric.leave_out}
    leaves = leaf_of(rubric)
    criteria = {*(criterion for criterion, _ in leaves), *rubric.leave_out}
    levels = {str(level) for level in rubric.levels}
    seen: dict[tuple[str, ...], str] = {}
    for row in evidence.rows.to_dict("records"):
        place = row["where"]

        def wrong(field: str, found: str, mend: str, place: str = place) -> Problem:
            return Problem(where=f"{place}, {field}", found=found, mend=mend)

        key = (row["id"], row["criterion"], row["subcriterion"])
        if key in seen:
            found = f"act {key[0]} is coded twice alike (also {seen[key]})"
            yield wrong("id", found, "Take one row out, or give it an id of its own.")
        seen.setdefault(key, place)
        if row["organisation"] not in organisations:
            there = ", ".join(sorted(organisations - set(NOBODY)))
            mend = f"Take one of {there}, setting, all; or name it in the rubric (alternatives or leave_out)."
            yield wrong("organisation", f"unknown organisation {row['organisation']!r}", mend)
        if evidence.kinds and row["source"] not in evidence.kinds:
            mend = f"Take one of {', '.join(evidence.kinds)}."
            yield wrong("source", f"unknown source {row['source']!r}", mend)
        yield from _act(row, wrong)
        if row["criterion"] != OUTSIDE:
            yield from _code(row, wrong, leaves, criteria, levels)


_Wrong = Callable[[str, str, str], Problem]


def _act(row: Mapping[str, str], wrong: _Wrong) -> Iterator[Problem]:
    for name, allowed in (("evidence_type", EVIDENCE_TYPES), ("reach", (*REACHES, ""))):
        if row[name] not in allowed:
            mend = f"Take one of {', '.join(filter(None, allowed))}."
            yield wrong(name, f"unknown {name} {row[name]!r}", mend)
    if row["quantity"] and not _is_number(row["quantity"]):
        found = f"{row['quantity']!r} is no finite number"
        yield wrong("quantity", found, "Write plain digits, such as 1234.5.")
    years = [row["year_start"], row["year_end"]]
    for name, year in zip(("year_start", "year_end"), years, strict=True):
        if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
            yield wrong(name, f"{year!r} is no year", "Write four digits, or leave it empty.")
            return
    if (years[0] == "") != (years[1] == ""):
        yield wrong("year_end", "only one of the two years is given", "Give both or none.")
    elif years[0] > years[1]:
        yield wrong("year_end", f"{years[1]} is before {years[0]}", "Swap them.")


def _code(
    row: Mapping[str, str],
    wrong: _Wrong,
    leaves: Mapping[tuple[str, str], str],
    criteria: set[str],
    levels: set[str],
) -> Iterator[Problem]:
    mend = "Check its spelling, or name it under leave_out in the rubric."
    if row["criterion"] not in criteria:
        yield wrong("criterion", f"the rubric has no criterion {row['criterion']!r}", mend)
    elif (
        any(criterion == row["criterion"] for criterion, _ in leaves)
        and find_leaf(leaves, row["criterion"], row["subcriterion"]) is None
    ):
        found = f"{row['criterion']} has no subcriterion {row['subcriterion']!r} in the rubric"
        yield wrong("subcriterion", found, mend)
    for path in filter(None, row["alt_criterion"].split(";")):
        if path.partition("/")[0] not in {*criteria, OUTSIDE}:
            yield wrong("alt_criterion", f"the rubric has no criterion {path!r}", mend)
    if row["effect"] not in EFFECTS:
        yield wrong(
            "effect", f"unknown effect {row['effect']!r}", f"Take one of {', '.join(EFFECTS)}."
        )
    elif row["effect"] == "absent":
        if row["strength"]:
            yield wrong("strength", "what is absent has no strength", "Leave it empty.")
    elif row["strength"] not in levels:
        found = f"{row['strength']!r} is no level of the rubric"
        yield wrong("strength", found, f"Take one of {', '.join(sorted(levels))}.")


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) <= LARGEST
    except ValueError:
        return False
