import { css, html, nothing } from "lit";
import { Panel, define, fmt, t } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import { parts } from "./styles.js";

/** What is installed: which version, in which state, for how many organisations; and what broke, whole. */
class PlatformPlugins extends Panel {
  static styles = [...Panel.styles, parts, tableStyles, css`.lede { color: var(--text-2); margin-block-end: var(--sp-4); max-inline-size: 68ch; } pre { margin: 0 0 var(--sp-2); padding: var(--sp-3); background: var(--surface-2); border-radius: var(--r-sm); font: 400 var(--fs-sm)/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-block-size: 280px; overflow-y: auto; }`];

  load = new Load(this, () => everything("/api/v1/platform/plugins"));

  render() {
    return html`<p class="lede">${t("Who has which plugin is said in config.yaml, and takes effect within seconds. Installing one takes a restart.")}</p>
      ${this.load.show((plugins) => (plugins.length ? table({ label: t("Plugins"), columns: this.columns, rows: plugins, key: ({ name }) => name, below: ({ why }) => (why ? html`<pre dir="ltr" tabindex="0">${why}</pre>` : nothing) })
        : html`<ui-empty icon="puzzle" text=${t("No plugin is installed.")}></ui-empty>`), { failed: t("The plugins could not be loaded."), rows: 4 })}`;
  }

  get columns() {
    return [
      { label: t("Name"), first: true, size: "minmax(0, 2fr)", cell: ({ name }) => html`<span class="name" dir="ltr">${name}</span>` },
      { label: t("Version"), size: "minmax(0, 1fr)", cell: ({ version }) => html`<bdi dir="ltr">${version ?? "–"}</bdi>` },
      { label: t("State"), size: "minmax(120px, 1fr)", cell: ({ state }) => condition(state) },
      { label: t("SDK"), size: "minmax(0, 1fr)", cell: ({ sdk }) => html`<bdi dir="ltr">${sdk || "–"}</bdi>` },
      { label: t("Organisations"), end: true, size: "minmax(84px, .8fr)", cell: ({ tenants }) => fmt.number(Array.isArray(tenants) ? tenants.length : tenants) },
    ];
  }
}

function condition(state) {
  const known = { loaded: ["ok", t("Running"), "check"], incompatible: ["warn", t("Incompatible"), "triangle-alert"], missing: ["warn", t("Something is missing"), "triangle-alert"], broken: ["bad", t("Broken"), "circle-alert"], quarantined: ["warn", t("Resting"), "pause"], resting: ["warn", t("Resting"), "pause"] }[state] ?? ["", state, "circle-help"];
  return html`<ui-chip tone=${known[0]} icon=${known[2]}>${known[1]}</ui-chip>`;
}

define("settings-platform-plugins", PlatformPlugins);
