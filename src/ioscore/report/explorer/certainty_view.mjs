// How sure the order is if the weights are less certain than they look.

import { foreign, h, heading, percent, say } from "./dom.mjs";
import { CERTAINTIES, acceptability, interval } from "./draws.mjs";

const SVG = "http://www.w3.org/2000/svg";
const STRIP_DRAWS = 2000;
const WIDTH = 120;

function s(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
}

/** Return in words how far weights wander under a concentration. */
function spread(concentration) {
  if (concentration === 0) return "any weights, one mix as likely as another";
  const points = 100 * Math.sqrt((0.2 * 0.8) / (concentration + 1));
  return `a weight of 20% is off by ${points.toFixed(points < 2 ? 1 : 0)} points or so`;
}

/** Build the slider of certainty, the table of rank acceptabilities and the strips. */
export function certaintyView(app) {
  const { data } = app;
  const id = `${app.id}-certainty`;
  const said = h("output", { for: id, class: "share" });
  const input = h("input", {
    type: "range", id, min: 0, max: CERTAINTIES.length - 1, step: 1,
    oninput: () => app.sure(CERTAINTIES[Number(input.value)]),
    onchange: () => app.release(),
  });
  const slider = h("div", { class: "weight certainty" },
    h("label", { for: id, text: "How certain are the weights?" }), said,
    h("span", { class: "track" }, input),
    h("span", { class: "ends", "aria-hidden": "true" }, h("span", { text: "any weights at all" }), h("span", { text: "nearly certain" })));
  const caption = h("caption");
  const head = h("tr");
  const body = h("tbody");
  const table = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table of rank acceptabilities" },
    h("table", { class: "shares" }, caption, h("thead", {}, head), body));
  const strips = h("div", { class: "strips", role: "list" });
  const element = h("div", {}, slider, table,
    heading(app, 3, { text: "Ranks as the weights get less certain" }),
    h("p", { class: "why", text: "Band: where 90% of the drawn weights put an organisation; line: its middle rank. Left: any weights at all; right: nearly certain. The dot is where the slider stands." }),
    strips);

  function update() {
    const state = app.state;
    input.value = CERTAINTIES.indexOf(state.certainty);
    say(said, spread(state.certainty));
    input.setAttribute("aria-valuetext", spread(state.certainty));
    if (app.trouble) {
      say(caption, "");
      body.replaceChildren();
      strips.replaceChildren();
      return;
    }
    const { who, shares, draws } = acceptability(app.ranking, app.cells.mean, state.certainty);
    const n = who.length;
    const law = state.certainty ? `Dirichlet around those set, concentration ${state.certainty}` : "any weights, one mix as likely as another, also of criteria set to zero";
    const error = (50 / Math.sqrt(draws)).toFixed(1);
    say(caption, `Share of ${draws.toLocaleString("en")} drawn weights that put each at each rank (weights of the criteria: ${law}; those of subcriteria as set; sampled, standard error at most ${error} points)`);
    if (head.children.length !== n + 2) {
      const ranks = who.map((_, place) => h("th", { scope: "col" }, h("span", { class: "hidden", text: "rank " }), String(place + 1)));
      head.replaceChildren(h("th", { scope: "col", text: "At rank" }), ...ranks, h("th", { scope: "col" }, "90%", h("span", { class: "hidden", text: " of the weights put it at ranks" })));
    }
    const sorted = app.ranking.order.filter((i) => who.includes(i));
    body.replaceChildren(...sorted.map((i) => shareRow(data.organisations[i], shares, n, who.indexOf(i))));
  }

  function draw() {
    if (app.trouble) return;
    const found = CERTAINTIES.map((c) => acceptability(app.ranking, app.cells.mean, c, STRIP_DRAWS));
    const sorted = app.ranking.order.filter((i) => found[0].who.includes(i));
    strips.replaceChildren(...sorted.map((i) => stripOf(data.organisations[i], found, i, CERTAINTIES.indexOf(app.state.certainty))));
  }
  return { element, update, draw };
}

/** Return a share in whole per cent that is "0%" or "100%" only where it is. */
function whole(share) {
  if (share > 0 && share < 0.005) return "<1%";
  return share < 1 && share >= 0.995 ? ">99%" : percent(share, 0);
}

function shareRow(one, shares, n, row) {
  const [low, high] = interval(shares, n, row);
  const cells = Array.from({ length: n }, (_, place) => {
    const share = shares[row * n + place];
    const cell = h("td", { class: share > 0 ? "share" : "share nil", text: whole(share) });
    cell.style.setProperty("--share", `${(45 * share).toFixed(1)}%`);
    return cell;
  });
  const line = h("tr", {}, h("th", { scope: "row" }, h("span", { class: "dot", "aria-hidden": "true" }), foreign(one.id)), cells,
    h("td", { text: low === high ? String(low) : `${low}–${high}` }));
  line.style.setProperty("--hue", one.colour);
  return line;
}

/** Draw the middle 90% of the ranks of one organisation over all certainties. */
function stripOf(one, found, i, now) {
  const rows = found.map(({ who, shares }) => ({ n: who.length, row: who.indexOf(i), shares })).filter(({ row }) => row >= 0);
  const n = Math.max(...rows.map((one_) => one_.n));
  const height = Math.min(80, 12 + 12 * n);
  const x = (k) => 14 + (k * (WIDTH - 20)) / (CERTAINTIES.length - 1);
  const y = (rank) => 6 + ((rank - 1) * (height - 12)) / Math.max(1, n - 1);
  const bands = rows.map(({ shares, row }) => interval(shares, n, row));
  const middle = rows.map(({ shares, row }) => interval(shares, n, row, 0)[0]);
  const top = bands.map(([low], k) => `${x(k)},${y(low) - 2}`);
  const bottom = bands.map(([, high], k) => `${x(k)},${y(high) + 2}`).reverse();
  const picture = s("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `Ranks of ${one.id}: ${bands.map(([a, b], k) => `${CERTAINTIES[k] ? `at concentration ${CERTAINTIES[k]}` : "under any weights"} ${a} to ${b}`).join("; ")}` });
  for (let rank = 1; rank <= n; rank += 1) {
    picture.append(s("line", { x1: 10, x2: WIDTH - 4, y1: y(rank), y2: y(rank), class: "grid" }));
  }
  for (const [rank, at] of [[1, y(1)], [n, y(n)]]) {
    const text = s("text", { x: 1, y: at + 3 });
    text.textContent = rank;
    picture.append(text);
  }
  picture.append(s("polygon", { points: [...top, ...bottom].join(" "), class: "band" }));
  picture.append(s("polyline", { points: middle.map((rank, k) => `${x(k)},${y(rank)}`).join(" "), class: "line" }));
  picture.append(s("circle", { cx: x(now), cy: y(middle[now] ?? 1), r: 3.5, class: "now" }));
  const figure = h("div", { class: "strip", role: "listitem" }, h("span", { class: "caption" }, foreign(one.id)), picture);
  figure.style.setProperty("--hue", one.colour);
  return figure;
}
