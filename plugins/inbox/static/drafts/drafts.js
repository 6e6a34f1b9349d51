/**
 * What this person has begun to write: on this device with every key, at the server when the hands rest, and so on their
 * other screens. Nobody else sees it. The newest words win, and those they took the place of are offered again.
 *
 * Fires "change" {id}; "arrived" {id} when another screen of theirs wrote; "replaced" {id, words}.
 */
import { ApiError, can, get, put, remove, storageKey } from "@comptoir/sdk";
import { onLive, onTopic } from "@comptoir/sdk/ledger.js";

const REST = 800; // ms without a key until the server is told
const PREFIX = storageKey("draft:");
const NONE = { body: "", reply_to: null, files: [] };

const wordsOf = ({ body, reply_to, files }) => JSON.stringify([body, reply_to ?? null, files.map(({ id }) => id)]);
const isEmpty = ({ body, files }) => !body.trim() && !files.length;
const path = (id) => `/api/v1/p/inbox/conversations/${id}/draft`;

class Drafts extends EventTarget {
  #kept = new Map(); // id → {body, reply_to, files, version, dirty, refused}; `refused`: words that the server does not take
  #floor = new Map(); // id → the newest version heard of: what comes late changes nothing
  #timers = new Map();
  #busy = new Set();
  #cleared = new Map(); // the words that went last: an answer that was lost made them look like another screen's
  #late = new Map(); // what was heard while our own words were on their way

  constructor() {
    super();
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) this.#kept.set(key.slice(PREFIX.length), stored(localStorage.getItem(key)));
    if (!can("messages.send")) return;
    onTopic("inbox.drafts", (told) => this.#heard(told));
    onLive(() => this.#meet());
    this.#meet();
    document.addEventListener("visibilitychange", () => document.hidden && this.#flush());
    addEventListener("pagehide", () => this.#flush());
  }

  /** Null where nothing is begun. */
  of(id) {
    const one = this.#kept.get(id);
    return one && !isEmpty(one) ? one : null;
  }

  write(id, words) {
    const now = { ...NONE, version: 0, ...this.#kept.get(id) };
    const written = { ...now, ...words };
    if (wordsOf(written) === wordsOf(now)) return;
    this.#keep(id, { ...written, dirty: true });
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(() => this.#tell(id), REST));
  }

  /** It was sent, or thought better of. */
  clear(id) {
    if (!this.#kept.has(id)) return;
    this.#cleared.set(id, this.#kept.get(id).body);
    this.#keep(id, { ...this.#kept.get(id), ...NONE, dirty: true });
    this.#tell(id);
  }

  #keep(id, one) {
    if (isEmpty(one) && !one.dirty) this.#kept.delete(id);
    else this.#kept.set(id, one);
    if (this.#kept.has(id)) localStorage.setItem(PREFIX + id, JSON.stringify(one));
    else localStorage.removeItem(PREFIX + id);
    this.#fire("change", { id });
  }

  #flush() {
    for (const [id, { dirty }] of this.#kept) if (dirty) this.#tell(id);
  }

  /** One request at a time for each conversation: the last words are the last to arrive. */
  async #tell(id) {
    clearTimeout(this.#timers.get(id));
    const sent = this.#kept.get(id);
    if (!sent?.dirty || sent.refused === wordsOf(sent) || this.#busy.has(id)) return;
    this.#busy.add(id);
    try {
      const { body, reply_to = null, files, version: base } = sent;
      const told = isEmpty(sent) ? await remove(`${path(id)}?base=${base}`) : await put(path(id), { body, reply_to, files, base });
      this.#told(id, sent, told);
    } catch (error) {
      this.#refused(id, sent, error);
    } finally {
      this.#busy.delete(id);
      this.#catchUp(id);
    }
  }

  /** Where there is no such conversation any more, nothing is kept of it. Other words that are refused stay on this device, before what the server has; without an answer, or logged out, they are told later. */
  #refused(id, sent, error) {
    if (!(error instanceof ApiError) || error.status >= 500 || [401, 429].includes(error.status)) return;
    const now = this.#kept.get(id);
    this.#keep(id, error.status === 404 ? { ...now, dirty: false } : { ...now, refused: wordsOf(sent) });
  }

  #told(id, sent, told) {
    const now = this.#kept.get(id);
    const changed = wordsOf(now) !== wordsOf(sent);
    const version = told?.version ?? now.version;
    this.#floor.set(id, Math.max(version, this.#floor.get(id) ?? 0));
    this.#keep(id, { ...now, version, dirty: changed, refused: undefined });
    if (changed) this.#timers.set(id, setTimeout(() => this.#tell(id), REST));
    if (told?.replaced && (!isEmpty(sent) || told.replaced !== this.#cleared.get(id))) this.#fire("replaced", { id, words: told.replaced });
  }

  #catchUp(id) {
    const late = this.#late.get(id);
    this.#late.delete(id);
    if (late) this.#heard(late);
  }

  #heard(told) {
    const { conversation: id, draft, version } = told;
    if (this.#busy.has(id)) return void this.#late.set(id, told);
    if (version <= (this.#floor.get(id) ?? 0)) return;
    this.#floor.set(id, version);
    // Words of ours are about to be told: the server then says which they take the place of.
    if (this.#kept.get(id)?.dirty) return;
    if (!draft && !this.#kept.has(id)) return;
    this.#keep(id, draft ? { ...draft, dirty: false } : { ...NONE, version, dirty: false });
    this.#fire("arrived", { id });
  }

  /** What was said while nobody listened here. */
  async #meet() {
    const known = new Map(this.#kept);
    const found = await everyDraft().catch(() => null);
    if (!found) return;
    const there = new Set(found.map(({ conversation }) => conversation));
    for (const draft of found) this.#heard({ conversation: draft.conversation, draft, version: draft.version });
    for (const [id, { dirty, version }] of known) if (!dirty && !there.has(id) && this.#kept.get(id)?.version === version) this.#gone(id);
    this.#flush();
  }

  #gone(id) {
    if (this.#busy.has(id) || this.#kept.get(id).dirty) return;
    this.#keep(id, { ...NONE, version: 0, dirty: false });
    this.#fire("arrived", { id });
  }

  #fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

async function everyDraft() {
  const found = [];
  for (let cursor; ; ) {
    const { items, next } = await get("/api/v1/p/inbox/drafts", { limit: 100, cursor });
    found.push(...items);
    cursor = next;
    if (!cursor) return found;
  }
}

/** An earlier version kept the words alone. */
function stored(text) {
  try {
    const told = JSON.parse(text);
    if (told && typeof told.body === "string" && Array.isArray(told.files)) return told;
  } catch { /* words, then */ }
  return { ...NONE, body: text, version: 0, dirty: true };
}

export const drafts = new Drafts();
