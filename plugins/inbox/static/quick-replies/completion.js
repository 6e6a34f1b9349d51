/** The quick replies, while a word begins with "/". */
import { html, nothing } from "lit";
import { icon, locale, t, tn } from "@comptoir/sdk";
import { WordList } from "../completion/word-list.js";
import { put } from "../typing.js";
import { replies } from "./store.js";
import { completed, filled } from "./variables.js";

const MOST = 50;

export class Replies extends WordList {
  name = "reply";
  label = t("Quick replies");
  word = /(?:^|\s)\/([^\s/]{0,40})$/u;

  constructor(host) {
    super(host);
    const changed = () => this.open && host.requestUpdate();
    replies.addEventListener("change", changed);
    host.cleanup(() => replies.removeEventListener("change", changed));
  }

  get found() {
    return replies.matching(this.query, [this.host.conversation.contact?.locale, locale]).slice(0, MOST);
  }

  async take(reply) {
    const { host, begun, end } = this;
    this.close({ quietly: true });
    const before = host.field.value;
    const words = await completed(reply.body, host.conversation);
    if (!host.isConnected || host.field?.value !== before) return; // one wrote on meanwhile, or to somebody else
    put(host.field, begun, end, words);
    host.tray.adopt(reply.files);
    const open = words.indexOf("{{");
    if (open >= 0) host.field.setSelectionRange(begun + open, begun + words.indexOf("}}", open) + 2);
  }

  head(found) {
    return html`<div class="rhead"><b>${t("Quick replies")}</b><span class="sr" role="status">${replies.items ? tn("{n} quick reply", "{n} quick replies", found.length) : t("Loading…")}</span>
      <a href="/inbox.quick_replies" tabindex="-1">${t("Manage")}</a></div>`;
  }

  emptiness() {
    if (replies.error) return html`${t("The quick replies could not be loaded.")} <button class="link" @click=${() => replies.fetch()}>${t("Retry")}</button>`;
    if (!replies.items) return html`<ui-skeleton rows="2"></ui-skeleton>`;
    return this.query ? t("No quick reply for “{query}”.", { query: this.query }) : t("No quick replies yet. Make the first one in the settings.");
  }

  row({ shortcut, title, body, language, files }) {
    return html`<span class="rtop"><bdi class="short" dir="ltr">/${shortcut}</bdi><span class="cut rtitle" dir="auto">${title}</span>${files.length ? html`<span class="count">${icon("paperclip", "small")}${files.length}</span>` : nothing}${language ? html`<span class="lang">${language}</span>` : nothing}</span>
      <span class="cut rbody" dir="auto">${filled(body, this.host.conversation)}</span>`;
  }
}
