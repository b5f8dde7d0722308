"""What a change to the evidence of one organisation would do to its score and its rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ioscore.claims.language import Claim
from ioscore.errors import EvidenceError, Problem
from ioscore.ranking import rank
from ioscore.rubric import Level, Node, Rubric
from ioscore.scoring import Scores, balanced, cell_score, score
from ioscore.study import Study

_WORDS = {"supports": "supporting", "limits": "limiting", "absent": "denying"}


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Score and rank of an organisation as they are, and as they would be then."""

    score: float
    score_then: float
    rank: float
    rank_then: float


def what_if(claims: Sequence[Claim], study: Study) -> WhatIf:
    """Say what some changes to the evidence of one organisation, made together, would do.

    A cell whose last row is closed stays known, at the value of a cell in which nothing is done
    and nothing falls short: zero for a tactic, one half for a balanced barrier.

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
    known = study.selection.rows
    rows, closed = known, dict[str, Node]()
    for number, claim in enumerate(claims):
        leaf = leaf_of(claim, study.rubric)
        if claim.kind == "closes":
            rows = rows[~_gap(claim, leaf, rows)]
            closed[leaf.path] = leaf
            continue
        new = known.iloc[:1].assign(
            organisation=subject,
            leaf=leaf.path,
            effect="supports",
            event_id=f"what-if-{number}",
            points=_level(claim, study.rubric).points,
        )
        rows = pd.concat([rows, new])
    scores = score(replace(study.selection, rows=rows), study.rubric)
    emptied = [
        leaf
        for leaf in closed.values()
        if _empty(subject, leaf, rows) and not _empty(subject, leaf, known)
    ]
    after = rank(_known_neutral(scores, subject, emptied, study.rubric), study.rubric)
    before = study.ranking.table.set_index("organisation").loc[subject]
    then = after.table.set_index("organisation").loc[subject]
    return WhatIf(
        score=float(before["score"]),
        score_then=float(then["score"]),
        rank=float(before["rank"]),
        rank_then=float(then["rank"]),
    )


def leaf_of(claim: Claim, rubric: Rubric) -> Node:
    """Return the leaf that a what-if is about.

    Raises
    ------
    EvidenceError
        When it has subcriteria.
    """
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


def change_in_words(claim: Claim, study: Study) -> str:
    """Say what a what-if changes, as "without its 2 limiting rows"."""
    if claim.kind == "gains":
        return f"with one more event of strength {claim.strength}"
    leaf, rows = leaf_of(claim, study.rubric), study.selection.rows
    closing = _gap(claim, leaf, rows)
    gap = rows[closing]
    if gap.empty:
        return "with nothing to take away"
    words = f"without its {rows_in_words(gap)}"
    if _empty(claim.subject, leaf, rows[~closing]):
        words += f" (the cell then at its neutral {_neutral(leaf, study.rubric):g})"
    return words


def rows_in_words(rows: pd.DataFrame) -> str:
    """Count rows by effect, as "2 supporting rows, 1 limiting row".

    A row that counts in several leaves is counted once.
    """
    once = rows.drop_duplicates(["id", "where"])
    counts = {word: int((once["effect"] == effect).sum()) for effect, word in _WORDS.items()}
    parts = [f"{n} {word} row{'s' * (n > 1)}" for word, n in counts.items() if n]
    return ", ".join(parts)


def _empty(subject: str, leaf: Node, rows: pd.DataFrame) -> bool:
    return not ((rows["organisation"] == subject) & (rows["leaf"] == leaf.path)).any()


def _known_neutral(scores: Scores, subject: str, emptied: list[Node], rubric: Rubric) -> Scores:
    """Put cells that have lost all their rows at their neutral value.

    What was closed is known to be closed. As a missing cell it would pass its weight on, and the
    score would move by what stands in other cells.
    """
    matrix, states = scores.matrix.copy(), scores.states.copy()
    for leaf in emptied:
        if leaf.path in matrix:
            matrix.loc[subject, leaf.path] = _neutral(leaf, rubric)
            states.loc[subject, leaf.path] = "scored"
    return replace(scores, matrix=matrix, states=states)


def _neutral(leaf: Node, rubric: Rubric) -> float:
    """Return the score of a cell in which nothing is done and nothing falls short."""
    return cell_score((), (), rubric=rubric, balance=balanced(leaf, rubric))
