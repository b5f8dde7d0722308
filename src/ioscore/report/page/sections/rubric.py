"""The rubric: what is judged, by which weights, and every choice with its reason."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ioscore.audit import Audit
from ioscore.report.page.document import (
    Block,
    Bullets,
    Facts,
    Fold,
    Foreign,
    Section,
    Text,
    said,
)
from ioscore.report.page.places import Places
from ioscore.report.page.sections.said import counted, neutral, spaced
from ioscore.report.page.tabular import table_block
from ioscore.report.rubric import choices_table
from ioscore.rubric import Rubric
from ioscore.sensitivity.choices.switches import switches_of

RULES = {
    "diminishing": "points add up, and each further point adds less: {half:g} points bring a cell "
    "half-way to the top",
    "count": "events add up, each alike, and each further one adds less: {half:g} points bring a "
    "cell half-way to the top",
    "mean": "the mean strength of its events",
    "strongest": "its strongest event alone",
    "presence": "whether there is any event",
}
MISSING = {
    "renormalise": "is passed over, and its weight goes to the others in proportion: it is no zero, "
    "and a first, weak act in it can lower the score",
    "worst": "is taken at the worst value that it could have",
    "best": "is taken at the best value that it could have",
    "refuse": "is an error",
}


def rubric(audit: Audit, places: Places) -> Section:
    """Return the section on the rubric."""
    used = audit.study.rubric
    blocks: list[Block] = []
    if used.description:
        blocks.append(said(Foreign(" ".join(used.description.split()))))
    blocks += [
        table_block(
            "rubric_weights",
            "Criteria and weights",
            _weights(used, places),
            percents=("share_of_the_whole",),
            columns=["criterion", "share_of_the_whole", "kind"],
            most=60,
        ),
    ]
    rules: list[Block] = [
        Bullets(tuple((line,) for line in _rules(used))),
        Facts(tuple(_levels(used))),
    ]
    if used.reliability:
        named = (f"{n.replace('_', ' ')} {value:g}" for n, value in used.reliability.items())
        rules.append(
            said(f"Points are multiplied by the reliability of the source: {', '.join(named)}.")
        )
    reasons = choices_table(used)
    if len(reasons):
        rules.append(
            Fold(
                anchor="rubric-choices",
                title=(
                    f"The {counted(len(reasons), 'choice')} of coding and scoring, each with its "
                    "levels and its reason",
                ),
                blocks=(
                    table_block(
                        "rubric_choices",
                        "Choices of coding and scoring",
                        reasons.assign(
                            choice=reasons["choice"].str.replace("_", " "),
                            level=[spaced(level) for level in reasons["level"]],
                            reason=[" ".join(text.split()) for text in reasons["reason"]],
                        ),
                        heads={"level": "taken", "levels": "possible"},
                        most=60,
                    ),
                ),
            )
        )
    return Section(
        anchor="rubric",
        title=("The rubric",),
        blocks=tuple(blocks),
        sections=(
            Section(anchor="rubric-rules", title=("How scores come about",), blocks=tuple(rules)),
        ),
    )


def _weights(used: Rubric, places: Places) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "criterion": places.labels[node.path],
                "path": node.path,
                "weight_among_siblings": node.weight,
                "share_of_the_whole": node.share,
                "kind": node.kind,
            }
            for node in used.nodes()
        ]
    )


def _rules(used: Rubric) -> list[str]:
    """Return how scores come about, in plain words."""
    rule = used.scoring
    lines = [
        "Every coded event has points by its strength, listed below. Events that support add points, "
        "events that limit (shortcomings) take them away.",
        f"The score of a cell lies between 0 and 1: {RULES[rule.rule].format(half=rule.half)}. "
        + " ".join(rule.reason.split()),
        neutral(used),
        f"Criteria make a score by the {used.method.replace('_', ' ')}. A cell for which no row "
        f"counts {MISSING[used.missing]}.",
        f"Two scores that differ by {used.close:g} or less are too close to call.",
    ]
    if rules := [switch for switch in switches_of(used) if switch.name in used.rules]:
        each = "; ".join(
            f"{switch.name.replace('_', ' ')} ({', '.join(switch.levels)})" for switch in rules
        )
        lines.append(
            "When all combinations of choices are tried, these rules vary beside the choices: "
            f"{each.replace('_', ' ')}."
        )
    return [line.strip() for line in lines if line]


def _levels(used: Rubric) -> Iterator[tuple[Text, Text]]:
    """Yield each level of strength and what it is given for."""
    for n, level in used.levels.items():
        points = f"{level.points:g} point{'' if level.points == 1 else 's'}"
        yield (f"Strength {n}, {points}",), (Foreign(" ".join(level.description.split())),)
