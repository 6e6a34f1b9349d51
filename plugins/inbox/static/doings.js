/** Everything that can be done with the conversation that is open, as lines of ⌘K. */
import { can, me, members, t, teams, toast } from "@comptoir/sdk";
import { naps } from "./list/snooze.js";

export function doingsOf({ chat, message }) {
  if (!chat) return [];
  return [...(can("conversations.write") ? changes(chat) : []), { group: t("This conversation"), label: t("Copy link"), icon: "link", words: "url", run: () => copy(chat.conversation, message) }];
}

function changes(chat) {
  const open = chat.conversation.status === "open";
  const closing = open ? [] : [{ group: t("This conversation"), label: t("Reopen"), icon: "archive-restore", run: () => chat.status("open") }];
  return [...closing, ...people(chat), ...places(chat), ...(open ? lines(naps((until) => chat.status("snoozed", until)), t("Snooze until")) : [])];
}

function people(chat) {
  const owner = chat.conversation.assignee?.id ?? null;
  const others = members.filter(({ id }) => id !== me.id).map(({ id, name }) => ({ id, label: name, icon: "user-plus" }));
  const all = [{ id: me.id, label: t("Me ({name})", { name: me.name }), icon: "user-check" }, { id: null, label: t("Nobody"), icon: "circle-slash" }, ...others];
  return all.map(({ id, label, icon }) => ({ group: t("Assign to"), label, icon, checked: owner === id, run: () => chat.assign(id === me.id ? "me" : id) }));
}

function places(chat) {
  const team = chat.conversation.team?.id ?? null;
  const all = teams.length ? [...teams.map(({ id, name }) => ({ id, label: name, icon: "users" })), { id: null, label: t("No team"), icon: "circle-slash" }] : [];
  return all.map(({ id, label, icon }) => ({ group: t("Team"), label, icon, checked: team === id, run: () => chat.move(id) }));
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
