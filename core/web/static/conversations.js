/** A list of conversations: which belong to it and in what order is decided from the replica, page by page. */
import { get } from "./api.js";

export const LIST_PAGE = 100;
const [SOON, APART] = [500, 5_000]; // ms until the server is asked of others, and between two such questions

/** Newest activity first, as the API's keyset orders them. */
export function byActivity(a, b) {
  if (a.last_message_at !== b.last_message_at) return a.last_message_at > b.last_message_at ? -1 : 1;
  return a.id > b.id ? -1 : Number(a.id < b.id);
}

/** Who waits for an answer, the longest first. */
export function byWaiting(a, b) {
  if (a.waiting_since !== b.waiting_since) return a.waiting_since < b.waiting_since ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

const several = (value) => (value === undefined || value === null ? [] : [value].flat());
const owner = (conversation, wanted, me) => several(wanted).some((one) => (conversation.assignee?.id ?? "none") === (one === "me" ? me : one));
const MINUTE = 60_000;
const DAY = 86_400_000;
const RUN_OUT = 60_000; // ms after which the server is asked again which timers are due
const FEW = 50; // conversations changed at once, up to which each is put in its place and the others stay
const TICK = 15_000; // ms after which a list looks again whose window closes and who has waited long enough

/** One for each name of a filter; a name that is not here can only be asked of the server. */
const CONDITIONS = {
  status: (one, status) => status === "all" || one.status === status,
  assignee: (one, wanted, me) => owner(one, wanted, me),
  team: (one, team) => (one.team?.id ?? "none") === team,
  tag: (one, wanted) => several(wanted).some((id) => one.tags?.some((tag) => tag.id === id)),
  account: (one, account) => one.account.id === account,
  kind: (one, kind) => (one.kind ?? "person") === kind,
  priority: (one, wanted) => several(wanted).includes(one.priority ?? "none"),
  unread: (one) => one.unread > 0,
  window_hours: (one, hours, me, now) => closesWithin(one, hours, now),
  timer: (one) => one.status !== "closed", // and what the server says
  waiting_minutes: (one, minutes, me, now) => Boolean(one.waiting_since) && Date.parse(one.waiting_since) < now - minutes * MINUTE,
};

function closesWithin({ last_inbound_at: heard }, hours, now) {
  const closes = heard ? Date.parse(heard) + DAY : 0;
  return closes > now && closes <= now + hours * 60 * MINUTE;
}

const given = (value) => value !== undefined && value !== null && value !== false && value !== "" && !(Array.isArray(value) && !value.length);

/** Only the server knows what is kept of a contact, which timers run, and what a search finds. */
const ASKED = ["q", "field", "timer"];
export const isAsked = (filter) => ASKED.some((name) => given(filter[name]));

/** A filter as a function (conversation, now) that says whether it is one of them, `me` being the member's id. */
export function matcher(filter, me) {
  const conditions = Object.entries(filter).filter(([name, value]) => given(value) && CONDITIONS[name]).map(([name, value]) => [CONDITIONS[name], value]);
  return (conversation, now = Date.now()) => conditions.every(([holds, value]) => holds(conversation, value, me, now));
}

/** The filter as the API's query has it. */
export const asQuery = (filter) => Object.fromEntries(Object.entries(filter).filter(([, value]) => given(value)).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]));

/** Where one belongs among those that are in order. */
function placeOf(one, rows, order) {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (order(rows[middle], one) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

export class ConversationList {
  /** `filter`: the names of `GET /conversations`, several values as a list; `memberId` is "me"; `sort`: latest, waiting. */
  constructor(ledger, filter, memberId, sort = "latest") {
    Object.assign(this, { ledger, filter, memberId, sort, matches: matcher(filter, memberId), order: sort === "waiting" ? byWaiting : byActivity });
    this.clear();
  }

  clear() {
    Object.assign(this, { found: [], others: new Set(), last: null, next: null, loaded: false, loading: null, error: null, mark: null });
  }

  /** The next page, or the first. Resolves when it is in the replica; the error is kept in `error`. */
  more() {
    if (this.loading || (this.loaded && !this.next)) return this.loading;
    this.error = null;
    // What was asked before the list began anew is not about it any more.
    const loading = this.fetch().catch((error) => { if (this.loading === loading) this.error = error; }).finally(() => { if (this.loading === loading) this.loading = null; });
    this.loading = loading;
    return loading;
  }

  async fetch() {
    const generation = this.ledger.generation;
    const sort = this.sort === "latest" ? undefined : this.sort;
    const page = await get("/api/v1/conversations", { ...asQuery(this.filter), sort, limit: LIST_PAGE, cursor: this.next }, { first: !this.next && !isAsked(this.filter) });
    if (generation !== this.ledger.generation) return;
    this.ledger.apply({ type: "fetched.conversations", data: { items: page.items } });
    this.found.push(...page.items.map((item) => item.id));
    this.looked ??= Date.now();
    Object.assign(this, { last: page.items.at(-1) ?? this.last, next: page.next, loaded: true });
  }

  /** Rows as they should stand now. A search keeps the server's choice, in its order; other lists follow events. */
  rows() {
    if (!this.loaded) return [];
    const mark = [this.found.length, this.next, Math.floor(Date.now() / TICK)].join(" ");
    const { turn } = this.ledger;
    if (this.mark === mark && this.turn === turn) return this.standing;
    const rows = (this.mark === mark && this.moved()) || this.inOrder();
    Object.assign(this, { mark, turn, standing: rows });
    return rows;
  }

  /** The order that was, with the few that changed in their places. Null when all must be looked at. */
  moved() {
    const changed = isAsked(this.filter) ? null : this.ledger.since(this.turn);
    if (!changed || changed.size > FEW) return null;
    const rows = this.standing.filter(({ id }) => !changed.has(id));
    for (const id of changed) {
      const one = this.ledger.conversation(id);
      if (one && this.holds(one)) rows.splice(placeOf(one, rows, this.order), 0, one);
    }
    return rows;
  }

  inOrder() {
    const { conversations } = this.ledger.state;
    if (this.filter.q) return this.found.map((id) => conversations.get(id)).filter(Boolean);
    const now = Date.now();
    const rows = [...conversations.values()].filter((one) => this.holds(one, now)).sort(this.order);
    return isAsked(this.filter) ? this.chosen(rows) : rows;
  }

  /** Those of which the server said that they belong here. It is asked of what it has not been asked of. */
  chosen(rows) {
    const found = new Set(this.found);
    const unknown = rows.filter(({ id }) => !found.has(id) && !this.others.has(id));
    if (unknown.length || (this.filter.timer && Date.now() - this.looked > RUN_OUT)) this.look();
    return rows.filter(({ id }) => found.has(id));
  }

  look() {
    this.looking ??= setTimeout(() => this.lookAgain(), Math.max(SOON, (this.asked ?? 0) + APART - Date.now()));
  }

  async lookAgain() {
    const { generation } = this.ledger;
    const asked = [...this.ledger.state.conversations.keys()];
    this.asked = this.looked = Date.now();
    const page = await this.askAgain(); // the next event asks again
    this.looking = null;
    if (!page || generation !== this.ledger.generation) return;
    if (this.filter.timer) this.forget(page, new Set(asked));
    this.learn(page.items, asked);
  }

  /** A timer stops, and runs out, by itself: what the page would have if it ran still. */
  forget(page, asked) {
    const here = new Set(page.items.map(({ id }) => id));
    const last = page.next ? page.items.at(-1) : null;
    const gone = (id) => asked.has(id) && !here.has(id) && !(last && this.order(this.ledger.conversation(id), last) > 0);
    this.found = this.found.filter((id) => !gone(id));
  }

  /** What is kept of this contact is another now. */
  async doubt(contact) {
    const { generation } = this.ledger;
    const page = await this.askAgain({ contact });
    if (!page || generation !== this.ledger.generation) return;
    const theirs = [...this.ledger.state.conversations.values()].filter((one) => one.contact?.id === contact).map(({ id }) => id);
    this.found = this.found.filter((id) => !theirs.includes(id));
    this.learn(page.items, theirs);
  }

  askAgain(more) {
    const sort = this.sort === "latest" ? undefined : this.sort;
    return get("/api/v1/conversations", { ...asQuery(this.filter), ...more, sort, limit: LIST_PAGE }).catch(() => null);
  }

  /** Of those that were `asked` about, these belong here and the others do not. */
  learn(items, asked) {
    if (!this.loaded) return;
    this.found = [...new Set([...items.map(({ id }) => id), ...this.found])];
    for (const id of asked) this.others.add(id);
    this.mark = null;
    this.ledger.apply({ type: "fetched.conversations", data: { items } });
  }

  holds(conversation, now = Date.now()) {
    if (this.sort === "waiting" && !conversation.waiting_since) return false;
    if (!this.matches(conversation, now)) return false;
    // Beyond the last fetched row there may be others we do not know: it comes with its page.
    return !this.next || this.order(conversation, this.last) <= 0;
  }
}
