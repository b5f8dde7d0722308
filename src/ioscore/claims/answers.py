"""What the evidence says to each claim, and which single choices turn the answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ioscore.claims.language import Claim
from ioscore.claims.what_if import change_in_words, leaf_of, rows_in_words, what_if
from ioscore.errors import EvidenceError, RubricError
from ioscore.evidence import Evidence
from ioscore.ranking.tree import aggregate
from ioscore.rubric import Node, Rubric, choose, with_rules
from ioscore.scoring import DECIMALS
from ioscore.study import Study, run_study

State = Literal["reproduced", "not reproduced", "too close to call", "not checkable", "what-if"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the evidence says to a claim: its state, and why in a sentence."""

    state: State
    why: str


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
    if unknown := strange(claim, study):
        return Answer(state="not checkable", why=unknown)
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
        return Answer(
            state="not checkable", why=f"nothing that counts is known of {claim.subject} {where}"
        )
    names = [claim.other] if claim.form == "pair" else [n for n in values if n != claim.subject]
    others = {name: values[name] for name in names if not math.isnan(values[name])}
    unknown = [name for name in names if name not in others]
    if not others:
        return Answer(
            state="not checkable",
            why=f"nothing that counts is known of {', '.join(unknown)} {where}",
        )
    high = claim.kind in ("first", "more")
    rival = (max if high else min)(others, key=lambda name: others[name])
    margin = round(own - others[rival] if high else others[rival] - own, DECIMALS)
    why = f"{claim.subject} {own:.3f}, {rival} {others[rival]:.3f} {where}"
    if unknown:
        why += f"; nothing that counts is known of {', '.join(unknown)}"
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
    effects = set(rows.loc[inside, "effect"])
    why = rows_in_words(rows[inside]) if inside.any() else _left_out(claim, node, study)
    if "supports" in effects:
        return Answer(state="reproduced" if claim.kind == "any" else "not reproduced", why=why)
    if "absent" in effects:
        return Answer(state="reproduced" if claim.kind == "no" else "not reproduced", why=why)
    return Answer(state="not checkable", why=f"{why}; silence is not absence")


def _left_out(claim: Claim, node: Node, study: Study) -> str:
    """Say that nothing counts for a claim, and what was coded all the same."""
    out = study.selection.out
    out = out[out["organisation"] == claim.subject]
    paths = out["leaf"].fillna("").astype(str)
    out = out[(paths == node.path) | paths.str.startswith(f"{node.path}/")]
    if out.empty:
        return "nothing is coded here"
    reasons = out.drop_duplicates(["id", "where"])["reason"].value_counts(sort=False)
    each = ", ".join(f"{n} {reason}" for reason, n in reasons.items())
    return f"of what is coded here nothing counts ({each})"


def _what_if(claim: Claim, study: Study) -> Answer:
    """Answer what closing a gap would do to the score and the rank."""
    found = what_if([claim], study)
    why = (
        f"{change_in_words(claim, study)} in {leaf_of(claim, study.rubric).path} the score goes from "
        f"{found.score:.3f} to {found.score_then:.3f}, the rank from {found.rank:.0f} to "
        f"{found.rank_then:.0f}"
    )
    if abs(found.score_then - found.score) <= study.rubric.close:
        why += f"; a difference up to {study.rubric.close:g} is close"
    return Answer(state="what-if", why=why)


def strange(claim: Claim, study: Study) -> str:
    """Return what the claim names and the rubric does not have, or ""."""
    known = study.selection.organisations
    for name in filter(None, (claim.subject, claim.other)):
        if name not in known:
            return f"rubric {study.rubric.name} has no organisation {name}, only {', '.join(known)}"
    paths = [path for node in study.rubric.nodes() for path in (node.id, node.path)]
    if claim.path and claim.path not in paths:
        return f"rubric {study.rubric.name} has no criterion {claim.path}"
    return ""
