"""Score matrix and weights -> order, ties, contributions, and what missing cells leave open."""

from ioscore.ranking.cells import FILLS
from ioscore.ranking.decision import Decision, Method
from ioscore.ranking.methods import Level, decision_of
from ioscore.ranking.ordering import TIE, Ranking, rank

__all__ = ["FILLS", "TIE", "Decision", "Level", "Method", "Ranking", "decision_of", "rank"]
