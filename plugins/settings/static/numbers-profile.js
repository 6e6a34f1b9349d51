import { html, nothing } from "lit";
import { Panel, define, get, patch, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import { parts } from "./styles.js";

const HTTPS = "https://";
const TRADES = () => [
  ["UNDEFINED", t("Not said")], ["RETAIL", t("Shop")], ["APPAREL", t("Clothing")], ["GROCERY", t("Groceries")], ["RESTAURANT", t("Restaurant")], ["HOTEL", t("Hotel")], ["TRAVEL", t("Travel")],
  ["BEAUTY", t("Beauty")], ["HEALTH", t("Health care")], ["EDU", t("Education")], ["FINANCE", t("Finance")], ["AUTO", t("Cars")], ["EVENT_PLAN", t("Events")], ["ENTERTAIN", t("Entertainment")],
  ["PROF_SERVICES", t("Services")], ["NONPROFIT", t("Non-profit")], ["GOVT", t("Public service")], ["OTHER", t("Other")],
];

/** What customers see of the business when they tap its name. Kept at Meta. */
class Profile extends Panel {
  static properties = { number: { attribute: false } };
  static styles = [...Panel.styles, parts];

  load = new Load(this, async () => {
    const profile = await get(`/api/v1/accounts/${this.number.id}/profile`);
    this.form.start(flat(profile));
    return profile;
  });

  form = new Form(this, {
    check: ({ about, site, other }) => ({ about: about.trim() ? "" : t("Say in a few words what you do: Meta does not take an empty line."), site: fault(site), other: fault(other) }),
    save: (changes, values) => patch(`/api/v1/accounts/${this.number.id}/profile`, { ...without(changes), ...(("site" in changes || "other" in changes) && { websites: [values.site, values.other].map((one) => one.trim()).filter(Boolean) }) }),
    saved: (profile) => { this.form.start(flat(profile)); toast({ text: t("Saved at Meta.") }); },
  });

  render() {
    return html`<ui-card heading=${t("Business profile")} text=${t("What customers see when they tap your name in WhatsApp.")}>
      ${this.load.show(() => this.fields(), { failed: t("The profile could not be fetched from Meta."), rows: 3 })}</ui-card>`;
  }

  fields() {
    const { values, errors, busy, dirty } = this.form;
    const trades = TRADES();
    const known = trades.some(([key]) => key === values.vertical) ? trades : [...trades, [values.vertical, values.vertical]];
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}>${this.form.notice()}
      <ui-field name="about" label=${t("About")} .value=${values.about} .error=${errors.about}></ui-field>
      <ui-field type="textarea" rows="3" name="description" label=${t("Description")} .value=${values.description} .error=${errors.description}></ui-field>
      <ui-field name="address" label=${t("Street address")} .value=${values.address} .error=${errors.address}></ui-field>
      <div class="pair"><ui-field ltr type="email" name="email" label=${t("Email")} .value=${values.email} .error=${errors.email}></ui-field>
        <ui-field name="vertical" label=${t("Trade")} .options=${known} .value=${values.vertical} .error=${errors.vertical}></ui-field></div>
      <div class="pair"><ui-field ltr type="url" name="site" label=${t("Website")} placeholder=${HTTPS} .value=${values.site} .error=${errors.site ?? errors.websites}></ui-field>
        <ui-field ltr type="url" name="other" label=${t("Second website")} placeholder=${HTTPS} .value=${values.other} .error=${errors.other}></ui-field></div>
      <div class="acts"><ui-button variant="primary" type="submit" ?busy=${busy} ?disabled=${!dirty}>${t("Save")}</ui-button>${dirty ? html`<ui-button @click=${() => this.form.discard()}>${t("Discard changes")}</ui-button>` : nothing}</div></form>`;
  }
}

const flat = ({ about, description, address, email, vertical, websites }) => ({
  about: about ?? "", description: description ?? "", address: address ?? "", email: email ?? "", vertical: vertical || "UNDEFINED", site: websites?.[0] ?? "", other: websites?.[1] ?? "",
});
const without = ({ site: _site, other: _other, ...rest }) => rest;
const fault = (site) => (!site.trim() || /^https?:\/\/[^\s]+$/.test(site.trim()) ? "" : t("Begin with https://"));

define("settings-number-profile", Profile);
