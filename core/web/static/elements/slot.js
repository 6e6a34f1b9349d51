import { LitElement, css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../icons.js";
import { panelsIn } from "../plugins.js";
import { base } from "../styles.js";
import "./panel.js";

/**
 * <ui-slot name="conversation.detail" .ctx=${{ conversation, contact }}>: the panels that plugins put here.
 * shape="sections" has headings that fold; "cards" a grid of them; "bare" nothing around, and no room when there is nothing.
 */
class Slot extends LitElement {
  static properties = { name: {}, shape: {}, ctx: { attribute: false } };
  static styles = [base, css`
    details { border-block-end: 1px solid var(--line); }
    summary { display: flex; align-items: center; padding: var(--sp-4) var(--sp-4) var(--sp-2); font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); cursor: pointer; list-style: none; }
    summary::-webkit-details-marker { display: none; } summary .icon { margin-inline-start: auto; inline-size: 16px; block-size: 16px; color: var(--text-3); }
    details[open] summary .icon { rotate: 180deg; }
    .in { padding: 0 var(--sp-4) var(--sp-4); }
    .bare { min-inline-size: 0; }
  `];

  willUpdate() {
    this.panels = panelsIn(this.name, this.ctx);
    this.hidden = !this.panels.length;
  }

  render() {
    if (this.shape === "bare") return this.panels.map((panel) => html`<div class="bare" role="group" aria-label=${panel.title || nothing}>${this.panel(panel)}</div>`);
    return this.panels.map((panel) => html`<details ?open=${!panel.collapsed}><summary>${panel.title}${icon("chevron-down")}</summary><div class="in">${this.panel(panel)}</div></details>`);
  }

  panel(panel) {
    return keyed(subject(this.ctx), html`<ui-panel .panel=${panel} .ctx=${this.ctx} ?bare=${this.shape === "bare"}></ui-panel>`);
  }
}

const subject = (ctx) => `${ctx?.conversation?.id}/${ctx?.contact?.id}/${ctx?.message?.id}`;

customElements.define("ui-slot", Slot);
