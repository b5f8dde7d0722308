"""The country panel in sentences, tables, JSON and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.panel.analysis import ESTIMATORS, SUPPLY, VARIANTS, CountryPanel
from ioscore.regression.results import METHODS, Estimate, Inference
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression.common import changed_word
from ioscore.report.sensitivity.common import Table
from ioscore.report.sentences import listed, p_value, percent
from ioscore.report.tables import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNCORRECTED = "(not corrected for asking of several)"


def summary(result: CountryPanel) -> list[str]:
    """Return the main results in sentences."""
    main = _main(result)
    one = main[0]
    lines = [
        f"Asked: in the years in which the instrument of an organisation is at work in a country, "
        f"does that country seize more or less ({result.outcome}, kilograms) than it and the "
        f"others do otherwise, given what each country and each year has of its own and the Afghan "
        f"poppy of the year before in the countries most exposed to it? {one.estimator}, "
        f"{one.sample}, {one.n} country-years."
    ]
    rows = result.corrected.to_dict("records")
    lines += [_sentence(row, e, result) for row, e in zip(rows, main, strict=True)]
    lines.append(_verdict(result, rows))
    lines += _disagreement(result)
    lines += _turned(result)
    lines.append(_log_linear(result))
    lines += [_supply(e) for e in result.estimates if e.label.startswith(SUPPLY)][:2]
    lines.append(
        "Governance, own trends of the countries and all treatments jointly are exploratory "
        "variants; so is all that stands on supply. What no method could have seen is not absent."
    )
    lines.append(AMBIGUOUS)
    return lines


def tables(result: CountryPanel) -> list[Table]:
    """Return the tables beside the estimates, each with its title."""
    corrected = pd.DataFrame(
        [
            {
                "effect": row["label"],
                "times as much": _exp(row["coefficient"]),
                "from": _bound(row["low"]),
                "to": _bound(row["high"]),
                "p": row["p"],
                "p corrected": row["corrected_p"],
                "could be seen from": _exp(row["mde"]),
                f"within a factor of {result.factor:g}": "yes" if row["within_factor"] else "no",
                "not applicable": row["not_applicable"],
            }
            for row in result.corrected.to_dict("records")
        ]
    )
    samples = pd.DataFrame(
        [
            {
                "effect": estimate.label,
                "estimator": estimate.estimator,
                "sample": estimate.sample,
                "N": estimate.n,
                "treated": "" if estimate.treated is None else str(estimate.treated),
                "effects": listed(estimate.effects),
                "controls": ", ".join(estimate.controls),
                "left out": "; ".join(estimate.left_out),
            }
            for estimate in result.estimates
        ]
    )
    title = (
        f"{_kind(result)} by permutation, p corrected over the treatments "
        f"({result.correction.capitalize()}); intervals are not corrected"
    )
    return [
        Table("corrected", title, corrected),
        Table("samples", "Rows of each estimate, and what was left out", samples),
    ]


def document(result: CountryPanel) -> dict[str, Any]:
    """Return what the estimates do not say, as JSON has it; infinite is ``"none"``."""
    rows = [
        {name: _finite(value) for name, value in row.items()}
        for row in result.corrected.to_dict("records")
    ]
    return {
        "corrected": rows,
        "correction": result.correction,
        "level": result.level,
        "power": result.power,
        "factor": result.factor,
    }


def figures(result: CountryPanel, source: str) -> dict[str, Figure]:
    """Return the figures: planned coefficients with every interval, and the variants beside them."""
    from ioscore.report.figures.country_panel import coefficients, variants

    own = [e for e in result.estimates if e.organisation]
    planned = [e for e in own if e.label in set(result.corrected["label"])]
    source = f"{source}\n{AMBIGUOUS}"
    share = f"{100 * (1 - result.level):g}%"
    return {
        "coefficients": coefficients(
            pd.DataFrame([row for e in planned for row in _drawn(e)]),
            f"Seized where and while an instrument is at work: {result.outcome}, {share} intervals",
            source,
        ),
        "variants": variants(
            pd.DataFrame([_variant(e) for e in own]),
            f"Each treatment in every variant: {result.outcome}, {share} intervals by permutation",
            source,
        ),
    }


def _main(result: CountryPanel) -> list[Estimate]:
    """Return the planned estimates that the corrected table is of."""
    wanted = list(result.corrected["label"])
    first = {e.label: e for e in reversed(result.estimates) if e.label in wanted}
    return [first[label] for label in wanted]


def _sentence(row: dict[Any, Any], estimate: Estimate, result: CountryPanel) -> str:
    if row["not_applicable"]:
        return f"{row['label']}: not estimated; {row['not_applicable']}."
    head = (
        f"{row['label']}: {_exp(row['coefficient'])} times as much seized; p {p_value(row['p'])}, "
        f"{_bare(row['corrected_p'])} corrected for asking of {_asked(result)}."
    )
    draws = getattr(estimate.inference[estimate.main], "draws", None) or 0
    if 1 / (draws + 1) > result.level:
        return (
            f"{head} Here no effect of any size could have been found: with the paths of so few "
            f"countries to exchange, p is never below {1 / (draws + 1):.3f}."
        )
    span = f"{_bound(row['low'])} to {_bound(row['high'])}"
    head = f"{head} By permutation {UNCORRECTED}, effects from {span} are not ruled out"
    cases = f"{100 * result.power:.0f} of 100 cases"
    if math.isinf(row["mde"]):
        return f"{head}; no size of an effect either way would be found in {cases}."
    return f"{head}; an effect must be a factor of {_exp(row['mde'])} to be found in {cases}."


def _kind(result: CountryPanel) -> str:
    """Return what the estimates of the corrected table are by the plan."""
    one = _main(result)[0]
    if one.changed:
        return f"Estimates {changed_word(one.changed)};"
    return "Planned estimates" if one.planned else "Exploratory estimates"


def _asked(result: CountryPanel) -> int:
    """Return of how many treatments there is a p."""
    return int(result.corrected["p"].notna().sum())


def _disagreement(result: CountryPanel) -> list[str]:
    """Say where errors by country call clear what permutation does not, and why they differ."""
    told = []
    for estimate in _main(result):
        cluster, own = estimate.inference.get("cluster"), estimate.inference.get(estimate.main)
        if not isinstance(cluster, Inference) or not isinstance(own, Inference):
            continue
        if cluster.p <= result.level < own.p:
            told.append(f"{estimate.label} (p {p_value(cluster.p)} against {_bare(own.p)})")
    if not told:
        return []
    held = ""
    if result.largest is not None:
        held = f": {result.largest[0]} alone has {percent(result.largest[1])} of all"
    return [
        f"Errors by country (CR1) would call clear what permutation does not: {listed(told)}. They "
        f"need many countries of like weight, and here few carry the kilograms{held}."
    ]


def _turned(result: CountryPanel) -> list[str]:
    """Say whose coefficient changes its sign with linear trends of the countries' own."""
    more = f", {VARIANTS['trends']}"
    own = {(e.label, e.estimator): e.coefficient for e in result.estimates}
    told = []
    for estimate in _main(result):
        first, other = estimate.coefficient, own.get((estimate.label + more, estimate.estimator))
        if isinstance(first, NotApplicable) or isinstance(other, NotApplicable | None):
            continue
        if first * other < 0:
            told.append(f"{estimate.label} ({_exp(first)} becomes {_exp(other)} times as much)")
    if not told:
        return []
    return [
        f"With linear trends of the countries' own the sign turns for {listed(told)}: what came "
        "slowly cannot be told from a trend."
    ]


def _verdict(result: CountryPanel, rows: list[dict[Any, Any]]) -> str:
    if not _asked(result):
        return "None could be estimated, so nothing is said of any."
    clear = [row["label"] for row in rows if row["corrected_p"] <= result.level]
    narrow = [row["label"] for row in rows if row["within_factor"]]
    said = (
        f"After the correction {listed(clear)} stand out at {100 * result.level:g}%."
        if clear
        else f"After the correction none stands out at {100 * result.level:g}%."
    )
    inside = (
        f" Effects beyond a factor of {result.factor:g} are ruled out in both directions for "
        f"{listed(narrow)}."
        if narrow
        else f" For none of them are effects beyond a factor of {result.factor:g} ruled out in both "
        "directions."
    )
    return said + inside


def _log_linear(result: CountryPanel) -> str:
    """Return how the other estimator compares."""
    other = {e.label: e for e in result.estimates if e.estimator == ESTIMATORS["log"]}
    pairs = [(e.coefficient, other[e.label].coefficient) for e in _main(result) if e.label in other]
    both = [(a, b) for a, b in pairs if not isinstance(a, NotApplicable | None)]
    both = [(a, b) for a, b in both if not isinstance(b, NotApplicable)]
    if not both:
        return "No treatment has both a Poisson and a log-linear estimate to compare."
    same = sum(float(a) * float(b) > 0 for a, b in both)  # type: ignore[arg-type]
    return (
        f"The log-linear model, in which every country counts alike and not by its kilograms, gives "
        f"the same sign for {same} of {len(both)}."
    )


def _supply(estimate: Estimate) -> str:
    if isinstance(estimate.coefficient, NotApplicable):
        return f"{estimate.label}: {estimate.coefficient.reason}."
    found = estimate.inference["cr3"]
    more = 100 * (1.1**estimate.coefficient - 1)
    sure = f"p {p_value(found.p)}, {found.note}" if isinstance(found, Inference) else found.reason
    return (
        f"{estimate.label} in place of year effects: where Afghan poppy covers a tenth more, "
        f"{more:+.1f}% is seized a year later ({sure})."
    )


def _drawn(estimate: Estimate) -> list[dict[str, Any]]:
    """Return one row for each method."""
    known = not isinstance(estimate.coefficient, NotApplicable)
    return [
        {
            "organisation": estimate.label,
            "estimator": estimate.estimator,
            "method": method,
            "name": METHODS[method].name,
            "coefficient": estimate.coefficient if known else math.nan,
            "low": getattr(found, "low", None),
            "high": getattr(found, "high", None),
            "mde": getattr(found, "mde", None) if method == estimate.main else None,
            "p": getattr(found, "p", None),
        }
        for method, found in estimate.inference.items()
    ]


def _variant(estimate: Estimate) -> dict[str, Any]:
    known = not isinstance(estimate.coefficient, NotApplicable)
    found = estimate.inference[estimate.main]
    what, _, variant = estimate.label.partition(", ")
    return {
        "organisation": what,
        "variant": variant or "one at a time",
        "planned": estimate.planned,
        "estimator": estimate.estimator,
        "coefficient": estimate.coefficient if known else math.nan,
        "low": getattr(found, "low", None),
        "high": getattr(found, "high", None),
    }


def _bare(p: float) -> str:
    return p_value(p).removeprefix("= ")


def _exp(points: float) -> str:
    if math.isnan(points):
        return ""
    if math.isinf(points):
        return "none"
    return f"{math.exp(points):.2f}"


def _bound(points: float) -> str:
    return "no bound" if math.isinf(points) else _exp(points)


def _finite(value: object) -> object:
    if isinstance(value, float) and math.isinf(value):
        return "none"
    return plain(value)
