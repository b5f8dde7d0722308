"""The report: an audit of a question as one page, and the files beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ioscore.audit import Audit
from ioscore.report.page.compose import all_tables, compose
from ioscore.report.page.html import html
from ioscore.report.page.latex import latex_files
from ioscore.report.page.markdown import markdown
from ioscore.report.page.pictures import image_files, pictures
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
    drawn = list(pictures(audit, numbers(audit)))
    drawings = {picture.block.name: image_files(picture)[0] for picture in drawn}
    return html(compose(audit, setting, drawn), audit, setting, drawings)


def report_files(audit: Audit, setting: Setting, form: Form) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of every file of a report.

    Parameters
    ----------
    audit : Audit
    setting : Setting
    form : {"html", "markdown", "latex"}
        The page, with tables as CSV and figures as SVG and PNG; the same in Markdown; or the
        tables that the page shows as LaTeX, and nothing else.
    """
    if form == "latex":
        yield from latex_files(compose(audit, setting, ()))
        return
    drawn = list(pictures(audit, numbers(audit)))
    drawings = {}
    for picture in drawn:
        name = picture.block.name
        drawings[name], png = image_files(picture)
        yield f"figures/{name}.svg", drawings[name]
        yield f"figures/{name}.png", png
    document = compose(audit, setting, drawn)
    for table in all_tables(audit, setting, document):
        yield f"tables/{table.name}.csv", as_csv(table.frame)
    if form == "markdown":
        yield "report.md", markdown(document)
    else:
        yield "index.html", html(document, audit, setting, drawings)
