"""One organisation: where it is strong and weak, what is missing, what is recommended to it."""

from __future__ import annotations

import re

import pandas as pd

from ioscore.audit.results import Profile, Verdicts
from ioscore.claims import WhatIf, what_if
from ioscore.errors import NotApplicable
from ioscore.study import Study

_COLUMNS = ["id", "statement", "claim", "path", "why", "score_then", "rank_then", "moves"]


def profile(study: Study, organisation: str, verdicts: Verdicts | NotApplicable) -> Profile:
    """Return what a page on one organisation says.

    Parameters
    ----------
    study : Study
    organisation : str
    verdicts : Verdicts or NotApplicable
        Those of the kind `recommendation` that have this organisation as subject, or begin with
        its id, are its recommendations; what cannot be computed says why.

    Returns
    -------
    Profile
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


def _recommendations(
    study: Study, organisation: str, verdicts: Verdicts | NotApplicable
) -> tuple[pd.DataFrame, WhatIf | NotApplicable]:
    """Return the recommendations to an organisation, each computed alone and all together."""
    if isinstance(verdicts, NotApplicable) or "kind" not in verdicts.table:
        return pd.DataFrame(columns=_COLUMNS), NotApplicable("no recommendations were given")
    begins = re.compile(rf"{re.escape(organisation)}\b")
    rows, computed = [], []
    for number, (claim, answer) in enumerate(zip(verdicts.claims, verdicts.answers, strict=True)):
        line = verdicts.table.iloc[number]
        own = claim.subject == organisation or begins.match(line["statement"])
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
                "path": claim.path if then else "",
                "why": answer.why,
                "score_then": then.score_then if then else float("nan"),
                "rank_then": then.rank_then if then else float("nan"),
                "moves": then.score_then - then.score if then else float("nan"),
            }
        )
    # The same change asked for twice is made once.
    once = list({claim.text: claim for claim in computed}.values())
    together = what_if(once, study) if once else NotApplicable("no recommendation can be computed")
    return pd.DataFrame(rows, columns=_COLUMNS), together
