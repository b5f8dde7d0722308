"""What would move the order: missing cells, weights, evidence, choices, other rubrics."""

from __future__ import annotations

import pandas as pd

from ioscore.audit import Audit
from ioscore.errors import NotApplicable
from ioscore.ranking import FILLS, TIE
from ioscore.report.page.document import Block, Explorer, Section, said
from ioscore.report.page.pictures import Picture
from ioscore.report.page.places import Places
from ioscore.report.page.sections.answer import missing_cells, within_margin
from ioscore.report.page.sections.said import any_lead, counted, in_short, spaced, varied, verb
from ioscore.report.page.sections.sureness import within
from ioscore.report.page.tabular import linked, table_block, whole
from ioscore.report.rubric import comparison
from ioscore.report.sensitivity import choices as of_choices
from ioscore.report.sensitivity import evidence as of_evidence
from ioscore.report.sensitivity import weights as of_weights
from ioscore.report.sensitivity.common import Table
from ioscore.sensitivity.choices.analysis import ChoiceSensitivity
from ioscore.sensitivity.evidence.analysis import EvidenceSensitivity
from ioscore.sensitivity.weights.analysis import WeightSensitivity

SHARES = {
    "rank_acceptability", "resampled_ranks", "joint_ranks", "levels_ranks", "readings_ranks",
    "rank_shares",
}  # fmt: skip
"""Tables whose every number is a share."""
INLINE = {"rank_acceptability", "ranks", "resampled_ranks", "readings_ranks", "rank_shares"}
"""Tables that the page shows; all others are in files."""


def robustness(audit: Audit, places: Places, pictures: dict[str, list[Picture]]) -> Section:
    """Return the section on robustness."""
    return Section(
        anchor="robustness",
        title=("What would move the order",),
        sections=(
            Section(anchor="missing", title=("Missing evidence",), blocks=_missing(audit, places)),
            Section(anchor="weights", title=("Weights",), blocks=_weights(audit, places, pictures)),
            Section(
                anchor="events", title=("Evidence",), blocks=_evidence(audit, places, pictures)
            ),
            Section(
                anchor="choices",
                title=("Choices of coding and scoring",),
                blocks=_choices(audit, places, pictures),
            ),
        ),
    )


def explore(audit: Audit) -> Section:
    """Return the section in which a reader moves weights and choices."""
    blocks: tuple[Block, ...] = (
        said(
            "Move a weight, change a choice or leave out a source, and the order answers at once. "
            "Nothing is sent anywhere; the link in the address line keeps what you have set."
        ),
        Explorer(),
    )
    if isinstance(audit.exploration, NotApplicable):
        blocks = (said(f"Not applicable: {audit.exploration.reason}."),)
    return Section(anchor="explore", title=("Try other weights yourself",), blocks=blocks)


def _missing(audit: Audit, places: Places) -> tuple[Block, ...]:
    ranking = audit.study.ranking
    if not ranking.table["missing"].any():
        return (said("No cell is missing."),)
    frame = ranking.by_fill.reset_index(names="organisation")
    table = ranking.table.set_index("organisation")
    for end in ("score_low", "score_high", "rank_best", "rank_worst"):
        frame[end] = [table.loc[name, end] for name in frame["organisation"]]
    rules = {"renormalise": "passed over", "worst": "at the worst", "best": "at the best"}
    places_ = dict.fromkeys((*FILLS, "rank_best", "rank_worst"), lambda value, _: (whole(value),))
    return (
        said(missing_cells(ranking)),
        said(
            "A cell is missing where no row counts under this rubric: the sources tell nothing of it, "
            "or nothing that the rubric lets count. That is not a zero. The table ranks by three "
            "rules for such cells, and gives the least and the greatest score that any content of "
            "them could make."
        ),
        table_block(
            "missing_rules",
            "Ranks by three rules for missing cells, and the range over all that they could hold",
            frame,
            heads={
                **rules, "score_low": "score from", "score_high": "to", "rank_best": "rank from",
                "rank_worst": "to",
            },
            shapes={"organisation": linked(lambda v, _: places.organisation(str(v))), **places_},
            most=60,
        ),
    )  # fmt: skip


def _weights(audit: Audit, places: Places, pictures: dict[str, list[Picture]]) -> tuple[Block, ...]:
    result = audit.weights
    if not isinstance(result, WeightSensitivity):
        return (said(f"Not applicable: {result.reason}."),)
    blocks: list[Block] = [
        said(
            f"The weights are a judgement. Here all weights {within(result)}of the criteria of the "
            "first level are tried, each as good as any other, and the order under each is counted. "
            "A figure after +/- is the standard error of a share that was sampled, in percentage "
            f"points. {any_lead(audit.study.rubric.close)}"
        ),
        *in_short(
            "weights-further",
            [places.words(line) for line in of_weights.summary(result)],
            ("is first under", "With what", "To make"),
        ),
        *_shown("weights", of_weights.tables(result), pictures.get("weights", [])),
    ]
    if audit.rivals:
        frame = comparison([audit.study.ranking, *audit.rivals])
        title = "Ranks by other rubrics of the same criteria, in brackets over all missing cells"
        shape = linked(lambda value, _: places.organisation(str(value)))
        blocks.append(
            table_block("rival_rubrics", title, frame, shapes={"organisation": shape}, most=60)
        )
    return tuple(blocks)


def _evidence(
    audit: Audit, places: Places, pictures: dict[str, list[Picture]]
) -> tuple[Block, ...]:
    result = audit.evidence
    if not isinstance(result, EvidenceSensitivity):
        return (said(f"Not applicable: {result.reason}."),)
    return (
        said(
            "What if one event, source, year or reader had not been there, or events had been coded "
            f"a little otherwise? {any_lead(audit.study.rubric.close)}"
        ),
        *in_short(
            "evidence-further",
            [places.words(line) for line in of_evidence.summary(result)],
            (
                "one event:",
                "no longer",
                "First with each act",
                "First with events drawn anew (",
                "Shares of draws",
            ),
        ),
        *_shown("evidence", of_evidence.tables(result), pictures.get("evidence", [])),
    )


def _choices(audit: Audit, places: Places, pictures: dict[str, list[Picture]]) -> tuple[Block, ...]:
    blocks: list[Block] = [*_changes(audit)]
    result = audit.choices
    if not isinstance(result, ChoiceSensitivity):
        return (*blocks, said(f"All combinations: not applicable, {result.reason}."))
    return (
        *blocks,
        said(
            f"Every combination of the levels of {varied(audit.study.rubric)} is a world of its own; "
            "all are enumerated, and none is sampled. What turns a statement alone is looked for "
            f"among these levels. {any_lead(audit.study.rubric.close)}"
        ),
        *in_short(
            "choices-further",
            [places.words(line) for line in of_choices.summary(result)],
            ("worlds:", "First:", "Last:", "A share", " first: ", " last: ", "What decides"),
        ),
        *_shown("choices", of_choices.tables(result), pictures.get("choices", [])),
    )


def _changes(audit: Audit) -> list[Block]:
    """Return what each single change does to the scores."""
    table = audit.changes
    if table.empty:
        return [said("The rubric leaves no choice open.")]
    frame = table.assign(
        change=[spaced(text.replace("=", ": ").replace("_", " ")) for text in table["change"]],
        first=[first or "not applicable" for first in table["first"]],
    )
    frame = frame.rename(columns={"turns": "first_changes"})
    shown = [c for c in frame.columns if c != "not_applicable"]
    reasons = {r for r in table["not_applicable"] if r}
    return [
        said(_single(audit)),
        table_block(
            "single_changes",
            "Scores when one choice or rule is changed and all others stay",
            frame,
            columns=shown if len(shown) <= 12 else shown[:3],
            notes=tuple((f"Not applicable: {reason}",) for reason in sorted(reasons)),
            most=60,
        ),
    ]


def _single(audit: Audit) -> str:
    """Say which single changes were tried, and how many of them move the first place, or nothing."""
    table, ranking = audit.changes, audit.study.ranking
    tried = table[table["not_applicable"] == ""]
    names = list(ranking.table["organisation"])
    before = ranking.table.set_index("organisation")["score"].loc[names]
    shifts = (tried[names].astype(float) - before).abs()
    alike = (shifts.le(TIE) | (tried[names].isna() & before.isna())).all(axis=1)
    turned, still, total = int(tried["turns"].sum()), int(alike.sum()), len(tried)
    near = within_margin(table, ranking.first, audit.study.rubric.close)
    margin = (
        f", {near or 'none'} of them by no more than the margin of {audit.study.rubric.close:g}"
        if turned
        else ""
    )
    return (
        "Here one choice of the rubric is set to another of its levels, or the scoring rule or the "
        "rule for missing cells to another one that there is, and all else stays. "
        f"{turned or 'None'} of {counted(total, 'such change')} {verb(turned, 'changes', 'change')} "
        f"who is first{margin}; {still or 'none'} {verb(still, 'moves', 'move')} no score at all. The "
        "claims are tried under the same changes. Other rules than these two are tried below, where "
        "the rubric lets them vary."
    )


def _shown(part: str, tables: list[Table], pictures: list[Picture]) -> list[Block]:
    """Return figures, and the tables that the page shows."""
    blocks: list[Block] = [picture.block for picture in pictures]
    for table in tables:
        if table.name not in INLINE:
            continue
        numbers = [str(c) for c in table.frame.columns if str(c).startswith("rank ")]
        shares = numbers if table.name in SHARES else []
        frame = table.frame.rename(columns=str)
        blocks.append(
            table_block(
                f"{part}_{table.name}", table.title, frame, percents=shares, shades=shares, most=60
            )
        )
    return blocks


def further_tables(audit: Audit) -> list[Table]:
    """Return the tables on robustness that are in files only."""
    made: list[Table] = []
    parts = {
        "weights": (audit.weights, of_weights.tables),
        "evidence": (audit.evidence, of_evidence.tables),
        "choices": (audit.choices, of_choices.tables),
    }
    for part, (result, tables) in parts.items():
        if isinstance(result, NotApplicable):
            continue
        made += [
            Table(f"{part}_{table.name}", table.title, _plain(table.frame))
            for table in tables(result)  # type: ignore[operator]
            if table.name not in INLINE
        ]
    return made


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=str)
