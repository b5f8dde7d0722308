"""What an estimate is: a coefficient, and every inference that applies to it side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from scipy.stats import norm, t

from ioscore.errors import NotApplicable


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to say how sure a coefficient is.

    Attributes
    ----------
    name, null, reference : str
        What it is called in tables, its null hypothesis in words, and where it is described.
    """

    name: str
    null: str
    reference: str


METHODS = {
    "ols": Method(
        name="OLS, errors independent",
        null="the coefficient is zero, errors independent and alike",
        reference="textbook",
    ),
    "hac": Method(
        name="HAC (Bartlett), normal",
        null="the coefficient is zero, many years",
        reference="Newey and West (1987), Econometrica 55(3)",
    ),
    "fixed_b": Method(
        name="HAC (Bartlett), fixed-b",
        null="the coefficient is zero, the bandwidth a fixed share of the years",
        reference="Kiefer and Vogelsang (2005), Econometric Theory 21(6)",
    ),
    "cluster": Method(
        name="cluster (CR1), t",
        null="the coefficient is zero, many countries",
        reference="Liang and Zeger (1986), Biometrika 73(1)",
    ),
    "cr3": Method(
        name="cluster (CR3, jackknife), t",
        null="the coefficient is zero, few countries that are much alike",
        reference="MacKinnon, Nielsen and Webb (2023), J. Econometrics 232(2)",
    ),
    "wild": Method(
        name="wild cluster bootstrap, restricted, Webb weights",
        null="the coefficient is zero, few countries",
        reference="Cameron, Gelbach and Miller (2008), Rev. Econ. Stat. 90(3); Webb (2023), "
        "Can. J. Econ. 56(3)",
    ),
    "permutation": Method(
        name="permutation of treatment paths",
        null="the treatment of no country changed its outcome, and paths could have fallen to any",
        reference="MacKinnon and Webb (2020), J. Econometrics 218(2)",
    ),
    "turns": Method(
        name="turns of the path in time",
        null="the years in which the dose moved have nothing to do with those in which the outcome "
        "did: any turn of the path could have been the one observed",
        reference="Phipson and Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9(1), for its p",
    ),
    "placebo": Method(
        name="rank among placebos in space",
        null="nothing happened to the treated country that did not happen to the donors",
        reference="Abadie, Diamond and Hainmueller (2010), JASA 105(490)",
    ),
}
"""The rows of the table of models against inference in ``docs/methods.md``."""


def rejects_too_often(sizes: pd.DataFrame) -> pd.Series:
    """Say which methods reject more true null hypotheses than their own level, by more than chance.

    Parameters
    ----------
    sizes : pandas.DataFrame
        `level` and `low`, the lower 95% limit of the share rejected; numbers or their texts.

    Returns
    -------
    pandas.Series of bool
    """
    return sizes["low"].astype(float) > sizes["level"].astype(float)


@dataclass(frozen=True, kw_only=True)
class Inference:
    """What one method says of one coefficient.

    Attributes
    ----------
    p : float
        Two-sided, in (0, 1].
    se : float or None
        Standard error, where the method has one.
    low, high : float or None
        95% confidence interval (at the level of the plan), where the method has one.
    mde : float or None
        Minimum detectable effect: the smallest true coefficient, in absolute value, that this
        method would find at the level and power of the plan; infinite where it could find none.
    draws : int or None
        Of a bootstrap or a permutation.
    note : str
        What a reader must know of it, e.g. ``of 55 assignments``; else empty.
    """

    p: float
    se: float | None = None
    low: float | None = None
    high: float | None = None
    mde: float | None = None
    draws: int | None = None
    note: str = ""


class Rejected(NamedTuple):
    """The share of true null hypotheses that a method rejects, and at which level."""

    share: float
    level: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One coefficient, how it was made, and how sure it is.

    Attributes
    ----------
    analysis : str
        ``series``, ``panel``, ``event``, ``synth`` or ``dose``.
    planned : bool
        True for what the analysis plan names; anything else is exploratory.
    label, organisation, outcome, estimator, sample : str
        What the coefficient is of (``CARICC 2009, level``), whose, in which outcome, by which
        estimator, and the sample in words. Organisation is empty where it is of none.
    coefficient : float or NotApplicable
        In log points unless the estimator says otherwise.
    inference : mapping of str to Inference or NotApplicable
        By the keys of `METHODS`, all that exist for the model, in the order of the table.
    main : str
        Key of the inference that the plan relies on.
    n : int
        Observations.
    clusters, treated : int or None
        Countries in the sample, and those whose treatment varies.
    effects, controls, left_out : tuple of str
        Fixed effects, control variables, and what was left out with its reason and number.
    model : str
        Coefficients of one fit share it, and a column of the regression table; empty where the
        coefficient is a fit of its own.
    changed : tuple of str
        What of the plan was changed for this run (``draws``); then an estimate that the plan names
        is not planned.
    """

    analysis: str
    planned: bool
    label: str
    outcome: str
    estimator: str
    coefficient: float | NotApplicable
    inference: Mapping[str, Inference | NotApplicable]
    main: str
    n: int
    sample: str
    organisation: str = ""
    clusters: int | None = None
    treated: int | None = None
    effects: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    model: str = ""
    changed: tuple[str, ...] = ()


def not_estimated(reason: str, methods: Iterable[str]) -> dict[str, Inference | NotApplicable]:
    """Return the inference of a coefficient that there is not: the reason, for each method."""
    return {method: NotApplicable(reason) for method in methods}


def normal_inference(
    coefficient: float, se: float, *, df: float | None, level: float, power: float, note: str = ""
) -> Inference:
    """Return p, interval and minimum detectable effect of a t statistic.

    Parameters
    ----------
    coefficient, se : float
    df : float or None
        Degrees of freedom of Student's t; the normal distribution without.
    level, power : float
    note : str

    Returns
    -------
    Inference

    Notes
    -----
    The minimum detectable effect is (quantile(1 - level/2) + quantile(power)) x se: Bloom (1995),
    Evaluation Review 19(5).
    """
    law = norm() if df is None else t(df)
    reach = float(law.ppf(1 - level / 2))
    return Inference(
        p=float(2 * law.sf(abs(coefficient) / se)),
        se=se,
        low=coefficient - reach * se,
        high=coefficient + reach * se,
        mde=(reach + float(law.ppf(power))) * se,
        note=note,
    )


def permutation_p(observed: float, permuted: Iterable[float]) -> float:
    """Return (k + 1) / (B + 1), k of the B permuted being at least as far from zero.

    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology 9(1). A last digit that differs between two
    orders of summing is no difference: ties count within 1e-9 of the observed.
    """
    values = [abs(value) for value in permuted]
    far = abs(observed) * (1 - 1e-9)
    return (sum(value >= far for value in values) + 1) / (len(values) + 1)


def to_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Return estimates in long form, one row for each estimate and method.

    Returns
    -------
    pandas.DataFrame
        `analysis`, `planned`, `label`, `organisation`, `outcome`, `estimator`, `sample`,
        `coefficient`, `method`, `main` (bool), `p`, `se`, `low`, `high`, `mde`, `draws`, `n`,
        `clusters`, `treated`, `note`, `not_applicable` (the reason, or empty).
    """
    rows = []
    for estimate in estimates:
        absent = isinstance(estimate.coefficient, NotApplicable)
        for method, found in estimate.inference.items():
            known = isinstance(found, Inference)
            rows.append(
                {
                    "analysis": estimate.analysis,
                    "planned": estimate.planned,
                    "label": estimate.label,
                    "organisation": estimate.organisation,
                    "outcome": estimate.outcome,
                    "estimator": estimate.estimator,
                    "sample": estimate.sample,
                    "coefficient": None if absent else estimate.coefficient,
                    "method": method,
                    "main": method == estimate.main,
                    **{
                        name: getattr(found, name) if known else None
                        for name in ("p", "se", "low", "high", "mde", "draws")
                    },
                    "n": estimate.n,
                    "clusters": estimate.clusters,
                    "treated": estimate.treated,
                    "note": found.note if isinstance(found, Inference) else "",
                    "not_applicable": found.reason if isinstance(found, NotApplicable) else "",
                }
            )
    return pd.DataFrame(rows)
