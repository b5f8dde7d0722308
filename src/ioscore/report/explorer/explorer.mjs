// The explorer of ioscore: move a weight, flip a choice, leave out a source, and see the order.
// Mount it on an element with the document that `ioscore` writes, or use it as a widget.

import { answer, prepare, rank, readyCells, sharesOf } from "./order.mjs";
import { acceptability, countRanks, drawWeights, generator, interval } from "./draws.mjs";
import { copyOf, distance, fromFragment, opening, published, takeWeights, toFragment, toYaml, writtenWeights } from "./state.mjs";
import { searchFirst, singleChanges, withSource } from "./search.mjs";
import { apart, atMostEvery, balanced, fixed3, foreign, h, heading, later, listed, percent, say, words } from "./dom.mjs";
import { sourceCounts } from "./cells.mjs";
import { actions, keepInAddress, OUTSIDE } from "./actions.mjs";
import { levelWord, sourceControls, switchControls, toolbar, weightControls } from "./controls.mjs";
import { rankingView, spoken } from "./ranking_view.mjs";
import { certaintyView } from "./certainty_view.mjs";
import { firstView } from "./first_view.mjs";
import { cellsView } from "./cells_view.mjs";
import { evidenceView } from "./evidence_view.mjs";

const CHECKED = 1e-9;
let mounted = 0;

/**
 * Show the explorer in an element. Options: `fragment` keeps the state in the fragment of the
 * address; `level` is that of its first heading; `onWeights` is called with the weights when they
 * change. Returns how to read and set them, and how to take the explorer away again.
 */
export function mount(root, document_, options = {}) {
  const data = prepare(document_);
  const fromLink = options.fragment ? fromFragment(data, location.hash) : null;
  mounted += 1;
  const app = {
    data,
    options,
    level: options.level ?? 1,
    alone: Boolean(options.fragment) && (options.level ?? 1) === 1,
    id: `ioscore${mounted}`,
    state: fromLink?.state ?? opening(data),
    history: { past: [], future: [], key: "", at: 0 },
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
  Object.assign(app, actions(app));
  app.solve();
  const page = build(app);
  root.classList.add("ioscore-explorer");
  root.replaceChildren(page.element);
  page.update();
  page.now();
  if (fromLink) root.scrollIntoView();
  tellUnknown(app, fromLink?.unknown ?? []);
  const wrong = disagreement(data);
  if (wrong) app.announce(wrong);
  const onHash = () => {
    // Without a fragment, a page that is the explorer is as it opens; other fragments are not ours.
    const opened = !location.hash && app.alone ? { state: opening(data), unknown: [] } : null;
    const found = opened ?? fromFragment(data, location.hash);
    if (!found) return;
    if (toFragment(data, found.state) !== toFragment(data, app.state)) app.take(found.state, "link");
    tellUnknown(app, found.unknown);
  };
  if (options.fragment) addEventListener("hashchange", onHash);
  return {
    get weights() {
      return writtenWeights(data, app.state);
    },
    set weights(weights) {
      const state = copyOf(app.state);
      takeWeights(data, state, weights);
      if (toFragment(data, state) !== toFragment(data, app.state)) app.take(state, OUTSIDE);
    },
    destroy() {
      removeEventListener("hashchange", onHash);
      root.replaceChildren();
    },
  };
}

function tellUnknown(app, parts) {
  if (parts.length) app.announce(`Parts of the link mean nothing here: ${parts.join(", ")}.`);
}

/** Compare the order as published with what Python found; "" where they agree. */
function disagreement(data) {
  const { ranking, trouble } = answer(data, published(data));
  const differs = (one, i) => Math.abs((data.check[one.id] ?? 0) - (ranking.scores[i] || 0)) > CHECKED;
  const wrong = trouble ? data.organisations : data.organisations.filter(differs);
  return wrong.length ? `This page does not find the published scores of ${listed(wrong.map((one) => apart(one.id)))}; trust \`ioscore rank\`.` : "";
}

/** Build the page; returns the element and how to bring it up to date. */
function build(app) {
  const { data } = app;
  const live = h("p", { class: "hidden", "aria-live": "polite", role: "status" });
  const told = h("p", { class: "told", role: "status" });
  const summary = h("p", { class: "summary-line" });
  const views = {
    tools: toolbar(app),
    weights: weightControls(app),
    sources: sourceControls(app),
    switches: switchControls(app),
    ranking: rankingView(app),
    certainty: certaintyView(app),
    first: firstView(app),
    cells: cellsView(app),
    evidence: evidenceView(app),
  };
  app.mark = views.ranking.mark;
  app.announce = (message) => say(told, message);
  const count = h("span", { class: "count" });
  const rules = h("details", { class: "fold" }, h("summary", {}, "Choices of coding and scoring ", count), views.switches.element);
  const block = (title, note, content, name) => {
    const id = `${app.id}-${name}`;
    return h("section", { class: `block ${name}`, "aria-labelledby": id }, heading(app, 2, { id, text: title }), note && h("p", { class: "why", text: note }), content);
  };
  const sources = data.sources.known.length > 1 ? views.sources.element : null;
  const element = h("div", { class: "frame" },
    h("header", { class: "top" }, heading(app, 1, {}, "Weight explorer: ", foreign(data.rubric.title)),
      h("p", { class: "why", text: `Scores measure ${data.rubric.measures}.${data.rubric.window ? ` Acts of ${data.rubric.window.join(" to ")} only.` : ""} Move a weight or change a choice: the order answers at once.` })),
    h("div", { class: "bar-top" }, views.tools.element, views.ranking.strip, summary, told, live),
    h("div", { class: "columns" },
      h("div", { class: "left" },
        block("Weights", "Only their proportions matter. The mark on each slider is the published weight.", views.weights.element, "set"),
        h("section", { class: "block", "aria-label": "Sources and choices" }, sources, rules)),
      h("div", { class: "right" },
        block("Order", "Bars: what each criterion adds to the score. Dashed: the published score. Click a name or a part of a bar for the evidence.", views.ranking.element, "order"),
        block("How sure, if the weights are less certain", "", views.certainty.element, "sure"),
        block("What would make another first", "", views.first.element, "turn"),
        block("Cells", "Each opens the events behind it.", views.cells.element, "matrix"))),
    views.evidence.element);
  const bar = element.querySelector(".bar-top");
  new ResizeObserver(() => element.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);
  const onKey = (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === "y" || event.shiftKey) app.redo();
    else app.undo();
  };
  element.addEventListener("keydown", onKey);
  // Where the explorer is the page, its keys work without a focus as well.
  if (app.alone) {
    document.addEventListener("keydown", (event) => event.target === document.body && onKey(event));
  }

  let frame = 0;
  let heard = "";
  const write = later(150, () => app.options.fragment && keepInAddress(data, app.state));
  const speak = later(700, () => {
    const text = spoken(app);
    if (text !== heard) say(live, text);
    heard = text;
  });
  const shares = atMostEvery(100, () => views.certainty.update());
  const slow = later(250, () => {
    views.certainty.draw();
    views.first.update();
  });

  function update() {
    views.tools.update();
    views.weights.update();
    views.sources.update();
    views.switches.update();
    views.ranking.update();
    views.cells.update();
    views.evidence.update();
    const { switches } = app.changes;
    say(count, switches.length ? `(${switches.length} changed of ${data.switches.length})` : `(${data.switches.length})`);
    say(summary, whatChanged(app));
  }
  const ways = {
    certainty: () => {
      views.tools.update();
      views.certainty.update();
      slow();
    },
    wanted: () => views.first.update(),
    fold: () => views.weights.update(),
    look: () => views.evidence.update(),
  };
  app.refresh = (what) => {
    app.announce("");
    write();
    if (what) {
      ways[what]();
      return;
    }
    shares();
    slow();
    speak();
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      app.solve();
      update();
      // What came from outside is known there, and what has no answer is nobody's weights.
      if (!app.silent && !app.trouble) app.options.onWeights?.(writtenWeights(data, app.state));
    });
  };
  const now = () => {
    views.certainty.update();
    views.first.update();
    views.certainty.draw();
  };
  return { element, update, now };
}

/** Say what is not as published, and how far the weights are from there. */
function whatChanged(app) {
  const { weights, switches, sources } = app.changes;
  if (!weights.length && !switches.length && !sources) return "Everything is as published.";
  const parts = app.trouble ? ["There is no order"] : [];
  if (weights.length && !app.trouble) parts.push(...weightsChanged(distance(app.data, app.state)));
  if (switches.length) {
    const taken = switches.map((one) => `${words(one.name)}: ${levelWord(app.state.levels[one.name])}`);
    parts.push(`Choice${switches.length > 1 ? "s" : ""} changed, ${taken.join(", ")}`);
  }
  if (sources) {
    const named = app.data.sources.known.filter(({ id }) => sourceCounts(app.state.sources, id));
    parts.push(`Sources that count: ${listed(named.map((source) => apart(source.id || "no source named")))}`);
  }
  return `${parts.join(" · ")}.`;
}

/** Say how far weights are from the published ones, or that no share has moved. */
function weightsChanged({ length, share, within }) {
  const parts = [];
  if (length > CHECKED) {
    parts.push(`Weights ${fixed3(length)} from the published ones (Euclidean distance), ${percent(share)} of all weight moved`);
  }
  if (within.length) parts.push(`Weights of the subcriteria of ${listed(within.map(apart))} changed`);
  return parts.length ? parts : ["Weights in the published proportions"];
}

/** Show the explorer in a cell of a notebook, its weights in step with those of the kernel. */
function render({ model, el }) {
  // JupyterLab would take arrow keys and letters for its own.
  const place = h("div", { "data-lm-suppress-shortcuts": "true" });
  el.append(place);
  const same = (a, b) => Object.keys(b).every((path) => Math.abs((a[path] ?? NaN) - b[path]) <= CHECKED);
  const shown = mount(place, model.get("document"), {
    onWeights(weights) {
      if (same(model.get("weights"), weights)) return;
      model.set("weights", weights);
      model.save_changes();
    },
  });
  const take = () => {
    if (!same(shown.weights, model.get("weights"))) shown.weights = model.get("weights");
  };
  model.on("change:weights", take);
  take();
  return () => {
    model.off("change:weights", take);
    shown.destroy();
  };
}

export { acceptability, answer, balanced, countRanks, drawWeights, fromFragment, generator, interval, opening, prepare, published, rank, readyCells, searchFirst, sharesOf, singleChanges, takeWeights, toFragment, toYaml, withSource, writtenWeights };
export default { render };
