import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, icon, members, navigate, storageKey, t, tags, tn } from "@comptoir/sdk";
import { ledger, onLive } from "@comptoir/sdk/ledger.js";
import { pane } from "../styles.js";
import { groupsOf } from "./groups.js";
import { marked } from "./marked.js";

const TYPING = 180; // ms after the last letter until it is asked
const AGAIN = 1_000; // ms after an arrival until what was not found is asked again
const RECENT = 6;
const TURNS = 20;
const PERIODS = { week: 7, month: 30, year: 365 }; // days

/** Searches messages, conversations, contacts and notes. Fires "leave". `conversation` is the one that is open. */
class Search extends Panel {
  static properties = { conversation: { attribute: false }, within: { state: true }, query: { state: true }, filters: { state: true }, found: { state: true }, error: { state: true }, busy: { state: true }, at: { state: true } };
  static styles = [...Panel.styles, pane, css`
    :host { flex: 1; }
    .ask { display: flex; align-items: center; gap: var(--sp-1); margin: var(--sp-2) var(--sp-3); padding-inline: 11px var(--sp-1); border: 1px solid var(--accent); border-radius: var(--r-md); background: var(--surface-2); } .ask > .icon { inline-size: 16px; block-size: 16px; color: var(--text-3); }
    input { flex: 1; min-inline-size: 0; min-block-size: 36px; border: 0; background: none; } input::-webkit-search-cancel-button { display: none; } input:focus-visible { box-shadow: none; } input::placeholder { color: var(--text-3); opacity: 1; }
    .chips { display: flex; gap: var(--sp-1); padding: 0 var(--sp-3) var(--sp-2); overflow-x: auto; scrollbar-width: none; }
    .chip { display: inline-flex; align-items: center; gap: 4px; border: 1px solid var(--line); border-radius: var(--r-full); background: var(--surface); padding: 3px 10px; min-block-size: 28px; font-size: var(--fs-sm); font-weight: 550; color: var(--text-2); white-space: nowrap; } .chip:hover { background: var(--surface-2); }
    .chip[aria-pressed=true], .chip.set { background: var(--accent-soft); color: var(--accent); border-color: transparent; } .chip .icon { inline-size: 14px; block-size: 14px; }
    .list { overflow-y: auto; flex: 1; min-block-size: 0; padding: 0 var(--sp-2) var(--sp-4); overscroll-behavior: contain; }
    .group { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); padding: var(--sp-3) var(--sp-2) var(--sp-1); }
    .hit { display: grid; grid-template-columns: 32px minmax(0, 1fr); gap: 0 var(--sp-3); align-items: center; padding: var(--sp-2); border-radius: var(--r-md); cursor: pointer; scroll-margin: 32px; }
    .hit:hover { background: var(--surface-2); } .hit[aria-selected=true] { background: var(--accent-soft); }
    .hit > .icon { margin: 0 6px; color: var(--text-3); } .first { display: flex; gap: 6px; align-items: baseline; } .first b { flex: 1; font-weight: 550; } .said { color: var(--text-2); font-size: var(--fs-preview); display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; text-align: -webkit-match-parent; text-align: match-parent; }
    mark { background: var(--mark); color: inherit; border-radius: 3px; } .more { margin: var(--sp-2); } .missing, .hint { color: var(--text-2); font-size: var(--fs-sm); padding: var(--sp-3) var(--sp-2); }
    .recent { display: flex; align-items: center; gap: var(--sp-2); inline-size: 100%; border: 0; background: none; padding: var(--sp-2); border-radius: var(--r-md); text-align: start; } .recent:hover { background: var(--surface-2); } .recent .icon { inline-size: 16px; block-size: 16px; color: var(--text-3); }
    ui-skeleton, ui-empty { flex: 1; }
    @media (max-width: 760px) { input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .chip { min-block-size: 40px; padding-inline: 14px; } .hit, .recent { min-block-size: 52px; } }
  `];

  constructor() {
    super();
    Object.assign(this, { query: "", filters: {}, found: null, at: 0, within: false, asked: 0 });
  }

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(onLive(() => this.error && this.ask()));
    this.cleanup(ledger.onEvent(({ type }) => type === "message.received" && this.arrived()));
    this.cleanup(() => [this.timer, this.later].forEach(clearTimeout));
  }

  firstUpdated() {
    this.focus();
  }

  focus() {
    const input = this.renderRoot?.querySelector("input");
    input?.focus();
    input?.select();
  }

  /** Only in the conversation that is open, from now on. */
  narrow() {
    this.within = Boolean(this.conversation);
    this.focus();
    this.ask();
  }

  get hits() {
    return this.found ? groupsOf(this.found).flatMap(({ hits }) => hits) : [];
  }

  get wanted() {
    return this.query.trim();
  }

  render() {
    const { hits } = this;
    return html`<div class="ask">${icon("search")}<input type="search" role="combobox" aria-expanded=${hits.length > 0} aria-controls="hits" aria-autocomplete="list" aria-activedescendant=${hits.length ? `h${this.at}` : nothing}
        aria-label=${t("Search messages, names, phones and notes")} placeholder=${this.within ? t("Search in this conversation") : t("Search everything")} autocomplete="off" spellcheck="false" maxlength="200" dir="auto" .value=${this.query} @input=${this.typed} @keydown=${this.keys}>
      <button class="ib" aria-label=${t("Close search")} title=${t("Close search")} @click=${this.leave}>${icon("x")}</button></div>
      <div class="chips" role="group" aria-label=${t("Narrow down")}>${this.chips()}</div>
      ${this.body(hits)}<span class="sr" role="status">${this.found && !this.busy ? tn("{n} found", "{n} found", hits.length) : ""}</span>`;
  }

  body(hits) {
    if (this.wanted.length < 2) return this.recents();
    if (this.error?.status === 422) return this.hint(); // letters enough, in no word of two
    if (this.error) return html`<ui-error text=${t("The search did not work.")} .error=${this.error} @retry=${() => this.ask()}></ui-error>`;
    if (!this.found) return html`<ui-skeleton rows="6"></ui-skeleton>`;
    if (!hits.length && !this.found.messages.next) return html`<ui-empty icon="search" text=${t("Nothing says “{query}”.", { query: this.wanted })}>${this.narrowed ? html`<ui-button @click=${this.widen}>${t("Search everywhere")}</ui-button>` : nothing}</ui-empty>`;
    let at = -1;
    return html`<div class="list">
      <div id="hits" role="listbox" aria-label=${t("Results")}>${groupsOf(this.found).map(({ label, hits: some }) => html`<div role="group" aria-label=${label}><div class="group" role="presentation">${label}</div>${some.map((hit) => this.hit(hit, at += 1))}</div>`)}</div>
      ${this.found.messages.next ? html`<ui-button class="more" ?busy=${this.busy} @click=${() => this.more()}>${t("Older messages")}</ui-button>` : nothing}
      ${this.found.plugins.missing.map((name) => html`<p class="missing" role="status">${t("{name} could not be searched.", { name })}</p>`)}</div>`;
  }

  hit(hit, at) {
    return html`<div class="hit" role="option" id=${`h${at}`} aria-selected=${at === this.at} @click=${() => this.choose(hit)}>
      ${hit.icon ? icon(hit.icon) : html`<ui-avatar size="small" name=${hit.title}></ui-avatar>`}
      <div><div class="first"><b class="cut" dir="auto">${hit.named ? marked(hit.named) : hit.title}</b>${hit.when ? html`<time datetime=${hit.when}>${fmt.brief(hit.when)}</time>` : nothing}</div>
      ${hit.said ? html`<div class="said" dir="auto">${hit.by ? html`<bdi>${hit.by}</bdi>: ` : nothing}${marked(hit.said)}</div>` : nothing}</div></div>`;
  }

  chips() {
    const pick = (name, label, choices) => {
      const chosen = choices.find(([value]) => value === this.filters[name]);
      const items = [...choices.map(([value, text]) => ({ label: text, checked: value === this.filters[name], run: () => this.filter(name, value) })), ...(chosen ? [{ separator: true }, { label: t("Any"), icon: "x", run: () => this.filter(name, null) }] : [])];
      return html`<ui-menu .items=${items}><button class="chip ${chosen ? "set" : ""}" slot="trigger">${chosen?.[1] ?? label}${icon("chevron-down")}</button></ui-menu>`;
    };
    return html`${this.conversation ? html`<button class="chip" aria-pressed=${this.within} @click=${() => { this.within = !this.within; this.ask(); }}>${icon("message-square")}${t("In this conversation")}</button>` : nothing}
      ${pick("from", t("From"), [["customer", t("Customers")], ["colleague", t("Colleagues")], ["me", t("Me")], ...members.map(({ id, name }) => [id, name])])}
      ${pick("kind", t("Kind"), [["text", t("Text")], ["image", t("Photo")], ["video", t("Video")], ["audio", t("Audio")], ["document", t("Document")], ["link", t("Link")], ["location", t("Location")]])}
      ${tags.length ? pick("tag", t("Tag"), tags.map(({ id, name }) => [id, name])) : nothing}
      ${pick("period", t("When"), [["week", t("Last 7 days")], ["month", t("Last 30 days")], ["year", t("Last 12 months")]])}`;
  }

  get narrowed() {
    return this.within || Object.values(this.filters).some(Boolean);
  }

  widen = () => {
    Object.assign(this, { within: false, filters: {} });
    this.ask();
  };

  filter(name, value) {
    this.filters = { ...this.filters, [name]: value };
    this.ask();
  }

  recents() {
    const recent = remembered();
    if (!recent.length) return this.hint();
    return html`<div class="list"><div class="group">${t("Recent searches")}</div>${recent.map((words) => html`<button class="recent" @click=${() => this.again(words)}>${icon("clock-3")}<span class="cut" dir="auto">${words}</span></button>`)}</div>`;
  }

  hint() {
    return html`<p class="hint">${t("Two letters or more, in any spelling; a part of a phone number will do.")}</p>`;
  }

  again(words) {
    this.query = words;
    this.focus();
    this.ask();
  }

  typed(event) {
    this.query = event.target.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), TYPING);
  }

  /** The newest question wins, however late the others are answered; what was found stays until then. */
  async ask() {
    clearTimeout(this.timer);
    const asked = (this.asked += 1);
    Object.assign(this, { error: null });
    if (this.wanted.length < 2) return Object.assign(this, { found: null, busy: false });
    this.busy = true;
    try {
      const found = await get("/api/v1/search", this.parameters());
      if (asked !== this.asked) return undefined;
      Object.assign(this, { found, at: 0, answered: this.wanted });
      if (!this.hits.length) await this.onwards(asked);
    } catch (error) {
      if (asked === this.asked) Object.assign(this, { found: null, error });
    } finally {
      if (asked === this.asked) this.busy = false;
    }
    return undefined;
  }

  /** Whoever is looked for in vain may be about to come; who comes while it is being answered, too. */
  arrived() {
    this.later ??= setTimeout(() => {
      this.later = null;
      if (this.busy) this.arrived();
      else if (this.found && !this.hits.length) this.ask();
    }, AGAIN);
  }

  /** The server stops when it has taken long enough: while nothing is found, it is asked to go on. */
  async onwards(asked) {
    for (let turn = 0; turn < TURNS && asked === this.asked && !this.hits.length && this.found?.messages.next && !this.error; turn += 1) await this.more();
  }

  parameters(cursor) {
    const { from, kind, period, tag } = this.filters;
    const member = from && !["customer", "colleague", "me"].includes(from) ? from : undefined;
    const since = period ? new Date(Date.now() - PERIODS[period] * 86_400_000).toISOString() : undefined;
    return { q: this.wanted, conversation: this.within ? this.conversation?.id : undefined, from: member ? undefined : from, member, kind, tag: tag ?? undefined, since, limit: 20, cursor };
  }

  async more() {
    const asked = this.asked;
    this.busy = true;
    try {
      const { messages } = await get("/api/v1/search", { ...this.parameters(this.found.messages.next), in: "messages" });
      if (asked === this.asked) this.found = { ...this.found, messages: { items: [...this.found.messages.items, ...messages.items], next: messages.next } };
    } catch (error) {
      if (asked === this.asked) this.error = error;
    } finally {
      if (asked === this.asked) this.busy = false;
    }
  }

  keys(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };
    const { hits } = this;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.leave();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.enter();
    } else if (steps[event.key] && hits.length) {
      event.preventDefault();
      if (steps[event.key] > 0 && this.at === hits.length - 1 && this.found.messages.next && !this.busy) this.more();
      this.at = Math.min(Math.max(0, this.at + steps[event.key]), hits.length - 1);
    }
  }

  /** Whoever is faster than the answer means what they typed, not what is shown still. */
  async enter() {
    if (this.answered !== this.wanted || this.busy) await this.ask();
    const hit = this.hits[this.at];
    if (hit && this.answered === this.wanted) this.choose(hit);
  }

  updated(changed) {
    if (changed.has("at")) this.renderRoot.querySelector(`#h${this.at}`)?.scrollIntoView({ block: "nearest" });
    if (changed.has("conversation") && this.within && changed.get("conversation")?.id !== this.conversation?.id && !this.conversation) this.within = false;
  }

  choose(hit) {
    this.at = this.hits.indexOf(hit);
    remember(this.wanted);
    navigate(hit.path);
  }

  leave() {
    this.dispatchEvent(new Event("leave"));
  }
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(storageKey("inbox.searches"))) ?? [];
  } catch {
    return []; // somebody else's hand in the storage: nothing to remember
  }
}

function remember(words) {
  const kept = [words, ...remembered().filter((one) => one !== words)].slice(0, RECENT);
  localStorage.setItem(storageKey("inbox.searches"), JSON.stringify(kept));
}

define("inbox-search", Search);
