"""Whether a row stands where it says: its anchor once in the source, at its line, with its number."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ioscore.errors import Problem

_NUMBER = re.compile(r"\d+(?:[., \u00a0\u202f]\d{3})*(?:[.,]\d+)?")
_SENTENCE = re.compile(r"""(?<=[.!?])["')\]]*\s+(?=[A-Z0-9"'(])""")
_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: dict[str, float] = {
    **{word: n for n, word in enumerate(_SMALL)},
    **{word: 10 * n for n, word in enumerate(_TENS, 2)},
    "first": 1, "once": 1, "single": 1, "second": 2, "twice": 2, "both": 2, "third": 3,
    "dozen": 12, "half": 50, "hundred": 100, "hundreds": 100, "thousand": 1000,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SourceText:
    """A source as lines, and as one string with every run of white space read as one blank."""

    lines: tuple[str, ...]
    joined: str
    starts: tuple[int, ...]
    filled: tuple[int, ...]


def source_text(text: str) -> SourceText:
    """Prepare a source for looking up anchors.

    Parameters
    ----------
    text : str

    Returns
    -------
    SourceText
        `starts` holds where each line begins in `joined`; `filled` the numbers of the lines
        that are not empty.
    """
    lines = text.split("\n")
    starts: list[int] = []
    parts: list[str] = []
    at = 0
    for line in lines:
        words = " ".join(line.split())
        if words and parts:
            at += 1
        starts.append(at)
        if words:
            parts.append(words)
            at += len(words)
    filled = tuple(n for n, line in enumerate(lines, 1) if line.strip())
    return SourceText(
        lines=tuple(lines), joined=" ".join(parts), starts=tuple(starts), filled=filled
    )


def check_anchor(row: Mapping[str, str], source: SourceText) -> Iterator[Problem]:
    """Check one row against its source.

    Parameters
    ----------
    row : mapping
        With `where`, `locator` (begins with ``line N``), `anchor`, and `quantity` or "".
    source : SourceText

    Yields
    ------
    Problem
        When the anchor is not of five to nine words, does not stand exactly once in the source,
        begins on another line than the locator says, or when the quantity is neither in the line
        where the anchor begins or ends nor in a neighbouring non-empty line.
    """
    where, anchor = row["where"], " ".join(row["anchor"].split())
    match = re.match(r"line (\d+)\b", row["locator"])
    if match is None:
        yield Problem(
            where=f"{where}, locator", found="no line number", mend="Begin it with 'line N'."
        )
        return
    if not 5 <= len(anchor.split()) <= 9:
        found = f"the anchor has {len(anchor.split())} words"
        yield Problem(where=f"{where}, anchor", found=found, mend="Take five to nine.")
    times = source.joined.count(anchor) if anchor else 0
    if times != 1:
        found = f"the anchor stands {times} times in {row['source']}: {anchor!r}"
        mend = "Choose words that stand there exactly once."
        yield Problem(where=f"{where}, anchor", found=found, mend=mend)
        return
    at = source.joined.index(anchor)
    begins, ends = _line(source, at), _line(source, at + len(anchor) - 1)
    if begins != int(match[1]):
        found = f"the anchor begins on line {begins}, the locator says {match[1]}"
        yield Problem(where=f"{where}, locator", found=found, mend=f"Write line {begins}.")
    quantity = row.get("quantity", "")
    if quantity and not re.fullmatch(r"-?\d+(\.\d+)?", quantity):
        mend = "Write plain digits, such as 1234.5."
        yield Problem(where=f"{where}, quantity", found=f"{quantity!r} is no number", mend=mend)
    elif quantity and float(quantity) not in numbers_near(source, begins, ends):
        found = f"{quantity} is not printed on line {begins} or beside it"
        mend = "Take the number that the source prints, or leave the quantity out."
        yield Problem(where=f"{where}, quantity", found=found, mend=mend)


def place_of(anchor: str, source: SourceText) -> tuple[int, int, int]:
    """Return where an anchor stands, in words counted through the source.

    Parameters
    ----------
    anchor : str
        Standing in the source.
    source : SourceText

    Returns
    -------
    at, first, last : int
        The word where the anchor begins, and the first and last word of the sentences that it
        touches.
    """
    words = " ".join(anchor.split())
    begins = source.joined.index(words)
    ends = begins + len(words)
    before = [match.end() for match in _SENTENCE.finditer(source.joined, 0, begins + 1)]
    after = _SENTENCE.search(source.joined, ends - 1)
    first = before[-1] if before else 0
    last = after.start() if after else len(source.joined)
    at, start, stop = (source.joined.count(" ", 0, n) for n in (begins, first, last))
    return at, start, stop


def numbers_near(source: SourceText, begins: int, ends: int) -> set[float]:
    """Return the numbers printed on the given lines and on the non-empty lines beside them.

    Parameters
    ----------
    source : SourceText
    begins, ends : int
        Lines from 1.

    Returns
    -------
    set of float
        Digits with or without thousands separators, and number words.
    """
    first = bisect_right(source.filled, begins - 1)
    last = bisect_right(source.filled, ends)
    near = source.filled[max(0, first - 1) : last + 1]
    text = " ".join(source.lines[n - 1] for n in near)
    found: set[float] = set()
    for token in _NUMBER.findall(text):
        found |= _readings(token)
    words = re.findall(r"[a-z]+", text.lower())
    found |= {_WORDS[word] for word in words if word in _WORDS}
    pairs = itertools.pairwise(words)
    found |= {_WORDS[a] + _WORDS[b] for a, b in pairs if a in _TENS and 0 < _WORDS.get(b, 0) < 10}
    return found


def _line(source: SourceText, at: int) -> int:
    """Return the non-empty line that holds a position of the joined text."""
    line = bisect_right(source.starts, at)
    filled = bisect_right(source.filled, line)
    return source.filled[filled - 1]


def _readings(token: str) -> set[float]:
    """Return what a printed number can mean: 1,344 as thousands or with a decimal comma."""
    readings = {token, re.sub(r"[, \u00a0\u202f]", "", token), token.replace(",", ".")}
    if re.fullmatch(r"\d{1,3}(?:[., \u00a0\u202f]\d{3})+", token):
        readings.add(re.sub(r"\D", "", token))
    readings |= set(re.split(r"[ \u00a0\u202f]", token))
    found = set()
    for reading in readings:
        try:
            found.add(float(reading))
        except ValueError:
            continue
    return found
