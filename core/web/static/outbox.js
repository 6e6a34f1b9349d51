/**
 * What this person wrote, from the key press to the server's acceptance. The id is made here and is the idempotency
 * key: after a lost answer the same message is posted again without being sent twice. Kept in IndexedDB across reloads
 * and shared by the tabs of one person: whoever holds the conversation's lock sends, and looks first what is left.
 */
import { ApiError, away, get, post, upload } from "./api.js";
import { open, within } from "./kept/database.js";
import { me, storageKey } from "./session.js";

const RETRY = 5_000;
const STORE = ["drafts"];
export const VOICE = [["kind", "audio"], ["voice", "true"]]; // what is told with the upload of something spoken

export class Outbox extends EventTarget {
  constructor(ledger) {
    super();
    Object.assign(this, { ledger, drafts: new Map(), busy: new Set(), unkept: new Map(), kept: true });
    this.database = open(storageKey("outbox"), STORE).catch((error) => this.lose(error));
    this.tabs = new BroadcastChannel(storageKey("outbox"));
    this.tabs.addEventListener("message", ({ data }) => this.toldByTab(data));
  }

  /** Shows what was left over from before a reload, and tries again. */
  async resume() {
    await this.adopt();
    await this.refresh();
    this.flush();
  }

  /** What an earlier version of this page kept in another place. */
  async adopt() {
    const key = storageKey("outbox");
    const before = stored(key);
    await Promise.all(before.map((draft) => this.put(draft)));
    if (this.kept) localStorage.removeItem(key);
    else for (const draft of before) this.drafts.set(draft.id, draft);
  }

  /**
   * `draft`: {conversation_id, body, type?, content?, file?, reply_to?, last_seen?, confirm?}; `content` is WhatsApp's
   * object of a type other than text, `file` what is uploaded first. Returns its id at once; `id` where it has one.
   */
  send(draft) {
    const written = { ...draft, id: draft.id ?? uuid(), at: new Date().toISOString(), order: nextOrder(), state: "waiting" };
    this.drafts.set(written.id, written);
    this.changed(written);
    this.flushConversation(written.conversation_id);
    return written.id;
  }

  /** `confirm`: although there are messages that its author has not seen. */
  retry(id, { confirm = false } = {}) {
    const draft = this.drafts.get(id);
    if (!draft) return;
    Object.assign(draft, { state: "waiting", error: null, ...(confirm ? { confirm } : {}) });
    this.changed(draft);
    this.flushConversation(draft.conversation_id);
  }

  drop(id) {
    const draft = this.drafts.get(id);
    this.remove(id);
    if (draft) this.ledger.apply({ type: "local.dropped", data: { message: shown(draft) } });
  }

  get waiting() {
    return [...this.drafts.values()].filter((draft) => draft.state === "waiting").length;
  }

  /** What goes no further before its author has looked at it again: newer messages hold it up, or it was refused. */
  get stuck() {
    return [...this.drafts.values()].filter(({ state }) => state === "held" || state === "refused");
  }

  flush() {
    for (const id of new Set([...this.drafts.values()].map((draft) => draft.conversation_id))) this.flushConversation(id);
  }

  /** One after the other inside a conversation: order is what the customer reads. */
  async flushConversation(conversationId) {
    if (this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    await alone(`${storageKey("outbox")}:${conversationId}`, async () => {
      try {
        await this.refresh();
        for (let draft; (draft = this.nextOf(conversationId)); ) if (!(await this.deliver(draft))) break;
      } finally {
        this.busy.delete(conversationId);
      }
    });
  }

  nextOf(conversationId) {
    const mine = [...this.drafts.values()].filter((one) => one.conversation_id === conversationId && one.state === "waiting");
    return mine.sort(byOrder)[0];
  }

  /** True when the next draft may be tried. */
  async deliver(draft) {
    const { id, conversation_id: conversation, type = "text", body, reply_to, last_seen, confirm } = draft;
    try {
      const content = await this.uploaded(draft);
      return this.accepted(draft, await post(`/api/v1/conversations/${conversation}/messages`, { id, type, ...(type === "text" ? { body } : { [type]: content }), reply_to, last_seen, confirm }));
    } catch (error) {
      return this.unsent(draft, error);
    }
  }

  accepted({ id }, message) {
    this.remove(id, message);
    this.ledger.apply({ type: "message.queued", data: { message } });
    return true;
  }

  /** The content, once its file is at the server. */
  async uploaded(draft) {
    if (!draft.file) return draft.content;
    const form = new FormData();
    form.append("file", draft.file, draft.file.name);
    if (draft.content?.voice) for (const [name, value] of VOICE) form.append(name, value);
    const { id, voice } = await upload("/api/v1/attachments", form);
    Object.assign(draft, { content: { ...draft.content, attachment_id: id, ...(voice ? { voice } : {}) }, file: null });
    await this.put(draft); // whoever goes on after us sends this very content
    return draft.content;
  }

  /** Unless its id is taken by what this person sent already: its file uploaded twice, the first answer lost. */
  async unsent(draft, error) {
    const { id, conversation_id: conversation } = draft;
    if (error.status !== 409 || error.problem?.id !== id) return this.refused(draft, error);
    try {
      const message = await get(`/api/v1/messages/${id}`);
      const sent = message.conversation_id === conversation && message.author?.id === me.id;
      return sent ? this.accepted(draft, message) : this.refused(draft, error);
    } catch (failure) {
      return this.refused(draft, away(failure) ? failure : error);
    }
  }

  refused(draft, error) {
    if (away(error) || error.status === 429 || error.status === 401) {
      this.later();
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

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), RETRY);
  }

  /** With those written after it, which have seen no more. They are kept until the conversation's screen takes them. */
  hold(refused, problem) {
    const waiting = [...this.drafts.values()].filter((one) => one.state === "waiting" && one.conversation_id === refused.conversation_id);
    for (const draft of waiting.filter((one) => one === refused || (one.last_seen && !one.confirm))) {
      Object.assign(draft, { state: "held", problem });
      this.put(draft);
      this.ledger.apply({ type: "local.dropped", data: { message: shown(draft) } });
    }
    this.dispatchEvent(new Event("change"));
    this.dispatchEvent(new Event("held"));
  }

  /** What newer messages held up, in its order, each with its `problem`. */
  held(conversationId) {
    return [...this.drafts.values()].filter((one) => one.state === "held" && one.conversation_id === conversationId).sort(byOrder);
  }

  /** Of that what the caller can write again: from here on the caller's. */
  takeHeld(conversationId, which = () => true) {
    const held = this.held(conversationId).filter(which);
    for (const { id } of held) this.remove(id);
    return held;
  }

  changed(draft) {
    this.put(draft);
    this.show(draft);
    this.dispatchEvent(new Event("change"));
  }

  show(draft) {
    this.ledger.apply({ type: "local.queued", data: { message: shown(draft) } });
  }

  /** `message`: what became of it, for the other tabs. */
  remove(id, message = null) {
    this.drafts.delete(id);
    this.unkept.delete(id);
    this.write((drafts) => drafts.delete(id), { gone: id, message });
    this.dispatchEvent(new Event("change"));
  }

  async put(draft) {
    const writing = {};
    this.unkept.set(draft.id, writing);
    writing.done = this.write((drafts) => drafts.put({ ...draft }, draft.id), { written: draft.id });
    if ((await writing.done) && this.unkept.get(draft.id) === writing) this.unkept.delete(draft.id);
  }

  /** Until the disk has what was last written of it, or has refused. */
  async onDisk(id) {
    await this.unkept.get(id)?.done;
  }

  /** What lies beside the messages: files that are in none yet. */
  files() {
    return import("./kept/files.js");
  }

  /** True when it is on disk. A browser that keeps nothing, or has no room, is said to be one: `kept`. */
  async write(work, told) {
    const database = await this.database;
    if (!database) return false;
    try {
      await within(database, STORE, "readwrite", (drafts) => { work(drafts); });
      this.tabs.postMessage(told);
      return true;
    } catch (error) {
      this.lose(error);
      return false;
    }
  }

  lose(error) {
    console.info("what waits to be sent is in this tab alone:", error);
    this.kept = false;
    this.dispatchEvent(new Event("change"));
    return null;
  }

  /** What all tabs have in common. What this tab could not keep is its own. */
  async refresh() {
    const database = await this.database;
    const left = database && await within(database, STORE, "readonly", (drafts) => drafts.getAll()).catch(() => null);
    if (!left) return;
    const ids = new Set(left.map(({ id }) => id));
    for (const id of this.drafts.keys()) if (!ids.has(id) && !this.unkept.has(id)) this.vanish(id);
    for (const draft of left.sort(byOrder)) if (this.drafts.has(draft.id)) this.renew(draft); else this.meet(draft);
    this.dispatchEvent(new Event("change"));
    if (left.some(({ state }) => state === "held")) this.dispatchEvent(new Event("held")); // another tab found out
  }

  meet(draft) {
    this.drafts.set(draft.id, draft);
    if (draft.state !== "held") this.show(draft);
  }

  /** What another tab made of it: its file is uploaded, it was refused, it waits again. What this tab is about to write stands. */
  renew(stored) {
    if (this.unkept.has(stored.id)) return;
    const known = this.drafts.get(stored.id);
    const before = known.state;
    Object.assign(known, stored);
    if (known.state === before) return;
    if (known.state === "held") this.ledger.apply({ type: "local.dropped", data: { message: shown(known) } });
    else this.show(known);
  }

  vanish(id) {
    const draft = this.drafts.get(id);
    this.drafts.delete(id);
    this.ledger.apply({ type: "local.dropped", data: { message: shown(draft) } });
  }

  /** Another tab wrote or sent something. Should it close before, this one goes on. */
  async toldByTab({ gone, message }) {
    if (message) this.ledger.apply({ type: "message.queued", data: { message } });
    if (gone && this.drafts.has(gone)) this.vanish(gone);
    if (!gone) await this.refresh();
    if (this.waiting) this.later();
    this.dispatchEvent(new Event("change"));
  }
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return []; // another version's format: nothing we could send
  }
}

/** The tabs of one person one after the other. Without HTTPS there are no locks: the server takes an id once, too. */
const alone = (name, work) => (navigator.locks ? navigator.locks.request(name, work) : work());

const byOrder = (a, b) => (a.order ?? 0) - (b.order ?? 0) || (a.at < b.at ? -1 : 1);

let latest = 0;
const nextOrder = () => (latest = Math.max(latest + 1, Date.now() * 1000));

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
