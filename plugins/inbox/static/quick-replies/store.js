/** Everybody's quick replies and this person's own, fetched when somebody first asks and kept true by the server's word. */
import { everything } from "@comptoir/sdk/load.js";
import { onLive, onTopic } from "@comptoir/sdk/ledger.js";
import { folded } from "../folding.js";

export const REPLIES = "/api/v1/p/inbox/quick-replies";
export const SHARE = "inbox.quick_replies.manage";

class Replies extends EventTarget {
  #items = null;
  #coming = null;
  error = null;

  constructor() {
    super();
    const stale = () => this.#items && this.fetch();
    onTopic("inbox.quick_replies", stale);
    onLive(stale);
  }

  /** Null until they are here. */
  get items() {
    if (!this.#items && !this.#coming && !this.error) this.fetch();
    return this.#items;
  }

  fetch() {
    this.error = null;
    this.#coming = everything(REPLIES).then((items) => { this.#items = items; }, (error) => { this.error = error; }).finally(() => {
      this.#coming = null;
      this.dispatchEvent(new Event("change"));
    });
    return this.#coming;
  }

  /** By how well they fit: the shortcut first, then the title, then the words. `languages`: the wanted ones first. */
  matching(query, languages) {
    const wanted = folded(query);
    const found = (this.items ?? []).map((reply) => [rank(reply, wanted), reply]).filter(([rank]) => rank < MISS);
    const language = ({ language: of }) => (of ? (languages.indexOf(of) + 1 || 9) : 5);
    return found.sort(([a, one], [b, other]) => a - b || one.shortcut.localeCompare(other.shortcut) || language(one) - language(other)).map(([, reply]) => reply);
  }
}

const MISS = 9;

function rank({ shortcut, title, body }, wanted) {
  const [short, name] = [folded(shortcut), folded(title)];
  if (short === wanted) return 0;
  if (short.startsWith(wanted)) return 1;
  if (name.split(/\s+/).some((word) => word.startsWith(wanted)) || name.startsWith(wanted)) return 2;
  if (short.includes(wanted) || name.includes(wanted)) return 3;
  return folded(body).includes(wanted) ? 4 : MISS;
}

export const replies = new Replies();
