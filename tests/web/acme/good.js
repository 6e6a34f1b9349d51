import { html } from "lit";
import { Panel, define } from "@comptoir/sdk";

define("acme-good", class extends Panel {
  render() {
    return html`<b>${this.ctx.contact.name}</b>`;
  }
});
