"""Weights of a synthetic control by pysyncon, a proof that they are the best, ranks among placebos."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import floor, inf

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable

SOLVER = {"maxiter": 1000, "ftol": 1e-16}
"""The solver's own tolerance, 1e-6, leaves weights that are wrong in the first decimal."""
NOISE = 1e-7
"""Smaller weights are what the solver's arithmetic leaves of zero."""
CONVERGED = 1e-6
"""So near the least mean squared error there is the weights must come, as a share of the error that
single donors have on average."""


@dataclass(frozen=True, kw_only=True)
class SyntheticFit:
    """A unit against its synthetic control.

    Attributes
    ----------
    unit : str
    event : int
        First year after.
    weights : pandas.Series
        Of the donors, >= 0, sum 1.
    gaps : pandas.Series
        Unit less synthetic control by year, log points.
    rmspe_before, rmspe_after : float
        Root mean square of the gaps before and from the event on.
    """

    unit: str
    event: int
    weights: pd.Series
    gaps: pd.Series
    rmspe_before: float
    rmspe_after: float

    @property
    def ratio(self) -> float:
        """Error after over error before; infinite where the fit before is perfect."""
        return self.rmspe_after / self.rmspe_before if self.rmspe_before > 0 else inf

    @property
    def effect(self) -> float:
        """Mean gap from the event on, log points."""
        return float(self.gaps[self.gaps.index >= self.event].mean())


def fit_synthetic(
    wide: pd.DataFrame, unit: str, donors: Sequence[str], event: int
) -> SyntheticFit | NotApplicable:
    """Fit the synthetic control of a unit to its outcome in each year before an event.

    Parameters
    ----------
    wide : pandas.DataFrame
        Years x units, nothing missing, sorted by year; log points.
    unit : str
    donors : sequence of str
    event : int
        First year after.

    Returns
    -------
    SyntheticFit or NotApplicable
        Not applicable where the weights are not proved to be the best.

    Notes
    -----
    The predictors are the outcome in each year before. With nothing else to predict, the weights of
    predictors that pysyncon would search for are known: those that give back to each year the
    variance that it divides by lead to the weights of donors with the least squared error there is,
    and no search can do better. The proof that the solver got there is the duality gap of Frank and
    Wolfe (1956), Naval Research Logistics 3(1-2): what the best corner could still gain, to first
    order, bounds the distance to the minimum of a convex function.
    """
    from pysyncon import Synth

    early = wide[wide.index < event]
    # Weights sum to one: measured from the unit, the same problem without large numbers.
    apart = early[list(donors)].sub(early[unit], axis=0)
    target = pd.Series(0.0, index=early.index, name=unit)
    spread = pd.concat([apart, target], axis=1).std(axis=1)
    if not (spread > 0).all():
        return NotApplicable("all countries have the same outcome in a year before the event")
    scale = float(np.square(apart).mean().mean())
    synth = Synth()
    synth.w_optimize = partial(Synth.w_optimize, qp_options=SOLVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        synth.fit(
            X0=apart,
            X1=target,
            Z0=apart,
            Z1=target,
            custom_V=(spread**2 / scale / len(early)).to_numpy(),
        )
    weights = np.asarray(synth.W, dtype=float)
    weights = np.where(weights < NOISE, 0.0, weights)
    weights = weights / weights.sum()
    slope = 2 * apart.to_numpy().T @ (apart.to_numpy() @ weights) / len(early)
    if not float(weights @ slope - slope.min()) <= CONVERGED * scale:
        return NotApplicable(f"the search for weights of donors for {unit} did not converge")
    gaps = wide[unit] - wide[list(donors)] @ weights
    return SyntheticFit(
        unit=unit,
        event=event,
        weights=pd.Series(weights, index=list(donors)),
        gaps=gaps,
        rmspe_before=_root_mean_square(gaps[gaps.index < event]),
        rmspe_after=_root_mean_square(gaps[gaps.index >= event]),
    )


def rank_p(fits: Sequence[SyntheticFit]) -> float:
    """Return the share of fits whose ratio of errors is at least that of the first, itself included."""
    return sum(one.ratio >= fits[0].ratio for one in fits) / len(fits)


def detectable(placebos: Sequence[SyntheticFit], *, level: float, power: float) -> float:
    """Return the minimum detectable effect of a rank among placebos.

    Parameters
    ----------
    placebos : sequence of SyntheticFit
    level, power : float

    Returns
    -------
    float
        Log points. Each placebo in turn is given a constant effect, in the direction that its gaps
        resist, until its ratio of errors is among the first ones that p allows; so much suffices in
        the share `power` of placebos. Infinite where even the first rank has a p above the level.
    """
    allowed = floor(level * (len(placebos) + 1) + 1e-9)
    if allowed == 0:
        return inf
    needed = []
    for one in placebos:
        others = sorted((o.ratio for o in placebos if o is not one), reverse=True)
        bar = others[allowed - 1] if allowed <= len(others) else 0.0
        gaps = one.gaps[one.gaps.index >= one.event].to_numpy()
        mean, square = abs(gaps.mean()), np.square(gaps).mean()
        room = (bar * one.rmspe_before) ** 2 - square
        needed.append(mean + np.sqrt(max(mean**2 + room, 0.0)) if room > 0 else 0.0)
    return float(np.quantile(needed, power, method="inverted_cdf"))


def _root_mean_square(values: pd.Series) -> float:
    return float(np.sqrt(np.square(values).mean()))
