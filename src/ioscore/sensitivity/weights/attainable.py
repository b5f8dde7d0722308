"""Best and worst rank that each alternative can reach by the choice of weights."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from ioscore.errors import IoscoreError, Problem
from ioscore.ranking import TIE
from ioscore.sensitivity.weights.space import WeightSpace, widest_margin

Array = NDArray[np.float64]

LEVEL = 1e-9
"""Scores that differ by less, as a share of the pair's greatest difference, count as a tie."""


@dataclass(frozen=True, kw_only=True)
class AttainableRanks:
    """The ranks between which the weights can move each alternative.

    Attributes
    ----------
    table : pandas.DataFrame
        `alternative`, `best`, `worst`: ranks, 1 is first. A tie counts for the alternative in the
        best rank (one more than the number strictly ahead) and against it in the worst (one more
        than the number of others level or ahead, those that are equal under all weights
        included), so every rank that it takes with any share of the weights lies between.
    best_weights, worst_weights : pandas.DataFrame
        Alternatives x criteria: weights that reach the rank.
    """

    table: pd.DataFrame
    best_weights: pd.DataFrame
    worst_weights: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the table of ranks."""
        return self.table


def attainable_ranks(utilities: pd.DataFrame, space: WeightSpace | None = None) -> AttainableRanks:
    """Return the best and the worst rank that any admitted weights give each alternative.

    Parameters
    ----------
    utilities : pandas.DataFrame
        Alternatives x criteria; scores are `utilities @ weights`.
    space : WeightSpace, optional
        All weights by default.

    Returns
    -------
    AttainableRanks

    Notes
    -----
    An integer programme with one switch for each rival that the weights can put on either side:
    the fewest rivals strictly ahead, the most level or ahead. Its answer is checked by a linear
    programme of tight tolerance; a set of rivals that only the solver's tolerance admits is ruled
    out and the programme solved again.

    References
    ----------
    Kadzinski, M., Greco, S. and Slowinski, R. (2012). Extreme ranking analysis in robust ordinal
    regression. Omega 40(4), 488-501. doi:10.1016/j.omega.2011.09.003
    """
    values = utilities.to_numpy(dtype=float)
    rows = (space or WeightSpace.whole(values.shape[1])).rows()
    equal = TIE * np.abs(values).max()
    best, worst = [], []
    for i in range(len(values)):
        lead = values - values[i]
        lead = lead[np.abs(lead).max(axis=1) > equal]
        best.append(_fewest(lead, rows))
        # Those that can never be level or ahead are the fewest strictly behind, turned round.
        worst.append(_fewest(-lead, rows))
    n = len(values)
    table = pd.DataFrame(
        {
            "alternative": utilities.index,
            "best": [1 + count for count, _ in best],
            "worst": [n - count for count, _ in worst],
        }
    )
    weights = [
        pd.DataFrame([w for _, w in found], index=utilities.index, columns=utilities.columns)
        for found in (best, worst)
    ]
    return AttainableRanks(table=table, best_weights=weights[0], worst_weights=weights[1])


def _fewest(lead: Array, rows: Array) -> tuple[int, Array]:
    """Return the least number of rows with lead @ w > 0, and weights that have no more."""
    lead = lead / np.abs(lead).max(axis=1, keepdims=True)
    always = lead.min(axis=1) > LEVEL
    open_ = lead[~always & (lead.max(axis=1) > 0)]
    k, cuts = len(open_), np.zeros((0, len(open_)))
    behind = np.ones(k, dtype=bool)
    while True:
        # Without a rival to keep behind, the weights farthest from every limit do.
        wanted, within = (-open_[behind], rows) if behind.any() else (rows, rows[:0])
        margin, weights = widest_margin(wanted, within)
        if margin >= -LEVEL:
            return int(always.sum() + k - behind.sum()), _clean(weights)
        cuts = np.vstack([cuts, behind])
        behind = _switch(open_, rows, cuts) == 0


def _switch(lead: Array, rows: Array, cuts: Array) -> Array:
    """Return the switches of an optimal integer programme: 1 lets a row be positive."""
    k, m = lead.shape
    limits = [
        LinearConstraint(np.hstack([lead, -np.diag(lead.max(axis=1))]), -np.inf, 0.0),
        LinearConstraint(np.hstack([rows, np.zeros((len(rows), k))]), 0.0, np.inf),
        LinearConstraint(np.append(np.ones(m), np.zeros(k))[None, :], 1.0, 1.0),
        LinearConstraint(np.hstack([np.zeros((len(cuts), m)), cuts]), 1.0, np.inf),
    ]
    switches = np.append(np.zeros(m), np.ones(k))
    with _hushed():
        found = milp(
            switches,
            integrality=switches.astype(np.intp),
            bounds=Bounds(0.0, 1.0),
            constraints=limits,
        )
    if found.x is None:
        mend = "Rescale the utilities so that each criterion has a similar range."
        raise IoscoreError(Problem(where="attainable ranks", found=found.message, mend=mend))
    answer: Array = np.round(found.x[m:])
    return answer


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep what C code prints off standard output.

    HiGHS, as SciPy 1.17 ships it, prints a left-over line in rare integer programmes, whatever
    its options say (ERGO-Code/HiGHS, issue 2783); it would end up amid a table or a JSON file.
    """
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        with suppress(TypeError, OSError, AttributeError):
            ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _clean(weights: Array) -> Array:
    weights = np.maximum(weights, 0.0)
    clean: Array = weights / weights.sum()
    return clean
