import { css, html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { Panel, bring, can, define, fmt, icon, post, remove, t, tn, toast } from "@comptoir/sdk";
import { ledger, onLive, outbox } from "@comptoir/sdk/ledger.js";
import { VirtualController, keysOf } from "@comptoir/sdk/virtual.js";
import { Undo } from "@comptoir/sdk/undo.js";
import { actRow, actStyles } from "./acts/row.js";
import { ActsOf } from "./acts/store.js";
import { merged } from "./beside.js";
import { bubble, bubbleStyles, drawnFrom, seen } from "./bubble.js";
import { callRow, callStyles } from "./calls.js";
import { Focus } from "./focus.js";
import { noteRow, noteStyles } from "./notes/row.js";
import { NotesOf } from "./notes/store.js";
import { missing, newer, newest, older, pageWith } from "./paging.js";
import { Rows } from "./rows.js";
import { pane } from "./styles.js";
import { titleOf } from "./words.js";

const OLDER_AT = 600; // px from the top at which the page before is asked for
const NEAR_END = 80; // px
const FLASH = 1_600; // ms
const MANY = 600; // messages of a thread in memory, after which the oldest are let go once the reader is at the end again

/** The messages of one conversation, newest at the bottom. One element for each conversation opened. */
class Thread extends Panel {
  static properties = { conversation: { attribute: false }, target: { attribute: false }, error: { state: true }, away: { state: true }, opened: { state: true }, detailed: { state: true }, flashed: { state: true } };
  static styles = [...Panel.styles, pane, bubbleStyles, noteStyles, actStyles, callStyles, css`
    :host { flex: 1; position: relative; background: var(--bg); }
    .day, .fresh { display: grid; place-items: center; padding-block: var(--sp-3) var(--sp-1); }
    .day span { background: var(--surface); border: 1px solid var(--line); color: var(--text-2); border-radius: var(--r-full); padding: 2px 12px; font-size: var(--fs-sm); }
    .fresh span { color: var(--accent); font-weight: 600; font-size: var(--fs-sm); }
    .stuck { position: absolute; inset-block-start: 6px; inset-inline: 0; margin-inline: auto; inline-size: fit-content; z-index: 2; pointer-events: none; background: var(--surface); border: 1px solid var(--line); color: var(--text-2); border-radius: var(--r-full); padding: 2px 12px; font-size: var(--fs-sm); box-shadow: var(--sh); }
    .latest { position: absolute; inset-block-end: var(--sp-3); inset-inline-end: var(--sp-4); z-index: 2; display: flex; align-items: center; gap: 6px; border: 1px solid var(--line); border-radius: var(--r-full); min-block-size: 36px; padding: 0 12px; background: var(--surface); box-shadow: var(--sh-float); font-weight: 600; font-size: var(--fs-sm); }
    @media (pointer: coarse) { .latest { min-block-size: 44px; } }
    .latest .icon { inline-size: 16px; block-size: 16px; }
    .beginning { text-align: center; color: var(--text-3); font-size: var(--fs-sm); padding: var(--sp-4); }
    .flash .b, .flash .act { outline: 2px solid var(--accent); outline-offset: 1px; }
  `];

  rows = [];
  unseen = 0;
  settled = false;
  pinned = true;
  top = 0;
  undo = new Undo(this);
  unfolded = new Set(); // long messages shown whole
  originals = new Set(); // edited ones of which the first words are shown
  focus = new Focus(this);
  laid = new Rows();

  virtual = new VirtualController(this, () => ({
    count: this.rows.length,
    getScrollElement: () => this.renderRoot?.querySelector(".scroll") ?? null,
    estimateSize: (index) => (this.rows[index]?.kind === "message" ? 56 : 40),
    getItemKey: keysOf(this.rows),
    anchorTo: "end", followOnAppend: this.pinned, scrollEndThreshold: NEAR_END,
    overscan: 6, paddingStart: 12, paddingEnd: 14, rangeExtractor: this.focus.range,
  }));

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(ledger.subscribe((changes) => this.heard(changes)));
    this.cleanup(onLive(() => this.error && this.open()));
    this.notes = new NotesOf(this.conversation.id, () => this.requestUpdate());
    this.acts = new ActsOf(this.conversation.id, () => this.requestUpdate());
    this.cleanup(() => { this.notes.stop(); this.acts.stop(); });
    const show = ({ detail }) => detail.conversation === this.conversation.id && this.jump(detail.id);
    document.addEventListener("inbox-show", show);
    this.cleanup(() => document.removeEventListener("inbox-show", show));
    this.open();
  }

  async open() {
    this.error = null;
    const { id, unread } = this.conversation;
    this.unreadAtOpen = unread;
    try {
      await ledger.openThread(id, this.target);
    } catch (error) {
      if (this.target && error.status === 404) return this.astray();
      this.error = error;
    }
    this.requestUpdate();
  }

  /** The address names a message that is not here (any more). */
  astray() {
    this.target = null;
    missing();
    return this.open();
  }

  heard(changes) {
    const touched = changes.reset || changes.threads.has(this.conversation.id);
    // What somebody took with them, or two threads that became one: what was loaded is no more.
    if (changes.reset || (touched && !this.thread && ledger.state.conversations.has(this.conversation.id))) this.open();
    if (touched) this.requestUpdate();
  }

  get mayReact() {
    return !this.conversation.group && can("messages.send") && Date.parse(this.conversation.window_expires_at ?? 0) > Date.now();
  }

  get thread() {
    return ledger.state.threads.get(this.conversation.id);
  }

  willUpdate() {
    // While a thread is fetched anew, what was there stays on the screen, and with it the reader's place.
    if (!this.thread?.loaded && this.rows.length && this.thread?.loading) return;
    const messages = ledger.messages(this.conversation.id);
    this.count(messages);
    const [notes, acts] = this.beside(messages);
    const fresh = this.freshAfter(messages);
    // Every scrolled frame passes here: what did not change is not built again.
    const { built } = this;
    if (built?.of !== messages || built.fresh !== fresh || !same(notes, built.notes) || !same(acts, built.acts))
      this.built = { of: messages, notes, acts, fresh, rows: this.laid.lay(merged(messages, notes, acts), fresh).rows };
    this.rows = this.built.rows;
  }

  /** How many came in while the reader is elsewhere: a page that follows a stretch out of the middle is no news. */
  count(messages) {
    const whole = ledger.atNewest(this.conversation.id);
    const place = this.settled && whole && this.whole && !this.pinned ? messages.findLastIndex(({ id }) => id === this.last) : -1;
    if (place >= 0) this.unseen += messages.slice(place + 1).filter(({ direction, type }) => direction === "inbound" && type !== "reaction").length;
    Object.assign(this, { whole, last: messages.at(-1)?.id });
  }

  /** [notes, acts] of the messages that are loaded: what is older comes with its page. */
  beside(messages) {
    if (!this.thread?.loaded) return [[], []];
    const since = this.thread.next && messages.length ? Date.parse(messages[0].at) : null;
    const until = this.thread.newer && messages.length ? Date.parse(messages.at(-1).at) : Infinity;
    return [this.notes.between(since, until).filter(({ id }) => !this.undo.holds(id)), this.acts.between(since, until)];
  }

  noteActs = {
    edit: (note) => this.dispatchEvent(new CustomEvent("edit-note", { detail: note })),
    remove: (note) => this.undo.later({ id: note.id, text: t("The note is deleted."), act: async () => {
      await remove(`/api/v1/p/inbox/notes/${note.id}`);
      this.notes.drop(note.id);
    } }),
  };

  /** Where the divider "new messages" stands: fixed when the newest are first here. */
  freshAfter(messages) {
    if (this.fresh === undefined && ledger.atNewest(this.conversation.id)) {
      const inbound = messages.filter(({ direction, type, status }) => direction === "inbound" && (type !== "call" || status === "missed"));
      const unread = Math.max(this.unreadAtOpen, this.conversation.unread);
      this.fresh = unread ? (inbound.at(-unread)?.id ?? null) : null;
    }
    return this.fresh;
  }

  updated(changed) {
    if (changed.has("target") && this.target && this.settled) this.jump(this.target);
    if (this.rows.length && !this.settled) {
      this.settled = true;
      if (this.target && this.rowOf(this.target) >= 0) this.reveal(this.target);
      else this.latest();
    } else if (this.pinned && this.rows.length && !this.atEnd()) {
      // A burst outruns the virtualizer's own following: whoever was at the end stays there.
      this.virtual.virtualizer.scrollToEnd();
    }
    // Where a page does not fill the pane there is nothing to scroll by.
    if (this.settled && this.thread?.next && this.virtual.size < (this.virtual.virtualizer.scrollRect?.height ?? 0) + OLDER_AT) older(this.conversation.id);
    // Only after the new rows are measured is it known whether the end is in sight.
    requestAnimationFrame(() => { this.away = this.rows.length > 0 && !this.pinned && !(this.atEnd() && !this.thread?.newer); });
  }

  render() {
    if (this.error && !this.rows.length) return html`<ui-error text=${t("The messages could not be loaded.")} .error=${this.error} @retry=${() => this.open()}></ui-error>`;
    if (!this.thread?.loaded && !this.rows.length) return html`<ui-skeleton shape="thread" rows="7"></ui-skeleton>`;
    if (!this.rows.length) return html`<ui-empty icon="message-square" text=${t("No messages yet.")}></ui-empty>`;
    const name = titleOf(this.conversation);
    const { focus } = this;
    return html`${this.sticky()}<div class="scroll" role="log" aria-label=${t("Messages with {name}", { name })} aria-live="off" tabindex="0" @scroll=${this.scrolled} @keydown=${focus.pressed} @focusin=${focus.came} @focusout=${focus.left} @pointerover=${focus.over} @pointerleave=${focus.away}
        @pointerdown=${focus.down} @pointermove=${focus.moved} @pointerup=${focus.release} @pointercancel=${focus.release} @contextmenu=${focus.native} @click=${{ handleEvent: focus.clicked, capture: true }}>
        <div class="virt" .style=${`block-size:${this.virtual.size}px`}>
          ${repeat(this.virtual.items, (item) => item.key, (item) => html`<div data-index=${item.index} class=${item.key === this.flashed ? "flash" : nothing} .style=${`transform:translateY(${item.start}px)`} ${ref(this.virtual.measure)}>${this.row(this.rows[item.index], name)}</div>`)}
        </div></div>
      ${this.notes.error ? html`<ui-error text=${t("The notes could not be loaded.")} .error=${this.notes.error} @retry=${() => this.notes.again()}></ui-error>` : nothing}${this.away ? this.pill() : nothing}${this.opened ? this.dialog() : nothing}${this.detailed ? this.details() : nothing}`;
  }

  /** The day one is in, while its own divider is out of sight. */
  sticky() {
    if (!this.settled || this.top < 8) return nothing;
    const first = this.virtual.items.find(({ end }) => end > this.top + 24);
    const row = first && this.rows[first.index];
    if (!row || row.kind === "day") return nothing;
    return html`<div class="stuck" aria-hidden="true">${fmt.day(row.at ?? (row.message ?? this.rows[first.index + 1]?.message)?.at ?? row.act?.at ?? row.note?.created_at)}</div>`;
  }

  /** What a plugin offers for one message. */
  dialog() {
    const { panel, message } = this.opened;
    const leave = () => { this.opened = null; };
    // Closed before the composer hears of it: behind an open dialog nothing takes the focus.
    const close = ({ currentTarget }) => currentTarget.leave();
    return html`<ui-dialog open heading=${panel.title} @close=${leave} @compose-insert=${close} @panel-close=${close}><ui-panel .panel=${panel} .ctx=${this.about(message)}></ui-panel></ui-dialog>`;
  }

  details() {
    const { detailed: message, conversation, laid } = this;
    const now = ledger.state.threads.get(conversation.id)?.messages.get(message.id) ?? message;
    return html`<ui-dialog open heading=${t("Message details")} @close=${() => { this.detailed = null; }}><inbox-message-details .message=${now} .conversation=${conversation} .reactions=${laid.reactions.get(message.wamid)}></inbox-message-details></ui-dialog>`;
  }

  about = (message) => ({ conversation: this.conversation, contact: this.conversation.contact, message });

  row(row, contact) {
    if (!row) return nothing;
    if (row.kind === "day") return html`<div class="day"><span>${fmt.day(row.at)}</span></div>`;
    if (row.kind === "note") return noteRow(row.note, this.noteActs);
    if (row.kind === "act") return actRow(row.act);
    if (row.kind === "call") return callRow(row.message);
    if (row.kind === "fresh") return html`<div class="fresh"><span>${t("New messages")}</span></div>`;
    const { message, album } = row;
    const { laid } = this;
    const reactions = album ? album.map(({ wamid }) => laid.reactions.get(wamid)).find(Boolean) : laid.reactions.get(message.wamid);
    const around = {
      ...this.doings, first: row.first, album, contact, reactions, ours: laid.ours.get(message.wamid), mayReact: this.mayReact, conversation: this.conversation,
      quoted: laid.byWamid.get(message.context_wamid), focused: this.focus.key === row.key, active: this.focus.holds(row.key), opened: this.unfolded, originals: this.originals,
    };
    return guard(drawnFrom(message, around), () => bubble(message, around));
  }

  /** What a bubble asks for. */
  doings = {
    retry: (message) => this.retry(message), discard: ({ id }) => outbox.drop(id), jump: (wamid) => this.jump(wamid),
    about: (message) => this.about(message), open: (panel, message) => { this.opened = { panel, message }; },
    reply: (message) => this.dispatchEvent(new CustomEvent("reply", { detail: message })),
    view: (event, message) => this.view(event, message), details: (message) => this.explain(message),
    unfold: (id) => { this.unfolded.add(id); this.requestUpdate(); },
    uncover: (id) => { if (!this.originals.delete(id)) this.originals.add(id); this.requestUpdate(); },
  };

  replyTo(row) {
    if (row?.message?.wamid && !row.message.revoked_at) this.doings.reply(row.message);
  }

  /** Files over the whole window; a press that means another tab is the browser's. */
  async view(event, message) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const { look } = await bring(import.meta, "./viewer/viewer.js");
    const items = () => (seen(message) ? ledger.messages(this.conversation.id).filter(seen) : [message]);
    look({ items: items(), shown: message.id, contact: titleOf(this.conversation), reach: async () => { await older(this.conversation.id); return items(); } });
  }

  async explain(message) {
    await bring(import.meta, "./details/details.js");
    this.detailed = message;
  }

  pill() {
    const words = this.unseen ? tn("{n} new message", "{n} new messages", this.unseen) : t("Jump to latest");
    return html`<button class="latest" @click=${() => this.latest()}>${icon("arrow-down")}<span>${words}</span></button>`;
  }

  atEnd() {
    return this.virtual.virtualizer.isAtEnd(NEAR_END);
  }

  async latest() {
    this.target = null;
    if (this.thread?.newer) {
      if (!(await newest(this.conversation.id))) return;
      this.requestUpdate();
      await this.updateComplete;
    }
    this.unseen = 0;
    this.pinned = true;
    this.virtual.virtualizer.scrollToEnd();
  }

  scrolled(event) {
    const { scrollTop, scrollHeight, clientHeight } = event.target;
    // Asked of the element: the virtualizer hears of this scroll only after us. Following moves down; up is the reader.
    const left = scrollHeight - scrollTop - clientHeight;
    if (left <= NEAR_END && !this.thread?.newer) this.arrived();
    else if (scrollTop < this.top - 1) this.pinned = false;
    this.top = scrollTop;
    if (scrollTop < OLDER_AT) older(this.conversation.id);
    if (left < OLDER_AT && this.thread?.newer) newer(this.conversation.id);
  }

  /** At the end: what lies far above is fetched again by whoever goes there. */
  arrived() {
    Object.assign(this, { unseen: 0, pinned: true });
    if (this.thread?.messages.size > MANY) ledger.trim(this.conversation.id);
  }

  /** Shows a message, by its id or its wamid: what stands around it is fetched, when it is not here. */
  async jump(wanted) {
    if (this.rowOf(wanted) < 0 && !(await pageWith(this.conversation.id, wanted))) return;
    this.pinned = false;
    this.requestUpdate();
    await this.updateComplete;
    if (this.rowOf(wanted) >= 0) this.reveal(wanted);
    else missing();
  }

  rowOf(wanted) {
    return this.rows.findIndex(({ message, album }) => message && (album ?? [message]).some(({ id, wamid }) => id === wanted || wamid === wanted));
  }

  /** In the middle, and marked for a moment. */
  async reveal(wanted) {
    this.pinned = false;
    this.virtual.virtualizer.scrollToIndex(this.rowOf(wanted), { align: "center" });
    this.flashed = this.rows[this.rowOf(wanted)].key;
    clearTimeout(this.flashing);
    this.flashing = setTimeout(() => { this.flashed = null; }, FLASH);
  }

  retry = async (message) => {
    if (message.status === "unsent") return outbox.retry(message.id);
    try {
      ledger.apply({ type: "message.updated", data: { message: await post(`/api/v1/messages/${message.id}/retry`) } });
    } catch (error) {
      toast({ text: t("Not sent again: {reason}", { reason: error.message }) });
    }
  };
}

const same = (some, others) => some.length === others.length && some.every((one, at) => one === others[at]);

define("inbox-thread", Thread);
