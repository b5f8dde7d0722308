"""What yearly scores say of seizures, in sentences, tables, JSON and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.dose.analysis import DoseResponse
from ioscore.regression.dose.stationarity import ADF_NULL, KPSS_NULL, Integration, RootTests
from ioscore.regression.results import Estimate, Inference
from ioscore.report.panel import AMBIGUOUS, spans
from ioscore.report.regression.common import unit_of
from ioscore.report.sensitivity.common import Table
from ioscore.report.sentences import listed, p_value, percent
from ioscore.report.tables import plain, records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BUSIEST = 2


def summary(result: DoseResponse) -> list[str]:
    """Return what was asked and what came out, in sentences."""
    main = _main(result)
    lines = [
        f"Does what is seized of {result.outcome} in {result.country} change from one year to the "
        f"next as the dated acts of {listed(result.organisations)} do, given how much is documented of "
        "each year and the Afghan poppy before it?",
        _follows_documents(result),
    ]
    found = [e for e in main if not isinstance(e.coefficient, NotApplicable)]
    lines += [_sentence(e) for e in found]
    lines += [
        f"Not estimated for {e.organisation}: {e.coefficient.reason}."
        for e in main
        if isinstance(e.coefficient, NotApplicable)
    ]
    if found:
        lines.append(
            "What lies below these factors could not have been seen, so none of this says that "
            "there is no effect."
        )
    if not found:
        lines.append("So these data cannot answer the question for any organisation.")
    lines += [*_edges(result, found), _drift(result), _shrunk(result)]
    if result.left_out:
        parts = [f"{count} {reason}" for reason, count in result.left_out.items()]
        lines.append(f"Rows of evidence that are not in the scores: {'; '.join(parts)}.")
    return [*lines, AMBIGUOUS]


def tables(result: DoseResponse) -> list[Table]:
    """Return the tables beside the estimates, each with its title."""
    found = [
        Table(
            "dose_integration",
            f"Does it drift? ADF (null: {ADF_NULL}) and KPSS (null: {KPSS_NULL}); KPSS p is known "
            "between .01 and .1 only",
            pd.DataFrame([_order(row) for row in result.integration]),
        ),
        Table(
            "dose_levels",
            "Levels on levels: shown as a warning, never read",
            pd.DataFrame([_level(result, n) for n in range(len(result.levels))]),
        ),
        Table("dose_left_out", "What is not in the differences", _left_out(result)),
        Table("dose_paths", "Seizures, scores and dated rows by year", result.paths),
    ]
    if not isinstance(result.shrinkage, NotApplicable):
        kept = result.shrinkage.kept
        frame = pd.DataFrame({"column": list(kept.index), "coefficient": kept.to_numpy()})
        title = (
            "Kept by the lasso of all criteria (exploratory): log points for a standard deviation"
        )
        found.append(Table("dose_lasso", title, frame))
    return found


def document(result: DoseResponse) -> dict[str, Any]:
    """Return what JSON has beside the estimates."""
    lasso = result.shrinkage
    return {
        "country": result.country,
        "outcome": result.outcome,
        "least_years": result.least_years,
        "years_with_a_dated_act": result.documented,
        "left_out_of_scores": result.left_out,
        "integration": records(pd.DataFrame([_order(row) for row in result.integration])),
        "levels_never_read": records(
            pd.DataFrame([_level(result, n) for n in range(len(result.levels))])
        ),
        "lasso": {"not_applicable": lasso.reason}
        if isinstance(lasso, NotApplicable)
        else {
            "kept": plain(lasso.kept.to_dict()),
            "offered": list(lasso.offered),
            "unmoved": list(lasso.unmoved),
            "penalty": plain(lasso.penalty),
            "r2_against_mean": plain(lasso.against_mean),
            "r2_against_supply": plain(lasso.against_supply),
            "r2_of_supply_against_mean": plain(lasso.supply_against_mean),
            "n": lasso.n,
            "note": lasso.note,
        },
        "paths": records(result.paths),
        "caveat": AMBIGUOUS,
    }


def figures(result: DoseResponse, source: str) -> dict[str, Figure]:
    """Return the figures by name: `dose_paths`, and `dose_differences` where there are any."""
    from ioscore.report.figures.dose import difference_scatter, dose_paths

    names = list(result.organisations)
    unit = unit_of(result.outcome)
    title = f"{result.outcome.capitalize()} seized in {result.country}, and what is documented"
    found = {"dose_paths": dose_paths(result.paths, names, title, unit, source)}
    if len(result.differences):
        found["dose_differences"] = difference_scatter(
            result.differences,
            names,
            {e.organisation: _short(e) for e in _main(result)},
            f"Changes from one year to the next: {result.outcome} seized in {result.country}, "
            "and scores",
            source,
        )
    return found


def _main(result: DoseResponse) -> list[Estimate]:
    """Return the estimates of the first lag, one for each organisation."""
    return list(result.estimates[: len(result.organisations)])


def _follows_documents(result: DoseResponse) -> str:
    rows = result.paths.set_index("year")["documentation"].fillna(0)
    total = float(rows.sum())
    if total == 0:
        return "Nothing is documented of any of these years."
    top = rows.sort_values(ascending=False, kind="stable").head(BUSIEST)
    years = sorted(int(year) for year in top.index)
    none = [int(year) for year in rows.index[rows == 0]]
    empty = (
        f", and of {len(none)} of {len(rows)} years ({spans(none)}) nothing that the path may use"
        if none
        else ""
    )
    return (
        "Most acts are dated by what authors cite, the reports of the years before they wrote, so "
        "the path of the scores follows documents and not work alone: "
        f"{listed([str(y) for y in years])} hold {percent(float(top.sum()) / total)} of what is "
        f"documented by year{empty}."
    )


def _edges(result: DoseResponse, found: list[Estimate]) -> list[str]:
    """Say whose path moves most where documents begin or end, which no work does."""
    rows = result.paths.set_index("year")["documentation"].fillna(0)
    steps = result.differences.set_index("year")
    moved = []
    for estimate in found:
        year = int(steps[estimate.organisation].abs().idxmax())
        if min(rows[year], rows[year - 1]) == 0:
            moved.append(f"{estimate.organisation} in {year}")
    if not moved:
        return []
    return [
        "The greatest move of a path in one year is one of the documents, where they begin or end: "
        f"{listed(moved)}."
    ]


def _sentence(estimate: Estimate) -> str:
    """Return one estimate with all that is known of its sureness."""
    value = float(estimate.coefficient)  # type: ignore[arg-type]
    words = (
        f"{estimate.organisation}: a score higher by a tenth of the scale goes with seizures "
        f"{math.exp(value):.2f} times as large"
    )
    ols = estimate.inference.get("ols")
    if isinstance(ols, Inference) and ols.low is not None and ols.high is not None:
        words += f" (95% interval {math.exp(ols.low):.2f} to {math.exp(ols.high):.2f} by OLS)"
    main = estimate.inference[estimate.main]
    if isinstance(main, NotApplicable):
        return f"{words}; the test of the plan does not apply: {main.reason}."
    words += f"; p {p_value(main.p)} by turning its path in time ({main.draws} turns)"
    if main.mde is None:
        return f"{words}."
    if math.isinf(main.mde):
        return f"{words}; no effect of any size would have been found by that test."
    seen = math.exp(main.mde)
    return (
        f"{words}; the smallest effect that it would have found, at the power of the plan, is a "
        f"factor of {_factor(seen)} or its inverse."
    )


def _factor(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _short(estimate: Estimate) -> str:
    if isinstance(estimate.coefficient, NotApplicable):
        return "not estimated"
    main = estimate.inference[estimate.main]
    p = f", p {p_value(main.p)}" if isinstance(main, Inference) else ""
    return f"times {math.exp(float(estimate.coefficient)):.2f} a tenth{p}"


def _drift(result: DoseResponse) -> str:
    drifting = [row.series for row in result.integration if row.order == 1]
    unclear = [row.series for row in result.integration if row.order is None]
    words = []
    if drifting:
        words.append(f"by both tests drifts: {listed(drifting)}")
    if unclear:
        words.append(f"whether it drifts, or how, the tests do not settle: {listed(unclear)}")
    said = "; ".join(words) or "by both tests nothing drifts"
    return f"Levels are not read, since what drifts agrees by itself: {said}."


def _shrunk(result: DoseResponse) -> str:
    lasso = result.shrinkage
    if isinstance(lasso, NotApplicable):
        return f"All criteria at once (lasso, exploratory): not fitted, {lasso.reason}."
    kept = (
        f"keeps {listed([str(n) for n in lasso.kept.index])}" if len(lasso.kept) else "keeps none"
    )
    return (
        f"All criteria at once (lasso, exploratory): of {len(lasso.offered)} columns it {kept}; "
        f"for years left out its R-squared is {lasso.against_mean:.2f} against their mean and "
        f"{lasso.against_supply:.2f} against supply alone (below zero: worse than these)."
    )


def _order(row: Integration) -> dict[str, object]:
    order: dict[str, object] = {
        "series": row.series,
        "years": f"{row.years[0]}-{row.years[1]}",
        "drifts": row.words,
        "order": "" if row.order is None else str(row.order),
    }
    for form, tests in (("level", row.level), ("difference", row.difference)):
        known = isinstance(tests, RootTests)
        for name in ("adf", "adf_p", "kpss", "kpss_p"):
            order[f"{form} {name}"] = getattr(tests, name) if known else math.nan
    return order


def _level(result: DoseResponse, n: int) -> dict[str, object]:
    fit = result.levels[n]
    numbers = {
        name: math.nan if isinstance(v := getattr(fit, name), NotApplicable) else v
        for name in ("coefficient", "r_squared", "durbin_watson")
    }
    reason = f": {fit.r_squared.reason}" if isinstance(fit.r_squared, NotApplicable) else ""
    return {
        "organisation": fit.organisation, **numbers, "N": fit.n, "warning": fit.warning + reason,
    }  # fmt: skip


def _left_out(result: DoseResponse) -> pd.DataFrame:
    """Return what each estimate goes without, and which rows of evidence are in no score."""
    of: dict[str, list[str]] = {}
    for estimate in result.estimates:
        for text in estimate.left_out:
            of.setdefault(text, []).append(estimate.label)
    every = len(result.estimates)
    rows = [
        {"left out": text, "of": "every estimate" if len(who) == every else "; ".join(who)}
        for text, who in of.items()
    ]
    rows += [
        {"left out": f"{count} rows: {reason}", "of": "the scores"}
        for reason, count in result.left_out.items()
    ]
    return pd.DataFrame(rows, columns=["left out", "of"])
