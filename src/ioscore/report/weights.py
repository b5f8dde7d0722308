"""What a reviewer's answers give: weights, how consistent the answers are, and what to think over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ioscore.elicitation import (
    GREATEST_RATIO,
    METHODS,
    Ahp,
    Answers,
    BestWorst,
    Elicited,
)
from ioscore.report.sentences import listed
from ioscore.report.tables import plain
from ioscore.rubric import Rubric


def elicited_table(found: Sequence[Elicited], rubric: Rubric) -> pd.DataFrame:
    """Return criteria with their answers, weights among siblings, and those of the rubric.

    Parameters
    ----------
    found : sequence of Elicited
    rubric : Rubric
        The one whose criteria are weighed.

    Returns
    -------
    pandas.DataFrame
        `criterion`, `name`, the answers where there is one for each criterion, `weight`, `weight
        in NAME`.
    """
    nodes = {node.path: node for node in rubric.nodes()}
    parts = []
    for group in found:
        weights = group.weights
        paths = [str(path) for path in weights.index]
        table = pd.DataFrame({"criterion": paths, "name": [nodes[p].label for p in paths]})
        if "than" not in group.answers:
            table = table.merge(group.answers, on="criterion")
        table["weight"] = weights.to_numpy(dtype=float)
        table[f"weight in {rubric.name}"] = [nodes[path].weight for path in paths]
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def elicited_sentences(answers: Answers, found: Sequence[Elicited], rubric: Rubric) -> list[str]:
    """Return in sentences how the weights came about, and whether the answers fit each other."""
    lines = [f"Weights of {answers.reviewer} by {METHODS[answers.method]}."]
    lines += groups_sentences(found)
    groups = {node.parent for node in rubric.nodes()}
    if groups - {group.parent for group in found}:
        lines.append(f"All other weights stay as in {rubric.name}.")
    return lines


def groups_sentences(found: Sequence[Elicited]) -> list[str]:
    """Return what the answers on each group of siblings are worth."""
    return [f"{_of(group.parent)}: {' '.join(consistency_sentences(group))}" for group in found]


def consistency_sentences(group: Elicited) -> list[str]:
    """Return what the answers on one group of siblings are worth, and what to think over."""
    found = group.consistency
    if isinstance(found, Ahp):
        return _of_pairs(found)
    if isinstance(found, BestWorst):
        return _of_ends(found)
    if "points" in group.answers:
        return [f"{group.answers['points'].sum():,.10g} points in all."]
    if "swing" in group.answers:
        first = group.answers.loc[group.answers["swing"] == 100, "criterion"]
        return [f"the swing of {listed([str(path) for path in first])} is worth most."]
    ordered = group.answers.sort_values("rank", kind="stable").groupby("rank", sort=True)
    order = " > ".join(" = ".join(map(str, part["criterion"])) for _, part in ordered)
    return [f"from their order alone, {order}."]


def elicited_document(
    answers: Answers, found: Sequence[Elicited], rubric: Rubric
) -> dict[str, Any]:
    """Return the weights as the document ``ioscore.weights/1``."""
    before = {node.path: node.weight for node in rubric.nodes()}
    document: dict[str, Any] = plain(
        {
            "schema": "ioscore.weights/1",
            "method": answers.method,
            "method_name": METHODS[answers.method],
            "reviewer": answers.reviewer,
            "rubric": rubric.name,
            "groups": [
                {
                    "parent": group.parent,
                    "weights": group.weights.to_dict(),
                    "weights_in_rubric": {
                        str(path): before[str(path)] for path in group.weights.index
                    },
                    "answers": group.answers.to_dict("records"),
                    "consistency": _consistency(group),
                    "sentences": consistency_sentences(group),
                }
                for group in found
            ],
        }
    )
    return document


def _of(parent: str) -> str:
    return f"Parts of {parent}" if parent else "Criteria of the first level"


def _of_pairs(found: Ahp) -> list[str]:
    share, bound = _beside(found.consistency_ratio, GREATEST_RATIO)
    if found.consistent:
        return [f"consistency ratio {share}, acceptable (at most {bound})."]
    lines = [f"consistency ratio {share}, above {bound}: the judgements contradict each other."]
    worst = found.worst_judgements
    told = "; ".join(
        f"{one.more} against {one.less}: judged {_times(one.given)}, by all judgements together "
        f"{_times(one.implied)}"
        for one in worst
    )
    if len(worst) > 1:
        lines.append(f"Which of {len(worst)} judgements is wrong cannot be told: {told}.")
    elif worst:
        lines.append(f"Think over first {told}.")
    return lines


def _beside(value: float, bound: float) -> tuple[str, str]:
    """Return a value and its bound with as many digits as tell on which side it lies."""
    for digits in range(3, 16):
        texts = (f"{value:.{digits}f}", f"{bound:.{digits}f}")
        if texts[0] != texts[1] or value == bound:
            break
    return texts[0], texts[1].rstrip("0")


def _of_ends(found: BestWorst) -> list[str]:
    share, bound = _beside(found.ratio, found.threshold or 0.0)
    text = f"input-based consistency ratio {share}"
    if found.threshold is not None:
        text += f", {'acceptable' if found.consistent else 'not acceptable'} (at most {bound})"
    elif found.consistent is None:
        text += ", for which no threshold is published"
    lines = [f"{text}; no answer is farther than ksi = {found.ksi:.4f} from the weights."]
    if found.consistent is not True and found.least_consistent is not None:
        lines.append(
            f"Think over first the two answers on {found.least_consistent}: by way of it "
            f"{found.best} would be {_times(found.through)} as {found.worst}, and it is judged "
            f"{_times(found.direct)}."
        )
    return lines


def _times(ratio: float) -> str:
    return "as important" if ratio == 1 else f"{ratio:.3g} times as important"


def _consistency(group: Elicited) -> dict[str, Any] | None:
    found = group.consistency
    if isinstance(found, Ahp):
        return {
            "consistency_ratio": found.consistency_ratio,
            "consistency_index": found.consistency_index,
            "lambda_max": found.lambda_max,
            "greatest_acceptable": GREATEST_RATIO,
            "acceptable": found.consistent,
            "worst_judgements": [
                {
                    "criterion": one.more,
                    "than": one.less,
                    "given": one.given,
                    "implied": one.implied,
                }
                for one in found.worst_judgements
            ],
        }
    if isinstance(found, BestWorst):
        return {
            "ksi": found.ksi,
            "input_based_ratio": found.ratio,
            "greatest_acceptable": found.threshold,
            "acceptable": found.consistent,
            "best": found.best,
            "worst": found.worst,
            "least_consistent": found.least_consistent,
            "best_to_worst_through_it": found.through,
            "best_to_worst": found.direct,
        }
    return None
