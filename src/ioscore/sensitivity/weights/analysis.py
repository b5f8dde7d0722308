"""What the weights do to the order: over all of them, and around the rubric's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ioscore.errors import IoscoreError, NotApplicable, Problem
from ioscore.ranking import TIE, Decision, decision_of
from ioscore.rubric import Rubric, with_rules
from ioscore.scoring import Scores
from ioscore.sensitivity.sobol import Sobol, sobol_indices, weights_from_unit
from ioscore.sensitivity.weights.acceptability import RankAcceptability
from ioscore.sensitivity.weights.attainable import attainable_ranks
from ioscore.sensitivity.weights.changes import Changes, by_formula, by_search
from ioscore.sensitivity.weights.draws import DirichletAround, Law, NestedUniform, Uniform
from ioscore.sensitivity.weights.exact import exact_acceptability
from ioscore.sensitivity.weights.importance import Importance, effective_importance
from ioscore.sensitivity.weights.kept import SLOW, Level, declared_space, ends, kept, scored_part
from ioscore.sensitivity.weights.sampling import sample_acceptability
from ioscore.sensitivity.weights.searched import scanned_stability
from ioscore.sensitivity.weights.siblings import lines_of, lines_of_tree
from ioscore.sensitivity.weights.space import WeightSpace
from ioscore.sensitivity.weights.stability import stability_along

Array = NDArray[np.float64]

_LEVELS = {
    "top": "of the criteria of the first level",
    "leaf": "of the leaves",
    "nested": "level by level",
}

MANY = 30
"""Above so many alternatives ranks attained by draws stand for integer programmes."""


@dataclass(frozen=True, kw_only=True)
class WeightSensitivity:
    """How the order moves with the weights.

    Attributes
    ----------
    decision : Decision
        What is compared; alternatives without any score are left out.
    unscored : tuple of str
        These.
    first, last : tuple of str
        Who is first and last under the rubric's weights, several where they tie.
    order : tuple of str
        Alternatives by their score under the rubric's weights, best first.
    acceptability : RankAcceptability
    why_sampled : str
        Why it is not exact; "" where it is.
    ranks : pandas.DataFrame
        `organisation`, `rank`, `best`, `worst`: rank under the rubric's weights, and the best and
        worst over all weights.
    ranks_proved : bool
        Whether `best` and `worst` are proved; else they are those met among the draws.
    best_weights, worst_weights : pandas.DataFrame or None
        Alternatives x criteria: weights that reach these ranks, where proved.
    stability : pandas.DataFrame
        Columns as in `stability_intervals`: how far the weight of each criterion, of every level
        of the tree under a mean, can move among its siblings.
    stability_proved : bool
        Whether these are closed forms; else they were found by going along each weight.
    changes : Changes
        The smallest changes that turn the order.
    importance : Importance or NotApplicable
        Nominal weight against effective importance.
    first_kept, last_kept : (float, float)
        Share of the weights, with its standard error, that keep the first first, the last last.
    indices : Sobol or NotApplicable
        What the weight of each criterion explains of the lead of the first over the best of the
        others: Sobol' indices of the raw importances, independent exponential variables whose
        shares are the weights, uniform on the simplex.
    by_fill : dict of str to pandas.DataFrame
        Where a missing criterion makes the rule non-linear: the exact rank acceptabilities
        (alternatives x ranks) with the least and with the greatest value in the gaps (`worst`,
        `best`), as far as there are any.
    """

    decision: Decision
    unscored: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    order: tuple[str, ...]
    acceptability: RankAcceptability
    why_sampled: str
    ranks: pd.DataFrame
    ranks_proved: bool
    best_weights: pd.DataFrame | None
    worst_weights: pd.DataFrame | None
    stability: pd.DataFrame
    stability_proved: bool
    changes: Changes
    importance: Importance | NotApplicable
    first_kept: tuple[float, float]
    last_kept: tuple[float, float]
    indices: Sobol | NotApplicable
    by_fill: Mapping[str, pd.DataFrame]


def analyse_weights(
    scores: Scores,
    rubric: Rubric,
    *,
    level: Level = "top",
    concentration: float | None = None,
    draws: int,
    seed: int,
    tolerance: float | None = None,
    sampled: bool = False,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> WeightSensitivity:
    """Say how the order moves with the weights.

    Parameters
    ----------
    scores : Scores
    rubric : Rubric
        Its `weights_within` bounds the weights of the criteria of the first level.
    level : {"top", "leaf", "nested"}
        Whose weights vary: those of the criteria of the first level, the weights inside each
        fixed; those of all leaves; or those of the parts of every criterion.
    concentration : float, optional
        Draw weights around the rubric's, from Dirichlet(concentration w).
    draws, seed, tolerance, jobs, scheduler, progress
        As in `sample_acceptability`; used where there is no exact answer.
    sampled : bool
        Sample even where there is one.

    Returns
    -------
    WeightSensitivity

    Raises
    ------
    RubricError
        For bounds that leave no weights, or leaves under a method that compares criteria.
    EvidenceError
        For values that the method cannot take.
    """
    decision, unscored = scored_part(
        decision_of(scores, rubric, "top" if level == "top" else "leaf")
    )
    values, m = decision.values.to_numpy(dtype=float), decision.values.shape[1]
    space = declared_space(decision, rubric, level)
    law: Law = Uniform(criteria=m, space=None if space.is_whole else space)
    if level == "nested":
        law = NestedUniform(paths=tuple(decision.values.columns))
    if concentration is not None:
        if not space.is_whole:
            where, mend = f"rubric {rubric.name}, weights_within", "Leave out one of the two."
            both = "bounds and orders hold for uniform weights, not for those around the rubric's"
            raise IoscoreError(Problem(where=where, found=both, mend=mend))
        law = DirichletAround(
            weights=decision.weights.to_numpy(dtype=float), concentration=concentration
        )
    linear = decision.method.linear(values)
    found = _exact(linear, space, level, concentration, sampled)
    why = found.reason if isinstance(found, NotApplicable) else ""
    if isinstance(found, NotApplicable):
        found = sample_acceptability(
            values,
            decision.method,
            law=law,
            draws=draws,
            seed=seed,
            tolerance=tolerance,
            jobs=jobs,
            scheduler=scheduler,
            progress=progress,
        )
    now = decision.scores()
    names = [str(name) for name in now.sort_values(ascending=False, kind="stable").index]
    changes = (
        by_formula(decision, linear, space, names)
        if linear is not None
        else by_search(decision, space, names, seed)
    )
    stability, proved_stability = _stability(scores, rubric, decision)
    near = TIE * float(now.abs().max())
    ranks = {name: 1 + int((now > now[name] + near).sum()) for name in names}
    best, worst, proved, best_weights, worst_weights = _ranks(decision, linear, space, found)
    table = pd.DataFrame(
        {
            "organisation": names,
            "rank": [ranks[name] for name in names],
            "best": [best[name] for name in names],
            "worst": [worst[name] for name in names],
        }
    )
    top, bottom = ends(decision)
    if not top:
        none, mend = "nobody has a score under the rubric's weights", "Give some weight elsewhere."
        raise IoscoreError(Problem(where="weights", found=none, mend=mend))
    found = replace(found, measure=f"{found.measure}, {_LEVELS[level]}")
    rows = list(decision.values.index)
    return WeightSensitivity(
        decision=decision,
        unscored=unscored,
        first=tuple(str(rows[i]) for i in top),
        last=tuple(str(rows[i]) for i in bottom),
        order=tuple(names),
        acceptability=found,
        why_sampled=why,
        ranks=table,
        ranks_proved=proved,
        best_weights=best_weights,
        worst_weights=worst_weights,
        stability=stability,
        stability_proved=proved_stability,
        changes=changes,
        importance=effective_importance(decision.values, decision.weights, now),
        first_kept=kept(found, top, 0),
        last_kept=kept(found, bottom, -1),
        indices=_indices(decision, top[0], seed)
        if space.is_whole
        else NotApplicable("within bounds or orders the weights are not independent inputs"),
        by_fill=_by_fill(scores, rubric, level, space)
        if linear is None and decision.values.isna().any(axis=None)
        else {},
    )


def _exact(
    linear: np.ndarray | None,
    space: WeightSpace,
    level: Level,
    concentration: float | None,
    sampled: bool,
) -> RankAcceptability | NotApplicable:
    if sampled:
        return NotApplicable("sampling was asked for")
    if concentration is not None:
        return NotApplicable("weights around the rubric's have no uniform measure")
    if level == "nested":
        return NotApplicable("nested uniform weights have no uniform measure on the leaves")
    if linear is None:
        return NotApplicable(
            "the rule is not linear in the weights (its method, or a missing criterion whose "
            "weight passes to the others)"
        )
    return exact_acceptability(linear, space)


def _indices(decision: Decision, first: int, seed: int) -> Sobol | NotApplicable:
    """Return what each weight explains of the lead of one alternative over the best other."""
    values = decision.values.to_numpy(dtype=float)
    n, m = values.shape
    if n < 2 or m < 2:
        return NotApplicable("one alternative or one criterion leaves nothing to explain")

    def lead(points: Array) -> Array:
        scores = decision.method.score(values, weights_from_unit(points))
        rivals = np.delete(scores, first, axis=1).max(axis=1)
        return np.asarray(scores[:, first] - rivals)

    slow = decision.method.name in SLOW
    points = 2**7 if slow else 2**12
    return sobol_indices(lead, m, n=points, rng=np.random.default_rng(seed))


def _stability(scores: Scores, rubric: Rubric, decision: Decision) -> tuple[pd.DataFrame, bool]:
    """Return stability intervals, of every node of a tree of means, and whether in closed form."""
    lines = lines_of(decision.weights)
    if rubric.mean is not None and any(node.parent for node in rubric.nodes()):
        decision, _ = scored_part(decision_of(scores, rubric, "leaf"))
        lines = lines_of_tree(list(rubric.nodes()), list(decision.values.columns))
    linear = decision.method.linear(decision.values.to_numpy(dtype=float))
    if linear is None:
        return scanned_stability(decision, lines), False
    frame = pd.DataFrame(linear, index=decision.values.index, columns=decision.values.columns)
    return stability_along(frame, lines), True


def _by_fill(
    scores: Scores, rubric: Rubric, level: Level, space: WeightSpace
) -> dict[str, pd.DataFrame]:
    """Return the exact answers with gaps filled; alternatives without a score get one, too."""
    found = {}
    for fill in ("worst", "best"):
        filled = decision_of(
            scores, with_rules(rubric, missing=fill), "top" if level == "top" else "leaf"
        )
        linear = filled.method.linear(filled.values.to_numpy(dtype=float))
        same = linear is not None and filled.values.shape[1] == len(space.lower)
        if linear is not None and same and level != "nested":
            exact = exact_acceptability(linear, space)
            if not isinstance(exact, NotApplicable):
                ranks = range(1, len(linear) + 1)
                found[fill] = pd.DataFrame(exact.shares, index=filled.values.index, columns=ranks)
    return found


def _ranks(
    decision: Decision,
    linear: np.ndarray | None,
    space: WeightSpace,
    found: RankAcceptability,
) -> tuple[dict[str, int], dict[str, int], bool, pd.DataFrame | None, pd.DataFrame | None]:
    """Return best and worst rank of each alternative, whether proved, and weights that reach them."""
    values = decision.values
    if linear is not None and len(values) <= MANY:
        utilities = pd.DataFrame(linear, index=values.index, columns=values.columns)
        attained = attainable_ranks(utilities, space)
        rows = attained.table.set_index("alternative")
        return (
            rows["best"].to_dict(),
            rows["worst"].to_dict(),
            True,
            attained.best_weights,
            attained.worst_weights,
        )
    there = found.shares > 0
    n = len(values)
    best = dict(zip(values.index, 1 + there.argmax(axis=1), strict=True))
    worst = dict(zip(values.index, n - there[:, ::-1].argmax(axis=1), strict=True))
    return best, worst, False, None, None
