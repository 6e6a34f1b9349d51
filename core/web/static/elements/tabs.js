import { LitElement, css, html, nothing } from "lit";
import { fmt } from "../format.js";
import { base } from "../styles.js";

/** <ui-tabs label="…" .items=${[{ href, label, count }]} current=${href}>: parts of one page, each with its address. */
class Tabs extends LitElement {
  static properties = { items: { attribute: false }, current: {}, label: {} };
  static styles = [base, css`
    nav { display: flex; gap: var(--sp-1); overflow-x: auto; scrollbar-width: none; }
    a { display: flex; align-items: center; gap: var(--sp-2); min-block-size: 34px; padding: 0 var(--sp-3); border-radius: var(--r-full); color: var(--text-2); text-decoration: none; font-weight: 550; white-space: nowrap; }
    a:hover { background: var(--surface-2); } a[aria-current] { background: var(--accent-soft); color: var(--accent); }
    .count { font-size: var(--fs-sm); font-variant-numeric: tabular-nums; opacity: .9; }
    @media (pointer: coarse) { a { min-block-size: 44px; } }
  `];
  render() {
    return html`<nav aria-label=${this.label}>${(this.items ?? []).map(({ href, label, count }) => html`
      <a href=${href} aria-current=${href === this.current ? "page" : nothing}>${label}${count === undefined ? nothing : html`<span class="count">${fmt.number(count)}</span>`}</a>`)}</nav>`;
  }

  /** On a phone there are more than fit: the part one is in must be among those one sees. */
  updated(changed) {
    if (changed.has("current")) this.renderRoot.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }
}

customElements.define("ui-tabs", Tabs);
