import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, define, dir, fmt, icon, t } from "@comptoir/sdk";
import { words } from "../content/text.js";
import { address, fileOf, hole, stored, viewable } from "../files.js";
import { Zoom } from "./zoom.js";

const MOST_TEXT = 200_000; // characters of a text that are shown

/**
 * Files over the whole window: pictures, videos, documents of one conversation, one after the other. `items` are
 * messages, oldest first; `shown` is the id of one. Fires "close", and "reach" when somebody wants what was before.
 */
class Viewer extends Panel {
  static properties = { items: { attribute: false }, shown: { attribute: false }, contact: {}, text: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: contents; }
    dialog { inline-size: 100vw; block-size: 100dvh; max-inline-size: none; max-block-size: none; margin: 0; padding: 0; border: 0; background: var(--bg); color: var(--text); }
    dialog[open] { display: grid; grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr); }
    header { display: flex; align-items: center; gap: var(--sp-2); padding: var(--sp-2) var(--sp-3); min-block-size: var(--bar-h); background: var(--surface); border-block-end: 1px solid var(--line); }
    header h2 { font-size: var(--fs-md); font-weight: 600; } header .muted { font-size: var(--fs-sm); }
    .stage { position: relative; min-block-size: 0; overflow: hidden; display: grid; }
    .stage > .what { grid-area: 1 / 1; min-block-size: 0; min-inline-size: 0; display: grid; place-items: center; overflow: hidden; touch-action: none; padding: var(--sp-4); }
    .what img, .what video { max-inline-size: 100%; max-block-size: 100%; min-block-size: 0; object-fit: contain; user-select: none; } .what img { cursor: zoom-in; } .what img.close { cursor: grab; }
    .what.video, .what.document { touch-action: auto; }
    iframe { inline-size: 100%; block-size: 100%; border: 0; background: var(--paper); }
    pre { margin: 0; inline-size: min(820px, 100%); block-size: 100%; overflow: auto; padding: var(--sp-4); background: var(--surface); border-radius: var(--r-md); white-space: pre-wrap; overflow-wrap: anywhere; font: 400 var(--fs-preview)/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
    .turn { position: absolute; inset-block-start: calc(50% - 24px); inline-size: 48px; block-size: 48px; border: 1px solid var(--line); border-radius: var(--r-full); background: var(--surface); display: grid; place-items: center; box-shadow: var(--sh-float); z-index: 1; }
    .turn.before { inset-inline-start: var(--sp-3); } .turn.after { inset-inline-end: var(--sp-3); } .turn:hover { background: var(--surface-2); }
    footer { padding: var(--sp-3) var(--sp-5); background: var(--surface); border-block-start: 1px solid var(--line); max-block-size: 24dvh; overflow: auto; text-align: center; }
    footer .tx { text-align: center; white-space: pre-wrap; overflow-wrap: anywhere; }
    .hole { display: grid; justify-items: center; gap: var(--sp-2); color: var(--text-2); text-align: center; max-inline-size: 320px; }
    @media (max-width: 760px) { .turn { inset-block-start: auto; inset-block-end: var(--sp-3); } .zooming { display: none; } }
  `];

  zoom = new Zoom(this);

  get index() {
    return Math.max(0, this.items.findIndex(({ id }) => id === this.shown));
  }

  get message() {
    return this.items[this.index];
  }

  firstUpdated() {
    this.dialog.showModal();
    this.dialog.focus();
  }

  get dialog() {
    return this.renderRoot.querySelector("dialog");
  }

  willUpdate(changed) {
    if (changed.has("shown")) this.opened();
  }

  opened() {
    this.zoom.reset();
    this.text = null;
    const file = fileOf(this.message);
    if (stored(file) && file.mime_type === "text/plain") this.read(file);
  }

  async read(file) {
    const answer = await fetch(address(file), { credentials: "same-origin" }).catch(() => null);
    const text = answer?.ok ? (await answer.text()).slice(0, MOST_TEXT) : t("This file could not be loaded.");
    if (fileOf(this.message)?.id === file.id) this.text = text;
  }

  render() {
    const { message, index, items } = this;
    if (!message) return nothing;
    const file = fileOf(message);
    const who = message.direction === "outbound" ? message.author?.name ?? t("You") : message.participant?.name ?? this.contact ?? "";
    const caption = message.body && message.body !== file?.filename;
    return html`<dialog aria-label=${t("File viewer")} tabindex="-1" @close=${() => this.dispatchEvent(new Event("close"))} @keydown=${this.keyed}>
      <header><div class="grow"><h2 class="cut"><bdi>${who}</bdi></h2><div class="muted cut"><time datetime=${message.at}>${fmt.moment(message.at)}</time>${file?.filename ? html` · <bdi>${file.filename}</bdi>` : nothing}${items.length > 1 ? html` · <bdi class="num" dir="ltr">${index + 1} / ${items.length}</bdi>` : nothing}</div></div>
        ${this.zoomable(message) ? html`<span class="zooming"><button class="ib" aria-label=${t("Zoom out")} title=${t("Zoom out")} ?disabled=${this.zoom.scale <= 1} @click=${this.zoom.further}>${icon("minus")}</button><button class="ib" aria-label=${t("Zoom in")} title=${t("Zoom in")} @click=${this.zoom.closer}>${icon("plus")}</button></span>` : nothing}
        ${stored(file) ? html`<a class="ib" href=${address(file)} download=${file.filename ?? ""} aria-label=${t("Download")} title=${t("Download")}>${icon("download")}</a>` : nothing}
        <button class="ib" aria-label=${t("Close viewer")} title=${t("Close viewer")} @click=${() => this.dialog.close()}>${icon("x")}</button></header>
      <div class="stage">${keyed(message.id, this.what(message, file))}
        ${index > 0 ? html`<button class="turn before" aria-label=${t("Previous file")} @click=${() => this.turn(-1)}>${icon("chevron-left")}</button>` : nothing}
        ${index < items.length - 1 ? html`<button class="turn after" aria-label=${t("Next file")} @click=${() => this.turn(1)}>${icon("chevron-right")}</button>` : nothing}</div>
      ${caption ? html`<footer>${words(message, { opened: new Set([message.id]) })}</footer>` : nothing}
      <div class="sr" aria-live="polite">${t("File {n} of {total}", { n: fmt.number(index + 1), total: fmt.number(items.length) })}</div></dialog>`;
  }

  zoomable = ({ type }) => type === "image" || type === "sticker";

  what(message, file) {
    if (!stored(file)) return html`<div class="what document">${hole(file, message.type)}</div>`;
    if (message.type === "video") return html`<div class="what video"><video controls autoplay playsinline src=${address(file)} aria-label=${message.body || t("Video")}></video></div>`;
    if (this.zoomable(message)) return html`<div class="what" @wheel=${this.zoom.wheel} @dblclick=${this.zoom.twice} @pointerdown=${this.zoom.down} @pointermove=${this.zoom.move} @pointerup=${this.zoom.up} @pointercancel=${this.zoom.up}>
      <img class=${this.zoom.scale > 1 ? "close" : ""} src=${address(file)} alt=${message.body || t("Photo")} draggable="false" .style=${this.zoom.style}></div>`;
    return html`<div class="what document">${this.document(file)}</div>`;
  }

  document(file) {
    if (viewable(file) && file.mime_type === "application/pdf") return html`<iframe src=${address(file)} title=${file.filename ?? t("Document")}></iframe>`;
    if (viewable(file)) return html`<pre dir="auto" tabindex="0">${this.text ?? t("Loading…")}</pre>`;
    return html`<div class="hole">${icon("file-text")}<bdi>${file.filename ?? t("Document")}</bdi><a href=${address(file)} download=${file.filename ?? ""}>${t("Download")}</a></div>`;
  }

  turn(by) {
    const next = this.items[this.index + by];
    if (next) this.shown = next.id;
    if (this.index === 0) this.dispatchEvent(new Event("reach"));
  }

  /** The next file stands where reading goes on: on the left in Arabic. */
  swiped(direction) {
    if (direction === "away") this.dialog.close();
    else this.turn((direction === "left") === (dir !== "rtl") ? 1 : -1);
  }

  keyed = (event) => {
    if (event.target.closest?.("video") && event.key.startsWith("Arrow")) return;
    const forward = dir === "rtl" ? -1 : 1;
    const does = { ArrowRight: () => this.turn(forward), ArrowLeft: () => this.turn(-forward), Home: () => this.turn(-this.index), End: () => this.turn(this.items.length - 1 - this.index), "+": this.zoom.closer, "=": this.zoom.closer, "-": this.zoom.further, 0: () => this.zoom.reset() }[event.key];
    if (!does || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  };
}

define("inbox-viewer", Viewer);

/** Opens it over everything; it takes itself away when closed. `reach` fetches what was before and answers with more items. */
export function look({ items, shown, contact, reach }) {
  const viewer = Object.assign(document.createElement("inbox-viewer"), { items, shown, contact });
  viewer.addEventListener("close", () => viewer.remove());
  viewer.addEventListener("reach", async () => { if (reach) viewer.items = (await reach()) ?? viewer.items; });
  document.body.append(viewer);
  return viewer;
}
