"""Poisson models of one null model: its own fit, and that with a treatment, by statsmodels."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from ioscore.errors import NotApplicable
from ioscore.regression.curve.designs import Design, remainder
from ioscore.regression.permutation.paths import Array

TOLERANCE = 1e-12
STEPS = 200
FAILED = NotApplicable("the Poisson model did not converge")
SEPARATED = NotApplicable(
    "zeros that effects, controls and treatment predict perfectly (separation): the Poisson model "
    "has no finite estimate"
)


@dataclass(frozen=True, kw_only=True)
class NullModel:
    """A Poisson model without the treatment.

    Attributes
    ----------
    outcome : numpy.ndarray
        Over its mean, which moves the constant only.
    parameters : numpy.ndarray
        Of the columns of the design's basis.
    root : numpy.ndarray
        Of the fitted means: the root of the weights.
    basis : numpy.ndarray
        Orthonormal, of the weighted columns.
    residual : numpy.ndarray
        Weighted working residual.
    """

    outcome: Array
    parameters: Array
    root: Array
    basis: Array
    residual: Array


def null_model(design: Design, outcome: Array) -> NullModel | NotApplicable:
    """Fit the effects and controls alone.

    Parameters
    ----------
    design : Design
    outcome : numpy.ndarray
        By row of the design, >= 0.

    Returns
    -------
    NullModel or NotApplicable
    """
    if separated(design.basis, outcome):
        return SEPARATED
    scaled = outcome / outcome.mean()
    fitted = _fit(scaled, design.basis, maxiter=STEPS, tol=TOLERANCE)
    if fitted is None:
        return FAILED
    means = np.asarray(fitted.fittedvalues)
    root = np.sqrt(means)
    return NullModel(
        outcome=scaled,
        parameters=np.asarray(fitted.params),
        root=root,
        basis=np.linalg.qr(root[:, None] * design.basis)[0],
        residual=(scaled - means) / root,
    )


def with_treatment(
    design: Design, null: NullModel, treatment: Array
) -> tuple[float, float] | NotApplicable:
    """Fit the model with the treatment, from the null model on.

    Parameters
    ----------
    design : Design
    null : NullModel
    treatment : numpy.ndarray
        By row; something of it is left by the null model.

    Returns
    -------
    coefficient, standard error : float, or NotApplicable
        The error is the CR1 cluster error, as `Design.correction` has it.
    """
    if separated(np.column_stack([treatment, design.basis]), null.outcome):
        return SEPARATED
    # Less what the null model explains: the same coefficient, in columns that are not alike.
    columns = np.column_stack([remainder(design.basis, treatment), design.basis])
    fitted = _fit(
        null.outcome,
        columns,
        method="newton",
        start_params=np.append(0.0, null.parameters),
        maxiter=STEPS,
        tol=TOLERANCE,
        disp=0,
        cov_type="cluster",
        cov_kwds={"groups": design.country},
    )
    if fitted is None or not fitted.mle_retvals["converged"]:
        return FAILED
    # The program takes every column off N; those nested in clusters are not counted here.
    rows, clusters = design.rows, len(design.starts)
    theirs = clusters / (clusters - 1) * (rows - 1) / (rows - columns.shape[1])
    variance = fitted.cov_params()[0, 0] * design.correction / theirs
    return float(fitted.params[0]), float(np.sqrt(variance))


def separated(columns: Array, outcome: Array) -> bool:
    """Say whether some sum of columns is zero where the outcome is positive, and predicts zeros.

    Then the likelihood has no maximum: Correia, S., Guimarães, P. and Zylkin, T. (2019). Verifying
    the existence of maximum likelihood estimates for generalized linear models. arXiv:1903.01633.
    """
    zero = outcome == 0
    if not zero.any():
        return False
    from scipy.optimize import linprog

    count = columns.shape[1]
    found = linprog(
        -columns[zero].sum(axis=0),
        A_eq=columns[~zero],
        b_eq=np.zeros(int((~zero).sum())),
        A_ub=np.vstack([columns[zero], -columns[zero]]),
        b_ub=np.repeat([1.0, 0.0], zero.sum()),
        bounds=[(None, None)] * count,
    )
    # The best is 0 where no such sum exists, and at least 1 where one does.
    return found.fun is not None and found.fun < -0.5


def _fit(outcome: Array, columns: Array, **options: Any) -> Any:
    """Return the fit of statsmodels, or None where it warns of one that is none, or fails."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ModelWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in (ModelWarning, RuntimeWarning):
            warnings.simplefilter("error", kind)
        try:
            return sm.GLM(outcome, columns, family=sm.families.Poisson()).fit(**options)
        except (ModelWarning, RuntimeWarning, ValueError, np.linalg.LinAlgError):
            return None
