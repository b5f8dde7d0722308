// What puts an organisation first from here: single switches, one by one, and weights, by search.

import { rank, readyCells, sharesOf, TIE } from "./order.mjs";
import { drawWeights, scorer } from "./draws.mjs";
import { sourceCounts } from "./cells.mjs";

const TRIED = 10000;
const STEPS = 50;

/** Return the organisations with the greatest score. */
export function firsts(ranking) {
  const most = Math.max(...ranking.scores.filter(Number.isFinite));
  return ranking.scores.flatMap((score, i) => (score >= most - ranking.tie ? [i] : []));
}

/** Return the level of `sources` with one source let in or left out; null where none would be left. */
export function withSource(data, level, id, wanted) {
  const known = data.sources.known.map((source) => source.id);
  const now = known.filter((name) => (name === id ? wanted : sourceCounts(level, name)));
  if (!now.length) return null;
  if (now.length === known.length) return "all";
  const same = data.sources.levels.find(
    (one) => one !== "all" && known.every((name) => sourceCounts(one, name) === now.includes(name)),
  );
  return same ?? now.join(",");
}

/** Return every single change of a switch or a source, with who is first under it. */
export function singleChanges(data, state) {
  const shares = sharesOf(data, state.points);
  const settings = data.switches.flatMap((one) =>
    one.levels
      .filter((level) => level !== state.levels[one.name])
      .map((level) => ({ name: one.name, level, setting: { ...state, levels: { ...state.levels, [one.name]: level } } })),
  );
  for (const { id } of data.sources.known) {
    const counts = sourceCounts(state.sources, id);
    const level = withSource(data, state.sources, id, !counts);
    if (level !== null) {
      settings.push({ name: "sources", source: id, counts: !counts, level, setting: { ...state, sources: level } });
    }
  }
  return settings.map(({ setting, ...change }) => {
    try {
      return { ...change, first: firsts(rank(data, readyCells(data, setting), shares)) };
    } catch (error) {
      return { ...change, first: [], error: error.message };
    }
  });
}

/** Return a function that says whether weights of the first level put one alone in the first place. */
function leading(kind, ranking, i) {
  const score = scorer(kind, ranking.top, ranking.weights.length);
  const found = new Float64Array(ranking.scores.length);
  return (weights, start = 0) => {
    score(weights, start, found);
    // What is level hangs on the greatest score, which weights move: ten times that is clear of it.
    const clear = 10 * Math.max(ranking.tie, TIE * found[i]);
    return found.every((other, k) => k === i || Number.isNaN(other) || found[i] > other + clear);
  };
}

/**
 * Search for weights of the first level near the present ones that put an organisation first,
 * alone. Returns `weights` and `length` of the change, and the weights further on (`far`) from which
 * it was pulled back; null where none was found. A smaller change may exist.
 */
export function searchFirst(kind, ranking, i) {
  const before = ranking.weights;
  const leads = leading(kind, ranking, i);
  for (const concentration of [200, 20, 0]) {
    const drawn = drawWeights(before, concentration, TRIED);
    let nearest = null;
    for (let start = 0; start < drawn.length; start += before.length) {
      const length = Math.hypot(...before.map((own, c) => drawn[start + c] - own));
      if ((nearest === null || length < nearest.length) && leads(drawn, start)) nearest = { length, start };
    }
    if (nearest) {
      const { start } = nearest;
      return pulled(before, [...drawn.subarray(start, start + before.length)], leads);
    }
  }
  return null;
}

/**
 * Return weights a hair beyond those at which an organisation draws level, so that it leads: on the
 * way from the present ones, or, where that ends at a weight of zero, towards others at which it
 * leads. Where none are found it stays level.
 */
export function beyond(kind, ranking, i, weights) {
  const leads = leading(kind, ranking, i);
  const towards = (far, steps) => {
    for (const step of steps) {
      const further = weights.map((own, c) => Math.max(0, own + step * (far[c] - own)));
      const sum = further.reduce((a, b) => a + b, 0);
      // Whole millionths of a point keep the link short.
      const points = further.map((own) => Math.round((1e8 * own) / sum) / 1e6);
      if (leads(points)) return points;
    }
    return null;
  };
  const on = weights.map((own, c) => 2 * own - ranking.weights[c]);
  const found = towards(on, [0, 1e-4, 1e-3, 1e-2]);
  if (found) return found;
  const other = searchFirst(kind, ranking, i);
  return (other && towards(other.far, [1e-4, 1e-3, 1e-2, 0.1, 1])) ?? weights.map((own) => 100 * own);
}

/** Return the point on the way back from `far` to `before` at which a statement still holds. */
function pulled(before, far, holds) {
  const at = (step) => before.map((own, c) => own + step * (far[c] - own));
  let good = 1;
  let bad = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (good + bad) / 2;
    if (holds(at(middle))) good = middle;
    else bad = middle;
  }
  const weights = at(good);
  return { weights, far, length: Math.hypot(...before.map((own, c) => weights[c] - own)) };
}
