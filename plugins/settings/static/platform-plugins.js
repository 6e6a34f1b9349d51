import { css, html, nothing } from "lit";
import { Panel, define, fmt, t, tn } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import "@comptoir/sdk/elements/time.js";
import { cures, doors, states } from "./platform-plugin-words.js";
import { parts } from "./styles.js";

const HERE = "/settings.platform/plugins";
const LOOK_AGAIN = 5_000; // ms

/** What is installed: how each one does, for whom, what it costs, and what to do about what is wrong. */
class PlatformPlugins extends Panel {
  static styles = [...Panel.styles, parts, tableStyles, css`
    .lede { color: var(--text-2); margin-block-end: var(--sp-4); max-inline-size: 68ch; } .name { font-weight: 600; overflow-wrap: anywhere; }
    .below p { margin: 0 0 var(--sp-2); color: var(--text-2); font-size: var(--fs-sm); max-inline-size: 90ch; overflow-wrap: anywhere; } .many { color: var(--bad); font-weight: 550; }
    code { font: 400 var(--fs-sm)/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
  `];

  load = new Load(this, () => everything("/api/v1/platform/plugins"));

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => document.hidden || this.load.run(), LOOK_AGAIN);
    this.cleanup(() => clearInterval(timer));
  }

  render() {
    return html`<p class="lede">${t("Who has which plugin is said in config.yaml, and takes effect within seconds. Installing one takes a restart.")}</p>
      ${this.load.show((plugins) => (plugins.length ? table({ label: t("Plugins"), columns: this.columns, rows: plugins, key: ({ name }) => name, below: trouble })
        : html`<ui-empty icon="puzzle" text=${t("No plugin is installed.")}></ui-empty>`), { failed: t("The plugins could not be loaded."), rows: 4 })}`;
  }

  get columns() {
    return [
      { label: t("Name"), first: true, size: "minmax(0, 2fr)", cell: ({ name }) => html`<a class="name" href=${`${HERE}/${name}`} dir="ltr">${name}</a>` },
      { label: t("Version"), size: "minmax(0, .8fr)", cell: ({ version }) => html`<bdi dir="ltr">${version ?? "–"}</bdi>` },
      { label: t("State"), size: "minmax(120px, 1.2fr)", cell: ({ state }) => condition(state) },
      { label: t("Organisations"), end: true, size: "minmax(84px, .8fr)", cell: ({ tenants }) => fmt.number(tenants) },
      { label: t("Time, 7 days"), end: true, size: "minmax(84px, .9fr)", cell: ({ seconds_7d: spent }) => t("{n} s", { n: fmt.number(Math.round(spent * 10) / 10) }) },
      { label: t("Failures, one day"), end: true, size: "minmax(84px, .9fr)", cell: ({ incidents_1d: count }) => html`<span class=${count ? "many" : ""}>${fmt.number(count)}</span>` },
    ];
  }
}

export function condition(state) {
  const [tone, words, icon] = states()[state] ?? ["", state, "circle-help"];
  return html`<ui-chip tone=${tone} icon=${icon}>${words}</ui-chip>`;
}

/** Why, and what cures it. */
function trouble(one) {
  const lines = [
    one.why ? html`<p><code dir="ltr">${one.why}</code></p>` : nothing,
    cures()[one.state] ? html`<p>${cures()[one.state]}</p>` : nothing,
    ...one.rests.map(({ door, why, until }) => html`<p>${t("{door}: at rest until {time}.", { door: doors()[door] ?? door, time: fmt.time(until) })} <code dir="ltr">${why}</code></p>`),
    one.events_set_aside ? html`<p>${tn("{n} event was set aside after it failed three times.", "{n} events were set aside after they failed three times.", one.events_set_aside)}</p>` : nothing,
    one.jobs_failed_1d ? html`<p>${tn("{n} job failed for good today.", "{n} jobs failed for good today.", one.jobs_failed_1d)}</p>` : nothing,
  ].filter((line) => line !== nothing);
  return lines.length ? html`<div>${lines}</div>` : nothing;
}

define("settings-platform-plugins", PlatformPlugins);
