/** A template as the customer will see it. */
import { css, html, nothing } from "lit";
import { fmt, icon, t } from "@comptoir/sdk";
import { formatted, textStyles } from "../content/text.js";
import { buttonsOf, cardsOf, footerOf, headerOf, offerOf, shown, textOf } from "./parts.js";

export const preview = css`${textStyles}
  .preview { background: var(--bg); border-radius: var(--r-md); padding: var(--sp-3); margin-block-end: var(--sp-3); } .preview h3 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); margin-block-end: var(--sp-2); }
  .bubble { background: var(--bubble-out); border-radius: var(--r-lg); padding: 8px 12px; box-shadow: var(--sh); max-inline-size: 400px; margin-inline-start: auto; } .bubble .lead { font-weight: 600; } .bubble .words { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; } .bubble .foot { font-size: var(--fs-sm); color: var(--bubble-meta); margin-block-start: 3px; }
  .bubble .medium { display: flex; gap: var(--sp-2); align-items: center; background: color-mix(in oklab, var(--text) 6%, transparent); border-radius: var(--r-md); padding: 8px; margin-block-end: 5px; } .bubble img { max-inline-size: 100%; max-block-size: 160px; border-radius: var(--r-md); display: block; margin-block-end: 5px; }
  .bubble .tap { display: flex; justify-content: center; gap: 6px; align-items: center; min-block-size: 32px; border: 1px solid var(--line-strong); border-radius: var(--r-md); color: var(--accent-strong); font-weight: 550; margin-block-start: 4px; padding: 2px 8px; text-align: center; }
  .cards { display: flex; gap: var(--sp-2); overflow-x: auto; padding: var(--sp-2) 2px 4px; } .cards .bubble { flex: none; inline-size: min(220px, 70vw); margin: 0; }
`;

const ICONS = { URL: "external-link", PHONE_NUMBER: "phone", VOICE_CALL: "phone", REQUEST_CONTACT_INFO: "phone", COPY_CODE: "copy", QUICK_REPLY: "reply", FLOW: "file-text", CATALOG: "package", MPM: "package", SPM: "package" };

export function drawn(template, values) {
  const cards = cardsOf(template);
  return html`<section class="preview" aria-label=${t("What the customer will see")}><h3>${t("What the customer will see")}</h3>${bubble({ ...template, prefix: "" }, values)}
    ${cards.length ? html`<div class="cards" role="group" tabindex="0" aria-label=${t("Cards")}>${cards.map((card) => bubble(card, values))}</div>` : nothing}</section>`;
}

const bubble = (scope, values) => html`<div class="bubble">${head(headerOf(scope), `${scope.prefix}header`, values)}<div class="words" dir="auto">${formatted(shown(textOf(scope), values, `${scope.prefix}body`))}</div>${offer(offerOf(scope), values.offer)}
    ${footerOf(scope) ? html`<div class="foot" dir="auto">${footerOf(scope)}</div>` : nothing}
    ${buttonsOf(scope).map((button, index) => tap(button, values[`${scope.prefix}button.${index}`]))}</div>`;

function tap({ type, text }, value) {
  const code = type === "COPY_CODE" && value?.trim();
  return html`<span class="tap">${icon(ICONS[type] ?? "mouse-pointer-click", "small")}<bdi>${text ?? t("Code to copy")}</bdi>${code ? html`<bdi dir="ltr">${code}</bdi>` : nothing}</span>`;
}

function offer(told, end) {
  if (!told) return nothing;
  const until = told.has_expiration && !Number.isNaN(new Date(end).getTime()) ? t("Ends {moment}", { moment: fmt.moment(end) }) : "";
  return html`<div class="medium">${icon("clock")}<span><bdi>${told.text}</bdi>${until ? html`<br><small>${until}</small>` : nothing}</span></div>`;
}

function head({ format, text }, key, values) {
  if (!format) return nothing;
  if (format === "TEXT") return html`<div class="lead" dir="auto">${shown(text, values, key)}</div>`;
  const file = values[key];
  if (format === "IMAGE" && file?.url) return html`<img alt=${file.filename ?? t("Picture")} src=${file.url}>`;
  const name = { IMAGE: "image", VIDEO: "video", GIF: "video", DOCUMENT: "file-text", PRODUCT: "package" }[format] ?? "map-pin";
  const told = file?.filename ?? (values[`${key}.place.name`]?.trim() || values[`${key}.product.id`]?.trim());
  return html`<div class="medium">${icon(name)}<bdi class="cut">${told || { IMAGE: t("Picture"), VIDEO: t("Video"), GIF: t("Video"), DOCUMENT: t("Document"), LOCATION: t("Location"), PRODUCT: t("Product") }[format] || ""}</bdi></div>`;
}
