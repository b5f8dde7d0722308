"""What a reviewer is asked, in words."""

from __future__ import annotations

from ioscore.elicitation.answers import Method

_EXPLAINED: dict[Method, str] = {
    "points": "Share out points among the criteria, 100 in all if you like: only their proportions "
    "count.",
    "swing": "Think of one that stands at its worst in every criterion. Give 100 to the one "
    "that you would raise to its best first, and to each other one what raising it is worth "
    "beside that, 0 to 100.",
    "roc": "Order the criteria by importance, 1 for the most important. Those that you cannot tell "
    "apart share a rank.",
    "ahp": "Compare each two criteria: 1 equally important, 3 moderately, 5 strongly, 7 very "
    "strongly, 9 extremely more important; 2, 4, 6, 8 between; 1/3, 1/5, ... for the other way "
    "round.",
    "bwm": "Choose the most important criterion (the best) and the least important one (the worst). "
    "Say how many times as important the best is as each, and each is as the worst, 1 to 9.",
}
_ASKED: dict[str, str] = {
    "points": "Points for {label}",
    "swing": "Raising {label} from its worst to its best, 0 to 100",
    "rank": "Rank of {label}",
    "times": "How many times as important is {label} as {other}? 1/9 to 9",
    "best_to_others": "How many times as important is {other} as {label}? 1 to 9",
    "others_to_worst": "How many times as important is {label} as {other}? 1 to 9",
}


_BOTH_ENDS = (
    "How many times as important is the best criterion as {label} (1 if it is the best itself), and "
    "{label} as the worst (1 if it is the worst itself)? 1 to 9"
)
ROLES = (
    "As role write best for the most important criterion, worst for the least important "
    "one, nothing for the rest; it may stay empty where the answers show which these are."
)


def explanation(method: Method) -> str:
    """Return what a reviewer is asked for by a method, in a sentence or two."""
    return _EXPLAINED[method]


def question(column: str, label: str, other: str = "") -> str:
    """Return the question that a column answers.

    Parameters
    ----------
    column : str
        `points`, `swing`, `rank`, `times`, `best_to_others` or `others_to_worst`.
    label : str
        Name of the criterion asked about.
    other : str
        Name of the one it is compared with; the best criterion for `best_to_others`, the worst for
        `others_to_worst`.
    """
    return _ASKED[column].format(label=label, other=other)


def both_ends(label: str) -> str:
    """Return the question on a criterion against the best and the worst, before they are known."""
    return _BOTH_ENDS.format(label=label)
