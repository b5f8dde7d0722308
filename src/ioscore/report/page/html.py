"""A report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ioscore.audit import Audit
from ioscore.errors import NotApplicable
from ioscore.report.explorer import explorer_document, explorer_part, style_text
from ioscore.report.explorer.page import script_hash, script_text
from ioscore.report.page.document import Document
from ioscore.report.page.places import Setting


def html(document: Document, audit: Audit, setting: Setting, drawings: Mapping[str, str]) -> str:
    """Return a report as a page.

    Parameters
    ----------
    document : Document
    audit : Audit
        What the explorer in it rests on.
    setting : Setting
    drawings : mapping of str to str
        SVG by the name of the figure; they are put into the page.

    Returns
    -------
    str
        HTML. Its policy lets the script of the explorer run and nothing else, and nothing be
        fetched from anywhere.
    """
    explorer = _explorer(audit, setting)
    page = _environment().get_template("page.html.j2")
    return page.render(
        document=document,
        style=Markup(style()),  # noqa: S704
        explorer=explorer,
        explorer_style=Markup(style_text() if explorer else ""),  # noqa: S704
        script=Markup(script_text() if explorer else ""),  # noqa: S704
        policy=_policy(script=bool(explorer)),
        drawings={name: data_address(svg) for name, svg in drawings.items()},
    )


_PLAIN = " !$'()*+,-./:;=?@[]^_`{|}~"


@cache
def style() -> str:
    """Return the style of the page."""
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("ioscore.report.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _explorer(audit: Audit, setting: Setting) -> Markup:
    """Return the explorer; it escapes what it holds by itself."""
    if isinstance(audit.exploration, NotApplicable):
        return Markup("")
    titles = {}
    if "title" in setting.sources:
        titles = dict(zip(setting.sources["id"], setting.sources["title"], strict=True))
    document = explorer_document(
        audit.exploration,
        extends=setting.extends or None,
        titles=titles,
        evidence=setting.evidence,
    )
    return Markup(explorer_part(document, level=3))  # noqa: S704


def _policy(*, script: bool) -> str:
    run = f"; script-src '{script_hash()}'" if script else ""
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        f"form-action 'none'{run}"
    )


def data_address(svg: str) -> Markup:
    """Return an SVG as an address that holds the whole of it, to stand between double quotes."""
    body = svg[svg.index("<svg") :].strip()
    if "'" not in body:
        body = body.replace('"', "'")
    # Neither double quotes nor any sign of markup is left in what is quoted so.
    return Markup(f"data:image/svg+xml,{quote(body, safe=_PLAIN)}")  # noqa: S704
