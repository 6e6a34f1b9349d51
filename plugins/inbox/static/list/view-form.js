import { css, html, nothing } from "lit";
import { Panel, can, define, icon, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/check.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { COLOURS } from "./marks.js";

const colours = () => ({ grey: t("Grey"), red: t("Red"), orange: t("Orange"), yellow: t("Yellow"), green: t("Green"), teal: t("Teal"), blue: t("Blue"), violet: t("Violet"), pink: t("Pink") });

const icons = () => [["star", t("Star")], ["zap", t("Lightning")], ["triangle-alert", t("Warning")], ["clock", t("Clock")], ["tag", t("Tag")], ["package", t("Parcel")], ["phone", t("Phone")], ["users", t("People")], ["globe", t("Globe")], ["smile", t("Smile")]];

/** A view's name, colour, icon, place and whose it is. Fires "saved" with the view, and "close". */
class ViewForm extends Panel {
  static properties = { view: { attribute: false }, filter: { attribute: false }, sort: {}, views: { attribute: false }, error: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, css`:host { display: contents; }
    fieldset { border: 0; padding: 0; margin: 0 0 var(--sp-3); min-inline-size: 0; } legend { font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); } .icons { display: flex; flex-wrap: wrap; gap: 2px; }
    .icons label { position: relative; display: grid; place-items: center; inline-size: 36px; block-size: 36px; border-radius: var(--r-md); } .icons input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; } .icons .icon { inline-size: 18px; block-size: 18px; color: var(--text-2); }
    .icons label:has(:checked) { background: var(--accent-soft); } .icons :checked + .icon { color: var(--accent); } .icons label:has(:focus-visible) { box-shadow: var(--ring); } @media (pointer: coarse) { .icons label { inline-size: 44px; block-size: 44px; } }`];

  render() {
    const { view } = this;
    const places = this.views.items.length + (view ? 0 : 1);
    return html`<ui-dialog open heading=${view ? t("Change this view") : t("Save as a view")} @close=${() => this.dispatchEvent(new Event("close"))}>
      <form @submit=${(event) => { event.preventDefault(); this.save(); }}>
        <ui-field name="name" label=${t("Name")} value=${view?.name ?? ""} required error=${this.error ?? ""}></ui-field>
        <ui-field name="colour" label=${t("Colour")} .options=${COLOURS.map((colour) => [colour, colours()[colour]])} value=${view?.colour ?? "grey"}></ui-field>
        <fieldset><legend>${t("Icon")}</legend><div class="icons">${icons().map(([name, words]) => html`<label title=${words}><input type="radio" name="icon" value=${name} aria-label=${words} ?checked=${name === (view?.icon || "star")}>${icon(name)}</label>`)}</div></fieldset>
        <ui-field name="position" label=${t("Place")} .options=${Array.from({ length: places }, (_, index) => [String(index), String(index + 1)])} value=${String(Math.min(view?.position ?? places - 1, places - 1))}></ui-field>
        ${can("inbox.views.manage") ? html`<ui-check name="shared" label=${t("For everybody in the organisation")} ?checked=${Boolean(view?.shared)}></ui-check>` : nothing}<button hidden></button></form>
      <ui-button slot="actions" variant="primary" ?busy=${this.busy} @click=${() => this.save()}>${t("Save")}</ui-button></ui-dialog>`;
  }

  async save() {
    const field = (name) => this.renderRoot.querySelector(`[name=${name}]`);
    const body = { name: field("name").value.trim(), colour: field("colour").value, icon: this.renderRoot.querySelector("[name=icon]:checked")?.value ?? "", position: Number(field("position").value), filter: this.filter, sort: this.sort, ...(field("shared") ? { shared: field("shared").checked } : {}) };
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
