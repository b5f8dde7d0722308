"""Many sentences: the important ones open, the others to be opened."""

from __future__ import annotations

from collections.abc import Sequence

from ioscore.report.page.document import Block, Fold, sentences


def in_short(anchor: str, lines: Sequence[str], important: Sequence[str]) -> list[Block]:
    """Return sentences, those that hold one of some signs in sight and the others in a fold.

    Parameters
    ----------
    anchor : str
        Of the fold.
    lines : sequence of str
    important : sequence of str
        Words by which a sentence is important. Where all are, or none is, all stay in sight.
    """
    shown = [line for line in lines if any(sign in line for sign in important)]
    rest = [line for line in lines if line not in shown]
    if not shown or not rest:
        return [sentences(lines)]
    title = (f"{len(rest)} more sentence{'' if len(rest) == 1 else 's'}, in detail",)
    return [sentences(shown), Fold(anchor=anchor, title=title, blocks=(sentences(rest),))]
