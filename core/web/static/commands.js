/** What a plugin's server does when somebody asks: entries of ⌘K, and of the menu beside the composer. */
import { post } from "./api.js";
import { t } from "./i18n.js";
import { navigate } from "./router.js";
import { toast } from "./elements/toast.js";

/**
 * POSTs to the plugin's route /commands/<post> and does what it answers: {toast, navigate, insert, replace}, each or none.
 * `write(name, words)` says whether the person sees, or is told, where the words went.
 */
export async function carryOut(piece, about = {}, write = () => {}) {
  try {
    const told = (await post(`/api/v1/p/${piece.plugin}/commands/${piece.post}`, about)) ?? {};
    const written = ["insert", "replace"].filter((name) => typeof told[name] === "string");
    const taken = written.filter((name) => write(name, told[name]));
    if (typeof told.navigate === "string" && /^\/(?!\/)/.test(told.navigate)) navigate(told.navigate);
    if (!taken.length || told.toast) toast({ text: told.toast ?? t("{name}: done.", { name: piece.title }) });
    return true;
  } catch (error) {
    toast({ text: t("{name} did not work: {reason}", { name: piece.title, reason: error.message }), action: { label: t("Retry"), run: () => carryOut(piece, about, write) } });
    return false;
  }
}
