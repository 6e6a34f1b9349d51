import { css, html, nothing } from "lit";
import { Panel, define, fmt, icon, locale, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/check.js";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const USUAL = [["09:00", "18:00"]];
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
/** 2024 began on a Monday. */
const nameOf = (index) => weekday.format(new Date(Date.UTC(2024, 0, 1 + index)));

/** <settings-hours name="business_hours" .value=${{ monday: [["09:00", "12:30"]], … } or null}>: null is always open. */
class Hours extends Panel {
  static properties = { name: { reflect: true }, value: { attribute: false }, error: {} };
  static styles = [...Panel.styles, css`
    .day { display: grid; grid-template-columns: minmax(120px, 180px) minmax(0, 1fr) auto; gap: var(--sp-2) var(--sp-3); align-items: start; padding-block: var(--sp-2); border-block-start: 1px solid var(--line); } ui-switch { margin: 0; } .periods { display: grid; gap: var(--sp-2); }
    .period { display: flex; flex-wrap: wrap; align-items: center; gap: var(--sp-2); min-block-size: 36px; } input { min-block-size: 36px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 4px 8px; } .closed { color: var(--text-3); padding-block: 7px; }
    .tools { display: flex; gap: var(--sp-1); } .error { color: var(--bad); font-size: var(--fs-sm); margin-block-start: var(--sp-2); }
    @media (pointer: coarse) { input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } }
    @media (max-width: 760px) { .day { grid-template-columns: minmax(0, 1fr) auto; } .periods { grid-column: 1 / -1; grid-row: 2; } }
  `];

  render() {
    const always = !this.value;
    return html`<ui-switch label=${t("Always open")} .checked=${always} @input=${this.turn}></ui-switch>
      ${always ? nothing : DAYS.map((day, index) => this.day(day, nameOf(index)))}
      ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}`;
  }

  day(day, name) {
    const periods = this.value[day] ?? [];
    return html`<div class="day" role="group" aria-label=${name}>
      <ui-check label=${name} .checked=${periods.length > 0} @input=${(event) => this.open(event, day)}></ui-check>
      <div class="periods">${periods.length ? periods.map((period, index) => this.period(day, name, period, index)) : html`<span class="closed">${t("Closed")}</span>`}</div>
      <div class="tools">${periods.length ? html`
        <button type="button" class="ib" aria-label=${t("Add a period on {day}", { day: name })} title=${t("Add a period")} @click=${() => this.put(day, [...periods, ["14:00", "18:00"]])}>${icon("plus")}</button>
        <button type="button" class="ib" aria-label=${t("Copy {day} to every open day", { day: name })} title=${t("Copy to every open day")} @click=${() => this.spread(day)}>${icon("copy")}</button>` : nothing}</div></div>`;
  }

  period(day, name, [from, until], index) {
    const spot = fmt.number(index + 1);
    return html`<div class="period" dir="ltr"><input type="time" aria-label=${t("{day} {n}: from", { day: name, n: spot })} .value=${from} @input=${quiet} @change=${(event) => this.set(day, index, 0, event.target.value)}> –
      <input type="time" aria-label=${t("{day} {n}: until", { day: name, n: spot })} .value=${until} @input=${quiet} @change=${(event) => this.set(day, index, 1, event.target.value)}>
      <button type="button" class="ib" aria-label=${t("Remove period {n} of {day}", { n: spot, day: name })} @click=${() => this.put(day, this.value[day].toSpliced(index, 1))}>${icon("x", "small")}</button></div>`;
  }

  turn = (event) => {
    event.stopPropagation();
    const week = Object.fromEntries(DAYS.map((day, index) => [day, index < 5 ? USUAL : []]));
    this.change(event.target.checked ? null : week);
  };

  open(event, day) {
    event.stopPropagation();
    this.put(day, event.target.checked ? USUAL : []);
  }

  set(day, index, end, time) {
    if (time) this.put(day, this.value[day].map((period, place) => (place === index ? period.with(end, time) : period)));
  }

  spread(day) {
    this.change(Object.fromEntries(DAYS.map((one) => [one, this.value[one]?.length ? this.value[day] : []])));
  }

  put(day, periods) {
    this.change({ ...this.value, [day]: periods });
  }

  change(value) {
    Object.assign(this, { value, error: "" });
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const quiet = (event) => event.stopPropagation();

define("settings-hours", Hours);
