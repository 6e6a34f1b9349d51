/** The JSON API, spoken with the session's cookie. A refusal is an ApiError; no answer at all is Unreachable. */
import { ahead, remember } from "./ahead.js";
import { bootstrap } from "./session.js";
import { locale, t } from "./i18n.js";

const TIMEOUT = 20_000;

/** An answer of RFC 9457. `kind` is the last part of its type: "newer-messages", "window-closed", … */
export class ApiError extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.status = problem.status;
    this.kind = String(problem.type ?? "").split("/").pop();
    this.problem = problem;
  }
}

/** The request may or may not have arrived. */
export class Unreachable extends Error {
  constructor(cause) {
    super(t("The server cannot be reached."), { cause });
  }
}

/** The bytes of a chosen file are gone: it was moved, changed or deleted. To try again would not help. */
class Unreadable extends Error {
  status = 422; // as refused as what the server will not take

  constructor() {
    super(t("This file cannot be read any more. Choose it again."));
  }
}

/**
 * `keep` is a status to be handed back like a success: a fragment answers 422 with the form and its errors. What is `first`
 * is the first that this address asks for.
 */
export async function request(method, path, { body, query, accept = "application/json", signal, keep, headers, timeout, cache, first } = {}) {
  if (first) remember(withQuery(path, query));
  const asked = () => reach(withQuery(path, query), { ...written(method, body, { Accept: accept, "Accept-Language": locale, ...headers }), method, credentials: "same-origin", signal, cache }, timeout);
  let answer = await asked();
  if (answer.status === 403 && method !== "GET" && await renewSession()) answer = await asked();
  if (answer.ok || answer.status === keep) return answer;
  throw new ApiError(await problemOf(answer));
}

const KEEPALIVE = 32_000; // characters: a browser keeps 64 KiB alive, of all requests together

/** Posts a form and tells how far it is: `progress(share)`, from 0 to 1. Answers as `post`; `signal` stops it. */
export async function upload(path, form, { progress, signal } = {}) {
  const sent = () => new Promise((resolve, reject) => {
    signal?.throwIfAborted(); // nobody listens yet while a session is renewed
    const asked = new XMLHttpRequest();
    asked.upload.onprogress = ({ loaded, total }) => progress?.(total ? loaded / total : 0);
    asked.onload = () => resolve(new Response(asked.response, { status: asked.status, headers: { "Content-Type": asked.getResponseHeader("Content-Type") ?? "" } }));
    asked.onerror = asked.ontimeout = async () => reject((await readable(form)) ? new Unreachable() : new Unreadable());
    asked.onabort = () => reject(signal.reason);
    signal?.addEventListener("abort", () => asked.abort(), { once: true });
    asked.open("POST", path);
    asked.responseType = "blob";
    const { headers } = written("POST", form, { Accept: "application/json" });
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.send(form);
  });
  let answer = await sent();
  if (answer.status === 403 && await renewSession()) answer = await sent();
  if (!answer.ok) throw new ApiError(await problemOf(answer));
  return answer.json();
}

async function readable(form) {
  const files = [...form.values()].filter((value) => value instanceof Blob);
  return Promise.all(files.map((file) => file.slice(0, 1).arrayBuffer())).then(() => true, () => false);
}

/** Headers and body. Kept alive, so that what somebody did just before closing the tab still arrives. */
function written(method, body, headers) {
  if (method !== "GET" && bootstrap) headers["X-CSRF-Token"] = bootstrap.csrf;
  if (body !== undefined && !(body instanceof FormData || body instanceof URLSearchParams)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  return { headers, body, keepalive: method !== "GET" && (body === undefined || body.length < KEEPALIVE) };
}

/**
 * A new password, in this tab or another, opened a new session: its token instead of the old one. True when there was
 * one. Should the browser meanwhile belong to somebody else, this page is not theirs.
 */
export async function renewSession() {
  const answer = bootstrap && await reach("/api/v1/bootstrap", { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer?.ok) return false;
  const { csrf, me } = await answer.json();
  if (me.id !== bootstrap.me.id || me.tenant.id !== bootstrap.me.tenant.id) {
    location.reload();
    await new Promise(() => {}); // what this person wrote must not go out under the other's name
  }
  const renewed = csrf !== bootstrap.csrf;
  bootstrap.csrf = csrf;
  return renewed;
}

/** The parsed JSON of an answer, or null for an empty one. */
export async function json(method, path, options) {
  try {
    // Nothing of it is cached, and a browser that thought so would let it wait for the same question asked before.
    const told = await (await request(method, path, { ...options, cache: "no-store" })).text(); // none of a 204, and of a 202 that only says "later"
    return told ? JSON.parse(told) : null;
  } catch (error) {
    const kept = method === "GET" && away(error) ? await instead(path, options?.query) : undefined;
    if (kept === undefined) throw error;
    return kept;
  }
}

let instead = async () => undefined;

/** `answer(path, query)` is asked for what the server, being away, cannot give; undefined: it does not know either. */
export function answerInstead(answer) {
  instead = answer;
}

/** Nobody there, or only what stands before a server that is being restarted. */
export const away = (error) => error instanceof Unreachable || [502, 503, 504].includes(error.status);

export const get = (path, query, options) => json("GET", path, { query, ...options });
export const post = (path, body, options) => json("POST", path, { body, ...options });
export const put = (path, body, options) => json("PUT", path, { body, ...options });
export const patch = (path, body, options) => json("PATCH", path, { body, ...options });
export const remove = (path, body, options) => json("DELETE", path, { body, ...options });

async function reach(url, options, timeout = TIMEOUT) {
  const limit = AbortSignal.timeout(timeout);
  try {
    return await (options.method === "GET" && ahead(url)) || await fetch(url, { ...options, signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Unreachable(cause);
  }
}

async function problemOf(answer) {
  const fallback = { status: answer.status, type: "unknown", title: t("The server answered {status}.", { status: answer.status }) };
  if (!answer.headers.get("Content-Type")?.includes("json")) return fallback;
  return { ...fallback, ...(await answer.json().catch(() => null)) };
}

function withQuery(path, query) {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path;
}
