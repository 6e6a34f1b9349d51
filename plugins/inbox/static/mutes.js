/** What this person has muted for themselves: known at every list, and in step with their other pages. */
import { fmt, get, put, remove, t, toast } from "@comptoir/sdk";
import { onLive, onTopic } from "@comptoir/sdk/ledger.js";

const HOUR = 3_600_000;
const BASE = "/api/v1/p/inbox";
const path = (id) => `${BASE}/conversations/${id}/mute`;
const lasts = ({ until }) => until === null || Date.parse(until) > Date.now();

/** Fires "change". */
class Mutes extends EventTarget {
  #known = new Map(); // id → {until}

  constructor() {
    super();
    onTopic("inbox.mutes", (told) => this.#take(told));
    onLive(() => this.#ask());
    this.#ask();
  }

  /** Null where it is not muted, or not any more. */
  of(id) {
    const one = this.#known.get(id);
    return one && lasts(one) ? one : null;
  }

  async mute(id, until) {
    if (await this.#change(() => put(path(id), { until: until && until.toISOString() }))) toast({ text: t("Muted for you alone. Notes that call you are told all the same.") });
  }

  unmute(id) {
    return this.#change(() => remove(path(id)));
  }

  async #change(act) {
    try {
      this.#take(await act());
      return true;
    } catch (error) {
      toast({ text: t("That was not saved: {reason}", { reason: error.message }) });
      return false;
    }
  }

  async #ask() {
    const found = await get(`${BASE}/mutes`).catch((error) => console.info("what is muted is not known:", error.message));
    if (!found) return;
    this.#known = new Map(found.items.map((one) => [one.conversation, one]));
    this.dispatchEvent(new Event("change"));
  }

  #take(told) {
    if (told.muted) this.#known.set(told.conversation, told);
    else this.#known.delete(told.conversation);
    this.dispatchEvent(new Event("change"));
  }
}

export const mutes = new Mutes();

export const mutedWords = ({ until }) => (until ? t("Muted until {moment}", { moment: fmt.moment(until) }) : t("Muted"));

/** What can be done about it, as items of a menu and lines of ⌘K. */
export function mutings(id) {
  if (mutes.of(id)) return [{ label: t("Unmute"), icon: "bell", run: () => mutes.unmute(id) }];
  const from = (hours) => new Date(Date.now() + hours * HOUR);
  return [
    { label: t("Mute for 8 hours"), icon: "bell-off", run: () => mutes.mute(id, from(8)) },
    { label: t("Mute for a week"), icon: "bell-off", run: () => mutes.mute(id, from(7 * 24)) },
    { label: t("Mute always"), icon: "bell-off", run: () => mutes.mute(id, null) },
  ];
}
