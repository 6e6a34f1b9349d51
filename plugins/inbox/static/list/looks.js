/** Ways to look at the conversations: the fixed ones, and what words say of a filter. */
import { bootstrap, fmt, me, memberName, t, tags, teams } from "@comptoir/sdk";
import { priorityOf } from "./marks.js";

export const TABS = ["mine", "none", "all"];

export const looks = () => [
  { key: "mine", label: t("Mine"), filter: { status: "open", assignee: ["me"] }, empty: t("Nothing is waiting for you.") },
  { key: "none", label: t("Unassigned"), filter: { status: "open", assignee: ["none"] }, empty: t("No unassigned conversations. Nice.") },
  { key: "all", label: t("All"), filter: { status: "open" }, empty: t("No open conversations. New messages appear here by themselves.") },
  { key: "mentions", label: t("Mentions"), icon: "users", mentions: true, empty: t("Nobody has mentioned you.") },
  { key: "snoozed", label: t("Snoozed"), icon: "moon", filter: { status: "snoozed" }, empty: t("Nothing is snoozed.") },
  { key: "closed", label: t("Closed"), icon: "archive", filter: { status: "closed" }, empty: t("No closed conversations.") },
];

export const states = () => [["open", t("Open")], ["snoozed", t("Snoozed")], ["closed", t("Closed")], ["all", t("Open, snoozed and closed")]];
export const windows = () => [1, 2, 4, 8, 24].map((hours) => [String(hours), t("Within {time}", { time: fmt.lasting(hours * 3_600_000) })]);
export const waits = () => [15, 60, 240, 1440, 2880].map((minutes) => [String(minutes), t("Longer than {time}", { time: fmt.lasting(minutes * 60_000) })]);
const dues = () => [["overdue", t("Late")], ...[15, 60, 240].map((minutes) => [`within:${minutes}`, t("Due within {time}", { time: fmt.lasting(minutes * 60_000) })]), ["running", t("Runs")]];
/** The choices of when a timer is due; what is chosen is among them. */
export const timings = (chosen) => [...dues(), ...(chosen && !dues().some(([one]) => one === chosen) ? [[chosen, due(chosen)]] : [])];
export const kinds = () => [["first_response", t("Until the answer")], ["resolution", t("Until it is closed")]];
const due = (value) => dues().find(([one]) => one === value)?.[1] ?? t("Due within {time}", { time: fmt.lasting(Number(value.split(":")[1]) * 60_000) });

/** [kind, when it is due] of a timer, as a filter has it. */
export const timerOf = (timer = "") => {
  const [first, ...rest] = timer.split(":");
  return ["running", "overdue", "within", ""].includes(first) ? ["", timer] : [first, rest.join(":")];
};

function timerSaid(timer) {
  const [kind, when] = timerOf(timer);
  return `${kinds().find(([one]) => one === kind)?.[1] ?? t("Timer")}: ${due(when)}`;
}

const person = (id) => ({ me: t("Me ({name})", { name: me.name }), none: t("Nobody") })[id] ?? memberName(id) ?? t("Somebody who left");
const team = (id) => (id === "none" ? t("No team") : teams.find((one) => one.id === id)?.name ?? t("A deleted team"));
const tag = (id) => tags.find((one) => one.id === id)?.name ?? t("A deleted tag");
const number = (id) => bootstrap.accounts.find((one) => one.id === id)?.verified_name ?? t("A removed number");
const listed = (names) => names.join(", ");

const WORDS = {
  status: (value) => states().find(([one]) => one === value)?.[1],
  assignee: (value) => listed([value].flat().map(person)), team, account: number,
  tag: (value) => listed([value].flat().map(tag)),
  priority: (value) => listed([value].flat().map((one) => priorityOf(one)[1])),
  kind: (value) => (value === "group" ? t("Groups") : t("People")),
  unread: () => t("Unread"),
  window_hours: (hours) => t("Window closes within {time}", { time: fmt.lasting(hours * 3_600_000) }),
  timer: timerSaid,
  field: (field) => partsOf(field).join(": "),
  waiting_minutes: (minutes) => t("Waits longer than {time}", { time: fmt.lasting(minutes * 60_000) }),
};

/** [key, value] of a field of the contact, as a filter has it. */
export const partsOf = (field = "") => (field ? [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)] : ["", ""]);

/** [name, words] of each condition. */
export const said = (filter) => Object.entries(filter).map(([name, value]) => [name, WORDS[name]?.(value) ?? String(value)]);

/** `999+` where more was not counted; nothing where it was not counted at all. */
export const figure = (number) => (number && number.count !== null ? `${fmt.number(number.count)}${number.more ? "+" : ""}` : "");
