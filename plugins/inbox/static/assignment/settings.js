import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Panel, define, get, icon, put, t, tags, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import { priorityOf } from "../list/marks.js";
import { labelOf, languages, nouns, number, whole } from "./choices.js";
import { page, parts } from "./styles.js";
import "./desks.js";
import "./preview.js";
import "./rule-form.js";

const HERE = "/api/v1/p/inbox/assignment";

/** Who is given which conversations: rules in their order, how many one takes, who is there. */
class Assignment extends Panel {
  static properties = { editing: { state: true }, said: { state: true } };
  static styles = [...Panel.styles, page, parts];

  all = new Load(this, async () => {
    const [kept, known] = await Promise.all([get(HERE), nouns()]);
    if (!this.form.dirty) this.form.start(limits(kept));
    return { kept, known };
  }, { on: ["team.", "account."] });

  form = new Form(this, {
    check: ({ capacity, absent_minutes, regive_minutes }) => ({ capacity: whole(capacity, 500), absent_minutes: whole(absent_minutes, 10_080, { empty: true }), regive_minutes: whole(regive_minutes, 10_080, { empty: true }) }),
    save: (changes, values) => this.write({ capacity: number(values.capacity), absent_minutes: number(values.absent_minutes), regive_minutes: number(values.regive_minutes) }),
    saved: () => toast({ text: t("Saved.") }),
  });

  render() {
    return this.all.show(({ kept, known }) => html`<p class="lede">${t("A new conversation goes by the first rule that fits it. What a person assigns is never changed by a rule.")}</p>
      <div class="bar"><h2>${t("Rules")}</h2><ui-button variant="primary" icon="plus" @click=${() => { this.editing = "new"; }}>${t("New rule")}</ui-button></div>
      ${this.rules(kept.rules, known)}<p role="status" class="visually-hidden">${this.said}</p>
      <inbox-preview .known=${known} .version=${kept.version}></inbox-preview>
      ${this.limits()}<inbox-desks .api=${this.api}></inbox-desks>
      <h2>${t("Business hours")}</h2><p class="lede">${t("Rules and timers follow the hours of your organisation.")} <a href="/settings.organisation">${t("Change the hours")}</a></p>
      ${this.editing ? html`<inbox-rule-form .rule=${this.editing === "new" ? null : this.editing} .known=${known} @saved=${this.edited} @close=${() => { this.editing = null; }}></inbox-rule-form>` : nothing}`,
    { failed: t("The rules could not be loaded."), rows: 5 });
  }

  rules(rules, known) {
    if (!rules.length) return html`<ui-empty icon="workflow" text=${t("No rule yet: new conversations stay unassigned.")}></ui-empty>`;
    return html`<ol class="list">${repeat(rules, ({ id }) => id, (rule, index) => html`<li class=${rule.enabled ? "" : "off"}><span class="nth" aria-hidden="true">${index + 1}</span>
      <div class="grow"><div class="name cut"><bdi>${rule.name}</bdi></div><div class="said">${this.sentence(rule, known)}</div></div>
      <div class="tools">
        <button class="ib" id=${`up-${rule.id}`} aria-label=${t("Move {name} up", { name: rule.name })} ?disabled=${index === 0} @click=${() => this.move(rules, index, -1)}>${icon("arrow-up")}</button>
        <button class="ib" id=${`down-${rule.id}`} aria-label=${t("Move {name} down", { name: rule.name })} ?disabled=${index === rules.length - 1} @click=${() => this.move(rules, index, 1)}>${icon("arrow-down")}</button>
        <button class="ib" aria-label=${t("Change {name}", { name: rule.name })} @click=${() => { this.editing = rule; }}>${icon("pencil")}</button>
        <button class="ib" aria-label=${t("Delete {name}", { name: rule.name })} @click=${() => this.drop(rules, rule)}>${icon("trash-2")}</button></div></li>`)}</ol>`;
  }

  sentence(rule, { accounts, teams }) {
    const from = rule.account ? labelOf(accounts, rule.account) : t("All numbers");
    const to = rule.to_team ? labelOf(teams, rule.to_team) : t("Everybody");
    const how = { round_robin: t("in turn"), least_busy: t("the least busy"), nobody: t("to nobody in particular") }[rule.method];
    return [from, ...(rule.team ? [labelOf(teams, rule.team)] : []), ...conditions(rule), t("to {team}", { team: to }), how, ...(rule.enabled ? [] : [t("off")])].join(" · ");
  }

  limits() {
    const { values, errors, busy } = this.form;
    return html`<h2>${t("Limits")}</h2><form novalidate @submit=${this.form.submit} @input=${this.form.typed}>${this.form.notice()}
      <ui-field name="capacity" inputmode="numeric" ltr label=${t("Open conversations of one member, at most")} .value=${String(values.capacity ?? "")} .error=${errors.capacity}></ui-field>
      <div class="pair"><ui-field name="absent_minutes" inputmode="numeric" ltr label=${t("Away after so many minutes unseen")} hint=${t("Empty: only who says so is away.")} .value=${String(values.absent_minutes ?? "")} .error=${errors.absent_minutes}></ui-field>
        <ui-field name="regive_minutes" inputmode="numeric" ltr label=${t("Give to another after so many minutes away")} hint=${t("Empty: never. Only what a rule gave.")} .value=${String(values.regive_minutes ?? "")} .error=${errors.regive_minutes}></ui-field></div>
      <div class="acts"><ui-button variant="primary" type="submit" ?busy=${busy} ?disabled=${!this.form.dirty}>${t("Save")}</ui-button></div></form>`;
  }

  async write(changes) {
    const { kept } = this.all.value;
    const { capacity, absent_minutes, regive_minutes, version, rules } = kept;
    const answer = await put(HERE, { capacity, absent_minutes, regive_minutes, version, rules, ...changes });
    this.all.change((value) => ({ ...value, kept: answer }));
  }

  edited = async ({ detail }) => {
    const { rules } = this.all.value.kept;
    const fresh = detail.id ? rules.map((rule) => (rule.id === detail.id ? detail : rule)) : [...rules, detail];
    if (await this.try({ rules: fresh })) this.editing = null;
  };

  async move(rules, index, by) {
    const fresh = rules.toSpliced(index, 1).toSpliced(index + by, 0, rules[index]);
    if (!await this.try({ rules: fresh })) return;
    this.said = t("{name} is number {n} now.", { name: rules[index].name, n: index + by + 1 });
    await this.updateComplete;
    const ids = by < 0 ? ["up", "down"] : ["down", "up"];
    ids.map((way) => this.renderRoot.getElementById(`${way}-${rules[index].id}`)).find((button) => !button.disabled)?.focus();
  }

  async drop(rules, rule) {
    const index = rules.indexOf(rule);
    if (!await this.try({ rules: rules.toSpliced(index, 1) })) return;
    toast({ text: t("The rule is deleted."), action: { label: t("Undo"), run: () => this.try({ rules: this.all.value.kept.rules.toSpliced(index, 0, { ...rule, id: null }) }) } });
  }

  /** Whether it is written; if not, it is said why, and the newest is shown. */
  async try(changes) {
    try {
      await this.write(changes);
      return true;
    } catch (error) {
      toast({ text: error.problem?.detail ?? t("This could not be saved. Try again.") });
      await this.all.run();
      return false;
    }
  }
}

const either = (some) => new Intl.ListFormat(document.documentElement.lang, { type: "disjunction" }).format(some);

function conditions({ tags: tagged, priorities, languages: spoken }) {
  const known = tags.map(({ id, name }) => [id, name]);
  const asked = [tagged.map((id) => labelOf(known, id)), priorities.map((one) => priorityOf(one)[1]), spoken.map((one) => languages().find(([code]) => code === one)?.[1] ?? one)];
  return asked.filter(({ length }) => length).map(either);
}

const limits = ({ capacity, absent_minutes, regive_minutes }) => ({ capacity: String(capacity), absent_minutes: String(absent_minutes ?? ""), regive_minutes: String(regive_minutes ?? "") });

define("inbox-assignment", Assignment);
