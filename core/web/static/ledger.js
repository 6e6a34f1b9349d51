/** This browser's replica of the tenant's ledger. Listeners hear once per frame, however many events came. */
import { get } from "./api.js";
import { emptyState, emptyThread, noChanges, reduce } from "./reducer.js";

export const PAGE = 50;

export class Ledger {
  constructor() {
    this.state = emptyState();
    this.listeners = new Set();
    this.eventListeners = new Set();
    this.changes = null;
    this.generation = 0;
  }

  apply(event) {
    this.changes ??= this.schedule();
    reduce(this.state, event, this.changes);
    for (const listener of this.eventListeners) listener(event);
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

  /** Starts to follow a thread, then fetches its newest page; events in between are kept. */
  async openThread(id) {
    const known = this.state.threads.get(id);
    if (known) return known.loading;
    const thread = emptyThread();
    this.state.threads.set(id, thread);
    thread.loading = this.fetchMessages(id, null).catch((error) => {
      this.state.threads.delete(id);
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
      await this.fetchMessages(id, thread.next);
    } finally {
      thread.older = false;
    }
  }

  async fetchMessages(id, cursor) {
    const generation = this.generation;
    const page = await get(`/api/v1/conversations/${id}/messages`, { limit: PAGE, cursor });
    if (generation !== this.generation) return;
    this.apply({ type: "fetched.messages", data: { conversation_id: id, items: page.items, next: page.next } });
    const [thread, last] = [this.state.threads.get(id), page.items.at(-1)];
    if (thread && last) (thread.pages ??= []).push({ at: last.at, id: last.id, next: page.next });
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

  /** Messages oldest first, then what is still on its way out of this browser. */
  messages(id) {
    const thread = this.state.threads.get(id);
    const locals = this.state.locals.get(id);
    const stored = thread ? sorted(thread) : [];
    return locals?.size ? [...stored, ...locals.values()] : stored;
  }

  /** Forgets threads that nobody looks at, the oldest first, so that a day of work does not fill the memory. */
  keepThreads(limit, shown) {
    for (const id of this.state.threads.keys()) {
      if (this.state.threads.size <= limit) return;
      if (id !== shown && this.state.threads.get(id).loaded) this.state.threads.delete(id);
    }
  }
}

/** Times are ISO strings of one zone and form, so they sort as text. */
export function byTime(a, b) {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function sorted(thread) {
  if (thread.sortedAt !== thread.revision) {
    thread.sorted = [...thread.messages.values()].sort(byTime);
    thread.sortedAt = thread.revision;
  }
  return thread.sorted;
}
