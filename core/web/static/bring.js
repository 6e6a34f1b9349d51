import { t } from "./i18n.js";
import { toast } from "./elements/toast.js";

/**
 * A module that comes when it is needed: `await bring(import.meta, name)`, as `import(name)`. What could not be fetched once, a
 * browser does not fetch again for as long as the page lives (HTML, "fetch a single module script"); asked a second time
 * it is therefore another address of the same file.
 */
const failures = new Map(); // address → how often it did not come

export async function bring(meta, name) {
  const url = meta.resolve(name);
  const times = failures.get(url) ?? 0;
  try {
    return await import(times ? `${url}#${times}` : url);
  } catch (error) {
    if (UNFETCHED.test(error.message)) failures.set(url, times + 1);
    throw error;
  }
}

/** Chromium's and Firefox's words, and Safari's: what a module says that came and broke is not among them. */
const UNFETCHED = /dynamically imported module|Importing a module script failed/i;

/** Nobody waits in vain for what they asked for. */
addEventListener("unhandledrejection", (event) => {
  if (!UNFETCHED.test(event.reason?.message)) return;
  event.preventDefault();
  toast({ text: t("This part of the page could not be loaded. Try again, or reload the page.") });
});
