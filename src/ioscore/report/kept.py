"""How many weights keep the first first and the last last, in a line and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ioscore.report.sentences import listed, percent
from ioscore.sensitivity.weights.kept import Kept


def kept_line(kept: Kept) -> str:
    """Return the shares in one line."""
    return kept_text(kept.first, kept.first_kept, kept.last, kept.last_kept)


def kept_text(
    first: Sequence[str],
    first_kept: tuple[float, float],
    last: Sequence[str],
    last_kept: tuple[float, float],
) -> str:
    """Return who is first and last, with shares and standard errors, in one line."""
    return (
        f"Of all weights, {percent(*first_kept)} keep {_one_of(first)} first and "
        f"{percent(*last_kept)} keep {_one_of(last)} last."
    )


def _one_of(names: Sequence[str]) -> str:
    """Return who it is, or that it is one of those that are tied now."""
    return names[0] if len(names) == 1 else f"one of {listed(names)} (tied now)"


def kept_json(kept: Kept) -> dict[str, Any]:
    """Return the shares as plain values, with what is needed to repeat them."""
    return {
        "first": kept.first,
        "first_kept": {"share": kept.first_kept[0], "error": kept.first_kept[1]},
        "last": kept.last,
        "last_kept": {"share": kept.last_kept[0], "error": kept.last_kept[1]},
        "draws": kept.draws,
        "seed": kept.seed,
    }
