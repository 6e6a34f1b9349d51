import { css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { Panel, define, icon, post, put, t, toast } from "@comptoir/sdk";
import { newId } from "@comptoir/sdk/ledger.js";
import { begun, forget, keep } from "./begun.js";
import { asked, calledIn, matching } from "./names.js";

const LONGEST = 4000; // characters of a note

/** Where a note is written, in the composer's place. `.note` is the one that is being changed. Tells "written" and "leave". */
class NoteWriter extends Panel {
  static shadowRootOptions = { ...Panel.shadowRootOptions, delegatesFocus: true };
  static properties = { conversationId: {}, note: { attribute: false }, text: { state: true }, found: { state: true }, active: { state: true }, error: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, css`
    :host { background: var(--note); border-block-start: 1px solid var(--line); padding: var(--sp-3) var(--sp-4); padding-block-end: max(var(--sp-3), env(safe-area-inset-bottom)); position: relative; }
    .line { display: flex; gap: var(--sp-2); align-items: flex-end; }
    textarea { flex: 1; min-inline-size: 0; resize: none; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 9px 12px; min-block-size: 42px; max-block-size: 168px; field-sizing: content; unicode-bidi: plaintext; }
    textarea:focus-visible { box-shadow: none; outline: 2px solid var(--warn); outline-offset: -1px; border-radius: var(--r-md); } textarea::placeholder { color: var(--text-3); opacity: 1; }
    .send { display: inline-flex; align-items: center; gap: var(--sp-2); border: 0; border-radius: var(--r-md); background: var(--warn); color: var(--surface); font-weight: 600; padding: 0 var(--sp-4); block-size: 42px; white-space: nowrap; } .send[disabled] { background: var(--surface-2); color: var(--text-3); } .send .icon { inline-size: 17px; block-size: 17px; }
    @media (pointer: coarse) { .send { min-block-size: 44px; min-inline-size: 44px; } textarea { min-block-size: 44px; } }
    .wrong { color: var(--bad); font-size: var(--fs-preview); margin-block-end: var(--sp-2); display: flex; gap: 6px; align-items: center; }
    .editing { display: flex; align-items: center; gap: var(--sp-2); font-size: var(--fs-preview); color: var(--text-2); margin-block-end: var(--sp-2); }
    ul { position: absolute; inset-block-end: calc(100% + 4px); inset-inline: var(--sp-4); max-inline-size: 360px; max-block-size: min(300px, 40dvh); overflow-y: auto; z-index: 3; padding: 5px; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); box-shadow: var(--sh-float); }
    li { display: flex; align-items: center; gap: var(--sp-2); padding: 6px 10px; min-block-size: 36px; border-radius: var(--r-sm); cursor: pointer; } li[aria-selected=true] { background: var(--accent-soft); } li .icon { inline-size: 16px; block-size: 16px; color: var(--text-3); } li .icon.grow { flex: none; }
    @media (max-width: 760px) { :host { padding-inline: var(--sp-3); } .send span { display: none; } .send { inline-size: 44px; block-size: 44px; padding: 0; justify-content: center; } textarea { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } li { min-block-size: 44px; } }
  `];

  chosen = [];
  asking = {}; // what was last asked to be kept, and its key: pressed again after an answer was lost, it is the same note

  constructor() {
    super();
    Object.assign(this, { text: "", found: [], active: 0 }); // as fields they would hide what Lit watches
  }

  willUpdate(changed) {
    if (!changed.has("note") && !changed.has("conversationId")) return;
    this.text = this.note?.body ?? begun(this.conversationId);
    this.chosen = [...(this.note?.mentions ?? [])];
    Object.assign(this, { found: [], error: null });
  }

  get field() {
    return this.renderRoot.querySelector("textarea");
  }

  render() {
    const open = this.found.length > 0;
    return html`${open ? this.names() : nothing}
      ${this.error ? html`<p class="wrong" role="alert">${icon("circle-alert", "small")}<span dir="auto">${this.error}</span></p>` : nothing}
      ${this.note ? html`<p class="editing">${icon("pencil", "small")}<span class="grow">${t("You are changing a note.")}</span><button class="link" @click=${() => this.leave()}>${t("Cancel")}</button></p>` : nothing}
      <div class="line"><textarea rows="1" dir=${this.text ? "auto" : nothing} maxlength=${LONGEST} aria-label=${t("Note for your team")} placeholder=${t("Note for your team… @ calls a colleague")} .value=${live(this.text)}
          aria-autocomplete="list" aria-controls=${open ? "names" : nothing} aria-activedescendant=${open ? `name-${this.active}` : nothing}
          @input=${this.typed} @keydown=${this.keys} @click=${this.look} @blur=${() => { this.found = []; }}></textarea>
        <button class="send" aria-label=${this.note ? t("Save the note") : t("Add note")} ?disabled=${!this.text.trim() || this.busy} @click=${this.save}>${icon("sticky-note")}<span>${this.note ? t("Save") : t("Add note")}</span></button></div>`;
  }

  names() {
    return html`<ul id="names" role="listbox" aria-label=${t("Whom to call")} @mousedown=${(event) => event.preventDefault()}>
      ${this.found.map((one, index) => html`<li id=${`name-${index}`} role="option" aria-selected=${String(index === this.active)} @click=${() => this.take(one)}>${icon(one.kind === "team" ? "users" : "user")}<span class="cut" dir="auto">${one.name}</span></li>`)}</ul>`;
  }

  typed(event) {
    this.text = event.target.value;
    this.error = null;
    if (!this.note) keep(this.conversationId, this.text);
    this.dispatchEvent(new Event("typing"));
    this.look();
  }

  look() {
    const wanted = asked(this.text, this.field.selectionStart);
    Object.assign(this, { found: wanted ? matching(wanted.query) : [], active: 0 });
  }

  async take(one) {
    const { field } = this;
    const { from } = asked(this.text, field.selectionStart);
    const words = `@${one.name} `;
    const caret = from + words.length;
    this.text = this.text.slice(0, from) + words + this.text.slice(field.selectionStart);
    this.chosen.push(one);
    this.found = [];
    await this.updateComplete;
    field.focus();
    field.setSelectionRange(caret, caret);
  }

  keys(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const { found } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (found.length && step) this.active = (this.active + step + found.length) % found.length;
    else if (found.length && (event.key === "Enter" || event.key === "Tab")) this.take(found[this.active]);
    else if (event.key === "Enter" && !event.shiftKey) this.save();
    else if (event.key === "Escape") this.escape(event);
    else return;
    event.preventDefault();
  }

  escape(event) {
    event.stopPropagation();
    if (this.found.length) this.found = [];
    else this.leave();
  }

  save = async () => {
    const body = this.text.trim();
    if (!body || this.busy) return;
    this.busy = true;
    const told = { body, mentions: calledIn(body, this.chosen) };
    try {
      const kept = this.note ? await put(`/api/v1/p/inbox/notes/${this.note.id}`, told) : await post(`/api/v1/p/inbox/conversations/${this.conversationId}/notes`, told, { headers: this.keyed(told) });
      this.written(kept, body);
    } catch (error) {
      this.error = error.problem?.errors?.[0]?.msg ?? error.message;
    }
    this.busy = false;
  };

  keyed(told) {
    const words = JSON.stringify([this.conversationId, told]);
    if (this.asking.words !== words) this.asking = { words, key: newId() };
    return { "Idempotency-Key": this.asking.key };
  }

  /** What was typed on meanwhile is another note. */
  written(note, body) {
    this.asking = {};
    const more = this.text.trim() === body ? "" : this.text.startsWith(body) ? this.text.slice(body.length).trimStart() : this.text;
    if (!this.note && more) keep(this.conversationId, more);
    else if (!this.note) forget(this.conversationId);
    Object.assign(this, { text: more, chosen: more ? this.chosen : [], error: null });
    if (note.unreached.length) toast({ text: t("Not told, because they cannot see this conversation: {names}", { names: new Intl.ListFormat(document.documentElement.lang).format(note.unreached) }) });
    this.dispatchEvent(new CustomEvent("written", { detail: note }));
    if (this.note && !more) this.leave();
  }

  leave() {
    this.dispatchEvent(new Event("leave"));
  }
}

define("inbox-note-writer", NoteWriter);
