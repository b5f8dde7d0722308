"""What all specifications together say, in sentences, tables, JSON and figures."""

from __future__ import annotations

from math import exp, isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from ioscore.regression.curve import SpecificationCurve
from ioscore.regression.curve.specifications import DIMENSIONS
from ioscore.regression.plan import instrument
from ioscore.report.sensitivity.common import Table
from ioscore.report.sentences import listed, percent
from ioscore.report.tables import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ioscore.report.figures.specification_curve import Curve

SCORE = (
    "Poisson models are permuted by their score: one Newton step from the model without the "
    "treatment, fitted once; the coefficients shown are those of the full fit."
)
JOINT = (
    "The joint test gives the paths of an instrument to other countries, the same way in all "
    "specifications at once, and asks how often the median lies as far from zero as it does."
)


_LABELS = {
    "specifications": "specifications crossed",
    "repeated": "of these repeat another",
    "not_applicable": "of these not applicable",
    "estimated": "of these estimated",
    "positive": "coefficients above zero",
    "negative": "coefficients below zero",
    "median": "median coefficient, log points",
    "median_tested": "the same in what the joint test takes",
    "same_sign": "share with the sign of the main specification",
    "sign": "share of the dominant sign",
    "significant": "share significant by cluster errors, dominant sign",
    "p_median": "joint p, median (planned)",
    "p_sign": "joint p, dominant sign",
    "p_significant": "joint p, share significant",
    "critical": "median that would stand out",
    "mde": "detectable effect, log points",
    "assignments": "distinct assignments of the paths",
    "draws": "assignments taken",
    "left_out": "share of permuted values that there are not",
    "holm_median": "p by Holm, median (planned)",
    "holm_sign": "p by Holm, dominant sign",
    "holm_significant": "p by Holm, share significant",
}


def summary(result: SpecificationCurve) -> list[str]:
    """Return the reading: what was crossed, and for each instrument what came out."""
    joint = result.joint
    crossed, counted = int(joint["specifications"].sum()), int(joint["estimated"].sum())
    lines = [
        f"{crossed:,} specifications, every combination of the plan's {listed(list(DIMENSIONS))} "
        f"for {len(joint)} instruments: {counted:,} are distinct and can be estimated, "
        f"{int(joint['repeated'].sum()):,} repeat another and count once, "
        f"{int(joint['not_applicable'].sum()):,} are not applicable.",
        JOINT,
        SCORE,
    ]
    return lines + [_reading(result, row) for row in joint.to_dict("records")]


def tables(result: SpecificationCurve) -> list[Table]:
    """Return the joint test, the share of each choice, medians by level, and the reasons."""
    tests = result.joint.drop(columns=["treatment"]).assign(instrument=_words(result.joint))
    # A column for each organisation: the tests have more figures than a screen has room across.
    tests = tests.set_index("organisation").dropna(axis="columns", how="all").T
    tests = tests.loc[["instrument", *tests.index.drop("instrument")]]
    tests.index = pd.Index([_LABELS.get(name, name) for name in tests.index], name="figure")
    tests = tests.reset_index()
    tests.columns.name = None
    shares = result.shares.pivot(index="dimension", columns="treatment", values="eta_squared")
    shares = shares.reindex(index=list(DIMENSIONS), columns=list(result.joint["treatment"]))
    named = dict(zip(result.joint["treatment"], result.joint["organisation"], strict=True))
    shares = shares.rename(columns=named).rename_axis("choice").reset_index()
    shares.columns.name = None
    return [
        Table("joint", "The joint permutation test of each specification curve", tests),
        Table("choices", "Variance of the coefficients between levels of each choice", shares),
        Table("levels", "Coefficients by level of each choice", _levels(result)),
        Table("reasons", "Specifications that are not applicable, by reason", result.reasons),
    ]


def specifications(result: SpecificationCurve) -> Table:
    """Return every specification: thousands of rows, for a file and not for a screen."""
    table = result.table.rename_axis("specification").reset_index()
    return Table("specifications", "Every specification", table)


def document(result: SpecificationCurve) -> dict[str, Any]:
    """Return the joint tests, shares of variance and reasons as JSON has them."""
    return {
        "joint": records(result.joint.replace([float("inf")], float("nan"))),
        "choices": records(result.shares),
        "levels": records(_levels(result)),
        "reasons": records(result.reasons),
        "notes": [JOINT, SCORE],
    }


def figures(result: SpecificationCurve, source: str) -> dict[str, Figure]:
    """Return the curve of each instrument that has one, and all of them on one sheet."""
    from ioscore.report.figures.specification_curve import one_curve, overview

    curves = {
        row["organisation"].lower(): _curve(result, row)
        for row in result.joint.to_dict("records")
        if not row["reason"]
    }
    levels = {name: list(dict.fromkeys(result.table[name].astype(str))) for name in DIMENSIONS}
    note = (
        "Strips: the darker, the more of the specifications there have the level (bold: main "
        "specification).\n"
        "Poisson (PPML): band and permutation tests by a score test. Seizures measure enforcement as much as flow: no sign is success."
    )
    made = {name: one_curve(curve, levels, note, source) for name, curve in curves.items()}
    if curves:
        note = (
            "Every specification of the plan. Poisson (PPML): band and tests by a score test. "
            "Seizures measure enforcement as much as flow: no sign is success."
        )
        made["overview"] = overview(list(curves.values()), note, source)
    return made


def _curve(result: SpecificationCurve, row: dict[str, Any]) -> Curve:
    from ioscore.report.figures.specification_curve import Curve

    said = (
        f"joint test of the median ({row['median']:+.2f}): p = {row['p_median']:.3f}, "
        f"{row['holm_median']:.3f} corrected for {len(result.joint)} instruments"
    )
    return Curve(
        name=f"{row['organisation']}, {instrument(row['treatment'], row['organisation'])}",
        rows=_counted(result, row["treatment"]),
        band=result.bands[result.bands["treatment"] == row["treatment"]],
        median=row["median"],
        said=said,
        level=result.level,
    )


def _reading(result: SpecificationCurve, row: dict[str, Any]) -> str:
    """Return what came out for one instrument, and what could have been seen."""
    name = f"{row['organisation']} ({instrument(row['treatment'], row['organisation'])})"
    if row["reason"]:
        return f"{name}: not applicable, {row['reason']}."
    parts = [
        f"{name}: {row['positive']:,} coefficients above zero and {row['negative']:,} below, "
        f"median {row['median']:+.3f} log points (a factor of {exp(row['median']):.2f}); joint "
        f"p = {row['p_median']:.3f} for the median, which the plan names, "
        f"{row['holm_median']:.3f} after Holm's correction over the instruments (beside it "
        f"{row['holm_sign']:.3f} for the share of one sign and {row['holm_significant']:.3f} for "
        "the share significant by cluster errors, both corrected)"
    ]
    own = result.table[(result.table["treatment"] == row["treatment"]) & result.table["main"]]
    if len(own) and not own.iloc[0]["not_applicable"]:
        main = own.iloc[0]
        parts.append(
            f"the main specification has {main['coefficient']:+.3f} "
            f"(p = {main['p']:.3f} by itself), and {percent(row['same_sign'])} have its sign"
        )
    if isfinite(row["critical"]):
        parts.append(
            f"a median beyond a factor of {exp(row['critical']):.2f} would have stood out, and a "
            f"true factor of {exp(row['mde']):.2f} in all specifications would have been found as "
            f"often as the plan asks"
        )
    else:
        parts.append(
            f"there are only {row['assignments']} ways to give its paths to countries, so no "
            "effect whatever could have been found at the level of the plan"
        )
    shares = result.shares[result.shares["treatment"] == row["treatment"]]
    top = shares.sort_values("eta_squared", ascending=False, kind="stable").head(2)
    moves = [
        f"{d} ({percent(s)})" for d, s in zip(top["dimension"], top["eta_squared"], strict=True)
    ]
    parts.append(f"of the variance among coefficients most lies between levels of {listed(moves)}")
    return "; ".join(parts) + "."


def _counted(result: SpecificationCurve, treatment: str) -> pd.DataFrame:
    rows = result.table[result.table["treatment"] == treatment]
    return rows[rows["same_as"].isna() & (rows["not_applicable"] == "")]


def _levels(result: SpecificationCurve) -> pd.DataFrame:
    """Return for each level of each choice the specifications, their median and their signs."""
    made = []
    for row in result.joint.to_dict("records"):
        counted = _counted(result, row["treatment"])
        for name in DIMENSIONS:
            for level, rows in counted.groupby(counted[name].astype(str), sort=False):
                made.append(
                    {
                        "organisation": row["organisation"],
                        "choice": name,
                        "level": level,
                        "specifications": len(rows),
                        "median": rows["coefficient"].median(),
                        "positive": (rows["coefficient"] > 0).mean(),
                        "significant alone": (rows["p"] <= result.level).mean(),
                    }
                )
    return pd.DataFrame(made)


def _words(joint: pd.DataFrame) -> list[str]:
    return [
        instrument(column, organisation)
        for column, organisation in zip(joint["treatment"], joint["organisation"], strict=True)
    ]
