/**
 * What this person wrote, from the key press to the server's acceptance. The id is made here and is the idempotency
 * key: after a lost answer the same message is posted again without being sent twice. Kept across reloads.
 */
import { ApiError, Unreachable, post } from "./api.js";
import { me, storageKey } from "./session.js";

const RETRY = 5_000;

export class Outbox extends EventTarget {
  constructor(ledger) {
    super();
    this.ledger = ledger;
    this.drafts = new Map();
    this.busy = new Set();
    for (const draft of stored()) this.drafts.set(draft.id, draft);
  }

  /** Shows what was left over from before a reload, and tries again. */
  resume() {
    for (const draft of this.drafts.values()) if (draft.state !== "held") this.show(draft);
    this.flush();
  }

  /** `draft`: {conversation_id, body, type?, content?, reply_to?, last_seen?, confirm?}; `content` is WhatsApp's object of a type other than text. Returns its id at once. */
  send(draft) {
    const written = { ...draft, id: uuid(), at: new Date().toISOString(), state: "waiting" };
    this.drafts.set(written.id, written);
    this.changed(written);
    this.flushConversation(written.conversation_id);
    return written.id;
  }

  retry(id) {
    const draft = this.drafts.get(id);
    if (!draft) return;
    Object.assign(draft, { state: "waiting", error: null });
    this.changed(draft);
    this.flushConversation(draft.conversation_id);
  }

  drop(id) {
    const draft = this.drafts.get(id);
    this.drafts.delete(id);
    this.save();
    if (draft) this.ledger.apply({ type: "local.dropped", data: { message: shown(draft) } });
  }

  get waiting() {
    return [...this.drafts.values()].filter((draft) => draft.state === "waiting").length;
  }

  flush() {
    for (const id of new Set([...this.drafts.values()].map((draft) => draft.conversation_id))) this.flushConversation(id);
  }

  /** One after the other inside a conversation: order is what the customer reads. */
  async flushConversation(conversationId) {
    if (this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    try {
      for (let draft; (draft = this.nextOf(conversationId)); ) if (!(await this.deliver(draft))) break;
    } finally {
      this.busy.delete(conversationId);
    }
  }

  nextOf(conversationId) {
    return [...this.drafts.values()].find((one) => one.conversation_id === conversationId && one.state === "waiting");
  }

  /** True when the next draft may be tried. */
  async deliver(draft) {
    const { id, conversation_id: conversation, type = "text", body, content, reply_to, last_seen, confirm } = draft;
    try {
      const message = await post(`/api/v1/conversations/${conversation}/messages`, { id, type, ...(type === "text" ? { body } : { [type]: content }), reply_to, last_seen, confirm });
      this.drafts.delete(id);
      this.save();
      this.ledger.apply({ type: "message.queued", data: { message } });
      return true;
    } catch (error) {
      return this.refused(draft, error);
    }
  }

  refused(draft, error) {
    if (error instanceof Unreachable || error.status === 503 || error.status === 429) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), RETRY);
      this.dispatchEvent(new Event("change"));
      return false;
    }
    if (error instanceof ApiError && error.kind === "newer-messages") {
      this.hold(draft, error.problem);
      return false;
    }
    Object.assign(draft, { state: "refused", error: { title: error.message, kind: error.kind } });
    this.changed(draft);
    return true;
  }

  /** With those written after it, which have seen no more. They are kept until the conversation's screen takes them. */
  hold(refused, problem) {
    const waiting = [...this.drafts.values()].filter((one) => one.state === "waiting" && one.conversation_id === refused.conversation_id);
    for (const draft of waiting.filter((one) => one === refused || (one.last_seen && !one.confirm))) {
      Object.assign(draft, { state: "held", problem });
      this.ledger.apply({ type: "local.dropped", data: { message: shown(draft) } });
    }
    this.save();
    this.dispatchEvent(new Event("held"));
  }

  /** What newer messages held up, in its order, each with its `problem`: from here on the caller's. */
  takeHeld(conversationId) {
    const held = [...this.drafts.values()].filter((one) => one.state === "held" && one.conversation_id === conversationId);
    for (const { id } of held) this.drafts.delete(id);
    if (held.length) this.save();
    return held;
  }

  changed(draft) {
    this.save();
    this.show(draft);
  }

  show(draft) {
    this.ledger.apply({ type: "local.queued", data: { message: shown(draft) } });
  }

  save() {
    localStorage.setItem(storageKey("outbox"), JSON.stringify([...this.drafts.values()]));
    this.dispatchEvent(new Event("change"));
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(storageKey("outbox"))) ?? [];
  } catch {
    return []; // another version's format: nothing we could send
  }
}

/** The message as the thread draws it before the server has seen it. */
const shown = (draft) => ({
  id: draft.id, conversation_id: draft.conversation_id, wamid: null, direction: "outbound", type: draft.type ?? "text", body: draft.body,
  content: draft.content ?? {}, status: draft.state === "refused" ? "unsent" : "local", error: draft.error ?? null, at: draft.at,
  context_wamid: draft.quoted ?? null, author: { kind: "agent", id: me.id, name: me.name }, timestamps: { created: draft.at },
  attachments: [], version: 0,
});

/** crypto.randomUUID is missing where the page is not served over HTTPS or from localhost. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
