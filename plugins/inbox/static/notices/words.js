/** What a notice says, in one line. */
import { t, tn } from "@comptoir/sdk";
import { preview, titleOf } from "../words.js";

export const KINDS = {
  mention: () => t("A note calls me"),
  assigned: () => t("A conversation is assigned to me"),
  message: () => t("A message in one of mine, or one I follow"),
  unassigned: () => t("A new one of my team, that nobody has"),
  woken: () => t("One of mine wakes from its snooze"),
  due_soon: () => t("A timer runs out soon"),
  late: () => t("A timer has run out"),
};

export const PICTURES = { mention: "sticky-note", assigned: "user-check", message: "message-circle", unassigned: "users", woken: "bell", due_soon: "clock", late: "timer" };

export function told({ kind, count, actor }, conversation) {
  const name = conversation ? titleOf(conversation) : t("a customer");
  if (kind === "mention") return actor ? t("{actor} calls you in a note about {name}.", { actor, name }) : t("A note about {name} calls you.", { name });
  if (kind === "assigned") return actor ? t("{actor} assigned {name} to you.", { actor, name }) : t("{name} was assigned to you.", { name });
  if (kind === "unassigned") return t("{name} waits for your team.", { name });
  if (kind === "due_soon") return t("{name}: the timer runs out soon.", { name });
  if (kind === "late") return t("{name}: the timer has run out.", { name });
  if (kind === "woken") return t("{name} woke from the snooze.", { name });
  if (count === 1 && conversation?.last_message?.type === "call") return t("{name} called, and nobody answered.", { name });
  return tn("{n} new message from {name}.", "{n} new messages from {name}.", count, { name });
}

export const quoted = ({ kind }, conversation) => (kind === "message" && conversation?.last_message ? preview(conversation.last_message).text : "");
