/** The first contact of a page that was opened without a network: who is here by now, and may they see what it shows? */
import { get } from "../api.js";
import { bootstrap, members, teams } from "../session.js";

const RIGHTS = ["role", "sees", "permissions"];

/** Throws until the server answers. A page that belongs to another, or to other rights, is loaded anew. */
export async function firstContact(socket, ledger) {
  const fresh = await get("/api/v1/bootstrap");
  const now = fresh.me;
  const other = now.id !== bootstrap.me.id || now.tenant.id !== bootstrap.me.tenant.id;
  if (other || RIGHTS.some((name) => JSON.stringify(now[name]) !== JSON.stringify(bootstrap.me[name]))) {
    location.reload();
    return new Promise(() => {});
  }
  members.splice(0, members.length, ...fresh.members);
  teams.splice(0, teams.length, ...fresh.teams);
  Object.assign(bootstrap.me, now);
  Object.assign(bootstrap, { csrf: fresh.csrf, cursor: fresh.cursor, accounts: fresh.accounts });
  socket.startAt(fresh.cursor);
  ledger.reset();
  return undefined;
}
