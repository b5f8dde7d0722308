"""Named errors under one base; each says where, what was found and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """Return which of the known names is perhaps meant, in brackets; empty where none is near.

    Parameters
    ----------
    name : str
    known : iterable of str
        Names or paths; a path is near where its last part is.
    """
    paths = {path.lower().rpartition("/")[2]: path for path in known}
    paths |= {path.lower(): path for path in paths.values()}
    found = get_close_matches(name.lower(), paths, n=1)
    return f" (did you mean {paths[found[0]]}?)" if found else ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with an input.

    Attributes
    ----------
    where : str
        File, and line or row and field, as far as they are known.
    found : str
        What stands there.
    mend : str
        How to put it right.
    """

    where: str
    found: str
    mend: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"{self.where}: {self.found}. {self.mend}"


class IoscoreError(Exception):
    """Bad input; holds one `Problem` or more and prints the first ones.

    Parameters
    ----------
    problems : Problem
        Everything found wrong, in the order of the input.
    """

    shown = 5
    rest = "`ioscore check RUBRIC EVIDENCE` lists all."

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(*problems)

    def __str__(self) -> str:
        """Return the first problems, one a line, and how many more there are."""
        lines = [str(problem) for problem in self.problems[: self.shown]]
        if len(self.problems) > self.shown:
            lines.append(f"... and {len(self.problems) - self.shown} more; {self.rest}")
        return "\n".join(lines)


class InputError(IoscoreError):
    """A file that cannot be read at all: missing, empty, wrong encoding, no permission."""


class RubricError(IoscoreError):
    """A rubric that says something impossible, or a criterion that it does not have."""


class EvidenceError(IoscoreError):
    """Coded evidence, or a matrix of scores, that breaks the rules of its table."""


class PanelError(IoscoreError):
    """Outcome statistics, or a panel made from them, that break the rules of their table."""

    rest = "mend these first."


class IoscoreWarning(UserWarning):
    """Something was read in spite of a blemish; the reader should know."""


@dataclass(frozen=True)
class NotApplicable:
    """The result of an analysis that means nothing here, with the reason; shown, never dropped."""

    reason: str
