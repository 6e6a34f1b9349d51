/**
 * What an address asks for first is asked for while the modules of its page are still on their way: what it asked for
 * first the last time. An answer is for one who asks, and soon: by then the events after it are followed.
 */
import { me, storageKey } from "./session.js";

const FRESH = 10_000; // ms
const asked = new Map();
const key = () => storageKey(`first:${location.pathname.split("/")[1]}`);

const before = me && localStorage.getItem(key());
if (before?.startsWith("/api/v1/")) ask(before);

function ask(url) {
  const answer = fetch(url, { credentials: "same-origin", headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } });
  answer.catch(() => {}); // whoever asks hears of it
  asked.set(url, { answer, at: Date.now() });
}

/** The answer that is on its way already, or nothing. */
export function ahead(url) {
  const { answer, at } = asked.get(url) ?? {};
  asked.delete(url);
  return Date.now() - at < FRESH ? answer : null;
}

/** To be asked for ahead the next time. */
export function remember(url) {
  if (localStorage.getItem(key()) !== url) localStorage.setItem(key(), url);
}
