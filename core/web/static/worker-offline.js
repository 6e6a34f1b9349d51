/**
 * Opens the application while there is no network: the page that was put by (kept/shell.js), and the files of it. Answers
 * of the API are never kept here. Files carry a hash in their address, so those of an older version may stand beside
 * those of a newer: a page that is still open finds what it was made of.
 */

const PATIENCE = 6_000; // ms until a network that says nothing counts as none
const AWAY = [502, 503, 504]; // what stands before a server that is being restarted
const FILES = /^\/(static|i18n|p\/[^/]+\/static)\/[0-9a-f]{16}\//;
const ENTRANCES = /^\/(login|register|forgot|reset|invitation|welcome|suspended|offline|api)(\/|$)/;

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (!ENTRANCES.test(pathname)) event.respondWith(page(request));
  } else if (FILES.test(pathname)) {
    event.respondWith(file(request));
  }
});

/** The network's, unless there is none. Whoever has nothing put by waits for it, as without a worker. */
async function page(request) {
  const kept = await caches.match("/offline");
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE, null); });
  try {
    const answer = await Promise.race([fetch(request), late]);
    return answer && !AWAY.includes(answer.status) ? answer : kept;
  } catch {
    return kept;
  }
}

async function file(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}
