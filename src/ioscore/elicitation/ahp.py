"""Weights from pairwise comparisons of criteria, and how far the comparisons contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.elicitation.problems import AnswersError
from ioscore.errors import Problem, RubricError

Array = NDArray[np.float64]

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Mean consistency index of random matrices of 1 to 10 criteria (Saaty 1980)."""

ROUNDING = 1e-9
"""Ratios this near to each other are equal: what is left is the rounding of the eigenvector."""

GREATEST_RATIO = 0.1
"""Consistency ratio above which judgements are to be thought over again (Saaty 1980)."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One comparison, and what all the others make of it.

    Attributes
    ----------
    more, less : str
        Criteria; the first is judged more important than the others allow.
    given : float
        How many times as important the first is, as judged.
    implied : float
        The same by the weights.
    """

    more: str
    less: str
    given: float
    implied: float

    @property
    def excess(self) -> float:
        """How many times the given ratio is the implied one, >= 1."""
        return self.given / self.implied


@dataclass(frozen=True, kw_only=True)
class Ahp:
    """Weights by the analytic hierarchy process, and how consistent the judgements are.

    Attributes
    ----------
    weights : pandas.Series
        Of the criteria, > 0, summing to one.
    lambda_max : float
        Greatest eigenvalue; the number of criteria where no judgement contradicts another, else
        more.
    consistency_index : float
        (lambda_max - n) / (n - 1); 0 for a single criterion.
    consistency_ratio : float
        The index as a share of that of random judgements; 0 for up to two criteria, which cannot
        contradict each other.
    consistent : bool
        Whether the ratio is at most 0.1.
    worst_judgements : tuple of Judgement
        The comparison farthest from what the weights imply; several where they are equally far, as
        all three always are of three criteria; empty without any contradiction.
    """

    weights: pd.Series
    lambda_max: float
    consistency_index: float
    consistency_ratio: float
    consistent: bool
    worst_judgements: tuple[Judgement, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return criteria and weights."""
        return self.weights.rename("weight").rename_axis("criterion").reset_index()


def ahp_weights(matrix: pd.DataFrame) -> Ahp:
    """Return weights from pairwise comparisons by the principal eigenvector.

    Parameters
    ----------
    matrix : pandas.DataFrame, (n, n)
        The same criteria as rows and columns: how many times as important the row is as the
        column, > 0 (usually 1 to 9), with 1 on the diagonal and reciprocals across it.

    Returns
    -------
    Ahp

    Raises
    ------
    RubricError
        For a matrix that is not square, positive and reciprocal (within 1 per cent, so that .33
        may stand for a third), and for more criteria than random indices are listed for.

    References
    ----------
    Saaty, T. L. (1980). The Analytic Hierarchy Process. McGraw-Hill.
    Saaty, T. L. (1990). European Journal of Operational Research 48(1), 9-26.
    doi:10.1016/0377-2217(90)90057-I
    Saaty, T. L. (2003). European Journal of Operational Research 145(1), 85-91.
    doi:10.1016/S0377-2217(02)00227-8 (the judgement to think over: given ratio times the inverse
    ratio of the weights, farthest from one).
    """
    names = [str(name) for name in matrix.index]
    ratios = matrix.to_numpy(dtype=float)
    _check(ratios, names, [str(name) for name in matrix.columns])
    n = len(names)
    values, vectors = np.linalg.eig(ratios)
    top = int(np.argmax(values.real))
    weights = np.abs(vectors[:, top].real)
    weights /= weights.sum()
    lambda_max = float(values[top].real)
    index = max(0.0, lambda_max - n) / (n - 1) if n > 1 else 0.0
    ratio = index / RANDOM_INDEX[n - 1] if n > 2 else 0.0
    return Ahp(
        weights=pd.Series(weights, index=names),
        lambda_max=lambda_max,
        consistency_index=index,
        consistency_ratio=ratio,
        consistent=ratio <= GREATEST_RATIO,
        worst_judgements=_worst(ratios, weights, names),
    )


def _worst(ratios: Array, weights: Array, names: list[str]) -> tuple[Judgement, ...]:
    implied = weights[:, None] / weights[None, :]
    excess = ratios / implied
    if excess.max() <= 1 + ROUNDING:
        return ()
    return tuple(
        Judgement(
            more=names[i], less=names[j], given=float(ratios[i, j]), implied=float(implied[i, j])
        )
        for i, j in np.argwhere(excess >= excess.max() * (1 - ROUNDING))
    )


def check_size(criteria: Sequence[str], where: str) -> None:
    """Check that so many criteria can be compared in pairs.

    Parameters
    ----------
    criteria : sequence of str
    where : str
        Of the answers, for messages.

    Raises
    ------
    AnswersError
        For more criteria than random indices are listed for.
    """
    if len(criteria) > len(RANDOM_INDEX):
        mend = f"Compare at most {len(RANDOM_INDEX)} at a time; group them into a tree."
        raise AnswersError(Problem(where=where, found=f"{len(criteria)} criteria", mend=mend))


def _check(ratios: Array, rows: list[str], columns: list[str]) -> None:
    n = len(rows)
    check_size(rows, "pairwise comparisons")
    found = mend = ""
    if rows != columns or n == 0 or len(set(rows)) < n:
        found = f"rows {', '.join(rows)} and columns {', '.join(columns)}"
        mend = "Name the same criteria, each once, in the same order."
    elif not (np.isfinite(ratios) & (ratios > 0)).all():
        i, j = np.argwhere(~(np.isfinite(ratios) & (ratios > 0)))[0]
        found = f"{ratios[i, j]} for {rows[i]} against {rows[j]}"
        mend = "Every comparison is a number above zero."
    elif (off := np.abs(ratios * ratios.T - 1) > 0.01).any():
        i, j = np.argwhere(off)[0]
        found = (
            f"{ratios[i, j]:g} for {rows[i]} against {rows[j]}, and {ratios[j, i]:g} the other way"
        )
        mend = "The one is the inverse of the other; a criterion against itself is 1."
    if found:
        raise RubricError(Problem(where="pairwise comparisons", found=found, mend=mend))
