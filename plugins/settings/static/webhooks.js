import { css, html, nothing } from "lit";
import { Panel, define, icon, navigate, t, tn } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import "@comptoir/sdk/elements/time.js";
import "./webhooks-detail.js";
import "./webhooks-form.js";
import { page, parts } from "./styles.js";
import { stateChip } from "./webhooks-words.js";

const HERE = "/settings.webhooks";

/** Webhooks: the organisation's events, signed and sent to other systems. One of them opens with its deliveries. */
class Webhooks extends Panel {
  static styles = [...Panel.styles, page, parts, tableStyles, css`
    .bar .lede { flex: 1 1 320px; margin: 0; } .bar ui-button { margin-inline-start: auto; }
    @media (pointer: coarse) { a.one { min-block-size: 44px; align-content: center; } }
    a.one { color: inherit; text-decoration: none; display: block; } a.one:hover .name { text-decoration: underline; } .url { color: var(--text-3); font-size: var(--fs-sm); text-align: start; }
    .docs { margin-block-start: var(--sp-4); }
  `];

  hooks = new Load(this, () => everything("/api/v1/webhooks"), { on: ["audit.recorded"] });

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  render() {
    return this.hooks.show((hooks) => this.opened(hooks), { failed: t("The webhooks could not be loaded."), rows: 4 });
  }

  opened(hooks) {
    const rest = this.ctx?.rest;
    const one = hooks.find(({ id }) => id === rest);
    if (one) return html`<settings-webhook .hook=${one} @changed=${() => this.hooks.run()} @gone=${this.gone}></settings-webhook>`;
    return html`<div class="bar"><p class="lede">${t("A webhook sends what happens here to another system, such as a shop, a CRM or n8n: signed, in order, and again until it was taken.")}</p>
        <ui-button variant="primary" icon="plus" @click=${() => navigate(`${HERE}/new`)}>${t("New webhook")}</ui-button></div>
      ${hooks.length ? table({ label: t("Webhooks"), columns: this.columns(), rows: hooks }) : html`<ui-empty icon="webhook" text=${t("No webhook yet. Add one for each system that should hear of what happens.")}></ui-empty>`}
      <p class="docs said">${t("What is sent, and how a receiver verifies it:")} <a href="/api/docs" target="_blank" rel="noopener">${t("API reference")}</a></p>
      ${rest === "new" ? html`<settings-webhook-form @saved=${this.saved} @close=${() => navigate(this.made ? `${HERE}/${this.made}` : HERE)}></settings-webhook-form>` : nothing}`;
  }

  columns() {
    return [
      { label: t("Name"), first: true, size: "minmax(0, 2fr)", cell: ({ id, name, url }) => html`<a class="one" href=${`${HERE}/${id}`}><div class="name cut"><bdi>${name}</bdi></div><div class="url cut" dir="ltr">${url}</div></a>` },
      { label: t("State"), size: "minmax(0, 1fr)", cell: stateChip },
      { label: t("Events sent"), size: "minmax(0, 1fr)", cell: ({ types }) => tn("{n} kind", "{n} kinds", types.length) },
      { label: t("Last taken"), size: "minmax(0, 1fr)", cell: ({ delivered_at: at }) => (at ? html`<ui-time class="said" .at=${at}></ui-time>` : html`<span class="said">${t("never")}</span>`) },
      { label: t("Open"), bare: true, size: "36px", cell: ({ id, name }) => html`<a class="ib" href=${`${HERE}/${id}`} aria-label=${t("Open {name}", { name })}>${icon("chevron-right")}</a>` },
    ];
  }

  saved = (event) => {
    this.made = event.detail.id;
    this.hooks.run();
  };

  gone = async () => {
    await this.hooks.run();
    navigate(HERE);
  };
}

define("settings-webhooks", Webhooks);
