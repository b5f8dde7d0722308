"""What the explorer says beside the order: marks, scales, sentences, links and steps back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from browser import browser, offline_page  # noqa: F401
from explored import hostile_evidence, shipped_document, shipped_study
from helpers import EVIDENCE, RUBRIC, ioscore
from ioscore.io.rubrics import read_rubric
from ioscore.report.explorer import explorer_document, explorer_page, explorer_part
from ioscore.report.explorer.page import script_text
from ioscore.rubric import choose, reweight
from ioscore.study import run_study
from ioscore.study.exploration import explore_study

FIRST = "What would make"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write the page of the shipped study, and one that opens with other weights."""
    folder = tmp_path_factory.mktemp("explorer")
    rubric = read_rubric("thesis")
    opening = choose(reweight(rubric, {"training": 60}), {"plans": "include"})
    document = explorer_document(
        explore_study(shipped_study()), extends="thesis", opening=opening, evidence=""
    )
    (folder / "other.html").write_text(explorer_page(document), encoding="utf-8")
    part = explorer_part(shipped_document(), level=3)
    text = f'<h2 id="explore">Try</h2>{part}<script type="module">{script_text()}</script>'
    (folder / "within.html").write_text(f"<main>{text}</main>", encoding="utf-8")
    (folder / "explorer.html").write_text(explorer_page(shipped_document()), encoding="utf-8")
    return folder


@pytest.fixture
def page(browser, written):  # noqa: F811
    """Open the page of the shipped study."""
    with offline_page(browser, viewport={"width": 1400, "height": 900}) as opened:
        opened.goto((written / "explorer.html").as_uri())
        yield opened


def take(page, name: str, level: str) -> None:
    """Choose a level of a switch, and wait for what follows."""
    fold = page.locator("details.fold")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    page.get_by_label(name, exact=True).select_option(level)
    page.wait_for_timeout(600)


def order(page) -> list[str]:
    return page.locator(".ranking .name b").all_inner_texts()


def summary(page) -> str:
    return page.locator(".summary-line").inner_text()


def test_published_scores_are_marked_where_they_are_on_the_scale(page):
    """With other rules for gaps, the marks stand at the published scores, on the axis of the bars."""
    take(page, "Missing", "worst")
    end = float(page.locator(".scale span").last.inner_text())
    published = shipped_study().ranking.table.set_index("organisation")["score"]
    left = page.locator(".organisation .was").evaluate_all(
        "(all) => all.map((one) => [one.hidden, parseFloat(one.style.left)])"
    )
    places = [at for (hidden, at) in left if not hidden]
    assert len(places) >= 3
    shown = [name for name, (hidden, _) in zip(order(page), left, strict=True) if not hidden]
    for name, at in zip(shown, places, strict=True):
        # The page writes the place with two decimals of a per cent.
        assert at == pytest.approx(100 * published[name] / end, abs=0.006)
        assert at <= 100


def test_cells_are_on_the_scale_of_their_means(page):
    """Under another normalisation, a criterion without parts shows what its bar is made of."""
    take(page, "Normalisation", "minmax")
    row = page.locator(".cells tbody tr", has=page.get_by_role("rowheader", name="Unique tactics"))
    cell = row.locator("td").first
    assert cell.inner_text().startswith("1.00")
    assert "minmax" in page.locator(".cells caption").inner_text()
    cell.get_by_role("button").click()
    told = page.get_by_role("dialog").inner_text()
    assert "It enters the means as 1.000 (normalisation: minmax)." in told


@pytest.mark.parametrize(
    ("name", "level", "first"),
    [
        ("Missing", "best", "OSCE"),
        ("Documentation", "per_1000_words", "OSCE"),
        ("Barrier treatment", "ignore", "BOMCA"),
    ],
)
def test_weights_that_are_set_put_it_first_alone(page, name, level, first):
    """Whatever was chosen before, and also from the edge of all weights: one button, one first."""
    take(page, name, level)
    page.get_by_label(FIRST, exact=True).select_option(first)
    page.get_by_role("button", name="Set these weights").first.click()
    page.wait_for_timeout(600)
    places = page.locator(".ranking .place").all_inner_texts()
    assert order(page)[0] == first
    assert places[0] == "1"


def test_its_tables_tell_published_weights_from_those_set_now(page):
    """The exact change starts from the published weights and says so, whatever is set now."""
    page.get_by_role("slider", name="Training", exact=True).fill("80")
    page.get_by_label(FIRST, exact=True).select_option("OSCE")
    page.wait_for_timeout(600)
    section = page.locator(".answer section").first
    assert section.get_by_role("columnheader").all_inner_texts()[1] == "published"
    training = section.locator("tr", has=page.get_by_role("rowheader", name="Training"))
    assert training.locator("td").first.inner_text() == "15%"


def test_what_is_changed_is_named(page):
    """The line at the top, also in print, names choices with their levels and sources that count."""
    take(page, "Missing", "worst")
    assert summary(page) == "Choice changed, Missing: worst."
    page.get_by_text("3 subcriteria of Training").click()
    page.get_by_role("slider", name="Courses and workshops", exact=True).fill("90")
    page.wait_for_timeout(100)
    assert summary(page).startswith(
        "Weights of the subcriteria of Training changed · Choice changed"
    )
    page.locator(".tick input").nth(1).check()
    page.wait_for_timeout(100)
    second = shipped_document()["sources"]["known"][1]["id"]
    assert f"Sources that count: thesis and {second}" in summary(page)


def test_a_barrier_says_how_points_become_its_score(page):
    """The sentence of a cell suffices to work out its score by hand."""
    page.goto(page.url.partition("#")[0] + "#explore&at=UNODC:barriers/state_capacity")
    told = page.get_by_role("dialog").inner_text()
    assert "0 events that support (0 points), 2 events that limit (4 points)" in told
    assert "one half where both sides weigh the same" in told
    # One half, less half of what four points of difference take of it at six points a half.
    assert f"{(1 - (1 - 2 ** (-4 / 6))) / 2:.3f}" in told


def test_what_is_left_out_is_not_called_unknown(page):
    """Where all that is coded is left out by a choice, the cell says so."""
    page.locator(".tick input").nth(1).check()
    page.locator(".tick input").first.uncheck()
    for cell in page.locator(".cells button", has_text="?").all():
        cell.click()
        told = page.get_by_role("dialog").inner_text()
        assert ("row left out" in told or "rows left out" in told) == ("as set now" in told)
        page.get_by_role("button", name="Close").click()


def test_the_published_state_can_be_linked_from_a_page_that_opens_elsewhere(browser, written):  # noqa: F811
    """All as published, then a reload: still as published; without a fragment it opens elsewhere."""
    with offline_page(browser) as page:
        page.goto((written / "other.html").as_uri())
        assert "Plans: count" in summary(page)
        page.get_by_role("button", name="All as published").click()
        page.wait_for_timeout(400)
        assert summary(page) == "Everything is as published."
        page.reload()
        assert summary(page) == "Everything is as published."
        page.goto((written / "other.html").as_uri())
        page.wait_for_timeout(200)
        assert "Plans: count" in summary(page)


def test_back_and_links_on_an_open_page(page):
    """Back to the address without a fragment is the page as it opened; nonsense is named then too."""
    page.evaluate("location.hash = '#explore&w.training=80'")
    page.wait_for_timeout(300)
    assert "published ones" in summary(page)
    page.go_back()
    page.wait_for_timeout(300)
    assert summary(page) == "Everything is as published."
    page.evaluate("location.hash = '#explore&w.training=foo&open=nope'")
    page.wait_for_timeout(300)
    told = page.locator(".told").inner_text()
    assert "w.training=foo" in told
    assert "open=nope" in told


def test_links_of_a_page_around_it_leave_it_as_it_is(browser, written):  # noqa: F811
    """Within another page, its sections, the way back and its keys do not touch the weights."""
    with offline_page(browser) as page:
        page.goto((written / "within.html").as_uri())
        page.evaluate("location.hash = '#claims'")
        page.get_by_role("slider", name="Training", exact=True).fill("80")
        page.wait_for_timeout(400)
        for fragment in ("#explore", "#claims"):
            page.evaluate(f"location.hash = '{fragment}'")
            page.wait_for_timeout(300)
            assert "published ones" in summary(page)
        page.go_back()
        page.go_back()
        page.wait_for_timeout(300)
        assert "published ones" in summary(page)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Control+z")
        page.wait_for_timeout(100)
        assert "published ones" in summary(page)
        assert page.locator("h1").count() == 0


def test_a_link_is_that_of_what_is_seen(browser, written):  # noqa: F811
    """Copied at once, and from another section of the page, the link holds the weights."""
    with offline_page(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto((written / "within.html").as_uri() + "#claims")
        page.get_by_role("slider", name="Training", exact=True).fill("80")
        page.evaluate("history.replaceState(null, '', '#claims')")
        page.get_by_role("button", name="Copy link").click()
        page.wait_for_timeout(100)
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.endswith("#explore&w.training=80")


def test_a_gap_that_is_filled_says_with_what(page):
    """Where missing cells enter at their worst, table and cell say so, and not that it is no zero."""
    take(page, "Missing", "worst")
    assert (
        "What is missing enters the means at its worst."
        in page.locator(".cells caption").inner_text()
    )
    page.locator(".cells button", has_text="?").first.click()
    told = page.get_by_role("dialog").inner_text()
    assert "It enters the means as 0.000 (missing: worst)." in told
    assert "It is not zero" not in told


def test_weights_that_all_but_tie_are_not_taken_for_a_lead(browser, tmp_path):  # noqa: F811
    """By the rubric of soft security the exact change leaves the CSTO level; what is set does not."""
    path = tmp_path / "soft.html"
    path.write_text(explorer_page(shipped_document("soft_security")), encoding="utf-8")
    with offline_page(browser) as page:
        page.goto(path.as_uri())
        page.get_by_label(FIRST, exact=True).select_option("CSTO")
        page.get_by_role("button", name="Set these weights").first.click()
        page.wait_for_timeout(600)
        assert order(page)[0] == "CSTO"
        assert page.locator(".ranking .place").all_inner_texts()[:2] == ["1", "2"]


def test_a_drag_is_one_step_and_buttons_that_are_off_do_nothing(page):
    """A slow drag is undone at once; pressing what is off leaves the way forward open."""
    box = page.get_by_role("slider", name="Training", exact=True).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.15 * box["width"], y)
    page.mouse.down()
    for share in (0.3, 0.6):
        page.mouse.move(box["x"] + share * box["width"], y, steps=4)
        page.wait_for_timeout(1200)
    page.mouse.up()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(100)
    assert summary(page) == "Everything is as published."
    page.get_by_role("button", name="All as published").dispatch_event("click")
    page.get_by_role("button", name="Redo").click()
    page.wait_for_timeout(100)
    assert "published ones" in summary(page)


def test_the_certainty_is_undone_like_the_rest(page):
    """Moving how certain the weights are is a step of its own."""
    slider = page.get_by_role("slider", name="How certain are the weights?")
    before = slider.input_value()
    slider.focus()
    page.keyboard.press("Home")
    assert "any weights" in slider.get_attribute("aria-valuetext")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_timeout(100)
    assert slider.input_value() == before


def test_no_evidence_opens_while_there_is_no_order(page):
    """A click while all weights are zero says why; nothing opens when there is an order again."""
    sliders = page.locator(".weights > .weight input, .weights > div > .weight input")
    for n in range(sliders.count()):
        sliders.nth(n).fill("0")
    page.wait_for_timeout(200)
    page.locator(".ranking .name").first.click()
    assert "all zero" in page.locator(".told").inner_text()
    sliders.first.fill("50")
    page.wait_for_timeout(300)
    assert page.locator("dialog[open]").count() == 0


def test_own_evidence_is_named_in_the_command(browser, tmp_path):  # noqa: F811
    """A rubric downloaded from a page of one's own evidence names it, and the command ranks by it."""
    evidence = Path(shutil.copy(EVIDENCE, tmp_path))
    rubric = Path(shutil.copy(RUBRIC, tmp_path))
    written = tmp_path / "own.html"
    ioscore("explore", "--no-browser", "-r", rubric, "--evidence", evidence, "-o", written)
    with offline_page(browser, accept_downloads=True) as page:
        page.goto(written.as_uri())
        with page.expect_download() as download:
            page.get_by_role("button", name="Download rubric").click()
        told = page.locator(".told").inner_text()
        mine = tmp_path / "mine.yaml"
        download.value.save_as(mine)
    line = mine.read_text(encoding="utf-8").splitlines()[0]
    assert line == f"# ioscore rank --rubric THIS_FILE --evidence {evidence}"
    assert line[2:] in told
    ranked = ioscore(*line[2:].replace("THIS_FILE", str(mine)).split()[1:])
    assert ranked.status == 0, ranked.err


def test_choices_without_a_row_to_work_on_are_not_offered():
    """Evidence without plans or paragraphs offers no choice of either, and keeps their levels."""
    evidence, rubric = hostile_evidence(["a", "b"])
    document = explorer_document(explore_study(run_study(evidence, rubric)))
    assert {"plans", "documentation"}.isdisjoint({one["name"] for one in document["switches"]})
    assert document["fixed"]["plans"] == rubric.level("plans")
