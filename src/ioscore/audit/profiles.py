"""One organisation: where it is strong and weak, what is missing, what is recommended to it."""

from __future__ import annotations

import re

import pandas as pd

from ioscore.audit.results import Profile, Verdicts
from ioscore.claims import Claim, WhatIf, what_if
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
            "ranked": int(scores[path].notna().sum()),
        }
        for path in scores.columns
    ]
    criteria = pd.DataFrame(rows).sort_values(
        ["contribution", "score"], ascending=False, kind="stable"
    )
    labels = {path: node.label for path, node in nodes.items()}
    strongest, weakest = extremes(scores, organisation)
    states = study.scores.states.loc[organisation]
    recommendations, together = _recommendations(study, organisation, verdicts)
    return Profile(
        organisation=organisation,
        name=study.selection.organisations[organisation],
        row=ranking.table.set_index("organisation").loc[organisation],
        criteria=criteria.reset_index(drop=True),
        strongest=tuple(labels[path] for path in strongest),
        weakest=tuple(labels[path] for path in weakest),
        missing=tuple(states.index[states == "missing"]),
        recommendations=recommendations,
        together=together,
    )


def extremes(scores: pd.DataFrame, organisation: str) -> tuple[list[str], list[str]]:
    """Return the criteria in which an organisation stands highest and lowest among all.

    Its scores in two criteria say little beside each other: a barrier to which nothing was done
    stands at one half, a tactic at zero. So its rank decides, as a place between the last and the
    first of those that have a score there; between equal places, how far its score lies on the
    way from the least to the greatest.

    Parameters
    ----------
    scores : pandas.DataFrame
        Organisations x criteria, NaN where missing.
    organisation : str

    Returns
    -------
    strongest, weakest : list of str
        Several where they tie. Criteria in which no two organisations differ are not compared. It
        stands high only above somebody, and low only below somebody; a list that would hold every
        criterion compared is empty, as it would set none apart.
    """
    low, high = scores.min(), scores.max()
    differ = scores.columns[(high > low) & scores.loc[organisation].notna()]
    known, own = scores[differ], scores.loc[organisation, differ]
    behind = known.rank(ascending=False, method="min").loc[organisation] - 1
    found = pd.DataFrame(
        {
            "place": 1 - behind / (known.notna().sum() - 1),
            "way": (own - low[differ]) / (high[differ] - low[differ]),
        }
    ).round(12)
    ends = []
    for part, up in ((found[own > low[differ]], False), (found[own < high[differ]], True)):
        order = part.sort_values(["place", "way"], ascending=up)
        best = [path for path in part.index if part.loc[path].equals(order.iloc[0])]
        ends.append(best if len(best) < len(differ) else [])
    return ends[0], ends[1]


def _recommendations(
    study: Study, organisation: str, verdicts: Verdicts | NotApplicable
) -> tuple[pd.DataFrame, WhatIf | NotApplicable]:
    """Return the recommendations to an organisation, each computed alone and all together."""
    if isinstance(verdicts, NotApplicable) or "kind" not in verdicts.table:
        return pd.DataFrame(columns=_COLUMNS), NotApplicable("no recommendations were given")
    begins = re.compile(rf"{re.escape(organisation)}\b")
    rows: list[dict[str, object]] = []
    # The same words stand for the same wish; other words for another, though tested alike.
    computed: dict[tuple[str, str], Claim] = {}
    for number, (claim, answer) in enumerate(zip(verdicts.claims, verdicts.answers, strict=True)):
        line = verdicts.table.iloc[number]
        own = claim.subject == organisation or begins.match(line["statement"])
        if line["kind"] != "recommendation" or not own:
            continue
        then = None
        if answer.state == "what-if":
            then = what_if([claim], study)
            computed[line["statement"], claim.text] = claim
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
    together = (
        what_if(list(computed.values()), study)
        if computed
        else NotApplicable("no recommendation can be computed")
    )
    return pd.DataFrame(rows, columns=_COLUMNS), together
