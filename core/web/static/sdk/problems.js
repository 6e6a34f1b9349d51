/** What an error means to the person in front of the screen, in their language, and what to do about it. */
import { ApiError, Unreachable } from "../api.js";
import { t } from "../i18n.js";
import { ago } from "../elements/time.js";

/** By the status; the API's own words (English) only where there are no better ones. */
export function wordsFor(error) {
  if (error instanceof Unreachable) return t("The server cannot be reached. What you typed is kept: try again in a moment.");
  if (!(error instanceof ApiError)) return error?.message ?? String(error);
  return WORDS[error.status]?.(error) ?? (error.status >= 500 ? t("The server failed. What you typed is kept: try again in a moment.") : error.message);
}

const WORDS = {
  401: () => t("Your session is over. Log in again; what you typed is kept in this tab until then."),
  403: () => t("You are not allowed to do this. Ask an owner or an admin of your organisation."),
  404: () => t("This no longer exists: somebody removed it meanwhile."),
  412: () => t("Somebody else changed this meanwhile. Your changes are kept on top of theirs: look them over and save again."),
  429: ({ problem }) => (problem.retry_after > 90 ? t("That is too much at once. Try again {time}.", { time: ago(Date.now() + problem.retry_after * 1000) }) : t("Too many attempts. Wait a minute and try again.")),
};
