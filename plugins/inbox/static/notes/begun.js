/** Notes that were begun, on this device alone: gone after a month, and with the conversation they are about. */
import { ApiError, get, storageKey } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";

const PREFIX = storageKey("unsent:note:"); // what is called unsent is named before logging out
const LONGEST = 30 * 24 * 3_600_000; // ms
const GONE = ["contact.deleted", "contacts.merged", "conversation.hidden"];

export const begun = (id) => read(PREFIX + id)?.body ?? "";

export function keep(id, body) {
  if (body.trim()) localStorage.setItem(PREFIX + id, JSON.stringify({ body, at: Date.now() }));
  else forget(id);
}

export const forget = (id) => localStorage.removeItem(PREFIX + id);

/** What nobody has gone on with, and what is about somebody who is not to be seen any more. */
export async function prune() {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  for (const key of kept) {
    const id = key.slice(PREFIX.length);
    if (!(read(key)?.at > Date.now() - LONGEST) || (await unseen(id))) forget(id);
  }
}

const unseen = (id) => get(`/api/v1/conversations/${id}`).then(() => false, (error) => error instanceof ApiError && error.status === 404);

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // another version's
  }
}

ledger.onEvent(({ type }) => GONE.includes(type) && prune());
