import { css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { Panel, can, define, icon, post, storageKey, t } from "@comptoir/sdk";
import { ledger, outbox } from "@comptoir/sdk/ledger.js";
import "./extras.js";
import { preview, titleOf } from "./words.js";

const KEPT = 300; // ms after the last key until the draft is written down
const TYPING = 20_000; // ms: WhatsApp shows the dots for 25 s

/** Where an agent writes. A draft survives leaving the conversation and reloading the page. */
class Composer extends Panel {
  static shadowRootOptions = { ...Panel.shadowRootOptions, delegatesFocus: true };
  static properties = { conversation: { attribute: false }, now: { type: Number }, quoted: { attribute: false }, collision: { attribute: false }, text: { state: true } };
  static styles = [...Panel.styles, css`
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
    .closed { display: flex; gap: var(--sp-3); align-items: center; color: var(--text-2); } .closed > .icon { color: var(--bad); } .closed b { display: block; color: var(--text); font-weight: 600; }
    @media (max-width: 760px) { :host { padding-inline: var(--sp-3); } .send span { display: none; } .send { inline-size: 44px; block-size: 44px; padding: 0; justify-content: center; } textarea { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .notice { flex-wrap: wrap; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    this.text = localStorage.getItem(this.draftKey) ?? "";
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

  willUpdate(changed) {
    if (!changed.has("collision") || !this.collision) return;
    this.text = [this.collision.draft.body, this.text].filter(Boolean).join("\n");
  }

  render() {
    if (!can("messages.send")) return this.closed(t("You may read this conversation, not answer it."), t("Ask an administrator for the right to send messages."));
    if (!this.windowOpen) return this.closed(t("The 24-hour window is closed."), t("WhatsApp allows free text only within 24 hours of the customer's last message. When they write again, you can answer here."));
    const name = titleOf(this.conversation);
    return html`${this.collision ? this.newer() : nothing}${this.quoted ? this.quote() : nothing}
      <div class="line"><inbox-extras .conversation=${this.conversation} .quoted=${this.quoted} @sent=${() => { this.quoted = null; this.settle(); }}
        @quote=${(event) => { this.quoted = event.detail; this.field.focus(); }}></inbox-extras><textarea rows="1" dir=${this.text ? "auto" : nothing} aria-label=${t("Message to {name}", { name })} placeholder=${t("Message…")} .value=${live(this.text)}
        @input=${this.typed} @keydown=${this.keys}></textarea>
      <button class="send" aria-label=${t("Send")} ?disabled=${!this.text.trim()} @click=${() => this.send()}>${icon("send-horizontal")}<span>${t("Send")}</span></button></div>`;
  }

  closed(head, why) {
    return html`<div class="closed" role="note">${icon("lock")}<p><b>${head}</b>${why}</p></div>`;
  }

  quote() {
    const { quoted } = this;
    const who = quoted.direction === "inbound" ? (quoted.participant?.name ?? titleOf(this.conversation)) : (quoted.author?.name ?? t("You"));
    return html`<div class="quote"><span class="grow"><b><bdi>${who}</bdi></b><span class="cut" dir="auto">${preview(quoted).text.slice(0, 140)}</span></span>
      <button class="ib" aria-label=${t("Do not quote")} @click=${() => { this.quoted = null; this.field.focus(); }}>${icon("x", "small")}</button></div>`;
  }

  newer() {
    const author = this.collision.problem.newer?.at(-1)?.author;
    return html`<div class="notice" role="alert">${icon("triangle-alert")}<span>${author ? t("{name} wrote after what you saw.", { name: author }) : t("There are newer messages.")}</span>
      <span class="acts"><button class="link" @click=${this.read}>${t("Read them")}</button><button class="link" @click=${() => this.send(true)}>${t("Send anyway")}</button></span></div>`;
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

  send(confirm = false) {
    const body = this.text.trim();
    if (!body || !this.windowOpen) return;
    outbox.send({ conversation_id: this.conversation.id, body, reply_to: this.quoted?.id, quoted: this.quoted?.wamid, last_seen: this.lastSeen(), confirm: confirm || undefined });
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
    this.dispatchEvent(new Event("settled"));
  }
}

define("inbox-composer", Composer);
