"""Synthetic controls in sentences, tables, JSON and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.synth.analysis import POOR, Synthetic, SyntheticStudy
from ioscore.regression.synth.fit import SyntheticFit
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression.common import unit_of, value_or_reason
from ioscore.report.sensitivity.common import Table
from ioscore.report.sentences import listed, p_value, percent
from ioscore.report.tables import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMALLEST_WEIGHT = 0.005
"""Donors with less are not named in the sentence; the table has all."""


def summary(result: SyntheticStudy) -> list[str]:
    """Return what was asked, what came out, what could have been seen and what not."""
    country = result.events[0].country
    lines = [
        f"Asked of {country}, {result.outcome}: was more or less seized after the event than in a "
        "weighted mean of countries without it that had run alike before?"
    ]
    for study in result.events:
        if isinstance(study.fit, NotApplicable):
            lines.append(f"{_name(study)}: not applicable, {study.fit.reason}.")
        else:
            lines += _sentences(study, study.fit, result.level)
    return [*lines, AMBIGUOUS]


def tables(result: SyntheticStudy) -> list[Table]:
    """Return weights, placebos in space and time, donors left out in turn, countries left out."""
    made = []
    known = [s for s in result.events if isinstance(s.fit, SyntheticFit)]
    if known:
        for key, title, make in (
            ("weights", "Weights of the donors", _weights),
            ("placebos", "Each country as if treated, by ratio of errors", placebos),
            ("in_time", "The event moved to earlier years", _in_time),
            ("one_out", "Each donor left out in turn", _one_out),
        ):
            frames = [make(s).assign(event=_name(s)) for s in known]
            frame = pd.concat(frames, ignore_index=True)
            order = ["event", *[c for c in frame if c != "event"]]
            made.append(Table(key, title, frame[order]))
    gone = [{"event": _name(s), "left out": what} for s in result.events for what in s.left_out]
    if gone:
        made.append(Table("left_out", "What was left out, with the reason", pd.DataFrame(gone)))
    return made


def document(result: SyntheticStudy) -> dict[str, Any]:
    """Return what the estimates do not say: weights, gaps by year, placebos."""
    events = []
    for study in result.events:
        found: dict[str, Any] = {
            "year": study.event.year,
            "what": study.event.what,
            "donors": list(study.donors),
            "left_out": list(study.left_out),
        }
        if isinstance(study.fit, NotApplicable):
            found["not_applicable"] = study.fit.reason
        else:
            found |= {
                "rmspe_before": study.fit.rmspe_before,
                "rmspe_after": study.fit.rmspe_after,
                "smallest_p": study.smallest_p,
                "p_without_the_country_in_pools": value_or_reason(study.p_without),
                "weights": records(_weights(study)),
                "gaps": [{"year": int(str(y)), "gap": g} for y, g in study.fit.gaps.items()],
                "placebos": records(placebos(study)),
                "in_time": records(_in_time(study)),
                "one_out": records(study.one_out),
            }
        events.append(found)
    return {"events": events}


def figures(result: SyntheticStudy, source: str) -> dict[str, Figure]:
    """Return paths with the fan of placebos, and ranks, for each event that has them."""
    from ioscore.report.figures.synthetic import paths, ranks

    found = {}
    for study in result.events:
        if isinstance(study.fit, NotApplicable) or isinstance(study.p, NotApplicable):
            continue
        gaps = pd.DataFrame({one.unit: one.gaps for one in (study.fit, *study.in_space)})
        title = f"{study.country}, {result.outcome} seized"
        found[f"paths_{study.event.year}"] = paths(
            _line(study, study.fit),
            gaps,
            study.poor,
            (study.event.year, study.event.what),
            title,
            unit_of(result.outcome),
            f"{source}\n{AMBIGUOUS}",
        )
        count = len(study.in_space) + 1
        found[f"ranks_{study.event.year}"] = ranks(
            placebos(study),
            study.country,
            f"{title}: {study.event.what}, {study.event.year}\np {p_value(study.p)}; no p below "
            f"1/{count} = {study.smallest_p:.3f} can come out",
            f"{source}\n{AMBIGUOUS}",
        )
    return found


def placebos(study: Synthetic) -> pd.DataFrame:
    """Return errors before and after, ratio, rank and mean gap of each country as if treated."""
    if isinstance(study.fit, NotApplicable):
        return pd.DataFrame()
    fits = (study.fit, *study.in_space)
    frame = pd.DataFrame(
        {
            "unit": [one.unit for one in fits],
            "rmspe_before": [one.rmspe_before for one in fits],
            "rmspe_after": [one.rmspe_after for one in fits],
            "ratio": [one.ratio for one in fits],
            "mean_gap_after": [one.effect for one in fits],
            "poor_fit": [one.unit in study.poor for one in fits],
        }
    )
    frame["rank"] = [sum(other.ratio >= one.ratio for other in fits) for one in fits]
    return frame.sort_values("rank", kind="stable", ignore_index=True)


def _sentences(study: Synthetic, fit: SyntheticFit, level: float) -> list[str]:
    named = [
        f"{unit} {percent(float(weight))}"
        for unit, weight in fit.weights.sort_values(ascending=False).items()
        if weight >= SMALLEST_WEIGHT
    ]
    count = len(study.in_space)
    lines = [
        f"{_name(study)}: {study.country} against {listed(named)}. Before, in {study.before[0]} to "
        f"{study.before[-1]}, the two differ by a factor of {math.exp(fit.rmspe_before):.2f} on "
        f"root mean square; from {study.after[0]} to {study.after[-1]} {study.country} seized "
        f"{math.exp(fit.effect):.2f} times as much on average (geometric mean)."
    ]
    if not isinstance(study.p, NotApplicable):
        rank = round(study.p * (count + 1))
        lines.append(
            f"Its error after over before ranks {rank} of {count + 1} countries: p {p_value(study.p)}"
            + (
                ""
                if isinstance(study.p_without, NotApplicable)
                else f" ({p_value(study.p_without).removeprefix('= ')} with {study.country} in no placebo's pool)"
            )
            + "."
        )
        if study.smallest_p > level:
            lines.append(
                f"With {count} placebos p cannot fall below 1/{count + 1} = {study.smallest_p:.3f}: "
                f"no effect of any size could have been found at {percent(level)}."
            )
    poor = study.poor
    if poor:
        lines.append(
            f"{len(poor)} of {count} placebos ({', '.join(poor)}) {_have(len(poor))} more than {POOR:g} times the "
            f"error of {study.country} before the event; all are shown and counted."
        )
    if study.in_time:
        moved = listed([f"{math.exp(one.effect):.2f} in {one.year}" for one in study.in_time])
        few = min(one.years_before for one in study.in_time)
        began = (
            f"Other things began in {study.country} in these years: {listed(study.began)}"
            if study.began
            else "The plan names nothing that began then, which is not to say that nothing did"
        )
        lines.append(
            f"Moved to earlier years, before the event, the factor is {moved} (up to "
            f"{study.event.year - 1}; weights rest on {few} years or a few more). {began}; "
            "so what shows there need not be chance."
        )
    effects = study.one_out["effect"].dropna()
    if len(effects):
        lines.append(
            f"Leaving out one donor at a time it lies between {math.exp(effects.min()):.2f} and "
            f"{math.exp(effects.max()):.2f}."
        )
    return lines


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _name(study: Synthetic) -> str:
    return f"{study.event.what}, {study.event.year}"


def _weights(study: Synthetic) -> pd.DataFrame:
    if isinstance(study.fit, NotApplicable):
        return pd.DataFrame()
    ordered = study.fit.weights.sort_values(ascending=False, kind="stable")
    return ordered.rename_axis("donor").rename("weight").reset_index()


def _line(study: Synthetic, fit: SyntheticFit) -> pd.DataFrame:
    """Return the country and its synthetic control by year, kilograms."""
    return pd.DataFrame(
        {
            "year": study.observed.index,
            "actual": np.exp(study.observed.to_numpy()),
            "synthetic": np.exp((study.observed - fit.gaps).to_numpy()),
        }
    )


def _in_time(study: Synthetic) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": [one.year for one in study.in_time],
            "years_before": [one.years_before for one in study.in_time],
            "rmspe_before": [one.fit.rmspe_before for one in study.in_time],
            "rmspe_after": [one.fit.rmspe_after for one in study.in_time],
            "mean_gap_after": [one.effect for one in study.in_time],
            "p": [one.p for one in study.in_time],
        }
    )


def _one_out(study: Synthetic) -> pd.DataFrame:
    return study.one_out
