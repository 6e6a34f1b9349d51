/**
 * What is taken off this browser, and when. Names begin with "comptoir:<tenant>:<person>:". A copy of what the server
 * has lives no longer than the session it was read in; what somebody wrote and could not send waits for them alone.
 */
import { drop, names } from "./database.js";

const OURS = "comptoir:";
export const HERE = "comptoir:here"; // whose copy is opened without a network

/** Everything of one person in one tenant: they logged out. */
export async function wipePerson(prefix) {
  const mine = (name) => name.startsWith(prefix);
  forget(mine);
  localStorage.removeItem(HERE);
  await Promise.all([dropThose(mine), wipeShell(), endPush()]);
}

/** The next person at this browser is not told of their customers. */
async function endPush() {
  try {
    const there = await navigator.serviceWorker?.getRegistration("/");
    await (await there?.pushManager?.getSubscription())?.unsubscribe();
  } catch (error) {
    console.info("the browser kept its push subscription:", error.message);
  }
}

/** Nobody is logged in here: no copy stays. Drafts do, for whoever logs in again. */
export async function wipeCopies() {
  localStorage.removeItem(HERE);
  forget((name) => name.startsWith(OURS) && name.split(":")[3] === "first"); // which list they looked at: ahead.js
  await Promise.all([dropThose((name) => name.endsWith(":copy")), wipeShell()]);
}

/** Somebody is logged in: what others left goes, and copies of their own other organisations. */
export async function wipeOthers(prefix) {
  const person = prefix.split(":")[2];
  const others = (name) => name.startsWith(OURS) && name !== HERE && name.split(":")[2] !== person;
  forget(others);
  await dropThose((name) => others(name) || (name.endsWith(":copy") && !name.startsWith(prefix)));
}

function forget(which) {
  for (const key of Object.keys(localStorage)) if (which(key)) localStorage.removeItem(key);
}

async function dropThose(which) {
  await Promise.all((await names()).filter((name) => name.startsWith(OURS) && which(name)).map(drop));
}

async function wipeShell() {
  if (!("caches" in globalThis)) return;
  for (const name of await caches.keys()) if (name.startsWith(OURS)) await caches.delete(name);
}
