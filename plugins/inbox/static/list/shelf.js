/** Which list the inbox shows: a tab, a list of the menu or a saved view, what is filtered besides, its order. */
import { me, storageKey, t } from "@comptoir/sdk";
import { ConversationList, Counts, ledger, onLive, onTopic } from "@comptoir/sdk/ledger.js";
import { Mentions } from "../notes/mentions.js";
import { looks } from "./looks.js";
import { Views } from "./views.js";

const NAMED = /^(?:tag|team|member)\./;
const COUNTED = ["mine", "none", "all", "snoozed", "closed"];

export class Shelf {
  lists = new Map();
  filter = {};
  sort = "latest";
  revision = 0; // another as soon as a number, a view or a name that a filter says is another

  constructor(host) {
    this.host = host;
    this.key = localStorage.getItem(storageKey("inbox.tab")) ?? "all";
    host.addController(this);
  }

  hostConnected() {
    const changed = () => {
      this.revision += 1;
      this.host.repaint();
    };
    this.counts = new Counts(ledger, me.id, changed);
    this.mentions = new Mentions(ledger, changed);
    this.views = new Views(() => this.learned());
    this.mentions.count();
    this.views.load();
    this.count();
    this.stops = [() => this.counts.stop(), () => this.mentions.stop(), () => this.views.stop(), onLive(() => this.counts.later()),
      onTopic("contacts.fields", ({ contact }) => this.doubt(contact)), onTopic("inbox.timers", () => this.timed()),
      ledger.onEvent(({ type }) => NAMED.test(type) && changed())];
  }

  /** What is kept of a contact is another now. */
  doubt(contact) {
    for (const list of this.lists.values()) if (list.filter.field && list.loaded) list.doubt(contact);
    this.counts.later();
  }

  /** A timer began, stopped or ran out. */
  timed() {
    const timed = [...this.lists.values()].filter((list) => list.filter.timer && list.loaded);
    for (const list of timed) list.look();
    if (timed.length || this.views.items.some((view) => view.filter.timer)) this.counts.later();
  }

  hostDisconnected() {
    for (const stop of this.stops) stop();
  }

  /** A view is another now, or it is gone. Lists are known by what they filter: each stays as it is. */
  learned() {
    this.revision += 1;
    this.count();
    this.host.repaint();
  }

  count() {
    const fixed = Object.fromEntries(looks().filter(({ key }) => COUNTED.includes(key)).map(({ key, filter }) => [key, filter]));
    this.counts.want({ ...fixed, ...Object.fromEntries(this.views.items.slice(0, 40).map((view) => [`view-${view.id}`, view.filter])) });
  }

  get viewLooks() {
    return this.views.items.map((view) => ({ key: `view-${view.id}`, label: view.name, icon: view.icon || (view.shared ? "users" : "star"), colour: view.colour, filter: view.filter, sort: view.sort, view, empty: t("Nothing in this view. Nice.") }));
  }

  get look() {
    const all = [...looks(), ...this.viewLooks];
    return all.find(({ key }) => key === this.key) ?? looks()[2];
  }

  get order() {
    return this.chosenSort ?? this.look.sort ?? "latest";
  }

  get wanted() {
    return { ...this.look.filter, ...this.filter };
  }

  get list() {
    if (this.look.mentions) return this.mentions;
    const key = JSON.stringify([this.wanted, this.order]);
    if (!this.lists.has(key)) this.lists.set(key, new ConversationList(ledger, this.wanted, me.id, this.order));
    return this.lists.get(key);
  }

  get emptiness() {
    if (Object.keys(this.filter).length) return t("Nothing matches this filter.");
    return this.order === "waiting" ? t("Nobody waits for an answer. Nice.") : this.look.empty;
  }

  turn(key) {
    Object.assign(this, { key, filter: {}, chosenSort: null });
    localStorage.setItem(storageKey("inbox.tab"), key);
    this.host.requestUpdate();
  }

  filterBy(filter) {
    this.filter = filter;
    this.host.requestUpdate();
  }

  sortBy(sort) {
    this.chosenSort = sort;
    this.host.requestUpdate();
  }

  clear() {
    for (const list of this.lists.values()) list.clear();
    this.mentions.clear();
  }
}
