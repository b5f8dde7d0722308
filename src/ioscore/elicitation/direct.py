"""Weights from numbers given directly: points, and swings from worst to best."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ioscore.elicitation.problems import AnswersError, Places, problem

FULL_SWING = 100.0
"""What the swing that matters most is worth."""


def points_weights(points: pd.Series, *, places: Places | None = None) -> pd.Series:
    """Return weights from points shared out among criteria.

    Parameters
    ----------
    points : pandas.Series, (n,)
        By criterion, >= 0, any sum; only their proportions count.
    places : mapping of str to str, optional
        Where each answer stands, for messages.

    Returns
    -------
    pandas.Series
        >= 0, summing to one.

    Raises
    ------
    AnswersError
        For a number below zero or not finite, and where all are zero.

    References
    ----------
    von Winterfeldt, D. and Edwards, W. (1986). Decision Analysis and Behavioral Research.
    Cambridge University Press, ch. 8.
    """
    values = points.to_numpy(dtype=float)
    wrong = [
        problem(places, str(name), "points", f"{value:g}", "Points are zero or more.")
        for name, value in zip(points.index, values, strict=True)
        if not (np.isfinite(value) and value >= 0)
    ]
    if not wrong and values.sum() <= 0:
        names = ", ".join(map(str, points.index))
        mend = "Give at least one of them points above zero."
        wrong = [problem(places, str(points.index[0]), "points", f"{names} all have none", mend)]
    if wrong:
        raise AnswersError(*wrong)
    return pd.Series(values / values.sum(), index=points.index)


def swing_weights(swings: pd.Series, *, places: Places | None = None) -> pd.Series:
    """Return weights from how much each criterion's swing from its worst to its best is worth.

    Parameters
    ----------
    swings : pandas.Series, (n,)
        By criterion: 100 for the swing that one would want first, and each other one as a share
        of it, 0 to 100.
    places : mapping of str to str, optional
        Where each answer stands, for messages.

    Returns
    -------
    pandas.Series
        >= 0, summing to one.

    Raises
    ------
    AnswersError
        For a number outside 0 to 100, and where none is 100.

    References
    ----------
    von Winterfeldt, D. and Edwards, W. (1986). Decision Analysis and Behavioral Research.
    Cambridge University Press, ch. 8.
    Edwards, W. and Barron, F. H. (1994). SMARTS and SMARTER. Organizational Behavior and Human
    Decision Processes 60(3), 306-325. doi:10.1006/obhd.1994.1087
    """
    values = swings.to_numpy(dtype=float)
    wrong = [
        problem(places, str(name), "swing", f"{value:g}", "A swing is worth 0 to 100.")
        for name, value in zip(swings.index, values, strict=True)
        if not 0 <= value <= FULL_SWING
    ]
    if not wrong and values.max() < FULL_SWING:
        top = str(swings.index[int(np.argmax(values))])
        found = f"the greatest is {values.max():g}, and none is 100"
        mend = "Give 100 to the swing that you would want first, and the others in proportion."
        wrong = [problem(places, top, "swing", found, mend)]
    if wrong:
        raise AnswersError(*wrong)
    return pd.Series(values / values.sum(), index=swings.index)
