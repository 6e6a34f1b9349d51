import { html, nothing } from "lit";
import { Panel, define, get, icon, put, t, tn, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { labelOf, nouns } from "../assignment/choices.js";
import { page, parts } from "../assignment/styles.js";
import "./target-form.js";

const HERE = "/api/v1/p/inbox/timers/targets";

/** Within what time customers are to be answered, and conversations closed. */
class Targets extends Panel {
  static properties = { editing: { state: true } };
  static styles = [...Panel.styles, page, parts];

  all = new Load(this, async () => {
    const [{ items }, known] = await Promise.all([get(HERE), nouns()]);
    return { items, known };
  }, { on: ["team.", "account."] });

  render() {
    return this.all.show(({ items, known }) => html`<p class="lede">${t("A timer runs from the customer's message until a person answers, or until the conversation is closed. The first target that fits counts.")}
        <a href="/settings.organisation">${t("Change the business hours")}</a></p>
      <div class="bar"><h2>${t("Targets")}</h2><ui-button variant="primary" icon="plus" @click=${() => { this.editing = items.length; }}>${t("New target")}</ui-button></div>
      ${items.length ? html`<ol class="list">${items.map((one, index) => this.row(items, one, index, known))}</ol>` : html`<ui-empty icon="timer" text=${t("No target yet: no timers run.")}></ui-empty>`}
      ${this.editing === undefined || this.editing === null ? nothing : html`<inbox-target-form .target=${items[this.editing] ?? null} .known=${known} @saved=${({ detail }) => this.edited(items, detail)} @close=${() => { this.editing = null; }}></inbox-target-form>`}`,
    { failed: t("The targets could not be loaded."), rows: 4 });
  }

  row(items, one, index, known) {
    return html`<li><span class="nth" aria-hidden="true">${index + 1}</span><div class="grow"><div class="name cut"><bdi>${one.name}</bdi></div><div class="said">${this.sentence(one, known)}</div></div>
      <div class="tools"><button class="ib" aria-label=${t("Move {name} up", { name: one.name })} ?disabled=${index === 0} @click=${() => this.write(items.toSpliced(index, 1).toSpliced(index - 1, 0, one))}>${icon("arrow-up")}</button>
        <button class="ib" aria-label=${t("Move {name} down", { name: one.name })} ?disabled=${index === items.length - 1} @click=${() => this.write(items.toSpliced(index, 1).toSpliced(index + 1, 0, one))}>${icon("arrow-down")}</button>
        <button class="ib" aria-label=${t("Change {name}", { name: one.name })} @click=${() => { this.editing = index; }}>${icon("pencil")}</button>
        <button class="ib" aria-label=${t("Delete {name}", { name: one.name })} @click=${() => this.drop(items, index)}>${icon("trash-2")}</button></div></li>`;
  }

  sentence(one, { accounts, teams }) {
    const minutes = (count) => tn("{n} minute", "{n} minutes", count);
    return [one.account ? labelOf(accounts, one.account) : t("All numbers"), ...(one.team ? [labelOf(teams, one.team)] : []),
      ...(one.first_response_minutes ? [t("answer: {minutes}", { minutes: minutes(one.first_response_minutes) })] : []),
      ...(one.resolution_minutes ? [t("close: {minutes}", { minutes: minutes(one.resolution_minutes) })] : []),
      one.working ? t("in business hours") : t("by the clock")].join(" · ");
  }

  async edited(items, target) {
    if (await this.write(this.editing < items.length ? items.with(this.editing, target) : [...items, target])) this.editing = null;
  }

  async drop(items, index) {
    if (await this.write(items.toSpliced(index, 1))) toast({ text: t("The target is deleted."), action: { label: t("Undo"), run: () => this.write(items) } });
  }

  async write(items) {
    try {
      const answer = await put(HERE, { items });
      this.all.change((value) => ({ ...value, items: answer.items }));
      return true;
    } catch (error) {
      toast({ text: error.problem?.detail ?? t("This could not be saved. Try again.") });
      return false;
    }
  }
}

define("inbox-targets", Targets);
