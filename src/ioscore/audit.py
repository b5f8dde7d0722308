"""Everything that a report says about a question, computed: one value, no files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ioscore.claims import Answer, Claim, answer_claims, carry_claims, what_if
from ioscore.errors import NotApplicable
from ioscore.evidence import Evidence
from ioscore.evidence.agreement import Agreement, agreement
from ioscore.evidence.coverage import coverage
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.analysis import ChoiceSensitivity, analyse_choices
from ioscore.sensitivity.choices.carried import Carried
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity, analyse_evidence
from ioscore.sensitivity.weights.analysis import WeightSensitivity, analyse_weights
from ioscore.study import Study, run_study

if TYPE_CHECKING:
    from ioscore.evidence.matching import Reading

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """Claims, each with its answer.

    Attributes
    ----------
    table : pandas.DataFrame
        As read: `id`, `kind`, `source`, `locator`, `anchor`, `statement`, `claim`, ...
    claims : tuple of Claim
    answers : tuple of Answer
    turned_by : tuple of tuple of str
        Single choices under which the answer is another one.
    worlds : int or NotApplicable
        Number of combinations of choices.
    carried : tuple of Carried or None
        Share of them that carry each claim.
    """

    table: pd.DataFrame
    claims: tuple[Claim, ...]
    answers: tuple[Answer, ...]
    turned_by: tuple[tuple[str, ...], ...]
    worlds: int | NotApplicable
    carried: tuple[Carried | None, ...]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One organisation.

    Attributes
    ----------
    organisation, name : str
    row : pandas.Series
        Of the table of the ranking.
    criteria : pandas.DataFrame
        `criterion`, `label`, `weight`, `score` (NaN where missing), `contribution`, `rank` (among
        the organisations, in this criterion; NaN where missing), best contribution first.
    strongest, weakest : tuple of str
        Labels of the criteria with the greatest and the least score, several where they tie.
    missing : tuple of str
        Paths of the leaves of which nothing is known.
    recommendations : pandas.DataFrame
        What is recommended to it: `id`, `statement`, `claim`, `why` (of what cannot be computed),
        `score_then`, `rank_then`, `moves` (change of the score; NaN where it cannot be computed).
    together : WhatIf or NotApplicable
        All of them that can be computed, made together.
    """

    organisation: str
    name: str
    row: pd.Series
    criteria: pd.DataFrame
    strongest: tuple[str, ...]
    weakest: tuple[str, ...]
    missing: tuple[str, ...]
    recommendations: pd.DataFrame
    together: Any


@dataclass(frozen=True, kw_only=True)
class Audit:
    """A question, its answer, and how sure that is.

    Attributes
    ----------
    study : Study
    coverage : pandas.DataFrame
    agreement : Agreement or NotApplicable
    weights, evidence, choices : results of the analyses of sensitivity, or NotApplicable
    verdicts : Verdicts or NotApplicable
    profiles : tuple of Profile
        In the order of the ranking.
    outcomes : mapping or NotApplicable
        Results of the analyses of seizures, by analysis and outcome.
    """

    study: Study
    coverage: pd.DataFrame
    agreement: Agreement | NotApplicable
    weights: WeightSensitivity | NotApplicable
    evidence: EvidenceSensitivity | NotApplicable
    choices: ChoiceSensitivity | NotApplicable
    verdicts: Verdicts | NotApplicable
    profiles: tuple[Profile, ...]
    outcomes: Mapping[str, Mapping[str, Any]] | NotApplicable


def run_audit(
    evidence: Evidence,
    rubric: Rubric,
    *,
    readings: Sequence[tuple[Reading, Evidence]] = (),
    statements: tuple[pd.DataFrame, Sequence[Claim]] | None = None,
    outcomes: Mapping[str, Mapping[str, Any]] | NotApplicable,
    draws: int,
    evidence_draws: int,
    seed: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Audit:
    """Go the whole way of the left wing, and join what the right wing found.

    Parameters
    ----------
    evidence : Evidence
        With its paragraphs, if `documentation` varies.
    rubric : Rubric
    readings : sequence of (Reading, Evidence)
        Independent codings of the same sources; agreement needs two.
    statements : (pandas.DataFrame, sequence of Claim), optional
        Claims to be answered, and the table that they stand in.
    outcomes : mapping or NotApplicable
        From `ioscore.study.outcomes.run_analysis`, by analysis and outcome.
    draws, evidence_draws, seed, jobs
        Of the analyses of weights and of evidence.
    progress : callable, optional
        Called with the name of a part, done, and all.

    Returns
    -------
    Audit

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules or leaves nothing to score.
    """

    def step(name: str) -> Callable[[int, int], None] | None:
        return None if progress is None else lambda done, of: progress(name, done, of)

    study = run_study(evidence, rubric)
    verdicts: Verdicts | NotApplicable = NotApplicable("no claims were given")
    if statements is not None:
        verdicts = _verdicts(*statements, evidence, rubric)
    return Audit(
        study=study,
        coverage=coverage(evidence),
        agreement=agreement([one for one, _ in readings], rng=np.random.default_rng(seed))
        if len(readings) > 1
        else NotApplicable("agreement needs two codings of the same sources"),
        weights=analyse_weights(
            study.scores, rubric, draws=draws, seed=seed, jobs=jobs, progress=step("weights")
        ),
        evidence=analyse_evidence(
            evidence,
            rubric,
            readings=readings,
            draws=evidence_draws,
            seed=seed,
            jobs=jobs,
            progress=step("evidence"),
        ),
        choices=analyse_choices(evidence, rubric, progress=step("choices")),
        verdicts=verdicts,
        profiles=tuple(
            profile(study, name, verdicts) for name in study.ranking.table["organisation"]
        ),
        outcomes=outcomes,
    )


def profile(study: Study, organisation: str, verdicts: Verdicts | NotApplicable) -> Profile:
    """Return what a page on one organisation says.

    Parameters
    ----------
    study : Study
    organisation : str
    verdicts : Verdicts or NotApplicable
        Those of the kind `recommendation` with this organisation as subject are its
        recommendations; what cannot be computed says why.
    """
    ranking = study.ranking
    scores = ranking.criterion_scores
    nodes = {node.path: node for node in study.rubric.top()}
    ranks = scores.rank(ascending=False, method="min")
    rows = [
        {
            "criterion": path,
            "label": nodes[path].label,
            "weight": nodes[path].share,
            "score": scores.loc[organisation, path],
            "contribution": ranking.contributions.loc[organisation, path]
            if path in ranking.contributions
            else float("nan"),
            "rank": ranks.loc[organisation, path],
        }
        for path in scores.columns
    ]
    criteria = pd.DataFrame(rows).sort_values(
        ["contribution", "score"], ascending=False, kind="stable"
    )
    known = criteria.dropna(subset="score")
    states = study.scores.states.loc[organisation]
    recommendations, together = _recommendations(study, organisation, verdicts)
    return Profile(
        organisation=organisation,
        name=study.selection.organisations[organisation],
        row=ranking.table.set_index("organisation").loc[organisation],
        criteria=criteria.reset_index(drop=True),
        strongest=tuple(known.loc[known["score"] == known["score"].max(), "label"]),
        weakest=tuple(known.loc[known["score"] == known["score"].min(), "label"]),
        missing=tuple(states.index[states == "missing"]),
        recommendations=recommendations,
        together=together,
    )


def _verdicts(
    table: pd.DataFrame, claims: Sequence[Claim], evidence: Evidence, rubric: Rubric
) -> Verdicts:
    answers, turned = answer_claims(claims, evidence, rubric)
    carried = carry_claims(claims, evidence, rubric)
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


def _recommendations(
    study: Study, organisation: str, verdicts: Verdicts | NotApplicable
) -> tuple[pd.DataFrame, Any]:
    columns = ["id", "statement", "claim", "why", "score_then", "rank_then", "moves"]
    if isinstance(verdicts, NotApplicable) or "kind" not in verdicts.table:
        return pd.DataFrame(columns=columns), NotApplicable("no recommendations were given")
    rows, computed = [], []
    for number, (claim, answer) in enumerate(zip(verdicts.claims, verdicts.answers, strict=True)):
        line = verdicts.table.iloc[number]
        own = claim.subject == organisation or line["statement"].startswith(organisation)
        if line["kind"] != "recommendation" or not own:
            continue
        then = None
        if answer.state == "what-if":
            then = what_if([claim], study)
            computed.append(claim)
        rows.append(
            {
                "id": line["id"],
                "statement": line["statement"],
                "claim": claim.text,
                "why": "" if then else answer.why,
                "score_then": then.score_then if then else float("nan"),
                "rank_then": then.rank_then if then else float("nan"),
                "moves": then.score_then - then.score if then else float("nan"),
            }
        )
    together: Any = NotApplicable("no recommendation can be computed")
    if computed:
        together = what_if(computed, study)
    return pd.DataFrame(rows, columns=columns), together
