"""What is wrong with a reviewer's answers, and where."""

from __future__ import annotations

from collections.abc import Mapping

from ioscore.errors import Problem, RubricError

Places = Mapping[str, str]
"""Where the answer on a criterion stands, by criterion: file and row, for messages."""


class AnswersError(RubricError):
    """Answers of a reviewer that break the rules of their method."""

    rest = "mend these first."


def problem(places: Places | None, criterion: str, what: str, found: str, mend: str) -> Problem:
    """Return a problem with the answer on a criterion, at its place if that is known.

    Parameters
    ----------
    places : mapping of str to str, optional
    criterion, what : str
        The criterion, and what was asked of it, such as ``points``.
    found, mend : str
    """
    where = (places or {}).get(criterion)
    return Problem(
        where=f"{where}, {what}" if where else f"{what} of {criterion}", found=found, mend=mend
    )
