"""What the weights do to the order, in sentences, tables and JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.report.kept import kept_text
from ioscore.report.sensitivity.common import MOST, Table, of_each, shares_table, shortened
from ioscore.report.sentences import percent
from ioscore.report.tables import records
from ioscore.sensitivity.sobol import Sobol
from ioscore.sensitivity.weights.analysis import WeightSensitivity
from ioscore.sensitivity.weights.flips import Flip

_LEAST = 0.0005
"""A change of a weight below this share is not worth a word."""


def summary(result: WeightSensitivity) -> list[str]:
    """Return the main results in sentences."""
    found = result.acceptability
    names = list(result.decision.values.index)
    first = pd.Series(found.shares[:, 0], index=names)
    errors = pd.Series(found.error[:, 0], index=names)
    order = list(first.sort_values(ascending=False, kind="stable").index)
    how = "exact, as volumes of polytopes"
    if found.method == "sampled":
        how = f"sampled, {found.draws:,} draws: {result.why_sampled}"
    lines = [
        "; ".join(
            filter(
                None,
                [
                    f"{order[0]} is first under {percent(first[order[0]], errors[order[0]])} of "
                    f"{'the weights drawn' if 'around' in found.measure else 'all weights'}",
                    of_each(first[order[1:]], errors[order[1:]]),
                ],
            )
        )
        + ".",
        f"Measure: {found.measure} ({how}).",
        kept_text(result.first, result.first_kept, result.last, result.last_kept),
    ]
    for fill, shares in result.by_fill.items():
        ordered = shares[1].sort_values(ascending=False, kind="stable")
        lines.append(f"With what is missing at the {fill} (exact), first: {of_each(ordered)}.")
    met = "over all weights" if result.ranks_proved else "among the draws"
    spans = shortened([_span(row) for row in result.ranks.itertuples(index=False)])
    lines.append(f"Ranks {met}: {spans}.")
    for name, flip in list(result.changes.to_first.items())[:MOST]:
        if name in result.first:
            continue
        alone = _alone(result.stability, name)
        if isinstance(flip, NotApplicable):
            lines.append(f"To make {name} first: {flip.reason}.")
        else:
            by = "smallest change of all weights" + ("" if flip.exact else " found")
            one = f"{alone} (the others in proportion); or, the {by}: " if alone else f"the {by}: "
            lines.append(f"To make {name} first, {one}{_moves(flip)}.")
    if result.unscored:
        lines.append(f"Without any score, so left out: {', '.join(result.unscored)}.")
    return lines


def tables(result: WeightSensitivity) -> list[Table]:
    """Return the tables, each with its title."""
    found, names = result.acceptability, list(result.decision.values.index)
    criteria = list(result.decision.values.columns)
    n = len(names)
    shares = pd.DataFrame(found.shares, index=names, columns=range(1, n + 1))
    central = pd.DataFrame(found.central_weights, index=names, columns=criteria)
    central.insert(0, "confidence", found.confidence)
    flips = [
        {"goal": flip.goal, "proved": flip.exact, "distance": flip.distance, **row}
        for flip in [*result.changes.to_first.values(), *result.changes.swaps.values()]
        if isinstance(flip, Flip)
        for row in records(flip.to_frame())
    ]
    tables = [
        Table("rank_acceptability", "Share of the weights at each rank", shares_table(shares)),
        Table("ranks", "Best and worst rank over all weights", result.ranks),
        Table(
            "pairwise",
            "Share of the weights with the row ahead of the column",
            _named(pd.DataFrame(found.pairwise, index=names, columns=names)),
        ),
        Table("central_weights", "Mean weights that put each first", _named(central)),
        Table(
            "stability",
            "How far each weight can move, the others in proportion",
            result.stability,
        ),
        Table("flips", "Smallest changes of weights", pd.DataFrame(flips)),
    ]
    if found.method == "sampled":
        errors = pd.DataFrame(found.error, index=names, columns=range(1, n + 1))
        title = "Monte Carlo standard errors of the shares"
        tables.insert(1, Table("rank_acceptability_errors", title, shares_table(errors)))
        pairs = pd.DataFrame(found.pairwise_error, index=names, columns=names)
        title = "Monte Carlo standard errors of the pairs"
        tables.append(Table("pairwise_errors", title, _named(pairs)))
        means = pd.DataFrame(found.central_error, index=names, columns=criteria)
        title = "Monte Carlo standard errors of the mean weights"
        tables.append(Table("central_weights_errors", title, _named(means)))
    if isinstance(result.indices, Sobol):
        title = "Variance of the lead of the first explained by each weight (Sobol' indices)"
        if not result.indices.sufficient:
            title += f"; {result.indices.note}"
        tables.append(Table("indices", title, _indices(result.indices, criteria)))
    if not isinstance(result.importance, NotApplicable):
        title = "Weight against effective importance, the share of the variance of the scores"
        if result.importance.warning:
            title += f". {result.importance.warning.removesuffix('.')}"
        tables.append(Table("importance", title, result.importance.table))
    return tables


def document(result: WeightSensitivity) -> dict[str, Any]:
    """Return the results as the part ``weights`` of ``ioscore.sensitivity/1``."""
    found, names = result.acceptability, list(result.decision.values.index)
    criteria = list(result.decision.values.columns)
    return {
        "method": found.method,
        "why_sampled": result.why_sampled,
        "measure": found.measure,
        "draws": found.draws,
        "weights": result.decision.weights.to_dict(),
        "order": result.order,
        "unscored": result.unscored,
        "rank_acceptability": _lists(found.shares, names),
        "rank_acceptability_errors": _lists(found.error, names),
        "first_kept": {"share": result.first_kept[0], "error": result.first_kept[1]},
        "last_kept": {"share": result.last_kept[0], "error": result.last_kept[1]},
        "with_gaps_filled": {
            fill: {name: list(row) for name, row in shares.iterrows()}
            for fill, shares in result.by_fill.items()
        },
        "central_weights": _matrix(found.central_weights, names, criteria),
        "central_weights_errors": _matrix(found.central_error, names, criteria),
        "confidence_factors": dict(zip(names, found.confidence, strict=True)),
        "pairwise": _matrix(found.pairwise, names, names),
        "pairwise_errors": _matrix(found.pairwise_error, names, names),
        "attainable_ranks": {
            "proved": result.ranks_proved,
            "ranks": records(result.ranks),
            **{
                f"{end}_weights": frame.to_dict("index")
                for end, frame in (("best", result.best_weights), ("worst", result.worst_weights))
                if frame is not None
            },
        },
        "stability": records(result.stability),
        "stability_proved": result.stability_proved,
        "flips": {
            "to_first": {name: _flip(flip) for name, flip in result.changes.to_first.items()},
            "swaps": {name: _flip(flip) for name, flip in result.changes.swaps.items()},
        },
        "indices": {"not_applicable": result.indices.reason}
        if isinstance(result.indices, NotApplicable)
        else {
            "of": f"lead of {result.order[0]} over the best of the others",
            "evaluations": result.indices.evaluations,
            "sufficient": result.indices.sufficient,
            "note": result.indices.note,
            "criteria": records(_indices(result.indices, criteria)),
        },
        "importance": {"not_applicable": result.importance.reason}
        if isinstance(result.importance, NotApplicable)
        else {
            "warning": result.importance.warning,
            "criteria": records(result.importance.table),
        },
    }


def _indices(found: Sobol, criteria: list[str]) -> pd.DataFrame:
    """Return the indices with their 95% intervals."""
    return pd.DataFrame(
        {
            "criterion": criteria,
            "first_order": found.first,
            "first_low": found.first_interval[:, 0],
            "first_high": found.first_interval[:, 1],
            "total_order": found.total,
            "total_low": found.total_interval[:, 0],
            "total_high": found.total_interval[:, 1],
        }
    )


def _span(row: Any) -> str:
    ranks = str(row.best) if row.best == row.worst else f"{row.best} to {row.worst}"
    return f"{row.organisation} {ranks}"


def _alone(stability: pd.DataFrame, name: str) -> str:
    """Return the smallest move of one weight after which an alternative is first."""
    moves = []
    for row in stability.itertuples(index=False):
        for end, taker in (
            (row.first_low, row.taken_over_low),
            (row.first_high, row.taken_over_high),
        ):
            if name in str(taker).split(", "):
                moves.append((abs(end - row.weight), row.criterion, row.weight, end))
    if not moves:
        return ""
    _, criterion, now, then = min(moves)
    verb = "rise" if then > now else "fall"
    parent = str(criterion).rpartition("/")[0]
    whole = f" of {parent}" if parent else ""
    return f"{criterion} must {verb} from {_points(now)} to {_points(then)}{whole}"


def _moves(flip: Flip) -> str:
    """Return the weights that move most, before and after."""
    change = (flip.after - flip.before).abs().sort_values(ascending=False, kind="stable")
    named = [name for name in change.index if change[name] >= _LEAST]
    parts = [
        f"{str(name).replace('_', ' ')} {_points(flip.before[name])} to {_points(flip.after[name])}"
        for name in named[:4]
    ]
    rest = f" and {len(named) - 4} more" if len(named) > 4 else ""
    return (", ".join(parts) or "less than a twentieth of a point") + rest


def _points(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def _flip(flip: Flip | NotApplicable) -> dict[str, Any]:
    if isinstance(flip, NotApplicable):
        return {"not_applicable": flip.reason}
    return {
        "distance": flip.distance,
        "proved_smallest": flip.exact,
        "before": flip.before.to_dict(),
        "after": flip.after.to_dict(),
        "level_with": flip.level_with,
    }


def _lists(array: np.ndarray, names: list[str]) -> dict[str, list[float]]:
    return {name: row.tolist() for name, row in zip(names, array, strict=True)}


def _matrix(array: np.ndarray, names: list[str], columns: list[str]) -> dict[str, dict[str, float]]:
    return {
        name: dict(zip(columns, row.tolist(), strict=True))
        for name, row in zip(names, array, strict=True)
    }


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename_axis("organisation").reset_index()
