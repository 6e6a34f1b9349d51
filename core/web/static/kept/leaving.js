/** Logging out takes everything of a person off this browser. What never left it is named first. */
import { confirm } from "../elements/confirm.js";
import { t, tn } from "../i18n.js";
import { outbox } from "../replica.js";
import { storageKey } from "../session.js";
import { countFiles } from "./files.js";

/** True when nothing would be lost, or its owner agrees. */
export async function mayLeave() {
  const lost = await losses();
  if (!lost.length) return true;
  return confirm({ heading: t("Log out and lose what was not sent?"), text: [...lost, t("Nothing of yours stays in this browser when you log out.")].join(" "), act: t("Log out"), danger: true });
}

async function losses() {
  const drafts = [...outbox.drafts.values()];
  const of = (state) => drafts.filter((draft) => draft.state === state).length;
  const begun = Object.keys(localStorage).filter((key) => key.startsWith(storageKey("unsent:"))).length;
  const begunAnswers = Object.keys(localStorage).filter((key) => key.startsWith(storageKey("draft:")) && isRefused(localStorage.getItem(key))).length;
  return [
    [of("waiting"), (n) => tn("{n} message has not been sent.", "{n} messages have not been sent.", n)],
    [of("refused"), (n) => tn("{n} message was refused.", "{n} messages were refused.", n)],
    [of("held"), (n) => tn("{n} message is held until you have read newer ones.", "{n} messages are held until you have read newer ones.", n)],
    [await countFiles(), (n) => tn("{n} file is on its way.", "{n} files are on their way.", n)],
    [begunAnswers, (n) => tn("{n} draft was refused by the server.", "{n} drafts were refused by the server.", n)],
    [begun, (n) => tn("{n} note was begun.", "{n} notes were begun.", n)],
  ].filter(([n]) => n).map(([n, words]) => words(n));
}

/** Words that the server has not taken, and so nobody has but this browser. */
function isRefused(kept) {
  try {
    const draft = JSON.parse(kept);
    return Boolean(draft.dirty && draft.refused && (draft.body?.trim() || draft.files?.length));
  } catch {
    return false; // as an earlier version kept it
  }
}
