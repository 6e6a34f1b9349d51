/** Brings a plugin's element onto the page, and gives it what it may use. */
import { Unreachable, get, post } from "./api.js";
import { bring } from "./bring.js";
import { toast } from "./elements/toast.js";
import { fmt } from "./format.js";
import { dir, locale, t, tn } from "./i18n.js";
import { ledger, socket, topics } from "./replica.js";
import { navigate } from "./router.js";
import { bootstrap } from "./session.js";

export const BUDGET = 2_000; // ms until a panel that has not arrived counts as broken
const SETTLE = 150; // ms
const ENDED = new Set(["TimeoutError", "AbortError"]);

const TESTS = {
  "contact.has": (field, { contact }) => Boolean(contact?.[field]),
  "conversation.status": (status, { conversation }) => conversation?.status === status,
  "message.type": (type, { message }) => message?.type === type,
  "message.direction": (direction, { message }) => message?.direction === direction,
};

/** The panels of a slot whose `when` suits what is shown. */
export function panelsIn(slot, ctx = {}) {
  return bootstrap.ui.panels.filter((panel) => panel.slot === slot
    && Object.entries(panel.when ?? {}).every(([test, wanted]) => TESTS[test]?.(wanted, ctx ?? {}) ?? true));
}

/** Who draws a message: by its type, or the kind of what is interactive in it, as in "interactive.nfm_reply". */
export const rendererOf = ({ type, content }) => bootstrap.ui.message_renderers.find((one) => one.type === type || one.type === `${type}.${content?.type}`);

/** Runs `again` after the events and topics that the piece names; a burst of them once. Returns how to stop. */
export function listen({ plugin, refresh_on: names = [] }, again) {
  let timer;
  const soon = ({ detail } = {}) => { clearTimeout(timer); timer = setTimeout(() => again(detail), SETTLE); };
  const heard = names.map((name) => { topics.addEventListener(name, soon); return () => topics.removeEventListener(name, soon); });
  // The events of the log are named noun.verb by the kernel; what starts with the plugin's name is its own topic.
  for (const name of names) if (name.startsWith(`${plugin}.`)) socket.subscribe(name);
  heard.push(ledger.onEvent((event) => names.includes(event.type) && soon()));
  return () => { clearTimeout(timer); heard.forEach((stop) => stop()); };
}

/** While the page itself is on its way, over whatever network, what does not come says nothing of the plugin either. */
const loaded = document.readyState === "complete" ? Promise.resolve() : new Promise((done) => addEventListener("load", done, { once: true }));

/** While the server is away, nothing that fails to come says anything of the plugin. */
const away = () => socket.state === "offline" || !navigator.onLine;

/**
 * Imports `piece.module` and makes its element. Rejects when the module fails, is slow, or defines something else; with
 * Unreachable when it may come once the server is back.
 */
export async function mount(piece, ctx) {
  const late = loaded.then(() => new Promise((_, reject) => setTimeout(() => reject(new Error(t("It took too long to answer."))), BUDGET)));
  try {
    await Promise.race([bring(import.meta, `${piece.plugin}/${piece.module}`), late]);
  } catch (error) {
    throw away() ? new Unreachable(error) : error;
  }
  if (!customElements.get(piece.element)) throw new Error(`${piece.module} does not define <${piece.element}>`);
  const element = document.createElement(piece.element);
  element.ctx = Object.freeze({ locale, dir, ...ctx });
  element.api = apiOf(piece.plugin, element);
  return element;
}

/**
 * A request that ran out of its budget is the plugin's lateness; one that found no server is not its fault. Chromium calls
 * it an abort when the budget ended in the middle of the answer.
 */
export const lateness = (error) => (!away() && [error.name, error.cause?.name].some((name) => ENDED.has(name)) ? new Error(t("It took too long to answer.")) : error);

const told = new Set();

/** The operator hears of a piece that does not work: once for each piece and mistake, and never in anybody's way. */
export function report({ plugin, name }, error) {
  const words = String(error?.message ?? error).slice(0, 500) || "unknown";
  const key = `${plugin}/${name}/${words}`;
  if (told.has(key)) return;
  told.add(key);
  post("/api/v1/plugin-troubles", { plugin, piece: String(name).slice(0, 100), told: words, stack: String(error?.stack ?? "").slice(0, 8000) })
    .catch((refusal) => console.warn("the trouble could not be told", refusal));
}

/** The first drawing of an element belongs to its arrival: what breaks or hangs in it is caught like the import. */
export async function drawn(element) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(t("It took too long to answer."))), BUDGET); });
  await Promise.race([element.updateComplete, late]).finally(() => clearTimeout(timer));
}

const apiOf = (plugin, element) => Object.freeze({
  get: (path, query) => get(`/api/v1/p/${plugin}/${path.replace(/^\//, "")}`, query),
  post: (path, body) => post(`/api/v1/p/${plugin}/${path.replace(/^\//, "")}`, body),
  on: (topic, listener) => subscribe(`${plugin}.${topic}`, listener),
  /** Writes into the composer of the conversation on the screen. */
  compose: Object.freeze({ insert: (text) => insert(element, text) }),
  /** Closes the dialog in which the element stands. */
  close: () => element.dispatchEvent(new Event("panel-close", { bubbles: true, composed: true })),
  toast, navigate, t, tn, fmt,
});

/** Heard by whatever has a composer around `source`. */
export function insert(source, text) {
  source.dispatchEvent(new CustomEvent("compose-insert", { bubbles: true, composed: true, detail: String(text) }));
}

function subscribe(topic, listener) {
  const heard = ({ detail }) => listener(detail);
  topics.addEventListener(topic, heard);
  socket.subscribe(topic);
  return () => topics.removeEventListener(topic, heard);
}
