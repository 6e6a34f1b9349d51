/** From messages to what stands in a thread: days, bubbles in groups, reactions on what they react to. */
import { fmt } from "@comptoir/sdk";

const GROUP = 5 * 60_000; // ms within which one author's bubbles stand together

/** {rows, reactions: wamid → Map(author → emoji), ours: wamid → emoji (WhatsApp has one of the business's), byWamid}. `fresh` is the first message unread at opening. */
export function rowsOf(messages, fresh) {
  const rows = [];
  const reactions = new Map();
  const ours = new Map();
  const byWamid = new Map();
  let day = null;
  let before = null;
  for (const message of messages) {
    if (message.note) {
      const noted = fmt.dayKey(message.note.created_at);
      if (noted !== day) rows.push({ kind: "day", key: `day ${noted}`, at: message.note.created_at });
      rows.push({ kind: "note", key: `note ${message.note.id}`, note: message.note });
      day = noted;
      before = null;
      continue;
    }
    if (message.wamid) byWamid.set(message.wamid, message);
    if (message.type === "reaction" && message.context_wamid) {
      react(reactions, message);
      if (message.direction === "outbound") ours.set(message.context_wamid, message.body);
      continue;
    }
    const today = fmt.dayKey(message.at);
    if (today !== day) rows.push({ kind: "day", key: `day ${today}`, at: message.at });
    if (message.id === fresh) rows.push({ kind: "fresh", key: "fresh" });
    rows.push({ kind: "message", key: message.id, message, first: today !== day || !together(before, message) });
    day = today;
    before = message;
  }
  return { rows, reactions, ours, byWamid };
}

/** A later reaction of the same author replaces the earlier one; an empty one takes it back. */
function react(reactions, { context_wamid: target, direction, body }) {
  const given = reactions.get(target) ?? new Map();
  const who = direction === "inbound" ? "customer" : "us"; // whoever of us reacts last replaces the others', as at WhatsApp
  if (body) given.set(who, body);
  else given.delete(who);
  if (given.size) reactions.set(target, given);
  else reactions.delete(target);
}

const together = (a, b) =>
  Boolean(a) && a.direction === b.direction && a.author?.id === b.author?.id && new Date(b.at) - new Date(a.at) < GROUP;
