/** The notes of one conversation, beside its messages: as far back as the messages that are loaded, and live. */
import { ApiError, get } from "@comptoir/sdk";
import { onLive, onTopic } from "@comptoir/sdk/ledger.js";

const PAGE = 50;
const BASE = "/api/v1/p/inbox";

export class NotesOf {
  /** `changed()` runs whenever there is something else to draw. */
  constructor(conversationId, changed) {
    Object.assign(this, { conversationId, changed, known: new Map(), error: null });
    this.forget();
    this.stops = [onTopic("inbox.notes", (told) => told.conversation === conversationId && this.heard(told.note)), onLive(() => this.again())];
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
    return [...this.known.values()].filter(({ time }) => time >= (since ?? -Infinity) && time <= until).sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
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
    const page = await get(`${BASE}/conversations/${this.conversationId}/notes`, { limit: PAGE, cursor: this.next });
    if (first) this.known.clear();
    for (const note of page.items) this.put(note);
    const last = page.items.at(-1);
    Object.assign(this, { loaded: true, next: page.next, whole: !page.next, oldest: last ? Date.parse(last.created_at) : -Infinity });
  }

  put(note) {
    this.known.set(note.id, { ...note, time: Date.parse(note.created_at) });
  }

  /** What somebody, or this person here, wrote, changed or took away. */
  take(note) {
    this.put(note);
    this.changed();
  }

  drop(id) {
    this.known.delete(id);
    this.changed();
  }

  async heard(id) {
    try {
      this.take(await get(`${BASE}/notes/${id}`));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.drop(id);
      else this.again();
    }
  }
}

/** Messages and notes by time, as the rows of a thread are built from. A note comes after what was said in its second. */
export function merged(messages, notes) {
  if (!notes.length) return messages;
  const all = [];
  let next = 0;
  for (const message of messages) {
    const at = Date.parse(message.at);
    while (next < notes.length && notes[next].time < at) all.push({ note: notes[next++] });
    all.push(message);
  }
  return [...all, ...notes.slice(next).map((note) => ({ note }))];
}
