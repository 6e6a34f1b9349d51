/**
 * Files on their way to a customer: uploaded as soon as they are chosen, sent in their order when somebody says so. One
 * for each conversation, beside the screen: who looks at another conversation meanwhile loses nothing.
 *
 * States of an entry: refused (WhatsApp would not take it), waiting, uploading, ready, failed.
 */
import { Unreachable, bring, t, upload } from "@comptoir/sdk";
import { VOICE, newId, outbox } from "@comptoir/sdk/ledger.js";
import { faultOf, kindOfFile, takesCaption } from "./limits.js";

const AT_ONCE = 2;
const trays = new Map();

export function trayOf(conversationId) {
  if (!trays.has(conversationId)) trays.set(conversationId, new Tray(conversationId));
  return trays.get(conversationId);
}

export const joined = (...words) => words.filter(Boolean).join("\n");

/** Fires "change". `newer`: the problem of messages that were not seen, until somebody decides. */
class Tray extends EventTarget {
  entries = [];
  newer = null;
  words = "";
  left = "";

  constructor(conversationId) {
    super();
    this.conversationId = conversationId;
  }

  get sendable() {
    return this.going.length > 0;
  }

  get going() {
    return this.entries.filter(({ state, departing }) => !departing && ["waiting", "uploading", "ready"].includes(state));
  }

  get carrier() {
    return this.going.find(({ kind }) => takesCaption(kind));
  }

  /** What the carrier would say with these words: a file that came back has some of its own. */
  caption(words) {
    return joined(this.carrier?.caption, words);
  }

  /** `voice`: what was spoken here, and is no file of anybody's. */
  add(files, { voice = false } = {}) {
    for (const file of files) {
      const problem = faultOf(file);
      this.entries.push({ id: newId(), file, voice, name: voice ? t("Voice message") : file.name, size: file.size, kind: kindOfFile(file), state: problem ? "refused" : "waiting", problem, progress: 0 });
    }
    this.work();
  }

  /** What came back from sends that were held up, before what waits here: a file is at the server already. */
  restore(held) {
    this.newer = held.at(-1).problem;
    this.entries = [...held.filter(carries).map(returned), ...this.entries];
    this.words = joined(this.words, ...held.filter((one) => !carries(one)).map(({ body }) => body));
    this.changed();
  }

  /** For the composer of this conversation: the one on the screen, or the next. */
  leaveWords(words) {
    this.left = joined(this.left, words);
    this.changed();
  }

  takeLeft() {
    const { left } = this;
    this.left = "";
    return left;
  }

  /** Words whose file does not go: the caller's from here on. */
  takeWords() {
    const { words } = this;
    this.words = "";
    return words;
  }

  /** What is uploaded and waits to be sent: a draft keeps it. */
  get kept() {
    return this.entries.filter(({ state, departing, attachment }) => state === "ready" && attachment && !departing).map(({ attachment: { id, kind, filename, voice }, size }) => ({ id, kind, filename: filename ?? null, size: size ?? 0, voice: Boolean(voice) }));
  }

  /** Files that are at the server already: of a draft, of a quick reply. `instead` of those of which the same is true. */
  adopt(files, { instead = false } = {}) {
    const wanted = new Set(files.map(({ id }) => id));
    if (instead) this.entries = this.entries.filter(({ state, departing, attachment }) => state !== "ready" || departing || !attachment || wanted.has(attachment.id));
    const here = new Set(this.entries.map(({ attachment }) => attachment?.id));
    const fresh = files.filter(({ id }) => !here.has(id));
    this.entries = [...this.entries, ...fresh.map(({ size, ...attachment }) => ({ id: newId(), name: nameOf(attachment), size, kind: attachment.kind, state: "ready", progress: 1, attachment }))];
    if (fresh.length || instead) this.changed();
  }

  /** The order is the order in which they leave. */
  move(entry, by) {
    const at = this.entries.indexOf(entry);
    const to = at + by;
    if (at < 0 || to < 0 || to >= this.entries.length || entry.departing) return;
    this.entries = this.entries.toSpliced(at, 1).toSpliced(to, 0, entry);
    this.changed();
  }

  drop(entry) {
    entry.abort?.abort();
    this.entries = this.entries.filter((one) => one !== entry);
    this.handBack(entry);
    this.work();
  }

  handBack(entry) {
    this.words = joined(this.words, entry.caption);
    entry.caption = "";
  }

  retry(entry) {
    Object.assign(entry, { state: "waiting", problem: "", progress: 0 });
    this.work();
  }

  /** Send what is here. The words go with the first file that may carry them; returns those that none could carry. */
  depart(words, { reply_to, quoted, ...about }) {
    const { going, carrier } = this;
    if (carrier) carrier.caption = this.caption(words);
    going.forEach((entry, at) => { entry.departing = at ? about : { reply_to, quoted, ...about }; });
    this.work();
    return carrier ? "" : words;
  }

  /** Of an earlier page, before what was chosen since. */
  goOn(rows) {
    const here = new Set(this.entries.flatMap(({ id, attachment }) => [id, attachment?.id]));
    const left = rows.filter(({ id, attachment }) => !here.has(id) && !(attachment && here.has(attachment.id))).map(({ id, file, voice, name, size, kind, caption, departing, attachment }) => (
      { id, file, voice, name, size, kind, caption, departing, attachment, state: attachment ? "ready" : "waiting", problem: "", progress: attachment ? 1 : 0 }));
    this.entries = [...left, ...this.entries];
    this.work();
  }

  /** A draft keeps them. */
  drafted() {
    for (const entry of this.entries.filter(({ state, attachment }) => state === "ready" && attachment)) entry.drafted = true;
    this.keep();
  }

  /** Across a reload, as far as nothing else keeps it. */
  keep() {
    const now = this.entries.map(({ id, state, caption, departing, attachment, drafted }) => [id, state === "refused", caption, Boolean(departing), attachment?.id, drafted].join()).join();
    if (now === this.keptAs) return;
    this.keptAs = now;
    bring(import.meta, "./tray-keep.js").then(({ keep }) => keep(this)).catch((error) => console.info("files on their way are in this tab alone:", error.message));
  }

  work() {
    const waiting = this.entries.filter(({ state }) => state === "waiting");
    const busy = this.entries.filter(({ state }) => state === "uploading").length;
    for (const entry of waiting.slice(0, AT_ONCE - busy)) this.upload(entry);
    this.leave();
    this.changed();
  }

  async upload(entry) {
    const form = new FormData();
    form.append("file", entry.file, entry.file.name);
    if (entry.voice) for (const [name, value] of VOICE) form.append(name, value);
    Object.assign(entry, { state: "uploading", abort: new AbortController() });
    try {
      const attachment = await upload("/api/v1/attachments", form, { signal: entry.abort.signal, progress: (share) => { entry.progress = share; this.changed(); } });
      Object.assign(entry, { state: "ready", progress: 1, attachment, kind: attachment.kind });
    } catch (error) {
      if (entry.abort.signal.aborted) return;
      // Without a network the outbox takes the file itself along, and uploads it before it sends.
      if (error instanceof Unreachable) Object.assign(entry, { state: "ready", progress: 1, attachment: null });
      else Object.assign(entry, { state: "failed", problem: error.message, refused: error.status === 422 || error.status === 413, departing: null });
      if (entry.state === "failed") this.handBack(entry);
    }
    this.work();
  }

  /** In their order: one that is not there yet holds up those after it, one that failed does not. */
  leave() {
    for (let next; (next = this.entries.find(({ departing }) => departing))?.state === "ready"; ) {
      const { caption, departing } = next;
      const { id, kind, filename, voice } = next.attachment ?? { kind: next.kind, filename: next.name, voice: next.voice };
      const content = { ...(id ? { attachment_id: id } : {}), ...(voice ? { voice: true } : {}), ...(kind === "document" && filename ? { filename } : {}), ...(caption && takesCaption(kind) ? { caption } : {}) };
      this.entries = this.entries.filter((one) => one !== next);
      outbox.send({ id: next.id, conversation_id: this.conversationId, body: caption ?? (kind === "document" ? filename ?? "" : ""), type: kind, content, ...(id ? {} : { file: next.file }), ...departing });
    }
  }

  changed() {
    this.keep();
    this.dispatchEvent(new Event("change"));
  }
}

/** What a composer takes back as words and files; a template, a place or a card is asked about as it stands. */
export const rewritten = ({ type = "text", content, file }) => type === "text" || Boolean(content?.attachment_id || file);

const carries = ({ content, file }) => Boolean(content?.attachment_id || file);

const nameOf = ({ voice, filename }) => (voice ? t("Voice message") : filename ?? t("File"));

function returned({ type, file, content: { attachment_id: id, caption, filename, voice } }) {
  if (file) return { id: newId(), file, voice, name: nameOf({ voice, filename: file.name }), size: file.size, kind: type, state: "ready", progress: 1, attachment: null, caption };
  return { id: newId(), name: nameOf({ voice, filename }), kind: type, state: "ready", progress: 1, attachment: { id, kind: type, filename, voice }, caption };
}
