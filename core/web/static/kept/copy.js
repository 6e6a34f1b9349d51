/**
 * Keeps a copy of what was last read here, for when there is no network: the newest conversations, and the threads that
 * were opened. At the first contact with the server everything of an earlier page is dropped, and fetched anew as far as
 * it may still be seen: what was erased or given away meanwhile does not stay.
 */
import { ApiError, get } from "../api.js";
import { bootstrap, storageKey } from "../session.js";
import { open, within } from "./database.js";
import { HERE } from "./wipe.js";

const CONVERSATIONS = 200;
const THREADS = 50;
const MESSAGES = 50; // of a thread
const AGAIN = 20; // threads of before that are fetched anew
const PAUSE = 3_000; // ms between two writings
const PREFIX = storageKey("");

export class Copy {
  constructor(ledger) {
    Object.assign(this, { ledger, threads: new Set(), times: new Map(), conversations: false });
  }

  /** `ledger` is live. One tab fetches, for all of this person's. */
  async start() {
    this.first = await firstTab();
    this.database = await open(`${PREFIX}copy`, ["facts", "threads"]);
    localStorage.setItem(HERE, PREFIX);
    const before = this.first ? await this.forgetThreads() : [];
    this.ledger.subscribe((changes) => this.changed(changes));
    this.ledger.onEvent((event) => this.heard(event));
    addEventListener("pagehide", () => this.write());
    for (const id of this.ledger.state.threads.keys()) this.threads.add(id);
    await this.write(true);
    if (this.first) await this.renew(before).catch((error) => console.info("the copy has what was seen here alone:", error));
  }

  /** The threads kept before this page, the last read first. */
  async forgetThreads() {
    const all = await within(this.database, ["threads"], "readonly", (threads) => threads.getAll());
    await within(this.database, ["threads", "facts"], "readwrite", (threads, facts) => { threads.clear(); facts.delete("conversations"); });
    return all.sort((a, b) => b.at - a.at).map(({ id }) => id);
  }

  /** The newest conversations, as they are seen today; and those threads of theirs that were here before. */
  async renew(before) {
    this.newest = await this.fetchNewest();
    const seen = new Set(this.newest.map(({ id }) => id));
    for (const id of before.filter((id) => seen.has(id)).slice(0, AGAIN)) {
      if (this.ledger.state.threads.get(id)?.loaded) continue;
      if (!(await this.fetchThread(id))) break;
    }
    this.conversations = true;
    await this.write();
  }

  /** False where to ask for more would not help. One that is gone meanwhile does not stop those after it. */
  async fetchThread(id) {
    try {
      const { items } = await get(`/api/v1/conversations/${id}/messages`, { limit: MESSAGES });
      await this.guarded(() => this.putThread(id, items));
      return true;
    } catch (error) {
      return error instanceof ApiError && error.status !== 429;
    }
  }

  async fetchNewest() {
    const first = await get("/api/v1/conversations", { status: "all", limit: CONVERSATIONS / 2 });
    if (!first.next) return first.items;
    return [...first.items, ...(await get("/api/v1/conversations", { status: "all", limit: CONVERSATIONS / 2, cursor: first.next })).items];
  }

  changed({ conversations, threads, reset }) {
    if (reset) this.forget();
    if (conversations.size || reset) this.conversations = true;
    for (const id of threads) this.threads.add(id);
    this.timer ??= setTimeout(() => this.write(), PAUSE);
  }

  /** Erased or out of sight: at once, also what the screens never loaded. */
  heard({ type, data }) {
    if (type === "conversation.hidden") this.forget((thread) => thread.id === data.id);
    if (type === "contact.deleted") this.forget(({ id, contact }) => contact === (data.id ?? data.contact?.id) || data.groups?.includes(id));
    if (type === "contacts.merged") this.forget(({ id, contact }) => contact === data.removed || data.groups?.includes(id));
  }

  /** Of what was fetched for the copy alone, too. */
  forget(which = () => true) {
    this.newest = this.newest?.filter((one) => !which({ id: one.id, contact: one.contact?.id }));
    return this.guarded(() => within(this.database, ["facts", "threads"], "readwrite", (facts, threads) => {
      threads.openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        if (which(cursor.value)) cursor.delete();
        cursor.continue();
      };
      facts.put(this.rows(), "conversations");
    }));
  }

  /** What the screens know is newer than what was fetched for the copy. */
  rows() {
    const { conversations, hidden } = this.ledger.state;
    const rows = new Map((this.newest ?? []).filter(({ id }) => !hidden.has(id)).map((one) => [one.id, one]));
    for (const [id, one] of conversations) rows.set(id, one);
    return [...rows.values()].sort((a, b) => (a.last_message_at > b.last_message_at ? -1 : 1)).slice(0, CONVERSATIONS);
  }

  async write(all = false) {
    clearTimeout(this.timer);
    this.timer = null;
    const threads = [...this.threads];
    this.threads.clear();
    await this.guarded(async () => {
      if (all || this.conversations) await this.putFacts();
      this.conversations = false;
      for (const id of threads) {
        const thread = this.ledger.state.threads.get(id);
        if (thread?.loaded && !thread.newer) await this.putThread(id, this.ledger.messages(id).filter((one) => one.status !== "local" && one.status !== "unsent").slice(-MESSAGES).toReversed());
      }
    });
  }

  async putFacts() {
    // What the tab that fetches has found stands beside what this one shows.
    if (!this.first) this.newest = (await within(this.database, ["facts"], "readonly", (facts) => facts.get("conversations"))) ?? [];
    await within(this.database, ["facts"], "readwrite", (facts) => {
      facts.put({ at: Date.now(), bootstrap: { ...bootstrap, csrf: null } }, "bootstrap");
      facts.put(this.rows(), "conversations");
    });
  }

  async putThread(id, messages) {
    const at = Date.now();
    this.times.delete(id);
    this.times.set(id, at);
    const [oldest] = this.times.size > THREADS ? this.times.keys() : [];
    if (oldest) this.times.delete(oldest);
    const contact = this.ledger.conversation(id)?.contact?.id ?? this.newest?.find((one) => one.id === id)?.contact?.id;
    await within(this.database, ["threads"], "readwrite", (threads) => {
      threads.put({ id, at, contact, messages }, id);
      if (oldest) threads.delete(oldest);
    });
  }

  /** A full disk or a wiped database ends the keeping, not the work. */
  async guarded(work) {
    if (!this.database) return;
    try {
      await work();
    } catch (error) {
      this.database = null;
      console.info("nothing is kept for work without a network any more:", error);
    }
  }
}

/** True in one tab of this person at a time, for as long as it lives. */
function firstTab() {
  return new Promise((resolve) => {
    navigator.locks.request(`${PREFIX}copy`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}
