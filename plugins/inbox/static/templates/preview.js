/** A template as the customer will see it. */
import { css, html, nothing } from "lit";
import { icon, t } from "@comptoir/sdk";
import { buttonsOf, footerOf, headerOf, shown, textOf } from "./fill.js";

export const preview = css`
  .preview { background: var(--bg); border-radius: var(--r-md); padding: var(--sp-3); margin-block-end: var(--sp-3); } .preview h3 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); margin-block-end: var(--sp-2); }
  .bubble { background: var(--bubble-out); border-radius: var(--r-lg); padding: 8px 12px; box-shadow: var(--sh); max-inline-size: 400px; margin-inline-start: auto; } .bubble .lead { font-weight: 600; } .bubble .words { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; } .bubble .foot { font-size: var(--fs-sm); color: var(--bubble-meta); margin-block-start: 3px; }
  .bubble .medium { display: flex; gap: var(--sp-2); align-items: center; background: color-mix(in oklab, var(--text) 6%, transparent); border-radius: var(--r-md); padding: 8px; margin-block-end: 5px; } .bubble img { max-inline-size: 100%; max-block-size: 160px; border-radius: var(--r-md); display: block; margin-block-end: 5px; }
  .bubble .tap { display: flex; justify-content: center; gap: 6px; align-items: center; min-block-size: 32px; border: 1px solid var(--line-strong); border-radius: var(--r-md); color: var(--accent-strong); font-weight: 550; margin-block-start: 4px; padding: 2px 8px; }
`;

const ICONS = { URL: "external-link", PHONE_NUMBER: "phone", VOICE_CALL: "phone", COPY_CODE: "copy", QUICK_REPLY: "reply" };

export function drawn(template, values) {
  return html`<section class="preview" aria-label=${t("What the customer will see")}><h3>${t("What the customer will see")}</h3><div class="bubble">
    ${head(headerOf(template), values)}<div class="words" dir="auto">${shown(textOf(template), values, "body")}</div>
    ${footerOf(template) ? html`<div class="foot" dir="auto">${footerOf(template)}</div>` : nothing}
    ${buttonsOf(template).map(({ type, text }) => html`<span class="tap">${icon(ICONS[type] ?? "mouse-pointer-click", "small")}<bdi>${text ?? t("Code to copy")}</bdi></span>`)}</div></section>`;
}

function head({ format, text }, { header, ...values }) {
  if (!format) return nothing;
  if (format === "TEXT") return html`<div class="lead" dir="auto">${shown(text, values, "header")}</div>`;
  if (format === "IMAGE" && header?.url) return html`<img alt=${header.filename ?? t("Picture")} src=${header.url}>`;
  const name = { IMAGE: "image", VIDEO: "video", DOCUMENT: "file-text" }[format] ?? "map-pin";
  return html`<div class="medium">${icon(name)}<bdi class="cut">${header?.filename ?? { IMAGE: t("Picture"), VIDEO: t("Video"), DOCUMENT: t("Document") }[format] ?? ""}</bdi></div>`;
}
