"""`ioscore panel`: seizures, covariates and activity, one row for each country and year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.inputs import the_window
from ioscore.cli.output import (
    Format,
    FormatOption,
    OutputOption,
    as_text,
    failures,
    put,
    put_frame,
    put_json,
)

if TYPE_CHECKING:
    from ioscore.panel import Panel

YEARS = "1996:2023"


def panel(
    drug: Annotated[
        list[str] | None,
        typer.Option(
            help="Outcome: opiates (heroin equivalents), cannabis (resin and herb), heroin, "
            "opium; may be repeated.",
            show_default="opiates and cannabis",
        ),
    ] = None,
    countries: Annotated[
        str | None,
        typer.Option(metavar="ISO3,...", help="Which countries.", show_default="all"),
    ] = None,
    years: Annotated[str, typer.Option(metavar="FIRST:LAST", help="Which years.")] = YEARS,
    lags: Annotated[str, typer.Option(metavar="N,...", help="Lags in years; '' for none.")] = "1",
    tonnes: Annotated[
        str | None,
        typer.Option(
            metavar="VINTAGE",
            help="Vintage of Afghan opium tonnes; figures per tonne are of it alone.",
            show_default="that of most years",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Leave out a line of the corrections; may be repeated."),
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only count what is missing, by country.")
    ] = False,
    figure: Annotated[
        Path | None,
        typer.Option(help="Also draw a heat map of what is missing (.svg or .png)."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with a datapackage.json.", show_default="shipped"),
    ] = None,
    form: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Show seizures by country and year, with the reason for each gap.

    CSV and JSON hold every column: lags, per head, per hectare, per tonne of one vintage,
    governance, and who was at work where. What is not reported is missing, never zero.
    """
    span = the_window(years)
    if span is None or (figure is not None and figure.suffix not in (".svg", ".png")):
        raise typer.BadParameter("--figure must end in .svg or .png.")
    with failures():
        from ioscore.report.panel import missing_table, panel_json, panel_table, panel_text

        made = _made(drug, _codes(countries), span, _numbers(lags), tonnes, without, data)
        if figure is not None:
            _draw(made, figure)
        if missing:
            title = "What is missing: years by state"
            put_frame(missing_table(made), form, title=title, schema="panel_missing", output=output)
        elif form is Format.json:
            put_json(panel_json(made), output)
        elif form is Format.csv:
            put(as_text(made.table, form), output)
        else:
            text = as_text(panel_table(made), form, title="Seizures by country and year")
            notes = f"\n{panel_text(made)}" if form is not Format.latex else ""
            put(text + notes, output)


def _made(
    drug: list[str] | None,
    countries: list[str] | None,
    years: tuple[int, int],
    lags: list[int],
    tonnes: str | None,
    left_out: list[str] | None,
    data: Path | None,
) -> Panel:
    from ioscore.io.outcomes import read_outcome_data
    from ioscore.panel import build_panel, longest_vintage, settle
    from ioscore.seizures import annual_totals, harmonise, without

    read = read_outcome_data(data)
    lines = without(read.corrections, left_out or [])
    covariates = settle(read.covariates, lines)
    return build_panel(
        annual_totals(harmonise(read.seizures, lines, order=read.order)),
        covariates,
        read.activity,
        outcomes=drug or ("opiates", "cannabis"),
        countries=countries,
        years=years,
        lags=lags,
        tonnes_vintage=tonnes or longest_vintage(covariates),
    )


def _codes(text: str | None) -> list[str] | None:
    if text is None:
        return None
    parts = [part.strip().upper() for part in text.split(",")]
    if not all(parts):
        raise typer.BadParameter(f"--countries {text!r}: write codes parted by commas, as TJK,UZB.")
    return parts


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise typer.BadParameter(f"--lags {text!r}: write whole numbers, as 1,2.")
    return [int(part) for part in parts]


def _draw(made: Panel, path: Path) -> None:
    from ioscore.io.files import write_atomically
    from ioscore.report.figures.style import image
    from ioscore.report.panel import missing_figure

    source = (
        "UNODC, annual drug seizures and World Drug Report annexes; World Bank; Fund for Peace; "
        "Transparency International: see data/LICENSE.md"
    )
    write_atomically(path, image(missing_figure(made, source), path.suffix[1:]))
