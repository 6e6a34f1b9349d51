/**
 * Files that were chosen here and are in no message at the server yet, kept across reloads. A row belongs to the tab that
 * made it; when that tab is gone, another one of the same person goes on with it.
 */
import { storageKey } from "../session.js";
import { names, open, within } from "./database.js";
import { uuid } from "../outbox.js";

const NAME = storageKey("files");
const STORE = ["files"];
const TAB = uuid();
const lockOf = (tab) => `${NAME}:${tab}`;
const here = new Set(); // also what no disk has taken
let database;

navigator.locks?.request(lockOf(TAB), () => new Promise(() => {})); // for as long as this tab lives

const shelf = () => (database ??= open(NAME, STORE));

/** `row`: {id, …} with its file, as IndexedDB takes it. */
export async function putFile(row) {
  here.add(row.id);
  await within(await shelf(), STORE, "readwrite", (files) => files.put({ ...row, tab: TAB }, row.id));
}

export async function dropFile(id) {
  here.delete(id);
  await within(await shelf(), STORE, "readwrite", (files) => files.delete(id));
}

/** `take(rows)` is called for each tab that is gone, or as soon as it is. Without HTTPS there are no locks: the ids are taken once by the server, too. */
export async function takeFiles(take) {
  const left = (await rows()).filter(({ tab }) => tab !== TAB);
  for (const tab of new Set(left.map((row) => row.tab))) {
    const adopt = async () => take(await own(tab));
    if (navigator.locks) navigator.locks.request(lockOf(tab), adopt).catch((error) => console.info("files of a closed tab stay where they are:", error));
    else await adopt();
  }
}

/** How many this person would lose. */
export async function countFiles() {
  return new Set([...here, ...(await rows().catch(() => [])).map(({ id }) => id)]).size;
}

async function rows() {
  if (!database && !(await names()).includes(NAME)) return [];
  return within(await shelf(), STORE, "readonly", (files) => files.getAll());
}

async function own(tab) {
  const mine = (await rows()).filter((row) => row.tab === tab);
  for (const row of mine) await putFile(row);
  return mine;
}
