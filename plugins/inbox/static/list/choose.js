import { css, html, nothing } from "lit";
import { Panel, define, icon, t } from "@comptoir/sdk";

const MANY = 9; // from here on one types to find

/** choose({ heading, options: [{ label, icon, tone, checked, run }] }): one of some, by pointer or by keyboard alone. */
export function choose({ heading, options }) {
  const element = Object.assign(document.createElement("inbox-choose"), { heading, options });
  document.body.append(element);
}

class Choose extends Panel {
  static properties = { heading: {}, options: { attribute: false }, query: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: contents; }
    input { inline-size: 100%; min-block-size: 40px; padding: 6px var(--sp-3); border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); margin-block-end: var(--sp-2); }
    .item { display: flex; align-items: center; gap: var(--sp-3); inline-size: 100%; min-block-size: 38px; padding: 4px 10px; border: 0; background: none; border-radius: var(--r-sm); text-align: start; } .item:hover, .item:focus-visible { background: var(--surface-2); }
    .item .icon { inline-size: 16px; block-size: 16px; color: var(--text-3); flex: none; } .item .mark { margin-inline-start: auto; color: var(--accent); }
    .heading { padding: 8px 10px 2px; font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); }
    @media (pointer: coarse) { .item { min-block-size: 44px; } input { font-size: max(16px, var(--fs-md)); } }
  `];

  query = "";

  get found() {
    const query = this.query.trim().toLocaleLowerCase();
    return query ? this.options.filter(({ label }) => label?.toLocaleLowerCase().includes(query)) : this.options;
  }

  render() {
    return html`<ui-dialog open heading=${this.heading} @close=${() => this.remove()} @keydown=${this.keys}>
      ${this.options.length >= MANY ? html`<input type="search" autofocus aria-label=${t("Search")} placeholder=${t("Search")} @input=${({ target }) => { this.query = target.value; }}>` : nothing}
      ${this.found.map((one, index) => (one.heading ? html`<div class="heading">${one.heading}</div>` : html`<button class="item" ?autofocus=${index === 0 && this.options.length < MANY} aria-pressed=${one.checked === undefined ? nothing : String(one.checked)} @click=${() => this.take(one)}>
        ${one.icon ? icon(one.icon) : nothing}<span class="cut" dir="auto">${one.label}</span>${one.checked ? html`<span class="mark">${icon("check")}</span>` : nothing}</button>`))}
      ${this.found.length ? nothing : html`<p class="muted">${t("Nothing found.")}</p>`}</ui-dialog>`;
  }

  keys(event) {
    const items = [...this.renderRoot.querySelectorAll(".item")];
    const at = items.indexOf(this.renderRoot.activeElement);
    if (event.key === "Enter" && at < 0 && items.length) this.take(this.found.find(({ heading }) => !heading));
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
    else return;
    event.preventDefault();
  }

  take(one) {
    this.renderRoot.querySelector("ui-dialog").leave();
    one.run();
  }
}

define("inbox-choose", Choose);
