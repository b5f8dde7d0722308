"""The explorer as a reader has it: opened from disk in headless Chromium, without a network."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import browser, offline_page  # noqa: F401
from explored import HOSTILE, hostile_evidence, load, shipped_document, shipped_study
from helpers import ioscore
from ioscore.io.rubrics import read_rubric
from ioscore.ranking import rank
from ioscore.report.explanation import explanation
from ioscore.report.explorer import (
    explorer_document,
    explorer_page,
    explorer_part,
    module_text,
    style_text,
)
from ioscore.report.explorer.page import script_text
from ioscore.study import run_study
from ioscore.study.exploration import explore_study

PUBLISHED = ["UNODC", "BOMCA", "OSCE", "CSTO", "SCO"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write the page of the shipped study."""
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    path.write_text(explorer_page(shipped_document()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, written):  # noqa: F811
    """Open the page as a reader does, on a wide screen."""
    with offline_page(browser, viewport={"width": 1400, "height": 900}) as opened:
        opened.goto(written)
        yield opened


def order(page) -> list[str]:
    """Return the organisations from the first down, as the list shows them."""
    return page.locator(".ranking .name b").all_inner_texts()


def slider(page, name):
    """Return the slider of a criterion."""
    return page.get_by_role("slider", name=name, exact=True)


def settle(page) -> None:
    """Wait until what follows a change at leisure is done."""
    page.wait_for_timeout(800)


def test_it_opens_from_disk_with_the_order_that_python_has(page):
    """Opened offline, nothing is asked for, nothing fails, and the order is that of `rank`."""
    assert order(page) == PUBLISHED
    shown = page.locator(".ranking .score").all_inner_texts()
    assert shown == [f"{s:.3f}" for s in shipped_study().ranking.table["score"]]
    assert page.get_by_text("Everything is as published.").is_visible()
    assert page.locator(".told").inner_text() == ""


def test_dragging_a_weight_reorders(page):
    """Dragging the weight of Equipment to the right puts BOMCA first while the button is down."""
    box = slider(page, "Equipment").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.15 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], y, steps=12)
    page.wait_for_timeout(100)
    assert order(page)[0] == "BOMCA"
    page.mouse.up()
    assert float(slider(page, "Equipment").input_value()) > 80
    assert page.get_by_text("from the published ones (Euclidean distance)").is_visible()
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_text("Everything is as published.").is_visible()


def test_keys_move_weights_keep_the_focus_and_are_told(page):
    """By keyboard alone: arrows move a weight, the focus stays, the order is said, Ctrl+Z undoes."""
    equipment = slider(page, "Equipment")
    equipment.focus()
    for _ in range(4):
        page.keyboard.press("PageUp")
    page.wait_for_timeout(1500)  # the order is told once the keys rest
    assert order(page)[0] == "BOMCA"
    assert equipment.evaluate("(one) => one === document.activeElement")
    assert equipment.get_attribute("aria-valuetext").endswith("% of all")
    said = page.locator("[aria-live=polite]").inner_text()
    assert said.startswith("Order: BOMCA 0.")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(100)
    assert order(page) == PUBLISHED
    page.keyboard.press("Control+Shift+Z")
    page.wait_for_timeout(100)
    assert order(page)[0] == "BOMCA"


def test_a_focused_row_keeps_the_focus_when_it_moves(page):
    """An organisation whose button has the focus keeps it when the order turns below it."""
    page.get_by_role("button", name=re.compile("^BOMCA")).first.focus()
    page.evaluate("() => { location.hash = 'explore&w.equipment=90'; }")
    page.wait_for_timeout(300)
    assert order(page)[0] == "BOMCA"
    assert page.evaluate("document.activeElement.innerText").startswith("BOMCA")


def test_undo_redo_and_back_to_published(page):
    """Undo and redo go through weights, choices and sources; one click goes back to published."""
    page.get_by_text("Choices of coding and scoring").click()
    page.get_by_label("Barrier absence", exact=True).select_option("no_answer")
    slider(page, "Training").fill("60")
    page.get_by_role("checkbox").nth(1).check()
    settle(page)
    changed = order(page), page.url
    assert "2 " not in page.locator(".summary-line").inner_text()[:2]
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    settle(page)
    assert order(page) == PUBLISHED
    assert "#" not in page.url
    for _ in range(3):
        page.get_by_role("button", name="Redo").click()
    settle(page)
    assert (order(page), page.url) == changed
    page.get_by_role("button", name="Back to published weights").click()
    settle(page)
    assert "w." not in page.url
    assert "c.barrier_absence=no_answer" in page.url
    page.get_by_role("button", name="All as published").click()
    settle(page)
    assert page.locator(".summary-line").inner_text() == "Everything is as published."
    assert "#" not in page.url


def test_a_link_restores_the_view(browser, written):  # noqa: F811
    """The address alone brings back weights, choices, sources, certainty, folds and what is open."""
    with offline_page(browser) as first:
        first.goto(written)
        first.get_by_text("5 subcriteria").click()
        slider(first, "Corruption").fill("90")
        slider(first, "Unique tactics").fill("3")
        first.get_by_text("Choices of coding and scoring").click()
        first.get_by_label("Joint operations", exact=True).select_option("training")
        first.get_by_role("checkbox").nth(1).check()
        slider(first, "How certain are the weights?").fill("2")
        first.get_by_label("What would make", exact=True).select_option("CSTO")
        first.get_by_role("button", name=re.compile("OSCE, Corruption")).click()
        settle(first)
        seen = [first.locator(part).inner_text() for part in (".order", ".sure", "dialog", ".turn")]
        link = first.url
    with offline_page(browser) as second:
        second.goto(link)
        settle(second)
        again = [
            second.locator(part).inner_text() for part in (".order", ".sure", "dialog", ".turn")
        ]
        assert again == seen
        assert "Corruption" in seen[2]
        second.keyboard.press("Escape")
        assert slider(second, "Corruption").input_value() == "90"
        assert slider(second, "Corruption").is_visible()
        assert second.locator("select").filter(has_text="training").first.input_value()


def test_parts_of_a_link_that_mean_nothing_are_named(browser, written):  # noqa: F811
    """A link with unknown names, impossible weights or other anchors is taken as far as it goes."""
    with offline_page(browser) as page:
        page.goto(
            f"{written}#explore&w.training=30&w.nothing=3&w.barriers=1e9&c.plans=maybe&%ff=1&x"
        )
        page.wait_for_timeout(300)
        told = page.locator(".told").inner_text()
        assert all(part in told for part in ("w.nothing", "w.barriers", "c.plans", "%ff", "x"))
        assert slider(page, "Training").input_value() == "30"
        page.evaluate("() => { location.hash = 'other-section'; }")
        page.wait_for_timeout(300)
        assert slider(page, "Training").input_value() == "30"
        slider(page, "Training").fill("31")
        settle(page)
        assert page.url.endswith("#explore&w.training=31")


@pytest.mark.parametrize("method", ["arithmetic", "geometric"])
def test_a_downloaded_rubric_ranks_the_same(page, tmp_path, method):
    """The downloaded file is short and gives `ioscore rank --rubric` the order and scores shown."""
    slider(page, "Equipment").fill("70")
    page.get_by_text("5 subcriteria").click()
    slider(page, "Corruption").fill("77")
    page.get_by_text("Choices of coding and scoring").click()
    page.get_by_label("Plans", exact=True).select_option("include")
    page.get_by_label("Aggregation", exact=True).select_option(method)
    page.get_by_label("Normalisation", exact=True).select_option("minmax")
    page.get_by_role("checkbox").nth(1).check()
    settle(page)
    with page.expect_download() as found:
        page.get_by_role("button", name="Download rubric").click()
    path = tmp_path / "mine.yaml"
    found.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    assert "extends: thesis\n" in text
    weights = re.search(r"^weights:\n((?:  .*\n)+)", text, re.MULTILINE)[1].splitlines()
    assert weights == ["  equipment: 70", "  barriers/corruption: 3.85"]
    run = ioscore("rank", "--rubric", path, "--format", "json")
    assert run.status == 0, run.err
    ranking = json.loads(run.out)["ranking"]
    assert [row["organisation"] for row in ranking] == order(page)
    assert [f"{row['score']:.3f}" for row in ranking] == page.locator(
        ".ranking .score"
    ).all_inner_texts()


def test_an_organisation_and_a_cell_open_their_evidence(page):
    """A click shows each counted row of the cell as `explain` has it: summary, anchor, line."""
    page.get_by_role("button", name=re.compile("UNODC, Information sharing")).click()
    dialog = page.get_by_role("dialog")
    told = dialog.inner_text()
    rows = explanation(shipped_study(), "UNODC", "information_sharing").rows
    assert len(rows) > 3
    for row in rows.itertuples():
        for text in (row.summary, row.anchor, f"{row.source}, {row.locator}", row.id):
            assert text in told
    assert (
        "0.686" in told
        or f"{float(shipped_study().scores.matrix.loc['UNODC', 'cooperation/information_sharing']):.3f}"
        in told
    )
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    focused = page.evaluate("document.activeElement.innerText")
    assert "UNODC, Information sharing" in focused
    page.get_by_role("button", name=re.compile("^OSCE")).first.click()
    told = page.get_by_role("dialog").inner_text()
    for row in explanation(shipped_study(), "OSCE").rows.itertuples():
        assert row.anchor in told


def test_missing_is_shown_as_missing_and_never_as_zero(page):
    """A cell of which nothing is known says so in the table, in its evidence and in the order."""
    cell = page.get_by_role("button", name=re.compile("BOMCA, Unique tactics: missing"))
    assert cell.inner_text().startswith("?")
    absent = page.get_by_role("button", name=re.compile("SCO, Military equipment: absent"))
    assert absent.inner_text().startswith("none")
    assert "7 of 18 cells missing" in page.locator(".ranking li").nth(1).inner_text()
    page.get_by_text("The same as numbers").click()
    assert "missing" in page.locator(".numbers tr", has_text="BOMCA").inner_text()
    cell.click()
    assert "It is not zero" in page.get_by_role("dialog").inner_text()


@pytest.mark.parametrize("name", ["BOMCA", "OSCE", "CSTO"])
def test_what_would_make_one_first_is_pythons_answer_and_does(page, name):
    """The change of weights and the set of events are Python's, marked as what they are."""
    page.get_by_label("What would make", exact=True).select_option(name)
    found = shipped_document()["to_first"]["renormalise"][name]
    events = shipped_document()["without"][name]["events"]
    sections = page.locator(".answer section")
    assert f"A change of {found['distance']:.3f}" in sections.nth(0).inner_text()
    assert "not proved smallest" in sections.nth(0).inner_text()
    assert "Exact: no smaller set does it" in sections.nth(1).inner_text()
    items = sections.nth(1).get_by_role("listitem").all_inner_texts()
    assert [text.rpartition(": ")[2] for text in items] == [event["id"] for event in events]
    for text, event in zip(items, events, strict=True):
        assert all(organisation in text for organisation, _, _ in event["cells"])
        assert all(summary in text for _, _, summary in event["cells"])
    sections.nth(0).get_by_role("button", name="Set these weights").click()
    settle(page)
    assert order(page)[0] == name
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Choices of coding and scoring").click()
    page.get_by_label("Missing", exact=True).select_option("worst")
    settle(page)
    page.get_by_label("What would make", exact=True).select_option(name)
    exact = shipped_document()["to_first"]["worst"][name]
    assert exact["exact"]
    assert "Exact: no smaller change does it" in sections.nth(0).inner_text()
    sections.nth(0).get_by_role("button", name="Set these weights").click()
    settle(page)
    assert order(page)[0] == name


def test_the_focus_stays_where_an_answer_is_taken(page):
    """By keyboard: taking an answer leaves the focus where it was, not at the top of the page."""
    page.get_by_label("What would make", exact=True).select_option("BOMCA")
    page.get_by_role("button", name="Set these weights").first.focus()
    page.keyboard.press("Enter")
    settle(page)
    assert order(page)[0] == "BOMCA"
    assert page.evaluate("document.activeElement.closest('.turn') !== null")


def test_weights_that_are_all_zero_are_refused_and_undone(page):
    """Without any weight there is no order: it says so, and one step back there is one again."""
    for name in (
        "Training",
        "Cooperation",
        "Equipment",
        "Infrastructure",
        "Unique tactics",
        "Barriers",
    ):
        slider(page, name).fill("0")
    page.wait_for_timeout(300)
    assert "all zero" in page.locator("[role=alert]").text_content()
    assert page.locator(".mini").text_content() == ""
    assert page.locator(".summary-line").text_content() == "There is no order."
    download = page.get_by_role("button", name="Download rubric")
    assert download.get_attribute("aria-disabled") == "true"
    settle(page)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_timeout(300)
    assert page.locator("[role=alert]").text_content() == ""
    assert len(order(page)) == 5
    assert page.locator(".mini").text_content().startswith("1 ")
    assert download.get_attribute("aria-disabled") == "false"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_no_violation(browser, written, scheme, width):  # noqa: F811
    """Axe finds nothing on load, after interaction, with all folds and the evidence open."""
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with offline_page(browser, **options) as page:
        page.goto(written)
        page.wait_for_timeout(300)
        assert_accessible(page)
        for fold in page.locator(".left summary").all():
            fold.click()
        slider(page, "Training").fill("80")
        page.get_by_label("Barrier treatment", exact=True).select_option("ignore")
        page.get_by_text("The same as numbers").click()
        page.get_by_role("button", name="Search").click()
        settle(page)
        assert_accessible(page)
        page.get_by_role("button", name=re.compile("UNODC, Civilian equipment")).click()
        for fold in page.locator("dialog summary").all():
            fold.click()
        assert_accessible(page)
        room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert room[0] <= room[1]


def assert_accessible(page) -> None:
    """Assert that axe-core finds no violation of its rules."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []


def test_hostile_evidence_shows_as_text(browser, tmp_path):  # noqa: F811
    """Markup, quotes, formulas, marks of direction and 10,000 characters are text, and do nothing."""
    evidence, rubric = hostile_evidence(HOSTILE)
    document = explorer_document(explore_study(run_study(evidence, rubric)))
    path = tmp_path / "hostile.html"
    path.write_text(explorer_page(document), encoding="utf-8")
    with offline_page(browser, viewport={"width": 360, "height": 700}) as page:
        page.goto(path.as_uri())
        assert page.locator("h1").inner_text() == f"Weight explorer: {HOSTILE[0]}"
        for one in ("ALPHA", "BETA"):
            page.get_by_role("button", name=re.compile(f"^{one}")).first.click()
            told = page.get_by_role("dialog").text_content().replace("\u2069", "")
            for n, text in enumerate(HOSTILE):
                if (n % 2 == 1) == (one == "ALPHA"):
                    # Event, summary, anchor, source, line and act, but for signs that close.
                    assert told.count(text.replace("\u2069", "")) >= 6
            page.keyboard.press("Escape")
        assert page.evaluate("window.stolen") is None
        assert page.locator("img, iframe, script[src], main style").count() == 0
        foreign = page.locator("bdi").evaluate_all(
            "(all) => all.map((one) => [one.dir, getComputedStyle(one).unicodeBidi])"
        )
        assert set(map(tuple, foreign)) == {("auto", "isolate")}
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        assert_accessible(page)


def test_marks_of_direction_end_with_their_text(browser):  # noqa: F811
    """Whatever isolates a text opens or closes, shown it closes all that it opens and no more."""
    rng = np.random.default_rng(9)
    signs = list("ab \u202e\u202c\u2066\u2067\u2068\u2069\u2069\U0001f600")
    texts = ["".join(rng.choice(signs, size=12)) for _ in range(300)]
    with offline_page(browser) as page:
        load(page, shipped_document())
        shown = page.evaluate("(texts) => texts.map(module.balanced)", texts)
    for text, found in zip(texts, shown, strict=True):
        depth = np.cumsum([(s in "\u2066\u2067\u2068") - (s == "\u2069") for s in found])
        assert depth.min() >= 0
        assert depth[-1] == 0
        assert found.replace("\u2069", "") == text.replace("\u2069", "")


def test_it_can_be_a_part_of_another_page_twice(browser, tmp_path):  # noqa: F811
    """Two explorers in one page work by themselves, and no id stands twice."""
    part = explorer_part(shipped_document(), level=2)
    path = tmp_path / "two.html"
    path.write_text(
        f"<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Two</title><style>{style_text()}</style>"
        f"<body><h1>Two</h1>{part}{part}<script type=module>{script_text()}</script>",
        encoding="utf-8",
    )
    with offline_page(browser) as page:
        page.goto(path.as_uri())
        ids = page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)")
        assert len(ids) == len(set(ids))
        slider(page, "Equipment").nth(1).fill("90")
        page.wait_for_timeout(300)
        assert page.locator("h1").all_inner_texts() == ["Two"]
        assert page.locator("h2").count() == 2
        lists = page.locator(".ranking")
        assert lists.nth(0).locator(".name b").first.inner_text() == "UNODC"
        assert lists.nth(1).locator(".name b").first.inner_text() == "BOMCA"


def test_the_widget_keeps_weights_in_step(browser):  # noqa: F811
    """A moved slider sets the weights of the model; weights set there move the slider, once."""
    document = shipped_document()
    written = {node["path"]: node["written"] for node in document["nodes"]}
    with offline_page(browser) as page:
        page.evaluate(
            """async ([text, document, weights]) => {
                const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
                const { default: widget } = await import(url);
                const held = { document, weights };
                const heard = {};
                window.saved = [];
                window.model = {
                    get: (name) => held[name],
                    set: (name, value) => (held[name] = value),
                    save_changes: () => window.saved.push(held.weights),
                    on: (name, call) => (heard[name] = call),
                    off: (name) => delete heard[name],
                    fromPython: (weights) => { held.weights = weights; heard["change:weights"](); },
                    heard,
                };
                const el = document_().createElement("div");
                document_().body.append(el);
                window.unmount = widget.render({ model: window.model, el });
                function document_() { return window.document; }
            }""",
            [module_text(), document, written],
        )
        assert page.evaluate("saved.length") == 0
        slider(page, "Equipment").fill("90")
        page.wait_for_timeout(200)
        assert page.evaluate("saved.at(-1)") == {**written, "equipment": 90}
        count = page.evaluate("saved.length")
        page.evaluate("(weights) => model.fromPython(weights)", {**written, "barriers": 60})
        page.wait_for_timeout(200)
        assert slider(page, "Barriers").input_value() == "60"
        assert slider(page, "Equipment").input_value() == "15"
        study = shipped_study()
        expected = rank(study.scores, study.rubric.model_copy(update={"weights": {"barriers": 60}}))
        assert order(page) == list(expected.table["organisation"])
        assert page.evaluate("saved.length") == count
        assert not page.get_by_role("button", name="Copy link").count()
        page.evaluate("unmount()")
        assert page.evaluate("Object.keys(model.heard).length") == 0


def test_a_rubric_that_was_changed_in_python_downloads_complete(browser, tmp_path):  # noqa: F811
    """Without a file to extend, the download repeats every weight and choice, so it ranks the same."""
    from ioscore.rubric import choose, reweight

    study = shipped_study()
    rubric = choose(
        reweight(study.rubric, {"equipment": 60, "corruption": 4}), {"plans": "include"}
    )
    document = explorer_document(explore_study(run_study(study.evidence, rubric)))
    with offline_page(browser) as page:
        load(page, document)
        path = tmp_path / "whole.yaml"
        path.write_text(page.evaluate("() => module.toYaml(data, module.published(data))"))
    again = run_study(study.evidence, read_rubric(str(path)))
    assert again.rubric.choices == rubric.choices
    assert [n.share for n in again.rubric.nodes()] == [n.share for n in rubric.nodes()]
