import { css, html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { Panel, define, fmt, icon, initials, t, tn } from "@comptoir/sdk";
import { Badges } from "@comptoir/sdk/badges.js";
import { ledger, outbox } from "@comptoir/sdk/ledger.js";
import { VirtualController, keysOf } from "@comptoir/sdk/virtual.js";
import { drafts } from "./drafts/drafts.js";
import { firstTag, markStyles, priorityMark, waited } from "./list/marks.js";
import { faces, faceStyles } from "./presence/faces.js";
import { mutedWords, mutes } from "./mutes.js";
import { presence } from "./presence/presence.js";
import { pane } from "./styles.js";
import { preview, statusOf, titleOf } from "./words.js";

const AHEAD = 20; // rows before the end at which the next page is asked for

/** The conversations of a list. Rows do not move under the pointer: news waits above until the person looks away. */
class List extends Panel {
  static properties = { list: { attribute: false }, selected: {}, empty: {}, picked: { attribute: false }, picking: { type: Boolean, reflect: true }, held: { state: true } };
  static styles = [...Panel.styles, pane, markStyles, faceStyles, css`
    :host { flex: 1; position: relative; }
    .row { display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 0 var(--sp-3); align-items: center; block-size: var(--row-h); padding-inline: var(--sp-3); inset-inline: var(--sp-2); border-radius: var(--r-md); cursor: pointer; text-align: start; scroll-margin: 4px; }
    .row:hover { background: var(--surface-2); }
    .row[aria-selected=true] { background: var(--accent-soft); }
    .row:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); border-radius: var(--r-md); }
    .face { position: relative; display: grid; } .box { position: absolute; inset: 0; display: none; place-items: center; background: var(--surface); border-radius: var(--r-md); } .row:hover .box { background: var(--surface-2); } .row[aria-selected=true] .box { background: var(--accent-soft); }
    .box::before, .box::after { content: ""; grid-area: 1 / 1; box-sizing: border-box; } .box::before { inline-size: 20px; block-size: 20px; border: 2px solid var(--line-strong); border-radius: 5px; } .box::after { inline-size: 11px; block-size: 6px; border-block-end: 2px solid transparent; border-inline-start: 2px solid transparent; rotate: -45deg; translate: 0 -1px; } .box { direction: ltr; }
    .row[aria-checked=true] .box { display: grid; } .row[aria-checked=true] .box::before { background: var(--accent); border-color: var(--accent); } .row[aria-checked=true] .box::after { border-color: var(--accent-fg); } :host([picking]) .box { display: grid; }
    @media (hover: hover) { .face:hover .box { display: grid; } }
    .l1, .l2 { display: flex; align-items: center; gap: 6px; min-inline-size: 0; }
    .nm { flex: 1; font-weight: 550; } .unread .nm { font-weight: 700; }
    .pv { flex: 1; color: var(--text-3); font-size: var(--fs-preview); } .unread .pv { color: var(--text); }
    .pv.own { display: flex; gap: 4px; } .begun { color: var(--warn); font-weight: 600; flex: none; } .begun.unsent { color: var(--bad); }
    .l2 > .icon, .l2 > [role=img] > .icon:not(.tick) { inline-size: 14px; block-size: 14px; color: var(--text-3); }
    .badge { background: var(--accent); color: var(--accent-fg); border-radius: var(--r-full); min-inline-size: 18px; padding-inline: 5px; text-align: center; font-size: var(--fs-xs); font-weight: 700; line-height: 18px; font-variant-numeric: tabular-nums; }
    .who { font-size: 10px; font-weight: 700; color: var(--text-2); border: 1px solid var(--line); border-radius: var(--r-full); padding: 0 6px; line-height: 16px; background: var(--surface); }
    .chip { border-radius: var(--r-sm); background: var(--surface-2); color: var(--text-2); font-size: var(--fs-xs); font-weight: 600; padding: 0 6px; line-height: 18px; max-inline-size: 96px; flex: none; }
    .chip.ok { color: var(--ok); } .chip.warn { color: var(--warn); background: var(--warn-soft); } .chip.bad { color: var(--bad); background: var(--bad-soft); } .chip.info { color: var(--info); }
    .lost { display: flex; align-items: center; gap: var(--sp-2); padding: 4px var(--sp-4); font-size: var(--fs-sm); color: var(--text-2); } .lost .icon { inline-size: 14px; block-size: 14px; color: var(--bad); }
    .news { position: absolute; inset-block-start: var(--sp-2); inset-inline: 0; margin-inline: auto; inline-size: fit-content; z-index: 2; border: 0; border-radius: var(--r-full); background: var(--accent); color: var(--accent-fg); font-size: var(--fs-sm); font-weight: 600; padding: 5px 14px; box-shadow: var(--sh-float); display: flex; align-items: center; gap: 4px; }
    .news .icon { inline-size: 14px; block-size: 14px; }
  `];

  virtual = new VirtualController(this, () => ({
    count: this.shown?.length ?? 0,
    getScrollElement: () => this.renderRoot?.querySelector(".scroll") ?? null,
    estimateSize: () => this.rowHeight,
    getItemKey: keysOf(this.shown),
    overscan: 6, paddingStart: 2, paddingEnd: 8,
  }));

  shown = [];
  active = null;
  rowHeight = 68;

  connectedCallback() {
    super.connectedCallback();
    this.rowHeight = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row-h")) || 68;
    this.cleanup(ledger.subscribe(() => this.requestUpdate()));
    const begun = () => this.requestUpdate();
    for (const kept of [drafts, mutes, outbox]) {
      kept.addEventListener("change", begun);
      this.cleanup(() => kept.removeEventListener("change", begun));
    }
    const minute = setInterval(() => this.requestUpdate(), 30_000);
    this.cleanup(() => clearInterval(minute));
    this.cleanup(presence.subscribe(() => this.requestUpdate()));
    this.badges = new Badges(() => this.requestUpdate());
    this.cleanup(() => this.badges.stop());
    this.addEventListener("pointerenter", () => { this.hovered = true; this.hold(); });
    this.addEventListener("pointerleave", () => { this.hovered = false; this.release(); });
  }

  willUpdate(changed) {
    if (changed.has("list")) this.release();
    const rows = this.list?.rows() ?? [];
    this.shown = this.held ? this.frozen(rows) : rows;
    this.news = this.held && this.shown.length ? Math.max(0, rows.findIndex(({ id }) => id === this.shown[0].id)) : 0;
    if (this.hovered) this.hold(); // also what came, or was let go of, under the pointer
    this.unsent = new Map(outbox.stuck.map(({ conversation_id: id, type, body }) => [id, preview({ type, direction: "outbound", body, content: {} }).text]));
    const last = this.virtual.items.at(-1)?.index ?? 0;
    if (this.list?.loaded && this.list.next && !this.list.error && last > this.shown.length - AHEAD) this.more();
  }

  /** The held order with today's contents; pages that arrive later come after it. */
  frozen(rows) {
    if (this.froze?.rows === rows && this.froze.held === this.held) return this.shown;
    this.froze = { rows, held: this.held };
    const now = new Map(rows.map((row) => [row.id, row]));
    const kept = this.held.filter((id) => now.has(id));
    const bottom = rows.findIndex((row) => row.id === kept.at(-1));
    const held = new Set(this.held);
    return [...kept.map((id) => now.get(id)), ...rows.slice(bottom + 1).filter((row) => !held.has(row.id))];
  }

  more() {
    this.list.more()?.then(() => this.requestUpdate());
  }

  hold() {
    if (this.list?.loaded && this.shown.length) this.held ??= this.shown.map((row) => row.id);
  }

  release() {
    this.held = null;
  }

  render() {
    const { list } = this;
    if (!list?.loaded) return list?.error ? this.failure() : html`<ui-skeleton rows="9"></ui-skeleton>`;
    if (!this.shown.length && !list.next) return html`<ui-empty icon="inbox" text=${this.empty}><slot name="empty"></slot></ui-empty>`;
    const [reachable, today] = [this.reachable, fmt.dayKey(Date.now())];
    return html`
      ${this.news ? html`<button class="news" @click=${this.top}>${tn("{n} new", "{n} new", this.news)} ${icon("arrow-up")}</button>` : nothing}
      <div class="scroll" @keydown=${this.keys} @focusin=${this.focused} @focusout=${() => this.hovered || this.release()}>
        <div class="virt" role="listbox" aria-label=${t("Conversations")} .style=${`block-size:${this.virtual.size}px`}>
          ${repeat(this.virtual.items, (item) => item.key, (item) => this.row(item, reachable, today))}</div></div>
      ${list.error ? this.failure() : nothing}${[...this.badges.failed.keys()].map((panel) => this.lost(panel))}`;
  }

  lost(panel) {
    return html`<div class="lost" role="status">${icon("circle-alert")}<span class="grow cut">${t("{name} could not load.", { name: panel.title })}</span><button class="link" @click=${() => this.badges.again()}>${t("Retry")}</button></div>`;
  }

  failure() {
    return html`<ui-error text=${t("The conversations could not be loaded.")} .error=${this.list.error} @retry=${() => { this.more(); this.requestUpdate(); }}></ui-error>`;
  }

  row({ index, start }, reachable, today) {
    const conversation = this.shown[index];
    if (!conversation) return nothing;
    const badge = this.badges.of(conversation);
    const here = presence.of(conversation.id);
    const muted = mutes.of(conversation.id);
    const [unsent, draft] = conversation.id === this.selected ? [] : [this.unsent.get(conversation.id), drafts.of(conversation.id)?.body.trim()];
    return html`<div class="row ${conversation.unread ? "unread" : ""}" role="option" id=${`c-${conversation.id}`} data-id=${conversation.id}
      tabindex=${conversation.id === reachable ? 0 : -1} aria-selected=${conversation.id === this.selected} aria-checked=${this.picked ? String(this.picked.has(conversation.id)) : nothing} aria-posinset=${index + 1}
      aria-setsize=${this.list.next ? -1 : this.shown.length} .style=${`transform:translateY(${start}px)`} @click=${(event) => this.pressed(event, conversation.id)}>${
      guard([conversation, badge, unsent, draft, today, muted, here.map(({ id, typing }) => id + typing).join(), conversation.waiting_since ? Math.floor(Date.now() / 60_000) : 0], () => face(conversation, badge, unsent, draft, here, muted))}</div>`;
  }

  keys(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.open(event.target.dataset.id);
    } else if (steps[event.key]) {
      event.preventDefault();
      this.focusRow(this.shown.findIndex((row) => row.id === event.target.dataset.id) + steps[event.key]);
    }
  }

  /** On the box, or with Shift or Ctrl: picked, to be changed with others. */
  pressed(event, id) {
    const boxed = event.composedPath().some((node) => node.classList?.contains("box"));
    if (this.picked && (boxed || event.shiftKey || event.ctrlKey || event.metaKey)) this.pick(id, event.shiftKey);
    else this.open(id);
  }

  pick(id, range = false) {
    this.active = id;
    this.dispatchEvent(new CustomEvent("pick", { detail: { id, range, order: this.shown.map((row) => row.id) } }));
  }

  focused(event) {
    this.active = event.target.dataset.id ?? this.active;
    if (event.target.matches(":focus-visible")) this.hold();
  }

  /** Scrolls a row into view and gives it the focus. */
  async focusRow(wanted) {
    const index = Math.min(Math.max(0, wanted), this.shown.length - 1);
    const row = this.shown[index];
    if (!row) return;
    this.active = row.id;
    this.virtual.virtualizer.scrollToIndex(index);
    this.requestUpdate();
    await new Promise(requestAnimationFrame);
    await this.updateComplete;
    this.renderRoot.querySelector(`#c-${CSS.escape(row.id)}`)?.focus();
  }

  /** The neighbour of a conversation in the order one sees. */
  neighbour(id, step) {
    const index = this.shown.findIndex((row) => row.id === id);
    return this.shown[index < 0 ? 0 : index + step]?.id ?? null;
  }

  /** What the next key is about: the row in focus, else the open one, else the first. */
  get reachable() {
    const known = (id) => this.shown.some((row) => row.id === id);
    return [this.active, this.selected].find((id) => id && known(id)) ?? this.shown[0]?.id ?? null;
  }

  reveal(id) {
    const index = this.shown.findIndex((row) => row.id === id);
    if (index >= 0) this.virtual.virtualizer.scrollToIndex(index);
  }

  open(id) {
    this.active = id;
    this.dispatchEvent(new CustomEvent("choose", { detail: id }));
  }

  top() {
    this.release();
    this.virtual.virtualizer.scrollToOffset(0);
  }
}

/** Each place of a template and each gap between tags is a node in every row: what most rows have none of shares a place. */
function face(conversation, badge, unsent, draft, here, muted) {
  const name = titleOf(conversation);
  const said = conversation.last_message ? preview(conversation.last_message) : { icon: null, text: "" };
  return html`<span class="face"><ui-avatar name=${name}></ui-avatar><span class="box"></span></span><div><div class="l1"><span class="nm cut" dir="auto" .textContent=${name}></span>${badge ? html`<span class="chip cut ${badge.tone ?? ""}" dir="auto" title=${badge.text}>${badge.text}</span>` : firstTag(conversation.tags ?? [])}<time datetime=${conversation.last_message_at} .textContent=${fmt.brief(conversation.last_message_at)}></time></div><div class="l2">${ahead(conversation, said)}${
      unsent || draft ? begun(unsent, draft) : html`<span class="pv cut" dir="auto" .textContent=${said.text}></span>`}${
      marks(conversation, here, muted)}</div></div>`;
}

/** The word and what it is about may be of two directions: each is cut at its own end. */
const begun = (unsent, draft) => html`<span class="pv own cut"><b class="begun ${unsent ? "unsent" : ""}">${unsent ? t("Not sent:") : t("Draft:")}</b> <span class="cut" dir="auto">${(unsent || draft).slice(0, 160)}</span></span>`;

function ahead({ priority, last_message: last }, said) {
  const told = [priorityMark(priority), last?.direction === "outbound" && last.type !== "call" ? tick(last.status) : nothing, said.icon ? icon(said.icon) : nothing].filter((one) => one !== nothing);
  return told.length ? told : nothing;
}

function marks(conversation, here, muted) {
  const { assignee, unread } = conversation;
  const told = [held(conversation), faces(here, true),
    muted ? html`<span role="img" aria-label=${mutedWords(muted)} title=${mutedWords(muted)}>${icon("bell-off")}</span>` : nothing,
    assignee ? html`<span class="who" title=${t("Assigned to {name}", { name: assignee.name })}>${initials(assignee.name)}</span>` : nothing,
    unread ? html`<span class="badge" aria-label=${tn("{n} unread message", "{n} unread messages", unread)} role="img">${unread > 99 ? "99+" : fmt.number(unread)}</span>` : nothing].filter((one) => one !== nothing);
  return told.length ? told : nothing;
}

function held({ blocked_at: blocked, snoozed_until: snoozed, waiting_since: waiting }) {
  if (!blocked && !snoozed && !waiting) return nothing;
  return html`${blocked ? html`<span role="img" aria-label=${t("Blocked")} title=${t("Blocked")}>${icon("ban")}</span>` : nothing}${snoozed ? icon("moon") : nothing}${waited(waiting)}`;
}

export function tick(status) {
  const [picture, tone, words] = statusOf(status);
  return html`<span role="img" aria-label=${words} title=${words}>${icon(picture, `tick ${tone}`)}</span>`;
}

define("inbox-list", List);
