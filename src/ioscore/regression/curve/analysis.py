"""The specification curve of every treatment of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from ioscore.errors import NotApplicable
from ioscore.regression.curve.assignments import Assignments, distinct_assignments
from ioscore.regression.curve.fitting import Fit, Given, fit_block
from ioscore.regression.curve.joint import (
    STATISTICS,
    curve_band,
    joint_p_values,
    joint_statistics,
    own_p_values,
    shares_of_variance,
    smallest_seen,
)
from ioscore.regression.curve.specifications import (
    DIMENSIONS,
    Specification,
    is_main,
    specifications,
)
from ioscore.regression.permutation.paths import permuted_assignments, treatment_paths
from ioscore.regression.plan import AnalysisPlan
from ioscore.regression.results import Estimate


@dataclass(frozen=True, kw_only=True)
class SpecificationCurve:
    """All specifications of all treatments, and what they say together.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each specification: `organisation`, `treatment`, the nine dimensions, `main`
        (the plan's own panel estimate), `same_as` (row of the specification that this one repeats,
        else missing), `coefficient` (log points), `se` (CR1 cluster), `p_cluster` (t with G - 1
        degrees of freedom), `tested` (what is permuted: the coefficient of a linear model, one
        Newton step from the null model of a Poisson model), `p` (permutation, by itself), `draws`
        (permutations under which it can be estimated), `n`, `clusters`, `treated` (countries),
        `not_applicable` (the reason, or empty).
    joint : pandas.DataFrame
        One row for each treatment, of the specifications that are distinct and estimated:
        `organisation`, `treatment`, `specifications` (crossed), `repeated`, `not_applicable`,
        `estimated`, `positive`, `negative`, `median` (of `coefficient`), `median_tested`,
        `same_sign` (share with the sign of the main one), `sign`, `significant` (shares),
        `p_median`, `p_sign`, `p_significant`, the same with `holm_`, `critical` and `mde` (of the
        median, log points), `assignments` (distinct ways to give the paths), `draws`, `left_out`
        (share of values that permutations could not estimate), `reason` (why there is no test).
    bands : pandas.DataFrame
        `treatment`, `position`, `low`, `middle`, `high`: sorted curves under permutation.
    shares : pandas.DataFrame
        `treatment`, `dimension`, `eta_squared`.
    reasons : pandas.DataFrame
        `treatment`, `reason`, `specifications`: why distinct ones are not applicable.
    level : float
    estimates : tuple of Estimate
        Empty: the curve has a table of its own.
    """

    table: pd.DataFrame
    joint: pd.DataFrame
    bands: pd.DataFrame
    shares: pd.DataFrame
    reasons: pd.DataFrame
    level: float
    estimates: tuple[Estimate, ...] = ()


def specification_curve(
    tables: Mapping[str, pd.DataFrame],
    plan: AnalysisPlan,
    *,
    rng: np.random.Generator,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> SpecificationCurve:
    """Fit everything that the plan crosses, and permute treatment paths in all of it at once.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Of panels: ``as_corrected``, and ``with_tjk_2019`` where the plan has it; they begin early
        enough for the lags. ``without_spikes`` is the first less the rows flagged so.
    plan : AnalysisPlan
    rng : numpy.random.Generator
        Of the permutations.
    jobs : int
        Processes, >= 1; changes no result.
    progress : callable, optional
        ``progress(done, all)``, with numbers of specifications.

    Returns
    -------
    SpecificationCurve

    Notes
    -----
    The same assignment of paths to countries holds in every specification: in a set of countries
    those that the permutation of all countries gives to them. Where they leave nothing to estimate
    in a specification, its value is left out of that permutation. Where there are no more
    assignments than draws, all are taken. By itself a specification is tested by |t| or
    |coefficient|, as `TreatmentPaths.studentised` says.

    References
    ----------
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature
    Human Behaviour 4, 1208-1214. doi:10.1038/s41562-020-0912-z
    """
    countries = _countries(tables["as_corrected"], plan)
    given = _assigned(tables["as_corrected"], plan, countries, rng)
    every = specifications(plan)
    fits = _fit_all(every, tables, plan, countries, given, jobs, progress)
    table = _described(every, fits, plan)
    parts, joint, bands, shares = [], [], [], []
    for treatment in plan.treatments:
        rows = table[table["treatment"] == treatment.column]
        own = [fits[at] for at in rows.index]
        rows, summary, band = _together(rows, own, given[treatment.column], plan)
        head = {"organisation": treatment.organisation, "treatment": treatment.column}
        parts.append(rows)
        joint.append(head | summary)
        bands.append(band.assign(treatment=treatment.column))
        counted = rows[_counted(rows)]
        if len(counted):
            shares += [
                {"treatment": treatment.column, "dimension": name, "eta_squared": share}
                for name, share in shares_of_variance(counted, DIMENSIONS).items()
            ]
    whole = pd.concat(parts)
    absent = whole[(whole["not_applicable"] != "") & whole["same_as"].isna()]
    reasons = absent.groupby(["treatment", "not_applicable"], sort=False).size()
    return SpecificationCurve(
        table=whole,
        joint=_holm(pd.DataFrame(joint), plan),
        bands=pd.concat(bands, ignore_index=True),
        shares=pd.DataFrame(shares, columns=["treatment", "dimension", "eta_squared"]),
        reasons=reasons.rename("specifications").rename_axis(["treatment", "reason"]).reset_index(),
        level=plan.level,
    )


def _countries(table: pd.DataFrame, plan: AnalysisPlan) -> list[str]:
    """Return all countries of the plan that the panel has, as their paths are ordered."""
    named = {*plan.sample.countries, *(c for part in plan.curve.countries.values() for c in part)}
    return sorted(named & set(table["country"]))


def _assigned(
    table: pd.DataFrame, plan: AnalysisPlan, countries: list[str], rng: np.random.Generator
) -> Given:
    """Return the permuted paths of each treatment."""
    own = table[table["country"].isin(countries)]
    found: dict[str, Assignments | NotApplicable] = {}
    for treatment in plan.treatments:
        paths = treatment_paths(own, treatment.column)
        found[treatment.column] = (
            paths
            if isinstance(paths, NotApplicable)
            else distinct_assignments(paths, permuted_assignments(paths, plan.draws, rng))
        )
    return found


def _fit_all(
    every: list[Specification],
    tables: Mapping[str, pd.DataFrame],
    plan: AnalysisPlan,
    countries: list[str],
    given: Given,
    jobs: int,
    progress: Callable[[int, int], None] | None,
) -> list[Fit]:
    """Return the fits in the order of the specifications, whoever makes them."""
    blocks: dict[tuple[object, ...], list[int]] = {}
    for at, each in enumerate(every):
        blocks.setdefault((each.outcome, each.countries, each.years), []).append(at)
    work = [[every[at] for at in block] for block in blocks.values()]
    fits: dict[int, Fit] = {}
    done = _done(work, (tables, plan, countries, given), jobs)
    for block, found in zip(blocks.values(), done, strict=True):
        fits |= dict(zip(block, found, strict=True))
        if progress is not None:
            progress(len(fits), len(every))
    return [fits[at] for at in range(len(every))]


def _done(
    work: list[list[Specification]], common: tuple[Any, ...], jobs: int
) -> Iterator[list[Fit]]:
    if jobs == 1:
        return (fit_block(block, *common) for block in work)
    from joblib import Parallel, delayed

    tasks = (delayed(fit_block)(block, *common) for block in work)
    found: Iterator[list[Fit]] = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    return found


def _described(every: list[Specification], fits: list[Fit], plan: AnalysisPlan) -> pd.DataFrame:
    """Return the rows of the table that need no permutation; the index numbers them."""
    organisation = {t.column: t.organisation for t in plan.treatments}
    table = pd.DataFrame(
        [
            {"organisation": organisation[each.treatment]}
            | asdict(each)
            | {"years": f"{each.years[0]}-{each.years[1]}"}
            | {"main": is_main(each, plan), "content": fit.content}
            | {name: getattr(fit, name) for name in ("coefficient", "se", "n", "clusters")}
            | {"treated": fit.treated, "not_applicable": fit.not_applicable}
            for each, fit in zip(every, fits, strict=True)
        ]
    )
    # Of equal specifications the main one is counted, else the first.
    first = table.sort_values("main", ascending=False, kind="stable").groupby("content").head(1)
    same = table["content"].map(pd.Series(first.index, index=first["content"]))
    repeats = same != table.index
    table["same_as"] = same.where(repeats).astype("Int64")
    freedom = (table["clusters"] - 1).clip(lower=1)
    table["p_cluster"] = 2 * student.sf((table["coefficient"] / table["se"]).abs(), freedom)
    columns = ["organisation", "treatment", *DIMENSIONS, "main", "same_as", "coefficient", "se"]
    return table[[*columns, "p_cluster", "n", "clusters", "treated", "not_applicable"]]


def _counted(rows: pd.DataFrame) -> pd.Series:
    return rows["same_as"].isna() & (rows["not_applicable"] == "")


def _together(
    rows: pd.DataFrame,
    fits: Sequence[Fit],
    given: Assignments | NotApplicable,
    plan: AnalysisPlan,
) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    """Return the rows with their permutation tests, their joint test, and the band."""
    estimated = (rows["not_applicable"] == "").to_numpy()
    counted = _counted(rows).to_numpy()
    repeated = int(rows["same_as"].notna().sum())
    summary: dict[str, Any] = {
        "specifications": len(rows),
        "repeated": repeated,
        "not_applicable": int((~estimated & rows["same_as"].isna().to_numpy()).sum()),
        "estimated": int(counted.sum()),
    }
    rows = rows.assign(tested=np.nan, p=np.nan, draws=0)
    band = pd.DataFrame(columns=["position", "low", "middle", "high"], dtype=float)
    if isinstance(given, NotApplicable) or not counted.any():
        reason = given.reason if isinstance(given, NotApplicable) else "none can be estimated"
        return rows, summary | {"reason": reason}, band
    known = [fit for fit, there in zip(fits, estimated, strict=True) if there]
    tested, t = np.array([fit.tested for fit in known]), np.array([fit.t for fit in known])
    rows.loc[estimated, "tested"] = tested[:, 0]
    own = t if given.paths.studentised else tested
    rows.loc[estimated, "p"] = own_p_values(own, given.counts)
    rows.loc[estimated, "draws"] = (~np.isnan(tested)) @ given.counts
    once = counted[estimated]
    clusters = rows.loc[counted, "clusters"].to_numpy()
    reach = student.ppf(1 - plan.level / 2, clusters - 1)[:, None]
    statistics = joint_statistics(tested[once], np.abs(t[once]) > reach)
    shown = rows.loc[counted, "coefficient"]
    main = rows.loc[rows["main"] & estimated, "coefficient"]
    critical, mde = smallest_seen(statistics, given, level=plan.level, power=plan.power)
    held = (~np.isnan(tested[once])).mean(axis=0) @ given.counts / given.counts.sum()
    summary |= {
        "positive": int((shown > 0).sum()),
        "negative": int((shown < 0).sum()),
        "median": float(shown.median()),
        "median_tested": float(statistics["median"][0]),
        "same_sign": float((np.sign(shown) == np.sign(main.iloc[0])).mean()) if len(main) else None,
        "sign": float(statistics["sign"][0]),
        "significant": float(statistics["significant"][0]),
        **{f"p_{k}": v for k, v in joint_p_values(statistics, given.counts).items()},
        "critical": critical,
        "mde": mde,
        "assignments": given.paths.assignments,
        "draws": int(given.counts.sum()),
        "left_out": 1 - float(held),
        "reason": "",
    }
    return rows, summary, curve_band(tested[once], given.counts, level=plan.level)


def _holm(joint: pd.DataFrame, plan: AnalysisPlan) -> pd.DataFrame:
    """Add the p values corrected over the treatments that have one."""
    from statsmodels.stats.multitest import multipletests

    for name in STATISTICS:
        if f"p_{name}" not in joint:
            continue
        there = joint[f"p_{name}"].notna()
        corrected = multipletests(
            joint.loc[there, f"p_{name}"], alpha=plan.level, method=plan.curve.correction
        )[1]
        joint.loc[there, f"holm_{name}"] = corrected
    return joint
