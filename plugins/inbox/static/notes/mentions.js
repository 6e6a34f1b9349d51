/** "Mentions": conversations in which a note calls this person, newest call first. Used as a ConversationList. */
import { get, put } from "@comptoir/sdk";
import { onLive, onTopic } from "@comptoir/sdk/ledger.js";

const PAGE = 50;
const BASE = "/api/v1/p/inbox/mentions";

export class Mentions {
  filter = { mentions: true };
  unread = 0;

  /** `changed()` runs when there are other mentions, or another number of unread ones. */
  constructor(ledger, changed = () => {}) {
    Object.assign(this, { ledger, changed });
    this.clear();
    this.stops = [onTopic("inbox.mentions", () => this.again()), onLive(() => this.again())];
  }

  stop() {
    for (const stop of this.stops) stop();
  }

  clear() {
    Object.assign(this, { found: [], next: null, loaded: false, loading: null, error: null });
  }

  /** Asks anew for what is shown, and keeps showing it meanwhile. */
  async again() {
    this.count();
    if (!this.loaded || this.loading) return;
    const page = await get(BASE, { limit: Math.min(100, Math.max(PAGE, this.found.length)) }).catch(() => null);
    if (page) this.take(page, []);
    this.changed();
  }

  async count() {
    const told = await get(`${BASE}/count`).catch(() => null);
    if (!told || told.unread === this.unread) return;
    this.unread = told.unread;
    this.changed();
  }

  /** The next page, or the first. */
  more() {
    if (this.loading || (this.loaded && !this.next)) return this.loading;
    this.error = null;
    this.loading = this.fetch().catch((error) => { this.error = error; }).finally(() => { this.loading = null; this.changed(); });
    return this.loading;
  }

  async fetch() {
    const { generation } = this.ledger;
    const page = await get(BASE, { limit: PAGE, cursor: this.next });
    if (generation === this.ledger.generation) this.take(page, this.found);
  }

  take({ items, next }, before) {
    this.ledger.apply({ type: "fetched.conversations", data: { items: items.map(({ conversation }) => conversation) } });
    Object.assign(this, { found: [...before, ...items.map(({ conversation }) => conversation.id)], next, loaded: true });
  }

  /** Each conversation once, where it was called in last. */
  rows() {
    return [...new Set(this.found)].map((id) => this.ledger.conversation(id)).filter(Boolean);
  }

  /** The conversation was opened: its calls are read. */
  async read(conversation) {
    if (!this.unread) return;
    const told = await put(`${BASE}/read`, { conversation }).catch(() => null);
    if (told) Object.assign(this, told);
    this.changed();
  }
}
