"""Figures of the country panel: coefficients with every interval, and what could have been seen."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from ioscore.report.figures.style import DARK, GREY, MIDDLE, head, sheet

SHORT = {"cluster": "CR1", "cr3": "CR3", "wild": "wild", "permutation": "permutation"}
MARKS = {"cluster": "o", "cr3": "s", "wild": "^", "permutation": "D"}
SHADES = {"cluster": MIDDLE, "cr3": DARK, "wild": GREY, "permutation": "#000000"}
STEP = {"cluster": -0.3, "cr3": -0.1, "wild": 0.1, "permutation": 0.3}
WIDEST = float(np.log(20))
TICKS = np.array([0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 20])


def coefficients(table: pd.DataFrame, title: str, source: str) -> Figure:
    """Draw the effect of each treatment with the interval of each method.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each treatment, estimator and method: `organisation`, `estimator`, `method`,
        `coefficient`, `low`, `high` (log points, may be infinite or missing), `mde` (of the main
        method, else missing), `p`.
    title, source : str
    """
    names = list(dict.fromkeys(table["organisation"]))
    estimators = list(dict.fromkeys(table["estimator"]))
    reach = _reach(table)
    with sheet(9.6, 1.9 + 1.05 * len(names), source) as figure:
        grid = figure.subplots(1, len(estimators), sharey=True, squeeze=False)[0]
        for axes, estimator in zip(grid, estimators, strict=True):
            part = table[table["estimator"] == estimator]
            for y, name in enumerate(names):
                rows = part[part["organisation"] == name]
                _seen(axes, y, rows["mde"].dropna(), reach)
                for row in rows.to_dict("records"):
                    place = y + STEP[row["method"]]
                    _interval(axes, place, row, reach, MARKS, SHADES)
                    p = row["p"]
                    text = "n/a" if p is None or np.isnan(p) else _p(p)
                    axes.text(
                        1.02, place, f"{SHORT[row['method']]} {text}", fontsize=6.5, va="center",
                        color=GREY if text == "n/a" else "black",
                        transform=axes.get_yaxis_transform(),
                    )  # fmt: skip
            _factors(axes, reach, estimator)
            axes.text(1.02, -0.62, "p by", fontsize=6.5, transform=axes.get_yaxis_transform())
        _names(grid[0], names)
        head(
            figure, title, "grey band: effects too small for permutation to find with the "
            "power of the plan; hatched: no size from which it would find one",
        )  # fmt: skip
    return figure


def variants(table: pd.DataFrame, title: str, source: str) -> Figure:
    """Draw each treatment in every variant, what is planned marked.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each treatment, variant and estimator: `organisation`, `variant`, `planned`,
        `estimator`, `coefficient`, `low`, `high` (log points).
    title, source : str
    """
    names = list(dict.fromkeys(table["organisation"]))
    kinds = list(dict.fromkeys(table["variant"]))
    estimators = list(dict.fromkeys(table["estimator"]))
    reach = _reach(table)
    step = {kind: (n - (len(kinds) - 1) / 2) * 0.2 for n, kind in enumerate(kinds)}
    with sheet(9.6, 1.9 + 1.05 * len(names), source) as figure:
        grid = figure.subplots(1, len(estimators), sharey=True, squeeze=False)[0]
        for axes, estimator in zip(grid, estimators, strict=True):
            for row in table[table["estimator"] == estimator].to_dict("records"):
                place = names.index(row["organisation"]) + step[row["variant"]]
                key = {"": "D" if row["planned"] else "o"}
                shade = {"": "#000000" if row["planned"] else MIDDLE}
                _interval(axes, place, row | {"method": ""}, reach, key, shade)
                axes.text(
                    1.02, place, row["variant"], fontsize=6.5, va="center",
                    fontweight="bold" if row["planned"] else "normal",
                    transform=axes.get_yaxis_transform(),
                )  # fmt: skip
            _factors(axes, reach, estimator)
        _names(grid[0], names)
        head(figure, title, "black diamonds: planned; circles: exploratory")
    return figure


def _reach(table: pd.DataFrame) -> float:
    """Return how far the axis goes either way, in log points."""
    columns = [c for c in ("coefficient", "low", "high", "mde") if c in table]
    values = np.abs(table[columns].to_numpy(dtype=float))
    values = values[np.isfinite(values)]
    return float(min(WIDEST, 1.08 * values.max())) if len(values) else 1.0


def _seen(axes: Axes, y: float, mde: pd.Series, reach: float) -> None:
    """Shade what could not have been seen."""
    if mde.empty:
        return
    width = float(mde.iloc[0])
    if np.isinf(width):
        axes.barh(
            y, 2 * reach, left=-reach, height=0.84, color="none", edgecolor="#d0d0d0", hatch="///",
            lw=0, zorder=0,
        )  # fmt: skip
    else:
        width = min(width, reach)
        axes.barh(y, 2 * width, left=-width, height=0.84, color="#e6e6e6", lw=0, zorder=0)


def _interval(
    axes: Axes,
    y: float,
    row: dict[str, object],
    reach: float,
    marks: dict[str, str],
    shades: dict[str, str],
) -> None:
    """Draw a coefficient and its interval; an end beyond the axis is an arrow."""
    value = float(row["coefficient"])  # type: ignore[arg-type]
    low, high = (np.nan if row[end] is None else float(row[end]) for end in ("low", "high"))  # type: ignore[arg-type]
    method = str(row["method"])
    colour = shades[method]
    if np.isnan(value) or (np.isnan(low) and method):
        return
    if not np.isnan(low):
        axes.plot((max(low, -reach), min(high, reach)), (y, y), color=colour, lw=1.3)
        for end, mark in ((low, "<"), (high, ">")):
            if abs(end) > reach:
                axes.plot(np.sign(end) * reach, y, mark, color=colour, ms=4, clip_on=False)
    if abs(value) <= reach:
        axes.plot(value, y, marks[method], color=colour, ms=4.5)


def _factors(axes: Axes, reach: float, estimator: str) -> None:
    """Label log points as factors."""
    ticks = np.log(TICKS[np.abs(np.log(TICKS)) <= reach])
    # Labels that would touch are thinned from the middle outwards, so that 1 stays.
    chosen = [0.0]
    for tick in sorted(ticks, key=abs):
        if min(abs(tick - other) for other in chosen) > 0.16 * reach:
            chosen.append(float(tick))
    axes.axvline(0, color=GREY, lw=0.8, zorder=1)
    axes.set(title=estimator, xlim=(-reach, reach), xticks=sorted(chosen))
    axes.set_xlabel("times as much seized, logarithmic scale")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{np.exp(x):.3g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", length=0)


def _names(axes: Axes, names: list[str]) -> None:
    labels = ["\n".join(textwrap.wrap(name, 16)) for name in names]
    axes.set(yticks=range(len(names)), yticklabels=labels)
    axes.set_ylim(len(names) - 0.5, -0.7)


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"
