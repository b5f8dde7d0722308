"""The rules a rubric names: how values are made comparable, preferred, averaged and ordered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

Mean = Literal["arithmetic", "geometric", "harmonic"]
MethodName = Literal[
    "weighted_mean",
    "geometric_mean",
    "harmonic_mean",
    "topsis",
    "vikor",
    "promethee2",
    "borda",
    "copeland",
    "kemeny_young",
]
MEAN_OF: dict[str, Mean] = {
    "weighted_mean": "arithmetic",
    "geometric_mean": "geometric",
    "harmonic_mean": "harmonic",
}
"""The mean at the top of the tree under the methods that are means."""
Missing = Literal["renormalise", "worst", "best", "refuse"]
Ties = Literal["min", "average", "max", "dense"]
ScoringRule = Literal["diminishing", "count", "mean", "strongest", "presence"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
RULE_LEVELS: dict[str, tuple[str, ...]] = {
    "scoring": ("diminishing", "count", "mean", "strongest", "presence"),
    "missing": ("renormalise", "worst", "best"),
    "aggregation": ("arithmetic", "geometric", "harmonic"),
    "normalisation": ("fixed", "minmax"),
}
"""Rules that a rubric may let vary beside its choices, with the levels there are."""


class Frozen(BaseModel):
    """A part of a rubric: never changed, without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def wrong(path: tuple[str, ...], found: str, weights: tuple[str, ...] = ()) -> PydanticCustomError:
    """Return an error that carries the path of the key, or the criteria whose weights, it is about."""
    about = {"found": found, "path": path, "weights": weights}
    return PydanticCustomError("rubric", "{found}", about)


class Scoring(Frozen):
    """How the events of one cell become a score in [0, 1]; formulas in `ioscore.scoring`."""

    rule: ScoringRule = "diminishing"
    half: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = 6.0
    reason: str = ""


class Normalisation(Frozen):
    """How the values of a criterion are made comparable; formulas in `ioscore.ranking`.

    `fixed` takes values that lie in [0, 1] already; `bounds` measures them between `low` and
    `high`, in logarithms with `log`, cut off there unless `cap` is false; `minmax`, `zscore`,
    `rank` and `vector` measure alternatives against each other; `target` divides by a target;
    `none` takes any value as it is.
    """

    rule: Literal["fixed", "bounds", "minmax", "zscore", "rank", "target", "vector", "none"] = (
        "fixed"
    )
    low: Finite | None = None
    high: Finite | None = None
    cap: bool = True
    log: bool = False
    target: Finite | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Normalisation:
        if self.rule == "bounds":
            if self.low is None or self.high is None or self.low >= self.high:
                raise wrong(("normalise",), "bounds need `low` and `high`, low below high")
            if self.log and self.low <= 0:
                raise wrong(("normalise",), "a logarithm needs `low` above zero")
        elif (self.low, self.high, self.cap, self.log) != (None, None, True, False):
            raise wrong(("normalise",), f"low, high, cap and log belong to bounds, not {self.rule}")
        if (self.rule == "target") != (self.target is not None):
            raise wrong(("normalise",), "`target` belongs to the rule target, which needs it")
        if self.target is not None and self.target <= 0:
            raise wrong(("normalise",), "a target must be above zero")
        return self


class Preference(Frozen):
    """How far a difference in a criterion counts as a preference (PROMETHEE).

    `q` is the greatest difference that does not count, `p` the least that counts in full, `s` the
    point of inflection of the Gaussian function; in units of the normalised criterion.
    """

    function: Literal[
        "usual", "u_shape", "v_shape", "level", "v_shape_indifference", "gaussian"
    ] = "usual"
    q: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    p: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _has_thresholds(self) -> Preference:
        function = self.function
        if function in ("v_shape", "level", "v_shape_indifference") and self.p <= 0:
            raise wrong(("preference",), f"{function} needs `p` above zero")
        if function in ("level", "v_shape_indifference") and self.q >= self.p:
            raise wrong(("preference",), f"{function} needs `q` below `p`")
        if function == "gaussian" and self.s <= 0:
            raise wrong(("preference",), "gaussian needs `s` above zero")
        return self


class Alternatives(Frozen):
    """Levels of a rule that may vary in the analysis of choices, and why; equally likely if silent."""

    levels: Annotated[tuple[str, ...], Field(min_length=1)]
    probabilities: tuple[Share, ...] = ()
    reason: str = ""

    @field_validator("levels")
    @classmethod
    def _once(cls, levels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(levels))


def check_probabilities(path: tuple[str, ...], levels: int, given: tuple[float, ...]) -> None:
    """Raise unless there is one probability for each level and they sum to one."""
    if given and len(given) != levels:
        raise wrong(path, f"{len(given)} probabilities for {levels} levels")
    if given and abs(sum(given) - 1) > 1e-9:
        raise wrong(path, f"the probabilities sum to {sum(given):g}, not to 1")


class Within(Frozen):
    """Weights that may be considered: bounds of shares, and orders of importance.

    `at_least_as_important` holds lists of criteria of the first level, each at least as important
    as the next.
    """

    bounds: dict[str, tuple[Share, Share]] = {}
    at_least_as_important: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()

    @field_validator("bounds")
    @classmethod
    def _in_order(cls, bounds: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for name, (low, high) in bounds.items():
            if low > high:
                raise wrong(("weights_within", "bounds", name), f"{low:g} is above {high:g}")
        return bounds
