"""A report as plain values: sections of blocks, text made of runs; how it looks is decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pandas as pd


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere: a place in the report (``#answer``) or a file beside it."""

    text: str
    to: str
    kind: ClassVar[str] = "link"


@dataclass(frozen=True)
class Foreign:
    """Words that come from the data, in whatever direction they run."""

    text: str
    kind: ClassVar[str] = "foreign"


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str
    kind: ClassVar[str] = "strong"


@dataclass(frozen=True)
class Code:
    """Words to be typed, or the name of something in a file."""

    text: str
    kind: ClassVar[str] = "code"


Run = str | Link | Foreign | Strong | Code
Text = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `look` is empty, ``lead``, ``note`` or ``warning``."""

    text: Text
    look: str = ""
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[Text, ...]
    kind: ClassVar[str] = "bullets"


@dataclass(frozen=True)
class Facts:
    """Names and what is to be said of each."""

    items: tuple[tuple[Text, Text], ...]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A field of a table.

    Attributes
    ----------
    text : Text
    number : bool
        Stands to the right.
    share : float or None
        In [0, 1]: shown as a shade behind the text.
    bar : (float, float, float) or None
        Value, low and high in [0, 1]: shown as a bar with a line for the range, beside the text
        that says the same.
    """

    text: Text
    number: bool = False
    share: float | None = None
    bar: tuple[float, float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class TableBlock:
    """A table; the first field of each row is its head.

    Attributes
    ----------
    name : str
        Unique in the report; that of its file too.
    title : str
    head : tuple of str
    rows : tuple of tuple of Cell
    notes : tuple of Text
    frame : pandas.DataFrame or None
        What the file of the table holds, every row of it; None where there is no file.
    """

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Text, ...] = ()
    frame: pd.DataFrame | None = field(default=None, compare=False)
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, kw_only=True)
class PictureBlock:
    """A figure.

    Attributes
    ----------
    name : str
        Unique in the report; that of its files too.
    title : str
        Said below it.
    alt : str
        What can be seen, for those who do not see it.
    """

    name: str
    title: str
    alt: str
    kind: ClassVar[str] = "picture"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One claim, event or recommendation in a list.

    Attributes
    ----------
    anchor : str
        Where a link to it leads; empty for none.
    badge : str
        A word that says at once what it is: the answer to a claim, the effect of an event.
    tone : str
        ``good``, ``bad``, ``open`` or empty: how the badge looks.
    text : Text
    lines : tuple of Text
        What stands below it in small type.
    """

    anchor: str = ""
    badge: str = ""
    tone: str = ""
    text: Text
    lines: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Entries:
    """A list of entries."""

    items: tuple[Entry, ...]
    kind: ClassVar[str] = "entries"


@dataclass(frozen=True, kw_only=True)
class Fold:
    """What a reader opens; open in print and in Markdown."""

    anchor: str
    title: Text
    blocks: tuple[Block, ...]
    kind: ClassVar[str] = "fold"


@dataclass(frozen=True)
class Explorer:
    """The place of the weight explorer."""

    kind: ClassVar[str] = "explorer"


Block = Paragraph | Bullets | Facts | TableBlock | PictureBlock | Entries | Fold | Explorer


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    anchor : str
    title : Text
    blocks : tuple of Block
    sections : tuple of Section
    """

    anchor: str
    title: Text
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole report.

    Attributes
    ----------
    question, under : str
        Its title, and what stands below it.
    sections : tuple of Section
        The first is the answer.
    """

    question: str
    under: Text
    sections: tuple[Section, ...]


def sentences(lines: Sequence[str]) -> Bullets:
    """Return sentences as a list."""
    return Bullets(tuple((line,) for line in lines))


def said(*runs: Run, look: str = "") -> Paragraph:
    """Return a paragraph of runs."""
    return Paragraph(runs, look)


def worded(block: TableBlock) -> list[int]:
    """Return the columns of a table that say something in words or numbers, not in bars alone."""
    drawn = range(len(block.head))
    return [n for n in drawn if not block.rows or any(row[n].text for row in block.rows)]


def blocks_of(section: Section) -> list[Block]:
    """Return every block of a section, those within its parts and folds too."""
    found: list[Block] = []

    def walk(blocks: Sequence[Block]) -> None:
        for block in blocks:
            found.append(block)
            if isinstance(block, Fold):
                walk(block.blocks)

    walk(section.blocks)
    for part in section.sections:
        found += blocks_of(part)
    return found
