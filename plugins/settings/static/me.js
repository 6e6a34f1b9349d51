import { html } from "lit";
import { Panel, define } from "@comptoir/sdk";
import { page } from "./styles.js";
import "./me-profile.js";
import "./me-preferences.js";
import "./me-password.js";
import "./me-codes.js";
import "./me-passkeys.js";
import "./me-sessions.js";

/** My account: one's name and language, one's ways in, and where one is logged in. */
class Me extends Panel {
  static styles = [...Panel.styles, page];

  render() {
    return html`<settings-profile></settings-profile><settings-preferences></settings-preferences>
      <settings-password @password-changed=${() => this.renderRoot.querySelector("settings-sessions").load.run()}></settings-password>
      <settings-codes></settings-codes><settings-passkeys></settings-passkeys><settings-sessions></settings-sessions>`;
  }
}

define("settings-me", Me);
