/** The pages of a thread: each is there when its promise is kept, or the person was told why it is not. */
import { t, toast } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";

const OLDER = ({ message: reason }) => t("Older messages could not be loaded: {reason}", { reason });
const NEWER = ({ message: reason }) => t("Newer messages could not be loaded: {reason}", { reason });
const NEWEST = ({ message: reason }) => t("The newest messages could not be loaded: {reason}", { reason });
const ONE = ({ status, message: reason }) => (status === 404 ? t("That message is not here.") : t("That message could not be loaded: {reason}", { reason }));

export const older = (id) => tried(ledger.olderMessages(id), OLDER);
export const newer = (id) => tried(ledger.newerMessages(id), NEWER);
export const newest = (id) => tried(ledger.latestMessages(id), NEWEST);

/** What stands around a message, by its id or its wamid. */
export const pageWith = (id, wanted) => tried(ledger.openThread(id, wanted), ONE);

/** Of what an address or a quote names. */
export const missing = () => toast({ text: ONE({ status: 404 }) });

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
