import { css, html, nothing } from "lit";
import { Panel, define, get, t, tags } from "@comptoir/sdk";
import "@comptoir/sdk/elements/picker.js";
import { priorities } from "../list/marks.js";
import { choices, languages } from "./choices.js";
import { parts } from "./styles.js";

/** "Who would get it now, and why": asked of the server, which decides. */
class Preview extends Panel {
  static properties = { known: { attribute: false }, version: {}, account: { state: true }, team: { state: true }, tagged: { state: true }, priority: { state: true }, language: { state: true }, found: { state: true }, failed: { state: true } };
  static styles = [...Panel.styles, parts, css`.answer { background: var(--surface-2); border-radius: var(--r-md); padding: var(--sp-3) var(--sp-4); }`];

  constructor() {
    super();
    Object.assign(this, { tagged: [], priority: "none", language: "" });
  }

  willUpdate(changed) {
    this.account ??= this.known.accounts[0]?.[0] ?? "";
    if (["version", "account", "team", "tagged", "priority", "language"].some((name) => changed.has(name)) && this.account) this.ask();
  }

  /** Of two questions the later one counts. */
  async ask() {
    const { account, tagged, priority } = this;
    const asking = get("/api/v1/p/inbox/assignment/preview", { account, team: this.team || undefined, tags: tagged.length ? JSON.stringify(tagged) : undefined, priority, language: this.language || undefined });
    this.asking = asking;
    const found = await asking.catch(() => null);
    if (this.asking === asking) Object.assign(this, { found: found ?? this.found, failed: !found });
  }

  render() {
    if (!this.account) return nothing;
    const { accounts, teams } = this.known;
    return html`<h2>${t("Who would get it now?")}</h2><div class="pair">
        <ui-field label=${t("A new conversation on")} .options=${accounts} .value=${this.account} @input=${({ target }) => { this.account = target.value; }}></ui-field>
        <ui-field label=${t("With the team")} .options=${choices(teams, t("None"), this.team)} .value=${this.team ?? ""} @input=${({ target }) => { this.team = target.value; }}></ui-field>
        ${tags.length ? html`<ui-picker name="tagged" label=${t("With the tags")} placeholder=${t("None")} .options=${tags.map(({ id, name }) => ({ value: id, label: name }))} .value=${this.tagged} @input=${({ target }) => { this.tagged = target.value; }}></ui-picker>` : nothing}
        <ui-field label=${t("With the priority")} .options=${priorities().map(([value, label]) => [value, label])} .value=${this.priority} @input=${({ target }) => { this.priority = target.value; }}></ui-field>
        <ui-field label=${t("Of a contact who speaks")} .options=${[["", t("Not known")], ...languages()]} .value=${this.language} @input=${({ target }) => { this.language = target.value; }}></ui-field></div>
      <p class="answer" role="status">${this.failed ? t("This could not be asked. Try again later.") : this.found ? this.words(this.found) : "…"}</p>`;
  }

  words({ outcome, member, how, open, capacity, rule, off_hours }) {
    const why = { sticky: t("had it before"), round_robin: t("their turn"), least_busy: t("the least busy") }[how];
    if (outcome === "given") return t("{member}, by the rule {rule}: {why}, {open} of {capacity}.", { member, rule, why, open, capacity });
    if (outcome === "nobody") return t("Nobody: the rule {rule} leaves it to the team.", { rule });
    if (outcome === "none") return t("Nobody: no rule fits.");
    return off_hours ? t("It would wait by the rule {rule}: these are not business hours.", { rule }) : t("It would wait by the rule {rule}: nobody is available with room for one more.", { rule });
  }
}

define("inbox-preview", Preview);
