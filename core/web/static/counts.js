/** How many conversations several filters have: what is known here is counted at once, the rest is asked for now and then. */
import { get } from "./api.js";
import { asQuery, isAsked, matcher } from "./conversations.js";

const APART = 5_000; // ms between two questions, however much happens
const DEAR = 60_000; // the same, where something took the server too long to be counted
const SOON = 800;
const MINUTE = 60_000; // windows close and waits grow without an event

export class Counts {
  numbers = new Map();
  filters = new Map();
  matchers = [];
  known = new Map();
  asked = 0;
  apart = APART;

  /** `changed()` runs when a number is another. */
  constructor(ledger, memberId, changed) {
    Object.assign(this, { ledger, memberId, changed });
    const seen = () => !document.hidden && this.waits && this.ask();
    document.addEventListener("visibilitychange", seen);
    const minute = setInterval(() => this.later(0), MINUTE);
    this.stops = [ledger.onEvent((event) => this.heard(event)), ledger.subscribe((changes) => this.follow(changes)),
      () => { document.removeEventListener("visibilitychange", seen); }, () => clearInterval(minute), () => clearTimeout(this.timer)];
  }

  stop() {
    for (const stop of this.stops) stop();
  }

  /** `filters`: {key: filter}. */
  want(filters) {
    const told = JSON.stringify(filters);
    if (told === this.told) return;
    this.told = told;
    this.filters = new Map(Object.entries(filters));
    this.guessing = Object.values(filters).some(isAsked);
    this.matchers = Object.entries(filters).filter(([, filter]) => !isAsked(filter)).map(([key, filter]) => [key, matcher(filter, this.memberId)]);
    this.known.clear();
    for (const conversation of this.ledger.state.conversations.values()) this.known.set(conversation.id, this.keysOf(conversation));
    clearTimeout(this.timer);
    this.ask();
  }

  /** {count, more} or nothing yet; `count` is null where it is too dear. */
  of(key) {
    return this.numbers.get(key);
  }

  keysOf(conversation) {
    const now = Date.now();
    return new Set(this.matchers.filter(([, matches]) => matches(conversation, now)).map(([key]) => key));
  }

  /** Something happened in a conversation that was never seen here: only the server can say what it was before. */
  heard({ type, data }) {
    if (data.conversation && !type.startsWith("fetched.") && !this.known.has(data.conversation.id)) this.later();
  }

  follow(changes) {
    if (changes.reset) {
      this.known.clear();
      this.later();
    }
    let moved = false;
    for (const id of changes.conversations) moved = this.recount(id) || moved;
    if (moved || (this.guessing && changes.conversations.size)) this.later();
    if (moved) this.changed();
  }

  recount(id) {
    const [before, conversation] = [this.known.get(id), this.ledger.conversation(id)];
    const now = conversation ? this.keysOf(conversation) : new Set();
    if (conversation) this.known.set(id, now);
    else this.known.delete(id);
    return Boolean(before) && [...this.filters.keys()].map((key) => this.move(key, now.has(key) - before.has(key))).some(Boolean);
  }

  move(key, by) {
    const number = this.numbers.get(key);
    if (!by || !number || number.more || number.count === null) return Boolean(by);
    this.numbers.set(key, { ...number, count: Math.max(0, number.count + by) });
    return true;
  }

  later(soon = SOON) {
    this.waits = true;
    if (document.hidden || this.timer) return;
    this.timer = setTimeout(() => this.ask(), Math.max(soon, this.asked + this.apart - Date.now()));
  }

  async ask() {
    Object.assign(this, { timer: null, waits: false, asked: Date.now() });
    const { told, filters } = this;
    if (!filters.size) return;
    const of = JSON.stringify([...filters.values()].map(asQuery));
    const answer = await get("/api/v1/conversations/counts", { of }).catch(() => null); // the next event asks again
    if (!answer || told !== this.told) return;
    this.apart = answer.items.some(({ count }) => count === null) ? DEAR : APART;
    [...filters.keys()].forEach((key, index) => this.numbers.set(key, answer.items[index]));
    this.changed();
  }
}
