import { html } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, define, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/tabs.js";
import "./journal-delivery.js";
import "./journal-explain.js";
import "./journal-find.js";
import "./journal-quarantine.js";
import "./platform-health.js";
import "./platform-lanes.js";
import "./platform-people.js";
import "./platform-plugin.js";
import "./platform-plugins.js";
import "./platform-replays.js";
import "./platform-tenants.js";
import { beginning } from "./journal-words.js";
import { page } from "./styles.js";

const HERE = "/settings.platform";
const JOURNAL = `${HERE}/journal`;

/** For whoever runs the installation: every organisation, everybody, what is installed and how it goes. */
class Platform extends Panel {
  static styles = [...Panel.styles, page];

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  get part() {
    const rest = this.ctx?.rest?.split("/")[0] ?? "";
    return ["people", "plugins", "health", "journal", "quarantine", "replays"].includes(rest) ? rest : "";
  }

  render() {
    const items = [["", t("Organisations")], ["people", t("People")], ["plugins", t("Plugins")], ["health", t("Health")], ["journal", t("Journal")], ["quarantine", t("Set aside")], ["replays", t("Replays")]].map(([part, label]) => ({ href: part ? `${HERE}/${part}` : HERE, label }));
    return html`<div class="bar"><ui-tabs label=${t("Installation")} .items=${items} current=${this.part ? `${HERE}/${this.part}` : HERE}></ui-tabs></div>${this.body()}`;
  }

  body() {
    if (this.part === "people") return html`<settings-platform-people></settings-platform-people>`;
    if (this.part === "plugins") return this.plugins();
    if (this.part === "health") return html`<settings-platform-lanes></settings-platform-lanes><settings-platform-health></settings-platform-health>`;
    if (this.part === "journal") return this.journal();
    if (this.part === "quarantine") return html`<settings-journal-quarantine prefix="/platform" here=${JOURNAL}></settings-journal-quarantine>`;
    if (this.part === "replays") return html`<settings-platform-replays></settings-platform-replays>`;
    return html`<settings-platform-tenants></settings-platform-tenants>`;
  }

  plugins() {
    const [name] = beginning(beginning(this.ctx.rest)[1]);
    return name ? keyed(name, html`<settings-platform-plugin plugin=${name}></settings-platform-plugin>`) : html`<settings-platform-plugins></settings-platform-plugins>`;
  }

  journal() {
    const [part, id] = beginning(beginning(this.ctx.rest)[1]);
    if (part === "delivery") return html`<settings-journal-delivery prefix="/platform" delivery=${id} here=${JOURNAL}></settings-journal-delivery>`;
    if (part === "wamid") return keyed(id, html`<settings-journal-explain prefix="/platform" wamid=${id} here=${JOURNAL}></settings-journal-explain>`);
    return html`<settings-journal-find prefix="/platform" here=${JOURNAL}></settings-journal-find>`;
  }
}

define("settings-platform", Platform);
