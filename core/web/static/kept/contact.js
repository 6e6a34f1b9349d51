/**
 * The first contact of a page that was opened without a network, or whose log began anew: who is here by now, and may they
 * see what it shows?
 */
import { get } from "../api.js";
import { bootstrap, meet } from "../session.js";

const RIGHTS = ["role", "sees", "permissions"];

/** Throws until the server answers. */
export async function firstContact(socket, ledger) {
  const { cursor } = await renewed(ledger);
  bootstrap.cursor = cursor;
  socket.startAt(cursor);
  ledger.reset();
}

/** A page that belongs to another, or to other rights, is loaded anew. Throws until the server answers. */
export async function renewed(ledger) {
  const since = [];
  const stop = ledger.onEvent((event) => since.push(event));
  const fresh = await get("/api/v1/bootstrap").finally(stop);
  const now = fresh.me;
  const other = now.id !== bootstrap.me.id || now.tenant.id !== bootstrap.me.tenant.id;
  if (other || RIGHTS.some((name) => JSON.stringify(now[name]) !== JSON.stringify(bootstrap.me[name]))) {
    location.reload();
    return new Promise(() => {});
  }
  ledger.apply({ type: "fetched.bootstrap", data: fresh });
  for (const event of since) meet(event); // what was told while the answer was on its way is newer
  return fresh;
}
