// What stands behind a cell: its events, each with its summary, anchor and the line of its source.

import { foreign, h, heading, score3, words } from "./dom.mjs";
import { levelOf } from "./cells.mjs";
import { cellOf } from "./cells_view.mjs";
import { filledRow, ruleOf } from "./means.mjs";

const EQUAL = 1e-9;
const REASONS = {
  part: "absence of one part of a criterion that is scored as a whole",
  source: "its source does not count",
  plans: "a plan",
  bilateral: "an act of a state by itself",
  partners: "an act of a body founded or equipped",
  elsewhere: "an act in another country only",
  barrier: "barriers are left out",
};

/** Build the panel that opens over the page. */
export function evidenceView(app) {
  const { data } = app;
  const title = heading(app, 2, { id: `${app.id}-evidence`, tabindex: "-1" });
  const body = h("div", { class: "events" });
  const close = h("button", { type: "button", class: "close", text: "Close", onclick: () => element.close() });
  const element = h("dialog", { class: "evidence", "aria-labelledby": `${app.id}-evidence` }, h("header", {}, title, close), body);
  element.addEventListener("close", () => app.state.at && app.leave());
  element.addEventListener("click", (event) => event.target === element && element.close());
  let shownFor = "";

  function update() {
    const { at } = app.state;
    if (!at || app.trouble) {
      if (element.open) element.close();
      shownFor = "";
      return;
    }
    const i = data.organisations.findIndex((one) => one.id === at.organisation);
    const node = at.path ? data.byPath.get(at.path) : null;
    const path = node ? [...trail(data, node)].map((one) => one.label).join(" / ") : "all criteria";
    title.replaceChildren(foreign(data.organisations[i].id), " · ", foreign(path));
    body.replaceChildren(...leavesOf(data, node).map((leaf) => cellPart(app, i, leaf)));
    if (!element.open) element.showModal();
    const key = JSON.stringify(at);
    if (key !== shownFor) {
      element.scrollTop = 0;
      title.focus({ preventScroll: true });
    }
    shownFor = key;
  }
  return { element, update };
}

function* trail(data, node) {
  if (node.parent) yield* trail(data, data.byPath.get(node.parent));
  yield node;
}

function leavesOf(data, node) {
  return data.leaves.filter((leaf) => !node || leaf === node || leaf.path.startsWith(`${node.path}/`));
}

/** Return one leaf with the rows that count in it, and those that do not. */
function cellPart(app, i, leaf) {
  const { data, cells, setting } = app;
  const { value, score, state } = cellOf(app, i, leaf);
  const rows = data.rows.told.flatMap((_, row) =>
    data.rows.organisation[row] === i && cells.destination[data.rows.code[row]] === leaf.column ? [row] : []);
  const counted = rows.filter((row) => cells.leaf[row] >= 0);
  const others = rows.filter((row) => cells.leaf[row] < 0);
  const section = h("section", {}, heading(app, 3, {}, foreign([...trail(data, leaf)].map((one) => one.label).join(" / ")), " ", h("b", { text: valueText(score, state) })),
    h("p", { class: "why", text: sum(app, i, leaf, state, others.length) }));
  // Where values are made comparable, turned or filled in, the score is not what the means take.
  const enters = state === "missing" ? filledRow(data, cells, cells.fill, i)[leaf.column] : value;
  if (!Number.isNaN(enters) && !(Math.abs(enters - score) <= EQUAL)) {
    const rule = ruleOf(data, setting, leaf).rule;
    const why = state === "missing" ? `missing: ${cells.fill}` : [rule !== "fixed" && `normalisation: ${rule}`, leaf.cost && "less is better"].filter(Boolean).join(", ");
    section.append(h("p", { class: "why", text: `It enters the means as ${score3(enters)} (${why}).` }));
  }
  if (counted.length) section.append(h("ul", { class: "rows" }, grouped(app, counted).map((same) => event(app, same, ""))));
  if (others.length) {
    section.append(h("details", {}, h("summary", { text: `${others.length} coded row${others.length > 1 ? "s" : ""} left out` }),
      h("ul", { class: "rows" }, others.map((row) => event(app, [row], REASONS[cells.reason[row]])))));
  }
  return section;
}

function valueText(value, state) {
  if (state === "missing") return "missing";
  if (state === "left out") return "left out";
  return score3(value);
}

/** Supports before limits before denials, the strongest first. */
function order(data, cells, a, b) {
  const place = (row) => ["supports", "limits", "absent"].indexOf(data.codes[data.rows.code[row]].effect);
  return place(a) - place(b) || (cells.points[b] || 0) - (cells.points[a] || 0) || data.rows.event[a] - data.rows.event[b];
}

/** Gather rows that count once together: those that tell the same event with the same effect. */
function grouped(app, rows) {
  const { data, cells, setting } = app;
  const once = levelOf(data, setting, "counting") === "event";
  const groups = new Map();
  for (const row of rows.toSorted((a, b) => order(data, cells, a, b))) {
    const key = once ? `${data.rows.event[row]} ${data.codes[data.rows.code[row]].effect}` : row;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** Return in a sentence how the score of a cell comes about. */
function sum(app, i, leaf, state, others) {
  const { data, cells, setting } = app;
  if (state === "left out") return "Barriers are left out.";
  const cell = cells.cells[i * data.leaves.length + leaf.column];
  const zero = cells.fill === "renormalise" ? " It is not zero." : "";
  if (!cell && others) return `Missing: of what is coded here nothing counts, as set now.${zero}`;
  if (!cell) return `Missing: nothing is coded here that could count, so nothing is known.${zero}`;
  if (state === "absent") return "0: a source says that it does not do this, and nothing supports it.";
  const total = (points) => Number(points.reduce((a, b) => a + b, 0).toPrecision(6));
  const unit = levelOf(data, setting, "counting") === "event" ? "event" : "row";
  const told = (points, what) => `${counted(points.length, unit)} that ${what}${points.length === 1 ? "s" : ""} (${counted(total(points), "point")})`;
  const balance = leaf.kind === "barrier" && levelOf(data, setting, "barrier_treatment") === "balance";
  return `${told(cell.supports, "support")}, ${told(cell.limits, "limit")}. ${ruleText(data, levelOf(data, setting, "scoring"), balance)}`;
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Return in words how points become a score; formula in `ioscore.scoring.cell_score`. */
function ruleText(data, rule, balance) {
  const { half, top } = data.rubric;
  if (["diminishing", "count"].includes(rule)) {
    const more = `the first ${half} points of difference go half-way, each ${half} more halve what is left`;
    return balance
      ? `A barrier stands at one half where both sides weigh the same; towards 1, or 0 where limits weigh more, ${more}.`
      : `What limits is taken off what supports; from 0 to 1 ${more}.`;
  }
  const side = {
    strongest: `The strongest of each side counts, as a share of ${top}, at most 1`,
    presence: "A side counts 1 where there is anything on it",
  }[rule] ?? `The mean of each side counts, as a share of ${top}, at most 1`;
  return `${side}; ${balance ? "the score is one half and half the difference" : "what limits is taken off, down to 0 at the least"}.`;
}

/** Return one event: what it does to the cell, and each row that tells it, the strongest first. */
function event(app, rows, note) {
  const { data, cells } = app;
  const [row] = rows;
  const { effect } = data.codes[data.rows.code[row]];
  const level = data.rows.strength[row] < 0 ? "" : ` ${data.strengths[data.rows.strength[row]]}`;
  const points = cells.points[row];
  const facts = [
    !note && !Number.isNaN(points) && `${Number(points.toPrecision(4))} point${points === 1 ? "" : "s"}`,
    rows.length > 1 && `told ${rows.length} times, counts once`,
    note,
  ].filter(Boolean);
  return h("li", { class: note ? "quiet" : null },
    h("p", { class: "head" }, h("span", { class: `effect ${effect}`, text: words(effect) + level }), " ",
      foreign(data.lists.event[data.rows.event[row]]), h("span", { class: "about", text: facts.map((fact) => ` · ${fact}`).join("") })),
    rows.map((one) => telling(data, one)));
}

/** Return one row: its summary, and where in which source it stands. */
function telling(data, row) {
  const { rows, lists } = data;
  const [act, anchor, line, summary] = rows.told[row];
  const source = data.sources.known[rows.source[row]];
  const years = lists.years[rows.years[row]];
  const where = [source.id, lists.line[line], lists.heading[rows.heading[row]]].filter(Boolean).join(", ");
  return h("div", { class: "telling" },
    summary ? h("p", { class: "summary" }, foreign(summary), years && h("span", { class: "about", text: ` (${years})` })) : null,
    anchor ? h("p", { class: "quote" }, "“", foreign(anchor), "”") : null,
    h("p", { class: "about" }, foreign(where), " [", foreign(act), "]"));
}
