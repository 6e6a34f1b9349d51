/** What lies in a tray and nowhere else: files on their way, kept in this browser until a message or a draft has them. */
import { outbox } from "@comptoir/sdk/ledger.js";
import { trayOf } from "./tray.js";

const known = new Map(); // id → {conversation, words}: as it was last written
let work = Promise.resolve();

/** One after the other: the last word about a file is the last that is written. */
export function keep(tray) {
  work = work.then(() => write(tray)).catch((error) => console.info("files on their way are in this tab alone:", error.message));
  return work;
}

async function write(tray) {
  const files = await outbox.files();
  const wanted = tray.entries.filter(alone);
  for (const [at, entry] of wanted.entries()) {
    const words = wordsOf(entry, at);
    if (known.get(entry.id)?.words === words) continue;
    known.set(entry.id, { conversation: tray.conversationId, words });
    const { id, file, voice, name, size, kind, caption, departing, attachment } = entry;
    await files.putFile({ id, conversation: tray.conversationId, at, file, voice, name, size, kind, caption, departing, attachment });
  }
  const here = new Set(wanted.map(({ id }) => id));
  const gone = [...known].filter(([id, { conversation }]) => conversation === tray.conversationId && !here.has(id));
  for (const [id] of gone) await forget(files, id);
}

async function forget(files, id) {
  known.delete(id);
  await outbox.onDisk(id); // the message has the file now
  await files.dropFile(id);
}

/** A file that WhatsApp does not take is nobody's loss; one at the server that a draft tells of is kept by it. */
const alone = ({ state, refused, departing, attachment, drafted }) => state !== "refused" && !refused && (departing || !attachment || !drafted);
const wordsOf = ({ caption, departing, attachment }, at) => JSON.stringify([at, caption, departing, attachment?.id]);

/** What an earlier page left, in its trays again: what had been sent goes on. */
export async function goOn() {
  await outbox.refresh();
  const files = await outbox.files();
  await files.takeFiles(async (rows) => {
    for (const { id } of rows.filter((row) => outbox.drafts.has(row.id))) await forget(files, id);
    const left = rows.filter((row) => !outbox.drafts.has(row.id)).sort((a, b) => a.at - b.at);
    for (const id of new Set(left.map(({ conversation }) => conversation))) trayOf(id).goOn(left.filter(({ conversation }) => conversation === id));
  });
}
