"""Names and shares as sentences have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: ``A, B and C``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def counted(number: int, word: str) -> str:
    """Return a number of things, the word in the plural where it is not one."""
    return f"{number:,} {word}" + "s" * (number != 1)


def percent(share: float, error: float = 0.0) -> str:
    """Return a share as a percentage, with its standard error in points where there is one."""
    if np.isnan(share):
        return "unknown"
    if error:
        return f"{_short(share)}% (+/- {100 * error:.2g})"
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.9995 < share < 1:
        return "over 99.9%"
    return f"{_short(share)}%"


def p_value(value: float) -> str:
    """Return a p as it stands after "p": ``= 0.032``, or ``< 0.001``."""
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _short(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")
