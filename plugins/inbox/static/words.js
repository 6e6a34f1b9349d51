/** Words for what is not text, shared by list, thread and composer. */
import { fmt, t } from "@comptoir/sdk";

const KINDS = {
  image: () => ["image", t("Photo")], video: () => ["video", t("Video")], audio: () => ["mic", t("Audio")],
  document: () => ["file-text", t("Document")], sticker: () => ["sticker", t("Sticker")], location: () => ["map-pin", t("Location")],
  contacts: () => ["contact", t("Contact card")], reaction: () => ["smile", t("Reaction")], interactive: () => ["mouse-pointer-click", t("Answer")],
  button: () => ["mouse-pointer-click", t("Answer")], text: () => [null, t("Message")], template: () => ["layout-template", t("Template")],
  order: () => ["package", t("Order")], call: () => ["phone", t("Voice call")], pin: () => ["pin", t("Pinned message")],
  system: () => ["circle-help", t("Note from WhatsApp")],
};

/** [icon or null, words] for a type; an unknown one is named as WhatsApp names it. */
export const kindOf = (type) => KINDS[type]?.() ?? ["circle-help", t("Unsupported message")];

const MARKED = /(^|[\s\p{P}])([*_~])(?=\S)([^*_~\n]*\S)\2(?=$|[\s\p{P}])/gu;

/** Without the marks of WhatsApp's formatting, where there is room for words alone. */
const plain = (text) => text?.replaceAll(/```([^`]+)```/g, "$1").replaceAll(MARKED, "$1$3").replaceAll(MARKED, "$1$3"); // bold in italics

/** One line that stands for a message: its own words, else what it is. */
export function preview(message) {
  const { type, direction, revoked_at: gone, preview: words, body = words } = message;
  if (gone) return { icon: null, text: revocation(direction) };
  if (type === "reaction") return { icon: null, text: body ? t("Reacted {emoji}", { emoji: body }) : t("Removed a reaction") };
  if (type === "call") return { icon: "phone", text: callWords(message) };
  const [icon, name] = kindOf(type);
  return { icon: type === "text" ? null : icon, text: plain(body) || name };
}

/** From the clock that its body holds: 3:12, 1:02:05. */
const seconds = (clock) => clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

/** Who called, and what became of it; of a row's message as of a list's last one. */
export function callWords({ direction, status, body = "", preview: clock = body }) {
  const inbound = direction === "inbound";
  if (status === "missed") return t("Missed voice call");
  if (status === "declined") return t("Voice call, declined by the customer");
  if (status === "unanswered") return t("Voice call, not answered by the customer");
  if (status === "completed" && clock) {
    const time = fmt.duration(seconds(clock));
    return inbound ? t("Incoming voice call · {time}", { time }) : t("Outgoing voice call · {time}", { time });
  }
  return inbound ? t("Incoming voice call") : t("Outgoing voice call");
}

export const revocation = (direction) =>
  (direction === "inbound" ? t("The customer deleted this message.") : t("This message was deleted from the WhatsApp Business app."));

/** What a system message says of the customer, when WhatsApp gives no words of its own. */
export function noteOf(type) {
  if (type === "customer_identity_changed") return t("The customer's security code changed.");
  if (type === "user_changed_number") return t("The customer has a new number.");
  return t("WhatsApp knows this customer under a new id.");
}

const UNPASSED = {
  edit: () => t("The customer edited a message. WhatsApp does not say which one."),
  revoke: () => t("The customer deleted a message. WhatsApp does not say which one."),
  poll: () => t("The customer sent a poll. WhatsApp does not pass polls on to businesses: ask them in words."),
  poll_update: () => t("The customer voted in a poll. WhatsApp does not pass votes on to businesses."),
  event: () => t("The customer sent an event. WhatsApp does not pass events on to businesses."),
  group_invite: () => t("The customer sent an invitation to a group. WhatsApp does not pass it on to businesses."),
  view_once: () => t("The customer sent something to be seen once. Only a phone can open it: ask them to send it normally."),
  ephemeral: () => t("The customer sent a disappearing message. WhatsApp does not pass it on: ask them to switch that off."),
  payment: () => t("The customer sent a payment. WhatsApp does not pass it on to businesses."),
  pin: () => t("The customer pinned a message."),
  video_note: () => t("The customer sent a video note. WhatsApp does not pass it on: ask for a normal video."),
};
const ALIKE = { pool: "poll", poll_creation: "poll", poll_vote: "poll_update", view_once_message: "view_once", viewonce: "view_once", view_once_image: "view_once", view_once_video: "view_once", ephemeral_message: "ephemeral", ptv: "video_note" };

/** What the customer did that WhatsApp does not pass on to businesses. */
export function unsupportedOf(type) {
  return (UNPASSED[type] ?? UNPASSED[ALIKE[type]])?.() ?? t("The customer sent something that WhatsApp does not pass on. It may also be that a message was deleted.");
}

/** [icon, tone, words] of a status. Never colour alone. */
export function statusOf(status) {
  const words = {
    local: ["clock-3", "", t("Sending…")], queued: ["clock-3", "", t("Sending…")], sending: ["clock-3", "", t("Sending…")],
    accepted: ["check", "", t("Sent")], sent: ["check", "", t("Sent")], delivered: ["check-check", "", t("Delivered")],
    read: ["check-check", "read", t("Read")], played: ["check-check", "read", t("Played")],
    failed: ["circle-alert", "bad", t("Not delivered")], unsent: ["circle-alert", "bad", t("Not sent")],
    uncertain: ["clock-3", "warn", t("Not confirmed")],
  };
  return words[status] ?? ["check", "", status];
}

export const contactName = (contact) => contact?.name || t("Unknown contact");

/** Whom a conversation is with: a person, or a group by its subject. */
export const titleOf = ({ contact, group }) => (group ? group.subject || t("Group") : contactName(contact));
