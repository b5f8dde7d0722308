// From coded rows to the score of each cell: what `ioscore.evidence.select` and
// `ioscore.scoring.score` do, for any levels of the choices and any sources.

export const STATES = ["missing", "scored", "limited", "absent"];
const [MISSING, SCORED, LIMITED, ABSENT] = [0, 1, 2, 3];
const DECIMALS = 1e12;

/** Level of a choice or rule: as set, else as the rubric takes it. */
export function levelOf(data, setting, name) {
  return setting.levels[name] ?? data.fixed[name];
}

/** Say whether a source counts under a level of `sources`: all, or ids joined by commas. */
export function sourceCounts(level, id) {
  return level === "all" || level.split(",").some((name) => name.trim() === id);
}

/** Return the leaf of every code under the readings of disputed codes that are taken. */
function readings(data, setting) {
  return data.codes.map((code) => {
    const move = code.moved.find(([name, level]) => levelOf(data, setting, name) === level);
    return move ? move[2] : code.leaf;
  });
}

/**
 * Say where each row counts, and what it is worth.
 * Returns `leaf` (of each row, -1 where it does not count), `reason` (why not), `points`,
 * `destination` (leaf of each code) and `ignored` (whether a leaf is left out).
 */
export function countRows(data, setting) {
  const { rows } = data;
  const size = rows.told.length;
  const leaves = readings(data, setting);
  const counts = data.sources.known.map((source) => sourceCounts(setting.sources, source.id));
  const excluded = data.sieves.map((name) => levelOf(data, setting, name) === "exclude");
  const ignored = data.leaves.map(
    (node) => node.kind === "barrier" && levelOf(data, setting, "barrier_treatment") === "ignore",
  );
  const leaf = new Int32Array(size).fill(-1);
  const reason = new Array(size).fill("");
  const used = new Set();
  for (let row = 0; row < size; row += 1) {
    const to = leaves[rows.code[row]];
    const sieve = excluded.findIndex((out, n) => out && rows.out[row] & (1 << n));
    if (to < 0) reason[row] = "part";
    else if (!counts[rows.source[row]]) reason[row] = "source";
    else if (sieve >= 0) reason[row] = data.sieves[sieve];
    else {
      used.add(rows.source[row]);
      if (ignored[to]) reason[row] = "barrier";
      else leaf[row] = to;
    }
  }
  const points = pointsOf(data, setting, perWords(data, setting, used));
  return { leaf, reason, points, destination: leaves, ignored, empty: used.size === 0 };
}

function pointsOf(data, setting, factors) {
  const { rows } = data;
  const counted = levelOf(data, setting, "scoring") === "count";
  const scale = data.points[counted ? "count" : levelOf(data, setting, "strength_scale")];
  return Float64Array.from(rows.strength, (strength, row) =>
    strength < 0
      ? NaN
      : scale[strength] *
        data.sources.known[rows.source[row]].reliability *
        factors[rows.organisation[row]],
  );
}

/** Factor by which points are corrected for how much is written on each organisation. */
function perWords(data, setting, used) {
  const names = data.organisations;
  if (levelOf(data, setting, "documentation") !== "per_1000_words") return names.map(() => 1);
  const words = names.map((_, i) =>
    [...used].reduce((sum, source) => sum + data.sources.known[source].words[i], 0),
  );
  const none = names.filter((_, i) => used.size > 0 && !(words[i] > 0)).map(({ id }) => id);
  if (none.length) {
    throw new Error(
      `No words are counted on ${none.join(", ")} in these sources, so nothing can be had per 1,000 words.`,
    );
  }
  const mean = words.reduce((a, b) => a + b, 0) / words.length;
  return words.map((own) => mean / own);
}

/**
 * Score every cell.
 * Returns `values` (organisations x leaves, row by row, NaN where missing), `states`, `cells`
 * (points of the events in each) and what `countRows` returns.
 */
export function scoreCells(data, setting) {
  const counted = countRows(data, setting);
  const width = data.leaves.length;
  const size = data.organisations.length * width;
  const cells = gather(data, setting, counted, size, width);
  const values = new Float64Array(size).fill(NaN);
  const states = new Uint8Array(size).fill(MISSING);
  const treatment = levelOf(data, setting, "barrier_treatment");
  const silent = levelOf(data, setting, "barrier_absence") === "no_answer";
  for (let at = 0; at < size; at += 1) {
    const cell = cells[at];
    if (!cell) continue;
    const balance = data.leaves[at % width].kind === "barrier" && treatment === "balance";
    const absent = cell.absent && cell.supports.length === 0 && !(balance && silent);
    values[at] = absent ? 0 : cellScore(data, setting, cell.supports, cell.limits, balance);
    states[at] = absent ? ABSENT : values[at] === 0 ? LIMITED : SCORED;
  }
  return { values, states, cells, ...counted };
}

/** Gather the points of the events of each cell; rows of one event count once by the strongest. */
function gather(data, setting, { leaf, points }, size, width) {
  const { rows } = data;
  const once = levelOf(data, setting, "counting") === "event";
  const cells = new Array(size);
  const seen = new Map();
  for (let row = 0; row < leaf.length; row += 1) {
    if (leaf[row] < 0) continue;
    const at = rows.organisation[row] * width + leaf[row];
    const cell = (cells[at] ??= { supports: [], limits: [], absent: false });
    const { effect } = data.codes[rows.code[row]];
    if (effect === "absent") {
      cell.absent = true;
      continue;
    }
    const key = `${at} ${effect} ${rows.event[row]}`;
    const before = once ? seen.get(key) : undefined;
    if (before === undefined) seen.set(key, cell[effect].push(points[row]) - 1);
    else cell[effect][before] = Math.max(cell[effect][before], points[row]);
  }
  return cells;
}

/** Return the score of one cell; formula in `ioscore.scoring.cell_score`. */
export function cellScore(data, setting, supports, limits, balance) {
  const rule = levelOf(data, setting, "scoring");
  const { half, top } = data.rubric;
  let net;
  if (rule === "diminishing" || rule === "count") {
    const n = total(supports) - total(limits);
    net = Math.sign(n) * (1 - 2 ** (-Math.abs(n) / half));
  } else {
    net = share(supports, rule, top) - share(limits, rule, top);
  }
  return Math.round((balance ? (1 + net) / 2 : Math.max(0, net)) * DECIMALS) / DECIMALS;
}

function share(points, rule, top) {
  if (!points.length) return 0;
  if (rule === "presence") return 1;
  const value = rule === "strongest" ? Math.max(...points) : total(points) / points.length;
  return Math.min(1, value / top);
}

/** Sum from the least up, so that the order of the rows cannot move the last digit. */
function total(points) {
  return Float64Array.from(points).sort().reduce((sum, value) => sum + value, 0);
}
