"""A panel, what is missing of it, and what an import left out, as tables, text and a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ioscore.report.sentences import listed
from ioscore.report.tables import records

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ioscore.panel import Panel

AMBIGUOUS = (
    "Seizures measure enforcement as much as flow: more kilograms may mean more trafficking, or "
    "more found of it."
)
STATES = ("reported", "part not reported", "not reported", "outside the reports", "excluded")
"""States of a figure, from what is known best to what is left out."""
LOOKS = (
    ("#B8D4E8", ""),
    ("#56B4E9", "p"),
    ("#E69F00", "n"),
    ("#FFFFFF", "o"),
    ("#000000", "x"),
)
"""Colour of each state in a figure, and the letter that a grey print is read by."""


def panel_table(panel: Panel) -> pd.DataFrame:
    """Return the columns of a panel that a reader looks at first, one row a country and year."""
    columns = ["country", "year"]
    for name in panel.outcomes:
        columns += [name, f"{name}_why", f"{name}_flags"]
        columns += [c for c in (f"{name}_per_100k", f"{name}_per_1000_ha") if c in panel.table]
    return panel.table[[*columns, "poppy_ha"]]


def state(why: str) -> str:
    """Return the state that a reason for a gap belongs to: one of `STATES`."""
    if why == "":
        return "reported"
    if why.startswith("excluded"):
        return "excluded"
    if why == "not reported":
        return "not reported"
    return "part not reported" if why.endswith(" not reported") else "outside the reports"


def missing_table(panel: Panel) -> pd.DataFrame:
    """Return for each outcome and country how many years are in which state, and which lack."""
    rows = []
    for name in panel.outcomes:
        for country, row in panel.missing(name).map(state).iterrows():
            counts = row.value_counts()
            gone = [int(year) for year in row.index[row != "reported"]]
            rows.append(
                {"outcome": name, "country": country}
                | {word: int(counts.get(word, 0)) for word in STATES}
                | {"years missing": spans(gone)}
            )
    return pd.DataFrame(rows)


def spans(years: list[int]) -> str:
    """Return years as ranges: ``1996-1998, 2004``."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def panel_text(panel: Panel) -> str:
    """Return in plain words what a panel holds and what it cannot say."""
    cells = len(panel.countries) * len(panel.years)
    lines = [
        f"{_some(len(panel.countries), 'country', 'countries')}, {panel.years[0]} to "
        f"{panel.years[-1]}: {_some(cells, 'row')}."
    ]
    for name in panel.outcomes:
        there = int(panel.table[name].notna().sum())
        gone = panel.table.loc[panel.table[f"{name}_why"].str.startswith("excluded"), "country"]
        words = (
            f"{name} ({panel.units[name]}): {_some(there, 'figure')}, {_some(cells - there, 'gap')}"
        )
        lines.append(words + (f", of them {len(gone)} excluded." if len(gone) else "."))
    if panel.tonnes_vintage is None:
        lines.append("Afghan tonnes are left out, since they are of no one vintage.")
    else:
        lines.append(f"Afghan tonnes are those of one vintage only: {panel.tonnes_vintage}.")
    unknown = [name for name in panel.activities if panel.table[name].isna().any()]
    if unknown:
        lines.append(f"Since when is not known in some countries: {listed(unknown)}.")
    lines.append("An activity of 0 means that the table names none, not that there was none.")
    return "\n".join([*lines, AMBIGUOUS]) + "\n"


def _some(number: int, word: str, many: str = "") -> str:
    return f"{number} {word if number == 1 else many or word + 's'}"


def panel_json(panel: Panel) -> dict[str, Any]:
    """Return a panel as the document ``ioscore.panel/1``."""
    return {
        "schema": "ioscore.panel/1",
        "outcomes": {name: panel.units[name] for name in panel.outcomes},
        "units": panel.units,
        "countries": list(panel.countries),
        "years": list(panel.years),
        "lags": list(panel.lags),
        "tonnes_vintage": panel.tonnes_vintage,
        "caveat": AMBIGUOUS,
        "rows": records(panel.table),
        "gaps": records(panel.gaps()),
    }


def import_text(
    dropped: pd.DataFrame,
    revised: pd.DataFrame,
    *,
    facts: Mapping[str, object],
    shown: int = 10,
) -> str:
    """Return what an import read, left out and found revised.

    Parameters
    ----------
    dropped : pandas.DataFrame
        `reason`, `rows`, `example`.
    revised : pandas.DataFrame
        From `ioscore.seizures.compare_editions` or `ioscore.panel.compare_covariates`.
    facts : mapping
        `layout`, `place`, `rows`, `kept`.
    shown : int
        How many revisions are written out.
    """
    lines = [
        f"layout: {facts['layout']} ({facts['place']}); {_some(int(str(facts['rows'])), 'row')} "
        f"read, {_some(int(str(facts['kept'])), 'figure')} made"
    ]
    for row in dropped.to_dict("records"):
        example = f" ({row['example']})" if row["example"] else ""
        lines.append(f"left out: {_some(row['rows'], 'row')}, {row['reason']}{example}")
    if revised.empty:
        lines.append("no figure that we ship is revised")
        return "\n".join(lines)
    lines.append(f"revised against what we ship: {_some(len(revised), 'figure')}")
    weighed = "drug" in revised
    for row in revised.head(shown).to_dict("records"):
        what, held = (row["drug"], row["edition"]) if weighed else (row["variable"], row["vintage"])
        unit = " kg" if weighed else ""
        lines.append(
            f"  {row['country']} {row['year']} {what}: {row['ours']:g}{unit} ({held}) -> "
            f"{row['theirs']:g}{unit}"
        )
    if len(revised) > shown:
        lines.append(f"  ... and {len(revised) - shown} more")
    if not weighed and revised["variable"].str.startswith("wgi_").any():
        lines.append(
            "every update of WGI estimates all years anew: take one whole, never parts of two"
        )
    return "\n".join(lines)


def missing_figure(panel: Panel, source: str) -> Figure:
    """Draw what is missing: countries x years for each outcome, then covariates x years.

    Parameters
    ----------
    panel : Panel
    source : str
        For the line below the figure.
    """
    from matplotlib.patches import Patch

    from ioscore.report.figures.style import sheet

    beside = [*panel.supply, *panel.covariates]
    heights = [len(panel.countries)] * len(panel.outcomes) + [len(beside)]
    high = sum(1.0 + 0.24 * rows for rows in heights)
    with sheet(9.0, 0.6 + high, source) as figure:
        parts = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, name in zip(parts, panel.outcomes, strict=False):
            _draw_states(axes, panel.missing(name).map(state))
            axes.set_title(f"What is missing: {name} ({panel.units[name]})")
        _draw_lacking(parts[-1], panel, beside)
        handles = [
            Patch(facecolor=colour, edgecolor="#888888", label=f"{word}  {sign}".strip())
            for word, (colour, sign) in zip(STATES, LOOKS, strict=True)
        ]
        figure.legend(handles=handles, loc="outside upper right", ncols=len(STATES), frameon=False)
    return figure


def _draw_states(axes: Axes, states: pd.DataFrame) -> None:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    grid = states.map(STATES.index).to_numpy(int)
    shades = ListedColormap([colour for colour, _ in LOOKS])
    norm = BoundaryNorm([n - 0.5 for n in range(len(STATES) + 1)], len(STATES))
    axes.pcolormesh(grid, cmap=shades, norm=norm, edgecolors="white", linewidth=1)
    for (row, column), number in np.ndenumerate(grid):
        white = STATES[number] == "excluded"
        _write(axes, row, column, LOOKS[number][1], "white" if white else "black")
    _label(axes, [int(year) for year in states.columns], list(states.index))


def _draw_lacking(axes: Axes, panel: Panel, names: list[str]) -> None:
    """Draw in how many of the countries each of some columns lacks."""
    lacking = panel.table[names].isna().groupby(panel.table["year"]).sum().T
    grid = lacking.to_numpy(int)
    axes.pcolormesh(
        grid, cmap="Greys", vmin=0, vmax=2.5 * len(panel.countries), edgecolors="white", linewidth=1
    )
    for (row, column), number in np.ndenumerate(grid):
        _write(axes, row, column, str(number) if number else "", "black")
    _label(axes, [int(year) for year in lacking.columns], list(lacking.index))
    of = _some(len(panel.countries), "country", "countries")
    axes.set_title(f"What is missing: supply and covariates (in how many of {of})")


def _write(axes: Axes, row: int, column: int, text: str, colour: str) -> None:
    axes.text(
        column + 0.5, row + 0.5, text, ha="center", va="center_baseline", color=colour, fontsize=7
    )


def _label(axes: Axes, years: list[int], names: list[str]) -> None:
    shown = [n for n, year in enumerate(years) if year % 3 == years[0] % 3]
    axes.set(
        xticks=[n + 0.5 for n in shown],
        xticklabels=[str(years[n]) for n in shown],
        yticks=[n + 0.5 for n in range(len(names))],
        yticklabels=names,
    )
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
