import { LitElement, css, html, nothing } from "lit";
import { icon } from "../icons.js";
import { base } from "../styles.js";

/** <ui-chip tone="ok | warn | bad | info" icon="clock">Words</ui-chip>: colour never speaks alone. */
class Chip extends LitElement {
  static properties = { tone: { reflect: true }, icon: {} };
  static styles = [base, css`
    :host { display: inline-flex; align-items: center; gap: 4px; font-size: var(--fs-xs); font-weight: 600; border-radius: var(--r-full); padding: 1px 8px; background: var(--surface-2); color: var(--text-2); border: 1px solid var(--line); white-space: nowrap; font-variant-numeric: tabular-nums; }
    :host([tone=ok]) { color: var(--ok); } :host([tone=warn]) { color: var(--warn); } :host([tone=bad]) { color: var(--bad); } :host([tone=info]) { color: var(--info); }
    .icon { inline-size: 12px; block-size: 12px; stroke-width: 2.25; }
  `];
  render() {
    return html`${this.icon ? icon(this.icon) : nothing}<slot></slot>`;
  }
}

customElements.define("ui-chip", Chip);
