"""What several coders made of the same sources: readings and the evidence in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ioscore.evidence import Evidence
from ioscore.evidence.matching import Reading
from ioscore.io.readings import passes, read_reading
from ioscore.io.tables import read_evidence
from ioscore.rubric import Rubric


def read_readings(
    rubric: Rubric, folders: Sequence[Path | str] | None = None
) -> list[tuple[Reading, Evidence]]:
    """Read what each coder made of the sources.

    Parameters
    ----------
    rubric : Rubric
        Its `codes` says which table of codes to take.
    folders : sequence of Path or str, optional
        One folder for each coder, as `ioscore.io.readings.read_reading` takes it; the shipped
        coding passes if not given. Folders without codes of the family are passed over.

    Returns
    -------
    list of (Reading, Evidence)

    Raises
    ------
    InputError, EvidenceError
        When a file cannot be read, or lacks columns.
    """
    places = passes() if folders is None else [Path(folder) for folder in folders]
    return [
        (read_reading(place, rubric=rubric), read_evidence(place, family=rubric.codes))
        for place in places
        if (place / "codes" / f"{rubric.codes}.csv").is_file()
    ]
