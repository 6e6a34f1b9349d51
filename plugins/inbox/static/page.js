import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, bindKeys, bootstrap, can, define, fmt, icon, me, navigate, put, storageKey, t, toast } from "@comptoir/sdk";
import { ConversationList, ledger, onLive } from "@comptoir/sdk/ledger.js";
import "./chat.js";
import "./detail.js";
import "./list.js";
import { pane } from "./styles.js";

const TYPING = 250; // ms after the last letter until a search starts
const THREADS = 12; // kept in memory

/** The inbox: list, conversation, details. */
class Inbox extends Panel {
  static properties = { tab: { state: true }, status: { state: true }, query: { state: true }, drawer: { state: true }, error: { state: true } };
  static styles = [...Panel.styles, pane, css`
    :host { display: grid; grid-template: minmax(0, 1fr) / var(--list-w) minmax(0, 1fr) var(--detail-w); block-size: 100%; position: relative; }
    .lists { display: flex; flex-direction: column; min-block-size: 0; background: var(--surface); border-inline-end: 1px solid var(--line); }
    .bar h1 { flex: 1; }
    .search { position: relative; margin: var(--sp-2) var(--sp-3); }
    .search input { inline-size: 100%; min-block-size: 36px; padding: 6px var(--sp-3); padding-inline-start: 36px; border: 1px solid transparent; border-radius: var(--r-md); background: var(--surface-2); }
    .search input::placeholder { color: var(--text-3); opacity: 1; } .search input:focus { border-color: var(--accent); box-shadow: none; border-radius: var(--r-md); outline: none; }
    .search .icon { position: absolute; inset-inline-start: 11px; inset-block-start: 10px; inline-size: 16px; block-size: 16px; color: var(--text-3); }
    .tabs { display: flex; align-items: center; gap: 2px; padding: 0 var(--sp-3) var(--sp-2); } .tabs [role=tablist] { display: flex; gap: 2px; flex: 1; min-inline-size: 0; overflow-x: auto; scrollbar-width: none; }
    .tabs button { border: 0; background: none; padding: 5px 8px; border-radius: var(--r-full); color: var(--text-2); font-size: var(--fs-sm); font-weight: 550; white-space: nowrap; } .tabs button:hover { background: var(--surface-2); }
    .tabs [aria-selected=true] { background: var(--accent-soft); color: var(--accent); }
    .state { display: inline-flex; align-items: center; gap: 2px; } .state .icon { inline-size: 14px; block-size: 14px; }
    .none { background: var(--bg); display: grid; grid-column: 2 / -1; place-content: center; }
    .hint { font-size: var(--fs-sm); color: var(--text-3); } kbd { font: 600 var(--fs-xs)/1.5 var(--font); border: 1px solid var(--line-strong); border-radius: 5px; padding: 0 5px; }
    inbox-chat { border-inline-end: 1px solid var(--line); container-type: inline-size; }
    .scrim { display: none; }
    @media (max-width: 1180px) {
      :host { grid-template-columns: var(--list-w) minmax(0, 1fr); }
      inbox-detail { position: absolute; inset-block: 0; inset-inline-end: 0; inline-size: min(340px, 100%); z-index: 5; box-shadow: var(--sh-float); } inbox-detail:not([drawer]) { display: none; }
      .scrim { display: block; position: absolute; inset: 0; z-index: 4; background: var(--scrim); border: 0; }
    }
    @media (max-width: 760px) {
      :host { grid-template-columns: minmax(0, 1fr); } .none { display: none; } .deep { display: none; } .lists { border: 0; }
      .search input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .search .icon { inset-block-start: 14px; } .tabs button { min-block-size: 40px; padding-inline: 14px; }
    }
  `];

  constructor() {
    super();
    Object.assign(this, { lists: new Map(), tab: this.remembered("tab") ?? "all", status: "open", query: "" });
  }

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(ledger.subscribe((changes) => this.heard(changes)));
    const seen = () => this.markRead();
    document.addEventListener("visibilitychange", seen);
    this.cleanup(() => { document.removeEventListener("visibilitychange", seen); });
    this.cleanup(onLive(() => this.again()));
    this.cleanup(bindKeys(this.keys()));
    this.addEventListener("compose-insert", (event) => this.chat?.composer.insert(event.detail));
    this.addEventListener("compose-replace", (event) => this.chat?.composer.insert(event.detail, { all: true }));
  }

  keys() {
    return {
      j: { label: t("Next conversation"), run: () => this.step(1) },
      k: { label: t("Previous conversation"), run: () => this.step(-1) },
      Enter: { label: t("Open or answer"), run: (event) => this.enter(event) },
      r: { label: t("Reply"), run: () => this.chat?.turn("reply") },
      n: { label: t("Note for your team"), run: () => this.chat?.turn("note") },
      e: { label: t("Close and go to the next"), run: () => this.close() },
      m: { label: t("Assign to me"), run: () => this.chat?.assign("me") },
      a: { label: t("Assign…"), run: () => this.chat?.openAssign() },
      "/": { label: t("Search"), run: () => this.renderRoot.querySelector("input").focus() },
      Escape: { label: t("Back"), run: () => this.escape() },
    };
  }

  heard(changes) {
    if (changes.hidden.has(this.selected)) this.given();
    if (changes.reset) {
      for (const list of this.lists.values()) list.clear();
      this.fetch();
    }
    this.requestUpdate();
  }

  /** What was open is out of this person's sight now. */
  given() {
    toast({ text: t("This conversation was given to somebody else. You do not see it any more.") });
    navigate("/inbox");
  }

  get selected() {
    return this.ctx?.rest || null;
  }

  get list() {
    const key = `${this.tab} ${this.status} ${this.query}`;
    if (!this.lists.has(key)) this.lists.set(key, this.make());
    return this.lists.get(key);
  }

  make() {
    const assignee = { mine: "me", none: "none" }[this.tab];
    const filter = this.query ? { status: "all", q: this.query } : { status: this.status, assignee };
    return new ConversationList(ledger, filter, me.id);
  }

  willUpdate(changed) {
    this.fetch();
    if (changed.has("ctx")) this.arrive();
    this.markRead();
  }

  fetch() {
    const { list } = this;
    if (!list.loaded && !list.loading && !list.error) list.more().then(() => this.repaint());
    if (this.selected && !ledger.conversation(this.selected) && this.asked !== `${this.selected} ${ledger.generation}`) this.ask();
  }

  /** The server is back: what could not be fetched is asked for once more. */
  again() {
    if (this.list.error) this.list.more()?.then(() => this.repaint());
    if (this.error) this.ask();
  }

  /** An address of a conversation that is in no list here. */
  async ask() {
    this.asked = `${this.selected} ${ledger.generation}`;
    this.error = null;
    try {
      await ledger.fetchConversation(this.selected);
    } catch (error) {
      this.error = error;
    }
  }

  arrive() {
    this.drawer = false;
    ledger.keepThreads(THREADS, this.selected);
  }

  repaint() {
    this.requestUpdate();
    this.renderRoot.querySelector("inbox-list")?.requestUpdate();
  }

  /** Read means: open here, and the page in front of somebody. */
  async markRead() {
    const conversation = this.selected && ledger.conversation(this.selected);
    if (!conversation?.unread || document.hidden || this.reading === `${conversation.id} ${conversation.version}`) return;
    this.reading = `${conversation.id} ${conversation.version}`;
    try {
      const read = await put(`/api/v1/conversations/${conversation.id}/read`, {});
      ledger.apply({ type: "conversation.updated", data: { conversation: read } });
    } catch (error) {
      console.info("not marked read, the next message tries again:", error.message);
    }
  }

  render() {
    const conversation = this.selected && ledger.conversation(this.selected);
    return html`<section class="lists ${this.selected ? "deep" : ""}" aria-label=${t("Conversations")}>
        <header class="bar"><h1>${t("Inbox")}</h1><span class="count">${this.count()}</span></header>
        <div class="search">${icon("search")}<input type="search" placeholder=${t("Search name or phone")} aria-label=${t("Search conversations")} aria-keyshortcuts="/" @input=${this.searched} @keydown=${this.searching}></div>
        ${this.query ? nothing : this.tabs()}
        <inbox-list .list=${this.list} .selected=${this.selected} .empty=${this.emptiness()} @choose=${(event) => this.go(event.detail)}></inbox-list>
      </section>
      ${conversation ? this.opened(conversation) : html`<section class="none">${this.nothing()}</section>`}`;
  }

  opened(conversation) {
    return html`${keyed(conversation.id, html`<inbox-chat .conversation=${conversation}
        @leave=${() => navigate("/inbox")} @detail=${() => { this.drawer = true; }} @close-conversation=${() => this.close()}></inbox-chat>`)}
      ${this.drawer ? html`<button class="scrim" aria-label=${t("Hide details")} @click=${() => { this.drawer = false; }}></button>` : nothing}
      <inbox-detail .conversation=${conversation} ?drawer=${this.drawer} @hide=${() => { this.drawer = false; }}></inbox-detail>`;
  }

  nothing() {
    if (this.error) return html`<ui-error text=${t("This conversation could not be opened.")} .error=${this.error} @retry=${() => this.ask()}></ui-error>`;
    if (this.selected) return html`<ui-skeleton shape="thread" rows="5"></ui-skeleton>`;
    if (!bootstrap.accounts.length && can("accounts.manage")) return this.unreachable();
    return html`<ui-empty icon="message-circle" text=${t("Choose a conversation to read it here.")}><span class="hint"><kbd>J</kbd> <kbd>K</kbd> ${t("move")} · <kbd>?</kbd> ${t("all shortcuts")}</span></ui-empty>`;
  }

  /** Before there is a number, nothing can come in. */
  unreachable() {
    return html`<ui-empty icon="smartphone" text=${t("Customers cannot write to you yet: your organisation has no number.")}>
      <ui-button variant="primary" @click=${() => location.assign("/welcome/number")}>${t("Choose a number")}</ui-button></ui-empty>`;
  }

  tabs() {
    const tabs = [["mine", t("Mine")], ["none", t("Unassigned")], ["all", t("All")]];
    const states = [["open", t("Open")], ["snoozed", t("Snoozed")], ["closed", t("Closed")]];
    const items = states.map(([name, label]) => ({ label, checked: name === this.status, run: () => { this.status = name; } }));
    return html`<div class="tabs"><div role="tablist" aria-label=${t("Whose conversations")} @keydown=${this.tabKeys}>${tabs.map(([name, label]) => html`
        <button role="tab" id=${`tab-${name}`} aria-selected=${name === this.tab} tabindex=${name === this.tab ? 0 : -1} @click=${() => this.turn(name)}>${label}</button>`)}</div>
      <ui-menu .items=${items}><button class="state" slot="trigger" aria-label=${t("Show: {state}", { state: states.find(([name]) => name === this.status)[1] })}>${states.find(([name]) => name === this.status)[1]}${icon("chevron-down")}</button></ui-menu></div>`;
  }

  tabKeys(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const order = ["mine", "none", "all"];
    const turned = getComputedStyle(this).direction === "rtl" ? -step : step;
    this.turn(order[(order.indexOf(this.tab) + turned + 3) % 3]);
    this.updateComplete.then(() => this.renderRoot.querySelector(`#tab-${this.tab}`).focus());
  }

  turn(tab) {
    this.tab = tab;
    localStorage.setItem(storageKey("inbox.tab"), tab);
  }

  remembered(name) {
    return localStorage.getItem(storageKey(`inbox.${name}`));
  }

  count() {
    const { list } = this;
    return list.loaded ? `${fmt.number(list.rows().length)}${list.next ? "+" : ""}` : "";
  }

  emptiness() {
    if (this.query) return t("Nobody found for “{query}”. Search by the beginning of a name or a phone number.", { query: this.query });
    if (this.status === "closed") return t("No closed conversations.");
    if (this.status === "snoozed") return t("Nothing is snoozed.");
    return { mine: t("Nothing is waiting for you."), none: t("No unassigned conversations. Nice."), all: t("No open conversations. New messages appear here by themselves.") }[this.tab];
  }

  searched(event) {
    clearTimeout(this.timer);
    const { value } = event.target;
    this.timer = setTimeout(() => {
      if (this.query) this.lists.delete(`${this.tab} ${this.status} ${this.query}`);
      this.query = value.trim();
    }, TYPING);
  }

  searching(event) {
    if (event.key === "Escape") {
      event.target.value = "";
      this.query = "";
      event.target.blur();
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      this.rows.focusRow(0);
    }
  }

  get rows() {
    return this.renderRoot.querySelector("inbox-list");
  }

  get chat() {
    return this.renderRoot.querySelector("inbox-chat");
  }

  go(id) {
    navigate(id ? `/inbox/${id}` : "/inbox");
  }

  step(by) {
    const next = this.rows.neighbour(this.selected, by);
    if (!next) return;
    this.go(next);
    this.rows.reveal(next);
  }

  enter(event) {
    const [target] = event.composedPath();
    if (target.closest?.("a, button, [role=option]")) return false;
    this.chat?.composer.focus();
    return undefined;
  }

  /** Closes what is open and shows the one after it: an empty list is the goal. */
  async close() {
    const { chat } = this;
    if (!chat || chat.conversation.status === "closed") return;
    const next = this.rows.neighbour(this.selected, 1) ?? this.rows.neighbour(this.selected, -1);
    if (await chat.status("closed")) this.go(next);
  }

  escape() {
    if (this.drawer) this.drawer = false;
    else if (this.selected) navigate("/inbox");
  }
}

define("inbox-page", Inbox);
