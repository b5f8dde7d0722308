"""Statements about organisations as a small language, answered from the evidence.

A claim is a line such as::

    UNODC first overall
    SCO last overall
    OSCE first in training/theoretical
    CSTO more than OSCE in training/practical
    BOMCA has any equipment
    SCO has no infrastructure
    UNODC closes infrastructure/border_posts
    OSCE gains barriers/corruption 2
    unknown the evidence says nothing on motives

`closes` asks what the score would be without the shortcomings of a cell, `gains` what one more
event of that strength would add; both are what-ifs. `unknown` says why a statement cannot be
answered. Nothing is hard-coded: the answer is computed from evidence and rubric.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import pandas as pd

from ioscore.errors import EvidenceError, NotApplicable, Problem, RubricError
from ioscore.evidence import Evidence
from ioscore.evidence.table import EFFECTS
from ioscore.ranking import rank
from ioscore.ranking.tree import aggregate
from ioscore.rubric import Level, Node, Rubric, choose, with_rules
from ioscore.scoring import score
from ioscore.sensitivity.choices.carried import Asserted, Assertion, Carried, worlds_that_carry
from ioscore.sensitivity.choices.worlds import enumerate_worlds
from ioscore.study import Study, run_study

State = Literal["reproduced", "not reproduced", "too close to call", "not checkable", "what-if"]

_FORMS = (
    (re.compile(r"(?P<subject>\S+) (?P<kind>first|last) (?:in (?P<path>\S+)|overall)"), "order"),
    (re.compile(r"(?P<subject>\S+) (?P<kind>more|less) than (?P<other>\S+) (?:in (?P<path>\S+)|overall)"), "pair"),
    (re.compile(r"(?P<subject>\S+) has (?P<kind>any|no) (?P<path>\S+)"), "presence"),
    (re.compile(r"(?P<subject>\S+) (?P<kind>closes) (?P<path>\S+)"), "what-if"),
    (re.compile(r"(?P<subject>\S+) (?P<kind>gains) (?P<path>\S+) (?P<strength>\d+)"), "what-if"),
    (re.compile(r"(?P<kind>unknown) (?P<reason>.+)"), "unknown"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A statement, parsed.

    Attributes
    ----------
    text : str
    form : {"order", "pair", "presence", "what-if", "unknown"}
    kind : str
        `first`, `last`, `more`, `less`, `any`, `no`, `closes`, `gains` or `unknown`.
    subject, other : str
        Organisations; "" where the form has none.
    path : str
        Criterion by id or path; "" for overall.
    strength : int
    reason : str
    """

    text: str
    form: str
    kind: str
    subject: str = ""
    other: str = ""
    path: str = ""
    strength: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the evidence says to a claim: its state, and why in a sentence."""

    state: State
    why: str


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Score and rank of an organisation as they are, and as they would be then."""

    score: float
    score_then: float
    rank: float
    rank_then: float


def parse_claim(text: str) -> Claim:
    """Parse a claim.

    Parameters
    ----------
    text : str
        One line of the language described above.

    Returns
    -------
    Claim

    Raises
    ------
    EvidenceError
        When the line has none of the known forms.
    """
    plain = " ".join(text.split())
    for pattern, form in _FORMS:
        if match := pattern.fullmatch(plain):
            fields = {key: value for key, value in match.groupdict().items() if value}
            strength = int(fields.pop("strength", 0))
            return Claim(text=plain, form=form, strength=strength, **fields)
    raise EvidenceError(
        Problem(
            where=f"claim {plain!r}",
            found="this is no claim that can be read",
            mend="Forms: X first|last overall, X first|last in C, X more|less than Y overall, "
            "X more|less than Y in C, X has any|no C, X closes C, X gains C N, unknown REASON.",
        )
    )


def answer_claims(
    claims: Sequence[Claim], evidence: Evidence, rubric: Rubric
) -> tuple[list[Answer], list[tuple[str, ...]]]:
    """Answer claims under a rubric, and find the single choices that turn each answer.

    Parameters
    ----------
    claims : sequence of Claim
    evidence : Evidence
    rubric : Rubric
        Its `close` is the difference of scores that counts as too close to call.

    Returns
    -------
    answers : list of Answer
    turned_by : list of tuple of str
        For each claim the changes of one choice or rule, as ``plans=include``, under which its
        state is another one. Empty for what-ifs and for what cannot be checked at all.

    Raises
    ------
    EvidenceError
        For a what-if on a criterion with subcriteria, or of a strength that there is not.
    """
    base = run_study(evidence, rubric)
    answers = [_answer(claim, base) for claim in claims]
    turned: list[list[str]] = [[] for _ in claims]
    for name, other in single_changes(rubric):
        try:
            study = run_study(evidence, other)
        except (EvidenceError, RubricError):
            continue
        for n, claim in enumerate(claims):
            if (
                claim.form in ("order", "pair", "presence")
                and _answer(claim, study).state != answers[n].state
            ):
                turned[n].append(name)
    return answers, [tuple(names) for names in turned]


def carry_claims(
    claims: Sequence[Claim], evidence: Evidence, rubric: Rubric
) -> tuple[int, list[Carried | None]] | NotApplicable:
    """Say in what share of all combinations of the rubric's choices each claim is reproduced.

    Parameters
    ----------
    claims : sequence of Claim
    evidence : Evidence
        With its paragraphs, if `documentation` varies.
    rubric : Rubric

    Returns
    -------
    worlds : int
        Number of combinations.
    carried : list of Carried or None
        None for what-ifs, for what cannot be checked at all, and for claims on what the rubric
        does not have. The whole is not applicable where there is nothing to vary.
    """
    worlds = enumerate_worlds(evidence, rubric)
    if isinstance(worlds, NotApplicable):
        return worlds
    base = run_study(evidence, rubric)
    asserted = {
        n: Assertion(
            kind=cast("Asserted", claim.kind),
            subject=claim.subject,
            other=claim.other,
            path=claim.path,
        )
        for n, claim in enumerate(claims)
        if claim.form in ("order", "pair", "presence") and not _strange(claim, base)
    }
    found = dict(zip(asserted, worlds_that_carry(worlds, list(asserted.values())), strict=True))
    return len(worlds.ranks), [found.get(n) for n in range(len(claims))]


def single_changes(rubric: Rubric) -> Iterator[tuple[str, Rubric]]:
    """Yield every rubric that differs in one choice, in the scoring rule or in the missing rule.

    Parameters
    ----------
    rubric : Rubric

    Yields
    ------
    (str, Rubric)
        The change as ``name=level``, and the rubric with it.
    """
    for name, choice in rubric.choices.items():
        for level in choice.levels:
            if level != choice.level:
                yield f"{name}={level}", choose(rubric, {name: level})
    for rule in ("diminishing", "count", "mean", "strongest", "presence"):
        if rule != rubric.scoring.rule:
            yield f"scoring={rule}", with_rules(rubric, rule=rule)
    for missing in ("renormalise", "worst", "best"):
        if missing != rubric.missing:
            yield f"missing={missing}", with_rules(rubric, missing=missing)


def _answer(claim: Claim, study: Study) -> Answer:
    if claim.form == "unknown":
        return Answer(state="not checkable", why=claim.reason)
    if strange := _strange(claim, study):
        return Answer(state="not checkable", why=strange)
    if claim.form == "presence":
        return _presence(claim, study)
    if claim.form == "what-if":
        return _what_if(claim, study)
    return _comparison(claim, study)


def _comparison(claim: Claim, study: Study) -> Answer:
    values = _values(study, claim.path)
    where = f"in {claim.path}" if claim.path else "overall"
    own = values[claim.subject]
    if math.isnan(own):
        return Answer(state="not checkable", why=f"nothing is known of {claim.subject} {where}")
    names = [claim.other] if claim.form == "pair" else [n for n in values if n != claim.subject]
    others = {name: values[name] for name in names if not math.isnan(values[name])}
    unknown = [name for name in names if name not in others]
    if not others:
        return Answer(
            state="not checkable", why=f"nothing is known of {', '.join(unknown)} {where}"
        )
    high = claim.kind in ("first", "more")
    rival = (max if high else min)(others, key=lambda name: others[name])
    margin = own - others[rival] if high else others[rival] - own
    why = f"{claim.subject} {own:.3f}, {rival} {others[rival]:.3f} {where}"
    if unknown:
        why += f"; nothing is known of {', '.join(unknown)}"
    if abs(margin) <= study.rubric.close:
        return Answer(
            state="too close to call",
            why=f"{why}; a difference up to {study.rubric.close:g} is close",
        )
    if margin > 0 and unknown:
        return Answer(state="not checkable", why=f"{why}, which could change it")
    return Answer(state="reproduced" if margin > 0 else "not reproduced", why=why)


def _values(study: Study, path: str) -> dict[str, float]:
    """Return the score of each organisation overall, or in a criterion of any level."""
    if not path:
        table = study.ranking.table.set_index("organisation")["score"]
        return {str(name): float(value) for name, value in table.items()}
    nodes = list(study.rubric.nodes())
    node = next(n for n in nodes if path in (n.id, n.path))
    cells = study.ranking.cells
    column = aggregate(cells.to_numpy(dtype=float), nodes, list(cells.columns), part=node.path)
    return {str(name): float(value) for name, value in zip(cells.index, column, strict=True)}


def _presence(claim: Claim, study: Study) -> Answer:
    rows = study.selection.rows[study.selection.rows["organisation"] == claim.subject]
    node = next(n for n in study.rubric.nodes() if claim.path in (n.id, n.path))
    inside = rows["leaf"].map(lambda leaf: leaf == node.path or leaf.startswith(f"{node.path}/"))
    effects = rows.loc[inside, "effect"]
    counts = {effect: int((effects == effect).sum()) for effect in EFFECTS}
    why = ", ".join(f"{n} rows {effect}" for effect, n in counts.items() if n) or "no row at all"
    if counts["supports"]:
        return Answer(state="reproduced" if claim.kind == "any" else "not reproduced", why=why)
    if counts["absent"]:
        return Answer(state="reproduced" if claim.kind == "no" else "not reproduced", why=why)
    return Answer(state="not checkable", why=f"{why}; silence is not absence")


def _what_if(claim: Claim, study: Study) -> Answer:
    """Answer what closing a gap would do to the score and the rank."""
    found = what_if([claim], study)
    why = (
        f"{_change(claim, study)} in {_leaf(claim, study.rubric).path} the score goes from "
        f"{found.score:.3f} to {found.score_then:.3f}, the rank from {found.rank:.0f} to "
        f"{found.rank_then:.0f}"
    )
    if abs(found.score_then - found.score) <= study.rubric.close:
        why += f"; a difference up to {study.rubric.close:g} is close"
    return Answer(state="what-if", why=why)


def what_if(claims: Sequence[Claim], study: Study) -> WhatIf:
    """Say what some changes to the evidence of one organisation, made together, would do.

    Parameters
    ----------
    claims : sequence of Claim
        Of the form `what-if`, all of one subject.
    study : Study

    Returns
    -------
    WhatIf

    Raises
    ------
    EvidenceError
        For a criterion with subcriteria, or a strength that there is not.
    """
    (subject,) = {claim.subject for claim in claims}
    rows = study.selection.rows
    for number, claim in enumerate(claims):
        leaf = _leaf(claim, study.rubric)
        if claim.kind == "closes":
            rows = rows[~_gap(claim, leaf, rows)]
            continue
        new = study.selection.rows.iloc[:1].assign(
            organisation=subject,
            leaf=leaf.path,
            effect="supports",
            event_id=f"what-if-{number}",
            points=_level(claim, study.rubric).points,
        )
        rows = pd.concat([rows, new])
    after = rank(score(replace(study.selection, rows=rows), study.rubric), study.rubric)
    before = study.ranking.table.set_index("organisation").loc[subject]
    then = after.table.set_index("organisation").loc[subject]
    return WhatIf(
        score=float(before["score"]),
        score_then=float(then["score"]),
        rank=float(before["rank"]),
        rank_then=float(then["rank"]),
    )


def _leaf(claim: Claim, rubric: Rubric) -> Node:
    node = next(n for n in rubric.nodes() if claim.path in (n.id, n.path))
    if not node.leaf:
        raise EvidenceError(
            Problem(
                where=f"claim {claim.text!r}",
                found=f"{claim.path} has subcriteria",
                mend="Name one of its leaves.",
            )
        )
    return node


def _level(claim: Claim, rubric: Rubric) -> Level:
    levels = rubric.levels
    if claim.strength not in levels:
        mend = f"Take one of {', '.join(map(str, levels))}."
        found = f"there is no strength {claim.strength}"
        raise EvidenceError(Problem(where=f"claim {claim.text!r}", found=found, mend=mend))
    return levels[claim.strength]


def _gap(claim: Claim, leaf: Node, rows: pd.DataFrame) -> pd.Series:
    own = (rows["organisation"] == claim.subject) & (rows["leaf"] == leaf.path)
    return own & rows["effect"].isin(("limits", "absent"))


def _change(claim: Claim, study: Study) -> str:
    if claim.kind == "closes":
        gap = _gap(claim, _leaf(claim, study.rubric), study.selection.rows)
        return f"without its {int(gap.sum())} limiting rows"
    return f"with one more event of strength {claim.strength}"


def _strange(claim: Claim, study: Study) -> str:
    """Return what the claim names and the rubric does not have, or ""."""
    known = study.selection.organisations
    for name in filter(None, (claim.subject, claim.other)):
        if name not in known:
            return f"rubric {study.rubric.name} has no organisation {name}, only {', '.join(known)}"
    paths = [path for node in study.rubric.nodes() for path in (node.id, node.path)]
    if claim.path and claim.path not in paths:
        return f"rubric {study.rubric.name} has no criterion {claim.path}"
    return ""
