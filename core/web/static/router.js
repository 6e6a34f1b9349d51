/** Addresses: /<page>/<rest>. A link inside the application changes the screen, not the document. */
import { bootstrap } from "./session.js";

const listeners = new Set();

/** /inbox for the page a plugin named after itself, /inbox.rules for its others. core/web/pages.py does the same. */
export const pagePath = ({ plugin, name }) => (plugin === name ? `/${name}` : `/${plugin}.${name}`);

/** Where the settings begin: a list of their pages on a phone, the first of them elsewhere. */
export const SETTINGS = "/settings";
export const settingsPages = bootstrap?.ui.pages.filter((page) => page.nav === "settings") ?? [];

/** {page: descriptor or undefined, rest: "…", path, settings: whether it is one of the settings}. */
export function route() {
  const [, first, ...rest] = location.pathname.split("/");
  const page = bootstrap.ui.pages.find((one) => pagePath(one) === `/${first}`);
  const settings = page ? page.nav === "settings" : known(location.pathname);
  return { page, rest: decodeURIComponent(rest.join("/")), path: location.pathname, settings };
}

export function navigate(path, { replace = false } = {}) {
  if (path !== location.pathname + location.search) leaving(path, () => go(path, replace));
}

/**
 * `ask(path)` is asked before the address changes: true, or a promise of true, lets go. For what is typed and not
 * saved; a closed tab is another matter (beforeunload). Returns how to stop asking.
 */
export function askBeforeLeaving(ask) {
  keepers.add(ask);
  return () => keepers.delete(ask);
}

const keepers = new Set();
let shown = location.pathname;

function go(path, replace) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  arrived();
}

function arrived() {
  shown = location.pathname;
  for (const listener of listeners) listener(route());
}

/** Runs `then` at once, or when everybody with unsaved changes agrees; `held` when somebody must be asked. */
function leaving(path, then, held = () => {}, asked = [...keepers]) {
  for (const [index, ask] of asked.entries()) {
    const free = ask(path);
    if (free === true) continue;
    held();
    Promise.resolve(free).then((agreed) => agreed && leaving(path, then, () => {}, asked.slice(index + 1)));
    return;
  }
  then();
}

export function onRoute(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function startRouter() {
  addEventListener("popstate", back);
  document.addEventListener("click", follow);
}

/** The browser has gone already: when somebody must be asked first, the address goes back until they have answered. */
function back() {
  const path = location.pathname;
  let held = false;
  leaving(path, () => (held ? go(path) : arrived()), () => {
    held = true;
    history.pushState(null, "", shown);
  });
}

function follow(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.hasAttribute("href"));
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin || link.search) return;
  if (!known(link.pathname)) return;
  event.preventDefault();
  navigate(link.pathname);
}

function known(path) {
  if (path === SETTINGS) return settingsPages.length > 0;
  return bootstrap.ui.pages.some((page) => pagePath(page) === `/${path.split("/")[1]}`);
}
