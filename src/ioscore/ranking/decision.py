"""What a ranking method compares, and the method with its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Score = Callable[[Array, Array], Array]
Utilities = Callable[[Array], Array | None]


@dataclass(frozen=True, kw_only=True)
class Method:
    """A ranking method with its settings.

    Attributes
    ----------
    name : str
    score : callable
        ``score(values, weights)``: values (n, m), larger is better; weights (..., m), >= 0, the
        last axis summing to one. Returns scores (..., n), larger is better, NaN where undefined.
    utilities : callable or None
        ``utilities(values)``: for a rule that is linear in the weights, a matrix (n, m) whose
        product with any weights puts the alternatives in the order of their scores, or None
        where these values make it non-linear; None for other rules.
    """

    name: str
    score: Score
    utilities: Utilities | None = None

    def linear(self, values: Array) -> Array | None:
        """Return the utilities of values, or None where the order is not linear in the weights."""
        return None if self.utilities is None else self.utilities(values)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Alternatives by criteria, weights, and the method that makes an order of them.

    Attributes
    ----------
    values : pandas.DataFrame
        Alternatives x criteria of one level of the tree; larger is better, NaN where missing.
    weights : pandas.Series
        Of the criteria, >= 0, summing to one.
    method : Method
    """

    values: pd.DataFrame
    weights: pd.Series
    method: Method

    def scores(self) -> pd.Series:
        """Return the score of each alternative under the weights."""
        matrix, weights = self.values.to_numpy(dtype=float), self.weights.to_numpy(dtype=float)
        return pd.Series(self.method.score(matrix, weights), index=self.values.index)
