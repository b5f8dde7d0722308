"""A report in Markdown; no word of the data is read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ioscore.report.page.document import (
    Block,
    Bullets,
    Code,
    Document,
    Entries,
    Explorer,
    Facts,
    Fold,
    Link,
    Paragraph,
    PictureBlock,
    Run,
    Section,
    Strong,
    TableBlock,
    Text,
    worded,
)

_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#|~$&!])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


def markdown(document: Document) -> str:
    """Return a report in Markdown, its tables and figures in folders beside it.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str
    """
    lines = [f"# {_plain(document.question)}", "", _text(document.under), ""]
    lines += [f"- {_link(_text(s.title), s.anchor)}" for s in document.sections]
    for section in document.sections:
        lines += ["", *_section(section, 2)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield f'<a id="{section.anchor}"></a>'
    yield ""
    yield f"{'#' * min(level, 6)} {_text(section.title)}"
    for block in section.blocks:
        yield ""
        yield from _block(block, level + 1)
    for part in section.sections:
        yield ""
        yield from _section(part, level + 1)


def _block(block: Block, level: int) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _text(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {_text(item)}" for item in block.items)
    elif isinstance(block, Facts):
        yield from (f"- **{_text(name)}** {_text(what)}" for name, what in block.items)
    elif isinstance(block, TableBlock):
        yield from _table(block)
    elif isinstance(block, PictureBlock):
        yield f"![{_plain(block.alt)}](figures/{block.name}.svg)"
        yield ""
        yield f"*{_plain(block.title)}*"
    elif isinstance(block, Entries):
        for entry in block.items:
            if entry.anchor:
                yield f'<a id="{entry.anchor}"></a>'
                yield ""
            badge = f"**{_plain(entry.badge)}** " if entry.badge else ""
            yield f"- {badge}{_text(entry.text)}"
            yield from (f"  - {_text(line)}" for line in entry.lines)
            yield ""
    elif isinstance(block, Fold):
        yield f'<a id="{block.anchor}"></a>'
        yield ""
        yield f"{'#' * min(level, 6)} {_text(block.title)}"
        for inner in block.blocks:
            yield ""
            yield from _block(inner, level + 1)
    elif isinstance(block, Explorer):
        yield "The weight explorer is in the HTML report, and alone: `ioscore explore`."


def _table(block: TableBlock) -> Iterator[str]:
    yield f"**{_plain(block.title)}**"
    yield ""
    columns = worded(block)
    yield "| " + " | ".join(_plain(block.head[n]) for n in columns) + " |"
    numbers = [any(row[n].number for row in block.rows) for n in columns]
    yield "| " + " | ".join("---:" if number else "---" for number in numbers) + " |"
    for row in block.rows:
        yield "| " + " | ".join(_text(row[n].text) for n in columns) + " |"
    for note in block.notes:
        yield ""
        yield _text(note)
    if block.frame is not None:
        yield ""
        yield f"[{block.name}.csv](tables/{block.name}.csv)"


def _text(runs: Text) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    if isinstance(run, str):
        return _plain(run)
    if isinstance(run, Link):
        return f"[{_plain(run.text)}](<{run.to}>)"
    if isinstance(run, Strong):
        return f"**{_plain(run.text)}**"
    if isinstance(run, Code):
        return "`" + " ".join(run.text.split()).replace("`", "'") + "`"
    return _plain(run.text)


def _link(text: str, anchor: str) -> str:
    return f"[{text}](#{anchor})"


def _plain(text: str) -> str:
    """Return words that Markdown shows as they are, on one line."""
    lead, rest = text[: len(text) - len(text.lstrip())], text.strip()
    tail = text[len(text.rstrip()) :] if rest else ""
    one = _SIGNS.sub(r"\\\1", " ".join(rest.split()))
    one = _LINE_START.sub(r"\1\\\2", one)
    return f"{' ' if lead else ''}{one}{' ' if tail else ''}"
