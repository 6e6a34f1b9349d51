import { css, html, nothing } from "lit";
import { Panel, can, define, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/check.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { COLOURS } from "./marks.js";

const colours = () => ({ grey: t("Grey"), red: t("Red"), orange: t("Orange"), yellow: t("Yellow"), green: t("Green"), teal: t("Teal"), blue: t("Blue"), violet: t("Violet"), pink: t("Pink") });

/** A view's name, colour, place and whose it is. Fires "saved" with the view, and "close". */
class ViewForm extends Panel {
  static properties = { view: { attribute: false }, filter: { attribute: false }, sort: {}, views: { attribute: false }, error: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, css`:host { display: contents; }`];

  render() {
    const { view } = this;
    const places = this.views.items.length + (view ? 0 : 1);
    return html`<ui-dialog open heading=${view ? t("Change this view") : t("Save as a view")} @close=${() => this.dispatchEvent(new Event("close"))}>
      <form @submit=${(event) => { event.preventDefault(); this.save(); }}>
        <ui-field name="name" label=${t("Name")} value=${view?.name ?? ""} required error=${this.error ?? ""}></ui-field>
        <ui-field name="colour" label=${t("Colour")} .options=${COLOURS.map((colour) => [colour, colours()[colour]])} value=${view?.colour ?? "grey"}></ui-field>
        <ui-field name="position" label=${t("Place")} .options=${Array.from({ length: places }, (_, index) => [String(index), String(index + 1)])} value=${String(Math.min(view?.position ?? places - 1, places - 1))}></ui-field>
        ${can("inbox.views.manage") ? html`<ui-check name="shared" label=${t("For everybody in the organisation")} ?checked=${Boolean(view?.shared)}></ui-check>` : nothing}<button hidden></button></form>
      <ui-button slot="actions" variant="primary" ?busy=${this.busy} @click=${() => this.save()}>${t("Save")}</ui-button></ui-dialog>`;
  }

  async save() {
    const field = (name) => this.renderRoot.querySelector(`[name=${name}]`);
    const body = { name: field("name").value.trim(), colour: field("colour").value, position: Number(field("position").value), filter: this.filter, sort: this.sort, ...(field("shared") ? { shared: field("shared").checked } : {}) };
    this.busy = true;
    try {
      const view = await this.views.save(this.view?.id, body);
      this.dispatchEvent(new CustomEvent("saved", { detail: view }));
      this.renderRoot.querySelector("ui-dialog").leave();
    } catch (error) {
      this.error = wordsFor(error);
    } finally {
      this.busy = false;
    }
  }
}

define("inbox-view-form", ViewForm);
