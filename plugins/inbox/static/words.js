/** Words for what is not text, shared by list, thread and composer. */
import { t } from "@comptoir/sdk";

const KINDS = {
  image: () => ["image", t("Photo")], video: () => ["video", t("Video")], audio: () => ["mic", t("Audio")],
  document: () => ["file-text", t("Document")], sticker: () => ["sticker", t("Sticker")], location: () => ["map-pin", t("Location")],
  contacts: () => ["contact", t("Contact card")], reaction: () => ["smile", t("Reaction")], interactive: () => ["mouse-pointer-click", t("Answer")],
  button: () => ["mouse-pointer-click", t("Answer")], text: () => [null, t("Message")], template: () => ["layout-template", t("Template")],
  order: () => ["package", t("Order")],
};

/** [icon or null, words] for a type; an unknown one is named as WhatsApp names it. */
export const kindOf = (type) => KINDS[type]?.() ?? ["circle-help", t("Unsupported message")];

/** One line that stands for a message: its own words, else what it is. */
export function preview({ type, preview: words, body = words }) {
  if (type === "reaction") return { icon: null, text: body ? t("Reacted {emoji}", { emoji: body }) : t("Removed a reaction") };
  const [icon, name] = kindOf(type);
  return { icon: type === "text" ? null : icon, text: body || name };
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
