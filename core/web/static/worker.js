/** The service worker. `BASE` is written above by the server: where the version of these files stands. */
importScripts(`${BASE}/worker-offline.js`, `${BASE}/worker-push.js`);

// One version of the worker serves pages of every version: nothing is gained by waiting.
self.addEventListener("install", (event) => {
  // What changes something never comes by here: a page that closes would lose what it still says on the way to us.
  event.addRoutes?.(["POST", "PUT", "PATCH", "DELETE"].map((requestMethod) => ({ condition: { requestMethod }, source: "network" })));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
