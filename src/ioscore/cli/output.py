"""Printing: data to stdout, messages to stderr, one format for every command."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write to this file instead, whole or not at all."),
]


def say(message: str) -> None:
    """Print a message for the reader to stderr."""
    sys.stderr.write(f"{message}\n")


def put(text: str, output: Path | None = None) -> None:
    """Print data to stdout, or write it to a file."""
    if output is None:
        sys.stdout.write(text)
        return
    from ioscore.io.files import write_atomically

    write_atomically(output, text)
    say(f"written: {output}")


def check_new(path: Path, kinds: Collection[str]) -> None:
    """Check, before any work, that a new file can be written: of a kind, in a folder that is there.

    Raises
    ------
    InputError
        For another ending, a folder that is not there, and a name that is taken.
    """
    from ioscore.errors import InputError, Problem

    found = mend = ""
    if path.suffix.lower() not in kinds:
        found, mend = "the file is of another kind", f"Let its name end in {' or '.join(kinds)}."
    elif not path.parent.is_dir():
        found, mend = f"there is no folder {path.parent}", "Make it first, or choose another."
    elif path.exists():
        found, mend = "there is a file of that name", "Choose another."
    if found:
        raise InputError(Problem(where=str(path), found=found, mend=mend))


def put_json(document: Any, output: Path | None = None) -> None:
    """Print a document as JSON, keys in their order, figures as they are."""
    put(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", output)


def put_frame(
    frame: pd.DataFrame,
    form: Format,
    *,
    title: str = "",
    schema: str = "",
    output: Path | None = None,
    figures: Collection[str] = (),
) -> None:
    """Print one table in the format asked for; `figures` as in `as_text`."""
    from ioscore.report import records

    if form is Format.json:
        put_json({"schema": f"ioscore.{schema}/1", schema: records(frame)}, output)
    else:
        put(as_text(frame, form, title=title, figures=figures), output)


def as_text(
    frame: pd.DataFrame, form: Format, *, title: str = "", figures: Collection[str] = ()
) -> str:
    """Return one table as text: a table for the terminal, CSV, Markdown or LaTeX.

    Columns named in `figures` hold what was counted or answered: whole numbers show no decimals.
    """
    from ioscore.report import as_csv, as_latex, as_markdown
    from ioscore.report.tables import figure

    if form is Format.csv:
        return as_csv(frame)
    frame = frame.assign(**{name: frame[name].map(figure) for name in figures})
    if form is Format.latex:
        return as_latex(frame)
    if form is Format.markdown:
        return (f"**{title}**\n\n" if title else "") + as_markdown(frame)
    return _terminal(frame, title, figures)


def _terminal(frame: pd.DataFrame, title: str, figures: Collection[str]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ioscore.report.tables import cell

    table = Table(box=None, pad_edge=False)
    for name, dtype in frame.dtypes.items():
        number = name in figures or getattr(dtype, "kind", "O") in "iuf"
        table.add_column(
            Text(str(name).replace("_", " ")),
            justify="right" if number else "left",
            overflow="fold",
        )
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(cell(value)) for value in row))
    # A terminal has its width; a pipe or a file has none that words must be broken for.
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    with console.capture() as capture:
        if title:
            console.print(Text(title, style="bold"))
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


@contextmanager
def failures() -> Iterator[None]:
    """Turn an `IoscoreError` into a message and exit status 1, and warnings into notes."""
    from ioscore.errors import IoscoreError

    def note(message: Warning | str, *_: Any, **__: Any) -> None:
        say(f"note: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = note
        try:
            yield
        except IoscoreError as error:
            say(f"error: {error}")
            raise typer.Exit(1) from None
        except BrokenPipeError:
            # The reader of the pipe has gone (as `| head` does); there is nobody to tell.
            sys.stderr.close()
            raise typer.Exit(0) from None
