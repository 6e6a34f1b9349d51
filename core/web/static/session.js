/** What the server told about this page: who is here, what they may see, where the event log stood. */

const element = document.getElementById("bootstrap");

export const bootstrap = element ? JSON.parse(element.textContent) : null;
export const me = bootstrap?.me ?? null;
export const members = bootstrap?.members ?? [];
export const can = (permission) => Boolean(me?.permissions?.includes(permission));
export const memberName = (id) => members.find((member) => member.id === id)?.name ?? null;

/** Keeps `members` and `me` true while events tell of people. */
export function meet({ type, data }) {
  if (type === "member.saved") {
    const known = members.find((member) => member.id === data.member.id);
    if (known) Object.assign(known, data.member);
    else members.push(data.member);
    if (data.member.id === me.id) me.name = data.member.name;
  }
  if (type === "member.removed") members.splice(0, members.length, ...members.filter((member) => member.id !== data.id));
}

/** What this browser keeps for this person: wiped when they log out. */
export const storageKey = (name) => `comptoir:${me?.tenant?.id}:${me?.id}:${name}`;

export function forgetPerson() {
  const prefix = storageKey("");
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
}
