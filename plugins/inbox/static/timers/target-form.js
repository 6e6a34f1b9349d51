import { html } from "lit";
import { Panel, define, t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/check.js";
import { choices, number, whole } from "../assignment/choices.js";
import { parts } from "../assignment/styles.js";

const MOST = 129_600;
const NEW = { name: "", account: null, team: null, first_response_minutes: 30, resolution_minutes: null, working: true, warn_minutes: 10 };
const MINUTES = ["first_response_minutes", "resolution_minutes", "warn_minutes"];

/** One target to make or change; "saved" carries it, ready for the server. */
class TargetForm extends Panel {
  static properties = { target: { attribute: false }, known: { attribute: false } };
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ name, first_response_minutes: first, resolution_minutes: last, warn_minutes: warn }) => ({
      name: name.trim() ? "" : t("Give the target a name."),
      first_response_minutes: whole(first, MOST, { empty: true }) || (number(first) === null && number(last) === null ? t("Say how soon to answer, or to close.") : ""),
      resolution_minutes: whole(last, MOST, { empty: true }), warn_minutes: whole(warn, 1440, { least: 0 }),
    }),
    save: async (changes, { working, ...values }) => this.dispatchEvent(new CustomEvent("saved", { detail: {
      ...Object.fromEntries(MINUTES.map((name) => [name, number(values[name])])), working, name: values.name.trim(), account: values.account || null, team: values.team || null } })),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    const given = this.target ?? NEW;
    this.form.start({ name: given.name, account: given.account ?? "", team: given.team ?? "", working: given.working, ...Object.fromEntries(MINUTES.map((name) => [name, String(given[name] ?? "")])) });
  }

  render() {
    const { values, errors } = this.form;
    const { accounts, teams } = this.known;
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}><ui-dialog open heading=${this.target ? t("Change the target") : t("New target")} @close=${this.close} @closing=${this.form.closing}>${this.form.notice()}
      <ui-field name="name" label=${t("Name")} .value=${values.name} .error=${errors.name}></ui-field>
      <div class="pair"><ui-field name="account" label=${t("Number")} .options=${choices(accounts, t("All numbers"), values.account)} .value=${values.account}></ui-field>
        <ui-field name="team" label=${t("If it is with the team")} .options=${choices(teams, t("Any or none"), values.team)} .value=${values.team}></ui-field>
        <ui-field name="first_response_minutes" inputmode="numeric" ltr label=${t("Minutes until an answer")} .value=${values.first_response_minutes} .error=${errors.first_response_minutes}></ui-field>
        <ui-field name="resolution_minutes" inputmode="numeric" ltr label=${t("Minutes until it is closed")} hint=${t("Empty: no such timer.")} .value=${values.resolution_minutes} .error=${errors.resolution_minutes}></ui-field></div>
      <ui-field name="warn_minutes" inputmode="numeric" ltr label=${t("Warn so many minutes before")} .value=${values.warn_minutes} .error=${errors.warn_minutes}></ui-field>
      <ui-check name="working" label=${t("Count business hours only")} .checked=${values.working}></ui-check>
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${this.form.busy}>${t("Save")}</ui-button></ui-dialog></form>`;
  }

  close = () => this.dispatchEvent(new Event("close"));
}

define("inbox-target-form", TargetForm);
