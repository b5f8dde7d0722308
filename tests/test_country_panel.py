"""The country panel: what is planned, what is estimated, what is corrected, and how it is told."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ioscore.errors import NotApplicable
from ioscore.regression.panel.analysis import INFERENCES, SUPPLY, country_panel, treatment_label
from ioscore.regression.panel.cluster_inference import SHARED
from ioscore.regression.panel.model import drawn_model, fit
from ioscore.regression.results import Inference, to_frame
from outcome_data import plan, real_panel

EFFECT, ELASTICITY = 0.7, 0.3


def small_plan(*columns, only=None):
    """Return the shipped plan with these treatments only and few draws, so that tests are quick."""
    kept = tuple(t for t in plan().treatments if t.column in columns)
    changed = {"treatments": kept, "draws": 49, "bootstraps": 199}
    if only:
        one = {"estimator": only, "further_estimators": ()}
        changed["panel"] = plan().panel.model_copy(update=one)
    return plan().model_copy(update=changed)


def made_up(seed=0, *, noise=0.4, column="sco_membership"):
    """Return the shipped panel with made-up opiates: an effect of a treatment and of supply."""
    rng = np.random.default_rng(seed)
    table = real_panel()
    table = table[table["country"].isin(plan().sample.countries)].reset_index(drop=True)
    own = dict(zip(plan().sample.countries, rng.normal(6, 1, 11), strict=True))
    supply = np.log(table.groupby("country")["poppy_ha"].shift(1))
    exposed = table["country"].isin(plan().controls.exposed)
    logs = (
        table["country"].map(own)
        + 0.02 * (table["year"] - 2000)
        + ELASTICITY * supply.where(exposed, 0.0).fillna(0.0)
        + EFFECT * table[column]
        + noise * rng.normal(size=len(table))
    )
    reported = table["opiates"].notna()
    return table.assign(opiates=np.exp(logs).where(reported))


@pytest.fixture(scope="module")
def result():
    chosen = small_plan("sco_membership", "osce_border_management_staff_college")
    return country_panel(made_up(), chosen, outcome="opiates", rng=np.random.default_rng(1))


def test_every_estimate_has_the_four_inferences_side_by_side(result):
    """Each is a number or a reason without a final stop; p in (0, 1]; the plan's own is the main."""
    for estimate in result.estimates:
        assert tuple(estimate.inference) == INFERENCES
        assert estimate.main == "permutation"
        for found in estimate.inference.values():
            if isinstance(found, Inference):
                assert 0 < found.p <= 1
                assert found.mde > 0
            else:
                assert found.reason
                assert not found.reason.endswith(".")


def test_only_one_treatment_at_a_time_is_planned(result):
    """Planned: the first estimator of the plan, no variant; all else is exploratory."""
    planned = {(e.label, e.estimator) for e in result.estimates if e.planned}
    labels = ("SCO membership", "OSCE border management staff college")
    assert planned == {(x, "Poisson (PPML)") for x in labels}
    variants = {e.label.partition(", ")[2] for e in result.estimates if not e.planned}
    assert variants == {
        "",
        "with governance",
        "with own trends",
        "all jointly",
        "year effects",
        "common trend",
    }


@pytest.mark.parametrize("how", ["poisson", "log"])
@pytest.mark.parametrize("variant", ["main", "governance", "trends", "jointly"])
def test_an_effect_almost_without_noise_is_found(variant, how):
    """What was put in comes out in every variant: the design holds no other trace of it."""
    model, _ = drawn_model(
        made_up(noise=0.001),
        plan(),
        outcome="opiates",
        variant=variant,
        how=how,
        treatment=plan().treatments[2],
    )
    # Noise of a thousandth; without any the deviance is zero, and iterations stop by chance.
    assert fit(model).coefficient == pytest.approx(EFFECT, abs=0.005)


def test_supply_is_absorbed_by_year_effects_and_found_beside_a_common_trend():
    """With year effects there is no coefficient of supply; with a trend its elasticity is found."""
    table = made_up(noise=0.0)
    logs = np.log(table.groupby("country")["poppy_ha"].shift(1)).fillna(0.0)
    base = 5 + 0.02 * (table["year"] - 2000) + ELASTICITY * logs
    table["opiates"] = np.exp(base).where(table["opiates"].notna())
    found = country_panel(
        table,
        small_plan("sco_membership", only="log"),
        outcome="opiates",
        rng=np.random.default_rng(0),
    )
    absorbed = [e for e in found.estimates if e.label == "Afghan supply, year effects"]
    assert len(absorbed) == 1
    for estimate in absorbed:
        assert isinstance(estimate.coefficient, NotApplicable)
        assert "absorbed by the year effects" in estimate.coefficient.reason
        assert all(isinstance(one, NotApplicable) for one in estimate.inference.values())
    model, _ = drawn_model(
        table, plan(), outcome="opiates", variant="common trend", how="log", treatment=None
    )
    assert model.effects == ("country",)
    assert fit(model).coefficient == pytest.approx(ELASTICITY, abs=1e-8)


def test_supply_says_that_countries_share_its_shocks(result):
    """Errors by country of what is the same for all are printed with that warning."""
    one = next(e for e in result.estimates if e.label == "Afghan supply, common trend")
    assert SHARED in one.inference["cluster"].note
    assert isinstance(one.inference["permutation"], NotApplicable)


def test_one_treated_country_is_not_given_errors_by_country(result):
    """The Border Management Staff College is in one country: permutation alone, able to see nothing."""
    one = next(e for e in result.estimates if e.organisation == "OSCE" and e.planned)
    assert [name for name, x in one.inference.items() if isinstance(x, Inference)] == [
        "permutation"
    ]
    assert one.inference["permutation"].mde == math.inf
    assert one.treated == 1


def test_the_correction_is_that_of_holm(result):
    """Two p-values: twice the smaller one, and the larger one or that, whichever is larger."""
    table = result.corrected.sort_values("p")
    small, large = table["p"]
    expected = [min(1, 2 * small), min(1, max(large, 2 * small))]
    assert list(table["corrected_p"]) == pytest.approx(expected)
    main = {e.label: e for e in result.estimates if e.planned and "Poisson" in e.estimator}
    for row in result.corrected.to_dict("records"):
        found = main[row["label"]].inference["permutation"]
        assert (row["p"], row["low"], row["high"]) == (found.p, found.low, found.high)
        inside = -math.log(1.5) <= found.low and found.high <= math.log(1.5)
        assert row["within_factor"] == inside


def test_a_treatment_without_an_estimate_is_not_corrected_for():
    """Where a treatment has no number its row has the reason, and the others are fewer."""
    table = made_up()
    table["sco_membership"] = (table["year"] > 2005).astype(float)
    chosen = small_plan("sco_membership", "csto_operation_channel", only="log")
    found = country_panel(table, chosen, outcome="opiates", rng=np.random.default_rng(1)).corrected
    gone, there = (found[found["organisation"] == x].iloc[0] for x in ("SCO", "CSTO"))
    assert "leave no variation" in gone["not_applicable"]
    assert math.isnan(gone["p"])
    assert there["corrected_p"] == there["p"]


def test_processes_change_nothing_and_progress_counts():
    """Two processes give the same numbers as one; progress is told after each estimate."""
    told = []
    one, two = (
        country_panel(
            made_up(),
            small_plan("sco_membership", only="log"),
            outcome="opiates",
            rng=np.random.default_rng(1),
            jobs=jobs,
            progress=lambda done, everything: told.append((done, everything)),
        )
        for jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(to_frame(one.estimates), to_frame(two.estimates))
    assert told == 2 * [(n, len(one.estimates)) for n in range(1, len(one.estimates) + 1)]


def test_rows_that_are_not_there_are_counted(result):
    """N and what was left out add up to eleven countries and 28 years, less what Poisson separates."""
    for estimate in result.estimates:
        if estimate.estimator.startswith("Poisson") and estimate.planned:
            lost = sum(int(text.split()[0]) for text in estimate.left_out)
            assert estimate.n + lost == 11 * 28
    fewer = next(e for e in result.estimates if e.label == "SCO membership, with governance")
    assert fewer.clusters == 9
    assert any("governance" in text for text in fewer.left_out)


def test_a_country_of_zeros_is_left_out_and_said():
    """Poisson separates a country that reports zero throughout; it is counted as left out."""
    table = made_up()
    table["opiates"] = table["opiates"].where(table["country"] != "GEO", table["opiates"] * 0)
    found = country_panel(
        table,
        small_plan("sco_membership", only="poisson"),
        outcome="opiates",
        rng=np.random.default_rng(0),
    )
    one = found.estimates[0]
    assert one.clusters == 10
    assert "Poisson separates" in one.left_out[-1]
    assert isinstance(one.inference["permutation"], Inference)


def test_labels_are_organisation_and_instrument():
    """The column without the organisation's name, blanks for underscores."""
    assert [treatment_label(t) for t in plan().treatments][:2] == [
        "UNODC CARICC",
        "BOMCA border management",
    ]


def test_the_report_says_what_seizures_measure_and_what_could_be_seen(result):
    """Each treatment has a sentence; one that can show nothing says so; the last is the ambiguity."""
    from ioscore.report.panel import AMBIGUOUS
    from ioscore.report.regression import panel

    said = panel.summary(result)
    assert said[-1] == AMBIGUOUS
    one = next(line for line in said if line.startswith("OSCE"))
    assert "no effect of any size could have been found" in one
    row = result.corrected.set_index("organisation").loc["SCO"]
    other = next(line for line in said if line.startswith("SCO"))
    assert f"{math.exp(row['coefficient']):.2f} times as much" in other
    seen = "no size of an effect" if math.isinf(row["mde"]) else f"{math.exp(row['mde']):.2f}"
    assert seen in other
    assert any("absorbed by the year effects" in line for line in said)


def test_tables_and_document_hold_what_the_plan_asks_for(result):
    """One row for each treatment, one for each estimate; JSON without infinities or gaps in it."""
    from ioscore.report.regression import panel

    made = {table.name: table.frame for table in panel.tables(result)}
    assert list(made["corrected"]["effect"]) == list(result.corrected["label"])
    assert len(made["samples"]) == len(result.estimates)
    told = json.loads(json.dumps(panel.document(result), allow_nan=False))
    assert told["factor"] == 1.5
    assert [row["mde"] for row in told["corrected"] if row["organisation"] == "OSCE"] == ["none"]


def test_figures_are_drawn_without_a_warning(result):
    """Both figures become an image, infinite intervals and missing ones included."""
    from ioscore.report.figures.style import image
    from ioscore.report.regression import panel

    drawn = panel.figures(result, "Source: made-up figures.")
    assert list(drawn) == ["coefficients", "variants"]
    for figure in drawn.values():
        assert image(figure, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("how", ["poisson", "log"])
@pytest.mark.parametrize("variant", ["main", "governance", "jointly"])
def test_supply_that_all_share_is_dropped_with_a_note(variant, how):
    """Where all countries border on Afghanistan year effects absorb supply; effects are found."""
    near = ("IRN", "PAK", "TJK", "TKM", "UZB")
    here = plan().sample.model_copy(update={"countries": near})
    model, drawn = drawn_model(
        made_up(noise=0.001),
        plan().model_copy(update={"sample": here, "treatments": plan().treatments[1:3]}),
        outcome="opiates",
        variant=variant,
        how=how,
        treatment=plan().treatments[2],
    )
    assert "supply_exposed" not in model.controls
    assert any("year effects absorb" in text for text in drawn.left_out)
    # Noise of a thousandth; without any the deviance is zero, and iterations stop by chance.
    assert fit(model).coefficient == pytest.approx(EFFECT, abs=0.005)


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (lambda t: t["year"] < 1900, "no country has a year"),
        (lambda t: t["year"] > 0, "zero in every"),
    ],
)
def test_no_rows_and_nothing_seized_are_reasons(rows, word):
    """A sample without rows, or of zeros only, has the reason in place of every number."""
    from ioscore.report.regression import panel

    table = made_up()
    table["opiates"] = (table["opiates"] * 0).where(rows(table))
    found = country_panel(
        table,
        small_plan("sco_membership", only="poisson"),
        outcome="opiates",
        rng=np.random.default_rng(0),
    )
    reasons = [e.coefficient.reason for e in found.estimates if e.label == "SCO membership"]
    assert all(word in reason for reason in reasons)
    assert found.largest is None
    said = " ".join(panel.summary(found))
    assert "None could be estimated" in said
    assert "none stands out" not in said
    assert "0 of 0" not in said


def test_treatments_without_a_p_are_not_among_those_asked_of():
    """Of two treatments one has no estimate: p is corrected for asking of one, and says so."""
    from ioscore.report.regression import panel

    table = made_up()
    table["sco_membership"] = (table["year"] > 2005).astype(float)
    chosen = small_plan("sco_membership", "csto_operation_channel", only="log")
    found = country_panel(table, chosen, outcome="opiates", rng=np.random.default_rng(1))
    assert "corrected for asking of 1." in " ".join(panel.summary(found))


def told_of(result, *, points=0.2, cluster=0.009, own=0.712, trends=0.4):
    """Return the summary where the first planned estimate, its p and its trend variant are given."""
    from ioscore.report.regression import panel

    one = next(e for e in result.estimates if e.planned)
    made = dict(one.inference)
    made["cluster"] = Inference(p=cluster, se=0.1, low=0.0, high=0.4, mde=0.3)
    made["permutation"] = Inference(p=own, low=-math.inf, high=math.inf, mde=math.inf, draws=99)
    label = f"{one.label}, with own trends"
    supply = f"{SUPPLY}, common trend"
    changed = {
        one.label: {"coefficient": points, "inference": made},
        label: {"coefficient": trends},
        supply: {"coefficient": 2.0},
    }
    estimates = tuple(
        replace(e, **changed.get(e.label, {})) if e.estimator == one.estimator else e
        for e in result.estimates
    )
    return " ".join(panel.summary(replace(result, estimates=estimates, largest=("IRN", 0.74))))


def test_the_report_says_why_errors_by_country_and_permutation_part(result):
    """Where CR1 is clear and permutation is not, both stand there with who has the kilograms."""
    said = told_of(result)
    assert "p = 0.009 against 0.712" in said
    assert "IRN alone has 74% of all" in said
    assert "would call clear" not in told_of(result, cluster=0.2, trends=0.4).partition("OSCE")[0]


def test_the_report_says_whose_sign_turns_with_own_trends(result):
    """A coefficient of 0.2 that becomes -0.4 turns its sign; one that becomes 0.4 does not."""
    assert "SCO membership (1.22 becomes 0.67 times as much)" in told_of(result, trends=-0.4)
    assert "SCO membership (1.22" not in told_of(result, trends=0.4)


def test_a_tenth_more_is_a_tenth_more(result):
    """With an elasticity of two, a tenth more poppy is 1.1 squared, 21% more."""
    assert "a tenth more, +21.0% is seized" in told_of(result)


def test_intervals_are_said_not_to_be_corrected_and_to_be_either_way(result):
    """Each interval has that word, and no effect is ruled out either way."""
    said = told_of(result)
    assert "(not corrected for asking of several)" in said
    assert (
        "For none of them are effects beyond a factor of 1.5 ruled out in both directions." in said
    )


def test_the_largest_share_is_that_of_the_sample():
    """The share is a sum over the countries and years of the plan."""
    table = real_panel()
    chosen = small_plan("sco_membership", only="log")
    found = country_panel(table, chosen, outcome="opiates", rng=np.random.default_rng(0)).largest
    here = table[table["country"].isin(plan().sample.countries) & table["year"].between(1996, 2023)]
    iran = here.loc[here["country"] == "IRN", "opiates"].sum() / here["opiates"].sum()
    assert found == ("IRN", pytest.approx(iran, rel=1e-12))


@pytest.mark.acceptance
def test_the_shipped_panel_is_estimated_in_full():
    """All five treatments of the plan, 999 draws: every planned estimate has its permutation."""
    found = country_panel(real_panel(), plan(), outcome="opiates", rng=np.random.default_rng(0))
    assert len(found.estimates) == 2 * (4 * 5 + 2)
    planned = [e for e in found.estimates if e.planned]
    assert len(planned) == 5
    assert all(isinstance(e.inference["permutation"], Inference) for e in planned)
    assert found.corrected["corrected_p"].between(0, 1).all()
    assert (found.corrected["corrected_p"] >= found.corrected["p"]).all()
