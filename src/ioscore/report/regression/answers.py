"""What the plan counts as an answer, in sentences and a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ioscore.regression.plan import AnalysisPlan
from ioscore.report.panel import AMBIGUOUS
from ioscore.report.regression.common import changed_word, factor
from ioscore.report.sensitivity.common import Table
from ioscore.report.sentences import listed

WORDS = {
    "shows": "shows",
    "none_large": "no large effect",
    "cannot_say": "cannot be said",
}


def answers_text(found: pd.DataFrame, plan: AnalysisPlan, changed: Sequence[str] = ()) -> list[str]:
    """Return the answer of the plan's question in sentences.

    Parameters
    ----------
    found : pandas.DataFrame
        From `ioscore.regression.answers.answers`.
    plan : AnalysisPlan
    changed : sequence of str
        What of the plan was changed for this run.
    """
    lines = [" ".join(plan.question.split())]
    if changed:
        lines.append(f"Answered {changed_word(changed)}; so this is not the answer of the plan.")
    for answer, group in found.groupby("answer", sort=False):
        names = listed(list(group["organisation"]))
        if answer == "shows":
            lines.append(f"It shows, by what the plan asks for: {names}.")
        elif answer == "none_large":
            lines.append(
                f"No effect beyond a factor of {plan.answers.factor:g} either way: {names}."
            )
        else:
            lines.append(f"These data cannot say: {names}.")
    return [*lines, AMBIGUOUS]


def answers_table(found: pd.DataFrame) -> Table:
    """Return one row for each organisation, effects as factors."""
    shown = pd.DataFrame(
        {
            "organisation": found["organisation"],
            "factor": found["coefficient"].map(factor),
            "low": found["low"].map(_bound),
            "high": found["high"].map(_bound),
            "p": found["p"],
            "p corrected": found["p_corrected"],
            "detectable": found["detectable"].map(factor),
            "median of curve": found["median"].map(factor),
            "curve p": found["curve_p"],
            "same sign": found["same_sign"],
            "p before": found["before_p"],
            "answer": found["answer"].map(WORDS),
            "because": found["because"],
        }
    )
    return Table("answers", "What the plan counts as an answer", shown)


def _bound(points: float) -> str:
    """Return an end of an interval as a factor; an end that was not found is open."""
    text = factor(abs(points)) if abs(points) == float("inf") else factor(points)
    return "open" if text == "none" else text
