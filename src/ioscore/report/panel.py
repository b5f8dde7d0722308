"""A panel, what is missing of it, and what an import left out, as tables, text and a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.report.sentences import listed
from ioscore.report.tables import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ioscore.panel import Panel

AMBIGUOUS = (
    "Seizures measure enforcement as much as flow: more kilograms may mean more trafficking, or "
    "more found of it."
)
STATES = ("reported", "part not reported", "not reported", "outside the reports", "excluded")
"""States of a figure, from what is known best to what is left out."""


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


def missing_table(panel: Panel, name: str) -> pd.DataFrame:
    """Return for each country how many years are in which state, and which years are not there."""
    states = panel.missing(name).map(state)
    rows = []
    for country, row in states.iterrows():
        counts = row.value_counts()
        gone = [int(year) for year in row.index[row != "reported"]]
        rows.append(
            {"country": country}
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
        f"{len(panel.countries)} countries, {panel.years[0]} to {panel.years[-1]}: {cells} rows."
    ]
    for name in panel.outcomes:
        there = int(panel.table[name].notna().sum())
        gone = panel.table.loc[panel.table[f"{name}_why"].str.startswith("excluded"), "country"]
        words = f"{name} ({panel.units[name]}): {there} figures, {cells - there} gaps"
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
    revised: pd.DataFrame | None,
    *,
    facts: Mapping[str, object],
    shown: int = 10,
) -> str:
    """Return what an import read, left out and found revised.

    Parameters
    ----------
    dropped : pandas.DataFrame
        `reason`, `rows`, `example`.
    revised : pandas.DataFrame or None
        From `ioscore.seizures.compare_editions`; None where nothing is shipped to compare with.
    facts : mapping
        `layout`, `place`, `rows`, `kept`.
    shown : int
        How many revisions are written out.
    """
    lines = [
        f"layout: {facts['layout']} ({facts['place']}); {facts['rows']} rows read, "
        f"{facts['kept']} figures made"
    ]
    for row in dropped.to_dict("records"):
        example = f" ({row['example']})" if row["example"] else ""
        lines.append(f"left out: {row['rows']} rows, {row['reason']}{example}")
    if revised is not None and revised.empty:
        lines.append("no figure that we ship is revised")
    elif revised is not None:
        lines.append(f"revised against what we ship: {len(revised)} figures")
        for row in revised.head(shown).to_dict("records"):
            lines.append(
                f"  {row['country']} {row['year']} {row['drug']}: {row['ours']:g} kg "
                f"({row['edition']}) -> {row['theirs']:g} kg"
            )
        if len(revised) > shown:
            lines.append(f"  ... and {len(revised) - shown} more")
    return "\n".join(lines)


def missing_figure(panel: Panel, name: str, source: str) -> Figure:
    """Draw what is missing of an outcome, countries x years.

    Parameters
    ----------
    panel : Panel
    name : str
        Outcome.
    source : str
        For the line below the figure.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    from ioscore.report.figures.style import sheet

    shades = ("#0072B2", "#9ecae1", "#E69F00", "#dddddd", "#000000")
    states = panel.missing(name).map(state)
    grid = states.map(STATES.index).to_numpy(int)
    with sheet(9.0, 1.4 + 0.26 * len(states), source) as figure:
        axes = figure.subplots()
        norm = BoundaryNorm([n - 0.5 for n in range(len(STATES) + 1)], len(STATES))
        axes.pcolormesh(
            grid, cmap=ListedColormap(shades), norm=norm, edgecolors="white", linewidth=1
        )
        years = [int(year) for year in states.columns]
        shown = [n for n, year in enumerate(years) if year % 3 == years[0] % 3]
        axes.set(
            title=f"What is missing: {name} ({panel.units[name]})",
            xticks=[n + 0.5 for n in shown],
            xticklabels=[str(years[n]) for n in shown],
            yticks=[n + 0.5 for n in range(len(states))],
            yticklabels=list(states.index),
        )
        axes.invert_yaxis()
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        handles = [Patch(color=c, label=word) for c, word in zip(shades, STATES, strict=True)]
        figure.legend(handles=handles, loc="outside upper right", ncols=len(STATES), frameon=False)
    return figure
