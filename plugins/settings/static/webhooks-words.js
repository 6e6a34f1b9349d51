/** What is said of webhooks: states, events, outcomes. */
import { html } from "lit";
import { t } from "@comptoir/sdk";

const STATES = () => ({ on: ["ok", "circle-check", t("On")], paused: ["", "pause", t("Paused")], off: ["bad", "circle-slash", t("Off")], failing: ["warn", "triangle-alert", t("Failing")] });

/** A webhook whose next event was refused is on, and needs somebody to look. */
export const stateChip = ({ state, failures }) => {
  const [tone, picture, words] = STATES()[state === "on" && failures ? "failing" : state];
  return html`<ui-chip tone=${tone} icon=${picture}>${words}</ui-chip>`;
};

const OUTCOMES = () => ({ delivered: ["ok", "check", t("Delivered")], refused: ["bad", "x", t("Refused")], unreachable: ["bad", "unplug", t("Not reached")], skipped: ["", "eye-off", t("Not sent")] });

export const outcomeChip = ({ outcome, status }) => {
  const [tone, picture, words] = OUTCOMES()[outcome];
  return html`<ui-chip tone=${tone} icon=${picture}>${words}${status ? html` <span dir="ltr">${status}</span>` : ""}</ui-chip>`;
};

export const outcomeChoices = () => [["", t("All")], ...Object.entries(OUTCOMES()).map(([key, [, , words]]) => [key, words])];

const KINDS = () => ({ replay: t("in a replay"), again: t("sent again"), test: t("test") });
export const kindWords = (kind) => KINDS()[kind] ?? "";

export const whyOff = (reason) => (reason === "gone" ? t("Its address answered that it is gone for good (410).") : t("Its address took nothing for five days."));

const ERRORS = () => ({
  "It redirects: enter the address it leads to.": t("It redirects: enter the address it leads to."), "No whole answer within 10 s.": t("No whole answer within 10 s."),
  "Its certificate is not valid.": t("Its certificate is not valid."),
});

/** What the kernel says of a delivery; what it was told by the network stays as it was told. */
export const errorWords = (error) => ERRORS()[error] ?? error;

const EVENTS = () => ({
  "message.received": t("A customer wrote"), "message.queued": t("A message is to be sent"), "message.status": t("A message was sent, delivered, read or failed"), "message.updated": t("A message changed"),
  "message.echoed": t("Somebody answered from the phone"), "message.noted": t("WhatsApp told something in a thread"),
  "conversation.opened": t("A conversation began"), "conversation.updated": t("A conversation changed"), "conversation.assigned": t("A conversation was assigned"), "conversation.moved": t("A conversation was given to a team"), "conversation.closed": t("A conversation was closed"),
  "contact.saved": t("A contact is new or changed"), "contact.deleted": t("A contact was deleted"), "contact.identity_changed": t("A contact has another number"), "contact.preference": t("A contact wants or refuses marketing"), "contacts.merged": t("Two contacts were merged"),
  "account.connected": t("A number was connected"), "account.updated": t("A number changed"), "account.removed": t("A number was removed"), "account.stopped": t("A number cannot send for now"), "account.token_dead": t("A number's access token is dead"),
  "template.status": t("A template was approved or rejected"), "template.updated": t("A template changed"),
});

export const eventWords = ({ type, told }) => EVENTS()[type] ?? told ?? type;
