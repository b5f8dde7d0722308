// What a reader has set: weights, levels, sources and what is looked at; as a link, as a rubric
// file, and how far it is from what is published.

import { sourceCounts } from "./cells.mjs";
import { siblings, sharesOf } from "./order.mjs";
import { CERTAINTIES } from "./draws.mjs";

export const MARK = "explore";
const PUBLISHED = "published";
const USUAL = 50;
const SAME = 1e-9;
const METHODS = { arithmetic: "weighted_mean", geometric: "geometric_mean", harmonic: "harmonic_mean" };
const RULES = ["scoring", "missing", "aggregation", "normalisation"];

/** Return the state as published, or as the page opens. */
export function published(data) {
  return {
    points: Float64Array.from(data.nodes, (node) => node.points),
    levels: Object.fromEntries(data.switches.map((one) => [one.name, one.level])),
    sources: data.sources.level,
    certainty: USUAL,
    open: [],
    wanted: null,
    at: null,
  };
}

export function opening(data) {
  const state = published(data);
  Object.entries(data.opening.weights).forEach(([path, value]) => {
    state.points[data.byPath.get(path).number] = value;
  });
  return { ...state, levels: { ...state.levels, ...data.opening.levels }, sources: data.opening.sources };
}

export function copyOf(state) {
  return { ...state, points: state.points.slice(), levels: { ...state.levels }, open: [...state.open] };
}

/** Say whether a weight is another than the published one. */
export function moved(data, state, node) {
  return Math.abs(state.points[node.number] - node.points) > SAME;
}

/** Say whether two levels of `sources` let the same sources count. */
function sameSources(data, one, other) {
  return data.sources.known.every(({ id }) => sourceCounts(one, id) === sourceCounts(other, id));
}

/** Return what differs from what is published. */
export function changes(data, state) {
  const weights = data.nodes.filter((node) => moved(data, state, node));
  const switches = data.switches.filter((one) => state.levels[one.name] !== one.level);
  return { weights, switches, sources: !sameSources(data, state.sources, data.sources.level) };
}

/**
 * Return the distance to the published weights of the criteria of the first level: Euclidean, as
 * the smallest changes are measured, and the share of all weight that has moved.
 */
export function distance(data, state) {
  const now = sharesOf(data, state.points);
  const then = sharesOf(data, published(data).points);
  const gaps = data.top.map((node) => now[node.number] - then[node.number]);
  const inner = data.nodes.filter(
    (node) => node.parent && Math.abs(now[node.number] - then[node.number]) > SAME,
  );
  const within = new Set(inner.map((node) => data.byPath.get(node.parent).label));
  return {
    length: Math.hypot(...gaps),
    share: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / 2,
    within: [...within],
  };
}

const text = (value) =>
  encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":");

/**
 * Return the state as the fragment of an address; what is as published is left out. Nothing is left
 * of the published state, but where the page opens with another one.
 */
export function toFragment(data, state) {
  const { weights, switches, sources } = changes(data, state);
  const parts = [
    ...weights.map((node) => `w.${text(node.path)}=${state.points[node.number]}`),
    ...switches.map((one) => `c.${text(one.name)}=${text(state.levels[one.name])}`),
  ];
  if (sources) parts.push(`sources=${text(state.sources)}`);
  if (state.certainty !== USUAL) parts.push(`certainty=${state.certainty}`);
  if (state.open.length) parts.push(`open=${state.open.map(text).join(",")}`);
  if (state.wanted) parts.push(`first=${text(state.wanted)}`);
  if (state.at) parts.push(`at=${text(state.at.organisation)}${state.at.path ? `:${text(state.at.path)}` : ""}`);
  const { weights: moves, levels, sources: others } = data.opening;
  const elsewhere = Object.keys(moves).length || Object.keys(levels).length || others !== data.sources.level;
  if (!parts.length && elsewhere) parts.push(PUBLISHED);
  return parts.length ? `#${MARK}&${parts.join("&")}` : "";
}

/**
 * Return the state of a fragment, and in `unknown` the parts of it that mean nothing here; null
 * where the fragment is none of ours, such as that of a section of the page.
 */
export function fromFragment(data, fragment) {
  const [mark, ...parts] = fragment.replace(/^#/, "").split("&");
  if (mark !== MARK || !parts.length) return null;
  const state = published(data);
  const unknown = parts.filter((part) => !takePart(data, state, part));
  return { state, unknown };
}

function takePart(data, state, part) {
  if (part === PUBLISHED) return true;
  const [key, value] = decoded(part);
  const organisations = data.organisations.map((one) => one.id);
  if (value === undefined || (value === "" && key !== "sources")) return false;
  if (key.startsWith("w.")) {
    const node = data.byPath.get(key.slice(2));
    const points = Number(value);
    if (!node || !(points >= 0 && points <= 100)) return false;
    state.points[node.number] = points;
    return true;
  }
  if (key.startsWith("c.")) {
    const one = data.switches.find(({ name }) => name === key.slice(2));
    if (!one?.levels.includes(value)) return false;
    state.levels[one.name] = value;
    return true;
  }
  if (key === "sources") {
    const known = data.sources.known.map((source) => source.id);
    const named = value.split(",");
    const fits = [...data.sources.levels, "all"].includes(value) || named.every((id) => known.includes(id));
    if (fits && !sameSources(data, value, state.sources)) state.sources = value;
    return fits;
  }
  if (key === "certainty") {
    const fits = CERTAINTIES.includes(Number(value));
    if (fits) state.certainty = Number(value);
    return fits;
  }
  if (key === "open") {
    const paths = value.split(",");
    state.open = paths.filter((path) => data.byPath.has(path));
    return state.open.length === paths.length;
  }
  if (key === "first") {
    const fits = organisations.includes(value);
    if (fits) state.wanted = value;
    return fits;
  }
  if (key === "at") {
    const cut = value.indexOf(":");
    const organisation = cut < 0 ? value : value.slice(0, cut);
    const path = cut < 0 ? "" : value.slice(cut + 1);
    const fits = organisations.includes(organisation) && (path === "" || data.byPath.has(path));
    if (fits) state.at = { organisation, path };
    return fits;
  }
  return false;
}

function decoded(part) {
  try {
    const cut = part.indexOf("=");
    return cut < 0 ? [part] : [part.slice(0, cut), part.slice(cut + 1)].map(decodeURIComponent);
  } catch {
    return [part];
  }
}

/** Return the weights on the scale on which the rubric writes them, by path. */
export function writtenWeights(data, state) {
  const weight = (node) =>
    moved(data, state, node) ? (state.points[node.number] * node.total) / 100 : node.written;
  return Object.fromEntries(data.nodes.map((node) => [node.path, weight(node)]));
}

/** Take weights written on the scale of the rubric into a state; sliders end at 100. */
export function takeWeights(data, state, weights) {
  for (const node of data.nodes) {
    const weight = weights[node.path];
    if (typeof weight === "number" && weight >= 0) state.points[node.number] = weight === node.written ? node.points : (100 * weight) / node.total;
  }
  for (const group of new Set(data.nodes.map((node) => siblings(data, node)))) {
    const most = Math.max(...group.map((node) => state.points[node.number]));
    if (most > 100 + SAME) group.forEach((node) => (state.points[node.number] *= 100 / most));
  }
}

const WORDS = /^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** Return a text as YAML has it, in quotation marks wherever it could be read otherwise. */
function scalar(value) {
  if (/^[a-z][a-z0-9_/-]*$/i.test(value) && !WORDS.test(value)) return value;
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function number(value) {
  const short = String(Number(value.toPrecision(15)));
  return short.includes("e") ? value.toFixed(20).replace(/0+$/, "0") : short;
}

/** Return the command that ranks by a rubric file downloaded from here. */
export function rankCommand(data) {
  const { evidence, window } = data.rubric;
  // A line break in a name would end the comment in which this stands.
  const own = evidence ? ` --evidence ${/^[\w./-]+$/.test(evidence) ? evidence : JSON.stringify(evidence)}` : "";
  const years = window ? ` --window ${window.join(":")}` : "";
  return `ioscore rank --rubric THIS_FILE${own}${years}${evidence === null ? " (with --evidence, if the evidence is your own)" : ""}`;
}

/** Return the state as a rubric file that extends the published one. */
export function toYaml(data, state) {
  const { name, extends: base, short, title } = data.rubric;
  const weights = data.nodes.filter((node) => !short || moved(data, state, node));
  const taken = { ...data.fixed, ...state.levels };
  const own = Object.fromEntries(data.switches.map((one) => [one.name, one.level]));
  const differs = (key) => (short ? key in own && taken[key] !== own[key] : true);
  const choices = Object.keys(taken).filter((key) => !RULES.includes(key) && differs(key));
  const beside = /\.ya?ml$/.test(base) ? [`# Keep this file beside ${base}.`] : [];
  const lines = [
    `# ${rankCommand(data)}`,
    ...beside,
    `extends: ${scalar(base)}`,
    `name: ${scalar(`${name}_explored`)}`,
    `title: ${scalar(`${title}, as set in the explorer`)}`,
  ];
  if (weights.length) {
    lines.push("weights:");
    const values = writtenWeights(data, state);
    weights.forEach((node) => lines.push(`  ${scalar(node.path)}: ${number(values[node.path])}`));
  }
  const sources = !short || state.sources !== data.sources.level;
  if (choices.length || sources) lines.push("choices:");
  choices.forEach((key) => lines.push(`  ${scalar(key)}: {level: ${scalar(taken[key])}}`));
  if (sources) lines.push(`  sources: {level: ${scalar(state.sources)}}`);
  if (differs("scoring")) lines.push(`scoring: {rule: ${taken.scoring}}`);
  if (differs("missing")) lines.push(`missing: ${taken.missing}`);
  if (differs("aggregation")) lines.push(`method: ${METHODS[taken.aggregation]}`);
  if (differs("normalisation") && taken.normalisation !== "as_in_rubric") {
    lines.push("criteria:", ...normaliseLines(data.top, taken.normalisation, "  "));
  }
  return `${lines.join("\n")}\n`;
}

/** Return the lines that give every leaf another rule by which it is made comparable. */
function normaliseLines(nodes, rule, indent) {
  return nodes.flatMap((node) => {
    const head = `${indent}${scalar(node.path.split("/").at(-1))}:`;
    if (!node.leaf) return [head, `${indent}  criteria:`, ...normaliseLines(node.children, rule, `${indent}    `)];
    const rest = node.normalise ? ", low: null, high: null, cap: true, log: false, target: null" : "";
    return [`${head} {normalise: {rule: ${rule}${rest}}}`];
  });
}

/** Set the weights of the first level, in points. */
export function withTopPoints(data, state, points) {
  data.top.forEach((node, c) => (state.points[node.number] = points[c]));
}
