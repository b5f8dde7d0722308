// The order of the organisations under any weights, with what carries it: `ioscore.ranking.rank`.

import { levelOf, scoreCells } from "./cells.mjs";
import { comparable, criterionValues, mean } from "./means.mjs";

export const FILLS = ["renormalise", "worst", "best"];
export const TIE = 1e-9;

/** Return the document with its tree joined up: nodes know their parts, leaves their column. */
export function prepare(document) {
  const nodes = document.nodes.map((node, number) => ({ ...node, number, children: [] }));
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  nodes.forEach((node) => byPath.get(node.parent)?.children.push(node));
  const leaves = nodes.filter((node) => node.leaf);
  leaves.forEach((node, column) => (node.column = column));
  const top = nodes.filter((node) => !node.parent);
  return { ...document, nodes, leaves, top, byPath };
}

/** Return the siblings of a node, itself among them. */
export function siblings(data, node) {
  return node.parent ? data.byPath.get(node.parent).children : data.top;
}

/** Return the share of each node among its siblings; raise where a group has no weight at all. */
export function sharesOf(data, points) {
  const shares = new Float64Array(data.nodes.length);
  for (const node of data.nodes) {
    const sum = siblings(data, node).reduce((all, other) => all + points[other.number], 0);
    if (!(sum > 0)) {
      const label = node.parent ? data.byPath.get(node.parent).label : "all criteria";
      throw new Error(`The weights of ${label} are all zero: give one of them some weight.`);
    }
    shares[node.number] = points[node.number] / sum;
  }
  return shares;
}

/** Return the cells of a setting as they enter the means; they do not depend on the weights. */
export function readyCells(data, setting) {
  const scores = scoreCells(data, setting);
  if (scores.empty) throw new Error("No row is left to score: let some source count.");
  const { ignored } = scores;
  const ready = comparable(data, setting, scores.values, ignored);
  const m = data.leaves.length;
  const gaps = data.organisations.map((_, i) =>
    data.leaves.filter((_leaf, j) => !ignored[j] && Number.isNaN(ready.values[i * m + j])).length,
  );
  const missing = levelOf(data, setting, "missing");
  if (missing === "refuse" && gaps.some((count) => count > 0)) {
    throw new Error("Cells are missing, which the rubric refuses.");
  }
  return {
    ...scores,
    ready,
    gaps,
    fill: FILLS.includes(missing) ? missing : "renormalise",
    mean: levelOf(data, setting, "aggregation"),
  };
}

/**
 * Rank the organisations.
 * Returns `scores`, `ranks`, `order` (best first), `top` (scores of the criteria), what each
 * criterion adds, and the range of ranks and scores over all values of all missing cells.
 */
export function rank(data, cells, shares) {
  const t = data.top.length;
  const weights = data.top.map((node) => shares[node.number]);
  const tops = {};
  const totals = {};
  for (const fill of FILLS) {
    const same = fill !== "renormalise" && cells.gaps.every((count) => count === 0);
    tops[fill] = same
      ? tops.renormalise
      : criterionValues(data, cells, fill, shares);
    const wrong = cells.mean !== "arithmetic" && belowZero(tops[fill], weights);
    if (wrong && fill === cells.fill) {
      throw new Error(`Values below zero have no ${cells.mean} mean.`);
    }
    totals[fill] = data.organisations.map((_, i) =>
      wrong ? NaN : rounded(mean(cells.mean, tops[fill].subarray(i * t, (i + 1) * t), weights), data.rubric.decimals),
    );
  }
  const scores = totals[cells.fill];
  const greatest = Math.max(0, ...Object.values(totals).flat().filter(Number.isFinite).map(Math.abs));
  const tie = TIE * greatest;
  const ranks = withTies(scores, tie, data.rubric.ties);
  const order = data.organisations.map((_, i) => i);
  order.sort((a, b) => rankOrLast(ranks[a]) - rankOrLast(ranks[b]) || a - b);
  return {
    scores,
    ranks,
    order,
    tie,
    weights,
    top: tops[cells.fill],
    parts: cells.mean === "arithmetic" ? contributions(tops[cells.fill], weights) : null,
    range: range(cells, totals, withTies(scores, tie, "min"), tie),
  };
}

const rankOrLast = (value) => (Number.isNaN(value) ? Infinity : value);

function belowZero(top, weights) {
  return top.some((value, at) => value < 0 && weights[at % weights.length] > 0);
}

/** Round half to even, as Python and NumPy do. */
function rounded(value, decimals) {
  if (decimals === null) return value;
  const scaled = value * 10 ** decimals;
  const near = Math.round(scaled);
  const even = Math.abs(scaled % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
  return even / 10 ** decimals;
}

/** Return what each criterion adds to each score, NaN where it is missing. */
function contributions(top, weights) {
  const t = weights.length;
  const parts = new Float64Array(top.length).fill(NaN);
  for (let i = 0; i < top.length / t; i += 1) {
    let present = 0;
    for (let c = 0; c < t; c += 1) if (!Number.isNaN(top[i * t + c])) present += weights[c];
    for (let c = 0; c < t; c += 1) {
      parts[i * t + c] = present > 0 ? (top[i * t + c] * weights[c]) / present : top[i * t + c] * 0;
    }
  }
  return parts;
}

function withTies(scores, tie, rule) {
  const ahead = (own) => scores.filter((other) => other > own + tie).length;
  const least = scores.map((own) => (Number.isNaN(own) ? NaN : 1 + ahead(own)));
  if (rule === "min") return least;
  if (rule === "dense") {
    const places = [...new Set(least.filter((place) => !Number.isNaN(place)))].sort((a, b) => a - b);
    return least.map((place) => (Number.isNaN(place) ? NaN : 1 + places.indexOf(place)));
  }
  const level = (own) => scores.filter((other) => other >= own - tie).length;
  const most = scores.map((own) => (Number.isNaN(own) ? NaN : level(own)));
  return rule === "max" ? most : least.map((place, i) => (place + most[i]) / 2);
}

/** Return best and worst rank, lowest and highest score over every value of every gap. */
function range(cells, totals, ranks, tie) {
  if (cells.gaps.every((count) => count === 0)) {
    const scores = totals[cells.fill];
    return { best: ranks, worst: ranks, low: scores, high: scores };
  }
  if (cells.ready.relative) return null;
  const { worst: low, best: high } = totals;
  const ahead = (i, theirs, own) =>
    theirs.filter((other, k) => k !== i && other > own + tie).length;
  return {
    low,
    high,
    best: high.map((own, i) => 1 + ahead(i, low, own)),
    worst: low.map((own, i) => 1 + ahead(i, high, own)),
  };
}

/** Work out everything that follows from a state: cells, shares, ranking, or what is in the way. */
export function answer(data, state, before = null) {
  const setting = { levels: state.levels, sources: state.sources };
  const key = JSON.stringify(setting);
  try {
    const cells = before?.key === key && before.cells ? before.cells : readyCells(data, setting);
    const shares = sharesOf(data, state.points);
    return { setting, key, cells, shares, ranking: rank(data, cells, shares), trouble: "" };
  } catch (error) {
    return { setting, key, cells: null, trouble: error.message };
  }
}
