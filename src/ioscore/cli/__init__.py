"""The command `ioscore`: the only room that prints or exits.

Each command imports what it needs when it runs, so that `ioscore --help` is instant.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from typing import Annotated

import typer

# Looking for plugins reads the metadata of every installed package, and we have none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# A command is a short process: looking for garbage among the objects of the libraries, while they
# load and once more at the end, takes a fifth of its time and frees nothing.
gc.set_threshold(100_000, 50, 50)
atexit.register(gc.freeze)

from ioscore.cli import (  # noqa: E402
    agreement,
    check,
    claims,
    compare,
    data,
    explore,
    imports,
    panel,
    rank,
    regress,
    report,
    rubric,
    sensitivity,
    weights,
)

app = typer.Typer(
    name="ioscore",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Score and rank organisations by a rubric on coded evidence, and say how sure it is.",
    epilog="Exit status: 0 good, 1 bad input, 2 wrong usage, 3 a check failed.",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(version("ioscore"))
        raise typer.Exit


@app.callback()
def common(
    _version_asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Score and rank organisations by a rubric on coded evidence, and say how sure it is."""
    for stream in (sys.stdout, sys.stderr):
        # The same bytes everywhere: Windows would write its own encoding and line ends.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


app.command()(rank.rank)
app.command()(rank.explain)
app.command()(report.report)
app.command()(explore.explore)
app.command()(sensitivity.sensitivity)
app.command()(claims.claims)
app.command()(agreement.agreement)
app.command()(compare.compare)
app.command()(check.check)
app.command()(check.verify)
app.add_typer(rubric.app, name="rubric")
app.command()(weights.weights)
app.command()(panel.panel)
app.command()(regress.regress)
app.add_typer(data.app, name="data")
app.add_typer(imports.app, name="import")
