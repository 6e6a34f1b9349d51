/** The base of a plugin's element. The host sets `ctx` (frozen) and `api`. */
import { LitElement } from "lit";
import { bootstrap } from "./session.js";
import { base } from "./styles.js";

export class Panel extends LitElement {
  static styles = [base];
  static properties = { ctx: { attribute: false }, api: { attribute: false } };

  #undo = [];

  /** Runs when the element leaves the page: unsubscribe, stop timers. */
  cleanup(undo) {
    this.#undo.push(undo);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const undo of this.#undo.splice(0)) undo();
  }
}

/** customElements.define, for a plugin: the tag starts with the plugin's name, so that two plugins cannot collide. */
export function define(tag, element) {
  const owners = bootstrap?.ui?.plugins ?? [...new Set(declared())];
  if (!owners.some((plugin) => tag.startsWith(`${plugin.replaceAll("_", "-")}-`)))
    throw new Error(`<${tag}>: the name of an element starts with its plugin's name and a hyphen`);
  if (customElements.get(tag)) throw new Error(`<${tag}> is defined twice`);
  customElements.define(tag, element);
}

const declared = () => Object.values(bootstrap?.ui ?? {}).flat().map((piece) => piece.plugin).filter(Boolean);
