// What can be changed: weights, sources, choices.

import { apart, foreign, h, percent, say, words } from "./dom.mjs";
import { siblings } from "./order.mjs";
import { sourceCounts } from "./cells.mjs";
import { moved } from "./state.mjs";
import { withSource } from "./search.mjs";

const LEVELS = {
  exclude: "leave out",
  include: "count",
  as_written: "as written",
  per_1000_words: "per 1,000 words",
  no_answer: "no answer, one half",
  zero: "zero",
  main: "as coded",
  as_in_rubric: "as in the rubric",
};

export function levelWord(level) {
  return LEVELS[level] ?? level.replaceAll("_", " ");
}

/** Build the sliders; those of subcriteria fold out below their criterion. */
export function weightControls(app) {
  const { data } = app;
  const rows = [];

  function slider(node) {
    const id = `${app.id}-w${node.number}`;
    const share = h("output", { for: id, class: "share" });
    const input = h("input", {
      type: "range", id, min: 0, max: 100, step: 1,
      oninput: () =>
        app.change(`weight ${node.path}`, (state) => (state.points[node.number] = Number(input.value)), true),
      onchange: () => app.release(),
      onfocus: () => app.mark(node),
      onblur: () => app.mark(null),
    });
    const track = h("span", { class: "track" }, input, h("span", { class: "pin", "aria-hidden": "true" }));
    track.style.setProperty("--pin", node.points / 100);
    const label = h("label", { for: id }, foreign(node.label));
    const row = h("div", { class: "weight", onpointerenter: () => app.mark(node), onpointerleave: () => app.mark(null) },
      label, share, track);
    rows.push({ node, input, share, row });
    if (node.leaf) return row;
    const count = node.children.length;
    const fold = h("details", { class: "parts" },
      h("summary", {}, `${count} subcriteri${count === 1 ? "on" : "a"}`, h("span", { class: "hidden", text: ` of ${apart(node.label)}` })),
      node.children.map(slider));
    fold.addEventListener("toggle", () => {
      if (fold.open !== app.state.open.includes(node.path)) app.fold(node.path, fold.open);
    });
    rows.at(-1).fold = fold;
    rows.push({ node, fold });
    return h("div", {}, row, fold);
  }

  const element = h("div", { class: "weights" }, data.top.map(slider));

  function update() {
    for (const { node, input, share, row, fold } of rows) {
      if (fold) fold.open = app.state.open.includes(node.path);
      if (!input) continue;
      const points = app.state.points[node.number];
      if (Number(input.value) !== Math.round(points)) input.value = points;
      const total = siblings(data, node).reduce((sum, one) => sum + app.state.points[one.number], 0);
      const part = total > 0 ? points / total : 0;
      const within = node.parent ? ` of ${apart(data.byPath.get(node.parent).label)}` : " of all";
      say(share, percent(part));
      const said = `${percent(part)}${within}`;
      if (input.getAttribute("aria-valuetext") !== said) input.setAttribute("aria-valuetext", said);
      row.classList.toggle("changed", moved(data, app.state, node));
    }
  }
  return { element, update };
}

/** Build one box to tick for each source. */
export function sourceControls(app) {
  const { known } = app.data.sources;
  const boxes = known.map((source, n) => {
    const id = `${app.id}-s${n}`;
    const input = h("input", {
      type: "checkbox", id,
      onchange: () => {
        const level = withSource(app.data, app.state.sources, source.id, input.checked);
        if (level === null) {
          input.checked = true;
          app.announce("One source at least must count.");
        } else app.change(`source ${source.id}`, (state) => (state.sources = level));
      },
    });
    const kind = source.kind ? words(source.kind).toLowerCase() : "";
    const trust = source.reliability === 1 ? "" : `counts ${source.reliability}`;
    const about = [kind, trust].filter(Boolean).join(", ");
    const text = h("label", { for: id }, foreign(source.title || source.id || "no source named"),
      about && h("span", { class: "about", text: about }));
    return { source, input, row: h("div", { class: "tick" }, input, text) };
  });
  const element = h("fieldset", {}, h("legend", { text: "Sources that count" }), boxes.map(({ row }) => row));

  function update() {
    for (const { source, input } of boxes) input.checked = sourceCounts(app.state.sources, source.id);
  }
  return { element, update };
}

/** Build a list to choose from for each switch, in groups. */
export function switchControls(app) {
  const { switches } = app.data;
  const rows = [];
  const groups = [...new Set(switches.map((one) => one.group))].map((group) =>
    h("fieldset", {}, h("legend", { text: group }), switches.filter((one) => one.group === group).map(control)));

  function control(one) {
    const id = `${app.id}-c-${one.name}`;
    const select = h("select", {
      id,
      "aria-describedby": one.reason ? `${id}-why` : null,
      onchange: () => app.change(`choice ${one.name}`, (state) => (state.levels[one.name] = select.value)),
    }, one.levels.map((level) =>
      h("option", { value: level, text: levelWord(level) + (level === one.level ? " (published)" : "") })));
    const row = h("div", { class: "choice" },
      h("label", { for: id, text: words(one.name) }), select,
      one.reason && h("p", { id: `${id}-why`, class: "why" }, foreign(one.reason)));
    rows.push({ one, select, row });
    return row;
  }

  const element = h("div", { class: "choices" }, groups);

  function update() {
    for (const { one, select, row } of rows) {
      select.value = app.state.levels[one.name];
      row.classList.toggle("changed", app.state.levels[one.name] !== one.level);
    }
  }
  return { element, update };
}

/** Build the buttons that undo, go back and take away. */
export function toolbar(app) {
  const isOff = (one) => one.getAttribute("aria-disabled") === "true";
  const button = (text, act, title) =>
    h("button", { type: "button", onclick: (event) => isOff(event.currentTarget) || act(), title, text });
  const undo = button("Undo", () => app.undo(), "Ctrl+Z");
  const redo = button("Redo", () => app.redo(), "Ctrl+Shift+Z");
  const weights = button("Back to published weights", () => app.restore("weights"));
  const all = button("All as published", () => app.restore("all"));
  const link = button("Copy link", () => app.copyLink());
  const file = button("Download rubric", () => app.download());
  const parts = [undo, redo, weights, all, app.options.fragment ? link : null, file];
  const element = h("div", { class: "toolbar", role: "group", "aria-label": "Undo, go back, share" }, parts);
  const off = (one, is) => one.setAttribute("aria-disabled", String(is));

  function update() {
    off(undo, !app.history.past.length);
    off(redo, !app.history.future.length);
    off(weights, !app.changes.weights.length);
    off(file, Boolean(app.trouble));
    off(all, !app.changes.weights.length && !app.changes.switches.length && !app.changes.sources);
  }
  return { element, update };
}
