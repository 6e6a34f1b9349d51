/** What a template asks to be filled in, in the order in which the customer reads it. */
import { fmt, t } from "@comptoir/sdk";
import { bodyOf, buttonsOf, headerOf, offerOf, placesOf, scopesOf } from "./parts.js";

export const MEDIA = { IMAGE: "image", VIDEO: "video", DOCUMENT: "document", GIF: "gif" };
export const MOST_SECTIONS = 10;
export const MOST_PRODUCTS = 30;
const COUPON = 15;
const ADDRESS = 2000;
const TITLE = 60;
const PLACE = 1000;
const SECTION = 24;
const ID = 512;

/**
 * [{key, label, kind, card?, …}]. `kind`: text (`most`, `optional`), file (`of`), number (`range`), moment, ids (products,
 * one on a line; `section` and its `title`). Without `values`, everything that could be asked.
 */
export const fieldsOf = (template, values) => scopesOf(template).flatMap((scope) => [...headed(scope), ...worded(scope), ...ending(scope), ...buttonsOf(scope).flatMap((button, index) => pressed(button, `${scope.prefix}button.${index}`, values))].map((field) => ({ ...field, card: scope.card })));

function headed(scope) {
  const header = headerOf(scope);
  const key = `${scope.prefix}header`;
  const of = MEDIA[header.format];
  if (of) return [{ key, kind: "file", of, label: { image: t("Picture"), video: t("Video"), gif: t("Video that plays by itself"), document: t("Document") }[of] }];
  return { LOCATION: place, PRODUCT: product }[header.format]?.(key) ?? placesOf(header.text).map((name) => ({ key: `${key}.${name}`, kind: "text", most: TITLE, label: t("In the title: {name}", { name }), example: exampleOf(header, name, 0) }));
}

const place = (key) => [
  { key: `${key}.place.latitude`, kind: "number", range: 90, ltr: true, label: t("Latitude"), hint: t("For example 33.5731") },
  { key: `${key}.place.longitude`, kind: "number", range: 180, ltr: true, label: t("Longitude"), hint: t("For example -7.5898") },
  { key: `${key}.place.name`, kind: "text", most: PLACE, label: t("Name of the place") },
  { key: `${key}.place.address`, kind: "text", most: PLACE, label: t("Address") },
];

const product = (key) => [
  { key: `${key}.product.id`, kind: "text", most: ID, ltr: true, label: t("Product ID"), hint: t("As it stands in your catalogue.") },
  { key: `${key}.product.catalog`, kind: "text", most: ID, ltr: true, label: t("Catalogue ID"), hint: t("Commerce Manager shows it in the settings of the catalogue.") },
];

function worded(scope) {
  const body = bodyOf(scope);
  return placesOf(body.text).map((name, at) => ({ key: `${scope.prefix}body.${name}`, kind: "text", most: limitOf(scope), label: /^\d+$/.test(name) ? t("Field {n}", { n: fmt.number(Number(name)) }) : name.replaceAll("_", " "), example: exampleOf(body, name, at) }));
}

const ending = (scope) => (offerOf(scope)?.has_expiration ? [{ key: "offer", kind: "moment", type: "datetime-local", ltr: true, label: t("End of the offer"), hint: t("By the clock of this device. The customer sees a countdown.") }] : []);

/** How long WhatsApp takes a text once it is filled in. */
export const limitOf = (scope) => (scope.prefix ? 160 : offerOf(scope) ? 600 : 1024);

function pressed({ type, text, url, example }, key, values) {
  if (type === "URL" && placesOf(url).length) return [{ key, kind: "text", most: ADDRESS, ltr: true, label: t("End of the address of “{name}”", { name: text }), example: example?.[0] ?? "" }];
  if (type === "COPY_CODE") return [{ key, kind: "text", most: COUPON, ltr: true, label: t("Code to copy"), hint: t("At most {n} characters.", { n: fmt.number(COUPON) }), example: [example ?? ""].flat()[0] }];
  if (type === "FLOW") return [{ key, kind: "text", most: ADDRESS, ltr: true, optional: true, label: t("Token of the form (optional)"), hint: t("For forms that a program of yours answers. Without one, a new one is made.") }];
  if (type === "CATALOG") return [{ key, kind: "text", most: ID, ltr: true, optional: true, label: t("Product whose picture is shown (optional)"), hint: t("Its ID in the catalogue. Without one, WhatsApp shows the first product.") }];
  return type === "MPM" ? sections(key, values) : [];
}

/** One more than are filled in, until there may be no more. */
function sections(key, values) {
  const filled = values ? Array.from({ length: MOST_SECTIONS }, (_, at) => Boolean(values[`${key}.items.${at}`]?.trim())).lastIndexOf(true) + 2 : MOST_SECTIONS;
  return Array.from({ length: Math.min(filled, MOST_SECTIONS) }, (_, at) => [
    { key: `${key}.title.${at}`, kind: "text", most: SECTION, optional: at > 0, needs: `${key}.items.${at}`, label: at ? t("Title of section {n} (optional)", { n: fmt.number(at + 1) }) : t("Title of the first section"), hint: t("At most {n} characters.", { n: fmt.number(SECTION) }) },
    { key: `${key}.items.${at}`, kind: "ids", optional: at > 0, needs: `${key}.title.${at}`, type: "textarea", ltr: true, label: t("Products of section {n}", { n: fmt.number(at + 1) }), hint: t("Their IDs in the catalogue, one on each line. At most {n} in all sections together.", { n: fmt.number(MOST_PRODUCTS) }) },
  ]).flat();
}

/** The products of a section, as they were written down. */
export const idsOf = (text) => [...new Set(String(text ?? "").split(/[\s,،]+/).filter(Boolean))];

function exampleOf({ example = {} }, name, at) {
  const named = [...(example.body_text_named_params ?? []), ...(example.header_text_named_params ?? [])].find((one) => one.param_name === name);
  return named?.example ?? example.body_text?.[0]?.[at] ?? example.header_text?.[at] ?? "";
}
