"""An interrupted time series in sentences, tables, JSON and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.results import Estimate, Inference
from ioscore.regression.series.analysis import InterruptedSeries
from ioscore.regression.series.break_search import BreakSearch
from ioscore.regression.series.sup_f import SupF
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression.common import unit_of
from ioscore.report.sensitivity.common import Table
from ioscore.report.sentences import listed, p_value, percent
from ioscore.report.tables import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ONE_COUNTRY = (
    "A series of one country has nothing to compare with: whatever else changed in the same year "
    "is counted as the break."
)


def summary(result: InterruptedSeries) -> list[str]:
    """Return what was asked, what came out, what could have been seen and what not."""
    breaks = listed([f"{b.what} ({b.year})" for b in result.breaks])
    supply = result.terms[1].label.removesuffix(", log")
    lines = [
        f"Asked of {result.country}, {result.outcome}: did what is seized change, at once or in its "
        f"trend, with {breaks}, beyond a steady trend and {supply}?"
    ]
    if isinstance(result.line, NotApplicable):
        return [*lines, f"No answer: {result.line.reason}.", AMBIGUOUS]
    known = [e for e in result.estimates if not isinstance(e.coefficient, NotApplicable)]
    for estimate in known:
        lines.append(_sentence(estimate, result.level, result.power))
    lines += [
        f"{e.label}: not estimated, {e.coefficient.reason}."
        for e in result.estimates
        if isinstance(e.coefficient, NotApplicable)
    ]
    clear = [e.label for e in known if (m := _main(e)) and m.p <= result.level]
    if clear:
        lines.append(
            f"Clear at the {percent(result.level)} level, each by itself: {listed(clear)}."
        )
    else:
        lines.append(
            f"No change is clear at the {percent(result.level)} level, which is not to say that "
            "there was none: see what could have been found."
        )
    lines.append(
        f"Prolonged without breaks the fit comes to {_end(result.line, 'without')}; seized were "
        f"{_end(result.line, 'y')}. That is the fitted trend carried on, no forecast."
    )
    if isinstance(result.tests, pd.DataFrame):
        lines.append(_tests(result.tests, result.level))
    if isinstance(result.search, BreakSearch):
        lines += _search(result.search, result.level)
    lines += [f"{note[0].upper()}{note[1:]}." for note in result.notes]
    return [*lines, ONE_COUNTRY, AMBIGUOUS]


def tables(result: InterruptedSeries) -> list[Table]:
    """Return residual tests, the other terms of the fit and the searched breaks."""
    if isinstance(result.tests, NotApplicable) or isinstance(result.search, NotApplicable):
        return []
    what = {b.year: b.what for b in result.breaks}
    moved = result.search.ranks.assign(what=result.search.ranks["known"].map(what))
    return [
        Table("residual_tests", "Tests of the residuals, null hypotheses in words", result.tests),
        Table("terms", "Other terms of the fit", _terms(result)),
        Table(
            "moved_breaks",
            "Each known break moved to other years, the others held (rank 1 fits best)",
            moved[["what", "known", "rank", "of", "best"]],
        ),
        Table("searched_breaks", "Known breaks against searched ones", _searched(result.search)),
    ]


def document(result: InterruptedSeries) -> dict[str, Any]:
    """Return what the estimates do not say: fit, missing years, residual tests, search, notes."""
    if isinstance(result.line, NotApplicable):
        return {"not_applicable": result.line.reason, "missing_years": list(result.missing)}
    found: dict[str, Any] = {
        "breaks": [{"year": b.year, "what": b.what} for b in result.breaks],
        "missing_years": list(result.missing),
        "line": records(result.line),
        "terms": records(_terms(result)),
        "notes": list(result.notes),
    }
    if isinstance(result.tests, pd.DataFrame):
        found["residual_tests"] = records(result.tests)
    if isinstance(search := result.search, BreakSearch):
        found["search"] = {
            "sets": search.sets,
            "better_than_known": search.better,
            "share_better": None if math.isnan(search.share) else search.share,
            "best": list(search.best),
            "known_squares": search.known_squares,
            "best_squares": search.best_squares,
            "ranks": records(search.ranks),
            "profiles": records(search.profiles),
            "sup_f": _sup_f(search.sup_f),
        }
    return found


def figures(result: InterruptedSeries, source: str) -> dict[str, Figure]:
    """Return the series with breaks, fit and counterfactual, and the search of breaks."""
    from ioscore.report.figures.series import interrupted, search

    if isinstance(result.line, NotApplicable):
        return {}
    breaks = [(b.year, b.what) for b in result.breaks]
    name = f"{result.country}, {result.outcome} seized"
    found = {
        "fit": interrupted(
            result.line,
            breaks,
            result.missing,
            _end(result.line, "without"),
            name,
            unit_of(result.outcome),
            f"{source}\n{AMBIGUOUS}",
        )
    }
    if isinstance(result.search, BreakSearch):
        test = result.search.sup_f
        found["search"] = search(
            result.search.profiles,
            test.path if isinstance(test, SupF) else None,
            test.critical if isinstance(test, SupF) else math.nan,
            percent(1 - result.level),
            breaks,
            f"{name}: would other years do as well?",
            source,
        )
    return found


def _main(estimate: Estimate) -> Inference | None:
    found = estimate.inference.get(estimate.main)
    return found if isinstance(found, Inference) else None


def _sentence(estimate: Estimate, level: float, power: float) -> str:
    main, value = _main(estimate), estimate.coefficient
    if main is None or isinstance(value, NotApplicable):
        return f"{estimate.label}: how sure is not known."
    each = " each year" if estimate.label.endswith("slope") else ""
    parts = f"{estimate.label}: times {_times(value)}{each}"
    if main.low is not None and main.high is not None:
        span = f"{_times(main.low)} to {_times(main.high)}"
        parts += f" ({percent(1 - level)} interval {span}, p {p_value(main.p)})"
    if main.mde is not None:
        parts += (
            f"; a true change below a factor of {_times(main.mde)}{each}, up or down, would have "
            f"been missed more often than {percent(1 - power)} of the time"
        )
    return f"{parts}."


def _tests(tests: pd.DataFrame, level: float) -> str:
    against = [
        f"that {t.null} ({t.test}, p {p_value(t.p)})" for t in tests.itertuples() if t.p <= level
    ]
    if not against:
        return "The residuals speak against none of the assumptions tested."
    return f"The residuals speak against the assumption {listed(against)}."


def _search(search: BreakSearch, level: float) -> list[str]:
    best = listed([str(year) for year in search.best])
    if search.sets > 1:
        lines = [
            f"Of {search.sets - 1:,} other sets of break years, {search.better:,} "
            f"({percent(search.share)}) fit better than the known ones; {best} fit best. The share "
            "is no probability."
        ]
    else:
        lines = ["No other set of break years is admissible."]
    ranks = [
        f"{row.known} is number {row.rank} of {row.of} years"
        + ("" if row.rank == 1 else f" ({row.best} fits best)")
        for row in search.ranks.itertuples()
    ]
    lines.append(f"Each moved by itself: {listed(ranks)}.")
    if isinstance(search.sup_f, NotApplicable):
        return [*lines, f"One break at an unknown year: not tested, {search.sup_f.reason}."]
    verdict = "is clear" if search.sup_f.p <= level else "is not clear"
    return [
        *lines,
        f"One break in level at an unknown year, against none, {verdict} (p {p_value(search.sup_f.p)}); "
        f"the most likely year is {search.sup_f.year}.",
    ]


def _searched(search: BreakSearch) -> pd.DataFrame:
    rows: list[tuple[str, str]] = [
        ("admissible sets of break years, the known one among them", f"{search.sets}"),
        ("sets that fit better than the known one", f"{search.better}"),
        ("share of the others", percent(search.share)),
        ("set that fits best", ", ".join(map(str, search.best))),
        ("squared residuals, known", f"{search.known_squares:.4g}"),
        ("squared residuals, best", f"{search.best_squares:.4g}"),
    ]
    test = search.sup_f
    if isinstance(test, NotApplicable):
        rows.append(("one break in level at an unknown year", test.reason))
    else:
        rows += [
            ("one break in level at an unknown year: largest F", f"{test.statistic:.3f}"),
            ("year of the largest F", f"{test.year}"),
            ("critical F, from series without a break", f"{test.critical:.3f}"),
            ("p, null hypothesis: no break in level", p_value(test.p).removeprefix("= ")),
            ("made-up series", f"{test.draws}"),
            ("their autocorrelation", f"{test.autocorrelation:.3f}"),
        ]
    return pd.DataFrame(rows, columns=["what", "value"])


def _sup_f(test: SupF | NotApplicable) -> dict[str, Any]:
    if isinstance(test, NotApplicable):
        return {"not_applicable": test.reason}
    names = ("statistic", "year", "p", "critical", "draws", "autocorrelation")
    return {name: getattr(test, name) for name in names} | {"path": records(test.path)}


def _terms(result: InterruptedSeries) -> pd.DataFrame:
    rows = []
    for term in result.terms:
        row: dict[str, Any] = {"term": term.label, "coefficient": term.coefficient}
        for name, found in term.inference.items():
            if isinstance(found, Inference):
                row |= {f"se, {name}": found.se, f"p, {name}": found.p}
        rows.append(row)
    return pd.DataFrame(rows)


def _times(points: float) -> str:
    return f"{math.exp(points):.2f}" if abs(points) < 4 else f"{math.exp(min(points, 700)):.2g}"


def _end(line: pd.DataFrame, column: str) -> str:
    """Return the last value of a line in kilograms, with two digits that count."""
    value = math.exp(min(float(line[column].iloc[-1]), 700))
    digits = 1 - math.floor(math.log10(value))
    weight = f"{value:.2g}" if value < 10 else f"{round(value, digits):,.0f}"
    return f"{weight} kg in {line['year'].iloc[-1]}"
