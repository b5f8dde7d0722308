"""Every figure of an analysis of sensitivity, by the name of its file."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ioscore.errors import NotApplicable
from ioscore.report.figures import choices as of_choices
from ioscore.report.figures import evidence as of_evidence
from ioscore.report.figures import weights as of_weights
from ioscore.sensitivity.choices.analysis import SHIFT, ChoiceSensitivity
from ioscore.sensitivity.choices.variance import VarianceShares
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
from ioscore.sensitivity.evidence.resampling import EvidenceDraws
from ioscore.sensitivity.sobol import Sobol
from ioscore.sensitivity.weights.analysis import WeightSensitivity

_DRAWN = {
    "resampled": "Ranks when events are drawn anew",
    "readings": "Ranks when each act is taken from either coder",
    "levels": "Ranks when strengths move as coders differ on them",
    "joint": "Ranks when events and weights are drawn together",
}


def of_weight_sensitivity(result: WeightSensitivity, source: str) -> dict[str, Figure]:
    """Return the figures on weights."""
    found, names = result.acceptability, list(result.decision.values.index)
    n, criteria = len(names), list(result.decision.values.columns)
    how = "exact" if found.method == "exact" else f"{found.draws:,} draws"
    line = f"{source}; {found.measure} ({how})"
    order = list(result.order)
    shares = pd.DataFrame(found.shares, index=names, columns=range(1, n + 1)).loc[order]
    ahead = pd.DataFrame(found.pairwise, index=names, columns=names).loc[order, order]
    central = pd.DataFrame(found.central_weights, index=names, columns=criteria)
    figures = {
        "rank_acceptability": of_weights.rank_shares(
            shares, "Ranks over all weights", "all weights", line
        ),
        "stability_intervals": of_weights.stability(
            result.stability[~result.stability["criterion"].str.contains("/")],
            "How far each weight can move",
            source,
        ),
    }
    if n <= 20 and ahead.notna().all(axis=None):
        title = "Who is ahead of whom over all weights"
        figures["pairwise"] = of_weights.pairwise(ahead, title, "all weights", line)
        title = "Mean weights that put each first"
        figures["central_weights"] = of_weights.central_weights(central, title, line)
    if isinstance(result.indices, Sobol):
        bars = pd.DataFrame(
            {"switch": criteria, "first": result.indices.first, "total": result.indices.total}
        )
        name = f"lead of {order[0]} over the best other"
        title = "What each weight explains of the variance over all weights"
        note = "" if result.indices.sufficient else f"; {result.indices.note}"
        figures["indices"] = of_choices.sobol_bars({name: bars}, title, source + note)
    return figures


def of_evidence_sensitivity(result: EvidenceSensitivity, source: str) -> dict[str, Figure]:
    """Return the figures on evidence."""
    figures = {}
    if isinstance(result.influence, pd.DataFrame):
        title = "What the scores rest on: one thing left out at a time"
        figures["influence"] = of_evidence.influence(result.influence, title, source)
    for name, draws in result.draws.items():
        if isinstance(draws, EvidenceDraws):
            line = f"{source}; {draws.draws:,} draws; stability, not probability"
            figures[f"ranks_{name}"] = of_weights.rank_shares(
                draws.rank_shares, _DRAWN[name], "draws", line
            )
    return figures


def of_choice_sensitivity(result: ChoiceSensitivity, source: str) -> dict[str, Figure]:
    """Return the figures on choices."""
    count = int(result.worlds.admissible.sum())
    line = f"{source}; {count:,} worlds, all enumerated; a share of worlds is not a probability"
    figures = {
        "ranks_over_worlds": of_weights.rank_shares(
            result.rank_shares, "Ranks over all worlds", "worlds", line
        ),
        "first_by_choice": of_choices.specification(
            result.first_by_level, "Who is first, by the level of each switch", line
        ),
    }
    first = result.rank_shares[1].sort_values(ascending=False, kind="stable")
    wanted = [*(f"{name} first" for name in first.index[:2]), SHIFT]
    names = [switch.name for switch in result.worlds.switches]
    bars = {}
    for name in wanted:
        shares = result.explained.get(name)
        if isinstance(shares, VarianceShares):
            total = float("nan") if isinstance(shares.total, NotApplicable) else shares.total
            bars[name] = pd.DataFrame({"switch": names, "first": shares.first, "total": total})
    if bars:
        title = "What each switch explains of the variance over the worlds"
        figures["variance_of_choices"] = of_choices.sobol_bars(bars, title, line)
    return figures
