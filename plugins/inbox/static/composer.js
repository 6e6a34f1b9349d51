import { css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { Panel, can, define, fmt, icon, post, storageKey, t, toast } from "@comptoir/sdk";
import { ledger, outbox } from "@comptoir/sdk/ledger.js";
import { blockedNote } from "./block.js";
import "./actions.js";
import "./extras.js";
import "./suggestions.js";
import { CAPTION, takesCaption } from "./limits.js";
import { joined, trayOf } from "./tray.js";
import { trayRows, trayStyles } from "./tray-rows.js";
import { preview, titleOf } from "./words.js";

const KEPT = 300; // ms after the last key until the draft is written down
const TYPING = 20_000; // ms: WhatsApp shows the dots for 25 s

/** Where an agent writes. A draft survives leaving the conversation and reloading the page. */
class Composer extends Panel {
  static shadowRootOptions = { ...Panel.shadowRootOptions, delegatesFocus: true };
  static properties = { conversation: { attribute: false }, now: { type: Number }, quoted: { attribute: false }, text: { state: true } };
  static styles = [...Panel.styles, trayStyles, css`
    :host { background: var(--surface); border-block-start: 1px solid var(--line); padding: var(--sp-3) var(--sp-4); padding-block-end: max(var(--sp-3), env(safe-area-inset-bottom)); }
    .line { display: flex; gap: var(--sp-2); align-items: flex-end; }
    textarea { flex: 1; min-inline-size: 0; resize: none; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 9px 12px; min-block-size: 42px; max-block-size: 168px; field-sizing: content; unicode-bidi: plaintext; }
    textarea:focus-visible { border-radius: var(--r-md); box-shadow: none; outline: 2px solid var(--accent); outline-offset: -1px; }
    textarea::placeholder { color: var(--text-3); opacity: 1; }
    .send { display: inline-flex; align-items: center; gap: var(--sp-2); border: 0; border-radius: var(--r-md); background: var(--accent); color: var(--accent-fg); font-weight: 600; padding: 0 var(--sp-4); block-size: 42px; }
    .send:hover { background: var(--accent-strong); } .send[disabled] { background: var(--surface-2); color: var(--text-3); }
    .send .icon { inline-size: 17px; block-size: 17px; }
    .quote, .notice { display: flex; align-items: center; gap: var(--sp-3); border-radius: var(--r-md); padding: 7px 10px; margin-block-end: var(--sp-2); font-size: var(--fs-preview); background: var(--surface-2); }
    .quote { border-inline-start: 3px solid var(--accent); } .quote b { color: var(--accent); font-weight: 600; display: block; font-size: var(--fs-sm); }
    .notice { background: var(--warn-soft); color: var(--text); } .notice > .icon { color: var(--warn); } .acts { display: flex; gap: var(--sp-4); margin-inline-start: auto; white-space: nowrap; }
    .closed { display: flex; gap: var(--sp-3); align-items: center; color: var(--text-2); } .closed > .icon { color: var(--bad); } .closed ui-button { margin-inline-start: auto; flex: none; } .closed b { display: block; color: var(--text); font-weight: 600; }
    @media (max-width: 760px) { :host { padding-inline: var(--sp-3); } .send span { display: none; } .send { inline-size: 44px; block-size: 44px; padding: 0; justify-content: center; } textarea { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .notice { flex-wrap: wrap; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    this.text = localStorage.getItem(this.draftKey) ?? "";
    const changed = () => this.takeBack();
    this.tray.addEventListener("change", changed);
    outbox.addEventListener("held", changed);
    this.cleanup(() => { this.tray.removeEventListener("change", changed); outbox.removeEventListener("held", changed); });
    this.takeBack();
  }

  get tray() {
    return trayOf(this.conversation.id);
  }

  get draftKey() {
    return storageKey(`draft:${this.conversation.id}`);
  }

  get field() {
    return this.renderRoot.querySelector("textarea");
  }

  get windowOpen() {
    return Date.parse(this.conversation.window_expires_at ?? 0) > (this.now ?? Date.now());
  }

  /** What could not leave stands here again: each file and each word once. */
  takeBack() {
    const held = outbox.takeHeld(this.conversation.id);
    if (held.length) this.tray.restore(held);
    const [words, left] = [this.tray.takeWords(), this.tray.takeLeft()];
    if (words || left) {
      this.text = joined(words, this.text, left);
      this.keep();
    }
    this.requestUpdate();
  }

  render() {
    if (!can("messages.send")) return this.closed(t("You may read this conversation, not answer it."), t("Ask an administrator for the right to send messages."));
    if (this.conversation.blocked_at) return blockedNote(this.conversation);
    if (!this.windowOpen) return this.closed(t("The 24-hour window is closed."), t("WhatsApp allows free text only within 24 hours of the customer's last message. When they write again, you can answer here."), html`<inbox-actions window="closed" .conversation=${this.conversation}></inbox-actions>`);
    const name = titleOf(this.conversation);
    return html`${this.tray.newer ? this.newer() : nothing}${this.quoted ? this.quote() : nothing}${trayRows(this.tray)}
      <inbox-suggestions conversationId=${this.conversation.id} since=${this.conversation.last_inbound_at ?? ""} @take=${(event) => this.take(event.detail)}></inbox-suggestions>
      <div class="line" @dragover=${this.over} @drop=${this.dropped}><inbox-extras .conversation=${this.conversation} .quoted=${this.quoted} @sent=${() => { this.quoted = null; this.settle(); }}
        @quote=${(event) => { this.quoted = event.detail; this.field.focus(); }}></inbox-extras><inbox-actions window="open" .conversation=${this.conversation} .text=${this.text}></inbox-actions><textarea rows="1" dir=${this.text ? "auto" : nothing} aria-label=${t("Message to {name}", { name })} placeholder=${this.caption ? t("Caption…") : t("Message…")} .value=${live(this.text)}
        @input=${this.typed} @keydown=${this.keys} @paste=${this.pasted}></textarea>
      <button class="send" aria-label=${t("Send")} ?disabled=${!this.text.trim() && !this.tray.sendable} @click=${() => this.send()}>${icon("send-horizontal")}<span>${t("Send")}</span></button></div>`;
  }

  closed(head, why, more = nothing) {
    return html`<div class="closed" role="note">${icon("lock")}<p class="grow"><b>${head}</b>${why}</p>${more}</div>`;
  }

  quote() {
    const { quoted } = this;
    const who = quoted.direction === "inbound" ? (quoted.participant?.name ?? titleOf(this.conversation)) : (quoted.author?.name ?? t("You"));
    return html`<div class="quote"><span class="grow"><b><bdi>${who}</bdi></b><span class="cut" dir="auto">${preview(quoted).text.slice(0, 140)}</span></span>
      <button class="ib" aria-label=${t("Do not quote")} @click=${() => { this.quoted = null; this.field.focus(); }}>${icon("x", "small")}</button></div>`;
  }

  newer() {
    const author = this.tray.newer.newer?.at(-1)?.author;
    return html`<div class="notice" role="alert">${icon("triangle-alert")}<span>${author ? t("{name} wrote after what you saw.", { name: author }) : t("There are newer messages.")}</span>
      <span class="acts"><button class="link" @click=${this.read}>${t("Read them")}</button><button class="link" @click=${() => this.send(true)}>${t("Send anyway")}</button></span></div>`;
  }

  /** What a plugin offers goes where the cursor stands; the person still sends it. */
  insert(words, { all = false } = {}) {
    const { field } = this;
    if (!field) return;
    const [from, to] = all ? [0, field.value.length] : [field.selectionStart, field.selectionEnd];
    this.text = field.value.slice(0, from) + words + field.value.slice(to);
    this.keep();
    this.updateComplete.then(() => { field.focus(); field.setSelectionRange(from + words.length, from + words.length); });
  }

  typed(event) {
    this.text = event.target.value;
    this.tellTyping();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEPT);
  }

  /** The customer sees the dots. A hint that gets lost is no trouble; one that is refused is not repeated. */
  tellTyping() {
    const now = Date.now();
    if (!this.text.trim() || !this.windowOpen || now - (this.told ?? 0) < TYPING) return;
    this.told = now;
    post(`/api/v1/conversations/${this.conversation.id}/typing`).catch(() => { this.told = Infinity; });
  }

  take(words) {
    this.text = joined(this.text, words);
    this.keep();
    this.field.focus();
  }

  keep() {
    if (this.text) localStorage.setItem(this.draftKey, this.text);
    else localStorage.removeItem(this.draftKey);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.keep();
  }

  keys(event) {
    // keyCode 229: Safari ends a composition with an Enter that no longer says isComposing.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.quoted) this.quoted = null;
      else this.field.blur();
    }
  }

  /** Whether what is written goes with a file. */
  get caption() {
    return this.tray.entries.some(({ state, kind, departing }) => !departing && takesCaption(kind) && !["refused", "failed"].includes(state));
  }

  pasted(event) {
    const files = [...event.clipboardData.files];
    // A copied part of a page brings a picture of itself along: its words are what was meant.
    if (!files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    this.tray.add(files);
  }

  over(event) {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  }

  dropped(event) {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    this.tray.add([...event.dataTransfer.files]);
  }

  send(confirm = false) {
    let body = this.text.trim();
    if ((!body && !this.tray.sendable) || !this.windowOpen) return;
    const { length } = this.caption ? this.tray.caption(body) : "";
    if (length > CAPTION) {
      toast({ text: t("WhatsApp takes captions of at most {n} characters; this has {length}.", { n: fmt.number(CAPTION), length: fmt.number(length) }) });
      return;
    }
    const about = { reply_to: this.quoted?.id, quoted: this.quoted?.wamid, last_seen: this.lastSeen(), confirm: confirm || undefined };
    if (this.tray.sendable) body = this.tray.depart(body, about);
    if (body) outbox.send({ conversation_id: this.conversation.id, body, ...about });
    this.text = "";
    this.told = 0;
    this.keep();
    this.quoted = null;
    this.settle();
    this.field?.focus();
  }

  lastSeen() {
    return ledger.messages(this.conversation.id).findLast((message) => message.status !== "unsent")?.id;
  }

  read() {
    this.settle();
    this.dispatchEvent(new Event("latest"));
    this.field.focus();
  }

  settle() {
    this.tray.newer = null;
    this.requestUpdate();
  }
}

define("inbox-composer", Composer);
