"""The models of the country panel, and their fits by pyfixest."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from ioscore.errors import NotApplicable
from ioscore.regression.permutation.paths import NO_VARIATION, Array
from ioscore.regression.permutation.placed import effects_design, orthonormal_basis
from ioscore.regression.plan import AnalysisPlan, Transformation, Treatment
from ioscore.regression.sample import Drawn, draw_sample

Variant = Literal["main", "governance", "trends", "jointly", "common trend"]

SSC = {"k_adj": True, "k_fixef": "nonnested", "G_adj": True, "G_df": "min"}
"""Of pyfixest: errors by country have the factor (N - 1)/(N - k) G/(G - 1), where k leaves out the
effects within countries."""
TOLERANCE = 1e-11
MOST_STEPS = 100
ABSORBED = "supply, which year effects absorb: all countries of the sample are exposed to it alike"


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model with effects, of which one coefficient is wanted.

    Attributes
    ----------
    frame : pandas.DataFrame
        `country`, `year`, `y` (kilograms for Poisson) and the columns named below.
    column : str
        Whose coefficient is wanted.
    controls, effects : tuple of str
    poisson : bool
        PPML; else least squares.
    """

    frame: pd.DataFrame
    column: str
    controls: tuple[str, ...]
    effects: tuple[str, ...]
    poisson: bool

    @property
    def clusters(self) -> int:
        """Countries in the frame."""
        return int(self.frame["country"].nunique())

    @property
    def treated(self) -> int:
        """Countries in which the column varies."""
        return int((self._range("country") > 0).sum())

    @property
    def common(self) -> bool:
        """Whether the column is the same for all countries in each year."""
        return bool((self._range("year") == 0).all())

    def _range(self, key: str) -> pd.Series:
        groups = self.frame.groupby(key)[self.column]
        return groups.max() - groups.min()


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fit.

    Attributes
    ----------
    coefficient : float
    se : float or None
        CR1 by country; None where the residuals leave nothing to take it from.
    kept : pandas.Index
        Rows of the frame that are in the fit; Poisson leaves out what it separates.
    mean : numpy.ndarray
        Fitted means of the rows kept, of a Poisson model; else empty.
    """

    coefficient: float
    se: float | None
    kept: pd.Index
    mean: Array


def variation_left(model: Model) -> bool:
    """Say whether effects and controls leave any variation of the column."""
    basis = orthonormal_basis(effects_design(model.frame, model.effects, model.controls))
    column = model.frame[model.column].to_numpy(float)
    left = column - basis @ (basis.T @ column)
    return bool(left @ left > NO_VARIATION * (column @ column))


def fit(model: Model, *, redundant: bool = False) -> Fitted | NotApplicable:
    """Fit a model with errors by country.

    Parameters
    ----------
    model : Model
    redundant : bool
        Whether controls that the others make redundant may be dropped, as in a part of the sample;
        the coefficient is the same without them.

    Returns
    -------
    Fitted or NotApplicable
        The latter where there are no rows or nothing was seized in any, nothing is left of the
        column, a variable is collinear, the rows do not carry the parameters, or the iteration
        does not converge.
    """
    if model.frame.empty:
        return NotApplicable("no country has a year with all that the model needs")
    # A Poisson model of nothing has no means; pyfixest would end the process.
    if model.poisson and not model.frame["y"].sum() > 0:
        return NotApplicable("the outcome is zero in every country and year")
    if not variation_left(model):
        return NotApplicable(f"effects and controls leave no variation of {model.column}")
    found = fitted_by_pyfixest(model, (model.column, *model.controls), redundant=redundant)
    if isinstance(found, NotApplicable):
        return found
    place = list(found._coefnames).index(model.column)
    variance = float(found._vcov[place, place])
    return Fitted(
        coefficient=float(found._beta_hat[place]),
        se=float(np.sqrt(variance)) if variance > 0 else None,
        kept=pd.Index(found._data["row"]),
        mean=np.ravel(found._Y_hat_response) if model.poisson else np.empty(0),
    )


def null_mean(model: Model, effect: float) -> Array | NotApplicable:
    """Return the Poisson means where the effect of the column is given, not estimated.

    Parameters
    ----------
    model : Model
        Poisson.
    effect : float
        Log points.

    Returns
    -------
    numpy.ndarray or NotApplicable
        For each row of the frame.
    """
    found = fitted_by_pyfixest(model, model.controls, effect * model.frame[model.column])
    if isinstance(found, NotApplicable):
        return found
    mean = np.ravel(found._Y_hat_response)
    if len(mean) != len(model.frame) or not (np.isfinite(mean) & (mean > 0)).all():
        return NotApplicable("the fit without the treatment has no means for every row")
    return mean


def drawn_model(
    table: pd.DataFrame,
    plan: AnalysisPlan,
    *,
    outcome: str,
    variant: Variant,
    how: Transformation,
    treatment: Treatment | None,
) -> tuple[Model, Drawn]:
    """Return the model of one coefficient and the rows drawn for it.

    Parameters
    ----------
    table, plan, outcome
        As `country_panel` takes them.
    variant : {"main", "governance", "trends", "jointly", "common trend"}
    how : {"poisson", "log"}
    treatment : Treatment or None
        None for supply itself, which is there with a common trend only.

    Returns
    -------
    Model, Drawn
        Without supply, and with a note among what was left out, where year effects absorb it since
        all countries of the sample are exposed to it alike.
    """
    own = (treatment.column,) if treatment else ()
    others = tuple(t.column for t in plan.treatments if t.column not in own)
    wanted = [
        *plan.panel.controls,
        *(plan.panel.further_controls if variant == "governance" else ()),
    ]
    drawn = draw_sample(
        table,
        plan,
        outcome=outcome,
        how=how,
        treatments=(*own, *others) if variant == "jointly" else own,
        supply=plan.controls.supply if "supply" in wanted or treatment is None else None,
        exposed_only=variant != "common trend",
        governance=plan.controls.governance if "governance" in wanted else None,
    )
    frame = drawn.frame
    controls = [name for name in drawn.controls if name != "supply"]
    if "supply_exposed" in controls and "year" in plan.panel.effects and _shared_by_all(frame):
        controls.remove("supply_exposed")
        drawn = replace(drawn, left_out=(*drawn.left_out, ABSORBED))
    if variant == "jointly":
        controls += others
    if variant == "trends":
        # One country less: year effects hold the trend that all share.
        for country in sorted(frame["country"].unique())[:-1]:
            centred = frame["year"] - frame["year"].mean()
            frame = frame.assign(
                **{f"trend_{country}": centred.where(frame["country"] == country, 0.0)}
            )
            controls.append(f"trend_{country}")
    if variant == "common trend":
        frame = frame.assign(trend=frame["year"] - frame["year"].mean())
        controls.append("trend")
    model = Model(
        frame=frame,
        column=treatment.column if treatment else "supply",
        controls=tuple(controls),
        effects=("country",) if variant == "common trend" else tuple(plan.panel.effects),
        poisson=how == "poisson",
    )
    return model, drawn


def _shared_by_all(frame: pd.DataFrame) -> bool:
    """Say whether supply is the same for all countries in each year."""
    years = frame.groupby("year")["supply_exposed"]
    return bool((years.max() == years.min()).all())


def fitted_by_pyfixest(
    model: Model,
    variables: Sequence[str],
    offset: pd.Series | None = None,
    *,
    redundant: bool = False,
) -> Any:
    """Return a fit of pyfixest that converged with all its variables, or `NotApplicable`.

    Parameters
    ----------
    model : Model
    variables : sequence of str
        Columns to estimate coefficients of.
    offset : pandas.Series, optional
        Part of a Poisson model's linear predictor that is given; then errors are not by country.
    redundant : bool
        Whether pyfixest may drop collinear variables, but for the column whose coefficient is
        wanted.
    """
    import pyfixest
    from pyfixest.demeaners import MapDemeaner

    # wildboottest takes clusters as whole numbers only.
    frame = model.frame.assign(
        cluster=pd.Categorical(model.frame["country"]).codes.astype(np.int64),
        row=model.frame.index,
    )
    common: dict[str, Any] = {
        "vcov": {"CRV1": "cluster"},
        "ssc": pyfixest.ssc(**SSC),
        "fixef_rm": "none",
        "demeaner": MapDemeaner(fixef_tol=TOLERANCE),
    }
    if offset is not None:
        frame["offset"] = offset
        common |= {"offset": "offset", "vcov": "iid"}
    formula = f"y ~ {' + '.join(variables) or '1'} | {' + '.join(model.effects)}"
    with warnings.catch_warnings():
        # What the package warns of is looked up in the fit below.
        warnings.simplefilter("ignore")
        try:
            if model.poisson:
                steps: dict[str, Any] = {"iwls_tol": TOLERANCE, "iwls_maxiter": MOST_STEPS}
                found = pyfixest.fepois(formula, frame, **common, **steps)
            else:
                found = pyfixest.feols(formula, frame, **common)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError, IndexError) as error:
            return NotApplicable(f"pyfixest found no fit: {str(error).strip().rstrip('.')}")
    dropped = list(found._collin_vars or ())
    if model.column in dropped or (dropped and not redundant):
        return NotApplicable(f"collinear with effects or controls: {', '.join(dropped)}")
    if model.poisson and not found.convergence:
        return NotApplicable(f"the Poisson iteration did not converge in {MOST_STEPS} steps")
    if not np.isfinite(found._beta_hat).all():
        return NotApplicable("the fit has coefficients that are not numbers")
    return found
