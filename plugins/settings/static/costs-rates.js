import { css, html, nothing } from "lit";
import { Panel, define, get, icon, put, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import { CATEGORIES, categoryWords } from "./costs-words.js";
import { parts } from "./styles.js";

const RATE = /^\d{1,4}([.,]\d{1,6})?$/;
const PREFIX = /^(\d{1,15}|[A-Z]{2})?$/;

/** What the organisation pays for a delivered message, by category and country. Empty until somebody fills it in. */
class Rates extends Panel {
  static styles = [...Panel.styles, parts, css`
    .rate { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr) minmax(0, 1fr) auto; gap: 0 var(--sp-3); align-items: end; } .rate .ib { margin-block-end: var(--sp-3); } .currency { max-inline-size: 180px; }
    @media (max-width: 760px) { .rate { grid-template-columns: repeat(2, minmax(0, 1fr)); padding-block-end: var(--sp-2); } .rate ui-field:first-child { grid-column: 1 / -1; } .rate .ib { justify-self: end; grid-column: 2; } }
  `];

  load = new Load(this, async () => {
    const card = await get("/api/v1/costs/rates");
    if (!this.form.dirty) this.form.start(editable(card));
    return card;
  });

  form = new Form(this, {
    check: ({ currency, rates }) => ({
      currency: !rates.length && !currency ? "" : /^[A-Z]{3}$/.test(currency.trim().toUpperCase()) ? "" : t("Three letters, such as EUR or MAD."),
      rates: rates.every(({ rate, prefix }) => RATE.test(rate.trim()) && PREFIX.test(prefix.trim())) ? "" : t("Each rate is a number such as 0.0485. A prefix is digits without +, or nothing."),
    }),
    save: (_, { currency, rates }) => put("/api/v1/costs/rates", { currency: currency.trim().toUpperCase(), rates: rates.map(({ category, prefix, rate }) => ({ category, prefix: prefix.trim(), rate: rate.trim().replace(",", ".") })) }),
    saved: (card) => { this.form.start(editable(card)); toast({ text: t("Saved.") }); this.dispatchEvent(new Event("saved")); },
    reload: async () => editable(await get("/api/v1/costs/rates")),
  });

  render() {
    return html`<ui-card heading=${t("Your rates")} text=${t("For one delivered message, as Meta bills your organisation. The longest prefix that fits wins; one without a prefix is for all other countries.")}>
      ${this.load.show(() => this.fields(), { failed: t("Your rates could not be loaded."), rows: 3 })}</ui-card>`;
  }

  fields() {
    const { values, errors, busy, dirty } = this.form;
    return html`<form novalidate @submit=${this.form.submit}>${this.form.notice()}
      <ui-field class="currency" name="currency" label=${t("Currency")} hint=${t("Three letters, such as EUR or MAD.")} ltr .value=${values.currency} .error=${errors.currency} @input=${({ target }) => this.set({ currency: target.value })}></ui-field>
      ${values.rates.map((rate, place) => this.rate(rate, place))}
      ${errors.rates ? html`<p class="form-problem" role="alert">${errors.rates}</p>` : nothing}
      <div class="acts"><ui-button icon="plus" @click=${() => this.set({ rates: [...values.rates, { category: "marketing", prefix: "", rate: "" }] })}>${t("Add a rate")}</ui-button><span class="push"></span>
        <ui-button variant="primary" type="submit" ?busy=${busy} ?disabled=${!dirty}>${t("Save")}</ui-button></div></form>`;
  }

  rate({ category, prefix, rate }, place) {
    const change = (name) => ({ target }) => this.set({ rates: this.form.values.rates.map((one, other) => (other === place ? { ...one, [name]: target.value } : one)) });
    const known = CATEGORIES.includes(category) ? CATEGORIES : [category, ...CATEGORIES];
    return html`<div class="rate" role="group" aria-label=${t("Rate {n}", { n: place + 1 })}>
      <ui-field label=${t("Category")} .options=${known.map((one) => [one, categoryWords(one)])} .value=${category} @input=${change("category")}></ui-field>
      <ui-field label=${t("Prefix")} ltr placeholder="212" .value=${prefix} @input=${change("prefix")}></ui-field>
      <ui-field label=${t("Rate")} ltr inputmode="decimal" placeholder="0.0485" .value=${rate} @input=${change("rate")}></ui-field>
      <button type="button" class="ib" aria-label=${t("Remove rate {n}", { n: place + 1 })} title=${t("Remove")} @click=${() => this.set({ rates: this.form.values.rates.toSpliced(place, 1) })}>${icon("x", "small")}</button></div>`;
  }

  set(change) {
    this.form.update({ values: { ...this.form.values, ...change } });
  }
}

const editable = ({ currency, rates }) => ({ currency: currency ?? "", rates: rates.map(({ category, prefix, rate }) => ({ category, prefix, rate })) });

define("settings-rates", Rates);
