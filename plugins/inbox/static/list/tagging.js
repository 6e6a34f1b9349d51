import { css, html, nothing } from "lit";
import { Panel, can, define, post, t, tags } from "@comptoir/sdk";
import "@comptoir/sdk/elements/picker.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { COLOURS } from "./marks.js";

const NEW = "new:";

/** Asks which tags; `chosen({ add, remove })` gets ids. `conversations`: one or many, whose common tags are ticked. */
export function askTags(conversations, chosen) {
  document.body.append(Object.assign(document.createElement("inbox-tagging"), { conversations, chosen }));
}

class Tagging extends Panel {
  static properties = { conversations: { attribute: false }, typed: { state: true }, value: { state: true }, error: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, css`:host { display: contents; } form { min-block-size: 120px; }`];

  connectedCallback() {
    super.connectedCallback();
    const sets = this.conversations.map(({ tags: on = [] }) => on.map(({ id }) => id));
    this.common = sets[0].filter((id) => sets.every((set) => set.includes(id)));
    this.value = this.common;
    this.typed = "";
  }

  render() {
    return html`<ui-dialog open heading=${t("Tags")} @close=${() => this.remove()}>
      <form @submit=${(event) => { event.preventDefault(); this.save(); }} @keydown=${this.keys}>
        <ui-picker name="tags" label=${t("Tags")} .options=${this.options()} .value=${this.value} error=${this.error ?? ""}
          hint=${can("tags.manage") ? t("Type a name that is not there to make a new tag.") : tags.length ? nothing : t("There are no tags yet. A supervisor can make some.")} @keyup=${this.typing} @input=${this.typing}></ui-picker></form>
      <ui-button slot="actions" variant="primary" ?busy=${this.busy} @click=${() => this.save()}>${t("Save")}</ui-button></ui-dialog>`;
  }

  options() {
    const all = tags.map(({ id, name }) => ({ value: id, label: name }));
    const name = this.typed.trim();
    const known = tags.some((tag) => tag.name.toLocaleLowerCase() === name.toLocaleLowerCase());
    if (!name || known || !can("tags.manage")) return [...all, ...(this.made ?? [])];
    return [...all, ...(this.made ?? []), { value: `${NEW}${name}`, label: name, hint: t("New tag") }];
  }

  get picker() {
    return this.renderRoot.querySelector("ui-picker");
  }

  typing() {
    Object.assign(this, { typed: this.picker.query, value: this.picker.value });
    this.made = this.value.filter((value) => value.startsWith(NEW)).map((value) => ({ value, label: value.slice(NEW.length) }));
  }

  /** Enter in the empty field: done. */
  keys(event) {
    if (event.key !== "Enter" || this.picker.query || this.picker.open) return;
    event.preventDefault();
    this.save();
  }

  async save() {
    this.busy = true;
    try {
      const chosen = await Promise.all(this.value.map((value) => (value.startsWith(NEW) ? this.make(value.slice(NEW.length)) : value)));
      this.renderRoot.querySelector("ui-dialog").leave();
      this.chosen({ add: chosen.filter((id) => !this.common.includes(id)), remove: this.common.filter((id) => !chosen.includes(id)) });
    } catch (error) {
      this.error = wordsFor(error);
    } finally {
      this.busy = false;
    }
  }

  async make(name) {
    return (await post("/api/v1/tags", { name, colour: COLOURS[1 + (tags.length % (COLOURS.length - 1))] })).id;
  }
}

define("inbox-tagging", Tagging);
