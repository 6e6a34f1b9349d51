/** Interactive messages, templates and orders as people read them: words, what could be tapped, what was chosen. */
import { css, html, nothing } from "lit";
import { fmt, icon, t } from "@comptoir/sdk";

export const offerStyles = css`
  .offer { display: grid; gap: 4px; margin-block-start: 6px; }
  .offer .tap { display: flex; align-items: center; justify-content: center; gap: 6px; min-block-size: 32px; padding: 4px 10px; border: 1px solid var(--line-strong); border-radius: var(--r-md); color: var(--accent-strong); font-weight: 550; text-align: center; text-decoration: none; overflow-wrap: anywhere; }
  .offer .tap .icon { inline-size: 16px; block-size: 16px; flex: none; }
  .offer details { border: 1px solid var(--line-strong); border-radius: var(--r-md); padding: 6px 10px; } .offer summary { color: var(--accent-strong); font-weight: 550; cursor: pointer; }
  .offer ul { margin: 6px 0 0; padding: 0; list-style: none; display: grid; gap: 4px; } .offer small, .slide small { display: block; color: var(--bubble-meta); font-size: var(--fs-sm); }
  .slide { border-inline-start: 3px solid var(--line-strong); padding-inline-start: 8px; }
  .lead { font-weight: 600; } .foot { font-size: var(--fs-sm); color: var(--bubble-meta); margin-block-start: 3px; }
`;

const tap = (label, name) => html`<span class="tap">${name ? icon(name, "small") : nothing}<bdi>${label}</bdi></span>`;
const link = ({ display_text: label, url } = {}) => (/^https?:\/\//.test(url ?? "") ? html`<a class="tap" href=${url} target="_blank" rel="noopener noreferrer">${icon("external-link", "small")}<bdi>${label}</bdi></a>` : tap(label ?? ""));
const listed = (items) => html`<ul>${items.map(({ title, description }) => html`<li><bdi>${title}</bdi>${description ? html`<small><bdi>${description}</bdi></small>` : nothing}</li>`)}</ul>`;

function slide(card) {
  const { parameters, buttons = [], product_retailer_id: product } = card.action ?? {};
  return html`<div class="slide">${card.body ? html`<bdi>${card.body.text}</bdi>` : nothing}${product ? html`<small>${t("Product {id}", { id: product })}</small>` : nothing}
    ${parameters ? link(parameters) : buttons.map(({ quick_reply: one }) => tap(one?.title ?? ""))}</div>`;
}

const SHOWN = {
  button: ({ buttons = [] }) => buttons.map(({ reply }) => tap(reply?.title ?? "", "reply")),
  list: ({ button, sections = [] }) => html`<details><summary><bdi>${button}</bdi></summary>${sections.map(({ title, rows = [] }) => html`${title ? html`<small><bdi>${title}</bdi></small>` : nothing}${listed(rows)}`)}</details>`,
  cta_url: ({ parameters }) => link(parameters),
  location_request_message: () => tap(t("Send location"), "map-pin"),
  request_contact_info: () => tap(t("Share phone number"), "phone"),
  address_message: () => tap(t("Give address"), "map-pin"),
  flow: ({ parameters }) => tap(parameters?.flow_cta ?? t("Form"), "file-text"),
  product: ({ product_retailer_id: id }) => tap(t("Product {id}", { id }), "package"),
  product_list: ({ sections = [] }) => html`<details><summary>${t("Products")}</summary>${sections.map(({ title, product_items: items = [] }) => html`${title ? html`<small><bdi>${title}</bdi></small>` : nothing}${listed(items.map(({ product_retailer_id: id }) => ({ title: id })))}`)}</details>`,
  catalog_message: () => tap(t("Catalogue"), "package"),
  carousel: ({ cards = [] }) => cards.map(slide),
  call_permission_request: () => tap(t("Allow calls"), "phone"),
  voice_call: ({ parameters }) => tap(parameters?.display_text ?? t("Call"), "phone"),
  order_details: ({ parameters }) => tap(t("Order {reference}: {sum}", { reference: parameters?.reference_id, sum: `${((parameters?.total_amount?.value ?? 0) / (parameters?.total_amount?.offset || 1)).toFixed(2)} ${parameters?.currency ?? ""}` }), "package"),
  order_status: ({ parameters }) => tap(t("Order {reference}: {state}", { reference: parameters?.reference_id, state: parameters?.order?.status ?? "" }), "package"),
};

/** What we offered. `words` draws the text. */
export function offered(message, words) {
  const { content } = message;
  const shown = SHOWN[content.type]?.(content.action ?? {}) ?? nothing;
  return html`${content.header?.text ? html`<div class="lead" dir="auto">${content.header.text}</div>` : nothing}
    ${content.header && content.header.type !== "text" ? html`<div class="card">${icon(content.header.type === "video" ? "video" : content.header.type === "document" ? "file-text" : "image")}<span class="s">${t("With a file")}</span></div>` : nothing}
    ${words(message)}<div class="offer">${shown}</div>${content.footer ? html`<div class="foot" dir="auto">${content.footer.text}</div>` : nothing}`;
}

/** What the customer chose, filled in or allowed. */
export function chosen(message, words) {
  const { content } = message;
  const { list_reply: row, nfm_reply: form, call_permission_reply: call } = content;
  if (call) return html`<div class="unknown">${icon("phone", "small")}<span>${call.response === "accept" ? t("Allows calls") : t("Does not allow calls")}</span></div>`;
  return html`<div class="s unknown">${icon(form ? "file-text" : "mouse-pointer-click", "small")}<span>${form ? t("Filled in a form") : t("Chose an answer")}</span></div>${words(message)}
    ${row?.description ? html`<div class="foot" dir="auto">${row.description}</div>` : nothing}${form ? answers(form.response_json) : nothing}`;
}

function answers(json) {
  let told;
  try { told = JSON.parse(json); } catch { return nothing; } // the words of the form stand above
  const plain = Object.entries(told ?? {}).filter(([key, value]) => key !== "flow_token" && ["string", "number", "boolean"].includes(typeof value));
  return plain.length ? html`<div class="offer">${listed(plain.map(([key, value]) => ({ title: String(value), description: key.replaceAll("_", " ") })))}</div>` : nothing;
}

export function template(message, words) {
  const { name, components = [] } = message.content;
  if (!name) return words(message);
  const given = components.flatMap(({ parameters = [] }) => parameters).map((one) => one.text ?? one.currency?.fallback_value ?? one.date_time?.fallback_value ?? one.payload ?? one.coupon_code).filter(Boolean);
  return html`<div class="unknown">${icon("layout-template", "small")}<span>${t("Template {name}", { name })}</span></div>
    ${given.length ? html`<div class="offer">${listed(given.map((title) => ({ title })))}</div>` : nothing}`;
}

export function order(message, words) {
  const items = message.content.product_items ?? [];
  return html`<div class="unknown">${icon("package", "small")}<span>${t("Ordered")}</span></div>${words(message)}
    <div class="offer">${listed(items.map(({ product_retailer_id: id, quantity, item_price: price, currency }) => ({ title: t("{n} × {id}", { n: fmt.number(Number(quantity) || 1), id }), description: price === undefined ? "" : `${price} ${currency ?? ""}` })))}</div>`;
}
