"""What an audit holds: the study, how sure it is, and what else was asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.claims import Answer, Claim, WhatIf
from ioscore.errors import NotApplicable
from ioscore.evidence.agreement import Agreement
from ioscore.ranking import Ranking
from ioscore.sensitivity.choices.analysis import ChoiceSensitivity
from ioscore.sensitivity.choices.carried import Carried
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
from ioscore.sensitivity.weights.analysis import WeightSensitivity
from ioscore.study import Study

if TYPE_CHECKING:
    from ioscore.regression.plan import AnalysisPlan
    from ioscore.study.exploration import Exploration

Outcomes = Mapping[str, Mapping[str, Any]]
"""Results of the analyses of seizures, by analysis and outcome."""


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
        the organisations, in this criterion; NaN where missing), `ranked` (how many have a score in
        it), best contribution first.
    strongest, weakest : tuple of str
        Labels of the criteria in which it stands highest and lowest among the organisations, from
        `ioscore.audit.profiles.extremes`; several where they tie.
    missing : tuple of str
        Paths of the leaves of which nothing is known.
    recommendations : pandas.DataFrame
        What is recommended to it: `id`, `statement`, `claim`, `path` (of the leaf that is changed),
        `why` (what was changed and what came of it, or why it cannot be computed), `score_then`,
        `rank_then`, `moves` (change of the score; NaN where it cannot be computed).
    together : WhatIf or NotApplicable
        All of them that can be computed, made together; the same statement counts once.
    """

    organisation: str
    name: str
    row: pd.Series
    criteria: pd.DataFrame
    strongest: tuple[str, ...]
    weakest: tuple[str, ...]
    missing: tuple[str, ...]
    recommendations: pd.DataFrame
    together: WhatIf | NotApplicable


@dataclass(frozen=True, kw_only=True)
class Audit:
    """A question, its answer, and how sure that is.

    Attributes
    ----------
    study : Study
    coverage : pandas.DataFrame
        From `ioscore.evidence.coverage`.
    words : pandas.Series
        Words on each organisation in the sources that count; empty without paragraphs.
    words_correlation : float
        Spearman's rank correlation of scores with these words, in [-1, 1]; NaN where there is none.
    nearer : Ranking or NotApplicable
        Order without acts that reach beyond the country in question.
    agreement : Agreement or NotApplicable
    readers : dict of str to Ranking or NotApplicable
        Order by what each coder alone made of the sources.
    weights, evidence, choices : results of the analyses of sensitivity, or NotApplicable
    changes : pandas.DataFrame
        Each change of a single choice or rule: `change`, `first` (organisations, by commas),
        `turns` (whether somebody else is first, by any lead), one column of scores for each
        organisation, `not_applicable` (why nothing can be scored, or empty).
    rivals : tuple of Ranking
        By other rubrics of the same criteria.
    verdicts : Verdicts or NotApplicable
    profiles : tuple of Profile
        In the order of the ranking.
    exploration : Exploration or NotApplicable
        What the explorer of weights rests on.
    plan : AnalysisPlan or None
        Of the seizures, where they were studied.
    outcomes : mapping or NotApplicable
        Results of the analyses of seizures, by analysis and outcome.
    answers : pandas.DataFrame or NotApplicable
        From `ioscore.audit.seizures.plan_answers`.
    """

    study: Study
    coverage: pd.DataFrame
    words: pd.Series
    words_correlation: float
    nearer: Ranking | NotApplicable
    agreement: Agreement | NotApplicable
    readers: Mapping[str, Ranking | NotApplicable]
    weights: WeightSensitivity | NotApplicable
    evidence: EvidenceSensitivity | NotApplicable
    choices: ChoiceSensitivity | NotApplicable
    changes: pd.DataFrame
    rivals: tuple[Ranking, ...]
    verdicts: Verdicts | NotApplicable
    profiles: tuple[Profile, ...]
    exploration: Exploration | NotApplicable
    plan: AnalysisPlan | None
    outcomes: Outcomes | NotApplicable
    answers: pd.DataFrame | NotApplicable
