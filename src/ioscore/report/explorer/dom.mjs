// The few helpers by which the page is built: text is always text, never markup.

/** Return an element; `on...` are listeners, `class`, `text` and ARIA by name, the rest attributes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "text") element.textContent = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Return a heading; those of a page within another begin at a deeper level. */
export function heading(app, depth, properties, ...children) {
  return h(`h${app.level + depth - 1}`, { class: `head-${depth}`, ...properties }, ...children);
}

/** Return a text whose marks of direction end with it: isolates are closed, none closes too much. */
export function balanced(value) {
  let open = 0;
  const kept = [...value].filter((sign) => {
    if (/[\u2066-\u2068]/.test(sign)) open += 1;
    if (sign !== "\u2069") return true;
    open -= 1;
    if (open < 0) open = 0;
    else return true;
    return false;
  });
  return kept.join("") + "\u2069".repeat(open);
}

/** Return foreign text, kept apart from the direction of what stands around it. */
export function foreign(value) {
  return h("bdi", { dir: "auto", text: balanced(value) });
}

/** Return foreign text for the midst of a sentence, kept apart likewise. */
export function apart(value) {
  return /^[ -~]*$/.test(value) ? value : `\u2068${balanced(value)}\u2069`;
}

/** Set the text of an element where it is another, as writing it anew costs a layout. */
export function say(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

export function words(name) {
  const plain = name.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export const score3 = (value) => (Number.isNaN(value) ? "–" : value.toFixed(3));

/** Return a number to three decimals, or to one digit where these would be zeros. */
export function fixed3(value) {
  return Math.abs(value) < 5e-4 && value !== 0 ? String(Number(value.toPrecision(1))) : value.toFixed(3);
}

export function percent(share, digits = 1) {
  const value = (100 * share).toFixed(digits);
  return `${value.replace(/\.0+$/, "")}%`;
}

/** Return black or white, whichever is easier to read on a colour (WCAG relative luminance). */
export function inkOn(colour) {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000" : "#fff";
}

/** Return names as a sentence has them: A, B and C. */
export function listed(names) {
  const last = names.at(-1) ?? "";
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${last}` : last;
}

/** Call a function once, a while after it was last asked for. */
export function later(milliseconds, call) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds);
  };
}

/** Call a function a while after it was first asked for, once for all that ask meanwhile. */
export function atMostEvery(milliseconds, call) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      call();
    }, milliseconds);
  };
}
