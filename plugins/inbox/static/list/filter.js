import { css, html, nothing } from "lit";
import { Panel, bootstrap, define, me, members, t, tags, teams } from "@comptoir/sdk";
import "@comptoir/sdk/elements/check.js";
import "@comptoir/sdk/elements/picker.js";
import { states, waits, windows } from "./looks.js";
import { priorities } from "./marks.js";

/** What to filter by. Fires "filter" with the filter, and "close". */
class Filter extends Panel {
  static properties = { filter: { attribute: false } };
  static styles = [...Panel.styles, css`:host { display: contents; } .two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 var(--sp-3); } @media (max-width: 420px) { .two { grid-template-columns: 1fr; } }`];

  render() {
    const { filter } = this;
    const any = ["", t("Any")];
    const people = [{ value: "me", label: t("Me ({name})", { name: me.name }) }, { value: "none", label: t("Nobody") },
      ...members.filter(({ id }) => id !== me.id).map(({ id, name }) => ({ value: id, label: name }))];
    return html`<ui-dialog open heading=${t("Filter")} @close=${() => this.dispatchEvent(new Event("close"))}>
      <form @submit=${(event) => { event.preventDefault(); this.apply(); }}>
        ${tags.length ? html`<ui-picker name="tag" label=${t("Tags")} .options=${tags.map(({ id, name }) => ({ value: id, label: name }))} .value=${filter.tag ?? []}></ui-picker>` : nothing}
        <ui-picker name="assignee" label=${t("Assigned to")} .options=${people} .value=${filter.assignee ?? []}></ui-picker>
        <ui-picker name="priority" label=${t("Priority")} .options=${priorities().map(([value, label]) => ({ value, label }))} .value=${filter.priority ?? []}></ui-picker>
        <div class="two">
          ${this.select("status", t("State"), [["", t("As the list")], ...states()])}
          ${teams.length ? this.select("team", t("Team"), [any, ["none", t("No team")], ...teams.map(({ id, name }) => [id, name])]) : nothing}
          ${bootstrap.accounts.length > 1 ? this.select("account", t("Number"), [any, ...bootstrap.accounts.map((one) => [one.id, one.verified_name || one.display_phone_number])]) : nothing}
          ${this.select("window_hours", t("Window closes"), [any, ...windows()])}
          ${this.select("waiting_minutes", t("Waits for an answer"), [any, ...waits()])}
          ${this.select("kind", t("With"), [any, ["person", t("People")], ["group", t("Groups")]])}
        </div>
        <ui-check name="unread" label=${t("Unread only")} ?checked=${Boolean(filter.unread)}></ui-check>
        <button hidden></button>
      </form>
      <ui-button slot="actions" @click=${() => this.tell({})}>${t("Clear")}</ui-button>
      <ui-button slot="actions" variant="primary" @click=${() => this.apply()}>${t("Show")}</ui-button>
    </ui-dialog>`;
  }

  select(name, label, options) {
    return html`<ui-field name=${name} label=${label} .options=${options} value=${String(this.filter[name] ?? "")}></ui-field>`;
  }

  apply() {
    const data = new FormData(this.renderRoot.querySelector("form"));
    const filter = {};
    for (const name of ["tag", "assignee", "priority"]) if (data.get(name)) filter[name] = data.get(name).split(",");
    for (const name of ["status", "team", "account", "kind"]) if (data.get(name)) filter[name] = data.get(name);
    for (const name of ["window_hours", "waiting_minutes"]) if (data.get(name)) filter[name] = Number(data.get(name));
    if (this.renderRoot.querySelector("ui-check").checked) filter.unread = true;
    this.tell(filter);
  }

  tell(filter) {
    this.dispatchEvent(new CustomEvent("filter", { detail: filter }));
    this.renderRoot.querySelector("ui-dialog").leave();
  }
}

define("inbox-filter", Filter);
