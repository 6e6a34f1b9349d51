/** What is said about a message in the place of its words: notes of WhatsApp, what it does not pass on, what is gone. */
import { html, nothing } from "lit";
import { icon, t } from "@comptoir/sdk";
import { noteOf, revocation, unsupportedOf } from "../words.js";
import { words } from "./text.js";

export const saying = (picture, text) => html`<div class="unknown">${icon(picture, "small")}<span dir="auto">${text}</span></div>`;

/** Its author took it back: said as it is, and not shown any more. */
export const revoked = ({ direction }) => saying("ban", revocation(direction));

/** WhatsApp's own words; ours where it sent none. */
export const note = ({ body, content }) => saying("info", body || noteOf(content?.type));

export const unsupported = ({ content }) => saying("circle-help", unsupportedOf(content?.type ?? content?.raw_type));

export const placeholder = () => saying("file", t("A file of an earlier time. WhatsApp has not handed it over."));

export const pinned = ({ content }) => saying("pin", content.type === "unpin" ? t("Unpinned a message") : t("Pinned a message"));

export const answer = (message) => html`${saying("mouse-pointer-click", t("Chose an answer"))}${words(message)}`;

export function unknown(message) {
  return html`${saying("circle-help", t("WhatsApp sent something that cannot be shown here yet ({type}). It is kept.", { type: message.type }))}${words(message)}`;
}

/** Above the words: passed on, from an advertisement, about a product. */
export function origin({ context }) {
  if (!context) return nothing;
  const { forwarded, often_forwarded: often, referral, product } = context;
  return html`${forwarded ? html`<div class="fwd">${icon("reply", "small")}<span>${often ? t("Forwarded many times") : t("Forwarded")}</span></div>` : nothing}
    ${referral ? advertisement(referral) : nothing}
    ${product ? html`<div class="card">${icon("package")}<span class="grow"><span class="t">${t("About a product")}</span><br><bdi class="s" dir="ltr">${product.product_retailer_id}</bdi></span></div>` : nothing}`;
}

function advertisement({ headline, body, source_url: url, source_type: kind }) {
  const said = kind === "post" ? t("From a post") : t("From an advertisement");
  const inner = html`${icon("sparkles")}<span class="grow"><span class="s">${said}</span>${headline ? html`<br><span class="t" dir="auto">${headline}</span>` : nothing}${body ? html`<br><span class="s" dir="auto">${String(body).slice(0, 200)}</span>` : nothing}</span>`;
  return /^https?:\/\//.test(url ?? "")
    ? html`<a class="card" href=${url} target="_blank" rel="noopener noreferrer">${inner}${icon("external-link")}</a>`
    : html`<div class="card">${inner}</div>`;
}
