/** The pages of a thread: each is there when its promise is kept, or the person was told why it is not. */
import { t, toast } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";

const OLDER = ({ message: reason }) => t("Older messages could not be loaded: {reason}", { reason });
const NEWER = ({ message: reason }) => t("Newer messages could not be loaded: {reason}", { reason });
const NEWEST = ({ message: reason }) => t("The newest messages could not be loaded: {reason}", { reason });
const ONE = ({ status, message: reason }) => (status === 404 ? t("That message is not here.") : t("That message could not be loaded: {reason}", { reason }));

const REST = 10_000; // ms after which a page that did not come is asked for again by going on
const failed = new Map(); // conversation → when

export const older = (id) => onward(id, () => tried(ledger.olderMessages(id), OLDER));
export const newer = (id) => onward(id, () => tried(ledger.newerMessages(id), NEWER));
export const newest = (id) => tried(ledger.latestMessages(id), NEWEST);

/** What stands around a message, by its id or its wamid. */
export const pageWith = (id, wanted) => tried(ledger.openThread(id, wanted), ONE);

/** Of what an address or a quote names. */
export const missing = () => toast({ text: ONE({ status: 404 }) });

/** Each step of a scroll asks: one failure is told once. */
async function onward(id, ask) {
  if (Date.now() - (failed.get(id) ?? 0) < REST) return false;
  const came = await ask();
  if (came) failed.delete(id);
  else failed.set(id, Date.now());
  return came;
}

/** Whether it came. */
async function tried(page, words) {
  try {
    await page;
    return true;
  } catch (error) {
    toast({ text: words(error) });
    return false;
  }
}
