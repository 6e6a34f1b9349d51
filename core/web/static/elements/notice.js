import { LitElement, css, html, nothing } from "lit";
import { icon } from "../icons.js";
import { base } from "../styles.js";

const ICONS = { bad: "circle-alert", warn: "triangle-alert", ok: "circle-check", info: "info" };

/** <ui-notice tone="info | ok | warn | bad" heading="…">words <ui-button slot="actions">…</ui-button></ui-notice> */
class Notice extends LitElement {
  static properties = { tone: { reflect: true }, heading: {}, icon: {} };
  static styles = [base, css`
    :host { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: start; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface-2); padding: var(--sp-3) var(--sp-4); margin-block-end: var(--sp-4); font-size: var(--fs-preview); }
    :host([tone=warn]) { background: var(--warn-soft); } :host([tone=bad]) { background: var(--bad-soft); }
    .icon { inline-size: 18px; block-size: 18px; color: var(--text-2); margin-block-start: .1em; } :host([tone=warn]) .icon { color: var(--warn); } :host([tone=bad]) .icon { color: var(--bad); } :host([tone=ok]) .icon { color: var(--ok); } :host([tone=info]) .icon { color: var(--info); }
    .words { flex: 1 1 200px; min-inline-size: 0; overflow-wrap: anywhere; } strong { display: block; font-weight: 650; }
  `];
  render() {
    return html`${icon(this.icon ?? ICONS[this.tone] ?? "info")}<div class="words" role=${this.tone === "bad" ? "alert" : nothing}>${
      this.heading ? html`<strong>${this.heading}</strong>` : nothing}<slot></slot></div><slot name="actions"></slot>`;
  }
}

customElements.define("ui-notice", Notice);
