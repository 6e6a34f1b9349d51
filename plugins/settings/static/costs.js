import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, t } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import "@comptoir/sdk/elements/card.js";
import "./costs-rates.js";
import { categoryWords, countryWords, dayWords, moneyWords } from "./costs-words.js";
import { phoneOf } from "./numbers-words.js";
import { page, parts } from "./styles.js";

const two = (number) => String(number).padStart(2, "0");
const iso = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** What was sent and what it costs: by day, category or number, in the organisation's own days. */
class Costs extends Panel {
  static properties = { filter: { state: true } };
  static styles = [...Panel.styles, page, parts, tableStyles, css`
    .filters { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0 var(--sp-3); } .table { border: 0; border-radius: 0; } .value { font-variant-numeric: tabular-nums; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: var(--sp-4); margin-block-end: var(--sp-4); } dt { color: var(--text-3); font-size: var(--fs-sm); } dd { margin: 0; font-size: var(--fs-lg); font-weight: 600; font-variant-numeric: tabular-nums; }
    @media (max-width: 760px) { .filters { grid-template-columns: minmax(0, 1fr); } }
  `];

  load = new Load(this, async () => {
    const [report, accounts] = await Promise.all([get("/api/v1/costs", this.filter), this.filter.group === "account" ? get("/api/v1/accounts").then(({ items }) => items) : []]);
    return { report, accounts };
  });

  constructor() {
    super();
    const today = new Date();
    this.filter = { from: iso(new Date(today.getFullYear(), today.getMonth(), 1)), to: iso(today), group: "day" };
  }

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  render() {
    return html`<p class="lede">${t("Every message that WhatsApp delivered, counted once, as Meta classed it. What it costs is told by your own rates; Meta's invoice has the last word.")}</p>
      ${this.filters()}
      ${this.load.show((found) => this.report(found), { failed: t("The costs could not be loaded."), rows: 6 })}
      <settings-rates @saved=${() => this.load.run()}></settings-rates>`;
  }

  filters() {
    const { filter } = this;
    return html`<form class="filters" aria-label=${t("Filter")} @input=${this.narrowed} @submit=${(event) => event.preventDefault()}>
        <ui-field name="from" label=${t("From")} type="date" ltr .value=${filter.from}></ui-field>
        <ui-field name="to" label=${t("Until")} type="date" ltr .value=${filter.to}></ui-field>
        <ui-field name="group" label=${t("Grouped by")} .options=${[["day", t("Day")], ["category", t("Category")], ["account", t("Number")]]} .value=${filter.group}></ui-field>
      </form>
      <div class="bar"><span class="said push">${this.load.value ? t("Days in the time zone {zone}.", { zone: this.load.value.report.timezone }) : nothing}</span><ui-button icon="download" @click=${this.take}>${t("Export as CSV")}</ui-button></div>`;
  }

  narrowed({ target: { name, value } }) {
    if (!value || this.filter[name] === value) return;
    this.filter = { ...this.filter, [name]: value };
    this.load.run();
  }

  report({ report, accounts }) {
    const { items, total, currency, group } = report;
    if (!items.length) return html`<ui-empty icon="chart-column" text=${t("Nothing was delivered on these days.")}></ui-empty>`;
    const priced = currency !== null;
    const amount = { label: t("Cost"), end: true, cell: (line) => html`<bdi>${moneyWords(line.amount, currency)}</bdi>` };
    const columns = [
      { label: { day: t("Day"), category: t("Category"), account: t("Number") }[group], first: true, size: "minmax(0, 1.5fr)", cell: ({ key }) => html`<span class="name">${this.nameOf(key, group, accounts)}</span>` },
      { label: t("Delivered"), end: true, cell: ({ messages }) => fmt.number(messages) },
      ...(group === "category" ? [{ label: t("Countries"), size: "minmax(0, 2fr)", cell: ({ by_country: found }) => counted(found, countryWords) }] : [{ label: t("Categories"), size: "minmax(0, 2fr)", cell: ({ by_category: found }) => counted(found, categoryWords) }]),
      { label: t("Free"), end: true, cell: ({ free }) => fmt.number(free) },
      ...(priced ? [amount] : []),
    ];
    return html`<ui-card heading=${t("Delivered messages")}><dl class="facts">${[
        [t("Delivered"), fmt.number(total.messages)], ...(priced ? [[t("Cost"), moneyWords(total.amount, currency)], [t("Without a rate"), fmt.number(total.unpriced)]] : []), [t("Free"), fmt.number(total.free)],
      ].map(([name, value]) => html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>
      ${table({ label: t("Costs"), columns, rows: items, key: ({ key }) => key })}</ui-card>`;
  }

  nameOf(key, group, accounts) {
    if (group === "day") return dayWords(key);
    if (group === "category") return categoryWords(key);
    const number = accounts.find(({ id }) => id === key);
    return number ? html`<bdi dir="ltr">${phoneOf(number)}</bdi>` : t("A removed number");
  }

  take = () => {
    Object.assign(document.createElement("a"), { href: `/api/v1/costs/file?${new URLSearchParams(this.filter)}`, download: "costs.csv" }).click();
  };
}

const counted = (found, words) => Object.entries(found).sort(([, one], [, other]) => other - one).map(([key, count], place) => html`${place ? " · " : nothing}<bdi>${words(key)}</bdi> ${fmt.number(count)}`);

define("settings-costs", Costs);
