import { css, html, nothing } from "lit";
import { Panel, bootstrap, define, get, t } from "@comptoir/sdk";

/** What plugins know of the contact, a line each. Where no plugin knows anything it is not asked for. */
class Facts extends Panel {
  static properties = { contactId: {}, told: { state: true }, problem: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: block; } .card { padding: var(--sp-4); border-block-end: 1px solid var(--line); }
    h3 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); margin-block-end: var(--sp-2); }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 6px var(--sp-3); } dt { color: var(--text-3); } dd { text-align: end; overflow-wrap: anywhere; }
    .missing { color: var(--text-3); font-size: var(--fs-sm); margin-block-start: var(--sp-2); }
  `];

  willUpdate(changed) {
    if (changed.has("contactId")) this.ask();
  }

  async ask() {
    const { contactId } = this;
    Object.assign(this, { told: null, problem: null });
    if (!contactId || !bootstrap.ui?.provides?.includes("facts")) return;
    try {
      const told = await get(`/api/v1/contacts/${contactId}/facts`);
      if (contactId === this.contactId) this.told = told;
    } catch (error) {
      if (contactId === this.contactId) this.problem = error;
    }
  }

  render() {
    if (this.problem) return html`<section class="card"><ui-error text=${t("The facts could not be loaded.")} .error=${this.problem} @retry=${() => this.ask()}></ui-error></section>`;
    const { items = [], missing = [] } = this.told ?? {};
    if (!items.length && !missing.length) return nothing;
    return html`<section class="card" aria-label=${t("Facts")}><h3>${t("Facts")}</h3>
      ${items.length ? html`<dl>${items.map(({ label, value, url }) => html`<dt>${label}</dt><dd>${url
        ? html`<a href=${url} target=${url.startsWith("/") ? nothing : "_blank"} rel="noopener noreferrer"><bdi>${value}</bdi></a>` : html`<bdi>${value}</bdi>`}</dd>`)}</dl>` : nothing}
      ${missing.length ? html`<p class="missing" role="note">${t("Missing now: {plugins}", { plugins: missing.join(", ") })} <button class="link" @click=${() => this.ask()}>${t("Retry")}</button></p>` : nothing}</section>`;
  }
}

define("inbox-facts", Facts);
