/** Everything that can be done with the conversation that is open, and the lists one can look at, as lines of ⌘K. */
import { bring, can, me, members, t, tags, teams, toast } from "@comptoir/sdk";
import { block, mayBlock, unblock } from "./block.js";
import { looks } from "./list/looks.js";
import { priorities } from "./list/marks.js";
import { naps } from "./list/snooze.js";
import { mutings } from "./mutes.js";

export function doingsOf({ chat, message, shelf, look }) {
  if (!chat) return views(shelf, look);
  return [...writing(chat), ...(can("conversations.write") ? changes(chat) : []), ...blocking(chat), ...lines(mutings(chat.conversation.id), t("This conversation")), ...views(shelf, look), { group: t("This conversation"), label: t("Copy link"), icon: "link", words: "url", run: () => copy(chat.conversation, message) }];
}

function changes(chat) {
  const open = chat.conversation.status === "open";
  const closing = open ? [] : [{ group: t("This conversation"), label: t("Reopen"), icon: "archive-restore", run: () => chat.status("open") }];
  return [...closing, ...people(chat), ...places(chat), ...labels(chat), ...(open ? lines(naps((until) => chat.status("snoozed", until)), t("Snooze until")) : [])];
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

/** Each tag is put on or taken off; of priorities there is one. */
function labels({ conversation }) {
  const on = conversation.tags ?? [];
  const tagged = (tag) => on.some(({ id }) => id === tag.id);
  const toggle = (tag) => (tagged(tag)
    ? change(conversation, { remove_tags: [tag.id] }, { tags: on.filter(({ id }) => id !== tag.id) }, t("Tags changed."))
    : change(conversation, { add_tags: [tag.id] }, { tags: [...on, tag] }, t("Tags changed.")));
  const words = (tag) => (tagged(tag) ? t("Take off the tag {name}", { name: tag.name }) : t("Put on the tag {name}", { name: tag.name }));
  return [
    ...tags.map((tag) => ({ group: t("Tags"), label: words(tag), icon: "tag", checked: tagged(tag), run: () => toggle(tag) })),
    ...priorities().map(([priority, label, icon]) => ({ group: t("Priority"), label, icon, checked: priority === (conversation.priority ?? "none"), run: () => change(conversation, { priority }, { priority }, t("Priority: {priority}", { priority: label })) })),
  ];
}

/** Changes of many are fetched when the first is made. */
async function change({ id }, wanted, shown, words) {
  const { changeMany } = await bring(import.meta, "./list/bulk.js");
  changeMany([id], wanted, { shown: () => shown, done: () => words });
}

function blocking({ conversation }) {
  if (!conversation.contact || !mayBlock()) return [];
  const group = t("This conversation");
  return [conversation.blocked_at ? { group, label: t("Unblock this contact"), icon: "undo-2", run: () => unblock(conversation) } : { group, label: t("Block this contact"), icon: "ban", run: () => block(conversation) }];
}

function writing(chat) {
  if (!can("messages.send") || chat.conversation.blocked_at || chat.conversation.group) return [];
  return [{ group: t("This conversation"), label: t("Insert a template…"), icon: "layout-template", run: () => chat.template() }];
}

/** Lists and saved views, by the letters of their names. */
function views(shelf, look) {
  const line = (group) => ({ key, label, icon }) => ({ group, label, icon: icon ?? "list", checked: key === shelf.look.key, run: () => look(key) });
  return [...looks().map(line(t("Lists"))), ...shelf.viewLooks.map(line(t("Views")))];
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
