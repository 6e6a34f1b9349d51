import { html, nothing } from "lit";
import { Panel, define, t, tags } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/check.js";
import "@comptoir/sdk/elements/picker.js";
import { priorities } from "../list/marks.js";
import { choices, languages } from "./choices.js";
import { parts } from "./styles.js";

const NEW = { id: null, name: "", enabled: true, account: "", team: "", tags: [], priorities: [], languages: [], to_team: "", method: "round_robin", sticky: true, off_hours: "as_usual", off_hours_team: "", off_hours_reply: "" };
const REFERENCES = ["account", "team", "to_team", "off_hours_team"];

/** One rule to make or change; "saved" carries it, ready for the server. */
class RuleForm extends Panel {
  static properties = { rule: { attribute: false }, known: { attribute: false } };
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ name, off_hours, off_hours_team }) => ({ name: name.trim() ? "" : t("Give the rule a name."), off_hours_team: off_hours === "team" && !off_hours_team ? t("Choose the team on duty.") : "" }),
    save: async (changes, values) => this.dispatchEvent(new CustomEvent("saved", { detail: { ...values, name: values.name.trim(), ...Object.fromEntries(REFERENCES.map((name) => [name, values[name] || null])) } })),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    const given = { ...NEW, ...this.rule };
    this.form.start({ ...given, ...Object.fromEntries(REFERENCES.map((name) => [name, given[name] ?? ""])) });
  }

  render() {
    const { values, errors } = this.form;
    const { accounts, teams } = this.known;
    const methods = [["round_robin", t("In turn")], ["least_busy", t("The least busy")], ["nobody", t("Nobody: the team decides")]];
    const hours = [["as_usual", t("As usual")], ["wait", t("Wait until work begins")], ["team", t("Give to the team on duty")]];
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}><ui-dialog open heading=${this.rule ? t("Change the rule") : t("New rule")} @close=${this.close} @closing=${this.form.closing}>${this.form.notice()}
      <ui-field name="name" label=${t("Name")} .value=${values.name} .error=${errors.name}></ui-field>
      <ui-switch name="enabled" label=${t("In use")} .checked=${values.enabled}></ui-switch>
      <div class="pair"><ui-field name="account" label=${t("Number")} .options=${choices(accounts, t("All numbers"), values.account)} .value=${values.account}></ui-field>
        <ui-field name="team" label=${t("If it is with the team")} .options=${choices(teams, t("Any or none"), values.team)} .value=${values.team}></ui-field>
        ${tags.length || values.tags.length ? this.several("tags", t("If it has one of the tags"), known(tags.map(({ id, name }) => [id, name]), values.tags)) : nothing}
        ${this.several("priorities", t("If its priority is one of"), priorities())}
        ${this.several("languages", t("If the contact speaks one of"), known(languages(), values.languages))}
        <ui-field name="to_team" label=${t("Give to the team")} .options=${choices(teams, t("Leave the team, or everybody"), values.to_team)} .value=${values.to_team}></ui-field>
        <ui-field name="method" label=${t("Within it, give to")} .options=${methods} .value=${values.method}></ui-field></div>
      <ui-check name="sticky" label=${t("First to whoever had it before, if available")} .checked=${values.sticky}></ui-check>
      <div class="pair"><ui-field name="off_hours" label=${t("Outside business hours")} .options=${hours} .value=${values.off_hours}></ui-field>
        ${values.off_hours === "team" ? html`<ui-field name="off_hours_team" label=${t("Team on duty")} .options=${choices(teams, t("Choose…"), values.off_hours_team)} .value=${values.off_hours_team} .error=${errors.off_hours_team}></ui-field>` : nothing}</div>
      <ui-field name="off_hours_reply" type="textarea" rows="3" label=${t("Reply outside business hours")} hint=${t("Sent once a day in each conversation. Empty: none.")} .value=${values.off_hours_reply} .error=${errors.off_hours_reply}></ui-field>
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${this.form.busy}>${t("Save")}</ui-button></ui-dialog></form>`;
  }

  several(name, label, options) {
    return html`<ui-picker name=${name} label=${label} placeholder=${t("Any")} .options=${options.map(([value, words]) => ({ value, label: words }))} .value=${this.form.values[name]} .error=${this.form.errors[name]}></ui-picker>`;
  }

  close = () => this.dispatchEvent(new Event("close"));
}

/** What was chosen and is gone stays to be seen, and taken out. */
const known = (options, chosen) => [...options, ...chosen.filter((one) => !options.some(([value]) => value === one)).map((one) => [one, t("Deleted")])];

define("inbox-rule-form", RuleForm);
