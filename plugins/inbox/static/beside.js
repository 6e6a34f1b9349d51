/** What stands in a thread beside its messages: asked for as far back as the messages that are loaded. */
import { get } from "@comptoir/sdk";

const PAGE = 50;

export class Beside {
  error = null;
  stops = [];

  /** `path` lists it, newest first; `moment` names the field that says when. `changed()` runs when there is more to draw. */
  constructor(path, moment, changed) {
    Object.assign(this, { path, moment, changed, known: new Map() });
    this.forget();
  }

  stop() {
    for (const stop of this.stops) stop();
  }

  forget() {
    Object.assign(this, { next: null, whole: false, loaded: false, oldest: Infinity, loading: null });
  }

  /** Words told while the socket was away were not kept: what is shown is asked for anew. */
  again() {
    this.forget();
    this.error = null;
    this.changed();
  }

  /** From the moment `since` (null: from the beginning) up to `until`, oldest first. What is missing is asked for. */
  between(since, until = Infinity) {
    this.reach(since ?? -Infinity);
    return [...this.known.values()].filter(({ time }) => time >= (since ?? -Infinity) && time <= until).sort(byMoment);
  }

  async reach(since) {
    if (this.loading || this.error || this.whole || (this.loaded && this.oldest <= since)) return;
    const asked = this.fetch();
    this.loading = asked;
    try {
      await asked;
    } catch (error) {
      if (this.loading === asked) this.error = error;
    }
    if (this.loading === asked) this.loading = null;
    this.changed(); // draws, and asks for the next page where that one does not reach
  }

  async fetch() {
    const first = !this.loaded;
    const page = await get(this.path, { limit: PAGE, cursor: this.next });
    if (first) this.known.clear();
    for (const one of page.items) this.put(one);
    const last = page.items.at(-1);
    Object.assign(this, { loaded: true, next: page.next, whole: !page.next, oldest: last ? Date.parse(last[this.moment]) : -Infinity });
  }

  put(one) {
    this.known.set(one.id, { ...one, time: Date.parse(one[this.moment]) });
  }
}

const byMoment = (a, b) => a.time - b.time || (a.id < b.id ? -1 : 1);

/** Messages and what stands beside them by time, as rows are built from them; what is beside comes after what was said in its second. */
export function merged(messages, notes, acts) {
  if (!notes.length && !acts.length) return messages;
  const beside = [...notes.map((note) => wrapped(note, "note")), ...acts.map((act) => wrapped(act, "act"))].sort(byMoment);
  const all = [];
  let next = 0;
  for (const message of messages) {
    const at = Date.parse(message.at);
    while (next < beside.length && beside[next].time < at) all.push(beside[next++]);
    all.push(message);
  }
  return [...all, ...beside.slice(next)];
}

/** The same each time, so that what is built from it is known again. */
function wrapped(one, kind) {
  if (!wraps.has(one)) wraps.set(one, { [kind]: one, time: one.time, id: one.id });
  return wraps.get(one);
}

const wraps = new WeakMap();
