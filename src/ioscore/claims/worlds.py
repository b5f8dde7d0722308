"""In how many combinations of choices a claim holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ioscore.claims.answers import strange
from ioscore.claims.language import Claim
from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.carried import Asserted, Assertion, Carried, worlds_that_carry
from ioscore.sensitivity.choices.worlds import enumerate_worlds
from ioscore.study import run_study


def carry_claims(
    claims: Sequence[Claim], evidence: Evidence, rubric: Rubric
) -> tuple[int, list[Carried | None]] | NotApplicable:
    """Say in what share of all combinations of the rubric's choices each claim is reproduced.

    Parameters
    ----------
    claims : sequence of Claim
    evidence : Evidence
        With its paragraphs, if `documentation` varies.
    rubric : Rubric

    Returns
    -------
    worlds : int
        Number of combinations.
    carried : list of Carried or None
        None for what-ifs, for what cannot be checked at all, and for claims on what the rubric
        does not have. The whole is not applicable where there is nothing to vary.
    """
    worlds = enumerate_worlds(evidence, rubric)
    if isinstance(worlds, NotApplicable):
        return worlds
    base = run_study(evidence, rubric)
    asserted = {
        n: Assertion(
            kind=cast("Asserted", claim.kind),
            subject=claim.subject,
            other=claim.other,
            path=claim.path,
        )
        for n, claim in enumerate(claims)
        if claim.form in ("order", "pair", "presence") and not strange(claim, base)
    }
    found = dict(zip(asserted, worlds_that_carry(worlds, list(asserted.values())), strict=True))
    return len(worlds.ranks), [found.get(n) for n in range(len(claims))]
