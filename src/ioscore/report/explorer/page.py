"""The explorer as HTML: a whole page, or a part of one; our own module, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

ENTRY = "explorer.mjs"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.mjs)";\n', re.MULTILINE)
_BOOT = """
for (const place of document.querySelectorAll("[data-ioscore-explorer]")) {
  const data = JSON.parse(place.querySelector("script").textContent);
  const level = Number(place.dataset.ioscoreExplorer);
  mount(place.querySelector("div"), data, { fragment: true, level });
}
"""
"""What starts the explorer in a page; the only script beside the module."""


@cache
def module_text() -> str:
    """Return the explorer as one plain ES module, its parts joined.

    Returns
    -------
    str
        Exports `mount(element, document, options)`, the arithmetic behind it, and by default what
        anywidget asks for. It imports nothing and asks nothing of any network.
    """
    joined: dict[str, str] = {}

    def take(name: str) -> None:
        if name in joined:
            return
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        joined[name] = ""
        for part in _IMPORT.findall(text):
            take(part)
        text = _IMPORT.sub("", text)
        del joined[name]
        joined[name] = text if name == ENTRY else re.sub(r"^export ", "", text, flags=re.MULTILINE)

    take(ENTRY)
    return "\n".join(joined.values())


@cache
def style_text() -> str:
    """Return the style of the explorer; every rule is about what lies in `.ioscore-explorer`."""
    return files(__package__).joinpath("explorer.css").read_text(encoding="utf-8")


def script_text() -> str:
    """Return the one script of a page: the module, and what starts it."""
    return module_text() + _BOOT


def script_hash() -> str:
    """Return the digest by which a content security policy admits the script, and no other."""
    digest = hashlib.sha256(script_text().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def safe_json(document: Mapping[str, Any]) -> str:
    """Return a document as JSON that can stand in a script element.

    No text of it can end the element or begin a comment, as every ``<`` is written as an escape.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def explorer_part(document: Mapping[str, Any], *, level: int = 1) -> str:
    """Return the explorer as a part of a page, to be followed once by `script_text` as a module.

    Parameters
    ----------
    document : mapping
        From `explorer_document`.
    level : int
        Of its first heading, 1 to 4.

    Returns
    -------
    str
        HTML of one element, with the data in it.
    """
    return (
        f'<div data-ioscore-explorer="{level}"><script type="application/json">'
        f"{safe_json(document)}</script><div></div>"
        "<noscript><p>The explorer needs JavaScript. The same order, without it: "
        "<code>ioscore rank</code>.</p></noscript></div>"
    )


def explorer_page(document: Mapping[str, Any]) -> str:
    """Return the explorer as a page that needs nothing beside itself.

    Parameters
    ----------
    document : mapping
        From `explorer_document`.

    Returns
    -------
    str
        HTML. Its policy lets our own script run, and nothing be fetched.
    """
    title = escape(str(document["rubric"]["title"]))
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src '{script_hash()}'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<title>Weight explorer: {title}</title>
<style>
html, body {{ margin: 0; background: Canvas; }}
{style_text()}</style>
</head>
<body>
<main>
{explorer_part(document)}
</main>
<script type="module">{script_text()}</script>
</body>
</html>
"""
