import { html } from "lit";
import { Panel, define, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/tabs.js";
import "./platform-health.js";
import "./platform-lanes.js";
import "./platform-people.js";
import "./platform-plugins.js";
import "./platform-tenants.js";
import { page } from "./styles.js";

const HERE = "/settings.platform";

/** For whoever runs the installation: every organisation, everybody, what is installed and how it goes. */
class Platform extends Panel {
  static styles = [...Panel.styles, page];

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  get part() {
    const rest = this.ctx?.rest?.split("/")[0] ?? "";
    return ["people", "plugins", "health"].includes(rest) ? rest : "";
  }

  render() {
    const items = [["", t("Organisations")], ["people", t("People")], ["plugins", t("Plugins")], ["health", t("Health")]].map(([part, label]) => ({ href: part ? `${HERE}/${part}` : HERE, label }));
    return html`<div class="bar"><ui-tabs label=${t("Installation")} .items=${items} current=${this.part ? `${HERE}/${this.part}` : HERE}></ui-tabs></div>${this.body()}`;
  }

  body() {
    if (this.part === "people") return html`<settings-platform-people></settings-platform-people>`;
    if (this.part === "plugins") return html`<settings-platform-plugins></settings-platform-plugins>`;
    if (this.part === "health") return html`<settings-platform-lanes></settings-platform-lanes><settings-platform-health></settings-platform-health>`;
    return html`<settings-platform-tenants></settings-platform-tenants>`;
  }
}

define("settings-platform", Platform);
