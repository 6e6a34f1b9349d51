import { html } from "lit";
import { Panel, define } from "@comptoir/sdk";
import { page } from "./styles.js";
import "./me-profile.js";

/** My account: one's name and language, one's password, where one is logged in, the second factor and passkeys. */
class Me extends Panel {
  static styles = [...Panel.styles, page];
  render() {
    return html`<settings-profile></settings-profile>`;
  }
}

define("settings-me", Me);
