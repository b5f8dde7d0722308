"""The explorer in headless Chromium, without a network: its arithmetic against Python's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from browser import browser, offline_page  # noqa: F401
from explored import (
    ANSWER,
    load,
    random_weights,
    shipped_document,
    shipped_study,
)
from ioscore.errors import EvidenceError
from ioscore.io.rubrics import read_rubric
from ioscore.ranking import decision_of, rank
from ioscore.report.explorer import explorer_document
from ioscore.rubric import Rubric, reweight
from ioscore.sensitivity.weights.draws import DirichletAround, Uniform
from ioscore.sensitivity.weights.kept import scored_part
from ioscore.sensitivity.weights.sampling import sample_acceptability
from ioscore.sensitivity.weights.tally import Tally, count_sorted
from ioscore.study import Study, run_study
from ioscore.study.exploration import explore_study
from random_evidence import made_up_rubric, random_evidence

# Both sum the same numbers, in orders of their own; cells are rounded to twelve decimals.
SAME = 1e-11
STATES = ["missing", "scored", "limited", "absent"]


@pytest.fixture
def page(browser):  # noqa: F811
    """Open an empty page, in which nothing may fail."""
    with offline_page(browser) as opened:
        yield opened


def reread(yaml: str, tmp_path) -> Rubric:
    """Return the rubric that a downloaded file is."""
    path = tmp_path / "downloaded.yaml"
    path.write_text(yaml, encoding="utf-8")
    return read_rubric(str(path))


def assert_same(found: dict, study: Study, *, cells: bool = True) -> None:
    """Assert that the page found what Python finds: cells, scores, order, ranges, parts."""
    assert found["trouble"] == ""
    names, ranking = list(study.scores.matrix.index), study.ranking
    table = ranking.table.set_index("organisation").loc[names]

    def close(ours: object, theirs: object) -> None:
        np.testing.assert_allclose(
            np.array(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=0, atol=SAME
        )

    close(found["scores"], table["score"])
    close(found["ranks"], table["rank"])
    assert [names[i] for i in found["order"]] == list(ranking.table["organisation"])
    close(found["top"], ranking.criterion_scores.loc[names].to_numpy().ravel())
    if found["parts"] is not None:
        close(found["parts"], ranking.contributions.loc[names].to_numpy().ravel())
    else:
        assert ranking.contributions.empty
    if found["range"] is None:
        assert table[["rank_best", "rank_worst"]].isna().all(axis=None)
    else:
        close(found["range"]["best"], table["rank_best"])
        close(found["range"]["worst"], table["rank_worst"])
        close(found["range"]["low"], table["score_low"])
        close(found["range"]["high"], table["score_high"])
    if cells:
        leaves = [leaf.path for leaf in study.rubric.leaves()]
        matrix = study.scores.matrix.reindex(columns=leaves)
        close(found["values"], matrix.to_numpy().ravel())
        states = study.scores.states.astype(object).reindex(columns=leaves, fill_value="missing")
        assert [STATES[n] for n in found["states"]] == list(states.to_numpy().ravel())


def test_200_random_weights_give_the_same_scores_and_order_as_in_python(page, tmp_path):
    """Scores, order, contributions and ranges agree under 200 draws of all weights of the tree."""
    document, study = shipped_document(), shipped_study()
    rng = np.random.default_rng(1)
    cases = [{"weights": random_weights(document, rng)} for _ in range(200)]
    load(page, document)
    orders = set()
    for found in page.evaluate(ANSWER, cases):
        rubric = reread(found["yaml"], tmp_path)
        ranking = rank(study.scores, rubric)
        again = Study(**{**vars(study), "rubric": rubric, "ranking": ranking})
        assert_same(found, again, cells=False)
        orders.add(tuple(ranking.table["organisation"]))
    assert len(orders) > 5  # else the order would not depend on the weights


@pytest.mark.parametrize("name", ["thesis", "norm_diffusion"])
def test_every_level_of_every_switch_and_every_source_left_out_agrees(page, tmp_path, name):
    """Each level of each switch, each source left out, alone and all together, agree with Python."""
    document, study = shipped_document(name), shipped_study(name)
    known = [source["id"] for source in document["sources"]["known"]]
    assert len(known) == 5
    cases = [
        *({"levels": {s["name"]: level}} for s in document["switches"] for level in s["levels"]),
        *({"sources": ",".join(one for one in known if one != out)} for out in known),
        *({"sources": one} for one in known),
        {"sources": "all"},
    ]
    load(page, document)
    asked = refused = 0
    for case, found in zip(cases, page.evaluate(ANSWER, cases), strict=True):
        rubric = reread(found["yaml"], tmp_path)
        changed = {**{c: rubric.level(c) for c in rubric.choices}, "scoring": rubric.scoring.rule}
        changed |= {"missing": rubric.missing, "aggregation": rubric.mean}
        for switch, level in case.get("levels", {}).items():
            assert changed.get(switch, level) == level
        if found["trouble"]:
            with pytest.raises(EvidenceError) as caught:
                run_study(study.evidence, rubric)
            said = found["trouble"].replace("No ", "no ")
            assert caught.value.problems[0].found.split(",")[0] in said
            refused += 1
            continue
        again = run_study(study.evidence, rubric)
        assert_same(found, again)
        asked += 1
    assert asked > 25
    assert refused <= 2


def test_random_worlds_agree(page, tmp_path):
    """Levels of all switches, sources and weights drawn together agree with Python."""
    document, study = shipped_document(), shipped_study()
    rng = np.random.default_rng(2)
    known = [source["id"] for source in document["sources"]["known"]]
    cases = [
        {
            "weights": random_weights(document, rng),
            "levels": {s["name"]: str(rng.choice(s["levels"])) for s in document["switches"]},
            "sources": ",".join(rng.permutation(known)[: rng.integers(1, 6)]),
        }
        for _ in range(40)
    ]
    load(page, document)
    agreed = 0
    for found in page.evaluate(ANSWER, cases):
        rubric = reread(found["yaml"], tmp_path)
        if found["trouble"]:
            with pytest.raises(EvidenceError):
                run_study(study.evidence, rubric)
            continue
        assert_same(found, run_study(study.evidence, rubric))
        agreed += 1
    assert agreed > 25


RULES = [
    {"rule": "fixed"},
    {"rule": "minmax"},
    {"rule": "rank"},
    {"rule": "zscore"},
    {"rule": "vector"},
    {"rule": "none"},
    {"rule": "bounds", "low": 0.1, "high": 0.8},
    {"rule": "bounds", "low": 0.2, "high": 0.6, "cap": False},
    {"rule": "target", "target": 0.7},
]


def test_rubrics_with_any_rules_agree(page):
    """Costs, normalisations, nested means, ties, rounding and every scoring rule agree with Python."""
    rng = np.random.default_rng(3)
    agreed = 0
    for _ in range(60):
        rubric = any_rubric(rng)
        evidence = random_evidence(rng, int(rng.integers(4, 30)))
        try:
            study = run_study(evidence, rubric)
        except EvidenceError:
            continue
        load(page, explorer_document(explore_study(study)))
        (found,) = page.evaluate(ANSWER, [{}])
        assert_same(found, study)
        agreed += 1
    assert agreed > 30


def any_rubric(rng: np.random.Generator) -> Rubric:
    """Return a made-up rubric whose rules are drawn at random."""

    def one(*of):
        return of[int(rng.integers(len(of)))]

    means = ("arithmetic", "geometric", "harmonic")
    tree = made_up_rubric().model_dump()["criteria"]
    tree["a"]["aggregation"], tree["c"]["aggregation"] = one(*means), one(*means)
    for leaf in (*tree["a"]["criteria"].values(), tree["b"]):
        leaf["normalise"] = one(*RULES)
    return made_up_rubric(
        criteria=tree,
        scoring={"rule": one("diminishing", "count", "mean", "strongest", "presence"), "half": 3},
        missing=one("renormalise", "worst", "best"),
        method=one("weighted_mean", "weighted_mean", "geometric_mean", "harmonic_mean"),
        ties=one("min", "max", "average", "dense"),
        decimals=one(None, None, 1, 2),
        choices={
            "counting": {"level": one("event", "row")},
            "barrier_treatment": {"level": one("balance", "net", "ignore")},
            "barrier_absence": {"level": one("zero", "no_answer")},
            "strength_scale": {"level": one("linear", "flat", "steep")},
        },
    )


ACCEPTABILITY = """([cases, concentration, draws]) => cases.map(({ weights = {}, levels = {}, sources = null }) => {
    const state = module.published(data);
    module.takeWeights(data, state, weights);
    Object.assign(state.levels, levels);
    if (sources) state.sources = sources;
    const { ranking, cells, trouble } = module.answer(data, state);
    if (trouble) return null;
    const found = module.acceptability(ranking, cells.mean, concentration, draws);
    return {
        yaml: module.toYaml(data, state), shares: [...found.shares], who: found.who,
        drawn: draws <= 200 ? [...found.drawn] : [],
    };
})"""


def shares_by_python(study: Study, drawn: list[float]) -> np.ndarray:
    """Return the rank acceptabilities that Python counts on the same draws."""
    decision, _ = scored_part(decision_of(study.scores, study.rubric))
    values = decision.values.to_numpy(dtype=float)
    weights = np.array(drawn).reshape(-1, values.shape[1])
    tally = Tally.zeros(*values.shape)
    count_sorted(tally, decision.method.score(values, weights), weights)
    return tally.settled().shares / len(weights)


def test_acceptability_counts_as_python_does_on_the_same_draws(page, tmp_path):
    """On the draws of the page Python counts the same shares: 200 weights, every switch and source."""
    document, study = shipped_document(), shipped_study()
    rng = np.random.default_rng(4)
    known = [source["id"] for source in document["sources"]["known"]]
    cases = [
        *({"weights": random_weights(document, rng)} for _ in range(200)),
        *({"levels": {s["name"]: level}} for s in document["switches"] for level in s["levels"]),
        *({"sources": ",".join(one for one in known if one != out)} for out in known),
    ]
    load(page, document)
    counted = 0
    for case, found in zip(cases, page.evaluate(ACCEPTABILITY, [cases, 30, 50]), strict=True):
        if found is None:
            continue
        rubric = reread(found["yaml"], tmp_path)
        if "weights" in case:
            again = Study(**{**vars(study), "rubric": rubric})
        else:
            again = run_study(study.evidence, rubric)
        expected = shares_by_python(again, found["drawn"])
        # Fifty draws: shares are fiftieths, or parts of one under ties, however they are summed.
        np.testing.assert_allclose(
            np.reshape(found["shares"], expected.shape), expected, rtol=0, atol=1e-12
        )
        counted += 1
    assert counted >= len(cases) - 1


@pytest.mark.parametrize("concentration", [0, 10, 50, 1000])
def test_acceptability_agrees_with_pythons_own_draws(page, concentration):
    """Shares of the page's 10,000 draws lie within their errors of Python's 200,000."""
    document, study = shipped_document(), shipped_study()
    load(page, document)
    (found,) = page.evaluate(ACCEPTABILITY, [[{}], concentration, 10_000])
    decision, _ = scored_part(decision_of(study.scores, study.rubric))
    weights = decision.weights.to_numpy(dtype=float)
    law = (
        DirichletAround(weights=weights, concentration=concentration)
        if concentration
        else Uniform(criteria=len(weights))
    )
    python = sample_acceptability(
        decision.values.to_numpy(dtype=float), decision.method, law=law, draws=200_000, seed=1
    )
    ours = np.reshape(found["shares"], python.shares.shape)
    # Five standard errors of the difference; of 25 cells none passes that in a million runs,
    # and both seeds are fixed. A share that no draw showed can still be a few ten-thousandths.
    error = np.sqrt(python.shares * (1 - python.shares) / 10_000 + python.error**2)
    assert (np.abs(ours - python.shares) <= 5 * np.maximum(error, 2e-4)).all()


def test_weights_are_drawn_from_the_dirichlet_law(page):
    """Each drawn weight follows its beta law, also where the shape is far below one."""
    load(page, shipped_document())
    for concentration in (0.5, 6, 400):
        mean = np.array([0.02, 0.08, 0.4, 0.5])
        drawn = np.array(
            page.evaluate(
                "([w, c]) => [...module.drawWeights(w, c, 5000)]", [mean.tolist(), concentration]
            )
        ).reshape(-1, 4)
        np.testing.assert_allclose(drawn.sum(axis=1), 1, atol=1e-12)
        for weight, own in zip(mean, drawn.T, strict=True):
            a, b = concentration * weight, concentration * (1 - weight)
            # The seed is fixed, so this holds always or never; 1e-4 for each of 12 tests.
            assert stats.kstest(own, stats.beta(a, b).cdf).pvalue > 1e-4
        # Weights of a Dirichlet law are correlated by -sqrt(w v / ((1 - w)(1 - v))).
        both = np.corrcoef(drawn[:, 2], drawn[:, 3])[0, 1]
        law = -np.sqrt(0.4 * 0.5 / (0.6 * 0.5))
        assert both == pytest.approx(law, abs=0.03)  # of 5,000 draws; its error is 0.01


def test_the_generator_is_xoshiro(page):
    """Numbers follow the published algorithm from the state that splitmix32 gives."""
    load(page, shipped_document())
    theirs = page.evaluate(
        "() => { const next = module.generator(7); return Array.from({ length: 5 }, () => next()); }"
    )
    assert theirs == [(word + 0.5) / 2**32 for word in xoshiro128(7, 5)]


def xoshiro128(seed: int, count: int) -> list[int]:
    """Return words of xoshiro128** (Blackman and Vigna 2021), in whole numbers."""
    mask, state = 2**32 - 1, []
    for n in range(1, 5):
        z = (seed + n * 0x9E3779B9) & mask
        z = (z ^ z >> 16) * 0x21F0AAAD & mask
        z = (z ^ z >> 15) * 0x735A2D97 & mask
        state.append(z ^ z >> 15)

    def turn(x: int, k: int) -> int:
        return (x << k | x >> 32 - k) & mask

    words = []
    for _ in range(count):
        words.append(turn(state[1] * 5 & mask, 7) * 9 & mask)
        shifted = state[1] << 9 & mask
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = turn(state[3], 11)
    return words


def test_intervals_hold_the_middle_of_the_ranks(page):
    """The interval of ranks runs from the 5% to the 95% point of the ranks of an organisation."""
    load(page, shipped_document())
    rng = np.random.default_rng(5)
    for _ in range(20):
        counts = rng.multinomial(1000, rng.dirichlet(np.full(4, 0.5)))
        low, high = page.evaluate("(s) => module.interval(s, 4, 0)", (counts / 1000).tolist())
        ranks = pd.Series(np.repeat([1, 2, 3, 4], counts))
        cumulated = ranks.value_counts().reindex([1, 2, 3, 4], fill_value=0).cumsum()
        assert low == next(r for r in cumulated.index if cumulated[r] > 50)
        assert high == next(r for r in cumulated.index if cumulated[r] >= 950)


def test_every_single_change_names_who_python_puts_first(page, tmp_path):
    """Who is first under each single switch and source is who `rank` puts first."""
    document, study = shipped_document(), shipped_study()
    load(page, document)
    changes = page.evaluate(
        """() => module.singleChanges(data, module.published(data)).map((change) => {
            const state = module.published(data);
            if (change.name === "sources") state.sources = change.level;
            else state.levels[change.name] = change.level;
            return { ...change, yaml: module.toYaml(data, state) };
        })"""
    )
    others = sum(len(switch["levels"]) - 1 for switch in document["switches"])
    assert len(changes) == others + 4  # the thesis alone counts, so it cannot be left out
    names = list(study.selection.organisations)
    turned = set()
    for change in changes:
        ranking = run_study(study.evidence, reread(change["yaml"], tmp_path)).ranking
        assert {names[i] for i in change["first"]} == set(ranking.first)
        turned |= set(ranking.first) - set(study.ranking.first)
    assert len(turned) == 2  # else switches would turn nothing, and the test show nothing


def test_a_search_finds_weights_that_put_an_organisation_first(page):
    """What the page's own search finds puts it first, no nearer than Python's smallest change."""
    document, study = shipped_document(), shipped_study()
    load(page, document)
    names = list(study.selection.organisations)
    for name in ("BOMCA", "OSCE", "CSTO"):
        found = page.evaluate(
            """(i) => {
                const { ranking, cells } = module.answer(data, module.published(data));
                return module.searchFirst(cells.mean, ranking, i);
            }""",
            names.index(name),
        )
        before = np.array([node.share for node in study.rubric.top()])
        # What is found lies on the border; a hair beyond it the tie is broken.
        beyond = before + 1.0001 * (np.array(found["weights"]) - before)
        weights = dict(zip([n.path for n in study.rubric.top()], beyond.tolist(), strict=True))
        assert rank(study.scores, reweight(study.rubric, weights)).first == (name,)
        smallest = document["to_first"]["renormalise"][name]["distance"]
        # Python improves what it finds; a draw pulled back along a straight line rarely is nearer.
        assert smallest * 0.999 <= found["length"] <= 3 * smallest + 0.05
    sco = names.index("SCO")
    assert (
        page.evaluate(
            "(i) => module.searchFirst('arithmetic', module.answer(data, module.published(data)).ranking, i)",
            sco,
        )
        is None
    )
