/** Files of messages: pictures by their thumbnails, voice by its wave, the rest by name; what failed, with a way on. */
import { css, html, nothing, svg } from "lit";
import { fmt, icon, post, t, toast } from "@comptoir/sdk";
import { kindOf } from "./words.js";

export const fileStyles = css`
  .media { position: relative; }
  .media .play { position: absolute; inset: 0; display: grid; place-content: center; }
  .media .play .icon { inline-size: 44px; block-size: 44px; padding: 10px; border-radius: var(--r-full); background: var(--surface); color: var(--text); box-shadow: var(--sh); }
  .wave { display: flex; align-items: center; gap: var(--sp-2); color: var(--bubble-meta); font-size: var(--fs-xs); }
  .wave svg { inline-size: min(220px, 48vw); block-size: 28px; fill: currentColor; }
  .again { font-size: var(--fs-sm); }
`;

const address = (attachment, part = "") => `/api/v1/attachments/${attachment.id}${part}`;
/** What is being sent is not kept yet: it stands in the thread as what it will be. */
const fileOf = ({ attachments, direction }) => attachments[0] ?? (direction === "outbound" ? { state: "sending" } : undefined);
const stored = (attachment) => attachment?.state === "stored";

export function picture(message, caption) {
  const attachment = fileOf(message);
  if (!stored(attachment)) return html`<div class="media">${hole(attachment, message.type)}</div>${caption}`;
  const label = message.type === "sticker" ? t("Sticker") : message.body || t("Photo");
  return html`<a class="media ${message.type}" href=${address(attachment)} target="_blank" rel="noopener">${image(attachment, label)}</a>${caption}`;
}

export function film(message, caption) {
  const attachment = fileOf(message);
  if (!stored(attachment) || !attachment.thumbnail) return file(message, caption);
  return html`<a class="media" href=${address(attachment)} target="_blank" rel="noopener">${image(attachment, message.body || t("Video"))}<span class="play">${icon("play")}</span></a>
    ${attachment.duration ? html`<div class="wave"><bdi dir="ltr">${clock(attachment.duration)}</bdi></div>` : nothing}${caption}`;
}

const image = (attachment, label) => html`<img src=${address(attachment, attachment.thumbnail ? "/thumbnail" : "")} alt=${label} loading="lazy">`;

export function sound(message, caption) {
  const attachment = fileOf(message);
  if (!stored(attachment)) return file(message, caption);
  const label = attachment.voice ? t("Voice message") : t("Audio");
  return html`${attachment.waveform ? html`<div class="wave" aria-hidden="true">${wave(attachment.waveform)}<bdi dir="ltr">${clock(attachment.duration ?? 0)}</bdi></div>` : nothing}
    <audio controls preload="none" src=${address(attachment)} aria-label=${label}></audio>`;
}

/** Bars around the middle: 64 of them, the loudest as high as the picture. */
function wave(peaks) {
  return html`<svg viewBox="0 0 256 28" preserveAspectRatio="none">${peaks.map((peak, at) => {
    const height = Math.max(2, (peak / 100) * 28);
    return svg`<rect x=${at * 4} y=${(28 - height) / 2} width="3" height=${height} rx="1"></rect>`;
  })}</svg>`;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function file(message, caption) {
  const attachment = fileOf(message);
  const [picture, name] = kindOf(message.type);
  const detail = stored(attachment) ? (attachment.size ? fmt.size(attachment.size) : name) : why(attachment);
  const inner = html`${icon(picture)}<span class="grow"><span class="t" dir="auto">${attachment?.filename || message.content?.filename || name}</span><br><span class="s">${detail}</span></span>`;
  return html`${stored(attachment) ? html`<a class="card" href=${address(attachment)} download=${attachment.filename ?? ""}>${inner}${icon("download")}</a>` : html`<div class="card">${inner}</div>${again(attachment)}`}${caption}`;
}

function hole(attachment, kind) {
  const gone = !attachment || attachment.state === "failed";
  return html`<div class="hole">${icon(gone ? "image-off" : kindOf(kind)[0])}<span>${why(attachment)}</span>${again(attachment)}</div>`;
}

/** Why there is nothing to see, in words that say what to do where something can be done. */
function why(attachment) {
  if (attachment?.state === "sending") return t("Sending…");
  if (attachment?.state === "pending") return t("Fetching from WhatsApp…");
  return {
    expired: () => t("WhatsApp keeps files for 7 days, and this one was not fetched in time. Ask for it again."),
    gone: () => t("WhatsApp does not have this file any more. Ask for it again."),
    lost: () => t("This file was kept here and is lost. Ask for it again."),
    too_large: () => t("This file is too large to be fetched."),
  }[attachment?.failure]?.() ?? t("This file could not be fetched from WhatsApp.");
}

/** A button where another try may help: WhatsApp had the file, and was away or answered badly. */
function again(attachment) {
  if (attachment?.state !== "failed" || attachment.failure !== "unreachable") return nothing;
  return html`<button class="link again" @click=${() => fetchAgain(attachment)}>${t("Try again")}</button>`;
}

async function fetchAgain(attachment) {
  try {
    await post(address(attachment, "/retry"));
  } catch (error) {
    toast({ text: t("Not fetched: {reason}", { reason: error.message }) });
  }
}
