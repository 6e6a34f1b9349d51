import { css, html, nothing } from "lit";
import { Panel, define, locale, t, upload } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { ledger, outbox } from "@comptoir/sdk/ledger.js";
import { faultOf, kindOfFile } from "../limits.js";
import { contentOf, faults, fieldsOf, prefilled, shown, textOf } from "./fill.js";
import { drawn, preview } from "./preview.js";

/** One template: what is to be filled in, and what becomes of it. Fires "sent" and "close". */
class TemplateForm extends Panel {
  static properties = { conversation: { attribute: false }, template: { attribute: false }, currency: {}, coming: { state: true } };
  static styles = [...Panel.styles, preview, css`
    .file { margin-block-end: var(--sp-3); } .file .label { font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); } .file .error { color: var(--bad); font-size: var(--fs-sm); margin-block-start: var(--sp-1); } .file .row { display: flex; gap: var(--sp-2); align-items: center; min-inline-size: 0; }
    .cost { color: var(--text-2); font-size: var(--fs-preview); margin-block-end: var(--sp-3); }
  `];

  form = new Form(this, {
    check: (values) => faults(this.template, values),
    save: async (_, values) => this.send(values),
    saved: () => { this.renderRoot.querySelector("ui-dialog").leave(); this.dispatchEvent(new Event("sent")); },
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start(prefilled(this.template, this.conversation));
    this.cleanup(() => URL.revokeObjectURL(this.form.values.header?.url));
  }

  /** By the outbox, like every message: it waits for the network, and is sent once. */
  send(values) {
    const lastSeen = ledger.lastSeen(this.conversation.id);
    outbox.send({ conversation_id: this.conversation.id, type: "template", content: contentOf(this.template, values), body: shown(textOf(this.template), values, "body"), last_seen: lastSeen });
  }

  render() {
    const { form } = this;
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${this.template.name.replaceAll("_", " ")} @closing=${form.closing} @close=${() => this.dispatchEvent(new Event("close"))}>${form.notice()}
      ${fieldsOf(this.template).map((field) => (field.kind === "file" ? this.file(field) : html`<ui-field name=${field.key} ?ltr=${field.ltr ?? false} label=${field.label} placeholder=${field.example || nothing} .value=${form.values[field.key]} .error=${form.errors[field.key] ?? ""}></ui-field>`))}
      ${drawn(this.template, form.values)}${this.cost()}
      <ui-button slot="actions" @click=${() => this.renderRoot.querySelector("ui-dialog").leave()}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" icon="send-horizontal" ?busy=${form.busy || this.coming}>${t("Send")}</ui-button></ui-dialog></form>`;
  }

  cost() {
    const { price } = this.template;
    if (price === null || !this.currency) return nothing;
    if (!Number(price)) return html`<p class="cost">${t("By your rate card this message is free.")}</p>`;
    const sum = new Intl.NumberFormat(locale === "ar" ? "ar-MA-u-nu-latn" : locale, { style: "currency", currency: this.currency, maximumFractionDigits: 4 }).format(price);
    return html`<p class="cost">${t("By your rate card this message costs {sum}.", { sum })}</p>`;
  }

  file({ key, label, of }) {
    const given = this.form.values[key];
    const error = this.form.errors[key];
    return html`<div class="file"><p class="label" id="medium">${label}</p><div class="row"><ui-button name=${key} icon="paperclip" ?busy=${this.coming} @click=${() => this.renderRoot.querySelector("input[type=file]").click()}>${given ? t("Choose another file") : t("Choose a file")}</ui-button>${given ? html`<bdi class="cut">${given.filename ?? t("File")}</bdi>` : nothing}</div>
      <input type="file" hidden aria-label=${label} @change=${(event) => this.chosen(event, key, of)}>${error ? html`<p class="error" role="alert">${error}</p>` : nothing}</div>`;
  }

  async chosen(event, key, of) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const wrong = faultOf(file) || (kindOfFile(file) === of ? "" : t("The template wants another kind of file here."));
    if (wrong) return this.form.update({ errors: { ...this.form.errors, [key]: wrong } });
    const form = new FormData();
    form.append("file", file, file.name);
    form.append("kind", of);
    this.coming = true;
    try {
      const { id, filename } = await upload("/api/v1/attachments", form);
      this.form.set(key, { id, filename, url: URL.createObjectURL(file) });
    } catch (error) {
      this.form.update({ errors: { ...this.form.errors, [key]: error.message } });
    } finally {
      this.coming = false;
    }
  }
}

define("inbox-template-form", TemplateForm);
