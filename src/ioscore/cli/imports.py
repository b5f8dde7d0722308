"""`ioscore import ...`: official files -> tidy CSV, with what was left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.output import OutputOption, failures, put, say

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ioscore.io.importers import Imported

app = typer.Typer(
    no_args_is_help=True,
    help="Read official files: the table goes to stdout, what was left out to stderr.",
)
File = Annotated[Path, typer.Argument(help="CSV or XLSX, as the producer gives it out.")]


@app.command()
def seizures(file: File, output: OutputOption = None) -> None:
    """Read yearly drug seizures of UNODC: annual export, 2015-2019 workbook, or annex 7.1.

    Totals beside their parts, plants, and rows without kilograms are left out and told, and so
    is every figure that this edition gives otherwise than the one shipped.
    """
    with failures():
        from ioscore.io.importers import import_seizures
        from ioscore.io.outcomes import read_outcome_data
        from ioscore.seizures import compare_editions, harmonise

        data = read_outcome_data()
        imported = import_seizures(file, data.countries)
        ours = harmonise(data.seizures, data.corrections, order=data.order)
        ours = ours.assign(kilograms=ours["as_published"])
        _put(imported, compare_editions(ours, imported.table), output)


@app.command()
def wgi(file: File, output: OutputOption = None) -> None:
    """Read a file of the Worldwide Governance Indicators: long, by sheet, or from the data bank.

    Told is what was left out, and where this update estimates otherwise than the one shipped.
    """
    with failures():
        from ioscore.io.importers import import_wgi

        _put_index(import_wgi, file, output)


@app.command()
def fsi(file: File, output: OutputOption = None) -> None:
    """Read a yearly workbook of the Fragile States Index.

    Told is what was left out, and where this edition says otherwise than the one shipped.
    """
    with failures():
        from ioscore.io.importers import import_fsi

        _put_index(import_fsi, file, output)


def _put_index(
    read: Callable[[Path, pd.DataFrame], Imported], file: Path, output: Path | None
) -> None:
    from ioscore.io.outcomes import read_outcome_data
    from ioscore.panel import compare_covariates, settle

    data = read_outcome_data()
    imported = read(file, data.countries)
    ours = settle(data.covariates, data.corrections)
    _put(imported, compare_covariates(ours, imported.table), output)


def _put(imported: Imported, revised: pd.DataFrame, output: Path | None) -> None:
    from ioscore.report.panel import import_text

    facts = {
        "layout": imported.layout,
        "place": imported.place,
        "rows": imported.rows,
        "kept": len(imported.table),
    }
    say(import_text(imported.dropped, revised, facts=facts))
    put(imported.table.to_csv(index=False, lineterminator="\n"), output)
