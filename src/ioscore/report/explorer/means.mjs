// Values made comparable, gaps filled or kept, and the means of the tree of criteria: what
// `ioscore.ranking` does with a matrix of scores.

import { levelOf } from "./cells.mjs";

const NOISE = 1e-9;
const RELATIVE = ["minmax", "zscore", "rank", "vector"];

/** Return the rule by which a leaf is made comparable. */
export function ruleOf(data, setting, leaf) {
  const level = levelOf(data, setting, "normalisation");
  if (level === "as_in_rubric") return leaf.normalise ?? { rule: "fixed" };
  return { rule: level };
}

/**
 * Make the values of each leaf comparable, larger is better.
 * Returns `values`, the ends `low` and `high` of what a gap could hold, by leaf, and whether
 * filling a gap would move the values of others.
 */
export function comparable(data, setting, scores, ignored) {
  const n = data.organisations.length;
  const m = data.leaves.length;
  const values = new Float64Array(scores.length).fill(NaN);
  const low = new Float64Array(m);
  const high = new Float64Array(m).fill(1);
  let relative = false;
  data.leaves.forEach((leaf, j) => {
    const rule = ruleOf(data, setting, leaf);
    const there = [];
    for (let i = 0; i < n; i += 1) if (!Number.isNaN(scores[i * m + j])) there.push(i);
    const column = normalised(there.map((i) => scores[i * m + j]), rule, leaf.cost);
    there.forEach((i, k) => (values[i * m + j] = column[k]));
    if (there.length < n && !ignored[j] && RELATIVE.includes(rule.rule)) relative = true;
    const unit = ["fixed", "minmax", "rank"].includes(rule.rule);
    if (!unit && !(rule.rule === "bounds" && rule.cap) && column.length) {
      low[j] = Math.min(...column);
      high[j] = Math.max(...column);
    }
  });
  return { values, low, high, relative };
}

/** Return the known values of one leaf; formulas in `ioscore.ranking.normalisation`. */
function normalised(x, rule, cost) {
  const between = (value, least, most) =>
    (cost ? most - value : value - least) / (most - least);
  const turned = (z) => (cost ? z.map((value) => -value) : z);
  const least = Math.min(...x);
  const most = Math.max(...x);
  const differs = most - least > NOISE * Math.max(Math.abs(least), Math.abs(most));
  switch (rule.rule) {
    case "fixed":
      return cost ? x.map((value) => 1 - value) : x;
    case "bounds": {
      const scale = rule.log ? Math.log : (value) => value;
      if (rule.log && x.some((value) => value <= 0)) {
        throw new Error("A score of zero has no logarithm, by which the rubric measures it.");
      }
      const shares = x.map((value) => between(scale(value), scale(rule.low), scale(rule.high)));
      return rule.cap ? shares.map((value) => Math.min(1, Math.max(0, value))) : shares;
    }
    case "minmax":
      return x.map((value) => (differs ? between(value, least, most) : 0.5));
    case "rank":
      return ranked(turned(x));
    case "target":
      if (cost && x.some((value) => value <= 0)) {
        throw new Error("A cost of zero cannot be measured against a target.");
      }
      return x.map((value) => (cost ? rule.target / value : value / rule.target));
    case "zscore": {
      const mean = x.reduce((a, b) => a + b, 0) / x.length;
      const spread = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / (x.length - 1));
      return turned(x.map((value) => (differs ? (value - mean) / spread : 0)));
    }
    case "vector": {
      const length = Math.hypot(...x) || 1;
      return turned(x.map((value) => value / length));
    }
    default:
      return turned(x);
  }
}

/** Return the share of the others that each value beats, ties by half. */
function ranked(x) {
  if (x.length < 2) return x.map(() => 0.5);
  const noise = NOISE * Math.max(...x.map(Math.abs));
  const beats = (gap) => (Math.abs(gap) <= noise ? 0.5 : Number(gap > 0));
  return x.map((own, i) => {
    const beaten = x.reduce((sum, other, k) => sum + (i === k ? 0 : beats(own - other)), 0);
    return beaten / (x.length - 1);
  });
}

/** Return the weighted mean; what is missing (NaN) passes its weight on in proportion. */
export function mean(kind, values, weights) {
  let sum = 0;
  let weight = 0;
  let zero = false;
  for (let j = 0; j < values.length; j += 1) {
    const value = values[j];
    if (Number.isNaN(value) || weights[j] === 0) continue;
    weight += weights[j];
    if (kind === "arithmetic") sum += weights[j] * value;
    else if (value < 0) return NaN;
    else if (value === 0) zero = true;
    else sum += weights[j] * (kind === "geometric" ? Math.log(value) : 1 / value);
  }
  if (!(weight > 0)) return NaN;
  if (kind === "arithmetic") return sum / weight;
  if (zero) return 0;
  return kind === "geometric" ? Math.exp(sum / weight) : weight / sum;
}

/** Return the value of one node for one organisation: the means of its parts, leaves upwards. */
export function nodeValue(node, row, shares) {
  if (node.leaf) return row[node.column];
  const values = node.children.map((child) => nodeValue(child, row, shares));
  return mean(node.mean, values, node.children.map((child) => shares[child.number]));
}

/**
 * Return the leaves of one organisation as they enter the means. `fill` says what stands in gaps:
 * "renormalise" (nothing), "worst" or "best".
 */
export function filledRow(data, cells, fill, i) {
  const m = data.leaves.length;
  const ends = { worst: cells.ready.low, best: cells.ready.high }[fill];
  return Float64Array.from(data.leaves, (_, j) => {
    const value = cells.ready.values[i * m + j];
    return ends && Number.isNaN(value) && !cells.ignored[j] ? ends[j] : value;
  });
}

/** Return the scores of the criteria of the first level, organisations x criteria, row by row. */
export function criterionValues(data, cells, fill, shares) {
  return Float64Array.from(
    data.organisations.flatMap((_, i) => {
      const row = filledRow(data, cells, fill, i);
      return data.top.map((node) => nodeValue(node, row, shares));
    }),
  );
}
