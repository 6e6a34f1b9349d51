/** Addresses: /<page>/<rest>. A link inside the application changes the screen, not the document. */
import { bootstrap } from "./session.js";

const listeners = new Set();

/** /inbox for the page a plugin named after itself, /inbox.rules for its others. core/web/pages.py does the same. */
export const pagePath = ({ plugin, name }) => (plugin === name ? `/${name}` : `/${plugin}.${name}`);

/** {page: descriptor or undefined, rest: "…", path}. */
export function route() {
  const [, first, ...rest] = location.pathname.split("/");
  const page = bootstrap.ui.pages.find((one) => pagePath(one) === `/${first}`);
  return { page, rest: decodeURIComponent(rest.join("/")), path: location.pathname };
}

export function navigate(path, { replace = false } = {}) {
  if (path === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  for (const listener of listeners) listener(route());
}

export function onRoute(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function startRouter() {
  addEventListener("popstate", () => listeners.forEach((listener) => listener(route())));
  document.addEventListener("click", follow);
}

function follow(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.hasAttribute("href"));
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin || link.search) return;
  const first = link.pathname.split("/")[1];
  if (!bootstrap.ui.pages.some((page) => pagePath(page) === `/${first}`)) return;
  event.preventDefault();
  navigate(link.pathname);
}
