/** The one ledger, outbox and socket of this page, wired together. */
import { ApiError, answerInstead, get } from "./api.js";
import { bring } from "./bring.js";
import { Ledger } from "./ledger.js";
import { Outbox } from "./outbox.js";
import { bootstrap, kept, meet } from "./session.js";
import { Socket } from "./socket.js";

export const ledger = new Ledger();
export const outbox = new Outbox(ledger);
export const topics = new EventTarget();

export const socket = new Socket(bootstrap.ws, bootstrap.cursor, {
  before: kept ? meetServer : null,
  event: (frame) => ledger.apply(frame),
  reset: startAnew,
  topic: (frame) => topics.dispatchEvent(new CustomEvent(frame.topic, { detail: frame.data })),
  session: leaveIfLoggedOut,
});

socket.addEventListener("state", () => socket.state === "live" && back());
answerInstead(fromCopy);
let [copied, outdated] = [false, false];

/** What was read out of the copy meanwhile is fetched from the server now. */
function back() {
  if (copied) ledger.reset();
  copied = false;
  if (outdated) meetAnew();
  outbox.flush();
}

/** Events were missed that nobody will tell again: of conversations, of people, tags and numbers. */
function startAnew() {
  ledger.reset();
  outdated = true;
  meetAnew();
}

async function meetAnew() {
  try {
    await (await bring(import.meta, "./kept/contact.js")).renewed(ledger);
    outdated = false;
  } catch (error) {
    console.info("people and tags are as they were:", error.message); // asked again when the server is back
  }
}

/** Not while events come: nothing would tell a thread of hours ago from that of now, or fetch it anew. */
async function fromCopy(path, query) {
  if (!path.startsWith("/api/v1/conversations") || socket.state === "live") return undefined;
  const { answer } = await import("./kept/answers.js").catch(() => ({ answer: () => undefined }));
  const found = await answer(path, query);
  if (socket.state === "live") return undefined; // it is back, and has looked already what came out of the copy
  copied ||= found !== undefined;
  return found;
}

async function meetServer(opened) {
  const { firstContact } = await import("./kept/contact.js");
  try {
    await firstContact(opened, ledger);
    copied = false;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await leaveIfLoggedOut(false);
    throw error;
  }
}
ledger.onEvent(meet);

/** `listener` runs whenever the server is back: what failed meanwhile may be asked for again. Returns how to stop. */
export function onLive(listener) {
  const heard = () => socket.state === "live" && listener();
  socket.addEventListener("state", heard);
  return () => socket.removeEventListener("state", heard);
}

/** `listener(data)` hears a plugin's topic, `<plugin>.<channel>`. Words are not kept: ask again when the server is back. */
export function onTopic(topic, listener) {
  const heard = ({ detail }) => listener(detail);
  topics.addEventListener(topic, heard);
  socket.subscribe(topic);
  return () => topics.removeEventListener(topic, heard);
}

/** The socket does not say why it was refused; the API does. Whoever is still here has other rights than this page. */
async function leaveIfLoggedOut(ended) {
  try {
    await get("/api/v1/me");
    if (ended) location.reload();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  }
}
