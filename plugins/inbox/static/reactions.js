/** Reacting to a message; a second time with the same emoji takes it back. */
import { bring, t } from "@comptoir/sdk";
import { outbox } from "@comptoir/sdk/ledger.js";

export const EMOJIS = ["👍", "❤️", "😂", "😮", "🙏"];

export function react({ id, wamid, conversation_id }, emoji) {
  outbox.send({ conversation_id, type: "reaction", body: emoji, content: { message_id: id, emoji }, quoted: wamid });
}

/** What the menu at a bubble offers. `ours` is the emoji given before, if any. */
export function reactionItems(message, ours) {
  return [
    ...EMOJIS.map((emoji) => ({ label: emoji, checked: emoji === ours, run: () => react(message, emoji === ours ? "" : emoji) })),
    { label: t("Another emoji…"), icon: "smile", run: () => another(message) },
    ...(ours ? [{ separator: true }, { label: t("Take the reaction back"), icon: "undo-2", run: () => react(message, "") }] : []),
  ];
}

async function another(message) {
  const { askEmoji } = await bring(import.meta, "./emoji/ask.js");
  const emoji = await askEmoji();
  if (emoji) react(message, emoji);
}
