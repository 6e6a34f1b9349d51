import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, t, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/time.js";
import { kindWords } from "./journal-words.js";
import { links, parts } from "./styles.js";

const PAGE = 50;
const TYPING = 350; // ms

/** Deliveries by wamid, phone or time. `prefix` is "/platform" for the operator, who sees everybody's. */
class JournalFind extends Panel {
  static properties = { prefix: {}, here: {}, filter: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, links, parts, css`
    .filters { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0 var(--sp-3); margin-block-end: var(--sp-2); }
    .list { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; list-style: none; margin: 0; padding: 0; }
    .list > li { padding: var(--sp-3) var(--sp-4); display: grid; gap: var(--sp-1); } .list > li + li { border-block-start: 1px solid var(--line); }
    .top { display: flex; flex-wrap: wrap; gap: var(--sp-1) var(--sp-3); align-items: center; } .top a { font-weight: 550; } .push { flex: 1; }
    .item { display: flex; flex-wrap: wrap; gap: 2px var(--sp-2); color: var(--text-2); font-size: var(--fs-sm); overflow-wrap: anywhere; } .more { display: grid; justify-content: center; padding-block: var(--sp-4); }
    @media (max-width: 760px) { .filters { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `];

  load = new Load(this, () => get(this.address, { ...this.query, limit: PAGE }));

  constructor() {
    super();
    Object.assign(this, { filter: {}, busy: false, prefix: "" });
  }

  get address() {
    return `/api/v1${this.prefix}/journal/deliveries`;
  }

  get query() {
    const { since, until, ...rest } = this.filter;
    const moment = (told) => (told ? new Date(told).toISOString() : undefined);
    return { ...rest, since: moment(since), until: moment(until) };
  }

  render() {
    const { filter } = this;
    return html`<form class="filters" aria-label=${t("Filter")} @input=${this.typed} @submit=${(event) => event.preventDefault()}>
        <ui-field name="phone" label=${t("Phone")} ltr hint=${t("In any spelling, or four digits of it.")} .value=${filter.phone ?? ""}></ui-field>
        <ui-field name="wamid" label=${t("Message id (wamid)")} ltr .value=${filter.wamid ?? ""}></ui-field>
        <ui-field name="since" label=${t("From")} type="datetime-local" ltr .value=${filter.since ?? ""}></ui-field>
        <ui-field name="until" label=${t("Until")} type="datetime-local" ltr .value=${filter.until ?? ""}></ui-field></form>
      ${this.load.show((found) => this.list(found), { failed: t("The deliveries could not be loaded. A phone needs at least four digits."), rows: 8 })}`;
  }

  typed = ({ target: { name, value } }) => {
    if ((this.filter[name] ?? "") === value.trim()) return;
    this.filter = { ...this.filter, [name]: value.trim() || undefined };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load.run(), TYPING);
  };

  list({ items, next }) {
    if (!items.length) return html`<ui-empty icon="webhook" text=${Object.values(this.filter).some(Boolean) ? t("No delivery fits. Deliveries are kept for some weeks only.") : t("Meta has delivered nothing yet.")}></ui-empty>`;
    return html`<ul class="list">${items.map((one) => this.row(one))}</ul>
      ${next ? html`<div class="more"><ui-button ?busy=${this.busy} @click=${this.more}>${t("Show older ones")}</ui-button></div>` : nothing}`;
  }

  row(one) {
    const rest = one.item_count - one.items.length;
    return html`<li><div class="top"><a href="${this.here}/delivery/${one.id}">${t("Delivery {n}", { n: one.id })}</a><ui-time class="said" .at=${one.received_at}></ui-time><span class="push"></span>
        ${one.waiting ? html`<ui-chip tone="warn" icon="clock">${t("Not applied yet")}</ui-chip>` : nothing}${one.set_aside ? html`<ui-chip tone="bad" icon="shield-alert">${t("{n} set aside", { n: fmt.number(one.set_aside) })}</ui-chip>` : nothing}</div>
      ${one.items.map((item) => this.item(item))}${rest > 0 ? html`<div class="item">${t("and {n} more", { n: fmt.number(rest) })}</div>` : nothing}</li>`;
  }

  item({ kind, what, wamid, phone, tenant }) {
    return html`<div class="item"><span>${kindWords(kind)}</span><bdi dir="ltr">${what}</bdi>${phone ? html`<bdi dir="ltr">+${phone}</bdi>` : nothing}
      ${this.prefix ? html`<bdi dir="ltr">${tenant.slug}</bdi>` : nothing}${wamid ? html`<a href="${this.here}/wamid/${encodeURIComponent(wamid)}">${t("Explain")}</a><bdi dir="ltr">${wamid}</bdi>` : nothing}</div>`;
  }

  more = async () => {
    this.busy = true;
    try {
      const { items, next } = await get(this.address, { ...this.query, limit: PAGE, cursor: this.load.value.next });
      this.load.change((before) => ({ items: [...before.items, ...items], next }));
    } catch (error) {
      toast({ text: wordsFor(error) });
    } finally {
      this.busy = false;
    }
  };
}

define("settings-journal-find", JournalFind);
