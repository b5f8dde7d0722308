"""Dated evidence -> the scores of each organisation in each year, as columns beside seizures.

What was seized is no effort: an act that is an outcome, or whose quantity is a seizure, would
stand on both sides of a regression of seizures on scores, so it is left out here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ioscore.errors import EvidenceError, PanelError, Problem
from ioscore.evidence import Evidence, select, validate_evidence
from ioscore.ranking import rank
from ioscore.regression.dose.paths import Dose
from ioscore.rubric import Rubric
from ioscore.scoring import score

WEIGHT = "quantity is a weight, volume or dose: what was seized"
COUNT = "quantity counts seizures, or what was seized"
EVENT = "told of an event of which a seizure is told"
OUTCOME = "outcome, not effort"
UNDATED = "undated"

WEIGHTS = ("kg", "g", "kilograms", "grams", "tonnes", "litres", "doses", "tablets", "ampoules")
"""The codebook weighs nothing but drugs and precursors seized."""
NOT_SEIZED = (
    "people", "courses", "sites", "agencies", "agreements", "states", "documents", "years",
    "months", "hectares", "km",
)  # fmt: skip
"""Units of what cannot be seized: thirty reports on seizures are reports."""
SEIZING = re.compile(r"\b(?:seiz|confiscat|intercept|impound|haul)", re.IGNORECASE)
SHOWN = ["id", "event_id", "organisation", "evidence_type", "year_start", "quantity", "unit"]


@dataclass(frozen=True, kw_only=True)
class YearlyScores:
    """Scores by year, how much is documented, and what was left out.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each year: `year`; for each organisation `<o>_<criterion>` (first level, in
        [0, 1]), `<o>_score` (all criteria), NaN where no act is dated, and `<o>_rows` (dated rows
        that count); `documented_rows` (of all organisations), `documented_words` (of the
        paragraphs in which they stand, each once; NaN where no paragraph is known).
    organisations : tuple of Dose
        For each organisation the columns of its tactics with their weights, as
        `ioscore.regression.dose.analysis` takes them. Barriers are in the table, but no tactics.
    criteria : tuple of str
        Ids of the criteria of the first level that the rubric scores.
    out : pandas.DataFrame
        The rows that would count without a year, but do not with one: columns of the act, `leaf`,
        `reason`.
    """

    table: pd.DataFrame
    organisations: tuple[Dose, ...]
    criteria: tuple[str, ...]
    out: pd.DataFrame

    @property
    def left_out(self) -> dict[str, int]:
        """Number of rows left out, by reason."""
        counts = Counter(self.out["reason"])
        return {r: counts[r] for r in (WEIGHT, COUNT, EVENT, OUTCOME, UNDATED) if counts[r]}

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()


def is_seizure(rows: pd.DataFrame) -> pd.Series:
    """Say which rows have a quantity that is a seizure, and why.

    Parameters
    ----------
    rows : pandas.DataFrame
        With `quantity`, `unit` and `summary`, all text.

    Returns
    -------
    pandas.Series of str
        `WEIGHT` where a quantity is in one of `WEIGHTS`; `COUNT` where it is in any other unit
        but those of `NOT_SEIZED` and the summary speaks of seizing; else empty. Arrests are no
        seizures.
    """
    given = rows["quantity"] != ""
    unit = rows["unit"].str.strip().str.lower()
    weighed = given & unit.isin(WEIGHTS)
    told = rows["summary"].str.contains(SEIZING) & ~unit.isin([*NOT_SEIZED, "arrests"])
    reason = np.select([weighed, given & told], [WEIGHT, COUNT], "")
    return pd.Series(reason, index=rows.index, dtype=object)


def no_effort(rows: pd.DataFrame, events: Iterable[str]) -> pd.Series:
    """Say which rows are outcomes or stand in an event with a seizure, and why.

    Parameters
    ----------
    rows : pandas.DataFrame
    events : iterable of str
        Events of which any row, in any source and of any organisation, is a seizure. They go as a
        whole, since a repetition takes the strength of the fullest telling: kilograms may stand
        behind the strength of rows that do not name them.

    Returns
    -------
    pandas.Series of str
        The reason, or empty.
    """
    own = is_seizure(rows)
    near = rows["event_id"].isin([event for event in events if event])
    conditions = [own != "", near, rows["evidence_type"] == "outcome"]
    reason = np.select(conditions, [own, EVENT, OUTCOME], "")
    return pd.Series(reason, index=rows.index, dtype=object)


def yearly_scores(evidence: Evidence, rubric: Rubric, years: Iterable[int]) -> YearlyScores:
    """Score each organisation by the acts dated in each year, without outcomes and seizures.

    Parameters
    ----------
    evidence : Evidence
    rubric : Rubric
        Gives organisations, criteria and every rule. Gaps stay gaps whatever its rule for missing
        cells; and a method that sets organisations against each other, whose scores of two years
        could not be compared, gives way to the weighted mean.
    years : iterable of int
        An act of several years counts in each.

    Returns
    -------
    YearlyScores

    Raises
    ------
    EvidenceError
        For evidence that breaks its rules, of which nothing is left, or when two columns would
        have one name.
    """
    validate_evidence(evidence, rubric)
    rows = evidence.rows
    events = sorted(set(rows.loc[is_seizure(rows) != "", "event_id"]))
    before = select(evidence, rubric).rows
    reason = no_effort(before, events).mask(
        lambda r: (r == "") & (before["year_start"] == ""), UNDATED
    )
    kept = replace(evidence, rows=rows[no_effort(rows, events) == ""])
    used = rubric.model_copy(
        update={
            "missing": "renormalise",
            "method": rubric.method if rubric.mean is not None else "weighted_mean",
        }
    )
    whole = select(kept, used)
    dated = whole.rows[whole.rows["year_start"] != ""]
    criteria = _scored(score(whole, used).matrix.columns, rubric)
    words = _words(kept)
    lines = [_year(int(y), kept, used, list(whole.organisations), dated, words) for y in years]
    order = ["year", "documented_rows", "documented_words"]
    for name in whole.organisations:
        order += [column(name, c) for c in (*criteria, "score", "rows")]
    if repeated := [name for name, count in Counter(order).items() if count > 1]:
        found = f"two columns would be called {', '.join(repeated)}"
        mend = "Rename an organisation or a criterion of the rubric."
        raise EvidenceError(Problem(where=f"rubric {rubric.name}", found=found, mend=mend))
    tactics = [n for n in rubric.top() if n.kind == "tactic" and n.id in criteria]
    out = before.assign(reason=reason)[reason != ""]
    return YearlyScores(
        table=pd.DataFrame(lines, columns=order),
        organisations=tuple(
            Dose(
                organisation=name,
                weights={column(name, node.id): node.share for node in tactics},
                rows=column(name, "rows"),
            )
            for name in whole.organisations
        ),
        criteria=criteria,
        out=out[[*SHOWN, "summary", "leaf", "reason"]].reset_index(drop=True),
    )


def column(organisation: str, name: str) -> str:
    """Return the name of a column: ``unodc_training``."""
    return re.sub(r"\W+", "_", f"{organisation}_{name}".lower())


def join_scores(table: pd.DataFrame, yearly: YearlyScores, country: str) -> pd.DataFrame:
    """Join yearly scores to the rows of the country that the evidence is about.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a panel: one row for each `country` and `year`.
    yearly : YearlyScores
    country : str
        ISO 3166 alpha-3.

    Returns
    -------
    pandas.DataFrame
        The rows in their order with the columns of the scores; NaN for all other countries, of
        which the evidence says nothing, and for years that were not scored.

    Raises
    ------
    PanelError
        When the panel lacks the country, or has a column of that name already.
    """
    new = [name for name in yearly.table if name != "year"]
    problems = []
    if country not in set(table["country"]):
        found = f"no rows of {country}"
        mend = "Name a country of the panel."
        problems.append(Problem(where="panel", found=found, mend=mend))
    if taken := [name for name in new if name in table]:
        found = f"the panel has a column {', '.join(taken)} already"
        mend = "Rename an organisation or a criterion of the rubric."
        problems.append(Problem(where="panel", found=found, mend=mend))
    if problems:
        raise PanelError(*problems)
    columns = yearly.table.set_index("year").astype(float).reindex(table["year"])
    columns.index = table.index
    columns[table["country"] != country] = np.nan
    return pd.concat([table, columns], axis=1)


def _year(
    year: int,
    evidence: Evidence,
    rubric: Rubric,
    names: list[str],
    dated: pd.DataFrame,
    words: dict[tuple[str, str], tuple[int, int]],
) -> dict[str, object]:
    """Return one row of the table; what no act is dated of stays out of it, as NaN."""
    text = f"{year:04d}"
    acts = dated[(dated["year_start"] <= text) & (dated["year_end"] >= text)]
    row: dict[str, object] = {"year": year, "documented_rows": len(acts)}
    places = {
        words.get(key) for key in zip(acts["source"], acts["locator"].map(_line), strict=True)
    }
    places -= {None}
    if places or (words and acts.empty):
        row["documented_words"] = float(sum(place[1] for place in places if place))
    counts = acts["organisation"].value_counts()
    row |= {column(name, "rows"): int(counts.get(name, 0)) for name in names}
    if acts.empty:
        return row
    ranking = rank(score(select(evidence, rubric, window=(year, year)), rubric), rubric)
    for name, value in zip(ranking.table["organisation"], ranking.table["score"], strict=True):
        if name in counts:
            row[column(name, "score")] = value
    for (name, criterion), value in ranking.criterion_scores.stack(future_stack=True).items():
        row[column(name, criterion)] = value
    return row


def _scored(paths: Iterable[str], rubric: Rubric) -> tuple[str, ...]:
    """Return the criteria of the first level that have a leaf that is scored."""
    first = {path.split("/")[0] for path in paths}
    return tuple(node.id for node in rubric.top() if node.path in first)


def _words(evidence: Evidence) -> dict[tuple[str, str], tuple[int, int]]:
    """Return for each source and line its paragraph: number and words."""
    if evidence.paragraphs.empty:
        return {}
    return {
        (row.source, str(line)): (n, int(row.words))
        for n, row in enumerate(evidence.paragraphs.itertuples(index=False))
        for line in range(row.line, row.line_end + 1)
    }


def _line(locator: str) -> str:
    """Return the line that a locator begins with, or nothing."""
    match = re.match(r"line (\d+)", locator)
    return match[1] if match else ""
