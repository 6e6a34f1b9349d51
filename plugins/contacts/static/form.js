import { css, html, nothing } from "lit";
import { ApiError, Panel, can, define, fmt, get, patch, post, t } from "@comptoir/sdk";
import "./personal-data.js";
import { ledger } from "@comptoir/sdk/ledger.js";

const LANGUAGES = () => [["", t("Unknown")], ["ar", "العربية"], ["fr", "Français"], ["en", "English"]];

/** One contact to write or rewrite. What the server refuses is said beside its field; what was typed stays. */
class ContactForm extends Panel {
  static properties = { contactId: {}, values: { state: true }, errors: { state: true }, problem: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, css`
    .problem { background: var(--bad-soft); color: var(--bad); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-3); margin-block-end: var(--sp-3); font-size: var(--fs-preview); }
    .facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px var(--sp-3); margin-block-end: var(--sp-3); font-size: var(--fs-preview); } .facts dt { color: var(--text-3); } .facts dd { text-align: end; overflow-wrap: anywhere; }
    .acts { display: flex; gap: var(--sp-2); margin-block-start: var(--sp-4); } .push { flex: 1; }
  `];

  get contact() {
    return ledger.state.contacts.get(this.contactId);
  }

  get fresh() {
    return this.contactId === "new";
  }

  connectedCallback() {
    super.connectedCallback();
    Object.assign(this, { values: null, errors: {}, problem: null });
    this.start();
  }

  async start() {
    if (!this.fresh && !this.contact) await this.fetch();
    const { given_name = "", phone, locale } = this.contact ?? {};
    this.values = { name: given_name ?? "", phone: fmt.phone(phone), locale: locale ?? "" };
    await this.updateComplete;
    this.renderRoot.querySelector("ui-field")?.focus();
  }

  async fetch() {
    try {
      ledger.apply({ type: "fetched.contacts", data: { items: [await get(`/api/v1/contacts/${this.contactId}`)] } });
    } catch (error) {
      this.problem = error;
    }
  }

  render() {
    if (!this.values) return html`<ui-skeleton rows="2"></ui-skeleton>`;
    if (!this.fresh && !this.contact) return html`<ui-error text=${t("This contact could not be opened.")} .error=${this.problem} @retry=${() => this.start()}></ui-error>`;
    const { values, errors, contact } = this;
    return html`<form novalidate @submit=${this.save} @input=${this.typed}>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem.message}</p>` : nothing}
      ${contact ? this.facts(contact) : nothing}
      <ui-field label=${t("Name")} name="name" .value=${values.name} .error=${errors.name ?? ""} hint=${contact?.profile_name ? t("Empty: the name chosen in WhatsApp is shown.") : nothing}></ui-field>
      <ui-field label=${t("Phone")} name="phone" type="tel" ltr .value=${values.phone} .error=${errors.phone ?? ""} hint=${t("With the country code, like +212 661 000000.")}></ui-field>
      <ui-field label=${t("Language")} name="locale" .options=${LANGUAGES()} .value=${values.locale} .error=${errors.locale ?? ""}></ui-field>
      <div class="acts">
        ${contact && can("contacts.delete") ? html`<ui-button variant="danger" icon="trash-2" @click=${() => this.tell("delete-contact")}>${t("Delete")}</ui-button>` : nothing}
        <span class="push"></span><ui-button @click=${() => this.tell("done")}>${t("Cancel")}</ui-button>
        ${can("contacts.write") ? html`<ui-button variant="primary" type="submit" ?busy=${this.busy}>${contact ? t("Save") : t("Create contact")}</ui-button>` : nothing}
      </div></form>
      ${contact ? html`<contacts-personal-data contactId=${contact.id} name=${contact.name ?? ""}></contacts-personal-data>` : nothing}`;
  }

  facts({ profile_name: profile, username, bsuid }) {
    const facts = [[t("Name in WhatsApp"), profile], [t("Username"), username && `@${username}`], [t("WhatsApp id"), bsuid]].filter(([, value]) => value);
    return facts.length ? html`<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl>` : nothing;
  }

  typed(event) {
    const { name, value } = event.target;
    if (!name) return;
    this.values = { ...this.values, [name]: value };
    this.errors = { ...this.errors, [name]: "" };
  }

  async save(event) {
    event.preventDefault();
    if (this.busy) return;
    Object.assign(this, { busy: true, problem: null, errors: {} });
    try {
      const contact = this.fresh ? await post("/api/v1/contacts", this.changes()) : await patch(`/api/v1/contacts/${this.contactId}`, this.changes());
      ledger.apply({ type: "contact.saved", data: { contact, changed: [] } });
      this.dispatchEvent(new CustomEvent("done", { detail: contact }));
    } catch (error) {
      this.refused(error);
    } finally {
      this.busy = false;
    }
  }

  /** Only what differs, so that two people editing different fields do not undo each other. */
  changes() {
    const { given_name: name, phone, locale } = this.contact ?? {};
    const before = { name: name ?? "", phone: fmt.phone(phone), locale: locale ?? "" };
    const changed = Object.entries(this.values).filter(([key, value]) => value.trim() !== before[key]);
    return Object.fromEntries(changed.map(([key, value]) => [key, value.trim() || null]));
  }

  refused(error) {
    const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
    this.errors = Object.fromEntries(errors.map(({ loc, msg }) => [loc?.at(-1), msg]).filter(([key]) => key in this.values));
    this.problem = Object.keys(this.errors).length ? null : error;
    this.updateComplete.then(() => this.renderRoot.querySelector(`ui-field[name="${Object.keys(this.errors)[0]}"]`)?.focus());
  }

  tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

define("contacts-form", ContactForm);
