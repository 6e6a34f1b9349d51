/** The list of quick replies over the line where one writes, while a word begins with "/". Part of a composer. */
import { html, nothing } from "lit";
import { icon, locale, t, tn } from "@comptoir/sdk";
import { put } from "../typing.js";
import { replies } from "./store.js";
import { filled } from "./variables.js";
import { completionStyles } from "./completion-styles.js";

const MOST = 50;
const WORD = /(?:^|\s)\/([^\s/]{0,40})$/u;

export class Completion {
  constructor(host) {
    Object.assign(this, { host, open: false, active: 0, query: "" });
    host.renderRoot.adoptedStyleSheets = [...host.renderRoot.adoptedStyleSheets, completionStyles.styleSheet];
    const changed = () => this.open && host.requestUpdate();
    replies.addEventListener("change", changed);
    host.cleanup(() => replies.removeEventListener("change", changed));
  }

  get found() {
    return replies.matching(this.query, [this.host.conversation.contact?.locale, locale]).slice(0, MOST);
  }

  /** For the field: which list it moves through, and where it stands. */
  get attributes() {
    if (!this.open) return null;
    return { controls: "replies", active: this.found.length ? `reply-${this.active}` : null };
  }

  /** Looks at the word before the cursor. */
  look() {
    const { field } = this.host;
    const at = field.selectionStart;
    const word = at === field.selectionEnd ? WORD.exec(field.value.slice(0, at)) : null;
    const begun = word && at - word[1].length - 1;
    if (!word || this.left === begun) return word ? undefined : this.close({ quietly: true });
    if (word[1] !== this.query || !this.open) Object.assign(this, { query: word[1], active: 0 });
    Object.assign(this, { open: true, begun, end: at });
    return this.host.requestUpdate();
  }

  /** `quietly`: the word is gone, another one may begin at the same place. */
  close({ quietly = false } = {}) {
    if (quietly) this.left = null;
    if (!this.open) return;
    this.open = false;
    this.host.requestUpdate();
  }

  /** True for a key that was the list's. */
  pressed(event) {
    const { found } = this;
    if (!this.open || event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) this.go((this.active + step + found.length) % found.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && found[this.active]) this.take(found[this.active]);
    else if (event.key === "Escape") {
      this.left = this.begun;
      this.close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  async go(index) {
    this.active = index;
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.host.renderRoot.querySelector(`#reply-${index}`)?.scrollIntoView({ block: "nearest" });
  }

  take(reply) {
    const { host, begun, end } = this;
    this.close({ quietly: true });
    const words = filled(reply.body, host.conversation);
    put(host.field, begun, end, words);
    host.tray.adopt(reply.files);
    const open = words.indexOf("{{");
    if (open >= 0) host.field.setSelectionRange(begun + open, begun + words.indexOf("}}", open) + 2);
  }

  render() {
    if (!this.open) return nothing;
    const { found } = this;
    return html`<div class="replies" @mousedown=${(event) => event.preventDefault()}>
      <div class="rhead"><b>${t("Quick replies")}</b><span class="sr" role="status">${replies.items ? tn("{n} quick reply", "{n} quick replies", found.length) : t("Loading…")}</span>
        <a href="/inbox.quick_replies" tabindex="-1">${t("Manage")}</a></div>
      <div class="rlist" role="listbox" id="replies" aria-label=${t("Quick replies")}>${found.map((reply, index) => this.option(reply, index))}</div>
      ${found.length ? nothing : html`<p class="rnone">${this.emptiness()}</p>`}</div>`;
  }

  emptiness() {
    if (replies.error) return html`${t("The quick replies could not be loaded.")} <button class="link" @click=${() => replies.fetch()}>${t("Retry")}</button>`;
    if (!replies.items) return html`<ui-skeleton rows="2"></ui-skeleton>`;
    return this.query ? t("No quick reply for “{query}”.", { query: this.query }) : t("No quick replies yet. Make the first one in the settings.");
  }

  option(reply, index) {
    const { shortcut, title, body, language, files } = reply;
    return html`<div class="reply-row ${index === this.active ? "active" : ""}" role="option" id=${`reply-${index}`} aria-selected=${String(index === this.active)} @click=${() => this.take(reply)}>
      <span class="rtop"><bdi class="short" dir="ltr">/${shortcut}</bdi><span class="cut rtitle" dir="auto">${title}</span>${files.length ? html`<span class="count">${icon("paperclip", "small")}${files.length}</span>` : nothing}${language ? html`<span class="lang">${language}</span>` : nothing}</span>
      <span class="cut rbody" dir="auto">${filled(body, this.host.conversation)}</span></div>`;
  }
}
