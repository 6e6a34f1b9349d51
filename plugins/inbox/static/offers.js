/** Interactive messages, templates and orders as people read them: words, what could be tapped, what was chosen. */
import { css, html, nothing } from "lit";
import { fmt, icon, t } from "@comptoir/sdk";
import { bill, orderStyles, standing } from "./content/orders.js";
import { unknown } from "./content/sayings.js";
import { file, film, picture } from "./files.js";
import { otpOf } from "./templates/codes.js";

export const offerStyles = css`${orderStyles}
  .offer { display: grid; gap: 4px; margin-block-start: 6px; min-inline-size: 180px; }
  .offer .tap { display: flex; align-items: center; justify-content: center; gap: 6px; min-block-size: 32px; padding: 4px 10px; border: 1px solid var(--line-strong); border-radius: var(--r-md); color: var(--accent-strong); font-weight: 550; text-align: center; text-decoration: none; overflow-wrap: anywhere; }
  .offer .tap .icon { inline-size: 16px; block-size: 16px; flex: none; }
  .offer details { border: 1px solid var(--line-strong); border-radius: var(--r-md); padding: 6px 10px; } .offer summary { color: var(--accent-strong); font-weight: 550; cursor: pointer; }
  .offer ul { margin: 6px 0 0; padding: 0; list-style: none; display: grid; gap: 4px; } .offer small, .slide small { display: block; color: var(--bubble-meta); font-size: var(--fs-sm); }
  .slide { border-inline-start: 3px solid var(--line-strong); padding-inline-start: 8px; }
  .offer .tap .code { font-weight: 650; letter-spacing: 0; } .offer .how { font-size: var(--fs-sm); color: var(--bubble-meta); }
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
  list: ({ button, sections = [] }) => html`<details><summary><bdi>${button || t("List")}</bdi></summary>${sections.map(({ title, rows = [] }) => html`${title ? html`<small><bdi>${title}</bdi></small>` : nothing}${listed(rows)}`)}</details>`,
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
  order_details: ({ parameters = {} }) => html`${bill(parameters)}${tap(t("Review and pay"))}`,
  order_status: ({ parameters = {} }) => standing(parameters),
};

const HEADS = { image: picture, video: film, document: file, gif: film };

/** A header: words, or a file, which is ours when it was uploaded here. */
function head(message, { type, format = type, text, ...told } = {}, around) {
  if (!format) return nothing;
  if (text) return html`<div class="lead" dir="auto">${text}</div>`;
  const kind = format.toLowerCase();
  if (HEADS[kind] && message.attachments?.length) return HEADS[kind]({ ...message, type: kind, body: "" }, nothing, around);
  const { link: url, filename, product_retailer_id: product } = told[kind] ?? {};
  const inner = html`${icon({ video: "video", gif: "video", document: "file-text", location: "map-pin", product: "package" }[kind] ?? "image")}<span class="grow"><span class="t" dir="auto">${filename || told[kind]?.name || (product ? t("Product {id}", { id: product }) : t("With a file"))}</span>${url ? html`<br><bdi class="s" dir="ltr">${url}</bdi>` : nothing}</span>`;
  return /^https?:\/\//.test(url ?? "") ? html`<a class="card" href=${url} target="_blank" rel="noopener noreferrer">${inner}${icon("external-link")}</a>` : html`<div class="card">${inner}</div>`;
}

/** What we offered. `words` draws the text. */
export function offered(message, words, around) {
  const { content } = message;
  const shown = SHOWN[content.type]?.(content.action ?? {}) ?? nothing;
  return html`${head(message, content.header, around)}${words(message, around)}${content.footer ? html`<div class="foot" dir="auto">${content.footer.text}</div>` : nothing}<div class="offer">${shown}</div>`;
}

/** What the customer chose, filled in or allowed. */
export function chosen(message, words) {
  const { content } = message;
  const { list_reply: row, nfm_reply: form, call_permission_reply: call, button_reply: button } = content;
  if (call) return html`<div class="unknown">${icon("phone", "small")}<span>${permission(call)}</span></div>`;
  if (!row && !form && !button && !message.body) return unknown(message);
  return html`<div class="s unknown">${icon(form ? "file-text" : "mouse-pointer-click", "small")}<span>${form ? t("Filled in a form") : t("Chose an answer")}</span></div>${words(message)}
    ${row?.description ? html`<div class="foot" dir="auto">${row.description}</div>` : nothing}${form ? answers(form.response_json) : nothing}`;
}

/** Without a moment it holds until the customer takes it back. */
function permission({ response, expiration_timestamp: end }) {
  if (response !== "accept") return t("Does not allow calls");
  return end ? t("Allows calls until {moment}", { moment: fmt.moment(Number(end) * 1000) }) : t("Allows calls");
}

function answers(json) {
  let told;
  try { told = JSON.parse(json); } catch { return nothing; } // the words of the form stand above
  const plain = Object.entries(told ?? {}).filter(([key, value]) => key !== "flow_token" && ["string", "number", "boolean"].includes(typeof value));
  return plain.length ? html`<div class="offer">${listed(plain.map(([key, value]) => ({ title: String(value), description: key.replaceAll("_", " ") })))}</div>` : nothing;
}

const BUTTONS = { url: "external-link", phone_number: "phone", voice_call: "phone", copy_code: "copy", otp: "copy", flow: "file-text", catalog: "package", mpm: "package", spm: "package", quick_reply: "reply", order_details: "package", request_contact_info: "phone" };

/** As the customer reads it, when its words were known as it left; else its name and what was filled in. */
export function template(message, words, around) {
  const { name, components = [] } = message.content;
  if (!name) return words(message, around);
  const title = html`<div class="unknown">${icon("layout-template", "small")}<span>${t("Template {name}", { name })}</span></div>`;
  const given = components.find(({ type }) => type === "header")?.parameters?.[0];
  const read = message.context?.template;
  if (!read) return html`${title}${head(message, given && { ...given, format: given.type, text: undefined }, around)}${filled(components)}${opened(components)}`;
  const { header, footer, offer, cards = [] } = read;
  return html`${title}${header ? head(message, { ...given, ...header, text: header.format === "text" ? header.text : undefined }, around) : nothing}
    ${words(message, around)}${offer ? until(offer) : nothing}${footer ? html`<div class="foot" dir="auto">${footer}</div>` : nothing}${opened(components)}${taps(read)}
    ${cards.length ? html`<div class="offer">${cards.map((card, at) => templateCard(message, card, at))}</div>` : nothing}`;
}

const taps = ({ buttons = [] }) => (buttons.length ? html`<div class="offer">${buttons.map(pressable)}</div>` : nothing);

function pressable(button) {
  const { type, text, url, code } = button;
  const otp = otpOf(button);
  if (otp) return html`${tap(text || t("Copy code"), "copy")}${otp === "COPY_CODE" ? nothing : html`<span class="how">${otp === "ONE_TAP" ? t("Your app takes the code at one tap; where it is not installed, the customer copies it.") : t("Your app takes the code by itself; where it is not installed, the customer copies it.")}</span>`}`;
  if (url) return link({ display_text: text, url });
  if (code) return html`<span class="tap">${icon("copy", "small")}<bdi>${text || t("Code to copy")}</bdi><bdi class="code" dir="ltr">${code}</bdi></span>`;
  return tap(text || t("Code to copy"), BUTTONS[type]);
}

/** What a button opens: products, an order to be paid; and how an order stands. */
function opened(components) {
  const given = components.flatMap(({ parameters = [] }) => parameters);
  const shown = given.flatMap(({ action, order_status: state }) => [
    ...(action?.sections ? [SHOWN.product_list(action)] : []), ...(action?.order_details ? [bill(action.order_details)] : []), ...(state ? [standing(state)] : [])]);
  return shown.length ? html`<div class="offer">${shown}</div>` : nothing;
}

const until = ({ text, ends_at: end }) => html`<div class="card">${icon("clock")}<span class="grow"><span class="t" dir="auto">${text}</span>${end ? html`<br><span class="s">${t("Ends {moment}", { moment: fmt.moment(end) })}</span>` : nothing}</span></div>`;

/** One card of a carousel, with the file that was sent for it: files hang on a message in the order of its parts. */
function templateCard(message, card, at) {
  const { components = [] } = message.content;
  const own = components.find(({ type }) => type === "carousel")?.cards?.find((one) => one.card_index === at);
  const given = own?.components?.find(({ type }) => type === "header")?.parameters?.[0];
  const file = message.attachments?.[components.flatMap(filesOf).indexOf(given)];
  return html`<div class="slide">${card.header ? head({ ...message, attachments: file ? [file] : [] }, { ...given, ...card.header, text: card.header.text || undefined }) : nothing}
    ${card.body ? html`<div dir="auto">${card.body}</div>` : nothing}${taps(card)}</div>`;
}

const filesOf = ({ parameters = [], cards = [] }) => [...parameters.filter((one) => one[one.type]?.attachment_id), ...cards.flatMap((card) => (card.components ?? []).flatMap(filesOf))];

const told = (one) => one.text ?? one.currency?.fallback_value ?? one.date_time?.fallback_value ?? one.payload ?? one.coupon_code;

function filled(components) {
  const given = components.filter(({ type }) => type !== "header").flatMap(({ parameters = [], cards = [] }) => [...parameters, ...cards.flatMap((card) => (card.components ?? []).flatMap((one) => one.parameters ?? []))]).map(told).filter(Boolean);
  return given.length ? html`<div class="offer">${listed(given.map((title) => ({ title })))}</div>` : nothing;
}

export function order(message, words) {
  const items = Array.isArray(message.content.product_items) ? message.content.product_items : [];
  const amount = (price, currency) => (price === undefined || price === null ? "" : `${price} ${currency ?? ""}`.trim());
  const sums = items.map(({ quantity, item_price: price }) => Number(quantity) * Number(price));
  const whole = items.length > 1 && sums.every(Number.isFinite) && new Set(items.map(({ currency }) => currency)).size === 1;
  return html`<div class="unknown">${icon("package", "small")}<span>${t("Ordered")}</span></div>${words(message)}
    <div class="offer">${listed(items.map(({ product_retailer_id: id, quantity, item_price: price, currency }) => ({ title: t("{n} × {id}", { n: fmt.number(Number(quantity) || 1), id }), description: amount(price, currency) })))}
    ${whole ? html`<div class="lead"><bdi>${t("Total: {sum}", { sum: amount(Math.round(sums.reduce((a, b) => a + b, 0) * 100) / 100, items[0].currency) })}</bdi></div>` : nothing}</div>`;
}
