/** Everything that can be done with the conversation that is open, as lines of ⌘K. */
import { can, t, toast } from "@comptoir/sdk";

export function doingsOf({ chat, message }) {
  if (!chat) return [];
  return [...(can("conversations.write") ? changes(chat) : []), { group: t("This conversation"), label: t("Copy link"), icon: "link", words: "url", run: () => copy(chat.conversation, message) }];
}

function changes(chat) {
  const open = chat.conversation.status === "open";
  const closing = open ? [] : [{ group: t("This conversation"), label: t("Reopen"), icon: "archive-restore", run: () => chat.status("open") }];
  return [...closing, ...lines(chat.people(), t("Assign to")), ...(open ? lines(chat.naps(), t("Snooze until")) : [])];
}

/** The items of a menu: its headings are their groups. */
function lines(items, group) {
  const found = [];
  for (const { heading, separator, label, icon, checked, run } of items) {
    if (heading) group = heading;
    else if (!separator) found.push({ group, label, icon: icon ?? "user-plus", checked, run });
  }
  return found;
}

async function copy({ id }, message) {
  try {
    await navigator.clipboard.writeText(`${location.origin}/inbox/${id}${message ? `?message=${message}` : ""}`);
    toast({ text: t("Link copied.") });
  } catch {
    toast({ text: t("The link could not be copied.") });
  }
}
