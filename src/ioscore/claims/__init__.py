"""Statements about organisations, read, answered from the evidence, and tried as what-ifs."""

from ioscore.claims.answers import Answer, State, answer_claims, single_changes
from ioscore.claims.language import Claim, parse_claim
from ioscore.claims.what_if import WhatIf, what_if
from ioscore.claims.worlds import carry_claims

__all__ = [
    "Answer",
    "Claim",
    "State",
    "WhatIf",
    "answer_claims",
    "carry_claims",
    "parse_claim",
    "single_changes",
    "what_if",
]
