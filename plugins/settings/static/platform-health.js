import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, t } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/time.js";
import { parts } from "./styles.js";

const LOOK_AGAIN = 5_000; // ms
const SLOW = 30; // s behind: then it is worth a word

/** How the installation is: what waits, what failed, what it runs on. Looks again by itself. */
class PlatformHealth extends Panel {
  static styles = [...Panel.styles, parts, tableStyles, css`
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: var(--sp-4); } dt { color: var(--text-3); font-size: var(--fs-sm); } dd { margin: 0; font-weight: 550; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; } .table { border: 0; border-radius: 0; } .late { color: var(--warn); }
  `];

  load = new Load(this, () => get("/api/v1/platform/health"));

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => document.hidden || this.load.run(), LOOK_AGAIN);
    this.cleanup(() => clearInterval(timer));
  }

  render() {
    return this.load.show((health) => html`${this.warnings(health)}${this.flow(health)}${this.jobs(health)}${this.mail(health)}${this.keys(health)}${this.versions(health)}`,
      { failed: t("The health of the installation could not be read."), rows: 4 });
  }

  warnings({ stages, master_keys: keys }) {
    const behind = Math.max(stages.journal_lag_seconds, stages.events_lag_seconds);
    return html`${behind > SLOW ? html`<ui-notice tone="warn" heading=${t("The workers are behind")}>${t("Nothing is lost, but messages are late. See that a worker runs.")}</ui-notice>` : nothing}
      ${keys.some(({ state }) => state === "missing") ? html`<ui-notice tone="bad" heading=${t("A master key is missing")}>${t("What it sealed cannot be opened. Give it back as COMPTOIR_SECRET_KEY_PREVIOUS.")}</ui-notice>` : nothing}`;
  }

  flow({ stages, database_bytes: bytes }) {
    return html`<ui-card heading=${t("Flow")} text=${t("Looked at every five seconds.")}>${facts([
      [t("Deliveries not yet applied"), fmt.number(stages.journal_waiting)], [t("Oldest of them"), seconds(stages.journal_lag_seconds)],
      [t("Events not yet numbered"), fmt.number(stages.events_waiting)], [t("Oldest of them"), seconds(stages.events_lag_seconds)],
      [t("Messages waiting to be sent"), fmt.number(stages.sends_waiting)], [t("Sends without an answer"), fmt.number(stages.sends_uncertain)],
      [t("Files waiting to be fetched"), fmt.number(stages.media_waiting)], [t("Set aside"), fmt.number(stages.quarantined)],
      [t("Database"), fmt.size(bytes)], [t("Last event"), stages.last_event_at ? html`<ui-time .at=${stages.last_event_at}></ui-time>` : t("never")],
    ])}</ui-card>`;
  }

  jobs({ queues }) {
    const columns = [
      { label: t("Queue"), first: true, size: "minmax(0, 1.5fr)", cell: ({ queue }) => html`<span class="name" dir="ltr">${queue}</span>` },
      { label: t("Waiting"), end: true, cell: ({ waiting }) => fmt.number(waiting) }, { label: t("Running"), end: true, cell: ({ running }) => fmt.number(running) },
      { label: t("Failed, one day"), end: true, cell: ({ failed_1d: failed }) => html`<span class=${failed ? "late" : ""}>${fmt.number(failed)}</span>` }, { label: t("Oldest due"), end: true, cell: ({ oldest_due_seconds: due }) => seconds(due) },
    ];
    return html`<ui-card heading=${t("Jobs")} text=${t("Work that is done in the background, by plugin.")}>${queues.length ? table({ label: t("Jobs"), columns, rows: queues, key: ({ queue }) => queue }) : html`<p class="said">${t("No job has run yet.")}</p>`}</ui-card>`;
  }

  mail({ mail }) {
    return html`<ui-card heading=${t("Mail")} text=${mail.kind === "smtp" ? t("Sent by SMTP.") : t("Written into the folder outbox of the data directory; nothing is sent until SMTP is set in config.yaml.")}>
      ${facts([[t("Waiting"), fmt.number(mail.waiting)], [t("Failed, one day"), fmt.number(mail.failed_1d)], ...(mail.last_error ? [[t("Last error"), mail.last_error]] : [])])}</ui-card>`;
  }

  keys({ master_keys: keys }) {
    const words = { current: t("seals now"), previous: t("opens what it sealed"), missing: t("missing") };
    return html`<ui-card heading=${t("Master keys")} text=${t("Their names tell nothing of them. Replaced by: comptoir keys rotate")}>${facts(keys.map(({ id, state, data_keys: sealed }) => [html`<bdi dir="ltr">${id}</bdi>`, `${words[state] ?? state} · ${t("{n} data keys", { n: fmt.number(sealed) })}`]))}</ui-card>`;
  }

  versions({ versions }) {
    return html`<ui-card heading=${t("Versions")}>${facts(Object.entries(versions).map(([name, version]) => [html`<bdi dir="ltr">${name}</bdi>`, html`<bdi dir="ltr">${version}</bdi>`]))}</ui-card>`;
  }
}

const facts = (pairs) => html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
const seconds = (value) => html`<span class=${value > SLOW ? "late" : ""}>${t("{n} s", { n: fmt.number(Math.round(value * 10) / 10) })}</span>`;

define("settings-platform-health", PlatformHealth);
