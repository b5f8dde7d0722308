"""The report: an audit of a question as one page, and the files beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ioscore.audit import Audit
from ioscore.report.page.compose import all_tables, compose
from ioscore.report.page.html import html
from ioscore.report.page.latex import latex_files
from ioscore.report.page.markdown import markdown
from ioscore.report.page.pictures import pictures
from ioscore.report.page.places import Setting
from ioscore.report.page.sections.answer import numbers
from ioscore.report.tables import as_csv

Form = Literal["html", "markdown", "latex"]

__all__ = ["Form", "Setting", "render_report", "report_files"]


def render_report(audit: Audit, setting: Setting) -> str:
    """Return a report as one HTML page that needs nothing beside itself.

    Parameters
    ----------
    audit : Audit
    setting : Setting

    Returns
    -------
    str
    """
    drawn = pictures(audit, numbers(audit))
    drawings = {picture.block.name: picture.svg for picture in drawn}
    return html(compose(audit, setting, drawn), audit, setting, drawings)


def report_files(
    audit: Audit, setting: Setting, form: Form, *, jobs: int = 1
) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of every file of a report.

    Parameters
    ----------
    audit : Audit
    setting : Setting
    form : {"html", "markdown", "latex"}
        The page, with tables as CSV and figures as SVG and PNG; the same in Markdown; or the
        tables that the page shows as LaTeX, and nothing else.
    jobs : int
        Processes, >= 1; changes no file.
    """
    if form == "latex":
        yield from latex_files(compose(audit, setting, ()))
        return
    drawn = pictures(audit, numbers(audit), jobs=jobs)
    drawings = {picture.block.name: picture.svg for picture in drawn}
    for picture in drawn:
        yield f"figures/{picture.block.name}.svg", picture.svg
        yield f"figures/{picture.block.name}.png", picture.png
    document = compose(audit, setting, drawn)
    for table in all_tables(audit, setting, document):
        yield f"tables/{table.name}.csv", as_csv(table.frame.rename(columns=_harmless))
    if form == "markdown":
        yield "report.md", markdown(document)
    else:
        yield "index.html", html(document, audit, setting, drawings)


def _harmless(column: object) -> str:
    """Return a column name that a spreadsheet does not run; some are names from the data."""
    name = str(column)
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t") else name
