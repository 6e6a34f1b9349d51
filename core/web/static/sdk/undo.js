/**
 * What can be taken back for a few seconds, by the button or by Ctrl+Z: it disappears from the screen at once, and from
 * the server afterwards. The focus goes to the neighbour of what disappeared.
 *
 *   const undo = new Undo(this);                          // a Lit controller: leaving the page does what is waiting
 *   undo.later({ id, text: t("{name} will be removed.", …), act: () => remove(…), back: () => … });
 *   rows.filter(({ id }) => !undo.holds(id))
 */
import { toast } from "../elements/toast.js";
import { t } from "../i18n.js";
import { wordsFor } from "./problems.js";

export const SECONDS = 8;

export class Undo {
  #waiting = new Map();

  constructor(host) {
    this.host = host;
    host.addController(this);
  }

  hostConnected() {
    addEventListener("pagehide", this.flush);
    addEventListener("keydown", this.pressed);
  }

  hostDisconnected() {
    removeEventListener("pagehide", this.flush);
    removeEventListener("keydown", this.pressed);
    this.flush();
  }

  holds(id) {
    return this.#waiting.has(id);
  }

  /** `act` runs after the time to think better of it; `back` when it was taken back, or was refused. */
  later({ id, text, act, back, failed }) {
    const entry = { act, back, failed, timer: setTimeout(() => this.run(id), SECONDS * 1000) };
    entry.untoast = toast({ text, seconds: SECONDS, action: { label: t("Undo"), run: () => this.take(id) } });
    this.#waiting.set(id, entry);
    this.host.requestUpdate();
    this.#refocus();
  }

  take(id) {
    const entry = this.#drop(id);
    entry?.untoast();
    entry?.back?.();
  }

  async run(id) {
    const entry = this.#waiting.get(id);
    if (!entry || entry.running) return;
    entry.running = true;
    clearTimeout(entry.timer);
    entry.untoast();
    try {
      await entry.act();
      this.#drop(id);
    } catch (error) {
      this.#drop(id);
      entry.back?.();
      if (entry.failed) entry.failed(error);
      else toast({ text: wordsFor(error) });
    }
  }

  flush = () => {
    for (const id of this.#waiting.keys()) this.run(id);
  };

  pressed = (event) => {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    if (event.composedPath()[0].matches?.("input, textarea, select, [contenteditable=true]") || !this.#waiting.size) return;
    event.preventDefault();
    this.take([...this.#waiting.keys()].at(-1));
  };

  async #refocus() {
    const { renderRoot: root } = this.host;
    const focused = root.activeElement;
    if (!focused) return;
    const kind = focused.slot ? `${focused.localName}[slot="${focused.slot}"]` : focused.localName;
    const index = [...root.querySelectorAll(kind)].indexOf(focused);
    await this.host.updateComplete;
    const left = [...root.querySelectorAll(kind)];
    if (!focused.isConnected) (left[Math.min(index, left.length - 1)] ?? root.querySelector("ui-button, button"))?.focus();
  }

  #drop(id) {
    const entry = this.#waiting.get(id);
    clearTimeout(entry?.timer);
    this.#waiting.delete(id);
    this.host.requestUpdate();
    return entry;
  }
}
