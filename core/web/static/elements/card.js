import { LitElement, css, html, nothing } from "lit";
import { base } from "../styles.js";

/** <ui-card heading="Password" text="What it is for."><ui-button slot="actions">…</ui-button> content </ui-card> */
class Card extends LitElement {
  static properties = { heading: {}, text: {}, tone: { reflect: true } };
  static styles = [base, css`
    :host { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); margin-block-end: var(--sp-4); }
    :host([tone=bad]) { border-color: var(--bad); }
    header { display: flex; flex-wrap: wrap; align-items: center; gap: var(--sp-2) var(--sp-4); padding: var(--sp-4) var(--sp-5) 0; }
    .words { flex: 1 1 240px; min-inline-size: 0; } h2 { font-size: var(--fs-lg); font-weight: 650; } .words p { color: var(--text-3); font-size: var(--fs-preview); margin-block-start: 2px; max-inline-size: 64ch; text-wrap: pretty; }
    .body { padding: var(--sp-4) var(--sp-5) var(--sp-5); }
    @media (max-width: 760px) { header { padding-inline: var(--sp-4); } .body { padding-inline: var(--sp-4); } }
  `];
  render() {
    return html`<section aria-labelledby="heading"><header><div class="words"><h2 id="heading">${this.heading}</h2>${this.text ? html`<p>${this.text}</p>` : nothing}</div>
      <slot name="actions"></slot></header><div class="body"><slot></slot></div></section>`;
  }
}

customElements.define("ui-card", Card);
