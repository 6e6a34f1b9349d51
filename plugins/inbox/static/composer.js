import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { Panel, bring, can, define, fmt, icon, post, t, toast } from "@comptoir/sdk";
import { ledger, outbox } from "@comptoir/sdk/ledger.js";
import { blockedNote } from "./block.js";
import "./actions.js";
import "./extras.js";
import "./suggestions.js";
import { Completions } from "./completion/completions.js";
import { Begun } from "./drafts/begun.js";
import { composerStyles } from "./composer-styles.js";
import { collision, filling, quote, waiting } from "./composer-notices.js";
import { Drops } from "./drops.js";
import { CAPTION, takesCaption } from "./limits.js";
import { sendsWith } from "./sending-key.js";
import { joined, rewritten, trayOf } from "./tray.js";
import { trayRows, trayStyles } from "./tray-rows.js";
import { LONGEST, markOf, put, unfilled, wrap } from "./typing.js";
import { titleOf } from "./words.js";

const TYPING = 20_000; // ms: WhatsApp shows the dots for 25 s
const NEAR_LONGEST = 0.9;
const LATER = 2 ** 31 - 1; // ms: the longest that a timer can wait

/** Where an agent writes. A draft survives leaving the conversation and reloading the page, on every screen of theirs. */
class Composer extends Panel {
  static properties = {
    conversation: { attribute: false }, now: { type: Number }, quoted: { attribute: false }, text: { state: true },
    recording: { state: true }, choosing: { state: true }, picks: { state: true }, emojis: { state: true },
  };
  static styles = [...Panel.styles, trayStyles, composerStyles];

  begun = new Begun(this);
  completions = new Completions(this);
  drops = new Drops(this, (files) => !this.hidden && this.windowOpen && this.tray.add(files));

  connectedCallback() {
    super.connectedCallback();
    const changed = () => this.takeBack();
    this.tray.addEventListener("change", changed);
    outbox.addEventListener("held", changed);
    this.cleanup(() => { this.tray.removeEventListener("change", changed); outbox.removeEventListener("held", changed); });
    this.takeBack();
    this.watchWindow();
    this.cleanup(() => clearTimeout(this.closing));
  }

  get tray() {
    return trayOf(this.conversation.id);
  }

  get field() {
    return this.renderRoot.querySelector("textarea");
  }

  /** To where one writes, and not to the first button beside it. */
  focus() {
    (this.field ?? this.renderRoot.querySelector("inbox-templates"))?.focus();
  }

  get windowOpen() {
    return Date.parse(this.conversation.window_expires_at ?? 0) > Math.max(this.now ?? 0, Date.now());
  }

  /** At the very moment at which WhatsApp takes no more free text, and not at the next tick of a clock. */
  watchWindow() {
    clearTimeout(this.closing);
    const left = Date.parse(this.conversation.window_expires_at ?? 0) - Date.now();
    if (left <= 0 || left > LATER) return;
    this.closing = setTimeout(() => { this.shut = true; this.recording = false; this.requestUpdate(); }, left + 1);
  }

  willUpdate(changed) {
    if (!changed.has("conversation") || !changed.get("conversation")) return;
    this.watchWindow();
    if (this.windowOpen) this.shut = false;
  }

  updated(changed) {
    if (changed.has("quoted")) this.keep();
  }

  /** What could not leave stands here again: each file and each word once. */
  takeBack() {
    const held = outbox.takeHeld(this.conversation.id, rewritten);
    if (held.length) this.tray.restore(held);
    const [words, left] = [this.tray.takeWords(), this.tray.takeLeft()];
    if (words || left) this.text = joined(words, this.text, left);
    this.keep();
    this.requestUpdate();
  }

  render() {
    if (!can("messages.send")) return this.closed(t("You may read this conversation, not answer it."), t("Ask an administrator for the right to send messages."));
    if (this.conversation.blocked_at) return blockedNote(this.conversation);
    if (!this.renderRoot.querySelector("inbox-templates")?.chosen) this.inside = this.windowOpen; // a template that is being filled in stays
    return this.inside ? this.writing() : this.outside();
  }

  writing() {
    return html`${waiting(this)}${this.tray.newer ? collision(this) : nothing}${this.quoted ? quote(this) : nothing}${filling(this)}${trayRows(this.tray)}
      <inbox-suggestions conversationId=${this.conversation.id} since=${this.conversation.last_inbound_at ?? ""} @take=${(event) => this.take(event.detail)}></inbox-suggestions>
      ${this.completions.open?.render() ?? nothing}${this.emojis ? html`<inbox-emojis @choose=${(event) => this.insert(event.detail)} @close=${() => { this.emojis = false; this.field?.focus(); }}></inbox-emojis>` : nothing}
      ${this.choosing ? html`<ui-dialog open heading=${t("Templates")} @close=${() => { this.choosing = false; this.field?.focus(); }}><inbox-templates autofocus .conversation=${this.conversation} @chosen=${() => this.requestUpdate()} @sent=${(event) => { event.target.closest("ui-dialog").leave(); this.follow(); }}></inbox-templates></ui-dialog>` : nothing}
      ${this.drops.over ? html`<div class="over-drop">${t("Let go to add them to your message")}</div>` : nothing}
      ${this.recording ? html`<inbox-recorder .conversationId=${this.conversation.id} @done=${this.recorded} @close=${this.stopRecording}></inbox-recorder>` : this.line()}${this.length()}`;
  }

  line() {
    const ready = this.text.trim() || this.tray.sendable;
    return html`<div class="line"><inbox-extras .conversation=${this.conversation} .quoted=${this.quoted} .text=${this.text} @sent=${() => { this.quoted = null; this.settle(); this.follow(); }}
        @quote=${(event) => { this.quoted = event.detail; this.field.focus(); }} @replies=${() => this.insert("/")} @templates=${this.choose} @discard=${() => this.begun.discard()}></inbox-extras>
      <button class="ib tool" data-emojis aria-label=${t("Emoji")} title=${t("Emoji")} aria-expanded=${String(Boolean(this.emojis))} @click=${this.turnEmojis}>${icon("smile")}</button>
      <inbox-actions window="open" .conversation=${this.conversation} .text=${this.text}></inbox-actions>${this.area()}
      ${ready || this.tray.entries.length || !canRecord() ? html`<button class="send" aria-label=${t("Send")} ?disabled=${!ready} @click=${() => this.send()}>${icon("send-horizontal")}<span>${t("Send")}</span></button>`
        : html`<button class="send" aria-label=${t("Record a voice message")} title=${t("Record a voice message")} @click=${this.record}>${icon("mic")}</button>`}</div>`;
  }

  area() {
    const listed = this.completions.open?.attributes;
    return html`<textarea rows="1" dir=${this.text ? "auto" : nothing} aria-label=${t("Message to {name}", { name: titleOf(this.conversation) })} placeholder=${this.caption ? t("Caption…") : t("Message…")} .value=${live(this.text)}
      aria-autocomplete=${listed ? "list" : nothing} aria-controls=${listed?.controls ?? nothing} aria-activedescendant=${listed?.active ?? nothing}
      @input=${this.typed} @keydown=${this.keys} @paste=${this.pasted} @click=${() => this.completions.look()} @blur=${() => this.completions.close()}></textarea>`;
  }

  length() {
    const { length } = this.text;
    if (length < LONGEST * NEAR_LONGEST) return nothing;
    return html`<div class="length ${length > LONGEST ? "over" : ""}" role="status">${t("{n} of {most} characters", { n: fmt.number(length), most: fmt.number(LONGEST) })}</div>`;
  }

  closed(head, why, more = nothing) {
    return html`<div class="closed" role="note">${icon("lock")}<p class="grow"><b>${head}</b>${why}</p>${more}</div>`;
  }

  /** Outside the window: what WhatsApp still takes. */
  outside() {
    // Drawn once it is known: what is upgraded later is told its conversation only after it has asked.
    this.picker ??= bring(import.meta, "./templates/picker.js").then(() => { this.picks = true; }, () => { this.picker = null; }); // asked again at the next drawing
    return html`${waiting(this)}${this.closed(t("The 24-hour window is closed."), t("WhatsApp takes templates alone until the customer writes again."), html`<inbox-actions window="closed" .conversation=${this.conversation}></inbox-actions>`)}
      ${this.text.trim() ? html`<div class="notice kept" role="status">${icon("file-text")}<span class="what">${this.shut ? t("The window closed while you were writing. Your words are kept as a draft:") : t("Your draft is kept until then:")} <span class="said cut" dir="auto">“${this.text.trim()}”</span></span>
        <span class="acts"><button class="link" @click=${() => this.begun.discard()}>${t("Discard")}</button></span></div>` : nothing}
      ${this.picks ? html`<inbox-templates .conversation=${this.conversation} @chosen=${() => this.requestUpdate()} @sent=${this.follow}></inbox-templates>` : html`<ui-skeleton rows="2"></ui-skeleton>`}`;
  }

  /** What a plugin offers goes where the cursor stands; the person still sends it. */
  insert(words, { all = false } = {}) {
    const { field } = this;
    if (!field) return;
    put(field, all ? 0 : field.selectionStart, all ? field.value.length : field.selectionEnd, words);
    this.updateComplete.then(() => field.focus()); // not before the dialog that offered the words is gone
  }

  typed(event) {
    this.text = event.target.value;
    this.tellTyping();
    this.keep();
    this.completions.look();
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
    this.begun.keep();
  }

  keys(event) {
    // keyCode 229: Safari ends a composition with an Enter that no longer says isComposing.
    if (event.isComposing || event.keyCode === 229 || this.completions.pressed(event)) return;
    const mark = markOf(event);
    if (mark) {
      event.preventDefault();
      wrap(this.field, mark);
    } else if (sendsWith(event)) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.emojis) this.emojis = false;
      else if (this.quoted) this.quoted = null;
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

  async turnEmojis() {
    await bring(import.meta, "./emoji/emojis.js");
    this.emojis = !this.emojis;
  }

  /** A template is taken at any time; outside the window nothing else is. */
  async choose() {
    await bring(import.meta, "./templates/picker.js");
    this.choosing = true;
  }

  async record() {
    await bring(import.meta, "./voice/recorder.js");
    this.recording = true;
  }

  stopRecording() {
    this.recording = false;
    this.updateComplete.then(() => this.field?.focus());
  }

  /** It leaves like any file, whoever looks by then. */
  recorded(event) {
    this.stopRecording();
    this.tray.add([event.detail], { voice: true });
    this.send();
  }

  async send(confirm = false) {
    let body = this.text.trim();
    if ((!body && !this.tray.sendable) || !this.windowOpen || this.tooLong(body)) return;
    if (unfilled(body).length && !(await this.agreed(body))) return;
    const about = { reply_to: this.quoted?.id, quoted: this.quoted?.wamid, last_seen: ledger.lastSeen(this.conversation.id), confirm: confirm || undefined };
    if (this.tray.sendable) body = this.tray.depart(body, about);
    if (body) outbox.send({ conversation_id: this.conversation.id, body, ...about });
    Object.assign(this, { text: "", told: 0, quoted: null });
    this.begun.sent();
    this.settle();
    this.follow();
    this.field?.focus();
  }

  tooLong(body) {
    const { length } = this.caption ? this.tray.caption(body) : body;
    const most = this.caption ? CAPTION : LONGEST;
    if (length <= most) return false;
    const told = { n: fmt.number(most), length: fmt.number(length) };
    toast({ text: this.caption ? t("WhatsApp takes captions of at most {n} characters; this has {length}.", told) : t("WhatsApp takes texts of at most {n} characters; this has {length}.", told) });
    return true;
  }

  async agreed(body) {
    const { confirm } = await bring(import.meta, "@comptoir/sdk/elements/confirm.js");
    return confirm({ heading: t("Send it with an open place?"), text: t("Nothing stands yet for {places}: the customer would read it like this.", { places: unfilled(body).join(" ") }), act: t("Send anyway"), cancel: t("Keep writing") });
  }

  read() {
    this.settle();
    this.follow();
    this.field.focus();
  }

  /** To the end of the thread: there stands what was just sent. */
  follow() {
    this.dispatchEvent(new Event("latest"));
  }

  settle() {
    this.tray.newer = null;
    this.requestUpdate();
  }
}

/** Browsers record on pages that came over HTTPS, or from this machine. */
const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder);

define("inbox-composer", Composer);
