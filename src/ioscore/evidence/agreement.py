"""Whether independent readings of the same paragraphs agree: units, matching, Krippendorff's alpha."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ioscore.errors import EvidenceError, Problem
from ioscore.evidence.matching import COLUMNS, Level, Reading, Unit, match_acts

NOTHING = "nothing to code"
ENOUGH = {"nominal": 0.80, "ordinal": 0.67}
"""Below this the codebook is to be mended (Krippendorff 2019, ch. 12.4)."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far readings agree.

    Attributes
    ----------
    coders : tuple of str
    units : int
        Paragraphs read by at least two coders.
    table : pandas.DataFrame
        One row for each variable: `variable`, `level`, `alpha`, `low`, `high` (95% bootstrap over
        units), `items` (values compared), `alpha_all` (with `nothing to code` as a code for what
        only one found, and for paragraphs that nobody coded), `items_all`, `enough`.
    by_criterion : pandas.DataFrame
        For each criterion: alpha of "this criterion or another", and of effect and strength within
        the acts that either coder gave it; whether to recode.
    by_source : pandas.DataFrame
        For each source: acts that both found, and alpha of criterion, effect and strength there.
    confusion : dict of str to pandas.DataFrame
        For each column the coincidences of codes, coder against coder, over all items.
    items : pandas.DataFrame
        Matched and unmatched acts: `unit`, one column of ids for each coder.
    """

    coders: tuple[str, ...]
    units: int
    table: pd.DataFrame
    by_criterion: pd.DataFrame
    by_source: pd.DataFrame
    confusion: dict[str, pd.DataFrame]
    items: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the table of alphas."""
        return self.table.copy()


def agreement(
    readings: Sequence[Reading], *, rng: np.random.Generator, resamples: int = 1000
) -> Agreement:
    """Compare two readings or more, paragraph by paragraph and act by act.

    Parameters
    ----------
    readings : sequence of Reading
    rng : numpy.random.Generator
        For the bootstrap over units.
    resamples : int
        Bootstrap samples.

    Returns
    -------
    Agreement

    Raises
    ------
    EvidenceError
        With fewer than two readings, two of one name, or no paragraph in common.

    References
    ----------
    Krippendorff, K. (2019). Content Analysis: An Introduction to Its Methodology, 4th ed., ch. 12.
    Hayes, A. F. and Krippendorff, K. (2007). Answering the call for a standard reliability measure
    for coding data. Communication Methods and Measures 1(1), 77-89. doi:10.1080/19312450709336664
    """
    names = tuple(reading.coder for reading in readings)
    read: dict[Unit, int] = defaultdict(int)
    for reading in readings:
        for unit in set(reading.units):
            read[unit] += 1
    units = sorted(unit for unit, times in read.items() if times > 1)
    if len(set(names)) < 2 or len(set(names)) < len(names) or not units:
        few = "1 reading" if len(names) == 1 else f"{len(names)} readings"
        shared = "1 paragraph" if len(units) == 1 else f"{len(units)} paragraphs"
        found = f"{few} ({', '.join(names)}) with {shared} in common"
        mend = "Give two coders or more, of different names, who read the same paragraphs."
        raise EvidenceError(Problem(where="agreement", found=found, mend=mend))
    items = match_acts(readings, units)
    codes = {r.coder: r.rows.set_index("id").to_dict("index") for r in readings}
    of_unit = {unit: n for n, unit in enumerate(units)}
    owners = [of_unit[unit] for unit in items["unit"]]
    empty = [n for n, unit in enumerate(units) if unit not in set(items["unit"])]
    who_read = {r.coder: set(r.units) for r in readings}

    def values(column: str, *, everything: bool) -> tuple[list[list[str | None]], list[int]]:
        table: list[list[str | None]] = []
        for record in items.to_dict("records"):
            row: list[str | None] = []
            for name in names:
                if record[name]:
                    row.append(codes[name][record[name]][column] or None)
                else:
                    here = everything and record["unit"] in who_read[name]
                    row.append(NOTHING if here else None)
            table.append(row)
        if not everything:
            return table, owners
        blank = [[NOTHING if units[n] in who_read[name] else None for name in names] for n in empty]
        return [*table, *blank], [*owners, *empty]

    noticed: list[list[str | None]] = [
        [
            None if unit not in who_read[name] else ("coded" if coded else NOTHING)
            for name, coded in (
                (n, unit in set(r.rows["unit"])) for n, r in zip(names, readings, strict=True)
            )
        ]
        for unit in units
    ]
    rows = [
        _row(
            "something to code", "nominal", (noticed, list(range(len(units)))), None, rng, resamples
        )
    ]
    for column, level in COLUMNS.items():
        everything = values(column, everything=True) if level == "nominal" else None
        rows.append(
            _row(column, level, values(column, everything=False), everything, rng, resamples)
        )
    return Agreement(
        coders=names,
        units=len(units),
        table=pd.DataFrame(rows),
        by_criterion=_by_criterion(values),
        by_source=_by_source(values, [unit[0] for unit in items["unit"]]),
        confusion={c: _confusion(values(c, everything=True)[0], names) for c in COLUMNS},
        items=items,
    )


def krippendorff_alpha(values: Sequence[Sequence[str | None]], level: Level) -> float:
    """Return Krippendorff's alpha.

    Parameters
    ----------
    values : sequence of sequences
        One row for each item, one value for each coder, None where a coder gave none. Ordinal and
        interval values are numbers written as text.
    level : {"nominal", "ordinal", "interval"}

    Returns
    -------
    float
        1 is full agreement, 0 what chance would give; NaN where it is not defined: no item with
        two values, or all values alike, so that nothing could have been confused.

    References
    ----------
    Krippendorff, K. (2019). Content Analysis, 4th ed., ch. 12.3. The arithmetic is that of NLTK's
    agreement module; the ordinal distance, which needs the marginals, is computed here.
    """
    from nltk.metrics.agreement import AnnotationTask

    rows = [[v for v in row if v is not None] for row in values]
    pairable = [row for row in rows if len(row) > 1]
    labels = sorted({v for row in pairable for v in row}, key=_key(level))
    if len(labels) < 2:
        return float("nan")
    counts = np.array([sum(row.count(label) for row in pairable) for label in labels], dtype=float)
    squared = _squared(labels, counts, level)
    at = {label: n for n, label in enumerate(labels)}
    triples = [(f"coder{c}", n, v) for n, row in enumerate(pairable) for c, v in enumerate(row)]
    task = AnnotationTask(triples, distance=lambda a, b: squared[at[a], at[b]])
    return float(task.alpha())


def _squared(labels: Sequence[str], counts: np.ndarray, level: Level) -> np.ndarray:
    """Return the squared distances between labels, given how often each occurs."""
    if level == "nominal":
        return 1.0 - np.eye(len(labels))
    if level == "interval":
        numbers = np.array([float(label) for label in labels])
    else:
        # Between two ranks lie all values from one to the other, the ends by half.
        numbers = np.cumsum(counts) - counts / 2
    return np.asarray((numbers[:, None] - numbers[None, :]) ** 2)


def _interval(
    values: Sequence[Sequence[str | None]],
    owners: Sequence[int],
    level: Level,
    rng: np.random.Generator,
    resamples: int,
) -> tuple[float, float]:
    """Return the 95% percentile interval of alpha over units drawn with replacement.

    By coincidence matrices, which add up over units (Krippendorff 2019, ch. 12.3.4).
    """
    labels = sorted({v for row in values for v in row if v is not None}, key=_key(level))
    at = {label: n for n, label in enumerate(labels)}
    k, n_units = len(labels), max(owners, default=-1) + 1
    per_unit = np.zeros((n_units, k, k))
    for row, owner in zip(values, owners, strict=True):
        own = [at[v] for v in row if v is not None]
        for i, a in enumerate(own) if len(own) > 1 else ():
            for j, b in enumerate(own):
                if i != j:
                    per_unit[owner, a, b] += 1 / (len(own) - 1)
    used = np.flatnonzero(per_unit.sum(axis=(1, 2)))
    if len(used) < 2:
        return float("nan"), float("nan")
    flat = per_unit[used].reshape(len(used), -1)
    draws = rng.multinomial(len(used), np.full(len(used), 1 / len(used)), size=resamples)
    alphas = []
    for total in draws @ flat:
        coincidence = total.reshape(k, k)
        counts = coincidence.sum(axis=1)
        n = counts.sum()
        squared = _squared(labels, counts, level)
        expected = counts @ squared @ counts
        if expected > 0:
            alphas.append(1 - (n - 1) * (coincidence * squared).sum() / expected)
    if not alphas:
        return float("nan"), float("nan")
    low, high = np.quantile(alphas, [0.025, 0.975])
    return float(low), float(high)


def _row(
    variable: str,
    level: Level,
    matched: tuple[list[list[str | None]], list[int]],
    everything: tuple[list[list[str | None]], list[int]] | None,
    rng: np.random.Generator,
    resamples: int,
) -> dict[str, object]:
    alpha = krippendorff_alpha(matched[0], level)
    low, high = _interval(*matched, level, rng, resamples)
    return {
        "variable": variable,
        "level": level,
        "alpha": alpha,
        "low": low,
        "high": high,
        "items": _items(matched[0]),
        "alpha_all": krippendorff_alpha(everything[0], level) if everything else float("nan"),
        "items_all": _items(everything[0]) if everything else 0,
        "enough": bool(alpha >= ENOUGH["ordinal" if level == "ordinal" else "nominal"]),
    }


def _by_criterion(
    values: Callable[..., tuple[list[list[str | None]], list[int]]],
) -> pd.DataFrame:
    criteria, effects, strengths = (
        values(column, everything=False)[0] for column in ("criterion", "effect", "strength")
    )
    rows = []
    for name in sorted({v for row in criteria for v in row if v}):
        this = [[None if v is None else str(v == name) for v in row] for row in criteria]
        inside = [n for n, row in enumerate(criteria) if name in row]
        alphas = {
            "criterion": krippendorff_alpha(this, "nominal"),
            "effect": krippendorff_alpha([effects[n] for n in inside], "nominal"),
            "strength": krippendorff_alpha([strengths[n] for n in inside], "ordinal"),
        }
        recode = alphas["criterion"] < 0.8 or alphas["effect"] < 0.8 or alphas["strength"] < 0.67
        rows.append(
            {
                "criterion": name,
                "items": len(inside),
                **{f"alpha_{k}": v for k, v in alphas.items()},
                "recode": bool(recode),
            }
        )
    columns = ["criterion", "items", "alpha_criterion", "alpha_effect", "alpha_strength", "recode"]
    return pd.DataFrame(rows, columns=columns)


def _by_source(
    values: Callable[..., tuple[list[list[str | None]], list[int]]], sources: Sequence[str]
) -> pd.DataFrame:
    columns = {
        name: values(name, everything=False)[0] for name in ("criterion", "effect", "strength")
    }
    rows = []
    for source in dict.fromkeys(sources):
        inside = [n for n, name in enumerate(sources) if name == source]
        alphas = {
            f"alpha_{name}": krippendorff_alpha([column[n] for n in inside], COLUMNS[name])
            for name, column in columns.items()
        }
        rows.append(
            {"source": source, "items": _items([columns["criterion"][n] for n in inside]), **alphas}
        )
    return pd.DataFrame(rows)


def _confusion(values: Sequence[Sequence[str | None]], names: Sequence[str]) -> pd.DataFrame:
    """Return how often the first coder's code met each code of the others."""
    pairs = [
        (row[0], other)
        for row in values
        for other in row[1:]
        if row[0] is not None and other is not None
    ]
    if not pairs:
        return pd.DataFrame()
    first, others = zip(*pairs, strict=True)
    left = pd.Series(first, name=names[0])
    right = pd.Series(others, name=" / ".join(names[1:]))
    return pd.crosstab(left, right)


def _items(values: Sequence[Sequence[str | None]]) -> int:
    return sum(sum(v is not None for v in row) > 1 for row in values)


def _key(level: Level) -> Callable[[str], Any]:
    return str if level == "nominal" else float
