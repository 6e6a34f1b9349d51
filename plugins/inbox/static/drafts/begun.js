/** Between a composer and its draft. A Lit controller of an element with `conversation`, `text`, `quoted` and `tray`. */
import { get, t, toast } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";
import { drafts } from "./drafts.js";

export class Begun {
  constructor(host) {
    this.host = host;
    host.addController(this);
    host.text = "";
  }

  get id() {
    return this.host.conversation.id;
  }

  hostConnected() {
    this.take({ beside: true }); // what was uploaded while one looked elsewhere stands in the tray alone
    drafts.addEventListener("arrived", this.arrived);
    drafts.addEventListener("replaced", this.replaced);
  }

  hostDisconnected() {
    drafts.removeEventListener("arrived", this.arrived);
    drafts.removeEventListener("replaced", this.replaced);
  }

  keep() {
    if (this.taking) return;
    const { text, quoted, tray } = this.host;
    // What is quoted and not found yet stays quoted.
    drafts.write(this.id, { body: text, reply_to: quoted?.id ?? this.wanted ?? null, files: tray.kept });
    tray.drafted();
  }

  sent() {
    this.wanted = null;
    drafts.clear(this.id);
  }

  /** Away at once, and back at a word. */
  discard() {
    const { host } = this;
    const was = { text: host.text, quoted: host.quoted, files: host.tray.kept };
    Object.assign(host, { text: "", quoted: null });
    host.tray.adopt([], { instead: true });
    this.sent();
    toast({ text: t("What you had written is gone."), seconds: 8, action: { label: t("Undo"), run: () => this.restore(was) } });
  }

  restore({ text, quoted, files }) {
    Object.assign(this.host, { text, quoted });
    this.host.tray.adopt(files);
    this.keep();
    this.host.field?.focus();
  }

  arrived = ({ detail: { id } }) => id === this.id && this.take();

  /** Two screens of one person wrote at once: these words stand, and the others are a press away. */
  replaced = ({ detail: { id, words } }) => {
    if (id !== this.id) return;
    toast({ text: t("On another screen of yours stood: “{words}”", { words: words.slice(0, 80) }), seconds: 12, action: { label: t("Take those words"), run: () => this.swap(words) } });
  };

  swap(words) {
    const mine = this.host.text;
    this.host.text = words;
    this.keep();
    toast({ text: t("The other words are here now."), seconds: 8, action: { label: t("Undo"), run: () => { this.host.text = mine; this.keep(); } } });
  }

  take({ beside = false } = {}) {
    const draft = drafts.of(this.id);
    const { host } = this;
    this.taking = true;
    host.text = draft?.body ?? "";
    host.tray.adopt(draft?.files ?? [], { instead: !beside });
    this.taking = false;
    this.wanted = draft?.reply_to ?? null;
    if (!this.wanted) host.quoted = null;
    else if (host.quoted?.id !== this.wanted) this.find(this.wanted);
  }

  /** The quoted message may stand in an older page. */
  async find(id) {
    const known = () => ledger.messages(this.id).find((one) => one.id === id);
    const message = known() ?? await get(`/api/v1/messages/${id}`).catch(() => null) ?? known();
    if (this.wanted !== id) return;
    this.wanted = null;
    if (message) this.host.quoted = message;
  }
}
