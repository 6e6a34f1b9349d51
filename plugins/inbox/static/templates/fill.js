/** What a template wants to be told, what is wrong with it, and WhatsApp's object made of it. */
import { fmt, t } from "@comptoir/sdk";
import { filled } from "../quick-replies/variables.js";

const PLACE = /\{\{\s*(\w+)\s*\}\}/g;
const KINDS_OF_HEADER = { IMAGE: "image", VIDEO: "video", DOCUMENT: "document" };
const FILLED_ALONE = ["QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE", "VOICE_CALL"];
const WHOLE = ["HEADER", "BODY", "FOOTER", "BUTTONS"];
const COUPON = 20;
const TEXT = 1024;

const part = ({ components }, type) => components.find((one) => one.type === type) ?? {};
const placesOf = (text) => [...new Set([...String(text ?? "").matchAll(PLACE)].map(([, name]) => name))];

export const textOf = (template) => part(template, "BODY").text ?? "";
export const headerOf = (template) => part(template, "HEADER");
export const footerOf = (template) => part(template, "FOOTER").text ?? "";
export const buttonsOf = (template) => part(template, "BUTTONS").buttons ?? [];

/** Why it cannot be filled in here; "" where it can. */
export function obstacle(template) {
  const others = template.components.some(({ type }) => !WHOLE.includes(type)) || buttonsOf(template).some(({ type }) => !FILLED_ALONE.includes(type));
  const place = headerOf(template).format === "LOCATION";
  return others || place ? t("This template has parts that are filled in by programs alone.") : "";
}

/** [{key, label, kind: "text" | "file", most, example, of}] in the order in which the customer reads them. */
export function fieldsOf(template) {
  const header = headerOf(template);
  const medium = KINDS_OF_HEADER[header.format];
  return [
    ...(medium ? [{ key: "header", kind: "file", of: medium, label: { image: t("Picture"), video: t("Video"), document: t("Document") }[medium] }] : placesOf(header.text).map((name) => ({ key: `header.${name}`, kind: "text", most: 60, label: t("In the title: {name}", { name }), example: exampleOf(header, name, 0) }))),
    ...placesOf(textOf(template)).map((name, at) => ({ key: `body.${name}`, kind: "text", most: TEXT, label: /^\d+$/.test(name) ? t("Field {n}", { n: fmt.number(Number(name)) }) : name.replaceAll("_", " "), example: exampleOf(part(template, "BODY"), name, at) })),
    ...buttonsOf(template).flatMap((button, index) => {
      if (button.type === "URL" && placesOf(button.url).length) return [{ key: `button.${index}`, kind: "text", most: 2000, ltr: true, label: t("End of the address of “{name}”", { name: button.text }), example: button.example?.[0] ?? "" }];
      return button.type === "COPY_CODE" ? [{ key: `button.${index}`, kind: "text", most: COUPON, ltr: true, label: t("Code to copy"), example: button.example?.[0] ?? button.example ?? "" }] : [];
    }),
  ];
}

function exampleOf({ example = {} }, name, at) {
  const named = [...(example.body_text_named_params ?? []), ...(example.header_text_named_params ?? [])].find((one) => one.param_name === name);
  return named?.example ?? example.body_text?.[0]?.[at] ?? example.header_text?.[at] ?? "";
}

const GREETED = /(?:bonjour|bonsoir|salut|cher|chère|hello|hi|dear|hey|مرحبا|أهلا|السلام عليكم|عزيزي|عزيزتي)[\s,،]+(?:\S+\s)?\{\{\s*(\w+)\s*\}\}/iu;
const NAMES = { name: "contact.name", full_name: "contact.name", customer_name: "contact.name", first_name: "contact.first_name", prenom: "contact.first_name", nom: "contact.name", phone: "contact.phone", agent: "agent.name", agent_name: "agent.name" };

/** What can be known beforehand: names, and whoever is greeted. */
export function prefilled(template, conversation) {
  const greeted = GREETED.exec(textOf(template))?.[1];
  return Object.fromEntries(fieldsOf(template).map(({ key, kind }) => {
    const name = key.replace(/^(body|header)\./, "");
    const place = NAMES[name] ?? (name === greeted ? "contact.first_name" : null);
    const told = place && kind === "text" ? filled(`{{${place}}}`, conversation) : "";
    return [key, kind === "file" ? null : told.startsWith("{{") ? "" : told];
  }));
}

/** {key: words}: WhatsApp takes no line break, tab or row of spaces in what is filled in. */
export function faults(template, values) {
  return Object.fromEntries(fieldsOf(template).map(({ key, kind, most }) => {
    const value = values[key];
    if (kind === "file") return [key, value ? "" : t("Choose a file.")];
    if (!value?.trim()) return [key, t("Write something.")];
    if (/[\n\t]| {5,}/.test(value.trim())) return [key, t("On one line, without tabs or many spaces.")];
    return [key, value.length > most ? t("At most {n} characters.", { n: fmt.number(most) }) : ""];
  }).filter(([, words]) => words));
}

/** The text as the customer reads it; a place that is still open keeps its braces. */
export const shown = (text, values, prefix) => String(text ?? "").replaceAll(PLACE, (place, name) => values[`${prefix}.${name}`]?.trim() || place);

export function contentOf(template, values) {
  const told = (prefix) => (name) => ({ type: "text", text: values[`${prefix}.${name}`].trim(), ...(template.named ? { parameter_name: name } : {}) });
  const header = headerOf(template);
  const medium = KINDS_OF_HEADER[header.format];
  const of = (type, parameters) => (parameters.length ? [{ type, parameters }] : []);
  const components = [
    ...of("header", medium ? [{ type: medium, [medium]: { attachment_id: values.header.id, ...(medium === "document" && values.header.filename ? { filename: values.header.filename } : {}) } }] : placesOf(header.text).map(told("header"))),
    ...of("body", placesOf(textOf(template)).map(told("body"))),
    ...buttonsOf(template).flatMap((button, index) => buttonOf(button, index, values[`button.${index}`])),
  ];
  return { name: template.name, language: { code: template.language }, ...(components.length ? { components } : {}) };
}

function buttonOf({ type }, index, value) {
  if (value === undefined) return [];
  return type === "URL" ? [{ type: "button", sub_type: "url", index: String(index), parameters: [{ type: "text", text: value.trim() }] }]
    : [{ type: "button", sub_type: "copy_code", index: String(index), parameters: [{ type: "coupon_code", coupon_code: value.trim() }] }];
}
