import { html } from "lit";
import { Panel, define } from "@comptoir/sdk";

define("acme-broken", class extends Panel {
  render() {
    return html`${this.ctx.conversation.absent.name}`;
  }
});
