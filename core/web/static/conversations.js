/** A list of conversations: which belong to it and in what order is decided from the replica, page by page. */
import { get } from "./api.js";

export const LIST_PAGE = 100;

/** Newest activity first, as the API's keyset orders them. */
export function byActivity(a, b) {
  if (a.last_message_at !== b.last_message_at) return a.last_message_at > b.last_message_at ? -1 : 1;
  return a.id > b.id ? -1 : Number(a.id < b.id);
}

export class ConversationList {
  /** `filter`: {status, assignee: "me" | "none" | undefined, team: id | "none" | undefined, q}; `memberId` is "me". */
  constructor(ledger, filter, memberId) {
    Object.assign(this, { ledger, filter, memberId });
    this.clear();
  }

  clear() {
    Object.assign(this, { found: [], last: null, next: null, loaded: false, loading: null, error: null });
  }

  /** The next page, or the first. Resolves when it is in the replica; the error is kept in `error`. */
  more() {
    if (this.loading || (this.loaded && !this.next)) return this.loading;
    this.error = null;
    this.loading = this.fetch().catch((error) => { this.error = error; }).finally(() => { this.loading = null; });
    return this.loading;
  }

  async fetch() {
    const { status, assignee, team, q } = this.filter;
    const generation = this.ledger.generation;
    const page = await get("/api/v1/conversations", { status, assignee, team, q, limit: LIST_PAGE, cursor: this.next });
    if (generation !== this.ledger.generation) return;
    this.ledger.apply({ type: "fetched.conversations", data: { items: page.items } });
    this.found.push(...page.items.map((item) => item.id));
    Object.assign(this, { last: page.items.at(-1) ?? this.last, next: page.next, loaded: true });
  }

  /** Rows as they should stand now. A search keeps the server's choice; other lists follow events. */
  rows() {
    const { conversations } = this.ledger.state;
    if (!this.loaded) return [];
    if (this.filter.q) return this.found.map((id) => conversations.get(id)).filter(Boolean);
    return [...conversations.values()].filter((one) => this.holds(one)).sort(byActivity);
  }

  holds(conversation) {
    const { status, assignee, team } = this.filter;
    const owner = conversation.assignee?.id ?? null;
    if (status !== "all" && conversation.status !== status) return false;
    if (assignee === "me" && owner !== this.memberId) return false;
    if (assignee === "none" && owner !== null) return false;
    if (team && (conversation.team?.id ?? "none") !== team) return false;
    // Beyond the last fetched row there may be others we do not know: it comes with its page.
    return !this.next || byActivity(conversation, this.last) <= 0;
  }
}
