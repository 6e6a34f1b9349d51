/** The page without anybody in it, put by with its files, so that the worker can open it without a network. */

const PREFIX = "comptoir:shell:";
const KEPT = 2; // versions: an open page goes on with the one it was made of
const NAMED = /\b(?:href|src)="(\/(?:static|i18n|p\/[^/"]+\/static)\/[^"#]+)/g;

export const version = document.querySelector("meta[name=comptoir-version]")?.content;

/** Everything or nothing of a version: a file that does not come leaves the one before in place. */
export async function keepShell() {
  const page = await fetch("/offline", { credentials: "same-origin", cache: "no-store" });
  if (!page.ok) return;
  const text = await page.clone().text();
  const files = [...new Set([...text.matchAll(NAMED)].map(([, url]) => url))];
  const name = PREFIX + (await digest(text));
  const shelf = await caches.open(name);
  const here = new Set((await shelf.keys()).map(({ url }) => new URL(url).pathname));
  await shelf.addAll(files.filter((url) => !here.has(url)));
  await shelf.put("/offline", page);
  await leaveBehind(name);
}

/** Only the newest version has the page; of those before it the files stay, for pages that are open. */
async function leaveBehind(newest) {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== newest);
  for (const name of older) await (await caches.open(name)).delete("/offline");
  for (const name of older.slice(0, Math.max(0, older.length - KEPT + 1))) await caches.delete(name);
}

/** Whether the server has become another version than this page. */
export async function outdated() {
  const worker = await fetch("/worker.js", { cache: "no-cache" });
  return worker.ok && !(await worker.text()).includes(version);
}

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
