"""What the plan counts as an answer, read off the planned results."""

from __future__ import annotations

from math import nan
from typing import Literal

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.curve import SpecificationCurve
from ioscore.regression.event.analysis import EventStudy
from ioscore.regression.event.inference import Before
from ioscore.regression.panel.analysis import CountryPanel, treatment_label
from ioscore.regression.plan import AnalysisPlan

Answer = Literal["shows", "none_large", "cannot_say"]


def answers(
    panel: CountryPanel, curve: SpecificationCurve, event: EventStudy, plan: AnalysisPlan
) -> pd.DataFrame:
    """Return for each treatment of the plan whether its effort shows in seizures.

    Parameters
    ----------
    panel, event
        Of the outcome of the plan.
    curve : SpecificationCurve
    plan : AnalysisPlan
        Its `answers` say what counts.

    Returns
    -------
    pandas.DataFrame
        One row for each treatment: `organisation`, `coefficient` (planned, log points), `low`,
        `high`, `p` and `p_corrected` (over the treatments), `detectable` (log points), `median` (of
        the curve), `curve_p` (joint, corrected), `same_sign` (share of specifications),
        `before_p` (of a trend before the start; NaN where no event study applies or its test could
        not be made), `answer` (``shows``, ``none_large`` or ``cannot_say``), `because`.

    Notes
    -----
    A p is clear at the level or below it: that of a permutation, (k + 1)/(B + 1), can equal it.
    """
    before = {course.treatment: course.before for course in event.courses}
    joint = curve.joint.set_index("treatment")
    own = panel.corrected.set_index("label")
    reach = np.log(plan.answers.factor)
    rows = []
    for treatment in plan.treatments:
        planned = own.loc[treatment_label(treatment)]
        curved = joint.loc[treatment.column]
        trend = before.get(treatment.column, NotApplicable("not in the plan of the event study"))
        applies = isinstance(trend, Before)
        before_p = trend.p if isinstance(trend, Before) else nan
        before_p = nan if isinstance(before_p, NotApplicable) else before_p
        against = {
            "the planned estimate is not clear": not planned["corrected_p"] <= plan.level,
            "the curve as a whole is not clear": not curved["holm_median"] <= plan.level,
            "too few specifications have its sign": not curved["same_sign"]
            >= plan.answers.same_sign,
            "a trend before the start": before_p <= plan.level,
            "whether there was a trend before the start could not be tested": applies
            and np.isnan(before_p),
        }
        # A figure that there is not is no evidence, so each condition fails without it. Where no
        # event study applies the plan asks for none, and nothing is held against.
        missing = [reason for reason, holds in against.items() if holds]
        within = bool(-reach <= planned["low"] and planned["high"] <= reach)
        answer: Answer = "shows" if not missing else "none_large" if within else "cannot_say"
        if answer == "cannot_say":
            missing.append(f"effects beyond a factor of {plan.answers.factor:g} are not ruled out")
        rows.append(
            {
                "organisation": treatment.organisation,
                "coefficient": planned["coefficient"],
                "low": planned["low"],
                "high": planned["high"],
                "p": planned["p"],
                "p_corrected": planned["corrected_p"],
                "detectable": planned["mde"],
                "median": curved["median"],
                "curve_p": curved["holm_median"],
                "same_sign": curved["same_sign"],
                "before_p": before_p,
                "answer": answer,
                "because": "; ".join(missing),
            }
        )
    return pd.DataFrame(rows)
