"""What methods reject of true null hypotheses, as a table."""

from __future__ import annotations

import pandas as pd

from ioscore.regression.results import METHODS, rejects_too_often
from ioscore.report.regression.common import MARK
from ioscore.report.sentences import percent


def null_table(sizes: pd.DataFrame) -> pd.DataFrame:
    """Return the share of true null hypotheses that each method rejects, with its 95% limits.

    Parameters
    ----------
    sizes : pandas.DataFrame
        `analysis`, `estimator`, `method`, `level`, `panels`, `tests`, `rate`, `low`, `high`.

    Returns
    -------
    pandas.DataFrame
        A row for each, marked where the limits lie above the level.
    """
    rows = []
    for one, above in zip(sizes.to_dict("records"), rejects_too_often(sizes), strict=True):
        rows.append(
            {
                "analysis": one["analysis"],
                "estimator": one["estimator"],
                "method": METHODS[one["method"]].name + (f" {MARK}" if above else ""),
                "level": percent(float(one["level"])),
                "rejected": percent(float(one["rate"])),
                "95% limits": f"{percent(float(one['low']))} to {percent(float(one['high']))}",
                "panels": int(one["panels"]),
            }
        )
    return pd.DataFrame(rows)
