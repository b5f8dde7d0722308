"""Who ranks where in each world, as the text of one table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np

from ioscore.sensitivity.choices.worlds import Worlds

BLOCK = 2**13
"""Worlds whose text is made together."""


def table_text(worlds: Worlds) -> Iterator[str]:
    """Yield a CSV table of all admissible worlds, chunk by chunk.

    Parameters
    ----------
    worlds : Worlds

    Yields
    ------
    str
        The heading, then rows: the level of each switch and the rank of each organisation, empty
        where nothing is known of it.
    """
    names = [switch.name for switch in worlds.switches]
    yield _line([*names, *(f"rank_{name}" for name in worlds.organisations)]) + "\n"
    shape = worlds.factorial.grid.shape
    words = [[_line([level]) + "," for level in switch.levels] for switch in worlds.switches]
    cut = next((i for i in range(len(shape)) if np.prod(shape[i:]) <= BLOCK), len(shape))
    outer, inner = _joined(words[:cut]), _joined(words[cut:])
    k, admissible = len(inner), worlds.admissible
    for number, start in enumerate(outer):
        block = slice(number * k, (number + 1) * k)
        kept, ranks = admissible[block], _rank_words(worlds.ranks[block])
        rows = zip(inner, ranks, kept.tolist(), strict=True)
        yield "".join([start + middle + end for middle, end, there in rows if there])


def _joined(words: Sequence[Sequence[str]]) -> list[str]:
    """Return every combination of words, the last turning fastest."""
    found = [""]
    for levels in words:
        found = [start + word for start in found for word in levels]
    return found


def _rank_words(ranks: np.ndarray) -> list[str]:
    """Return the ranks of each world with commas between them; few orders occur, so each once."""
    whole = np.nan_to_num(ranks, nan=0.0).astype(np.int16)
    orders, which = np.unique(whole, axis=0, return_inverse=True)
    words = [",".join(str(r) if r else "" for r in order) + "\n" for order in orders.tolist()]
    return [words[i] for i in which.ravel().tolist()]


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
