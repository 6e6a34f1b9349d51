/** What the server told about this page: who is here, what they may see, where the event log stood. */

const element = document.getElementById("bootstrap");

/** The server put no data into this page: the worker opened it without a network. */
export const kept = !element && Boolean(document.querySelector("meta[name=comptoir-version]"));
export const bootstrap = kept ? await (await import("./kept/open.js")).keptBootstrap() : element ? JSON.parse(element.textContent) : null;
export const me = bootstrap?.me ?? null;
export const members = bootstrap?.members ?? [];
export const teams = bootstrap?.teams ?? [];
export const tags = bootstrap?.tags ?? [];
export const can = (permission) => Boolean(me?.permissions?.includes(permission));
export const memberName = (id) => members.find((member) => member.id === id)?.name ?? null;

/** Keeps `members`, `teams`, `tags` and `me` true while events tell of people, and after what no event told. */
export function meet({ type, data }) {
  if (type === "fetched.bootstrap") renew(data);
  if (type === "member.saved") put(members, data.member);
  if (type === "member.saved" && data.member.id === me.id) me.name = data.member.name;
  if (type === "member.removed") drop(members, data.id);
  if (type === "team.saved") put(teams, data.team);
  if (type === "team.deleted") drop(teams, data.id);
  if (type === "tag.saved") put(tags, data.tag);
  if (type === "tag.deleted") drop(tags, data.id);
}

function renew(fresh) {
  for (const [list, now] of [[members, fresh.members], [teams, fresh.teams], [tags, fresh.tags]]) list.splice(0, list.length, ...now);
  Object.assign(me, fresh.me);
  Object.assign(bootstrap, { csrf: fresh.csrf, accounts: fresh.accounts });
}

function put(list, one) {
  const known = list.find(({ id }) => id === one.id);
  if (known) Object.assign(known, one);
  else list.push(one);
}

const drop = (list, gone) => list.splice(0, list.length, ...list.filter(({ id }) => id !== gone));

/** What this browser keeps for this person: wiped when they log out. */
export const storageKey = (name) => `comptoir:${me?.tenant?.id}:${me?.id}:${name}`;

export async function forgetPerson() {
  await (await import("./kept/wipe.js")).wipePerson(storageKey(""));
}
