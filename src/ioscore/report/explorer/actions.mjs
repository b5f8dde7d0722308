// What the parts of the page can do: change the state, go back, look, and take the answer away.

import { filledRow, nodeValue } from "./means.mjs";
import { answer } from "./order.mjs";
import { changes, copyOf, MARK, published, rankCommand, toFragment, toYaml } from "./state.mjs";
import { h } from "./dom.mjs";

const TOGETHER = 1000;
export const OUTSIDE = "from outside";

/** Return what the parts of the page can do. */
export function actions(app) {
  const { data, history } = app;
  const lasting = ({ points, levels, sources, certainty }) => ({ points, levels, sources, certainty });

  /** Keep what was before a change; those of one drag, or in quick succession, are one step. */
  function remember(key, dragged = false) {
    const now = performance.now();
    const goesOn = key === history.key && (history.dragged || now - history.at <= TOGETHER);
    if (!goesOn) history.past.push(lasting(copyOf(app.state)));
    Object.assign(history, { key, at: now, dragged, future: [] });
  }

  function step(from, to) {
    if (!from.length) return;
    to.push(lasting(copyOf(app.state)));
    history.key = "";
    app.silent = false;
    app.state = { ...app.state, ...from.pop() };
    app.refresh();
  }

  return {
    solve() {
      Object.assign(app, answer(data, app.state, app));
      if (app.trouble) app.state = { ...app.state, at: null };
      app.changes = changes(data, app.state);
    },
    change(key, how, dragged) {
      app.silent = false;
      remember(key, dragged);
      app.state = copyOf(app.state);
      how(app.state);
      app.refresh();
    },
    take(state, key) {
      app.silent = key === OUTSIDE;
      history.key = "";
      remember(key);
      app.state = state;
      app.refresh();
    },
    undo: () => step(history.past, history.future),
    redo: () => step(history.future, history.past),
    restore(what) {
      const then = published(data);
      const all = what === "all" ? { ...lasting(then), certainty: app.state.certainty } : { points: then.points };
      app.take({ ...copyOf(app.state), ...all }, "restore");
      app.announce("As published.");
    },
    release() {
      Object.assign(history, { dragged: false, at: performance.now() });
    },
    sure(certainty) {
      remember("certainty", true);
      app.state = { ...app.state, certainty };
      app.refresh("certainty");
    },
    want(wanted) {
      app.state = { ...app.state, wanted };
      app.refresh("wanted");
    },
    fold(path, open) {
      const rest = app.state.open.filter((one) => one !== path);
      app.state = { ...app.state, open: open ? [...rest, path] : rest };
      app.refresh("fold");
    },
    look(organisation, path) {
      if (app.trouble) return app.announce(app.trouble);
      app.state = { ...app.state, at: { organisation, path } };
      app.refresh("look");
    },
    leave() {
      app.state = { ...app.state, at: null };
      app.refresh("look");
    },
    inner(i, node) {
      return nodeValue(node, filledRow(data, app.cells, app.cells.fill, i), app.shares);
    },
    async copyLink() {
      try {
        await navigator.clipboard.writeText(location.href.replace(/#.*$/, "") + toFragment(data, app.state));
        app.announce("The link is copied.");
      } catch {
        keepInAddress(data, app.state);
        app.announce("The address of this page is the link: copy it from the browser.");
      }
    },
    download() {
      if (app.trouble) return;
      const file = new Blob([toYaml(data, app.state)], { type: "application/yaml" });
      const link = h("a", { href: URL.createObjectURL(file), download: `${data.rubric.name}_explored.yaml` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      app.announce(`Downloaded. Rank by it: ${rankCommand(data)}`);
    },
  };
}

/** Keep the state in the fragment of the address, and leave other fragments alone. */
export function keepInAddress(data, state) {
  const fragment = toFragment(data, state);
  const ours = location.hash.startsWith(`#${MARK}&`);
  if (fragment === location.hash || (!fragment && !ours)) return;
  history.replaceState(history.state, "", fragment || location.pathname + location.search);
}
