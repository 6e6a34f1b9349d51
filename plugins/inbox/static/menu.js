/** What can be done with one message; nothing of plugins stands in a bubble before somebody chooses it. */
import { bring, can, panelsIn, t, toast } from "@comptoir/sdk";
import { mayForward } from "./forward/content.js";
import { react, EMOJIS } from "./reactions.js";

const FAILED = ["failed", "unsent", "uncertain"];

/** The items of a message's menu, for <ui-menu>. */
export function menuItems(message, { about, open, reply, details, retry, mayReact, ours }) {
  const { wamid, revoked_at: gone, body, status, id, conversation_id: conversation } = message;
  const panels = gone ? [] : panelsIn("message.menu", about(message));
  return [
    ...(wamid && !gone && can("messages.send") ? [{ label: t("Reply"), icon: "reply", run: () => reply(message) }] : []),
    ...(body && !gone ? [{ label: t("Copy text"), icon: "copy", run: () => copy(body) }] : []),
    ...(can("messages.send") && mayForward(message) ? [{ label: t("Forward…"), icon: "arrow-right", run: () => send(message) }] : []),
    { label: t("Copy link to message"), icon: "link", run: () => copy(`${location.origin}/inbox/${conversation}?message=${id}`) },
    { label: t("Message details"), icon: "info", run: () => details(message) },
    ...(FAILED.includes(status) && can("messages.send") ? [{ label: status === "uncertain" ? t("Send again anyway") : t("Retry"), icon: "rotate-cw", run: () => retry(message) }] : []),
    ...panels.map((panel) => ({ label: panel.title, icon: panel.icon, run: () => open(panel, message) })),
    ...(wamid && !gone && mayReact ? [{ heading: t("React") }, ...EMOJIS.map((emoji) => ({ label: emoji, checked: emoji === ours, run: () => react(message, emoji === ours ? "" : emoji) }))] : []),
  ];
}

async function send(message) {
  const { forward } = await bring(import.meta, "./forward/forward.js");
  forward(message);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: t("Copied.") });
  } catch {
    toast({ text: t("The clipboard is not available here.") });
  }
}
