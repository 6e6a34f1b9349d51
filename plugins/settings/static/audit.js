import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Panel, define, fmt, get, members, t, tn, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/card.js";
import { actionWords } from "./audit-words.js";
import "./audit-entry.js";
import { page, parts } from "./styles.js";

const PAGE = 50;

/** The audit log: who did what, when; filtered, verified, taken away as a file. */
class Audit extends Panel {
  static properties = { filter: { state: true }, busy: { state: true }, verdict: { state: true } };
  static styles = [...Panel.styles, page, parts, css`
    .filters { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0 var(--sp-3); margin-block-end: var(--sp-2); }
    .day { font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); margin-block: var(--sp-4) var(--sp-2); }
    .entries { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; }
    .more { display: grid; justify-content: center; padding-block: var(--sp-4); }
    @media (max-width: 760px) { .filters { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `];

  actions = new Load(this, async () => (await get("/api/v1/audit/actions")).items);
  load = new Load(this, () => get("/api/v1/audit", { ...this.query, limit: PAGE }));

  constructor() {
    super();
    Object.assign(this, { filter: {}, busy: false, verdict: null });
  }

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  /** The filter as the API takes it: days are the reader's own, from midnight to midnight. */
  get query() {
    const { since, until, ...rest } = this.filter;
    const midnight = (day, add = 0) => { const [year, month, date] = day.split("-").map(Number); return new Date(year, month - 1, date + add).toISOString(); };
    return { ...rest, since: since && midnight(since), until: until && midnight(until, 1) };
  }

  render() {
    return html`<p class="lede">${t("Every change in your organisation, and who made it. Nobody can edit it, not even we: each entry is sealed to the one before it.")}</p>
      ${this.filters()}${this.verdict ? this.verdictNotice() : nothing}
      ${this.load.show((found) => this.list(found), { failed: t("The audit log could not be loaded."), rows: 8 })}`;
  }

  filters() {
    const { filter } = this;
    const actions = [["", t("All actions")], ...(this.actions.value ?? []).map((action) => [action, actionWords(action)]).sort(byWords)];
    const people = [["", t("Everybody")], ...members.map(({ id, name }) => [id, name])];
    return html`<form class="filters" aria-label=${t("Filter")} @input=${this.narrowed} @submit=${(event) => event.preventDefault()}>
        <ui-field name="action" label=${t("Action")} .options=${actions} .value=${filter.action ?? ""}></ui-field>
        <ui-field name="actor" label=${t("Person")} .options=${people} .value=${filter.actor ?? ""}></ui-field>
        <ui-field name="since" label=${t("From")} type="date" ltr .value=${filter.since ?? ""}></ui-field>
        <ui-field name="until" label=${t("Until")} type="date" ltr .value=${filter.until ?? ""}></ui-field>
      </form>
      <div class="bar"><ui-button icon="shield-check" ?busy=${this.busy} @click=${this.verify}>${t("Verify the whole log")}</ui-button><span class="push"></span>
        ${["csv", "jsonl"].map((format) => html`<ui-button icon="download" @click=${() => this.take(format)}>${format === "csv" ? t("Export as CSV") : t("Export as JSON")}</ui-button>`)}</div>`;
  }

  narrowed({ target: { name, value } }) {
    if ((this.filter[name] ?? "") === value) return;
    this.filter = { ...this.filter, [name]: value || undefined };
    this.load.run();
  }

  list({ items, next }) {
    if (!items.length) return html`<ui-empty icon="scroll-text" text=${Object.values(this.filter).some(Boolean) ? t("Nothing was done that fits this filter. Widen it.") : t("Nothing was done yet. Every change will stand here.")}></ui-empty>`;
    return html`${[...byDay(items)].map(([day, entries]) => html`<h2 class="day">${day}</h2>
      <div class="entries" role="list">${repeat(entries, ({ n }) => n, (entry) => html`<settings-audit-entry role="listitem" .entry=${entry}></settings-audit-entry>`)}</div>`)}
      ${next ? html`<div class="more"><ui-button ?busy=${this.busy} @click=${this.more}>${t("Show older entries")}</ui-button></div>` : nothing}`;
  }

  async more() {
    await this.during(async () => {
      const { items, next } = await get("/api/v1/audit", { ...this.query, limit: PAGE, cursor: this.load.value.next });
      this.load.change((before) => ({ items: [...before.items, ...items], next }));
    });
  }

  async verify() {
    await this.during(async () => { this.verdict = await get("/api/v1/audit/verification"); });
  }

  async during(work) {
    this.busy = true;
    try {
      await work();
    } catch (error) {
      toast({ text: wordsFor(error) });
    } finally {
      this.busy = false;
    }
  }

  verdictNotice() {
    const { ok, entries, faults } = this.verdict;
    if (ok) return html`<ui-notice tone="ok" role="status" heading=${t("The log is whole.")}>${tn("{n} entry was read again: it is as it was written.", "{n} entries were read again: none was changed, removed or moved.", entries)}</ui-notice>`;
    return html`<ui-notice tone="bad" heading=${t("The log was tampered with.")}>${t("Keep a copy of the database and tell whoever runs this installation. Found by the verification:")}
      <ul>${faults.slice(0, 5).map(({ n, what }) => html`<li>${n ? t("Entry {n}: {what}", { n: fmt.number(n), what }) : what}</li>`)}</ul></ui-notice>`;
  }

  take(format) {
    const query = new URLSearchParams(Object.entries({ ...this.query, format }).filter(([, value]) => value));
    Object.assign(document.createElement("a"), { href: `/api/v1/audit/file?${query}`, download: `audit.${format}` }).click();
  }
}

const byWords = ([, one], [, other]) => one.localeCompare(other);

function byDay(entries) {
  const days = new Map();
  for (const entry of entries) {
    const day = fmt.day(entry.at);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(entry);
  }
  return days;
}

define("settings-audit", Audit);
