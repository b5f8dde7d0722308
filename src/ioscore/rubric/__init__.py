"""The judgement as data: the model of a rubric, and rubrics made from others."""

from ioscore.rubric.changes import choose, plain_rubric, reweight, what_is_wrong, with_rules
from ioscore.rubric.model import CODING_CHOICES, Choice, Level, Rubric
from ioscore.rubric.rules import (
    RULE_LEVELS,
    Alternatives,
    Mean,
    Normalisation,
    Preference,
    Scoring,
    Within,
)
from ioscore.rubric.tree import Criterion, Node

__all__ = [
    "CODING_CHOICES",
    "RULE_LEVELS",
    "Alternatives",
    "Choice",
    "Criterion",
    "Level",
    "Mean",
    "Node",
    "Normalisation",
    "Preference",
    "Rubric",
    "Scoring",
    "Within",
    "choose",
    "plain_rubric",
    "reweight",
    "what_is_wrong",
    "with_rules",
]
