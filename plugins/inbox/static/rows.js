/** From messages to what stands in a thread: days, bubbles in groups, albums, reactions on what they react to. */
import { t } from "@comptoir/sdk";

const GROUP = 5 * 60_000; // ms within which one author's bubbles stand together
const ALBUM = 20_000; // ms between pictures that were chosen together
const days = new WeakMap(); // message → its day here; a thread is built often, and its messages rarely change

/**
 * {rows, reactions: wamid → Map(author → {emoji, name}), ours: wamid → emoji (WhatsApp has one of the business's),
 * byWamid}. `fresh` is the first message unread at opening. A row of several files has them as `album`; its key is the
 * last one's, so that it stays the same when older pages come.
 */
export function rowsOf(messages, fresh) {
  const rows = [];
  const reactions = new Map();
  const ours = new Map();
  const byWamid = new Map();
  let day = null;
  let before = null;
  for (const message of messages) {
    const { note, act } = message;
    if (note || act) {
      const at = note?.created_at ?? act.at;
      const written = dayOf(note ?? act, at);
      if (written !== day) rows.push({ kind: "day", key: `day ${written}`, at });
      rows.push(note ? { kind: "note", key: `note ${note.id}`, note } : { kind: "act", key: `act ${act.id}`, act });
      day = written;
      before = null;
      continue;
    }
    if (message.wamid) byWamid.set(message.wamid, message);
    if (message.type === "reaction" && message.context_wamid) {
      react(reactions, message);
      if (message.direction === "outbound") ours.set(message.context_wamid, message.body);
      continue;
    }
    const today = dayOf(message);
    if (today !== day) rows.push({ kind: "day", key: `day ${today}`, at: message.at });
    if (message.id === fresh) rows.push({ kind: "fresh", key: "fresh" });
    const last = rows.at(-1);
    if (last.kind === "message" && joins(last, before, message)) {
      last.album = [...(last.album ?? [last.message]), message];
      last.key = message.id;
    } else rows.push({ kind: "message", key: message.id, message, first: today !== day || !together(before, message) });
    day = today;
    before = message;
  }
  return { rows, reactions, ours, byWamid };
}

/** A later reaction of the same author replaces the earlier one; an empty one takes it back. */
function react(reactions, { context_wamid: target, direction, body, participant, author }) {
  const given = reactions.get(target) ?? new Map();
  const inbound = direction === "inbound";
  const who = inbound ? participant?.id ?? "customer" : "us"; // whoever of us reacts last replaces the others', as at WhatsApp
  if (body) given.set(who, { emoji: body, name: inbound ? participant?.name : author?.name ?? t("You") });
  else given.delete(who);
  if (given.size) reactions.set(target, given);
  else reactions.delete(target);
}

function dayOf(written, moment = written.at) {
  let day = days.get(written);
  if (day === undefined) {
    const at = new Date(moment);
    day = (at.getFullYear() * 12 + at.getMonth()) * 31 + at.getDate();
    days.set(written, day);
  }
  return day;
}

const whose = ({ direction, author, participant }) => `${direction} ${author?.id ?? author?.kind ?? ""} ${participant?.id ?? ""}`;
const apart = (a, b) => Date.parse(b.at) - Date.parse(a.at);
const together = (a, b) => Boolean(a) && whose(a) === whose(b) && apart(a, b) < GROUP;

/** Nothing that has something of its own to say: words, a quote, a failure. */
const plain = ({ type, body, context_wamid: quoted, context, revoked_at: gone, status, attachments }) =>
  (type === "image" || type === "video") && !body && !quoted && !context && !gone && !["failed", "unsent", "uncertain"].includes(status) && attachments?.length === 1;

const joins = ({ message: first, album }, before, message) =>
  plain(message) && plain(first) && before === (album?.at(-1) ?? first) && whose(first) === whose(message) && apart(before, message) < ALBUM;
