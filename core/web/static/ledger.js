/** This browser's replica of the tenant's ledger. Listeners hear once per frame, however many events came. */
import { get } from "./api.js";
import { byTime, emptyState, emptyThread, noChanges, reduce } from "./reducer.js";

export { byTime };
export const PAGE = 50;
const REMEMBERED = 256; // events whose conversations a list may still ask for

export class Ledger {
  constructor() {
    this.state = emptyState();
    this.listeners = new Set();
    this.eventListeners = new Set();
    this.changes = null;
    this.generation = 0;
    this.turn = 0; // another as soon as any conversation is another, so that lists are put in order only then
    this.turns = []; // the conversations of the last ones, the newest at the end
  }

  apply(event) {
    this.changes ??= this.schedule();
    const touched = reduce(this.state, event);
    for (const [what, ids] of Object.entries(touched)) for (const id of ids) this.changes[what].add(id);
    if (touched.conversations.size) this.turned(touched.conversations);
    for (const listener of this.eventListeners) listener(event);
  }

  turned(conversations) {
    this.turn += 1;
    this.turns.push(conversations);
    if (this.turns.length > 2 * REMEMBERED) this.turns = this.turns.slice(-REMEMBERED);
  }

  /** The conversations that are others since a turn; null when that was too long ago to be told. */
  since(turn) {
    const turns = this.turn - turn;
    if (turns > this.turns.length) return null;
    return new Set(turns ? this.turns.slice(-turns).flatMap((ids) => [...ids]) : []);
  }

  /** `listener({conversations, contacts, threads, reset})`: sets of ids. Returns how to stop. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Every event at once, for who must not miss one. */
  onEvent(listener) {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  schedule() {
    // A hidden tab gets no frames, yet its title counts unread messages.
    if (document.hidden) setTimeout(() => this.notify(), 200);
    else requestAnimationFrame(() => this.notify());
    return noChanges();
  }

  notify() {
    const changes = this.changes;
    this.changes = null;
    if (changes) for (const listener of this.listeners) listener(changes);
  }

  /** The log started anew or left us behind: forget what was fetched, keep what was written here. */
  reset() {
    const { locals } = this.state;
    this.generation += 1;
    this.turn += 1;
    this.turns = [];
    this.state = { ...emptyState(), locals };
    this.changes ??= this.schedule();
    this.changes.reset = true;
  }

  conversation(id) {
    return this.state.conversations.get(id);
  }

  async fetchConversation(id) {
    const conversation = await get(`/api/v1/conversations/${id}`);
    this.apply({ type: "fetched.conversations", data: { items: [conversation] } });
  }

  /**
   * Starts to follow a thread, then fetches its newest page; events in between are kept. With `around`, a message's id or
   * its wamid, what stands around that message, unless it is here.
   */
  async openThread(id, around = null) {
    const known = this.state.threads.get(id);
    if (known && (!around || this.holds(id, around))) return known.loading;
    return this.anew(id, around ? { around } : {});
  }

  /** The newest page again, for who was elsewhere in the thread. */
  async latestMessages(id) {
    const thread = this.state.threads.get(id);
    return thread?.newer ? this.anew(id, {}) : thread?.loading;
  }

  holds(id, around) {
    const messages = this.state.threads.get(id)?.messages ?? new Map();
    return messages.has(around) || [...messages.values()].some(({ wamid }) => wamid === around);
  }

  anew(id, place) {
    const before = this.state.threads.get(id);
    const thread = emptyThread();
    this.state.threads.set(id, thread);
    thread.loading = this.fetchMessages(id, place).catch((error) => {
      // What was there is better than nothing: but what happened meanwhile is not in it.
      if (this.state.threads.get(id) === thread) this.state.threads.delete(id);
      if (before) this.openThread(id).catch(() => {});
      throw error;
    });
    return thread.loading;
  }

  /** One older page; nothing when the beginning is here. */
  async olderMessages(id) {
    const thread = this.state.threads.get(id);
    if (!thread?.loaded || !thread.next || thread.older) return;
    thread.older = true;
    try {
      await this.fetchMessages(id, { cursor: thread.next });
    } finally {
      thread.older = false;
    }
  }

  /** Lets go of a thread's older pages but the first two; they are fetched again when somebody goes there. */
  trim(id) {
    const thread = this.state.threads.get(id);
    const kept = thread?.pages?.[1];
    if (!kept || thread.older || thread.pages.length < 3) return;
    for (const message of thread.messages.values()) if (byTime(message, kept) < 0) thread.messages.delete(message.id);
    thread.pages.length = 2;
    thread.next = kept.next;
    thread.revision += 1;
    this.changes ??= this.schedule();
    this.changes.threads.add(id);
  }

  /** One newer page; nothing when the newest is here. */
  async newerMessages(id) {
    const thread = this.state.threads.get(id);
    if (!thread?.loaded || !thread.newer || thread.fetchingNewer) return;
    thread.fetchingNewer = true;
    try {
      await this.fetchMessages(id, { after: thread.newer });
    } finally {
      thread.fetchingNewer = false;
    }
  }

  async fetchMessages(id, place) {
    const [generation, thread] = [this.generation, this.state.threads.get(id)];
    const { items, next, previous } = await get(`/api/v1/conversations/${id}/messages`, { limit: PAGE, ...place });
    if (generation !== this.generation || this.state.threads.get(id) !== thread) return;
    const edges = place.cursor ? { next } : place.after ? { newer: previous } : { next, newer: previous ?? null };
    this.apply({ type: "fetched.messages", data: { conversation_id: id, items, ...edges } });
    const last = items.at(-1);
    if (thread && last && !place.after) (thread.pages ??= []).push({ at: last.at, id: last.id, next });
  }

  /** Messages oldest first, then, where its end is here, what is still on its way out of this browser. */
  messages(id) {
    const thread = this.state.threads.get(id);
    const locals = thread?.newer ? null : this.state.locals.get(id);
    const stored = thread ? sorted(thread) : [];
    return locals?.size ? [...stored, ...locals.values()] : stored;
  }

  /**
   * The newest message that this person knows of: the last one shown; for a stretch out of the middle what the list tells
   * beside it, unless something there is unread. Never one of this browser's own that the server may still refuse: it would not know it.
   */
  lastSeen(id) {
    const told = this.state.conversations.get(id);
    const thread = this.state.threads.get(id);
    if (thread?.newer && told?.last_message && !told.unread) return told.last_message.id;
    return thread && sorted(thread).at(-1)?.id;
  }

  /** Whether the newest of a thread is here. */
  atNewest(id) {
    const thread = this.state.threads.get(id);
    return Boolean(thread?.loaded && !thread.newer);
  }

  /** Forgets threads that nobody looks at, the oldest first, so that a day of work does not fill the memory. */
  keepThreads(limit, shown) {
    for (const id of this.state.threads.keys()) {
      if (this.state.threads.size <= limit) return;
      if (id !== shown && this.state.threads.get(id).loaded) this.state.threads.delete(id);
    }
  }
}

function sorted(thread) {
  if (thread.sortedAt !== thread.revision) {
    const longer = extended(thread);
    thread.sorted = longer ?? [...thread.messages.values()].sort(byTime);
    if (!longer) thread.known = new Set(thread.messages.keys());
    thread.sortedAt = thread.revision;
  }
  return thread.sorted;
}

/** The order that was, with a page before it or what is new after it: nearly always. Null when it must be made anew. */
function extended({ messages, sorted: before, known }) {
  if (!before?.length) return null;
  const kept = [];
  for (const { id } of before) {
    const message = messages.get(id);
    if (!message || (kept.length && byTime(kept.at(-1), message) > 0)) return null;
    kept.push(message);
  }
  if (messages.size === kept.length) return kept;
  const added = [...messages.values()].filter(({ id }) => !known.has(id)).sort(byTime);
  const older = byTime(added.at(-1), kept[0]) < 0;
  if (!older && byTime(kept.at(-1), added[0]) >= 0) return null;
  for (const { id } of added) known.add(id);
  return older ? [...added, ...kept] : [...kept, ...added];
}
