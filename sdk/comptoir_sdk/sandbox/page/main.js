// The desk: which phones are shown, which one is looked at, and what the sandbox tells.
import * as api from "./api.js";
import { Bar } from "./bar.js";
import { el, hue, initials } from "./dom.js";
import { PhoneView } from "./phone.js";
import * as sheets from "./sheets.js";
import { t } from "./words.js";

const SHOWN_AT_FIRST = 4;
const LOOK_AGAIN = 2000; // milliseconds
const desk = document.getElementById("desk");
const tabs = document.getElementById("tabs");

class Desk {
  constructor() {
    const theme = localStorage.getItem("theme");
    if (theme) document.documentElement.dataset.theme = theme;
    this.views = new Map();
    this.tabs = new Map();
    this.phones = new Map();
    this.bar = new Bar(this);
    this.failed = (error) => this.bar.failed(error);
  }

  /** Read everything anew: at the start, and after the connection was lost. */
  async load() {
    const state = await api.state();
    this.state = state;
    this.usual ??= state.usual;
    this.phones = new Map(state.phones.map((phone) => [phone.id, phone]));
    const shown = this.views.size ? [...this.views.keys()] : [...this.phones.keys()].slice(0, SHOWN_AT_FIRST);
    this.views.clear();
    this.tabs.clear();
    desk.replaceChildren();
    tabs.replaceChildren();
    for (const id of shown.filter((one) => this.phones.has(one))) await this.show(this.phones.get(id), false);
    this.#tab(this.current?.phone.id ?? shown[0]);
    this.bar.numbers(state.numbers, state.business.number);
    this.bar.webhook(state.webhook);
    this.bar.shown(state, state.usual);
  }

  async show(phone, look = true) {
    this.phones.set(phone.id, phone);
    if (!this.views.has(phone.id)) {
      const view = new PhoneView(phone, this.state.business.name, this);
      this.views.set(phone.id, view);
      desk.append(view.root);
      this.#addTab(phone);
      view.setUnread(phone.unread);
      await view.load();
    }
    if (look) this.#tab(phone.id);
  }

  lookAt(view) {
    if (this.current !== view) this.current?.look(false);
    this.current = view;
    view.look(true);
  }

  isOpen = (view) => this.current === view && document.visibilityState === "visible";

  habits(phone) {
    sheets.habits(phone, this.failed);
  }

  add() {
    const others = [...this.phones.values()].filter((phone) => !this.views.has(phone.id));
    sheets.add(others, (phone) => this.show(phone), this.failed);
  }

  showFaults() {
    sheets.faults(this.state, this.failed);
  }

  showKeys() {
    const shown = this.state.numbers.find((number) => number.display_phone_number === this.state.business.number);
    api.keys(shown.phone_number_id).then(sheets.keys, this.failed);
  }

  unread(id, count) {
    const badge = this.tabs.get(id)?.querySelector(".badge");
    if (!badge) return;
    badge.hidden = !count;
    badge.textContent = count;
  }

  /** One event of the feed. */
  hear(event) {
    const view = this.views.get(typeof event.phone === "string" ? event.phone : event.phone?.id);
    if (event.kind === "message") view?.take(event.message);
    else if (event.kind === "status") view?.status(event);
    else if (event.kind === "reactions") view?.reactions(event);
    else if (event.kind === "typing") view?.typing(event.seconds);
    else if (event.kind === "webhook") this.bar.webhook(event);
    else if (event.kind === "phone") this.#changed(event.phone, view);
    else if (event.kind === "faults") {
      Object.assign(this.state, event);
      this.bar.shown(event, this.state.usual);
    }
  }

  #changed(phone, view) {
    this.phones.set(phone.id, phone);
    view?.show(phone);
  }

  #addTab(phone) {
    const tab = el("button", { type: "button", "aria-pressed": "false", onclick: () => this.#tab(phone.id) },
      el("span", { class: `av ${hue(phone.id)}`, "aria-hidden": "true" }, initials(phone.name)),
      el("bdi", {}, phone.name.split(" ")[0]), el("span", { class: "badge", hidden: true }));
    this.tabs.set(phone.id, tab);
    tabs.append(tab);
  }

  #tab(id) {
    for (const [other, tab] of this.tabs) tab.setAttribute("aria-pressed", String(other === id));
    for (const [other, view] of this.views) view.root.classList.toggle("shown", other === id);
    const view = this.views.get(id);
    if (!view) return;
    view.root.scrollIntoView({ block: "nearest", inline: "nearest" });
    view.thread.scrollTop = view.thread.scrollHeight;
    if (getComputedStyle(tabs).display !== "none") this.lookAt(view);
  }
}

function follow(page) {
  const events = new EventSource(api.address("/events"));
  let lost = true;
  events.onopen = () => {
    // What happened while we were away is not repeated by the feed: read the whole state again.
    if (lost) page.load().catch(page.failed);
    lost = false;
  };
  events.onmessage = (event) => page.hear(JSON.parse(event.data));
  events.onerror = () => {
    if (!lost) page.bar.gone();
    lost = true;
  };
}

/** Before the first number is made there is nothing to show: say so, and look again. */
async function begin(page) {
  const { items } = await api.numbers();
  if (items.length) {
    follow(page);
    return;
  }
  desk.replaceChildren(el("p", { class: "empty" }, t("no_numbers")));
  setTimeout(() => begin(page).catch(page.failed), LOOK_AGAIN);
}

const page = new Desk();
begin(page).catch(page.failed);
