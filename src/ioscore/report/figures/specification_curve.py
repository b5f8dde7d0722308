"""Figures on the specification curve: all coefficients sorted, and the choices below them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ioscore.report.figures.style import DARK, GREY, MIDDLE, sheet

SHADES = {"own": DARK, "cluster": MIDDLE, "none": "#bdbdbd"}
"""Dark to pale, so that a grey print keeps the order."""
MAIN = "#D55E00"
BAND = "#eeeeee"
BINS = 100
"""Columns of the strips below a curve."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What one figure shows.

    Attributes
    ----------
    name : str
        Organisation and instrument.
    rows : pandas.DataFrame
        `coefficient` (log points), `p`, `p_cluster`, `main`, and the choices; one row for each
        specification that is distinct and estimated.
    band : pandas.DataFrame
        `position`, `low`, `middle`, `high`.
    median : float
    said : str
        The joint test in one line.
    level : float
    """

    name: str
    rows: pd.DataFrame
    band: pd.DataFrame
    median: float
    said: str
    level: float


def one_curve(curve: Curve, levels: Mapping[str, Sequence[str]], note: str, source: str) -> Figure:
    """Draw the sorted coefficients of a treatment, and where each choice stands among them.

    Parameters
    ----------
    curve : Curve
    levels : mapping of str to sequence of str
        For each choice its levels.
    note : str
        What the reader must know of the test.
    source : str
    """
    rows = _in_order(curve.rows)
    strips = sum(len(names) for names in levels.values()) + 0.5 * len(levels)
    with sheet(9.0, 4.9 + 0.165 * strips, source) as figure:
        top, below = figure.subplots(2, 1, sharex=True, height_ratios=[3.6, 0.165 * strips])
        _sorted(top, curve, rows)
        top.set(ylabel="coefficient, log points", xlim=(0, 100))
        top.tick_params(axis="x", length=0, labelbottom=False)
        _factors(top)
        _key(top, curve.level)
        _strips(below, rows, levels)
        below.set_xlabel("specifications, from the lowest coefficient to the highest, %")
        figure.suptitle(
            f"{curve.name}: {len(rows):,} specifications; {curve.said}\n{note}",
            fontsize=8,
            color=GREY,
            x=0.01,
            ha="left",
        )
    return figure


def overview(curves: Sequence[Curve], note: str, source: str) -> Figure:
    """Draw the sorted coefficients of every treatment side by side.

    Parameters
    ----------
    curves : sequence of Curve
    note, source : str
    """
    with sheet(9.0, 1.5 + 1.75 * len(curves), source) as figure:
        grid = figure.subplots(len(curves), 1, sharex=True, squeeze=False)[:, 0]
        for axes, curve in zip(grid, curves, strict=True):
            rows = _in_order(curve.rows)
            _sorted(axes, curve, rows)
            axes.set(xlim=(0, 100), ylabel="log points")
            axes.set_title(curve.name, fontsize=9)
            axes.text(
                0.99, 0.03, curve.said, transform=axes.transAxes, ha="right", va="bottom",
                fontsize=7, color=GREY,
            )  # fmt: skip
            _factors(axes)
        _key(grid[0], curves[0].level)
        grid[0].set_title(curves[0].name, fontsize=9, pad=30)
        grid[-1].set_xlabel("specifications, from the lowest coefficient to the highest, %")
        figure.suptitle(note, fontsize=7.5, color=GREY, x=0.01, ha="left")
    return figure


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the specifications from the lowest coefficient to the highest.

    Rounded first: which of two that are alike comes first must not hang on a last digit.
    """
    rounded = rows.assign(coefficient=rows["coefficient"].round(6))
    return rounded.sort_values("coefficient", kind="stable").reset_index(drop=True)


def _sorted(axes: Axes, curve: Curve, rows: pd.DataFrame) -> None:
    """Draw band, coefficients, median and main specification."""
    place = _places(len(rows))
    axes.fill_between(
        100 * curve.band["position"], curve.band["low"], curve.band["high"], color=BAND, lw=0
    )
    axes.axhline(0, color="black", lw=0.6)
    value = rows["coefficient"].to_numpy()
    own = rows["p"].to_numpy() <= curve.level
    cluster = ~own & (rows["p_cluster"].to_numpy() <= curve.level)
    for name, chosen in (("none", ~own & ~cluster), ("cluster", cluster), ("own", own)):
        axes.scatter(
            place[chosen], value[chosen], s=5, color=SHADES[name], lw=0, rasterized=True, zorder=3
        )
    axes.axhline(curve.median, color=GREY, lw=0.8, ls=(0, (4, 2)))
    for at in np.flatnonzero(rows["main"]):
        axes.plot(place[at], value[at], "D", color=MAIN, mec="black", mew=0.6, ms=6, zorder=5)
    low, high = np.quantile(value, [0.002, 0.998])
    # At its ends a band may run far away: one step overshoots where little was seized before.
    inner = curve.band[curve.band["position"].between(0.05, 0.95)]
    reach = [low, high, inner["low"].min(), inner["high"].max(), 0.0]
    margin = 0.06 * (max(reach) - min(reach))
    axes.set_ylim(min(reach) - margin, max(reach) + margin)


def _strips(axes: Axes, rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> None:
    """Draw for each level how often it stands where, beside how often it does overall."""
    edges = np.linspace(0, 100, BINS + 1)
    all_rows = np.histogram(_places(len(rows)), edges)[0]
    main = rows[rows["main"]]
    at = 0.0
    for name, choices in levels.items():
        axes.text(-17, at + 0.5, name, ha="right", va="center", fontsize=7.5, fontweight="bold")
        for level in choices:
            has = (rows[name].astype(str) == level).to_numpy()
            here = np.histogram(_places(len(rows))[has], edges)[0]
            share = np.divide(here, all_rows, out=np.zeros(BINS), where=all_rows > 0)
            often = share / has.mean() if has.any() else share
            axes.imshow(
                often[None, :], cmap="Greys", vmin=0, vmax=2, aspect="auto",
                extent=(0, 100, at + 0.92, at + 0.08), interpolation="nearest",
            )  # fmt: skip
            bold = len(main) > 0 and str(main.iloc[0][name]) == level
            axes.text(
                -1, at + 0.5, level.replace("_", " "), ha="right", va="center", fontsize=7,
                fontweight="bold" if bold else "normal", color=MAIN if bold else "black",
            )  # fmt: skip
            median = rows.loc[has, "coefficient"].median()
            said = "none" if math.isnan(median) else f"{median:+.2f}"
            axes.text(101, at + 0.5, said, ha="left", va="center", fontsize=7)
            at += 1
        at += 0.5
    axes.text(101, -0.6, "median", ha="left", va="center", fontsize=7, color=GREY)
    axes.set(ylim=(at, -1), yticks=[], xlim=(0, 100))
    axes.spines[["left", "top"]].set_visible(False)


def _factors(axes: Axes) -> None:
    """Put factors on the right: what the logarithm means in kilograms."""
    low, high = axes.get_ylim()
    right = axes.twinx()
    right.set_ylim(low, high)
    factors = [f for f in _steps(high - low) if low <= math.log(f) <= high]
    right.set_yticks([math.log(f) for f in factors], [f"× {f:g}" for f in factors])
    right.spines["right"].set_visible(True)
    right.set_ylabel("times as much")


def _steps(span: float) -> list[float]:
    """Return factors for an axis of so many log points."""
    if span > 9:
        return [10.0**n for n in range(-12, 13, 2)]
    if span > 6:
        return [10.0**n for n in range(-6, 7)]
    if span > 2.5:
        return [0.01, 0.05, 0.2, 1, 5, 20, 100]
    if span > 1.5:
        return [0.1, 0.2, 0.5, 1, 2, 5, 10]
    return [0.25, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 4]


def _key(axes: Axes, level: float) -> None:
    """Say above the axes, where no curve can run through it, what the shades mean."""
    words = {
        "own": f"p <= {level:g} by permutation, alone",
        "cluster": "only by cluster errors, too few countries",
        "none": "neither",
    }
    handles: list[Artist] = [
        axes.scatter([], [], s=14, color=SHADES[name], label=word) for name, word in words.items()
    ]
    style: dict[str, Any] = {"color": MAIN, "mec": "black", "mew": 0.6, "ms": 5}
    handles += axes.plot([], [], "D", label="main specification", **style)
    band = f"{1 - level:.0%} of sorted permuted curves"
    handles.append(axes.fill_between([], [], color=BAND, label=band))
    handles += axes.plot([], [], color=GREY, lw=0.8, ls=(0, (4, 2)), label="median")
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=6.5, frameon=False,
        ncols=3, borderpad=0.2, borderaxespad=0.0,
    )  # fmt: skip


def _places(count: int) -> np.ndarray:
    """Return places of sorted specifications, in percent."""
    return 100 * (np.arange(count) + 0.5) / max(count, 1)
