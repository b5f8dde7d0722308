"""Statements about organisations as a small language, answered from the evidence.

A claim is a line such as::

    UNODC first overall
    SCO last overall
    OSCE first in training/theoretical
    CSTO more than OSCE in training/practical
    BOMCA has any equipment
    SCO has no infrastructure
    UNODC closes infrastructure/border_posts
    OSCE gains barriers/corruption 2
    unknown the evidence says nothing on motives

`closes` asks what the score would be without the shortcomings of a cell, `gains` what one more
event of that strength would add; both are what-ifs. `unknown` says why a statement cannot be
answered. Nothing is hard-coded: the answer is computed from evidence and rubric.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ioscore.errors import EvidenceError, Problem

_FORMS = (
    (re.compile(r"(?P<subject>\S+) (?P<kind>first|last) (?:in (?P<path>\S+)|overall)"), "order"),
    (re.compile(r"(?P<subject>\S+) (?P<kind>more|less) than (?P<other>\S+) (?:in (?P<path>\S+)|overall)"), "pair"),
    (re.compile(r"(?P<subject>\S+) has (?P<kind>any|no) (?P<path>\S+)"), "presence"),
    (re.compile(r"(?P<subject>\S+) (?P<kind>closes) (?P<path>\S+)"), "what-if"),
    (re.compile(r"(?P<subject>\S+) (?P<kind>gains) (?P<path>\S+) (?P<strength>\d+)"), "what-if"),
    (re.compile(r"(?P<kind>unknown) (?P<reason>.+)"), "unknown"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A statement, parsed.

    Attributes
    ----------
    text : str
    form : {"order", "pair", "presence", "what-if", "unknown"}
    kind : str
        `first`, `last`, `more`, `less`, `any`, `no`, `closes`, `gains` or `unknown`.
    subject, other : str
        Organisations; "" where the form has none.
    path : str
        Criterion by id or path; "" for overall.
    strength : int
    reason : str
    """

    text: str
    form: str
    kind: str
    subject: str = ""
    other: str = ""
    path: str = ""
    strength: int = 0
    reason: str = ""


def parse_claim(text: str) -> Claim:
    """Parse a claim.

    Parameters
    ----------
    text : str
        One line of the language described above.

    Returns
    -------
    Claim

    Raises
    ------
    EvidenceError
        When the line has none of the known forms.
    """
    plain = " ".join(text.split())
    for pattern, form in _FORMS:
        if match := pattern.fullmatch(plain):
            fields = {key: value for key, value in match.groupdict().items() if value}
            strength = int(fields.pop("strength", 0))
            return Claim(text=plain, form=form, strength=strength, **fields)
    raise EvidenceError(
        Problem(
            where=f"claim {plain!r}",
            found="this is no claim that can be read",
            mend="Forms: X first|last overall, X first|last in C, X more|less than Y overall, "
            "X more|less than Y in C, X has any|no C, X closes C, X gains C N, unknown REASON.",
        )
    )
