import { html, nothing } from "lit";
import { Panel, bootstrap, can, define, get, patch, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import "./organisation-hue.js";
import "./organisation-hours.js";
import "./organisation-exports.js";
import "./organisation-end.js";
import { page, parts } from "./styles.js";

const LANGUAGES = [["ar", "العربية"], ["fr", "Français"], ["en", "English"]];
const FIELDS = ["name", "locale", "timezone", "hue", "business_hours"];

/** The organisation: its name, its language and time, its opening hours and colour; its data taken away, its end. */
class Organisation extends Panel {
  static styles = [...Panel.styles, page, parts];

  load = new Load(this, async () => {
    const tenant = await get("/api/v1/tenant");
    if (!this.form.dirty) this.form.start(editable(tenant));
    else this.form.rebase(editable(tenant));
    return tenant;
  });

  form = new Form(this, {
    check: ({ name }) => ({ name: name?.trim() ? "" : t("Enter the name of your organisation.") }),
    save: (changes) => patch("/api/v1/tenant", changes),
    saved: (tenant) => this.saved(tenant),
    refused: (error) => (error?.problem?.errors?.some(({ loc }) => loc?.[0] === "business_hours") ? { business_hours: t("Each period ends after it begins, and periods of one day do not overlap.") } : undefined),
    reload: async () => editable(await get("/api/v1/tenant")),
  });

  render() {
    return html`${this.load.show(() => this.fields(), { failed: t("The settings of your organisation could not be loaded."), rows: 6 })}
      ${can("data.export") ? html`<settings-exports></settings-exports>` : nothing}
      ${can("tenant.delete") && this.load.value ? html`<settings-tenant-end .tenant=${this.load.value}></settings-tenant-end>` : nothing}`;
  }

  fields() {
    const { values, errors, busy, dirty } = this.form;
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}>
      <ui-card heading=${t("Organisation")} text=${t("How your colleagues see it, here and in mails.")}>${this.form.notice()}
        <ui-field name="name" label=${t("Name")} .value=${values.name} .error=${errors.name}></ui-field>
        <div class="pair"><ui-field name="locale" label=${t("Language")} .options=${LANGUAGES} .value=${values.locale} .error=${errors.locale} hint=${t("Of new members, until they choose their own.")}></ui-field>
          <ui-field name="timezone" label=${t("Time zone")} .options=${zones(values.timezone)} .value=${values.timezone} .error=${errors.timezone}></ui-field></div>
        <settings-hue name="hue" .value=${values.hue}></settings-hue></ui-card>
      <ui-card heading=${t("Opening hours")} text=${t("When you answer. Outside these hours, automations may say so.")}>
        <settings-hours name="business_hours" .value=${values.business_hours} .error=${errors.business_hours}></settings-hours></ui-card>
      <div class="acts"><ui-button variant="primary" type="submit" ?busy=${busy} ?disabled=${!dirty}>${t("Save")}</ui-button>
        ${dirty ? html`<ui-button @click=${() => this.form.discard()}>${t("Discard changes")}</ui-button>` : nothing}</div></form>`;
  }

  saved(tenant) {
    this.load.change(() => tenant);
    this.form.start(editable(tenant));
    Object.assign(bootstrap.me.tenant, { name: tenant.name, hue: tenant.hue });
    toast({ text: t("Saved.") });
  }
}

const editable = (tenant) => Object.fromEntries(FIELDS.map((name) => [name, tenant[name]]));

/** The browser's own list of zones, with the two this is mostly used in first. */
function zones(current) {
  const first = ["Africa/Casablanca", "Europe/Paris"];
  const all = new Set([...first, ...(current ? [current] : []), ...Intl.supportedValuesOf("timeZone")]);
  return [...all].map((zone) => [zone, zone.replaceAll("_", " ")]);
}

define("settings-organisation", Organisation);
