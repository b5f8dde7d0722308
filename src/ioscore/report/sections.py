"""Tables with a title, and lists that stay short; apart from `sensitivity`, which loads for a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from ioscore.report.ranking import FEW


class Section(NamedTuple):
    """A table with its name, as a key, and its title."""

    name: str
    title: str
    frame: pd.DataFrame


def shortened(parts: Sequence[str]) -> str:
    """Return parts of a sentence, the first ones if there are many."""
    more = f" and {len(parts) - FEW} more" if len(parts) > FEW else ""
    return ", ".join(parts[:FEW]) + more
