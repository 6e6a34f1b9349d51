import { html, nothing } from "lit";
import { ApiError, Panel, can, define, patch, post, t } from "@comptoir/sdk";
import { Form, beside } from "@comptoir/sdk/form.js";
import { roleName, seesWords } from "./roles-words.js";
import { parts } from "./styles.js";

/** A role to make, from a copy of another, or to rename. Fires "saved" with the role. */
class RoleForm extends Panel {
  static properties = { roles: { attribute: false }, permissions: { attribute: false }, role: { attribute: false }, copied: { attribute: false } };
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ name }) => ({ name: name.trim() ? "" : t("Give the role a name.") }),
    save: (_, values) => (this.role ? patch(`/api/v1/roles/${this.role.key}`, { name: values.name.trim() }) : post("/api/v1/roles", this.body(values))),
    saved: (role) => this.dispatchEvent(new CustomEvent("saved", { detail: role })),
    refused: (error) => refusal(error),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    const from = this.copied ?? this.roles.find(({ key }) => key === "agent");
    this.form.start({ name: this.role?.name ?? (this.copied ? t("Copy of {name}", { name: roleName(from.key, this.roles) }) : ""), from: from.key, sees: from.sees });
  }

  render() {
    const { form } = this;
    const roles = this.roles.map(({ key }) => [key, roleName(key, this.roles)]);
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${this.role ? t("Rename the role") : t("New role")} @closing=${form.closing} @close=${this.close}>${form.notice()}
      <ui-field name="name" label=${t("Name")} .value=${form.values.name} .error=${form.errors.name}></ui-field>
      ${this.role ? nothing : html`<ui-field name="from" label=${t("Starts as a copy of")} .options=${roles} .value=${form.values.from} .error=${form.errors.permissions} hint=${this.given.length < this.source.permissions.length ? t("What you cannot give is left out.") : nothing}></ui-field>
        <ui-field name="sees" label=${t("Sees")} .options=${seesWords()} .value=${form.values.sees} .error=${form.errors.sees}></ui-field>`}
      <ui-button slot="actions" @click=${() => this.renderRoot.querySelector("ui-dialog").leave()}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${form.busy}>${this.role ? t("Save") : t("Create role")}</ui-button></ui-dialog></form>`;
  }

  get source() {
    return this.roles.find(({ key }) => key === this.form.values.from);
  }

  /** Of what the copied role holds, what this person can give to a role of the tenant's own. */
  get given() {
    const { permissions: admins } = this.roles.find(({ key }) => key === "admin");
    return this.source.permissions.filter((key) => can(key) && (admins.includes(key) || this.extra.includes(key)));
  }

  /** What plugins add. */
  get extra() {
    return this.permissions.filter(({ plugin }) => plugin).map(({ key }) => key);
  }

  body({ name, sees }) {
    return { name: name.trim(), sees, permissions: this.given };
  }

  close = () => this.dispatchEvent(new Event("close"));
}

function refusal(error) {
  if (error instanceof ApiError && error.status === 409) return { name: t("Another role has this name. Choose a different one.") };
  const errors = beside(error, { name: "", sees: "", permissions: "" });
  return errors.permissions ? { sees: t("It holds something that needs all conversations, such as exporting all data. Choose “All conversations”.") } : errors;
}

define("settings-role-form", RoleForm);
