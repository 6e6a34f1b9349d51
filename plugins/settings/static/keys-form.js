import { css, html, nothing } from "lit";
import { Panel, define, get, post, t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/check.js";
import "@comptoir/sdk/elements/secret.js";
import { mayGive, roleName, rolePurpose } from "./roles-words.js";
import { parts } from "./styles.js";

const LIVES = () => [["30", t("30 days")], ["90", t("90 days")], ["365", t("One year")], ["", t("Never")]];

/** A new key: named, limited, and shown once. */
class KeyForm extends Panel {
  static properties = { roles: { attribute: false }, made: { state: true }, kept: { state: true } };
  static styles = [...Panel.styles, parts, css`
    fieldset { border: 1px solid var(--line); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-4); margin: 0 0 var(--sp-3); max-block-size: 240px; overflow-y: auto; } legend { padding-inline: var(--sp-1); font-size: var(--fs-preview); font-weight: 550; } ui-check { margin: 0; }
  `];

  permissions = new Load(this, async () => (await get("/api/v1/permissions")).items);

  form = new Form(this, {
    check: ({ name, narrow, scopes }) => ({ name: name.trim() ? "" : t("Give it the name of the program that will use it."), scopes: narrow && !scopes.length ? t("Choose at least one permission.") : "" }),
    save: (_, { name, role, life, narrow, scopes }) => post("/api/v1/api-keys", { name: name.trim(), role, ...(narrow && { scopes }), ...(life && { expires_in_days: Number(life) }) }),
    saved: (key) => { this.made = key; this.dispatchEvent(new Event("made")); },
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start({ name: "", role: "agent", life: "365", narrow: false, scopes: [] });
  }

  render() {
    return this.made ? this.secret() : this.fields();
  }

  fields() {
    const { values, errors } = this.form;
    const roles = this.roles.filter(mayGive).map(({ key }) => [key, roleName(key, this.roles)]);
    return html`<form novalidate @submit=${this.form.submit} @input=${this.typed}><ui-dialog open heading=${t("New key")} @close=${this.close}>
      ${this.form.notice()}
      <ui-field name="name" label=${t("Name")} hint=${t("Of the program, such as “Web shop”.")} .value=${values.name} .error=${errors.name}></ui-field>
      <div class="pair"><ui-field name="role" label=${t("Role")} .options=${roles} .value=${values.role} .error=${errors.role} hint=${rolePurpose(values.role) || nothing}></ui-field>
        <ui-field name="life" label=${t("Ends after")} .options=${LIVES()} .value=${values.life} .error=${errors.expires_in_days}></ui-field></div>
      <ui-check name="narrow" label=${t("Allow less than the role does")} .checked=${values.narrow}></ui-check>
      ${values.narrow ? this.scopes() : nothing}
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${this.form.busy}>${t("Make the key")}</ui-button></ui-dialog></form>`;
  }

  scopes() {
    const { values, errors } = this.form;
    const held = this.roles.find(({ key }) => key === values.role)?.permissions ?? [];
    return html`<fieldset><legend>${t("Permissions")}</legend>${this.permissions.show((all) => all.filter(({ key }) => held.includes(key)).map(({ key, label }) => html`
      <ui-check .scope=${key} label=${label} .checked=${values.scopes.includes(key)}></ui-check>`), { rows: 3 })}</fieldset>
      ${errors.scopes ? html`<p class="form-problem" role="alert">${errors.scopes}</p>` : nothing}`;
  }

  typed = (event) => {
    const { scope, checked } = event.target;
    if (!scope) return this.form.typed(event);
    const { scopes } = this.form.values;
    this.form.set("scopes", checked ? [...scopes, scope] : scopes.filter((one) => one !== scope));
  };

  secret() {
    return html`<ui-dialog open heading=${t("Your new key")} @close=${this.close}>
      <ui-secret confirmable heading=${this.made.name} .text=${this.made.key} filename="comptoir-key.txt" @input=${(event) => { this.kept = event.target.saved; }}></ui-secret>
      <ui-button slot="actions" variant="primary" ?disabled=${!this.kept} @click=${() => this.kept && this.close()}>${t("Done")}</ui-button></ui-dialog>`;
  }

  close = () => this.dispatchEvent(new Event("close"));
}

define("settings-key-form", KeyForm);
