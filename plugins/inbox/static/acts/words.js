/** What was done with a conversation, in one line: who, what. Names stand apart, whatever their script. */
import { fmt, t } from "@comptoir/sdk";
import { priorityOf } from "../list/marks.js";

const apart = (words) => `\u2068${words}\u2069`;
const named = (one) => apart(one.name ?? t("somebody who has left"));
const listed = (names) => apart(names.join(", "));

function whose({ kind, name }) {
  if (kind === "plugin") return name === "inbox" ? t("A rule") : apart(name);
  if (kind === "member" || kind === "api_key") return named({ name });
  return kind === "customer" ? t("The customer") : t("The system");
}

const PICTURES = { assigned: "user-check", moved: "users", reopened: "archive-restore", snoozed: "moon", closed: "archive", tagged: "tag", prioritised: "arrow-up" };
export const pictureOf = ({ action }) => PICTURES[action];

const SAID = {
  assigned: (actor, { assignee: [before, after] }, { id }) => (after && after.id === id ? t("{actor} took the conversation", { actor }) : after ? t("{actor} assigned the conversation to {name}", { actor, name: named(after) }) : t("{actor} took the conversation from {name}", { actor, name: named(before) })),
  moved: (actor, { team: [before, after] }) => (after ? t("{actor} moved the conversation to the team {team}", { actor, team: named(after) }) : t("{actor} took the conversation out of the team {team}", { actor, team: named(before) })),
  reopened: (actor, { status: [before] = [] }, { kind }) => {
    if (kind === "customer") return before === "snoozed" ? t("The customer wrote: the snooze is over") : t("The customer wrote: the conversation is open again");
    return kind === "system" && before === "snoozed" ? t("The snooze is over: its time has come") : t("{actor} opened the conversation", { actor });
  },
  closed: (actor) => t("{actor} closed the conversation", { actor }),
  snoozed: (actor, { snoozed_until: until }) => (until?.[1] ? t("{actor} snoozed the conversation until {time}", { actor, time: apart(fmt.moment(until[1])) }) : t("{actor} snoozed the conversation until the customer writes", { actor })),
  prioritised: (actor, { priority: [, after] }) => (after === "none" ? t("{actor} took the priority away", { actor }) : t("{actor} set the priority: {priority}", { actor, priority: apart(priorityOf(after)[1]) })),
  tagged: (actor, { tags: [before, after] }) => {
    const [more, less] = [after.filter((one) => !before.includes(one)), before.filter((one) => !after.includes(one))];
    if (!less.length) return t("{actor} added the tag {tags}", { actor, tags: listed(more) });
    if (!more.length) return t("{actor} took off the tag {tags}", { actor, tags: listed(less) });
    return t("{actor} changed tags: {more} instead of {less}", { actor, more: listed(more), less: listed(less) });
  },
};

/** Empty for what a newer server tells. */
export const actWords = ({ action, actor, changes }) => SAID[action]?.(whose(actor), changes, actor) ?? "";
