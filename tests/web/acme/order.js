import { html } from "lit";
import { Panel, define, tn } from "@comptoir/sdk";

define("acme-order", class extends Panel {
  render() {
    const { length } = this.ctx.message.content.product_items;
    return html`<b>${tn("{n} line", "{n} lines", length)}</b>`;
  }
});
