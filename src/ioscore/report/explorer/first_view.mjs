// What would make an organisation first: fewer events, other weights, a single switch.

import { apart, fixed3, foreign, h, heading, listed, percent, words } from "./dom.mjs";
import { levelWord } from "./controls.mjs";
import { beyond, firsts, searchFirst, singleChanges } from "./search.mjs";
import { answer } from "./order.mjs";
import { published, withTopPoints } from "./state.mjs";

/** Build the choice of an organisation, and what would make it first. */
export function firstView(app) {
  const { data } = app;
  const id = `${app.id}-first`;
  const select = h("select", { id, onchange: () => app.want(select.value) },
    data.organisations.map((one) => h("option", { value: one.id, text: one.id })));
  const answer = h("div", { class: "answer" });
  const element = h("div", {}, h("p", { class: "wanted" }, h("label", { for: id, text: "What would make" }), select, h("span", { text: "first?" })), answer);
  let searched = null;

  function wanted() {
    if (app.state.wanted) return data.organisations.findIndex((one) => one.id === app.state.wanted);
    const [first, second] = app.ranking.order;
    return second ?? first;
  }

  function update() {
    if (app.trouble) {
      answer.replaceChildren();
      return;
    }
    const i = wanted();
    select.value = data.organisations[i].id;
    const key = JSON.stringify([i, [...app.state.points], app.state.levels, app.state.sources]);
    if (searched && searched.key !== key) searched = null;
    const focused = [...answer.querySelectorAll("button")].indexOf(document.activeElement);
    answer.replaceChildren(
      part(app, "Weights, from the published ones", publishedWeights(app, i)),
      part(app, "Evidence, from the published rubric", evidenceText(app, i)),
      part(app, "One switch, from what is set now", switchesText(app, i)),
      part(app, "Weights, from what is set now", liveSearch(app, i, searched, (found) => {
        searched = { key, found };
        update();
        app.announce(found ? "Weights were found." : "No weights were found.");
      })),
    );
    // Whoever had the focus goes on from the same place.
    if (focused >= 0) (answer.querySelectorAll("button")[focused] ?? select).focus();
  }
  return { element, update };
}

function part(app, title, content) {
  return h("section", {}, heading(app, 3, { text: title }), content);
}

/** Show the answer that Python worked out for the rubric as published. */
function publishedWeights(app, i) {
  const { data } = app;
  const one = data.organisations[i];
  const missing = app.state.levels.missing ?? data.fixed.missing;
  const fills = data.to_first[missing] ?? data.to_first.renormalise;
  const found = fills[one.id];
  const state = { ...published(data), levels: { ...published(data).levels, missing } };
  const rule = `with missing cells ${["worst", "best"].includes(missing) ? `at their ${missing}` : "passed over"}`;
  if (!found.weights) return h("p", { text: `${capital(found.reason)} (${rule}).` });
  const { cells, ranking: top, trouble } = answer(data, state);
  if (trouble) return h("p", { text: trouble });
  const before = [...top.weights];
  const after = data.top.map((node, c) => found.weights[node.path] ?? before[c]);
  const proof = found.exact ? "Exact: no smaller change does it" : "Found by search, not proved smallest: where a whole criterion is missing, no formula is known";
  const level = found.level_with.length ? `, where it draws level with ${listed(found.level_with.map(apart))}` : "";
  return [
    h("p", {}, h("span", { class: found.exact ? "mark exact" : "mark", text: found.exact ? "exact" : "found" }),
      ` A change of ${fixed3(found.distance)} (Euclidean) ${rule}${level}. ${proof}.`),
    weightTable(data, before, after, "published"),
    h("button", { type: "button", text: "Set these weights, all else as published",
      onclick: () => app.change("set weights", (now) => {
        Object.assign(now, { points: state.points, levels: state.levels, sources: state.sources });
        withTopPoints(data, now, beyond(cells.mean, top, i, after));
      }) }),
  ];
}

function weightTable(data, before, after, first) {
  const moves = after.map((own, c) => 100 * (own - before[c]));
  // Enough digits for the greatest move to show two of them.
  const digits = Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(Math.max(...moves.map(Math.abs))))));
  const rows = data.top.map((node, c) => h("tr", {}, h("th", { scope: "row" }, foreign(node.label)),
    h("td", { text: percent(before[c], digits) }), h("td", { text: percent(after[c], digits) }),
    h("td", { text: `${moves[c] >= 0 ? "+" : "−"}${Math.abs(moves[c]).toFixed(digits)}` })));
  const head = ["Criterion", first, "then", "points"].map((text) => h("th", { scope: "col", text }));
  return h("table", { class: "small" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}

function evidenceText(app, i) {
  const { data } = app;
  const found = data.without[data.organisations[i].id];
  if (!found.events) return h("p", { text: `${capital(found.reason)}.` });
  const count = found.events.length;
  const proof = found.exact ? "Exact: no smaller set does it" : `An upper bound: no set of fewer than ${found.lower} does it (${found.reason})`;
  return [
    h("p", {}, h("span", { class: found.exact ? "mark exact" : "mark", text: found.exact ? "exact" : "bound" }),
      ` It would be first without ${count === 1 ? "one event" : `${count} events`}. ${proof}.`),
    h("ul", {}, found.events.map((event) => h("li", {}, eventText(app, event)))),
  ];
}

/** Return an event with each cell that it counts in, and the way to the evidence there. */
function eventText(app, { id, cells }) {
  const parts = cells.flatMap(([organisation, path, summary]) => {
    const leaf = app.data.byPath.get(path);
    const button = h("button", { type: "button", class: "plain", onclick: () => app.look(organisation, path) }, foreign(summary || id));
    return ["; ", button, ` (${apart(organisation)}, ${apart(leaf.label)})`];
  });
  return [...parts.slice(1), ": ", foreign(id)];
}

function switchesText(app, i) {
  const { data } = app;
  if (firsts(app.ranking).includes(i)) return h("p", { text: "It is first now." });
  const found = singleChanges(data, app.state).filter(({ first }) => first.includes(i));
  if (!found.length) return h("p", { text: "No single switch and no single source does it. (All were tried.)" });
  const items = found.map((change) => {
    const source = change.source === undefined ? null : data.sources.known.find(({ id }) => id === change.source);
    const text = source
      ? [change.counts ? "with the source " : "without the source ", foreign(source.title || source.id || "no source named")]
      : [`${words(change.name)}: ${levelWord(change.level)}`];
    const tied = change.first.length > 1 ? " (level with others)" : "";
    return h("li", {}, h("button", { type: "button", class: "plain", onclick: () => app.change(`choice ${change.name}`, (state) => {
      if (change.name === "sources") state.sources = change.level;
      else state.levels[change.name] = change.level;
    }) }, text), tied);
  });
  return [h("p", { text: "All were tried; each of these does it by itself:" }), h("ul", {}, items)];
}

function liveSearch(app, i, searched, keep) {
  const { data } = app;
  if (firsts(app.ranking).includes(i)) return h("p", { text: "It is first now." });
  if (!searched) {
    return [h("p", { text: "A search in this page tries up to 30,000 weights; it finds a change, not surely the smallest." }),
      h("button", { type: "button", text: "Search", onclick: () => keep(searchFirst(app.cells.mean, app.ranking, i)) })];
  }
  if (!searched.found) return h("p", { text: "None of 30,000 weights that were tried puts it first." });
  const { weights, length } = searched.found;
  return [h("p", {}, h("span", { class: "mark", text: "search" }), ` A change of ${fixed3(length)} was found; there may be a smaller one.`),
    weightTable(data, app.ranking.weights, weights, "now"),
    h("button", { type: "button", text: "Set these weights", onclick: () =>
      app.change("set weights", (state) => withTopPoints(data, state, beyond(app.cells.mean, app.ranking, i, weights))) })];
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
