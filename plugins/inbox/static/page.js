import { css, html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { keyed } from "lit/directives/keyed.js";
import { ApiError, Panel, bindKeys, bootstrap, bring, can, define, fmt, icon, navigate, offerActions, t, toast } from "@comptoir/sdk";
import { ledger, onLive } from "@comptoir/sdk/ledger.js";
import { doingsOf } from "./doings.js";
import "./list.js";
import { figure } from "./list/looks.js";
import { Selection } from "./list/selection.js";
import { Shelf } from "./list/shelf.js";
import "./list/tabs.js";
import { inboxKeys } from "./page-keys.js";
import { Reading } from "./reading.js";
import { pane } from "./styles.js";

const THREADS = 12; // kept in memory
const REST = 3_000; // ms after which what is not on the first screen is fetched, rest or not

/** The inbox: list, conversation, details. */
class Inbox extends Panel {
  static properties = { drawer: { state: true }, error: { state: true }, form: { state: true }, front: { state: true }, finding: { state: true }, unfolded: { state: true } };
  static styles = [...Panel.styles, pane, css`
    :host { display: grid; grid-template: minmax(0, 1fr) / var(--list-w) minmax(0, 1fr) var(--detail-w); block-size: 100%; position: relative; }
    .lists { display: flex; flex-direction: column; min-block-size: 0; background: var(--surface); border-inline-end: 1px solid var(--line); }
    .bar h1 { flex: 1; }
    .search { display: flex; align-items: center; gap: var(--sp-2); min-block-size: 36px; padding-inline: 11px var(--sp-3); border: 1px solid transparent; border-radius: var(--r-md); background: var(--surface-2); color: var(--text-3); text-align: start; } .search:hover { border-color: var(--line-strong); } .search .icon { inline-size: 16px; block-size: 16px; }
    @media (pointer: coarse) { .search { min-block-size: 44px; } }
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
      :host { grid-template-columns: minmax(0, 1fr); } .none { display: none; } .deep, .front ~ inbox-chat { display: none; } .lists { border: 0; }
      .search { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .search kbd { display: none; }
    }
  `];

  constructor() {
    super();
    this.shelf = new Shelf(this);
    this.picked = new Selection();
    this.reading = new Reading(() => this.selected);
    this.finding = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(ledger.subscribe((changes) => this.heard(changes)));
    const seen = () => this.reading.mark();
    document.addEventListener("visibilitychange", seen);
    this.cleanup(() => { document.removeEventListener("visibilitychange", seen); });
    this.cleanup(onLive(() => this.again()));
    this.cleanup(bindKeys(inboxKeys(this)));
    this.cleanup(() => { this.offer?.(); this.offer = null; });
    this.addEventListener("compose-insert", (event) => this.chat?.composer.insert(event.detail));
    this.addEventListener("compose-replace", (event) => this.chat?.composer.insert(event.detail, { all: true }));
  }

  /** What the first screen does without comes once that stands, and when the browser has nothing to do for it. */
  async rest() {
    if (this.rested) return;
    this.rested = true;
    await new Promise((done) => { (globalThis.requestIdleCallback ?? setTimeout)(done, { timeout: REST }); });
    this.unfold();
    Promise.all([bring(import.meta, "./assignment/availability.js"), bring(import.meta, "./notes/begun.js").then(({ prune }) => prune())])
      .catch(() => { this.rested = false; }); // and comes when the server is back
    bring(import.meta, "./tray-keep.js").then(({ goOn }) => goOn()).catch((error) => console.info("files of an earlier page stay where they are:", error.message));
  }

  /** Before a conversation is drawn for the first time. */
  async unfold() {
    try {
      await (this.unfolding ??= bring(import.meta, "./opened.js"));
      this.unfolded = true;
    } catch (error) {
      this.unfolding = null;
      if (this.selected) this.error = error; // otherwise asked for again by whoever goes to one
    }
  }

  /** `act(chat)` with what one has gone to, also when the key comes before it is drawn. */
  async here(act) {
    if (!this.selected) return;
    await this.unfold();
    await this.updateComplete;
    if (this.chat) await act(this.chat);
  }

  heard(changes) {
    if (changes.hidden.has(this.selected)) this.given();
    if (changes.reset) {
      this.shelf.clear();
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
    return this.shelf.list;
  }

  willUpdate(changed) {
    this.fetch();
    if (changed.has("ctx")) this.arrive();
    if (this.picked.size && this.list.loaded && !this.finding) this.picked.keep(this.list.rows());
    this.reading.mark();
  }

  /** What ⌘K offers is of the conversation that is here now, and of the views there are. */
  updated() {
    const { chat } = this;
    const { items } = this.shelf.views;
    if (this.offer && chat === this.offering && items === this.listing) return;
    Object.assign(this, { offering: chat, listing: items });
    this.offer?.();
    this.offer = offerActions(() => doingsOf(this));
  }

  fetch() {
    const { list } = this;
    if (!list.loaded && !list.loading && !list.error) list.more().then(() => { this.repaint(); this.rest(); });
    if (this.selected && !ledger.conversation(this.selected) && this.asked !== `${this.selected} ${ledger.generation}`) this.ask();
  }

  /** The server is back: what could not be fetched is asked for once more. */
  again() {
    if (this.list.error) this.list.more()?.then(() => this.repaint());
    if (this.error) this.ask();
    if (this.rested === false) this.rest();
    this.reading.anew();
    this.reading.mark();
  }

  /** An address of a conversation that is in no list here. */
  async ask() {
    this.asked = `${this.selected} ${ledger.generation}`;
    this.error = null;
    if (!this.unfolded) this.unfold();
    try {
      await ledger.fetchConversation(this.selected);
    } catch (error) {
      this.error = error;
    }
  }

  arrive() {
    Object.assign(this, { drawer: false, front: false });
    this.message = this.selected && new URLSearchParams(location.search).get("message");
    ledger.keepThreads(THREADS, this.selected);
    if (!this.selected) return;
    this.reading.anew();
    this.unfold();
    this.shelf.mentions.read(this.selected);
  }

  repaint() {
    this.requestUpdate();
    this.renderRoot.querySelector("inbox-list")?.requestUpdate();
  }

  render() {
    const conversation = this.conversation();
    return html`<section class="lists ${this.selected ? (this.front ? "front" : "deep") : ""}" aria-label=${t("Conversations")} @pointerdown=${() => this.unfold()}>
        <header class="bar"><h1>${t("Inbox")}</h1><span class="count">${this.finding ? "" : this.count()}</span><inbox-availability .api=${this.api}></inbox-availability></header>
        ${this.finding ? html`<inbox-search .conversation=${conversation || null} @leave=${this.found}></inbox-search>` : html`
        ${this.tabs()}
        <inbox-list .list=${this.list} .selected=${this.selected} .empty=${this.shelf.emptiness} .picked=${this.picked} ?picking=${this.picked.size > 0} @choose=${(event) => this.go(event.detail)} @pick=${(event) => this.pick(event.detail)}></inbox-list>
        ${this.picked.size ? html`<inbox-bar .selection=${this.picked} size=${this.picked.size} @all=${() => this.pickAll()} @done=${() => this.unpick()}></inbox-bar>` : nothing}`}
      </section>${this.forms()}
      ${conversation && this.unfolded ? this.opened(conversation) : html`<section class="none">${this.nothing()}</section>`}`;
  }

  /** What is open. While it is fetched anew it stays as it was, and with it whoever writes there. */
  conversation() {
    const known = this.selected && ledger.conversation(this.selected);
    if (known || this.stood?.id !== this.selected || this.error instanceof ApiError) this.stood = known || null;
    return this.stood;
  }

  opened(conversation) {
    return html`${keyed(conversation.id, html`<inbox-chat .conversation=${conversation} .message=${this.message}
        @leave=${() => navigate("/inbox")} @detail=${() => { this.drawer = true; }} @close-conversation=${() => this.close()} @find=${() => this.find({ within: true })}></inbox-chat>`)}
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
    const { shelf } = this;
    const { key, filter, order, revision } = shelf;
    const turn = (to) => this.turn(to);
    return guard([key, filter, order, revision], () => html`<inbox-tabs .look=${shelf.look} .views=${shelf.viewLooks} .filter=${shelf.filter} .sort=${shelf.order} .numbers=${shelf.counts} .mentions=${shelf.mentions.unread} .revision=${revision} ?manages=${can("inbox.views.manage")}
      @turn=${({ detail }) => turn(detail)} @filter=${({ detail }) => shelf.filterBy(detail)} @sort=${({ detail }) => shelf.sortBy(detail)} @edit-filter=${() => this.fill("filter")}
      @save-view=${() => this.fill("view")} @edit-view=${() => this.fill("view", shelf.look.view)} @delete-view=${() => { const { view } = shelf.look; turn("all"); shelf.views.remove(view); }}>
      <button class="search" aria-keyshortcuts="/" @click=${() => this.find()}>${icon("search")}<span class="grow">${t("Search")}</span><kbd>/</kbd></button></inbox-tabs>`);
  }

  turn(key) {
    this.unpick();
    this.shelf.turn(key);
  }

  /** From ⌘K: the list is looked at, also on a phone, where a conversation hides it. */
  look = (key) => {
    this.finding = false;
    this.turn(key);
    if (this.selected && matchMedia("(max-width: 760px)").matches) this.go(null);
  };

  /** What is asked now and then is fetched when it is asked. */
  async fill(form, view = null) {
    await (form === "filter" ? bring(import.meta, "./list/filter.js") : bring(import.meta, "./list/view-form.js"));
    this.form = { form, view };
  }

  forms() {
    const { shelf } = this;
    const close = () => { this.form = null; };
    if (this.form?.form === "filter") return html`<inbox-filter .filter=${shelf.filter} @filter=${({ detail }) => shelf.filterBy(detail)} @close=${close}></inbox-filter>`;
    if (this.form?.form !== "view") return nothing;
    return html`<inbox-view-form .view=${this.form.view} .views=${shelf.views} .filter=${shelf.wanted} .sort=${shelf.order} @saved=${({ detail }) => shelf.turn(`view-${detail.id}`)} @close=${close}></inbox-view-form>`;
  }

  /** Picked at once: the key pressed next is meant for what is picked, even before its bar stands. */
  pick({ id, range, order }) {
    this.picked.toggle(id, order, range);
    this.repaint();
    bring(import.meta, "./list/bar.js").catch((error) => toast({ text: t("What is done with many could not be loaded: {reason}", { reason: error.message }) }));
  }

  pickActive() {
    const id = this.rows?.reachable;
    if (id) this.rows.pick(id);
  }

  pickAll() {
    this.picked.add(this.rows.shown.map(({ id }) => id));
    this.repaint();
  }

  unpick() {
    this.picked.clear();
    this.repaint();
  }

  /** `act(bar)` once the bar of what is picked stands. */
  async many(act) {
    await bring(import.meta, "./list/bar.js");
    await this.updateComplete;
    const bar = this.renderRoot.querySelector("inbox-bar");
    if (bar) await act(bar);
  }

  /** Of what is picked, else of what is open. */
  async label(what) {
    if (!can("conversations.write")) return;
    if (this.picked.size) await this.many((bar) => bar[what]());
    else await this.here(async ({ conversation }) => (await bring(import.meta, "./list/single.js")).label(conversation, what));
  }

  count() {
    const { list, shelf } = this;
    const counted = !Object.keys(shelf.filter).length && shelf.order === "latest" && figure(shelf.counts.of(shelf.look.key));
    if (counted) return counted;
    return list.loaded ? `${fmt.number(list.rows().length)}${list.next ? "+" : ""}` : "";
  }

  /** The search is not needed before one searches. */
  async find({ within = false } = {}) {
    try {
      await bring(import.meta, "./search/panel.js");
    } catch (error) {
      toast({ text: t("The search could not be loaded: {reason}", { reason: error.message }) });
      return;
    }
    // On a phone the search takes the place of the conversation that it was asked for in.
    Object.assign(this, { finding: true, front: Boolean(this.selected) });
    await this.updateComplete;
    const search = this.renderRoot.querySelector("inbox-search");
    if (within && this.selected) search?.narrow();
    else search?.focus();
  }

  found = async () => {
    Object.assign(this, { finding: false, front: false });
    await this.updateComplete;
    this.renderRoot.querySelector(".search")?.focus();
  };

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
    const next = this.rows?.neighbour(this.selected, by);
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
    const { chat, selected } = this;
    if (!chat || chat.conversation.status === "closed") return;
    const shown = this.rows?.shown ?? this.list.rows();
    const place = shown.findIndex(({ id }) => id === selected);
    const next = place < 0 ? null : (shown[place + 1] ?? shown[place - 1])?.id ?? null;
    // Whoever went elsewhere meanwhile stays there.
    if ((await chat.status("closed")) && this.selected === selected) this.go(next);
  }

  escape() {
    if (this.picked.size) this.unpick();
    else if (this.drawer) this.drawer = false;
    else if (this.finding) this.found();
    else if (this.selected) navigate("/inbox");
  }
}

define("inbox-page", Inbox);
