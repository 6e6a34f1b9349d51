/** What the places in a quick reply stand for, in one conversation. */
import { fmt, me, t } from "@comptoir/sdk";

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

/** Places nothing is known for stay as they are: the composer says so, and sending asks. */
export const filled = (text, conversation) =>
  text.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (place, name) => VALUES[name]?.(conversation) || place);
