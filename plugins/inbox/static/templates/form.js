import { css, html, nothing } from "lit";
import { Panel, define, fmt, locale, t, upload } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { ledger, outbox } from "@comptoir/sdk/ledger.js";
import { LARGEST_GIF, faultOf, kindOfFile, takenOf } from "../limits.js";
import { contentOf } from "./content.js";
import { fieldsOf } from "./fields.js";
import { faults, prefilled } from "./fill.js";
import { shown, textOf } from "./parts.js";
import { drawn, preview } from "./preview.js";

/** One template: what is to be filled in, and what becomes of it. Fires "sent" and "close". */
class TemplateForm extends Panel {
  static properties = { conversation: { attribute: false }, template: { attribute: false }, currency: {}, coming: { state: true } };
  static styles = [...Panel.styles, preview, css`
    .file { margin-block-end: var(--sp-3); } .file .label { font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); } .file .error { color: var(--bad); font-size: var(--fs-sm); margin-block-start: var(--sp-1); } .file .hint { color: var(--text-3); font-size: var(--fs-sm); margin-block-start: var(--sp-1); } fieldset { border: 0; border-block-start: 1px solid var(--line); margin: 0 0 var(--sp-3); padding: var(--sp-3) 0 0; min-inline-size: 0; } legend { padding: 0 var(--sp-2) 0 0; font-weight: 600; color: var(--text-2); font-size: var(--fs-preview); }
    .file .row { display: flex; gap: var(--sp-2); align-items: center; min-inline-size: 0; }
    .cost { color: var(--text-2); font-size: var(--fs-preview); margin-block-end: var(--sp-3); }
  `];

  form = new Form(this, {
    check: (values) => faults(this.template, values),
    save: async (_, values) => this.send(values),
    saved: () => { this.renderRoot.querySelector("ui-dialog").leave(); this.dispatchEvent(new Event("sent")); },
    guard: false,
  });

  constructor() {
    super();
    this.coming = new Set(); // the fields whose file is on its way
  }

  connectedCallback() {
    super.connectedCallback();
    this.form.start(prefilled(this.template, this.conversation));
    this.cleanup(() => Object.values(this.form.values).forEach((value) => URL.revokeObjectURL(value?.url)));
  }

  /** By the outbox, like every message: it waits for the network, and is sent once. */
  send(values) {
    const lastSeen = ledger.lastSeen(this.conversation.id);
    outbox.send({ conversation_id: this.conversation.id, type: "template", content: contentOf(this.template, values), body: shown(textOf(this.template), values, "body"), last_seen: lastSeen });
  }

  render() {
    const { form } = this;
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${this.template.name.replaceAll("_", " ")} @closing=${form.closing} @close=${() => this.dispatchEvent(new Event("close"))}>${form.notice()}
      ${this.parts()}
      ${drawn(this.template, form.values)}${this.cost()}
      <ui-button slot="actions" @click=${() => this.renderRoot.querySelector("ui-dialog").leave()}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" icon="send-horizontal" ?busy=${form.busy || this.coming.size > 0}>${t("Send")}</ui-button></ui-dialog></form>`;
  }

  cost() {
    const { price } = this.template;
    if (price === null || !this.currency) return nothing;
    if (!Number(price)) return html`<p class="cost">${t("By your rate card this message is free.")}</p>`;
    const sum = new Intl.NumberFormat(locale === "ar" ? "ar-MA-u-nu-latn" : locale, { style: "currency", currency: this.currency, maximumFractionDigits: 4 }).format(price);
    return html`<p class="cost">${t("By your rate card this message costs {sum}.", { sum })}</p>`;
  }

  /** The template's own fields, then those of each card in a group of its own. */
  parts() {
    const fields = fieldsOf(this.template, this.form.values);
    const cards = [...new Set(fields.map(({ card }) => card))].filter((card) => card !== undefined);
    return html`${fields.filter(({ card }) => card === undefined).map((one) => this.field(one))}
      ${cards.map((card) => html`<fieldset><legend>${t("Card {n}", { n: fmt.number(card + 1) })}</legend>${fields.filter((one) => one.card === card).map((one) => this.field(one))}</fieldset>`)}`;
  }

  field(field) {
    const { values, errors } = this.form;
    if (field.kind === "file") return this.file(field);
    return html`<ui-field name=${field.key} type=${field.type ?? "text"} rows="3" ?ltr=${field.ltr ?? false} inputmode=${field.kind === "number" ? "decimal" : "text"} label=${field.label} hint=${field.hint ?? ""} placeholder=${field.example || nothing} .value=${values[field.key]} .error=${errors[field.key] ?? ""}></ui-field>`;
  }

  file({ key, label, of }) {
    const given = this.form.values[key];
    const error = this.form.errors[key];
    return html`<div class="file"><p class="label">${label}</p><div class="row"><ui-button name=${key} icon="paperclip" ?busy=${this.coming.has(key)} @click=${({ target }) => target.closest(".file").querySelector("input").click()}>${given ? t("Choose another file") : t("Choose a file")}</ui-button>${given ? html`<bdi class="cut">${given.filename ?? t("File")}</bdi>` : nothing}</div>
      <input type="file" hidden aria-label=${label} @change=${(event) => this.chosen(event, key, of)}>${error ? html`<p class="error" role="alert">${error}</p>` : html`<p class="hint">${takenOf(of)}</p>`}</div>`;
  }

  async chosen(event, key, of) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const wrong = misfit(file, of);
    if (wrong) return this.form.update({ errors: { ...this.form.errors, [key]: wrong } });
    const form = new FormData();
    form.append("file", file, file.name);
    form.append("kind", of === "gif" ? "video" : of);
    this.coming = new Set([...this.coming, key]);
    try {
      const { id, filename } = await upload("/api/v1/attachments", form);
      URL.revokeObjectURL(this.form.values[key]?.url);
      this.form.set(key, { id, filename, url: URL.createObjectURL(file) });
    } catch (error) {
      this.form.update({ errors: { ...this.form.errors, [key]: error.message } });
    } finally {
      this.coming = new Set([...this.coming].filter((one) => one !== key));
    }
  }
}

/** Why WhatsApp would not show it in this place; "" where nothing speaks against it. */
function misfit(file, of) {
  if (of === "gif") return file.type === "video/mp4" && file.size <= LARGEST_GIF ? "" : takenOf(of);
  return faultOf(file) || (kindOfFile(file) === of ? "" : t("The template wants another kind of file here."));
}

define("inbox-template-form", TemplateForm);
