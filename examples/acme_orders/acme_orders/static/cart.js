/** An order that a customer sent from the catalogue: its lines and what they come to. */
import { css, html } from "lit";
import { Panel, define, fmt, t } from "@comptoir/sdk";

define("acme-orders-cart", class extends Panel {
  static styles = [...Panel.styles, css`
    li { display: flex; justify-content: space-between; gap: var(--sp-4); } b { font-weight: 600; }
  `];

  render() {
    const items = this.ctx.message.content.product_items ?? [];
    const total = items.reduce((sum, { quantity, item_price: price }) => sum + quantity * price, 0);
    return html`<ul>${items.map(({ product_retailer_id: id, quantity, item_price: price }) => html`<li>
        <span>${fmt.number(quantity)} × <bdi>${id}</bdi></span><span>${fmt.number(quantity * price)}</span></li>`)}
      <li><b>${t("Total")}</b><b>${fmt.number(total)} <bdi>${items[0]?.currency ?? ""}</bdi></b></li></ul>`;
  }
});
