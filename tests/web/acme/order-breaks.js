import { html } from "lit";
import { Panel, define } from "@comptoir/sdk";

define("acme-order", class extends Panel {
  render() {
    return html`${this.ctx.message.absent.name}`;
  }
});
