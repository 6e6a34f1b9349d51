/** A template as Meta tells of it: its parts, and what of them cannot be filled in by a person. */
import { t } from "@comptoir/sdk";

const PLACE = /\{\{\s*(\w+)\s*\}\}/g;
const WHOLE = ["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"];
const HEADERS = ["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "GIF", "LOCATION", "PRODUCT"];
const BUTTONS = ["QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE", "VOICE_CALL", "REQUEST_CONTACT_INFO", "FLOW", "CATALOG", "MPM", "SPM"];
export const FEWEST_CARDS = 2;
export const MOST_CARDS = 10;

const part = ({ components }, type) => components.find((one) => one.type === type) ?? {};

export const placesOf = (text) => [...new Set([...String(text ?? "").matchAll(PLACE)].map(([, name]) => name))];
export const bodyOf = (template) => part(template, "BODY");
export const textOf = (template) => bodyOf(template).text ?? "";
export const headerOf = (template) => part(template, "HEADER");
export const footerOf = (template) => part(template, "FOOTER").text ?? "";
export const buttonsOf = (template) => part(template, "BUTTONS").buttons ?? [];
export const offerOf = (template) => part(template, "LIMITED_TIME_OFFER").limited_time_offer;

/** The cards of a carousel, each read like a template. `prefix` begins the keys of what is filled in. */
export const cardsOf = (template) => (part(template, "CAROUSEL").cards ?? []).map(({ components = [] }, at) => ({ components, named: template.named, prefix: `card.${at}.`, card: at }));

/** The template itself, then its cards. */
export const scopesOf = (template) => [{ ...template, prefix: "" }, ...cardsOf(template)];

/** The text as the customer reads it; a place that is still open keeps its braces. */
export const shown = (text, values, prefix) => String(text ?? "").replaceAll(PLACE, (place, name) => values[`${prefix}.${name}`]?.trim() || place);

const NAMES = { ORDER_DETAILS: () => t("an order to be paid"), ORDER_STATUS: () => t("the state of an order"), TAP_TARGET_CONFIGURATION: () => t("a target of its own for a tap") };

/** Why it cannot be filled in here; "" where it can. */
export function obstacle(template) {
  if (template.category === "AUTHENTICATION") return t("Codes to log in with are sent by programs: a person has none to send.");
  const cards = cardsOf(template);
  const strange = [...scopesOf(template).flatMap(strangers), ...(template.components.some(({ type }) => type === "CAROUSEL") && (cards.length < FEWEST_CARDS || cards.length > MOST_CARDS) ? ["CAROUSEL"] : [])];
  return strange.length ? t("Only programs can fill in this template. It has: {parts}", { parts: [...new Set(strange)].map((one) => NAMES[one]?.() ?? one).join(", ") }) : "";
}

/** Meta's names of what a person has nothing to fill in with. */
function strangers(scope) {
  const { format = "TEXT" } = headerOf(scope);
  return [...scope.components.map(({ type }) => type).filter((type) => !WHOLE.includes(type)), ...(HEADERS.includes(format) ? [] : [format]), ...buttonsOf(scope).map(({ type }) => type).filter((type) => !BUTTONS.includes(type))];
}
