import { css, html, nothing } from "lit";
import { Panel, bring, can, define, fmt, get, icon, put, remove, t, toast } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";
import "./composer.js";
import { naps } from "./list/snooze.js";
import { mutedWords, mutes, mutings } from "./mutes.js";
import { modes, modeStyles } from "./notes/modes.js";
import { faces, faceStyles, typists } from "./presence/faces.js";
import { presence } from "./presence/presence.js";
import { pane } from "./styles.js";
import "./thread.js";
import { titleOf } from "./words.js";

const TIGHT = 4 * 3_600_000; // ms: below this the window's chip warns

const listed = (names) => new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names);
const whom = ({ contact, group }) => (group
  ? html`<bdi>${listed(group.participants.map(({ name }) => name))}</bdi>`
  : html`<bdi dir="ltr">${fmt.phone(contact.phone) || contact.username || ""}</bdi>`);

/** One conversation: who, what may be done with it, its thread, and where to write. */
class Chat extends Panel {
  static properties = { conversation: { attribute: false }, message: {}, now: { state: true }, mode: { state: true }, note: { state: true }, following: { state: true } };
  static styles = [...Panel.styles, pane, modeStyles, faceStyles, css`
    :host { background: var(--bg); }
    .bar { padding-inline: var(--sp-4) var(--sp-3); gap: var(--sp-2); }
    .bar > ui-avatar { margin-inline-end: var(--sp-1); }
    .name { line-height: 1.3; } .name h2 { font-size: var(--fs-lg); } .name .muted { font-size: var(--fs-sm); }
    .pick { display: inline-flex; align-items: center; gap: 6px; min-block-size: 36px; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); padding: 0 10px; font-weight: 550; max-inline-size: 180px; }
    .pick:hover { background: var(--surface-2); } .pick .icon { inline-size: 16px; block-size: 16px; color: var(--text-2); }
    @media (pointer: coarse) { .pick { min-inline-size: 44px; min-block-size: 44px; justify-content: center; } }
    .back, .info, .more { display: none; } .follow[aria-pressed=true] { color: var(--accent); }
    ui-slot { flex: none; } .bar ui-slot { display: flex; gap: var(--sp-2); max-inline-size: 40%; overflow: hidden; } .bar ui-slot[hidden] { display: none; }
    .bar ~ ui-slot { --panel-pad: var(--sp-2) var(--sp-4); background: var(--surface); font-size: var(--fs-preview); max-block-size: 30%; overflow-y: auto; } inbox-thread + ui-slot { border-block-start: 1px solid var(--line); }
    @media (max-width: 1180px) { .info { display: inline-grid; } }
    @media (max-width: 760px) { .back { display: inline-grid; } .bar { padding-inline: var(--sp-1); } .pick { border: 0; padding: 0; inline-size: 44px; block-size: 44px; justify-content: center; } .pick span, .name .muted, .bar > ui-avatar, .nap, .close, .follow, .bar:has(.more) :is(.info, .mute:not(.on)) { display: none; } .more { display: inline-grid; }
      .bar { flex-wrap: wrap; align-content: center; block-size: auto; min-block-size: var(--bar-h); } .bar ui-slot { order: 9; flex-basis: 100%; max-inline-size: none; padding-inline: var(--sp-3); } .bar:has(ui-slot:not([hidden])) { row-gap: 0; } .bar:has(ui-slot:not([hidden])) > .name { min-block-size: 44px; } .name { align-content: center; } }
    @container (max-width: 620px) { .pick span { display: none; } }
  `];

  constructor() {
    super();
    Object.assign(this, { mode: "reply", note: null }); // as fields they would hide what Lit watches
  }

  connectedCallback() {
    super.connectedCallback();
    this.now = Date.now();
    const timer = setInterval(() => { this.now = Date.now(); }, 20_000);
    this.cleanup(() => clearInterval(timer));
    presence.look(this.conversation.id);
    this.follow();
    const { id } = this.conversation;
    this.cleanup(() => presence.conversation === id && presence.look(null)); // the next one may be here already
    this.cleanup(presence.subscribe(() => this.requestUpdate()));
    const muted = () => this.requestUpdate();
    mutes.addEventListener("change", muted);
    this.cleanup(() => mutes.removeEventListener("change", muted));
  }

  /** Plugins hear of another only when it is another. */
  willUpdate(changed) {
    if (changed.has("conversation")) this.about = { conversation: this.conversation, contact: this.conversation.contact };
  }

  render() {
    const { about, conversation } = this;
    const name = titleOf(conversation);
    const here = presence.of(conversation.id);
    return html`<header class="bar">
        <button class="ib back" aria-label=${t("Back to the list")} @click=${() => this.tell("leave")}>${icon("arrow-left")}</button>
        <ui-avatar name=${name}></ui-avatar>
        <div class="name grow"><h2 class="cut" dir="auto">${name}</h2><div class="muted cut">${whom(conversation)}</div></div>
        ${faces(here)}<ui-slot name="conversation.header" shape="bare" .ctx=${about}></ui-slot>
        ${this.window()}${this.mute()}${can("conversations.write") ? this.actions() : nothing}
        <button class="ib info" aria-label=${t("Details")} title=${t("Details")} @click=${() => this.tell("detail")}>${icon("panel-right")}</button>
      </header>
      <ui-slot name="conversation.banner" shape="bare" .ctx=${about}></ui-slot>
      <inbox-thread .conversation=${conversation} .target=${this.message} @reply=${this.reply} @edit-note=${this.rewrite}></inbox-thread>
      <ui-slot name="composer.above" shape="bare" .ctx=${about}></ui-slot>
      ${typists(here)}${can("conversations.write") ? modes(this.mode, (mode) => this.turn(mode)) : nothing}
      <inbox-composer ?hidden=${this.mode === "note"} .conversation=${conversation} .now=${this.now} @input=${() => presence.types()} @keydown=${({ key }) => key === "Enter" && presence.stops()}
        @latest=${() => this.thread.latest()}></inbox-composer>
      ${this.mode === "note" ? html`<inbox-note-writer conversationId=${conversation.id} .note=${this.note} @input=${() => presence.types()} @written=${this.written} @leave=${() => this.turn("reply")}></inbox-note-writer>` : nothing}`;
  }

  /** "reply" for the customer, "note" for the team; the caret goes along. */
  async turn(mode, note = null) {
    if (mode === "note" && !can("conversations.write")) return;
    if (mode === "note") await bring(import.meta, "./notes/writer.js");
    Object.assign(this, { mode, note });
    await this.updateComplete;
    (mode === "note" ? this.renderRoot.querySelector("inbox-note-writer") : this.composer).focus();
  }

  /** Where the window is closed, the templates stand in place of the field. */
  async template() {
    await this.turn("reply");
    if (Date.parse(this.conversation.window_expires_at ?? 0) > Date.now()) await this.composer.choose();
  }

  rewrite(event) {
    this.turn("note", event.detail);
  }

  written(event) {
    this.thread.notes.take(event.detail);
    if (!this.note) this.thread.latest();
  }

  window() {
    const left = Date.parse(this.conversation.window_expires_at ?? 0) - this.now;
    if (left <= 0) return html`<ui-chip tone="bad" icon="lock">${t("Window closed")}</ui-chip>`;
    const words = t("Free text is allowed for {time} more (hours:minutes)", { time: fmt.countdown(left) });
    return html`<ui-chip tone=${left > TIGHT ? "ok" : "warn"} icon="clock" title=${words}><span role="img" aria-label=${words} dir="ltr">${fmt.countdown(left)}</span></ui-chip>`;
  }

  actions() {
    const { assignee, status } = this.conversation;
    const open = status === "open";
    return html`${this.follows()}<button class="pick assign" aria-haspopup="dialog" aria-label=${assignee ? t("Assigned to {name}", { name: assignee.name }) : t("Assign")} title=${t("Assign (A)")} @click=${() => this.openAssign()}>${icon(assignee ? "user-check" : "user-plus")}<span class="cut"><bdi>${assignee?.name ?? t("Assign")}</bdi></span></button>
      <inbox-assign-picker .conversation=${this.conversation} @choose=${({ detail }) => (detail.kind === "team" ? this.move(detail.value) : this.assign(detail.value))}></inbox-assign-picker>
      ${open ? html`<ui-menu class="nap" .items=${this.naps()}><button class="ib" slot="trigger" aria-label=${t("Snooze")} title=${t("Snooze")}>${icon("moon")}</button></ui-menu>` : nothing}
      <button class="pick close" aria-label=${open ? t("Close") : t("Reopen")} title=${open ? t("Close (E)") : t("Reopen")} @click=${this.toggleOpen}>${icon(open ? "archive" : "archive-restore")}<span>${open ? t("Close") : t("Reopen")}</span></button>
      <ui-menu class="more" .items=${this.others(open)}><button class="ib" slot="trigger" aria-label=${t("More")} title=${t("More")}>${icon("ellipsis-vertical")}</button></ui-menu>`;
  }

  /** For oneself alone, so whoever reads may do it. */
  mute() {
    const { id } = this.conversation;
    const muted = mutes.of(id);
    const words = muted ? mutedWords(muted) : t("Mute for me alone");
    return html`<ui-menu class="mute ${muted ? "on" : ""}" .items=${mutings(id)}><button class="ib" slot="trigger" aria-label=${words} title=${words}>${icon(muted ? "bell-off" : "bell")}</button></ui-menu>`;
  }

  /** On a phone the name has the room; what is done less often is behind one button. */
  others(open) {
    const { following } = this;
    return [
      { label: t("Details"), icon: "panel-right", run: () => this.tell("detail") },
      { label: t("Search in this conversation"), icon: "search", run: () => this.tell("find") },
      ...(following === undefined ? [] : [{ label: following ? t("Stop following") : t("Follow this conversation"), icon: following ? "eye-off" : "eye", run: () => this.follow(!following) }]),
      { label: open ? t("Close") : t("Reopen"), icon: open ? "archive" : "archive-restore", run: () => this.toggleOpen() },
      ...mutings(this.conversation.id),
      ...(open ? this.naps() : []),
    ];
  }

  toggleOpen() {
    if (this.conversation.status === "open") this.tell("close-conversation");
    else this.status("open");
  }

  naps() {
    return [{ heading: t("Snooze until") }, ...naps((until) => this.status("snoozed", until))];
  }

  assign(assignee) {
    return this.change("assignment", { assignee });
  }

  move(team) {
    return this.change("team", { team });
  }

  status(status, until) {
    return this.change("status", { status, ...(until ? { until: until.toISOString() } : {}) });
  }

  /** True when it was done. */
  async change(what, body) {
    const { id } = this.conversation;
    try {
      ledger.apply({ type: "conversation.updated", data: { conversation: await put(`/api/v1/conversations/${id}/${what}`, body) } });
      return true;
    } catch (error) {
      toast({ text: t("That was not saved: {reason}", { reason: error.message }), action: { label: t("Retry"), run: () => this.change(what, body) } });
      return false;
    }
  }

  get thread() {
    return this.renderRoot.querySelector("inbox-thread");
  }

  get composer() {
    return this.renderRoot.querySelector("inbox-composer");
  }

  reply(event) {
    this.composer.quoted = event.detail;
    this.turn("reply");
  }

  async openAssign() {
    await bring(import.meta, "./assign/picker.js");
    await this.updateComplete;
    this.renderRoot.querySelector("inbox-assign-picker")?.open(this.renderRoot.querySelector(".assign"));
  }

  /** Whether one hears of it as if it were one's own; nothing before that is known. */
  follows() {
    const { following } = this;
    if (following === undefined) return nothing;
    const words = following ? t("You follow this conversation. Stop?") : t("Follow this conversation");
    return html`<button class="ib follow" aria-pressed=${String(following)} aria-label=${words} title=${words} @click=${() => this.follow(!following)}>${icon(following ? "eye" : "eye-off")}</button>`;
  }

  async follow(on) {
    const path = `/api/v1/p/inbox/conversations/${this.conversation.id}/follow`;
    try {
      this.following = (await (on === undefined ? get(path) : on ? put(path) : remove(path))).following;
    } catch (error) {
      if (on !== undefined) toast({ text: t("That was not saved: {reason}", { reason: error.message }) });
      else console.info("whether this conversation is followed is not known:", error.message);
    }
  }

  openSnooze() {
    this.renderRoot.querySelector("ui-menu.nap")?.toggle();
  }

  tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

define("inbox-chat", Chat);
