import { html } from "lit";
import { Panel, define, locale, post, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { parts } from "./styles.js";

const LANGUAGES = [["ar", "العربية"], ["fr", "Français"], ["en", "English"]];

/** A new organisation, and the invitation of its owner. */
class TenantForm extends Panel {
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ name, owner_email: email, slug }) => ({
      name: name.trim() ? "" : t("Enter the name of the organisation."),
      owner_email: /^\S+@\S+\.\S+$/.test(email.trim()) ? "" : t("Enter the owner's address, like name@example.com."),
      slug: !slug.trim() || /^[a-z0-9][a-z0-9-]{1,62}$/.test(slug.trim()) ? "" : t("Small letters, digits and hyphens only."),
    }),
    save: (_, { name, slug, owner_email: email, locale: language }) => post("/api/v1/platform/tenants", { name: name.trim(), owner_email: email.trim(), locale: language, ...(slug.trim() && { slug: slug.trim() }) }),
    saved: () => this.saved(),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start({ name: "", slug: "", owner_email: "", locale });
  }

  render() {
    const { values, errors, busy } = this.form;
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}><ui-dialog open heading=${t("New organisation")} @close=${this.close}>${this.form.notice()}
      <ui-field name="name" label=${t("Name")} .value=${values.name} .error=${errors.name}></ui-field>
      <ui-field ltr name="slug" label=${t("Short name (optional)")} hint=${t("For config.yaml and the command line; made from the name when left empty.")} .value=${values.slug} .error=${errors.slug}></ui-field>
      <ui-field ltr type="email" name="owner_email" label=${t("Owner's address")} hint=${t("Gets an invitation that works once, for a day.")} .value=${values.owner_email} .error=${errors.owner_email}></ui-field>
      <ui-field name="locale" label=${t("Language")} .options=${LANGUAGES} .value=${values.locale} .error=${errors.locale}></ui-field>
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${busy}>${t("Make it and invite the owner")}</ui-button></ui-dialog></form>`;
  }

  saved() {
    toast({ text: t("{name} is made; its owner is invited.", { name: this.form.values.name.trim() }) });
    this.dispatchEvent(new Event("made"));
    this.close();
  }

  close = () => this.dispatchEvent(new Event("close"));
}

define("settings-platform-tenant-form", TenantForm);
