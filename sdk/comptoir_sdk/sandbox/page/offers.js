// What an interactive message offers beside buttons and lists, and how a customer takes it up.
import { el, icon, ICONS } from "./dom.js";
import { t } from "./words.js";

const card = (name, title, detail) => el("div", { class: "card" }, icon(ICONS[name]),
  el("span", { class: "grow", dir: "auto" }, title, detail ? el("small", { dir: "auto" }, detail) : null));

const link = ({ display_text: label, url }) => el("a", { class: "card", href: url, target: "_blank", rel: "noopener noreferrer", title: t("open_link", { label: url }) },
  icon(ICONS.reply), el("span", { class: "grow", dir: "auto" }, label, el("small", { dir: "ltr" }, url)));

const money = ({ total_amount: sum, currency }) => `${(sum.value / sum.offset).toFixed(2)} ${currency}`;

function slide(one) {
  if (one.type === "product") return card("file", one.action.product_retailer_id);
  const { parameters, buttons } = one.action;
  const shown = parameters ? link(parameters) : el("small", {}, buttons.map(({ quick_reply: { title } }) => title).join(" · "));
  return el("div", {}, card("picture", one.body?.text ?? ""), shown);
}

const SHOWN = {
  list: ({ action }) => [el("div", { class: "foot", dir: "auto" }, action.button)],
  cta_url: ({ action }) => [link(action.parameters)],
  product: ({ action }) => [card("file", action.product_retailer_id)],
  product_list: ({ action }) => [card("file", t("products", { count: action.sections.flatMap(({ product_items: items }) => items).length }))],
  catalog_message: () => [card("file", t("catalogue"))],
  carousel: ({ action }) => action.cards.map(slide),
  flow: ({ action }) => [card("file", t("flow"), action.parameters.flow_cta)],
  voice_call: ({ action }) => [card("person", action.parameters?.display_text ?? t("call"))],
  order_details: ({ action: { parameters } }) => [card("file", t("order", { reference: parameters.reference_id }), money(parameters))],
  order_status: ({ action: { parameters } }) => [card("file", t("order_state", { reference: parameters.reference_id, state: parameters.order.status }))],
};

/** The elements under the words of an interactive message. */
export const offer = (content) => SHOWN[content.type]?.(content) ?? [];

/** What the customer can tap: `[label, message to send]`. `reply` makes the message, `phone` is its owner's. */
export function offerTaps({ type, action }, reply, phone) {
  const form = (name, body) => reply("interactive", { type: "nfm_reply", nfm_reply: { name, body, response_json: JSON.stringify({ saved: true }) } });
  const calls = (response) => reply("interactive", { type: "call_permission_reply", call_permission_reply: { response, response_source: "user_action" } });
  const order = (...items) => reply("order", { catalog_id: action.catalog_id, text: "",
    product_items: items.map((id) => ({ product_retailer_id: id, quantity: 1, item_price: 100, currency: "MAD" })) });
  const choose = ({ quick_reply: one }) => [one.title, reply("button", { text: one.title, payload: one.id })];
  const number = phone.number ? [{ phone: `+${phone.number}`, wa_id: phone.number, type: "CELL" }] : [];
  const taken = {
    location_request_message: () => [[t("share_location"), reply("location", { latitude: 33.5731, longitude: -7.5898 })]],
    request_contact_info: () => [[t("share_number"), reply("contacts", [{ name: { formatted_name: phone.name, first_name: phone.name }, phones: number, origin: "contact_request" }])]],
    address_message: () => [[t("give_address"), form("address_message", t("give_address"))]],
    flow: () => [[t("fill_form"), form("flow", "Sent")]],
    call_permission_request: () => [[t("allow_calls"), calls("accept")], [t("refuse_calls"), calls("reject")]],
    product: () => [[t("choose_product"), order(action.product_retailer_id)]],
    product_list: () => [[t("choose_product"), order(action.sections[0].product_items[0].product_retailer_id)]],
    carousel: () => action.cards.flatMap((one) => (one.action.buttons ?? []).map(choose)),
  };
  return taken[type]?.() ?? [];
}
