import { css, html, nothing } from "lit";
import { Panel, bootstrap, define, panelsIn, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/figure.js";

/** The figures of the day: what plugins offer, one card each. */
class Dashboard extends Panel {
  static styles = [...Panel.styles, css`
    :host { display: flex; flex-direction: column; min-block-size: 0; background: var(--bg); }
    header { display: flex; align-items: center; padding-inline: var(--sp-5); min-block-size: var(--bar-h); border-block-end: 1px solid var(--line); background: var(--surface); flex: none; }
    h1 { font-size: var(--fs-lg); font-weight: 650; }
    .scroll { flex: 1; min-block-size: 0; overflow-y: auto; padding: var(--sp-5); }
    .cards { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: var(--sp-4); max-inline-size: 1200px; margin-inline: auto; }
    section { background: var(--surface); border: 1px solid var(--line); border-radius: var(--r-lg); padding: var(--sp-4); min-inline-size: 0; box-shadow: var(--sh); }
    h2 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); margin-block-end: var(--sp-3); }
    .wide2 { grid-column: span 2; } .wide3 { grid-column: span 3; }
    @media (max-width: 1000px) { .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); } .wide3 { grid-column: span 2; } }
    @media (max-width: 760px) { .scroll { padding: var(--sp-3); } .cards { grid-template-columns: minmax(0, 1fr); } section, .wide2, .wide3 { grid-column: auto; } }
  `];

  get cards() {
    return [...bootstrap.ui.dashboard_cards, ...panelsIn("dashboard")].sort((a, b) => a.order - b.order);
  }

  render() {
    const { cards } = this;
    return html`<header><h1>${t("Dashboard")}</h1></header><div class="scroll">
      ${cards.length ? html`<div class="cards">${cards.map((card) => this.card(card))}</div>`
        : html`<ui-empty icon="layout-dashboard" text=${t("No plugin offers figures to you yet. What plugins count appears here.")}></ui-empty>`}</div>`;
  }

  card(card) {
    const id = `${card.plugin}.${card.name}`;
    return html`<section class=${card.span > 1 ? `wide${card.span}` : nothing} aria-labelledby=${id}><h2 id=${id} dir="auto">${card.title}</h2><ui-panel .panel=${card} .ctx=${{}}></ui-panel></section>`;
  }
}

define("inbox-dashboard", Dashboard);
