// Every cell: organisations by criteria. Missing is never shown as zero.

import { apart, foreign, h, listed, say } from "./dom.mjs";
import { STATES } from "./cells.mjs";
import { ruleOf } from "./means.mjs";

/** Build the table of cells; each opens its evidence. */
export function cellsView(app) {
  const { data } = app;
  const element = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table of cells" });
  const head = h("tr", {}, h("th", { scope: "col", text: "Criterion" }),
    data.organisations.map((one) => {
      const cell = h("th", { scope: "col", class: "who" }, h("span", { class: "dot", "aria-hidden": "true" }), foreign(one.id));
      cell.style.setProperty("--hue", one.colour);
      return cell;
    }));
  const cells = [];
  const body = data.nodes.map((node) => {
    const name = h("th", { scope: "row", class: node.parent ? "inner" : "outer" }, foreign(node.label));
    name.style.setProperty("--depth", node.path.split("/").length - 1);
    return h("tr", { class: node.parent ? "inner" : "outer" }, name, data.organisations.map((one, i) => {
      const text = h("span");
      const hidden = h("span", { class: "hidden" });
      const button = h("button", { type: "button", onclick: () => app.look(one.id, node.path) }, text, hidden);
      const cell = h("td", { class: "cell" }, button);
      cells.push({ node, i, text, hidden, cell });
      return cell;
    }));
  });
  const caption = h("caption");
  element.append(h("table", { class: "cells" }, caption,
    h("thead", {}, head), h("tbody", {}, body)));

  function update() {
    element.classList.toggle("broken", Boolean(app.trouble));
    element.inert = Boolean(app.trouble);
    if (app.trouble) return;
    say(caption, `${scaleOf(app)} ?: nothing is known; none: a source says that it does not do this; limits: what limits weighs as much as what supports, or more`);
    for (const { node, i, text, hidden, cell } of cells) {
      const { value, state } = cellOf(app, i, node);
      const now = shown(value, state);
      if (now === text.textContent && state === cell.dataset.state) continue;
      text.textContent = now;
      hidden.textContent = `, ${apart(data.organisations[i].id)}, ${apart(node.label)}: ${state}; show the evidence`;
      cell.style.setProperty("--value", `${Math.round(60 * Math.max(0, Math.min(1, Number.isNaN(value) ? 0 : value)))}%`);
      cell.dataset.state = state;
    }
  }
  return { element, update };
}

/** Say on what scale the values are: that of the scores, or what normalisation makes of them. */
function scaleOf({ data, setting, cells }) {
  const rules = new Set(data.leaves.map((leaf) => ruleOf(data, setting, leaf).rule));
  rules.delete("fixed");
  const ways = [rules.size && `normalisation: ${listed([...rules])}`, data.leaves.some((leaf) => leaf.cost) && "costs turned round"].filter(Boolean);
  const scale = ways.length ? `Scores as they enter the means (${ways.join("; ")}).` : "Scores in [0, 1].";
  return cells.fill === "renormalise" ? scale : `${scale} What is missing enters the means at its ${cells.fill}.`;
}

/**
 * Return what a cell is, its value as it enters the means, and of a leaf its own score; of a
 * criterion the mean.
 */
export function cellOf(app, i, node) {
  const { data, cells, ranking } = app;
  if (node.leaf) {
    const at = i * data.leaves.length + node.column;
    if (cells.ignored[node.column]) return { value: NaN, score: NaN, state: "left out" };
    return { value: cells.ready.values[at], score: cells.values[at], state: STATES[cells.states[at]] };
  }
  const value = node.parent ? app.inner(i, node) : ranking.top[i * data.top.length + data.top.indexOf(node)];
  return { value, state: Number.isNaN(value) ? "missing" : "mean" };
}

function shown(value, state) {
  if (state === "missing") return "?";
  if (state === "left out") return "–";
  const text = value.toFixed(2);
  const zero = Number(text) === 0;
  if (state === "absent") return zero ? "none" : `${text} none`;
  return state === "limited" ? `${zero ? "0" : text} limits` : text;
}
