"""How quickly the explorer answers, measured in the page: `python benchmarks/explorer.py [N]`.

Headless Chromium opens the page of the shipped study from disk, without a network. An update is all
that follows a moved weight (order, bars, shares, cells) and the layout of the page after it; at 60
updates a second it may take 16.7 ms. N (default 600) updates are measured one by one, then the
page is dragged with the mouse and the time between frames is taken.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from playwright.sync_api import Page, sync_playwright

from browser import FLAGS, find_chromium
from ioscore.io.rubrics import read_rubric
from ioscore.io.tables import read_evidence
from ioscore.report.explorer import explorer_document, explorer_page, module_text
from ioscore.study import run_study
from ioscore.study.exploration import explore_study

UPDATES = """async (count) => {
    const sliders = document.querySelectorAll(".left input[type=range]");
    let update = null;
    window.requestAnimationFrame = (call) => { update = call; return 1; };
    const times = [];
    for (let n = 0; n < count; n += 1) {
        const one = sliders[(n >> 4) % sliders.length];
        one.value = 50 + 45 * Math.sin(n / 7);
        const start = performance.now();
        one.dispatchEvent(new Event("input", { bubbles: true }));
        update();
        document.body.getBoundingClientRect();
        times.push(performance.now() - start);
        if (n % 20 === 19) await new Promise((done) => setTimeout(done));
    }
    return times;
}"""
FRAMES = """() => {
    window.frames_ = [];
    let before = performance.now();
    const tick = (now) => { window.frames_.push(now - before); before = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
}"""
SHARES = """async ([text, document, count]) => {
    const module = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    const data = module.prepare(document);
    const times = [];
    for (let n = 0; n < count; n += 1) {
        const state = module.published(data);
        state.points[0] = 1 + (n % 90);
        const { ranking, cells } = module.answer(data, state);
        const start = performance.now();
        module.acceptability(ranking, cells.mean, n % 2 ? 50 : 0);
        times.push(performance.now() - start);
    }
    return times;
}"""


def told(name: str, times: list[float], limit: float) -> None:
    """Print the median and the 95% point of times, in milliseconds."""
    late = sorted(times)[int(0.95 * len(times))]
    print(
        f"{name}: median {statistics.median(times):.1f} ms of {len(times)}, 95% within {late:.1f} ms "
        f"(at most {limit:g})"
    )


def drag(page: Page) -> list[float]:
    """Drag a slider up and down and return the times between frames."""
    box = page.locator(".left input[type=range]").first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 20, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for n in range(300):
        page.mouse.move(box["x"] + 20 + (box["width"] - 40) * abs((n % 100) / 50 - 1), y)
    times: list[float] = page.evaluate("window.frames_.slice(2)")
    page.mouse.up()
    return times


def main(count: int) -> None:
    """Measure and print."""
    rubric = read_rubric()
    exploration = explore_study(run_study(read_evidence(), rubric))
    document = explorer_document(exploration, extends=rubric.name)
    html = explorer_page(document)
    print(f"page: {len(html.encode()) / 1000:.0f} kB (under 400)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "explorer.html"
        path.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*FLAGS, "--no-sandbox"]
        )
        for width, height in ((1400, 900), (360, 740)):
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(path.as_uri())
            page.wait_for_timeout(1000)
            told(f"between frames while dragging, {width} px wide", drag(page), 1000 / 60)
            told(f"update and layout, {width} px wide", page.evaluate(UPDATES, count), 1000 / 60)
            page.close()
        page = browser.new_page()
        times = page.evaluate(SHARES, [module_text(), document, max(count // 4, 10)])
        told("rank acceptability, 10,000 draws", times[5:], 50)
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
