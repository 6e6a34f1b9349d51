import { html } from "lit";
import { ApiError, Panel, define, patch, post, put, t, toast } from "@comptoir/sdk";
import { Form, beside } from "@comptoir/sdk/form.js";
import { tagged } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/picker.js";
import { parts } from "./styles.js";

/** One team to make or change: its name and who is in it. `people` are those to choose from. */
class TeamForm extends Panel {
  static properties = { team: { attribute: false }, people: { attribute: false } };
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ name }) => ({ name: name.trim() ? "" : t("Give the team a name.") }),
    save: (changes, values) => (this.team ? this.change(changes) : post("/api/v1/teams", { name: values.name.trim(), members: values.members })),
    saved: () => { toast({ text: t("Saved.") }); this.dispatchEvent(new Event("saved")); },
    refused: (error) => refusal(error),
    reload: () => this.values,
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start(this.values);
  }

  get values() {
    const { name = "", members = [] } = this.team ?? {};
    return { name, members: members.map(({ id }) => id) };
  }

  render() {
    const { form } = this;
    const options = this.people.map(({ id, name, email }) => ({ value: id, label: name, hint: email }));
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${this.team ? t("Team") : t("New team")} @closing=${form.closing} @close=${this.close}>${form.notice()}
      <ui-field name="name" label=${t("Name")} .value=${form.values.name} .error=${form.errors.name}></ui-field>
      <ui-picker name="members" label=${t("Members")} placeholder=${t("Type a name")} .options=${options} .value=${form.values.members} .error=${form.errors.members}></ui-picker>
      <ui-button slot="actions" @click=${() => this.renderRoot.querySelector("ui-dialog").leave()}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${form.busy}>${this.team ? t("Save") : t("Create team")}</ui-button></ui-dialog></form>`;
  }

  /** Refused, and the newer team laid under what was typed, when somebody else changed it since it was read. */
  async change({ name, members }) {
    const { id, version } = this.team;
    const { value: now, tag } = await tagged(`/api/v1/teams/${id}`);
    if (now.version !== version) {
      this.team = now;
      throw new ApiError({ status: 412, title: "changed meanwhile" });
    }
    const seen = { headers: { "If-Match": tag } };
    if (members) this.team = await put(`/api/v1/teams/${id}/members`, { members }, seen);
    if (name) await patch(`/api/v1/teams/${id}`, { name: name.trim() }, members ? {} : seen);
  }

  close = () => this.dispatchEvent(new Event("close"));
}

function refusal(error) {
  if (error instanceof ApiError && error.status === 409) return { name: t("Another team has this name. Choose a different one.") };
  return beside(error, { name: "", members: [] });
}

define("settings-team-form", TeamForm);
