// The order, with what each criterion adds to each score.

import { apart, balanced, foreign, h, inkOn, listed, score3, say } from "./dom.mjs";

const SHOWN = 8;
const UNSEEN = 5e-4;
const ENDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/** Build the list of organisations; it is kept in the order of the ranking. */
export function rankingView(app) {
  const { data } = app;
  const rows = data.organisations.map((one, i) => rowOf(app, one, i));
  const list = h("ol", { class: "ranking", role: "list" }, rows.map(({ row }) => row));
  const axis = h("div");
  const scale = h("div", { class: "scale", "aria-hidden": "true" }, axis);
  const trouble = h("p", { class: "trouble", role: "alert" });
  const numbers = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table of contributions" });
  const table = h("details", { class: "numbers" }, h("summary", { text: "The same as numbers" }), numbers);
  table.addEventListener("toggle", () => fill());
  const whole = h("p", { class: "why" });
  const element = h("div", {}, trouble, whole, scale, list, table);
  const strip = h("p", { class: "mini", "aria-hidden": "true" });
  let ticks = 0;
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    if (!app.trouble) rows.forEach((row) => row.fit(width));
  }).observe(axis);

  function fill() {
    if (!table.open || app.trouble) return;
    numbers.replaceChildren(contributionsTable(app));
  }

  function update() {
    say(trouble, app.trouble);
    element.classList.toggle("broken", Boolean(app.trouble));
    table.hidden = Boolean(app.trouble);
    if (app.trouble) {
      strip.replaceChildren();
      strip.dataset.places = "";
      return;
    }
    const { ranking } = app;
    say(whole, whyNoParts(app));
    // The marks of the published scores stand on the same scale.
    const marks = data.organisations.map((one) => data.check[one.id]).filter(Number.isFinite);
    const most = Math.max(...ranking.scores.filter(Number.isFinite), ...marks, 0.05);
    const end = ENDS.find((step) => step >= most) ?? most;
    if (end !== ticks) {
      ticks = end;
      const steps = [0, 0.25, 0.5, 0.75, 1].map((share) => {
        const tick = h("span", { text: String(Number((share * end).toFixed(3))) });
        tick.style.left = `${100 * share}%`;
        return tick;
      });
      axis.replaceChildren(...steps);
    }
    rows.forEach((row) => {
      row.update(end);
      row.fit(width);
    });
    const places = ranking.order.map((i) => `${i} ${ranking.ranks[i]}`).join();
    if (strip.dataset.places !== places) {
      strip.dataset.places = places;
      const more = ranking.order.length - SHOWN;
      strip.replaceChildren(...ranking.order.slice(0, SHOWN).map((i) => chip(app, i)), more > 0 ? ` … ${more} more` : "");
    }
    arrange(app, list, ranking.order.map((i) => rows[i].row));
    fill();
  }

  function mark(node) {
    const top = node && data.top.indexOf(topOf(data, node));
    rows.forEach(({ parts }) => parts.forEach((part, c) => part.classList.toggle("marked", c === top)));
  }
  return { element, strip, update, mark };
}

/** Say whether scores or parts are below zero, which no bar shows. */
function belowZeroAnywhere({ scores, parts }) {
  return [...scores, ...(parts ?? [])].some((value) => value < 0);
}

function whyNoParts({ ranking, cells }) {
  if (belowZeroAnywhere(ranking)) return "Some values are below zero, so no bars are drawn.";
  return ranking.parts ? "" : `Under the ${cells.mean} mean a score is no sum over criteria, so the bars are whole.`;
}

/** Return one organisation of the order in a line, which stays in sight on small screens. */
function chip(app, i) {
  const one = app.data.organisations[i];
  const rank = app.ranking.ranks[i];
  const text = h("span", {}, Number.isNaN(rank) ? "– " : `${rank} `, h("span", { class: "dot" }), foreign(one.id));
  text.style.setProperty("--hue", one.colour);
  return text;
}

let ruler = null;

/** Return how wide a label is, in pixels of the font of the bars. */
function widthOf(text) {
  ruler ??= Object.assign(document.createElement("canvas").getContext("2d"), { font: "12px system-ui, sans-serif" });
  return ruler.measureText(text).width;
}

function topOf(data, node) {
  return node.parent ? topOf(data, data.byPath.get(node.parent)) : node;
}

function rowOf(app, one, i) {
  const { data } = app;
  const place = h("span", { class: "place" });
  const name = h("button", { type: "button", class: "name", title: "Show the evidence", onclick: () => app.look(one.id, "") },
    h("b", {}, foreign(one.id)), " ", one.name === one.id ? null : h("span", { class: "full" }, foreign(one.name)),
    h("span", { class: "hidden", text: "; show the evidence" }));
  const parts = data.top.map((node) => {
    const part = h("span", { class: "part", onclick: () => app.look(one.id, node.path) }, foreign(node.label));
    part.style.color = inkOn(one.colour);
    return part;
  });
  const was = h("span", { class: "was" });
  const bar = h("div", { class: "bar", role: "img" }, h("div", { class: "stack" }, parts), was);
  const score = h("span", { class: "score" });
  const note = h("p", { class: "note" });
  const row = h("li", { class: "organisation" }, place, name, bar, score, note);
  row.style.setProperty("--hue", one.colour);
  const labels = data.top.map((node) => {
    const short = `${[...node.label].slice(0, 2).join("")}.`;
    return [node.label, short].map((text) => ({ text, width: widthOf(text) + 10 }));
  });
  let widths = [];

  /** Label the parts of a bar of so many pixels as far as there is room. */
  function fit(room) {
    parts.forEach((part, c) => {
      const label = labels[c].find(({ width }) => width <= widths[c] * room);
      say(part.firstChild, label && app.ranking.parts ? balanced(label.text) : "");
    });
  }

  function update(end) {
    const { ranking, cells } = app;
    const t = data.top.length;
    const own = ranking.scores[i];
    const tied = ranking.ranks.filter((rank) => rank === ranking.ranks[i]).length > 1;
    say(place, Number.isNaN(own) ? "–" : `${tied ? "=" : ""}${ranking.ranks[i]}`);
    say(score, Number.isNaN(own) ? "no score" : score3(own));
    const sums = parts.map((_part, c) => (ranking.parts ? ranking.parts[i * t + c] : NaN));
    const none = belowZeroAnywhere(ranking);
    widths = parts.map((_part, c) => {
      const value = ranking.parts ? sums[c] : c === 0 ? own : NaN;
      return none || Number.isNaN(value) ? 0 : Math.max(0, value / end);
    });
    parts.forEach((part, c) => {
      const value = sums[c];
      const width = widths[c];
      part.style.width = `${(100 * width).toFixed(2)}%`;
      part.classList.toggle("none", !(width > 0));
      part.title = ranking.parts ? `${apart(data.top[c].label)}: ${Number.isNaN(value) ? "missing" : score3(value)}` : score3(own);
    });
    const then = data.check[one.id] ?? NaN;
    const differs = !Number.isNaN(then) && !(Math.abs(then - own) < UNSEEN);
    was.hidden = none || then < 0 || !differs;
    was.style.left = `${((100 * then) / end).toFixed(2)}%`;
    const said = data.top.map((node, c) => `${apart(node.label)} ${Number.isNaN(sums[c]) ? "missing" : score3(sums[c])}`);
    const before = differs ? `; published score ${score3(then)}` : "";
    bar.setAttribute("aria-label", (ranking.parts ? `Contributions: ${said.join(", ")}` : `Score ${score3(own)}, which is no sum of parts`) + before);
    say(note, noteOf(app, i, cells, ranking));
  }
  return { row, parts, update, fit };
}

/** Return what a reader should know beside the score: how close, what is missing, what it was. */
function noteOf(app, i, cells, ranking) {
  const { data } = app;
  const notes = [];
  const place = ranking.order.indexOf(i);
  const above = ranking.order[place - 1];
  if (Number.isNaN(ranking.scores[i])) return "Nothing is known of it.";
  const gap = above === undefined ? Infinity : ranking.scores[above] - ranking.scores[i];
  if (gap <= ranking.tie) notes.push(`level with ${apart(data.organisations[above].id)}`);
  else if (gap <= data.rubric.close) {
    notes.push(`${gap.toFixed(3)} behind ${apart(data.organisations[above].id)}, too close to call`);
  }
  const missing = cells.gaps[i];
  if (missing) {
    const all = data.leaves.length - cells.ignored.filter(Boolean).length;
    const span = ranking.range && [ranking.range.best[i], ranking.range.worst[i]];
    const ranks = !span ? "" : span[0] === span[1] ? `; rank ${span[0]} whatever they hold` : `; they could put it at rank ${span[0]} to ${span[1]}`;
    notes.push(`${missing} of ${all} cells missing${ranks}`);
  }
  return notes.join(" · ");
}

/** Put the rows in order, sliding them there, and give focus back to what had it. */
function arrange(app, list, wanted) {
  const now = [...list.children];
  if (wanted.every((row, place) => row === now[place])) return;
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const height = now.length > 1 ? now[1].offsetTop - now[0].offsetTop : 0;
  wanted.forEach((row, place) => {
    if (list.children[place] !== row) list.insertBefore(row, list.children[place]);
  });
  focused?.focus({ preventScroll: true });
  if (app.still || !height) return;
  wanted.forEach((row, place) => {
    const shift = (now.indexOf(row) - place) * height;
    if (shift) row.animate([{ transform: `translateY(${shift}px)` }, { transform: "none" }], { duration: 220, easing: "ease-out" });
  });
}

function contributionsTable(app) {
  const { data, ranking } = app;
  const t = data.top.length;
  const head = ["Rank", "Organisation", ...data.top.map((node) => node.label), "Score", "Published score"];
  const body = ranking.order.map((i) => {
    const one = data.organisations[i];
    const values = (ranking.parts ?? ranking.top).subarray(i * t, (i + 1) * t);
    return h("tr", {}, h("td", { text: Number.isNaN(ranking.ranks[i]) ? "–" : String(ranking.ranks[i]) }),
      h("th", { scope: "row" }, foreign(one.id)),
      [...values].map((value) => h("td", { text: Number.isNaN(value) ? "missing" : score3(value) })),
      h("td", { text: score3(ranking.scores[i]) }), h("td", { text: score3(data.check[one.id] ?? NaN) }));
  });
  const what = ranking.parts ? "What each criterion adds to the score" : "Scores of the criteria, of which the score is no sum";
  return h("table", {}, h("caption", { text: what }),
    h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, foreign(text))))), h("tbody", {}, body));
}

/** Return the order in a sentence, for those who hear it. */
export function spoken(app) {
  if (app.trouble) return app.trouble;
  const { data, ranking } = app;
  const shown = ranking.order.filter((i) => !Number.isNaN(ranking.scores[i])).slice(0, 5);
  return `Order: ${listed(shown.map((i) => `${apart(data.organisations[i].id)} ${score3(ranking.scores[i])}`))}.`;
}
