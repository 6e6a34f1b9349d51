/** What can be known of a template beforehand, and what is wrong with what was filled in. */
import { fmt, t } from "@comptoir/sdk";
import { filled } from "../quick-replies/variables.js";
import { MOST_PRODUCTS, fieldsOf, idsOf, limitOf } from "./fields.js";
import { bodyOf, placesOf, scopesOf, shown, textOf } from "./parts.js";

const GREETED = /(?:bonjour|bonsoir|salut|cher|chère|hello|hi|dear|hey|مرحبا|أهلا|السلام عليكم|عزيزي|عزيزتي)[\s,،]+(?:\S+\s)?\{\{\s*(\w+)\s*\}\}/iu;
const NAMES = { name: "contact.name", full_name: "contact.name", customer_name: "contact.name", first_name: "contact.first_name", prenom: "contact.first_name", nom: "contact.name", phone: "contact.phone", agent: "agent.name", agent_name: "agent.name" };

/** Names, and whoever is greeted. */
export function prefilled(template, conversation) {
  const greeted = GREETED.exec(textOf(template))?.[1];
  return Object.fromEntries(fieldsOf(template).map(({ key, kind }) => {
    const [, part, name] = /^(?:card\.\d+\.)?(body|header)\.(.+)$/.exec(key) ?? [];
    const place = NAMES[name] ?? (part === "body" && name === greeted ? "contact.first_name" : null);
    const told = place && kind === "text" ? filled(`{{${place}}}`, conversation) : "";
    return [key, kind === "file" ? null : told.startsWith("{{") ? "" : told];
  }));
}

/** {key: words} of what WhatsApp would refuse. */
export function faults(template, values) {
  const fields = fieldsOf(template, values);
  const found = Object.fromEntries(fields.map((field) => [field.key, wrong(field, values)]).filter(([, words]) => words));
  return { ...tooLong(template, values), ...tooMany(fields, values), ...found };
}

const WRONG = {
  file: (value) => (value ? "" : t("Choose a file.")),
  number: (value, { range }) => (value?.trim() && Math.abs(numberOf(value)) <= range ? "" : t("A number from −{most} to {most}.", { most: fmt.number(range) })),
  moment: (value) => (!value ? t("Choose day and time.") : new Date(value) > new Date() ? "" : t("This is over already. Choose a later moment.")),
  ids: (value) => (idsOf(value).length ? "" : t("Write something.")),
  /** WhatsApp takes no line break, tab or row of spaces in what is filled in. */
  text(value, { most }) {
    if (!value?.trim()) return t("Write something.");
    if (/[\n\t]| {5,}/.test(value.trim())) return t("On one line, without tabs or many spaces.");
    return value.trim().length > most ? t("At most {n} characters.", { n: fmt.number(most) }) : "";
  },
};

const wrong = (field, values) => (field.optional && !values[field.key]?.trim() && !values[field.needs]?.trim() ? "" : WRONG[field.kind](values[field.key], field));

export const numberOf = (value) => Number(value.trim().replace(",", "."));

/** A text that is too long with everything that was filled in, said where it is filled in last. */
function tooLong(template, values) {
  return Object.fromEntries(scopesOf(template).flatMap((scope) => {
    const { text } = bodyOf(scope);
    const last = placesOf(text).at(-1);
    const length = shown(text, values, `${scope.prefix}body`).length;
    return last !== undefined && length > limitOf(scope) ? [[`${scope.prefix}body.${last}`, t("With it the text has {length} characters, and WhatsApp takes {most}.", { length: fmt.number(length), most: fmt.number(limitOf(scope)) })]] : [];
  }));
}

function tooMany(fields, values) {
  const lists = fields.filter(({ kind }) => kind === "ids");
  const count = lists.reduce((sum, { key }) => sum + idsOf(values[key]).length, 0);
  return count > MOST_PRODUCTS ? { [lists.findLast(({ key }) => values[key]?.trim()).key]: t("These are {n} products, and WhatsApp takes {most}.", { n: fmt.number(count), most: fmt.number(MOST_PRODUCTS) }) } : {};
}
