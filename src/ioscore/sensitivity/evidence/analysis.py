"""What the evidence carries: influence, smallest sets of events, readings, levels, joint draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence
from ioscore.evidence.matching import Reading
from ioscore.rubric import Rubric
from ioscore.sensitivity.evidence.influence import influence
from ioscore.sensitivity.evidence.readings import level_confusion, mix_readings
from ioscore.sensitivity.evidence.removal import Removal, turn_bottom, turn_top
from ioscore.sensitivity.evidence.resampling import (
    EvidenceDraws,
    joint_draws,
    move_levels,
    resample_events,
)


class How(TypedDict):
    """How many draws, from which seed, and who does the work."""

    draws: int
    seed: int
    jobs: int
    scheduler: str | None
    progress: Callable[[int, int], None] | None


ONE_READING = NotApplicable(
    "one reading of the sources only, so nothing is known of how they differ"
)


@dataclass(frozen=True, kw_only=True)
class EvidenceSensitivity:
    """What the order rests on.

    Attributes
    ----------
    influence : pandas.DataFrame or NotApplicable
        One row for each thing left out, biggest first.
    top, bottom : Removal or NotApplicable
        Smallest set of events without which the first is no longer first, the last no longer last.
    to_first : dict of str to Removal or NotApplicable
        For each alternative the smallest set of events without which it is first alone.
    draws : dict of str to EvidenceDraws or NotApplicable
        `resampled`, `readings`, `levels`, `joint`: ranks when events are drawn anew, when each
        act is taken from either coder, when levels move as coders differ, and when events and
        weights are drawn together.
    confusion : pandas.DataFrame or NotApplicable
        How probably another coder gives each level, given that of one.
    """

    influence: pd.DataFrame | NotApplicable
    top: Removal | NotApplicable
    bottom: Removal | NotApplicable
    to_first: Mapping[str, Removal | NotApplicable]
    draws: Mapping[str, EvidenceDraws | NotApplicable]
    confusion: pd.DataFrame | NotApplicable


def analyse_evidence(
    evidence: Evidence,
    rubric: Rubric,
    *,
    readings: Sequence[tuple[Reading, Evidence]] = (),
    draws: int,
    seed: int,
    concentration: float | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> EvidenceSensitivity:
    """Say what the order rests on, in the evidence.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
    readings : sequence of (Reading, Evidence)
        What each coder made of the sources; without two of them nothing is said of coders.
    draws, seed
        Of each of the four kinds of draws.
    concentration : float, optional
        Of the weights in the joint draws, as in `joint_draws`.
    jobs, scheduler, progress
        As in `ioscore.sensitivity.blocks.run_blocks`.

    Returns
    -------
    EvidenceSensitivity

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules.
    """
    kinds = 4 if len(readings) > 1 else 2

    def step(number: int) -> How:
        done = None if progress is None else partial(_step, progress, number, kinds)
        return How(draws=draws, seed=seed, jobs=jobs, scheduler=scheduler, progress=done)

    found: dict[str, EvidenceDraws | NotApplicable] = {
        "resampled": resample_events(evidence, rubric, **step(0)),
        "joint": joint_draws(evidence, rubric, concentration=concentration, **step(1)),
    }
    confusion: pd.DataFrame | NotApplicable = ONE_READING
    if len(readings) > 1:
        confusion = level_confusion([reading for reading, _ in readings])
        found["levels"] = move_levels(evidence, rubric, confusion, **step(2))
        found["readings"] = mix_readings(readings, rubric, **step(3))
    else:
        found |= {"levels": ONE_READING, "readings": ONE_READING}
    by_name = {reading.coder: coded for reading, coded in readings}
    names = list(rubric.alternatives) or sorted(set(evidence.rows["organisation"]))
    return EvidenceSensitivity(
        influence=influence(evidence, rubric, readings=by_name if len(by_name) > 1 else None),
        top=turn_top(evidence, rubric),
        bottom=turn_bottom(evidence, rubric),
        to_first={name: turn_top(evidence, rubric, first=name) for name in names},
        draws=found,
        confusion=confusion,
    )


def _step(
    progress: Callable[[int, int], None], number: int, kinds: int, done: int, everything: int
) -> None:
    progress(number * everything + done, kinds * everything)
