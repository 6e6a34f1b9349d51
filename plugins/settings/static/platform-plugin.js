import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, post, t, tn, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import "@comptoir/sdk/elements/button.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/time.js";
import { cures, doors, kinds, remedies } from "./platform-plugin-words.js";
import { condition } from "./platform-plugins.js";
import { parts } from "./styles.js";

const HERE = "/settings.platform/plugins";

/** One plugin: how it does, who has it, where its time went, and what went wrong, with tracebacks. */
class PlatformPlugin extends Panel {
  static properties = { ...Panel.properties, plugin: {}, more: { state: true } };
  static styles = [...Panel.styles, parts, tableStyles, css`
    .head { display: flex; flex-wrap: wrap; align-items: center; gap: var(--sp-3); margin-block-end: var(--sp-4); } h2 { margin: 0; font-size: var(--fs-lg); overflow-wrap: anywhere; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: var(--sp-4); margin: 0; } dt { color: var(--text-3); font-size: var(--fs-sm); } dd { margin: 0; font-weight: 550; overflow-wrap: anywhere; }
    pre { margin: var(--sp-2) 0 0; padding: var(--sp-3); background: var(--surface-2); border-radius: var(--r-sm); font: 400 var(--fs-sm)/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-block-size: 320px; overflow-y: auto; text-align: start; }
    code { font: 400 var(--fs-sm)/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; } .table { border: 0; border-radius: 0; }
    .incident { padding-block: var(--sp-3); border-block-start: 1px solid var(--line); } .incident:first-of-type { border: 0; padding-block-start: 0; } .incident p { margin: var(--sp-1) 0 0; overflow-wrap: anywhere; }
    .title { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: center; } .dim { color: var(--text-3); font-size: var(--fs-sm); }
    summary { cursor: pointer; color: var(--text-2); font-size: var(--fs-sm); padding-block: var(--sp-1); } .orgs { display: flex; flex-wrap: wrap; gap: var(--sp-2); }
  `];

  load = new Load(this, async () => {
    const path = `/api/v1/platform/plugins/${encodeURIComponent(this.plugin)}`;
    const [one, { items, next }] = await Promise.all([get(path), get(`${path}/incidents`, { limit: 20 })]);
    this.more = next;
    return { one, incidents: items };
  });

  render() {
    return html`<p><a href=${HERE}>${t("All plugins")}</a></p>${this.load.show(({ one, incidents }) => html`
      <div class="head"><h2 dir="ltr">${one.name}</h2>${condition(one.state)}${one.rests.length ? html`<ui-button icon="play" @click=${this.wake}>${t("End the rest")}</ui-button>` : nothing}</div>
      ${this.trouble(one)}${this.leaving(one)}${this.facts(one)}${this.incidents(incidents)}${this.calls(one)}${this.organisations(one)}`,
      { failed: t("The plugin could not be loaded."), rows: 6 })}`;
  }

  trouble({ state, why, traceback, rests }) {
    if (!cures()[state]) return nothing;
    return html`<ui-notice tone=${state === "broken" ? "bad" : "warn"}>${why ? html`<p><code dir="ltr">${why}</code></p>` : nothing}
      ${rests.map(({ door, why: cause, until }) => html`<p>${t("{door}: at rest until {time}.", { door: doors()[door] ?? door, time: fmt.time(until) })} <code dir="ltr">${cause}</code></p>`)}
      <p>${cures()[state]}</p>${traceback ? trace(traceback) : nothing}</ui-notice>`;
  }

  /** What it uses that a later SDK will not have: it runs today, and one knows until when. */
  leaving({ deprecations = [] }) {
    if (!deprecations.length) return nothing;
    return html`<ui-notice tone="warn">${deprecations.map(({ what, removed_in: version, instead, place }) => html`<p>${t("Uses {what}, which comptoir-sdk {version} will not have.", { what, version })} <code dir="ltr">${instead}</code>${place ? html` <code dir="ltr">${place}</code>` : nothing}</p>`)}
      <p>${t("It runs until then. Tell its author.")}</p></ui-notice>`;
  }

  facts(one) {
    const pairs = [
      [t("Version"), html`<bdi dir="ltr">${one.version ?? "–"}</bdi>`], [t("SDK"), html`<bdi dir="ltr">${one.sdk || "–"}</bdi>`],
      [t("Worker"), one.isolated ? t("A process of its own") : t("Shared")], [t("Calls, 7 days"), fmt.number(one.calls_7d)],
      [t("Failed calls, 7 days"), fmt.number(one.failures_7d)], [t("Time, 7 days"), seconds(one.seconds_7d)],
      [t("Events set aside"), fmt.number(one.events_set_aside)], [t("Jobs failed, one day"), fmt.number(one.jobs_failed_1d)],
    ];
    return html`<ui-card heading=${t("How it does")}><dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></ui-card>`;
  }

  incidents(items) {
    return html`<ui-card heading=${t("What went wrong")} text=${t("Of the last two weeks, the latest first. The same trouble again is counted.")}>
      ${items.length ? items.map((one) => this.incident(one)) : html`<p class="said">${t("Nothing.")}</p>`}
      ${this.more ? html`<ui-button @click=${this.older}>${t("Older ones")}</ui-button>` : nothing}</ui-card>`;
  }

  incident(one) {
    return html`<div class="incident"><div class="title"><strong>${kinds()[one.kind] ?? one.kind}</strong><code dir="ltr">${one.call}</code>
        <span class="dim">${tn("{n} time", "{n} times", one.count)} · <ui-time .at=${one.last_at}></ui-time> · <bdi dir="ltr">${one.process}</bdi></span></div>
      <p><code dir="ltr">${one.told}</code></p>${one.place ? html`<p class="dim"><code dir="ltr">${one.place}</code></p>` : nothing}
      ${remedies()[one.kind] ? html`<p class="dim">${remedies()[one.kind]}</p>` : nothing}${one.traceback ? trace(one.traceback) : nothing}</div>`;
  }

  calls({ calls }) {
    const columns = [
      { label: t("Call"), first: true, size: "minmax(0, 2fr)", cell: ({ call }) => html`<code dir="ltr">${call}</code>` },
      { label: t("Calls"), end: true, cell: ({ calls: count }) => fmt.number(count) }, { label: t("Failed"), end: true, cell: ({ failures }) => fmt.number(failures) },
      { label: t("Time"), end: true, cell: ({ seconds: spent }) => seconds(spent) }, { label: t("Longest"), end: true, cell: ({ longest }) => seconds(longest) },
    ];
    return html`<ui-card heading=${t("Where its time went")} text=${t("The last seven days, by the clock: waiting counts.")}>${calls.length ? table({ label: t("Where its time went"), columns, rows: calls, key: ({ call }) => call }) : html`<p class="said">${t("It was not called yet.")}</p>`}</ui-card>`;
  }

  organisations({ organisations, tenants }) {
    const rest = tenants - organisations.length;
    return html`<ui-card heading=${t("Organisations")}>${organisations.length ? html`<div class="orgs">${organisations.map(({ name }) => html`<ui-chip><bdi>${name}</bdi></ui-chip>`)}${rest > 0 ? t("and {n} more", { n: fmt.number(rest) }) : nothing}</div>` : html`<p class="said">${t("Nobody has it.")}</p>`}</ui-card>`;
  }

  async older() {
    const { items, next } = await get(`/api/v1/platform/plugins/${encodeURIComponent(this.plugin)}/incidents`, { limit: 20, cursor: this.more });
    this.more = next;
    this.load.change(({ one, incidents }) => ({ one, incidents: [...incidents, ...items] }));
  }

  async wake() {
    try {
      await post(`/api/v1/platform/plugins/${encodeURIComponent(this.plugin)}/wake`);
      toast({ text: t("The rest has ended.") });
      await this.load.run();
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
  }
}

const seconds = (value) => t("{n} s", { n: fmt.number(Math.round(value * 100) / 100) });
const trace = (text) => html`<details><summary>${t("Traceback")}</summary><pre dir="ltr" tabindex="0">${text}</pre></details>`;

define("settings-platform-plugin", PlatformPlugin);
