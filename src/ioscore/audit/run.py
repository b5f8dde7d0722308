"""The whole way of the left wing, joined with what the right wing found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ioscore.audit.checks import (
    changes_table,
    nearer_order,
    orders_by_reader,
    orders_by_rubric,
    words_of,
)
from ioscore.audit.profiles import profile
from ioscore.audit.results import Audit, Outcomes, Verdicts
from ioscore.audit.seizures import SeizureStudy, by_analysis, plan_answers, seizure_tasks
from ioscore.audit.tasks import Progress, Task, do_all
from ioscore.claims import Claim, answer_claims, carry_claims
from ioscore.errors import NotApplicable, RubricError
from ioscore.evidence import Evidence
from ioscore.evidence.agreement import Agreement, agreement
from ioscore.evidence.coverage import coverage
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.analysis import analyse_choices
from ioscore.sensitivity.choices.carried import Carried
from ioscore.sensitivity.evidence.analysis import analyse_evidence
from ioscore.sensitivity.weights.analysis import analyse_weights
from ioscore.study import Study, run_study

if TYPE_CHECKING:
    from ioscore.evidence.matching import Reading
    from ioscore.study.exploration import Exploration

    Readings = Sequence[tuple[Reading, Evidence]]


def run_audit(
    evidence: Evidence,
    rubric: Rubric,
    *,
    readings: Readings = (),
    statements: tuple[pd.DataFrame, Sequence[Claim]] | None = None,
    outcomes: SeizureStudy | Outcomes | NotApplicable,
    rivals: Sequence[Rubric] = (),
    draws: int,
    evidence_draws: int,
    seed: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Audit:
    """Go the whole way of the left wing, and join what the right wing finds.

    Parameters
    ----------
    evidence : Evidence
        With its paragraphs, if `documentation` varies.
    rubric : Rubric
    readings : sequence of (Reading, Evidence)
        Independent codings of the same sources; agreement needs two.
    statements : (pandas.DataFrame, sequence of Claim), optional
        Claims to be answered, and the table that they stand in.
    outcomes : SeizureStudy, mapping or NotApplicable
        What is needed to run the analyses of seizures; or their results by analysis and outcome;
        or why there are none.
    rivals : sequence of Rubric
        Other rubrics of the same criteria, to be compared.
    draws, evidence_draws, seed
        Of the analyses of weights and of evidence.
    jobs : int
        Processes, >= 1; changes no result.
    progress : callable, optional
        Called with the name of a part, parts done, and all.

    Returns
    -------
    Audit

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules or leaves nothing to score.
    """
    study = run_study(evidence, rubric)
    given = {"study": study, "readings": readings, "seed": seed}
    tasks = [
        Task(key=("choices",), work=_choices, arguments={"study": study}),
        Task(key=("weights",), work=_weights, arguments={**given, "draws": draws}),
        Task(key=("evidence",), work=_evidence, arguments={**given, "draws": evidence_draws}),
        Task(key=("agreement",), work=_agreement, arguments=given),
        Task(key=("exploration",), work=_exploration, arguments={"study": study}),
        Task(key=("changes",), work=_changes, arguments={"study": study}),
    ]
    if statements is not None:
        asked = {"statements": statements, "study": study}
        tasks.insert(0, Task(key=("claims",), work=answered, arguments=asked))
    if isinstance(outcomes, SeizureStudy):
        tasks = [*seizure_tasks(outcomes, evidence, rubric), *tasks]
    found = do_all(tasks, jobs=jobs, progress=progress)
    verdicts = found.get(("claims",), NotApplicable("no claims were given"))
    plan = outcomes.plan if isinstance(outcomes, SeizureStudy) else None
    results = by_analysis(found) if isinstance(outcomes, SeizureStudy) else outcomes
    words, correlation = words_of(study)
    return Audit(
        study=study,
        coverage=coverage(evidence),
        words=words,
        words_correlation=correlation,
        agreement=found["agreement",],
        nearer=nearer_order(study),
        readers=orders_by_reader(readings, rubric),
        weights=found["weights",],
        evidence=found["evidence",],
        choices=found["choices",],
        changes=found["changes",],
        rivals=orders_by_rubric(evidence, rivals),
        verdicts=verdicts,
        profiles=tuple(
            profile(study, name, verdicts) for name in study.ranking.table["organisation"]
        ),
        exploration=found["exploration",],
        plan=plan,
        outcomes=results,
        answers=plan_answers(results, plan)
        if plan is not None and not isinstance(results, NotApplicable)
        else NotApplicable("there is no plan of the seizures to hold results against"),
    )


def _choices(_: Any, *, study: Study) -> Any:
    return analyse_choices(study.evidence, study.rubric)


def _weights(_: Any, *, study: Study, readings: Readings, seed: int, draws: int) -> Any:
    del readings
    return analyse_weights(study.scores, study.rubric, draws=draws, seed=seed)


def _evidence(_: Any, *, study: Study, readings: Readings, seed: int, draws: int) -> Any:
    return analyse_evidence(study.evidence, study.rubric, readings=readings, draws=draws, seed=seed)


def _agreement(_: Any, *, study: Study, readings: Readings, seed: int) -> Agreement | NotApplicable:
    del study
    if len(readings) < 2:
        return NotApplicable("agreement needs two codings of the same sources")
    return agreement([one for one, _ in readings], rng=np.random.default_rng(seed))


def _exploration(_: Any, *, study: Study) -> Exploration | NotApplicable:
    from ioscore.study.exploration import explore_study

    try:
        return explore_study(study)
    except RubricError as error:
        return NotApplicable(error.problems[0].found)


def _changes(_: Any, *, study: Study) -> pd.DataFrame:
    return changes_table(study)


def answered(_: Any, *, statements: tuple[pd.DataFrame, Sequence[Claim]], study: Study) -> Verdicts:
    """Return claims with their answers, what turns them, and where they are carried."""
    table, claims = statements
    answers, turned = answer_claims(claims, study.evidence, study.rubric)
    carried = carry_claims(claims, study.evidence, study.rubric)
    worlds: int | NotApplicable
    shares: Sequence[Carried | None]
    if isinstance(carried, NotApplicable):
        worlds, shares = carried, [None] * len(claims)
    else:
        worlds, shares = carried
    return Verdicts(
        table=table,
        claims=tuple(claims),
        answers=tuple(answers),
        turned_by=tuple(turned),
        worlds=worlds,
        carried=tuple(shares),
    )
