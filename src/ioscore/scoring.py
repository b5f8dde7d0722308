"""Coded evidence -> score matrix, organisations x leaf criteria, in [0, 1], gaps kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.selection import Selection
from ioscore.rubric import Node, Rubric, Scoring

State = Literal["scored", "limited", "absent", "missing"]

DECIMALS = 12
"""Of a cell: sums of the same points in another order differ beyond, and a zero must be one."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """A score matrix and how it came about.

    Attributes
    ----------
    matrix : pandas.DataFrame
        Organisations x leaves (paths); float, NaN where missing.
    states : pandas.DataFrame
        Same shape: `scored`; `limited` (its limits pull it to zero); `absent` (the source says
        that it does not do this, and nothing supports it; zero); `missing` (no row: nothing is
        known).
    events : pandas.DataFrame
        One row for each event that counts in a cell: `organisation`, `leaf`, `event_id`,
        `effect`, `points`. Empty for a ready matrix.
    lower, upper : pandas.Series
        Worst and best value that a missing cell of each leaf could have.
    organisations : dict of str to str
        Id and name.
    """

    matrix: pd.DataFrame
    states: pd.DataFrame
    events: pd.DataFrame
    lower: pd.Series
    upper: pd.Series
    organisations: dict[str, str]

    def to_frame(self) -> pd.DataFrame:
        """Return the matrix in long form: organisation, leaf, score, state, events, points."""
        long = self.matrix.stack(future_stack=True).rename("score").to_frame()
        long["state"] = self.states.stack(future_stack=True)
        long.index.names = ["organisation", "leaf"]
        for effect in ("supports", "limits"):
            part = self.events[self.events["effect"] == effect]
            cells = part.groupby(["organisation", "leaf"])["points"]
            long[f"{effect}_events"] = cells.size().reindex(long.index, fill_value=0)
            long[f"{effect}_points"] = cells.sum().reindex(long.index, fill_value=0.0)
        return long.reset_index()


def count_events(selection: Selection, rubric: Rubric) -> pd.DataFrame:
    """Return the events that count in each cell.

    Under `counting: event` the rows of one event, within an organisation, a leaf and an effect,
    count once, by the strongest; under `row` each row counts.

    Parameters
    ----------
    selection : Selection
    rubric : Rubric

    Returns
    -------
    pandas.DataFrame
        Columns `organisation`, `leaf`, `event_id`, `effect`, `points` (NaN for `absent`).
    """
    columns = ["organisation", "leaf", "event_id", "effect", "points"]
    rows = selection.rows[columns]
    if rubric.level("counting") == "row":
        return rows.reset_index(drop=True)
    keys = columns[:-1]
    return rows.groupby(keys, sort=False, as_index=False)["points"].max()


def score(selection: Selection, rubric: Rubric) -> Scores:
    """Score every cell by the rubric's rule.

    Parameters
    ----------
    selection : Selection
        Rows that count, from `ioscore.evidence.select`.
    rubric : Rubric

    Returns
    -------
    Scores
        Organisations in the order of the rubric, leaves in the order of its tree. Leaves of
        barriers are left out under `barrier_treatment: ignore`.

    Notes
    -----
    See `cell_score` for the formula of one cell.
    """
    events = count_events(selection, rubric)
    treatment = rubric.level("barrier_treatment")
    leaves = [n for n in rubric.leaves() if n.kind == "tactic" or treatment != "ignore"]
    names, paths = list(selection.organisations), [leaf.path for leaf in leaves]
    values = np.full((len(names), len(paths)), np.nan)
    states = np.full(values.shape, "missing", dtype=object)
    cells: dict[tuple[str, str], dict[str, list[float]]] = {}
    for name, path, effect, points in zip(
        events["organisation"], events["leaf"], events["effect"], events["points"], strict=True
    ):
        cells.setdefault((name, path), {}).setdefault(effect, []).append(points)
    for i, name in enumerate(names):
        for j, leaf in enumerate(leaves):
            cell = cells.get((name, leaf.path))
            if cell is None:
                continue
            supports, limits = cell.get("supports", []), cell.get("limits", [])
            balance = balanced(leaf, rubric)
            value = cell_score(supports, limits, rubric=rubric, balance=balance)
            absent = "absent" in cell and not supports
            if balance and rubric.level("barrier_absence") == "no_answer":
                absent = False
            values[i, j] = value = 0.0 if absent else value
            states[i, j] = _state(value, absent)
    return Scores(
        matrix=pd.DataFrame(values, index=names, columns=paths),
        states=pd.DataFrame(states, index=names, columns=paths),
        events=events,
        lower=pd.Series(0.0, index=paths),
        upper=pd.Series(1.0, index=paths),
        organisations=selection.organisations,
    )


def balanced(leaf: Node, rubric: Rubric) -> bool:
    """Return whether a leaf is a barrier whose answers are held against its hindrance."""
    return leaf.kind == "barrier" and rubric.level("barrier_treatment") == "balance"


def cell_score(
    supports: Sequence[float], limits: Sequence[float], *, rubric: Rubric, balance: bool = False
) -> float:
    """Return the score of one cell from the points of its events.

    Parameters
    ----------
    supports, limits : sequence of float
        Points of each supporting and each limiting event, > 0; without any a cell is neutral.
    rubric : Rubric
        Gives the rule, its half point and the points of the highest level.
    balance : bool
        For barriers: answers against hindrance around one half.

    Returns
    -------
    float
        In [0, 1]. The net g in [-1, 1] is

        - `diminishing`: sign(n) (1 - 2^(-|n| / h)) with n the points of the supports less those
          of the limits, and h the points at which half the scale is reached;
        - `count`: the same; `select` has given every event the points of half the highest level;
        - `mean`, `strongest`: the mean (greatest) points of the supports less those of the
          limits, as shares of the highest level;
        - `presence`: 1 for any support, less 1 for any limit.

        A tactic scores max(0, g), a balanced barrier (1 + g) / 2. Under every rule the score
        does not fall when a support is strengthened or a limit weakened; under all but `mean`
        it does not fall when a support is added.

    References
    ----------
    The exponential saturation is that of a constant share of what is still open gained by each
    point (diminishing marginal value); additive value functions with bounded scales: Keeney, R.
    L. and Raiffa, H. (1976). Decisions with Multiple Objectives. Wiley, ch. 3.
    """
    net = _net(supports, limits, rubric.scoring, max(v.points for v in rubric.levels.values()))
    return round((1 + net) / 2 if balance else max(0.0, net), DECIMALS)


def _net(supports: Sequence[float], limits: Sequence[float], scoring: Scoring, top: float) -> float:
    if scoring.rule in ("diminishing", "count"):
        # Sorted, so that the order of the rows cannot move the last digit.
        n = sum(sorted(supports)) - sum(sorted(limits))
        return float(np.sign(n) * (1 - 2 ** (-abs(n) / scoring.half)))
    return _share(supports, scoring.rule, top) - _share(limits, scoring.rule, top)


def _share(points: Sequence[float], rule: str, top: float) -> float:
    if not points:
        return 0.0
    if rule == "presence":
        return 1.0
    value = max(points) if rule == "strongest" else sum(sorted(points)) / len(points)
    return min(1.0, value / top)


def _state(value: float, absent: bool) -> State:
    if absent:
        return "absent"
    return "limited" if value == 0 else "scored"


def cell_spread(scores: Sequence[Scores], names: Sequence[str]) -> pd.DataFrame:
    """Return the score of each cell by each reading, and how far they lie apart.

    Parameters
    ----------
    scores : sequence of Scores
        Of the same organisations and leaves, one for each reading.
    names : sequence of str
        Of the readings.

    Returns
    -------
    pandas.DataFrame
        `organisation`, `leaf`, one column for each reading (NaN where missing), `spread`: greatest
        less least, NaN where fewer than two readings know the cell.
    """
    parts = [
        s.matrix.stack(future_stack=True).rename(name)
        for s, name in zip(scores, names, strict=True)
    ]
    table = pd.concat(parts, axis=1)
    known = table.notna().sum(axis=1) > 1
    table["spread"] = (table.max(axis=1) - table.min(axis=1)).where(known)
    return table.rename_axis(["organisation", "leaf"]).reset_index()


def scores_from_matrix(matrix: pd.DataFrame, rubric: Rubric, name: str = "matrix") -> Scores:
    """Take a ready matrix of scores as it is.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Alternatives x criteria, float, NaN where missing. Columns are leaf ids or paths of the
        rubric, each once.
    rubric : Rubric
    name : str
        What the matrix is called in messages.

    Returns
    -------
    Scores
        Values are taken as they are; the rubric's `normalise` makes them comparable when they
        are ranked. The worst and best value of a missing cell of a criterion that is not
        normalised are 0 and 1 where all such values lie in [0, 1], else the least and greatest
        of them.

    Raises
    ------
    EvidenceError
        When columns and leaves do not match, or a cost criterion that is not normalised has
        values outside [0, 1].
    """
    leaves = {leaf.id: leaf for leaf in rubric.leaves()}
    paths = {leaf.path: leaf for leaf in leaves.values()}
    columns = {column: paths.get(column) or leaves.get(column) for column in matrix.columns}
    unknown = [str(column) for column, leaf in columns.items() if leaf is None]
    given = [leaf.path for leaf in columns.values() if leaf is not None]
    absent = [path for path in paths if path not in given]
    wrong = []
    if unknown:
        wrong.append(f"columns that are no leaf of rubric {rubric.name}: {', '.join(unknown)}")
    if absent:
        wrong.append(f"leaves without a column: {', '.join(absent)}")
    if len(set(given)) != len(given):
        wrong.append("two columns for one leaf")
    if wrong:
        mend = "Name one column for each leaf."
        raise EvidenceError(Problem(where=name, found="; ".join(wrong), mend=mend))
    values = matrix.rename(columns={c: leaf.path for c, leaf in columns.items() if leaf})
    values = values[list(paths)].astype(float)
    fixed = [leaf.path for leaf in paths.values() if leaf.normalise.rule == "fixed"]
    part = values[fixed]
    unit = bool(((part >= 0) & (part <= 1) | part.isna()).all(axis=None))
    costs = [path for path in fixed if paths[path].direction == "cost"]
    if costs and not unit:
        raise EvidenceError(
            Problem(
                where=name,
                found=f"values outside [0, 1] beside the cost criteria {', '.join(costs)}",
                mend="Say in the rubric how each is made comparable, as in `normalise: {rule: "
                "bounds, low: 20, high: 85}`, by bounds that you can defend.",
            )
        )
    names = [str(label) for label in values.index]
    values.index = pd.Index(names)
    return Scores(
        matrix=values,
        states=pd.DataFrame(
            np.where(values.isna(), "missing", "scored"), index=names, columns=list(paths)
        ),
        events=pd.DataFrame(columns=["organisation", "leaf", "event_id", "effect", "points"]),
        lower=pd.Series(0.0 if unit else part.min(axis=None), index=list(paths)),
        upper=pd.Series(1.0 if unit else part.max(axis=None), index=list(paths)),
        organisations={label: label for label in names},
    )
