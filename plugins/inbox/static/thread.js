import { css, html, nothing } from "lit";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { Panel, can, define, fmt, icon, post, remove, t, tn, toast } from "@comptoir/sdk";
import { ledger, onLive, outbox } from "@comptoir/sdk/ledger.js";
import { VirtualController } from "@comptoir/sdk/virtual.js";
import { Undo } from "@comptoir/sdk/undo.js";
import { bubble, bubbleStyles } from "./bubble.js";
import { noteRow, noteStyles } from "./notes/row.js";
import { NotesOf, merged } from "./notes/store.js";
import { rowsOf } from "./rows.js";
import { pane } from "./styles.js";
import { titleOf } from "./words.js";

const OLDER_AT = 600; // px from the top at which the page before is asked for
const NEAR_END = 80; // px

/** The messages of one conversation, newest at the bottom. One element for each conversation opened. */
class Thread extends Panel {
  static properties = { conversation: { attribute: false }, error: { state: true }, away: { state: true }, opened: { state: true } };
  static styles = [...Panel.styles, pane, bubbleStyles, noteStyles, css`
    :host { flex: 1; position: relative; background: var(--bg); }
    .day, .fresh { display: grid; place-items: center; padding-block: var(--sp-3) var(--sp-1); }
    .day span { background: var(--surface); border: 1px solid var(--line); color: var(--text-2); border-radius: var(--r-full); padding: 2px 12px; font-size: var(--fs-sm); }
    .fresh span { color: var(--accent); font-weight: 600; font-size: var(--fs-sm); }
    .latest { position: absolute; inset-block-end: var(--sp-3); inset-inline-end: var(--sp-4); z-index: 2; display: flex; align-items: center; gap: 6px; border: 1px solid var(--line); border-radius: var(--r-full); min-block-size: 36px; padding: 0 12px; background: var(--surface); box-shadow: var(--sh-float); font-weight: 600; font-size: var(--fs-sm); }
    .latest .icon { inline-size: 16px; block-size: 16px; }
    .beginning { text-align: center; color: var(--text-3); font-size: var(--fs-sm); padding: var(--sp-4); }
    .flash .b { outline: 2px solid var(--accent); }
  `];

  rows = [];
  unseen = 0;
  settled = false;
  pinned = true;
  top = 0;
  undo = new Undo(this);

  virtual = new VirtualController(this, () => ({
    count: this.rows.length,
    getScrollElement: () => this.renderRoot?.querySelector(".scroll") ?? null,
    estimateSize: (index) => (this.rows[index]?.kind === "message" ? 56 : 40),
    getItemKey: (index) => this.rows[index]?.key ?? index,
    anchorTo: "end", followOnAppend: true, scrollEndThreshold: NEAR_END,
    overscan: 6, paddingStart: 12, paddingEnd: 14,
  }));

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(ledger.subscribe((changes) => this.heard(changes)));
    this.cleanup(onLive(() => this.error && this.open()));
    this.notes = new NotesOf(this.conversation.id, () => this.requestUpdate());
    this.cleanup(() => this.notes.stop());
    this.open();
  }

  async open() {
    this.error = null;
    const { id, unread } = this.conversation;
    this.unreadAtOpen = unread;
    try {
      await ledger.openThread(id);
    } catch (error) {
      this.error = error;
    }
    this.requestUpdate();
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
    const before = this.rows.at(-1)?.key;
    this.built = rowsOf(merged(messages, this.notesBeside(messages)), this.freshAfter(messages));
    this.rows = this.built.rows;
    const last = this.rows.at(-1);
    if (this.settled && before && last && last.key !== before && !this.pinned) this.unseen += Number(last.message?.direction === "inbound");
  }

  /** Of the messages that are loaded: what is older comes with its page. */
  notesBeside(messages) {
    if (!this.thread?.loaded) return [];
    const since = this.thread.next && messages.length ? Date.parse(messages[0].at) : null;
    return this.notes.between(since).filter(({ id }) => !this.undo.holds(id));
  }

  noteActs = {
    edit: (note) => this.dispatchEvent(new CustomEvent("edit-note", { detail: note })),
    remove: (note) => this.undo.later({ id: note.id, text: t("The note is deleted."), act: async () => {
      await remove(`/api/v1/p/inbox/notes/${note.id}`);
      this.notes.drop(note.id);
    } }),
  };

  /** Where the divider "new messages" stands: fixed when the thread is opened. */
  freshAfter(messages) {
    if (this.fresh === undefined && this.thread?.loaded) {
      const inbound = messages.filter((message) => message.direction === "inbound");
      this.fresh = this.unreadAtOpen ? (inbound.at(-this.unreadAtOpen)?.id ?? null) : null;
    }
    return this.fresh;
  }

  updated() {
    if (this.rows.length && !this.settled) {
      this.settled = true;
      this.latest();
    } else if (this.pinned && this.rows.length && !this.atEnd()) {
      // A burst outruns the virtualizer's own following: whoever was at the end stays there.
      this.virtual.virtualizer.scrollToEnd();
    }
    // Only after the new rows are measured is it known whether the end is in sight.
    requestAnimationFrame(() => { this.away = this.rows.length > 0 && !this.pinned && !this.atEnd(); });
  }

  render() {
    if (this.error && !this.rows.length) return html`<ui-error text=${t("The messages could not be loaded.")} .error=${this.error} @retry=${() => this.open()}></ui-error>`;
    if (!this.thread?.loaded && !this.rows.length) return html`<ui-skeleton shape="thread" rows="7"></ui-skeleton>`;
    if (!this.rows.length) return html`<ui-empty icon="message-square" text=${t("No messages yet.")}></ui-empty>`;
    const name = titleOf(this.conversation);
    return html`<div class="scroll" role="log" aria-label=${t("Messages with {name}", { name })} aria-live="off" tabindex="0" @scroll=${this.scrolled}>
        <div class="virt" .style=${`block-size:${this.virtual.size}px`}>
          ${repeat(this.virtual.items, (item) => item.key, (item) => html`<div data-index=${item.index} .style=${`transform:translateY(${item.start}px)`} ${ref(this.virtual.measure)}>${this.row(this.rows[item.index], name)}</div>`)}
        </div></div>
      ${this.notes.error ? html`<ui-error text=${t("The notes could not be loaded.")} .error=${this.notes.error} @retry=${() => this.notes.again()}></ui-error>` : nothing}${this.away ? this.pill() : nothing}${this.opened ? this.dialog() : nothing}`;
  }

  /** What a plugin offers for one message. */
  dialog() {
    const { panel, message } = this.opened;
    const leave = () => { this.opened = null; };
    return html`<ui-dialog open heading=${panel.title} @close=${leave} @compose-insert=${leave} @panel-close=${leave}><ui-panel .panel=${panel} .ctx=${this.about(message)}></ui-panel></ui-dialog>`;
  }

  about = (message) => ({ conversation: this.conversation, contact: this.conversation.contact, message });

  row(row, contact) {
    if (!row) return nothing;
    if (row.kind === "day") return html`<div class="day"><span>${fmt.day(row.at)}</span></div>`;
    if (row.kind === "note") return noteRow(row.note, this.noteActs);
    if (row.kind === "fresh") return html`<div class="fresh"><span>${t("New messages")}</span></div>`;
    const { message } = row;
    return bubble(message, {
      first: row.first, contact, reactions: this.built.reactions.get(message.wamid), ours: this.built.ours.get(message.wamid), mayReact: this.mayReact, quoted: this.built.byWamid.get(message.context_wamid),
      retry: this.retry, discard: ({ id }) => outbox.drop(id), jump: (wamid) => this.jump(wamid),
      about: this.about, open: (panel, one) => { this.opened = { panel, message: one }; },
      reply: (one) => this.dispatchEvent(new CustomEvent("reply", { detail: one })),
    });
  }

  pill() {
    const words = this.unseen ? tn("{n} new message", "{n} new messages", this.unseen) : t("Jump to latest");
    return html`<button class="latest" @click=${() => this.latest()}>${icon("arrow-down")}<span>${words}</span></button>`;
  }

  atEnd() {
    return this.virtual.virtualizer.isAtEnd(NEAR_END);
  }

  latest() {
    this.unseen = 0;
    this.pinned = true;
    this.virtual.virtualizer.scrollToEnd();
  }

  scrolled(event) {
    const { scrollTop, scrollHeight, clientHeight } = event.target;
    // Asked of the element: the virtualizer hears of this scroll only after us. Following moves down; up is the reader.
    if (scrollHeight - scrollTop - clientHeight <= NEAR_END) Object.assign(this, { unseen: 0, pinned: true });
    else if (scrollTop < this.top - 1) this.pinned = false;
    this.top = scrollTop;
    if (scrollTop < OLDER_AT) this.older();
  }

  async older() {
    try {
      await ledger.olderMessages(this.conversation.id);
    } catch (error) {
      toast({ text: t("Older messages could not be loaded: {reason}", { reason: error.message }) });
    }
  }

  /** Shows a quoted message, fetching older pages until it is here. */
  async jump(wamid) {
    for (let pages = 0; pages < 10 && !this.built.byWamid.has(wamid) && this.thread?.next; pages += 1) {
      await this.older();
      await this.updateComplete;
      this.willUpdate();
    }
    const index = this.rows.findIndex((row) => row.message?.wamid === wamid);
    this.pinned = false;
    if (index < 0) toast({ text: t("That message is not here.") });
    else this.virtual.virtualizer.scrollToIndex(index, { align: "center" });
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

define("inbox-thread", Thread);
