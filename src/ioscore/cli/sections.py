"""Sentences and several tables in the format asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscore.cli.output import Format, as_text, put, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ioscore.report.sections import Section


def put_sections(lines: Sequence[str], tables: Sequence[Section], form: Format) -> None:
    """Print tables, and sentences after them; CSV and LaTeX get the sentences on stderr."""
    if form in (Format.csv, Format.latex):
        mark = "#" if form is Format.csv else "%"
        texts = [f"{mark} {table.title}\n{as_text(table.frame, form)}" for table in tables]
        put("\n".join(texts))
        say("\n".join(lines))
        return
    texts = [as_text(table.frame, form, title=table.title) for table in tables]
    bullet = "- " if form is Format.markdown else ""
    # A terminal is read from its end.
    put("\n".join([*texts, "".join(f"{bullet}{line}\n" for line in lines)]))
