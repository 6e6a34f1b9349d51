/** From messages to what stands in a thread: days, bubbles in groups, albums, reactions on what they react to. */
import { t } from "@comptoir/sdk";

const GROUP = 5 * 60_000; // ms within which one author's bubbles stand together
const ALBUM = 20_000; // ms between pictures that were chosen together
const days = new WeakMap(); // message → its day here; a thread is built often, and its messages rarely change

const MANY = 64; // messages changed at once, from which on the thread is laid out anew

/**
 * The rows of one thread. They are kept: of 5,000 messages, what came at the end or changed near it is laid out again.
 * `reactions`: wamid → Map(author → {emoji, name}), `ours`: wamid → emoji (WhatsApp has one of the business's). A row of
 * several files has them as `album`; its key is the last one's, so that it stays the same when older pages come.
 */
export class Rows {
  constructor() {
    this.clear();
  }

  clear() {
    Object.assign(this, { rows: [], messages: [], marks: [], reactions: new Map(), ours: new Map(), byWamid: new Map(), day: null, before: null });
  }

  /** `fresh` is the first message unread at opening. */
  lay(messages, fresh) {
    if (fresh === this.fresh) this.keep(messages);
    else this.clear();
    const { length } = this.messages;
    Object.assign(this, { fresh, messages });
    for (let at = length; at < messages.length; at += 1) this.add(messages[at], at);
    return this;
  }

  /** What is as it was stays: up to the first that is another, or to where the row of that one begins. */
  keep(messages) {
    let same = 0;
    while (same < this.messages.length && this.messages[same] === messages[same]) same += 1;
    while (same < this.messages.length && !this.marks[same]) same -= 1;
    const gone = this.messages.slice(same);
    if (!same || gone.length > MANY || gone.some(({ type }) => type === "reaction")) return this.clear();
    for (const { wamid } of gone) this.byWamid.delete(wamid);
    const { rows, day, before } = this.marks[same] ?? { ...this, rows: this.rows.length };
    Object.assign(this, { day, before, messages: this.messages.slice(0, same), rows: this.rows.slice(0, rows) });
    this.marks.length = same;
  }

  add(message, at) {
    const { rows, day, before } = this;
    this.marks[at] = { rows: rows.length, day, before };
    if (message.wamid) this.byWamid.set(message.wamid, message);
    if (message.note || message.act) this.besides(message);
    else if (message.type === "reaction" && message.context_wamid) this.react(message);
    else if (message.type === "call") this.called(message);
    else this.said(message, at);
  }

  besides({ note, act }) {
    const at = note?.created_at ?? act.at;
    this.turn(dayOf(note ?? act, at), at);
    this.rows.push(note ? { kind: "note", key: `note ${note.id}`, note } : { kind: "act", key: `act ${act.id}`, act });
    this.before = null;
  }

  /** A line, as WhatsApp draws it: nobody wrote it, and there is nothing to answer to. */
  called(message) {
    this.turn(dayOf(message), message.at);
    if (message.id === this.fresh) this.rows.push({ kind: "fresh", key: "fresh" });
    this.rows.push({ kind: "call", key: message.id, message });
    this.before = null;
  }

  said(message, at) {
    const { rows, before } = this;
    const turned = this.turn(dayOf(message), message.at);
    if (message.id === this.fresh) rows.push({ kind: "fresh", key: "fresh" });
    const last = rows.at(-1);
    if (last.kind === "message" && joins(last, before, message)) this.join(last, message, at);
    else rows.push({ kind: "message", key: message.id, message, from: at, first: turned || !together(before, message) });
    this.before = message;
  }

  turn(day, at) {
    const turned = day !== this.day;
    if (turned) this.rows.push({ kind: "day", key: `day ${day}`, at });
    this.day = day;
    return turned;
  }

  /** Nothing may be cut in the middle of an album: it is laid out anew from its first file. */
  join(last, message, at) {
    this.rows[this.rows.length - 1] = { ...last, album: [...(last.album ?? [last.message]), message], key: message.id };
    this.marks.fill(null, last.from + 1, at + 1);
  }

  /** A later reaction of the same author replaces the earlier one; an empty one takes it back. */
  react({ context_wamid: target, direction, body, participant, author, status }) {
    if (status === "failed" || status === "unsent") return;
    const given = new Map(this.reactions.get(target)); // another one, so that its bubble is drawn again
    const inbound = direction === "inbound";
    const who = inbound ? participant?.id ?? "customer" : "us"; // whoever of us reacts last replaces the others', as at WhatsApp
    if (body) given.set(who, { emoji: body, name: inbound ? participant?.name : author?.name ?? t("You") });
    else given.delete(who);
    if (given.size) this.reactions.set(target, given);
    else this.reactions.delete(target);
    if (!inbound) this.ours.set(target, body);
  }
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
