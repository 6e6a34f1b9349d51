import { css, html, nothing } from "lit";
import { Panel, define, get, patch, post, t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/check.js";
import "@comptoir/sdk/elements/secret.js";
import { parts } from "./styles.js";
import { eventWords } from "./webhooks-words.js";

/** A new webhook, whose secret is shown once; or one that is changed. */
class WebhookForm extends Panel {
  static properties = { hook: { attribute: false }, made: { state: true }, kept: { state: true } };
  static styles = [...Panel.styles, parts, css`
    fieldset { border: 1px solid var(--line); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-4); margin: 0 0 var(--sp-3); max-block-size: 260px; overflow-y: auto; } legend { padding-inline: var(--sp-1); font-size: var(--fs-preview); font-weight: 550; } ui-check { margin: 0; }
  `];

  types = new Load(this, async () => (await get("/api/v1/webhooks/event-types")).items);

  form = new Form(this, {
    check: ({ name, url, types }) => ({
      name: name.trim() ? "" : t("Give it the name of the system that listens."),
      url: /^https?:\/\/\S+$/.test(url.trim()) ? "" : t("Enter a web address that begins with https://."),
      types: types.length ? "" : t("Choose at least one event."),
    }),
    save: (changes, { name, url, types }) => (this.hook ? patch(`/api/v1/webhooks/${this.hook.id}`, changes) : post("/api/v1/webhooks", { name: name.trim(), url: url.trim(), types })),
    saved: (answer) => {
      if (!this.hook) this.made = answer;
      this.dispatchEvent(new CustomEvent("saved", { detail: answer }));
      if (this.hook) this.close();
    },
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    const { name = "", url = "", types = [] } = this.hook ?? {};
    this.form.start({ name, url, types });
  }

  render() {
    return this.made ? this.secret() : this.fields();
  }

  fields() {
    const { values, errors } = this.form;
    return html`<form novalidate @submit=${this.form.submit} @input=${this.typed}><ui-dialog open heading=${this.hook ? t("Change the webhook") : t("New webhook")} @close=${this.close} @closing=${this.form.closing}>
      ${this.form.notice()}
      <ui-field name="name" label=${t("Name")} hint=${t("Of the system, such as “Web shop”.")} .value=${values.name} .error=${errors.name}></ui-field>
      <ui-field name="url" type="url" ltr label=${t("Address")} .value=${values.url} .error=${errors.url}></ui-field>
      <fieldset><legend>${t("Events sent")}</legend>${this.types.show((types) => types.map((one) => html`
        <ui-check .type=${one.type} label=${eventWords(one)} .checked=${values.types.includes(one.type)} ?disabled=${!one.allowed} hint=${one.allowed ? nothing : t("Your role may not see these.")}></ui-check>`), { rows: 4 })}</fieldset>
      ${errors.types ? html`<p class="form-problem" role="alert">${errors.types}</p>` : nothing}
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${this.form.busy}>${this.hook ? t("Save") : t("Add the webhook")}</ui-button></ui-dialog></form>`;
  }

  secret() {
    return html`<ui-dialog open heading=${t("The webhook's secret")} @close=${this.close}>
      <ui-secret heading=${t("Secret")} .text=${this.made.secret} confirmable @input=${(event) => { this.kept = event.target.saved; }}></ui-secret>
      <p class="said">${t("Give it to the system that listens: with it, it knows that a delivery is really yours.")}</p>
      <ui-button slot="actions" variant="primary" ?disabled=${!this.kept} @click=${this.close}>${t("Done")}</ui-button></ui-dialog>`;
  }

  typed = (event) => {
    const { type, checked, localName } = event.target;
    if (localName !== "ui-check") return this.form.typed(event);
    const { types } = this.form.values;
    this.form.set("types", checked ? [...types, type] : types.filter((one) => one !== type));
  };

  close = () => this.dispatchEvent(new Event("close"));
}

define("settings-webhook-form", WebhookForm);
