"""Weights from judgements: of one reviewer by five methods, and of a panel of reviewers."""

from ioscore.elicitation.ahp import GREATEST_RATIO, RANDOM_INDEX, Ahp, Judgement, ahp_weights
from ioscore.elicitation.answers import COLUMNS, METHODS, Answer, Answers, Method, number
from ioscore.elicitation.best_worst import BestWorst, best_worst_weights
from ioscore.elicitation.centroid import centroid_weights
from ioscore.elicitation.concordance import kendall_w
from ioscore.elicitation.direct import points_weights, swing_weights
from ioscore.elicitation.eliciting import Elicited, Siblings, elicit
from ioscore.elicitation.problems import AnswersError
from ioscore.elicitation.reviewers import Reviewers, combine_weights, consult_reviewers

__all__ = [
    "COLUMNS",
    "GREATEST_RATIO",
    "METHODS",
    "RANDOM_INDEX",
    "Ahp",
    "Answer",
    "Answers",
    "AnswersError",
    "BestWorst",
    "Elicited",
    "Judgement",
    "Method",
    "Reviewers",
    "Siblings",
    "ahp_weights",
    "best_worst_weights",
    "centroid_weights",
    "combine_weights",
    "consult_reviewers",
    "elicit",
    "kendall_w",
    "number",
    "points_weights",
    "swing_weights",
]
