import { css, html, nothing } from "lit";
import { ApiError, Panel, define, remove, t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/card.js";
import { parts } from "./styles.js";

/** The end of an organisation: what it has here is exported first, then erased, and nobody can bring it back. */
class TenantEnd extends Panel {
  static properties = { tenant: { attribute: false }, open: { state: true } };
  static styles = [...Panel.styles, parts, css`p { text-wrap: pretty; } .lead { margin-block-end: var(--sp-4); }`];

  form = new Form(this, {
    check: ({ slug, password }) => ({ slug: slug.trim() === this.tenant.slug ? "" : t("Type {word} exactly.", { word: this.tenant.slug }), password: password ? "" : t("Enter your password.") }),
    save: (_, { slug, password }) => remove("/api/v1/tenant", { slug: slug.trim(), password }),
    saved: () => location.assign("/login"),
    refused: (error) => (error instanceof ApiError && error.kind === "export-first" ? { slug: t("Make an archive of your data first, above, and wait until it can be downloaded.") } : undefined),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start({ slug: "", password: "" });
  }

  render() {
    return html`<ui-card tone="bad" heading=${t("Delete the organisation")} text=${t("Every conversation, contact and file is erased, and its keys with them: copies in backups become unreadable too.")}>
      <ui-button variant="danger" icon="trash-2" @click=${() => { this.open = true; }}>${t("Delete…")}</ui-button></ui-card>${this.open ? this.dialog() : nothing}`;
  }

  dialog() {
    const { values, errors, busy } = this.form;
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}><ui-dialog open heading=${t("Delete {name}?", { name: this.tenant.name })} @close=${this.close}>
      ${this.form.notice()}<p class="lead">${t("Everybody is logged out, messages are no longer received, and nothing can be brought back.")}</p>
      <ui-field ltr name="slug" label=${t("To be sure, type {word}", { word: this.tenant.slug })} .value=${values.slug} .error=${errors.slug}></ui-field>
      <ui-field ltr name="password" type="password" autocomplete="current-password" label=${t("Your password")} .value=${values.password} .error=${errors.password}></ui-field>
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="danger" type="submit" ?busy=${busy}>${t("Delete everything")}</ui-button></ui-dialog></form>`;
  }

  close = () => {
    this.open = false;
    this.form.start({ slug: "", password: "" });
  };
}

define("settings-tenant-end", TenantEnd);
