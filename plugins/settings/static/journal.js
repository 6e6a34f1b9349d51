import { html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, can, define, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/tabs.js";
import "./journal-delivery.js";
import "./journal-explain.js";
import "./journal-find.js";
import "./journal-quarantine.js";
import { beginning } from "./journal-words.js";
import { page } from "./styles.js";

const HERE = "/settings.journal";

/** What Meta delivered, what became of it, and what could not be applied. */
class Journal extends Panel {
  static styles = [...Panel.styles, page];

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  render() {
    const [part, id] = beginning(this.ctx?.rest ?? "");
    const reads = can("journal.read");
    const items = [["", t("Deliveries")], ["quarantine", t("Set aside")]].map(([name, label]) => ({ href: name ? `${HERE}/${name}` : HERE, label }));
    return html`${reads ? html`<div class="bar"><ui-tabs label=${t("Journal")} .items=${items} current=${part === "quarantine" ? `${HERE}/quarantine` : HERE}></ui-tabs></div>` : nothing}${keyed(`${part}/${id}`, this.body(part, id, reads))}`;
  }

  body(part, id, reads) {
    const here = reads ? HERE : "";
    if (part === "message") return html`<settings-journal-explain message=${id} here=${here}></settings-journal-explain>`;
    if (part === "wamid") return html`<settings-journal-explain wamid=${id} here=${here}></settings-journal-explain>`;
    if (!reads) return html`<ui-empty icon="webhook" text=${t("Choose “Explain” beside a message in the inbox.")}></ui-empty>`;
    if (part === "delivery") return html`<settings-journal-delivery delivery=${id} here=${HERE}></settings-journal-delivery>`;
    if (part === "quarantine") return html`<settings-journal-quarantine here=${HERE}></settings-journal-quarantine>`;
    return html`<settings-journal-find here=${HERE}></settings-journal-find>`;
  }
}

define("settings-journal", Journal);
