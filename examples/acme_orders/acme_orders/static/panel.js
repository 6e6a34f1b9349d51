/** The customer's orders, and a button that tells them how one stands. */
import { css, html } from "lit";
import { Panel, define, t } from "@comptoir/sdk";

const words = (state) => ({ waiting: t("waiting"), paid: t("paid"), shipped: t("shipped"), unknown: t("unknown") })[state] ?? state;

define("acme-orders-panel", class extends Panel {
  static properties = { ...Panel.properties, orders: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, css`
    ul { list-style: none; margin: 0; padding: 0; display: grid; gap: var(--sp-2); }
    li { display: flex; align-items: center; justify-content: space-between; gap: var(--sp-2); }
    p { margin: 0; color: var(--text-3); }
  `];

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(this.api.on("changes", ({ contact }) => contact === this.ctx.contact.id && this.load()));
    this.load();
  }

  async load() {
    this.orders = (await this.api.get(`contacts/${this.ctx.contact.id}/orders`)).items;
  }

  async tell(order) {
    this.busy = order.id;
    try {
      await this.api.post(`orders/${order.id}/told`, { conversation: this.ctx.conversation.id });
      this.api.toast({ text: t("Sent") });
    } catch (error) {
      this.api.toast({ text: error.problem?.detail ?? String(error) });
    } finally {
      this.busy = null;
    }
  }

  render() {
    if (!this.orders) return html`<ui-skeleton rows="2"></ui-skeleton>`;
    if (!this.orders.length) return html`<p>${t("No order was named yet. Customers write #1234.")}</p>`;
    return html`<ul>${this.orders.map((order) => html`<li>
      <span><bdi>#${order.number}</bdi> · ${words(order.state)}</span>
      <ui-button ?busy=${this.busy === order.id} @click=${() => this.tell(order)}>${t("Tell the customer")}</ui-button>
    </li>`)}</ul>`;
  }
});
