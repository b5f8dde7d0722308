// Weights drawn around those that are set, and the ranks that they give. The numbers behind the
// draws are made once from a fixed seed, so that a table moves smoothly as a weight does.

import { TIE } from "./order.mjs";

const SEED = 20250101;
const MOST = 10000;
const WORK = 3e6;

/** Concentrations offered, from every weight alike (0) to nearly certain. */
export const CERTAINTIES = [0, 10, 20, 50, 100, 200, 500, 1000];

/** Return how many draws of weights can be ranked in a moment. */
export function drawsFor(organisations, criteria) {
  return Math.max(200, Math.min(MOST, Math.floor(WORK / (organisations * (organisations + criteria) * 2))));
}

/**
 * Return a generator of numbers in (0, 1): xoshiro128** (Blackman and Vigna 2021,
 * doi:10.1145/3460772), started by splitmix32.
 */
export function generator(seed) {
  let start = seed | 0;
  const s = Uint32Array.from({ length: 4 }, () => {
    start = (start + 0x9e3779b9) | 0;
    let z = start ^ (start >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  });
  const turn = (x, k) => (x << k) | (x >>> (32 - k));
  return () => {
    const word = Math.imul(turn(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = turn(s[3], 11);
    return (word + 0.5) / 4294967296;
  };
}

function normal(next) {
  return Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

let kept = { size: 0 };

/** Return one normal number and two logarithms of uniform ones for each cell of draws. */
function numbers(size) {
  if (kept.size >= size) return kept;
  const next = generator(SEED);
  const normals = new Float64Array(size);
  const accept = new Float64Array(size);
  const power = new Float64Array(size);
  for (let k = 0; k < size; k += 1) {
    normals[k] = normal(next);
    accept[k] = Math.log(next());
    power[k] = Math.log(next());
  }
  kept = { size, normals, accept, power };
  return kept;
}

/**
 * Return the logarithm of a Gamma variable of shape a > 0 for cell k of the draws: that of shape
 * a + 1 by Marsaglia and Tsang (2000, doi:10.1145/358407.358414), times U^(1/a), in logarithms so
 * that the smallest shapes do not become zero.
 */
function logGamma(a, k, { normals, accept, power }) {
  const d = a + 2 / 3;
  const c = 1 / Math.sqrt(9 * d);
  let x = normals[k];
  let u = accept[k];
  let next;
  for (;;) {
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0) {
      const logs = Math.log(v);
      if (u < 0.5 * x * x + d - d * v + d * logs) return Math.log(d) + logs + power[k] / a;
    }
    next ??= generator(SEED + 1 + k);
    x = normal(next);
    u = Math.log(next());
  }
}

/**
 * Draw weights, draw after draw: Dirichlet(concentration x weights), or with concentration 0
 * Dirichlet(1), every weight alike. A weight of zero stays zero under the former.
 */
export function drawWeights(weights, concentration, draws) {
  const t = weights.length;
  const found = new Float64Array(draws * t);
  const random = numbers(draws * t);
  const shapes = weights.map((weight) => (concentration > 0 ? concentration * weight : 1));
  for (let start = 0; start < found.length; start += t) {
    let most = -Infinity;
    for (let c = 0; c < t; c += 1) {
      const log = shapes[c] > 0 ? logGamma(shapes[c], start + c, random) : -Infinity;
      found[start + c] = log;
      if (log > most) most = log;
    }
    let sum = 0;
    for (let c = 0; c < t; c += 1) sum += found[start + c] = Math.exp(found[start + c] - most);
    for (let c = 0; c < t; c += 1) found[start + c] /= sum;
  }
  return found;
}

/**
 * Return a function that scores organisations under drawn weights: `score(weights, start, out)`.
 * `top` holds the scores of the criteria, row by row, NaN where missing.
 */
export function scorer(kind, top, t) {
  const n = top.length / t;
  const turned = { arithmetic: (v) => v, geometric: Math.log, harmonic: (v) => 1 / v }[kind];
  const there = Float64Array.from(top, (value) => (Number.isNaN(value) ? 0 : 1));
  const zero = Uint8Array.from(top, (value) => (kind !== "arithmetic" && value === 0 ? 1 : 0));
  const used = Float64Array.from(top, (value, at) => (there[at] && !zero[at] ? turned(value) : 0));
  return (weights, start, out) => {
    for (let i = 0; i < n; i += 1) {
      let sum = 0;
      let weight = 0;
      let none = false;
      for (let c = 0, at = i * t; c < t; c += 1, at += 1) {
        const own = weights[start + c];
        sum += own * used[at];
        weight += own * there[at];
        if (zero[at] && own > 0) none = true;
      }
      const mean = sum / weight;
      out[i] = none ? 0 : kind === "arithmetic" ? mean : kind === "geometric" ? Math.exp(mean) : 1 / mean;
    }
  };
}

/**
 * Return the share of drawn weights that put each organisation at each rank (Lahdelma and
 * Salminen 2001, doi:10.1287/opre.49.3.444.11220); ties share the ranks that they occupy.
 */
export function countRanks(kind, top, weights, t) {
  const n = top.length / t;
  const draws = weights.length / t;
  const score = scorer(kind, top, t);
  const shares = new Float64Array(n * n);
  const scores = new Float64Array(n);
  const order = new Int32Array(n);
  for (let draw = 0; draw < draws; draw += 1) {
    score(weights, draw * t, scores);
    for (let i = 0; i < n; i += 1) {
      let at = i;
      for (; at > 0 && scores[order[at - 1]] < scores[i]; at -= 1) order[at] = order[at - 1];
      order[at] = i;
    }
    const tie = TIE * Math.max(Math.abs(scores[order[0]]), Math.abs(scores[order[n - 1]]));
    for (let first = 0, next = 1; first < n; first = next, next += 1) {
      while (next < n && scores[order[next - 1]] - scores[order[next]] <= tie) next += 1;
      for (let a = first; a < next; a += 1) {
        for (let place = first; place < next; place += 1) shares[order[a] * n + place] += 1 / (next - first);
      }
    }
  }
  return shares.map((count) => count / draws);
}

/**
 * Rank organisations under weights drawn around those of a ranking. Those of which no criterion
 * with a weight is known have no rank under any. Returns `who`, `shares` (who x ranks), `draws`.
 */
export function acceptability(ranking, kind, concentration, draws) {
  const t = ranking.weights.length;
  const rows = ranking.scores.map((_, i) => ranking.top.subarray(i * t, (i + 1) * t));
  const columns = ranking.weights
    .map((_, c) => c)
    .filter((c) => rows.some((row) => !Number.isNaN(row[c])))
    .filter((c) => concentration === 0 || ranking.weights[c] > 0);
  const known = (row) => columns.some((c) => !Number.isNaN(row[c]));
  const who = rows.flatMap((row, i) => (known(row) ? [i] : []));
  const top = Float64Array.from(who.flatMap((i) => columns.map((c) => rows[i][c])));
  const sum = columns.reduce((all, c) => all + ranking.weights[c], 0);
  const weights = columns.map((c) => ranking.weights[c] / sum);
  const size = draws ?? drawsFor(who.length, columns.length);
  const drawn = drawWeights(weights, concentration, size);
  return { who, shares: countRanks(kind, top, drawn, columns.length), draws: size, drawn, columns };
}

/** Return the least and the greatest rank between which the middle share of the draws lies. */
export function interval(shares, n, row, middle = 0.9) {
  const edge = (1 - middle) / 2;
  let sum = 0;
  let low = n;
  let high = 1;
  for (let place = 0; place < n; place += 1) {
    sum += shares[row * n + place];
    if (sum > edge + 1e-12 && place + 1 < low) low = place + 1;
    if (sum < 1 - edge - 1e-12) high = Math.min(n, place + 2);
  }
  return [low, Math.max(low, high)];
}
