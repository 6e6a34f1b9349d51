/** Files of messages: pictures and videos in their own shape, sounds that play here, the rest by name; what failed, with a way on. */
import { css, html, nothing } from "lit";
import { bring, fmt, icon, post, t, toast } from "@comptoir/sdk";
import { kindOf } from "./words.js";

const WIDEST = 320; // px
const TALLEST = 380;
const NARROWEST = 150;
const TILES = 4; // of an album, before the rest is a number

export const fileStyles = css`
  .media { position: relative; display: block; border-radius: var(--r-md); overflow: hidden; margin: -1px -5px 4px; background: var(--surface-2); color: inherit; max-inline-size: calc(100% + 10px); }
  .media img { display: block; inline-size: 100%; block-size: 100%; object-fit: cover; }
  .media.sticker { background: none; margin: 0; } .media.sticker img { inline-size: 140px; block-size: 140px; object-fit: contain; }
  .media .play { position: absolute; inset: 0; display: grid; place-content: center; }
  .media .play .icon { inline-size: 44px; block-size: 44px; padding: 11px; border-radius: var(--r-full); background: var(--toast); color: var(--toast-fg); }
  .media .length { position: absolute; inset-block-end: 6px; inset-inline-start: 6px; padding: 1px 7px; border-radius: var(--r-full); background: var(--toast); color: var(--toast-fg); font-size: var(--fs-xs); display: flex; gap: 4px; align-items: center; } .media .length .icon { inline-size: 12px; block-size: 12px; }
  .album { display: grid; grid-template-columns: 1fr 1fr; gap: 3px; inline-size: min(${WIDEST}px, 66vw); margin: -1px -5px 4px; }
  .album .media { margin: 0; border-radius: var(--r-sm); aspect-ratio: 1; max-inline-size: none; } .album.odd .media:first-child { grid-column: 1 / -1; aspect-ratio: 2; }
  .album .more { position: absolute; inset: 0; display: grid; place-content: center; background: var(--scrim); color: var(--toast-fg); font-size: var(--fs-2xl); font-weight: 650; }
  .hole { display: grid; place-content: center; justify-items: center; gap: 6px; inline-size: min(260px, 60vw); min-block-size: 140px; color: var(--text-2); font-size: var(--fs-sm); text-align: center; padding: var(--sp-3); }
  .album .hole { inline-size: auto; min-block-size: 0; block-size: 100%; }
  .again { font-size: var(--fs-sm); }
  .cap { inline-size: 0; min-inline-size: 100%; }
  inbox-voice { display: block; inline-size: min(290px, 62vw); min-block-size: 48px; }
`;

export const address = (attachment, part = "") => `/api/v1/attachments/${attachment.id}${part}`;
/** What is being sent is not kept yet: it stands in the thread as what it will be. */
export const fileOf = ({ attachments, direction }) => attachments?.[0] ?? (direction === "outbound" ? { state: "sending" } : undefined);
export const stored = (attachment) => attachment?.state === "stored";
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Its own shape, before it has come: nothing moves when it does. */
function shape({ width, height }) {
  if (!width || !height) return "inline-size: min(300px, 66vw); aspect-ratio: 4 / 3";
  const ratio = Math.min(Math.max(width / height, 0.5), 2.4);
  const wide = Math.max(Math.min(width, WIDEST, TALLEST * ratio), NARROWEST);
  return `inline-size: min(${Math.round(wide)}px, 66vw); aspect-ratio: ${ratio}`;
}

/** A link, so that it can be opened beside; a plain press looks at it here. */
const link = (message, attachment, view, inner, style = "", kind = "", label = "") => html`<a class="media ${kind}" href=${address(attachment)} .style=${style} target="_blank" rel="noopener" aria-label=${label || nothing} @click=${(event) => view?.(event, message)}>${inner}</a>`;
const image = (attachment, label) => html`<img src=${address(attachment, attachment.thumbnail ? "/thumbnail" : "")} alt=${label} loading="lazy" decoding="async">`;
const captioned = (caption) => (caption === nothing ? nothing : html`<div class="cap">${caption}</div>`);

export function picture(message, caption, { view } = {}) {
  const attachment = fileOf(message);
  if (!stored(attachment)) return html`<div class="media">${hole(attachment, message.type)}</div>${captioned(caption)}`;
  return html`${link(message, attachment, view, image(attachment, message.body || t("Photo")), shape(attachment))}${captioned(caption)}`;
}

/** One that moves does so, unless its reader wants no motion. */
export function sticker(message) {
  const attachment = fileOf(message);
  if (!stored(attachment)) return html`<div class="media">${hole(attachment, message.type)}</div>`;
  const still = attachment.thumbnail ? html`<source media="(prefers-reduced-motion: reduce)" srcset=${address(attachment, "/thumbnail")}>` : nothing;
  return html`<span class="media sticker"><picture>${still}<img src=${address(attachment)} alt=${t("Sticker")} loading="lazy" decoding="async"></picture></span>`;
}

export function film(message, caption, { view } = {}) {
  const attachment = fileOf(message);
  if (!stored(attachment)) return html`<div class="media">${hole(attachment, message.type)}</div>${captioned(caption)}`;
  const label = message.body || t("Video");
  const still = attachment.thumbnail ? image(attachment, "") : html`<div class="hole"></div>`;
  return html`${link(message, attachment, view, html`${still}<span class="play">${icon("play")}</span>${length(attachment)}`, attachment.thumbnail ? shape(attachment) : "", "", t("Play: {name}", { name: label }))}${captioned(caption)}`;
}

const length = ({ duration }) => (duration ? html`<span class="length">${icon("video")}<bdi dir="ltr">${clock(duration)}</bdi></span>` : nothing);

/** Pictures and videos of one author that came together; the last tile tells how many more there are. */
export function album(messages, { view } = {}) {
  const shown = messages.slice(0, TILES);
  const rest = messages.length - TILES;
  return html`<div class="album ${messages.length === 3 ? "odd" : ""}" role="group" aria-label=${t("Album of {n}", { n: fmt.number(messages.length) })}>${shown.map((message, index) => tile(message, view, index === TILES - 1 && rest > 0 ? rest : 0))}</div>`;
}

function tile(message, view, rest) {
  const attachment = fileOf(message);
  if (!stored(attachment)) return html`<div class="media">${hole(attachment, message.type)}</div>`;
  const video = message.type === "video";
  const inner = html`${attachment.thumbnail || !video ? image(attachment, message.body || (video ? t("Video") : t("Photo"))) : html`<div class="hole"></div>`}
    ${rest ? html`<span class="more" dir="ltr">+${rest}</span>` : video ? html`<span class="play">${icon("play")}</span>${length(attachment)}` : nothing}`;
  return link(message, attachment, view, inner, "", "", rest ? t("{n} more", { n: fmt.number(rest) }) : "");
}

export function sound(message, caption) {
  const attachment = fileOf(message);
  if (!stored(attachment) || !playable(attachment)) return file(message, caption);
  bring(import.meta, "./player/voice.js");
  return html`<inbox-voice .message=${message}></inbox-voice>${caption}`;
}

const playable = ({ mime_type: type }) => !type || new Audio().canPlayType(type) !== "";

export function file(message, caption, { view } = {}) {
  const attachment = fileOf(message);
  const [picture, name] = kindOf(message.type);
  const detail = stored(attachment) ? facts(attachment, name) : why(attachment);
  const shown = attachment?.filename || message.content?.filename || name;
  const inner = html`${icon(picture)}<span class="grow"><span class="t" dir="auto">${shown}</span><br><span class="s">${detail}</span></span>`;
  if (!stored(attachment)) return html`<div class="card">${inner}</div>${again(attachment)}${caption}`;
  const viewed = view && viewable(attachment);
  return html`<div class="card file"><a class="whole" href=${address(attachment)} download=${viewed ? nothing : (attachment.filename ?? "")} target=${viewed ? "_blank" : nothing} @click=${(event) => viewed && view(event, message)}>${inner}</a>
    ${viewed ? html`<a class="ib" href=${address(attachment)} download=${attachment.filename ?? ""} aria-label=${t("Download {name}", { name: shown })} title=${t("Download")}>${icon("download", "small")}</a>` : icon("download")}</div>${caption}`;
}

/** What the viewer can show of documents. */
export const viewable = ({ mime_type: type }) => type === "text/plain" || (type === "application/pdf" && navigator.pdfViewerEnabled);

const NAMES = { pdf: "PDF", msword: "DOC", "vnd.ms-excel": "XLS", "vnd.ms-powerpoint": "PPT", plain: "TXT", csv: "CSV", zip: "ZIP" };

/** Its type, size and number of pages: what is known of it. */
export function facts({ size, mime_type: type, filename, duration }, name = "") {
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(filename ?? "")?.[1];
  const kind = ending?.toUpperCase() ?? NAMES[type?.split("/")[1]] ?? "";
  const told = [kind, duration ? clock(duration) : "", size ? fmt.size(size) : ""].filter(Boolean);
  return told.length ? told.map((one, at) => html`${at ? " · " : nothing}<bdi>${one}</bdi>`) : name;
}

export function hole(attachment, kind) {
  const gone = !attachment || attachment.state === "failed";
  return html`<div class="hole">${icon(gone ? "image-off" : kindOf(kind)[0])}<span>${why(attachment)}</span>${again(attachment)}</div>`;
}

/** Why there is nothing to see, in words that say what to do where something can be done. */
export function why(attachment) {
  if (attachment?.state === "sending") return t("Sending…");
  if (attachment?.state === "pending") return t("Fetching from WhatsApp…");
  return {
    expired: () => t("WhatsApp keeps files for 7 days, and this one was not fetched in time. Ask for it again."),
    gone: () => t("WhatsApp does not have this file any more. Ask for it again."),
    lost: () => t("This file was kept here and is lost. Ask for it again."),
    too_large: () => t("This file is too large to be fetched."),
  }[attachment?.failure]?.() ?? t("This file could not be fetched from WhatsApp.");
}

const HOPELESS = ["expired", "no_id", "too_large"];

/** A button where another try may help: WhatsApp may still have the file, or was away. */
export function again(attachment) {
  if (attachment?.state !== "failed" || HOPELESS.includes(attachment.failure)) return nothing;
  return html`<button class="link again" @click=${(event) => fetchAgain(event, attachment)}>${t("Try again")}</button>`;
}

async function fetchAgain({ target }, attachment) {
  target.disabled = true; // the event that tells of the new state draws it anew
  try {
    await post(address(attachment, "/retry"));
  } catch (error) {
    target.disabled = false;
    toast({ text: t("Not fetched: {reason}", { reason: error.message }) });
  }
}
