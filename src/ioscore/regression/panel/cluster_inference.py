"""Errors by country of a coefficient in a panel: CR1, CR3, wild bootstrap."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
from scipy.stats import norm

from ioscore.errors import NotApplicable
from ioscore.regression.panel.model import Fitted, Model, fit, fitted_by_pyfixest
from ioscore.regression.permutation.paths import Array, critical_size
from ioscore.regression.results import Inference, normal_inference, permutation_p

LEAST = 3
"""Countries that errors by country need, both with a treatment that varies and without.

MacKinnon, J. G. and Webb, M. D. (2017), Wild bootstrap inference for wildly different cluster
sizes, Journal of Applied Econometrics 32(2), show that with one or two treated clusters t tests
reject far too often and the restricted bootstrap hardly ever. Three is where we begin to print
them; it is no promise that they hold.
"""
NO_RESIDUALS = "the residuals leave nothing from which to take an error"
SHARED = "the same for all countries in a year: shocks that they share make this look too sure"


def cluster_inferences(
    model: Model,
    fitted: Fitted,
    *,
    level: float,
    power: float,
    bootstraps: int,
    rng: np.random.Generator,
) -> dict[str, Inference | NotApplicable]:
    """Return what errors by country say: `cluster`, `cr3`, `wild`.

    Parameters
    ----------
    model : Model
        Of the rows kept by the fit.
    fitted : Fitted
    level, power : float
    bootstraps : int
    rng : numpy.random.Generator
        Only the wild bootstrap draws from it.

    Returns
    -------
    dict
        Each an `Inference`, or `NotApplicable` with too few countries on either side (`LEAST`).
    """
    if reason := _too_few(model):
        return dict.fromkeys(("cluster", "cr3", "wild"), NotApplicable(reason))
    if fitted.se is None:
        return dict.fromkeys(("cluster", "cr3", "wild"), NotApplicable(NO_RESIDUALS))
    df = model.clusters - 1
    shared = SHARED if model.common else ""
    found: dict[str, Inference | NotApplicable] = {
        "cluster": normal_inference(
            fitted.coefficient, fitted.se, df=df, level=level, power=power, note=shared
        )
    }
    se = jackknife_error(model, fitted.coefficient)
    found["cr3"] = (
        se
        if isinstance(se, NotApplicable)
        else normal_inference(fitted.coefficient, se, df=df, level=level, power=power, note=shared)
    )
    found["wild"] = wild_bootstrap(
        model, fitted.se, level=level, power=power, bootstraps=bootstraps, rng=rng
    )
    return found


def jackknife_error(model: Model, coefficient: float) -> float | NotApplicable:
    """Return the CR3 error: the model fitted again without each country in turn.

    Parameters
    ----------
    model : Model
    coefficient : float
        Of all countries.

    Returns
    -------
    float or NotApplicable
        sqrt((G - 1)/G sum (b_g - b)^2), without a further small-sample factor; not applicable
        where the model cannot be fitted without some country.

    References
    ----------
    MacKinnon, J. G., Nielsen, M. O. and Webb, M. D. (2023). Fast and reliable jackknife and
    bootstrap methods for cluster-robust inference. Journal of Applied Econometrics 38(5).
    """
    without = []
    for country in model.frame["country"].unique():
        rest = model.frame[model.frame["country"] != country].reset_index(drop=True)
        found = fit(replace(model, frame=rest), redundant=True)
        if isinstance(found, NotApplicable):
            return NotApplicable(f"without {country}: {found.reason}")
        without.append(found.coefficient)
    count = len(without)
    return float(np.sqrt((count - 1) / count * np.sum((np.array(without) - coefficient) ** 2)))


def wild_bootstrap(
    model: Model,
    se: float,
    *,
    level: float,
    power: float,
    bootstraps: int,
    rng: np.random.Generator,
) -> Inference | NotApplicable:
    """Return the restricted wild cluster bootstrap of no effect, with Webb's weights.

    Parameters
    ----------
    model : Model
    se : float
        CR1.
    level, power : float
    bootstraps : int
    rng : numpy.random.Generator

    Returns
    -------
    Inference or NotApplicable
        p = (k + 1)/(B + 1). The minimum detectable effect is the CR1 error times the sum of the
        bootstrap's own critical |t| and quantile(power).

    References
    ----------
    Cameron, A. C., Gelbach, J. B. and Miller, D. L. (2008). Bootstrap-based improvements for
    inference with clustered errors. Review of Economics and Statistics 90(3).
    """
    if model.poisson:
        return NotApplicable("the wild bootstrap is one of least squares; this is Poisson")
    found = wild_statistics(model, "webb", bootstraps, rng)
    if isinstance(found, NotApplicable):
        return found
    observed, drawn = found
    if not np.isfinite(drawn).all():
        return NotApplicable(f"in some bootstrap samples {NO_RESIDUALS}")
    critical = critical_size(drawn, level=level)
    note = "no interval: only the hypothesis of no effect is tested"
    return Inference(
        p=float(permutation_p(observed, drawn)),
        mde=(critical + float(norm.ppf(power))) * se,
        draws=len(drawn),
        note=f"{SHARED}; {note}" if model.common else note,
    )


def wild_statistics(
    model: Model, weights: str, bootstraps: int, rng: np.random.Generator
) -> tuple[float, Array] | NotApplicable:
    """Return the t statistic of no effect and those of its bootstrap samples, by wildboottest.

    Parameters
    ----------
    model : Model
        Least squares.
    weights : {"webb", "rademacher"}
        With Rademacher weights every sign vector is taken once where there are fewer of them than
        `bootstraps`.
    bootstraps : int
    rng : numpy.random.Generator
    """
    found = fitted_by_pyfixest(model, (model.column, *model.controls))
    if isinstance(found, NotApplicable):
        return found
    with warnings.catch_warnings():
        # The package says when it takes every sign vector; the number of samples shows it.
        warnings.simplefilter("ignore")
        tested, drawn = found.wildboottest(
            reps=bootstraps,
            param=model.column,
            cluster="cluster",
            weights_type=weights,
            seed=int(rng.integers(2**31)),
            return_bootstrapped_t_stats=True,
        )
    return float(tested["t value"]), np.asarray(drawn, dtype=float)


def _too_few(model: Model) -> str:
    """Return why there are too few countries for errors by country, or nothing."""
    without = model.clusters - model.treated
    if model.common:
        least, has = 2 * LEAST, f"{model.clusters} countries"
        return "" if model.clusters >= least else f"{has}; errors by country need {least}"
    if min(model.treated, without) >= LEAST:
        return ""
    return (
        f"the treatment varies in {model.treated} of {model.clusters} countries; errors by country "
        f"need {LEAST} where it does and {LEAST} where it does not"
    )
