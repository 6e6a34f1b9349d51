/** WhatsApp's object of a template that was filled in. */
import { newId } from "@comptoir/sdk/ledger.js";
import { MEDIA, MOST_SECTIONS, idsOf } from "./fields.js";
import { numberOf } from "./fill.js";
import { bodyOf, buttonsOf, cardsOf, headerOf, offerOf, placesOf } from "./parts.js";

export function contentOf(template, values) {
  const whole = { ...template, prefix: "" };
  const cards = cardsOf(template).map((card) => ({ card_index: card.card, components: partsOf(card, values) }));
  const components = [...partsOf(whole, values), ...(cards.length ? [{ type: "carousel", cards }] : [])];
  return { name: template.name, language: { code: template.language }, ...(components.length ? { components } : {}) };
}

function partsOf(scope, values) {
  const of = (type, parameters) => (parameters.length ? [{ type, parameters }] : []);
  const words = (part, key) => placesOf(part.text).map((name) => ({ type: "text", text: values[`${key}.${name}`].trim(), ...(scope.named ? { parameter_name: name } : {}) }));
  const header = headerOf(scope);
  const key = `${scope.prefix}header`;
  return [
    ...of("header", headed(header, key, values) ?? words(header, key)),
    ...of("body", words(bodyOf(scope), `${scope.prefix}body`)),
    ...(offerOf(scope)?.has_expiration ? of("limited_time_offer", [{ type: "limited_time_offer", limited_time_offer: { expiration_time_ms: new Date(values.offer).getTime() } }]) : []),
    ...buttonsOf(scope).flatMap((button, index) => pressed(button, String(index), `${scope.prefix}button.${index}`, values, scope)),
  ];
}

/** Undefined for a header of words. */
function headed({ format }, key, values) {
  const medium = MEDIA[format];
  const of = (name) => values[`${key}.${name}`].trim();
  if (medium) return [{ type: medium, [medium]: { attachment_id: values[key].id, ...(medium === "document" && values[key].filename ? { filename: values[key].filename } : {}) } }];
  if (format === "LOCATION") return [{ type: "location", location: { latitude: numberOf(of("place.latitude")), longitude: numberOf(of("place.longitude")), name: of("place.name"), address: of("place.address") } }];
  return format === "PRODUCT" ? [{ type: "product", product: { product_retailer_id: of("product.id"), catalog_id: of("product.catalog") } }] : undefined;
}

function pressed({ type, text }, index, key, values, { prefix }) {
  const value = values[key]?.trim();
  const sent = (name, parameter) => [{ type: "button", sub_type: name, index, parameters: [parameter] }];
  const action = (name, told) => sent(name, { type: "action", action: told });
  if (type === "URL") return value ? sent("url", { type: "text", text: value }) : [];
  if (type === "COPY_CODE") return sent("copy_code", { type: "coupon_code", coupon_code: value });
  if (type === "FLOW") return action("flow", { flow_token: value || newId() });
  if (type === "CATALOG") return value ? action("catalog", { thumbnail_product_retailer_id: value }) : [];
  if (type === "MPM") return action("mpm", products(key, values));
  return type === "QUICK_REPLY" && prefix ? sent("quick_reply", { type: "payload", payload: text }) : []; // of a card it has to be named
}

/** The picture is that of the first product. */
function products(key, values) {
  const sections = Array.from({ length: MOST_SECTIONS }, (_, at) => ({ title: values[`${key}.title.${at}`]?.trim(), ids: idsOf(values[`${key}.items.${at}`]) })).filter(({ ids }) => ids.length);
  return { thumbnail_product_retailer_id: sections[0].ids[0], sections: sections.map(({ title, ids }) => ({ title, product_items: ids.map((id) => ({ product_retailer_id: id })) })) };
}
