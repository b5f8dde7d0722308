"""The judgement as data: the model of a rubric, and rubrics made from others."""

from ioscore.rubric.changes import choose, plain_rubric, reweight, what_is_wrong, with_rules
from ioscore.rubric.model import (
    CODING_CHOICES,
    Choice,
    Criterion,
    Level,
    Node,
    Rubric,
    Scoring,
)

__all__ = [
    "CODING_CHOICES",
    "Choice",
    "Criterion",
    "Level",
    "Node",
    "Rubric",
    "Scoring",
    "choose",
    "plain_rubric",
    "reweight",
    "what_is_wrong",
    "with_rules",
]
