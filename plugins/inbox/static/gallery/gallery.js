import { css, html, nothing } from "lit";
import { Panel, bring, define, fmt, get, icon, t } from "@comptoir/sdk";
import { linksIn } from "../content/formatting.js";
import { address, clock, facts, fileOf, stored, viewable, why } from "../files.js";
import { contactName, titleOf } from "../words.js";

const PAGE = 60;
const SHELVES = {
  media: () => [t("Photos and videos"), "image", t("No photos or videos yet.")],
  documents: () => [t("Documents"), "file-text", t("No documents yet.")],
  links: () => [t("Links"), "link", t("No links yet.")],
  voice: () => [t("Voice"), "mic", t("No voice messages yet.")],
};

/** The files, voices and links of a conversation, or of everything said with a contact, shelf by shelf. */
class Gallery extends Panel {
  static properties = { conversation: { attribute: false }, shelf: { state: true }, whose: { state: true }, error: { state: true }, loading: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: grid; gap: var(--sp-3); min-block-size: 320px; align-content: start; }
    .tabs { display: flex; gap: 2px; overflow-x: auto; scrollbar-width: none; } .tabs button, .whose button { border: 0; background: none; padding: 6px 10px; border-radius: var(--r-full); color: var(--text-2); font-size: var(--fs-sm); font-weight: 550; white-space: nowrap; min-block-size: 32px; } .tabs [aria-selected=true], .whose [aria-pressed=true] { background: var(--accent-soft); color: var(--accent); }
    .whose { display: flex; flex-wrap: wrap; gap: 2px; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); gap: 3px; }
    .tile { position: relative; display: block; aspect-ratio: 1; border: 0; padding: 0; background: var(--surface-2); border-radius: var(--r-sm); overflow: hidden; color: var(--text-2); } .tile img { inline-size: 100%; block-size: 100%; object-fit: cover; display: block; }
    .tile .mark { position: absolute; inset-block-end: 4px; inset-inline-start: 4px; display: flex; gap: 3px; align-items: center; background: var(--toast); color: var(--toast-fg); border-radius: var(--r-full); padding: 1px 6px; font-size: var(--fs-xs); } .mark .icon { inline-size: 12px; block-size: 12px; }
    .tile .hole { display: grid; place-content: center; justify-items: center; block-size: 100%; font-size: var(--fs-xs); padding: 4px; text-align: center; }
    .month { grid-column: 1 / -1; font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); padding-block: var(--sp-2) 2px; }
    ul { display: grid; gap: 2px; } li { display: flex; align-items: center; gap: var(--sp-3); padding: var(--sp-2); border-radius: var(--r-md); min-inline-size: 0; } li:hover { background: var(--surface-2); } li > .icon { color: var(--text-2); }
    li a { color: var(--text); font-weight: 550; text-decoration: none; overflow-wrap: anywhere; } li a:hover { text-decoration: underline; } li small { display: block; color: var(--text-3); font-size: var(--fs-sm); } inbox-voice { flex: 1; }
    .more { justify-self: center; }
    @media (max-width: 760px) { .tabs button, .whose button { min-block-size: 44px; } }
  `];

  constructor() {
    super();
    Object.assign(this, { shelf: "media", whose: "conversation", pages: new Map() });
  }

  willUpdate() {
    if (!this.page && !this.loading && !this.error) this.more();
  }

  get key() {
    return `${this.whose} ${this.shelf}`;
  }

  get page() {
    return this.pages.get(this.key);
  }

  get path() {
    const { conversation } = this;
    return this.whose === "contact" ? `/api/v1/contacts/${conversation.contact.id}/files` : `/api/v1/conversations/${conversation.id}/files`;
  }

  async more() {
    const { key, page, path, shelf } = this;
    Object.assign(this, { loading: true, error: null });
    try {
      const { items, next } = await get(path, { shelf, limit: PAGE, cursor: page?.next });
      this.pages.set(key, { items: [...(page?.items ?? []), ...items], next });
    } catch (error) {
      if (key === this.key) this.error = error;
    }
    this.loading = false;
  }

  turn(change) {
    Object.assign(this, change, { error: null });
  }

  render() {
    return html`<div class="tabs" role="tablist" aria-label=${t("What to show")} @keydown=${this.keyed}>${Object.entries(SHELVES).map(([name, words]) => html`<button role="tab" id=${`tab-${name}`} aria-controls="shown" aria-selected=${name === this.shelf} tabindex=${name === this.shelf ? 0 : -1} @click=${() => this.turn({ shelf: name })}>${words()[0]}</button>`)}</div>
      ${this.conversation.contact ? this.owners() : nothing}
      <div id="shown" role="tabpanel" aria-labelledby=${`tab-${this.shelf}`} tabindex="0">${this.content()}</div>`;
  }

  owners() {
    const names = { conversation: t("In this conversation"), contact: t("In all conversations with {name}", { name: contactName(this.conversation.contact) }) };
    return html`<div class="whose" role="group" aria-label=${t("Whose files")}>${Object.entries(names).map(([name, label]) => html`<button aria-pressed=${name === this.whose} @click=${() => this.turn({ whose: name })}>${label}</button>`)}</div>`;
  }

  content() {
    const { page } = this;
    if (this.error) return html`<ui-error text=${t("The files could not be loaded.")} .error=${this.error} @retry=${() => this.more()}></ui-error>`;
    if (!page) return html`<ui-skeleton rows="4"></ui-skeleton>`;
    if (!page.items.length) return html`<ui-empty icon=${SHELVES[this.shelf]()[1]} text=${SHELVES[this.shelf]()[2]}></ui-empty>`;
    return html`${this.shelf === "media" ? html`<div class="grid">${this.tiles(page.items)}</div>` : html`<ul>${page.items.map((message) => this.line(message))}</ul>`}
      ${page.next ? html`<ui-button class="more" ?busy=${this.loading} @click=${() => this.more()}>${t("More")}</ui-button>` : nothing}`;
  }

  tiles(items) {
    let month = null;
    return items.map((message) => {
      const at = fmt.date(message.at).replace(/^\d+\s/, "");
      const heading = at === month ? nothing : html`<div class="month">${at}</div>`;
      month = at;
      return html`${heading}${this.tile(message)}`;
    });
  }

  tile(message) {
    const file = fileOf(message);
    const video = message.type === "video";
    const label = `${message.body || (video ? t("Video") : t("Photo"))}, ${fmt.moment(message.at)}`;
    if (!stored(file)) return html`<div class="tile"><div class="hole">${icon("image-off", "small")}<span>${why(file)}</span></div></div>`;
    return html`<button class="tile" aria-label=${label} title=${label} @click=${() => this.view(message)}>${file.thumbnail || !video ? html`<img src=${address(file, file.thumbnail ? "/thumbnail" : "")} alt="" loading="lazy">` : html`<span class="hole">${icon("video")}</span>`}
      ${video ? html`<span class="mark">${icon("video")}<bdi dir="ltr">${file.duration ? clock(file.duration) : ""}</bdi></span>` : nothing}</button>`;
  }

  line(message) {
    if (this.shelf === "links") return linksIn(message.body).map(({ href, text }) => html`<li>${icon("link", "small")}<span class="grow"><a href=${href} target="_blank" rel="noopener noreferrer" dir="ltr">${text}</a><small>${fmt.moment(message.at)}</small></span>${this.way(message)}</li>`);
    const file = fileOf(message);
    if (this.shelf === "voice" && stored(file)) {
      bring(import.meta, "../player/voice.js");
      return html`<li><inbox-voice .message=${message}></inbox-voice><small>${fmt.moment(message.at)}</small>${this.way(message)}</li>`;
    }
    const name = file?.filename || t("Document");
    return html`<li>${icon(this.shelf === "voice" ? "mic" : "file-text", "small")}<span class="grow">${stored(file)
      ? html`<a href=${address(file)} download=${file.filename ?? ""} @click=${(event) => { if (viewable(file)) { event.preventDefault(); this.view(message); } }} dir="auto">${name}</a>`
      : html`<bdi>${name}</bdi>`}<small>${stored(file) ? facts(file) : why(file)} · ${fmt.moment(message.at)}</small></span>${this.way(message)}</li>`;
  }

  /** Back to where it was said. */
  way({ conversation_id: conversation, id }) {
    if (conversation !== this.conversation.id) return nothing;
    return html`<button class="ib" aria-label=${t("Show in the conversation")} title=${t("Show in the conversation")} @click=${() => { this.dispatchEvent(new Event("leave")); document.dispatchEvent(new CustomEvent("inbox-show", { detail: { conversation, id } })); }}>${icon("arrow-right", "small")}</button>`;
  }

  async view(message) {
    const { look } = await bring(import.meta, "../viewer/viewer.js");
    const shown = () => (this.shelf === "media" ? this.page.items.filter((one) => stored(fileOf(one))).toReversed() : [message]);
    look({ items: shown(), shown: message.id, contact: titleOf(this.conversation), reach: async () => { if (this.page.next) await this.more(); return shown(); } });
  }

  keyed(event) {
    const names = Object.keys(SHELVES);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const turned = getComputedStyle(this).direction === "rtl" ? -step : step;
    this.turn({ shelf: names[(names.indexOf(this.shelf) + turned + names.length) % names.length] });
    this.updateComplete.then(() => this.renderRoot.querySelector(`#tab-${this.shelf}`).focus());
  }
}

define("inbox-gallery", Gallery);
