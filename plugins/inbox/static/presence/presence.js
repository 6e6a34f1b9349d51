/** Where this screen is, told to colleagues, and where theirs are. One for the page; nothing of it is kept. */
import { get, me, memberName, put, remove } from "@comptoir/sdk";
import { newId, onLive, onTopic } from "@comptoir/sdk/ledger.js";

const BEAT = 10_000; // ms
const ASKED = 2; // beats after which the list is asked for: only changes are told, and a screen that crashed tells none
const LASTS = 60_000; // ms after which a word that no list confirms is not believed any more
const SOON = 120; // ms
const TYPED = 6_000; // ms after the last letter
const IDLE = 5 * 60_000; // ms without a touch, after which nobody is in front of the screen
const PATH = "/api/v1/p/inbox/presence";

class Presence {
  screen = newId();
  conversation = null;
  typing = false;
  touched = Date.now();
  beats = 0;
  colleagues = new Map(); // conversation → Map(member → {typing, until})
  late = new Set(); // for each list that is on its way, what was told since it was asked for
  listeners = new Set();
  lookers = new Set();

  /** From the first use on. */
  start() {
    if (this.started) return;
    this.started = true;
    onTopic("inbox.presence", (told) => this.heard(told));
    onLive(() => this.fetch());
    this.fetch();
    setInterval(() => this.tick(), BEAT);
    for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) addEventListener(kind, () => this.touch(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => { this.beat(); if (!document.hidden) this.fetch(); });
    addEventListener("pagehide", () => this.gone());
  }

  get away() {
    return document.hidden || Date.now() - this.touched > IDLE;
  }

  tick() {
    this.beat();
    this.forget();
    this.beats += 1;
    if (this.beats % ASKED === 0 && !document.hidden) this.fetch();
  }

  touch() {
    const back = this.away;
    this.touched = Date.now();
    if (back) this.beat();
  }

  /** This screen shows that conversation now, or none. */
  look(conversation) {
    if (this.conversation === conversation) return;
    Object.assign(this, { conversation, typing: false });
    this.start();
    this.beat();
    for (const listener of this.lookers) listener(conversation);
  }

  /** A letter was typed. */
  types() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.stops(), TYPED);
    if (this.typing) return;
    this.typing = true;
    this.beat();
  }

  stops() {
    clearTimeout(this.pause);
    if (!this.typing) return;
    this.typing = false;
    this.beat();
  }

  /** Soon: whoever walks through the list is in many conversations for a moment. */
  beat() {
    if (this.started) this.soon ??= setTimeout(() => this.send(), SOON);
  }

  /** A beat that is lost is followed by the next. */
  send() {
    this.soon = null;
    const { screen, conversation, typing, away } = this;
    put(PATH, { screen, conversation, typing, away }).catch((error) => console.info("not told where this screen is:", error.message));
  }

  /** Under that name it says nothing more: a word that is still on its way would bring it back. */
  gone() {
    clearTimeout(this.soon);
    const { screen } = this;
    Object.assign(this, { soon: null, screen: newId() });
    remove(PATH, { screen }).catch((error) => console.info("not told that this screen goes:", error.message));
  }

  async fetch() {
    const since = [];
    this.late.add(since);
    const told = await get(PATH).catch((error) => console.info("who is here is not known:", error.message));
    this.late.delete(since);
    if (!told) return;
    const before = this.known();
    this.colleagues.clear();
    for (const { conversation, member, typing } of told.looking) this.note(conversation, member, typing);
    for (const word of since) this.take(word);
    if (this.known() !== before) this.tell();
  }

  /** Who is where, to tell whether it changed: what did not is not drawn again. */
  known() {
    return JSON.stringify([...this.colleagues].map(([conversation, there]) => [conversation, [...there].map(([member, { typing }]) => `${member} ${typing}`).sort()]).sort());
  }

  heard(word) {
    for (const since of this.late) since.push(word);
    const before = this.known();
    this.take(word);
    if (this.known() !== before) this.tell();
  }

  take({ conversation, member, here, typing }) {
    if (here) this.note(conversation, member, typing);
    else this.drop(conversation, member);
  }

  drop(conversation, member) {
    const there = this.colleagues.get(conversation);
    there?.delete(member);
    if (!there?.size) this.colleagues.delete(conversation);
  }

  note(conversation, member, typing) {
    if (member === me.id) return;
    if (!this.colleagues.has(conversation)) this.colleagues.set(conversation, new Map());
    this.colleagues.get(conversation).set(member, { typing, until: Date.now() + LASTS });
  }

  /** Whoever went without a word: a crash, a lost network. */
  forget() {
    let changed = false;
    for (const [conversation, there] of this.colleagues) {
      for (const [member, { until }] of there) if (until <= Date.now()) changed = there.delete(member);
      if (!there.size) this.colleagues.delete(conversation);
    }
    if (changed) this.tell();
  }

  /** [{id, name, typing}] of colleagues who look at it now. */
  of(conversation) {
    const there = this.colleagues.get(conversation);
    if (!there) return [];
    return [...there].filter(([id, { until }]) => until > Date.now() && memberName(id)).map(([id, { typing }]) => ({ id, name: memberName(id), typing }));
  }

  /** `listener()` runs when somebody comes, goes or types. Returns how to stop. */
  subscribe(listener) {
    this.start();
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** `listener(conversation)` runs when this screen shows another, or none. Returns how to stop. */
  onLook(listener) {
    this.lookers.add(listener);
    return () => this.lookers.delete(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}

export const presence = new Presence();
