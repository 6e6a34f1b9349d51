import { css, html, nothing } from "lit";
import { Panel, bootstrap, can, define, get, me, members, t, tags, teams } from "@comptoir/sdk";
import "@comptoir/sdk/elements/check.js";
import "@comptoir/sdk/elements/picker.js";
import { kinds, partsOf, states, timerOf, timings, waits, windows } from "./looks.js";
import { priorities } from "./marks.js";

const FIELDS = "/api/v1/p/contacts/fields";

/** What to filter by. Fires "filter" with the filter, and "close". */
class Filter extends Panel {
  static properties = { filter: { attribute: false }, fields: { state: true }, key: { state: true }, values: { state: true }, wanting: { state: true } };
  static styles = [...Panel.styles, css`:host { display: contents; } .two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 var(--sp-3); } @media (max-width: 420px) { .two { grid-template-columns: 1fr; } }`];

  connectedCallback() {
    super.connectedCallback();
    Object.assign(this, { fields: [], values: [], key: partsOf(this.filter?.field)[0] });
    this.learn();
  }

  /** Whoever knows contacts may ask for what is kept of them, where a plugin keeps something. */
  async learn() {
    if (!can("contacts.read")) return;
    const told = await get(FIELDS).catch(() => ({ items: [] })); // the others can be filtered by
    const usable = told.items.filter((key) => !key.includes("="));
    this.fields = this.key && !usable.includes(this.key) ? [...usable, this.key] : usable;
    if (this.key) this.choose(this.key);
  }

  async choose(key) {
    Object.assign(this, { key, values: [], wanting: "" });
    const told = key ? await get(`${FIELDS}/values`, { key }).catch(() => ({ items: [] })) : { items: [] }; // it can be typed
    if (key === this.key) this.values = told.items;
  }

  kept() {
    const [key, value] = partsOf(this.filter.field);
    return html`<ui-field name="key" label=${t("Field of the contact")} .options=${[["", t("Any")], ...this.fields.map((one) => [one, one])]} value=${this.key} @input=${({ target }) => this.choose(target.value)}></ui-field>
      ${this.key ? html`<ui-field name="value" label=${t("Is")} value=${this.key === key ? value : ""} .suggestions=${this.values} error=${this.wanting ?? ""}></ui-field>` : nothing}`;
  }

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
          ${this.timed(any)}
          ${this.fields.length ? this.kept() : nothing}
          ${this.select("kind", t("With"), [any, ["person", t("People")], ["group", t("Groups")]])}
        </div>
        <ui-check name="unread" label=${t("Unread only")} ?checked=${Boolean(filter.unread)}></ui-check>
        <button hidden></button>
      </form>
      <ui-button slot="actions" @click=${() => this.tell({})}>${t("Clear")}</ui-button>
      <ui-button slot="actions" variant="primary" @click=${() => this.apply()}>${t("Show")}</ui-button>
    </ui-dialog>`;
  }

  timed(any) {
    const [kind, when] = timerOf(this.filter.timer);
    return html`<ui-field name="timer" label=${t("Timer")} .options=${[any, ...timings(when)]} value=${when}></ui-field>
      <ui-field name="timer_kind" label=${t("It runs")} .options=${[any, ...kinds()]} value=${kind}></ui-field>`;
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
    if (data.get("timer")) filter.timer = [data.get("timer_kind"), data.get("timer")].filter(Boolean).join(":");
    if (this.renderRoot.querySelector("ui-check").checked) filter.unread = true;
    const [key, value] = [data.get("key"), data.get("value")?.trim()];
    if (key && !value) {
      this.wanting = t("Type or choose a value.");
      this.renderRoot.querySelector("[name=value]").focus();
      return;
    }
    if (key) filter.field = `${key}=${value}`;
    this.tell(filter);
  }

  tell(filter) {
    this.dispatchEvent(new CustomEvent("filter", { detail: filter }));
    this.renderRoot.querySelector("ui-dialog").leave();
  }
}

define("inbox-filter", Filter);
