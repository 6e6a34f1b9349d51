/** What the places in a quick reply stand for, in one conversation. */
import { can, fmt, get, me, t } from "@comptoir/sdk";

const PATIENCE = 3_000; // ms: whoever takes a quick reply is in the middle of a sentence

const first = (name) => (/^[\p{L}\p{M}'’.-]+$/u.test(name?.trim().split(/\s+/)[0] ?? "") ? name.trim().split(/\s+/)[0] : "");

const VALUES = {
  "contact.name": ({ contact }) => contact?.name,
  "contact.first_name": ({ contact }) => first(contact?.name),
  "contact.phone": ({ contact }) => contact?.phone && fmt.phone(contact.phone),
  "agent.name": () => me.name,
  "agent.first_name": () => first(me.name),
  "organisation.name": () => me.tenant.name,
};

/** [[name, words]] for a page that offers them. */
export const places = () => [
  ["contact.name", t("The customer's name")], ["contact.first_name", t("The customer's first name")], ["contact.phone", t("The customer's number")],
  ["agent.name", t("Your name")], ["agent.first_name", t("Your first name")], ["organisation.name", t("Your organisation")],
];

const PLACE = /\{\{\s*([^{}\n]{1,80}?)\s*\}\}/g;
const OF_CONTACT = "contact.";

/** Places nothing is known for stay as they are: the composer says so, and sending asks. `more`: {name: words}. */
export const filled = (text, conversation, more = {}) => text.replaceAll(PLACE, (place, name) => VALUES[name]?.(conversation) || more[name] || place);

/** Also with what this organisation keeps of the customer: "{{contact.city}}". It is asked for only where a text names it. */
export async function completed(text, conversation) {
  const words = filled(text, conversation);
  const names = [...words.matchAll(PLACE)].map(([, name]) => name).filter((name) => name.startsWith(OF_CONTACT) && !(name in VALUES));
  return names.length ? filled(words, conversation, await attributesOf(conversation.contact)) : words;
}

/** A plugin of their own keeps them; without it, or without its answer, the places stay open. */
async function attributesOf(contact) {
  if (!contact || !can("contacts.read")) return {};
  try {
    const { items } = await get(`/api/v1/p/contacts/contacts/${contact.id}/attributes`, {}, { timeout: PATIENCE });
    return Object.fromEntries(items.map(({ key, value }) => [OF_CONTACT + key, value]));
  } catch (error) {
    console.info("what is kept of this customer is not known:", error.message);
    return {};
  }
}
