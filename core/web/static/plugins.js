/** Brings a plugin's element onto the page, and gives it what it may use. */
import { get, post } from "./api.js";
import { toast } from "./elements/toast.js";
import { fmt } from "./format.js";
import { dir, locale, t, tn } from "./i18n.js";
import { socket, topics } from "./replica.js";
import { navigate } from "./router.js";

const BUDGET = 2_000; // ms until a panel that has not arrived counts as broken

/** Imports `piece.module` and makes its element. Rejects when the module fails, is slow, or defines something else. */
export async function mount(piece, ctx) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(t("It took too long to answer."))), BUDGET));
  await Promise.race([import(`${piece.plugin}/${piece.module}`), late]);
  if (!customElements.get(piece.element)) throw new Error(`${piece.module} does not define <${piece.element}>`);
  const element = document.createElement(piece.element);
  element.ctx = Object.freeze({ locale, dir, ...ctx });
  element.api = apiOf(piece.plugin);
  return element;
}

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

const apiOf = (plugin) => Object.freeze({
  get: (path, query) => get(`/api/v1/p/${plugin}/${path.replace(/^\//, "")}`, query),
  post: (path, body) => post(`/api/v1/p/${plugin}/${path.replace(/^\//, "")}`, body),
  on: (topic, listener) => subscribe(`${plugin}.${topic}`, listener),
  toast, navigate, t, tn, fmt,
});

function subscribe(topic, listener) {
  const heard = ({ detail }) => listener(detail);
  topics.addEventListener(topic, heard);
  socket.subscribe(topic);
  return () => topics.removeEventListener(topic, heard);
}
