"""Whole steps with a seed instead of a generator, and tables as they are read: for notebooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from ioscore.errors import PanelError, Problem
from ioscore.evidence import Evidence
from ioscore.evidence.agreement import Agreement, agreement
from ioscore.rubric import Rubric

if TYPE_CHECKING:
    from ioscore.evidence.matching import Reading
    from ioscore.panel import Panel
    from ioscore.regression.plan import AnalysisPlan


class OutcomeTables(Protocol):
    """Seizures and what stands beside them; `ioscore.io.outcomes.OutcomeData` is such."""

    @property
    def seizures(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def covariates(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def activity(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def corrections(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def order(self) -> list[str]: ...  # noqa: D102


def compare_readings(
    readings: Sequence[tuple[Reading, Evidence]], *, seed: int = 0, resamples: int = 1000
) -> Agreement:
    """Compare what coders made of the same sources.

    Parameters
    ----------
    readings : sequence of (Reading, Evidence)
        From `ioscore.read_readings`.
    seed, resamples : int
        Of the bootstrap.

    Returns
    -------
    Agreement

    Raises
    ------
    EvidenceError
        As `ioscore.evidence.agreement.agreement`.
    """
    rng = np.random.default_rng(seed)
    return agreement([reading for reading, _ in readings], rng=rng, resamples=resamples)


def planned_panel(
    data: OutcomeTables, plan: AnalysisPlan, *, outcomes: Sequence[str] | None = None
) -> Panel:
    """Return the panel that a plan asks for: its countries and years, as corrected.

    Parameters
    ----------
    data : OutcomeTables
    plan : AnalysisPlan
    outcomes : sequence of str, optional
        All those of the plan if not given.

    Returns
    -------
    Panel

    Raises
    ------
    PanelError
        For a country or an outcome that the data does not have.
    """
    from ioscore.panel import build_panel, longest_vintage, settle
    from ioscore.seizures import annual_totals, harmonise

    settled = settle(data.covariates, data.corrections)
    return build_panel(
        annual_totals(harmonise(data.seizures, data.corrections, order=data.order)),
        settled,
        data.activity,
        outcomes=outcomes or (plan.outcome, *plan.further_outcomes),
        countries=plan.sample.countries,
        years=plan.sample.years,
        lags=(),
        tonnes_vintage=longest_vintage(settled),
    )


def shorten(plan: AnalysisPlan, *, draws: int = 99) -> AnalysisPlan:
    """Return a plan that is run in a minute: for a look, not for a result.

    Parameters
    ----------
    plan : AnalysisPlan
    draws : int
        Permutations, and half the bootstraps.

    Returns
    -------
    AnalysisPlan
        With fewer draws, so that p and intervals are coarser, and with the planned estimator of
        the country panel alone.
    """
    panel = plan.panel.model_copy(update={"further_estimators": ()})
    return plan.model_copy(update={"draws": draws, "bootstraps": 2 * draws, "panel": panel})


def regress(
    name: str,
    data: OutcomeTables,
    plan: AnalysisPlan,
    *,
    outcome: str | None = None,
    evidence: Evidence | None = None,
    rubric: Rubric | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Any:
    """Run one analysis of a plan.

    Parameters
    ----------
    name : str
        ``series``, ``panel``, ``event``, ``synth``, ``dose`` or ``curve``.
    data : OutcomeTables
    plan : AnalysisPlan
    outcome : str, optional
        That of the plan if not given.
    evidence, rubric : optional
        Needed for ``dose``, whose doses are yearly scores.
    jobs, progress
        As in `ioscore.study.outcomes.run_analysis`.

    Returns
    -------
    The result of the analysis, or `NotApplicable`.

    Raises
    ------
    PanelError
        For a name that is no analysis, an outcome that there is not, or ``dose`` without
        evidence and rubric.
    """
    from ioscore.study.outcomes import ANALYSES, Judged, panel_tables, run_analysis

    wanted = outcome or plan.outcome
    known = dict.fromkeys((plan.outcome, *plan.further_outcomes, *plan.curve.outcomes))
    if name not in ANALYSES:
        raise _unknown("analysis", name, ANALYSES)
    if wanted not in known:
        raise _unknown("outcome of the plan", wanted, known)
    judged = None
    if evidence is not None and rubric is not None:
        judged = Judged(evidence=evidence, rubric=rubric)
    elif name == "dose":
        found, mend = "its doses are yearly scores", "Give evidence= and rubric=."
        raise PanelError(Problem(where="dose", found=found, mend=mend))
    tables = panel_tables(
        data.seizures, data.covariates, data.activity, data.corrections, data.order, plan
    )
    return run_analysis(
        name, tables, plan, outcome=wanted, judged=judged, jobs=jobs, progress=progress
    )


def _unknown(what: str, name: str, known: Sequence[str] | dict[str, None]) -> PanelError:
    mend = f"Take one of {', '.join(known)}."
    return PanelError(Problem(where="regress", found=f"{name!r} is no {what}", mend=mend))
